"""Prints a report for the web.

One self-contained page that needs no script, or a fragment for a page of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from markupsafe import Markup

from xltool.model import Grid, Rectangle, Report
from xltool.report import looks
from xltool.report.grids import fit_figure, grid_heads, grid_labels, heads_above, is_flat, labels_beside, rows_of_grid
from xltool.report.template import load_template
from xltool.report.text import DRAFT_MARK, break_title, is_ragged


@dataclass(frozen=True, slots=True)
class _Cell:
    tag: str
    role: str
    attributes: Markup
    text: str
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


def to_html(report: Report, dataset: str = "", pictures: str = "") -> str:
    """The report as a page whose every figure is announced with its heads and labels, and that prints to A4.

    `dataset` is JSON-LD that is safe in a script element (`data.to_json_ld`): programs read the figures from it,
    browsers run nothing. `pictures` is a section of its own (`pictures.write_section`) that comes after everything
    else.
    """
    return _render_template(
        "page",
        report,
        _list_classes,
        fragment=False,
        sheet=Markup(looks.to_style_sheet()),
        dataset=Markup(dataset),
        pictures=Markup(pictures),
    )


def to_fragment(report: Report) -> str:
    """What the page shows, for publishing systems that strip style sheets, classes and scripts.

    Each element carries its own style, and the caption of a table is seen, since hiding it takes what such systems
    strip.
    """
    return _render_template("fragment", report, _list_styles, fragment=True)


def _render_template(name: str, report: Report, dress: Callable[..., Markup], **more: Markup | bool) -> str:
    """A template filled in; `dress` gives an element its looks, named by simple selectors."""
    # The year in an id keeps the reports of two years apart that stand on one page of a site.
    parts = [
        (type(part).__name__, _build_table(part, f"y{report.year}t{at}") if isinstance(part, Grid) else part)
        for at, part in enumerate(report.parts)
    ]
    title = break_title(report.title, report.agency)
    template = load_template(__package__, name)
    return template.render(
        report=report, title=title, parts=parts, mark=DRAFT_MARK, ragged=is_ragged, dress=dress, **more
    )


@cache
def _list_classes(*selectors: str) -> Markup:
    """For the page, whose style sheet knows the elements by their names: the classes among the selectors."""
    names = [selector[1:] for selector in selectors if selector.startswith(".")]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup()


@cache
def _list_styles(*selectors: str) -> Markup:
    """For the fragment: what the selectors declare."""
    return Markup(' style="{}"').format(looks.inline_style(*selectors))


def _build_table(grid: Grid, id: str) -> _Table:
    over, left, flush = grid_heads(grid), grid_labels(grid), is_flat(grid)
    lines: list[list[_Cell]] = []
    bodies: dict[int, list[list[_Cell]]] = {}
    for row, touching in enumerate(rows_of_grid(grid)):
        lines.append(
            [_build_cell(grid, id, r, heads_above(over, r), labels_beside(left, r)) for r in touching if r.row == row]
        )
        if row >= grid.head_rows:
            bodies.setdefault(touching[0].block, []).append(lines[-1])
    widths = tuple(round(100 * width / sum(grid.widths), 2) for width in grid.widths)
    wide = grid.columns > _MANY_COLUMNS
    return _Table(id, grid.title, widths, lines[: grid.head_rows], list(bodies.values()), wide, flush, grid.note)


def _build_cell(grid: Grid, id: str, r: Rectangle, over: list[Rectangle], left: list[Rectangle]) -> _Cell:
    match r.role:
        case "value":
            tag, scope, headers = "td", "", over + left
        case "corner" if not r.text:  # a header cell that says nothing is none
            tag, scope, headers = "td", "", []
        case "label":
            tag, scope, headers = "th", "rowgroup" if r.height > 1 else "row", left
        case _:
            tag, scope, headers = "th", "colgroup" if r.width > 1 else "col", over
    attributes = {
        "id": _cell_id(id, r) if tag == "th" else "",
        "scope": scope,
        "headers": " ".join([_cell_id(id, header) for header in headers]),
        "rowspan": r.height if r.height > 1 else "",
        "colspan": r.width if r.width > 1 else "",
    }
    written = Markup(
        "".join([f' {name}="{value}"' for name, value in attributes.items() if value])
    )  # numbers and words of ours
    part = fit_figure(grid, r) if r.role == "value" else 1
    return _Cell(tag, r.role, written, r.text, f"{part:.2f}" if part < 1 else "")


def _cell_id(table: str, r: Rectangle) -> str:
    return f"{table}-{r.row}-{r.column}"
