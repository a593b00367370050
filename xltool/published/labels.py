"""Which row of a form's table a printed label means, and which official head a printed one is another wording of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.layout import list_row_keys
from xltool.model import Block, CellKey, Column, Head, Row, Table
from xltool.published.vocabulary import bare_label, plain_label


class RowPlace(NamedTuple):
    """A row of a form, the block it stands in, and the keys of its cells.

    `own` when the label that led here is the row's own, `twin` when other rows of the table have it too.
    """

    block: Block
    row: Row
    keys: tuple[CellKey, ...]
    own: bool = True
    twin: bool = False


@lru_cache(maxsize=64)
def list_row_places(table: Table) -> tuple[RowPlace, ...]:
    """The rows of a table that have cells, in its order."""
    return tuple(
        RowPlace(block, row, keys)
        for block in table.blocks
        for row in block.rows
        if (keys := list_row_keys(table, block, row))
    )


@lru_cache(maxsize=64)
def list_bare_heads(table: Table) -> frozenset[str]:
    """The labels of the rows that have no cells and only head others."""
    rows = [row for block in table.blocks for row in block.rows if not list_row_keys(table, block, row)]
    return frozenset(bare_label(label) for row in rows for label in (row.label, *row.variants) if label)


@lru_cache(maxsize=64)
def index_labels(table: Table) -> Mapping[str, RowPlace]:
    """The rows of a table by each of their labels."""
    places = list_row_places(table)
    # One line for a whole group, as in the edition of 2019: its figure stands in the last of the group's rows, which is
    # the rest of it.
    heads = {bare_label(head.label): place._replace(own=False) for place in places for head in place.row.heads}
    found: dict[str, RowPlace] = {}
    for place in places:
        for label in list_bare_labels(place.row):
            found[label] = place._replace(twin=label in found)
    return heads | found


def list_bare_labels(row: Row) -> frozenset[str]:
    """What a row is called, bare, in all its wordings."""
    return frozenset(bare_label(wording) for wording in (row.label, *row.variants)) - {""}


@lru_cache(maxsize=64)
def _index_plain_labels(table: Table) -> Mapping[str, RowPlace]:
    """The rows of a table by their labels without what offices add, where those mean one row and no head."""
    heads = {bare_label(part.label) for block in table.blocks for part in _list_column_heads(block)}
    found: dict[str, list[RowPlace]] = {}
    for label, place in index_labels(table).items():
        found.setdefault(plain_label(label), []).append(place)
    return {
        label: places[0]
        for label, places in found.items()
        if label and label not in heads and len({place.keys for place in places}) == 1
    }


def _list_column_heads(block: Block) -> Iterator[Column | Head]:
    for column in block.columns:
        yield column
        yield from column.heads


def find_place(table: Table, bare: str) -> RowPlace | None:
    """The row that a bare label means."""
    return index_labels(table).get(bare) or _index_plain_labels(table).get(plain_label(bare))


def list_wordings(table: Table, row: Row) -> frozenset[str]:
    """What the label of a row may be printed as and mean no other row: bare, and without what offices add."""
    plain = {label for label, place in _index_plain_labels(table).items() if place.own and place.row is row}
    return frozenset({bare_label(label) for label in (row.label, *row.variants)} | plain)


@lru_cache(maxsize=64)
def index_variants(table: Table) -> Mapping[str, str]:
    """The official heads by what else they are called."""
    heads: list[Row | Column | Head] = []
    for block in table.blocks:
        parts: Sequence[Row | Column] = (*block.columns, *block.rows) if block.across else block.columns
        heads += [head for part in parts for head in (part, *part.heads)]
    return {bare_label(wording): bare_label(head.label) for head in heads for wording in head.variants}
