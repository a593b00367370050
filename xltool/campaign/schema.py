"""The tables of a campaign's database, and how one made by an older xltool is taken along.

Rollback journal, since a write-ahead log is unsafe on network shares.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from xltool.campaign.waivers import dump_marks, mark_findings
from xltool.messages import XltoolError

SCHEMA_VERSION: Final = 7
BUSY_SECONDS: Final = 20.0
MOST_BACKUPS: Final = 5
BACKUPS: Final = "backup"
"""The folder beside the database with copies of it."""

_TABLES: Final = """
CREATE TABLE issue (          -- 下发: the newest blank of each agency, its serial staying the same
    agency TEXT PRIMARY KEY, serial TEXT NOT NULL UNIQUE, file TEXT NOT NULL, sha256 TEXT NOT NULL,
    at TEXT NOT NULL,
    deadline TEXT NOT NULL DEFAULT '',  -- told before: the first that a blank told, or one withdrawn since
    hash TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE file (           -- 收到: every file ever taken in, by content, `context` is what a refusal rests on
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, at TEXT NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, context TEXT NOT NULL DEFAULT '',
    sent TEXT NOT NULL DEFAULT '',      -- the day on which it was sent
    hash TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE version (        -- 报送: each agency's versions, findings as JSON, the submission as its document
    agency TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT NULL UNIQUE REFERENCES file (sha256),
    at TEXT NOT NULL,
    file TEXT NOT NULL, submission BLOB NOT NULL, findings TEXT NOT NULL,
    aside TEXT NOT NULL DEFAULT '',     -- why it does not count until someone says so
    second TEXT NOT NULL DEFAULT '',    -- what a second reading found, as JSON, or empty
    hash TEXT NOT NULL DEFAULT '', PRIMARY KEY (agency, number)) STRICT;
CREATE TABLE waiver (         -- 说明后放行, `marks` are the figures, texts or version that it is about, as JSON
    agency TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL,
    marks TEXT NOT NULL DEFAULT '[]', hash TEXT NOT NULL DEFAULT '', PRIMARY KEY (agency, rule)) STRICT;
CREATE TABLE absence (        -- 无需报送: an agency that need not report, and whose figures hold its own
    agency TEXT PRIMARY KEY, name TEXT NOT NULL, into_agency TEXT NOT NULL, reason TEXT NOT NULL,
    person TEXT NOT NULL, at TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE choice (         -- 采用: which version counts (0 is none), said when `known` versions were there
    agency TEXT PRIMARY KEY, name TEXT NOT NULL, number INTEGER NOT NULL, known INTEGER NOT NULL,
    reason TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE publication (    -- 已发布: when and where an agency published its report
    agency TEXT PRIMARY KEY, name TEXT NOT NULL, day TEXT NOT NULL, url TEXT NOT NULL,
    person TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', hash TEXT NOT NULL) STRICT;
CREATE TABLE signature (      -- 签发: the county's report as it was signed, one row, and what it rests on
    file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, document BLOB NOT NULL, basis TEXT NOT NULL, person TEXT NOT NULL,
    at TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', hash TEXT NOT NULL) STRICT;
CREATE TABLE extension (      -- 延期: the deadline of one agency
    agency TEXT PRIMARY KEY, day TEXT NOT NULL, reason TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL,
    hash TEXT NOT NULL) STRICT;
CREATE TABLE acceptance (     -- 采纳: what counts in a cell in place of what was typed there, both as JSON
    agency TEXT NOT NULL, cell TEXT NOT NULL, typed TEXT NOT NULL, value INTEGER NOT NULL, told TEXT NOT NULL,
    reason TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (agency, cell)) STRICT;
CREATE TABLE meta (           -- what the campaign was when its blanks were issued
    name TEXT PRIMARY KEY, value TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE written (        -- 写出: what was written into returned/, county/ and reports/, `basis` what it rests on
    file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, basis TEXT NOT NULL DEFAULT '', hash TEXT NOT NULL) STRICT;
CREATE TABLE event (          -- who did what, when
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
"""
HASHED: Final[Mapping[str, tuple[str, ...]]] = {
    "issue": ("agency", "serial", "file", "sha256", "at", "deadline"),
    "file": ("sha256", "name", "size", "at", "outcome", "reason", "context", "sent"),
    "version": ("agency", "number", "sha256", "at", "file", "submission", "findings", "aside", "second"),
    "waiver": ("agency", "rule", "reason", "person", "at", "marks"),
    "absence": ("agency", "name", "into_agency", "reason", "person", "at"),
    "choice": ("agency", "name", "number", "known", "reason", "person", "at"),
    "publication": ("agency", "name", "day", "url", "person", "at", "reason"),
    "signature": ("file", "sha256", "document", "basis", "person", "at", "reason"),
    "extension": ("agency", "day", "reason", "person", "at"),
    "acceptance": ("agency", "cell", "typed", "value", "told", "reason", "person", "at"),
    "meta": ("name", "value"),
    "written": ("file", "sha256", "basis"),
}
"""The tables that anything rests on, and the columns that a row's hash is made of."""
WAY_BACK: Final = f"请执行 xltool doctor -C 文件夹 --mend 修复，或从 {BACKUPS} 里还原"
"""What to do about a database that is damaged."""
_DAMAGED: Final = (
    "not a database",
    "decode",
    "malformed",
    "no such",
    "already exists",
    "duplicate column",
    "corrupt",
    "unsupported",
)
"""What SQLite says of a file that is no database, or of one whose own description was changed."""
OLDER: Final = "1"
"""The context of a refusal by the first schema, which kept none: it is judged again."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


class DamagedError(XltoolError):
    """The database is not what was written to it."""


class UnwritableError(XltoolError):
    """The database takes nothing just now; what was to be written was not."""


def hash_row(*values: Any) -> str:
    """The hash of a row, which is checked whenever the row is read; bytes by their own hash."""
    plain = [hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value for value in values]
    return hashlib.sha256(_ENCODER.encode(plain).encode("utf-8", "surrogatepass")).hexdigest()


def connect(path: Path) -> sqlite3.Connection:
    """The open database of a campaign, made or taken along where it must be.

    Looking alone works on a folder that is read only. Raises `XltoolError` for what is no database, or a newer one.
    """
    try:
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        database.execute("PRAGMA cell_size_check = ON")
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        version = _version(database)
        if 0 < version < SCHEMA_VERSION:
            back_up(database, path, f"schema{version}")
        if version < SCHEMA_VERSION:
            _bring_up(database)
    except (sqlite3.Error, UnicodeError) as error:
        kind = DamagedError if _is_damage(error) else XltoolError
        raise kind(f"打不开填报任务的数据库 {path.name}：{explain_database_error(error)}。") from error
    if version > SCHEMA_VERSION:
        raise XltoolError(f"{path.name} 是较新版本的 xltool 建立的（第 {version} 版），请升级 xltool。")
    return database


def back_up(database: sqlite3.Connection, path: Path, name: str) -> None:
    """Keeps a copy of the database beside it under a name of its own, once; the newest five stay."""
    folder = path.parent / BACKUPS
    target = folder / f"{path.stem}.{name}{path.suffix}"
    if target.exists():
        return
    folder.mkdir(exist_ok=True)
    unfinished = target.with_suffix(".part")
    with suppress(FileNotFoundError):
        unfinished.unlink()
    copy = sqlite3.connect(unfinished)
    try:
        database.backup(copy)
    finally:
        copy.close()
    unfinished.replace(target)
    kept = sorted(folder.glob(f"{path.stem}.*{path.suffix}"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    for file in kept[:-MOST_BACKUPS]:
        file.unlink(missing_ok=True)


def explain_database_error(error: Exception) -> str:
    """Why SQLite would not, in a few words."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return "另一个 xltool 正在使用它，请稍后再试"
    if "readonly" in text or "unable to open" in text:
        return "没有权限"
    if "full" in text:
        return "磁盘空间不足"
    return f"文件已损坏，不是数据库；{WAY_BACK}" if _is_damage(error) else text


def _is_damage(error: Exception) -> bool:
    return isinstance(error, UnicodeError) or any(word in str(error) for word in _DAMAGED)


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _bring_up(database: sqlite3.Connection) -> None:
    """A database of any older version, or none yet, as this version has it: all or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        version = _version(database)  # another run may have been first
        if version == 0:
            _execute_all(database, _TABLES)
        for older in range(max(version, 1), SCHEMA_VERSION) if version else ():
            _STEPS[older](database)
        database.execute(f"PRAGMA user_version = {max(version, SCHEMA_VERSION)}")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _from_first(database: sqlite3.Connection) -> None:
    """The first schema had no absences, choices and hashes, and did not keep what a refusal rests on."""
    database.execute(f"ALTER TABLE file ADD COLUMN context TEXT NOT NULL DEFAULT '{OLDER}'")
    database.execute("ALTER TABLE file ADD COLUMN sent TEXT NOT NULL DEFAULT ''")
    database.execute("UPDATE file SET sent = substr(at, 1, 10)")
    database.execute("ALTER TABLE issue ADD COLUMN deadline TEXT NOT NULL DEFAULT ''")
    for column in ("aside", "second", "hash"):
        database.execute(f"ALTER TABLE version ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    for table in ("issue", "file", "waiver"):
        database.execute(f"ALTER TABLE {table} ADD COLUMN hash TEXT NOT NULL DEFAULT ''")
    database.execute("ALTER TABLE waiver ADD COLUMN marks TEXT NOT NULL DEFAULT '[]'")
    new = _TABLES[_TABLES.index("CREATE TABLE absence") : _TABLES.index("CREATE TABLE event")]
    _execute_all(database, new)
    for table in ("issue", "file", "version", "waiver"):
        columns = HASHED[table]
        for rowid, *values in database.execute(f"SELECT rowid, {', '.join(columns)} FROM {table}").fetchall():
            database.execute(f"UPDATE {table} SET hash = ? WHERE rowid = ?", (hash_row(*values), rowid))


def _from_second(database: sqlite3.Connection) -> None:
    """The second schema did not keep what a file that was written rests on."""
    if "basis" not in {row[1] for row in database.execute("PRAGMA table_info(written)")}:  # the first step makes it
        database.execute("ALTER TABLE written ADD COLUMN basis TEXT NOT NULL DEFAULT ''")
    for rowid, file, sha256, kept in database.execute("SELECT rowid, file, sha256, hash FROM written").fetchall():
        if hash_row(file, sha256) == kept:  # one that was damaged before stays so
            database.execute("UPDATE written SET hash = ? WHERE rowid = ?", (hash_row(file, sha256, ""), rowid))


def _from_third(database: sqlite3.Connection) -> None:
    """The third schema had waivers for whatever figures: they hold for the version that stood when they were given."""
    if "marks" not in {row[1] for row in database.execute("PRAGMA table_info(waiver)")}:  # the first step makes it
        database.execute("ALTER TABLE waiver ADD COLUMN marks TEXT NOT NULL DEFAULT '[]'")
    _make_missing_tables(database)
    for rowid, *row, kept in database.execute(
        "SELECT rowid, agency, rule, reason, person, at, hash FROM waiver"
    ).fetchall():
        agency, rule, *_, at = row
        if kept not in {hash_row(*row), hash_row(*row, "[]")}:  # one that was damaged before stays so
            continue
        versions = database.execute(
            "SELECT findings, submission, sha256 FROM version WHERE agency = ? AND at <= ?"
            " ORDER BY number DESC LIMIT 1",
            (agency, at),
        ).fetchall()
        marks = dump_marks(*(mark_findings(rule, json.loads(found), *rest) for found, *rest in versions))
        database.execute("UPDATE waiver SET marks = ?, hash = ? WHERE rowid = ?", (marks, hash_row(*row, marks), rowid))


def _from_fourth(database: sqlite3.Connection) -> None:
    """The fourth schema had no extensions, told no deadline, and took what came for sent on the day it was taken in."""
    _make_missing_tables(database)
    taken = HASHED["file"].index("at")
    _add_last_column(database, "file", lambda row: str(row[taken])[:10])
    _add_last_column(database, "issue")


def _from_fifth(database: sqlite3.Connection) -> None:
    """The fifth schema kept no reason with a signature or a publication."""
    _add_last_column(database, "publication")
    _add_last_column(database, "signature")


def _from_sixth(database: sqlite3.Connection) -> None:
    """The sixth schema had no acceptances."""
    _make_missing_tables(database)


def _add_last_column(database: sqlite3.Connection, table: str, tell: Callable[[list[Any]], str] = lambda _: "") -> None:
    """Adds the last of a table's columns where it is not there yet, with what `tell` says of a row without it."""
    *columns, column = HASHED[table]
    if column in {row[1] for row in database.execute(f"PRAGMA table_info({table})")}:  # an earlier step makes it
        return
    database.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    for rowid, *row, kept in database.execute(f"SELECT rowid, {', '.join(columns)}, hash FROM {table}").fetchall():
        if hash_row(*row) == kept:  # one that was damaged before stays so
            new = (tell(row), hash_row(*row, tell(row)), rowid)
            database.execute(f"UPDATE {table} SET {column} = ?, hash = ? WHERE rowid = ?", new)


def _make_missing_tables(database: sqlite3.Connection) -> None:
    known = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    for statement in _TABLES.split(";"):
        if "CREATE TABLE" in statement and statement.split("CREATE TABLE")[1].split()[0] not in known:
            database.execute(statement)


def _execute_all(database: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        database.execute(statement)


_STEPS: Final[Mapping[int, Callable[[sqlite3.Connection], None]]] = {
    1: _from_first,
    2: _from_second,
    3: _from_third,
    4: _from_fourth,
    5: _from_fifth,
    6: _from_sixth,
}
"""How a database of each older version becomes one of the next."""
