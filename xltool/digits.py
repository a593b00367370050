"""Numbers as files and people write them where only plain digits will do: counts, indices, numbers of lines."""

from __future__ import annotations

import re
from typing import Final

PLAIN_DIGITS: Final = 9
"""Whole numbers up to so many digits, nearly all there are, need no detour by a double."""
STORED_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?", re.ASCII)
"""A number as a workbook stores it; float() would take 1_000 and ٣ for numbers too."""


def parse_whole(text: str, most: int) -> int | None:
    """The number that a text of at most `most` ASCII digits is.

    None for anything else, so that no file makes us reckon for long.
    """
    return int(text) if len(text) <= most and text.isascii() and text.isdecimal() else None
