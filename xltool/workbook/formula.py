"""The formulas of a workbook: totals, checks, states. They point into whole frames, so cutting a cell cannot bend them.

A frame is a table's sheet from A1 to its first row and column behind the grid; the frame of a text is its row. `INDEX(frame, row, column)`
survives cut and paste of any input, where a plain `D6` would follow the cell or become #REF!. Functions are those of Excel 2010 and WPS;
nothing is volatile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from xltool.forms.checks import Check, leveled
from xltool.forms.totals import definitions
from xltool.messages import LEVEL_NAMES
from xltool.model import Cell, Linear, Measure, Rule, Table, Terms
from xltool.workbook.a1 import cell_name, quote_sheet
from xltool.workbook.address import CHECK_TOP, CHECKS, TABLE_TOP, TEXTS, Plan, Spot

PASS, FAIL, MEND, OPEN, ASK, TOLD = "通过", "不平", "须改", "未填全", "需核实", "已说明"

LEFT, RIGHT, DIFFERENCE, VERDICT, WHY = 4, 5, 6, 7, 8
"""Columns of the 校验 sheet."""
LENGTH = 3
"""The column of the 文字 sheet that counts characters."""


def total(plan: Plan, rule: Rule) -> str:
    """The locked formula of a total: the sum of its parts once all of them are there, else nothing."""
    assert rule.defines is not None
    table = plan.spec.cell(rule.defines).table
    return f'IF({_valid(plan, rule.linear.right, table)},{_sum(plan, rule.linear.right, table)},"")'


def sides(plan: Plan, linear: Linear, line: int) -> tuple[str, str, str]:
    """Left side, right side and difference of a rule on its line of the 校验 sheet; nothing while a cell is missing."""
    left, right = cell_name(line, LEFT), cell_name(line, RIGHT)
    decimals = plan.spec.cell(linear.keys[0]).measure.decimals
    everything = tuple((key, 1) for key in linear.keys)
    return (
        f'IF({_valid(plan, everything, None)},{_rounded(_sum(plan, linear.left, None), decimals)},"")',
        f'IF(ISNUMBER({left}),{_rounded(_sum(plan, linear.right, None), decimals)},"")',
        f'IF(ISNUMBER({left}),{_rounded(f"{left}-{right}", decimals)},"")',
    )


def verdict(rule: Rule, line: int) -> str:
    """The verdict of a rule in a word, from the figures on its line."""
    left, right, difference = (cell_name(line, column) for column in (LEFT, RIGHT, DIFFERENCE))
    needs = rule.linear.operator == "needs"
    holds = f"OR({left}<=0,{right}>0)" if needs else f"{difference}{rule.linear.operator}0"
    return f'IF(ISNUMBER({left}),IF({holds},"{PASS}",{_bad(rule.severity == "error", FAIL, line)}),"{OPEN}")'


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
        filled = "+".join(f"COUNTA({_range(plan, run, None)})" for run in _input_runs(plan, spec.cells))
        return f"IF({filled}=0,1,0)"
    assert check.table is not None
    cells = [cell for cell in spec.cells if cell.table is check.table and not cell.total]
    if check.kind == "blank":
        return "+".join(f"COUNTBLANK({_range(plan, run, None)})" for run in _input_runs(plan, cells))
    if check.kind == "invalid":
        return "+".join(_invalid(plan, run) for run in _input_runs(plan, cells))
    if check.kind == "doubtful":
        return "+".join(
            f"SUMPRODUCT(--ISNUMBER(1/(({area}>={cell.measure.doubtful_from})*(ROUND({area},0)={area}))))"
            for run in _input_runs(plan, [cell for cell in cells if cell.measure.doubtful_from is not None])
            for cell, area in [(run[0], _range(plan, run, None))]
        )
    return _level_count(plan, check.table)


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
    """The line above each table: the agency and the state."""
    return f'"填报单位："&{plan.cover["name"].reference}&"　　校验结果："&{plan.state.reference}'


def judged(plan: Plan, names: Sequence[str]) -> str:
    """The word for a row or column of a table: the first verdict among its checks that is not 通过."""
    lines = [plan.lines[name] for name in names]
    verdicts = [Spot(CHECKS, line, VERDICT).reference for line in lines]
    unfilled = ",".join(f'{seen}="{OPEN}"' for seen in verdicts)
    text = f'IF(OR({unfilled}),"{OPEN}","{PASS}")'
    for line, seen in reversed(list(zip(lines, verdicts, strict=True))):
        difference = Spot(CHECKS, line, DIFFERENCE).reference
        text = f'IF({seen}="{FAIL}","{FAIL}，差 "&ABS({difference}),IF(OR({seen}="{MEND}",{seen}="{ASK}"),{seen},{text}))'
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
            for column, text in zip((LEFT, RIGHT, DIFFERENCE), sides(plan, check.rule.linear, line), strict=True):
                found[Spot(CHECKS, line, column)] = text
            found[Spot(CHECKS, line, VERDICT)] = verdict(check.rule, line)
    found[plan.state] = state(plan)
    for word in plan.words:
        found[word.spot] = judged(plan, word.checks)
    for table in plan.spec.tables:
        found[Spot(table.sheet, TABLE_TOP - 1, 0)] = heading(plan)
    for spot in plan.texts.values():
        if spot.sheet == TEXTS:
            found[Spot(TEXTS, spot.row, LENGTH)] = f"LEN({_text(spot, TEXTS)})"
    found[Spot(TEXTS, 1, 0)] = heading(plan)
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
    for run, coefficient in _runs(plan, terms):
        sign = "-" if coefficient < 0 else "+" if parts else ""
        times = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
        parts.append(f"{sign}{times}SUM({_range(plan, run, home)})")
    return "".join(parts)


def _valid(plan: Plan, terms: Terms, home: Table | None) -> str:
    """Whether every cell holds a figure of its measure or `/`; a text, a fraction of a count and a blank do not."""
    once = tuple((key, 1) for key, _ in terms)
    tests = []
    for run, _ in _runs(plan, once):
        area, decimals = _range(plan, run, home), run[0].measure.decimals
        numbers = f"SUMPRODUCT(--ISNUMBER(1/(ROUND({area},{decimals})={area})))"
        tests.append(f'{numbers}-COUNTBLANK({area})+COUNTIF({area},"/")={len(run)}')
    return tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"


def _invalid(plan: Plan, run: Sequence[Cell]) -> str:
    """Cells of a run that hold neither a blank, nor a figure within the measure, nor `/`."""
    area, measure = _range(plan, run, None), run[0].measure
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
        counts = "+".join(f'COUNTIF({_range(plan, run, None)},">0")' for run in _input_runs(plan, list(group)))
        parts.append(f"IF(OR({allowed}),0,{counts})")
    return "+".join(parts)


def _range(plan: Plan, run: Sequence[Cell], home: Table | None) -> str:
    """A run of cells as references into the frame of their table, with the sheet's name unless it is at home."""
    table = run[0].table
    bottom, right = plan.frame(table)
    sheet = "" if table is home else f"{quote_sheet(table.sheet)}!"
    frame = f"{sheet}$A$1:{cell_name(bottom, right, absolute=True)}"
    first, last = plan.cells[run[0].key], plan.cells[run[-1].key]
    start = f"INDEX({frame},{first.row + 1},{first.column + 1})"
    return start if len(run) == 1 else f"{start}:INDEX({frame},{last.row + 1},{last.column + 1})"


def _runs(plan: Plan, terms: Terms) -> list[tuple[list[Cell], int]]:
    """Terms as runs of neighbouring cells of one coefficient and precision, down a column or along a row."""
    runs: list[tuple[list[Cell], int]] = []
    for key, coefficient in terms:
        cell = plan.spec.cell(key)
        if runs and runs[-1][1] == coefficient and _continues(plan, runs[-1][0], cell):
            runs[-1][0].append(cell)
        else:
            runs.append(([cell], coefficient))
    return runs


def _continues(plan: Plan, run: Sequence[Cell], cell: Cell) -> bool:
    if cell.table is not run[-1].table or cell.measure is not run[-1].measure:
        return False
    last, here = plan.cells[run[-1].key], plan.cells[cell.key]
    step = (here.row - last.row, here.column - last.column)
    if step not in {(1, 0), (0, 1)}:
        return False
    if len(run) == 1:
        return True
    before = plan.cells[run[-2].key]
    return (last.row - before.row, last.column - before.column) == step


def _input_runs(plan: Plan, cells: Iterable[Cell]) -> list[list[Cell]]:
    """Inputs as rectangles, each from its top left to its bottom right cell; merged neighbours stay out of them."""

    def column_first(cell: Cell) -> tuple[str, int, int]:
        spot = plan.cells[cell.key]
        return spot.sheet, spot.column, spot.row

    inputs = sorted((cell for cell in cells if not cell.total), key=column_first)
    rectangles: list[list[Cell]] = []
    for run, _ in _runs(plan, tuple((cell.key, 1) for cell in inputs)):
        down = _extent(plan, run)
        beside = next((other for other in rectangles if _beside(_extent(plan, other), down) and other[0].measure is run[0].measure), None)
        if beside is None:
            rectangles.append(list(run))
        else:
            beside.extend(run)
    return rectangles


def _extent(plan: Plan, run: Sequence[Cell]) -> tuple[str, int, int, int, int]:
    first, last = plan.cells[run[0].key], plan.cells[run[-1].key]
    return first.sheet, first.row, last.row, first.column, last.column


def _beside(left: tuple[str, int, int, int, int], right: tuple[str, int, int, int, int]) -> bool:
    """Whether the second extent continues the first in the next column, over the same rows."""
    return left[:3] == right[:3] and right[3] == right[4] == left[4] + 1
