"""Prints a report as Markdown with GitHub's pipe tables."""

from __future__ import annotations

import re
from typing import Final

from xltool.model import Grid, Heading, Paragraph, Rectangle, Report
from xltool.report.grids import grid_heads, grid_labels, heads_above
from xltool.report.text import DRAFT_MARK, clean_line

# Braces mean nothing in Markdown, but site generators run {{ }} and {% %} before it: agency text must stay text there
# too.
_ANYWHERE: Final = re.compile(r"([\\`*_{}\[\]<>#|~&$!])")
_AT_START: Final = re.compile(r"[+=-]|[0-9]+(?=[.)](?: |$))")


def to_markdown(report: Report) -> str:
    """The report as Markdown; the merged heads of a table come joined: 「法人或其他组织·商业企业」."""
    parts = [f"> **{DRAFT_MARK}**"] if report.draft else []
    parts.append(f"# {_escape(report.title)}")
    for part in report.parts:
        match part:
            case Heading():
                parts.append(f"{'#' * (part.level + 1)} {_escape(part.text)}")
            case Paragraph():
                parts.append(_write_paragraph(part.text))
            case Grid():
                parts += _write_tables(part)
    return "\n\n".join(parts) + "\n"


def _write_tables(grid: Grid) -> list[str]:
    """One pipe table for each block, since a pipe table has a single line of heads."""
    parts: list[str] = []
    for block in sorted({r.block for r in grid.rectangles}):
        inside = [r for r in grid.rectangles if r.block == block]
        parts += [f"**{_escape(r.text)}**" for r in inside if r.role == "caption"]
        parts.append(_write_pipe_table(grid, inside))
    if grid.note:
        parts += [_write_paragraph(line) for line in grid.note.split("\n")]
    return parts


def _write_pipe_table(grid: Grid, inside: list[Rectangle]) -> str:
    """The lines of a block: its labels in one column, then what is printed beside them, and the figures."""
    over, left = grid_heads(grid), grid_labels(grid)
    figures = sorted((r for r in inside if r.role == "value" or r.key is not None), key=lambda r: (r.row, r.column))
    first = min(figure.column for figure in figures)
    shown = [r for r in inside if r.role in {"value", "print"} or (r.role == "label" and r.column > first)]
    columns = sorted({r.column for r in shown})
    lines: dict[int, dict[int, Rectangle]] = {}
    for r in sorted(shown, key=lambda r: r.row):
        lines.setdefault(r.row, {})[r.column] = r
    labelled = any(r.role == "label" for r in inside)
    corners = [r for r in inside if r.role == "corner"]
    beside = {r.column: r.text for r in corners if any(r.column == each.column for each in shown)}
    corner = [_escape("".join(r.text for r in corners if r.column not in beside))] if labelled else []
    nearest = {at: next((r for r in figures if r.column == at), None) for at in columns}
    heads = [
        _escape(beside.get(at, ""))
        if (figure := nearest[at]) is None
        else _join_labels(_telling_heads(over, figure, figures))
        for at in columns
    ]
    marks = ["---:" if (figure := nearest[at]) is not None and figure.role == "value" else ":---" for at in columns]
    written = [_write_line(corner + heads), _write_line([":---"] * len(corner) + marks)]
    for cells in lines.values():
        at = next(iter(cells.values()))
        labels = [r for r in left if r.column <= first and r.row <= at.row < r.row + r.height and r.block == at.block]
        label = [_join_labels(labels)] if labelled else []
        written.append(_write_line(label + [_escape(cells[each].text) if each in cells else "" for each in columns]))
    return "\n".join(written)


def _telling_heads(over: list[Rectangle], figure: Rectangle, figures: list[Rectangle]) -> list[Rectangle]:
    """The heads above a figure that tell its column from another.

    The nearest, and those above it that do not stand over all figures.
    """
    start, end = min(r.column for r in figures), max(r.column + r.width for r in figures)
    heads = [r for r in heads_above(over, figure) if r.role == "head"]
    return [r for r in heads[:-1] if r.width < end - start] + heads[-1:]


def _join_labels(rectangles: list[Rectangle]) -> str:
    return _escape("·".join(r.text for r in rectangles))


def _write_line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _write_paragraph(text: str) -> str:
    """A text at the start of a line, where signs and numbers could begin a list or underline a heading."""
    escaped = _escape(text)
    start = _AT_START.match(escaped)
    if start is None:
        return escaped
    # A sign is escaped itself; of a list number the point or bracket after it.
    at = start.end() if start.group()[0].isdigit() else 0
    return f"{escaped[:at]}\\{escaped[at:]}"


def _escape(text: str) -> str:
    return _ANYWHERE.sub(r"\\\1", clean_line(text).strip())
