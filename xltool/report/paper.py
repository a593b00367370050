"""The paper of an office's own document: size, margins and grid of its last section."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from xltool.messages import XltoolError
from xltool.report.allowed import GRID_PLAN, NUMBER_VALUE, find_child, find_children, read_attribute, rewrite_element
from xltool.report.style import Page

LEAST_WIDTH: Final = 6804  # twips, 120 mm: the 15 columns of table 4 with two characters in each
LEAST_HEIGHT: Final = 8505  # 150 mm
MAX_PAPER: Final = 31680  # 22 inches, the largest paper that Word knows

_UNITS: Final = {
    "": Fraction(1), "mm": Fraction(7200, 127), "cm": Fraction(72000, 127), "in": Fraction(1440), "pt": Fraction(20),
    "pc": Fraction(240), "pi": Fraction(240),
}  # fmt: skip


def read_page(root: Element) -> Page:
    """The page of a document's last section, and the official one where the file does not say.

    `XltoolError` when no table has room.
    """
    body = find_child(root, "body")
    last = find_child(body, "sectPr")
    if last is None and body is not None:
        sections = [find_child(find_child(paragraph, "pPr"), "sectPr") for paragraph in find_children(body, "p")]
        last = next((section for section in reversed(sections) if section is not None), None)
    if last is None:
        return Page()
    size, margins = find_child(last, "pgSz"), find_child(last, "pgMar")
    usual = Page()
    lengths = {
        name: _read_length(size, short, getattr(usual, name)) for name, short in (("width", "w"), ("height", "h"))
    }
    sides = ("top", "right", "bottom", "left", "header", "footer", "gutter")
    lengths |= {side: _read_length(margins, side, getattr(usual, side) if margins is None else 0) for side in sides}
    page = Page(**lengths, grid=rewrite_element(find_child(last, "docGrid"), "docGrid", GRID_PLAN))
    if page.text_width < LEAST_WIDTH or page.text_height < LEAST_HEIGHT or max(page.width, page.height) > MAX_PAPER:
        shown = f"{_to_millimetres(page.text_width)}×{_to_millimetres(page.text_height)}"
        least = f"{_to_millimetres(LEAST_WIDTH)}×{_to_millimetres(LEAST_HEIGHT)}"
        raise XltoolError(
            f"样式文件的版心是 {shown} 毫米，放不下 15 栏的表，至少要 {least} 毫米；请在该文件的页面设置里改正后再用。"
        )
    return page


def _read_length(element: Element | None, name: str, usual: int) -> int:
    value = read_attribute(element, name, NUMBER_VALUE)
    return abs(_parse_twips(value)) if value else usual  # a margin below zero is one that may not grow


def _parse_twips(value: str) -> int:
    number, unit = re.fullmatch(r"(-?[0-9.]+)([a-z]*)", value).groups()  # type: ignore[union-attr]
    return round(Fraction(number) * _UNITS[unit])


def _to_millimetres(twips: int) -> int:
    return round(twips * 127 / 7200)
