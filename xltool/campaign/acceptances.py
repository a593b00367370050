"""Figures that count in place of typed ones: on the record, and whether they still hold.

An acceptance is about a cell that holds one figure: wherever an agency's return has that figure there the accepted one
counts; where it has another, the agency has thought again, and its own counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xltool.campaign.kept_findings import restore_finding
from xltool.forms.accepted import accept_figure, restore_typed, value_of
from xltool.forms.number import format_value
from xltool.messages import finding
from xltool.model import (
    NOT_APPLICABLE,
    Acceptance,
    CellKey,
    Finding,
    FormSpec,
    ProposedFigure,
    Reading,
    Submission,
    Value,
)
from xltool.rules.opinions import find_proposed, group_findings


@dataclass(frozen=True, slots=True)
class AcceptanceRecord:
    """That a figure counts for an agency in place of one that it typed: why, by whose word, when.

    `told` is the change as it is read: `4 → 1`.
    """

    agency: str
    key: CellKey
    typed: Value
    value: int
    told: str
    reason: str
    person: str
    at: str

    @property
    def change(self) -> ProposedFigure:
        """What is put in place of what."""
        return ProposedFigure(self.key, self.typed, self.value)


def dump_value(value: Value) -> str:
    """A value as the database keeps it."""
    return json.dumps("/" if value is NOT_APPLICABLE else value)


def parse_value(text: str) -> Value:
    """A value from what the database keeps."""
    value = json.loads(text)
    return NOT_APPLICABLE if value == "/" else value


def record_change(  # noqa: PLR0917
    spec: FormSpec, agency: str, change: ProposedFigure, reason: str, person: str, at: str
) -> AcceptanceRecord:
    """The acceptance of a change that was proposed."""
    told = word_proposal(spec, change)
    return AcceptanceRecord(agency, change.key, change.typed, change.value, told, reason, person, at)


def word_proposal(spec: FormSpec, change: ProposedFigure) -> str:
    """A change as it is read: `4 → 1`."""
    measure = spec.cell(change.key).measure
    return f"{format_value(change.typed, measure)} → {format_value(change.value, measure)}"


def list_proposals(spec: FormSpec, findings: Iterable[Mapping[str, Any]]) -> list[tuple[ProposedFigure, ...]]:
    """What the opinions on kept findings propose, one after the other, those that propose nothing left out."""
    found = [restore_finding(each, spec) for each in findings]
    return [proposed for opinion in group_findings(found) if (proposed := find_proposed(opinion))]


def apply_acceptances(
    spec: FormSpec, submission: Submission, records: Iterable[AcceptanceRecord]
) -> tuple[Submission, list[Finding]]:
    """An agency's figures with those that count in their place, and which acceptances hold no more.

    A sum is left as it is: what is wrong in it is its agencies'.
    """
    typed = restore_typed(spec, submission)
    if submission.scope != "own":
        return submission, []
    now, void = typed, []
    for record in records:
        if record.key not in spec.index:
            continue
        holds = value_of(spec, typed, record.key)
        if holds == record.typed:
            name = typed.agency.name
            given = Acceptance(
                record.agency, name, record.key, record.typed, record.value, record.reason, record.person
            )
            now = accept_figure(spec, now, given)
        elif holds != record.value:
            void.append(_tell_void(spec, record, holds))
    return now, void


def drop_claims(submission: Submission) -> Submission:
    """A submission as it came, without what it says itself that was accepted of its own figures: that is our word."""
    return replace(submission, acceptances=()) if submission.scope == "own" else submission


def accept_reading(spec: FormSpec, reading: Reading, records: Iterable[AcceptanceRecord]) -> Reading:
    """A reading with the figures that count in place of typed ones, before it is judged."""
    assert reading.submission is not None
    submission, void = apply_acceptances(spec, reading.submission, records)
    return replace(reading, submission=submission, findings=(*reading.findings, *void))


def is_proposed(changes: Sequence[ProposedFigure], proposals: Iterable[Sequence[ProposedFigure]]) -> bool:
    """Whether just these changes are proposed together."""
    return any(set(changes) == set(each) for each in proposals)


def _tell_void(spec: FormSpec, record: AcceptanceRecord, now: Value) -> Finding:
    measure = spec.cell(record.key).measure
    typed, accepted = record.told.split(" → ")
    return finding(
        "accept.void",
        record.key,
        was=typed,
        accepted=accepted,
        reason=record.reason,
        person=record.person,
        now=format_value(now, measure),
    )


def list_unsettled(spec: FormSpec, submission: Submission, records: Iterable[AcceptanceRecord]) -> Iterator[CellKey]:
    """The cells in which a kept submission has another figure than the record of acceptances gives it."""
    now, _ = apply_acceptances(spec, submission, records)
    if now != submission:
        held = {(each.key, each.value, each.reason, each.person) for each in submission.acceptances}
        told = {(each.key, each.value, each.reason, each.person) for each in now.acceptances}
        yield from sorted({key for key, *_ in held ^ told} or {each.key for each in now.acceptances})
