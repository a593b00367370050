"""Texts as people and files write them, and as xltool holds them.

What no cell could hold is not taken, what turns signs around is told.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from xltool.messages import UNPRINTABLE, finding
from xltool.model import Finding

LONGEST_TEXT: Final = 32_767
"""UTF-16 units of one text: what a cell of a workbook holds."""
MOST_SIGNS: Final = 20
"""How many signs of private use are looked at for naming them."""

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BULLETS: Final = re.compile(
    "^(?P<blank>[^\\S\n]*)[\uf020-\uf0ff]|[\uf06c\uf06e\uf075\uf076\uf09f\uf0a7\uf0b7\uf0d8]", re.MULTILINE
)
"""What Word makes of Symbol and Wingdings: any sign at the beginning of a line; dots, squares, arrows anywhere."""
_BLANKS: Final = re.compile(r"\s+")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str) -> str:
    """The text without what no workbook, page or database can hold.

    Control characters and halves of surrogate pairs.
    """
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)  # nearly all are, which is told sooner


def flatten_text(text: str) -> str:
    """The signs of a text without blanks: what two are compared by, since lines are broken otherwise on paper."""
    return _BLANKS.sub("", UNPRINTABLE.sub("", text))


def excel_length(text: str) -> int:
    """What LEN counts: UTF-16 units, so a rare character beyond the basic plane counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def measure_breadth(text: str, doubtful: int = 2) -> int:
    """How many columns a text takes where a Chinese sign takes two and a Latin one takes one.

    `doubtful` is for signs that a Chinese font draws wide and a terminal narrow, “” and × among them (ambiguous in
    Unicode's annex 11).
    """
    if text.isascii():
        return len(text)
    return _measure_short(text, doubtful) if len(text) <= _SHORT else _measure_signs(text, doubtful)


def _measure_signs(text: str, doubtful: int) -> int:
    wide = {"W": 2, "F": 2, "A": doubtful}
    return sum(0 if unicodedata.combining(sign) else wide.get(unicodedata.east_asian_width(sign), 1) for sign in text)


_SHORT: Final = 60
_measure_short = lru_cache(maxsize=4096)(_measure_signs)
"""Labels and hints come again in every workbook: measuring them was a tenth of what one costs."""


def take_text(text: str, where: str) -> tuple[str, list[Finding]]:
    """A text from outside as it is taken in, and what was noticed; `where` names its place in a message."""
    if excel_length(text) > LONGEST_TEXT:
        return "", [finding("text.long", where=where, count=excel_length(text), most=LONGEST_TEXT)]
    turning = len(_TURNING.findall(text))
    return text, [finding("text.turned", where=where, count=turning)] if turning else []


def take_typed_text(text: str, where: str) -> tuple[str, list[Finding]]:
    """A text that somebody typed or pasted, as `take_text` takes it in.

    Bullets of a symbol font, which show as boxes in every other, become plain; other private signs are told.
    """
    text, found = take_text(text, where)
    text, bullets = _BULLETS.subn(lambda match: f"{match['blank'] or ''}●", text)
    if bullets:
        found.append(finding("text.bullets", where=where, count=bullets))
    if private := _PRIVATE.findall(text):
        signs = "、".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys(private[:MOST_SIGNS]))
        found.append(finding("text.private", where=where, count=len(private), signs=signs))
    return text, found
