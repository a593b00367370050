"""What of somebody else's styles passes into a report.

Looks of characters and paragraphs, each attribute by its pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from xltool.report.style import W
from xltool.report.text import clean_line

NAMESPACES: Final = (W, "http://purl.oclc.org/ooxml/wordprocessingml/main")
"""As Word writes by default, and what it calls strict."""

NAME_VALUE: Final = r"[^\0-\x1f<>&\"]{1,64}"
NUMBER_VALUE: Final = r"-?[0-9]{1,5}(?:\.[0-9]{1,4})?(?:mm|cm|in|pt|pc|pi)?"
WORD_VALUE: Final = r"[A-Za-z0-9]{1,32}"

Attributes: TypeAlias = Mapping[str, str]
ElementPlan: TypeAlias = Mapping[str, "Attributes | ElementGroup"]


class ElementGroup(dict[str, Attributes]):
    """An element that holds others and has no attributes."""


_ON: Final = {"val": "0|1|on|off|true|false"}
_LINE: Final = {"val": WORD_VALUE, "sz": NUMBER_VALUE, "space": NUMBER_VALUE, "color": WORD_VALUE}
_SHADE: Final = {"val": WORD_VALUE, "color": WORD_VALUE, "fill": WORD_VALUE}
_LENGTH: Final = {"val": NUMBER_VALUE}
_CHOICE: Final = {"val": WORD_VALUE}
_INDENTS: Final = ("left", "leftChars", "right", "rightChars", "start", "startChars", "end", "endChars")
_FIRST: Final = ("firstLine", "firstLineChars", "hanging", "hangingChars")
_SPACES: Final = ("before", "beforeLines", "after", "afterLines", "line")

# Both in the order of the schema, in which they are written again. Not among them: numbering (the headings of a report
# have their numbers in the text), frames, hidden text, animation, revisions, themes, languages (the text is Chinese),
# and other vocabularies.
# vocabularies.
PARAGRAPH_PLAN: Final[ElementPlan] = {
    "keepNext": _ON, "keepLines": _ON, "pageBreakBefore": _ON, "widowControl": _ON,
    "pBdr": ElementGroup(dict.fromkeys(("top", "left", "bottom", "right", "between", "bar"), _LINE)),
    "shd": _SHADE,
    "tabs": ElementGroup({"tab": {"val": WORD_VALUE, "leader": WORD_VALUE, "pos": NUMBER_VALUE}}),
    "suppressAutoHyphens": _ON, "kinsoku": _ON, "wordWrap": _ON, "overflowPunct": _ON, "topLinePunct": _ON,
    "autoSpaceDE": _ON, "autoSpaceDN": _ON, "adjustRightInd": _ON, "snapToGrid": _ON,
    "spacing": {**dict.fromkeys(_SPACES, NUMBER_VALUE), "beforeAutospacing": WORD_VALUE,
    "afterAutospacing": WORD_VALUE, "lineRule": WORD_VALUE},
    "ind": dict.fromkeys((*_INDENTS, *_FIRST), NUMBER_VALUE),
    "contextualSpacing": _ON, "mirrorIndents": _ON, "jc": _CHOICE, "textAlignment": _CHOICE, "outlineLvl": _LENGTH,
}  # fmt: skip
RUN_PLAN: Final[ElementPlan] = {
    "rFonts": {"hint": WORD_VALUE, **dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), NAME_VALUE)},
    "b": _ON, "bCs": _ON, "i": _ON, "iCs": _ON, "caps": _ON, "smallCaps": _ON, "strike": _ON, "dstrike": _ON,
    "outline": _ON,
    "shadow": _ON, "emboss": _ON, "imprint": _ON, "noProof": _ON, "snapToGrid": _ON,
    "color": _CHOICE, "spacing": _LENGTH, "w": {"val": r"[0-9]{1,3}%?"}, "kern": _LENGTH, "position": _LENGTH,
    "sz": _LENGTH,
    "szCs": _LENGTH, "highlight": _CHOICE, "u": {"val": WORD_VALUE, "color": WORD_VALUE}, "bdr": _LINE, "shd": _SHADE,
    "vertAlign": _CHOICE,
    "em": _CHOICE,
}  # fmt: skip
FONT_PLAN: Final[ElementPlan] = {
    "altName": {"val": NAME_VALUE}, "panose1": {"val": r"[0-9A-Fa-f]{20}"}, "charset": {"val": r"[0-9A-Fa-f]{1,2}"},
    "family": _CHOICE,
    "pitch": _CHOICE, "sig": dict.fromkeys(("usb0", "usb1", "usb2", "usb3", "csb0", "csb1"), r"[0-9A-Fa-f]{8}"),
}  # fmt: skip
GRID_PLAN: Final[Attributes] = {"type": WORD_VALUE, "linePitch": NUMBER_VALUE, "charSpace": NUMBER_VALUE}

_THEMED: Final = (("ascii", "asciiTheme"), ("hAnsi", "hAnsiTheme"), ("eastAsia", "eastAsiaTheme"), ("cs", "cstheme"))


def find_child(element: Element | None, name: str) -> Element | None:
    """The first child of that name in the vocabulary of Word."""
    return None if element is None else next(find_children(element, name), None)


def find_children(element: Element, name: str) -> Iterator[Element]:
    """The children of that name in the vocabulary of Word."""
    tags = {f"{{{space}}}{name}" for space in NAMESPACES}
    return (found for found in element if found.tag in tags)


def read_attribute(element: Element | None, name: str, pattern: str) -> str:
    """An attribute in the vocabulary of Word without what cannot be printed.

    Empty when it is missing or not of that pattern.
    """
    if element is None:
        return ""
    value = clean_line(
        next((value for space in NAMESPACES if (value := element.get(f"{{{space}}}{name}")) is not None), "")
    )
    return value if re.fullmatch(pattern, value) else ""


def rewrite_children(element: Element | None, plan: ElementPlan, theme: Mapping[str, str]) -> str:
    """The children of an element as far as a plan knows them, written anew in its order.

    `theme` gives the fonts of a theme by role.
    """
    parts = []
    for name, allowed in plan.items():
        found = find_child(element, name)  # the schema has each of them once
        if found is None:
            continue
        if isinstance(allowed, ElementGroup):
            inner = "".join(
                _rewrite_element(deeper, key, allowed[key], theme)
                for key in allowed
                for deeper in find_children(found, key)
            )
            parts.append(f"<w:{name}>{inner}</w:{name}>" if inner else "")
        else:
            parts.append(_rewrite_element(found, name, allowed, theme))
    return "".join(parts)


def rewrite_element(element: Element | None, name: str, allowed: Attributes) -> str:
    """One element with those of its attributes that are allowed; empty when there are none."""
    return "" if element is None else _rewrite_element(element, name, allowed, {})


def _rewrite_element(element: Element, name: str, allowed: Attributes, theme: Mapping[str, str]) -> str:
    given = {key: value for key, pattern in allowed.items() if (value := read_attribute(element, key, pattern))}
    for key, role in _THEMED if name == "rFonts" else ():
        if font := theme.get(read_attribute(element, role, WORD_VALUE)):
            given[key] = font
    if allowed is _ON:
        stated = any(element.get(f"{{{space}}}val") is not None for space in NAMESPACES)
        return "" if stated and not given else _write_element(name, given)
    required = "val" in allowed and name != "u"
    return "" if not given or (required and "val" not in given) else _write_element(name, given)


def _write_element(name: str, attributes: Attributes) -> str:
    return f"<w:{name}{''.join(f' w:{key}={quoteattr(value)}' for key, value in attributes.items())}/>"
