"""Figures accepted in place of typed ones: totals go with them, and all is as it was typed when they are taken out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import figures
from xltool import api
from xltool.forms import totals
from xltool.forms.accepted import accept_figure, restore_typed, value_of
from xltool.model import Acceptance

SPEC = api.form("ogi-2021")
INPUTS = [cell.key for cell in SPEC.cells if not cell.total]


def make(values, *, computed):
    typed = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0) | values)
    if not computed:
        return typed
    return replace(typed, values=totals.compute_totals(SPEC, typed.values))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(list(SPEC.index)), st.integers(0, 50), max_size=12),
    st.lists(st.tuples(st.sampled_from(INPUTS), st.integers(0, 99)), max_size=4, unique_by=lambda each: each[0]),
    st.booleans(),
)
def test_what_is_accepted_is_taken_out_again(values, changes, computed):
    typed = make(values, computed=computed)
    now = typed
    for key, value in changes:
        word = Acceptance("A", "甲局", key, value_of(SPEC, now, key), value, "核对过", "甲")
        now = accept_figure(SPEC, now, word)
        assert value_of(SPEC, now, key) == value
    if computed:
        assert now.values == totals.compute_totals(SPEC, now.values), "locked totals go with their parts"
    untouched = [key for key in INPUTS if key not in dict(changes)]
    assert all(value_of(SPEC, now, key) == value_of(SPEC, typed, key) for key in untouched)
    assert api.read(api.dump(now)).submission.values == now.values
    assert api.read(api.dump(now)).submission.acceptances == now.acceptances
    assert restore_typed(SPEC, now) == typed


def test_a_total_that_was_typed_right_stays():
    parts = {"disputes.review.upheld": 12, "disputes.review.other": 1}
    typed = make({**parts, "disputes.review.total": 22}, computed=False)
    word = Acceptance("A", "甲局", "disputes.review.upheld", 12, 21, "核对过", "甲")
    now = accept_figure(SPEC, typed, word)
    assert value_of(SPEC, now, "disputes.review.total") == 22 and now.acceptances[0].totals == {}
