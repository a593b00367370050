"""What the office decided about agencies as the store keeps it: each word that counts, and the event that says it.

A waiver lets findings pass, an acceptance counts in place of a typed figure, an absence excuses from reporting, an
extension is a deadline of one's own, a choice says which version counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xltool.campaign.acceptances import AcceptanceRecord, dump_value, parse_value
from xltool.campaign.kept_blanks import KeptBlanks
from xltool.campaign.waivers import WaiverRecord, dump_marks, parse_marks


@dataclass(frozen=True, slots=True)
class AbsenceRecord:
    """An agency that need not report: why, by whose word, and the agency whose figures hold its own, if any does."""

    agency: str
    name: str
    into: str
    reason: str
    person: str
    at: str


@dataclass(frozen=True, slots=True)
class Extension:
    """The deadline that one agency was given: until when (an ISO day), why, by whose word."""

    agency: str
    day: str
    reason: str
    person: str
    at: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which version of an agency counts (0 is none), said when `known` versions were there, for that name."""

    agency: str
    name: str
    number: int
    known: int
    reason: str
    person: str
    at: str


class KeptDecisions(KeptBlanks):
    """The last word on each matter; the events keep those before."""

    def waivers(self) -> dict[str, tuple[WaiverRecord, ...]]:
        """All waivers by agency."""
        found: dict[str, tuple[WaiverRecord, ...]] = {}
        for *row, marks in self._get("waiver", "ORDER BY agency, rule"):
            agency, rule, reason, person, at = row
            waiver = WaiverRecord(agency, rule, reason, person, at, parse_marks(marks))
            found[agency] = (*found.get(agency, ()), waiver)
        return found

    def waive(self, *waivers: WaiverRecord) -> None:
        """Lets findings pass, all or none; a second word on a finding replaces the first, the events keep both."""
        with self._transaction():
            for w in waivers:
                self._put("waiver", w.agency, w.rule, w.reason, w.person, w.at, dump_marks(w.marks))
                self._note(w.at, w.person, "waive", describe_waiver(w.agency, w.rule, w.reason))

    def withdraw_waivers(self, agency: str, rules: Iterable[str], at: str, person: str, reason: str) -> None:
        """Takes the words back that let findings of an agency pass, all or none."""
        with self._transaction():
            for rule in rules:
                self._change("DELETE FROM waiver WHERE agency = ? AND rule = ?", agency, rule)
                self._note(at, person, "waive", f"{agency} {rule} 撤销：{reason}")

    def acceptances(self) -> dict[str, tuple[AcceptanceRecord, ...]]:
        """The figures that count in place of typed ones, by agency, in the order of their cells."""
        found: dict[str, tuple[AcceptanceRecord, ...]] = {}
        for agency, cell, typed, *rest in self._get("acceptance", "ORDER BY agency, cell"):
            record = AcceptanceRecord(agency, cell, parse_value(typed), *rest)
            found[agency] = (*found.get(agency, ()), record)
        return found

    def _accept(self, records: Iterable[AcceptanceRecord]) -> None:
        for r in records:
            self._put("acceptance", r.agency, r.key, dump_value(r.typed), r.value, r.told, r.reason, r.person, r.at)
            self._note(r.at, r.person, "accept", f"{r.agency} {r.key} {r.told}：{r.reason}")

    def absences(self) -> dict[str, AbsenceRecord]:
        """The agencies that need not report, by code."""
        return {row[0]: AbsenceRecord(*row) for row in self._get("absence", "ORDER BY agency")}

    def excuse(self, record: AbsenceRecord) -> None:
        """Notes that an agency need not report; the events keep what was said before."""
        r = record
        with self._transaction():
            self._put("absence", r.agency, r.name, r.into, r.reason, r.person, r.at)
            self._note(r.at, r.person, "absent", describe_absence(r.agency, r.name, r.into, r.reason))

    def withdraw_absence(self, agency: str, at: str, person: str, reason: str) -> None:
        """Takes the word back that an agency need not report."""
        with self._transaction():
            self._change("DELETE FROM absence WHERE agency = ?", agency)
            self._note(at, person, "absent", f"{agency} 撤销：{reason}")

    def extensions(self) -> dict[str, Extension]:
        """The agencies that have a deadline of their own, by code."""
        return {row[0]: Extension(*row) for row in self._get("extension", "ORDER BY agency")}

    def extend(self, extension: Extension) -> None:
        """Gives an agency a deadline of its own; the events keep what was said before."""
        e = extension
        with self._transaction():
            self._put("extension", e.agency, e.day, e.reason, e.person, e.at)
            self._note(e.at, e.person, "extend", describe_extension(e.agency, e.day, e.reason))

    def withdraw_extension(self, agency: str, at: str, person: str, reason: str) -> None:
        """Takes the deadline back that an agency was given; what is sent next tells it as the one before."""
        with self._transaction():
            given, issue = self.extensions().get(agency), self.issues().get(agency)
            self._change("DELETE FROM extension WHERE agency = ?", agency)
            if given is not None and issue is not None:
                i = issue
                self._put("issue", i.agency, i.serial, i.file, i.sha256, i.at, given.day)
            self._note(at, person, "extend", f"{agency} 撤销：{reason}")

    def choices(self) -> dict[str, Choice]:
        """Which version was chosen to count, by agency code."""
        return {row[0]: Choice(*row) for row in self._get("choice", "ORDER BY agency")}

    def choose(self, choice: Choice) -> None:
        """Notes which version of an agency counts."""
        c = choice
        with self._transaction():
            self._put("choice", c.agency, c.name, c.number, c.known, c.reason, c.person, c.at)
            self._note(c.at, c.person, "use", f"{c.agency} 第 {c.number} 版：{c.reason}")


def describe_waiver(agency: str, rule: str, reason: str) -> str:
    """How the event of a waiver reads."""
    return f"{agency} {rule}：{reason}"


def describe_absence(agency: str, name: str, into: str, reason: str) -> str:
    """How the event of an absence reads."""
    return f"{agency} {name}{f'，并入 {into}' if into else ''}：{reason}"


def describe_extension(agency: str, day: str, reason: str) -> str:
    """How the event of an extension reads."""
    return f"{agency} 延至 {day}：{reason}"
