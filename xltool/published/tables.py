"""Finds the official tables among those that a report prints, under all the ways of printing them, and the figure of each cell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from xltool.forms.label import canonical
from xltool.forms.layout import grid
from xltool.model import Block, CellKey, Column, FormSpec, Row, Table
from xltool.published.material import Entry, Lattice

ALIKE: Final = 0.6
"""From which likeness on a label that nobody knows is taken for an official one that is missing beside it."""

_MARKS: Final = re.compile("[“”\"'‘’「」『』*＊]")
_NUMBER: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十0-9]+\)|[0-9]+\.)")
_FIGURE: Final = re.compile(r"[0-9０-９./／—–－+,，无不适用-]*")


class Printed(NamedTuple):
    """What is printed for one cell of a form, where, and what was unsure about it."""

    raw: str
    where: str
    label: str
    note: str = ""


@dataclass
class Figures:
    """The figures that were found of one table of one form, and how well it fits."""

    spec: FormSpec
    table: Table
    cells: dict[CellKey, Printed] = field(default_factory=dict)
    doubled: dict[CellKey, Printed] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    """Heads that are not the official ones."""
    short: list[str] = field(default_factory=list)
    """Labels of rows with too few or too many figures."""

    @property
    def doubts(self) -> int:
        """How many of the table's cells were not found, and how many heads and rows are not as they should be: 0 for a perfect fit."""
        wanted = sum(len(block.rows) * len(block.columns) for block in self.table.blocks)
        return wanted - len(self.cells) + len(self.heads) + len(self.short)


class _Line(NamedTuple):
    """One printed row: its cells, and what each says without what printers change."""

    entries: tuple[Entry, ...]
    bare: tuple[str, ...]


def found(specs: Sequence[FormSpec], tables: Sequence[Lattice]) -> dict[str, list[Figures]]:
    """For each id of a table the readings of the printed tables by the forms that have such a table, the best first.

    The newest edition is tried first; where it fits without a doubt, no other is.
    """
    everything: dict[str, list[Figures]] = {}
    printed = [[_Line(row, tuple([bare(entry.text) for entry in row])) for row in table.rows] for table in tables]
    said = [frozenset().union(*(line.bare for line in lines)) for lines in printed]
    for spec in sorted(specs, key=lambda spec: spec.years[0], reverse=True):
        for table in spec.tables:
            if any(not known.doubts for known in everything.get(table.id, ())):
                continue
            figures = Figures(spec, table)
            read, labels = (_across, _heads(table)) if table.blocks[0].across else (_down, _labels(table))
            for at, lines in enumerate(printed, start=1):
                if not said[at - 1].isdisjoint(labels):
                    read(figures, lines, at)
            if figures.cells:
                everything.setdefault(table.id, []).append(figures)
    for readings in everything.values():
        readings.sort(key=lambda figures: figures.doubts)
    return everything


@lru_cache(maxsize=8192)
def bare(text: str) -> str:
    """A label without what printers change: spaces, width, quotation marks."""
    return _MARKS.sub("", canonical(text)).replace("〔", "(").replace("〕", ")")


# ---------------------------------------------------------------- rows under one another


@lru_cache(maxsize=64)
def _labels(table: Table) -> Mapping[str, tuple[Block, Row, bool]]:
    """The rows of a table by each of their labels, and whether that is the row's own."""
    labels = {bare(wording): (block, row, True) for block in table.blocks for row in block.rows for wording in (row.label, *row.variants)}
    # One line for a whole group, as in the edition of 2019: its figure stands in the last of the group's rows, which is the rest of it.
    heads = {bare(head.label): (block, row, False) for block in table.blocks for row in block.rows for head in row.heads}
    return heads | labels


def _down(figures: Figures, printed: Sequence[_Line], number: int) -> None:
    labels = _labels(figures.table)
    heads: list[str] = []
    block: Block | None = None
    fits = False
    unknown: list[tuple[Block, _Line]] = []
    for line in printed:
        at = next((at for at in range(len(line.bare) - 1, -1, -1) if line.bare[at] in labels), None)
        if at is None:
            if block is not None and _figures_at_end(line, len(block.columns)):
                unknown += [(block, line)] if fits else []
                continue
            heads = [] if block is not None else heads
            block = None
            heads += [text for text in line.bare if text]
            continue
        block, row, own = labels[line.bare[at]]
        fits, foreign = _fit(block, tuple(heads))
        if fits:
            label = " ".join(line.entries[at].text.split())
            _take(figures, (block, row), line, at, number=number, note="" if own else f"只印了一行“{label}”，记在“{row.label}”")
            figures.heads += [head for head in foreign if head not in figures.heads]
    for where, line in unknown:
        _guess(figures, where, line, number)


@lru_cache(maxsize=1024)
def _fit(block: Block, heads: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    """Whether the heads above are those of the block, each level in the official order; and those that are none of its."""
    wanted = [bare(column.label) for column in block.columns]
    known = {*wanted, *(bare(head.label) for column in block.columns for head in column.heads), bare(block.corner), bare(block.caption)}
    foreign = tuple(head for head in heads if head not in known)
    if not heads:
        return True, ()  # a table that goes on behind a page break
    if sum(label in heads for label in wanted) * 2 < len(wanted):
        return False, foreign
    levels = [[bare(c.label) for c in block.columns if len(c.heads) == depth] for depth in {len(c.heads) for c in block.columns}]
    return all([h for h in heads if h in level] == [label for label in level if label in heads] for level in levels), foreign


def _take(figures: Figures, place: tuple[Block, Row], line: _Line, at: int, *, number: int, note: str) -> None:
    """Notes the figures behind the label at `at` of a printed line, for a row of a block."""
    block, row = place
    values = list(line.entries[at + 1 :])
    while len(values) > len(block.columns) and not values[-1].text.strip():
        values.pop()
    label = " ".join(line.entries[at].text.split())
    if len(values) != len(block.columns):
        figures.short.append(label)
        return
    for column, entry in zip(block.columns, values, strict=True):
        _note(figures, row, column, Printed(entry.text.strip(), _where(number, entry), label, note))


def _note(figures: Figures, row: Row, column: Column, printed: Printed) -> None:
    key = f"{figures.table.id}.{row.id}.{column.id}"
    (figures.doubled if key in figures.cells else figures.cells)[key] = printed


def _where(number: int, entry: Entry) -> str:
    return f"第{number}个表格第{entry.row + 1}行第{entry.column + 1}格"


def _figures_at_end(line: _Line, count: int) -> bool:
    """Whether a row ends in as many figures, behind a label of its own."""
    values = line.bare[-count:] if len(line.bare) > count else ()
    return bool(values) and any(line.bare[:-count]) and all(_FIGURE.fullmatch(value) for value in values)


def _guess(figures: Figures, block: Block, line: _Line, number: int) -> None:
    """A row whose label nobody knows is taken for the missing one that it is like, and that is told."""
    at = max(i for i, text in enumerate(line.bare[: -len(block.columns)]) if text)
    left = [row for row in block.rows if f"{figures.table.id}.{row.id}.{block.columns[0].id}" not in figures.cells]
    printed = _NUMBER.sub("", line.bare[at])
    scores = [(difflib.SequenceMatcher(None, printed, _NUMBER.sub("", bare(row.label))).ratio(), row.id, row) for row in left]
    if scores and (best := max(scores))[0] >= ALIKE:
        label = " ".join(line.entries[at].text.split())
        _take(figures, (block, best[2]), line, at, number=number, note=f"印作“{label}”，按“{best[2].label}”读取")


# ---------------------------------------------------------------- rows side by side


def _across(figures: Figures, printed: Sequence[_Line], number: int) -> None:
    """The one line of figures below the official heads."""
    block, wanted = figures.table.blocks[0], _heads(figures.table)
    heads: list[str] = []
    cells = [(row, column) for row in block.rows for column in block.columns]
    for line in printed:
        texts = [text for text in line.bare if text]
        if len(line.bare) == len(cells) and heads and all(_FIGURE.match(text) and text not in wanted for text in texts):
            if _in_order(wanted, heads):
                for (row, column), entry in zip(cells, line.entries, strict=True):
                    _note(figures, row, column, Printed(entry.text.strip(), _where(number, entry), f"{row.label} / {column.label}"))
            heads = []
        else:
            heads += texts


@lru_cache(maxsize=64)
def _heads(table: Table) -> tuple[str, ...]:
    """The heads of a table, line by line."""
    rectangles = [r for r in grid(table).rectangles if r.role in {"head", "label", "caption", "corner"} and r.text]
    return tuple(bare(r.text) for r in sorted(rectangles, key=lambda r: (r.row, r.column)))


def _in_order(wanted: Sequence[str], heads: Sequence[str]) -> bool:
    remaining: Iterator[str] = iter(heads)
    return all(label in remaining for label in wanted)
