from __future__ import annotations

from random import Random

import pytest

from tests import monthly
from tests.forms import rates, shapes
from xltool.forms import catalog
from xltool.forms.spec import parse_spec
from xltool.forms.totals import compute_totals
from xltool.model import CARRIED, PRIOR, YEAR_AGO
from xltool.rules import plausible
from xltool.rules.selftest import run_selftest


def hold(spec, drawn):
    """Reckoned from the rules' terms, not by the matrix."""
    marks = {"": drawn.this, PRIOR: drawn.before, YEAR_AGO: drawn.year_ago, CARRIED: drawn.before}
    look = {mark + key: values[at] for mark, values in marks.items() if values for key, at in spec.index.items()}
    for rule in spec.rules:
        left, right = (sum(times * look[key] for key, times in side) for side in (rule.linear.left, rule.linear.right))
        assert rule.linear.operator.holds(left, right), rule.name
    for values in drawn:
        if values is not None:
            assert compute_totals(spec, values) == values
            assert all(figure >= 0 or cell.measure.signed for cell, figure in zip(spec.cells, values, strict=True))


@pytest.mark.parametrize("edition", ["ogi-2021", "ogi-2019"])
def test_both_years_satisfy_every_rule(edition):
    spec = catalog.load_form(edition)
    rng = Random(5)
    for _ in range(10):
        drawn = plausible.draw_years(spec, rng)
        assert drawn.year_ago is None
        hold(spec, drawn)
        assert sum(1 for figure in drawn.this if figure) > 10


def test_what_is_added_up_over_months_and_compared_with_last_year_holds_too():
    spec = parse_spec(monthly.form_text("month"), "window_month.toml")
    for seed in range(10):
        drawn = plausible.draw_years(spec, Random(seed))
        assert drawn.year_ago is not None
        hold(spec, drawn)
    assert run_selftest(spec, 1, 2)


RUNNING = """
id = "chained"
title = "办件统计表"
authority = "县政务服务局"
basis = "样例〔2024〕1号"
years = [2024]
period = "quarter"

[measure.count]
unit = "件"
decimals = 0

[[section]]
heading = "一、窗口"
table = "windows"

[[section]]
heading = "二、累计"
table = "sums"

[[table]]
id = "windows"
name = "表一"
sheet = "表一"
title = "窗口"
widths = [20, 10, 10]

[[table.block]]
corner = "窗口"
rows = [ROWS, { id = "all", label = "合计", total = true }]
columns = [{ id = "done", label = "办结" }, { id = "late", label = "超期" }]

[[table.rule]]
id = "late"
per = "row"
expr = "late <= done"
text = "超期的不应多于办结的"
basis = "表一"

[[table.rule]]
id = "all"
per = "column"
expr = "all = WINDOWS"
defines = true
text = "合计应等于各窗口之和"
basis = "表一"

[[table]]
id = "sums"
name = "表二"
sheet = "表二"
title = "累计"
widths = [20, 10, 10]

[[table.block]]
corner = "指标"
rows = [{ id = "done", label = "办结" }]
columns = [{ id = "now", label = "本季度" }, { id = "to_date", label = "本年累计" }]

[[table.rule]]
id = "to_date"
per = "row"
expr = "to_date = cumulative.now"
text = "累计应等于上季度累计加本季度"
basis = "表二"

[[rule]]
id = "both"
expr = "sums.done.now = windows.all.done"
text = "两张表应一致"
basis = "表二"
"""
"""A chain of equalities over two tables, the last of which goes on over a year."""


def test_what_adds_up_over_a_year_may_be_many_times_what_it_was():
    """The sum of many cells of another table, beside which the last period had few: no check minds that."""
    names = [f"r{number}" for number in range(30)]
    rows = ", ".join(f'{{ id = "{name}", label = "窗口{name}" }}' for name in names)
    spec = parse_spec(RUNNING.replace("ROWS", rows).replace("WINDOWS", " + ".join(names)), "chained.toml")
    for seed in range(3):
        drawn = plausible.draw_full(spec, Random(seed), "department")
        hold(spec, drawn)
        assert not plausible.find_held_down(spec, drawn, "department")


@pytest.mark.parametrize("edition", ["ogi-2021", "ogi-2019"])
def test_a_full_form_has_a_figure_wherever_the_agency_may_have_one(edition):
    spec = catalog.load_form(edition)
    drawn = plausible.draw_full(spec, Random(1), "department")
    hold(spec, drawn)
    empty = [cell for cell, figure in zip(spec.cells, drawn.this, strict=True) if not figure]
    assert all("department" not in cell.row.levels for cell in empty)
    full = plausible.draw_full(spec, Random(1), "province")
    assert all(full.this)


def test_forms_of_every_shape_are_filled_as_far_as_their_rules_let_them():
    counted = [0, 0]
    for seed in range(20):
        spec = parse_spec(shapes.write_form(Random(seed)), "shape.toml")
        drawn = plausible.draw_full(spec, Random(1), "department")
        hold(spec, drawn)
        counted[0] += sum(map(bool, drawn.this))
        counted[1] += len(drawn.this)
        assert all(plausible.find_held_down(spec, drawn, "department").values())  # each by some rule
    assert counted[0] > 0.85 * counted[1]  # a total of one part, twice which is at most the total, is 0


def test_a_rule_that_only_zeros_satisfy_is_named():
    text = rates.FORM.replace('expr = "rectified <= found"', 'expr = "rectified = found + rectified"')
    spec = parse_spec(text, "hazard_check.toml")
    drawn = plausible.draw_full(spec, Random(1), "department")
    hold(spec, drawn)
    held = plausible.find_held_down(spec, drawn, "department")
    assert held["hazards.fire.found"][0] == "hazards.within@fire"
    assert "hazards.fire.spent" not in held


def test_the_same_chance_gives_the_same_and_agencies_are_of_all_sizes(spec):
    once, again = ([plausible.draw_years(spec, rng) for _ in range(15)] for rng in (Random(3), Random(3)))
    assert once == again
    received = [this[spec.index["applications.received.total"]] for this, *_ in once]
    assert min(received) * 20 < max(received)


def test_a_form_that_no_figures_satisfy_is_told(monkeypatch, spec):
    monkeypatch.setattr(plausible, "_balance", lambda *_: False)
    monkeypatch.setattr(plausible, "_MOST_DRAWN", 2)
    with pytest.raises(ValueError, match="ogi-2021"):
        plausible.draw_years(spec, Random(1))
