"""The whole judgement of readings: totals completed, cells and rules checked, suspects named, findings in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from xltool.forms import totals
from xltool.messages import finding
from xltool.model import CellKey, Finding, FormSpec, Reading, Severity, Submission
from xltool.rules import cells, localise, validate

_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def judged(spec: FormSpec, readings: Sequence[Reading]) -> list[Reading]:
    """Each reading of one form with all findings, errors first, in the order of the form; rejected readings stay as they are."""
    completed: list[Submission] = []
    notes: list[list[Finding]] = []
    for reading in readings:
        if reading.submission is None:
            continue
        submission, keys = totals.completed(spec, reading.submission)
        completed.append(submission)
        notes.append([*reading.findings, *([finding("total.computed", *keys, count=len(keys))] if keys else [])])
    if not completed:
        return list(readings)
    stack = validate.stacked([submission.values for submission in completed])
    noted = [{key for note in mine for key in note.keys} for mine in notes]
    doubts = cells.doubtful(spec, completed, stack, noted)
    breaks = validate.broken(spec, completed, stack)
    results = []
    for submission, mine, doubt, broken in zip(completed, notes, doubts, breaks, strict=True):
        found = [*mine, *doubt, *localise.explained(spec, submission.values, broken)]
        results.append(Reading(submission, tuple(sorted(found, key=partial(_order, spec.index)))))
    queue = iter(results)
    return [reading if reading.submission is None else next(queue) for reading in readings]


def _order(index: Mapping[CellKey, int], found: Finding) -> tuple[int, int]:
    return _RANK[found.severity], min(index[key] for key in found.keys) if found.keys else -1
