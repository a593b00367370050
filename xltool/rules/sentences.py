"""A text as its rules read it: signs of one width, sentences with their places, and a few words quoted of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

QUOTED_AROUND: Final = 10
"""Signs quoted on either side of what is found."""
_NARROW: Final = {ord(wide): ord(wide) - 0xFEE0 for wide in map(chr, range(0xFF10, 0xFF5B)) if wide.isalnum()}
_ENDS: Final = re.compile("[。！？；!?;\n]")


class Sentence(NamedTuple):
    """A sentence without its stop, and where it begins in its text."""

    text: str
    start: int


def narrow_signs(text: str) -> str:
    """The text with digits and letters of full width as narrow ones, sign for sign."""
    return text.translate(_NARROW)


def split_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text in order; what stands between two semicolons is one."""
    start = 0
    for end in [*(match.start() for match in _ENDS.finditer(text)), len(text)]:
        said = text[start:end]
        if said.strip():
            yield Sentence(said, start)
        start = end + 1


def quote_around(text: str, start: int, end: int) -> str:
    """What stands at a place of a text with a few signs on either side, on one line."""
    left, right = max(0, start - QUOTED_AROUND), min(len(text), end + QUOTED_AROUND)
    flat = "".join(text[left:right].split())
    return f"{'…' if left else ''}{flat}{'…' if right < len(text) else ''}"
