"""Cells as people name them in a text, by table, row and column, and as a program names them back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from xltool.forms.label import normalise_label
from xltool.forms.memo import derive_once
from xltool.model import Block, Cell, CellKey, Column, FormSpec, Row, Table, find_cell_kind

_BREAKS: Final = re.compile(r"[\s/／]+")
_NUMBERS: Final = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十0-9]+[）)]|[0-9]+[、.．])")
_NOTES: Final = re.compile(r"[（(][^（）()]*[）)]$")
_EXACT, _BEGINS, _WITHIN = 0, 1, 2
_LEAST_LIKE: Final = 1.2
"""Of 2, for row and column."""


def split_table(spec: FormSpec, words: str) -> tuple[Table, str] | None:
    """The table that words begin with, by its name or its sheet's, and what follows; None where there is neither."""
    pieces, names = _split(words), _name_tables(spec)
    for end in range(len(pieces), 0, -1):  # a sheet's name has a space in it, and begins with that of its table
        for name, table in names:
            if "".join(pieces[:end]) == name:
                return table, " ".join(pieces[end:])
    for name, table in names if pieces else ():
        if pieces[0].startswith(name):
            return table, " ".join([pieces[0].removeprefix(name), *pieces[1:]])
    return None


def find_named_cells(table: Table, words: str) -> list[Cell]:
    """The cells of a table that row and column may mean, those that fit best: one, where the words are plain enough.

    A column may be left out where a row has just one, a row where one line of figures stands under heads alone. Spaces
    are of no matter, but where they part the words.
    """
    pieces = _split(words)
    splits = [("".join(pieces[:at]), "".join(pieces[at:])) for at in range(len(pieces) + 1)]
    if len(pieces) == 1:
        splits += [(pieces[0][:at], pieces[0][at:]) for at in range(1, len(pieces[0]))]
    found: dict[int, dict[CellKey, Cell]] = {}
    for block in table.blocks:
        for row, column in ((r, c) for r in block.rows for c in block.columns if find_cell_kind(r, c) == "figure"):
            ranks = [
                rank + other
                for of_row, of_column in splits
                if (rank := 0 if not of_row and _is_nameless(block) else _rank(of_row, _name_row(row))) is not None
                and (
                    other := 0 if not of_column and len(block.columns) == 1 else _rank(of_column, _name_column(column))
                )
                is not None
            ]
            if ranks:
                key = f"{table.id}.{row.id}.{column.id}"
                found.setdefault(min(ranks), {})[key] = Cell(key, table, block, row, column)
    return list(found[min(found)].values()) if found else []


@derive_once
def name_cell(spec: FormSpec, key: CellKey) -> str:
    """A cell as people name it in a text: table, row and column, in words that mean it alone."""
    return _choose_name(spec.cell(key))


def find_nearest_cell(spec: FormSpec, table: Table, words: str) -> str:
    """The name of the cell of a table that is nearest to some words, or nothing; a total where no column is told."""
    pieces = _split(words)
    if not pieces:
        return ""
    of_row, of_column = ("".join(pieces[:-1]), pieces[-1]) if len(pieces) > 1 else (pieces[0], "")

    def measure_likeness(cell: Cell) -> float:
        if _is_nameless(cell.block):
            return 2 * max(_compare("".join(pieces), name) for name in _name_column(cell.column))
        row = max(_compare(of_row, name[: len(of_row)]) for name in _name_row(cell.row))
        column = (
            max(_compare(of_column, name) for name in _name_column(cell.column)) if of_column else cell.column.total
        )
        return row + column

    cells = [cell for cell in spec.cells if cell.table is table]
    nearest = max(cells, key=measure_likeness)
    return name_cell(spec, nearest.key) if measure_likeness(nearest) >= _LEAST_LIKE else ""


def _compare(words: str, name: str) -> float:
    return SequenceMatcher(None, words, name, autojunk=False).ratio()


def _choose_name(cell: Cell) -> str:
    label = cell.row.label or cell.row.short
    rows = [_plain(label), label, *(f"{head.label}{label}" for head in cell.row.heads)]
    columns = [_plain(cell.column.short), cell.column.label]
    if _is_nameless(cell.block):
        names = list(map(_squeeze, columns))
    else:
        names = [" ".join(_squeeze(each) for each in (row, column)) for row in rows for column in columns]
    plain = (name for name in names if [each.key for each in find_named_cells(cell.table, name)] == [cell.key])
    return f"{cell.table.name} {next(plain, names[-1])}"


def _is_nameless(block: Block) -> bool:
    """Whether nothing is printed beside the figures of a block that could name its row."""
    return block.unlabelled and len(block.rows) == 1


@derive_once
def _name_tables(spec: FormSpec) -> Sequence[tuple[str, Table]]:
    names = [
        (_squeeze(name), table)
        for table in spec.tables
        for name in (table.name, table.sheet, table.title)
        if _squeeze(name)
    ]
    return sorted(names, key=lambda each: -len(each[0]))


def _split(words: str) -> list[str]:
    return [squeezed for piece in _BREAKS.split(words) if (squeezed := _squeeze(piece))]


def _squeeze(label: str) -> str:
    """A label without spaces and bars, which part words too."""
    return normalise_label(label).replace("/", "")


def _plain(label: str) -> str:
    """A label without its number and the note behind it."""
    return _NOTES.sub("", _NUMBERS.sub("", _squeeze(label)))


def _name_row(row: Row) -> Iterator[str]:
    for label in (row.label, row.short, *row.variants):
        yield _squeeze(label)
        yield _plain(label)
    for head in row.heads:
        yield _plain(head.label) + _plain(row.label)
        yield _squeeze(head.label + row.label)


def _name_column(column: Column) -> Iterator[str]:
    for label in (column.label, column.short, *column.variants):
        yield _squeeze(label)
        yield _plain(label)
    for head in column.heads:
        yield _plain(head.label) + _plain(column.label)


def _rank(words: str, names: Iterator[str]) -> int | None:
    """How well words fit one of some names; None when they fit none."""
    if not words:
        return None
    ranks = [
        _EXACT if words == name else _BEGINS if name.startswith(words) else _WITHIN for name in names if words in name
    ]
    return min(ranks, default=None)
