"""How much is usual in each cell of an agency, and how figures near it are moved until rules hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple, TypeAlias

from xltool.forms.memo import derive_once
from xltool.forms.operators import EQUAL, NEEDS
from xltool.forms.totals import find_definitions, resolve_inputs
from xltool.model import LEVELS, Cell, CellKey, FormSpec, Level, ListNumbers, Rule, Terms, is_earlier
from xltool.rules.equalities import Equalities, find_equalities
from xltool.rules.matrix import stack_column

_SHARE: Final = 100
"""A share in per cent is at most all of it."""

_MOST_OVER: Final = 5
"""Fewer units than these are added to what a relation lacks."""

YearFigures: TypeAlias = tuple[int, ...]
"""Scaled figures of one period, in the order of the form."""


class Beside(NamedTuple):
    """What rules look at beside the figures of a period: earlier ones, and what its lists come to."""

    earlier: YearFigures
    numbers: ListNumbers


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is usual in each input of an agency, and in which cells it has nothing at all."""

    usual: Mapping[CellKey, int]
    zeros: frozenset[CellKey]

    def vary(self, rng: Random, cell: Cell) -> int:
        """A figure between seven tenths and fourteen tenths of the usual one, in whole units or a few decimals."""
        usual = self.usual.get(cell.key, 0)
        if not usual:
            return rng.randrange(3) * cell.measure.scale if rng.randrange(8) == 0 and cell.key not in self.zeros else 0
        figure = usual * (70 + rng.randrange(70)) // 100
        step = max(cell.measure.scale // 10_000, 1)
        return figure // step * step

    def fits(self, cell: Cell, figure: int) -> bool:
        """Whether a cell may hold a figure."""
        measure = cell.measure
        if figure and cell.key in self.zeros:
            return False
        return abs(figure) <= measure.maximum * measure.scale and (measure.signed or figure >= 0)

    def list_wanted(self) -> tuple[CellKey, ...]:
        """The cells that are not to be 0 where the rules let them."""
        return ()

    def count_equalities(self, spec: FormSpec, known: Equalities, key: CellKey) -> int:  # noqa: ARG002
        """How many equalities look at a cell: the fewer, the better it is moved."""
        return len(known.columns.get(key, ()))

    def mend(self, spec: FormSpec, values: list[int], beside: Beside, name: str, rng: Random) -> None:  # noqa: ARG002
        """Changes one input of a rule that does not hold, in place, as chance will have it, where it has any."""
        own = list(_list_own(_find_rules(spec)[name], find_definitions(spec.rules)))
        if not own:
            return
        at = spec.index[own[rng.randrange(len(own))]]
        drawn = self.vary(rng, spec.cells[at])
        values[at] = (0, values[at] // 2, values[at] * 2, drawn)[rng.randrange(4)]


class FullSizes(Sizes):
    """The same where as few figures as can be are to become 0."""

    __slots__ = ()

    def list_wanted(self) -> tuple[CellKey, ...]:
        """All of which something is usual."""
        return tuple(self.usual)

    def count_equalities(self, spec: FormSpec, known: Equalities, key: CellKey) -> int:  # noqa: ARG002
        """Those across periods too, so that what is carried over does not have to jump a period later."""
        return len(find_equalities(spec, computed=True, prior=True).columns.get(key, ()))

    def mend(self, spec: FormSpec, values: list[int], beside: Beside, name: str, rng: Random) -> None:
        """Changes one input of a relation by what it lacks and a little more; of what needs something, from nothing."""
        earlier = beside.earlier
        known = find_equalities(spec, computed=True, prior=bool(earlier))
        rule, terms = _find_rules(spec)[name], known.relations.terms.get(name, known.conditional.get(name))
        if rule.linear.operator is NEEDS:
            terms = dict.fromkeys(list_inputs(rule.linear.right, find_definitions(spec.rules)), -1)
            residual = 1
        elif terms is not None:
            residual = sum(times * look_up_figure(spec, values, earlier, key) for key, times in terms.items())
            residual -= known.constant(rule, beside.numbers)
            if not residual and not rule.linear.operator.holds(0, 0):  # the sides are alike, and must not be
                residual = 1 if rule.linear.operator.holds(-1, 0) else -1
        most = 1 if rule.linear.operator.sign == EQUAL.sign else _MOST_OVER
        fitting = [] if terms is None else list(self._list_moves(spec, values, terms, residual, rng.randrange(most)))
        if not fitting:
            super().mend(spec, values, beside, name, rng)
            return
        filled = [move for move in fitting if move[1]] or fitting
        at, figure = filled[rng.randrange(len(filled))]
        values[at] = figure

    def _list_moves(
        self, spec: FormSpec, values: Sequence[int], terms: Mapping[CellKey, int], residual: int, over: int
    ) -> Iterator[tuple[int, int]]:
        """The cells that make up for what a sum misses, by their places, and what they would hold then.

        A few units (`over`) more, where a cell can hold that.
        """
        for key, times in terms.items():
            if is_earlier(key):
                continue
            cell, at = spec.cell(key), spec.index[key]
            scale = cell.measure.scale
            step = (-(-abs(residual) // abs(times)) + scale - 1) // scale * scale
            change = step if (residual < 0) == (times > 0) else -step
            more = over * (scale if change > 0 else -scale)
            for figure in (values[at] + change + more, values[at] + change):
                if self.fits(cell, figure):
                    yield at, figure
                    break


def draw_sizes(spec: FormSpec, rng: Random) -> Sizes:
    """Large and small agencies, a few heavy rows and columns, many that are empty."""
    size = 10 ** rng.randrange(3) * rng.randrange(1, 10)
    weights: dict[tuple[str, str], int] = {}
    usual, zeros = {}, frozenset(cell.key for cell in spec.cells if cell.row.levels != LEVELS)
    for cell in spec.cells:
        if cell.total or cell.key in zeros:
            continue
        lines = (f"{cell.table.id} row", cell.row.id), (f"{cell.table.id} column", cell.column.id)
        row, column = (weights.setdefault(line, _draw_weight(rng)) for line in lines)
        usual[cell.key] = size * row * column // 10_000 * cell.measure.scale
    return Sizes(usual, zeros)


def _draw_weight(rng: Random) -> int:
    """A share in hundredths: of eight lines three are hardly used, and one carries most."""
    return (0, 0, 1, 4, 10, 25, 50, 100)[rng.randrange(8)]


def draw_full_sizes(spec: FormSpec, rng: Random, level: Level, stuck: Sequence[str]) -> Sizes:
    """Some dozens in every input that the level may fill in; what is divided into a share less than its whole."""
    defined, rules = find_definitions(spec.rules), _find_rules(spec)
    zeros = {key for name in stuck for key in _list_own(rules[name], defined)}
    zeros |= {cell.key for cell in spec.cells if level not in cell.row.levels}
    usual = {cell.key: _draw_dozens(rng, cell) for cell in spec.cells if not cell.total and cell.key not in zeros}
    for rate in spec.rates:
        if rate.measure.times > 1:
            part, whole = (list(_resolve_terms(terms, defined)) for terms in (rate.numerator, rate.denominator))
            most = sum(usual.get(key, 0) for key in whole) * 6 // 10 // len(part)
            usual |= {key: min(usual[key], most) for key in part if key in usual and key not in whole}
    return FullSizes(usual, frozenset(zeros))


def _draw_dozens(rng: Random, cell: Cell) -> int:
    measure = cell.measure
    most = min(measure.maximum, (measure.doubtful_from or measure.maximum + 1) - 1)
    most = min(most, _SHARE) if measure.times == _SHARE else most
    figure = min(rng.randrange(1200, 9600) * measure.scale // 100, most * measure.scale * 7 // 10)
    return -figure if measure.signed and rng.randrange(3) == 0 else figure


def look_up_figure(spec: FormSpec, values: Sequence[int], earlier: YearFigures, key: CellKey) -> int:
    """The figure of a cell of this period or of an earlier one."""
    at = stack_column(spec, key)
    return values[at] if at < len(values) else earlier[at - len(values)]


@derive_once
def _find_rules(spec: FormSpec) -> Mapping[str, Rule]:
    """The rules of a form by name."""
    return {rule.name: rule for rule in spec.rules}


def _list_own(rule: Rule, defined: dict[CellKey, Rule]) -> Iterator[CellKey]:
    """The inputs of a rule in this period."""
    yield from _resolve_terms([(key, 1) for key in rule.linear.own], defined)


def list_inputs(terms: Terms, defined: dict[CellKey, Rule]) -> Iterator[CellKey]:
    """The inputs of a sum in this period, those of its totals among them."""
    yield from _resolve_terms([term for term in terms if not is_earlier(term[0])], defined)


def _resolve_terms(terms: Terms | Collection[tuple[CellKey, int]], defined: dict[CellKey, Rule]) -> Iterator[CellKey]:
    """The inputs of a sum, those of its totals among them."""
    for key, _ in terms:
        yield from (leaf for leaf, _ in resolve_inputs(key, defined)) if key in defined else (key,)
