"""The county's lists on paper: pages across A4 with heads on each, a table on pages of its own, nothing too wide."""

from __future__ import annotations

import io
from random import Random

import openpyxl
import pytest

from tests import figures
from xltool import api
from xltool.campaign import contributions, discrepancies
from xltool.campaign.consolidate import consolidate_submissions
from xltool.model import Agency
from xltool.periods import Period
from xltool.workbook.listing import PAGE_BREADTH, write_listing

SPEC = api.form("ogi-2021")
TABLES = [
    len([cell for cell in SPEC.cells if cell.table is table]) for table in dict.fromkeys(c.table for c in SPEC.cells)
]


def build(count, wrong=0):
    made = []
    for at in range(count):
        values = figures.consistent(SPEC, Random(at))
        if at < wrong:
            values["applications.received.natural_person"] += 9
        made.append(figures.submission(SPEC, values, Agency(f"654221-{at:03}", f"某县第{at}局", "department")))
    return consolidate_submissions(SPEC, made, Agency("x", "某县", "county"), Period(2024))


@pytest.fixture(scope="module")
def seventy():
    held = build(70, wrong=3)
    book = write_listing(contributions.build_sheets(SPEC, held), papers=contributions.PAPERS)
    found = discrepancies.find_discrepancies(SPEC, held)
    wrong = write_listing(
        {discrepancies.SHEET: discrepancies.build_sheet(SPEC, found)},
        papers={discrepancies.SHEET: discrepancies.make_paper(SPEC)},
    )
    return openpyxl.load_workbook(io.BytesIO(book)), openpyxl.load_workbook(io.BytesIO(wrong)).worksheets[0]


def widths(sheet, first, last):
    known = {at: each.width for each in sheet.column_dimensions.values() for at in range(each.min, each.max + 1)}
    return [known[at] - 0.72 for at in range(first, last + 1)]  # less the margins, which the file's widths hold


@pytest.mark.parametrize("name", ["汇总", "各单位", "构成"])
def test_each_sheet_has_landscape_pages_with_its_heads(seventy, name):
    sheet = seventy[0][name]
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.startswith(f"'{name}'!$B$1:"), "the cells' keys are for programs"
    assert "&P" in sheet.oddFooter.right.text
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    changes = [at + 1 for at in range(1, len(rows)) if rows[at][1] != rows[at - 1][1]]
    assert [each.id for each in sheet.row_breaks.brk] == changes and len(changes) == len(TABLES) - 1


def test_agencies_side_by_side_are_cut_into_pages_that_hold_them(seventy):
    sheet = seventy[0]["各单位"]
    assert sheet.print_title_cols == "$B:$E" and sheet.page_setup.pageOrder == "overThenDown"
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.scale == 75
    ends = [each.id for each in sheet.col_breaks.brk]
    starts = [5, *ends]
    room = PAGE_BREADTH / 0.75 - sum(widths(sheet, 2, 5))
    parts = [widths(sheet, start + 1, end) for start, end in zip(starts, [*ends, sheet.max_column], strict=True)]
    assert sum(map(len, parts)) == 70 and all(sum(part) <= room for part in parts)
    assert max(map(len, parts)) >= 5, "more than a few a page"


def test_long_labels_get_the_height_they_need(seventy):
    sheet = seventy[0]["汇总"]
    tall = {row: sheet.row_dimensions[row].height for row in range(2, sheet.max_row + 1)}
    for row, height in tall.items():
        label = sheet.cell(row, 3).value
        lines = -(-sum(1 + (sign > "\xff") for sign in label) // 37)
        assert (height or 15) >= 13 * lines, label


def test_discrepancies_on_paper(seventy):
    sheet = seventy[1]
    assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.startswith(f"'{discrepancies.SHEET}'!$B$1:")
    assert sheet.page_setup.fitToHeight == 0 and sheet.max_row > 3
    tables = [row[0].partition(".")[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [each.id for each in sheet.row_breaks.brk] == [
        at + 1 for at in range(1, len(tables)) if tables[at] != tables[at - 1]
    ]


def test_that_there_is_none_is_said():
    held = build(2)
    rows = list(discrepancies.build_sheet(SPEC, discrepancies.find_discrepancies(SPEC, held)))
    assert [row for row in rows[1:] if any(row)] == [("", "", "", "没有不平")]
    sheets = contributions.build_sheets(SPEC, held)
    assert [list(sheets[name])[1:] for name in ("更正", "未汇总单位")] == [[("没有更正",)], [("没有未汇总的单位",)]]
