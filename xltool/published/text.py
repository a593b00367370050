"""A published report as plain text.

With tabs or bars between cells, one cell a line behind a tab, or with nothing that marks a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from xltool.published.document import Document, Lattice, Part, Prose, TableEntry
from xltool.published.html import decode_page
from xltool.published.radicals import replace_radicals

LONGEST_LABEL: Final = 60
"""Characters of a line that may be a label or a head; the official ones have up to 40."""
MOST_LABELS: Final = 40
"""Lines of labels and heads above the first figure of a table: table 4, a cell a line, has 20."""
FEWEST_FIGURES: Final = 10
"""Fewer figures under one another are no official table: table 2 has 10."""

_FIGURE: Final = re.compile(r"[0-9０-９][0-9０-９,，.．]*|[/／]")
_APART: Final = re.compile(r"\s{2,}")
_BAR: Final = re.compile("[|｜│┃]")
_RULE: Final = re.compile(r"[\s|｜│┃:+=\-─━]+")
_NUMBERED: Final = re.compile(r"\s*([一二三四五六七八九])、")
_NUMERALS: Final = "一二三四五六七八九"
_MARKDOWN: Final = re.compile(r"(#{1,6}) +(.*?)[ #]*|\*\*(.*)\*\*")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


def read_text(data: bytes) -> Document:
    """The document of a text file in UTF-8, UTF-16 or GBK.

    Of the two ways to find cells the one that finds more figures in tables.
    """
    lines = replace_radicals(decode_page(data)).splitlines()
    marked, unmarked = Document(tuple(_read_marked(lines))), Document(tuple(_read_unmarked(lines)))
    return unmarked if _count_figures(unmarked) > _count_figures(marked) else marked


def _count_figures(document: Document) -> int:
    return sum(
        _FIGURE.fullmatch(entry.text.strip()) is not None
        for table in document.tables()
        for row in table.rows
        for entry in row
    )


# ---------------------------------------------------------------- cells that are marked


def _read_marked(lines: Sequence[str]) -> Iterator[Part]:
    barred = [_BAR.search(line) is not None for line in lines]
    markdown = any(bar and _RULE.fullmatch(line) for bar, line in zip(barred, lines, strict=True))
    rows: list[list[str]] = []
    row: list[str] = []
    for at, line in enumerate(lines):
        kind = _line_kind(line, beside=any(barred[at - 1 : at] + barred[at + 1 : at + 2]))
        if row and kind not in {"cell", "text"}:
            rows.append(row)
            row = []
        if kind == "bars":
            rows += [] if _RULE.fullmatch(line) else [_split_bars(line, markdown=markdown)]
        elif kind == "cell":
            row.append(line.strip("\t"))
        elif kind == "tabs":
            rows.append(line.split("\t"))
        elif row and kind == "text":
            row[-1] += f"\n{line}"  # a cell whose text goes on
        elif kind == "text":
            yield from [_build_table(rows)] if rows else []
            rows = []
            yield _read_prose(line, markdown=markdown)
    rows += [row] if row else []
    yield from [_build_table(rows)] if rows else []


def _line_kind(line: str, *, beside: bool) -> Literal["bars", "cell", "tabs", "blank", "text"]:
    """What a line is: cells between bars, if it begins or ends with one or other lines `beside` it have some too.

    A cell behind a tab;

    cells between tabs; nothing; or text.
    """
    flat = line.strip()
    if not flat and not line.startswith("\t"):
        return "blank"
    if _BAR.search(flat) and (beside or _BAR.match(flat) or _BAR.match(flat[-1:])):
        return "bars"
    if line.startswith("\t") and "\t" not in line[1:].rstrip("\t"):
        return "cell"
    return "tabs" if "\t" in line.strip("\t") or line.startswith("\t") else "text"


def _split_bars(line: str, *, markdown: bool) -> list[str]:
    cells = [cell.strip() for cell in _BAR.split(line.strip())]
    cells = cells[1:] if not cells[0] else cells
    cells = cells[:-1] if cells and not cells[-1] else cells
    return [_ESCAPED.sub(r"\1", cell.replace("<br>", "\n")) for cell in cells] if markdown else cells


def _read_prose(line: str, *, markdown: bool) -> Prose:
    match = _MARKDOWN.fullmatch(line.strip()) if markdown else None
    text = line if match is None else match[2] or match[3] or ""
    level = 0 if match is None else len(match[1] or " ") - 1  # the title of the page is no section
    return Prose(_ESCAPED.sub(r"\1", text) if markdown else text, level)


def _build_table(rows: Sequence[Sequence[str]]) -> Lattice:
    return Lattice(
        tuple(tuple(TableEntry(text, at, column) for column, text in enumerate(row)) for at, row in enumerate(rows))
    )


# ---------------------------------------------------------------- cells that nothing marks


def _read_unmarked(lines: Sequence[str]) -> Iterator[Part]:
    """Short lines that figures follow are a table; a heading, known by the next number, or a sentence ends it."""
    block: list[str] = []
    waiting: list[str] = []
    number = 0
    full = [line for line in lines if line.strip()]
    for at, line in enumerate(full):
        cells = _split_cells(line)
        figures = _FIGURE.fullmatch(cells[-1]) is not None
        following = not figures and at + 1 < len(full) and _FIGURE.fullmatch(full[at + 1].strip()) is not None
        match = _NUMBERED.match(line)
        heading = match is not None and not figures and not following and _NUMERALS.index(match[1]) >= number
        if figures:
            block += [*waiting, line]
            waiting = []
        elif heading or max(map(len, cells)) > LONGEST_LABEL or cells[-1][-1] in "。；" or len(waiting) >= MOST_LABELS:
            yield from _close_table(block, waiting)
            yield Prose(line)
            block, waiting = [], []
            number = _NUMERALS.index(match[1]) + 1 if heading and match is not None else number
        else:
            waiting.append(line)
    yield from _close_table(block, waiting)


def _close_table(block: Sequence[str], waiting: Sequence[str]) -> Iterator[Part]:
    """A table with what stands below it; lines with few figures were none."""
    rows: list[list[str]] = []
    behind = False
    for cell in (cell for line in block for cell in _split_cells(line)):
        figure = _FIGURE.fullmatch(cell) is not None
        if not rows or (behind and not figure):
            rows.append([])
        rows[-1].append(cell)
        behind = figure
    if sum(_FIGURE.fullmatch(cell) is not None for row in rows for cell in row) >= FEWEST_FIGURES:
        yield _build_table(rows)
    else:
        yield from map(Prose, block)
    yield from map(Prose, waiting)


def _split_cells(line: str) -> list[str]:
    """The cells of a line: what stands well apart, or else by any blank; figures always."""
    pieces = _APART.split(line.strip())
    if len(pieces) == 1:
        return line.split()
    return [
        cell for piece in pieces for cell in (piece.split() if all(map(_FIGURE.fullmatch, piece.split())) else [piece])
    ]
