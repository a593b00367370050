"""A published report as plain text: tables with one cell a line behind a tab and a blank line between rows, or with tabs between cells."""

from __future__ import annotations

from xltool.published.html import decoded
from xltool.published.material import Entry, Lattice, Material, Part, Prose


def read(data: bytes) -> Material:
    """The material of a text file in UTF-8, UTF-16 or GBK."""
    parts: list[Part] = []
    rows: list[list[str]] = []
    row: list[str] = []
    for line in decoded(data).splitlines():
        if line.startswith("\t") and "\t" not in line[1:].rstrip("\t"):
            row.append(line[1:].strip("\t"))
        elif "\t" in line.strip("\t") or (line.startswith("\t") and line.strip()):
            rows, row = [*rows, *([row] if row else [])], []
            rows.append(line.rstrip("\r").split("\t"))
        elif not line.strip():
            rows, row = [*rows, *([row] if row else [])], []
        elif row:
            row[-1] += f"\n{line}"  # a cell whose text goes on
        else:
            parts += [_table(rows)] if rows else []
            rows = []
            parts.append(Prose(line))
    rows += [row] if row else []
    return Material((*parts, *([_table(rows)] if rows else [])))


def _table(rows: list[list[str]]) -> Lattice:
    return Lattice(tuple(tuple(Entry(text, at, column) for column, text in enumerate(row)) for at, row in enumerate(rows)))
