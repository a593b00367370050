"""The formulas of a workbook: totals, checks, states. They point into whole frames, so cutting a cell cannot bend them.

A frame is a table's sheet from A1 to its first row and column behind the grid; the frame of a text is its row. `INDEX(frame, row, column)`
survives cut and paste of any input, where a plain `D6` would follow the cell or become #REF!. Functions are those of Excel 2010 and WPS;
nothing is volatile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xltool.forms.checks import Check
from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.forms.totals import find_definitions
from xltool.model import CellKey, Linear, Measure, Rule, Table, Terms
from xltool.spreadsheet.a1 import cell_name
from xltool.workbook.layout_plan import CHECK_TOP, Plan, Spot
from xltool.workbook.places import FormPlaces
from xltool.workbook.ranges import cell_of, reference, runs, text_reference

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


@derive_once
def formulas(plan: Plan) -> dict[Spot, str]:
    """Every formula of a form's workbook by place, without its equals sign: for writing, and for comparing what comes back."""
    found: dict[Spot, str] = {
        plan.cells[key]: total(plan, rule) for key, rule in find_definitions(plan.spec.rules).items()
    }
    places = FormPlaces(plan)
    for check in plan.checks:
        line = plan.lines[check.name]
        if check.kind is not None:
            found[Spot(CHECKS, line, LEFT)] = check.kind.formula(places, check.table)
            found[Spot(CHECKS, line, VERDICT)] = count_verdict(check, line)
        if check.rule is not None:
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
            found[Spot(TEXTS, spot.row, LENGTH)] = f"LEN({text_reference(spot, TEXTS)})"
    return found


def validation(measure: Measure, cell: str, slash: bool) -> str:
    """The custom validation of an input that a plain whole-number validation cannot express."""
    lowest = -measure.maximum if measure.signed else 0
    fits = f"AND(ISNUMBER({cell}),{cell}>={lowest},{cell}<={measure.maximum},ROUND({cell},{measure.decimals})={cell})"
    return f'OR({cell}="/",{fits})' if slash else fits


def _bad(error: bool, word: str, line: int) -> str:
    return f'"{word}"' if error else f'IF(LEN({text_reference(Spot(CHECKS, line, WHY), CHECKS)})>0,"{TOLD}","{ASK}")'


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
