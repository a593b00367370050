"""The files of a campaign as the store keeps them: every one that ever came, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from xltool.campaign.database import Database
from xltool.campaign.schema import HASHED, hash_row

_EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""A file that is empty has no bytes either, and was opened."""

Unread: TypeAlias = Literal["unmatched", "locked", "lost"]
Outcome: TypeAlias = Literal["version"] | Unread
"""`locked` is unmatched for want of a password, `lost` because its reading was cut short: both may come again and are
read again then."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is noted of a file as it comes: its size, and the ISO day on which it was sent."""

    size: int
    sent: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A file that is no agency's return, and why; `context` is what the refusal rests on, empty for the file alone."""

    sha256: str
    file: str
    reason: str
    at: str  # when it first came
    context: str = ""
    outcome: Unread = "unmatched"


class KeptFiles(Database):
    """What came, by its bytes: taken in as a version of an agency, or why not."""

    def find_outcome(self, sha256: str) -> tuple[Outcome, str] | None:
        """What became of a file of these bytes, and why; None when it is new."""
        rows = self._get("file", "WHERE sha256 = ?", sha256)
        return (rows[0][4], rows[0][5]) if rows else None

    def context_of(self, sha256: str) -> str:
        """What the refusal of a file rests on beside the file; empty when nothing, or when it was not refused."""
        rows = self._get("file", "WHERE sha256 = ? AND outcome <> 'version'", sha256)
        return str(rows[0][6]) if rows else ""

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
            self._change(
                "DELETE FROM file WHERE outcome = 'unmatched' AND size = 0 AND sha256 <> ? AND name = ?", _EMPTY, name
            )

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

    def taken_files(self) -> tuple[tuple[str, str, int, str], ...]:
        """Every file ever taken in that had bytes: hash, name, size, time."""
        rows = self._get("file", "WHERE size > 0 OR sha256 = ? ORDER BY rowid", _EMPTY)
        return tuple((row[0], row[1], row[2], row[3]) for row in rows)

    def find_unknown(self, digests: Iterable[str]) -> set[str]:
        """Those of some hashes that no file bears which was ever taken in."""
        return set(digests) - {row[0] for row in self._rows("SELECT sha256 FROM file")}

    def sent_day(self, sha256: str) -> str:
        """The ISO day on which a file of these bytes was sent; empty when it never came."""
        rows = self._get("file", "WHERE sha256 = ?", sha256)
        return str(rows[0][7]) if rows else ""

    def _new(self, sha256: str) -> bool:
        """Whether a file has not been settled: it is new, or it was refused, which may be judged again."""
        seen = self.find_outcome(sha256)
        return seen is None or seen[0] != "version"

    def _file(self, *row: str | int) -> None:
        columns = (*HASHED["file"], "hash")
        changed = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        self._change(
            f"INSERT INTO file ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT (sha256) DO UPDATE SET {changed}",
            *(*row, hash_row(*row)),
        )
