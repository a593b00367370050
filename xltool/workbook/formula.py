"""The formulas of a workbook: totals, checks, states. They point into whole frames, so cutting a cell cannot bend them.

A frame is a table's sheet from A1 to its first row and column behind the grid; the frame of a text is its row. `INDEX(frame, row, column)`
survives cut and paste of any input, where a plain `D6` would follow the cell or become #REF!. Functions are those of Excel 2010 and WPS;
nothing is volatile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from xltool.codes import LEVEL_NAMES
from xltool.forms.checks import JUMP_LEAST, JUMP_TIMES, Check, leveled
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.forms.totals import definitions
from xltool.model import Cell, CellKey, Linear, Measure, Rule, Table, Terms
from xltool.spreadsheet.a1 import cell_name, quote_sheet
from xltool.workbook.layout_plan import CHECK_TOP, Plan, Spot
from xltool.workbook.ranges import Run, cell_of, last_year, rectangles, reference, runs

PASS, FAIL, MEND, OPEN, ASK, TOLD, WITHOUT = "通过", "不平", "须改", "未填全", "需核实", "已说明", "无上年数"

LEFT, RIGHT, DIFFERENCE, VERDICT, WHY = 4, 5, 6, 7, 8
"""Columns of the 校验 sheet."""
LENGTH = 3
"""The column of the 文字 sheet that counts characters."""


def total(plan: Plan, rule: Rule) -> str:
    """The locked formula of a total: the sum of its parts once all of them are there, else nothing."""
    assert rule.defines is not None
    table = plan.spec.cell(rule.defines).table
    return f'IF({_valid(plan, [key for key, _ in rule.linear.right], table)},{_sum(plan, rule.linear.right, table)},"")'


def sides(plan: Plan, linear: Linear, line: int) -> tuple[str, str, str]:
    """Left side, right side and difference of a rule on its line of the 校验 sheet; nothing while a cell is missing."""
    left, right = cell_name(line, LEFT), cell_name(line, RIGHT)
    decimals = plan.spec.cell(linear.own[0]).measure.decimals
    needed = linear.keys if linear.operator.adds_up else linear.own
    return (
        f'IF({_valid(plan, needed, None)},{_rounded(_sum(plan, linear.left, None), decimals)},"")',
        f'IF(ISNUMBER({left}),{_rounded(_sum(plan, linear.right, None), decimals)},"")',
        f'IF(ISNUMBER({left}),{_rounded(f"{left}-{right}", decimals)},"")',
    )


def verdict(plan: Plan, rule: Rule, line: int) -> str:
    """The verdict of a rule in a word, from the figures on its line; figures that only last year lacks are held against nobody."""
    left, right, difference = (cell_name(line, column) for column in (LEFT, RIGHT, DIFFERENCE))
    holds = rule.linear.operator.excel.format(left=left, right=right, difference=difference)
    unknown = (
        f'IF({_valid(plan, rule.linear.own, None)},"{WITHOUT}","{OPEN}")' if needs_last_year(rule) else f'"{OPEN}"'
    )
    return f'IF(ISNUMBER({left}),IF({holds},"{PASS}",{_bad(rule.severity == "error", FAIL, line)}),{unknown})'


def needs_last_year(rule: Rule) -> bool:
    """Whether a rule says nothing without last year's figures."""
    return rule.linear.alone is None


def count_verdict(check: Check, line: int) -> str:
    """The verdict of a check that counts bad cells on its line: none is right."""
    return f'IF({cell_name(line, LEFT)}=0,"{PASS}",{_bad(check.severity == "error", MEND, line)})'


def count(plan: Plan, check: Check) -> str:
    """How many cells a check finds fault with."""
    spec = plan.spec
    if check.kind == "texts":
        keys = [text.key for text in spec.texts if text.required]
        return "+".join(f"(LEN({_text(plan.texts[key], CHECKS)})=0)" for key in keys)
    if check.kind == "empty":
        filled = "+".join(f"COUNTA({reference(plan, run, None)})" for run in _inputs(plan, spec.cells))
        return f"IF({filled}=0,1,0)"
    assert check.table is not None
    cells = [cell for cell in spec.cells if cell.table is check.table and not cell.total]
    if check.kind == "blank":
        return "+".join(f"COUNTBLANK({reference(plan, run, None)})" for run in _inputs(plan, cells))
    if check.kind == "invalid":
        return "+".join(_invalid(plan, run) for run in _inputs(plan, cells))
    if check.kind == "doubtful":
        return "+".join(
            f"SUMPRODUCT(--ISNUMBER(1/(({area}>={spec.cell(run[0]).measure.doubtful_from})*(ROUND({area},0)={area}))))"
            for run in _inputs(plan, [cell for cell in cells if cell.measure.doubtful_from is not None])
            for area in [reference(plan, run, None)]
        )
    return _jumps(plan, check.table) if check.kind == "jump" else _level_count(plan, check.table)


def state(plan: Plan) -> str:
    """The one sentence about the whole workbook."""
    last = CHECK_TOP + len(plan.checks)
    area = f"{cell_name(CHECK_TOP - 1, VERDICT, absolute=True)}:{cell_name(last, VERDICT, absolute=True)}"
    errors = f'(COUNTIF({area},"{FAIL}")+COUNTIF({area},"{MEND}"))'
    asks = f'COUNTIF({area},"{ASK}")'
    return f'IF({errors}+{asks}=0,"可以报送","还有 "&{errors}&" 处必须改、"&{asks}&" 处需说明")'


def state_text(errors: int, asks: int) -> str:
    """What `state` shows for so many verdicts."""
    return f"还有 {errors} 处必须改、{asks} 处需说明" if errors + asks else "可以报送"


def heading(plan: Plan) -> str:
    """The state of the whole workbook above each table."""
    return f'"校验结果："&{plan.state.reference}'


def judged(plan: Plan, names: Sequence[str]) -> str:
    """The word for a row or column of a table: the first verdict among its checks that is not 通过."""
    lines = [plan.lines[name] for name in names]
    verdicts = [Spot(CHECKS, line, VERDICT).reference for line in lines]
    unfilled = ",".join(f'{seen}="{OPEN}"' for seen in verdicts)
    text = f'IF(OR({unfilled}),"{OPEN}","{PASS}")'
    for line, seen in reversed(list(zip(lines, verdicts, strict=True))):
        difference = Spot(CHECKS, line, DIFFERENCE).reference
        text = (
            f'IF({seen}="{FAIL}","{FAIL}，差 "&ABS({difference}),IF(OR({seen}="{MEND}",{seen}="{ASK}"),{seen},{text}))'
        )
    return text


def judged_text(words: Sequence[tuple[str, str]]) -> str:
    """What `judged` shows for verdicts and differences."""
    for word, difference in words:
        if word == FAIL:
            return f"{FAIL}，差 {difference.lstrip('-')}"
        if word in {ASK, MEND}:
            return word
    return OPEN if any(word == OPEN for word, _ in words) else PASS


def formulas(plan: Plan) -> dict[Spot, str]:
    """Every formula of a form's workbook by place, without its equals sign: for writing, and for comparing what comes back."""
    found: dict[Spot, str] = {plan.cells[key]: total(plan, rule) for key, rule in definitions(plan.spec.rules).items()}
    for check in plan.checks:
        line = plan.lines[check.name]
        if check.rule is None:
            found[Spot(CHECKS, line, LEFT)] = count(plan, check)
            found[Spot(CHECKS, line, VERDICT)] = count_verdict(check, line)
        else:
            linear = check.rule.linear if plan.prior else check.rule.linear.alone or check.rule.linear
            for column, text in zip((LEFT, RIGHT, DIFFERENCE), sides(plan, linear, line), strict=True):
                found[Spot(CHECKS, line, column)] = text
            found[Spot(CHECKS, line, VERDICT)] = verdict(plan, check.rule, line)
    found[plan.state] = state(plan)
    for word in plan.words:
        found[word.spot] = judged(plan, word.checks)
    for spot in plan.states.values():
        found[spot] = heading(plan)
    for spot in plan.texts.values():
        if spot.sheet == TEXTS:
            found[Spot(TEXTS, spot.row, LENGTH)] = f"LEN({_text(spot, TEXTS)})"
    return found


def validation(measure: Measure, cell: str, slash: bool) -> str:
    """The custom validation of an input that a plain whole-number validation cannot express."""
    lowest = -measure.maximum if measure.signed else 0
    fits = f"AND(ISNUMBER({cell}),{cell}>={lowest},{cell}<={measure.maximum},ROUND({cell},{measure.decimals})={cell})"
    return f'OR({cell}="/",{fits})' if slash else fits


def _bad(error: bool, word: str, line: int) -> str:
    return f'"{word}"' if error else f'IF(LEN({_text(Spot(CHECKS, line, WHY), CHECKS)})>0,"{TOLD}","{ASK}")'


def _text(spot: Spot, home: str) -> str:
    """A cell for a text as a reference into its own row, from the first cell to the one behind it, which are locked."""
    sheet = "" if spot.sheet == home else f"{quote_sheet(spot.sheet)}!"
    first, behind = cell_name(spot.row, 0, absolute=True), cell_name(spot.row, spot.column + 1, absolute=True)
    return f"INDEX({sheet}{first}:{behind},1,{spot.column + 1})"


def _rounded(sum_: str, decimals: int) -> str:
    """Doubles of 万元 add up with errors behind the 15th digit; the figures have at most six decimals."""
    return f"ROUND({sum_},{decimals})" if decimals else sum_


def _sum(plan: Plan, terms: Terms, home: Table | None) -> str:
    parts: list[str] = []
    for run, coefficient in runs(plan, terms):
        sign = "-" if coefficient < 0 else "+" if parts else ""
        times = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
        parts.append(f"{sign}{times}SUM({reference(plan, run, home)})")
    return "".join(parts)


def _valid(plan: Plan, keys: Iterable[CellKey], home: Table | None) -> str:
    """Whether every cell holds a figure of its measure or `/`; a text, a fraction of a count and a blank do not."""
    tests = []
    for run, _ in runs(plan, tuple((key, 1) for key in keys)):
        area, decimals = reference(plan, run, home), cell_of(plan, run[0]).measure.decimals
        numbers = f"SUMPRODUCT(--ISNUMBER(1/(ROUND({area},{decimals})={area})))"
        tests.append(f'{numbers}-COUNTBLANK({area})+COUNTIF({area},"/")={len(run)}')
    return tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"


def _invalid(plan: Plan, run: Sequence[CellKey]) -> str:
    """Cells of a run that hold neither a blank, nor a figure within the measure, nor `/`."""
    area, measure = reference(plan, run, None), cell_of(plan, run[0]).measure
    lowest = -measure.maximum if measure.signed else 0
    fits = f"(ROUND({area},{measure.decimals})={area})*({area}>={lowest})*({area}<={measure.maximum})"
    return f'{len(run)}-SUMPRODUCT(--ISNUMBER(1/({fits})))-COUNTIF({area},"/")'


def _level_count(plan: Plan, table: Table) -> str:
    """Cells above zero in rows that the agency's level may not fill in."""
    cells = leveled(table, plan.spec)
    level = plan.cover["level"].reference
    parts = []
    for levels, group in groupby(cells, key=lambda cell: cell.row.levels):
        allowed = ",".join(f'{level}="{LEVEL_NAMES[name]}"' for name in levels)
        counts = "+".join(f'COUNTIF({reference(plan, run, None)},">0")' for run in _inputs(plan, group))
        parts.append(f"IF(OR({allowed}),0,{counts})")
    return "+".join(parts)


def _inputs(plan: Plan, cells: Iterable[Cell]) -> list[Run]:
    return rectangles(plan, (cell for cell in cells if not cell.total))


def _jumps(plan: Plan, table: Table) -> str:
    """How many cells jumped since last year; blank and `/` are no figures."""
    counted = [cell for cell in plan.spec.cells if cell.table is table and not cell.measure.signed]
    return "+".join(_jumped(plan, run) for run in rectangles(plan, counted)) or "0"


def _jumped(plan: Plan, run: Run) -> str:
    decimals = cell_of(plan, run[0]).measure.decimals
    this, last = reference(plan, run, None), reference(plan, last_year(run), None)
    more, less = (
        f"({one}>{_rounded(f'{JUMP_TIMES}*{other}', decimals)})" for one, other in ((this, last), (last, this))
    )
    far = f"({_rounded(f'ABS({this}-{last})', decimals)}>={JUMP_LEAST})"
    figure = f"(ROUND({this},{decimals})={this})*(LEN({this})>0)"  # a text such as 1,234 would be reckoned with
    return f"SUMPRODUCT(--ISNUMBER(1/(({more}+{less}>0)*{far}*{figure}*(LEN({last})>0))))"
