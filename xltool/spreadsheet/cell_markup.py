"""What the markup of one cell says, before the tables of its workbook are asked: cut by a pattern, or from its tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from xltool.spreadsheet.a1 import parse_cell
from xltool.spreadsheet.cell import CellKind, Position, RawCell
from xltool.spreadsheet.plain_markup import (
    REMEMBERED,
    REMEMBERED_SIGNS,
    NotPlainMarkupError,
    cut_attributes,
    decode_characters,
    decode_text,
)
from xltool.spreadsheet.repeats import Repeats
from xltool.spreadsheet.strings import cut_text, read_item, unescape

MAX_FORMULA: Final = 8_192
"""Characters of one formula: Excel's own limit."""

_PLAIN: Final[Mapping[str, CellKind]] = {"n": "number", "e": "error", "d": "date"}
_BOOLEANS: Final = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
_VALUE, _END = b"<v>", b"</v></c>"
_ATTRIBUTES: Final = r"((?: [^<>]*?[^<>/ ])?) ?"
_CELL: Final = re.compile(
    r'r="([A-Z]{1,3}[1-9][0-9]{0,6})"'
    rf"{_ATTRIBUTES}(?:/>|>"
    rf"(?:<f{_ATTRIBUTES}(?:/>|>([^<]*)</f>))?"
    rf"(?:<v{_ATTRIBUTES}(?:/>|>([^<]*)</v>))?"
    r"(?:<is><t((?: [^<>]*)?)>([^<]*)</t></is>)?</c>)",
    re.ASCII,
)


class Formula(NamedTuple):
    """A formula as its cell has it: its text, whether it is shared, and by which number."""

    text: str
    shared: bool = False
    group: str = ""


class WrittenCell(NamedTuple):
    """One cell as its markup has it."""

    place: Position | None
    """None where none is written: behind the cell before it."""
    style: str | None
    content: RawCell | None
    """None for nothing, for a shared string, and where there is a fault."""
    string: str
    """Which shared string it holds, as written; '' for none."""
    formula: Formula | None
    """One that has to be expanded, or stands beside a shared string; any other is in the content already."""
    weight: int
    """Characters of a formula that is in the content."""
    odd: bool
    """Whether it shows otherwise than as digits, so that its display has to be looked at."""
    fault: str
    """What is wrong with it, with `{}` for its name; '' for nothing."""
    line: int | None = None
    """The row that it is in, from 0; None where what it comes to depends on the cells before it."""
    entry: tuple[Position, RawCell] | None = None
    """Where that does not: its place and its content, empty as yet for a shared string; None for a style alone."""
    own_formula: tuple[Position, str] | None = None
    """And its place and its formula."""
    special: bool = False
    """Whether it holds a shared string, or is odd."""


MISPLACED: Final = "单元格的位置有误"
_TWO_VALUES: Final = "单元格 {} 有两个值"
_TWO_TEXTS: Final = "单元格 {} 有两段文字"
_NO_KIND: Final = "单元格的类型或逻辑值有误"
NO_STRING: Final = "文字的编号不在文字表内"


def cut_cells(pieces: Sequence[bytes]) -> list[WrittenCell]:
    """The cells whose markup, behind `<c `, the pieces are; NotPlainMarkupError where a pattern does not tell."""
    recall = _known_cells.known.get
    return [recall(piece) or _known_cells.keep(piece, _cut(piece)) for piece in pieces]


def read_cell(cell: Element, space: str) -> WrittenCell:
    """The cell of an element of the namespace."""
    name, kind = cell.get("r"), cell.get("t")
    place = None if name is None else parse_cell(name)
    if name is not None and place is None:
        return WrittenCell(None, None, None, "", None, 0, False, MISPLACED)
    values: list[str] = []
    formula, inlines = None, []
    tag_value, tag_formula = f"{space}v", f"{space}f"
    for child in cell:
        if child.tag == tag_value:
            values.append(child.text or "")
        elif child.tag == tag_formula:
            formula = Formula(child.text or "", child.get("t") == "shared", child.get("si", ""))
        elif kind == "inlineStr" and child.tag.rpartition("}")[2] == "is":
            inlines.append(read_item(child))
    value = values[0] if values else None
    fault = _TWO_VALUES if len(values) > 1 else ""
    return _make_cell(_Markup(place, cell.get("s"), kind, formula, inlines), value, fault)


class _Markup(NamedTuple):
    """What the markup of a cell says beside its value."""

    place: Position | None
    style: str | None
    kind: str | None
    formula: Formula | None
    inlines: Sequence[RawCell]


_known_cells: Final = Repeats[WrittenCell](REMEMBERED, REMEMBERED_SIGNS)


def _cut(piece: bytes) -> WrittenCell:
    head, begun, rest = piece.partition(_VALUE)
    value = rest.removesuffix(_END)
    if begun and len(value) < len(rest) and b"<" not in value:
        markup, count = _cut_markup(head) if len(head) <= REMEMBERED_SIGNS else _cut_markup.__wrapped__(head)
        if count is not None and value.isdigit():
            return _replace_digits(count, value.decode("ascii"))
        return _make_cell(markup, decode_text(decode_characters(value)))
    return _make_cell(*_match_markup(decode_characters(piece)))


@lru_cache(maxsize=REMEMBERED)
def _cut_markup(head: bytes) -> tuple[_Markup, WrittenCell | None]:
    """The markup of a cell that is cut off before its value, for another one may come next time.

    And the cell with a whole number in it, whose digits others may replace; None where its value is something else.
    """
    markup, _ = _match_markup(decode_characters(head + _VALUE + _END))
    count = _make_cell(markup, "0") if markup.kind in {None, "n"} else None
    return markup, count if count is not None and count.line is not None else None


def _replace_digits(cell: WrittenCell, digits: str) -> WrittenCell:
    """The same cell with another whole number, as `_make_cell` would make it: nothing else of it depends on that."""
    place, style, _, string, apart, weight, odd, fault, line, _, own, special = cell
    content = RawCell("number", digits, None if own is None else own[1])
    entry = None if place is None else (place, content)
    return WrittenCell(place, style, content, string, apart, weight, odd, fault, line, entry, own, special)


def _match_markup(piece: str) -> tuple[_Markup, str | None]:
    """The markup of a cell, and its value."""
    match = _CELL.fullmatch(piece)
    if match is None:
        raise NotPlainMarkupError
    name, written, about, text, beside, value, spaced, inline = match.groups()
    attributes, place = _cut_own_attributes(written), parse_cell(name)
    if "r" in attributes or place is None:
        raise NotPlainMarkupError
    kind = attributes.get("t")
    formula = None
    if about is not None:
        told = _cut_own_attributes(about)
        formula = Formula(decode_text(text or ""), told.get("t") == "shared", told.get("si", ""))
    if beside is not None:
        _cut_own_attributes(beside)
        value = decode_text(value or "")
    shown = None if inline is None else RawCell("text", cut_text(spaced, inline))
    inlines = [shown] if shown is not None and kind == "inlineStr" else []
    return _Markup(place, attributes.get("s"), kind, formula, inlines), value


@lru_cache(maxsize=2**10)
def _cut_own_attributes(written: str) -> Mapping[str, str]:
    """Attributes without a prefix that a part would have to declare."""
    found = cut_attributes(written)
    if any(":" in name and not name.startswith("xml:") for name in found):
        raise NotPlainMarkupError
    return found


def _make_cell(markup: _Markup, value: str | None, fault: str = "") -> WrittenCell:
    """What a cell comes to from what its tag and the elements in it say."""
    place, style, kind, formula, inlines = markup
    content, string = None, value if kind == "s" and value else ""
    if not fault and not string:
        content, fault = _make_content(kind, value, inlines)
    if fault:
        return WrittenCell(place, style, None, "", None, 0, False, fault)
    odd = kind in {None, "n"} and value is not None and value != "" and not value.isdigit()
    apart, weight = None, 0
    if formula is not None:
        expanded = formula.shared or len(formula.text) > MAX_FORMULA
        apart = formula if expanded or string else None
        weight = 0 if expanded else len(formula.text)
        if not string:
            content = (content or RawCell("empty", ""))._replace(formula=formula.text)
    if place is None or (apart is not None and not weight):
        return WrittenCell(place, style, content, string, apart, weight, odd, "")
    entry = None if content is None and not string else (place, content or RawCell("empty", ""))
    own = None if formula is None else (place, formula.text)
    special = odd or string != ""
    return WrittenCell(place, style, content, string, apart, weight, odd, "", place[0], entry, own, special)


def _make_content(kind: str | None, value: str | None, inlines: Sequence[RawCell]) -> tuple[RawCell | None, str]:
    """What a cell holds that is in no table of strings, or None for nothing; and what is wrong with it."""
    if kind == "inlineStr":
        return (None, _TWO_TEXTS) if len(inlines) > 1 else (inlines[0] if inlines else None, "")
    if kind == "str" and value is not None:
        return RawCell("text", unescape(value)), ""
    if not value:
        return None, ""
    if kind == "b" and value in _BOOLEANS:
        return RawCell("boolean", _BOOLEANS[value]), ""
    if (kind or "n") in _PLAIN:
        return RawCell(_PLAIN[kind or "n"], value), ""
    return None, _NO_KIND
