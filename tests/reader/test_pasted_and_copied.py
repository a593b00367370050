"""Workbooks pasted as values, copied into other books, saved by other programs: what is there is read, or told."""

from __future__ import annotations

import io
import shutil
from copy import copy
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.workbook import tamper
from tests.workbook.rewriters import office_saved
from tests.workbook.tamper import (
    CHECKS,
    COVER,
    CUSTOM,
    GUIDE,
    HIDDEN,
    SHEETS,
    TABLE_2,
    TABLE_3,
    TABLE_4,
    TEXTS,
    Fault,
    Formula,
    Opened,
    by_openpyxl,
    codes,
    filled,
    given,
    message,
    only,
    tampered,
)
from xltool import api
from xltool.forms import totals
from xltool.model import Leftover
from xltool.spreadsheet.a1 import cell_name
from xltool.workbook.layout_plan import TABLE_TOP, make_plan
from xltool.workbook.mark import mark_workbook

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
WHYS = list(PLAN.explanations.values())


def notice_texts(reading):
    """All that the first sheet of the workbook that goes back says."""
    data = mark_workbook(SPEC, reading.submission, reading.findings, None, 1)
    return [cell.value for row in openpyxl_sheet(data).iter_rows() for cell in row if cell.value is not None]


def openpyxl_sheet(data):
    return openpyxl.load_workbook(io.BytesIO(data))["退回意见"]


# ---------------------------------------------------------------- values instead of formulas


def as_values(*sheets):
    """What pasting a sheet over itself as values leaves."""

    def act(opened: Opened):
        for sheet in sheets:
            for formula in list(opened.sheet(sheet).iter(f"{{{tamper.MAIN}}}f")):
                formula.getparent().remove(formula)

    return act


@pytest.mark.parametrize("sheets", [(CHECKS,), SHEETS[1:-1], SHEETS])
def test_sheets_pasted_as_values_keep_their_explanations(sheets):
    reading = tamper.read(tampered(as_values(*sheets)))
    assert reading.submission == given()
    assert codes(reading) <= {"formula.changed", "total.retyped"}
    assert api.status(reading) == "accepted"


@pytest.mark.parametrize("gone", ["head", "names", "one verdict"])
def test_explanations_pasted_as_values_have_other_witnesses(gone):
    acts = {
        "head": lambda o: o.put(CHECKS, "I5", None),
        "names": lambda o: tamper.remove_names(o, "why__"),
        "one verdict": lambda o: o.put(CHECKS, f"H{WHYS[0].row + 1}", "需核实"),
    }
    acting = () if gone == "one verdict" else (as_values(CHECKS),)
    reading = tamper.read(tampered(*acting, acts[gone]))
    assert reading.submission.explanations == given().explanations


def test_a_workbook_of_values_without_an_explanation_is_no_reason_to_return_it():
    data = api.fill(replace(given(), explanations={}))
    acts = (
        as_values(*SHEETS),
        lambda o: tamper.remove_names(o, "why__"),
        *(lambda o, spot=spot: o.put(CHECKS, f"D{spot.row + 1}", "改了") for spot in WHYS),
        lambda o: tamper.move_rows(o, CHECKS, 4, 1),
    )
    reading = api.read(tampered(*acts, data=data))
    assert reading.submission.explanations == {}
    assert "text.conflict" not in {found.code for found in reading.findings if found.severity == "error"}


def test_texts_that_are_not_read_go_back_word_for_word():
    first, second = PLAN.texts["overview"], PLAN.texts["problems"]
    cut = lambda o: tamper.cut_and_paste(o, (TEXTS, first.address), (TEXTS, second.address))  # noqa: E731
    reading = tamper.read(tampered(cut))
    assert only(reading, "text.conflict").data["unread"] == (
        Leftover(TEXTS, second.address, given().texts["overview"]),
    )
    said = notice_texts(reading)
    assert given().texts["overview"] in said
    assert f"{TEXTS} {second.address}" in said
    assert not any("重新填写" in text or "原来的工作簿" in text for text in said if isinstance(text, str))


def test_what_stands_where_a_cell_was_cut_and_pasted_is_quoted():
    (one,) = [cell for cell in SPEC.cells if PLAN.cells[cell.key].address == "D8" and cell.table.sheet == TABLE_3]
    cut = lambda o: tamper.cut_and_paste(o, (TABLE_3, "D8"), (TABLE_3, "D9"))  # noqa: E731
    reading = tamper.read(tampered(cut))
    held = f"{given().values[SPEC.index[one.key]]}"
    assert f"那里现有 D9“{held}”" in message(reading, "cell.conflict")
    assert f"D9：{held}" in notice_texts(reading)


# ---------------------------------------------------------------- other programs


def twice(text: str, encoding: str) -> str:
    return text.encode().decode(encoding)


@pytest.mark.parametrize(
    "garble",
    [
        lambda text: twice(text, "latin-1"),
        lambda text: twice(twice(text, "latin-1"), "latin-1"),
        lambda text: "?" * len(text),
        lambda text: "\ufffd" * len(text),
    ],
)
def test_a_property_that_cannot_be_the_name_is_lost_and_no_contradiction(garble):
    def act(opened):
        entry = next(entry for entry in opened.tree(CUSTOM) if entry.get("name") == "xltool_name")
        entry[0].text = garble(given().agency.name)

    reading = tamper.read(tampered(act))
    assert (reading.submission, codes(reading)) == (given(), {"identity.partial"})
    assert "（文件属性中的单位名称）" in message(reading, "identity.partial")


@pytest.mark.parametrize("behind", [" - 表格 1", " - Table 1", "-1", "（2）"])
def test_sheets_are_known_by_more_than_their_whole_names(behind):
    def act(opened):
        for sheet in SHEETS:
            tamper.rename(opened, sheet, f"{sheet}{behind}")
        tamper.remove_names(opened)
        for entry in list(opened.tree(CUSTOM)):
            entry.getparent().remove(entry)

    reading = tamper.read(tampered(act))
    assert reading.submission == given()
    assert codes(reading) <= {"sheet.renamed", "identity.partial", "formula.changed"}
    assert len([found for found in reading.findings if found.code == "sheet.renamed"]) == 1


def test_visible_sheets_in_a_new_book_are_recognised():
    def act(book):
        for sheet in (GUIDE, HIDDEN):
            book.remove(book[sheet])
        for name in [name for name in book.defined_names if not name.startswith("cell__")]:
            del book.defined_names[name]
        book.create_sheet("Sheet1", 0)

    def no_properties(opened):
        for entry in list(opened.tree(CUSTOM)):
            entry.getparent().remove(entry)

    reading = tamper.read(tampered(no_properties, data=by_openpyxl(act)))
    assert reading.submission == given()
    assert codes(reading) == {"identity.partial", "sheet.removed"}
    assert api.status(reading) == "accepted"


@pytest.mark.parametrize("count", [1, 511, 512, 70_000])
def test_zeros_behind_the_file_are_let_pass(count):
    assert api.read(filled() + bytes(count)).submission == given()
    assert api.read(filled() + bytes(count) + b"x").submission is None


# ---------------------------------------------------------------- nothing written is lost


@pytest.mark.parametrize(
    ("sheet", "address", "content"),
    [
        (TABLE_2, "F9", 17),
        (TABLE_3, "M20", "另有 3 件未列入"),
        (TABLE_4, "B12", 5),
        (TEXTS, "B40", "另有一段，请一并写入报告。"),
        (TEXTS, "F5", "补充"),
        (COVER, "E3", "联系人换了"),
        (CHECKS, "L8", "已核实"),
        (GUIDE, "E30", "看过了"),
    ],
)
def test_what_is_written_beside_the_form_is_told_and_goes_back(sheet, address, content):
    reading = tamper.read(by_openpyxl(lambda book: book[sheet].__setitem__(address, content)))
    assert (reading.submission, codes(reading)) == (given(), {"sheet.unread"})
    assert only(reading, "sheet.unread").severity == "warning"
    assert f"工作表“{sheet}”有 1 处写在填报格之外，没有读取：{address}“{content}”。" in message(reading, "sheet.unread")
    assert f"{content}" in notice_texts(reading)


@pytest.mark.parametrize(("sheet", "row"), [(TABLE_3, 9), (TABLE_3, 20), (TABLE_2, 6), (TEXTS, 6)])
@pytest.mark.parametrize("content", [3, "另加一行"])
def test_what_is_written_in_an_inserted_row_is_told(sheet, row, content):
    def write(opened):
        tamper.move_rows(opened, sheet, row, 1)
        lines = opened.sheet(sheet).find(f"{{{tamper.MAIN}}}sheetData")
        at = next(at for at, line in enumerate(lines) if int(line.get("r")) > row)
        line = tamper.etree.Element(f"{{{tamper.MAIN}}}row", r=str(row))
        tamper.etree.SubElement(line, f"{{{tamper.MAIN}}}c", r=f"B{row}")
        lines.insert(at, line)
        opened.put(sheet, f"B{row}", content)

    reading = tamper.read(tampered(write))
    assert reading.submission == given()
    assert [each.address for each in only(reading, "sheet.unread").data["unread"]] == [f"B{row}"]


@pytest.mark.parametrize("sheet", [TABLE_2, TABLE_3, TABLE_4, TEXTS, COVER, CHECKS])
@pytest.mark.parametrize("act", [tamper.move_rows, tamper.move_columns])
def test_what_the_form_writes_is_nobodys_writing_wherever_it_moves(sheet, act):
    for prior in (None, given()):
        data = api.fill(given(), prior)
        reading = api.read(tampered(lambda o: act(o, sheet, 4 if act is tamper.move_rows else 1, 1), data=data))
        assert "sheet.unread" not in codes(reading)


def test_what_is_written_beside_the_opinions_is_told():
    back = mark_workbook(SPEC, given(), (), None, 1)
    reading = api.read(by_openpyxl(lambda book: book["退回意见"].__setitem__("I6", "已改"), back))
    assert "工作表“退回意见”有 1 处" in message(reading, "sheet.unread")


@pytest.mark.parametrize(("content", "told"), [("其中1件待核", True), ("12", False), ("/", False), (None, False)])
def test_words_in_place_of_last_years_figures_are_told(content, told):
    place = make_plan(SPEC, True).priors["applications.granted.enterprise"]
    filled_in = api.fill(given(), given())
    reading = api.read(by_openpyxl(lambda book: book[TABLE_3].__setitem__(place.address, content), filled_in))
    assert reading.submission == given()
    assert codes(reading) == ({"sheet.unread"} if told else set())


def test_figures_under_a_merge_are_named():
    def merge(opened):
        merges = opened.sheet(TABLE_4).find(f"{{{tamper.MAIN}}}mergeCells")
        tamper.etree.SubElement(merges, f"{{{tamper.MAIN}}}mergeCell", ref="A6:C6")

    reading = tamper.read(tampered(merge))
    held = [
        given().values[SPEC.index[c.key]] for c in SPEC.cells if PLAN.place(c.key) in {(TABLE_4, "B6"), (TABLE_4, "C6")}
    ]
    assert f"其中看不见的有 B6“{held[0]}”、C6“{held[1]}”" in message(reading, "merge.covering")


# ---------------------------------------------------------------- pictures, formulas that were texts, bullets, dates


def shown(text, value):
    made = Formula(text)
    made.shown = value
    return made


@pytest.mark.parametrize(
    "content",
    [
        shown('_xlfn.DISPIMG("ID_1",1)', '=DISPIMG("ID_1",1)'),
        shown('DISPIMG("ID_1",1)', None),
        '=DISPIMG("ID_1",1)',
        shown('_xlfn.IMAGE("https://example.invalid/a.png")', None),
    ],
)
@pytest.mark.parametrize("where", [(TEXTS, PLAN.texts["overview"].address), (TABLE_3, "D6")])
def test_a_picture_in_a_cell_is_neither_text_nor_figure(where, content):
    reading = api.read(tampered(lambda o: o.put(*where, content)))
    assert {"cell.picture"} <= codes(reading) <= {"cell.picture", "file.outside"}
    assert "嵌入单元格的图片" in message(reading, "cell.picture")
    assert "overview" not in reading.submission.texts or where[0] == TABLE_3


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("-主动公开文件三件", "-主动公开文件三件"),
        ("+新增规章", "+新增规章"),
        ("_xlfn.SINGLE(全局)", "@全局"),
        ("主动公开", "=主动公开"),
    ],
)
@pytest.mark.parametrize("place", [PLAN.texts["overview"], WHYS[0]])
def test_a_text_that_became_a_formula_keeps_its_words(formula, words, place):
    def act(opened):
        opened.put(place.sheet, place.address, Formula(formula))
        cell = opened.cell(place.sheet, place.address)
        cell.set("t", "e")
        tamper.etree.SubElement(cell, f"{{{tamper.MAIN}}}v").text = "#NAME?"

    reading = api.read(tampered(act))
    found = only(reading, "text.formula")
    assert found.severity == "error"
    assert f"以“{words[0]}”开头，被当作公式，只显示 #NAME?；写的是“{words}”。" in api.message(found, SPEC)
    assert words in {*reading.submission.texts.values(), *reading.submission.explanations.values()}
    again = api.read(mark_workbook(SPEC, reading.submission, reading.findings, None, 1))
    assert again.submission == reading.submission, "it goes back as a text"
    assert f"{place.sheet} {place.address}" in notice_texts(reading)


def test_a_real_formula_that_fails_keeps_none():
    reading = api.read(tampered(lambda o: o.put(TEXTS, PLAN.texts["overview"].address, Fault("#REF!"))))
    assert "text.fault" in codes(reading)


@pytest.mark.parametrize(
    ("written", "taken", "told"),
    [
        ("\uf0a7 一是公开\n\uf0b7二是", "● 一是公开\n●二是", {"text.bullets"}),
        ("一是公开\uf06c二是", "一是公开●二是", {"text.bullets"}),
        ("\uf0fe 已办", "● 已办", {"text.bullets"}),
        ("地名\ue815乡", "地名\ue815乡", {"text.private"}),
    ],
)
def test_signs_of_symbol_fonts(written, taken, told):
    reading = api.read(tampered(lambda o: o.put(TEXTS, PLAN.texts["overview"].address, written)))
    assert reading.submission.texts["overview"] == taken
    assert codes(reading) == told


@pytest.mark.parametrize(
    ("count", "shown"),
    [(45292, "2024-01-01"), (45735, "2025-03-19"), (46387, "2026-12-31"), (45291, ""), (46388, ""), (1203, "")],
)
def test_a_count_that_is_the_number_of_a_date(count, shown):
    reading = api.read(tampered(lambda o: o.put(TABLE_2, "B12", count)))
    told = [api.message(found, SPEC) for found in reading.findings if found.code == "number.serial"]
    assert [f"B12 填的是 {count}（即 {shown}）" in each for each in told] == ([True] if shown else [])


def test_many_remarks_of_a_table_are_one():
    def act(opened):
        for cell in SPEC.cells:
            if not cell.total and not cell.measure.decimals:
                spot = PLAN.cells[cell.key]
                value = given().values[SPEC.index[cell.key]]
                opened.put(spot.sheet, spot.address, f"{value}" if spot.row % 2 else f"{value:,}")

    reading = api.read(tampered(act))
    assert reading.submission == given()
    assert len(reading.findings) <= 2 * len(SPEC.tables)
    assert codes(reading) == {"number.stored", "number.normalised"}
    assert "；本表这样的共 " in "".join(api.message(found, SPEC) for found in reading.findings)


AREAS = [area for area in PLAN.grids["applications"].rectangles if area.text]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.text[:12])
@pytest.mark.parametrize("other", ["A1", "K3"])
def test_a_label_swapped_with_a_line_of_decoration_is_told(area, other):
    label = cell_name(TABLE_TOP + area.row, area.column)

    def act(opened):
        texts = {at: opened.text(TABLE_3, at) for at in (label, other)}
        opened.put(TABLE_3, label, texts[other])
        opened.put(TABLE_3, other, texts[label])

    assert codes(api.read(tampered(act))) & {"label.changed", "cell.conflict"}


# ---------------------------------------------------------------- strikes and comments


def strike(sheet, address, runs=None):
    """What the pen does: the whole cell, or parts of a text in formats of their own."""

    def act(book):
        cell = book[sheet][address]
        if runs is None:
            cell.font = copy(cell.font) + Font(strike=True)
        else:
            font = InlineFont(strike=True)
            cell.value = CellRichText(*[TextBlock(font, text) if struck else text for text, struck in runs])

    return act


def test_a_figure_struck_through_is_told():
    for act, held in (
        (strike(TABLE_3, "D6"), given().values[SPEC.index["applications.received.natural_person"]]),
        (strike(TABLE_3, "D6", [("12", True), ("15", False)]), 12),
    ):
        reading = api.read(by_openpyxl(act))
        assert f"D6“{held}”" in message(reading, "cell.struck")
        assert only(reading, "cell.struck").keys == ("applications.received.natural_person",)


def test_a_text_struck_through_is_told_and_read():
    address = PLAN.texts["overview"].address
    reading = tamper.read(by_openpyxl(strike(TEXTS, address)))
    assert (reading.submission, codes(reading)) == (given(), {"text.struck"})
    reading = api.read(by_openpyxl(strike(TEXTS, address, [("公开三件", False), ("，废止一件", True)])))
    assert reading.submission.texts["overview"] == "公开三件，废止一件"
    assert "划了删除线的文字“，废止一件”" in message(reading, "text.struck")


@pytest.mark.parametrize(
    ("text", "told"),
    [("实为 15 件", True), ("王某：漏了三件", True), ("已核对", False), ("【强制】表三 D6 填的是 3", False)],
)
@pytest.mark.parametrize(("sheet", "address"), [(TABLE_3, "D6"), (TABLE_2, "A1"), (TEXTS, "B5")])
def test_a_comment_that_holds_a_figure_is_told_and_goes_back(text, told, sheet, address):
    reading = tamper.read(by_openpyxl(lambda book: setattr(book[sheet][address], "comment", Comment(text, "甲"))))
    assert reading.submission == given()
    assert codes(reading) == ({"sheet.comments"} if told else set())
    if told:
        assert f"{address}“{text}”" in message(reading, "sheet.comments")
        assert text in notice_texts(reading)


@pytest.mark.parametrize("typed", [None, 3, 10**6])
def test_the_state_repeated_in_each_cell_of_what_was_merged_is_nobodys(typed):
    """pyexcel writes what a merged cell shows into every one of its cells."""
    values = list(given().values)
    values[SPEC.index["applications.received.natural_person"]] = typed
    data = api.fill(replace(given(), values=totals.compute_totals(SPEC, values), texts={}))
    shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)

    def repeat(book):
        for sheet in shown:
            for area in [*book[sheet.title].merged_cells.ranges]:
                book[sheet.title].unmerge_cells(area.coord)
                for row, column in area.cells:
                    value = sheet.cell(area.min_row, area.min_col).value
                    book[sheet.title].cell(row, column).value = value

    told = [found for found in api.read(by_openpyxl(repeat, data)).findings if found.code == "sheet.unread"]
    assert told == []


def test_our_own_comments_are_nobodys():
    wrong = api.read(tampered(lambda o: o.put(TABLE_3, "D6", "3件")))
    back = mark_workbook(SPEC, wrong.submission, wrong.findings, None, 1)
    assert "sheet.comments" not in codes(api.read(back))


def test_old_and_open_formats_bear_strikes_and_comments(tmp_path):
    def act(book):
        strike(TABLE_3, "D6")(book)
        book[TABLE_3]["E6"].comment = Comment("实为 15 件", "甲")
        book[TABLE_3]["F6"].font = Font(color="FFFFFFFF")
        strike(TEXTS, PLAN.texts["overview"].address, [("公开三件", False), ("，废止一件", True)])(book)

    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice")
    for kind in ("xls", "ods"):
        data = office_saved({"it": by_openpyxl(act)}, tmp_path / kind, kind)["it"]
        reading = api.read(data)
        assert "sheet.comments" in codes(reading)
        assert only(reading, "cell.struck").keys == ("applications.received.natural_person",)
        assert "划了删除线的文字“，废止一件”" in message(reading, "text.struck")
        assert only(reading, "cell.disguised").keys == ("applications.received.research",)
