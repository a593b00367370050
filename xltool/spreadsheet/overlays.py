"""What may change or cover what the cells of a sheet show: conditional formats and drawings.

And the formulas of its conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element

from xltool.digits import parse_whole
from xltool.spreadsheet.a1 import COLUMNS, ROWS, parse_cell, parse_reference
from xltool.spreadsheet.cell import FALSE, Position
from xltool.spreadsheet.package import Package
from xltool.spreadsheet.sheet import Overlays, Veil
from xltool.spreadsheet.strings import join_runs
from xltool.spreadsheet.styles import Styles

MAX_VEILS: Final = 1_000
"""How many of a sheet are told; one is enough for a finding."""
MAX_COMMENTS: Final = 5_000
"""How many comments of a sheet are read."""
MAX_CONTROL: Final = 4_096
"""Bytes in which an old control says what it is and where."""
SMALLEST_ROW, SMALLEST_COLUMN = 190_500, 400_000
"""English metric units, 914,400 to the inch: how high and wide cells are taken to be under a drawing that tells only
its size."""

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


def read_overlays(root: Element, package: Package, part: str, styles: Styles) -> Overlays:
    """What a worksheet part has beside its cells.

    Raises Refusal when a drawing is not well-formed or over a limit.
    """
    conditions, drawn = _read_conditions(root, styles), tuple(islice(_read_drawings(package, part), MAX_VEILS))
    return conditions._replace(veils=(conditions.veils + drawn)[:MAX_VEILS]) if drawn else conditions


def read_comments(package: Package, part: str) -> Mapping[Position, str]:
    """The comments on the cells of a worksheet part.

    Raises Refusal when they are not well-formed or over a limit.
    """
    found: dict[Position, str] = {}
    for link in package.relationships(part).values():
        if link.kind == "comments" and not link.external and link.target in package:
            for comment in package.xml(link.target).iter():
                place = parse_cell(comment.get("ref", "")) if _local_name(comment) == "comment" else None
                if place is not None and len(found) < MAX_COMMENTS:
                    found[place] = "".join(join_runs(text) for text in comment if _local_name(text) == "text")
    return found


def _read_conditions(root: Element, styles: Styles) -> Overlays:
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
                if (
                    (masked or rule.get("type") in _BARS)
                    and len(found) < MAX_VEILS
                    and (what := _describe_rule(rule, styles))
                ):
                    found.extend(_veil_ranges(child.get("sqref", ""), what))
        elif tag == validations:
            formulas.update(child.itertext())
        elif tag == extended_list:
            extended = child
    if extended is not None:
        formulas.update(element.text for element in extended.iter() if element.text and _local_name(element) == "f")
        for group in (element for element in extended.iter() if _local_name(element) == "conditionalFormatting"):
            places = next((child.text or "" for child in group if _local_name(child) == "sqref"), "")
            for what in (_describe_rule(rule, styles) for rule in group if _local_name(rule) == "cfRule"):
                if what and len(found) < MAX_VEILS:
                    found.extend(_veil_ranges(places, what))
    return Overlays(tuple(found[:MAX_VEILS]), frozenset(formulas))


def _read_drawings(package: Package, part: str) -> Iterator[Veil]:
    for link in package.relationships(part).values():
        if not link.external and link.target in package:
            if link.kind == "drawing":
                yield from _find_anchors(package.xml(link.target))
            elif link.kind == "vmlDrawing":
                yield from _find_controls(package.read(link.target))


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _describe_rule(rule: Element, styles: Styles) -> str:
    """What a conditional format hides or changes, in words; nothing when it only colours."""
    index = rule.get("dxfId")
    if index is not None:
        at = parse_whole(index, 7)
        return "" if at is None else styles.masks.get(at, "")
    for child in rule.iter():
        word = _local_name(child)
        if word in _BARS and child.get("showValue") in FALSE:
            return "只有图标或数据条、没有数字"
        if word == "dxf":
            return styles.describe_mask(child)
    return ""


def _veil_ranges(places: str, what: str) -> Iterator[Veil]:
    for place in places.split()[:MAX_VEILS]:
        area = parse_reference(place)
        if area is not None:
            yield Veil("conditional", area[1:], what)


def _find_anchors(root: Element) -> Iterator[Veil]:
    """The areas that pictures, text boxes and charts stand over."""
    for anchor in root:
        parts = {_local_name(child): child for child in anchor.iter()}
        what = next((name for word, name in _DRAWN.items() if word in parts), "图形或控件")
        start = [_read_corner(parts["from"], name) for name in ("row", "col")] if "from" in parts else None
        end = [_read_corner(parts["to"], name) for name in ("row", "col")] if "to" in parts else None
        if start is None:
            corner = parts.get("pos")
            start = (
                [0, 0]
                if corner is None
                else [_read_length(corner, "y") // SMALLEST_ROW, _read_length(corner, "x") // SMALLEST_COLUMN]
            )
        if end is None:
            size = parts.get("ext")
            tall, wide = (0, 0) if size is None else (_read_length(size, "cy"), _read_length(size, "cx"))
            end = [start[0] + tall // SMALLEST_ROW, start[1] + wide // SMALLEST_COLUMN]
        yield Veil("drawing", (start[0], start[1], min(end[0], ROWS), min(end[1], COLUMNS)), what)


def _read_corner(corner: Element, name: str) -> int:
    return next((_parse_integer(child.text or "") for child in corner if _local_name(child) == name), 0)


def _read_length(element: Element, name: str) -> int:
    return _parse_integer(element.get(name, ""))


def _parse_integer(text: str) -> int:
    return parse_whole(text.strip(), 15) or 0


def _find_controls(vml: bytes) -> Iterator[Veil]:
    """The areas of old controls and boxes; a comment covers nothing until it is called.

    Excel's own VML is not always XML.
    """
    for inside in _CONTROL.split(vml)[1 : MAX_VEILS + 1]:
        kind, anchor = _KIND.search(inside[:MAX_CONTROL]), _ANCHOR.search(inside[:MAX_CONTROL])
        if kind is not None and kind[1] != b"Note" and anchor is not None:
            numbers = [_parse_integer(number) for number in anchor[1].decode("latin-1").split(",")]
            if len(numbers) == 8:
                left, _, top, _, right, _, bottom, _ = numbers
                yield Veil("drawing", (top, left, bottom, right), "控件或图形")
