"""Words written once for several of one shape: `<至|到|>` within one stands for each of its choices in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Final

_CHOICES: Final = re.compile(r"<([^<>]*)>")


def expand_words(written: Sequence[Any]) -> Iterator[str]:
    """The words of a list, each choice of each in turn; one of the choices may be empty."""
    for words in map(str, written):
        pieces = _CHOICES.split(words)
        choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
        yield from map("".join, product(*choices))
