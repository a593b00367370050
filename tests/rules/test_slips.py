from __future__ import annotations

from random import Random

import pytest

from xltool.rules import slips
from xltool.rules.slips import SLIPS


def make(spec, kind, true, key, last=(), seed=0):
    """What stands in the cells after a slip, by key."""
    figures = [true.get(cell.key, 0) for cell in spec.cells]
    before = list(last) or [0] * len(figures)
    slip = next(slip for slip in SLIPS if slip.id == kind)
    made = slip.make(spec, figures, before, spec.index[key], Random(seed))
    return {spec.cells[at].key: figure for at, figure in made.items()}


CELL = "applications.granted.enterprise"


@pytest.mark.parametrize(
    ("kind", "true", "typed"),
    [
        ("transposed", 12, {21}),
        ("transposed", 123, {213, 132}),
        ("transposed", 33, set()),
        ("transposed", 0, set()),
        ("doubled", 12, {112, 122}),
        ("doubled", 0, set()),
        ("zero-added", 7, {70}),
        ("zero-added", 0, set()),
        ("zero-dropped", 105, {15}),
        ("zero-dropped", 0, set()),
        ("off-by-one", 5, {4, 6}),
        ("off-by-one", 0, {1}),
        ("sign", 5, set()),
        ("last-year", 0, set()),
    ],
)
def test_slips_of_one_figure(spec, kind, true, typed):
    made = {figure for seed in range(30) for figure in make(spec, kind, {CELL: true}, CELL, seed=seed).values()}
    assert made == typed


def test_amounts_are_spoilt_in_the_digits_that_are_written(spec):
    key = "disclosure.fees.amount"
    assert make(spec, "zero-added", {key: 78_100_000}, key) == {key: 781_000_000}
    assert make(spec, "transposed", {key: 12_000_000}, key) == {key: 21_000_000}


def test_a_figure_in_the_neighbouring_cell(spec):
    true = {CELL: 4, "applications.granted.natural_person": 9, "applications.partly_granted.enterprise": 2}
    rows = [make(spec, "row", true, CELL, seed=seed) for seed in range(20)]
    assert {CELL: 2, "applications.partly_granted.enterprise": 4} in rows
    assert all(made[CELL] in {0, 2} for made in rows)
    columns = [make(spec, "column", true, CELL, seed=seed) for seed in range(20)]
    assert {CELL: 9, "applications.granted.natural_person": 4} in columns
    assert {CELL: 0, "applications.granted.research": 4} in columns


def test_a_row_one_column_to_the_side(spec):
    order = [f"applications.granted.{column}" for column in ("natural_person", "enterprise", "research")]
    made = [
        make(spec, "row-shifted", dict(zip(order, (5, 6, 7), strict=True)), order[0], seed=seed) for seed in range(9)
    ]
    assert {order[0]: 0, order[1]: 5, order[2]: 6, "applications.granted.welfare": 7} in made
    assert {order[0]: 6, order[1]: 7, order[2]: 0} in made


def test_rows_and_columns_exchanged_and_a_total_in_a_part(spec):
    one, two = "applications.granted", "applications.partly_granted"
    true = {f"{one}.enterprise": 1, f"{one}.other": 2, f"{two}.other": 3, f"{one}.total": 6}
    made = [make(spec, "row-moved", true, f"{two}.other", seed=seed) for seed in range(9)]
    assert {f"{one}.enterprise": 0, f"{two}.enterprise": 1, f"{one}.other": 3, f"{two}.other": 2} in made
    assert {make(spec, "total", true, f"{one}.other", seed=seed).get(f"{one}.other") for seed in range(9)} == {6, 0}
    assert make(spec, "total", true, f"{one}.total") == {}


def test_a_sign_only_where_figures_may_be_negative(spec, spec_2019):
    tables = {
        form.id: {table.id for table in form.tables if "sign" in {s.id for s in slips.list_slips(form, table.id)}}
        for form in (spec, spec_2019)
    }
    assert tables == {"ogi-2021": set(), "ogi-2019": {"disclosure"}}
    key = next(cell.key for cell in spec_2019.cells if cell.measure.signed)
    assert make(spec_2019, "sign", {key: 4}, key) == {key: -4}


def test_last_year_copied(spec):
    assert make(spec, "last-year", {CELL: 4}, CELL, last=[8] * len(spec.cells)) == {CELL: 8}
