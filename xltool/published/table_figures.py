"""The figures that were found of one table of one form, each as it is printed, and the rows that were passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.model import CellKey, FormSpec, Table
from xltool.published.document import TableEntry
from xltool.published.heads import HeadVerdict
from xltool.published.labels import RowPlace, list_row_places


class PrintedFigure(NamedTuple):
    """What is printed for one cell of a form, beside which label, what was unsure, and in which table, counted from 1.

    `entry` is None where a table says by leaving a row out what its cells hold.
    """

    raw: str
    label: str
    note: str = ""
    table: int = 0
    entry: TableEntry | None = None

    @property
    def where(self) -> str:
        """The place in the document."""
        return (
            "没有印出"
            if self.entry is None
            else f"第{self.table}个表格第{self.entry.row + 1}行第{self.entry.column + 1}格"
        )


class UnreadRow(NamedTuple):
    """A row that is printed, and whose figures were not read: its label as printed, its cells, and why."""

    label: str
    keys: tuple[CellKey, ...]
    reason: str
    table: int = 0
    line: int = 0
    blank: bool = False
    """Whether nothing at all is printed behind the label."""


@dataclass
class TableFigures:
    """The figures that were found of one table of one form, and how well it fits."""

    spec: FormSpec
    table: Table
    cells: dict[CellKey, PrintedFigure] = field(default_factory=dict)
    doubled: dict[CellKey, PrintedFigure] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    """Heads that are not the official ones."""
    headless: bool = False
    """Whether some figures stand under no heads, or not under all."""
    verdicts: dict[str, HeadVerdict] = field(default_factory=dict)
    """What the heads of each block say, by the id of its first row, where they are printed."""
    passed: list[UnreadRow] = field(default_factory=list)
    """Rows that were passed over, wherever they are printed."""
    twins: dict[str, list[RowPlace]] = field(default_factory=dict)
    """Of labels that several rows have the rows still to come, where as many lines are printed."""

    @property
    def filled(self) -> list[CellKey]:
        """The cells for which something is printed."""
        return [key for key, told in self.cells.items() if told.raw]

    @property
    def places(self) -> set[tuple[int, int]]:
        """Where rows of it are printed: in which table, counted from 1, on which of its lines."""
        told = [figure for each in (self.cells, self.doubled) for figure in each.values()]
        return {(figure.table, figure.entry.row) for figure in told if figure.entry} | {
            (row.table, row.line) for row in self.unread
        }

    @property
    def unread(self) -> list[UnreadRow]:
        """The rows that are printed, and nowhere so that they could be read."""
        rows = {row.keys: row for row in reversed(self.passed)}
        return [row for row in reversed(rows.values()) if not any(key in self.cells for key in row.keys)]

    @property
    def doubts(self) -> int:
        """How many of the table's cells were not found, and how many heads and rows are not as they should be.

        0 for a perfect fit.
        """
        wanted = sum(len(place.keys) for place in list_row_places(self.table))
        return wanted - len(self.cells) + len(self.heads) + len(self.unread) + self.headless

    def note_row(self, keys: Sequence[CellKey], printed: Sequence[PrintedFigure], verdict: HeadVerdict) -> None:
        """Notes what is printed for cells, below which heads; of what is printed twice, the first counts."""
        self.headless = self.headless or verdict.missing
        self.heads += [head for head in verdict.foreign if head not in self.heads]
        found = dict(zip(keys, printed, strict=True))
        again = [key for key in found if key in self.cells]
        self.doubled.update({key: found.pop(key) for key in again})
        self.cells.update(found)

    def take_back(self, keys: tuple[CellKey, ...], reason: str, label: str = "") -> None:
        """Makes figures that were found for cells those of a row that is not read."""
        told = [self.cells.pop(key) for key in keys if key in self.cells]
        if told:
            line = told[0].entry.row if told[0].entry else 0
            self.passed.append(UnreadRow(label or told[0].label, keys, reason, told[0].table, line))
