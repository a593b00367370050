"""Cells that are no figures in the workbook: what may be typed, what 校验 counts, here and in LibreOffice."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.forms.entries import FORM, WRITTEN, make_form, submit
from tests.workbook import calc
from tests.workbook.calc import Content
from tests.workbook.tamper import Formula, by_openpyxl, remove_names, tampered
from xltool.days import count_days
from xltool.forms import entries
from xltool.forms.sheet_names import CHECKS
from xltool.forms.spec import parse_spec
from xltool.model import Submission
from xltool.reader.read import read_workbook
from xltool.reader.second import compare_second_reading
from xltool.rules.cells import count_faults
from xltool.rules.judge import judge_readings
from xltool.rules.view import SubmissionView
from xltool.workbook import cached_values
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import LEFT_COLUMN, Spot, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.write import write_workbook

SPEC = make_form()
PLAN = make_plan(SPEC)
WRONG = {
    "hazards.fire.state": ("整改了", 1),
    "hazards.traffic.state": ("已整改 ", 1),
    "hazards.fire.listed": ("√√", 1),
    "hazards.fire.due": ("2024-02-30", 1),
    "hazards.traffic.due": ("2026-01-01", 1),
    "hazards.mine.due": ("2023-12-31", 1),
    "hazards.fire.remark": ("长" * 41, 1),
    "hazards.traffic.remark": ("𠮷" * 20, 0),
    "hazards.mine.state": ("", 0),
    "rules.since.content": ("很久以前", 1),
}
"""What is typed, and whether it may not stand there."""
MEANS = "rules.means.content"
SEVERAL = {
    "网站": 0,
    "网站、会议": 0,
    "网站专栏、其他 A、会议、网站": 0,
    "网站、网站": 1,
    "网站、会议、网站": 1,
    "会议网站": 1,
    "网站、报纸": 1,
    "会议、": 1,
    "、": 1,
    "其他 a": 1,
}
"""The same of several of a list."""


def read(data: bytes) -> Submission:
    reading = read_workbook(data, lambda _: SPEC, lambda _: ())
    assert reading.submission is not None
    return reading.submission


def test_a_workbook_has_lists_bounds_and_unlocked_cells() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(SPEC, submit(SPEC))))
    sheet = book["表一 隐患"]
    rules = [rule for rule in sheet.data_validations.dataValidation if rule.type != "whole"]
    assert {(str(rule.sqref), rule.type, rule.formula1) for rule in rules} == {
        ("C4:C6", "list", '"已整改,整改中,未整改"'),
        ("D4:D6", "list", '"是,否"'),
        ("E4:E6", "date", "45292"),
        ("F4:F6", "textLength", "40"),
    }  # fmt: skip
    assert not any(sheet[address].protection.locked for address in ("C4", "D5", "E6", "F4"))
    assert all(sheet[address].protection.locked for address in ("C7", "F7", "A4"))
    assert (sheet["C4"].value, sheet["E4"].value.isoformat()) == ("已整改", "2024-07-05T00:00:00")


def test_several_are_typed_or_one_is_chosen() -> None:
    """A list refuses what is none of it, so that this one only offers; what does not fit is red, and counted."""
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(SPEC, submit(SPEC))))["表二 制度"]
    [rule] = [rule for rule in sheet.data_validations.dataValidation if rule.formula1 == '"会议,网站,网站专栏,其他 A"']
    assert (rule.type, rule.showErrorMessage) == ("list", False)
    assert "一项或几项，几项之间用“、”隔开" in rule.prompt
    for typed, held, codes in (
        ("网站,会议", "会议、网站", ["entry.normalised"]),
        ("网站、报纸", "网站、报纸", ["entry.invalid"]),
    ):
        data = tampered(
            lambda book, typed=typed: book.put("表二 制度", PLAN.cells[MEANS].address, typed),
            data=write_workbook(SPEC, submit(SPEC)),
        )
        [judged] = judge_readings(SPEC, [read_workbook(data, lambda _: SPEC, lambda _: ())])
        assert judged.submission is not None
        assert judged.submission.entries[MEANS] == held
        assert [found.code for found in judged.findings] == codes


def test_what_is_written_is_read_back_and_nothing_is_said() -> None:
    submission = submit(SPEC)
    data = write_workbook(SPEC, submission)
    [judged] = judge_readings(SPEC, [read_workbook(data, lambda _: SPEC, lambda _: ())])
    assert judged.submission is not None
    assert (judged.submission.entries, judged.submission.values) == (WRITTEN, submission.values)
    assert judged.findings == ()
    assert compare_second_reading(data, SPEC, judged.submission) == ()
    [second] = compare_second_reading(
        data, SPEC, replace(judged.submission, entries={**WRITTEN, "hazards.fire.listed": "是"})
    )
    assert (second.code, second.keys) == ("second.differs", ("hazards.fire.listed",))


@pytest.mark.parametrize(
    ("address", "typed", "held", "codes"),
    [
        ("C4", "整改了", "整改了", ["entry.invalid"]),
        ("C4", "已整改　", "已整改", []),
        ("C4", None, None, ["entry.missing"]),
        ("C4", 3, "3", ["entry.invalid"]),
        ("D4", True, "是", ["entry.normalised"]),
        ("D4", "Y", "是", ["entry.normalised"]),
        ("D4", None, None, []),
        ("E4", "2024年7月5日", "2024-07-05", []),
        ("E4", "2024/7/5", "2024-07-05", ["entry.normalised"]),
        ("E4", 45478, "2024-07-05", []),
        ("E4", "2024-02-30", "2024-02-30", ["entry.invalid"]),
        ("E4", "尽快", "尽快", ["entry.invalid"]),
        ("F4", Formula("1+1"), None, ["formula.uncalculated"]),
        ("F4", 12, "12", []),
    ],
)
def test_what_is_typed_over_is_read_and_judged(address: str, typed: object, held: str | None, codes: list[str]) -> None:
    data = tampered(lambda book: book.put("表一 隐患", address, typed), data=write_workbook(SPEC, submit(SPEC)))
    [judged] = judge_readings(SPEC, [read_workbook(data, lambda _: SPEC, lambda _: ())])
    assert judged.submission is not None
    key = next(
        key for key, spot in PLAN.cells.items() if spot == Spot("表一 隐患", int(address[1:]) - 1, ord(address[0]) - 65)
    )
    assert judged.submission.entries.get(key) == held
    assert [found.code for found in judged.findings] == codes
    assert all(found.keys == (key,) for found in judged.findings)


def test_entries_are_found_by_their_names_and_by_their_labels() -> None:
    data = write_workbook(SPEC, submit(SPEC))
    unnamed = read_workbook(
        tampered(lambda book: remove_names(book, "cell__"), data=data), lambda _: SPEC, lambda _: ()
    )
    assert unnamed.submission is not None
    assert unnamed.submission.entries == WRITTEN
    moved = by_openpyxl(lambda book: book["表一 隐患"].insert_rows(4), data)
    reading = read_workbook(moved, lambda _: SPEC, lambda _: ())
    assert reading.submission is not None
    told = {key for found in reading.findings if found.severity == "error" for key in found.keys}
    for key, content in WRITTEN.items():
        assert reading.submission.entries.get(key) == content or key in told, key


def test_a_workbook_that_goes_back_shows_what_was_typed_and_says_why() -> None:
    typed = {**WRITTEN, "hazards.fire.state": "整改了", "hazards.fire.due": "2024-02-30"}
    typed.pop("hazards.mine.state")
    submission = submit(SPEC, written=typed)
    [judged] = judge_readings(SPEC, [read_workbook(write_workbook(SPEC, submission), lambda _: SPEC, lambda _: ())])
    data = mark_workbook(SPEC, submission, judged.findings, submit(SPEC), 2)
    assert read(data).entries == typed
    sheet = openpyxl.load_workbook(io.BytesIO(data))["退回意见"]
    told = ["|".join(str(cell) for cell in row if cell) for row in sheet.iter_rows(values_only=True)]
    assert any("表一 C4" in line and "整改了" in line and "已整改" in line for line in told)
    assert any("表一 C6" in line and "未填" in line for line in told)
    assert any("表一 E4" in line and "2024年7月5日|2024-02-30" in line for line in told)


def test_a_form_without_entries_has_the_digest_it_had() -> None:
    bare = FORM
    for kind in ('kind = "yes_no", required = true, consolidate = "count"', 'kind = "date" }'):
        bare = bare.replace(f", {kind}", " }" if kind.endswith("}") else "")
    assert compute_digest(PLAN) != compute_digest(make_plan(parse_spec(bare, "hazard_list.toml")))


def test_libreoffice_counts_what_we_count(tmp_path: Path) -> None:
    calc.require_office()
    cases = {
        "right": submit(SPEC),
        "wrong": submit(SPEC, written={key: typed for key, (typed, _) in WRONG.items()}),
        "blank": submit(SPEC, (None, None, None, None), {}),
        "entries alone": submit(SPEC, (None, None, None, None), {"hazards.fire.remark": "见附件"}),
        "sum": replace(submit(SPEC, written={"hazards.fire.state": "已整改 3、未整改 1"}), scope="consolidated"),
    }
    cases |= {each: submit(SPEC, written={MEANS: each}) for each in SEVERAL}
    files = {name: calc.spoiled(write_workbook(SPEC, each)) for name, each in cases.items()}
    checks = [
        check
        for check in PLAN.checks
        if check.kind is not None and check.kind.code.startswith(("entry.", "table.", "form."))
    ]
    assert len(checks) == 7
    for name, shown in calc.recalculated(files, tmp_path).items():
        cached = cached_values.compute_cached_values(PLAN, cases[name])
        for check in PLAN.checks:
            spot = Spot(CHECKS, PLAN.lines[check.name], LEFT_COLUMN)
            wanted: Content = cached[spot]  # type: ignore[assignment]
            assert (shown.get(spot) or 0) == (wanted or 0), (name, check.name)
        for key, spot in PLAN.entry_copies.items():
            copied: object = shown.get(spot) or ""
            assert (count_days(copied.date()) if isinstance(copied, datetime) else copied) == cached[spot], (name, key)
        if name == "wrong":
            counts = count_faults(SubmissionView(SPEC, [cases[name]]), checks)
            bad = [key for key, (typed, wrong) in WRONG.items() if wrong]
            assert counts["entry.invalid@hazards"] == [sum(key.startswith("hazards") for key in bad)]
            assert counts["entry.missing@rules"] == [1]
        if name in SEVERAL:
            assert count_faults(SubmissionView(SPEC, [cases[name]]), checks)["entry.invalid@rules"] == [SEVERAL[name]]


def test_every_choice_that_is_drawn_is_right_in_the_workbook() -> None:
    submission = submit(SPEC, written=entries.draw_entries(SPEC, 2024))
    cached = cached_values.compute_cached_values(PLAN, submission)
    assert cached[PLAN.state] == "可以报送"
