from __future__ import annotations

from random import Random

import pytest

from tests import figures
from xltool.forms import catalog
from xltool.rules import causes, exchanges, opinions, validate
from xltool.rules.cause import MAX_SUSPECTS
from xltool.rules.stack import stack_values


def suspects(spec, values):
    """What is suspected for each broken rule."""
    given = figures.submission(spec, values)
    (broken,) = validate.find_broken_rules(spec, [given], stack_values([given.values]))
    found = causes.find_causes(spec, given.values, None, broken)
    return {f.rule: f.suspects for f in causes.explain_findings(broken, found)}


def corrupted(rng, value):
    """Another figure than the true one, as hands and heads make them."""
    digits = str(value)
    candidates = {0, value + 1, value + rng.randrange(1, 1000), value * 10, int(digits[::-1]), int(digits + digits[-1])}
    candidates |= {max(0, value - rng.randrange(1, 50)), int(digits[:-1] or 0), rng.randrange(1000)}
    return rng.choice(sorted(candidates - {value}))


def trials(spec, seed, count):
    """One wrong cell among true figures, totals typed: (key, true value, values)."""
    rng = Random(seed)
    keys = [cell.key for cell in spec.cells if cell.table.id != "disclosure"]
    pool = [figures.consistent(spec, rng) for _ in range(50)]
    for _ in range(count):
        true = rng.choice(pool)
        key = rng.choice(keys)
        yield key, true[key], true | {key: corrupted(rng, true[key])}


@pytest.mark.parametrize("edition", ["ogi-2021", "ogi-2019"])
def test_one_wrong_cell_is_found_or_in_the_set_and_a_single_one_is_never_wrong(spec, spec_2019, edition):
    form = spec if edition == "ogi-2021" else spec_2019
    tried = list(trials(form, 7, 10_000 if form is spec else 2_000))
    given = [figures.submission(form, values) for _, _, values in tried]
    found = validate.find_broken_rules(form, given, stack_values([submission.values for submission in given]))
    single = several = 0
    for (key, true, values), submission, broken in zip(tried, given, found, strict=True):
        why = causes.find_causes(form, submission.values, None, broken)
        errors = [f for f in causes.explain_findings(broken, why) if f.severity == "error"]
        assert errors
        for named in (error.suspects for error in errors):
            assert (key, true) in [(suspect.key, suspect.proposed) for suspect in named]
            assert all(suspect.value == values[suspect.key] for suspect in named)
            single += len(named) == 1
            several += len(named) > 1
    assert single > 10 * several > 0


def test_in_table_3_the_wrong_cell_is_always_found_alone(spec):
    for key, true, values in trials(spec, 8, 500):
        if key.startswith("applications."):
            (named,) = {
                tuple((s.key, s.proposed) for s in each)
                for name, each in suspects(spec, values).items()
                if "share" not in name
            }
            assert named == ((key, true),)


def zeros(spec, **changes):
    return {cell.key: 0 for cell in spec.cells} | changes


def test_where_several_cells_explain_it_the_witnessed_come_first_and_none_is_left_out(spec):
    values = zeros(spec) | {"disputes.review.upheld": 5}
    (named,) = suspects(spec, values).values()
    assert [(s.key, s.proposed) for s in named] == [("disputes.review.total", 5), ("disputes.review.upheld", 0)]
    assert named[0].why == "合计为 0，而分项之和不为 0；改这一格可使勾稽关系平衡，但共有 2 格都可以，仅凭算术不能确定"
    assert named[1].why == "改这一格可使勾稽关系平衡，但共有 2 格都可以，仅凭算术不能确定"


def test_a_lone_explanation_says_so(spec):
    (named,) = suspects(spec, zeros(spec) | {"disputes.review.upheld": 5, "disputes.review.other": 6}).values()
    assert [(s.key, s.value, s.proposed, s.why) for s in named] == [
        ("disputes.review.total", 0, 11, "只改这一格，相关的勾稽关系就全部平衡")
    ]


@pytest.mark.parametrize(
    ("typed", "true", "why"),
    [
        (21, 12, "相邻两位数字可能写颠倒"),
        (321, 123, "改这一格"),  # not beside each other
        (123, 13, "可能多写或漏写一位数字"),
        (13, 123, "可能多写或漏写一位数字"),
        (19, 12, "改这一格"),
        (10, 0, "改这一格"),
    ],
)
def test_slips_of_digits(spec, typed, true, why):
    values = zeros(spec) | {
        "disputes.direct.pending": typed,
        "disputes.direct.upheld": 200,
        "disputes.direct.total": 200 + true,
    }
    named = suspects(spec, values)["disputes.outcomes@direct"]
    assert next(s for s in named if s.key == "disputes.direct.pending").why.startswith(why)


def test_a_figure_that_no_cell_may_hold_is_not_proposed(spec):
    most = spec.cell("disputes.review.total").measure.maximum
    parts = {"disputes.review.upheld": most, "disputes.review.corrected": 1, "disputes.review.total": 0}
    assert set(suspects(spec, zeros(spec) | parts).values()) == {()}
    parts["disputes.review.corrected"] = 0
    (named,) = suspects(spec, zeros(spec) | parts).values()
    assert [(s.key, s.proposed) for s in named] == [("disputes.review.total", most), ("disputes.review.upheld", 0)]


SUM = """
id = "sum-of-parts"
title = "合计表"
authority = "县政府办公室"
basis = "办字〔2024〕1号"
years = [2024]

[measure.count]
unit = "件"
decimals = 0

[[section]]
heading = "一、数据"
table = "sums"

[[table]]
id = "sums"
name = "表一"
sheet = "表一"
title = "合计"
widths = [30, 20]

[[table.block]]
corner = "项目"
rows = [PARTS{ id = "whole", label = "合计", total = true }]
columns = [{ id = "n", label = "件数" }]

[[table.rule]]
id = "whole"
per = "column"
expr = "whole = SUM"
defines = true
text = "合计等于各项之和"
basis = "办字〔2024〕1号"
"""


def sum_of(count):
    """A form of one sum of so many parts."""
    parts = "".join(f'{{ id = "p{at}", label = "第{at}项" }}, ' for at in range(count))
    text = SUM.replace("PARTS", parts).replace("SUM", " + ".join(f"p{at}" for at in range(count)))
    return catalog.parse_form(text, "sum_of_parts.toml")


@pytest.mark.parametrize(("parts", "named"), [(5, 6), (6, 0), (9, 0)])
def test_more_cells_than_help_are_a_group_of_which_none_is_named(parts, named):
    """All cells of a sum that is missed explain it alike: six are named, of seven none, but all are the group."""
    form = sum_of(parts)
    values = {f"sums.p{at}.n": 44 for at in range(parts)} | {"sums.whole.n": 44 * parts + 6}
    found = suspects(form, values)["sums.whole@n"]
    assert {s.key for s in found} == set(form.index)
    opinion = opinions.Opinion("error", (0,), found)
    assert len(opinions.find_named(opinion)) == named and not opinions.find_pointed(opinion)


def test_of_more_cells_than_help_the_witnessed_are_named_but_not_all(spec):
    """Each part may have had two digits swapped: 21 for 12."""
    form = sum_of(9)
    values = {f"sums.p{at}.n": 21 if at < 8 else 40 for at in range(9)} | {"sums.whole.n": 8 * 21 + 40 - 9}
    found = suspects(form, values)["sums.whole@n"]
    assert [(s.key, s.proposed) for s in found[:8]] == [(f"sums.p{at}.n", 12) for at in range(8)]
    assert [s.why.startswith("相邻两位数字可能写颠倒；改这一格可使") for s in found] == [True] * 8 + [False] * 2
    assert opinions.find_named(opinions.Opinion("error", (0,), found)) == found[:MAX_SUSPECTS]
    values |= {f"sums.p{at}.n": 40 for at in range(2, 8)} | {"sums.whole.n": 2 * 21 + 7 * 40 - 9}
    found = suspects(form, values)["sums.whole@n"]
    assert [s.key for s in found[:2]] == ["sums.p0.n", "sums.p1.n"] and len(found) == 10
    assert opinions.find_named(opinions.Opinion("error", (0,), found)) == found[:2]


def test_two_wrong_cells_are_told_apart_where_each_mends_what_it_broke(spec):
    true = figures.consistent(spec, Random(1))
    values = true | {key: true[key] + 3 for key in ("applications.granted.other", "applications.received.research")}
    named = {tuple((s.key, s.proposed) for s in each) for each in suspects(spec, values).values()}
    assert named == {((key, true[key]),) for key in ("applications.granted.other", "applications.received.research")}


@pytest.mark.parametrize(("applicants", "words"), [(1, "这两格的数"), (2, "这两行的数")])
def test_rows_mixed_up_beside_a_slip_are_one_opinion_and_the_slip_another(spec, applicants, words):
    values = figures.consistent(spec, Random(1))
    mixed = [
        f"applications.{row}.{name}" for row in ("granted", "received") for name in figures.APPLICANTS[:applicants]
    ]
    values |= {key: 40 + 7 * at for at, key in enumerate(mixed)}
    values = figures.summed(spec, values)
    for name in figures.APPLICANTS[:applicants]:  # so that the balances hold
        done, kept = (values[f"applications.{row}.{name}"] for row in ("processed_total", "carried_out"))
        values[f"applications.carried_in.{name}"] = done + kept - values[f"applications.received.{name}"]
    true = figures.summed(spec, values)
    typed = dict(true)
    for one, two in zip(mixed[:applicants], mixed[applicants:], strict=True):
        typed |= {one: true[two], two: true[one]}
    slip = "applications.declined_repeat.total"
    typed[slip] += 5
    named = {tuple((s.key, s.proposed) for s in each) for each in suspects(spec, typed).values()}
    assert named == {
        tuple(sorted(((key, true[key]) for key in mixed), key=lambda item: spec.index[item[0]])),
        ((slip, true[slip]),),
    }
    (why,) = {each[0].why for each in suspects(spec, typed).values() if len(each) > 1}
    assert why.startswith(f"{words}可能填颠倒了：互换后")


def test_two_wrong_cells_of_one_row_are_both_named_and_not_its_total(spec):
    values = figures.consistent(spec, Random(1))
    true = dict(values)
    keys = ("applications.granted.research", "applications.granted.other")
    values |= {keys[0]: true[keys[0]] + 4, keys[1]: true[keys[1]] + 3}
    (named,) = set(suspects(spec, values).values())
    assert [(s.key, s.proposed) for s in named] == [(key, true[key]) for key in keys]
    assert {s.why for s in named} == {"这 2 格都要改，只有这样相关的勾稽关系才全部平衡"}


def test_groups_do_not_disturb_each_other(spec):
    values = figures.consistent(spec, Random(2))
    true = dict(values)
    for key in ("applications.granted.other", "disputes.review.total"):
        values[key] += 7
    found = suspects(spec, values)
    assert [(s.key, s.proposed) for s in found["applications.applicants@granted"]] == [
        ("applications.granted.other", true["applications.granted.other"])
    ]
    assert ("disputes.review.total", true["disputes.review.total"]) in [
        (s.key, s.proposed) for s in found["disputes.outcomes@review"]
    ]


def test_a_blank_elsewhere_leaves_what_can_be_judged_explained(spec):
    values = figures.consistent(spec, Random(3))
    values["disputes.review.total"] += 1
    values["applications.granted.other"] += 1
    values["applications.received.enterprise"] = None
    found = suspects(spec, values)
    assert [s.key for s in found["applications.applicants@granted"]] == ["applications.granted.other"]
    assert found["disputes.outcomes@review"]


def test_where_totals_are_computed_the_inputs_of_a_column_are_alike(spec):
    """A wrong input and the totals that the workbook made of it: the balance breaks in its column and in 总计."""
    values = figures.consistent(spec, Random(4))
    values["applications.received.enterprise"] += 1000
    found = suspects(spec, figures.summed(spec, values))
    assert found.keys() >= {"applications.balance@enterprise", "applications.balance@total"}
    for named in found.values():
        assert len(named) != 1 or "仅凭算术不能确定" in named[0].why
        assert all(".enterprise" in s.key for s in named)


def test_proposals_are_figures_that_the_cell_can_hold(spec):
    values = zeros(spec) | {"disputes.review.upheld": 3, "disputes.review.total": 9}
    named = suspects(spec, values)["disputes.outcomes@review"]
    assert {(s.key, s.proposed) for s in named} == {
        ("disputes.review.total", 3),
        ("disputes.review.upheld", 9),
        *((f"disputes.review.{outcome}", 6) for outcome in ("corrected", "other", "pending")),
    }
    values = zeros(spec) | {"disputes.review.upheld": 3, "disputes.review.corrected": 3}
    (named,) = suspects(spec, values).values()
    assert [s.key for s in named] == ["disputes.review.total"]


def large_form(rows, columns):
    """A table with totals both ways."""
    cells = "".join(f'{{ id = "r{at}", label = "第{at}项" }}, ' for at in range(rows))
    heads = "".join(f'{{ id = "c{at}", label = "第{at}栏" }}, ' for at in range(columns))
    text = SUM.replace("PARTS", cells).replace("SUM", " + ".join(f"r{at}" for at in range(rows)))
    text = text.replace('[{ id = "n", label = "件数" }]', f'[{heads}{{ id = "n", label = "总计", total = true }}]')
    text = text.replace("widths = [30, 20]", f"widths = {[1] * (columns + 2)}")
    across = " + ".join(f"c{at}" for at in range(columns))
    text += f'[[table.rule]]\nid = "across"\nper = "row"\nexpr = "n = {across}"\ndefines = true\ntext = "总计"\n'
    return catalog.parse_form(f'{text}basis = "办字〔2024〕1号"\n', "sum_of_parts.toml")


def test_a_large_form_is_looked_through_within_bounds():
    form = large_form(300, 12)
    values = {cell.key: 1 for cell in form.cells}
    values |= {f"sums.r{at}.n": 12 for at in range(300)} | {f"sums.whole.c{at}": 300 for at in range(12)}
    values |= {"sums.whole.n": 3600, "sums.r7.c3": 5}
    found = suspects(form, values)
    assert {tuple((s.key, s.proposed) for s in each) for each in found.values()} == {(("sums.r7.c3", 1),)}
    listed = exchanges.find_exchanges(form)
    assert exchanges.MOST_PAIRS * 0.9 < len(listed.first) <= exchanges.MOST_PAIRS
    nearest = [abs(form.index["sums.r0.c0"] - form.index["sums.r1.c0"])] * 12
    assert (listed.second - listed.first)[:12].tolist() == nearest


def test_a_cell_that_would_break_what_another_mended_is_none_of_the_causes(spec):
    """Of a row and a column that two wrong cells have in common, no third cell is put forward."""
    values = figures.consistent(spec, Random(9))
    true = dict(values)
    values["applications.granted.other"] += 5
    values["applications.granted.total"] += 5
    named = {s.key for each in suspects(spec, values).values() for s in each if len(each) == 1}
    assert named <= {"applications.granted.other", "applications.granted.total"}
    assert all(s.proposed == true[s.key] for each in suspects(spec, values).values() for s in each if len(each) == 1)


def test_cells_without_lines_have_nothing_to_exchange():
    form = sum_of(1)
    values = {"sums.p0.n": 4, "sums.whole.n": 6}
    assert len(exchanges.find_exchanges(form).first) == 0
    assert suspects(form, values)["sums.whole@n"]
