"""The log of a campaign: who did what, when, in the order in which it was noted; nothing of it is ever changed."""

from __future__ import annotations

from typing import Final

from xltool.campaign.database import Database

_EVENTS: Final = "SELECT at, person, what, detail FROM event ORDER BY id"


class Events(Database):
    """What was noted. `at` and `person` come from the caller, who has the clock."""

    def note(self, at: str, person: str, what: str, detail: str, *, settles: str = "") -> None:
        """Notes who did what; what was remembered as under way by the name `settles` is so no more."""
        with self._transaction():
            self._note(at, person, what, detail)
            self._change("DELETE FROM meta WHERE name = ?", settles)

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
        self._change("INSERT INTO event (at, person, what, detail) VALUES (?, ?, ?, ?)", at, person, what, detail)


def say_reason(reason: str) -> str:
    """How a reason stands behind what it is given for; nothing where there is none."""
    return f"：{reason}" if reason else ""
