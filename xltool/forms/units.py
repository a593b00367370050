"""Figures in other units of one kind, exactly: 元 and 万元, 人 and 千人, % and ‰."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from xltool.model import LARGEST, Measure

_COUNTS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_UNIT: Final = re.compile(r"([十百千万亿]*)(.+)", re.DOTALL)
_SHARES: Final = {"%": Fraction(1, 100), "％": Fraction(1, 100), "‰": Fraction(1, 1000)}


def convert_figure(figure: int, old: Measure, new: Measure) -> int | None:
    """A scaled figure in another measure; None where the units are of different things, or digits would be lost.

    None too where it is larger than the measure allows, or negative where that takes no signs.
    """
    (mine, thing), (theirs, other) = _split_unit(old.unit), _split_unit(new.unit)
    if thing != other:
        return None
    exact = Fraction(figure * new.scale, old.scale) * mine / theirs
    whole = exact.numerator
    fits = abs(whole) <= min(new.maximum * new.scale, LARGEST) and (whole >= 0 or new.signed)
    return whole if exact.denominator == 1 and fits else None


def is_convertible(old: Measure, new: Measure) -> bool:
    """Whether two units count the same thing."""
    return _split_unit(old.unit)[1] == _split_unit(new.unit)[1]


def find_smaller_unit(unit: str) -> tuple[str, int]:
    """The unit that figures may have been given in by mistake, and how many of it a unit is: 元 and 10000 of 万元.

    '' and 1 for a unit that is no multiple of another by its name.
    """
    times, thing = _split_unit(unit)
    return (thing, int(times)) if times > 1 else ("", 1)


def _split_unit(unit: str) -> tuple[Fraction, str]:
    """How many of what a unit is: 万元 is 10000 元."""
    if unit in _SHARES:
        return _SHARES[unit], ""
    match = _UNIT.fullmatch(unit)
    if match is None:
        return Fraction(1), unit
    times = Fraction(1)
    for sign in match[1]:
        times *= _COUNTS[sign]
    return times, match[2]
