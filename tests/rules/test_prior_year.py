from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests import figures
from xltool import api
from xltool.forms import catalog, document
from xltool.model import NOT_APPLICABLE, Reading
from xltool.rules import prior_year
from xltool.rules.judge import judge_readings

CODES = ("654221-000", "654221-015", "654221-016", "654221-017", "654221-101", "654221-102")


def sample(year, code):
    return api.read((catalog.data_folder("samples") / str(year) / f"{code}.json").read_bytes())


def judge(spec, this, last, form=None):
    """The findings of one year's figures beside those of the year before."""
    prior = replace(figures.submission(form or spec, last), year=2023)
    (found,) = judge_readings(spec, [Reading(figures.submission(spec, this))], [prior])
    return found.findings


def ruled(spec, this, last, form=None):
    """Those of rules alone: random figures jump, and years that continue each other are the same here but for a few."""
    return [found for found in judge(spec, this, last, form) if found.code not in {"prior.jump", "prior.copied"}]


def continued(spec, rng):
    """A year's figures and those of the year before, of which nothing is told."""
    this = figures.consistent(spec, rng)
    last = dict(this)
    for column in (*figures.APPLICANTS, "total"):
        last[f"applications.carried_out.{column}"] = this[f"applications.carried_in.{column}"]
    for row in ("regulations", "normative_documents"):
        key = f"disclosure.{row}"
        if f"{key}.in_force" in this:
            this[f"{key}.repealed"] = min(this[f"{key}.repealed"], this[f"{key}.in_force"])
            last[f"{key}.in_force"] = this[f"{key}.in_force"] + this[f"{key}.repealed"] - this[f"{key}.issued"]
    return this, last


@pytest.mark.parametrize("seed", range(10))
def test_a_year_that_continues_the_last_breaks_no_rule(spec, spec_2019, seed):
    for form in (spec, spec_2019):
        assert ruled(form, *continued(form, Random(seed))) == []


def told(findings):
    return [(f.rule or f.code, f.severity) for f in findings]


def test_what_is_in_force_follows_from_last_year(spec):
    this, last = continued(spec, Random(1))
    this["disclosure.normative_documents.in_force"] += 1
    (found,) = ruled(spec, this, last)
    assert told([found]) == [("disclosure.in_force_carried@normative_documents", "error")]
    message = api.message(found, spec)
    assert "上年的现行有效件数" in message
    assert "相差 1" in message
    assert {key.rpartition(".")[2] for key in found.keys} == {"issued", "repealed", "in_force"}


def test_more_repealed_than_there_was(spec):
    this, last = continued(spec, Random(1))
    this |= dict.fromkeys((f"disclosure.normative_documents.{column}" for column in ("issued", "in_force")), 0)
    this["disclosure.normative_documents.repealed"] = 3
    last["disclosure.normative_documents.in_force"] = 2
    assert told(ruled(spec, this, last)) == [
        ("disclosure.in_force_carried@normative_documents", "error"),
        ("disclosure.repealed@normative_documents", "error"),
    ]


def test_carried_in_is_an_error_in_the_total_and_a_warning_by_applicant(spec):
    this, last = continued(spec, Random(2))
    last["applications.carried_out.research"] += 1
    last["applications.carried_out.total"] += 1
    assert told(ruled(spec, this, last)) == [
        ("applications.carried_in@total", "error"),
        ("applications.carried_in_applicants@research", "warning"),
    ]
    last["applications.carried_out.welfare"] -= 1  # reclassified: the total is right again
    last["applications.carried_out.total"] -= 1
    assert told(ruled(spec, this, last)) == [
        ("applications.carried_in_applicants@research", "warning"),
        ("applications.carried_in_applicants@welfare", "warning"),
    ]


@pytest.mark.parametrize("body", figures.BODIES)
def test_fewer_cases_than_were_pending(spec, body):
    this, last = continued(spec, Random(3))
    last[f"disputes.{body}.pending"] = this[f"disputes.{body}.total"] + 1
    assert told(ruled(spec, this, last)) == [(f"disputes.pending@{body}", "warning")]


def lonely(spec):
    """A year with nothing but one case of 行政复议, after a year with nothing at all."""
    this = dict.fromkeys(spec.index, 0) | {"disputes.review.upheld": 1, "disputes.review.total": 1}
    return this, dict.fromkeys(spec.index, 0)


def test_cases_need_applications_in_this_year_or_the_last(spec):
    this, last = lonely(spec)
    (found,) = judge(spec, this, last)
    assert told([found]) == [("disputes_need_applications", "warning")]
    assert "本年新收 0 + 上年结转 0 + 上年的新收 0" in api.message(found, spec)
    for row in ("received", "carried_in"):
        assert judge(spec, this, last | {f"applications.{row}.total": 1}) == ()


def test_without_last_year_cases_need_applications_in_this_one(spec):
    this, _ = lonely(spec)
    reading = Reading(figures.submission(spec, this))
    (alone,) = judge_readings(spec, [reading])
    (blank,) = judge_readings(spec, [reading], [figures.submission(spec, {})])
    assert told(alone.findings) == [("disputes_need_applications", "warning")]
    assert "上年的" not in api.message(alone.findings[0], spec)
    assert alone == blank


def test_where_last_year_lacks_just_the_figures_of_a_rule_it_is_told_of_this_year_alone(spec):
    this, last = lonely(spec)
    some = last | {key: None for key in last if key.startswith("applications.received.")}
    assert "上年的新收 0 + 上年的上年结转 0" in api.message(judge(spec, this, some)[0], spec)
    last |= {key: None for key in last if key.startswith(("applications.received.", "applications.carried_in."))}
    (found,) = judge(spec, this, last)
    assert told([found]) == [("disputes_need_applications", "warning")]
    assert "上年的" not in api.message(found, spec)


def test_without_last_year_everything_is_as_ever(spec):
    rng = Random(8)
    readings = []
    for _ in range(30):
        values = dict(figures.consistent(spec, rng))
        for key in rng.sample(list(values), rng.choice([0, 1, 20])):
            values[key] = rng.choice([None, 0, values[key] + 5, NOT_APPLICABLE])
        readings.append(Reading(figures.submission(spec, values)))
    assert judge_readings(spec, readings, [None] * 30) == judge_readings(spec, readings)
    mixed = judge_readings(spec, readings, [None, *(reading.submission for reading in readings[1:])])
    assert mixed[0] == judge_readings(spec, readings)[0]
    assert [judge_readings(spec, [r], [r.submission])[0] for r in readings[1:]] == mixed[1:]


def test_another_edition_is_compared_where_it_has_the_same_cells(spec, spec_2019):
    this, _ = continued(spec, Random(4))
    last = figures.consistent(spec_2019, Random(4))
    for column in (*figures.APPLICANTS, "total"):
        last[f"applications.carried_out.{column}"] = this[f"applications.carried_in.{column}"]
    for body in figures.BODIES:
        last[f"disputes.{body}.pending"] = 0
    assert not ruled(spec, this, last, spec_2019)
    last["applications.carried_out.total"] += 1
    assert [f.rule for f in ruled(spec, this, last, spec_2019)] == ["applications.carried_in@total"]
    aligned = dict(zip(spec.index, prior_year.align_prior(spec, figures.submission(spec_2019, last)), strict=True))
    shared = spec.index.keys() & spec_2019.index.keys()
    compared = {key for key in shared if spec.cell(key).table.id != "disclosure"}  # table 2 counted otherwise then
    assert compared and shared - compared
    assert {key for key, value in aligned.items() if value is not None} == compared


@pytest.mark.parametrize(
    ("decimals", "last", "this"),
    [
        (2, 1234, 12_340_000),
        (6, 12_345_678, 12_345_678),
        (0, -7, -7_000_000),
        (2, None, None),
        (2, NOT_APPLICABLE, NOT_APPLICABLE),
    ],
)
def test_another_scale_of_last_year_is_converted(decimals, last, this, monkeypatch):
    key = "disclosure.fees.amount"
    spec, other = scaled(6, "ogi-finer"), scaled(decimals, "ogi-scaled")
    monkeypatch.setattr(catalog, "load_form", {other.id: other}.__getitem__)
    given = figures.submission(other, {key: last})
    assert prior_year.align_prior(spec, given)[spec.index[key]] == this


@pytest.mark.parametrize(("last", "this"), [(1_230_000, 123), (12_345_678, None), (1, None), (9_999, None), (0, 0)])
def test_a_finer_figure_of_last_year_is_blank_and_not_rounded(last, this, monkeypatch):
    key = "disclosure.fees.amount"
    coarse, other = scaled(2, "ogi-coarse"), scaled(6, "ogi-finer")
    monkeypatch.setattr(catalog, "load_form", {other.id: other}.__getitem__)
    given = figures.submission(other, {key: last})
    assert prior_year.align_prior(coarse, given)[coarse.index[key]] == this


def test_last_year_of_the_same_form_needs_no_catalogue(spec):
    unlisted = replace(spec, id="ogi-unlisted")
    given = figures.submission(unlisted, {"disclosure.fees.amount": 5})
    assert prior_year.align_prior(unlisted, given)[spec.index["disclosure.fees.amount"]] == 5


def scaled(decimals, form_id):
    """The form as another edition with other decimals of its amounts, whose tables can all be compared."""
    text = (catalog.data_folder("workbook_templates") / "ogi_2021.toml").read_text("utf-8")
    changed = text.replace("decimals = 6", f"decimals = {decimals}").replace('id = "ogi-2021"', f'id = "{form_id}"', 1)
    assert changed.count(form_id) == 1 and (decimals == 6 or "decimals = 6" not in changed)
    changed = changed.replace("this_edition_only = true", "this_edition_only = false")
    return catalog.parse_form(changed, f"{form_id.replace('-', '_')}.toml")


def test_blank_totals_of_last_year_are_computed(spec):
    this, last = continued(spec, Random(5))
    inputs = {key: value for key, value in last.items() if not spec.cell(key).total}
    assert ruled(spec, this, inputs) == []


@pytest.mark.parametrize(
    ("this", "last", "jumps"),
    [
        (300, 30, False),  # ten times is not more than ten times
        (301, 30, True),
        (30, 300, False),
        (29, 300, True),
        (20, 1, False),  # a difference of 19
        (21, 1, True),
        (20, 0, True),
        (19, 0, False),
        (0, 20, True),
        (5, 5, False),
        (None, 300, False),
        (300, None, False),
        (NOT_APPLICABLE, 300, False),
        (300, NOT_APPLICABLE, False),
    ],
)
def test_what_jumped(spec, this, last, jumps):
    key = "disclosure.penalties.decisions"
    found = [f for f in judge(spec, {key: this}, {key: last}) if f.code == "prior.jump"]
    assert [f.keys for f in found] == ([(key,)] if jumps else [])
    if found:
        assert f"填的是 {this}，上年是 {last}，" in api.message(found[0], spec)


def test_money_jumps_by_its_unit(spec):
    key, scale = "disclosure.fees.amount", 10**6
    for this, last, jumps in (
        (20 * scale, 1, True),
        (20 * scale - 1, 1, True),
        (19 * scale, 1, False),
        (78156100, 7815610, False),
    ):
        found = [f for f in judge(spec, {key: this}, {key: last}) if f.code == "prior.jump"]
        assert bool(found) is (jumps and this - last >= 20 * scale), (this, last)


def test_changes_of_the_2019_edition_do_not_jump(spec_2019):
    signed = next(cell.key for cell in spec_2019.cells if cell.measure.signed)
    assert not [f for f in judge(spec_2019, {signed: 500}, {signed: -3}) if f.code == "prior.jump"]


def test_a_total_is_named_only_when_none_of_its_inputs_is(spec):
    parts = [f"applications.granted.{column}" for column in figures.APPLICANTS]
    one = dict.fromkeys(spec.index, 0) | {parts[0]: 50, "applications.granted.total": 50}
    few = dict.fromkeys(spec.index, 0) | dict.fromkeys(parts, 6) | {"applications.granted.total": 36}
    nothing = dict.fromkeys(spec.index, 0)
    for this, expected in ((one, [parts[0]]), (few, ["applications.granted.total"])):
        assert [f.keys[0] for f in judge(spec, this, nothing) if f.code == "prior.jump"] == expected


@pytest.mark.parametrize("code", CODES)
def test_the_sample_county_continues(spec, code):
    (found,) = api.check([sample(2024, code)], [sample(2023, code).submission])
    errors = [f.rule for f in found.findings if f.severity == "error"]
    if code != "654221-102":
        assert found.findings == ()
    else:
        assert errors == [
            "disclosure.in_force_carried@normative_documents",
            "applications.balance@natural_person",
            "applications.balance@total",
        ]


def test_two_published_years(shared, spec):
    this, last = (
        document.parse_document(
            (shared / "reports" / f"hongze_{year}.json").read_bytes(),
            lambda form_id: spec if form_id == spec.id else None,
        )
        for year in (2024, 2023)
    )
    (found,) = api.check([this], [last.submission])
    assert not [f for f in found.findings if f.severity == "error"]
    assert {f.keys for f in found.findings if f.code == "prior.jump"} == {
        ("disclosure.licensing.decisions",),
        ("applications.granted.natural_person",),
    }


def test_priors_of_several_forms_stay_with_their_readings(spec, spec_2019):
    this, last = continued(spec, Random(6))
    old, before = continued(spec_2019, Random(6))
    before["applications.carried_out.total"] += 1
    readings = [Reading(figures.submission(spec_2019, old)), Reading(None), Reading(figures.submission(spec, this))]
    found = api.check(readings, [figures.submission(spec_2019, before), None, figures.submission(spec, last)])
    assert told(f for f in found[0].findings if f.rule) == [("applications.carried_in@total", "error")]
    assert found[1] == readings[1]
    assert not [f for f in found[2].findings if f.rule]


ROW, A, D = "disclosure.normative_documents", "applications", "disputes"


def tell_grades(spec, this, last):
    """The grade of each rule and code told of two years, given as inputs by key, all others zero."""
    zeros = dict.fromkeys(spec.index, 0)
    one = figures.submission(spec, figures.summed(spec, zeros | this))
    prior = None if last is None else replace(figures.submission(spec, figures.summed(spec, zeros | last)), year=2023)
    [judged] = judge_readings(spec, [Reading(one)], [prior])
    return {(found.rule or found.code).partition("@")[0]: found.severity for found in judged.findings}


@pytest.mark.parametrize(
    ("this", "last", "name", "severity"),
    [
        (
            {f"{A}.carried_in.other": 3, f"{A}.granted.other": 3},
            {f"{A}.carried_out.other": 2, f"{A}.received.other": 4},
            "applications.carried_in",
            "error",
        ),
        (
            {f"{A}.carried_in.other": 2, f"{A}.granted.other": 2},
            {f"{A}.carried_out.research": 2, f"{A}.received.research": 4},
            "applications.carried_in_applicants",
            "warning",
        ),
        ({f"{ROW}.issued": 1, f"{ROW}.in_force": 5}, {f"{ROW}.in_force": 5}, "disclosure.in_force_carried", "error"),
        ({f"{ROW}.repealed": 6}, {f"{ROW}.in_force": 5}, "disclosure.repealed", "error"),
        ({f"{ROW}.issued": 2, f"{ROW}.in_force": 1}, None, "disclosure.in_force", "warning"),
        ({"disclosure.licensing.decisions": 231}, {"disclosure.licensing.decisions": 23}, "prior.jump", "warning"),
        ({"disclosure.licensing.decisions": 2}, {"disclosure.licensing.decisions": 23}, "prior.jump", "warning"),
        (
            {f"{D}.review.upheld": 1, f"{A}.received.other": 1, f"{A}.granted.other": 1},
            {f"{D}.review.pending": 2, f"{A}.received.other": 9, f"{A}.granted.other": 9},
            "disputes.pending",
            "warning",
        ),
        ({f"{D}.direct.other": 1}, {}, "disputes_need_applications", "warning"),
        (
            {f"{A}.received.other": 3, f"{A}.granted.other": 1, f"{A}.carried_out.other": 2},
            None,
            "applications.carried_out_share",
            "warning",
        ),
        (
            {f"{A}.received.other": 9, f"{A}.granted.other": 7, f"{A}.other_rest.other": 2},
            None,
            "applications.other_share",
            "warning",
        ),
        ({"disclosure.fees.amount": 10_000_000_000}, None, "amount.doubtful", "warning"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_one_step_over_the_edge_is_told_with_its_grade(spec, this, last, name, severity):
    assert tell_grades(spec, this, last).get(name) == severity


@pytest.mark.parametrize(
    ("this", "last", "name"),
    [
        (
            {f"{A}.carried_in.other": 2, f"{A}.granted.other": 2},
            {f"{A}.carried_out.other": 2, f"{A}.received.other": 4},
            "applications.carried_in",
        ),
        ({f"{ROW}.issued": 1, f"{ROW}.in_force": 6}, {f"{ROW}.in_force": 5}, "disclosure.in_force_carried"),
        ({f"{ROW}.repealed": 5}, {f"{ROW}.in_force": 5}, "disclosure.repealed"),
        ({f"{ROW}.issued": 2, f"{ROW}.in_force": 2}, None, "disclosure.in_force"),
        ({"disclosure.licensing.decisions": 230}, {"disclosure.licensing.decisions": 23}, "prior.jump"),
        ({"disclosure.licensing.decisions": 20}, {"disclosure.licensing.decisions": 1}, "prior.jump"),
        ({f"{D}.review.upheld": 2}, {f"{D}.review.pending": 2}, "disputes.pending"),
        ({f"{D}.direct.other": 1}, {f"{A}.received.other": 1, f"{A}.granted.other": 1}, "disputes_need_applications"),
        (
            {f"{A}.received.other": 4, f"{A}.granted.other": 2, f"{A}.carried_out.other": 2},
            None,
            "applications.carried_out_share",
        ),
        (
            {f"{A}.received.other": 10, f"{A}.granted.other": 8, f"{A}.other_rest.other": 2},
            None,
            "applications.other_share",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_at_the_edge_nothing_is_told(spec, this, last, name):
    assert name not in tell_grades(spec, this, last)


def test_no_rule_about_last_year_is_told_without_it(spec):
    """Each that looks at last year alone; needs is content with this year's applications."""
    across = {rule.id for rule in spec.rules if rule.linear.prior and rule.linear.alone is None}
    assert across == {
        "disclosure.in_force_carried",
        "disclosure.repealed",
        "applications.carried_in",
        "applications.carried_in_applicants",
        "disputes.pending",
    }
    values = {f"{A}.carried_in.other": 3, f"{A}.granted.other": 3, f"{ROW}.repealed": 7}
    assert across.isdisjoint(tell_grades(spec, values, None))
