"""What a number format shows for a number: exact, on decimal digits, after ECMA-376 18.8.31.

What is not certain is not told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final, TypeAlias

MAX_FORMAT_CODE: Final = 255
"""Characters of a format that Excel takes; a longer one is not read."""
MOST_DIGITS: Final = 310
"""Whole digits of the largest double."""

Token: TypeAlias = tuple[str, str]
"""A kind of sign (digit, point, comma, percent, text, exponent, general, at, date, ampm, elapsed) and how it is
written."""

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,4})?", re.ASCII)
_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"'
    r"|\\(?P<escaped>.)"
    r"|_(?P<space>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<ampm>AM/PM|上午/下午)"
    r"|(?P<date>y+|m+|d+|h+|s+)"
    r"|(?P<digit>[0#?])"
    r"|(?P<sign>[.,%@;])"
    r"|(?P<text>[^A-Za-z\"\\\[])",
    re.IGNORECASE | re.DOTALL,
)
_COLOUR: Final = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|黑色|蓝色|青色|绿色|洋红色?|红色|白色|黄色)"
    r"|(?:color|颜色)\s*[0-9]{1,2}",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*([+-]?[0-9]+(?:\.[0-9]+)?)", re.ASCII)
_CURRENCY: Final = re.compile(r"\$([^-]*)(?:-[0-9A-Fa-f]{1,4})?", re.ASCII)
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_FILLERS: Final = {"0": "0", "?": " ", "#": ""}
_SIGNS: Final = {".": "point", ",": "comma", "%": "percent", "@": "at"}
_EXACT: Final = Context(prec=2 * MOST_DIGITS, Emin=-9999, Emax=9999)
_LEAP: Final = 60  # the 29 February 1900 of Lotus 1-2-3, which no calendar has
_LAST_DAY: Final = 2_958_465
_DAY: Final = 86_400


@dataclass
class _Section:
    """One of the up to four parts of a format, and the condition in its brackets."""

    tokens: list[Token] = field(default_factory=list)
    condition: tuple[str, Decimal] | None = None

    def has(self, *kinds: str) -> bool:
        return any(kind in kinds for kind, _ in self.tokens)

    @property
    def dated(self) -> bool:
        return self.has("date", "elapsed", "ampm")


def format_number(code: str, digits: str, date1904: bool = False) -> str | None:
    """The text that a format shows for a number, given by its decimal digits; None for what is not known for certain.

    Fills and spaces of a width are left out: how wide a column is, is not asked.
    """
    picked = _pick_section(code, digits)
    if picked is None:
        return None
    section, number = picked
    sign, number = "-" if number < 0 else "", abs(number)
    if section.dated:
        return None if sign else _format_moment(section.tokens, number, date1904)
    body = _format_digits(section.tokens, number, bool(sign))
    return None if body is None else sign + body


def format_text(code: str, text: str) -> str | None:
    """The text that a format shows for a text; None for a format that is not known."""
    sections = _parse_sections(code)
    if sections is None:
        return None
    if len(sections) < 4 and not sections[-1].has("at"):
        return text
    if any(kind not in {"text", "at"} for kind, _ in sections[-1].tokens):
        return text if sections[-1].has("general") else None
    return "".join(text if kind == "at" else written for kind, written in sections[-1].tokens)


def format_date(code: str, digits: str, date1904: bool = False) -> str | None:
    """The day, the time or both that a number is shown as, as 2024-01-03 or 12:30:00; None where no date is shown."""
    picked = _pick_section(code, digits)
    if picked is None or not picked[0].dated or picked[1] < 0:
        return None
    moment = _split_serial(picked[1], date1904)
    if moment is None:
        return None
    (year, month, day), second = moment
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    if picked[1] < 1 and not date1904:
        return clock
    return f"{year:04}-{month:02}-{day:02}" + (f" {clock}" if second else "")


@lru_cache(maxsize=1024)
def _parse_sections(code: str) -> tuple[_Section, ...] | None:
    """The parts of a format, or None when it has anything that this grammar does not know."""
    if len(code) > MAX_FORMAT_CODE:
        return None
    sections = [_Section()]
    at = 0
    while at < len(code):
        match = _TOKEN.match(code, at)
        if match is None:
            return None
        at = match.end()
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if text == ";" and kind == "sign":
            sections.append(_Section())
        elif kind == "bracket":
            if not _take_bracket(sections[-1], text):
                return None
        elif kind in {"quoted", "escaped", "text"}:
            sections[-1].tokens.append(("text", text))
        elif kind == "sign":
            sections[-1].tokens.append((_SIGNS[text], text))
        elif kind not in {"space", "fill"}:
            sections[-1].tokens.append((kind, text.lower() if kind == "date" else text))
    return tuple(sections) if len(sections) <= 4 else None


def _take_bracket(section: _Section, text: str) -> bool:
    """Takes what stands in brackets into a section; False for what is not known, such as Chinese numerals."""
    condition, currency = _CONDITION.fullmatch(text), _CURRENCY.fullmatch(text)
    if condition is not None:
        section.condition = (condition[1], Decimal(condition[2]))
    elif currency is not None:
        section.tokens.append(("text", currency[1]))
    elif _ELAPSED.fullmatch(text):
        section.tokens.append(("elapsed", text.lower()))
    else:
        return _COLOUR.fullmatch(text) is not None
    return True


def _pick_section(code: str, digits: str) -> tuple[_Section, Decimal] | None:
    """The section that shows a number, and the number with the sign that is still to be shown."""
    sections = _parse_sections(code)
    if sections is None or not _NUMBER.fullmatch(digits):
        return None
    number = Decimal(digits)
    if number and not -MOST_DIGITS <= number.adjusted() < MOST_DIGITS:
        return None
    parts = sections[:3] if len(sections) == 4 else sections
    if len(parts) > 1 and parts[-1].has("at"):
        parts = parts[:-1]
    if any(part.condition for part in parts):
        section = _pick_conditional(parts, number)
        return None if section is None else (section, number)
    if len(parts) == 1:
        return parts[0], number
    if number < 0:
        silent = all(not part.tokens for part in parts)
        return (parts[1], -number) if parts[1].tokens or silent else None  # applications differ on an empty section
    return parts[2 if not number and len(parts) > 2 else 0], number


def _pick_conditional(parts: Sequence[_Section], number: Decimal) -> _Section | None:
    """The first section whose condition holds, or the last one; None where applications differ."""
    if number < 0 or len(parts) == 1 or parts[0].condition is None or (len(parts) == 3 and parts[1].condition is None):
        return None
    for part in parts:
        if part.condition is None or _condition_holds(number, *part.condition):
            return part
    return None


def _condition_holds(number: Decimal, sign: str, bound: Decimal) -> bool:
    if sign in {"=", "<>"}:
        return (number == bound) is (sign == "=")
    return (number < bound and "<" in sign) or (number > bound and ">" in sign) or (number == bound and "=" in sign)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the digits of a section stand: those before the point, behind it, and behind the E.

    And what the number is scaled by.
    """

    whole: Sequence[int]
    decimals: Sequence[int]
    power: Sequence[int]
    point: int
    end: int
    grouped: bool
    scale: int


def _parse_layout(tokens: Sequence[Token]) -> _Layout | None:
    """The layout of a section of digits; None for fractions and for what no application writes."""
    kinds = [kind for kind, _ in tokens]
    end = kinds.index("exponent") if "exponent" in kinds else len(tokens)
    point = kinds.index("point") if "point" in kinds else end
    places = [at for at, kind in enumerate(kinds) if kind == "digit"]
    whole = [at for at in places if at < point]
    commas = [at for at, kind in enumerate(kinds) if kind == "comma"]
    grouping = [at for at in commas if whole and whole[0] < at < whole[-1]]
    scaling = [at for at in commas if at not in grouping]
    behind = {at for last in whole[-1:] for at in range(last, end) if {*kinds[last:at]} <= {"digit", "comma", "point"}}
    fraction = "digit" in kinds and ("text", "/") in tokens
    if (
        point > end
        or kinds.count("point") > 1
        or kinds.count("exponent") > 1
        or fraction
        or not behind.issuperset(scaling)
    ):
        return None
    power = [at for at in places if at > end]
    if end < len(tokens) and (len(whole) != 1 or grouping or not power or any(tokens[at][1] != "0" for at in power)):
        return None
    decimals = [at for at in places if point < at < end]
    return _Layout(whole, decimals, power, point, end, bool(grouping), 2 * kinds.count("percent") - 3 * len(scaling))


def _format_digits(tokens: Sequence[Token], number: Decimal, negative: bool) -> str | None:
    """The text of a section of digits for a number without its sign."""
    if any(kind in {"general", "at"} for kind, _ in tokens):
        plain = _format_general(number)
        known = plain is not None and all(kind in {"general", "at", "text"} for kind, _ in tokens)
        return "".join(text if kind == "text" else plain or "" for kind, text in tokens) if known else None
    layout = _parse_layout(tokens)
    if layout is None:
        return None
    shown: dict[int, str] = {at: text for at, (kind, text) in enumerate(tokens) if kind in {"text", "percent"}}
    if layout.whole or layout.decimals:
        number = _EXACT.scaleb(number, layout.scale)
        if layout.power:
            number = _format_exponent(tokens, layout, number, shown)
        number = _round_number(number, len(layout.decimals))
        if negative and not number:
            return None  # -0 in some applications, 0 in others
        _format_decimal(tokens, layout, number, shown)
    elif layout.point < len(tokens):
        return None
    return "".join(shown.get(at, "") for at in range(len(tokens)))


def _format_exponent(tokens: Sequence[Token], layout: _Layout, number: Decimal, shown: dict[int, str]) -> Decimal:
    """Notes the power of ten, and gives what stands before the E."""
    power = number.adjusted() if number else 0
    mantissa = _EXACT.scaleb(number, -power)
    if _round_number(mantissa, len(layout.decimals)) >= 10:
        power, mantissa = power + 1, _EXACT.scaleb(mantissa, -1)
    shown[layout.end] = "E" + ("-" if power < 0 else "+" if tokens[layout.end][1][1] == "+" else "")
    shown.update(zip(layout.power, _fill_digit_places(tokens, layout.power, str(abs(power)), False), strict=True))
    return mantissa


def _format_decimal(tokens: Sequence[Token], layout: _Layout, number: Decimal, shown: dict[int, str]) -> None:
    """Notes the digits before the point, the point, and the digits behind it."""
    digits, _, fraction = f"{number:f}".partition(".")
    digits = digits.lstrip("0")
    if layout.whole:
        shown.update(zip(layout.whole, _fill_digit_places(tokens, layout.whole, digits, layout.grouped), strict=True))
        digits = ""
    if layout.point < layout.end:
        shown[layout.point] = f"{digits}."
    kept = len(fraction.rstrip("0"))
    for at, place in enumerate(layout.decimals):
        shown[place] = fraction[at] if at < kept else _FILLERS[tokens[place][1]]


def _round_number(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal((0, (1,), -decimals)), rounding=ROUND_HALF_UP, context=_EXACT)


def _fill_digit_places(tokens: Sequence[Token], places: Sequence[int], digits: str, grouped: bool) -> list[str]:
    """What each place of a row of digits shows: the first one all digits for which there is no place of their own."""
    fillers = [_FILLERS[tokens[at][1]] for at in places]
    signs = [*digits[: max(0, len(digits) - len(places))]], [*digits[max(0, len(digits) - len(places)) :]]
    own = [*fillers[: len(places) - len(signs[1])], *signs[1]]
    found = []
    for index, sign in enumerate(own):
        right = len(own) - 1 - index
        found.append(sign + ("," if grouped and right and right % 3 == 0 and sign.isdigit() else ""))
    ahead = ""
    for index, sign in enumerate(signs[0]):
        right = len(own) + len(signs[0]) - 1 - index
        ahead += sign + ("," if grouped and right % 3 == 0 else "")
    return [ahead + found[0], *found[1:]]


def _format_general(number: Decimal) -> str | None:
    """A number as General shows it, where that is all its digits."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if len(text) <= 10 else None


def _split_serial(number: Decimal, date1904: bool) -> tuple[tuple[int, int, int], int] | None:
    """Year, month and day of a serial number, and the second of the day."""
    days = int(number.to_integral_value(ROUND_DOWN))
    second = int(((number - days) * _DAY).to_integral_value(ROUND_HALF_UP))
    days, second = days + second // _DAY, second % _DAY
    if days > _LAST_DAY - (1462 if date1904 else 0):
        return None
    if date1904:
        day = date(1904, 1, 1) + timedelta(days)
    elif days in {0, _LEAP}:
        return ((1900, 1, 0) if not days else (1900, 2, 29)), second
    else:
        day = date(1899, 12, 31 if days < _LEAP else 30) + timedelta(days)
    return (day.year, day.month, day.day), second


def _format_moment(tokens: Sequence[Token], number: Decimal, date1904: bool) -> str | None:
    """The text of a section of a date or a time."""
    moment = _split_serial(number, date1904)
    if moment is None or any(
        kind not in {"date", "elapsed", "ampm", "text"} and text not in {".", ","} for kind, text in tokens
    ):
        return None
    (year, month, day), second = moment
    units = [(at, text[0]) for at, (kind, text) in enumerate(tokens) if kind in {"date", "elapsed"}]
    half = any(kind == "ampm" for kind, _ in tokens)
    hour = second // 3600
    told = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "ampm":
            told.append(text.split("/")[hour >= 12])
        elif kind == "elapsed":
            total = int(number) * _DAY + second
            told.append(str({"h": total // 3600, "m": total // 60, "s": total}[text[0]]).zfill(len(text)))
        elif kind == "date":
            before = next((unit for other, unit in reversed(units) if other < at), "")
            after = next((unit for other, unit in units if other > at), "")
            minute = text[0] == "m" and (before == "h" or after == "s")
            if len(text) > (4 if text[0] == "y" else 2):
                return None  # names of months and days
            value = {"y": year, "m": second // 60 % 60 if minute else month, "d": day, "h": hour, "s": second % 60}[
                text[0]
            ]
            if text[0] == "h" and half:
                value = value % 12 or 12
            if text[0] == "y":
                told.append(str(year) if len(text) > 2 else f"{year % 100:02}")
            else:
                told.append(f"{value:02}" if len(text) == 2 else str(value))
        else:
            told.append(text)
    return "".join(told)
