"""The helper cells on the very hidden sheet.

A copy of each input, and the sum of each run of inputs that rules reckon with.

Whatever else looks at figures looks at these cells, which nobody can cut: so only a copy needs a frame, and what makes
a figure valid is asked once for each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xltool.forms import totals
from xltool.forms.demands import list_demanded_sums
from xltool.forms.memo import derive_once
from xltool.forms.rates import list_divisions
from xltool.forms.sheet_names import HIDDEN
from xltool.messages import format_scaled
from xltool.model import CellKey, Linear, Rule, is_earlier
from xltool.spreadsheet.cell import Position
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.ranges import Run, find_cell, group_runs, is_input, refer_to_run

SUMS = 2
"""The column of the very hidden sheet for sums."""


def write_copy(plan: Plan, key: CellKey) -> str:
    """The formula of an input's copy: what stands there, and an empty text for a blank."""
    content = refer_in_frame(plan, plan.cells[key], HIDDEN, _find_independent(plan, key))
    return f'IF({content}="","",{content})'


def write_run_sum(plan: Plan, run: Run) -> str:
    """The formula of a run's sum: once every cell holds a figure of its measure or `/`, else nothing.

    A fraction of a count is none.
    """
    area, decimals = refer_to_run(plan, run, HIDDEN), find_cell(plan, run[0]).measure.decimals
    figures = f'SUMPRODUCT(--ISNUMBER(1/(ROUND({area},{decimals})={area})))+COUNTIF({area},"/")'
    return f'IF({figures}={len(run)},{round_sum(f"SUM({area})", decimals)},"")'


@derive_once
def place_sums(plan: Plan) -> dict[tuple[CellKey, ...], Spot]:
    """Where the sum of each run of inputs stands that a total or a rule reckons with."""
    linears = [each for linear in _list_linears(plan) for each in (linear, linear.condition) if each is not None]
    sums = [side for linear in linears for side in (linear.left, linear.right)]
    sums += [side for each in list_divisions(plan.spec).values() for side in (each.numerator, each.denominator)]
    found = dict.fromkeys(tuple(run) for side in sums for run, _ in group_runs(plan, side) if is_input(plan, run[0]))
    return {run: Spot(HIDDEN, line, SUMS) for line, run in enumerate(found)}


def choose_linear(plan: Plan, rule: Rule) -> Linear:
    """What a rule says in this workbook: of this year alone where last year's figures are not shown."""
    return rule.linear if plan.prior else rule.linear.alone or rule.linear


def list_runs(plan: Plan, linear: Linear) -> list[tuple[Run, int]]:
    """The runs of both sides, with their coefficients."""
    return [*group_runs(plan, linear.left), *group_runs(plan, linear.right)]


def round_sum(sum_: str, decimals: int) -> str:
    """Doubles of 万元 add up with errors behind the 15th digit; the figures have at most six decimals."""
    return f"ROUND({sum_},{decimals})" if decimals else sum_


def write_sum(plan: Plan, parts: Iterable[tuple[Run, int]], home: str, decimals: int | None = None) -> str:
    """The sum of runs that are complete; with `decimals` coefficients are of figures scaled to a sum scaled so."""
    shown: list[str] = []
    for run, coefficient in parts:
        sign = "-" if coefficient < 0 else "+" if shown else ""
        measure = find_cell(plan, run[0]).measure
        factor = (
            str(abs(coefficient)) if decimals is None else format_scaled(abs(coefficient) * measure.scale, decimals)
        )
        times = "" if factor == "1" else f"{factor}*"
        figures = refer_to_figures(plan, run, home)
        alone = is_input(plan, run[0]) or (len(run) == 1 and not is_earlier(run[0]))
        shown.append(f"{sign}{times}{figures if alone else f'SUM({figures})'}")
    return "".join(shown)


def write_completeness(plan: Plan, parts: Iterable[tuple[Run, int]], home: str) -> str:
    """Whether every cell of the runs holds a figure or `/`."""
    figures = [refer_to_figures(plan, run, home) for run, _ in parts]
    slashes = [f'+COUNTIF({area},"/")' for area, (run, _) in zip(figures, parts, strict=True) if is_earlier(run[0])]
    cells = sum(1 if is_input(plan, run[0]) else len(run) for run, _ in parts)
    return f"COUNT({','.join(figures)}){''.join(slashes)}={cells}"


def refer_to_figures(plan: Plan, run: Run, home: str) -> str:
    """Where the figures of a run stand: of inputs their one sum, which is a number only when all of them are there."""
    if not is_input(plan, run[0]):
        return refer_to_run(plan, run, home)
    return place_sums(plan)[tuple(run)].seen_from(home)


def _list_linears(plan: Plan) -> Iterator[Linear]:
    yield from (choose_linear(plan, check.rule) for check in plan.checks if check.rule is not None)
    yield from list_demanded_sums(plan.spec)


def _find_independent(plan: Plan, key: CellKey) -> frozenset[Position]:
    """The totals and rates on an input's sheet that it is no part of."""
    name = plan.cells[key].sheet
    return frozenset(place for place, parts in _locate_computed(plan, name).items() if key not in parts)


@derive_once
def _locate_computed(plan: Plan, name: str) -> dict[Position, frozenset[CellKey]]:
    """The totals and rates of a sheet by place, each with all inputs that it is made of."""
    defined = totals.find_definitions(plan.spec.rules)
    made = {key: {key} for key in defined}
    for rate in plan.spec.rates:
        made[rate.key] = {key for key, _ in (*rate.numerator, *rate.denominator)}
    found: dict[Position, frozenset[CellKey]] = {}
    for key, parts in made.items():
        spot = plan.cells[key]
        if spot.sheet == name:
            inputs = [{leaf for leaf, _ in totals.resolve_inputs(part, defined)} for part in parts & defined.keys()]
            found[spot.row, spot.column] = frozenset(parts - defined.keys()).union(*inputs)
    return found
