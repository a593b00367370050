"""Figures that are compiled of a ledger: every rule of the other form holds, every figure has its cases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.ledgers import (
    CATEGORIES,
    FORM,
    LIST,
    PLAN,
    RESULTS,
    count_naively,
    draw_case,
    submit,
    write_row,
)
from xltool import api
from xltool.model import ListRow, Reading
from xltool.periods import Period
from xltool.rules.compiling import compile_lines, find_compiled_differences, name_case
from xltool.rules.list_faults import judge_lists

SPEC = api.form("ogi-2021")
CASES = st.lists(draw_case(), max_size=12)
COMPILED_TABLES = {"applications", "disputes"}


def compile_cases(cases):
    submission = submit(cases)
    return compile_lines(PLAN, submission, Period(2024)), submission.lists[LIST.id]


def list_named(compilation, rows):
    return {key: [name_case(PLAN, rows, at) for at in lines] for key, lines in compilation.lines.items()}


@settings(max_examples=300, deadline=None)
@given(CASES)
def test_each_figure_is_the_number_of_its_cases_and_every_rule_holds(cases):
    compilation, rows = compile_cases(cases)
    named, values = list_named(compilation, rows), compilation.submission.values
    inputs = {cell.key for cell in SPEC.cells if cell.table.id in COMPILED_TABLES and not cell.total}
    naive = count_naively(cases)
    assert {key: found for key, found in named.items() if found and key in inputs} == naive
    assert set(named) == {cell.key for cell in SPEC.cells if cell.table.id in COMPILED_TABLES}
    assert {key: values[SPEC.index[key]] for key in named} == {key: len(found) for key, found in named.items()}
    assert all(values[at] is None for at, cell in enumerate(SPEC.cells) if cell.table.id not in COMPILED_TABLES)
    [judged] = api.check([Reading(compilation.submission, ())])
    broken = [found for found in judged.findings if found.rule is not None and found.severity == "error"]
    assert broken == []


@settings(max_examples=300, deadline=None)
@given(st.lists(draw_case(), min_size=1, max_size=8), st.data())
def test_one_case_that_changes_shows_in_its_own_cells_alone(cases, data):
    """Whoever asked, the result or the days: whatever cell the case is in now or was before, and no other."""
    at = data.draw(st.integers(0, len(cases) - 1))
    kind = data.draw(st.sampled_from(["category", "result", "case"]))
    changed = dict(cases[at])
    match kind:
        case "category":
            changed["category"] = data.draw(st.sampled_from([*CATEGORIES]))
        case "result" if "result" in changed:
            changed["result"] = data.draw(st.sampled_from([*RESULTS]))
        case _:
            changed = data.draw(draw_case())
    before, rows = compile_cases(cases)
    after, _ = compile_cases([*cases[:at], changed, *cases[at + 1 :]])
    was, now = list_named(before, rows), list_named(after, rows)
    moved = {key for key in was if (f"{at + 1}" in was[key]) != (f"{at + 1}" in now[key])}
    differing = {each.key for each in find_compiled_differences(after, before.submission)}
    assert differing == moved
    assert {key for key in was if was[key] != now[key]} == moved
    alone = count_naively([cases[at]]).keys() ^ count_naively([changed]).keys()
    assert {key for key in moved if not SPEC.cell(key).total} == alone


def test_cells_that_another_has_otherwise_or_not_at_all():
    compilation, _ = compile_cases([{"received": date(2024, 5, 6), "category": "自然人"}])
    values = list(compilation.submission.values)
    values[SPEC.index["applications.received.natural_person"]] = 2
    values[SPEC.index["disputes.review.upheld"]] = None
    values[SPEC.index["disclosure.fees.amount"]] = 5
    found = find_compiled_differences(compilation, replace(compilation.submission, values=tuple(values)))
    assert [(each.key, each.compiled, each.filled) for each in found] == [
        ("applications.received.natural_person", 1, 2),
        ("disputes.review.upheld", 0, None),
    ]


def test_a_case_without_a_number_is_called_by_its_line_and_one_of_a_sum_by_its_agency_too():
    row = write_row("3", {"received": date(2024, 5, 6), "category": "自然人"})
    nameless = ListRow((None, *row.contents[1:]))
    assert name_case(PLAN, [row, nameless], 2) == "第 2 行"
    assert name_case(PLAN, [replace(row, agency="样例局")], 1) == "样例局 3"


RECEIVED = date(2024, 5, 6)
WRONG = {
    "an answer without its result": ({"answered": RECEIVED}, "list.lone", "答复结果", "答复日期"),
    "a result without its day": ({"result": "予以公开"}, "list.lone", "答复日期", "答复结果"),
    "mended, and never asked": ({"mended": RECEIVED}, "list.lone", "补正告知日期", "补正收到日期"),
    "an answer before the case": (
        {"answered": RECEIVED - timedelta(days=1), "result": "予以公开"},
        "list.order",
        "答复日期",
        "收到日期",
    ),
    "an opinion before it was asked for": (
        {"consulted_on": RECEIVED + timedelta(days=9), "consulted_until": RECEIVED + timedelta(days=8)},
        "list.order",
        "征求意见收到日期",
        "征求意见发出日期",
    ),
}


@pytest.mark.parametrize(("columns", "code", "column", "other"), WRONG.values(), ids=WRONG)
def test_what_contradicts_itself_in_a_line_is_told_by_line_and_columns(columns, code, column, other):
    right = {"received": RECEIVED, "category": "自然人"}
    [found] = judge_lists(FORM, submit([right, right | columns, right]), ())
    assert (found.code, found.severity) == (code, "error")
    assert (found.data["column"], found.data["lines"]) == (column, "2")
    said = api.message(found, FORM)
    assert "第 2 行" in said and f"“{column}”" in said and f"“{other}”" in said


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_nothing_is_told_of_lines_in_which_nothing_is_wrong(cases):
    assert list(judge_lists(FORM, submit(cases), ())) == []
