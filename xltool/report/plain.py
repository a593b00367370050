"""Prints a report as plain text in the shape in which web pages and Word come out of a clipboard.

One cell a line behind a tab.
"""

from __future__ import annotations

from collections.abc import Iterator

from xltool.model import Grid, Heading, Paragraph, Report
from xltool.report.grids import rows_of_grid
from xltool.report.text import DRAFT_MARK, clean_line


def to_text(report: Report) -> str:
    """The report with a blank line between the rows of its tables.

    A cell that goes on from the row above is an empty one.
    """
    lines = [DRAFT_MARK] if report.draft else []
    lines.append(clean_line(report.title))
    for part in report.parts:
        if isinstance(part, Heading | Paragraph):
            lines.append(clean_line(part.text).strip())
        else:
            lines += _write_table(part)
    return "\n".join(lines) + "\n"


def _write_table(grid: Grid) -> Iterator[str]:
    for row, touching in enumerate(rows_of_grid(grid)):
        for rectangle in touching:
            yield "\t" + (clean_line(rectangle.text) if rectangle.row == row else "")
        yield ""
    if grid.note:
        yield from map(clean_line, grid.note.split("\n"))
