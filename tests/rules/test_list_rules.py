"""Rules over lists: what may be said where, what is judged, told, summed and drawn."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forms.list_terms import draw_lines, draw_term, reckon_naively, write_term
from tests.forms.lists import FORM, submit
from xltool.cli.forms import describe_form
from xltool.forms import document
from xltool.forms.checks import name_subject
from xltool.forms.differences import say_terms
from xltool.forms.fault_words import word_fault
from xltool.forms.spec import parse_spec
from xltool.forms.totals import compute_totals, recompute_totals
from xltool.messages import DefinitionError, explain_rule, render, word_rule
from xltool.model import FormSpec, Reading, Submission
from xltool.periods import Period
from xltool.rules.judge import judge_readings
from xltool.rules.plausible import draw_years, find_broken, write_periods
from xltool.workbook.layout_plan import make_plan

RULE = '[[table.rule]]\nid = "{id}"\nexpr = "{expr}"\ntext = "{text}"\nbasis = "审改〔2024〕3号"\n{more}\n'
TOTAL = 'rows = [{ id = "all", label = "办件数", total = true }, { id = "received"'


def make_form(*rules: str, total: bool = True) -> FormSpec:
    """The form of `tests.forms.lists` with a total and rules."""
    text = FORM.replace('rows = [{ id = "received"', TOTAL) if total else FORM
    return parse_spec(text.replace("[[list]]", "\n".join(rules) + "[[list]]", 1), "permit_cases.toml")


def write_rule(expr: str, name: str = "asked", more: str = "", text: str = "准予数应与附表一相同") -> str:
    return RULE.format(id=name, expr=expr, text=text, more=more)


DEFINED = write_rule("all.number = count(cases)", "all", "defines = true")
GRANTED = write_rule("granted.number = count(cases where result = '准予')")
SPEC = make_form(DEFINED, GRANTED)


def fill(spec: FormSpec, results: list[str | None], *figures: int | None, part: str = "") -> Submission:
    """A submission with a case of each result."""
    lines = [(f"{at}", "2024-03-05", result, 150, None, None, None) for at, result in enumerate(results)]
    values = tuple(None if cell.total else figure for cell, figure in zip(spec.cells, [None, *figures], strict=True))
    return recompute_totals(spec, replace(submit(spec, lines, ()), values=values, part=part))


def judge(spec: FormSpec, submission: Submission):
    [reading] = judge_readings(spec, [Reading(submission)])
    return reading.findings


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (write_rule("count(cases) = granted.number"), "stands on the right side of a comparison"),
        (write_rule("sum(cases.fee) <= 1 * granted.number"), "stands on the right side of a comparison"),
        (write_rule("granted = count(cases)", more='per = "column"'), "what a list comes to is one number"),
        (write_rule("granted.number needs count(cases)", more='severity = "warning"'), "'needs' takes no list"),
        (write_rule("granted.number part_of count(cases)"), "stands on the right side of a comparison"),
        (write_rule("if granted.number > count(cases) then received.number > 0"), "a condition compares cells"),
        (write_rule("granted.number = sum(cases.fee)"), "this side joins '件' and '万元'"),
        (write_rule("granted.number = count(case)"), "no list is named 'case'"),
        (write_rule("granted.number = sum(case.fee)"), "has no row 'case'"),
        (write_rule("granted.number = sum(cases.fees)"), "list 'cases' has no column 'fees'"),
        (write_rule("granted.number = count(cases where result = '准')"), "'准' is none of the choices of 'result'"),
        (
            write_rule("granted.number <= 100000 * sum(staff.handled) + 20000 * sum(staff.handled)"),
            "more than 15 digits",
        ),
        (write_rule("all.number = 1 * sum(cases.fee)", "all", "defines = true"), "as fine as what it adds"),
    ],
)
def test_what_may_not_stand_there_is_told_in_both_languages(rule, told):
    with pytest.raises(DefinitionError) as fault:
        make_form(rule, total="all" in rule)
    [only] = fault.value.faults
    assert told in only.message
    for english in filter(None, (only.message, only.hint)):
        assert word_fault(english) != english


def test_a_count_beside_decimals_needs_a_factor():
    rows = 'rows = [{ id = "spent", label = "支出", measure = "money" }, { id = "received"'
    for factor, fits in (("", False), ("1 * ", True)):
        text = FORM.replace('rows = [{ id = "received"', rows)
        rule = write_rule(f"spent.number <= {factor}count(cases)")
        try:
            parse_spec(text.replace("[[list]]", rule + "[[list]]", 1), "permit_cases.toml")
        except DefinitionError as fault:
            assert not fits
            assert "lines are counted in whole numbers" in fault.faults[0].message
        else:
            assert fits


def test_a_total_of_a_list_is_added_up_in_sums():
    never = FORM.replace('rows = [{ id = "received"', TOTAL.replace("= true", '= true, consolidate = "never"'))
    with pytest.raises(DefinitionError, match="its 'consolidate' must be sum"):
        parse_spec(never.replace("[[list]]", DEFINED + "[[list]]", 1), "permit_cases.toml")


def test_rules_are_said_in_words():
    said = {rule.name: word_rule(rule, SPEC) for rule in SPEC.rules}
    assert said["whole.all"].endswith("= 附表一的行数")
    assert said["whole.asked"].endswith("= 附表一“办理结果”为“准予”的行数")
    assert "附表一“办理结果”为“准予”的行数" in explain_rule("whole.asked", SPEC)


def test_what_does_not_agree_is_told_with_list_condition_and_lines():
    found = judge(SPEC, fill(SPEC, ["准予", "不予", "准予", None], 5, 3))
    [broken] = [each for each in found if each.code == "rule.broken"]
    assert "附表一“办理结果”为“准予”的行数 2（第 1、3 行），相差 1" in render(broken, SPEC, make_plan(SPEC).place)
    assert [(each.key, each.proposed) for each in broken.suspects] == [("whole.granted.number", 2)]
    assert [each.code for each in judge(SPEC, fill(SPEC, ["准予", "不予", "准予", None], 5, 2))] == []


def test_a_total_of_a_list_is_computed_and_a_typed_one_told():
    given = fill(SPEC, ["准予"] * 3, 5, 3)
    assert given.values == (3, 5, 3)
    typed = replace(given, values=(4, 5, 3))
    [broken] = judge(SPEC, typed)
    assert [(each.key, each.proposed) for each in broken.suspects] == [("whole.all.number", 3)]
    [computed] = judge(SPEC, replace(given, values=(None, 5, 3)))
    assert computed.code == "total.computed"


def test_of_lists_that_nobody_read_nothing_is_said():
    given = replace(fill(SPEC, [], 5, 3), values=(7, 5, 3), unread_lists=frozenset({"cases", "staff"}))
    assert judge(SPEC, given) == ()
    assert compute_totals(SPEC, given.values) == given.values
    again = document.parse_document(document.dump_document(SPEC, given), lambda _: SPEC).submission
    assert again.unread_lists == given.unread_lists


def test_a_form_in_which_nothing_stands_is_empty():
    assert [each.code for each in judge(SPEC, fill(SPEC, [], None, None))][:1] == ["form.empty"]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_residuals_are_what_is_said_naively(data):
    plain = make_form(total=False)
    row_list = data.draw(st.sampled_from(plain.lists))
    term, factor = data.draw(draw_term(row_list)), data.draw(st.sampled_from(["1 * ", "0.5 * ", "-2 * "]))
    sign = "-" if factor.startswith("-") else ""
    spec = make_form(
        write_rule(f"received.number = granted.number {sign or '+'} {factor.lstrip('-')}{write_term(row_list, term)}"),
        total=False,
    )
    lines, figures = data.draw(draw_lines(row_list)), data.draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))
    given_lines = replace(submit(spec, (), ()), values=figures, lists={row_list.id: lines} if lines else {})
    number = reckon_naively(term, row_list, lines, Period(2024))
    scale = 1 if term.column is None else row_list.columns[row_list.find_column(term.column)].measure.scale
    by = {"1 * ": 10, "0.5 * ": 5, "-2 * ": -20}[factor]
    residual = (figures[0] - figures[1]) * 10 * scale - by * number
    broken = [each for each in judge(spec, given_lines) if each.code == "rule.broken"]
    assert bool(broken) == bool(residual)
    if broken:
        gap = broken[0].data["left"] - broken[0].data["right"]
        assert gap * 10 * scale == residual * 10 ** spec.rules[0].linear.decimals


def test_drawn_figures_satisfy_rules_over_drawn_lines():
    spec = make_form(DEFINED, GRANTED, write_rule("received.number >= all.number + 1 * sum(staff.handled)", "more"))
    drawn = draw_years(spec, Random(1))
    this, before = write_periods(spec, submit(spec).agency, drawn, {})
    assert this.values[0] == len(this.lists["cases"])
    assert find_broken(spec, drawn.this, drawn.before) == []
    for each in (this, before):
        assert [found for found in judge(spec, each) if found.code == "rule.broken"] == []


def test_a_form_as_json_names_the_lists_of_its_rules():
    told = {rule["id"]: rule.get("lists") for rule in describe_form(SPEC)["rules"]}
    assert told == {"whole.all": ["cases"], "whole.asked": ["cases"]}
    other = make_form(DEFINED, GRANTED.replace("'准予'", "'不予'"))
    assert say_terms(other.rules[1], {}) != say_terms(SPEC.rules[1], {})
    assert name_subject(SPEC.rules[1], SPEC) == "表一、附表一"
