from __future__ import annotations

from random import Random

import pytest

from tests import figures
from xltool.forms import totals
from xltool.model import NOT_APPLICABLE


@pytest.fixture(params=["ogi-2021", "ogi-2019"])
def form(request, spec, spec_2019):
    return spec if request.param == "ogi-2021" else spec_2019


def test_totals_are_sums_of_inputs_alone(form):
    defined = totals.find_definitions(form.rules)
    assert defined.keys() == {cell.key for cell in form.cells if cell.total}
    for key in defined:
        assert not any(form.cell(part).total for part, _ in totals.resolve_inputs(key, defined))
    crossing = dict(totals.resolve_inputs("applications.processed_total.total", defined))
    assert crossing == {
        f"applications.{row}.{column}": 1 for row in figures.results(form) for column in figures.APPLICANTS
    }


@pytest.mark.parametrize("seed", range(20))
def test_computed_totals_are_those_of_an_independent_sum(form, seed):
    values = figures.consistent(form, Random(seed))
    inputs = {key: value for key, value in values.items() if not form.cell(key).total}
    assert totals.compute_totals(form, figures.aligned(form, inputs)) == figures.aligned(form, values)


def test_typed_totals_are_computed_anew_but_never_completed_over(form):
    values = figures.consistent(form, Random(1))
    wrong = values | {"disputes.review.total": 10**6}
    assert totals.compute_totals(form, figures.aligned(form, wrong)) == figures.aligned(form, values)
    assert totals.complete_totals(form, figures.submission(form, wrong)) == (figures.submission(form, wrong), ())


def test_a_slash_counts_as_zero_and_a_blank_leaves_the_total_blank(form):
    values = figures.consistent(form, Random(2)) | {
        "disputes.review.upheld": NOT_APPLICABLE,
        "disputes.direct.upheld": None,
    }
    found = dict(zip(form.index, totals.compute_totals(form, figures.aligned(form, values)), strict=True))
    assert found["disputes.review.total"] == sum(
        values[f"disputes.review.{name}"] for name in ("corrected", "other", "pending")
    )
    assert found["disputes.direct.total"] is None
    assert found["disputes.review.upheld"] is NOT_APPLICABLE


def test_blank_totals_are_completed_and_named_in_the_order_of_the_form(form):
    values = figures.consistent(form, Random(3))
    blank = {
        key: value for key, value in values.items() if not key.startswith("disputes.") or not key.endswith(".total")
    }
    completed, keys = totals.complete_totals(form, figures.submission(form, blank | {"disputes.direct.pending": None}))
    assert keys == ("disputes.review.total", "disputes.after_review.total")
    assert completed.values == figures.aligned(
        form, values | {"disputes.direct.pending": None, "disputes.direct.total": None}
    )


def test_nothing_to_complete_is_the_same_submission(form):
    whole = figures.submission(form, figures.consistent(form, Random(4)))
    empty = figures.submission(form, {})
    assert totals.complete_totals(form, whole)[0] is whole
    assert totals.complete_totals(form, empty)[0] is empty
