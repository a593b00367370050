"""The styles of an .ods: which cells are struck through or drawn in their own background, and which runs are struck."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from xltool.spreadsheet.styles import BLACK, SMALLEST_FONT, WHITE, Colour, are_alike, parse_rgb

_OASIS: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_STYLE, _FO = _OASIS % "style", _OASIS % "xsl-fo-compatible"
_LINES: Final = (f"{_STYLE}text-line-through-style", f"{_STYLE}text-line-through-type")
_WATCHED: Final = frozenset(
    {*_LINES, f"{_FO}color", f"{_FO}background-color", f"{_FO}font-size", f"{_STYLE}use-window-font-color"}
)
_PROPERTIES: Final = frozenset({f"{_STYLE}text-properties", f"{_STYLE}table-cell-properties"})
_POINTS: Final = re.compile(r"([0-9]{1,4})(?:\.[0-9]*)?pt", re.ASCII)
_DEEPEST: Final = 16
"""Styles that may rest on one another; a chain that goes on is a circle."""


class OdsLook(NamedTuple):
    """What of a style misleads an eye: a line through the text, letters in the colour of their ground."""

    struck: bool = False
    unseen: bool = False


PLAIN_LOOK: Final = OdsLook()


class OdsStyles:
    """The looks of cells and of runs by the names of their styles."""

    def __init__(self, groups: Iterable[Element | None]) -> None:
        """Takes up the elements that hold styles; those of the document itself stand last, and win."""
        self._styles: dict[tuple[str, str], Element] = {}
        for group in groups:
            for style in group.iterfind(f"{_STYLE}style") if group is not None else ():
                self._styles[style.get(f"{_STYLE}family", ""), style.get(f"{_STYLE}name", "")] = style
        self._looks: dict[tuple[str, str], OdsLook] = {}

    def find_look(self, family: str, name: str) -> OdsLook:
        """The look of the style of a `table-cell` or a `text`; a plain one where there is no such style."""
        key = family, name
        if key not in self._looks:
            self._looks[key] = _judge_look(self._collect(family, name))
        return self._looks[key]

    def _collect(self, family: str, name: str) -> Mapping[str, str]:
        """What is watched of a style's properties, those of the styles that it rests on included."""
        found: dict[str, str] = {}
        for _ in range(_DEEPEST):
            style = self._styles.get((family, name))
            if style is None:
                break
            known = {*found, *(_LINES if _has_line(found) else ())}  # those two attributes say one thing together
            own = ((key, value) for part in style if part.tag in _PROPERTIES for key, value in part.attrib.items())
            found |= {key: value for key, value in own if key in _WATCHED and key not in known}
            name = style.get(f"{_STYLE}parent-style-name", "")
        return found


def _has_line(found: Mapping[str, str]) -> bool:
    return not found.keys().isdisjoint(_LINES)


def _judge_look(found: Mapping[str, str]) -> OdsLook:
    struck = _has_line(found) and all(found.get(line) != "none" for line in _LINES)
    automatic = found.get(f"{_STYLE}use-window-font-color") == "true"
    colour = BLACK if automatic else _read_colour(found.get(f"{_FO}color"), BLACK)
    behind = _read_colour(found.get(f"{_FO}background-color"), WHITE)
    points = _POINTS.fullmatch(found.get(f"{_FO}font-size", ""))
    return OdsLook(struck, are_alike(colour, behind) or (points is not None and int(points[1]) < SMALLEST_FONT))


def _read_colour(told: str | None, default: Colour) -> Colour | None:
    """The colour that is told as `#fff2cc`; the default where none or `transparent` is told."""
    return default if told in {None, "transparent"} else parse_rgb(str(told).removeprefix("#"))
