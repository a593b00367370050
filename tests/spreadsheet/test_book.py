import datetime
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.protection import WorkbookProtection

from tests.workbook.parts import LINKS, MAIN, STRICT_LINKS, STRICT_MAIN, packed, parts, rels, sheet, strings, workbook
from xltool.spreadsheet import book
from xltool.spreadsheet import sheet as sheets
from xltool.spreadsheet import strings as shared
from xltool.spreadsheet.a1 import cell_name, parse_reference
from xltool.spreadsheet.book import RawBook, RawCell
from xltool.spreadsheet.package import Package, Refusal


def read_book(data: bytes) -> RawBook:
    return book.read_book(Package(data))


def cells(data: str, **more: str) -> dict[str, tuple[str, str, str | None]]:
    """The cells of a workbook of one sheet, by name."""
    read = read_book(packed(parts(data, **more)))
    return {cell_name(*place): (cell.kind, cell.text, cell.formula) for place, cell in read.sheets[0].cells.items()}


def finding(data: str = "", **more: str):
    with pytest.raises(Refusal) as caught:
        read_book(packed(parts(data, **more)))
    return caught.value.finding


def row(inner: str, number: int = 1) -> str:
    return f'<row r="{number}">{inner}</row>'


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><v>12</v></c>', ("number", "12", None)),
        ('<c r="A1" t="n"><v>78.156100000000001</v></c>', ("number", "78.156100000000001", None)),
        ('<c r="A1"><v>1E-3</v></c>', ("number", "1E-3", None)),
        ('<c r="A1" t="s"><v>1</v></c>', ("text", "乙", None)),
        ('<c r="A1" t="str"><f>B1&amp;"x"</f><v>ax</v></c>', ("text", "ax", 'B1&"x"')),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', ("text", "", '""')),
        ('<c r="A1" t="inlineStr"><is><t>丙</t></is></c>', ("text", "丙", None)),
        (
            '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>',
            ("text", "a b", None),
        ),
        ('<c r="A1" t="b"><v>1</v></c>', ("boolean", "TRUE", None)),
        ('<c r="A1" t="b"><v>0</v></c>', ("boolean", "FALSE", None)),
        ('<c r="A1" t="e"><f>#REF!+1</f><v>#REF!</v></c>', ("error", "#REF!", "#REF!+1")),
        ('<c r="A1" t="d"><v>2023-01-31</v></c>', ("date", "2023-01-31", None)),
        ('<c r="A1"><f>SUM(B1:C1)</f><v>3</v></c>', ("number", "3", "SUM(B1:C1)")),
        ('<c r="A1"><f>SUM(B1:C1)</f><v/></c>', ("empty", "", "SUM(B1:C1)")),
        ('<c r="A1"><f>SUM(B1:C1)</f></c>', ("empty", "", "SUM(B1:C1)")),
        ('<c r="A1" s="3"><f t="array" ref="A1:A2">B1:B2*2</f><v>4</v></c>', ("number", "4", "B1:B2*2")),
        ("<c><v>5</v></c>", ("number", "5", None)),
        ('<c r="A1"><v>1<!-- -->2</v></c>', ("number", "12", None)),
        ('<c r="A1" t="str"><v><![CDATA[<&>]]></v></c>', ("text", "<&>", None)),
    ],
)
def test_each_kind_of_cell(cell, expected):
    assert cells(row(cell), sst=strings("<t>甲</t>", "<t>乙</t>")) == {"A1": expected}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" s="5"/>',
        '<c r="A1"><v/></c>',
        '<c r="A1" t="s"/>',
        '<c r="A1" t="n"></c>',
        '<c r="A1" t="inlineStr"/>',
    ],
)
def test_a_cell_with_only_a_style_is_not_kept(cell):
    assert cells(row(cell)) == {}


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<t>甲 乙</t>", "甲 乙"),
        ("<t>\n  甲\n</t>", "甲"),
        ('<t xml:space="preserve"> 甲\n</t>', " 甲\n"),
        ("<t>\u3000甲</t>", "\u3000甲"),
        ("<r><rPr><b/></rPr><t>一、</t></r><r><t>本年</t></r>", "一、本年"),
        ("<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>", "東京"),
        ("<t>a_x000D_\nb</t>", "a\r\nb"),
        ("<t>_x005F_x000D_</t>", "_x000D_"),
        ("<t>_xD83D__xDE00_</t>", "😀"),
        ("<t>_xD83D_</t>", "\ufffd"),
        ("<t>a_xlfn_x_x00_</t>", "a_xlfn_x_x00_"),
        ("<t/>", ""),
        ("", ""),
    ],
)
def test_strings(item, text):
    assert cells(row('<c r="A1" t="s"><v>0</v></c>'), sst=strings(item))["A1"][1] == text
    inline = f'<c r="A1" t="inlineStr"><is>{item}</is></c>'
    assert cells(row(inline))["A1"][1] == text


def test_rows_and_cells_without_numbers():
    data = (
        '<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row><row><c r="B7">'
        "<v>5</v></c></row>"
    )
    assert {name: text for name, (_, text, _) in cells(data).items()} == {
        "A1": "1",
        "D1": "2",
        "E1": "3",
        "A2": "4",
        "B7": "5",
    }


def test_the_declared_dimension_says_nothing():
    data = row('<c r="A1"><v>1</v></c><c r="J1"><v>2</v></c>') + row('<c r="C40"><v>3</v></c>', 40)
    assert set(cells(data, before='<dimension ref="A1"/>')) == {"A1", "J1", "C40"}


def test_shared_formulas_are_written_out():
    data = (
        row('<c r="C1"><f t="shared" ref="C1:C3" si="0">SUM(A1:B1)+$A$1</f><v>1</v></c>')
        + row('<c r="C2"><f t="shared" si="0"/><v>2</v></c>', 2)
        + row('<c r="C3"><f t="shared" si="0"></f></c>', 3)
    )
    assert [cell[2] for cell in cells(data).values()] == ["SUM(A1:B1)+$A$1", "SUM(A2:B2)+$A$1", "SUM(A3:B3)+$A$1"]


def test_prefixes_and_strict_files():
    plain = packed(
        parts(
            row('<c r="A1" t="str"><v>a</v></c>') + row("", 2),
            after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
        )
    )
    prefixed = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>a</x:v></x:c>'
        f"</x:row></x:sheetData>"
    )
    prefixed += '<x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>'
    strict = {
        "_rels/.rels": rels(("a", "officeDocument", "/xl/workbook.xml"), space=STRICT_LINKS),
        "xl/workbook.xml": workbook("表一", main=STRICT_MAIN, links=STRICT_LINKS),
        "xl/_rels/workbook.xml.rels": rels(("rId1", "worksheet", "/xl/worksheets/sheet1.xml"), space=STRICT_LINKS),
        "xl/worksheets/sheet1.xml": sheet(
            row('<c r="A1" t="str"><v>a</v></c>'),
            after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
            main=STRICT_MAIN,
        ),
    }
    assert (
        read_book(plain)
        == read_book(packed(parts(**{"xl/worksheets/sheet1.xml": prefixed})))
        == read_book(packed(parts(**strict)))
    )
    assert read_book(plain).sheets[0].merges == ((0, 0, 1, 1),)


def test_sheets_in_the_order_of_the_workbook_without_charts():
    entries = (
        '<sheet name="乙" r:id="b" state="veryHidden"/><sheet name="图" r:id="c"/><sheet name="甲" r:id="a" '
        'state="hidden"/>'
    )
    read = read_book(
        packed(
            parts(
                **{
                    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{entries}</sheets>'
                    f"</workbook>",
                    "xl/_rels/workbook.xml.rels": rels(
                        ("a", "worksheet", "a.xml"), ("b", "worksheet", "b.xml"), ("c", "chartsheet", "c.xml")
                    ),
                    "xl/a.xml": sheet(""),
                    "xl/b.xml": sheet(""),
                }
            )
        )
    )
    assert [(one.name, one.visibility) for one in read.sheets] == [("乙", "veryHidden"), ("甲", "hidden")]


def test_names_properties_and_locks():
    read = read_book(
        packed(
            parts(
                before='<cols><col min="2" max="3" hidden="1"/><col min="90" max="16384" hidden="true"/><col min="5" '
                'max="6"/></cols>',
                data='<row r="2" hidden="1"/><row r="3" hidden="0"/><row r="1048576" hidden="1"/>',
                after='<sheetProtection sheet="1" objects="1"/>',
                **{
                    "_rels/.rels": rels(
                        ("a", "officeDocument", "xl/workbook.xml"),
                        ("b", "custom-properties", "c.xml"),
                        ("c", "extended-properties", "a.xml"),
                    ),
                    "xl/workbook.xml": workbook(
                        "表一",
                        before='<workbookPr date1904="1"/><workbookProtection lockStructure="1"/>',
                        after='<definedNames><definedName name="_c.a" hidden="1">表一!$D$6</definedName>'
                        '<definedName name="local" localSheetId="0">表一!$A$1</definedName></definedNames>',
                    ),
                    "c.xml": '<Properties xmlns="p" xmlns:vt="v"><property name="form"><vt:lpwstr>'
                    "ogi-2021</vt:lpwstr></property>"
                    '<property name="year"><vt:i4>2023</vt:i4></property><property name="none"/></Properties>',
                    "a.xml": '<Properties xmlns="p"><Application>WPS 表格</Application></Properties>',
                },
            )
        )
    )
    assert read.names == {"_c.a": "表一!$D$6"}
    assert read.properties == {"form": "ogi-2021", "year": "2023"}
    assert (read.date1904, read.application, read.structure_locked) == (True, "WPS 表格", True)
    one = read.sheets[0]
    assert one.protected
    assert one.hidden_rows == {1}
    assert one.hidden_columns == {1, 2, *range(89, 100)}


def test_document_properties_may_be_missing():
    links = rels(
        ("a", "officeDocument", "xl/workbook.xml"),
        ("b", "custom-properties", "c.xml"),
        ("c", "extended-properties", "a.xml"),
    )
    read = read_book(packed(parts(**{"_rels/.rels": links})))
    assert (read.properties, read.application) == ({}, "")


def test_no_namespace_loses_no_cell():
    data = '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>'
    read = read_book(packed(parts(sst="<sst><si><t>甲</t></si></sst>", **{"xl/worksheets/sheet1.xml": data})))
    assert read.sheets[0].cells == {(0, 0): RawCell("text", "甲")}


def test_escapes_in_document_properties():
    links = rels(("a", "officeDocument", "xl/workbook.xml"), ("b", "custom-properties", "c.xml"))
    custom = '<Properties><property name="_x0041_b"><lpwstr>a_x000D_\nb_x005F_x0041_</lpwstr></property></Properties>'
    assert read_book(packed(parts(**{"_rels/.rels": links, "c.xml": custom}))).properties == {"Ab": "a\r\nb_x0041_"}


def test_a_plain_book_claims_nothing():
    read = read_book(packed(parts()))
    assert (read.names, read.properties, read.date1904, read.application, read.structure_locked) == (
        {},
        {},
        False,
        "",
        False,
    )
    assert not read.sheets[0].protected


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (row('<c r="A1" t="s"><v>1</v></c>'), "文字的编号不在文字表内"),
        (row('<c r="A1" t="s"><v>-1</v></c>'), "文字的编号不在文字表内"),
        (row('<c r="A1" t="s"><v>٠</v></c>'), "文字的编号不在文字表内"),
        (row('<c r="A1" t="x"><v>1</v></c>'), "单元格的类型或逻辑值有误"),
        (row('<c r="A1" t="b"><v>2</v></c>'), "单元格的类型或逻辑值有误"),
        (row('<c r="A2"><v>1</v></c>'), "单元格的位置有误"),
        (row('<c r="1A"><v>1</v></c>'), "单元格的位置有误"),
        (row('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>'), "同一单元格出现两次"),
        (row('<c r="C1"><v>1</v><v>2</v></c>'), "单元格 C1 有两个值"),
        (row('<c r="B1" t="s"><v>0</v><v>0</v></c>'), "单元格 B1 有两个值"),
        (row('<c r="B1" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c>'), "单元格 B1 有两段文字"),
        (row("", 0), "行号有误"),
        (row("", 1048577), "行号有误"),
        ('<row r="٣"/>', "行号有误"),
        (row('<c r="A1"><f t="shared" si="0"/></c>'), "共享公式缺少原文"),
    ],
)
def test_damaged_sheets(data, why):
    found = finding(data, sst=strings("<t>甲</t>"))
    assert (found.code, found.data["part"], found.data["why"]) == ("file.damaged", "xl/worksheets/sheet1.xml", why)


@pytest.mark.parametrize(
    "others",
    [
        {"after": '<mergeCells><mergeCell ref="A1:"/></mergeCells>'},
        {"before": '<cols><col min="0" max="3" hidden="1"/></cols>'},
        {"before": '<cols><col min="1" max="99999" hidden="1"/></cols>'},
        {"xl/workbook.xml": workbook("表一", "表二")},
        {"xl/worksheets/sheet1.xml": "<chart/>"},
        {"xl/_rels/workbook.xml.rels": rels(("rId1", "worksheet", "none.xml"))},
        {"xl/_rels/workbook.xml.rels": rels(("rId1", "worksheet", "a.xml"), ("rId2", "sharedStrings", "none.xml"))},
        # A hundred sheets on one part would be read a hundred times.
        {
            "xl/workbook.xml": workbook("表一", "表二"),
            "xl/_rels/workbook.xml.rels": rels(
                ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/SHEET1.xml")
            ),
        },
    ],
)
def test_damaged_books(others):
    assert finding(**others).code == "file.damaged"


def test_a_main_part_that_is_no_workbook():
    assert finding(**{"xl/workbook.xml": "<a/>"}).code == "file.not_workbook"


@pytest.mark.parametrize(
    ("data", "limit", "found"),
    [
        (row('<c r="A2001"><v>1</v></c>', 2001), "一张工作表的行数", 2001),
        (row('<c r="CW1"><v>1</v></c>'), "一张工作表的列数", 101),
        (row(f'<c r="A1"><f>{"A" * 8193}</f></c>'), "一个公式的长度", 8193),
    ],
)
def test_limits_of_a_sheet(data, limit, found):
    told = finding(data)
    assert (told.code, told.data["limit"], told.data["found"]) == ("file.limit", limit, found)


def test_the_last_row_and_column_are_read_and_styles_beyond_them_are_not_counted():
    data = row('<c r="CV2000"><v>1</v></c><c r="XFD2000" s="1"/>', 2000) + row('<c r="A1048576" s="1"/>', 1048576)
    assert set(cells(data)) == {"CV2000"}


def test_limits_of_numbers_of_things(monkeypatch):
    for name in ("MAX_CELLS", "MAX_MERGES"):
        monkeypatch.setattr(sheets, name, 2)
    monkeypatch.setattr(shared, "MAX_STRINGS", 2)
    assert finding(row("<c><v>1</v></c>" * 3)).data["limit"] == "一张工作表的单元格数"
    merges = "".join(f'<mergeCell ref="A{at}:B{at}"/>' for at in range(1, 4))
    assert finding(after=f"<mergeCells>{merges}</mergeCells>").data["limit"] == "一张工作表的合并单元格数"
    assert finding(sst=strings("", "", "")).data["limit"] == "文字表的条数"


def test_a_long_shared_formula_cannot_fill_the_memory(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_FORMULAS", 1000)
    data = row('<c r="A1"><f t="shared" si="0">' + "B1+" * 100 + "1</f></c>" + '<c><f t="shared" si="0"/></c>' * 50)
    assert finding(data).data["limit"] == "全部公式的长度"


# Workbooks of others


def by_xlsxwriter() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        made.set_custom_property("form", "ogi-2021")
        bold = made.add_format({"bold": True})
        one = made.add_worksheet("表三 依申请公开")
        one.merge_range(0, 0, 1, 3, "标题", bold)
        one.write_rich_string(2, 0, "前", bold, "后")
        one.write_row(3, 0, [1, 2.5, 78.1561, -4, True, " 空格 ", "a\r\nb"])
        one.write_formula(4, 0, "=SUM(A4:D4)", None, 77.6561)
        one.write_formula(5, 0, '=IF(A4=1,"√","×")', None, "√")
        one.write_array_formula(6, 0, 6, 0, "{=A4:A5*2}", None, 2)
        one.write_blank(9, 9, None, bold)
        one.protect()
        two = made.add_worksheet("数据")
        two.very_hidden()
        two.set_row(3, None, None, {"hidden": True})
        two.set_column(1, 2, None, None, {"hidden": True})
        made.define_name("_c.a", "='表三 依申请公开'!$D$6")
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": ["表三 依申请公开", 3, 0, 3, 2]})
        made.add_chartsheet("图").set_chart(chart)
    return buffer.getvalue()


def by_openpyxl(write_only: bool = False) -> bytes:
    made = openpyxl.Workbook(write_only=write_only)
    one = made.create_sheet("表一") if write_only else made.active
    one.append([1, 0.1, 78.1561, "文字", " 空格 ", True, None, "=SUM(A1:C1)", "第一行\n第二行"])
    one.append([datetime.date(2023, 1, 31), "#REF!", "<&>'\""])
    if not write_only:
        one.title = "表一"
        one.merge_cells("A3:B4")
        one.protection.sheet = True
        made.defined_names["_c.a"] = DefinedName("_c.a", attr_text="表一!$D$6", hidden=True)
        made.security = WorkbookProtection(lockStructure=True)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def agree_with_openpyxl(data: bytes, read: RawBook) -> None:
    """Every cell that openpyxl sees is seen here with the same value and formula, and the other way round."""
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    assert [one.name for one in read.sheets] == [one.title for one in formulas.worksheets]
    for one, theirs, theirs_values in zip(read.sheets, formulas.worksheets, values.worksheets, strict=True):
        assert one.visibility == theirs.sheet_state
        assert one.protected == theirs.protection.sheet
        areas = {
            (area.min_row - 1, area.min_col - 1, area.max_row - 1, area.max_col - 1)
            for area in theirs.merged_cells.ranges
        }
        assert set(one.merges) == areas
        seen = set()
        for line in theirs.iter_rows():
            for cell in line:
                if cell.value is None:
                    continue
                place = (cell.row - 1, cell.column - 1)
                seen.add(place)
                agree(one.cells[place], cell, theirs_values.cell(cell.row, cell.column).value)
        assert {place for place, cell in one.cells.items() if (cell.text or cell.formula)} == seen


def agree(ours: RawCell, cell, value) -> None:
    formula = getattr(cell.value, "text", cell.value) if cell.data_type == "f" else None
    assert ours.formula == (formula if formula is None else formula.removeprefix("="))
    match ours.kind:
        case "number" if isinstance(value, int | float):
            assert float(ours.text) == value
        case "date" if isinstance(value, datetime.date | datetime.time):
            assert str(value).removesuffix(" 00:00:00") == ours.text  # a format makes a date of a number
        case "boolean":
            assert ours.text == str(value).upper()
        case "empty":
            assert not value
        case _:
            assert ours.text.replace("\r", "") == (value or "").replace("_x000D_", "").replace("\r", "")


def test_xlsxwriter():
    data = by_xlsxwriter()
    read = read_book(data)
    agree_with_openpyxl(data, read)
    assert read.names == {"_c.a": "'表三 依申请公开'!$D$6"}
    assert read.properties == {"form": "ogi-2021"}
    assert read.application == "Microsoft Excel"
    one, two = read.sheets
    assert one.cells[2, 0] == RawCell("text", "前后")
    assert one.cells[3, 5] == RawCell("text", " 空格 ")
    assert one.cells[3, 2] == RawCell("number", "78.1561")
    assert one.cells[6, 0].formula == "A4:A5*2"
    assert (two.visibility, two.hidden_rows, two.hidden_columns) == ("veryHidden", {3}, {1, 2})


@pytest.mark.parametrize("write_only", [False, True])
def test_openpyxl(write_only):
    data = by_openpyxl(write_only)
    read = read_book(data)
    agree_with_openpyxl(data, read)
    assert read.sheets[0].cells[0, 7] == RawCell("empty", "", "SUM(A1:C1)")
    if not write_only:
        assert read.names == {"_c.a": "表一!$D$6"}
        assert read.structure_locked


@pytest.mark.parametrize(
    ("name", "count", "place", "cell"),
    [
        ("fn.xlsx", 9, (1, 2), RawCell("number", "2", 'EVALUATE("1+1")')),
        ("write.xlsx", 12, (1, 0), RawCell("boolean", "TRUE")),
        ("zh-cn-9.1.xlsx", 356, (43, 3), RawCell("number", "6.6901")),
    ],
)
def test_wps(shared, name, count, place, cell):
    data = (shared / "reference" / "wps" / name).read_bytes()
    read = read_book(data)
    agree_with_openpyxl(data, read)
    assert "KSOProductBuildVer" in read.properties
    assert len(read.sheets[0].cells) == count
    assert read.sheets[0].cells[place] == cell


@pytest.mark.parametrize("make", [by_xlsxwriter, by_openpyxl])
def test_libreoffice_saves_again(make, tmp_path: Path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is not installed: nothing saved by LibreOffice to read")
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / "book.xlsx"
    source.write_bytes(make())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    data = (tmp_path / "book.xlsx").read_bytes()
    read, before = read_book(data), read_book(source.read_bytes())
    agree_with_openpyxl(data, read)
    assert read.application.startswith("LibreOffice")
    assert {parse_reference(text) for text in read.names.values()} == {
        parse_reference(text) for text in before.names.values()
    }
    for place, cell in before.sheets[0].cells.items():
        if cell.kind == "number":
            assert read.sheets[0].cells[place].text == cell.text


# Nothing but a refusal

REAL = by_xlsxwriter()
STORED = packed(
    {
        info.filename: zipfile.ZipFile(io.BytesIO(REAL)).read(info)
        for info in zipfile.ZipFile(io.BytesIO(REAL)).infolist()
    },
    zipfile.ZIP_STORED,
)


def read_or_refuse(data: bytes) -> RawBook | None:
    try:
        return read_book(data)
    except Refusal:
        return None


@pytest.mark.parametrize("at", range(1, len(REAL), 53))
def test_truncated_files_are_refused(at):
    assert read_or_refuse(REAL[:at]) is None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(REAL) - 1), st.integers(1, 255))
def test_one_wrong_byte_changes_nothing_or_is_refused(at, flip):
    wrong = bytearray(REAL)
    wrong[at] ^= flip
    read = read_or_refuse(bytes(wrong))
    assert read is None or read == read_book(REAL)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_wrong_byte_in_the_xml_never_raises_anything_else(data):
    """The sum is put right, so that the fault reaches the parsers."""
    entries = {
        info.filename: zipfile.ZipFile(io.BytesIO(STORED)).read(info)
        for info in zipfile.ZipFile(io.BytesIO(STORED)).infolist()
    }
    name = data.draw(st.sampled_from(sorted(entries)))
    wrong = bytearray(entries[name])
    wrong[data.draw(st.integers(0, len(wrong) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(packed(entries | {name: bytes(wrong)}, zipfile.ZIP_STORED))


@settings(deadline=None)
@given(st.text(alphabet='<>/="cvfrtsiAB12 &;:', max_size=60))
def test_any_sheet_data_is_read_or_refused(data):
    read_or_refuse(packed(parts(data), zipfile.ZIP_STORED))


@given(st.binary(max_size=500))
def test_any_bytes_are_refused(data):
    assert read_or_refuse(data) is None


def test_what_of_a_text_is_struck_through_is_known():
    run = "<r><rPr>{}</rPr><t>{}</t></r>"
    texts = "".join(
        run.format(look, text) for look, text in (("<strike/>", "甲"), ('<strike val="0"/>', "乙"), ("", "丙"))
    )
    read = read_book(packed(parts(row(f'<c r="A1" t="inlineStr"><is>{texts}</is></c>'))))
    assert read.sheets[0].cells[0, 0] == RawCell("text", "甲乙丙", None, "甲")
