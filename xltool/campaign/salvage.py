"""What is sound of a database that may be damaged, row by row: read from a copy, the file itself is not changed."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from xltool.campaign.schema import HASHED, hash_row
from xltool.campaign.store import Store

Rows: TypeAlias = dict[Any, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Records:
    """What could be read of a database: sound rows of each table by key, and the tables that held others."""

    rows: dict[str, Rows]
    damaged: set[str]


_MOST_GUESSED: Final = 20_000
"""Row numbers tried one by one where a table cannot be gone through."""
_KEYS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(HASHED, lambda row: row[0]),
    **dict.fromkeys(("version", "waiver", "acceptance"), lambda row: (row[0], row[1])),
}
"""What tells the rows of each table apart."""


def read_backup(path: Path) -> Records:
    """The records of a sound backup, read from a copy, which is taken along where it is of an older xltool."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        Store(copy).close()
        return read_records(copy)


def read_records(path: Path) -> Records:
    """Whatever rows of a database are sound, as far as it can be read at all; the file is not changed."""
    found = Records({table: {} for table in HASHED}, set(HASHED))
    if not path.exists():
        return found
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        journal = name_journal(path)
        if journal.exists():
            shutil.copy(journal, folder)
        try:
            with closing(sqlite3.connect(copy)) as database:
                whole = database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
                for table, columns in HASHED.items():
                    if _read_table(database, table, columns, found.rows[table]) and whole:
                        found.damaged.discard(table)
        except (sqlite3.Error, UnicodeError):
            return found
    return found


def _read_table(database: sqlite3.Connection, table: str, columns: Sequence[str], into: Rows) -> bool:
    """Reads the sound rows of a table by their keys; whether all of it could be read and is sound."""
    sound = True
    try:
        rowids = [row[0] for row in database.execute(f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid")]
    except (sqlite3.Error, UnicodeError):
        rowids, sound = list(range(1, _MOST_GUESSED)), False
    for rowid in rowids:
        try:
            asked = f"SELECT {', '.join(columns)}, hash FROM {table} NOT INDEXED WHERE rowid = ?"
            for *row, kept in database.execute(asked, (rowid,)).fetchall():
                if hash_row(*row) == kept:
                    into[_KEYS[table](row)] = tuple(row)
                else:
                    sound = False
        except (sqlite3.Error, UnicodeError, OverflowError):
            sound = False
    return sound


def name_journal(database: Path) -> Path:
    """Where SQLite keeps what a change in hand replaces."""
    return database.with_name(f"{database.name}-journal")
