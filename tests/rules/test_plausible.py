from __future__ import annotations

from random import Random

import pytest

from xltool.forms import catalog
from xltool.forms.totals import compute_totals
from xltool.model import PRIOR
from xltool.rules import plausible


@pytest.mark.parametrize("edition", ["ogi-2021", "ogi-2019"])
def test_both_years_satisfy_every_rule(edition):
    """Reckoned here from the rules' terms, not by the matrix."""
    spec = catalog.load_form(edition)
    rng = Random(5)
    for _ in range(10):
        this, last = plausible.draw_years(spec, rng)
        look = {key: this[at] for key, at in spec.index.items()} | {
            PRIOR + key: last[at] for key, at in spec.index.items()
        }
        for rule in spec.rules:
            left, right = (
                sum(times * look[key] for key, times in side) for side in (rule.linear.left, rule.linear.right)
            )
            assert rule.linear.operator.holds(left, right), rule.name
        assert compute_totals(spec, this) == this and compute_totals(spec, last) == last
        assert all(figure >= 0 or cell.measure.signed for cell, figure in zip(spec.cells, this, strict=True))
        assert sum(1 for figure in this if figure) > 10


def test_the_same_chance_gives_the_same_and_agencies_are_of_all_sizes(spec):
    once, again = ([plausible.draw_years(spec, rng) for _ in range(15)] for rng in (Random(3), Random(3)))
    assert once == again
    received = [this[spec.index["applications.received.total"]] for this, _ in once]
    assert min(received) * 20 < max(received)


def test_a_form_that_no_figures_satisfy_is_told(monkeypatch, spec):
    monkeypatch.setattr(plausible, "_balance", lambda *_: False)
    with pytest.raises(ValueError, match="ogi-2021"):
        plausible.draw_years(spec, Random(1))
