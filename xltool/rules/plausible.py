"""Figures as an agency might report them, two years running, that satisfy every rule of a form; for the self-test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from xltool.forms.cell_checks import has_jumped
from xltool.forms.totals import compute_totals, find_definitions, resolve_inputs
from xltool.model import LEVELS, YEAR_AGO, Cell, CellKey, FormSpec, Rule, bare_key, figure_of, is_earlier
from xltool.rules.equalities import find_equalities
from xltool.rules.matrix import Verdict
from xltool.rules.validate import assess_rules

_ROUNDS: Final = 60
"""How often figures are adjusted before they are given up and drawn anew."""
_MOST_DRAWN: Final = 200
"""Draws for one pair of years; a form whose rules none of them satisfies has rules that contradict each other."""

YearFigures = tuple[int, ...]
"""Scaled figures of one year, in the order of the form."""


def draw_years(spec: FormSpec, rng: Random) -> tuple[YearFigures, YearFigures]:
    """This year's figures and last year's, both of which satisfy every rule, warnings too.

    Raises ValueError for a form whose rules no figures that were tried satisfy.
    """
    for _ in range(_MOST_DRAWN):
        usual = _draw_sizes(spec, rng)
        last = _draw_year(spec, rng, usual, None)
        this = last and _draw_year(spec, rng, usual, last)
        if last and this:
            return this, last
    raise ValueError(f"no figures satisfy the rules of {spec.id}")


def _draw_sizes(spec: FormSpec, rng: Random) -> dict[CellKey, int]:
    """How much is usual in each input: large and small agencies, a few heavy rows and columns, many that are empty."""
    size = 10 ** rng.randrange(3) * rng.randrange(1, 10)
    weights: dict[tuple[str, str], int] = {}
    usual = {}
    for cell in spec.cells:
        if cell.total or cell.row.levels != LEVELS:
            continue
        lines = (f"{cell.table.id} row", cell.row.id), (f"{cell.table.id} column", cell.column.id)
        row, column = (weights.setdefault(line, _draw_weight(rng)) for line in lines)
        usual[cell.key] = size * row * column // 10_000 * cell.measure.scale
    return usual


def _draw_weight(rng: Random) -> int:
    """A share in hundredths: of eight lines three are hardly used, and one carries most."""
    return (0, 0, 1, 4, 10, 25, 50, 100)[rng.randrange(8)]


def _draw_year(spec: FormSpec, rng: Random, usual: dict[CellKey, int], last: YearFigures | None) -> YearFigures | None:
    """A year's figures near what is usual, adjusted until all rules hold; None where that does not come about."""
    values = [_vary(rng, usual.get(cell.key, 0), cell) for cell in spec.cells]
    if last is not None:
        before = last
        values = [old if old and rng.randrange(3) == 0 else new for old, new in zip(before, values, strict=True)]
    for _ in range(_ROUNDS):
        jumped = last is not None and _calm_down(spec, values, last)
        settled = _balance(spec, values, last)
        totalled = [figure_of(value) or 0 for value in compute_totals(spec, values)]
        broken = [name for name, verdict in assess_rules(spec, totalled, last).items() if verdict == Verdict.FAIL]
        if settled and not jumped and not broken:
            return tuple(totalled)
        for key in _list_movable(spec, broken, rng):
            at = spec.index[key]
            drawn = _vary(rng, usual.get(key, 0), spec.cells[at])
            values[at] = (0, values[at] // 2, values[at] * 2, drawn)[rng.randrange(4)]
    return None


def _vary(rng: Random, usual: int, cell: Cell) -> int:
    """A figure between seven tenths and fourteen tenths of the usual one, in whole units or a few decimals."""
    if not usual:
        return rng.randrange(3) * cell.measure.scale if rng.randrange(8) == 0 and cell.row.levels == LEVELS else 0
    figure = usual * (70 + rng.randrange(70)) // 100
    step = max(cell.measure.scale // 10_000, 1)
    return figure // step * step


def _calm_down(spec: FormSpec, values: list[int], last: YearFigures) -> bool:
    """Sets inputs that are out of proportion to last year's back to these, in place; whether there were any."""
    jumped = [at for at, cell in enumerate(spec.cells) if not cell.total and has_jumped(values[at], last[at], cell)]
    for at in jumped:
        values[at] = last[at]
    return bool(jumped)


def _balance(spec: FormSpec, values: list[int], last: YearFigures | None) -> bool:
    """Moves one input of each equality that is missed so that it holds, in place; whether all hold in the end.

    The largest figure of those that the fewest equalities look at, for there the move is the smallest.
    """
    known = find_equalities(spec, computed=True, prior=last is not None)
    for _ in range(3):
        moved = False
        for name, terms in known.terms.items():
            residual = sum(times * _look_up(spec, values, last, key) for key, times in terms.items())
            if not residual:
                continue
            fitting = [
                (len(known.columns[key]), -values[at], at, values[at] - residual // times)
                for key, times in terms.items()
                if not is_earlier(key) and residual % times == 0
                for at in (spec.index[key],)
                if _fits(spec.cells[at], values[at] - residual // times)
            ]
            if not fitting or name in known.followers:
                moved = True
                continue
            _, _, at, figure = min(fitting)
            values[at], moved = figure, True
        if not moved:
            return True
    return False


def _fits(cell: Cell, figure: int) -> bool:
    measure = cell.measure
    return abs(figure) <= measure.maximum * measure.scale and (measure.signed or figure >= 0)


def _look_up(spec: FormSpec, values: Sequence[int], last: YearFigures | None, key: CellKey) -> int:
    if is_earlier(key):  # years are drawn of the last period of one, in which what was carried is the period before's
        return 0 if last is None or key.startswith(YEAR_AGO) else last[spec.index[bare_key(key)]]
    return values[spec.index[key]]


def _list_movable(spec: FormSpec, broken: Sequence[str], rng: Random) -> Iterator[CellKey]:
    """One input of each rule that does not hold."""
    defined, rules = find_definitions(spec.rules), {rule.name: rule for rule in spec.rules}
    for name in broken:
        own = list(_list_inputs(rules[name], defined))
        yield own[rng.randrange(len(own))]


def _list_inputs(rule: Rule, defined: dict[CellKey, Rule]) -> Iterator[CellKey]:
    for key in rule.linear.own:
        yield from (leaf for leaf, _ in resolve_inputs(key, defined)) if key in defined else (key,)
