"""What all expressions of a definition have in common: numbers as they are written, and faults with their places."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

FINEST: Final = 6
"""Decimals that a number may have: as many as a figure."""
_LONGEST: Final = 15
"""Digits of a number, as of a figure."""


class SyntaxFault(ValueError):
    """An expression that is not of the language: the message, the offset in the expression, what to write instead."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.offset, self.hint = offset, hint


def read_number(text: str) -> Fraction | None:
    """The number that a text is, exactly, as rules write numbers; None where it is none."""
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text, re.ASCII):
        return None
    try:
        digits, places = split_number(text, 0)
    except SyntaxFault:
        return None
    return Fraction(digits, 10**places)


def split_number(token: str, offset: int) -> tuple[int, int]:
    """The digits of a number, and how many of them are decimals; raises `SyntaxFault` for one too long or too fine."""
    whole, _, decimals = token.partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > FINEST or len(whole.lstrip("0")) + len(decimals) > _LONGEST:
        raise SyntaxFault(f"a number has at most {_LONGEST} digits, {FINEST} of them decimals", offset)
    return int(whole + decimals), len(decimals)
