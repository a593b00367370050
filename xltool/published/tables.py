"""Finds the official tables among those that a report prints, in whatever way, and the figure of each cell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from xltool.forms.label import normalise_label
from xltool.forms.layout import grid
from xltool.model import Block, CellKey, Column, FormSpec, Head, Row, Table
from xltool.published.document import Lattice, TableEntry

ALIKE_LABELS: Final = 0.6
"""From which likeness on a label that nobody knows is taken for an official one that is missing beside it."""

_MARKS: Final = re.compile("[“”\"'‘’「」『』*＊]")
_NUMBER: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十0-9]+\)|[0-9]+\.)")
_FIGURE: Final = re.compile(r"[0-9０-９./／—–－+,，无不适用-]*")


class PrintedFigure(NamedTuple):
    """What is printed for one cell of a form, beside which label, what was unsure, and in which table, counted from 1.

    `entry` is None where a table says by leaving a row out what its cells hold.
    """

    raw: str
    label: str
    note: str = ""
    table: int = 0
    entry: TableEntry | None = None

    @property
    def where(self) -> str:
        """The place in the document."""
        return (
            "没有印出"
            if self.entry is None
            else f"第{self.table}个表格第{self.entry.row + 1}行第{self.entry.column + 1}格"
        )


@dataclass
class TableFigures:
    """The figures that were found of one table of one form, and how well it fits."""

    spec: FormSpec
    table: Table
    cells: dict[CellKey, PrintedFigure] = field(default_factory=dict)
    doubled: dict[CellKey, PrintedFigure] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    """Heads that are not the official ones."""
    short: list[str] = field(default_factory=list)
    """Labels of rows with too few or too many figures."""

    @property
    def doubts(self) -> int:
        """How many of the table's cells were not found, and how many heads and rows are not as they should be.

        0 for a perfect fit.
        """
        wanted = sum(len(block.rows) * len(block.columns) for block in self.table.blocks)
        return wanted - len(self.cells) + len(self.heads) + len(self.short)


class _TableLine(NamedTuple):
    """One printed row: its cells, and what each says without what printers change."""

    entries: tuple[TableEntry, ...]
    bare: tuple[str, ...]


def find_tables(specs: Sequence[FormSpec], tables: Sequence[Lattice]) -> dict[str, list[TableFigures]]:
    """For each id of a table the readings of the printed tables by the forms that have such a table, the best first.

    The newest edition is tried first; where it fits without a doubt, no other is.
    """
    everything: dict[str, list[TableFigures]] = {}
    printed = [[_bare_line(row) for row in table.rows] for table in tables]
    said = [frozenset().union(*(line.bare for line in lines)) for lines in printed]
    for spec in sorted(specs, key=lambda spec: spec.years[0], reverse=True):
        for table in spec.tables:
            if any(not known.doubts for known in everything.get(table.id, ())):
                continue
            figures = TableFigures(spec, table)
            read, labels = _read_rows_across if table.blocks[0].across else _read_rows_down, _index_labels(table)
            for at, lines in enumerate(printed, start=1):
                if not said[at - 1].isdisjoint(labels):
                    read(figures, lines, at)
            if figures.cells:
                everything.setdefault(table.id, []).append(figures)
    for readings in everything.values():
        readings.sort(key=lambda figures: figures.doubts)
    return everything


def _bare_line(row: Sequence[TableEntry]) -> _TableLine:
    return _TableLine(tuple(row), tuple([bare_label(entry.text) for entry in row]))


@lru_cache(maxsize=8192)
def bare_label(text: str) -> str:
    """A label without what printers change: spaces, width, quotation marks."""
    return _MARKS.sub("", normalise_label(text)).replace("〔", "(").replace("〕", ")")


# ---------------------------------------------------------------- rows under one another


class _RowPlace(NamedTuple):
    """A row of a form, the block it stands in, and the keys of its cells.

    `own` when the label that led here is the row's own.
    """

    block: Block
    row: Row
    keys: tuple[CellKey, ...]
    own: bool = True


@lru_cache(maxsize=64)
def _list_row_places(table: Table) -> tuple[_RowPlace, ...]:
    return tuple(
        _RowPlace(block, row, tuple(f"{table.id}.{row.id}.{column.id}" for column in block.columns))
        for block in table.blocks
        for row in block.rows
    )


@lru_cache(maxsize=64)
def _index_labels(table: Table) -> Mapping[str, _RowPlace]:
    """The rows of a table by each of their labels."""
    places = _list_row_places(table)
    # One line for a whole group, as in the edition of 2019: its figure stands in the last of the group's rows, which is
    # the rest of it.
    heads = {bare_label(head.label): place._replace(own=False) for place in places for head in place.row.heads}
    return heads | {
        bare_label(wording): place for place in places for wording in (place.row.label, *place.row.variants)
    }


@lru_cache(maxsize=64)
def _index_variants(table: Table) -> Mapping[str, str]:
    """The official heads by what else they are called."""
    heads: list[Row | Column | Head] = []
    for block in table.blocks:
        parts: Sequence[Row | Column] = (*block.columns, *block.rows) if block.across else block.columns
        heads += [head for part in parts for head in (part, *part.heads)]
    return {bare_label(wording): bare_label(head.label) for head in heads for wording in head.variants}


def _read_rows_down(figures: TableFigures, printed: Sequence[_TableLine], number: int) -> None:
    labels, variants = _index_labels(figures.table), _index_variants(figures.table)
    heads: list[str] = []
    block: Block | None = None
    fits = False
    unknown: list[tuple[Block, _TableLine]] = []
    for line in printed:
        said = [at for at, text in enumerate(line.bare) if text in labels]
        if not said:
            if block is not None and _ends_in_figures(line, len(block.columns)):
                unknown += [(block, line)] if fits else []
                continue
            heads = [] if block is not None else heads
            block = None
            heads += [variants.get(text, text) for text in line.bare if text]
            continue
        place = labels[line.bare[said[-1]]]
        before = [variants.get(text, text) for text in line.bare[: said[-1]] if text and text not in labels]
        if before and not _list_column_labels(place.block).isdisjoint(
            before
        ):  # where nothing marks the end of a row, its heads stand before it
            heads, block = before, None
        if place.block is not block:
            block = place.block
            fits, foreign = _match_heads(block, tuple(heads))
            figures.heads += [
                head for head in foreign if fits and head not in figures.heads and not _is_title(figures.table, head)
            ]
        if fits:
            _take_row(figures, place, line, said[-1], number=number)
    for where, line in unknown:
        _guess_row(figures, where, line, number)


@lru_cache(maxsize=64)
def _list_column_labels(block: Block) -> frozenset[str]:
    return frozenset(bare_label(column.label) for column in block.columns)


def _is_title(table: Table, head: str) -> bool:
    """Whether a head is the table's own title, with a number or without, as some print it in the table's first row."""
    return _NUMBER.sub("", head) == _NUMBER.sub("", bare_label(table.title))


@lru_cache(maxsize=1024)
def _match_heads(block: Block, heads: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    """Whether the heads above are those of the block, each level in the official order.

    And those that are none of its.
    """
    wanted = [bare_label(column.label) for column in block.columns]
    known = {
        *wanted,
        *(bare_label(head.label) for column in block.columns for head in column.heads),
        bare_label(block.corner),
        bare_label(block.caption),
    }
    foreign = tuple(head for head in heads if head not in known)
    if not heads:
        return True, ()  # a table that goes on behind a page break
    if sum(label in heads for label in wanted) * 2 < len(wanted):
        return False, foreign
    levels: dict[int, list[str]] = {}
    for column in block.columns:
        levels.setdefault(len(column.heads), []).append(bare_label(column.label))
    return all(_stand_in_order(level, heads) for level in levels.values()), foreign


def _stand_in_order(level: Sequence[str], heads: Sequence[str]) -> bool:
    """Whether those heads of a level that are printed stand in the official order, and each as often."""
    return [head for head in heads if head in level] == [label for label in level if label in heads]


def _take_row(
    figures: TableFigures, place: _RowPlace, line: _TableLine, at: int, *, number: int, guessed: bool = False
) -> None:
    """Notes the figures behind the label at `at` of a printed line, for a row of a block."""
    values = list(line.entries[at + 1 :])
    while len(values) > len(place.keys) and not values[-1].text.strip():
        values.pop()
    label = " ".join(line.entries[at].text.split())
    if not place.own and not any(value.text.strip() for value in values):
        return  # the head of a group on a line of its own
    if len(values) != len(place.keys):
        figures.short.append(label)
        return
    told = place.row.label
    note = f"印作“{label}”，按“{told}”读取" if guessed else "" if place.own else f"只印了一行“{label}”，记在“{told}”"
    _note_figures(
        figures, place.keys, [PrintedFigure(entry.text.strip(), label, note, number, entry) for entry in values]
    )


def _note_figures(figures: TableFigures, keys: Sequence[CellKey], printed: Sequence[PrintedFigure]) -> None:
    """Notes what is printed for cells; of what is printed twice, the first counts."""
    found = dict(zip(keys, printed, strict=True))
    again = [key for key in found if key in figures.cells]
    figures.doubled.update({key: found.pop(key) for key in again})
    figures.cells.update(found)


def _ends_in_figures(line: _TableLine, count: int) -> bool:
    """Whether a row ends in as many figures, behind a label of its own.

    One that may be blank is none, for heads end in blanks too.
    """
    values = line.bare[-count:] if len(line.bare) > count else ()
    blank = count == 1 and not any(values)
    return bool(values) and not blank and any(line.bare[:-count]) and all(_FIGURE.fullmatch(value) for value in values)


def _guess_row(figures: TableFigures, block: Block, line: _TableLine, number: int) -> None:
    """A row whose label nobody knows is taken for the missing one that it is like, and that is told."""
    at = max(i for i, text in enumerate(line.bare[: -len(block.columns)]) if text)
    left = [
        place
        for place in _list_row_places(figures.table)
        if place.block is block and place.keys[0] not in figures.cells
    ]
    printed = _NUMBER.sub("", line.bare[at])
    scores = [(_label_likeness(printed, bare_label(place.row.label)), place.row.id, place) for place in left]
    if scores and (best := max(scores))[0] >= ALIKE_LABELS:
        _take_row(figures, best[2], line, at, number=number, guessed=True)


def _label_likeness(printed: str, official: str) -> float:
    """1 where a label stands behind its group's in one cell; else how much of it is the same, numbers aside."""
    return (
        1.0 if printed.endswith(official) else difflib.SequenceMatcher(None, printed, _NUMBER.sub("", official)).ratio()
    )


# ---------------------------------------------------------------- rows side by side


def _read_rows_across(figures: TableFigures, printed: Sequence[_TableLine], number: int) -> None:
    """The one line of figures below the official heads."""
    places, wanted, variants = (
        _list_row_places(figures.table),
        _list_head_lines(figures.table),
        _index_variants(figures.table),
    )
    heads: list[str] = []
    keys = [key for place in places for key in place.keys]
    for line in printed:
        split = max(0, len(line.bare) - len(keys))
        before, values = [variants.get(text, text) for text in line.bare[:split] if text], line.entries[split:]
        if (
            len(values) == len(keys)
            and (heads or before)
            and all(_FIGURE.match(t) and t not in wanted for t in line.bare[split:] if t)
        ):
            if _are_in_order(wanted, [*heads, *before]):
                labels = [f"{place.row.label} / {column.label}" for place in places for column in place.block.columns]
                _note_figures(
                    figures,
                    keys,
                    [
                        PrintedFigure(e.text.strip(), label, "", number, e)
                        for e, label in zip(values, labels, strict=True)
                    ],
                )
            heads = []
        else:
            heads += [variants.get(text, text) for text in line.bare if text]


@lru_cache(maxsize=64)
def _list_head_lines(table: Table) -> tuple[str, ...]:
    """The heads of a table, line by line."""
    rectangles = [r for r in grid(table).rectangles if r.role in {"head", "label", "caption", "corner"} and r.text]
    return tuple(bare_label(r.text) for r in sorted(rectangles, key=lambda r: (r.row, r.column)))


def _are_in_order(wanted: Sequence[str], heads: Sequence[str]) -> bool:
    remaining: Iterator[str] = iter(heads)
    return all(label in remaining for label in wanted)
