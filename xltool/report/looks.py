"""How a report looks on the web.

Declarations by selector, for the style sheet of the page and for the elements of the fragment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

PIXELS: Final = 16
"""Of one rem: what a fragment cannot know is the size that the site around it has given to the root."""

_BODY: Final = "font-family: 仿宋_GB2312, FangSong, 仿宋, STFangsong, Noto Serif CJK SC, Source Han Serif SC, serif"
_TITLE: Final = (
    "font-family: 方正小标宋简体, FZXiaoBiaoSong-B05S, STZhongsong, 华文中宋, SimSun, 宋体, Noto Serif CJK SC, serif"
)
_SANS: Final = "font-family: SimHei, 黑体, STHeiti, Noto Sans CJK SC, sans-serif"
_KAI: Final = "font-family: 楷体_GB2312, KaiTi, 楷体, STKaiti, Noto Serif CJK SC, serif"
_SONG: Final = "font-family: SimSun, 宋体, STSong, Noto Serif CJK SC, serif"

# Written out in single properties, which filters of publishing systems pass more often than `font`. Names of fonts need
# no quotes: within an attribute they would be entities.
DECLARATIONS: Final[Mapping[str, str]] = {
    "main, article": f"{_BODY}; font-size: 1.125rem; line-height: 1.85; color: #111",
    "h1": f"margin: 0 0 2.5rem; {_TITLE}; font-size: 1.75rem; line-height: 1.5; font-weight: 400; text-align: center;"
    f" color: #111",
    "h1 span": "display: inline-block",
    "h2": f"margin: 1.5em 0 .5em; text-indent: 2.25rem; {_SANS}; font-size: 1.25rem; line-height: 1.85; font-weight: "
    f"400; color: #111;"
    " break-after: avoid",
    "h3": f"margin: 1.5em 0 .5em; text-indent: 2.25rem; {_KAI}; font-size: 1.125rem; line-height: 1.85; font-weight: "
    f"400; color: #111;"
    " break-after: avoid",
    "p": f"margin: 0; text-indent: 2.25rem; {_BODY}; font-size: 1.125rem; line-height: 1.85; text-align: justify; "
    f"color: #111;"
    " overflow-wrap: anywhere",
    ".ragged": "text-align: left",
    ".draft": f"margin: 0 0 2rem; padding: .5rem 1rem; border: 2px solid #b00000; color: #b00000; {_SANS}; "
    f"font-size: 1rem;"
    " line-height: 1.6; font-weight: 700; text-align: center; text-indent: 0",
    ".note": "font-size: .9375rem",
    ".scroll": "margin: 1rem 0; overflow-x: auto",
    "table": f"width: 100%; border-collapse: collapse; {_SONG}; font-size: .9375rem; line-height: 1.45; color: #111",
    ".wide": "min-width: 40rem",
    "caption": "padding: 0 0 .35em; font-size: .9375rem; text-align: left; color: #111",
    "th, td": "padding: .35em .25em; border: 1px solid #333; font-size: .9375rem; line-height: 1.45; font-weight: 400;"
    " text-align: center; vertical-align: middle; color: #111",
    ".caption, .head, .corner": "background-color: #f4f4f2",
    ".head": "text-wrap: balance",
    ".label": "padding-left: .4em; text-align: left",
    ".flat": "text-align: center",
    ".value": "white-space: nowrap; font-variant-numeric: tabular-nums",
}
"""In the order of the cascade: an element takes what all selectors that name it declare, and where two disagree what
the later one does."""

_REM: Final = re.compile(r"([0-9.]+)rem\b")


@cache
def to_style_sheet() -> str:
    """The declarations as the rules of a style sheet."""
    return "\n".join(f"{selector} {{ {declarations}; }}" for selector, declarations in DECLARATIONS.items())


@cache
def inline_style(*selectors: str) -> str:
    """What an element gets that these simple selectors name, as the value of its style attribute; sizes in pixels."""
    found: dict[str, str] = {}
    for selector, declarations in DECLARATIONS.items():
        if set(selectors).isdisjoint(selector.split(", ")):
            continue
        for declaration in declarations.split("; "):
            name, _, value = declaration.partition(": ")
            found.pop(name, None)  # a shorthand that comes later stands later
            found[name] = value
    return "; ".join(f"{name}: {_REM.sub(_to_pixels, value)}" for name, value in found.items())


def _to_pixels(rem: re.Match[str]) -> str:
    return f"{float(rem[1]) * PIXELS:g}px"
