"""The whole judgement of readings: totals completed, cells and rules checked, suspects named, findings in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from xltool.forms import totals
from xltool.messages import finding
from xltool.model import SEVERITIES, CellKey, Finding, FormSpec, Reading, Submission
from xltool.rules import cells, localise, prior_year, texts, validate
from xltool.rules.stack import join_years
from xltool.rules.view import SubmissionView


def judge_readings(
    spec: FormSpec, readings: Sequence[Reading], priors: Sequence[Submission | None] | None = None
) -> list[Reading]:
    """Each reading of one form with all findings, errors first, in the order of the form.

    Rejected readings stay as they are.

    `priors` are last year's submissions, of this or another edition, one for each reading or None where there is none.
    """
    completed: list[Submission] = []
    notes: list[list[Finding]] = []
    for reading in readings:
        if reading.submission is None:
            continue
        submission, keys = totals.complete_totals(spec, reading.submission)
        completed.append(submission)
        notes.append([*reading.findings, *([finding("total.computed", *keys, count=len(keys))] if keys else [])])
    if not completed:
        return list(readings)
    given = [
        prior
        for reading, prior in zip(readings, priors or [None] * len(readings), strict=True)
        if reading.submission is not None
    ]
    last_year = [prior_year.align_prior(spec, prior) for prior in given] if any(given) else None
    view = SubmissionView(spec, completed, last_year)
    doubts = cells.find_cell_faults(view, [{key for note in mine for key in note.keys} for mine in notes])
    for mine, submission, prior in zip(doubts, completed, given, strict=True):
        mine.extend(texts.find_text_doubts(spec, submission, prior))
    years = view.stack if last_year is None else join_years(view.stack, view.last)
    breaks = validate.find_broken_rules(spec, completed, years, last_year)
    results = []
    for submission, mine, doubt, broken in zip(completed, notes, doubts, breaks, strict=True):
        found = [*mine, *doubt, *localise.explain_findings(spec, submission.values, broken)]
        results.append(Reading(submission, tuple(sorted(found, key=partial(_finding_order, spec.index)))))
    queue = iter(results)
    return [reading if reading.submission is None else next(queue) for reading in readings]


def _finding_order(index: Mapping[CellKey, int], found: Finding) -> tuple[int, int]:
    return SEVERITIES.index(found.severity), min(index[key] for key in found.keys) if found.keys else -1
