"""Prints a report as Markdown with GitHub's pipe tables."""

from __future__ import annotations

import re
from typing import Final

from xltool.model import Grid, Heading, Paragraph, Rectangle, Report
from xltool.report.grids import grid_heads, grid_labels, heads_above, labels_beside
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
        parts.append(_write_paragraph(grid.note))
    return parts


def _write_pipe_table(grid: Grid, inside: list[Rectangle]) -> str:
    records: dict[int, list[Rectangle]] = {}
    for value in sorted((r for r in inside if r.role == "value"), key=lambda r: (r.row, r.column)):
        records.setdefault(value.row, []).append(value)
    first = next(iter(records.values()))
    labelled = any(r.role == "label" for r in inside)
    corner = [_escape("".join(r.text for r in inside if r.role == "corner"))] if labelled else []
    over, left = grid_heads(grid), grid_labels(grid)
    lines = [
        _write_line(corner + [_join_labels(_telling_heads(heads_above(over, value), first)) for value in first]),
        _write_line([":---"] * len(corner) + ["---:"] * len(first)),
    ]
    for values in records.values():
        label = [_join_labels(labels_beside(left, values[0]))] if labelled else []
        lines.append(_write_line(label + [_escape(value.text) for value in values]))
    return "\n".join(lines)


def _telling_heads(over: list[Rectangle], figures: list[Rectangle]) -> list[Rectangle]:
    """The heads that tell one column from another.

    The nearest, and those above it that do not stand over all figures.
    """
    width = figures[-1].column + figures[-1].width - figures[0].column
    heads = [r for r in over if r.role == "head"]
    return [r for r in heads[:-1] if r.width < width] + heads[-1:]


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
