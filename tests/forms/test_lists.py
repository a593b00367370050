"""Lists of unknown length: what a definition may say of them, what is held of lines, their document, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.forms.lists import CASES, FORM, make_form, submit
from xltool.forms import differences, document, list_rows
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError, render
from xltool.model import Agency, ListContent, ListRow, Reading, Submission
from xltool.rules.judge import judge_readings

SPEC = make_form()
CASES_LIST, STAFF_LIST = SPEC.lists
EMPTY: tuple[ListContent, ...] = (None,) * 7


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("limit = 40", "limit = 0", "'limit' must be 1 to 1990 lines"),
        ("limit = 40", "limit = 1991", "'limit' must be 1 to 1990 lines"),
        ("widths = [6, 20, 12]", "widths = [6, 20]", "list 'staff' prints 3 columns with the serial"),
        ('id = "staff"', 'id = "whole"', "'whole' is the id of a table or list already"),
        ('sheet = "附表二 人员"', 'sheet = "附表一 办件"', "is the sheet of a table or list already"),
        ('sheet = "附表二 人员"', 'sheet = "校验"', "is kept for a sheet of the workbook itself"),
        ('id = "handled"', 'id = "agency"', "'agency' is the column that sums have besides"),
        ('label = "经办件数"', 'label = "填报单位"', "'填报单位' is the column that sums have besides"),
        ('label = "经办件数"', 'label = "姓名"', "'姓名' is given twice as a label of one list"),
        ('id = "handled"', 'id = "name"', "'name' is given twice as a column of one list"),
        ('list = "staff"', 'list = "stuff"', "no list is named 'stuff'"),
        ('list = "staff"', 'list = "cases"', "list 'cases' stands in 2 sections; it must stand in one"),
        ('list = "staff"', "", "a section holds either 'texts' or one 'table' or one 'list'"),
        ('"是否网办", kind', '"是否网办", unique = true, kind', "what is chosen of a list cannot be 'unique'"),
        ("longest = 20,", "longest = 300,", "what is 'unique' has at most 200 signs"),
        ('"准予", "不予"', '"办理结果", "不予"', "'办理结果' is a choice of this column"),
        ('"是否网办", kind', '"是否网办", consolidate = "count", kind', "its columns have no 'consolidate'"),
        ('measure = "money", total', 'measure = "mony", total', "no measure is named 'mony'"),
        ('kind = "date", earliest', 'kind = "dates", earliest', "'kind' must be choice, several, yes_no, date or text"),
        ('serial = "编号"', 'serials = "编号"', "a list of lines has no field 'serials'"),
    ],
)  # fmt: skip
def test_faults_of_lists_are_told(old: str, new: str, told: str) -> None:
    assert FORM.count(old) >= 1
    with pytest.raises(DefinitionError) as caught:
        parse_spec(FORM.replace(old, new, 1), "permit_cases.toml")
    assert told in str(caught.value)


def parse(text: bytes) -> Reading:
    return document.parse_document(text, lambda _: SPEC)


def test_a_document_holds_every_line() -> None:
    submission = submit(SPEC, [*CASES, EMPTY, CASES[0]])
    data = document.dump_document(SPEC, submission)
    lines = json.loads(data)["lists"]["cases"]
    assert (lines[0]["fee"], lines[2]["fee"], lines[3]) == (12.5, None, None)
    assert parse(data).submission == submission
    assert parse(document.dump_document(SPEC, submit(SPEC, [*CASES, EMPTY]))).submission == submit(SPEC)


@pytest.mark.parametrize(
    ("column", "written", "held", "codes"),
    [
        ("fee", 12.5, 1250, []),
        ("fee", "１２.5", 1250, ["list.normalised"]),
        ("fee", 1.005, "1.005", ["list.invalid"]),
        ("fee", 10000, 1000000, []),
        ("fee", 10000.01, 1000001, ["list.invalid"]),
        ("fee", -1, -100, ["list.invalid"]),
        ("fee", "/", "/", ["list.invalid"]),
        ("fee", "约三万", "约三万", ["list.invalid"]),
        ("early", -400, -400, []),
        ("early", -401, -401, ["list.invalid"]),
        ("received", "2024.3.5", "2024-03-05", ["list.normalised"]),
        ("received", "2024-02-30", "2024-02-30", ["list.invalid"]),
        ("received", "2025-01-01", "2025-01-01", ["list.invalid"]),
        ("received", None, None, ["list.missing"]),
        ("result", " 准予 ", "准予", []),
        ("result", "准", "准", ["list.invalid"]),
        ("online", "√", "是", ["list.normalised"]),
        ("number", "审〔2024〕2号", "审〔2024〕2号", ["list.repeated"]),
        ("remark", "长" * 60, "长" * 60, []),
        ("remark", "长" * 61, "长" * 61, ["list.invalid"]),
    ],
)
def test_what_a_document_says_is_held_and_judged(
    column: str, written: object, held: ListContent, codes: list[str]
) -> None:
    given = json.loads(document.dump_document(SPEC, submit(SPEC)))
    given["lists"]["cases"][0][column] = written
    [judged] = judge_readings(SPEC, [parse(json.dumps(given).encode())])
    assert judged.submission is not None
    at = CASES_LIST.find_column(column)
    assert at is not None
    assert judged.submission.lists["cases"][0].contents[at] == held
    assert [found.code for found in judged.findings] == codes
    for found in judged.findings:
        assert "附表一" in render(found, SPEC, None)


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ({"case": []}, "case"),
        ({"cases": {}}, "应为一列行"),
        ({"cases": [[]]}, "应为一组键值"),
        ({"cases": [{"fees": 1}]}, "没有这一栏，最接近的是 fee"),
        ({"cases": [{"agency": "县教育局"}]}, "没有这一栏"),
        ({"cases": [{"fee": True}]}, "应为数"),
        ({"cases": [{"fee": [1]}]}, "应为数"),
        ({"cases": [{"number": 1}]}, "应为文字"),
    ],
)
def test_what_is_no_list_of_lines_is_refused(lists: object, told: str) -> None:
    given = json.loads(document.dump_document(SPEC, submit(SPEC)))
    reading = parse(json.dumps({**given, "lists": lists}).encode())
    assert reading.submission is None
    assert told in render(reading.findings[0], None, None)


def judge(cases: Sequence[Sequence[ListContent]]) -> list[str]:
    [judged] = judge_readings(SPEC, [Reading(submit(SPEC, cases))])
    return [f"{found.severity} {render(found, SPEC, None)}" for found in judged.findings]


def test_each_fault_of_a_column_is_told_once_with_its_lines() -> None:
    bare = (None, None, None, 100, None, None, None)
    said = judge([*CASES, bare, EMPTY, bare])
    assert sum("没有填：第 4、6 行" in each for each in said) == 2
    assert any(each.startswith("info") and "空着 1 行：第 5 行" in each for each in said)
    alike = [("a-1", "2024-01-01", None, None, None, None, None), ("A-1", "2024-01-01", None, None, None, None, None)]
    [said_of] = judge([*CASES, *alike])
    assert "有 1 行与前面的行相同：第 4、5 行都是“a-1”" in said_of


def test_more_lines_than_the_limit_are_kept_and_faulted() -> None:
    lines = [(f"{at}", "2024-01-01", None, None, None, None, None) for at in range(41)]
    [said] = judge(lines)
    assert "附表一有 41 行，最多 40 行" in said
    assert len(submit(SPEC, lines).lists["cases"]) == 41


def test_a_sum_is_asked_nothing() -> None:
    submission = replace(submit(SPEC, [EMPTY, (None, None, "x", 1, None, None, None)]), scope="consolidated")
    [judged] = judge_readings(SPEC, [Reading(submission)])
    assert judged.findings == ()


def test_lines_of_sums_bear_the_names_of_both() -> None:
    gathered: dict[str, list[ListRow]] = {}
    list_rows.append_lines(gathered, submit(SPEC, [CASES[0], EMPTY, CASES[1]]))
    county = Submission(
        "permit-cases", 2024, Agency("1", "甲县", "county"), (), lists={"cases": tuple(gathered["cases"])}
    )
    whole: dict[str, list[ListRow]] = {}
    list_rows.append_lines(whole, county)
    assert [line.contents for line in whole["cases"]] == [CASES[0], CASES[1]]
    assert {line.agency for line in whole["cases"]} == {"甲县 / 县行政审批局"}


def test_differences_are_told_by_line_and_column() -> None:
    old, new = submit(SPEC), submit(SPEC, [CASES[0], (*CASES[1][:3], 7, *CASES[1][4:]), CASES[2], CASES[0]])
    told = [(each.where, each.was, each.now) for each in list_rows.find_different_lines(SPEC, old, new)]
    assert told[0] == ("附表一第 2 行“收费（万元）”", "0", "0.07")
    assert told[1][:2] == ("附表一第 4 行", "空行")
    assert list(list_rows.find_different_lines(SPEC, old, submit(SPEC))) == []


def test_what_is_drawn_is_right() -> None:
    drawn = replace(submit(SPEC), lists=list_rows.draw_lines(SPEC, 2024))
    [judged] = judge_readings(SPEC, [Reading(drawn)])
    assert judged.findings == ()
    assert [len(lines) for lines in drawn.lists.values()] == [3, 3]
    assert list_rows.sum_column(drawn.lists["staff"], 1) == 6
    assert STAFF_LIST.columns[1].total


def test_editions_are_compared_list_by_list() -> None:
    text = FORM.replace('label = "备注", kind = "text", longest = 60', 'label = "备注", kind = "yes_no"')
    text = text.replace("limit = 10", "limit = 20")
    after = parse_spec(text, "permit_cases.toml")
    told = {(each.change, each.kind, each.detail) for each in differences.compare_forms(SPEC, after).differences}
    assert told == {("changed", "column", "文字 → 选项：是／否"), ("changed", "table", "行数 10 → 20")}
    assert differences.compare_forms(SPEC, SPEC).differences == ()
