"""A table's grid filled in, a list as a grid, and what these say about their rectangles.

The lines they stand in, and the heads and labels that a figure belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from xltool.forms.layout import grid as lay_out
from xltool.forms.list_rows import print_line_content, sum_column
from xltool.forms.lists import AGENCY_HEAD, TOTAL_LABEL
from xltool.forms.memo import derive_once
from xltool.messages import format_scaled
from xltool.model import CellKey, Grid, ListRow, Rectangle, Role, RowList, Table

_TABLE_EM: Final = 42  # width of a printed table in its own type: 156 mm at 10.5 pt
_MARGINS_EM: Final = 0.2  # of a cell, left and right together
_AGENCY_PART: Final = 5
"""The column of agencies is as broad as this part of all others together."""
_DIGIT_EM: Final = 0.64  # the widest digit of the fonts that may stand in


def fill_grid(table: Table, word_figure: Callable[[CellKey], str], words: Collection[CellKey] = ()) -> Grid:
    """The official grid of a table, with what `word_figure` writes of each of its cells.

    Those of `words` hold no figures, and take more than one line where they must.
    """
    blank = lay_out(table)
    filled = [r if r.key is None else _fill_rectangle(r, word_figure(r.key), r.key in words) for r in blank.rectangles]
    return replace(blank, rectangles=tuple(filled), blank=blank)


def _fill_rectangle(r: Rectangle, text: str, holds_words: bool) -> Rectangle:
    return Rectangle(r.row, r.column, r.height, r.width, "print" if holds_words else r.role, text, r.key, r.block)


def lay_out_list(row_list: RowList, lines: Sequence[ListRow], *, gaps: bool = False) -> Grid:
    """A list as a grid: heads, its lines with their serials, and the totals; empty lines are left out.

    With `gaps` those between others are not, so that serials are those of the sheet.

    In a sum each line has its agency behind the serial. The keys of rectangles are of this grid alone.
    """
    filled = [line for line in lines if gaps or not line.is_empty]
    named = any(line.agency for line in filled)
    heads = [row_list.serial, *([AGENCY_HEAD] if named else []), *(column.label for column in row_list.columns)]
    widths = [*row_list.widths]
    if named:
        widths[1:1] = [max(1, sum(widths) // _AGENCY_PART)]
    rectangles = [Rectangle(0, at, 1, 1, "head", text) for at, text in enumerate(heads)]
    for row, line in enumerate(filled or [None], 1):
        words = ["" if line is None else f"{row}", *([line.agency] if line is not None and named else [])]
        rectangles += [Rectangle(row, at, 1, 1, "print", text, f"{row}.{at}") for at, text in enumerate(words)]
        rectangles += _lay_out_contents(row_list, row, line, len(words))
    last = len(filled) + 1 if filled else 2
    if any(column.total for column in row_list.columns):
        rectangles += _lay_out_totals(row_list, last, filled, named)
        last += 1
    return Grid(row_list.id, row_list.title, last, len(heads), 1, tuple(widths), tuple(rectangles), row_list.note)


def _lay_out_contents(row_list: RowList, row: int, line: ListRow | None, shift: int) -> Iterator[Rectangle]:
    for at, column in enumerate(row_list.columns):
        text = "" if line is None else print_line_content(column, line.contents[at])
        role: Role = "value" if column.entry is None else "print"
        yield Rectangle(row, shift + at, 1, 1, role, text, f"{row}.{column.id}")


def _lay_out_totals(row_list: RowList, row: int, lines: Sequence[ListRow], named: bool) -> Iterator[Rectangle]:
    for at, text in enumerate([TOTAL_LABEL, *([""] if named else [])]):
        yield Rectangle(row, at, 1, 1, "print", text, f"{row}.{at}")
    for at, column in enumerate(row_list.columns):
        text = format_scaled(sum_column(lines, at), column.measure.decimals) if column.total else ""
        yield Rectangle(row, at + 1 + named, 1, 1, "value", text, f"{row}.{column.id}")


def rows_of_grid(grid: Grid) -> list[list[Rectangle]]:
    """For each line of the grid the rectangles that touch it, from left to right.

    One of several lines comes once in each.
    """
    return [[grid.rectangles[at] for at in touching] for touching in index_rows(grid.blank or grid)]


@derive_once
def index_rows(grid: Grid) -> list[list[int]]:
    """For each line of the grid which of its rectangles touch it, from left to right."""
    touching: list[list[int]] = [[] for _ in range(grid.rows)]
    for at, rectangle in sorted(enumerate(grid.rectangles), key=lambda each: each[1].column):
        for row in range(rectangle.row, rectangle.row + rectangle.height):
            touching[row].append(at)
    return touching


def grid_heads(grid: Grid) -> list[Rectangle]:
    """The captions and heads of a grid from the top, for `heads_above`."""
    return sorted((r for r in grid.rectangles if r.role in ("caption", "head")), key=lambda r: r.row)


def grid_labels(grid: Grid) -> list[Rectangle]:
    """The row labels of a grid from the left, for `labels_beside`."""
    return sorted((r for r in grid.rectangles if r.role == "label"), key=lambda r: r.column)


def heads_above(heads: Iterable[Rectangle], of: Rectangle) -> list[Rectangle]:
    """The caption and the heads above a rectangle, outermost first."""
    left, right = of.column, of.column + of.width
    return [
        r
        for r in heads
        if r.column < right and left < r.column + r.width and r.row + r.height <= of.row and r.block == of.block
    ]


def labels_beside(labels: Iterable[Rectangle], of: Rectangle) -> list[Rectangle]:
    """The row labels to the left of a rectangle, outermost first."""
    top, bottom = of.row, of.row + of.height
    return [
        r
        for r in labels
        if r.row < bottom and top < r.row + r.height and r.column + r.width <= of.column and r.block == of.block
    ]


@derive_once
def measure_rooms(grid: Grid) -> list[float]:
    """How much room the rectangles of a grid have for a line, in their order and in widths of a digit."""
    edges = [0, *accumulate(grid.widths)]
    shares = [(edges[r.column + r.width] - edges[r.column]) / edges[-1] for r in grid.rectangles]
    return [(share * _TABLE_EM - _MARGINS_EM) / _DIGIT_EM for share in shares]


def fit_figure(text: str, room: float) -> float:
    """The part of the usual size, at most 1, at which a figure stays on one line.

    Broken in two it reads as two figures.
    """
    return min(1, room / len(text)) if text else 1


def is_flat(grid: Grid) -> bool:
    """Whether its labels have no levels; those are centred, while a hierarchy reads from the left."""
    return len({r.column for r in grid.rectangles if r.role == "label"}) < 2
