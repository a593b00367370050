"""What the formulas show, for figures small enough to be reckoned by hand.

That LibreOffice agrees is asked in test_recalculation.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests import figures
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.forms.text import excel_length
from xltool.model import NOT_APPLICABLE, FormSpec, Submission, Value
from xltool.workbook.cached_values import compute_cached_values, to_cached_figure
from xltool.workbook.formula import list_formulas
from xltool.workbook.helpers import place_sums
from xltool.workbook.layout_plan import (
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    LENGTH_COLUMN,
    RIGHT_COLUMN,
    TO_DO_TOP,
    VERDICT_COLUMN,
    WHY_COLUMN,
    Plan,
    Spot,
    make_plan,
)

BALANCE = "applications.balance@enterprise"


@pytest.fixture
def layout(spec: FormSpec) -> Plan:
    return make_plan(spec)


@pytest.fixture
def right(spec: FormSpec) -> Submission:
    return figures.submission(spec, figures.consistent(spec, Random(5)))


def changed(submission: Submission, spec: FormSpec, **values: Value) -> Submission:
    """With other figures; `__` stands for the dots of a key."""
    found = list(submission.values)
    for key, value in values.items():
        found[spec.index[key.replace("__", ".")]] = value
    return replace(submission, values=tuple(found))


def line(layout: Plan, found: dict[Spot, object], name: str) -> tuple[object, ...]:
    return tuple(
        found[Spot(CHECKS, layout.lines[name], column)]
        for column in (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN)
    )


def count(layout: Plan, found: dict[Spot, object], name: str) -> tuple[object, ...]:
    return tuple(found[Spot(CHECKS, layout.lines[name], column)] for column in (LEFT_COLUMN, VERDICT_COLUMN))


@pytest.mark.parametrize("edition", ["spec", "spec_2019"])
def test_every_formula_has_a_result_and_nothing_else_has(edition, request):
    spec = request.getfixturevalue(edition)
    found = compute_cached_values(make_plan(spec), figures.submission(spec, figures.consistent(spec, Random(5))))
    assert set(found) == set(list_formulas(make_plan(spec)))


def test_figures_that_hold(layout, right):
    found = compute_cached_values(layout, right)
    assert found[layout.state] == "可以报送"
    assert found[layout.states["表三 依申请公开"]] == "校验结果：可以报送"
    left, other, difference, verdict = line(layout, found, BALANCE)
    assert left == other
    assert (difference, verdict) == (0, "通过")
    assert {found[word.spot] for word in layout.words} == {"通过"}


def test_helpers_repeat_what_is_there_and_add_it_up_once_it_is_whole(layout, spec, right):
    left = changed(right, spec, disputes__review__upheld=NOT_APPLICABLE, disputes__direct__upheld=None)
    found, made = compute_cached_values(layout, left), place_sums(layout)
    assert [found[layout.copies[f"disputes.{row}.upheld"]] for row in ("review", "direct")] == ["/", ""]
    for row in ("review", "direct"):
        run = tuple(f"disputes.{row}.{column}" for column in ("upheld", "corrected", "other", "pending"))
        assert found[made[run]] == found[layout.cells[f"disputes.{row}.total"]]
    assert found[layout.cells["disputes.direct.total"]] == ""


def test_totals_are_computed_and_not_taken(layout, spec, right):
    found = compute_cached_values(
        layout, changed(right, spec, applications__received__total=10**9, disputes__review__total=None)
    )
    assert found == compute_cached_values(layout, right)
    key = "applications.received.total"
    assert found[layout.cells[key]] == right.values[spec.index[key]]


def test_a_rule_that_does_not_hold(layout, spec, right):
    received = right.values[spec.index["applications.received.enterprise"]]
    found = compute_cached_values(layout, changed(right, spec, applications__received__enterprise=received + 7))
    left, other, difference, verdict = line(layout, found, BALANCE)
    assert (left - other, difference, verdict) == (7, 7, "不平")
    assert found[layout.state] == "还有 2 行必须改"  # the column and 总计
    words = {word.spot.address: found[word.spot] for word in layout.words if BALANCE in word.checks}
    assert words == {"E31": "不平，差 7"}


def test_a_blank_is_not_zero(layout, spec, right):
    found = compute_cached_values(layout, changed(right, spec, applications__received__enterprise=None))
    assert line(layout, found, BALANCE) == ("", "", "", "未填全")
    assert found[layout.cells["applications.received.total"]] == ""
    assert line(layout, found, "applications.balance@total") == ("", "", "", "未填全")
    assert count(layout, found, "cell.blank@applications") == (1, "需核实")
    assert found[layout.state] == "还没有填：1 个数"


def test_not_applicable_counts_as_zero(layout, spec, right):
    zero = changed(right, spec, disputes__review__upheld=0)
    slash = changed(right, spec, disputes__review__upheld=NOT_APPLICABLE)
    copy = layout.copies["disputes.review.upheld"]
    told, expected = compute_cached_values(layout, slash), compute_cached_values(layout, zero) | {copy: "/"}
    assert count(layout, told, "cell.not_applicable@disputes") == (1, "需核实")
    other = {spot for spot in expected if expected[spot] != told[spot]}
    line = layout.lines["cell.not_applicable@disputes"]
    assert {spot for spot in other if spot.sheet == CHECKS and spot.row == line}
    helpers = {layout.ranks["cell.not_applicable@disputes"], layout.to_do[0], layout.tallies["asks"]}
    to_do = {spot for spot in other if spot.sheet == CHECKS and spot.row == TO_DO_TOP}
    assert helpers < other and told[Spot(CHECKS, TO_DO_TOP, WHY_COLUMN)] == f"在第 {line + 1} 行写说明"
    elsewhere = {told[spot] for spot in other - helpers - to_do if spot.sheet != CHECKS or spot.row != line}
    assert elsewhere == {"还有 1 行需说明", "校验结果：还有 1 行需说明"}


def test_everything_blank(layout, spec):
    found = compute_cached_values(layout, Submission(spec.id, 2024, figures.AGENCY, (None,) * len(spec.cells)))
    assert count(layout, found, "form.empty") == (1, "须改")
    assert count(layout, found, "table.empty@applications") == (1, "随整表")
    assert count(layout, found, "cell.blank@applications") == (144, "随整表")
    assert count(layout, found, "text.missing") == (3, "需核实")
    assert found[layout.state] == "还没有填：166 个数、3 段文字"
    assert {
        found[Spot(CHECKS, layout.lines[rule.name], VERDICT_COLUMN)] for rule in spec.rules if not rule.linear.prior
    } == {"未填全"}
    assert {found[layout.cells[cell.key]] for cell in spec.cells if cell.total} == {""}


def test_what_one_line_tells_at_large_is_told_on_no_other(layout, spec, right):
    inputs = [cell.key for cell in spec.cells if cell.table.id == "disputes" and not cell.total]
    blank = dict.fromkeys((key.replace(".", "__") for key in inputs), None)
    told = {"cell.blank@disputes": "没有发生"}
    for given in (changed(right, spec, **blank), replace(changed(right, spec, **blank), explanations=told)):
        found = compute_cached_values(layout, given)
        assert count(layout, found, "form.empty") == (0, "通过")
        assert count(layout, found, "table.empty@disputes") == (1, "须改")
        assert count(layout, found, "cell.blank@disputes") == (len(inputs), "随整表")
        assert found[layout.state] == f"还没有填：{len(inputs)} 个数"
        assert [found[Spot(CHECKS, TO_DO_TOP + at, 2)] for at in range(2)] == ["表四", ""]
    some = changed(right, spec, **{key: value for key, value in blank.items() if not key.endswith("direct__upheld")})
    assert count(layout, compute_cached_values(layout, some), "cell.blank@disputes") == (len(inputs) - 1, "需核实")


def test_what_is_to_be_done_stands_above_all_lines_errors_first(layout, spec, right):
    received = right.values[spec.index["applications.received.enterprise"]]
    wrong = changed(right, spec, applications__received__enterprise=received + 7, disputes__review__upheld=-1)
    found = compute_cached_values(layout, replace(wrong, texts={}))
    listed = [found[Spot(CHECKS, TO_DO_TOP + at, 2)] for at in range(len(layout.to_do))]
    names = [c.name for c in layout.checks if found[layout.ranks[c.name]] != ""]
    order = sorted(names, key=lambda name: found[layout.ranks[name]])
    subjects = {check.name: check.subject for check in layout.checks}
    assert listed == [subjects[name] for name in order][: len(listed)] + [""] * (len(listed) - len(order))
    grades = [found[Spot(CHECKS, TO_DO_TOP + at, 1)] for at in range(len(order[: len(listed)]))]
    assert grades == sorted(grades, key=["强制", "核实"].index) and grades[0] == "强制"


def test_a_text_in_place_of_a_figure_stands_there_and_is_wrong(layout, spec, right):
    key = "disputes.review.upheld"
    blank = changed(right, spec, disputes__review__upheld=None)
    found = compute_cached_values(layout, blank, typed={key: "3件"})
    assert found[layout.copies[key]] == "3件"
    assert count(layout, found, "number.text@disputes") == (1, "须改")
    assert count(layout, found, "cell.blank@disputes") == (0, "通过")
    assert found[layout.state] == "还有 1 行必须改"
    empty = Submission(spec.id, 2024, figures.AGENCY, (None,) * len(spec.cells))
    found = compute_cached_values(layout, empty, typed={key: "3件"})
    assert count(layout, found, "form.empty") == count(layout, found, "table.empty@disputes") == (0, "通过")
    assert count(layout, found, "table.empty@applications") == (1, "须改")


def test_figures_beyond_their_measure(layout, spec, right):
    found = compute_cached_values(
        layout, changed(right, spec, disputes__review__upheld=-1, disputes__direct__upheld=10**9)
    )
    assert count(layout, found, "number.text@disputes") == (2, "须改")
    assert found[layout.cells["disputes.direct.total"]] >= 10**9


def test_amounts_that_look_like_another_unit(layout, spec, right):
    for value, number in (
        (9999_000000, 0),
        (10000_000000, 1),
        (10000_500000, 0),
        (251000_000000, 1),
        (NOT_APPLICABLE, 0),
        (None, 0),
    ):
        found = compute_cached_values(layout, changed(right, spec, disclosure__fees__amount=value))
        assert count(layout, found, "amount.doubtful@disclosure")[0] == number, value


def test_levels_that_may_not_make_regulations(layout, spec, right):
    given = changed(right, spec, disclosure__regulations__issued=2, disclosure__regulations__in_force=3)
    found = compute_cached_values(layout, given)
    assert count(layout, found, "cell.level@disclosure") == (2, "须改")
    city = replace(given, agency=replace(given.agency, level="city"))
    assert count(layout, compute_cached_values(layout, city), "cell.level@disclosure") == (0, "通过")


def test_a_warning_with_and_without_its_reason(layout, spec, right):
    asked = changed(
        right, spec, disclosure__normative_documents__issued=500, disclosure__normative_documents__in_force=1
    )
    found = compute_cached_values(layout, asked)
    broken = [key for key in layout.explanations if found[Spot(CHECKS, layout.lines[key], VERDICT_COLUMN)] == "需核实"]
    assert len(broken) == 1
    told = compute_cached_values(layout, replace(asked, explanations={broken[0]: "属实。"}))
    assert told[Spot(CHECKS, layout.lines[broken[0]], VERDICT_COLUMN)] == "已说明"
    assert told[layout.state] == "可以报送"
    error = replace(changed(right, spec, applications__received__enterprise=10**6), explanations={BALANCE: "属实。"})
    assert line(layout, compute_cached_values(layout, error), BALANCE)[3] == "不平"


def test_lengths_are_counted_as_excel_counts_them(layout, right):
    spot = Spot(TEXTS, layout.texts["preface"].row, LENGTH_COLUMN)
    for text, number in (("", 0), ("两行\n字", 4), ("𠮷", 2), ("a" * 300, 300)):
        assert compute_cached_values(layout, replace(right, texts=right.texts | {"preface": text}))[spot] == number
    assert excel_length("\ud842") == 1


def test_figures_as_doubles_of_15_digits(spec):
    amount, cell = spec.cell("disclosure.fees.amount"), spec.cell("applications.received.other")
    assert to_cached_figure(78_156100, amount) == 78.1561
    assert to_cached_figure(999_999_999_999999, amount) == 999999999.999999
    assert to_cached_figure(5_000000, amount) == 5
    assert (to_cached_figure(12, cell), type(to_cached_figure(12, cell))) == (12, int)
    assert (to_cached_figure(None, cell), to_cached_figure(NOT_APPLICABLE, cell)) == ("", "/")
