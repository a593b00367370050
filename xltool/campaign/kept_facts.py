"""Facts of a campaign by their names, as they were when they were first said, or as they are now."""

from __future__ import annotations

from xltool.campaign.events import Events


class KeptFacts(Events):
    """What is remembered of the campaign itself."""

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
