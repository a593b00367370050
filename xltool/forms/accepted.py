"""Figures accepted in place of typed ones: put into a submission with what that moves, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xltool.forms.list_terms import reckon_lists
from xltool.forms.number import format_value
from xltool.forms.totals import compute_totals
from xltool.messages import finding
from xltool.model import Acceptance, CellKey, Finding, FormSpec, Submission, Value


def value_of(spec: FormSpec, submission: Submission, key: CellKey) -> Value:
    """What a submission has in a cell."""
    return submission.values[spec.index[key]]


def accept_figure(spec: FormSpec, submission: Submission, acceptance: Acceptance) -> Submission:
    """A submission with a figure in place of the one in its cell; totals that agreed with their parts go with it.

    A total that was typed otherwise stays: it may be right. What they were is kept with the acceptance.
    """
    before, after = submission.values, list(submission.values)
    after[spec.index[acceptance.key]] = acceptance.value
    numbers = reckon_lists(spec, submission)
    old, new = compute_totals(spec, before, numbers), compute_totals(spec, after, numbers)
    moved: dict[CellKey, Value] = {}
    for at, cell in enumerate(spec.cells):
        if cell.total and cell.key != acceptance.key and before[at] == old[at] != new[at]:
            moved[cell.key], after[at] = before[at], new[at]
    kept = replace(acceptance, totals=moved)
    return replace(submission, values=tuple(after), acceptances=(*submission.acceptances, kept))


def restore_typed(spec: FormSpec, submission: Submission) -> Submission:
    """A submission as its agency typed it; what a sum says of the agencies in it is no word on its own figures."""
    if submission.scope != "own" or not submission.acceptances:
        return submission
    values = list(submission.values)
    for acceptance in reversed(submission.acceptances):
        for key, value in ((acceptance.key, acceptance.typed), *acceptance.totals.items()):
            values[spec.index[key]] = value
    return replace(submission, values=tuple(values), acceptances=())


def tell_acceptances(spec: FormSpec, submission: Submission) -> Iterator[Finding]:
    """What is said of a submission that has accepted figures: of each, what was typed, and by whose word."""
    for each in submission.acceptances:
        measure = spec.cell(each.key).measure
        yield finding(
            "figure.accepted",
            each.key,
            whose=f"{each.name}：" if submission.scope == "consolidated" else "",
            was=format_value(each.typed, measure),
            accepted=format_value(each.value, measure),
            reason=each.reason,
            person=each.person,
        )
