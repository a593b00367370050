"""The campaign's memory: one SQLite file with what was issued, what came back, what was decided, when and by whom.

Rollback journal, since a write-ahead log is unsafe on network shares; one transaction a file, so that a killed run
leaves whole files only.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from xltool.messages import XltoolError

STORE_VERSION: Final = 1
BUSY_SECONDS: Final = 20.0
_TABLES: Final = """
CREATE TABLE issue (          -- 下发: the newest blank of each agency, its serial staying the same
    agency TEXT PRIMARY KEY, serial TEXT NOT NULL UNIQUE, file TEXT NOT NULL, sha256 TEXT NOT NULL,
    at TEXT NOT NULL) STRICT;
CREATE TABLE file (           -- 收到: every file ever taken in, by content, as version or unmatched
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, at TEXT NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE version (        -- 报送: each agency's versions, findings as JSON, the submission as its document
    agency TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT NULL UNIQUE REFERENCES file (sha256),
    at TEXT NOT NULL,
    file TEXT NOT NULL, submission BLOB NOT NULL, findings TEXT NOT NULL, PRIMARY KEY (agency, number)) STRICT;
CREATE TABLE waiver (         -- 说明后放行
    agency TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (agency, rule)) STRICT;
CREATE TABLE event (          -- who did what, when
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
"""

_EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""A file that is empty has no bytes either, and was opened."""

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


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding of an agency that may pass, by whose word and why."""

    agency: str
    rule: str
    reason: str
    person: str
    at: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A file that is no agency's return, and why."""

    sha256: str
    file: str
    reason: str
    at: str


class Store:
    """The open database. Every method that writes is one transaction.

    `at` and `person` come from the caller, who has the clock.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = DELETE")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            version = self._version()
            if version == 0:  # looking alone must work on a folder that is read only
                with self._transaction():
                    version = self._version()  # another run may have been first
                    for statement in _TABLES.split(";") if version == 0 else ():
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {max(version, STORE_VERSION)}")
        except sqlite3.Error as error:
            raise XltoolError(f"打不开填报任务的数据库 {path.name}：{_database_reason(error)}。") from error
        if version > STORE_VERSION:
            raise XltoolError(f"{path.name} 是较新版本的 xltool 建立的（第 {version} 版），请升级 xltool。")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def issues(self) -> dict[str, Issue]:
        """What was issued, by agency code."""
        return {row[0]: Issue(*row) for row in self._rows("SELECT agency, serial, file, sha256, at FROM issue")}

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
            self._db.executemany(
                "INSERT INTO issue VALUES (?, ?, ?, ?, ?) ON CONFLICT (agency) DO UPDATE SET"
                " serial = excluded.serial, file = excluded.file, sha256 = excluded.sha256, at = excluded.at",
                [(i.agency, i.serial, i.file, i.sha256, i.at) for i in new],
            )

    def seen(self, sha256: str) -> tuple[Outcome, str] | None:
        """What became of a file of these bytes, and why; None when it is new."""
        rows = self._rows("SELECT outcome, reason FROM file WHERE sha256 = ?", sha256)
        return (rows[0][0], rows[0][1]) if rows else None

    def take_version(self, version: Version, size: int) -> int:
        """Takes in a return as the agency's newest version and gives its number.

        0 when another run has just taken in the same bytes.
        """
        v = version
        with self._transaction():
            if not self._new(v.sha256):
                return 0
            number = int(self._rows("SELECT count(*) FROM version WHERE agency = ?", v.agency)[0][0]) + 1
            self._file(v.sha256, v.file, size, v.at, "version", "")
            findings = json.dumps(list(v.findings), ensure_ascii=False)
            row = (v.agency, number, v.sha256, v.at, v.file, v.submission, findings)
            self._db.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return number

    def take_unmatched(self, unmatched: Unmatched, size: int, outcome: Unread = "unmatched") -> None:
        """Notes a file that is no agency's return, or of which that is not known yet."""
        u = unmatched
        with self._transaction():
            if self._new(u.sha256):
                self._file(u.sha256, u.file, size, u.at, outcome, u.reason)

    def unopened(self) -> frozenset[str]:
        """The names of files that could not be opened: nothing of them was taken in."""
        return frozenset(
            row[0]
            for row in self._rows(
                "SELECT name FROM file WHERE outcome = 'unmatched' AND size = 0 AND sha256 <> ?", _EMPTY
            )
        )

    def opened(self, name: str) -> None:
        """Forgets that a file of that name could not be opened: now it was."""
        with self._transaction():
            self._db.execute(
                "DELETE FROM file WHERE outcome = 'unmatched' AND size = 0 AND sha256 <> ? AND name = ?", (_EMPTY, name)
            )

    def _new(self, sha256: str) -> bool:
        seen = self.seen(sha256)
        return seen is None or seen[0] in ("locked", "lost")

    def _file(self, *row: str | int) -> None:  # sha256, name, size, at, outcome, reason
        self._db.execute(
            "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET"
            " name = excluded.name, at = excluded.at, outcome = excluded.outcome, reason = excluded.reason",
            row,
        )

    def unmatched(self) -> tuple[Unmatched, ...]:
        """Files that are no agency's return, in the order in which they came."""
        rows = self._rows("SELECT sha256, name, reason, at FROM file WHERE outcome <> 'version' ORDER BY rowid")
        return tuple(Unmatched(*row) for row in rows)

    def newest(self) -> dict[str, Version]:
        """The newest version of each agency that has returned anything."""
        rows = self._rows(
            f"SELECT {_VERSION} FROM version AS v WHERE number = "
            "(SELECT max(number) FROM version WHERE agency = v.agency)"
        )
        return {row[0]: _build_version(row) for row in rows}

    def versions(self, agency: str) -> tuple[Version, ...]:
        """All versions of one agency, oldest first."""
        return tuple(
            map(_build_version, self._rows(f"SELECT {_VERSION} FROM version WHERE agency = ? ORDER BY number", agency))
        )

    def waivers(self) -> dict[str, tuple[Waiver, ...]]:
        """All waivers by agency."""
        found: dict[str, tuple[Waiver, ...]] = {}
        for row in self._rows("SELECT agency, rule, reason, person, at FROM waiver ORDER BY agency, rule"):
            found[row[0]] = (*found.get(row[0], ()), Waiver(*row))
        return found

    def waive(self, waiver: Waiver) -> None:
        """Lets a finding pass; a second word on the same finding replaces the first, the events keep both."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO waiver VALUES (?, ?, ?, ?, ?) ON CONFLICT (agency, rule) DO UPDATE SET"
                " reason = excluded.reason, person = excluded.person, at = excluded.at",
                (waiver.agency, waiver.rule, waiver.reason, waiver.person, waiver.at),
            )
            self._note(waiver.at, waiver.person, "waive", f"{waiver.agency} {waiver.rule}：{waiver.reason}")

    def note(self, at: str, person: str, what: str, detail: str) -> None:
        """Notes who did what."""
        with self._transaction():
            self._note(at, person, what, detail)

    def _note(self, at: str, person: str, what: str, detail: str) -> None:
        self._db.execute("INSERT INTO event (at, person, what, detail) VALUES (?, ?, ?, ?)", (at, person, what, detail))

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise XltoolError(f"数据库读不出来：{_database_reason(error)}。") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing; another run at work is waited for."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # SQLite itself has rolled back when the disk is full
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise XltoolError(f"数据库写不进去：{_database_reason(error)}。") from error


_VERSION: Final = "agency, number, sha256, at, file, submission, findings"


def _issue_identity(issue: Issue) -> tuple[str, str, str]:
    return issue.serial, issue.file, issue.sha256


def _build_version(row: tuple[Any, ...]) -> Version:
    agency, number, sha256, at, file, submission, findings = row
    return Version(agency, number, sha256, at, file, submission, tuple(json.loads(findings)))


def _database_reason(error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text or "busy" in text:
        return "另一个 xltool 正在使用它，请稍后再试"
    if "readonly" in text or "unable to open" in text:
        return "没有权限"
    if "full" in text:
        return "磁盘空间不足"
    return "文件已损坏，不是数据库" if "not a database" in text or "malformed" in text else text
