"""The style part as Excel, WPS, LibreOffice and scripts write it, and as nobody should."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.styles.numbers import BUILTIN_FORMATS

from tests.workbook.parts import MAIN, packed, parts, rels
from tests.workbook.rewriters import openpyxl_saved
from tests.workbook.tamper import filled
from xltool.spreadsheet.book import read_book
from xltool.spreadsheet.cell import RawCell
from xltool.spreadsheet.package import Package, Refusal
from xltool.spreadsheet.sheet import WHOLE_NUMBER, Display
from xltool.spreadsheet.styles import _BUILTIN, read_styles

INNER = "http://schemas.openxmlformats.org/drawingml/2006/main"


def styles(inner: str, theme: str | None = None):
    others = {"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{inner}</styleSheet>'}
    if theme is not None:
        others["xl/theme.xml"] = (
            f'<a:theme xmlns:a="{INNER}"><a:themeElements><a:clrScheme>{theme}</a:clrScheme></a:themeElements>'
            f"</a:theme>"
        )
    return read_styles(Package(packed(parts(**others))), "xl/styles.xml", "xl/theme.xml" if theme is not None else None)


def look(
    font: str = "", fill: str = "", number: str = "0", before: str = "", theme: str | None = None
) -> Display | None:
    """The look of the one cell format of a style part."""
    inner = f"{before}<fonts><font>{font}</font></fonts><fills><fill>{fill}</fill></fills>"
    return styles(f'{inner}<cellXfs><xf numFmtId="{number}" fontId="0" fillId="0"/></cellXfs>', theme).displays["0"]


@pytest.mark.parametrize(
    ("number", "code"),
    [("2", "0.00"), ("9", "0%"), ("14", "yyyy/m/d"), ("31", 'yyyy"年"m"月"d"日"'), ("58", 'm"月"d"日"')],
)
def test_built_in_formats(number, code):
    assert look(number=number) == Display(code)


@pytest.mark.parametrize("number", ["0", "49", "23", "81", "", "-1", "x", "99999999999"])
def test_formats_that_are_plain_or_none(number):
    assert look(number=number) is None


def test_the_format_of_counts():
    assert look(number="1") is WHOLE_NUMBER
    assert look(number="170", before='<numFmts><numFmt numFmtId="170" formatCode="0"/></numFmts>') is WHOLE_NUMBER
    assert look(number="170", before='<numFmts><numFmt numFmtId="170" formatCode="GENERAL"/></numFmts>') is None


def test_the_built_in_formats_beside_openpyxl():
    """openpyxl lists those of an American Excel: dates and money are written otherwise, all others alike."""
    local = {5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 22, 37, 38, 39, 40, 41, 42, 43, 44}
    for number, code in BUILTIN_FORMATS.items():
        if number not in local and number in _BUILTIN:
            assert _BUILTIN[number] == code


@pytest.mark.parametrize(
    ("font", "fill", "unseen"),
    [
        ('<color rgb="FFFFFF"/>', "", True),
        ('<color rgb="00FFFFFF"/>', '<patternFill patternType="gray125"/>', False),
        ('<color indexed="65"/>', "", True),
        ('<color indexed="64"/>', '<patternFill patternType="solid"><fgColor indexed="8"/></patternFill>', True),
        ('<color indexed="999"/>', "", False),
        ('<color auto="1"/>', "", False),
        ("<color/>", '<patternFill patternType="solid"/>', True),
        ('<color theme="77"/>', "", False),
        ('<color theme="0" tint="-1"/>', "", False),
        ('<color theme="0" tint="-1E-2"/>', "", True),
        ('<color theme="0" tint="NaN"/>', "", True),
        ('<sz val="1.5"/>', "", True),
        ('<sz val="8"/>', "", False),
        ('<sz val="-"/>', "", False),
        ('<color rgb="FFE0E0E0"/>', "", True),
        ('<color rgb="FFA6A6A6"/>', "", False),
    ],
)
def test_colours(font, fill, unseen):
    assert look(font, fill) == (Display("General", True) if unseen else None)


THEME = "".join(f"<a:{name}>{colour}</a:{name}>" for name, colour in (
    ("dk1", '<a:sysClr val="windowText" lastClr="FFFFFF"/>'), ("lt1", '<a:srgbClr val="112233"/>'), ("dk2",
    '<a:srgbClr val="FFFFFF"/>'),
    ("lt2", '<a:srgbClr val="000000"/>'), ("accent1", '<a:srgbClr val="FEFEFE"/>'), ("accent2", "")))  # fmt: skip


@pytest.mark.parametrize(("number", "unseen"), [(0, False), (1, False), (2, False), (3, True), (4, True), (5, False)])
def test_the_colours_of_a_theme(number, unseen):
    """What the system calls the colour of text is that, whatever a file says it was last."""
    assert look(f'<color theme="{number}"/>', theme=THEME) == (Display("General", True) if unseen else None)


def test_a_palette_of_its_own():
    palette = '<colors><indexedColors><rgbColor rgb="00FFFFFF"/></indexedColors></colors>'
    assert look('<color indexed="0"/>', before=palette) == Display("General", True)
    assert look('<color indexed="2"/>', before=palette) is None


def test_odd_indices_are_read_as_numbers():
    inner = '<fonts><font/></fonts><cellXfs><xf/><xf numFmtId="9"/></cellXfs>'
    found = styles(inner).displays
    assert [found[index] for index in ("1", "01", "0", None, "2", "x", "")] == [
        Display("0%"),
        Display("0%"),
        None,
        None,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<cellXfs/>",
        '<cellXfs><xf fontId="7" fillId="7" numFmtId="7"/></cellXfs>',
        "<fills><fill/></fills>",
        "<dxfs><dxf/></dxfs>",
    ],
)
def test_what_is_missing_in_it_is_plain(inner):
    assert not any(found is not None and found.unseen for found in styles(inner).displays.values())


def test_no_style_part_and_a_broken_one():
    assert not read_book(Package(packed(parts()))).sheets[0].displays
    links = rels(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml"))
    with pytest.raises(Refusal) as caught:
        read_book(Package(packed(parts(**{"xl/_rels/workbook.xml.rels": links, "xl/styles.xml": "<styleSheet>"}))))
    assert caught.value.finding.data == {"part": "xl/styles.xml", "why": "内容不是完整的 XML"}


def test_only_cells_with_content_have_looks():
    links = rels(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml"))
    part = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="9"/><xf numFmtId="1"/></cellXfs></styleSheet>'
    cells = "".join(f'<c r="{name}"{more}' for name, more in (
        ("A1", "><v>5</v></c>"), ("B1", "/>"), ("C1", ' s="1"><v>5</v></c>'),
        ("D1", ' s="1"><v>5.5</v></c>'), ("E1", ' s="1" t="n"><v>5.5</v></c>'),
        ("F1", ' t="str"><v>a</v></c>')))  # fmt: skip
    data = parts(f'<row r="1">{cells}</row>', **{"xl/_rels/workbook.xml.rels": links, "xl/styles.xml": part})
    sheet = read_book(Package(packed(data))).sheets[0]
    assert sheet.displays == {(0, 0): Display("0%"), (0, 3): WHOLE_NUMBER, (0, 4): WHOLE_NUMBER}
    assert sheet.cells[0, 0] == RawCell("number", "5")


def test_our_own_workbooks_are_plain():
    for form_id in ("ogi-2021", "ogi-2019"):
        for data in (filled(form_id), openpyxl_saved(filled(form_id))):
            assert not any(sheet.displays or sheet.overlays.veils for sheet in read_book(Package(data)).sheets)


@pytest.mark.parametrize("name", ["fn.xlsx", "write.xlsx", "zh-cn-9.1.xlsx"])
def test_the_styles_of_wps(shared, name):
    """Which cells are dates, as openpyxl tells it."""
    data = (shared / "reference" / "wps" / name).read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    for sheet, theirs in zip(read_book(Package(data)).sheets, book.worksheets, strict=True):
        dates = {place for place, cell in sheet.cells.items() if cell.kind == "date"}
        assert dates == {
            (c.row - 1, c.column - 1)
            for line in theirs.iter_rows()
            for c in line
            if getattr(c, "is_date", False) and c.value is not None
        }
