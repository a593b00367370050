"""Rosters in files of every kind: workbooks with titles, merges, formats, hidden rows and several sheets, and texts."""

import io
import re

import openpyxl
import pytest

from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool.campaign.roster import Roster
from xltool.campaign.roster_draft import RosterError
from xltool.campaign.roster_reading import parse_roster

HEADS = ["单位代码", "单位名称", "级别", "上级代码", "联系人", "电话", "邮箱"]
ROWS = [
    ["A-000", "甲县人民政府办公室", "county", "", "王某", "0901-0000000", "a@example.invalid"],
    ["A-001", "甲县财政局", "department", "A-000", "", "", ""],
]
TEXT = "\n".join("\t".join(row) for row in [HEADS, *ROWS])


def make_book(*sheets, change=None):
    """A workbook of (name, rows) sheets as bytes; `change` does more to the first sheet."""
    book = openpyxl.Workbook()
    for at, (name, rows) in enumerate(sheets):
        sheet = book.active if at == 0 else book.create_sheet()
        sheet.title = name
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(book.worksheets[0])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def list_agencies(roster: Roster) -> list[tuple[str, str, str, str]]:
    return [(e.agency.code, e.agency.name, e.agency.level, e.parent) for e in roster.entries]


PLAIN = [("A-000", "甲县人民政府办公室", "county", ""), ("A-001", "甲县财政局", "department", "A-000")]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        "\ufeff".encode("utf-16-le") + TEXT.encode("utf-16-le") + b"\r\n",
        "\ufeff".encode("utf-16-le") + TEXT.encode("utf-16-le") + b"\n",
        TEXT.encode("gb18030"),
        TEXT.replace("\t", ";").encode(),
        TEXT.replace("\t", "，").encode(),
        TEXT.replace("\t", "|").encode("utf-8-sig"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\r\n").encode("gb18030"),
        f"甲县，各单位，名录\n（2024年）\n\n{TEXT}".encode("utf-16"),
        re.sub("A-00[01]", r'="\g<0>"', TEXT).encode(),
    ],
)  # fmt: skip
def test_texts_of_every_encoding_and_separator(data):
    assert list_agencies(parse_roster(data)) == PLAIN


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><body><table><tr><td>x</td></tr></table></body></html>", "看来是HTML 网页"),
        (b"%PDF-1.7 \xff\xfe\x80\x81 \0", "看来是PDF 文件"),
        (b"\x89PNG\r\n\x1a\n\0\0", "看来是图片"),
        (b"\xff" * 40, "GB18030"),
    ],
)
def test_what_is_no_table_is_named_with_a_way_out(data, words):
    with pytest.raises(RosterError) as error:
        parse_roster(data)
    assert words in str(error.value)
    assert "另存为" in str(error.value)


@pytest.mark.parametrize("above", [1, 4, 9])
def test_titles_above_the_heads(above):
    rows = [
        ["甲县政府信息公开工作单位名录"],
        ["填报单位：甲县人民政府办公室", "填报日期：2024年12月1日"],
        *[["说明"]] * 7,
    ]
    roster = parse_roster(make_book(("名录", [*rows[:above], HEADS, *ROWS])))
    assert list_agencies(roster) == PLAIN
    assert roster.notes == ()


def test_heads_below_the_tenth_row_are_not_looked_for():
    with pytest.raises(RosterError, match="前 10 行里没有找到表头"):
        parse_roster(make_book(("名录", [*[["一、说明"]] * 10, HEADS, *ROWS])))


TWO_ROWS = [
    ["甲县名录"],
    ["序号", "单位", None, "层级", "上级", None, "联系方式", None, None, "备注"],
    [None, "代码", "全称", None, "代码", "名称", "联系人", "办公电话", "手机", None],
    [1, "A-000", "甲县人民政府办公室", "县级", None, None, "王某", "0901-0000000", "13900000000", None],
    [2, "A-001", "甲县财政局", "部门", "A-000", "甲县人民政府办公室", "李某", None, "13900000001", "无"],
]


@pytest.mark.parametrize("merged", [False, True])
def test_two_head_rows(merged):
    def merge(sheet):
        for area in ("A2:A3", "B2:C2", "D2:D3", "E2:F2", "G2:I2", "J2:J3", "A1:J1") if merged else ():
            sheet.merge_cells(area)

    roster = parse_roster(make_book(("名录", TWO_ROWS), change=merge))
    assert list_agencies(roster) == PLAIN
    assert [entry.phone for entry in roster.entries] == ["0901-0000000、13900000000", "13900000001"]
    assert [entry.contact for entry in roster.entries] == ["王某", "李某"]


def test_two_head_rows_in_a_text():
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in TWO_ROWS)
    assert list_agencies(parse_roster(text.encode())) == PLAIN


def test_a_leaders_telephone_is_not_that_of_who_does_the_work():
    rows = [
        ["单位", "级别", "分管领导", None, "联系人", None],
        [None, None, "姓名", "电话", "姓名", "电话"],
        ["甲局", "部门", "孙某", "0901-0000009", "王某", "0901-0000001"],
    ]
    [entry] = parse_roster(make_book(("名录", rows))).entries
    assert (entry.contact, entry.phone) == ("王某", "0901-0000001")


def test_codes_are_what_is_shown():
    rows = [
        ["代码", "单位", "级别", "上级"],
        [1, "甲县政府办", "县级", None],
        [2, "甲局", "部门", 1],
        [3, "乙局", "部门", 1],
    ]

    def show(sheet):
        for cell in ("A2", "A3", "D3", "D4"):
            sheet[cell].number_format = "000"
        sheet["A4"].number_format = '"654221-"000'

    roster = parse_roster(make_book(("名录", rows), change=show))
    assert [(e.agency.code, e.parent) for e in roster.entries] == [("001", ""), ("002", "001"), ("654221-003", "001")]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (123456789012345678, "15 位以后的数字已经丢失"),
        ("=VLOOKUP(1,Z:Z,1)", "是公式，没有算出的值"),
        ("#N/A", "是错误值 #N/A"),
    ],
)
def test_a_code_that_a_spreadsheet_spoilt_is_told(value, words):
    with pytest.raises(RosterError, match="第 2 行：“单位代码”") as error:
        parse_roster(make_book(("名录", [["代码", "单位", "级别"], [value, "甲局", "部门"]])))
    assert words in str(error.value)


def test_a_code_under_a_format_that_nobody_knows_is_told():
    def show(sheet):
        sheet["A2"].number_format = "[DBNum1]000"
        sheet["D2"].number_format = "[DBNum1]000"

    rows = [["代码", "单位", "级别", "电话"], [7, "甲局", "部门", 13900000000]]
    with pytest.raises(RosterError) as error:
        parse_roster(make_book(("名录", rows), change=show))
    [fault] = error.value.faults
    assert str(fault) == "第 2 行：“单位代码”用了看不懂的数字格式“[DBNum1]000”；请把那一栏设成文本格式，重新输入。"
    assert fault.field == "code"


def test_a_code_in_powers_of_ten_is_told():
    with pytest.raises(RosterError, match="第 2 行：“单位代码”被表格程序变成了数字"):
        parse_roster("代码,单位,级别\n6.54221E+17,甲局,部门\n".encode())


def test_a_code_that_became_a_date_is_told():
    def show(sheet):
        sheet["A2"].number_format = "yyyy-mm-dd"

    with pytest.raises(RosterError, match="被表格程序当成了日期"):
        parse_roster(make_book(("名录", [["代码", "单位", "级别"], [45000, "甲局", "部门"]]), change=show))


def test_what_is_merged_downwards_counts_for_each_line():
    rows = [
        ["类别", "单位", "上级"],
        ["部门", "甲局", "甲县政府办"],
        [None, "乙局", None],
        ["县级", "甲县政府办", None],
    ]

    def merge(sheet):
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C2:C3")

    roster = parse_roster(make_book(("名录", rows), change=merge))
    top = roster.entries[2].agency.code
    assert [(e.agency.level, e.parent) for e in roster.entries] == [
        ("department", top),
        ("department", top),
        ("county", ""),
    ]


def test_lines_that_are_no_agency_are_told_and_numbered_blanks_are_not():
    rows = [
        ["序号", "单位", "级别"], ["一、县直部门"], [1, "甲局", "部门"], ["二、乡镇"], [2, "甲镇", "乡镇"], [3],
        ["序号", "单位", "级别"], [4, "乙镇", "乡镇"], [None, "合计：3 个单位"], ["注：以上为全部单位"],
    ]  # fmt: skip
    roster = parse_roster(make_book(("名录", rows), change=lambda sheet: sheet.merge_cells("A2:C2")))
    assert [entry.agency.name for entry in roster.entries] == ["甲局", "甲镇", "乙镇"]
    [told] = [note for note in roster.notes if "没有读作单位的行" in note]
    assert all(words in told for words in ("第 2 行“一、县直部门”", "第 4 行", "第 9 行", "第 10 行"))
    assert "第 6 行" not in told


def test_hidden_rows_are_read_and_told():
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True

    roster = parse_roster(make_book(("名录", [HEADS, *ROWS]), change=hide))
    assert list_agencies(roster) == PLAIN
    assert "有 1 个隐藏的行，也读作单位：第 3 行 甲县财政局。不要的，请删去这些行" in roster.notes[0]
    assert "隐藏的栏也读了：上级代码" in roster.notes[1]


TOWNS = [["代码", "单位", "类别"], ["B-1", "甲乡", "乡镇"], ["B-2", "乙乡", "乡（镇）"]]


def test_a_second_sheet_is_read_and_told():
    roster = parse_roster(make_book(("县直", [HEADS, *ROWS]), ("乡镇", TOWNS), ("说明", [["请如实填写"]]), ("空", [])))
    assert [entry.agency.code for entry in roster.entries] == ["A-000", "A-001", "B-1", "B-2"]
    assert roster.notes[0] == "读了 2 张工作表：“县直”2 个单位、“乡镇”2 个单位。"
    assert "工作表“说明”没有读取：没有名录的表头。" in roster.notes


def test_heads_may_stand_on_the_second_sheet():
    roster = parse_roster(make_book(("封面", [["甲县名录"]]), ("名录", [HEADS, *ROWS])))
    assert list_agencies(roster) == PLAIN


def test_faults_name_the_sheet():
    with pytest.raises(RosterError, match="工作表“乡镇”第 3 行：级别“镇镇”认不出"):
        parse_roster(make_book(("县直", [HEADS, *ROWS]), ("乡镇", [*TOWNS[:2], ["B-2", "乙乡", "镇镇"]])))


def test_last_years_list_on_a_second_sheet_is_told_and_not_read():
    older = [HEADS, *ROWS, ["A-009", "甲县旧局", "部门"]]
    roster = parse_roster(
        make_book(("2024", [HEADS, *ROWS]), ("2023", older), ("通讯录", [["单位", "电话"], ["甲局", "1"]]))
    )
    assert list_agencies(roster) == PLAIN
    assert "工作表“2023”没有读取：其中 2 个单位前面的工作表里已经有了" in roster.notes[0]
    assert "工作表“通讯录”没有读取：缺少“级别”" in roster.notes[1]


def test_a_hidden_sheet_is_told_and_not_read():
    data = make_book(
        ("乡镇", TOWNS), ("县直", [HEADS, *ROWS]), change=lambda sheet: setattr(sheet, "sheet_state", "hidden")
    )
    roster = parse_roster(data)
    assert list_agencies(roster) == PLAIN
    assert roster.notes == ("隐藏的工作表“乡镇”没有读取；要读的，请取消隐藏。",)


def test_a_name_broken_over_lines_is_one_name():
    roster = parse_roster(make_book(("名录", [["单位", "级别"], ["甲县教育和\n科学技术局", "部门"]])))
    assert roster.entries[0].agency.name == "甲县教育和科学技术局"


def test_a_workbook_that_is_too_large_says_what_to_do():
    with pytest.raises(RosterError, match=r"行数最多 2000.*另存为 \.csv"):
        parse_roster(make_book(("名录", [HEADS, *([f"A-{at}", f"第{at}局", "部门"] for at in range(2_100))])))


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_workbooks_of_other_kinds_are_read_with_their_codes_as_shown(tmp_path, kind):
    require_office()
    rows: list[list[object]] = [
        ["名录"],
        ["代码", "单位", "类别", "手机"],
        [1, "甲局", "部门", 13900000000],
        [2, "乙局", "部门", None],
    ]

    def change(sheet):
        sheet["A3"].number_format = sheet["A4"].number_format = "000"
        sheet.row_dimensions[4].hidden = True

    saved = office_saved({"roster": make_book(("名录", rows), change=change)}, tmp_path, kind)
    roster = parse_roster(saved["roster"])
    assert [(e.agency.code, e.phone) for e in roster.entries] == [("001", "13900000000"), ("002", "")]
    assert "第 4 行 乙局" in roster.notes[0]
