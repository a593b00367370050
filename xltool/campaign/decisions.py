"""What the office decides about an agency, put on the record: the same for a command and for a row of 办公室.xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from xltool.campaign.deadlines import find_deadline
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_decisions import AbsenceRecord, Extension
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standing import Standing
from xltool.campaign.standings import find_standings
from xltool.campaign.store import Store
from xltool.campaign.strays import find_strays
from xltool.campaign.waivers import WaiverRecord, is_about, mark_findings
from xltool.campaign.weighed import WeighedFinding
from xltool.codes import ACROSS_BROKEN
from xltool.days import format_day
from xltool.forms.source import find_closest
from xltool.messages import XltoolError, join_first, suggest

SHARED_CODES: Final = frozenset({"rule.broken", ACROSS_BROKEN})
"""The codes of every 勾稽关系: a word on one would let pass all of them, now and later."""
MOST_NAMES: Final = 8


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why something is decided, by whom, and when."""

    reason: str
    person: str
    at: datetime

    @property
    def moment(self) -> str:
        """When, as the database keeps it."""
        return self.at.isoformat(timespec="seconds")


def find_entry(roster: Roster, agency: str) -> RosterEntry:
    """The line of the roster with that code, or with just that name when no other has it.

    Raises `XltoolError` naming the nearest known one.
    """
    named = [entry for entry in roster.entries if entry.agency.name == agency]
    found = roster.agencies.get(agency) or (named[0] if len(named) == 1 else None)
    if found is None:
        known = {name: entry for entry in roster.entries for name in (entry.agency.code, entry.agency.name)}
        near = known.get(find_closest(agency, known))
        hint = suggest(f"{near.agency.code}（{near.agency.name}）" if near else "")
        raise XltoolError(f"单位名录里没有“{agency}”{hint}。")
    return found


def find_absentee(roster: Roster, store: Store, agency: str) -> tuple[str, str]:
    """Code and name of an agency of the roster, or of one that the roster lost."""
    absences = store.absences()
    lost = {stray.code: stray.name for stray in find_strays(roster, store) if stray.code not in roster.agencies}
    lost |= {code: record.name for code, record in absences.items() if code not in roster.agencies}
    if agency in lost:
        return agency, lost[agency] or agency
    entry = find_entry(roster, agency)
    return entry.agency.code, entry.agency.name


def find_own_standing(campaign: Campaign, store: Store, entry: RosterEntry, at: datetime) -> Standing:
    """How one agency stands by what it sent itself."""
    return find_standings(campaign, Roster((entry,)), store, at.date())[0]


def waive_findings(
    campaign: Campaign, store: Store, entry: RosterEntry, rules: Sequence[str], ruling: Ruling
) -> list[WeighedFinding]:
    """Lets the findings of an agency pass that rules or codes name, and gives them, each once.

    The same word again changes nothing. Raises `XltoolError`, and lets none pass, when one of them names none.
    """
    standing = find_own_standing(campaign, store, entry, ruling.at)
    passing = [finding for rule in rules for finding in match_findings(standing, rule)]
    version = store.counting_of(entry.agency.code)
    assert version is not None  # nothing passes without one
    new = []
    for rule in rules:
        marks = mark_findings(rule, version.findings, version.submission, version.sha256)
        waiver = WaiverRecord(entry.agency.code, rule, ruling.reason, ruling.person, ruling.moment, marks)
        told = find_waiver(store, entry.agency.code, rule)
        if told is None or replace(told, at=waiver.at) != waiver:
            new.append(waiver)
    if new:
        store.waive(*new)
    return [finding for finding in standing.findings if finding in passing]


def withdraw_waivers(store: Store, entry: RosterEntry, rules: Sequence[str], ruling: Ruling) -> None:
    """Takes words back that let findings pass; raises `XltoolError` naming those on the record where one is none."""
    agency = entry.agency
    given = [waiver.rule for waiver in store.waivers().get(agency.code, ())]
    for rule in rules:
        if rule not in given:
            known = f"现有：{list_names(given)}" if given else "它没有放行过任何一条"
            raise XltoolError(f"{agency.name}（{agency.code}）没有对 {rule} 的放行，不用撤销；{known}。")
    if rules:
        store.withdraw_waivers(agency.code, dict.fromkeys(rules), ruling.moment, ruling.person, ruling.reason)


def find_waiver(store: Store, code: str, rule: str) -> WaiverRecord | None:
    """The word on the record that lets a rule of an agency pass."""
    return next((waiver for waiver in store.waivers().get(code, ()) if waiver.rule == rule), None)


def excuse_agency(roster: Roster, store: Store, agency: str, into: str, ruling: Ruling) -> AbsenceRecord:
    """Notes that an agency need not report, and whose figures hold its own; the same word again changes nothing."""
    code, name = find_absentee(roster, store, agency)
    target = _find_target(roster, store, code, into) if into else ""
    record = AbsenceRecord(code, name, target, ruling.reason, ruling.person, ruling.moment)
    told = store.absences().get(code)
    if told is None or (told.into, told.reason, told.person) != (target, ruling.reason, ruling.person):
        store.excuse(record)
    return record


def withdraw_absence(roster: Roster, store: Store, agency: str, ruling: Ruling) -> tuple[str, str]:
    """Takes the word back that an agency need not report; its code and name."""
    code, name = find_absentee(roster, store, agency)
    if code not in store.absences():
        raise XltoolError(f"{name}（{code}）没有记为无需报送，不用撤销。")
    store.withdraw_absence(code, ruling.moment, ruling.person, ruling.reason)
    return code, name


def extend_deadline(campaign: Campaign, store: Store, entry: RosterEntry, day: date, ruling: Ruling) -> date | None:
    """Gives an agency a deadline of its own, and tells the one before; the same word again changes nothing."""
    if campaign.deadline is not None and day < campaign.deadline:
        raise XltoolError(f"{format_day(day)}早于本任务的期限（{format_day(campaign.deadline)}），不是延期。")
    told = store.extensions().get(entry.agency.code)
    if told is None or (told.day, told.reason, told.person) != (day.isoformat(), ruling.reason, ruling.person):
        store.extend(Extension(entry.agency.code, day.isoformat(), ruling.reason, ruling.person, ruling.moment))
    return find_deadline(campaign, told)


def withdraw_extension(store: Store, entry: RosterEntry, ruling: Ruling) -> Extension:
    """Takes back the deadline of its own that an agency was given, and gives it."""
    agency = entry.agency
    told = store.extensions().get(agency.code)
    if told is None:
        raise XltoolError(f"{agency.name}（{agency.code}）没有延期，不用撤销。")
    store.withdraw_extension(agency.code, ruling.moment, ruling.person, ruling.reason)
    return told


def list_names(names: Iterable[str]) -> str:
    """Names of findings in a sentence, the first of them where they are many."""
    return join_first(list(dict.fromkeys(names)), MOST_NAMES, "条") or "（没有）"


def _find_target(roster: Roster, store: Store, code: str, into: str) -> str:
    entry = find_entry(roster, into)
    if entry.agency.code == code:
        raise XltoolError("一个单位不能并入它自己。")
    if entry.agency.code in store.absences():
        raise XltoolError(f"{entry.agency.name}（{entry.agency.code}）自己也记为无需报送，不能并入它。")
    return entry.agency.code


def match_findings(standing: Standing, rule: str) -> list[WeighedFinding]:
    """The findings of the newest version that the word is about; raises `XltoolError` when there are none."""
    name = standing.entry.agency.name
    if standing.version is None:
        raise XltoolError(f"{name}还没有报送，没有可以放行的审核结果。")
    asking = [verdict for verdict in standing.findings if verdict.severity != "info"]
    if not asking:
        raise XltoolError(f"{name}第 {standing.number} 版没有强制性错误，也没有核实性问题，不用放行。")
    known = list(
        dict.fromkeys(
            spelt
            for verdict in asking
            for spelt in (verdict.name, verdict.rule, verdict.code)
            if spelt not in SHARED_CODES
        )
    )
    if rule in SHARED_CODES:
        raise XltoolError(
            f"{rule} 是各条勾稽关系共用的代码，请写明放行哪一条："
            f"{list_names(v.name for v in asking if v.code == rule)}。"
        )
    passing = [verdict for verdict in asking if is_about(rule, verdict.finding)]
    if not passing:
        hint = suggest(find_closest(rule, known), lead="") or f"现有：{list_names(verdict.name for verdict in asking)}"
        raise XltoolError(f"{name}第 {standing.number} 版的审核结果里没有 {rule}；{hint}。")
    return passing
