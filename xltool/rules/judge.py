"""The whole judgement of readings: totals completed, cells and rules checked, suspects named, findings in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from xltool.forms import totals
from xltool.forms.accepted import tell_acceptances
from xltool.forms.list_terms import reckon_lists
from xltool.messages import finding
from xltool.model import SEVERITIES, CellKey, Finding, FormSpec, Reading, Submission, Value
from xltool.periods import period_of
from xltool.rules import cells, copied, prior_year, settled, texts, validate
from xltool.rules.cause import Cause
from xltool.rules.facts import Fact, find_facts
from xltool.rules.list_faults import judge_lists
from xltool.rules.stack import join_years, stack_values
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
        prior_year.supply_prior(spec, reading.submission, prior)
        for reading, prior in zip(readings, priors or [None] * len(readings), strict=True)
        if reading.submission is not None
    ]
    view, doubts, breaks, last_year, facts = _judge_completed(spec, completed, given, notes)
    results = []
    doubts = [list(_drop_told(mine, doubt)) for mine, doubt in zip(notes, doubts, strict=True)]
    for at, submission in enumerate(completed):
        notes[at].extend(tell_acceptances(spec, submission))
        if submission.waivers:
            doubts[at], told = settled.settle_findings(spec, submission, doubts[at])
            breaks[at], passed = settled.settle_findings(spec, submission, breaks[at])
            notes[at].extend((*told, *passed))
    for at, (submission, mine, doubt, broken) in enumerate(zip(completed, notes, doubts, breaks, strict=True)):
        before = None if last_year is None else last_year[at]
        barred = view.list_barred(at) if broken or submission.controls else ()
        doubtful, led, left = copied.lead_copied(spec, submission, before, doubt, broken)
        why, explained = _explain_breaks(spec, submission, before, left, facts=facts[at], barred=barred)
        noticed, quoted = _quote_typed(mine, doubtful)
        judged = [*quoted, *led, *explained]

        def judge_anew(corrected: Submission, prior: Submission | None = given[at]) -> Iterable[Finding]:
            again = _judge_completed(spec, [corrected], [prior], [()])
            return (*again.doubts[0], *again.breaks[0])

        if judged:
            from xltool.rules import consequences  # with all that looks for causes, as below

            judged = consequences.find_consequences(spec, submission, judged, why, judge_anew)
        results.append(Reading(submission, tuple(sorted([*noticed, *judged], key=partial(_finding_order, spec.order)))))
    queue = iter(results)
    return [reading if reading.submission is None else next(queue) for reading in readings]


def _explain_breaks(
    spec: FormSpec,
    submission: Submission,
    before: Sequence[Value] | None,
    broken: Sequence[Finding],
    *,
    facts: Sequence[Fact],
    barred: Sequence[CellKey],
) -> tuple[list[Cause], list[Finding]]:
    """The causes of broken rules, and what was found with these: where 核对数 are at hand, with what they say."""
    if not broken and not submission.controls:
        return [], []
    from xltool.rules import causes, control_totals

    witness, numbers = control_totals.put_controls(spec, submission), reckon_lists(spec, submission)
    if witness is None:
        why = causes.find_causes(spec, submission.values, before, broken, facts=facts, barred=barred, numbers=numbers)
        return why, causes.explain_findings(broken, why)
    crossed = control_totals.break_rules(spec, witness, before)
    why = causes.find_causes(spec, witness.values, before, crossed, facts=facts, barred=barred, numbers=numbers)
    explained = causes.explain_findings([*broken, *control_totals.tell_controls(spec, crossed)], why)
    return why, control_totals.point_at_parts(spec, explained)


def _drop_told(notes: Sequence[Finding], doubts: Sequence[Finding]) -> Iterator[Finding]:
    """What is doubtful, without another agency's name in the texts where whoever knows the roster has told of it."""
    told = {note.data["found"] for note in notes if note.code == "campaign.misnamed"}
    yield from (each for each in doubts if each.code != "text.agency" or each.data["found"] not in told)


def _quote_typed(notes: Sequence[Finding], found: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What was noticed in reading, and what was found: `/` that was read in a word such as 无 is told once, as it."""
    typed = {
        key: raw
        for note in notes
        if note.code == "number.normalised" and note.data["as"] == "/"
        for key, raw in zip(note.keys, note.data.get("raws", (note.data["raw"],)), strict=False)
    }
    told = {key for each in found if each.code == "cell.not_applicable" for key in each.keys if key in typed}
    quoted = [
        replace(each, data={**each.data, "raw": typed[each.keys[0]]})
        if each.code == "cell.not_applicable" and each.keys[0] in told
        else each
        for each in found
    ]
    return [note for note in notes if note.code != "number.normalised" or not told.issuperset(note.keys)], quoted


class _Judged(NamedTuple):
    """For each submission what is doubtful of it, its broken rules, last year's values, and what its texts state."""

    view: SubmissionView
    doubts: list[list[Finding]]
    breaks: list[list[Finding]]
    last_year: list[tuple[Value, ...]] | None
    facts: list[tuple[Fact, ...]]


def _judge_completed(
    spec: FormSpec,
    completed: Sequence[Submission],
    given: Sequence[Submission | None],
    notes: Sequence[Sequence[Finding]],
) -> _Judged:
    pairs = zip(completed, given, strict=True)
    last_year = (
        [prior_year.align_earlier(spec, period_of(mine), prior) for mine, prior in pairs] if any(given) else None
    )
    view = SubmissionView(spec, completed, last_year)
    spoken = [{key for note in mine if note.code != "total.computed" for key in note.keys} for mine in notes]
    doubts = cells.find_cell_faults(view, spoken)
    for at, found in copied.find_copied_figures(view):
        doubts[at].append(found)
    facts = [find_facts(spec, submission, prior) for submission, prior in zip(completed, given, strict=True)]
    for mine, submission, prior, stated, noted in zip(doubts, completed, given, facts, notes, strict=True):
        mine.extend(texts.find_text_doubts(spec, submission, prior, stated))
        mine.extend(judge_lists(spec, submission, noted))
    years = view.stack if last_year is None else join_years(view.stack, stack_values(last_year))
    return _Judged(view, doubts, validate.find_broken_rules(spec, completed, years, last_year), last_year, facts)


def _finding_order(order: Mapping[CellKey, int], found: Finding) -> tuple[int, int]:
    return SEVERITIES.index(found.severity), min(order[key] for key in found.keys) if found.keys else -1
