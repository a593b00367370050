"""A table's grid filled in, and what it says about its rectangles.

The lines they stand in, and the heads and labels that a figure belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final

from xltool.forms.layout import grid as lay_out
from xltool.model import CellKey, Grid, Rectangle, Table

_TABLE_EM: Final = 42  # width of a printed table in its own type: 156 mm at 10.5 pt
_MARGINS_EM: Final = 0.2  # of a cell, left and right together
_DIGIT_EM: Final = 0.64  # the widest digit of the fonts that may stand in


def fill_grid(table: Table, word_figure: Callable[[CellKey], str], words: Collection[CellKey] = ()) -> Grid:
    """The official grid of a table, with what `word_figure` writes of each of its cells.

    Those of `words` hold no figures, and take more than one line where they must.
    """
    blank = lay_out(table)
    filled = (
        r if r.key is None else replace(r, text=word_figure(r.key), role="print" if r.key in words else r.role)
        for r in blank.rectangles
    )
    return replace(blank, rectangles=tuple(filled))


def rows_of_grid(grid: Grid) -> list[list[Rectangle]]:
    """For each line of the grid the rectangles that touch it, from left to right.

    One of several lines comes once in each.
    """
    touching: list[list[Rectangle]] = [[] for _ in range(grid.rows)]
    for rectangle in sorted(grid.rectangles, key=lambda r: r.column):
        for row in range(rectangle.row, rectangle.row + rectangle.height):
            touching[row].append(rectangle)
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


def fit_figure(grid: Grid, figure: Rectangle) -> float:
    """The part of the usual size, at most 1, at which a figure stays on one line.

    Broken in two it reads as two figures.
    """
    if not figure.text:
        return 1
    share = sum(grid.widths[figure.column : figure.column + figure.width]) / sum(grid.widths)
    return min(1, (share * _TABLE_EM - _MARGINS_EM) / (_DIGIT_EM * len(figure.text)))


def is_flat(grid: Grid) -> bool:
    """Whether its labels have no levels; those are centred, while a hierarchy reads from the left."""
    return len({r.column for r in grid.rectangles if r.role == "label"}) < 2
