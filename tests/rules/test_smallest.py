"""Sets of wrong cells with typed totals, against every set of two or three cells of table 3, tried one by one here."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest

from tests import figures
from tests.rules.test_causes import corrupted
from xltool.rules import causes, validate
from xltool.rules.equalities import find_equalities
from xltool.rules.smallest import find_smallest_changes, is_told_apart
from xltool.rules.stack import stack_values

COLUMNS = (*figures.APPLICANTS, "total")


class Trials:
    """Table 3 as the contract has it: its cells, and its 39 equations as a matrix, written down here by hand."""

    def __init__(self, spec):
        rows = [*figures.results(spec), *sorted(figures.OUTSIDE)]
        self.keys = [f"applications.{row}.{column}" for row in rows for column in COLUMNS]
        at = {key: number for number, key in enumerate(self.keys)}
        equations = []
        for row in rows:
            equations.append({f"applications.{row}.{column}": 1 for column in figures.APPLICANTS})
            equations[-1][f"applications.{row}.total"] = -1
        for column in COLUMNS:
            equations.append({f"applications.{row}.{column}": 1 for row in figures.results(spec)})
            equations[-1][f"applications.processed_total.{column}"] = -1
            sides = {"received": 1, "carried_in": 1, "processed_total": -1, "carried_out": -1}
            equations.append({f"applications.{row}.{column}": sign for row, sign in sides.items()})
        self.matrix = np.zeros((len(equations), len(self.keys)), np.int64)
        for number, equation in enumerate(equations):
            for key, sign in equation.items():
                self.matrix[number, at[key]] = sign
        self.masks = (self.matrix != 0).astype(np.int64).T @ (1 << np.arange(len(equations), dtype=np.int64))

    def solve(self, held, size):
        """All changes of exactly so many cells after which every equation holds and no figure is below zero."""
        missed = self.matrix @ held
        broken = int(((missed != 0) * (1 << np.arange(len(missed), dtype=np.int64))).sum())
        found = []
        for cells in self.cover(broken, size):
            part = self.matrix[:, cells].astype(float)
            change, _, rank, _ = np.linalg.lstsq(part, -missed.astype(float), rcond=None)
            whole = np.rint(change).astype(np.int64)
            exact = rank == size and not (self.matrix[:, cells] @ whole + missed).any()
            if exact and whole.all() and (held[cells] + whole >= 0).all():
                found.append({self.keys[at]: int(held[at] + by) for at, by in zip(cells, whole.tolist(), strict=True)})
        return found

    def cover(self, broken, size):
        """The sets of so many cells that look at every broken equation."""
        if size == 1:
            yield from ([at] for at in range(len(self.keys)) if not broken & ~int(self.masks[at]))
            return
        for first in combinations(range(len(self.keys)), size - 2):
            left = broken
            for at in first:
                left &= ~int(self.masks[at])
            start = first[-1] + 1 if first else 0
            rest = left & ~self.masks[start:]
            both = np.argwhere(np.triu(rest[:, None] & rest[None, :] == 0, 1)) + start
            yield from ([*first, *pair] for pair in both.tolist())


def locate(spec, wrong):
    """The cells that stand first in each cause of one submission's broken equalities, and those that are certain."""
    given = figures.submission(spec, wrong)
    (broken,) = validate.find_broken_rules(spec, [given], stack_values([given.values]))
    errors = [found for found in broken if found.severity == "error"]
    first, certain = {}, {}
    for cause in causes.find_causes(spec, given.values, None, errors):
        named = {each.key: each.proposed for each in (cause.suspects if cause.together else cause.suspects[:1])}
        first |= named
        if cause.known and not any(each.likely for each in cause.suspects):
            certain |= named
    return first, certain


@pytest.mark.parametrize(("size", "count", "share"), [(2, 2000, 97), (3, 60, 90)])
def test_wrong_cells_that_arithmetic_can_tell_are_all_named_and_no_certain_claim_is_wrong(spec, size, count, share):
    rng, trials = Random(size), Trials(spec)
    pool = [figures.consistent(spec, rng) for _ in range(50)]
    decided = named = 0
    for _ in range(count):
        true = rng.choice(pool)
        keys = rng.sample(trials.keys, size)
        wrong = true | {key: corrupted(rng, true[key]) for key in keys}
        held = np.array([wrong[key] for key in trials.keys])
        first, certain = locate(spec, wrong)
        assert certain.items() <= {key: true[key] for key in keys}.items()
        if any(trials.solve(held, fewer) for fewer in range(1, size)):
            continue
        (*solutions,) = trials.solve(held, size)
        if solutions == [{key: true[key] for key in sorted(keys, key=trials.keys.index)}]:
            decided += 1
            named += {key: true[key] for key in keys}.items() <= first.items()
    assert decided > 0.9 * count
    assert 100 * named >= share * decided, (named, decided)


def explain(spec, wrong, most=3, holds=lambda *_: True):
    """The smallest sets for figures whose totals are typed."""
    known = find_equalities(spec, False, False)
    look = {cell.key: wrong[cell.key] for cell in spec.cells}
    missed = {
        name: residual
        for name, terms in known.terms.items()
        if known.rules[name].severity == "error" and (residual := sum(by * look[key] for key, by in terms.items()))
    }
    return find_smallest_changes(known, missed, frozenset(), holds, most)


def test_all_sets_that_explain_the_same_are_found(spec):
    """The same figure too much in one column and too little in the next, in one row: it may be any row."""
    true = figures.consistent(spec, Random(5))
    row = "applications.granted"
    wrong = true | {f"{row}.enterprise": true[f"{row}.enterprise"] + 4, f"{row}.other": true[f"{row}.other"] - 4}
    found = explain(spec, wrong)
    assert {f"{row}.enterprise": -4, f"{row}.other": 4} in found
    assert {tuple(sorted({key.rpartition(".")[2] for key in each})) for each in found} == {("enterprise", "other")}
    assert len(found) == len({tuple(each) for each in found}) == len(figures.results(spec))
    only = explain(spec, wrong, holds=lambda key, _: key.startswith(row))
    assert only == [{f"{row}.enterprise": -4, f"{row}.other": 4}]


def test_what_more_cells_would_have_to_explain_is_left(spec):
    true = figures.consistent(spec, Random(6))
    keys = [
        f"applications.{row}.{column}" for row, column in zip(figures.results(spec), figures.APPLICANTS, strict=False)
    ]
    wrong = true | {key: true[key] + 3**number for number, key in enumerate(keys[:4])}
    assert explain(spec, wrong) == []
    assert len(explain(spec, true | {key: wrong[key] for key in keys[:3]})) == 1
    assert explain(spec, true | {key: wrong[key] for key in keys[:3]}, most=2) == []


def test_which_cells_equalities_tell_from_all_others(spec):
    typed, computed = find_equalities(spec, False, False), find_equalities(spec, True, False)
    inner = "applications.granted.other"
    assert is_told_apart(typed, inner, frozenset())
    unjudged = frozenset(f"applications.results@{column}" for column in COLUMNS)
    assert not is_told_apart(typed, inner, unjudged)
    assert not is_told_apart(computed, inner, frozenset())
    assert not is_told_apart(typed, "disputes.review.upheld", frozenset())
