"""Texts longer than a row can be tall: printed whole on a sheet of their own, from which nothing is read."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import openpyxl
import pytest

from tests import figures
from tests.workbook import calc
from xltool import api
from xltool.forms.sheet_names import RETURN, TEXTS, WHOLE_TEXTS
from xltool.model import Agency
from xltool.workbook.layout_plan import Spot, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.page import LINE_HEIGHT, TALLEST_ROW, count_lines
from xltool.workbook.whole_texts import WHOLE_WIDTHS

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
LONG = "\n".join(f"第{at}段。" + "本机关依法办理政府信息公开申请，按期答复。" * (at % 9 * 6) for at in range(30))
ENDLESS = "一" * 9_000


def submit(**texts):
    made = figures.submission(
        SPEC, figures.consistent(SPEC, Random(3)), Agency("654221-015", "额敏县财政局", "department")
    )
    return replace(made, texts={"overview": "概述。", "problems": "问题。", "other_matters": "无。"} | texts)


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def whole(book):
    rows = list(book[WHOLE_TEXTS].iter_rows(min_row=4, values_only=True))
    return [(label or "", text) for label, text in rows]


@pytest.mark.parametrize("text", ["", "短。", "字" * 800, "一\n" * 20])
def test_a_text_that_its_cell_can_show_has_no_such_sheet(text):
    assert WHOLE_TEXTS not in opened(api.fill(submit(problems=text))).sheetnames


@pytest.mark.parametrize("text", [LONG, ENDLESS, "一\n" * 60])
def test_a_text_that_is_too_long_is_there_whole_in_rows_that_show_it(text):
    given = submit(problems=text)
    data = api.fill(given)
    book = opened(data)
    assert book.sheetnames.index(WHOLE_TEXTS) == book.sheetnames.index(TEXTS) + 1
    sheet = book[WHOLE_TEXTS]
    rows = [(row, each) for row, each in enumerate(whole(book), 4) if not str(each[1]).startswith("=")]
    assert [label for _, (label, _) in rows if label] == [
        f"五、存在的主要问题及改进情况（文字 {PLAN.texts['problems'].address}）"
    ]
    assert "".join(each or "" for _, (_, each) in rows) == text.replace("\n", "")
    for row, (_, piece) in rows:
        height = sheet.row_dimensions[row].height
        assert LINE_HEIGHT * count_lines(piece or "", WHOLE_WIDTHS[1], 11) <= height <= TALLEST_ROW / 1.5
    assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row) and sheet.protection.sheet
    assert sheet.print_title_rows == "$3:$3"
    assert book[TEXTS][PLAN.texts["problems"].address].value == text


def test_nothing_is_read_from_it_and_nothing_is_doubted():
    given = submit(problems=LONG, overview=ENDLESS)
    reading = api.read(api.fill(given))
    assert reading.submission.texts == given.texts
    assert [found.code for found in reading.findings if found.severity != "info"] == []


def test_what_stands_beside_it_is_told():
    book = opened(api.fill(submit(problems=LONG)))
    book[WHOLE_TEXTS]["D5"] = "另加一句"
    buffer = io.BytesIO()
    book.save(buffer)
    [told] = [found for found in api.read(buffer.getvalue()).findings if found.code == "sheet.unread"]
    assert told.data["sheet"] == WHOLE_TEXTS and "另加一句" in told.data["found"]


def test_it_goes_back_with_what_is_returned_and_comes_in_again():
    given = submit(problems=LONG)
    data = mark_workbook(SPEC, given, [], None, 1)
    book = opened(data)
    assert book.sheetnames[0] == RETURN and WHOLE_TEXTS in book.sheetnames
    assert api.read(data).submission.texts == given.texts


def test_an_explanation_that_is_too_long_is_there_too():
    name = next(iter(PLAN.explanations))
    given = replace(submit(), explanations={name: "经核对无误。" * 200})
    data = api.fill(given)
    rows = whole(opened(data))
    assert "".join(text for _, text in rows[:-1]) == "经核对无误。" * 200 and rows[0][0].startswith("说明（")
    assert api.read(data).submission.explanations == given.explanations


def test_it_says_when_the_text_was_changed_since(tmp_path):
    calc.require_office()
    data = api.fill(submit(problems=LONG))
    rows = len(whole(opened(data))) + 3
    changed = {PLAN.texts["problems"]: "改短了。"}
    shown = calc.recalculated({"same": calc.spoiled(data), "changed": calc.spoiled(data, changed)}, tmp_path)
    told = {name: cells[Spot(WHOLE_TEXTS, rows - 1, 1)] for name, cells in shown.items()}
    assert told["same"] == "（完）" and "已经改过" in told["changed"]


def test_a_long_paragraph_is_cut_where_it_pauses():
    text = "依法公开，按期答复。" * 300
    pieces = [piece for _, piece in whole(opened(api.fill(submit(problems=text))))][:-1]
    assert "".join(pieces) == text and len(pieces) > 3 and all(piece[-1] in "。，" for piece in pieces)
