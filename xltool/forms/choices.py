"""Words written once for several of one shape: `<至|到|>` within one stands for each of its choices in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Final

_CHOICES: Final = re.compile(r"<([^<>]*)>")


MOST_WORDED: Final = 10**6
"""Signs that the words of one list may have together, each choice in turn: eight times those of the longest of ours."""


def are_too_many(written: Sequence[str]) -> bool:
    """Whether words stand for more than may be told apart in all: each choice more makes as many times of them."""
    return sum(len(words) * prod(map(len, _list_choices(words))) for words in written) > MOST_WORDED


def expand_words(written: Sequence[str]) -> Iterator[str]:
    """The words of a list, each choice of each in turn; one of the choices may be empty."""
    for words in written:
        yield from map("".join, product(*_list_choices(words)))


def _list_choices(words: str) -> list[list[str]]:
    """The pieces of words, each with what may stand there."""
    return [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(_CHOICES.split(words))]
