"""What a published report is made of, whatever kind of file it was: prose and tables in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from xltool.model import Finding


class Prose(NamedTuple):
    """One paragraph; `level` is that of a heading, 0 for what is not marked as one.

    `of_table` for a row of a table that is none of the form's: it is no heading and no title, whatever it says.
    """

    text: str
    level: int = 0
    of_table: bool = False


class TableEntry(NamedTuple):
    """One cell of a printed table: its text, and at which line and column it begins, counted from 0."""

    text: str
    row: int
    column: int
    doubt: str = ""
    """Why its row cannot be read, where the page does not tell what stands in which cell."""
    recognised: bool = False
    """Whether its text was recognised in a picture, so that any figure may be another."""
    height: int = 1
    """Rows that it takes, where the file says so."""
    width: int = 1
    """Columns that it takes, where the file says so."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """One printed table: its rows as they are printed, each cell once, where it begins."""

    rows: tuple[tuple[TableEntry, ...], ...]

    def texts(self) -> list[list[str]]:
        """The rows without the cells that say nothing."""
        return [[entry.text for entry in row if entry.text.strip()] for row in self.rows]


Part: TypeAlias = Prose | Lattice


@dataclass(frozen=True, slots=True)
class Document:
    """The parts of a published report.

    `title` is what the file itself says it is called, `notes` what was noticed in opening it.

    On a `page` of the web other things may stand around the report, and in the text `copied` from one some of them.
    """

    parts: tuple[Part, ...]
    title: str = ""
    notes: tuple[Finding, ...] = ()
    page: bool = False
    copied: bool = False

    def prose(self) -> list[str]:
        """The paragraphs alone."""
        return [part.text for part in self.parts if isinstance(part, Prose)]

    def tables(self) -> list[Lattice]:
        """The tables alone."""
        return [part for part in self.parts if isinstance(part, Lattice)]


def build_lattice(rows: list[list[tuple[str, int, int]]]) -> Lattice:
    """A table from its cells as a file lists them, (text, rows spanned, columns spanned), as browsers lay them out."""
    taken: dict[tuple[int, int], bool] = {}
    found: list[tuple[TableEntry, ...]] = []
    for at, cells in enumerate(rows):
        line = []
        column = 0
        for text, height, width in cells:
            while (at, column) in taken:
                column += 1
            line.append(TableEntry(text, at, column, height=height, width=width))
            if height > 1:
                taken.update(
                    ((below, right), True)
                    for below in range(at + 1, at + height)
                    for right in range(column, column + width)
                )
            column += width
        found.append(tuple(line))
    return Lattice(tuple(found))
