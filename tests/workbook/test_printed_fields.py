"""Fields of the head and the foot of a paper form: filled in on the cover, printed above and below all."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
import pytest

from xltool.forms import catalog, document
from xltool.messages import DefinitionError
from xltool.model import Agency, Paragraph, Submission
from xltool.reader.read import read_workbook
from xltool.report.assemble import assemble_report
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook

FORM = """
id = "fields"
title = "统计表"
authority = "县政府"
basis = "县政字〔2024〕1号"
years = [2024]
measure = { count = { unit = "件", decimals = 0 } }

[[text]]
key = "code"
label = "单位代码"
place = "head"
boxes = 9

[[text]]
key = "clerk"
label = "填表人"
place = "foot"

[[text]]
key = "day"
label = "报出日期"
place = "foot"
date = true

[[section]]
table = "t"

[[table]]
id = "t"
name = "表一"
sheet = "表一"
title = "办理情况"
widths = [20, 10]

[[table.block]]
rows = [{ id = "a", label = "收件" }]
columns = [{ id = "x", label = "数" }]
"""
SPEC = catalog.parse_form(FORM, "fields.toml")
TEXTS = {"code": "12345678X", "clerk": "张三", "day": "2024-07-05"}


def submit(texts: dict[str, str]) -> Submission:
    return Submission("fields", 2024, Agency("1", "某局", "county"), (3,), texts)


def read_changed(change):
    """What is read of a workbook after a change of its cells, which are given by key."""
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(SPEC, submit({}))))
    for key, content in change.items():
        spot = make_plan(SPEC).texts[key]
        book[spot.sheet][spot.address] = content
    saved = io.BytesIO()
    book.save(saved)
    return read_workbook(saved.getvalue(), lambda _: SPEC, lambda _: ())


def test_what_is_filled_in_is_read_back():
    data = write_workbook(SPEC, submit(TEXTS))
    reading = read_workbook(data, lambda _: SPEC, lambda _: ())
    assert (reading.submission and reading.submission.texts, reading.findings) == (TEXTS, ())
    spot = make_plan(SPEC).texts["day"]
    cell = openpyxl.load_workbook(io.BytesIO(data))[spot.sheet][spot.address]
    assert cell.value == datetime(2024, 7, 5)
    assert not cell.protection.locked


@pytest.mark.parametrize("day", [datetime(2024, 7, 5), "2024年7月5日", "2024.7.5", 45478])
def test_a_day_is_read_in_whatever_way_it_stands_there(day):
    reading = read_changed({"day": day})
    assert reading.submission is not None
    assert reading.submission.texts == {"day": "2024-07-05"}


def test_what_is_no_day_and_no_code_is_told_with_its_cell():
    reading = read_changed({"day": "下周", "code": "123"})
    told = {found.code: found.data["where"] for found in reading.findings if found.severity == "error"}
    places = {key: make_plan(SPEC).texts[key].address for key in ("day", "code")}
    assert told == {"text.day": f"“报出日期”（{places['day']}）", "text.boxes": f"“单位代码”（{places['code']}）"}


def test_a_document_is_held_to_the_same():
    given = document.dump_document(SPEC, submit(TEXTS | {"day": "2024年7月5日", "code": "12"}))
    reading = document.parse_document(given, lambda _: SPEC, "")
    assert reading.submission is not None
    assert reading.submission.texts["day"] == "2024-07-05"
    assert [found.code for found in reading.findings] == ["text.boxes"]


def test_the_report_prints_them_above_and_below_all():
    parts = assemble_report(SPEC, submit(TEXTS)).parts
    assert parts[0] == Paragraph("单位代码：12345678X")
    assert parts[-1] == Paragraph("填表人：张三　　报出日期：2024年7月5日")
    assert assemble_report(SPEC, submit({})).parts[0] == Paragraph("单位代码：□□□□□□□□□")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('place = "head"', 'place = "haed"', "'place' must be cover, head, foot or texts"),
        ("boxes = 9", "boxes = 31", "'boxes' must be 1 to 30"),
        ("boxes = 9", "boxes = 9\ndate = true", "'date' and 'boxes' are each for a text of the cover, head or foot"),
    ],
)
def test_what_does_not_fit_is_told(old, new, said):
    with pytest.raises(DefinitionError) as error:
        catalog.parse_form(FORM.replace(old, new, 1), "fields.toml")
    assert said in [fault.message for fault in error.value.faults]
