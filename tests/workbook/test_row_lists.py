"""Lists of unknown length in the workbook: written, saved again by others, moved, read; what 校验 counts of them."""

from __future__ import annotations

import io
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forms.lists import CASES, FORM, STAFF, make_form, submit
from tests.workbook import calc
from tests.workbook.tamper import by_openpyxl, tampered
from xltool.forms.sheet_names import CHECKS
from xltool.forms.spec import parse_spec
from xltool.messages import render
from xltool.model import ListContent, ListRow, Reading, Submission
from xltool.reader.read import read_workbook
from xltool.rules.judge import judge_readings
from xltool.workbook import cached_values
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import LEFT_COLUMN, LIST_HEAD, Spot, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.write import write_workbook

SPEC = make_form()
PLAN = make_plan(SPEC)
CASES_SHEET, STAFF_SHEET = (each.sheet for each in SPEC.lists)
EMPTY: tuple[ListContent, ...] = (None,) * 7
WRONG: tuple[tuple[ListContent, ...], ...] = (
    *CASES,
    EMPTY,
    ("003", "2023-12-31", "准了", -5, 401, "y", "长" * 61),
    (None, "2024-01-01", "准予", "约三万", "1.5", None, "𠮷" * 30),
    ("A*1", None, None, 1000001, None, None, None),
    ("a*1", "2024-02-29", None, 1000000, None, None, None),
    ("AB1", "2024-02-29", None, None, None, None, None),
)
"""Lines of which much is wrong; AB1 is not what A*1 is."""


def read(data: bytes) -> Reading:
    return read_workbook(data, lambda _: SPEC, lambda _: ())


def judge(data: bytes) -> Reading:
    [judged] = judge_readings(SPEC, [read(data)])
    assert judged.submission is not None
    return judged


def save_again(data: bytes) -> bytes:
    return by_openpyxl(lambda _: None, data)


texts = st.text(st.sampled_from(string.ascii_letters + string.digits + "审〔〕号，。 -=+@'<&"), max_size=20).map(
    str.strip
)
lines = st.tuples(
    texts.map(lambda text: text or None),
    st.none() | st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(date.isoformat),
    st.sampled_from([None, "准予", "不予", "办理中"]),
    st.none() | st.integers(0, 1_000_000),
    st.none() | st.integers(-400, 400),
    st.sampled_from([None, "是", "否"]),
    texts.map(lambda text: text or None),
)


def trim(given_lines: Sequence[Sequence[ListContent]]) -> tuple[ListRow, ...]:
    rows = [ListRow(tuple(each)) for each in given_lines]
    while rows and rows[-1].is_empty:
        rows.pop()
    return tuple(rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lines, max_size=40))
def test_random_lines_come_back_as_they_were(drawn: list[tuple[Any, ...]]) -> None:
    data = write_workbook(SPEC, submit(SPEC, drawn))
    for again in (data, save_again(data)):
        submission = read(again).submission
        assert submission is not None
        assert submission.lists.get("cases", ()) == trim(drawn)
        assert submission.lists["staff"] == trim(STAFF)


def test_nothing_is_said_of_a_workbook_of_which_nothing_is_wrong() -> None:
    data = write_workbook(SPEC, submit(SPEC))
    for again in (data, save_again(data)):
        judged = judge(again)
        assert judged.submission is not None
        assert judged.submission.lists == submit(SPEC).lists
        assert [found.code for found in judged.findings if found.severity != "info"] == []
    assert judge(data).findings == ()


def test_the_sheet_has_unlocked_lines_with_validations_and_a_total() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(SPEC, submit(SPEC))))
    sheet = book[CASES_SHEET]
    assert [sheet.cell(LIST_HEAD + 1, at).value for at in range(1, 4)] == ["序号", "办件编号", "收件日期"]
    first, last = LIST_HEAD + 2, LIST_HEAD + 41
    assert [sheet.cell(row, 1).value for row in (first, last, last + 1, last + 2)] == [1, 40, "（到此为止）", "合计"]
    for row, locked in ((first - 1, True), (first, False), (last, False), (last + 1, True), (last + 2, True)):
        assert sheet.cell(row, 3).protection.locked is locked
    assert sheet.cell(first, 1).protection.locked
    assert sheet.cell(last + 2, 5).value == f"=ROUND(SUM(E{LIST_HEAD + 1}:E{last + 1}),2)"
    rules = {str(rule.sqref): rule.type for rule in sheet.data_validations.dataValidation}
    kinds = ["textLength", "date", "list", "custom", "custom", "list", "textLength"]
    assert rules == {f"{column}{first}:{column}{last}": kind for column, kind in zip("BCDEFGH", kinds, strict=True)}


@pytest.mark.parametrize(
    ("address", "typed", "held", "codes"),
    [
        ("C4", "2024.7.5", "2024-07-05", ["list.normalised"]),
        ("C4", 45478, "2024-07-05", []),
        ("D4", "准予　", "准予", []),
        ("E4", "12.50", 1250, ["list.normalised"]),
        ("E4", 78.15, 7815, []),
        ("E4", 0.1 + 0.2, 30, []),
        ("E4", "无", "无", ["list.invalid"]),
        ("F4", 2.5, "2.5", ["list.invalid"]),
        ("F4", True, "1", ["list.invalid"]),
        ("B4", 1024, "1024", []),
        ("G4", "√", "是", ["list.normalised"]),
        ("B4", None, None, ["list.missing"]),
    ],
)
def test_what_is_typed_over_is_read_and_judged(
    address: str, typed: object, held: ListContent, codes: list[str]
) -> None:
    data = tampered(lambda book: book.put(CASES_SHEET, address, typed), data=write_workbook(SPEC, submit(SPEC)))
    judged = judge(data)
    assert judged.submission is not None
    content = judged.submission.lists["cases"][0].contents[ord(address[0]) - ord("B")]
    if typed is True:
        assert content not in {None, 1}
    else:
        assert content == held
    assert [found.code for found in judged.findings if found.code != "list.total"] == codes


def test_inserted_rows_moved_heads_and_columns_lose_no_line() -> None:
    data = write_workbook(SPEC, submit(SPEC))
    wanted = submit(SPEC).lists["cases"]

    def move_down(book: openpyxl.Workbook) -> None:
        book[CASES_SHEET].insert_rows(1, 2)

    def insert_line(book: openpyxl.Workbook) -> None:
        book[CASES_SHEET].insert_rows(LIST_HEAD + 3)

    def swap_columns(book: openpyxl.Workbook) -> None:
        sheet = book[CASES_SHEET]
        for row in range(LIST_HEAD + 1, LIST_HEAD + 5):
            one, other = sheet.cell(row, 4), sheet.cell(row, 7)
            one.value, other.value = other.value, one.value

    def rename_sheet(book: openpyxl.Workbook) -> None:
        book[CASES_SHEET].title = "台账"

    for act in (move_down, swap_columns, rename_sheet):
        found = read(by_openpyxl(act, data)).submission
        assert found is not None
        assert found.lists["cases"] == wanted, act.__name__
    found = read(by_openpyxl(insert_line, data)).submission
    assert found is not None
    assert [line for line in found.lists["cases"] if not line.is_empty] == [*wanted]


def test_lines_beyond_and_beside_are_told() -> None:
    data = write_workbook(SPEC, submit(SPEC))

    def go_on(book: openpyxl.Workbook) -> None:
        sheet = book[CASES_SHEET]
        sheet.insert_rows(LIST_HEAD + 42, 2)  # before the line that ends the lines
        for row, number in ((LIST_HEAD + 42, "甲41"), (LIST_HEAD + 43, "甲42")):
            sheet.cell(row, 2).value, sheet.cell(row, 3).value = number, date(2024, 5, 5)

    judged = judge(by_openpyxl(go_on, data))
    assert judged.submission is not None
    assert len(judged.submission.lists["cases"]) == 42
    assert judged.submission.lists["cases"][41].contents[:2] == ("甲42", "2024-05-05")
    assert "list.limit" in {found.code for found in judged.findings}

    for address in ("B48", "I5"):

        def write(book: openpyxl.Workbook, at: str = address) -> None:
            book[CASES_SHEET][at].value = "另有一件"

        told = judge(by_openpyxl(write, data))
        [found] = [each for each in told.findings if each.code == "sheet.unread"]
        assert "另有一件" in render(found, SPEC, PLAN.place)


def test_what_is_gone_is_an_error() -> None:
    data = write_workbook(SPEC, submit(SPEC))

    def drop_head(book: openpyxl.Workbook) -> None:
        book[CASES_SHEET].cell(LIST_HEAD + 1, 2).value = "别的"

    def drop_heads(book: openpyxl.Workbook) -> None:
        book[CASES_SHEET].delete_rows(LIST_HEAD + 1)

    def drop_sheet(book: openpyxl.Workbook) -> None:
        del book[STAFF_SHEET]

    errors = [
        {found.code for found in judge(by_openpyxl(act, data)).findings if found.severity == "error"}
        for act in (drop_head, drop_heads, drop_sheet)
    ]
    assert errors == [{"list.column"}, {"list.unread"}, {"sheet.removed"}]


def test_a_total_that_was_typed_over_is_told() -> None:
    total = f"E{LIST_HEAD + 43}"
    data = tampered(lambda book: book.put(CASES_SHEET, total, 99), data=write_workbook(SPEC, submit(SPEC)))
    [found] = [each for each in judge(data).findings if each.code == "list.total"]
    assert "显示 99，各行相加是 12.5" in render(found, SPEC, PLAN.place)


def test_a_workbook_that_goes_back_has_what_was_typed_and_says_why() -> None:
    submission = submit(SPEC, WRONG)
    judged = judge(write_workbook(SPEC, submission))
    data = mark_workbook(SPEC, submission, judged.findings, submit(SPEC), 2)
    again = read(data).submission
    assert again is not None
    assert again.lists == judged.submission.lists  # type: ignore[union-attr]
    sheet = openpyxl.load_workbook(io.BytesIO(data))["退回意见"]
    told = ["|".join(str(cell) for cell in row if cell) for row in sheet.iter_rows(values_only=True)]
    assert any(CASES_SHEET in line and "第 3、5 行都是“003”" in line for line in told)
    assert any("附表一第 5 行" in line and "准了" in line for line in told)


def test_the_workbook_of_a_sum_has_every_line_with_its_agency() -> None:
    many = [(f"{at}", "2024-01-01", None, at, None, None, None) for at in range(90)]
    given_lines = tuple(ListRow(each, f"第{at % 7}单位") for at, each in enumerate(many))
    whole = replace(submit(SPEC), scope="consolidated", lists={"cases": given_lines})
    judged = judge(write_workbook(SPEC, whole))
    assert judged.submission is not None
    assert judged.submission.lists == {"cases": given_lines}
    assert judged.findings == ()


def test_a_form_with_other_lists_has_another_digest() -> None:
    digests = {
        compute_digest(make_plan(parse_spec(FORM.replace(old, new, 1), "permit_cases.toml")))
        for old, new in (
            ("limit = 40", "limit = 40"),
            ("limit = 40", "limit = 41"),
            ('label = "姓名"', 'label = "名字"'),
            ('prompt = "据实选。"', 'prompt = "必选。"'),
        )
    }
    assert len(digests) == 3  # a prompt changes nothing


def count_cases() -> dict[str, Submission]:
    day = date(2024, 1, 1)
    full = [(f"甲{at}", (day + timedelta(at)).isoformat(), "准予", at, at, "是", "=A1") for at in range(40)]
    return {
        "right": submit(SPEC),
        "full": submit(SPEC, full),
        "wrong": submit(SPEC, WRONG, [("一二三四五六七八九十一", 1), (None, None), ("李四", None)]),
        "empty": submit(SPEC, (), ()),
        "sum": replace(submit(SPEC, WRONG), scope="consolidated"),
    }


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Submission], dict[str, bytes]]:
    """Workbooks whose formulas showed nonsense, computed anew and saved by LibreOffice."""
    calc.require_office()
    cases = count_cases()
    files = {name: calc.spoiled(write_workbook(SPEC, each)) for name, each in cases.items()}
    return cases, calc.saved_again(files, tmp_path_factory.mktemp("saved"))


def test_libreoffice_counts_what_we_count(saved: tuple[dict[str, Submission], dict[str, bytes]]) -> None:
    counted: dict[str, dict[str, int]] = {}
    for name, data in saved[1].items():
        shown, cached = calc.shown(data), cached_values.compute_cached_values(PLAN, saved[0][name])
        for check in PLAN.checks:
            spot = Spot(CHECKS, PLAN.lines[check.name], LEFT_COLUMN)
            assert (shown.get(spot) or 0) == (cached[spot] or 0), (name, check.name)
            if check.name.startswith("list."):
                counted.setdefault(name, {})[check.name] = int(cached[spot] or 0)
        for key, spot in PLAN.unfit.items():
            assert name == "sum" or shown.get(spot) == cached[spot], (name, key)
    assert set(counted["right"].values()) == set(counted["full"].values()) == set(counted["sum"].values()) == {0}
    assert counted["wrong"] == {
        "list.missing@cases": 2,
        "list.invalid@cases": 9,
        "list.repeated@cases": 2,
        "list.missing@staff": 1,
        "list.invalid@staff": 1,
    }


def test_what_libreoffice_saves_is_read_as_it_was(saved: tuple[dict[str, Submission], dict[str, bytes]]) -> None:
    for name, data in saved[1].items():
        mine, theirs = (judge(each) for each in (write_workbook(SPEC, saved[0][name]), data))
        assert mine.submission is not None
        assert theirs.submission is not None
        assert theirs.submission.lists == mine.submission.lists, name
        assert {found.code for found in theirs.findings} == {found.code for found in mine.findings}, name
