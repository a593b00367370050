"""The files written for people as the store keeps them: their hashes, by which no hand work is written over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from xltool.campaign.database import Database


class KeptDocuments(Database):
    """What was written into the campaign's folder."""

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
                self._change("DELETE FROM written WHERE file = ?", file)
