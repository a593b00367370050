"""Days and years as people write them in options and settings: 2025-01-10, 2025.1.10, 2025年1月10日, 2024年度."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

YEAR_EXAMPLE: Final = "2024 或 2024年"
DAY_EXAMPLE: Final = "2025-01-10、2025/1/10、2025.1.10 或 2025年1月10日"
EXCEL_EPOCH: Final = date(1899, 12, 30)
"""The day from which spreadsheets count."""
_NUMERALS: Final = "〇一二三四五六七八九"
_FULL_YEAR: Final = re.compile(rf"[{_NUMERALS}]{{4}}(?=年|$)")
_SMALL_NUMBER: Final = re.compile("(?:([一二三]?)(十))?([一二三四五六七八九]?)(?=[月日号])")
_YEAR: Final = re.compile(r"([0-9]{4})(?:年度?)?")
_DAY: Final = re.compile(
    r"([0-9]{4})(?:年|[-/.–—])([0-9]{1,2})(?:月|[-/.–—])([0-9]{1,2})[日号]?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_BEFORE: Final = re.compile(r"(?:之|以)?前$")


def parse_year(text: str) -> int | None:
    """The year of four digits that a text is: 2024, ２０２４年, 二〇二四年度; None for anything else."""
    match = _YEAR.fullmatch(normalise_date(text))
    return None if match is None else int(match[1])


def parse_day(text: str) -> date | None:
    """The day that a text is, with its year; 前 behind it is let pass, for that is how a deadline is written.

    None for anything else, and for a day that no calendar has.
    """
    match = _DAY.fullmatch(_BEFORE.sub("", normalise_date(text)))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def format_day(day: date) -> str:
    """A day as people write it: 2025年1月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def count_days(day: date) -> int:
    """A day as spreadsheets hold it, counted from their epoch."""
    return (day - EXCEL_EPOCH).days


def word_deadline(deadline: date | None, before: date | None = None) -> str:
    """A deadline as people write it, beside the one that was told before where that was another; empty without one."""
    if deadline is None:
        return ""
    return format_day(deadline) + (f"（原为{format_day(before)}）" if before and before != deadline else "")


def normalise_date(text: str) -> str:
    """A day, month or year as people write it without blanks, in half width, its Chinese numerals as digits."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("○", "〇").replace("零", "〇")
    plain = _FULL_YEAR.sub(lambda found: "".join(map(_read_sign, found[0])), plain)
    return _SMALL_NUMBER.sub(_read_number, plain)


def _read_number(found: re.Match[str]) -> str:
    """二十一 as 21; nothing for nothing."""
    tens, ten, ones = found.groups()
    return (_read_sign(tens or "一") + _read_sign(ones or "〇")) if ten else _read_sign(ones) if ones else ""


def _read_sign(sign: str) -> str:
    return str(_NUMERALS.index(sign))
