"""Each rule of a form broken once in figures that satisfy them all: what is changed, by the least that breaks it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, NamedTuple

from xltool.forms.totals import find_definitions
from xltool.model import CellKey, FormSpec, Rule, is_earlier
from xltool.rules.equalities import find_equalities
from xltool.rules.plausible import DrawnPeriods, add_up, count_drawn, find_broken
from xltool.rules.slips import can_hold
from xltool.rules.usual import YearFigures, list_inputs, look_up_figure

_MOST_PLACES: Final = 40
"""At so many places of one rule it is tried."""
_MOST_MENDED: Final = 2
"""For so many of the best breaks it is tried whether a second cell keeps other rules right."""


@dataclass(frozen=True, slots=True)
class RuleBreak:
    """A rule at one place, and what cells hold instead that it does not hold, as few as can be.

    `alone` where it is so only if nothing is known of earlier periods.
    """

    rule: Rule
    changes: Mapping[CellKey, int]
    alone: bool = False


def break_rules(spec: FormSpec, drawn: DrawnPeriods) -> tuple[tuple[RuleBreak, ...], tuple[Rule, ...]]:
    """One break for each rule that a clerk can break, no two in one cell if it can be, and the rules that no one can.

    Those compute totals, which are locked, or no change of figures was found that breaks them.
    """
    rules: dict[str, list[Rule]] = {}
    for rule in spec.rules:
        rules.setdefault(rule.id, []).append(rule)
    made: list[RuleBreak] = []
    kept: list[Rule] = []
    taken: set[CellKey] = set()
    for places in rules.values():
        found = None if places[0].defines else _break_rule(spec, drawn, places, taken)
        if found is None:
            kept.append(places[0])
        else:
            made.append(found)
            taken |= found.changes.keys() if not found.alone else set()
    return tuple(made), tuple(kept)


def join_breaks(spec: FormSpec, drawn: DrawnPeriods, breaks: Sequence[RuleBreak]) -> tuple[YearFigures, ...]:
    """Figures with all breaks together, but those that are so alone; none where there are no others.

    Where some rules cannot be broken beside others, these are in another set of figures: each is broken in one.
    """
    sets: list[tuple[YearFigures, set[str]]] = []
    for each in breaks:
        if each.alone:
            continue
        joined = None
        for at, (figures, names) in enumerate(sets):
            joined = _add_break(spec, drawn, figures, names, each)
            if joined is not None:
                sets[at] = joined, {*names, each.rule.name}
                break
        if joined is None:
            sets.append((change_figures(spec, drawn.this, each.changes), {each.rule.name}))
    return tuple(figures for figures, _ in sets)


def _add_break(
    spec: FormSpec, drawn: DrawnPeriods, figures: YearFigures, names: Collection[str], more: RuleBreak
) -> YearFigures | None:
    """Figures that break these rules and one more, by its own changes or by others; None where none are found."""
    beside = drawn._replace(this=figures)
    for changes in chain([more.changes], _list_changes(spec, beside, more.rule)):
        tried = change_figures(spec, figures, changes)
        if {*names, more.rule.name} <= set(find_broken(spec, tried, drawn.earlier)):
            return tried
    return None


def change_figures(spec: FormSpec, figures: Sequence[int], changes: Mapping[CellKey, int]) -> YearFigures:
    """The figures with some cells changed, and the totals that follow."""
    changed = list(figures)
    for key, figure in changes.items():
        changed[spec.index[key]] = figure
    return add_up(spec, changed)


def _break_rule(
    spec: FormSpec, drawn: DrawnPeriods, places: Sequence[Rule], taken: Collection[CellKey]
) -> RuleBreak | None:
    """The break of a rule that breaks the fewest others with it, by the smallest change; untouched cells come first."""
    tried: list[_Trial] = []
    for rule in places[:_MOST_PLACES]:
        mine = [_try(spec, drawn, rule, changes, drawn.earlier, taken) for changes in _list_changes(spec, drawn, rule)]
        tried += [each for each in mine if each is not None]
        if any(each.rank[:2] == (0, 0) for each in tried):
            break
    first = sorted(tried, key=lambda each: each.rank)[:_MOST_MENDED]
    mended = (
        _try(spec, drawn, each.made.rule, changes, drawn.earlier, taken)
        for each in first
        for changes in _list_compensated(spec, drawn, each)
    )
    best = min([*first, *(each for each in mended if each is not None)], key=lambda each: each.rank, default=None)
    if best is not None:
        return best.made
    alone = (
        _try(spec, drawn, rule, changes, (), taken)
        for rule in places[:1]
        if rule.linear.prior
        for changes in _list_changes(spec, drawn, rule)
    )
    return next((replace(each.made, alone=True) for each in alone if each is not None), None)


class _Trial(NamedTuple):
    """A break, how good it is, and which other rules it breaks."""

    made: RuleBreak
    rank: tuple[int, int, int, int]
    others: tuple[str, ...]


def _try(  # noqa: PLR0917
    spec: FormSpec,
    drawn: DrawnPeriods,
    rule: Rule,
    changes: Mapping[CellKey, int],
    earlier: YearFigures,
    taken: Collection[CellKey],
) -> _Trial | None:
    """What comes of changes; None where they do not break the rule."""
    broken = find_broken(spec, change_figures(spec, drawn.this, changes), earlier)
    if rule.name not in broken:
        return None
    size = sum(abs(figure - drawn.this[spec.index[key]]) for key, figure in changes.items())
    rank = len(changes.keys() & set(taken)), len(broken) - 1, len(changes), size
    return _Trial(RuleBreak(rule, changes), rank, tuple(name for name in broken if name != rule.name))


def _list_changes(spec: FormSpec, drawn: DrawnPeriods, rule: Rule) -> Iterator[dict[CellKey, int]]:
    """What might break a rule: one input changed by a unit more than it can bear; or one of its sides nothing."""
    defined = find_definitions(spec.rules)
    for side in (rule.linear.right, rule.linear.left):
        yield dict.fromkeys(list_inputs(side, defined), 0)
    if not rule.linear.operator.compares:
        return
    terms = _list_terms(spec, rule.name)
    known = find_equalities(spec, computed=True, prior=True)
    residual = _measure(spec, drawn, drawn.this, terms) - known.constant(rule, count_drawn(spec))
    for key, times in terms.items():
        if is_earlier(key):
            continue
        cell, held = spec.cell(key), drawn.this[spec.index[key]]
        unit = cell.measure.scale
        step = ((abs(residual) + rule.linear.operator.slack) // abs(times) + unit) // unit * unit
        for figure in (held + step, held - step):
            if can_hold(cell, figure):
                yield {key: figure}


def _list_compensated(spec: FormSpec, drawn: DrawnPeriods, trial: _Trial) -> Iterator[dict[CellKey, int]]:
    """The changes of a break with one cell more, by which an equality holds that they broke beside it."""
    known = find_equalities(spec, computed=True, prior=True)
    figures = change_figures(spec, drawn.this, trial.made.changes)
    for name in trial.others:
        if name not in known.terms:
            continue
        constant = known.constant(known.rules[name], count_drawn(spec))
        residual = _measure(spec, drawn, figures, known.terms[name]) - constant
        for key, times in known.terms[name].items():
            if is_earlier(key) or key in trial.made.changes or residual % times:
                continue
            figure = figures[spec.index[key]] - residual // times
            if can_hold(spec.cell(key), figure):
                yield {**trial.made.changes, key: figure}


def _list_terms(spec: FormSpec, name: str) -> Mapping[CellKey, int]:
    """What is on the left of a rule less what is on its right, as a sum of inputs."""
    known = find_equalities(spec, computed=True, prior=True)
    return next(each[name] for each in (known.terms, known.relations.terms, known.conditional) if name in each)


def _measure(spec: FormSpec, drawn: DrawnPeriods, figures: Sequence[int], terms: Mapping[CellKey, int]) -> int:
    return sum(times * look_up_figure(spec, figures, drawn.earlier, key) for key, times in terms.items())
