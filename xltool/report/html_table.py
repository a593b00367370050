"""A grid as a table of a web page: lines of cells that say what they are, and by what they are announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from xltool.forms.memo import derive_once
from xltool.model import CellKey, Grid, Rectangle
from xltool.report.grids import (
    fit_figure,
    grid_heads,
    grid_labels,
    heads_above,
    index_rows,
    is_flat,
    labels_beside,
    measure_rooms,
)

_MANY_COLUMNS: Final = 6
"""A table with more columns than this does not fit the width of a phone and scrolls sideways in its own box."""


class HtmlCell(NamedTuple):
    """A cell of a web page's table: its element, what it is in the grid, and the attributes that place it.

    `fit` is the part of the usual size at which a figure stays on one line, empty where it does; `key` is that of a
    value.
    """

    tag: str
    role: str
    attributes: Markup
    text: str
    fit: str = ""
    key: CellKey | None = None


class _Place(NamedTuple):
    """What a cell is and how it is announced, whatever stands in it."""

    tag: str
    attributes: Markup


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table of a web page; `widths` are percents, `head` repeats on paper, each of `bodies` is a block.

    `wide` when it scrolls sideways on a phone, `flat` when its labels have no levels; `notes` are lines below it.
    """

    id: str
    caption: str
    widths: tuple[float, ...]
    head: list[list[HtmlCell]]
    bodies: list[list[list[HtmlCell]]]
    wide: bool
    flat: bool
    notes: tuple[str, ...]


def build_html_table(grid: Grid, id: str) -> HtmlTable:
    """The table of a grid; `id` begins the ids of its heads and labels."""
    laid = grid.blank or grid
    places, rooms = _place_cells(laid, id), measure_rooms(laid)
    lines: list[list[HtmlCell]] = []
    bodies: dict[int, list[list[HtmlCell]]] = {}
    for row, touching in enumerate(index_rows(laid)):
        lines.append(
            [
                _build_cell(grid.rectangles[at], places[at], rooms[at])
                for at in touching
                if grid.rectangles[at].row == row
            ]
        )
        if row >= grid.head_rows:
            bodies.setdefault(grid.rectangles[touching[0]].block, []).append(lines[-1])
    widths = tuple(round(100 * width / sum(grid.widths), 2) for width in grid.widths)
    wide, notes = grid.columns > _MANY_COLUMNS, tuple(filter(None, grid.note.split("\n")))
    flat = is_flat(laid)
    return HtmlTable(id, grid.title, widths, lines[: grid.head_rows], list(bodies.values()), wide, flat, notes)


def _build_cell(r: Rectangle, place: _Place, room: float) -> HtmlCell:
    part = fit_figure(r.text, room) if r.role == "value" else 1
    role = "head" if r.role == "line" else r.role  # what is printed under the heads looks like them
    return HtmlCell(place.tag, role, place.attributes, r.text, f"{part:.2f}" if part < 1 else "", r.key)


@derive_once
def _place_cells(grid: Grid, id: str) -> list[_Place]:
    """The places of the cells of a grid, and of all that are filled from it, in the order of its rectangles."""
    over, left = grid_heads(grid), grid_labels(grid)
    return [_place_cell(id, r, heads_above(over, r), labels_beside(left, r)) for r in grid.rectangles]


def _place_cell(id: str, r: Rectangle, over: list[Rectangle], left: list[Rectangle]) -> _Place:
    match r.role:
        case "value":
            tag, scope, headers = "td", "", over + left
        case "print":
            tag, scope, headers = "td", "", left if r.key is None else over + left
        case "corner" | "head" | "line" | "label" if not r.text:  # a header cell that says nothing is none
            tag, scope, headers = "td", "", []
        case "label":
            tag, scope, headers = "th", "rowgroup" if r.height > 1 else "row", left
        case _:
            tag, scope, headers = "th", "colgroup" if r.width > 1 else "col", over
    headers = [header for header in headers if header.text]
    attributes = {
        "id": _cell_id(id, r) if tag == "th" else "",
        "scope": scope,
        "headers": " ".join([_cell_id(id, header) for header in headers]),
        "rowspan": r.height if r.height > 1 else "",
        "colspan": r.width if r.width > 1 else "",
    }
    # numbers and words of ours
    return _Place(tag, Markup("".join([f' {name}="{value}"' for name, value in attributes.items() if value])))


def _cell_id(table: str, r: Rectangle) -> str:
    return f"{table}-{r.row}-{r.column}"
