"""What every formula of a workbook shows for a submission, computed without Excel: the cached values that viewers see first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from xltool.forms import totals
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.forms.text import excel_length
from xltool.messages import plain
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
    judged_text,
    needs_last_year,
    state_text,
)
from xltool.workbook.helpers import place_sums
from xltool.workbook.layout_plan import DIFFERENCE, LEFT, LENGTH, RIGHT, VERDICT, Plan, Spot

Shown: TypeAlias = int | float | str


def shown(plan: Plan, submission: Submission, prior: Sequence[Value] = ()) -> dict[Spot, Shown]:
    """The result of every formula by place, for the submission with its totals computed from its inputs.

    `prior` are last year's values in the order of the form, for a plan that shows them.
    """
    spec = plan.spec
    submission = replace(submission, values=totals.compute_totals(spec, submission.values))
    found: dict[Spot, Shown] = {}
    for cell, value in zip(spec.cells, submission.values, strict=True):
        found[plan.cells[cell.key] if cell.total else plan.copies[cell.key]] = figure(value, cell)
    words: dict[str, tuple[str, str]] = {}
    values = dict(zip(spec.index, submission.values, strict=True))
    for run, spot in place_sums(plan).items():
        found[spot] = _total([values[key] for key in run], spec.cell(run[0]))
    rules = build_matrix(spec, plan.prior)
    view = SubmissionView(spec, [submission], [prior] if plan.prior else None)
    stack = join_years(view.stack, view.last) if plan.prior else view.stack
    left, right = rules.sides(stack)
    verdicts = rules.verdicts(stack, left, right)[0]
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
            found[Spot(CHECKS, line, LEFT)] = number
            words[check.name] = (word, "")
        else:
            verdict, first, second = judged[check.name]
            word = _word(check.rule, verdict, told)
            if (
                verdict is Verdict.UNKNOWN
                and needs_last_year(check.rule)
                and None not in [values[key] for key in check.rule.linear.own]
            ):
                word = WITHOUT
            decimals = spec.cell(check.rule.linear.own[0]).measure.decimals
            for column, number in ((LEFT, first), (RIGHT, second), (DIFFERENCE, first - second)):
                found[Spot(CHECKS, line, column)] = "" if verdict is Verdict.UNKNOWN else _number(number, decimals)
            words[check.name] = (word, "" if verdict is Verdict.UNKNOWN else plain(first - second, decimals))
        found[Spot(CHECKS, line, VERDICT)] = word
    tally = [word for word, _ in words.values()]
    state = state_text(tally.count(FAIL) + tally.count(MEND), tally.count(ASK))
    found[plan.state] = state
    for place in plan.words:
        found[place.spot] = judged_text([words[name] for name in place.checks])
    for spot in plan.states.values():
        found[spot] = f"校验结果：{state}"
    for key, spot in plan.texts.items():
        if spot.sheet == TEXTS:
            found[Spot(TEXTS, spot.row, LENGTH)] = excel_length(submission.texts.get(key, ""))
    return found


def figure(value: Value, cell: Cell) -> Shown:
    """A figure as a workbook holds it: a double of at most 15 digits, `/` as text, nothing for a blank."""
    if value is None:
        return ""
    return "/" if isinstance(value, NotApplicable) else _number(value, cell.measure.decimals)


def _total(values: Sequence[Value], cell: Cell) -> Shown:
    """The sum of a run of cells like this one, nothing while one is blank."""
    numbers = [value for value in values if isinstance(value, int)]
    return "" if None in values else _number(sum(numbers), cell.measure.decimals)


def _number(scaled: int, decimals: int) -> Shown:
    return float(plain(scaled, decimals)) if decimals else scaled


def _word(rule: Rule, verdict: Verdict, told: bool) -> str:
    if verdict is Verdict.UNKNOWN:
        return OPEN
    if verdict is Verdict.PASS:
        return PASS
    return FAIL if rule.severity == "error" else TOLD if told else ASK
