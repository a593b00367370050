"""The lines of a printed table: what each cell says without what printers change, and in which figures a line ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xltool.forms.number import is_figure_like
from xltool.published.document import TableEntry
from xltool.published.vocabulary import bare_label


@dataclass(frozen=True)
class TableLine:
    """One printed row: its cells, and what each says without what printers change."""

    entries: tuple[TableEntry, ...]
    bare: tuple[str, ...]

    @cached_property
    def figures(self) -> tuple[TableEntry, ...]:
        """The figures in which the row ends, and the blanks among and behind them; none where all is blank."""
        start = len(self.bare)
        while start and (not self.bare[start - 1] or is_figure_like(self.entries[start - 1].text)):
            start -= 1
        return self.entries[start:] if any(self.bare[start:]) else ()


def bare_line(row: Sequence[TableEntry]) -> TableLine:
    """A printed row with what each of its cells says, bare."""
    return TableLine(tuple(row), tuple([bare_label(entry.text) for entry in row]))


def count_values(run: Sequence[TableEntry]) -> int:
    """How many cells of a row hold figures, without the blank ones behind the last."""
    return max((at for at, entry in enumerate(run, start=1) if entry.text.strip()), default=0)
