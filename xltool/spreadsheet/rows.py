"""The rows of a worksheet part: their markup cut where it is plain, their tree walked where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from xltool.spreadsheet.cell_markup import WrittenCell, cut_cells, read_cell
from xltool.spreadsheet.package import Package, build_tree, recall_tree, split_tag
from xltool.spreadsheet.plain_markup import (
    REMEMBERED,
    REMEMBERED_SIGNS,
    NotPlainMarkupError,
    cut_attributes,
    cut_element,
)

_HEAD: Final = re.compile(r"<row((?: [^<>]*?[^<>/ ])?) ?(/?)>")
_REMEMBERED_ROWS: Final = 2**11
"""Rows that are remembered: two of three come again in every workbook of a form that one program saved."""
_REMEMBERED_ROW_SIGNS: Final = 4 * REMEMBERED_SIGNS
_OPEN: Final = re.compile(rb"<worksheet\b[^<>]*>")


class WrittenRow(NamedTuple):
    """One row as its markup has it."""

    attributes: Mapping[str, str]
    cells: Sequence[WrittenCell] = ()
    breadth: int = 0
    """How many columns its cells need at most."""
    prefixes: frozenset[str] = frozenset()
    """Of its attributes."""


def read_rows(package: Package, part: str) -> tuple[Element, list[WrittenRow]]:
    """The root of a worksheet part, and its rows; the root's own rows may be left out of it.

    Raises what `Package.xml` does.
    """
    data = package.markup(part)
    try:
        return _cut_rows(data, part)
    except NotPlainMarkupError:
        root = build_tree(data, part)
        return root, list(_walk_rows(root))


def _walk_rows(root: Element) -> Iterator[WrittenRow]:
    space, _ = split_tag(root.tag)
    tag = f"{space}c"
    for row in root.iterfind(f"{space}sheetData/{space}row"):
        yield _make_row(row.attrib, [read_cell(cell, space) for cell in row.findall(tag)])


def _make_row(attributes: Mapping[str, str], cells: Sequence[WrittenCell] = ()) -> WrittenRow:
    prefixes = frozenset(name.partition(":")[0] for name in attributes if ":" in name)
    columns = [cell.place[1] for cell in cells if cell.place is not None]
    return WrittenRow(attributes, cells, max(columns, default=-1) + 1 + len(cells) - len(columns), prefixes)


def _cut_rows(data: bytes, part: str) -> tuple[Element, list[WrittenRow]]:
    around, inside = cut_element(data, "sheetData")
    rows = list(_cut_pieces(inside))
    root = recall_tree(around, part)
    space, _ = split_tag(root.tag)
    opened = _OPEN.search(around)
    if opened is None or root.find(f"{space}sheetData") is None:
        raise NotPlainMarkupError
    for prefix in frozenset().union(*(row.prefixes for row in rows)):
        if prefix != "xml" and f' xmlns:{prefix}="'.encode() not in opened[0]:
            raise NotPlainMarkupError
    return root, rows


def _cut_pieces(inside: str) -> Iterator[WrittenRow]:
    *rows, rest = inside.split("</row>")
    for row in rows:
        yield from _cut_row(row) if len(row) <= _REMEMBERED_ROW_SIGNS else _cut_row.__wrapped__(row)
    for each, is_closed in _cut_heads(rest) if rest else ():
        if not is_closed:
            raise NotPlainMarkupError
        yield _make_row(each)


@lru_cache(maxsize=_REMEMBERED_ROWS)
def _cut_row(row: str) -> tuple[WrittenRow, ...]:
    """A row up to its end tag, behind those before it that have nothing in them."""
    head, *cells = row.split("<c ")
    *empty, (attributes, closed) = _cut_heads(head) if len(head) <= REMEMBERED_SIGNS else _cut_heads.__wrapped__(head)
    if closed or not all(is_closed for _, is_closed in empty):
        raise NotPlainMarkupError
    return (*(_make_row(each) for each, _ in empty), _make_row(attributes, cut_cells(cells)))


@lru_cache(maxsize=REMEMBERED)
def _cut_heads(head: str) -> tuple[tuple[Mapping[str, str], bool], ...]:
    """The attributes of rows that follow upon each other, and whether each is closed at once; at least one."""
    found, at = [], 0
    while match := _HEAD.match(head, at):
        found.append((cut_attributes(match[1]), bool(match[2])))
        at = match.end()
    if at < len(head) or not found:
        raise NotPlainMarkupError
    return tuple(found)
