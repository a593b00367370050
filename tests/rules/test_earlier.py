"""The month before, the same month of last year and what is added up over a year, in judging, workbooks and texts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

import xltool
from tests.monthly import fill_in, form_text, write_forms
from tests.workbook import calc
from xltool import api
from xltool.forms import catalog
from xltool.forms.references import find_unresolved, resolve_references
from xltool.forms.sheet_names import CHECKS
from xltool.messages import DefinitionError, name_rule, word_rule
from xltool.model import CARRIED, YEAR_AGO, Reading
from xltool.periods import Period
from xltool.rules.prior_year import join_earlier
from xltool.workbook.formula import list_formulas
from xltool.workbook.layout_plan import VERDICT_COLUMN, Spot, make_plan
from xltool.workbook.stamp import Master

JANUARY, MAY, DECEMBER = Period(2024, "01"), Period(2024, "05"), Period(2023, "12")


@pytest.fixture(autouse=True)
def _forms(tmp_path, monkeypatch):
    monkeypatch.setenv("XLTOOL_FORMS", str(write_forms(tmp_path / "forms", "month")))


def april(**figures):
    right = {"persons__now": 5, "persons__to_date": 20, "finished__now": 4, "finished__to_date": 15, "waiting__now": 3}
    return fill_in(MAY.before, **right | figures)


def a_year_ago(**figures):
    return fill_in(MAY.last_year, **{"persons__now": 8, "finished__now": 6} | figures)


def may(**figures):
    right = {"persons__now": 7, "persons__to_date": 27, "persons__year_ago": 8}
    right |= {"finished__now": 6, "finished__to_date": 21, "finished__year_ago": 6, "waiting__now": 4}
    return fill_in(MAY, **right | figures)


def broken(submission, prior=None):
    [reading] = api.check([Reading(submission)], [prior])
    return {found.rule: found for found in reading.findings if found.code == "rule.broken"}


def both():
    return join_earlier(MAY, april(), a_year_ago())


def test_what_agrees_with_both_earlier_months_is_right():
    assert not broken(may(), both())


@pytest.mark.parametrize(
    ("wrong", "rules", "said"),
    [
        ({"finished__to_date": 22}, {"cases.to_date@finished"}, "上月的本年累计 15"),
        ({"finished__year_ago": 7}, {"cases.year_ago@finished"}, "上年同期的本期 6"),
        ({"waiting__now": 5}, {"cases.balance"}, "上月的期末在办 3"),
    ],
)
def test_what_does_not_is_told_with_the_earlier_figure(wrong, rules, said):
    found = broken(may(**wrong), both())
    assert set(found) == rules
    spec = catalog.load_form("window-month")
    assert said in xltool.message(found[next(iter(rules))], spec)


def test_half_of_last_years_is_asked_about():
    found = broken(may(persons__now=3, persons__to_date=23, waiting__now=0), both())
    assert set(found) == {"cases.halved"} and found["cases.halved"].severity == "warning"


def test_what_differs_from_the_month_before_is_called_so():
    assert name_rule("prior.jump", catalog.load_form("window-month")) == "与上月相差悬殊"


def test_without_earlier_months_their_rules_are_silent():
    wrong = may(finished__to_date=22, finished__year_ago=7, waiting__now=5)
    assert not broken(wrong)
    assert set(broken(wrong, april())) == {"cases.to_date@finished", "cases.balance"}
    assert set(broken(wrong, join_earlier(MAY, None, a_year_ago()))) == {"cases.year_ago@finished"}


def test_january_begins_anew():
    right = fill_in(JANUARY, persons__now=4, persons__to_date=4, finished__now=3, finished__to_date=3, waiting__now=1)
    spec = catalog.load_form("window-month")
    at = spec.index["cases.finished.to_date"]
    wrong = replace(right, values=(*right.values[:at], 9, *right.values[at + 1 :]))
    assert not broken(right)
    assert set(broken(wrong)) == {"cases.to_date@finished"}
    last = fill_in(DECEMBER, finished__to_date=99, persons__to_date=99)
    assert not broken(right, last)
    assert set(broken(wrong, last)) == {"cases.to_date@finished"}


def test_the_workbook_of_january_compares_with_nothing_and_says_so():
    data = xltool.fill(fill_in(JANUARY))
    reading = xltool.read(data)
    assert reading.findings == () and reading.submission.part == "01"
    spec = catalog.load_form("window-month")
    assert make_plan(spec, True).earlier
    assert xltool.read(xltool.fill(fill_in(MAY))).submission.part == "05"


def test_a_stamped_blank_is_what_the_writer_makes():
    spec = catalog.load_form("window-month")
    prior, agency = both(), may().agency
    for period, earlier in ((MAY, prior), (MAY, None), (JANUARY, None)):
        stamped = Master(spec, period).stamp(agency, "0001-abc", earlier)
        blank = replace(fill_in(period), values=(None,) * len(spec.cells), texts={}, serial="0001-abc", source="")
        assert stamped == xltool.fill(blank, earlier)


def test_libreoffice_agrees_with_python(tmp_path):
    calc.require_office()
    spec, rng = catalog.load_form("window-month"), Random(5)
    plan = make_plan(spec, True)
    files, wanted = {}, {}
    for number in range(24):
        period = JANUARY if number % 4 == 0 else MAY
        before = fill_in(
            period.before, **{"persons__to_date": 20, "waiting__now": 3, "finished__to_date": rng.choice([15, 16])}
        )
        ago = fill_in(period.last_year, persons__now=8, finished__now=6) if number % 3 else None
        prior = None if number % 5 == 4 else join_earlier(period, before, ago)
        mine = fill_in(
            period,
            persons__now=7,
            persons__to_date=rng.choice([7, 27]),
            persons__year_ago=rng.choice([8, 9]),
            finished__now=6,
            finished__to_date=rng.choice([6, 21]),
            finished__year_ago=rng.choice([6, 0]),
            waiting__now=rng.choice([4, 5]),
        )
        if number == 7:
            mine = replace(mine, values=(None, *mine.values[1:]))
        data = xltool.fill(mine, prior)
        files[str(number)], wanted[str(number)] = calc.spoiled(data), calc.shown(data)
    assert set(list_formulas(plan)) & set(plan.earlier.values()) == set()
    computed = calc.recalculated(files, tmp_path)
    verdicts = set()
    for name, seen in computed.items():
        for spot, content in seen.items():
            assert content == wanted[name].get(spot), (name, spot)
        verdicts |= {seen.get(Spot(CHECKS, line, VERDICT_COLUMN)) for line in plan.lines.values()}
    assert {"通过", "不平", "无上月数", "需核实"} <= verdicts


def test_texts_name_figures_of_both_earlier_months():
    spec, prior = catalog.load_form("window-month"), both()
    text = (
        "受理{cases.received.now}件，上月{prior.cases.received.now}件，上年同期{same_last_year.cases.received.now}件，"
    )
    text += "比上月{change.cases.received.now}件；{上年同期 表一 受理合计 本期}、{上月 表一 受理合计 本期}、"
    text += "{比上月 表一 受理合计 本期}件。"
    mine = replace(may(), texts={"problems": text})
    assert resolve_references(spec, mine, prior).texts["problems"] == (
        "受理7件，上月5件，上年同期8件，比上月增加2件；8、5、增加2件。"
    )
    [lost] = find_unresolved("{same_last_year.cases.received.now}", spec, mine, april())
    assert lost.why == "没有上年同期的数，不能引用"


def test_a_rule_in_words():
    spec = catalog.load_form("window-month")
    rules = {rule.name: word_rule(rule, spec) for rule in spec.rules}
    assert rules["cases.to_date@persons"] == "本年累计 = 本期 + 上月的本年累计"
    assert rules["cases.year_ago@persons"] == "上年同期 = 上年同期的本期"
    keys = {key for rule in spec.rules for key in rule.linear.keys}
    assert {key for key in keys if key.startswith(CARRIED)} == {
        f"{CARRIED}cases.{row}.to_date" for row in ("persons", "firms", "received", "finished")
    }
    assert f"{YEAR_AGO}cases.received.now" in keys


@pytest.mark.parametrize(
    ("every", "expr", "fault"),
    [
        (
            "year",
            "finished.now = same_last_year.finished.now",
            "'same_last_year.' is for forms that are reported several",
        ),
        (
            "school_year",
            "finished.to_date = cumulative.finished.now",
            "'cumulative.' is for forms that are reported several",
        ),
        ("once", "finished.now <= prior.finished.now", "a form that is reported once has nothing to compare with"),
        ("month", "finished.to_date <= cumulative.finished.now", "'cumulative.' stands alone"),
        ("month", "finished.to_date = cumulative.finished.now + finished.now", "'cumulative.' stands alone"),
        ("month", "finished.to_date + finished.now = cumulative.finished.now", "'cumulative.' stands alone"),
        ("month", "finished.to_date = 2 * cumulative.finished.now", "'cumulative.' stands alone"),
        ("month", "finished.to_date = cumulative.finished.no", "table 'cases' has no column 'no'"),
    ],
)
def test_faults_stand_at_their_place(every, expr, fault):
    rule = f'\n[[table.rule]]\nid = "more"\nexpr = "{expr}"\ntext = "x"\nbasis = "x"\n'
    with pytest.raises(DefinitionError) as told:
        catalog.parse_form(form_text(every) + rule, f"window_{every}.toml")
    [found] = told.value.faults
    assert found.message.startswith(fault) or fault in str(told.value)
    assert found.line == (form_text(every) + rule).splitlines().index(f'expr = "{expr}"') + 1
    assert "^" in str(told.value)


def test_a_row_that_is_called_cumulative_stays_a_row():
    text = form_text("month").replace('"finished"', '"cumulative"').replace("finished", "cumulative")
    spec = catalog.parse_form(text, "window_month.toml")
    [balance] = [rule for rule in spec.rules if rule.id == "cases.balance"]
    assert "cases.cumulative.now" in balance.linear.keys
