"""The printed cells of a table as a rectangle of squares, whatever kind of file it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

_BOXES: Final = re.compile(r"[□☐]|[_＿]{2,}")
_NOTHING: Final = re.compile(r"[\s\u3000\u200b\xa0]*")
_FEWEST_ROWS: Final = 3
_SELDOM: Final = 3
"""In less than one row of so many what stands there is a slip."""
_STANDS_FOR_NONE: Final = re.compile(r"[-—－–─×xX/／*＊\s]+")


class Square(NamedTuple):
    """One printed cell: where it begins, counted from 0, how many rows and columns it takes, and its text."""

    row: int
    column: int
    height: int
    width: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether nothing is printed in it."""
        return _NOTHING.fullmatch(self.text) is not None

    @property
    def open(self) -> bool:
        """Whether it is to be filled in, as far as itself tells: blank, or with boxes to tick or a line to write on."""
        return self.blank or _BOXES.search(self.text) is not None

    @property
    def crossed(self) -> bool:
        """Whether it says that nothing is to be filled in here: — and the like."""
        return not self.blank and _STANDS_FOR_NONE.fullmatch(self.text) is not None


@dataclass(frozen=True)
class SquareTable:
    """A table that is covered by its printed cells; `dropped` are the rows, from 1, that had a blank one too many.

    A cell behind the last column is a slip of who made the file where few rows have one, and nothing stands in it.
    """

    squares: tuple[Square, ...]
    dropped: tuple[int, ...] = ()

    @cached_property
    def at(self) -> dict[tuple[int, int], Square]:
        """The printed cell that covers each place."""
        return {
            (square.row + down, square.column + right): square
            for square in self.squares
            for down in range(square.height)
            for right in range(square.width)
        }

    @property
    def rows(self) -> int:
        return max((square.row + square.height for square in self.squares), default=0)

    @property
    def columns(self) -> int:
        return max((square.column + square.width for square in self.squares), default=0)

    def list_row(self, row: int) -> list[Square]:
        """The printed cells that cover a row, from left to right."""
        return list(dict.fromkeys(self.at[row, column] for column in range(self.columns)))


def cover_table(squares: Iterable[Square]) -> SquareTable:
    """The table of some printed cells: rows and columns in which none begins are none, and holes are blank cells."""
    given, dropped = _drop_excess(sorted(squares))
    rows = sorted({square.row for square in given})
    columns = sorted({square.column for square in given})
    taken: set[tuple[int, int]] = set()
    found = []
    for square in given:
        row, column = rows.index(square.row), columns.index(square.column)
        height = sum(square.row <= at < square.row + square.height for at in rows)
        width = sum(square.column <= at < square.column + square.width for at in columns)
        places = [(row + down, column + right) for down in range(height) for right in range(width)]
        if taken.isdisjoint(places):
            taken.update(places)
            found.append(Square(row, column, height, width, clean_text(square.text)))
    holes = ((row, column) for row in range(len(rows)) for column in range(len(columns)))
    found += [Square(*place, 1, 1, "") for place in holes if place not in taken]
    return SquareTable(tuple(sorted(found)), dropped)


def _drop_excess(given: list[Square]) -> tuple[list[Square], tuple[int, ...]]:
    """The printed cells without blank ones that stand alone behind the last column, and the rows of those."""
    rows = {square.row for square in given}
    dropped: list[int] = []
    while len(rows) >= _FEWEST_ROWS:
        end = max(square.column + square.width for square in given)
        last = [square for square in given if square.column + square.width == end]
        reached = sum(square.height for square in last)
        if reached * _SELDOM > len(rows) or not all(square.blank and square.width == 1 for square in last):
            break
        given = [square for square in given if square not in last]
        dropped += [square.row + 1 for square in last]
    return given, tuple(sorted(dropped))


def clean_text(text: str) -> str:
    """A printed text on one line: line breaks within a cell are the printer's."""
    parts: Iterator[str] = (part.strip(" \t\r\xa0") for part in text.split("\n"))
    return "".join(part for part in parts if part)
