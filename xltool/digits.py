"""Whole numbers as files and people write them where only plain digits will do: counts, indices, numbers of lines."""

from __future__ import annotations


def parse_whole(text: str, most: int) -> int | None:
    """The number that a text of at most `most` ASCII digits is.

    None for anything else, so that no file makes us reckon for long.
    """
    return int(text) if len(text) <= most and text.isascii() and text.isdecimal() else None
