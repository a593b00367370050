"""The formulas of computed rates: whole numbers divided step by step, so that a spreadsheet shows what we compute.

A rate in doubles would be rounded twice, and ROUND(1.005,2) is 1 or 1.01 by the application. So the very hidden sheet
has both sums as whole numbers, and divides them as one does by hand: what goes in, what is left, ten times that again.
No number on the way has more than 14 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import assert_never

from xltool.forms.memo import derive_once
from xltool.forms.rates import Division, add_up_terms, compute_rates, list_divisions
from xltool.forms.sheet_names import HIDDEN
from xltool.model import UNDEFINED, Rate, RateValue, Terms, Undefined, Value
from xltool.workbook.helpers import write_completeness, write_sum
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.ranges import find_cell, group_runs

_DIVIDEND, _DIVISOR, _STEPS = range(3)
"""The columns of a rate's line, each step taking two from the third on: what goes in, and what is left."""


def list_quotient_formulas(plan: Plan) -> dict[Spot, str]:
    """Every formula of a form's rates by place: on the very hidden sheet their sums and steps, and the rates."""
    found: dict[Spot, str] = {}
    for rate in plan.spec.rates:
        found |= _write_rate(plan, rate, list_divisions(plan.spec)[rate.key])
    return found


def compute_quotients(plan: Plan, values: Sequence[Value]) -> dict[Spot, int | float | str]:
    """What these formulas show for values, in the order of the form, of which the totals are computed."""
    found: dict[Spot, int | float | str] = {}
    shown = compute_rates(plan.spec, values)
    for rate in plan.spec.rates:
        division = list_divisions(plan.spec)[rate.key]
        dividend, divisor = (
            add_up_terms(plan.spec, terms, values) for terms in (division.numerator, division.denominator)
        )
        divisor = None if divisor is None else divisor * division.times
        found[_spot(plan, rate, _DIVIDEND)] = "" if dividend is None else dividend
        found[_spot(plan, rate, _DIVISOR)] = "" if divisor is None else divisor
        left = None if dividend is None or not divisor else abs(dividend)
        for at, step in enumerate(division.steps):
            whole, left = (None, None) if left is None or not divisor else divmod(left * step, abs(divisor))
            for column, number in ((_STEPS + 2 * at, whole), (_STEPS + 2 * at + 1, left)):
                found[_spot(plan, rate, column)] = "" if number is None else number
        found[plan.cells[rate.key]] = to_cached_rate(shown[rate.key], rate)
    return found


def to_cached_rate(value: RateValue, rate: Rate) -> int | float | str:
    """A rate as a workbook holds it: a double of its digits, `—` as text, nothing for a blank."""
    match value:
        case int():
            return value / rate.measure.scale if rate.measure.decimals else value
        case Undefined.DASH:
            return str(value.value)
        case None:
            return ""
        case _:
            assert_never(value)


@derive_once
def _list_lines(plan: Plan) -> dict[str, int]:
    return {rate.key: at for at, rate in enumerate(plan.spec.rates)}


def _spot(plan: Plan, rate: Rate, column: int) -> Spot:
    return Spot(HIDDEN, _list_lines(plan)[rate.key], plan.rate_column + column)


def _write_rate(plan: Plan, rate: Rate, division: Division) -> dict[Spot, str]:
    dividend, divisor = (_spot(plan, rate, column) for column in (_DIVIDEND, _DIVISOR))
    above, below = dividend.address, divisor.address
    found = {
        dividend: _write_whole(plan, division.numerator, 1),
        divisor: _write_whole(plan, division.denominator, division.times),
    }
    known, left = f"COUNT({above},{below})=2", f"ABS({above})"
    quotient: list[str] = []
    for at, step in enumerate(division.steps):
        whole, rest = (_spot(plan, rate, _STEPS + 2 * at + by) for by in (0, 1))
        taken = left if step == 1 else f"{left}*{step}"
        inside = f"INT({taken}/ABS({below}))"
        inside = inside if at else f'IF({below}=0,"",{inside})'
        found[whole] = f'IF({known},{inside},"")'
        found[rest] = f'IF(ISNUMBER({whole.address}),{taken}-{whole.address}*ABS({below}),"")'
        known, left = f"ISNUMBER({rest.address})", rest.address
        after = prod(division.steps[at + 1 :])
        quotient.append(whole.seen_from(rate.table.sheet) + (f"*{after}" if after > 1 else ""))
    home = rate.table.sheet
    above, below, left = (spot.seen_from(home) for spot in (dividend, divisor, rest))
    match rate.measure.rounding:
        case "half_up":
            quotient.append(f"IF(2*{left}>=ABS({below}),1,0)")
        case "cut" | None:
            pass
        case never:
            assert_never(never)
    figure = f"SIGN({above})*SIGN({below})*({'+'.join(quotient)})"
    figure = f"{figure}/{rate.measure.scale}" if rate.measure.decimals else figure
    found[plan.cells[rate.key]] = f'IF(COUNT({above},{below})<2,"",IF({below}=0,"{UNDEFINED.value}",{figure}))'
    return found


def _write_whole(plan: Plan, terms: Terms, times: int) -> str:
    """A sum as a whole number: scaled by its measure, and so many times that; nothing while a cell is missing."""
    parts = group_runs(plan, terms)
    scale = find_cell(plan, terms[0][0]).measure.scale
    sum_ = write_sum(plan, parts, HIDDEN)
    whole = f"ROUND(({sum_})*{scale},0)" if scale > 1 else f"({sum_})"
    whole = f"{whole}*{times}" if times > 1 else whole
    return f'IF({write_completeness(plan, parts, HIDDEN)},{whole},"")'
