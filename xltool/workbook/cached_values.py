"""What every formula of a workbook shows for a submission, computed without Excel.

The cached values that viewers see first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from xltool.forms import totals
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.forms.text import excel_length
from xltool.messages import format_scaled
from xltool.model import Cell, NotApplicable, Rule, Submission, Value
from xltool.rules.cells import count_faults
from xltool.rules.matrix import Verdict, build_matrix
from xltool.rules.stack import join_years
from xltool.rules.view import SubmissionView
from xltool.workbook.formula import (
    ASK,
    FAIL,
    MEND,
    OPEN,
    PASS,
    TOLD,
    WITHOUT,
    needs_last_year,
    say_state,
    say_word,
)
from xltool.workbook.helpers import place_sums
from xltool.workbook.layout_plan import (
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    LENGTH_COLUMN,
    RIGHT_COLUMN,
    VERDICT_COLUMN,
    Plan,
    Spot,
)

CachedValue: TypeAlias = int | float | str


def compute_cached_values(plan: Plan, submission: Submission, prior: Sequence[Value] = ()) -> dict[Spot, CachedValue]:
    """The result of every formula by place, for the submission with its totals computed from its inputs.

    `prior` are last year's values in the order of the form, for a plan that shows them.
    """
    spec = plan.spec
    submission = replace(submission, values=totals.compute_totals(spec, submission.values))
    found: dict[Spot, CachedValue] = {}
    for cell, value in zip(spec.cells, submission.values, strict=True):
        found[plan.cells[cell.key] if cell.total else plan.copies[cell.key]] = to_cached_figure(value, cell)
    words: dict[str, tuple[str, str]] = {}
    values = dict(zip(spec.index, submission.values, strict=True))
    for run, spot in place_sums(plan).items():
        found[spot] = _sum_run([values[key] for key in run], spec.cell(run[0]))
    rules = build_matrix(spec, plan.prior)
    view = SubmissionView(spec, [submission], [prior] if plan.prior else None)
    stack = join_years(view.stack, view.last) if plan.prior else view.stack
    left, right = rules.compute_sides(stack)
    verdicts = rules.compute_verdicts(stack, left, right)[0]
    counts = count_faults(view, plan.checks)
    judged = {
        rule.name: (Verdict(int(v)), int(a), int(b))
        for rule, v, a, b in zip(rules.rules, verdicts, left[0], right[0], strict=True)
    }
    for check in plan.checks:
        line, told = plan.lines[check.name], bool(submission.explanations.get(check.name))
        if check.rule is None:
            number = counts[check.name][0]
            word = PASS if number == 0 else MEND if check.severity == "error" else TOLD if told else ASK
            found[Spot(CHECKS, line, LEFT_COLUMN)] = number
            words[check.name] = (word, "")
        else:
            verdict, first, second = judged[check.name]
            word = _verdict_word(check.rule, verdict, told)
            if (
                verdict is Verdict.UNKNOWN
                and needs_last_year(check.rule)
                and None not in [values[key] for key in check.rule.linear.own]
            ):
                word = WITHOUT
            decimals = spec.cell(check.rule.linear.own[0]).measure.decimals
            for column, number in ((LEFT_COLUMN, first), (RIGHT_COLUMN, second), (DIFFERENCE_COLUMN, first - second)):
                found[Spot(CHECKS, line, column)] = "" if verdict is Verdict.UNKNOWN else _to_double(number, decimals)
            words[check.name] = (word, "" if verdict is Verdict.UNKNOWN else format_scaled(first - second, decimals))
        found[Spot(CHECKS, line, VERDICT_COLUMN)] = word
    tally = [word for word, _ in words.values()]
    state = say_state(tally.count(FAIL) + tally.count(MEND), tally.count(ASK))
    found[plan.state] = state
    for place in plan.words:
        found[place.spot] = say_word([words[name] for name in place.checks])
    for spot in plan.states.values():
        found[spot] = f"校验结果：{state}"
    for key, spot in plan.texts.items():
        if spot.sheet == TEXTS:
            found[Spot(TEXTS, spot.row, LENGTH_COLUMN)] = excel_length(submission.texts.get(key, ""))
    return found


def to_cached_figure(value: Value, cell: Cell) -> CachedValue:
    """A figure as a workbook holds it: a double of at most 15 digits, `/` as text, nothing for a blank."""
    if value is None:
        return ""
    return "/" if isinstance(value, NotApplicable) else _to_double(value, cell.measure.decimals)


def _sum_run(values: Sequence[Value], cell: Cell) -> CachedValue:
    """The sum of a run of cells like this one, nothing while one is blank."""
    numbers = [value for value in values if isinstance(value, int)]
    return "" if None in values else _to_double(sum(numbers), cell.measure.decimals)


def _to_double(scaled: int, decimals: int) -> CachedValue:
    return float(format_scaled(scaled, decimals)) if decimals else scaled


def _verdict_word(rule: Rule, verdict: Verdict, told: bool) -> str:
    if verdict is Verdict.UNKNOWN:
        return OPEN
    if verdict is Verdict.PASS:
        return PASS
    return FAIL if rule.severity == "error" else TOLD if told else ASK
