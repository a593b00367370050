"""Figures as people and files write them, and as xltool holds them: whole numbers scaled by their measure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, assert_never

from xltool.messages import format_scaled
from xltool.model import LARGEST, NOT_APPLICABLE, FormSpec, Measure, NotApplicable, Value, summand_of

SLASHES: Final = frozenset({"/", "／", "—", "——", "-", "－", "–", "无", "不适用"})
"""What clerks write where an item cannot exist for their office; the form's own sign is `/`."""

MAX_QUOTED_NUMBER: Final = 40
"""How much of a long text a message quotes."""

_WIDE: Final = str.maketrans("０１２３４５６７８９．，＋－−", "0123456789.,+--")
_SPACES: Final = re.compile(r"\s+")  # Unicode spaces too, U+3000 among them
# Not U+202E: it turns 12 into 21 before the eye, and what follows it is no plain figure.
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202d\u2060\ufeff]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
_SIGN: Final = r"(?P<sign>减少?|增加?|[+-])?\s*"
_HELD: Final = re.compile(
    _SIGN + r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:[.,。·][0-9]+)?)\s*(?P<rest>.*)",
    re.DOTALL,
)
_ASIDE: Final = re.compile(r"[（(][^（）()]*[）)]|[,;，；]\s*[\u4e00-\u9fff].*", re.DOTALL)
"""A note behind a number: in brackets, or behind a comma."""
_COUNTED: Final = re.compile("[\u4e00-\u9fff]?")
_NO_COUNTER: Final = frozenset("百千万亿余多几年月日时分秒倍成折点至到")
"""Signs behind digits that make another number of them, or no number of things at all."""
_LIKE: Final = re.compile(
    _SIGN + r"[0-9](?:[0-9.,。·、 ]*[0-9])?(?:[-–—~至/][0-9]+)?"
    r"(?:[.。、]|\s*(?P<unit>%|[\u4e00-\u9fff]{0,2})\s*(?:[（(].*[）)])?)",
    re.DOTALL,
)
_NO_UNIT: Final = frozenset("年月日时")
_IN_WAN: Final = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": Decimal(10000)}


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands in a cell: the value, and the code and facts of a finding when it is not plainly a figure."""

    value: Value
    code: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


def from_decimal(number: Decimal, measure: Measure) -> Figure:
    """The figure of an exact number; a fraction finer than the measure, or one too large to hold, has no value.

    By digits and not by arithmetic: a `Decimal` rounds to 28 digits, and may overflow, as soon as one reckons with it.
    """
    if not number.is_finite() or (number and number.adjusted() >= len(str(LARGEST))):
        return Figure(None, "number.range", {"raw": _format_plainly(number), "maximum": measure.maximum})
    if not number:
        return Figure(0)
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits))
    shift = int(exponent) + measure.decimals
    if shift < 0 and text[shift:].strip("0"):
        code = "number.precision" if measure.decimals else "number.fraction"
        return Figure(None, code, {"raw": _format_plainly(number), "decimals": measure.decimals, "unit": measure.unit})
    value = int(text[:shift] if shift < 0 else text + "0" * shift)
    if value > LARGEST:
        return Figure(None, "number.range", {"raw": _format_plainly(number), "maximum": measure.maximum})
    return Figure(-value if sign else value)


def from_double(digits: str, measure: Measure) -> Figure:
    """The figure of a number as a workbook stores it.

    Workbooks hold doubles, and Excel writes 78.1561 as 78.156099999999995; nobody can type more than 15 digits, so the
    15 significant digits of the double are the figure as filled in.
    """
    try:
        number = float(digits)
    except ValueError:
        return Figure(None, "number.text", {"raw": _shorten(digits), "holds": None})
    return from_decimal(Decimal(f"{number:.15g}"), measure)


def from_text(raw: str, measure: Measure) -> Figure:
    """The figure of a text.

    Blank, `/`, digits in any width and grouping, or a finding with the number that the text seems to hold.
    """
    text = _SPACES.sub(" ", _INVISIBLE.sub("", raw)).strip()
    if not text:
        return Figure(None)
    if text in SLASHES:
        if text == "/":
            return Figure(NOT_APPLICABLE)
        return Figure(NOT_APPLICABLE, "number.normalised", {"raw": _shorten(raw), "as": "/"})
    plain = text.translate(_WIDE)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    if _NUMBER.fullmatch(plain):
        figure = from_decimal(Decimal(plain), measure)
        if figure.code:
            return figure
        return Figure(
            figure.value, "number.normalised", {"raw": _shorten(raw), "as": format_figure(figure.value, measure)}
        )
    return Figure(None, "number.text", {"raw": _shorten(raw), "holds": _find_number(plain, measure)})


def format_figure(value: Value, measure: Measure) -> str:
    """The figure with no digit more or less than filled in: `0` for zero and for `/`, nothing for a blank."""
    number = summand_of(value)
    return "" if number is None else format_scaled(number, measure.decimals)


def print_value(spec: FormSpec, value: Value, measure: Measure) -> str:
    """What a report prints of a value: its figure, nothing for a blank, and for `/` what the form says."""
    return spec.slash if value is NOT_APPLICABLE else format_figure(value, measure)


def format_value(value: Value, measure: Measure) -> str:
    """The figure as a message or a document names it: like `format_figure`, but `/` stays `/` and a blank is 未填."""
    match value:
        case int():
            return format_scaled(value, measure.decimals)
        case NotApplicable.SLASH:
            return "/"
        case None:
            return "未填"
        case _:
            assert_never(value)


def describe_measure(measure: Measure) -> str:
    """What a figure of a measure is, as a clerk reads it: 整数（单位：件，不能为负）."""
    number = f"最多 {measure.decimals} 位小数的数" if measure.decimals else "整数"
    return f"{number}（单位：{measure.unit}{'，可为负数' if measure.signed else '，不能为负'}）"


def to_exact(value: Value, measure: Measure) -> int | Decimal | str | None:
    """The figure for programs, with the digits as filled in: an int, or a Decimal where there are decimals.

    `/` and a blank as they are.
    """
    match value:
        case int():
            return Decimal(format_scaled(value, measure.decimals)) if measure.decimals else value
        case NotApplicable.SLASH:
            return "/"
        case None:
            return None
        case _:
            assert_never(value)


def _format_plainly(number: Decimal) -> str:
    """Digits without an exponent while that stays readable."""
    exponent = number.as_tuple().exponent
    readable = isinstance(exponent, int) and number.adjusted() < MAX_QUOTED_NUMBER and exponent > -MAX_QUOTED_NUMBER
    return _shorten(f"{number:f}" if readable else str(number))


def _shorten(raw: str) -> str:
    """What a message quotes of a text that may be a whole page."""
    return raw if len(raw) <= MAX_QUOTED_NUMBER else raw[:MAX_QUOTED_NUMBER] + "…"


def _find_number(text: str, measure: Measure) -> str | None:
    """The number that a text such as `22（其中修订16件）`, `251000元`, `78。1561` or `减4` seems to hold.

    None where it may be more than one: a wrong hint is worse than none.
    """
    match = _HELD.fullmatch(text)
    if match is None:
        return None
    sign, digits, unit = match["sign"], match["digits"], _ASIDE.sub("", match["rest"]).strip()
    money = measure.unit in _IN_WAN
    if unit and unit != measure.unit and not (_IN_WAN.keys() >= {unit} if money else _counts(unit)):
        return None
    grouped = _GROUPED.fullmatch(digits) is not None
    if not grouped and not digits.isdecimal() and not (measure.decimals or "." in digits):
        return None
    number = Decimal(digits.replace(",", "") if grouped else re.sub("[,。·]", ".", digits))
    if money and unit:
        number *= _IN_WAN[unit] / _IN_WAN[measure.unit]
    if sign and sign.startswith(("减", "-")):
        number = -number
    figure = from_decimal(number.normalize(), measure)
    return None if figure.value is None else format_figure(figure.value, measure)


def _counts(unit: str) -> bool:
    """Whether a sign behind digits is a word that things are counted by, such as 件 or 个."""
    return _COUNTED.fullmatch(unit) is not None and unit not in _NO_COUNTER and unit not in _IN_WAN


def read_plainly(text: str) -> str:
    """A text as figures are looked for in it: one width of digits, no signs that are not seen, no blanks around it."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip().translate(_WIDE)


def is_figure_like(text: str) -> bool:
    """Whether a text is printed where a figure is due: a figure, a slash, or digits with a sign, a unit or a note."""
    plain = read_plainly(text)
    if plain in SLASHES:
        return True
    match = _LIKE.fullmatch(plain) if len(plain) <= MAX_QUOTED_NUMBER else None
    return match is not None and not _NO_UNIT & {*(match["unit"] or "")}
