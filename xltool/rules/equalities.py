"""The equalities of a form as sums that are zero where they hold, and which of them follow from others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xltool.forms import totals
from xltool.forms.list_terms import add_up_lists, list_terms
from xltool.forms.memo import derive_once
from xltool.forms.operators import EQUAL
from xltool.model import CellKey, FormSpec, ListNumbers, ListTerm, ListTerms, Rule, bare_key, is_earlier


class Equalities:
    """The equalities of a form, as sums of cells: of inputs alone where totals are computed, else as they are typed.

    With `prior` those that look at last year are among them; its cells are given and cannot be wrong. Rules with a
    condition are apart, in `conditional`: whether they are asked at all may be what is wrong.
    """

    def __init__(self, spec: FormSpec, computed: bool, prior: bool) -> None:
        defined = totals.find_definitions(spec.rules) if computed else {}
        taken = [
            rule
            for rule in spec.rules
            if rule.linear.operator is EQUAL
            and not rule.linear.is_conditional
            and (prior or not rule.linear.prior)
            and not (computed and rule.defines is not None)
        ]
        self.rules: Mapping[str, Rule] = {rule.name: rule for rule in taken}
        self.terms = {rule.name: _resolve_terms(rule, defined) for rule in taken}
        listed = spec.rules if list_terms(spec) else ()
        self._constants = {rule.name: number for rule in spec.rules if (number := _add_constants(rule, defined))}
        self._lists = {rule.name: lists for rule in listed if (lists := _resolve_lists(rule, defined))}
        self.columns: dict[CellKey, dict[str, int]] = {}
        for name, terms in self.terms.items():
            for key, coefficient in terms.items():
                if not is_earlier(key):
                    self.columns.setdefault(key, {})[name] = coefficient
        self.followers = dict(_find_followers(spec, taken, self.terms))
        self.relations = _Relations(spec, defined, prior)
        self.conditional = {
            rule.name: _resolve_terms(rule, defined) for rule in spec.rules if rule.linear.is_conditional
        }
        self.parts = _number_parts(self.terms, self.columns)
        self.across_years = tuple(rule.name for rule in taken if rule.linear.prior)
        self.tables = {rule.name: spec.cell(rule.linear.own[0]).table.id for rule in taken}

    def constant(self, rule: Rule, numbers: ListNumbers) -> int:
        """What a rule adds on the right beside cells: its number, and what lists come to, those of totals too."""
        return self._constants.get(rule.name, 0) + (add_up_lists(self._lists.get(rule.name, ()), numbers) or 0)


class _Relations:
    """What else a form says of sums, at least and at most: for what a correction would break or mend beside."""

    def __init__(self, spec: FormSpec, defined: dict[CellKey, Rule], prior: bool) -> None:
        taken = [
            rule
            for rule in spec.rules
            if rule.linear.operator is not EQUAL
            and rule.linear.operator.compares
            and not rule.linear.is_conditional
            and (prior or not rule.linear.prior)
        ]
        self.rules: Mapping[str, Rule] = {rule.name: rule for rule in taken}
        self.terms = {rule.name: _resolve_terms(rule, defined) for rule in taken}
        self.columns: dict[CellKey, list[str]] = {}
        for name, terms in self.terms.items():
            for key in terms:
                self.columns.setdefault(key, []).append(name)

    def holds(self, name: str, residual: int) -> bool:
        """Whether a relation holds whose left side is so much more than its right."""
        return bool(self.rules[name].linear.operator.holds(residual, 0))


find_equalities = derive_once(Equalities)


@derive_once
def lay_out_terms(known: Equalities, spec: FormSpec, name: str) -> NDArray[np.int64]:
    """The coefficients of an equality, by the places of this year's cells."""
    row = np.zeros(len(spec.cells), np.int64)
    for key, coefficient in known.terms[name].items():
        if not is_earlier(key):
            row[spec.index[key]] = coefficient
    return row


def _resolve_terms(rule: Rule, defined: dict[CellKey, Rule]) -> dict[CellKey, int]:
    """An equality as one sum that is zero where it holds; defined totals, last year's too, resolved into inputs."""
    terms: dict[CellKey, int] = {}
    for side, sign in ((rule.linear.left, 1), (rule.linear.right, -1)):
        for key, coefficient in side:
            own = bare_key(key)
            year = key.removesuffix(own)
            # what lists add to an earlier total is not known here: it stands as it was reported; so with numbers
            parts = own in defined and not (
                year and (totals.resolve_lists(own, defined) or totals.resolve_constant(own, defined))
            )
            for leaf, times in totals.resolve_inputs(own, defined) if parts else ((own, 1),):
                terms[year + leaf] = terms.get(year + leaf, 0) + sign * coefficient * times
    return {key: coefficient for key, coefficient in terms.items() if coefficient}


def _resolve_lists(rule: Rule, defined: dict[CellKey, Rule]) -> ListTerms:
    """What lists add on the right of a rule, those that its totals add up too."""
    sums: dict[ListTerm, int] = dict(rule.linear.lists)
    for side, sign in ((rule.linear.left, -1), (rule.linear.right, 1)):
        for key, coefficient in side:
            for term, times in totals.resolve_lists(key, defined) if key in defined else ():
                sums[term] = sums.get(term, 0) + sign * coefficient * times
    return tuple((term, times) for term, times in sums.items() if times)


def _add_constants(rule: Rule, defined: dict[CellKey, Rule]) -> int:
    """What numbers alone add on the right of a rule, those of its totals too."""
    found = rule.linear.constant
    for side, sign in ((rule.linear.left, -1), (rule.linear.right, 1)):
        found += sum(sign * times * totals.resolve_constant(key, defined) for key, times in side if key in defined)
    return found


def _number_parts(
    terms: Mapping[str, Mapping[CellKey, int]], columns: Mapping[CellKey, Mapping[str, int]]
) -> dict[str, int]:
    """The part of the form that each equality belongs to: two parts have no cell in common."""
    parts: dict[str, int] = {}
    for number, start in enumerate(terms):
        reached = [] if start in parts else [start]
        while reached:
            name = reached.pop()
            if parts.setdefault(name, number) == number:
                reached += [other for key in terms[name] for other in columns.get(key, ()) if other not in parts]
    return parts


def _find_followers(
    spec: FormSpec, rules: Sequence[Rule], terms: Mapping[str, Mapping[CellKey, int]]
) -> Iterator[tuple[str, dict[str, Fraction | int]]]:
    """The equalities that follow from others, as sums of these: those over more totals follow from those over fewer."""
    basis: list[tuple[CellKey, dict[CellKey, Fraction], dict[str, Fraction]]] = []
    uses = Counter(key for sums in terms.values() for key in sums)  # what few rules look at fills up few
    for rule in sorted(rules, key=lambda rule: sum(spec.cell(key).total for key in rule.linear.own)):
        sums = {key: Fraction(coefficient) for key, coefficient in terms[rule.name].items()}
        made = {rule.name: Fraction(1)}
        for pivot, row, parts in basis:
            if pivot in sums:
                times = sums[pivot] / row[pivot]
                _subtract(sums, row, times)
                _subtract(made, parts, times)
        if sums:
            basis.append((min(sums, key=uses.__getitem__), sums, made))
        else:
            parts = {name: -times for name, times in made.items() if name != rule.name}
            # whole numbers where they are whole: each broken equality is computed with them, and fractions are slow
            yield rule.name, {name: times if times.denominator > 1 else int(times) for name, times in parts.items()}


def _subtract(sums: dict[str, Fraction], row: Mapping[str, Fraction], times: Fraction) -> None:
    """Takes a row off a sum so many times, in place; what is nothing then is left out."""
    for key, value in row.items():
        left = sums.get(key, 0) - times * value
        if left:
            sums[key] = left
        else:
            sums.pop(key, None)
