"""Numbers as administrative prose writes them: digits in any width and grouping, 万 and 亿, Chinese numerals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WRITTEN_DIGITS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?", re.ASCII)
CHINESE: Final = re.compile("[零〇一二两三四五六七八九十百千万亿]+")
_WIDE: Final = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_ONES: Final = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_GREAT: Final = {"万": 10_000, "亿": 100_000_000}
_GREATEST: Final = "亿"
MULTIPLES: Final[dict[str, int]] = _TENS | _GREAT
"""What stands behind digits and multiplies them: 1.2万, 3千."""
_MOST_DIGITS: Final = 18
"""Longer ones are numbers of documents or identities, never counts."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and how many digits of a coarse unit it was given in: 1.2万 is 12000 to the nearest 1000."""

    value: Decimal
    step: Decimal  # how much its last written digit counts


def narrow_digits(text: str) -> str:
    """The text with full-width digits, stops and percent signs made narrow; every sign stays in its place."""
    return text.translate(_WIDE)


def read_digits(written: str, times: int = 1) -> Quantity | None:
    """The number that digits are, times what stands behind them; None for one too long to be a count."""
    plain = written.replace(",", "")
    if len(plain) > _MOST_DIGITS:
        return None
    number = Decimal(plain)
    fine = len(plain.partition(".")[2])
    return Quantity(number * times, Decimal(times).scaleb(-fine))


def read_chinese(written: str) -> Quantity | None:
    """The number that Chinese numerals are: 十二, 一百零三, 二〇二四, 两千; None where they are none: 百, 三四."""
    if all(sign in _ONES for sign in written):
        if len(written) > 1 and not any(sign in "零〇" for sign in written):
            return None  # 三四件 is about, and no number
        digits = "".join(str(_ONES[sign]) for sign in written)
        return Quantity(Decimal(int(digits)), Decimal(1)) if len(digits) <= _MOST_DIGITS else None
    whole, part, last = 0, 0, None
    for sign in written:
        if sign in _ONES:
            if last:
                return None
            last = _ONES[sign]
        elif sign in _TENS:
            if last is None and (sign != "十" or part % 100):
                return None
            part, last = part + (1 if last is None else last) * _TENS[sign], None
        else:
            if not part and last is None:
                return None
            part += last or 0
            whole = (whole + part) * _GREAT[sign] if sign == _GREATEST else whole + part * _GREAT[sign]
            part, last = 0, None
    return Quantity(Decimal(whole + part + (last or 0)), Decimal(1))
