"""Whose figures go into the county's sum, and why those of others do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.standing import AGENCY_STATES, Standing, describe_tasks
from xltool.campaign.waivers import WaiverRecord
from xltool.model import Absence


@dataclass(frozen=True)
class Gathered:
    """Whose figures go in, who is not there, who need not be, and whom a superior's sum holds already."""

    taken: tuple[Standing, ...]
    absent: tuple[Absence, ...]
    covered: tuple[Absence, ...]
    excused: tuple[Absence, ...] = ()
    waived: Mapping[str, tuple[WaiverRecord, ...]] = field(default_factory=dict)
    """By agency code the words that let something of its version pass."""


def gather_standings(standings: Iterable[Standing]) -> Gathered:
    """The newest accepted version of each agency; one below an agency that returned a sum is in that sum already."""
    waived: dict[str, tuple[WaiverRecord, ...]] = {}
    kept = []
    for standing in standings:
        words = [verdict.waiver for verdict in standing.findings if verdict.waiver is not None]
        if words and standing.state == "accepted":
            waived[standing.entry.agency.code] = tuple({word.rule: word for word in words}.values())
        kept.append(replace(standing, findings=()) if standing.findings else standing)
    above = {s.entry.agency.code: s.covered for s in kept}
    covered = tuple(
        Absence(s.entry.agency, f"已含在{holder.name}的汇总数里")
        for s in kept
        if (holder := above[s.entry.agency.code]) is not None
    )
    own = tuple(s for s in kept if s.state == "accepted" and above[s.entry.agency.code] is None)
    absent = tuple(
        Absence(s.entry.agency, _absence_reason(s))
        for s in kept
        if s.state not in {"accepted", "absent"} and above[s.entry.agency.code] is None
    )
    excused = tuple(Absence(s.entry.agency, _excuse_words(s.absence), excused=True) for s in kept if s.absence)
    passed = {code: words for code, words in waived.items() if above[code] is None}
    return Gathered(own, absent, covered, excused, passed)


def _excuse_words(record: AbsenceRecord) -> str:
    into = f"，并入 {record.into}" if record.into else ""
    return f"{AGENCY_STATES['absent']}{into}：{record.reason}（{record.person}）"


def _absence_reason(standing: Standing) -> str:
    if standing.state == "missing":
        return AGENCY_STATES["missing"]
    return f"{AGENCY_STATES[standing.state]}，第 {standing.number} 版还有 {describe_tasks(standing)}"
