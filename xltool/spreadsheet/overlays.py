"""What may change or cover what the cells of a sheet show: conditional formats and drawings; and the formulas of its conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element

from xltool.spreadsheet.a1 import COLUMNS, ROWS, parse_reference
from xltool.spreadsheet.package import Package
from xltool.spreadsheet.sheet import FALSE, Beside, Veil
from xltool.spreadsheet.styles import Styles

MOST: Final = 1_000
"""How many of a sheet are told; one is enough for a finding."""
LONGEST: Final = 4_096
"""Bytes in which an old control says what it is and where."""
SMALLEST_ROW, SMALLEST_COLUMN = 190_500, 400_000
"""English metric units, 914,400 to the inch: how high and wide cells are taken to be under a drawing that tells only its size."""

_BARS: Final = frozenset({"iconSet", "dataBar"})
_DRAWN: Final[Mapping[str, str]] = {
    "pic": "图片",
    "graphicFrame": "图表",
    "sp": "文本框或图形",
    "grpSp": "图形",
    "contentPart": "图片",
}
_CONTROL: Final = re.compile(rb"<(?:[a-z]+:)?ClientData\b")
_KIND: Final = re.compile(rb"ObjectType=[\"'](\w{1,20})[\"']")
_ANCHOR: Final = re.compile(rb"<(?:\w+:)?Anchor>([^<]{1,200})<")


def beside(root: Element, package: Package, part: str, styles: Styles) -> Beside:
    """What a worksheet part has beside its cells.

    Raises Refusal when a drawing is not well-formed or over a limit.
    """
    conditions, drawn = _conditions(root, styles), tuple(islice(_drawn(package, part), MOST))
    return conditions._replace(veils=(conditions.veils + drawn)[:MOST]) if drawn else conditions


def _conditions(root: Element, styles: Styles) -> Beside:
    found: list[Veil] = []
    formulas: set[str] = set()
    space = root.tag.rpartition("}")[0]
    space = f"{space}}}" if space else ""
    conditional, validations, extended_list = (
        f"{space}conditionalFormatting",
        f"{space}dataValidations",
        f"{space}extLst",
    )
    extended, masked = None, bool(styles.masks)
    for child in root:
        tag = child.tag
        if tag == conditional:
            formulas.update(child.itertext())
            for rule in child:
                if (masked or rule.get("type") in _BARS) and len(found) < MOST and (what := _rule(rule, styles)):
                    found.extend(_over(child.get("sqref", ""), what))
        elif tag == validations:
            formulas.update(child.itertext())
        elif tag == extended_list:
            extended = child
    if extended is not None:
        formulas.update(element.text for element in extended.iter() if element.text and _word(element) == "f")
        for group in (element for element in extended.iter() if _word(element) == "conditionalFormatting"):
            places = next((child.text or "" for child in group if _word(child) == "sqref"), "")
            for what in (_rule(rule, styles) for rule in group if _word(rule) == "cfRule"):
                if what and len(found) < MOST:
                    found.extend(_over(places, what))
    return Beside(tuple(found[:MOST]), frozenset(formulas))


def _drawn(package: Package, part: str) -> Iterator[Veil]:
    for link in package.relationships(part).values():
        if not link.external and link.target in package:
            if link.kind == "drawing":
                yield from _drawings(package.xml(link.target))
            elif link.kind == "vmlDrawing":
                yield from _controls(package.read(link.target))


def _word(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _rule(rule: Element, styles: Styles) -> str:
    """What a conditional format hides or changes, in words; nothing when it only colours."""
    index = rule.get("dxfId")
    if index is not None:
        return styles.masks.get(int(index), "") if index.isascii() and index.isdigit() and len(index) < 8 else ""
    for child in rule.iter():
        word = _word(child)
        if word in _BARS and child.get("showValue") in FALSE:
            return "只有图标或数据条、没有数字"
        if word == "dxf":
            return styles.mask(child)
    return ""


def _over(places: str, what: str) -> Iterator[Veil]:
    for place in places.split()[:MOST]:
        area = parse_reference(place)
        if area is not None:
            yield Veil("conditional", area[1:], what)


def _drawings(root: Element) -> Iterator[Veil]:
    """The areas that pictures, text boxes and charts stand over."""
    for anchor in root:
        parts = {_word(child): child for child in anchor.iter()}
        what = next((name for word, name in _DRAWN.items() if word in parts), "图形或控件")
        start = [_measure(parts["from"], name) for name in ("row", "col")] if "from" in parts else None
        end = [_measure(parts["to"], name) for name in ("row", "col")] if "to" in parts else None
        if start is None:
            corner = parts.get("pos")
            start = (
                [0, 0]
                if corner is None
                else [_length(corner, "y") // SMALLEST_ROW, _length(corner, "x") // SMALLEST_COLUMN]
            )
        if end is None:
            size = parts.get("ext")
            tall, wide = (0, 0) if size is None else (_length(size, "cy"), _length(size, "cx"))
            end = [start[0] + tall // SMALLEST_ROW, start[1] + wide // SMALLEST_COLUMN]
        yield Veil("drawing", (start[0], start[1], min(end[0], ROWS), min(end[1], COLUMNS)), what)


def _measure(corner: Element, name: str) -> int:
    return next((_number(child.text or "") for child in corner if _word(child) == name), 0)


def _length(element: Element, name: str) -> int:
    return _number(element.get(name, ""))


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _controls(vml: bytes) -> Iterator[Veil]:
    """The areas of old controls and boxes; a comment covers nothing until it is called. Excel's own VML is not always XML."""
    for inside in _CONTROL.split(vml)[1 : MOST + 1]:
        kind, anchor = _KIND.search(inside[:LONGEST]), _ANCHOR.search(inside[:LONGEST])
        if kind is not None and kind[1] != b"Note" and anchor is not None:
            numbers = [_number(number) for number in anchor[1].decode("latin-1").split(",")]
            if len(numbers) == 8:
                left, _, top, _, right, _, bottom, _ = numbers
                yield Veil("drawing", (top, left, bottom, right), "控件或图形")
