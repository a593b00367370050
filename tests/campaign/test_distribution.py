"""分发清单: for a person to tick off, and what was ticked stays."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from tests.campaign.test_decisions import ROSTER, Office, made, office  # noqa: F401
from xltool.csvfile import as_csv
from xltool.workbook.listing import write_listing

HEADS = ["序号", "单位代码", "单位名称", "联系人", "电话", "版次", "下发时间", "已发送", "已签收", "备注"]
MORE = f"{ROSTER}A3,某县林业局,department,A0\n"


def opened(path):
    return openpyxl.load_workbook(path)["分发清单"]


def table(path):
    rows = [["" if cell is None else str(cell) for cell in row] for row in opened(path).iter_rows(values_only=True)]
    at = next(at for at, row in enumerate(rows) if "单位代码" in row)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]


def fill(path, code, **cells):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    [head] = [row for row in sheet.iter_rows() if any(cell.value == "单位代码" for cell in row)]
    columns = {cell.value: cell.column for cell in head}
    for name in cells:
        if name not in columns:
            columns[name] = max(columns.values()) + 1
            sheet.cell(head[0].row, columns[name], name)
    [row] = [row for row in sheet.iter_rows() if row[columns["单位代码"] - 1].value == code]
    for name, value in cells.items():
        sheet.cell(row[0].row, columns[name], value)
    book.save(path)


@pytest.fixture
def listed(office):  # noqa: F811
    return office, office.root / "分发清单.xlsx"


def test_it_is_for_a_person_without_hashes(listed):
    office, path = listed  # noqa: F811
    assert [list(row) for row in table(path)] == [HEADS] * 3
    assert [(row["序号"], row["单位代码"], row["已发送"]) for row in table(path)] == [
        ("1", "A0", ""), ("2", "A1", ""), ("3", "A2", ""),
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO((office.root / "分发清单.csv").read_text("utf-8-sig"))))
    assert rows[0] == ["单位代码", "单位名称", "联系人", "电话", "邮箱", "文件"]
    assert [row[-1] for row in rows[1:]] == sorted(path.name for path in (office.root / "outbox").glob("*.xlsx"))
    sheet = opened(path)
    assert sheet.print_title_rows == "$3:$3" and sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"} == {'"√"'}


def test_ticks_stay_and_nothing_stands_beside_as_long_as_the_list_is_right(listed):
    office, path = listed  # noqa: F811
    fill(path, "A1", 已发送="√", 下发时间="1月6日", 领取人="王某")
    before = path.read_bytes()
    done = office.run("build")
    assert path.read_bytes() == before and "被人改动过" not in done.stderr
    assert not list(office.root.glob("分发清单*（新）*"))


def test_a_new_agency_comes_with_the_ticks_of_the_others(listed):
    office, path = listed  # noqa: F811
    fill(path, "A1", 已发送="√", 版次=2, 领取人="王某")
    before = path.read_bytes()
    office.read_roster(MORE)
    done = office.run("build")
    beside = path.with_name("分发清单（新）.xlsx")
    assert path.read_bytes() == before and "分发清单.xlsx → 分发清单（新）.xlsx" in done.stderr
    found = {row["单位代码"]: row for row in table(beside)}
    assert (found["A1"]["已发送"], found["A1"]["版次"], found["A1"]["领取人"]) == ("√", "2", "王某")
    assert found["A3"]["已发送"] == "" and list(found["A3"])[:10] == HEADS
    fill(beside, "A3", 已签收="王某")
    office.run("build")
    assert not (office.root / "分发清单-2（新）.xlsx").exists()
    office.run("build", "--replace")
    found = {row["单位代码"]: row for row in table(path)}
    assert (found["A1"]["领取人"], found["A3"]["已签收"]) == ("王某", "王某")


def test_what_was_put_beside_goes_when_the_list_is_right_again(listed):
    office, path = listed  # noqa: F811
    fill(path, "A1", 已发送="√")
    office.read_roster(MORE)
    office.run("build")
    office.read_roster(ROSTER)
    office.run("build")
    assert not list(office.root.glob("分发清单*（新）*"))


def test_lists_of_old_are_taken_along(listed):
    office, path = listed  # noqa: F811
    old = ("单位代码", "单位名称", "级别", "文件", "编号", "sha256")
    rows = [old, ("A1", "某县财政局", "department", "a.xlsx", "0001-x", "0" * 64)]
    path.write_bytes(write_listing({"分发清单": rows}))
    (office.root / "分发清单.csv").write_bytes(as_csv(rows))
    fill(path, "A1", 已签收="√", 领取人="王某")
    before = path.read_bytes()
    office.run("build")
    assert path.read_bytes() == before, "nobody's list is written over"
    found = {row["单位代码"]: row for row in table(path.with_name("分发清单（新）.xlsx"))}
    assert (found["A1"]["已签收"], found["A1"]["领取人"]) == ("√", "王某") and "sha256" not in found["A1"]


def test_a_list_that_is_none_is_kept_too(listed):
    office, path = listed  # noqa: F811
    path.write_bytes(b"?")
    done = office.run("build")
    assert done.exit_code == 0 and path.read_bytes() == b"?" and path.with_name("分发清单（新）.xlsx").exists()
