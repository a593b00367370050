"""Plain lists as an outside reader, openpyxl, finds them; what is text stays text."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, repeat

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xltool.messages import XltoolError
from xltool.workbook import listing
from xltool.workbook.cell_formats import LIST_FORMATS
from xltool.workbook.engine import CREATED, SPOOLED, Plain, StreamedSheet, make_options
from xltool.workbook.engine import Worksheet as WholeWorksheet
from xltool.workbook.listing import write_listing

HEADS = ("单位代码", "单位名称", "件数")
HARMLESS = [
    "=1+1",
    "+1",
    "-1",
    "@甲",
    '=HYPERLINK("http://a.cn")',
    "http://a.cn/",
    "internal:A1",
    "<r>甲</r>",
    "0123",
    "1E5",
    "_x0041_",
    "'甲",
    " 甲 ",
]


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def only(rows) -> Worksheet:
    return opened(write_listing({"清单": rows})).worksheets[0]


def test_same_lists_same_bytes():
    rows = [HEADS, ("1", "甲", 3), ("2", "乙", None)]
    assert write_listing({"清单": rows}) == write_listing({"清单": [list(row) for row in rows]})
    with zipfile.ZipFile(io.BytesIO(write_listing({"清单": rows}))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    told = re.findall(r">([0-9]{4}-[^<]*)<", core)
    assert told == [f"{CREATED:%Y-%m-%dT%H:%M:%SZ}"] * 2  # made and changed: no clock


def test_heads_stay_in_sight_and_can_be_filtered():
    sheet = only([HEADS, ("1", "甲", 3), ("2", "乙", 4)])
    assert [cell.value for cell in sheet[1]] == list(HEADS)
    assert all(cell.font.bold for cell in sheet[1])
    assert not sheet["A2"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C3"
    assert sheet.print_title_rows == "$1:$1"


def test_the_page():
    narrow, wide = only([HEADS, ("1", "甲", 3)]), only([["说明" * 20] * 4])
    assert [sheet.page_setup.orientation for sheet in (narrow, wide)] == ["portrait", "landscape"]
    for sheet in (narrow, wide):
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert not sheet.protection.sheet


@pytest.mark.parametrize("text", HARMLESS)
def test_texts_are_texts(text):
    sheet = only([HEADS, ("1", text, text)])
    for cell in (sheet["B2"], sheet["C2"]):
        assert (cell.value, cell.data_type) == (text, "s")
        assert cell.hyperlink is None
    assert only([[text]])["A1"].data_type == "s"


@pytest.mark.parametrize(
    "number",
    [
        0,
        -3,
        12,
        999_999_999_999_999,
        78.1561,
        1e-7,
        Decimal("78.1561"),
        Decimal("0.000001"),
        Decimal(12),
        Decimal("123456789.123456"),
    ],
)
def test_numbers_are_numbers_to_the_last_digit(number):
    cell = only([HEADS, ("1", "甲", number)])["C2"]
    assert cell.data_type == "n"
    assert Decimal(repr(cell.value)) == Decimal(repr(number) if isinstance(number, float) else number)


@pytest.mark.parametrize(
    "number", [10**15, 10**30, -(10**18), float("inf"), float("nan"), Decimal("0.12345678901234567890"), Decimal("NaN")]
)
def test_what_excel_cannot_hold_is_written_out(number):
    cell = only([HEADS, ("1", "甲", number)])["C2"]
    assert (cell.data_type, cell.value) == ("s", str(number))


def test_dates_and_blanks():
    sheet = only([HEADS, (date(2025, 1, 31), datetime(2025, 1, 12, 9, 30), None), ("", "", "")])
    assert (sheet["A2"].value, sheet["A2"].number_format) == (datetime(2025, 1, 31), "yyyy-mm-dd")
    assert (sheet["B2"].value, sheet["B2"].number_format) == (datetime(2025, 1, 12, 9, 30), "yyyy-mm-dd hh:mm:ss")
    assert [sheet[address].value for address in ("C2", "A3", "B3", "C3")] == [None] * 4


def test_columns_are_as_wide_as_what_stands_in_them():
    sheet = only(
        [
            ("代码", "名称", "说明", "多行"),
            ("654221-015", "额敏县教育和科学技术局", "长" * 100, "一\n" * 9 + "这一行最长"),
        ]
    )
    widths = [sheet.column_dimensions[letter].width for letter in "ABCD"]
    assert [round(width) for width in widths] == [13, 25, 61, 13]


def test_rows_of_any_length_and_none_at_all():
    sheet = only([("一",), ("1", "2", "3"), ()])
    assert (sheet.max_row, sheet["C2"].value, sheet.auto_filter.ref) == (2, "3", "A1:C3")
    assert only([]).max_row == 1
    assert only([()]).auto_filter.ref is None
    assert len(opened(write_listing({})).worksheets) == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["清单", "说明"], ["清单", "说明"]),
        (["a/b\\c[d]:e*f?g"], ["a b c d  e f g"]),
        (["'引'", "", "  ", "\x01"], ["引", "表", "表(2)", "表(3)"]),
        (["A", "a", "Ａ"], ["A", "a(2)", "Ａ"]),
        (["History", "history"], ["History表", "history表(2)"]),
        (["字" * 40, "字" * 41], ["字" * 31, "字" * 28 + "(2)"]),
        (["𠮷" * 20], ["𠮷" * 15]),
    ],
)
def test_names_of_sheets_are_such_as_excel_allows(names, expected):
    assert listing.make_sheet_names(names) == expected
    if len({*names}) == len(names):
        assert opened(write_listing({name: [HEADS] for name in names})).sheetnames == expected


def test_what_is_too_long_for_a_cell_says_so():
    for sign in ("字", "𠮷"):
        value = only([HEADS, ("1", sign * 40_000, 3)])["B2"].value
        assert len(value.encode("utf-16-le")) // 2 in {32_767, 32_766}
        assert value.endswith(f"{sign}……（后略）")
    assert only([HEADS, ("1", "字" * 32_767, 3)])["B2"].value == "字" * 32_767


def test_what_no_xml_can_hold_is_left_out():
    assert only([HEADS, ("1\x00", "甲\ud842乙\ufffe", 3)])["B2"].value == "甲乙"


def test_more_than_a_sheet_holds():
    with pytest.raises(XltoolError, match="清单有 1048577 行 1 列，一张工作表最多 1048576 行"):
        write_listing({"清单": chain([("1",)], repeat((), 1_048_576))})
    with pytest.raises(XltoolError, match="16385 列"):
        write_listing({"清单": [("1",) * 16_385]})


class WholeSheet(StreamedSheet):
    """A sheet that keeps its rows until the end, as xlsxwriter's own does."""

    def finish_row(self, row):
        pass

    def finish_rows(self):
        pass

    def _write_rows(self):
        WholeWorksheet._write_rows(self)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 32, 33, 9_000])
def test_what_is_streamed_is_what_is_written_at_once(count):
    lists = {
        "长": [HEADS, *((f"{n:06d}", f"第{n % 50}单位 ", None if n % 7 == 0 else n) for n in range(count))],
        "空": [(), ("甲",), *[()] * 20, ("乙", Decimal("1.25"), "丙", date(2025, 1, 10)), *[()] * count],
    }
    buffer = io.BytesIO()
    book = Plain(buffer, make_options())
    book.set_properties({"author": "xltool", "created": CREATED})
    formats = {name: book.add_format(look) for name, look in LIST_FORMATS.items()}
    for name, rows in lists.items():
        sheet = book.add_worksheet(name, WholeSheet)
        listing.draw_list(sheet, rows, formats)
    book.close()
    pieces = list(listing.stream_listing({name: iter(rows) for name, rows in lists.items()}))
    assert b"".join(pieces) == buffer.getvalue()
    assert all(len(piece) <= SPOOLED for piece in pieces)
