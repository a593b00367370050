"""The open database of a campaign: rows that bear a hash, and transactions that are whole or nothing.

What figures and decisions stand in carries a hash, which is checked whenever it is read. The tables are those of
`campaign/schema`; what is written in them, and read of them, is said by the modules `kept_…` and `events`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

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
from xltool.messages import XltoolError

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


class Database:
    """The open file. Every method that writes is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several changes as one: all are there or none, and the disk is waited for once."""
        with self._transaction():
            yield

    @property
    def is_pending(self) -> bool:
        """Whether changes wait to be kept together; no longer, when SQLite gave them all up for want of room."""
        return self._db.in_transaction

    def take_row(self, table: str, row: Sequence[Any]) -> None:
        """Takes a row over from another database, where it was found sound."""
        with self._transaction():
            self._put(table, *row)

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

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            raise XltoolError(f"数据库读不出来：{explain_database_error(error)}。") from error

    def _change(self, statement: str, *values: Any) -> None:
        """Changes what is kept, within a transaction."""
        self._db.execute(statement, values)

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


def _select(table: str, where: str = "") -> str:
    return f"SELECT {', '.join(HASHED[table])}, hash FROM {table} {where}"
