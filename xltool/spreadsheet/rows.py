"""The rows of a worksheet part: their markup cut where it is plain, their tree walked where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from xltool.spreadsheet.cell_markup import cut_cells, read_cell
from xltool.spreadsheet.package import Package, build_tree, split_tag
from xltool.spreadsheet.plain_markup import (
    REMEMBERED,
    REMEMBERED_SIGNS,
    NotPlainMarkupError,
    cut_attributes,
    cut_element,
    decode_characters,
)
from xltool.spreadsheet.repeats import Repeats
from xltool.spreadsheet.sheet_frame import SheetFrame, read_frame, recall_frame
from xltool.spreadsheet.written_row import WrittenRow, fill_row, make_row

_known_rows: Final = Repeats[tuple[WrittenRow, ...]](2**11, 2**15)
"""Rows: two of three come again in every workbook of a form that one program saved, and most cells of the others."""
_END, _CELL = b"</row>", b"<c "
_HEAD: Final = re.compile(r"<row((?: [^<>]*?[^<>/ ])?) ?(/?)>")
_OPEN: Final = re.compile(rb"<worksheet\b[^<>]*>")


def read_rows(package: Package, part: str) -> tuple[SheetFrame, Sequence[WrittenRow]]:
    """What a worksheet part has around its rows, and these.

    Raises what `Package.xml` and `read_frame` do.
    """
    data = package.markup(part)
    try:
        return _cut_rows(data, part)
    except NotPlainMarkupError:
        root = build_tree(data, part)
        return read_frame(root, part), list(_walk_rows(root))


def _walk_rows(root: Element) -> Iterator[WrittenRow]:
    space, _ = split_tag(root.tag)
    tag = f"{space}c"
    for row in root.iterfind(f"{space}sheetData/{space}row"):
        yield fill_row(make_row(row.attrib), [read_cell(cell, space) for cell in row.findall(tag)])


def _cut_rows(data: bytes, part: str) -> tuple[SheetFrame, list[WrittenRow]]:
    around, inside = cut_element(data, "sheetData")
    *pieces, rest = inside.split(_END)
    rows, recall = list[WrittenRow](), _known_rows.known.get
    for piece in pieces:
        rows += recall(piece) or _cut_row(piece)
    for row, is_closed in _cut_heads(rest) if rest else ():
        if not is_closed:
            raise NotPlainMarkupError
        rows.append(row)
    frame = recall_frame(around, part)
    space, _ = split_tag(frame.root.tag)
    opened = _OPEN.search(around)
    if opened is None or frame.root.find(f"{space}sheetData") is None:
        raise NotPlainMarkupError
    for prefix in frozenset().union(*{row.prefixes for row in rows}):
        if prefix != "xml" and f' xmlns:{prefix}="'.encode() not in opened[0]:
            raise NotPlainMarkupError
    return frame, rows


def _cut_row(piece: bytes) -> tuple[WrittenRow, ...]:
    """A row up to its end tag, behind those before it that have nothing in them."""
    head, *cells = piece.split(_CELL)
    *empty, (own, closed) = _cut_heads(head)
    if closed or not all(is_closed for _, is_closed in empty):
        raise NotPlainMarkupError
    return _known_rows.keep(piece, (*(row for row, _ in empty), fill_row(own, cut_cells(cells))))


def _cut_heads(piece: bytes) -> tuple[tuple[WrittenRow, bool], ...]:
    """Rows that follow upon each other, without cells, and whether each is closed at once; at least one."""
    return _recall_heads(piece) if len(piece) <= REMEMBERED_SIGNS else _recall_heads.__wrapped__(piece)


@lru_cache(maxsize=REMEMBERED)
def _recall_heads(piece: bytes) -> tuple[tuple[WrittenRow, bool], ...]:
    head = decode_characters(piece)
    found, at = [], 0
    while match := _HEAD.match(head, at):
        found.append((make_row(cut_attributes(match[1])), bool(match[2])))
        at = match.end()
    if at < len(head) or not found:
        raise NotPlainMarkupError
    return tuple(found)
