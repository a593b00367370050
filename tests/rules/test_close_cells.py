"""Four and more wrong cells with typed totals."""

from __future__ import annotations

from random import Random

import pytest

from tests import figures
from tests.rules.test_causes import corrupted
from tests.rules.test_smallest import locate
from xltool.rules.close_cells import MOST_ALIKE, find_close_changes
from xltool.rules.equalities import find_equalities


def miss(spec, wrong):
    """The broken equalities of typed totals with an error's weight, by how much each is missed."""
    known = find_equalities(spec, False, False)
    return known, {
        name: residual
        for name, terms in known.terms.items()
        if known.rules[name].severity == "error" and (residual := sum(by * wrong[key] for key, by in terms.items()))
    }


def search(spec, wrong):
    known, residuals = miss(spec, wrong)
    return find_close_changes(known, residuals, frozenset(), lambda key, by: wrong[key] + by >= 0)


@pytest.mark.parametrize(("size", "share"), [(4, 80), (5, 70)])
def test_most_wrong_cells_are_named_and_none_is_called_certain_that_is_right(spec, size, share):
    rng, named = Random(100 + size), 0
    keys = [cell.key for cell in spec.cells if cell.table.id == "applications"]
    pool = [figures.consistent(spec, rng) for _ in range(20)]
    for _ in range(40):
        true = rng.choice(pool)
        wrong = rng.sample(keys, size)
        first, certain = locate(spec, true | {key: corrupted(rng, true[key]) for key in wrong})
        want = {key: true[key] for key in wrong}
        assert certain.items() <= want.items()
        named += want.items() <= first.items()
    assert named >= 40 * share // 100


def test_every_set_that_is_found_mends_all_exactly_and_is_as_small_as_any(spec):
    true = figures.consistent(spec, Random(8))
    rows = figures.results(spec)
    wrong = true | {
        f"applications.{row}.{column}": true[f"applications.{row}.{column}"] + 3**at + 10
        for at, (row, column) in enumerate(zip(rows, figures.APPLICANTS[:5], strict=False))
    }
    found = search(spec, wrong)
    assert {key: true[key] - wrong[key] for key in wrong if true[key] != wrong[key]} in [dict(each) for each in found]
    assert {len(each) for each in found} == {5}
    for each in found:
        assert miss(spec, wrong | {key: wrong[key] + by for key, by in each.items()})[1] == {}


def test_what_is_wrong_all_over_is_given_up(spec):
    rng = Random(3)
    wrong = {key: rng.randrange(1000) for key in spec.index}
    assert search(spec, wrong) == []


def test_where_too_many_sets_are_alike_none_is_found(spec):
    """The same figure too much in four rows and columns: any row may go with any column."""
    true = figures.consistent(spec, Random(5))
    places = zip(figures.results(spec), figures.APPLICANTS[:5], strict=False)
    wrong = true | {key: true[key] + 7 for key in (f"applications.{row}.{column}" for row, column in places)}
    found = search(spec, wrong)
    assert len(found) != 1 and len(found) <= MOST_ALIKE
