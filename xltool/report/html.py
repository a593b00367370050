"""Prints a report as one self-contained web page that needs no script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from xltool.model import Grid, Rectangle, Report
from xltool.report.grids import above, beside, flat, rows, squeeze
from xltool.report.text import DRAFT_MARK, clean, ragged, title_lines


@dataclass(frozen=True, slots=True)
class _Cell:
    tag: str
    role: str
    id: str
    text: str
    rowspan: int
    colspan: int
    scope: str
    headers: str
    fit: str


@dataclass(frozen=True, slots=True)
class _Table:
    id: str
    caption: str
    widths: tuple[float, ...]
    head: list[list[_Cell]]
    bodies: list[list[list[_Cell]]]
    wide: bool
    flat: bool
    note: str


_MANY_COLUMNS: Final = 6
"""A table with more columns than this does not fit the width of a phone and scrolls sideways in its own box."""


def to_html(report: Report) -> str:
    """The report as a page whose every figure is announced with its heads and labels, and that prints to A4."""
    parts = [(type(part).__name__, _table(part, at) if isinstance(part, Grid) else part) for at, part in enumerate(report.parts)]
    title = title_lines(report.title, report.agency)
    return _template().render(report=report, title=title, parts=parts, mark=DRAFT_MARK, ragged=ragged)


@cache
def _template() -> Template:
    # `finalize` sees every value on its way into the page, so that none can be forgotten; escaping comes after it.
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_printable, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files(__package__).joinpath("page.html.j2").read_text("utf-8"))


def _printable(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _table(grid: Grid, at: int) -> _Table:
    table = f"t{at}"
    touching = rows(grid)
    lines = [[_cell(grid, table, r) for r in line if r.row == row] for row, line in enumerate(touching)]
    bodies: dict[int, list[list[_Cell]]] = {}
    for row in range(grid.head_rows, grid.rows):
        bodies.setdefault(touching[row][0].block, []).append(lines[row])
    widths = tuple(round(100 * width / sum(grid.widths), 2) for width in grid.widths)
    wide = grid.columns > _MANY_COLUMNS
    return _Table(table, grid.title, widths, lines[: grid.head_rows], list(bodies.values()), wide, flat(grid), grid.note)


def _cell(grid: Grid, table: str, r: Rectangle) -> _Cell:
    over, left = above(grid, r), beside(grid, r)
    match r.role:
        case "value":
            tag, scope, headers = "td", "", over + left
        case "corner":
            tag, scope, headers = "td", "", []
        case "label":
            tag, scope, headers = "th", "rowgroup" if r.height > 1 else "row", left
        case _:
            tag, scope, headers = "th", "colgroup" if r.width > 1 else "col", over
    part = squeeze(grid, r) if r.role == "value" else 1
    fit = f"{part:.2f}" if part < 1 else ""
    ids = " ".join(_id(table, header) for header in headers)
    return _Cell(tag, r.role, _id(table, r) if tag == "th" else "", r.text, r.height, r.width, scope, ids, fit)


def _id(table: str, r: Rectangle) -> str:
    return f"{table}-{r.row}-{r.column}"
