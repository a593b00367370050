"""The campaign's memory: one SQLite file with what was issued, what came back, what was decided, when and by whom.

One transaction a decision, and one for the files that are taken in together, so that a killed run leaves whole ones
only. What figures and decisions stand in carries a
hash, which is checked whenever it is read.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from xltool.campaign.acceptances import AcceptanceRecord, dump_value, parse_value
from xltool.campaign.schema import (
    BACKUPS,
    HASHED,
    WAY_BACK,
    DamagedError,
    UnwritableError,
    back_up,
    connect,
    explain_database_error,
    hash_row,
)
from xltool.campaign.waivers import WaiverRecord, dump_marks, parse_marks
from xltool.days import parse_day
from xltool.messages import XltoolError

_EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""A file that is empty has no bytes either, and was opened."""

_LAST_YEAR: Final = "last year of "
"""How the facts begin that tell beside which figures of last year an agency's version was judged again."""
_ALL_LAST_YEARS: Final = "last years"
"""The fact that tells last year's figures of all agencies beside which versions are judged, by the hash of each."""
_LINK: Final = "link of "
"""How the facts begin that tell the number of an agency's link, where it is not the first."""
_LINK_BASE: Final = "links stand at"
"""The fact that tells the public address of the agencies' door."""

Unread: TypeAlias = Literal["unmatched", "locked", "lost"]
Outcome: TypeAlias = Literal["version"] | Unread
"""`locked` is unmatched for want of a password, `lost` because its reading was cut short: both may come again and are
read again then."""


@dataclass(frozen=True, slots=True)
class Issue:
    """The blank workbook sent to an agency."""

    agency: str
    serial: str
    file: str
    sha256: str
    at: str
    deadline: str = ""  # told before: the first of a blank, or an extension withdrawn since, as an ISO day


@dataclass(frozen=True, slots=True)
class Version:
    """One return of an agency: its document, its findings as `api.describe_finding` gives them."""

    agency: str
    number: int
    sha256: str
    at: str
    file: str
    submission: bytes
    findings: tuple[Mapping[str, Any], ...]
    aside: str = ""  # why it does not count until someone says so
    second: str = ""  # what a second reading found, as JSON; empty when there was none


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is noted of a file as it comes: its size, and the ISO day on which it was sent."""

    size: int
    sent: str


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


@dataclass(frozen=True, slots=True)
class Sending:
    """That an agency was sent its workbook: on which ISO day, how in the office's words, noted by whom and when."""

    agency: str
    day: str
    how: str
    person: str
    at: str


@dataclass(frozen=True, slots=True)
class Publication:
    """When an agency published its report, and where; noted by whom, and why, where they said so."""

    agency: str
    name: str
    day: str
    url: str
    person: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The county's report as somebody signed it: a file of county/, its hash, the document, and what it rests on.

    The reason is empty where nobody gave one.
    """

    file: str
    sha256: str
    document: bytes
    basis: str
    person: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A file that is no agency's return, and why; `context` is what the refusal rests on, empty for the file alone."""

    sha256: str
    file: str
    reason: str
    at: str  # when it first came
    context: str = ""
    outcome: Unread = "unmatched"


class Store:
    """The open database. Every method that writes is one transaction.

    `at` and `person` come from the caller, who has the clock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def issues(self) -> dict[str, Issue]:
        """What was issued, by agency code."""
        return {row[0]: Issue(*row) for row in self._get("issue")}

    def list_issued(self) -> list[str]:
        """The agencies that were issued a blank; no row is read whole."""
        return [agency for (agency,) in self._rows("SELECT agency FROM issue ORDER BY rowid")]

    def issue(self, issued: Sequence[Issue]) -> None:
        """Notes blanks as issued.

        One that was issued before with the same bytes keeps its time, and nothing is written for it.
        """
        known = self.issues()
        new = [
            i
            for i in issued
            if i.agency not in known or (i.serial, i.file, i.sha256) != _issue_identity(known[i.agency])
        ]
        if not new:
            return
        with self._transaction():
            for i in new:
                self._put("issue", i.agency, i.serial, i.file, i.sha256, i.at, i.deadline)

    def find_outcome(self, sha256: str) -> tuple[Outcome, str] | None:
        """What became of a file of these bytes, and why; None when it is new."""
        rows = self._get("file", "WHERE sha256 = ?", sha256)
        return (rows[0][4], rows[0][5]) if rows else None

    def context_of(self, sha256: str) -> str:
        """What the refusal of a file rests on beside the file; empty when nothing, or when it was not refused."""
        rows = self._get("file", "WHERE sha256 = ? AND outcome <> 'version'", sha256)
        return str(rows[0][6]) if rows else ""

    def take_version(self, version: Version, arrived: Arrived, accepted: Iterable[AcceptanceRecord] = ()) -> int:
        """Takes in a return as the agency's newest version, with what is `accepted` in it, and gives its number.

        0 when another run has just taken in the same bytes.
        """
        v = version
        with self._transaction():
            if not self._new(v.sha256):
                return 0
            number = int(self._rows("SELECT count(*) FROM version WHERE agency = ?", v.agency)[0][0]) + 1
            self._file(v.sha256, v.file, arrived.size, v.at, "version", "", "", arrived.sent)
            findings = json.dumps(list(v.findings), ensure_ascii=False)
            self._put("version", v.agency, number, v.sha256, v.at, v.file, v.submission, findings, v.aside, v.second)
            self._accept(accepted)
        return number

    def note_second(self, version: Version) -> None:
        """Keeps what a second reading of a version gave, and its findings with it."""
        with self._transaction():
            self._update_findings(version)

    def note_findings(self, version: Version) -> None:
        """Keeps the findings of a version that was held against other forms again."""
        with self._transaction():
            self._update_findings(version)

    def find_version(self, sha256: str) -> Version | None:
        """The version that a file of these bytes was taken in as."""
        rows = self._get("version", "WHERE sha256 = ?", sha256)
        return build_version(rows[0]) if rows else None

    def find_sender(self, sha256: str) -> str:
        """The code of the agency whose version a file of these bytes is; empty when it is nobody's."""
        rows = self._rows("SELECT agency FROM version WHERE sha256 = ?", sha256)
        return str(rows[0][0]) if rows else ""

    def explain_version(self, version: Version) -> None:
        """Keeps the document of a version to which a 说明 was given since."""
        with self._transaction():
            self._update_version(version.sha256, submission=version.submission)

    def judge_again(self, version: Version, last_year: str) -> None:
        """Keeps the findings of a version that was judged again, and the hash of what it was judged beside."""
        with self._transaction():
            self._update_findings(version)
            self._put("meta", f"{_LAST_YEAR}{version.agency}", last_year)

    def last_years(self) -> dict[str, str]:
        """The hash of the version, and of last year's figures, with which one of an agency was judged again last."""
        rows = self._get("meta", "WHERE name LIKE ? ORDER BY name", f"{_LAST_YEAR}%")
        return {name.removeprefix(_LAST_YEAR): value for name, value in rows}

    def noted_last_years(self) -> dict[str, str] | None:
        """The hash of last year's figures of each agency that had some when that was noted; None when it never was."""
        noted = self.remembered(_ALL_LAST_YEARS)
        return None if noted is None else dict(json.loads(noted))

    def note_last_years(self, hashes: Mapping[str, str]) -> None:
        """Notes the hash of last year's figures of each agency that has some, in place of those before."""
        if self.noted_last_years() != hashes:
            with self._transaction():
                self._put("meta", _ALL_LAST_YEARS, json.dumps(dict(sorted(hashes.items()))))

    def forget_last_years(self) -> None:
        """Forgets what versions were judged beside: they are judged again."""
        with self._transaction():
            self._db.execute("DELETE FROM meta WHERE name LIKE ?", (f"{_LAST_YEAR}%",))

    def _update_findings(self, version: Version) -> None:
        findings = json.dumps(list(version.findings), ensure_ascii=False)
        self._update_version(version.sha256, findings=findings, second=version.second)

    def _update_version(self, sha256: str, **changed: str | bytes) -> None:
        """Changes columns of a version's row as it is now: another run may have changed others since it was read."""
        names = ", ".join(f"{column} = ?" for column in (*changed, "hash"))
        for row in self._get("version", "WHERE sha256 = ?", sha256):
            now = dict(zip(HASHED["version"], row, strict=True)) | changed
            values = (*changed.values(), hash_row(*now.values()), sha256)
            self._db.execute(f"UPDATE version SET {names} WHERE sha256 = ?", values)

    def take_unmatched(self, unmatched: Unmatched, arrived: Arrived) -> None:
        """Notes a file that is no agency's return, or of which that is not known yet.

        One that was refused before keeps the time at which it first came.
        """
        u = unmatched
        with self._transaction():
            if self._new(u.sha256):
                before = self._get("file", "WHERE sha256 = ?", u.sha256)
                at = before[0][3] if before else u.at
                self._file(u.sha256, u.file, arrived.size, at, u.outcome, u.reason, u.context, arrived.sent)

    def take_unopened(self, files: Sequence[Unmatched]) -> None:
        """Notes files that could not even be opened, all at once: a folder of links has thousands."""
        with self._transaction():
            for u in files:
                if self._new(u.sha256):
                    self._file(u.sha256, u.file, 0, u.at, "unmatched", u.reason, u.context, "")

    def unopened(self) -> frozenset[str]:
        """The names of files that could not be opened: nothing of them was taken in."""
        return frozenset(
            row[0]
            for row in self._rows(
                "SELECT name FROM file WHERE outcome = 'unmatched' AND size = 0 AND sha256 <> ?", _EMPTY
            )
        )

    def forget_unopened(self, name: str) -> None:
        """Forgets that a file of that name could not be opened: now it was."""
        with self._transaction():
            self._db.execute(
                "DELETE FROM file WHERE outcome = 'unmatched' AND size = 0 AND sha256 <> ? AND name = ?", (_EMPTY, name)
            )

    def _new(self, sha256: str) -> bool:
        """Whether a file has not been settled: it is new, or it was refused, which may be judged again."""
        seen = self.find_outcome(sha256)
        return seen is None or seen[0] != "version"

    def _file(self, *row: str | int) -> None:
        columns = (*HASHED["file"], "hash")
        changed = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        self._db.execute(
            f"INSERT INTO file ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT (sha256) DO UPDATE SET {changed}",
            (*row, hash_row(*row)),
        )

    def _put(self, table: str, *values: Any) -> None:
        """Writes a row with its hash, in place of one with the same key."""
        marks = ", ".join("?" * (len(values) + 1))
        columns = ", ".join((*HASHED[table], "hash"))
        self._db.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", (*values, hash_row(*values)))

    def _get(self, table: str, where: str = "", *values: Any) -> list[tuple[Any, ...]]:
        """Rows, each checked against its hash; `where` follows the table's name."""
        return [self._check_row(table, row) for row in self._rows(_select(table, where), *values)]

    def _check_row(self, table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row without its hash; `XltoolError` when it is not as it was noted."""
        *values, kept = row
        if hash_row(*values) != kept:
            raise XltoolError(
                f"{self.path.name} 里 {row[0]} 的一条记录（{ROW_WORDS[table]}）与记下时不同，数据库已损坏或被改动；"
                f"{WAY_BACK}。"
            )
        return tuple(values)

    def unmatched(self) -> tuple[Unmatched, ...]:
        """Files that are no agency's return, in the order in which they came."""
        rows = self._get("file", "WHERE outcome <> 'version' ORDER BY rowid")
        return tuple(
            Unmatched(sha256, name, reason, at, context, outcome)
            for sha256, name, _, at, outcome, reason, context, _ in rows
        )

    def judged_elsewhere(self, context: str) -> tuple[Unmatched, ...]:
        """Refused files whose refusal rests on a roster, settings, key or passwords that were not these."""
        unopened = {row[0] for row in self._rows("SELECT sha256 FROM file WHERE size = 0 AND sha256 <> ?", _EMPTY)}
        return tuple(
            each for each in self.unmatched() if each.context not in {"", context} and each.sha256 not in unopened
        )

    def read_counting(self, agencies: Iterable[str] | None = None) -> Iterator[Version]:
        """The version of each agency that counts, or of those asked for that have one, in their order, one by one.

        The newest that is not put aside, or the one that was chosen since.
        """
        found = self._find_counting()
        wanted = [(code, rowid) for code in (found if agencies is None else agencies) if (rowid := found.get(code))]
        for start in range(0, len(wanted), _MOST_ASKED):
            part = wanted[start : start + _MOST_ASKED]
            marks = ", ".join("?" * len(part))
            rows = self._get("version", f"WHERE rowid IN ({marks})", *(rowid for _, rowid in part))
            versions = {row[0]: row for row in rows}
            for code, _ in part:
                yield build_version(versions[code])

    def list_counting(self) -> list[str]:
        """The agencies that have a version that counts; none is read."""
        return [code for code, rowid in self._find_counting().items() if rowid]

    def _find_counting(self) -> dict[str, int | None]:
        """The row of each agency's version that counts."""
        numbers: dict[str, list[tuple[int, str, int]]] = {}
        for agency, number, aside, rowid in self._rows(
            "SELECT agency, number, aside, rowid FROM version ORDER BY number"
        ):
            numbers.setdefault(agency, []).append((number, aside, rowid))
        choices = self.choices()
        return {code: _choose_counting(known, choices.get(code)) for code, known in numbers.items()}

    def counting_of(self, agency: str) -> Version | None:
        """The version of one agency that counts."""
        known = self._rows("SELECT number, aside, rowid FROM version WHERE agency = ? ORDER BY number", agency)
        chosen = [Choice(*row) for row in self._get("choice", "WHERE agency = ?", agency)]
        rowid = _choose_counting(known, chosen[0] if chosen else None)
        rows = [] if rowid is None else self._get("version", "WHERE rowid = ?", rowid)
        return build_version(rows[0]) if rows else None

    def version(self, agency: str, number: int) -> Version | None:
        """One version of an agency."""
        rows = self._get("version", "WHERE agency = ? AND number = ?", agency, number)
        return build_version(rows[0]) if rows else None

    def versions(self, agency: str) -> tuple[Version, ...]:
        """All versions of one agency, oldest first."""
        return tuple(map(build_version, self._get("version", "WHERE agency = ? ORDER BY number", agency)))

    def read_accepted(self) -> Iterator[tuple[str, bytes]]:
        """Agency and document of each version in which figures are accepted, or of whose agency any are."""
        yield from self._rows(
            "SELECT agency, submission FROM version"
            " WHERE agency IN (SELECT agency FROM acceptance) OR instr(submission, ?) ORDER BY agency, number",
            b'"accepted": [',
        )

    def list_arrivals(self) -> list[Version]:
        """All versions of all agencies as they came, each without its document, which is large, and its findings."""
        rows = self._rows("SELECT agency, number, sha256, at, file, aside FROM version ORDER BY rowid")
        return [
            Version(agency, number, digest, at, file, b"", (), aside)
            for agency, number, digest, at, file, aside in rows
        ]

    def put_aside(self) -> dict[str, tuple[Version, ...]]:
        """The versions of each agency that were put aside when they came, oldest first, whatever was said since."""
        found: dict[str, tuple[Version, ...]] = {}
        for version in map(build_version, self._get("version", "WHERE aside <> '' ORDER BY agency, number")):
            found[version.agency] = (*found.get(version.agency, ()), version)
        return found

    def count_versions(self) -> dict[str, int]:
        """How many versions each agency has returned."""
        return dict(self._rows("SELECT agency, count(*) FROM version GROUP BY agency"))

    def sent_days(self) -> dict[str, dict[int, str]]:
        """The ISO day on which each version was sent, by agency and number."""
        sent = {row[0]: row[7] for row in self._get("file", "WHERE outcome = 'version'")}
        found: dict[str, dict[int, str]] = {}
        for agency, number, sha256, at in self._rows("SELECT agency, number, sha256, at FROM version"):
            found.setdefault(agency, {})[number] = sent.get(sha256) or at[:10]
        return found

    def sent_day(self, sha256: str) -> str:
        """The ISO day on which a file of these bytes was sent; empty when it never came."""
        rows = self._get("file", "WHERE sha256 = ?", sha256)
        return str(rows[0][7]) if rows else ""

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
            self._db.execute("DELETE FROM extension WHERE agency = ?", (agency,))
            if given is not None and issue is not None:
                i = issue
                self._put("issue", i.agency, i.serial, i.file, i.sha256, i.at, given.day)
            self._note(at, person, "extend", f"{agency} 撤销：{reason}")

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
                self._db.execute("DELETE FROM waiver WHERE agency = ? AND rule = ?", (agency, rule))
                self._note(at, person, "waive", f"{agency} {rule} 撤销：{reason}")

    def acceptances(self) -> dict[str, tuple[AcceptanceRecord, ...]]:
        """The figures that count in place of typed ones, by agency, in the order of their cells."""
        found: dict[str, tuple[AcceptanceRecord, ...]] = {}
        for agency, cell, typed, *rest in self._get("acceptance", "ORDER BY agency, cell"):
            record = AcceptanceRecord(agency, cell, parse_value(typed), *rest)
            found[agency] = (*found.get(agency, ()), record)
        return found

    def accept(self, records: Iterable[AcceptanceRecord], versions: Iterable[Version]) -> None:
        """Lets figures count in place of typed ones, and keeps the versions that were judged with them."""
        with self._transaction():
            self._accept(records)
            self._keep_judged(versions)

    def withdraw_acceptance(  # noqa: PLR0917
        self, agency: str, cell: str, at: str, person: str, reason: str, versions: Iterable[Version]
    ) -> None:
        """Takes the word back by which a figure counts, and keeps the versions that were judged without it."""
        with self._transaction():
            self._db.execute("DELETE FROM acceptance WHERE agency = ? AND cell = ?", (agency, cell))
            self._note(at, person, "accept", f"{agency} {cell} 撤销：{reason}")
            self._keep_judged(versions)

    def _accept(self, records: Iterable[AcceptanceRecord]) -> None:
        for r in records:
            self._put("acceptance", r.agency, r.key, dump_value(r.typed), r.value, r.told, r.reason, r.person, r.at)
            self._note(r.at, r.person, "accept", f"{r.agency} {r.key} {r.told}：{r.reason}")

    def _keep_judged(self, versions: Iterable[Version]) -> None:
        for version in versions:
            findings = json.dumps(list(version.findings), ensure_ascii=False)
            self._update_version(version.sha256, submission=version.submission, findings=findings)

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
            self._db.execute("DELETE FROM absence WHERE agency = ?", (agency,))
            self._note(at, person, "absent", f"{agency} 撤销：{reason}")

    def choices(self) -> dict[str, Choice]:
        """Which version was chosen to count, by agency code."""
        return {row[0]: Choice(*row) for row in self._get("choice", "ORDER BY agency")}

    def choose(self, choice: Choice) -> None:
        """Notes which version of an agency counts."""
        c = choice
        with self._transaction():
            self._put("choice", c.agency, c.name, c.number, c.known, c.reason, c.person, c.at)
            self._note(c.at, c.person, "use", f"{c.agency} 第 {c.number} 版：{c.reason}")

    def publications(self) -> dict[str, Publication]:
        """What was published, by agency code."""
        return {row[0]: Publication(*row) for row in self._get("publication", "ORDER BY agency")}

    def publish(self, publication: Publication) -> None:
        """Notes that an agency's report was published."""
        p = publication
        with self._transaction():
            self._put("publication", p.agency, p.name, p.day, p.url, p.person, p.at, p.reason)
            self._note(p.at, p.person, "publish", f"{p.agency} {p.day} {p.url}".rstrip() + _say_reason(p.reason))

    def withdraw_publication(self, agency: str, at: str, person: str, reason: str) -> None:
        """Takes the word back that an agency's report was published."""
        with self._transaction():
            self._db.execute("DELETE FROM publication WHERE agency = ?", (agency,))
            self._note(at, person, "publish", f"{agency} 撤销{_say_reason(reason)}")

    def sendings(self) -> dict[str, Sending]:
        """Which agencies were sent their workbook, by code: as it was noted last, and not taken back since."""
        found: dict[str, Sending] = {}
        for at, person, detail in self._rows("SELECT at, person, detail FROM event WHERE what = 'sent' ORDER BY id"):
            code, _, told = str(detail).partition(" ")
            day, _, how = told.partition("：")
            if parse_day(day) is None:  # taken back
                found.pop(code, None)
            else:
                found[code] = Sending(code, day, how, str(person), str(at))
        return found

    def note_sent(self, sendings: Iterable[Sending]) -> None:
        """Notes that agencies were sent their workbooks, all of them or none."""
        with self._transaction():
            for each in sendings:
                self._note(each.at, each.person, "sent", f"{each.agency} {each.day}{_say_reason(each.how)}")

    def withdraw_sent(self, agencies: Iterable[str], at: str, person: str) -> None:
        """Takes the word back that agencies were sent their workbooks."""
        with self._transaction():
            for agency in agencies:
                self._note(at, person, "sent", f"{agency} 撤销")

    def signature(self) -> Signature | None:
        """The county's report as it was signed last, or None."""
        rows = self._get("signature")
        return Signature(*rows[0]) if rows else None

    def sign(self, signature: Signature) -> None:
        """Notes that the county's report was signed; the events keep what was signed before."""
        s = signature
        with self._transaction():
            self._put("signature", s.file, s.sha256, s.document, s.basis, s.person, s.at, s.reason)
            self._note(s.at, s.person, "sign", f"{s.file} {s.sha256}{_say_reason(s.reason)}")

    def withdraw_signature(self, at: str, person: str, reason: str) -> None:
        """Takes the signature back."""
        with self._transaction():
            self._db.execute("DELETE FROM signature")
            self._note(at, person, "sign", f"撤销{_say_reason(reason)}")

    def remember(self, name: str, value: str) -> None:
        """Keeps a fact of the campaign as it was when it was first said."""
        if self.remembered(name) is None:
            with self._transaction():
                self._put("meta", name, value)

    def remembered(self, name: str) -> str | None:
        """A fact that was kept, or None."""
        rows = self._get("meta", "WHERE name = ?", name)
        return str(rows[0][1]) if rows else None

    def note_fact(self, name: str, value: str) -> None:
        """Keeps a fact in place of what was kept of it; an empty one is as one that was never said."""
        if (self.remembered(name) or "") != value:
            with self._transaction():
                self._put("meta", name, value)

    def link_numbers(self) -> dict[str, int]:
        """The number of the link of each agency that had one revoked, by code; that of all others is 1."""
        rows = self._get("meta", "WHERE name LIKE ? ORDER BY name", f"{_LINK}%")
        return {name.removeprefix(_LINK): int(value) for name, value in rows}

    def revoke_link(self, agency: str, at: str, person: str) -> None:
        """Gives an agency the next link; the one before leads nowhere from now on."""
        with self._transaction():
            number = self.link_numbers().get(agency, 1) + 1
            self._put("meta", f"{_LINK}{agency}", str(number))
            self._note(at, person, "link", f"{agency} 换成第 {number} 个链接，以前的作废")

    def link_base(self) -> str:
        """The public address of the agencies' door; empty when nobody has said it."""
        return self.remembered(_LINK_BASE) or ""

    def place_links(self, base: str, at: str, person: str) -> None:
        """Notes the public address of the agencies' door, in place of the one before."""
        if self.link_base() != base:
            with self._transaction():
                self._put("meta", _LINK_BASE, base)
                self._note(at, person, "link", f"报送入口的网址：{base}")

    def written(self) -> dict[str, str]:
        """The hash of each file that was written for people, by its path in the campaign folder."""
        return {row[0]: row[1] for row in self._get("written")}

    def find_written(self, file: str) -> tuple[str, str]:
        """The hash of a file that was written for people, and what it rests on; both empty when it was not."""
        rows = self._get("written", "WHERE file = ?", file)
        return (rows[0][1], rows[0][2]) if rows else ("", "")

    def note_written(
        self,
        notes: Mapping[str, tuple[str, str]],
        forgotten: Collection[str] = (),
        put: Callable[[], None] | None = None,
    ) -> None:
        """Notes files as written: path, hash, and what they rest on (empty when that is not known); forgets others.

        Nothing is written for those that are as they were. `put` puts files into their places while no other run does.
        """
        if put is None and not forgotten and all(self.find_written(file) == note for file, note in notes.items()):
            return
        with self._transaction():
            if put is not None:
                put()
            for file, note in sorted(notes.items()):
                if self.find_written(file) != note:
                    self._put("written", file, *note)
            for file in forgotten:
                self._db.execute("DELETE FROM written WHERE file = ?", (file,))

    def take_row(self, table: str, row: Sequence[Any]) -> None:
        """Takes a row over from another database, where it was found sound."""
        with self._transaction():
            self._put(table, *row)

    def taken_files(self) -> tuple[tuple[str, str, int, str], ...]:
        """Every file ever taken in that had bytes: hash, name, size, time."""
        rows = self._get("file", "WHERE size > 0 OR sha256 = ? ORDER BY rowid", _EMPTY)
        return tuple((row[0], row[1], row[2], row[3]) for row in rows)

    def find_unknown(self, digests: Iterable[str]) -> set[str]:
        """Those of some hashes that no file bears which was ever taken in."""
        return set(digests) - {row[0] for row in self._rows("SELECT sha256 FROM file")}

    def check_structure(self) -> str:
        """What SQLite itself finds wrong with the file, or with rows that are lost; empty when nothing is."""
        [answer] = self._rows("PRAGMA integrity_check(1)")[:1]
        if answer[0] != "ok":
            return str(answer[0]).replace("\n", " ")
        [(taken, kept)] = self._rows(
            "SELECT (SELECT count(*) FROM file WHERE outcome = 'version'), (SELECT count(*) FROM version)"
        )
        return "" if taken == kept else f"收下的文件 {taken} 个，报送 {kept} 版"

    def check_rows(self) -> list[str]:
        """What rows are not as they were noted, a sentence for each table: every row against its hash."""
        found = []
        for table in HASHED:
            try:
                for row in self._db.execute(_select(table)):  # not all at once: versions are large
                    self._check_row(table, row)
            except XltoolError as error:
                found.append(str(error))
            except (sqlite3.Error, UnicodeError) as error:
                found.append(f"数据库读不出来：{explain_database_error(error)}。")
        return found

    def back_up(self, name: str) -> None:
        """Keeps a copy of the database under a name, once, if it is sound; `XltoolError` when it is not."""
        if (self.path.parent / BACKUPS / f"{self.path.stem}.{name}{self.path.suffix}").exists():
            return
        damage = self.check_rows()
        if damage:
            raise DamagedError(damage[0])
        try:
            back_up(self._db, self.path, name)
        except (sqlite3.Error, OSError) as error:
            raise XltoolError(f"{BACKUPS} 里写不出数据库的备份：{explain_database_error(error)}。") from error

    def note(self, at: str, person: str, what: str, detail: str, *, settles: str = "") -> None:
        """Notes who did what; what was remembered as under way by the name `settles` is so no more."""
        with self._transaction():
            self._note(at, person, what, detail)
            self._db.execute("DELETE FROM meta WHERE name = ?", (settles,))

    def fingerprint(self) -> str:
        """A hash of all that agencies' states rest on: it changes with every version and every decision."""
        tables = ("issue", "version", "waiver", "acceptance", "absence", "choice", "publication", "extension", "file")
        rows = [row[0] for table in tables for row in self._rows(f"SELECT hash FROM {table} ORDER BY rowid")]
        return hashlib.sha256("".join(rows).encode()).hexdigest()

    def list_events(self, what: str, about: str, most: int) -> list[tuple[str, str]]:
        """When something of that kind was noted about this last, newest first, and what was said behind its name."""
        begins = f"{about} "
        rows = self._rows(
            "SELECT at, detail FROM event WHERE what = ? AND substr(detail, 1, ?) = ? ORDER BY id DESC LIMIT ?",
            *(what, len(begins), begins, most),
        )
        return [(str(at), str(detail).removeprefix(begins)) for at, detail in rows]

    def read_events(self) -> list[tuple[str, str, str, str]]:
        """All that was noted, in its order: when, by whom, of what kind, what was said."""
        return [(at, person, what, detail) for at, person, what, detail in self._rows(_EVENTS)]

    def was_noted(self, person: str, what: str, detail: str) -> bool:
        """Whether just this was done before by that person, whenever."""
        return bool(
            self._rows("SELECT 1 FROM event WHERE person = ? AND what = ? AND detail = ? LIMIT 1", person, what, detail)
        )

    def find_withdrawal(self, what: str, about: str) -> tuple[str, str]:
        """When a word of that kind about this was taken back last, and by whom; both empty when it never was."""
        begins = f"{about} 撤销："
        rows = self._rows(
            "SELECT at, person FROM event WHERE what = ? AND substr(detail, 1, ?) = ? ORDER BY id DESC LIMIT 1",
            *(what, len(begins), begins),
        )
        return (str(rows[0][0]), str(rows[0][1])) if rows else ("", "")

    def _note(self, at: str, person: str, what: str, detail: str) -> None:
        self._db.execute("INSERT INTO event (at, person, what, detail) VALUES (?, ?, ?, ?)", (at, person, what, detail))

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            raise XltoolError(f"数据库读不出来：{explain_database_error(error)}。") from error

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several changes as one: all are there or none, and the disk is waited for once."""
        with self._transaction():
            yield

    @property
    def is_pending(self) -> bool:
        """Whether changes wait to be kept together; no longer, when SQLite gave them all up for want of room."""
        return self._db.in_transaction

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, within another one too; another run at work is waited for."""
        inner = self._db.in_transaction
        try:
            self._db.execute("SAVEPOINT inner" if inner else "BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # SQLite itself has rolled back when the disk is full
                    self._db.execute("ROLLBACK TO inner" if inner else "ROLLBACK")
                raise
            self._db.execute("RELEASE inner" if inner else "COMMIT")
        except (sqlite3.Error, UnicodeError) as error:
            raise UnwritableError(f"数据库写不进去：{explain_database_error(error)}。") from error


_EVENTS: Final = "SELECT at, person, what, detail FROM event ORDER BY id"
_MOST_ASKED: Final = 50
"""Versions that are in memory at once."""
ROW_WORDS: Final[Mapping[str, str]] = {
    "issue": "下发",
    "file": "收到的文件",
    "version": "报送",
    "waiver": "放行",
    "absence": "无需报送",
    "choice": "采用",
    "extension": "延期",
    "publication": "发布",
    "signature": "签发",
    "acceptance": "采纳",
    "meta": "任务",
    "written": "写出的文件",
}
"""What the rows of each table are to a clerk."""


def _select(table: str, where: str = "") -> str:
    return f"SELECT {', '.join(HASHED[table])}, hash FROM {table} {where}"


def _choose_counting(known: Sequence[tuple[int, str, int]], choice: Choice | None) -> int | None:
    """The row of the version that counts, of (number, aside, row) in order; a later return ends a choice.

    Raises `XltoolError` when a number is missing: which version is the newest is told by rows that nobody reads.
    """
    if [number for number, _, _ in known] != [*range(1, len(known) + 1)]:
        numbers = "、".join(str(number) for number, _, _ in known)
        raise DamagedError(
            f"数据库里一个单位的报送应是第 1 到第 {len(known)} 版，现在是第 {numbers} 版，与记下时不同，"
            f"数据库已损坏或被改动；{WAY_BACK}。"
        )
    later = [rowid for number, aside, rowid in known if not aside and (choice is None or number > choice.known)]
    if later or choice is None:
        return later[-1] if later else None
    return next((rowid for number, _, rowid in known if number == choice.number), None)


def describe_waiver(agency: str, rule: str, reason: str) -> str:
    """How the event of a waiver reads."""
    return f"{agency} {rule}：{reason}"


def describe_absence(agency: str, name: str, into: str, reason: str) -> str:
    """How the event of an absence reads."""
    return f"{agency} {name}{f'，并入 {into}' if into else ''}：{reason}"


def _say_reason(reason: str) -> str:
    return f"：{reason}" if reason else ""


def describe_extension(agency: str, day: str, reason: str) -> str:
    """How the event of an extension reads."""
    return f"{agency} 延至 {day}：{reason}"


def _issue_identity(issue: Issue) -> tuple[str, str, str]:
    return issue.serial, issue.file, issue.sha256


def build_version(row: tuple[Any, ...]) -> Version:
    """A version of its row, whose columns are those that are hashed."""
    agency, number, sha256, at, file, submission, findings, aside, second = row
    return Version(agency, number, sha256, at, file, submission, tuple(json.loads(findings)), aside, second)
