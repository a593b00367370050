"""Ratios, shares and averages: read from a definition, and computed from figures in whole numbers alone.

`rate = "rectified / found"` at a column divides two columns of each row, at a row two rows of each column. A sum of
several terms stands in brackets, and `row.column` is one and the same cell for all of them: `amount / total.amount`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Final, assert_never

from xltool.forms import grammar, linear, totals
from xltool.forms.memo import derive_once
from xltool.forms.number import read_plainly
from xltool.forms.source import LocatedText, Source
from xltool.forms.written import SyntaxFault
from xltool.messages import finding, format_decimals
from xltool.model import (
    UNDEFINED,
    Cell,
    CellKey,
    Finding,
    FormCell,
    FormSpec,
    Measure,
    Rate,
    RateValue,
    Rule,
    Terms,
    Undefined,
    Value,
    summand_of,
)

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?", re.ASCII)
_MOST_QUOTED: Final = 40
MOST_DIVIDED: Final = 10**14
"""Up to here spreadsheets divide whole numbers without a slip: they take numbers that agree in 15 digits for equal."""


@dataclass(frozen=True, slots=True)
class Division:
    """How two scaled sums become a scaled rate: the denominator `times` so much, the numerator times all `steps`.

    The sums are those of the rate without what is common to their factors and the steps. Each step is as large as
    spreadsheets can take beside the remainder of the one before.
    """

    numerator: Terms
    denominator: Terms
    steps: tuple[int, ...]
    times: int


def read_rates(source: Source, cells: Sequence[FormCell], names: linear.Names) -> tuple[Rate, ...]:
    """The rates that stand in these cells, in order; faults are noted in the source, each once."""
    told: set[tuple[int, str]] = set()
    return tuple(rate for cell in cells for rate in _read_rate(source, cell, names, told))


def _read_rate(source: Source, cell: FormCell, names: linear.Names, told: set[tuple[int, str]]) -> Iterator[Rate]:
    row, column, written = cell.row, cell.column, cell.row.rate or cell.column.rate
    start = written.offset if isinstance(written, LocatedText) else 0

    def fault(offset: int, message: str, hint: str = "") -> None:
        if (offset, message) not in told:
            told.add((offset, message))
            source.fault(start + offset, message, hint)

    if row.rate and column.rate:
        fault(0, f"row and column are both a 'rate' at '{cell.key}': name the column in 'absent' or 'typed' of the row")
        return
    if cell.measure.rounding is None:
        fault(0, f"measure '{cell.measure.id}' has no 'rounding': a rate is rounded half_up, or cut")
        return
    try:
        sides = _parse_quotient(written)
    except SyntaxFault as error:
        fault(error.offset, str(error), error.hint)
        return
    per: linear.Per = "row" if column.rate else "column"
    place = linear.RulePlace(cell.table, cell.block, per, row.id if column.rate else column.id)
    found = [
        linear.resolve_sum(names, place, side, lambda term, message, hint: fault(term.offset, message, hint))
        for side in sides
    ]
    if found[0] is None or found[1] is None:
        return
    earlier = next((term.earlier for side in sides for term in side if term.earlier), "")
    if earlier:
        fault(0, f"a rate is computed from this year's figures alone: '{earlier}.' cannot stand in it")
        return
    yield Rate(cell.key, cell.table, cell.block, row, column, found[0], found[1])


def _parse_quotient(text: str) -> tuple[tuple[grammar.Term, ...], tuple[grammar.Term, ...]]:
    """The terms above and below the bar; raises `SyntaxFault`."""
    above, bar, below = text.partition("/")
    if not bar or "/" in below:
        raise SyntaxFault("a rate reads 'cells / cells', with one '/'", 0 if not bar else text.rindex("/"))
    return _parse_side(above, 0), _parse_side(below, len(above) + 1)


def _parse_side(text: str, offset: int) -> tuple[grammar.Term, ...]:
    bare = text.strip()
    inside = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else None
    at = offset + len(text) - len(text.lstrip()) + (inside is not None)
    terms = grammar.parse_sum(" " * at + (bare if inside is None else inside))
    if len(terms) > 1 and inside is None:
        raise SyntaxFault("a sum above or below '/' stands in brackets: (a + b) / c", at)
    return terms


def find_rate_faults(cells: Sequence[Cell], rates: Sequence[Rate], rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """What is wrong with rates whose cells are known, each with the name to point at, each measure once."""
    figures = {cell.key: cell for cell in cells}
    told: set[str] = set()
    for rate in rates:
        name = rate.row.rate or rate.column.rate
        for terms in (rate.numerator, rate.denominator):
            measures = {(figures[key].measure.unit, figures[key].measure.decimals) for key, _ in terms}
            if len(measures) > 1 and name not in told:
                told.add(name)
                yield "a side of this rate adds figures of different measures", name
        if name not in told and plan_division(rate, figures, rules) is None:
            told.add(name)
            largest = max((figures[key].measure for key, _ in (*rate.numerator, *rate.denominator)), key=_reach)
            yield f"these figures are too large to be divided exactly: lower 'maximum' of measure '{largest.id}'", name


def _reach(measure: Measure) -> int:
    return measure.maximum * measure.scale


def plan_division(rate: Rate, figures: Mapping[CellKey, Cell], rules: Sequence[Rule]) -> Division | None:
    """How a rate is divided; None where figures within their measures are too large for a spreadsheet to do it."""
    above, below = (figures[terms[0][0]].measure for terms in (rate.numerator, rate.denominator))
    (numerator, more), (denominator, less) = map(_take_tens, (rate.numerator, rate.denominator))
    up, down = rate.measure.times * rate.measure.scale * below.scale * more, above.scale * less
    common = gcd(up, down)
    up, down = up // common, down // common
    dividend, divisor = (
        sum(abs(times) * _find_most(key, figures, rules) for key, times in terms) for terms in (numerator, denominator)
    )
    divisor *= down
    if max(dividend, 2 * divisor) > MOST_DIVIDED:
        return None
    steps: list[int] = []
    held = dividend
    while up > 1:
        step = 1
        while step < up and held * step * 10 <= MOST_DIVIDED:
            step *= 10
        if step == 1:
            return None
        steps.append(step)
        up, held = up // step, divisor
    return Division(numerator, denominator, tuple(steps) or (1,), down)


def _take_tens(terms: Terms) -> tuple[Terms, int]:
    """A sum without the powers of ten that all of its factors have, and these."""
    tens = 1
    while all(times % (tens * 10) == 0 for _, times in terms):
        tens *= 10
    return tuple((key, times // tens) for key, times in terms), tens


def _find_most(key: CellKey, figures: Mapping[CellKey, Cell], rules: Sequence[Rule]) -> int:
    """The largest figure that a cell holds while its inputs are within their measures."""
    defined = totals.find_definitions(rules)
    parts: Terms = totals.resolve_inputs(key, defined) if key in defined else ((key, 1),)
    more = totals.resolve_constant(key, defined) if key in defined else 0
    return abs(more) + sum(abs(times) * _reach(figures[part].measure) for part, times in parts)


@derive_once
def list_divisions(spec: FormSpec) -> Mapping[CellKey, Division]:
    """How each rate of a form is divided."""
    figures = {cell.key: cell for cell in spec.cells}
    found = {rate.key: plan_division(rate, figures, spec.rules) for rate in spec.rates}
    return {key: division for key, division in found.items() if division is not None}


def compute_rates(spec: FormSpec, values: Sequence[Value]) -> dict[CellKey, RateValue]:
    """Every rate of a form from a submission's values, in the order of the form."""
    return {rate.key: compute_rate(spec, rate, values) for rate in spec.rates}


def compute_rate(spec: FormSpec, rate: Rate, values: Sequence[Value], decimals: int | None = None) -> RateValue:
    """One rate, scaled by its measure or by other `decimals`; blank while a figure of it is, `—` over zero."""
    dividend, divisor = (add_up_terms(spec, terms, values) for terms in (rate.numerator, rate.denominator))
    if dividend is None or divisor is None:
        return None
    if divisor == 0:
        return UNDEFINED
    above, below = (spec.cell(terms[0][0]).measure for terms in (rate.numerator, rate.denominator))
    scale = rate.measure.scale if decimals is None else 10**decimals
    whole, rest = divmod(abs(dividend) * rate.measure.times * scale * below.scale, abs(divisor) * above.scale)
    match rate.measure.rounding:
        case "half_up":
            whole += 2 * rest >= abs(divisor) * above.scale
        case "cut" | None:
            pass
        case never:
            assert_never(never)
    return -whole if (dividend < 0) != (divisor < 0) else whole


def add_up_terms(spec: FormSpec, terms: Terms, values: Sequence[Value]) -> int | None:
    """A sum of figures, scaled; None while one of them is blank, `/` counts as zero."""
    found = 0
    for key, times in terms:
        figure = summand_of(values[spec.index[key]])
        if figure is None:
            return None
        found += times * figure
    return found


def format_rate(value: RateValue, measure: Measure) -> str:
    """A rate as the report prints it: with all of its decimals, `—`, or nothing for a blank."""
    match value:
        case int():
            return format_decimals(value, measure.decimals)
        case Undefined.DASH:
            return str(value.value)
        case None:
            return ""
        case _:
            assert_never(value)


def to_exact_rate(value: RateValue, measure: Measure) -> Decimal | str | None:
    """A rate for programs, with all of its digits; `—` and a blank as they are."""
    return Decimal(format_rate(value, measure)) if isinstance(value, int) else format_rate(value, measure) or None


def json_rate(value: RateValue, measure: Measure) -> int | float | str | None:
    """A rate for JSON: a number of its digits, `—`, or null for a blank."""
    match value:
        case int():
            return value / measure.scale if value % measure.scale else value // measure.scale
        case Undefined.DASH:
            return str(value.value)
        case None:
            return None
        case _:
            assert_never(value)


def find_other_rates(
    spec: FormSpec, values: Sequence[Value], told: Mapping[CellKey, tuple[str, str]]
) -> Iterator[Finding]:
    """One finding for each rate that a file shows otherwise than its figures give it.

    `told` has what is written in the place of a rate, and where that is, in words. Compared are the digits that are
    written: 96.8 is no other rate than 96.79. Where there is nothing to divide, or by, nothing is compared.
    """
    for key, (written, where) in told.items():
        rate = spec.rates_by_key[key]
        text = read_plainly(written).rstrip("%％‰ ")
        computed = compute_rate(spec, rate, values)
        if not isinstance(computed, int) or not text:
            continue
        if _NUMBER.fullmatch(text):
            shown = Decimal(text)
            decimals = max(0, -int(shown.as_tuple().exponent))
            same = compute_rate(spec, rate, values, decimals)
            if isinstance(same, int) and shown.scaleb(decimals) == same:
                continue
        value = f"{format_rate(computed, rate.measure)}{rate.measure.unit if rate.measure.times > 1 else ''}"
        yield finding(
            "rate.differs", where=where, typed=written.strip()[:_MOST_QUOTED], how=word_rate(rate, spec), value=value
        )


def word_rate(rate: Rate, spec: FormSpec) -> str:
    """What is divided by what, as a clerk says it: `已整改 ÷ 排查数`."""

    def word_side(terms: Terms) -> str:
        parts: list[str] = []
        for key, times in terms:
            cell = spec.cell(key)
            name = cell.row.short if cell.row is not rate.row and cell.column is rate.column else cell.column.short
            name = f"{cell.row.short}{name}" if cell.row is not rate.row and cell.column is not rate.column else name
            factor = "" if abs(times) == 1 else f"{abs(times)}×"
            parts.append(f"{'－' if times < 0 else '＋' if parts else ''}{factor}{name}")
        return "".join(parts) if len(parts) == 1 else f"（{''.join(parts)}）"

    return f"{word_side(rate.numerator)} ÷ {word_side(rate.denominator)}"
