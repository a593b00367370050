"""What shows an eye something else than the file holds is told, and what is read is what the file holds."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests import figures
from tests.workbook import calc
from tests.workbook.dress import attach, condition, dress, element
from tests.workbook.parts import MAIN
from tests.workbook.rewriters import LYING, REWRITERS, office_saved
from tests.workbook.tamper import TABLE_2, TABLE_3, TEXTS, Formula, Opened, codes, filled, given, read, tampered
from xltool import api
from xltool.forms.sheet_names import CHECKS, COVER, GUIDE, HIDDEN
from xltool.model import NOT_APPLICABLE, Submission
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.mark import mark_workbook

SPEC = api.form("ogi-2021")
COUNT, AMOUNT = "applications.received.natural_person", "disclosure.fees.amount"
FEES = make_plan(SPEC).cells[AMOUNT].address
NEW = {
    "cell.disguised", "row.hidden", "column.hidden", "sheet.hidden", "sheet.drawing", "format.conditional",
    "file.macros", "file.outside",
}  # fmt: skip
WHITE = '<sz val="11"/><color rgb="FFFFFFFF"/>'
SOLID = '<patternFill patternType="solid"><fgColor rgb="FF{}"/></patternFill>'


def told(reading, code):
    (found,) = [found for found in reading.findings if found.code == code]
    return api.message(found, SPEC)


def shows(content, address="D6", **look):
    """The reading of a workbook with that content in D6, dressed."""

    def act(opened: Opened) -> None:
        opened.put(TABLE_3, address, content)
        dress(opened, TABLE_3, address, **look)

    return api.read(tampered(act))


# ---------------------------------------------------------------- no false alarm


def clean() -> dict[str, tuple[bytes, Submission]]:
    """Workbooks of both editions as written and as returned, with last year's figures and without.

    And what each holds.
    """
    found = {}
    for form_id in ("ogi-2021", "ogi-2019"):
        spec = api.form(form_id)
        filled_in = figures.submission(spec, figures.consistent(spec, Random(3)))
        last = replace(figures.submission(spec, figures.consistent(spec, Random(4))), year=filled_in.year - 1)
        holes = replace(
            filled_in, values=tuple(None if at % 7 == 0 else value for at, value in enumerate(filled_in.values))
        )
        (judged,) = api.check([api.read(api.fill(holes))])
        for prior in (None, last):
            name = f"{form_id}{'-prior' if prior else ''}"
            found[name] = api.fill(filled_in, prior), filled_in
            returned = mark_workbook(spec, judged.submission, judged.findings, filled_in, 2, prior=prior)
            found[f"{name}-returned"] = returned, judged.submission
    return found


CLEAN = clean()


@pytest.mark.parametrize("name", CLEAN)
def test_no_false_alarm(name):
    data, held = CLEAN[name]
    for rewrite in (lambda same: same, *(make for name, make in REWRITERS.items() if name not in LYING)):
        reading = api.read(rewrite(data))
        assert reading.findings == ()
        assert reading.submission.values == held.values


def test_no_false_alarm_after_libreoffice(tmp_path):
    calc.require_office()
    for name, data in office_saved({name: data for name, (data, _) in CLEAN.items()}, tmp_path).items():
        for saved in (data, REWRITERS["openpyxl_saved"](data)):
            reading = api.read(saved)
            assert reading.findings == (), name
            assert reading.submission.values == CLEAN[name][1].values, name


# ---------------------------------------------------------------- number formats


@pytest.mark.parametrize(
    ("content", "code", "shown"),
    [
        (50, '"5"', "显示为“5”，实际是 50"),
        (50, '"5";"5";"5"', "显示为“5”，实际是 50"),
        (5, '0"0"', "显示为“50”，实际是 5"),
        (5000, "0,", "显示为“5”，实际是 5000"),
        (5000, "#,##0,", "显示为“5”，实际是 5000"),
        (5, "0%", "显示为“500%”，实际是 5"),
        (5, '0"万件"', "显示为“5万件”，实际是 5"),
        (50, ";;;", "看不见，实际是 50"),
        (0, "0;-0;", "看不见，实际是 0"),
        (50, "[DBNum1]0", "用了数字格式“[DBNum1]0”，实际是 50"),
        (50, '[>=50]"5";0', "显示为“5”，实际是 50"),
        (0, '0;-0;"-"', "显示为“-”，实际是 0"),
        ("/", ';;;"0"', "显示为“0”，实际是 “/”"),
        ("/", ";;;", "看不见，实际是 “/”"),
    ],
)
def test_a_number_format_that_shows_something_else(content, code, shown):
    reading = shows(content, code=code)
    assert f"D6 {shown}；按实际值读取" in told(reading, "cell.disguised")
    assert reading.submission.values[SPEC.index[COUNT]] == (NOT_APPLICABLE if content == "/" else content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (5000, "#,##0"), (5, "0.00"), (5, '0"件"'), (5, "¥0"), (5, "0_ "), (-5, "0;(0)"), (5, "General"), (5, "00"),
        (5, "@"),
        (5, "0;-0;;@"), (12, "0.0E+0"), (5, "[Red]0"), ("/", "0;0;0"), (5, '[=5]0;"x"'),
    ],
)  # fmt: skip
def test_a_number_format_that_shows_the_figure(content, code):
    assert not codes(shows(content, code=code)) & NEW


def test_an_amount_that_is_shown_rounded():
    def act(opened):
        opened.put(TABLE_2, FEES, 78.1561)
        dress(opened, TABLE_2, FEES, number=2)

    reading = api.read(tampered(act))
    assert reading.submission.values[SPEC.index[AMOUNT]] == 78_156_100
    assert f"{FEES} 显示为“78.16”，实际是 78.1561；按实际值读取" in told(reading, "cell.disguised")


def test_the_plain_format_of_counts_on_an_amount():
    def act(opened):
        opened.put(TABLE_2, FEES, 78.6)
        dress(opened, TABLE_2, FEES, number=1)

    for data in (tampered(act), REWRITERS["doubles"](tampered(act))):
        assert f"{FEES} 显示为“79”，实际是 78.6" in told(api.read(data), "cell.disguised")


@pytest.mark.parametrize(
    ("serial", "look", "shown"),
    [
        (45294, {"number": 14}, "2024-01-03"),
        (45294, {"number": 58}, "2024-01-03"),
        (45294, {"number": 31}, "2024-01-03"),
        (45294, {"code": 'm"月"d"日"'}, "2024-01-03"),
        (45294, {"code": "[$-804]yyyy/m/d;@"}, "2024-01-03"),
        (3, {"code": "yyyy/m/d"}, "1900-01-03"),
        (0.5, {"number": 20}, "12:00:00"),
    ],
)
def test_what_was_typed_as_a_date_is_no_figure(serial, look, shown):
    """Excel makes 3 January of `1/3` and stores 45294."""
    reading = shows(serial, **look)
    assert reading.submission.values[SPEC.index[COUNT]] is None
    assert codes(reading) == {"number.kind"}
    assert f"里是日期（{shown}），不是数字" in told(reading, "number.kind")


def test_a_date_of_the_calendar_of_1904():
    def act(opened):
        opened.put(TABLE_3, "D6", 43832)
        dress(opened, TABLE_3, "D6", number=14)

    assert "里是日期（2024-01-03）" in told(api.read(REWRITERS["date_1904"](tampered(act))), "number.kind")


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize(
    ("font", "fill"),
    [
        (WHITE, ""),  # on the pale yellow of inputs
        ('<sz val="11"/><color rgb="FFFFFDE7"/>', ""),
        ('<sz val="11"/><color indexed="9"/>', ""),
        ('<sz val="11"/><color theme="0"/>', ""),
        ('<sz val="11"/><color theme="0" tint="-0.05"/>', ""),
        ('<sz val="11"/><color theme="1" tint="0.95"/>', ""),
        ('<sz val="1"/><color theme="1"/>', ""),
        (WHITE, '<patternFill patternType="none"/>'),
        ("", SOLID.format("000000")),
        ("", '<patternFill patternType="solid"><fgColor theme="1"/></patternFill>'),
        ('<sz val="11"/><color rgb="FF112233"/>', SOLID.format("112233")),
    ],
)
def test_a_figure_that_cannot_be_seen(font, fill):
    reading = shows(50, font=font, fill=fill)
    assert reading.submission.values[SPEC.index[COUNT]] == 50
    assert "D6 看不见，实际是 50；按实际值读取" in told(reading, "cell.disguised")


@pytest.mark.parametrize(
    ("font", "fill"),
    [
        ('<sz val="11"/><color rgb="FFFF0000"/>', ""),
        ('<sz val="11"/><color theme="4"/>', ""),
        ('<sz val="11"/><color rgb="FFC00000"/>', SOLID.format("FFFF00")),
        (WHITE, SOLID.format("1F4E79")),
        ('<sz val="11"/><color rgb="nonsense"/>', ""),
        ("", '<gradientFill><stop position="0"><color rgb="FF000000"/></stop></gradientFill>'),
        ("", "<patternFill/>"),
        ("", ""),
    ],
)
def test_colours_that_can_be_seen(font, fill):
    assert not codes(shows(50, font=font, fill=fill, number=1)) & NEW


def test_a_theme_that_makes_all_text_white():
    def act(opened):
        theme = opened.parts["xl/theme/theme1.xml"].decode()
        dark, light = '<a:sysClr val="windowText" lastClr="000000"/>', '<a:srgbClr val="FFFFFF"/>'
        assert dark in theme
        opened.parts["xl/theme/theme1.xml"] = theme.replace(dark, light).encode()

    reading = read(tampered(act))
    inputs = {cell.key for cell in SPEC.cells if not cell.total}
    assert inputs <= {key for found in reading.findings if found.code == "cell.disguised" for key in found.keys}


def test_many_figures_are_one_finding_a_table():
    reading = read(tampered(lambda opened: dress(opened, TABLE_3, *(f"D{row}" for row in range(6, 16)), font=WHITE)))
    message = told(reading, "cell.disguised")
    assert message.startswith("表三有 10 格看到的与实际的数不同：D6 看不见，实际是 ")
    assert message.count("看不见") == 3


def test_zeros_that_a_sheet_does_not_show():
    def act(opened):
        opened.put(TABLE_3, "D6", 0)
        next(opened.sheet(TABLE_3).iter(f"{{{MAIN}}}sheetView")).set("showZeros", "0")

    reading = api.read(tampered(act))
    assert [found.keys for found in reading.findings if found.code == "cell.disguised"] == [(COUNT,)]


# ---------------------------------------------------------------- hidden rows, columns and sheets


def hide(opened: Opened, sheet: str, row: int, **how: str) -> None:
    next(line for line in opened.sheet(sheet).iter(f"{{{MAIN}}}row") if line.get("r") == str(row)).attrib.update(how)


@pytest.mark.parametrize(
    "how", [{"hidden": "1"}, {"ht": "0", "customHeight": "1"}, {"ht": "0.75", "customHeight": "1"}, {"hidden": "true"}]
)
@pytest.mark.parametrize(("sheet", "row"), [(TABLE_3, 8), (TABLE_3, 4), (TEXTS, 5), (COVER, 9)])
def test_hidden_rows(how, sheet, row):
    reading = read(tampered(lambda opened: hide(opened, sheet, row, **how)))
    assert codes(reading) == {"row.hidden"}
    assert reading.submission == given()
    assert told(reading, "row.hidden").startswith(f"工作表“{sheet}”有 1 行被隐藏或压得看不见（{row}）")


def test_hidden_columns():
    for how in ("hidden", "width"):

        def act(opened, how=how):
            column = next(opened.sheet(TABLE_3).iter(f"{{{MAIN}}}cols"))
            column.append(element(f'<col min="5" max="6" {how}="{1 if how == "hidden" else 0}"/>'))

        reading = read(tampered(act))
        assert codes(reading) == {"column.hidden"}
        assert "有 2 列被隐藏或压得看不见（E、F）" in told(reading, "column.hidden")


def test_hidden_rows_of_the_checks_matter_where_something_is_explained():
    explained = min(spot.row for spot in make_plan(SPEC).explanations.values()) + 1
    assert codes(read(tampered(lambda opened: hide(opened, CHECKS, explained, hidden="1")))) == {"row.hidden"}
    assert codes(read(tampered(lambda opened: hide(opened, CHECKS, 3, hidden="1")))) == set()
    assert codes(read(tampered(lambda opened: hide(opened, GUIDE, 2, hidden="1")))) == set()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets(state):
    reading = read(tampered(lambda opened: opened.entry(TABLE_2).set("state", state)))
    assert (codes(reading), reading.submission) == ({"sheet.hidden"}, given())
    assert told(reading, "sheet.hidden").startswith(f"工作表“{TABLE_2}”被隐藏；")
    assert codes(read(tampered(lambda opened: opened.entry(HIDDEN).attrib.pop("state")))) == set()


def test_an_added_sheet_that_is_hidden():
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(filled()))
    book.create_sheet("备注")["A1"] = 1
    book["备注"].sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert told(api.read(buffer.getvalue()), "sheet.added").startswith("多了隐藏的工作表“备注”，")


# ---------------------------------------------------------------- conditions and drawings


@pytest.mark.parametrize(
    ("dxf", "what"),
    [
        ('<numFmt numFmtId="200" formatCode="&quot;5&quot;"/>', '数字格式“"5"”'),
        ('<numFmt numFmtId="200" formatCode=";;;"/>', "数字格式“;;;”"),
        ('<font><color rgb="FFFFFFFF"/></font>', "与底色相同的字"),
        ('<font><color theme="0"/></font>', "与底色相同的字"),
        ('<fill><patternFill><bgColor rgb="FF000000"/></patternFill></fill>', "与底色相同的字"),
        (
            '<font><color rgb="FF336699"/></font><fill><patternFill><bgColor rgb="FF336699"/></patternFill></fill>',
            "与底色相同的字",
        ),
    ],
)
def test_conditions_that_hide_or_change(dxf, what):
    reading = read(tampered(lambda opened: condition(opened, TABLE_3, "D6:E7", dxf)))
    assert codes(reading) == {"format.conditional"}
    assert f"有 4 个数字格的条件格式会改变或遮掩显示（{what}）" in told(reading, "format.conditional")


def test_conditions_with_bars_or_icons_instead_of_figures():
    bar = '<dataBar showValue="0"><cfvo type="min"/><cfvo type="max"/><color rgb="FF638EC6"/></dataBar>'
    reading = read(tampered(lambda opened: condition(opened, TABLE_3, "D6", "", 'type="dataBar"', bar)))
    assert codes(reading) == {"format.conditional"}


def test_conditions_in_the_extensions_of_a_sheet():
    space = (
        'xmlns:x="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'xmlns:m="http://schemas.microsoft.com/office/excel/2006/main"'
    )
    rule = (
        '<x:cfRule type="expression"><m:f>TRUE</m:f><x:dxf><font><color rgb="FFFFFFFF"/></font></x:dxf></x:cfRule>'
        "<m:sqref>D6</m:sqref>"
    )
    xml = (
        f"<x:conditionalFormattings {space}><x:conditionalFormatting>{rule}</x:conditionalFormatting>"
        f"</x:conditionalFormattings>"
    )
    xml = f"<extLst><ext>{xml}</ext></extLst>"
    assert codes(read(tampered(lambda opened: opened.sheet(TABLE_3).append(element(xml))))) == {"format.conditional"}


@pytest.mark.parametrize(
    ("area", "dxf"),
    [
        ("D6", '<font><b/><color rgb="FFFF0000"/></font>'),
        ("D6", '<fill><patternFill><bgColor rgb="FFFFFF00"/></patternFill></fill>'),
        ("D6", '<numFmt numFmtId="3" formatCode="#,##0"/>'),
        ("A1", '<font><color rgb="FFFFFFFF"/></font>'),
    ],
)
def test_conditions_that_only_colour_or_stand_elsewhere(area, dxf):
    assert codes(read(tampered(lambda opened: condition(opened, TABLE_3, area, dxf)))) == set()


DRAWING = '<d:wsDr xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">{}</d:wsDr>'
ENDS = "<d:from><d:col>{}</d:col><d:row>{}</d:row></d:from><d:to><d:col>{}</d:col><d:row>{}</d:row></d:to>"
TWO = f"<d:twoCellAnchor>{ENDS}<d:{{}}/></d:twoCellAnchor>"


def drawn(xml: str, kind: str = "drawing"):
    def act(opened: Opened) -> None:
        attach(
            opened,
            opened.part(TABLE_3),
            kind,
            "/xl/drawings/drawing9.xml" if kind == "drawing" else "/xl/drawings/v9.vml",
            xml,
        )

    return read(tampered(act))


@pytest.mark.parametrize(
    ("shape", "what"), [("pic", "图片"), ("sp", "文本框或图形"), ("graphicFrame", "图表"), ("cxnSp", "图形或控件")]
)
def test_drawings_over_figures(shape, what):
    reading = drawn(DRAWING.format(TWO.format(3, 5, 4, 6, shape)))
    assert codes(reading) == {"sheet.drawing"}
    assert told(reading, "sheet.drawing").startswith(f"工作表“{TABLE_3}”有{what}盖在 4 个数字格上： 表三 D6、")


def test_drawings_that_tell_their_size():
    one = (
        '<d:oneCellAnchor><d:from><d:col>3</d:col><d:row>5</d:row></d:from><d:ext cx="9525" cy="9525"/><d:pic/>'
        "</d:oneCellAnchor>"
    )
    whole = '<d:absoluteAnchor><d:pos x="0" y="0"/><d:ext cx="99999999" cy="99999999"/><d:pic/></d:absoluteAnchor>'
    assert "盖在 1 个" in told(drawn(DRAWING.format(one)), "sheet.drawing")
    assert "盖在 175 个" in told(drawn(DRAWING.format(whole)), "sheet.drawing")


def test_drawings_beside_the_figures():
    assert codes(drawn(DRAWING.format(TWO.format(0, 0, 1, 1, "pic")))) == set()


def test_old_controls_and_comments():
    shape = '<x:ClientData ObjectType="{}"><x:Anchor>3, 0, 5, 0, 3, 9, 5, 9</x:Anchor></x:ClientData><br>'
    assert codes(drawn(shape.format("Button"), "vmlDrawing")) == {"sheet.drawing"}
    assert codes(drawn(shape.format("Note"), "vmlDrawing")) == set()


def test_formulas_and_texts_with_looks_are_told_as_what_they_are():
    made = Formula("1+1")
    made.shown = 2
    assert codes(shows(made, code='"9"')) >= {"formula.in_input", "cell.disguised"}
    assert codes(shows("3件", font=WHITE)) == {"number.text"}


# ---------------------------------------------------------------- merges and kept results


def merge(sheet: str, area: str):
    def act(opened: Opened) -> None:
        merges = opened.sheet(sheet).find(f"{{{MAIN}}}mergeCells")
        if merges is None:
            merges = element("<mergeCells/>")
            opened.sheet(sheet).find(f"{{{MAIN}}}sheetData").addnext(merges)
        merges.append(element(f'<mergeCell ref="{area}"/>'))

    return act


@pytest.mark.parametrize(
    ("sheet", "area", "count"), [(TABLE_3, "A1:Z99", 175), (TABLE_3, "D6:E7", 3), (TABLE_2, "A1:D60", 10)]
)
def test_a_merge_over_figures(sheet, area, count):
    reading = read(tampered(merge(sheet, area)))
    assert codes(reading) == {"merge.covering"}
    assert reading.submission == given()
    assert told(reading, "merge.covering").startswith(
        f"工作表“{sheet}”新合并的 {area} 盖住了 {count} 个填报格或合计格，"
    )


def test_a_merge_over_texts():
    assert codes(read(tampered(merge(TEXTS, "A4:D30")))) == {"merge.covering"}


@pytest.mark.parametrize(
    ("sheet", "area"), [(TABLE_3, "L1:M9"), (TABLE_3, "D6"), (TABLE_3, "J30:K30"), (GUIDE, "A1:C9")]
)
def test_merges_that_cover_nothing(sheet, area):
    assert codes(read(tampered(merge(sheet, area)))) == set()


def test_kept_results_of_totals_that_are_not_their_sums():
    def act(opened: Opened) -> None:
        total = opened.cell(TABLE_3, "J6")
        total.find(f"{{{MAIN}}}v").text = "999999"

    reading = read(tampered(act))
    assert codes(reading) == {"total.stale"}
    assert reading.submission == given()
    text = told(reading, "total.stale")
    assert "有 1 个合计格显示的数与各项之和不同： 表三 J6" in text
    assert "显示 999999，按各项相加是 " in text
