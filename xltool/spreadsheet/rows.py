"""The rows of a worksheet part: their markup cut where it is plain, their tree walked where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
_OPEN: Final = re.compile(rb"<worksheet\b[^<>]*>")


class WrittenRow(NamedTuple):
    """One row as its markup has it."""

    attributes: Mapping[str, str]
    cells: list[WrittenCell]


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
        yield WrittenRow(row.attrib, [read_cell(cell, space) for cell in row.findall(tag)])


def _cut_rows(data: bytes, part: str) -> tuple[Element, list[WrittenRow]]:
    around, inside = cut_element(data, "sheetData")
    rows = list(_cut_pieces(inside))
    root = recall_tree(around, part)
    space, _ = split_tag(root.tag)
    opened = _OPEN.search(around)
    if opened is None or root.find(f"{space}sheetData") is None:
        raise NotPlainMarkupError
    for prefix in {name.partition(":")[0] for row in rows for name in row.attributes if ":" in name}:
        if prefix != "xml" and f' xmlns:{prefix}="'.encode() not in opened[0]:
            raise NotPlainMarkupError
    return root, rows


def _cut_pieces(inside: str) -> Iterator[WrittenRow]:
    *rows, rest = inside.split("</row>")
    for row in rows:
        head, *cells = row.split("<c ")
        *empty, (attributes, closed) = (
            _cut_heads(head) if len(head) <= REMEMBERED_SIGNS else _cut_heads.__wrapped__(head)
        )
        for each, is_closed in empty:
            yield WrittenRow(each, [])
            closed = closed or not is_closed
        if closed:
            raise NotPlainMarkupError
        yield WrittenRow(attributes, cut_cells(cells))
    for each, is_closed in _cut_heads(rest) if rest else ():
        if not is_closed:
            raise NotPlainMarkupError
        yield WrittenRow(each, [])


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
