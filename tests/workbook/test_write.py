"""The finished workbook as an outside reader, openpyxl, finds it; both editions."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from random import Random

import openpyxl
import pytest
from lxml import etree
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.cell.cell import MergedCell

from tests import figures
from tests.elsewhere import assert_same_elsewhere
from tests.workbook.calc import formula_spots
from tests.workbook.parts import MAIN
from tests.workbook.test_formula import ALLOWED, functions
from xltool import api
from xltool.codes import LEVEL_NAMES
from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS, COVER, GUIDE, HIDDEN, TEXTS
from xltool.messages import XltoolError
from xltool.model import NOT_APPLICABLE, Agency, FormSpec, Submission
from xltool.spreadsheet.a1 import parse_reference
from xltool.workbook import cached_values
from xltool.workbook.digest import compute_digest
from xltool.workbook.formula import list_formulas
from xltool.workbook.layout_plan import CHECK_TOP, META, TABLE_TOP, Plan, Spot, make_plan, write_mark
from xltool.workbook.sheets import PROMPT_TITLE
from xltool.workbook.widths import LINE_HEIGHT
from xltool.workbook.write import write_workbook

EDITIONS = ("ogi-2021", "ogi-2019")


@dataclass(frozen=True)
class Made:
    """One workbook of an edition, filled in, as bytes and as openpyxl sees it with formulas and with values."""

    layout: Plan
    submission: Submission
    data: bytes
    book: openpyxl.Workbook
    values: openpyxl.Workbook

    @property
    def spec(self) -> FormSpec:
        return self.layout.spec

    def cell(self, spot: Spot) -> XlsxCell | MergedCell:
        return self.book[spot.sheet][spot.address]

    @property
    def inputs(self) -> dict[str, Spot]:
        return {cell.key: self.layout.cells[cell.key] for cell in self.spec.cells if not cell.total}


def filled(spec: FormSpec) -> Submission:
    values = dict(figures.consistent(spec, Random(8)))
    values["applications.granted.enterprise"] = None
    values["disclosure.regulations.issued"] = NOT_APPLICABLE
    reason = next(iter(make_plan(spec).explanations))
    given = figures.submission(
        spec, values, **{"preface": "第一段\n第二段", "contact.phone": "0901-3341234", "overview.requests": "=1+1"}
    )
    return replace(given, explanations={reason: "+属实"}, serial="20250102-015")


@cache
def made_of(edition: str) -> Made:
    spec = catalog.load_form(edition)
    submission = filled(spec)
    data = write_workbook(spec, submission)
    book, values = (openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (False, True))
    return Made(make_plan(spec), submission, data, book, values)


@pytest.fixture(params=EDITIONS)
def made(request) -> Made:
    return made_of(request.param)


@pytest.fixture
def blank(spec) -> Submission:
    return Submission(spec.id, 2024, figures.AGENCY, (None,) * len(spec.cells))


# ------------------------------------------------------------ bytes


def test_same_submission_same_bytes(made):
    assert write_workbook(made.spec, made.submission) == made.data
    assert (
        write_workbook(made.spec, replace(made.submission, texts=dict(reversed(made.submission.texts.items()))))
        == made.data
    )


def write_filled(edition: str) -> bytes:
    spec = catalog.load_form(edition)
    return write_workbook(spec, filled(spec))


@pytest.mark.parametrize("edition", EDITIONS)
def test_same_bytes_in_every_process(edition):
    assert_same_elsewhere(write_filled, edition)


def test_what_is_in_the_package(made):
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in archive.infolist())
    unwanted = ("vba", "external", "macro", "embeddings", "connections", "printer")
    assert not [name for name in names if any(word in name for word in unwanted)]
    assert b"TargetMode" not in everything
    assert b"[1]" not in everything
    assert b"fullCalcOnLoad" in everything


# ------------------------------------------------------------ sheets, locks, names


def test_sheets_in_order_and_the_last_out_of_sight(made):
    tables = [table.sheet for table in made.spec.tables]
    assert made.book.sheetnames == [GUIDE, COVER, TEXTS, *tables, CHECKS, HIDDEN]
    assert [made.book[name].sheet_state for name in made.book.sheetnames] == ["visible"] * (len(tables) + 4) + [
        "veryHidden"
    ]
    assert made.book.active.title == GUIDE


def test_every_sheet_and_the_structure_are_locked(made):
    assert made.book.security.lockStructure
    for sheet in made.book.worksheets:
        assert sheet.protection.sheet, sheet.title
        assert sheet.protection.password is None  # a lock against slips: the office in charge can open it
        assert sheet.protection.insertRows
        assert sheet.protection.deleteColumns
        if sheet.title != HIDDEN:
            assert not sheet.protection.formatRows  # False: allowed; a clerk may make a row taller
            assert not sheet.protection.selectUnlockedCells


def test_what_is_filled_in_is_open_and_nothing_else(made):
    expected = {*made.inputs.values(), *made.layout.texts.values(), *made.layout.explanations.values()}
    for key, spot in made.inputs.items():
        expected |= {Spot(spot.sheet, spot.row, spot.column + at) for at in range(made.layout.areas[key].width)}
    found = {
        Spot(sheet.title, cell.row - 1, cell.column - 1)
        for sheet in made.book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert found == expected


def test_every_name_points_at_its_cell_and_is_hidden(made):
    names = made.book.defined_names
    assert {name: names[name].attr_text for name in names} == {
        name: spot.reference for name, spot in made.layout.names().items()
    }
    assert all(names[name].hidden for name in names)


def test_identity_is_told_three_times(made):
    agency = made.submission.agency
    meta = {field: made.cell(spot).value or "" for field, spot in made.layout.meta.items()}
    year = str(made.submission.year)
    assert meta == {
        **{
            "form": made.spec.id,
            "digest": compute_digest(made.layout),
            "code": agency.code,
            "name": agency.name,
            "level": agency.level,
        },
        **{"year": year, "scope": "own", "serial": "20250102-015"},
    }
    assert {prop.name: prop.value or "" for prop in made.book.custom_doc_props.props} == {
        f"xltool_{field}": meta[field] for field in META
    }
    cover = {field: made.cell(spot).value for field, spot in made.layout.cover.items()}
    assert cover == {
        "name": agency.name,
        "code": agency.code,
        "level": LEVEL_NAMES[agency.level],
        "year": year,
        "scope": "本级",
    }
    assert made.cell(made.layout.mark).value == write_mark(meta)
    assert made.book.properties.title == made.spec.title


# ------------------------------------------------------------ layout and print


def test_merges_are_those_of_the_grid(made):
    for table in made.spec.tables:
        grid, sheet = made.layout.grids[table.id], made.book[table.sheet]
        expected = {
            (area.column + 1, area.row + TABLE_TOP + 1, area.column + area.width, area.row + TABLE_TOP + area.height)
            for area in grid.rectangles
            if area.width * area.height > 1
        }
        bottom, right = made.layout.row_below(table), made.layout.column_beside(table)
        found = {merged.bounds for merged in sheet.merged_cells.ranges}
        inside = {area for area in found if area[1] > TABLE_TOP and area[3] <= bottom and area[2] <= right}
        assert inside == expected
        for area in grid.rectangles:
            if area.key is None:
                shown = sheet.cell(area.row + TABLE_TOP + 1, area.column + 1).value or ""
                assert shown.replace("\n", "") == area.text.replace("\n", ""), "a head may break into two lines"


def test_headings_stay_in_sight_and_repeat_on_paper(made):
    for table in made.spec.tables:
        head = TABLE_TOP + made.layout.grids[table.id].head_rows
        first = next(made.layout.cells[cell.key] for cell in made.spec.cells if cell.table is table)
        across = all(block.across for block in table.blocks)
        assert made.book[table.sheet].freeze_panes == f"{'A' if across else first.address[0]}{head + 1}"
        assert made.book[table.sheet].print_title_rows == f"$1:${head}"
    assert made.book[CHECKS].freeze_panes == "A3"  # the result; what is to be done stands below it
    assert made.book[CHECKS].print_title_rows == f"${CHECK_TOP}:${CHECK_TOP}"
    lines = f"A{CHECK_TOP}:J{CHECK_TOP + len(made.layout.checks)}"
    assert made.book[CHECKS].auto_filter.ref == lines
    assert not made.book[CHECKS].protection.autoFilter  # which is to say that it may be used
    assert made.book[TEXTS].freeze_panes == "B4"


def test_rows_of_texts_are_as_high_as_the_form_says_and_grow_with_what_is_typed(made):
    texts = [text for text in made.spec.texts if text.place == "texts"]
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        part = archive.read("xl/worksheets/sheet3.xml").decode()
    for text in texts:
        [row] = re.findall(f'<row r="{made.layout.texts[text.key].row + 1}"[^>]*>', part)
        assert "customHeight" not in row
        assert float(re.search(r'ht="([0-9.]+)"', row)[1]) >= LINE_HEIGHT * text.lines


def test_the_page(made):
    landscape = {CHECKS, *(table.sheet for table in made.spec.tables if table.landscape)}
    for sheet in made.book.worksheets[:-1]:
        assert sheet.page_setup.paperSize == 9  # A4
        assert sheet.page_setup.orientation == ("landscape" if sheet.title in landscape else "portrait")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        year = made.submission.year
        assert (
            sheet.oddFooter.left.text == f"{made.spec.id} · {compute_digest(made.layout)} · {year}"
        )  # of the form: the cover has the agency's
        assert "&P" in sheet.oddFooter.right.text


def test_the_selection_waits_at_the_first_input(made):
    first = {
        table.sheet: next(s for s in made.inputs.values() if s.sheet == table.sheet).address
        for table in made.spec.tables
    }
    first[TEXTS] = made.layout.texts["preface"].address
    first[COVER] = next(spot for spot in made.layout.texts.values() if spot.sheet == COVER).address
    for name, address in first.items():
        selection = made.book[name].sheet_view.selection[-1]
        assert (selection.activeCell, selection.sqref) == (address, address)


def test_rows_and_columns_are_within_what_excel_shows(made):
    for sheet in made.book.worksheets:
        assert all(0 < (row.height or 15) <= 409 for row in sheet.row_dimensions.values())
        assert all(0 < column.width <= 255 for column in sheet.column_dimensions.values())


def test_fonts_are_named_and_not_the_themes(made):
    """A font with a scheme is shown in the theme's own font, whatever its name."""
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        fonts = etree.fromstring(archive.read("xl/styles.xml")).find(f"{{{MAIN}}}fonts")
    assert {font.find(f"{{{MAIN}}}name").get("val") for font in fonts} == {"宋体"}
    assert not fonts.findall(f".//{{{MAIN}}}scheme")


def test_agency_and_state_head_every_sheet_that_is_filled_in(made):
    for name in (TEXTS, *(table.sheet for table in made.spec.tables)):
        sheet, spot = made.book[name], made.layout.states[name]
        assert sheet.cell(2, 1).value == f"填报单位：{made.submission.agency.name}"
        assert sheet[spot.address].value == f'="校验结果："&{made.layout.state.seen_from(name)}'
        merged = {area.coord for area in sheet.merged_cells.ranges if area.min_row == 2}
        assert any(area.startswith(f"{spot.address}:") for area in merged) or spot.column == sheet.max_column - 1
        assert all(area.startswith(("A2:", f"{spot.address}:")) for area in merged)


# ------------------------------------------------------------ contents


def test_figures_texts_and_reasons_are_there(made):
    spec, given = made.spec, made.submission
    for key, spot in made.inputs.items():
        value = given.values[spec.index[key]]
        shown = made.cell(spot).value
        assert shown == (None if value is None else cached_values.to_cached_figure(value, spec.cell(key))), key
    for key, spot in made.layout.texts.items():
        assert made.cell(spot).value == given.texts.get(key)
    for name, spot in made.layout.explanations.items():
        assert made.cell(spot).value == given.explanations.get(name)


def test_texts_are_texts_whatever_they_begin_with(made):
    for spot in (*made.layout.texts.values(), *made.layout.explanations.values()):
        cell = made.cell(spot)
        assert cell.number_format == "@"
        assert cell.data_type != "f"
    assert made.cell(made.layout.texts["overview.requests"]).value == "=1+1"


def test_formulas_stand_where_they_should_with_true_values(made):
    expected = cached_values.compute_cached_values(made.layout, made.submission)
    assert formula_spots(made.data) == set(expected)
    for spot, text in list_formulas(made.layout).items():
        assert made.cell(spot).value == "=" + text
        assert (made.values[spot.sheet][spot.address].value or "") == (expected[spot] or ""), spot


def test_every_input_is_validated_with_texts_that_excel_shows(made):
    for table in made.spec.tables:
        validated: dict[str, object] = {}
        for rule in made.book[table.sheet].data_validations.dataValidation:
            assert rule.showErrorMessage
            assert rule.showInputMessage
            assert 0 < len(rule.promptTitle) <= PROMPT_TITLE
            assert 0 < len(rule.prompt) <= 255
            assert 0 < len(rule.errorTitle) <= 32
            assert 0 < len(rule.error) <= 224
            assert len(rule.formula1) <= 255
            for area in rule.sqref.ranges:
                for row in made.book[table.sheet][area.coord] if area.size["rows"] * area.size["columns"] > 1 else ():
                    validated |= {cell.coordinate: rule for cell in row}
                validated.setdefault(area.coord, rule)
        inputs = {key: spot.address for key, spot in made.inputs.items() if spot.sheet == table.sheet}
        assert set(validated) >= set(inputs.values())
        totals = {made.layout.cells[cell.key].address for cell in made.spec.cells if cell.total and cell.table is table}
        assert not set(validated) & totals
        for key, address in inputs.items():
            measure = made.spec.cell(key).measure
            rule = validated[address]
            assert rule.type == ("custom" if measure.decimals or made.spec.cell(key).row.not_applicable else "whole")
            if rule.type == "whole":
                bounds = (-measure.maximum if measure.signed else 0, measure.maximum)
                assert (rule.operator or "between", int(rule.formula1), int(rule.formula2)) == ("between", *bounds)


def test_conditional_formats_use_functions_that_all_offices_have(made):
    for sheet in made.book.worksheets:
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                for text in rule.formula:
                    assert functions(text) <= ALLOWED | {"ISERROR", "SEARCH"}  # what "contains" is made of
                    assert len(text) <= 255


def test_links_lead_to_cells_of_the_workbook(made):
    links = [
        cell.hyperlink for sheet in made.book.worksheets for row in sheet.iter_rows() for cell in row if cell.hyperlink
    ]
    steps = [link for link in links if link.location.endswith("!A1")]
    assert steps and len(links) == len(made.layout.checks) + len(steps)
    assert {parse_reference(link.location)[0] for link in steps} <= set(made.layout.sheets)
    for link in links:
        if link in steps:
            continue
        sheet, top, left, bottom, right = parse_reference(link.location)
        assert link.target is None
        assert (top, left) == (bottom, right)
        assert Spot(sheet, top, left) in {*made.layout.cells.values(), *made.layout.texts.values()}


def test_what_was_written_is_read_again(made):
    reading = api.read(made.data)
    assert [finding.code for finding in reading.findings] == []
    assert reading.submission is not None
    inputs = [made.spec.index[key] for key in made.inputs]
    assert [reading.submission.values[at] for at in inputs] == [made.submission.values[at] for at in inputs]
    assert replace(reading.submission, values=()) == replace(made.submission, values=())


# ------------------------------------------------------------ what does not fit


def test_a_text_may_fill_a_cell_and_no_more(spec, blank):
    for text in ("字" * 32_767, "𠮷" * 16_383):
        given = replace(blank, texts={"overview": text})
        assert api.read(write_workbook(spec, given)).submission.texts == {"overview": text}
    for text in ("字" * 32_768, "𠮷" * 16_384):
        with pytest.raises(XltoolError, match="“一、总体情况：概述”有 32768 字，超过工作簿中最多 32767 字"):
            write_workbook(spec, replace(blank, texts={"overview": text}))


def test_a_reason_may_fill_a_cell_and_no_more(spec, blank):
    name = next(iter(make_plan(spec).explanations))
    given = replace(blank, explanations={name: "字" * 32_767})
    assert api.read(write_workbook(spec, given)).submission.explanations == given.explanations
    with pytest.raises(XltoolError, match="的说明有 32768 字"):
        write_workbook(spec, replace(blank, explanations={name: "字" * 32_768}))


@pytest.mark.parametrize(
    ("agency", "message"),
    [
        (Agency("654221-015", "局" * 256, "county"), "单位名称有 256 字，超过工作簿中最多 255 字"),
        (Agency("0" * 256, "某局", "county"), "单位代码有 256 字，超过工作簿中最多 255 字"),
    ],
)
def test_an_agency_that_does_not_fit_its_marks(spec, blank, agency, message):
    with pytest.raises(XltoolError, match=message):
        write_workbook(spec, replace(blank, agency=agency))


@pytest.mark.parametrize("text", ["a\x01b\x0b", "\ud842", "\ufffe", "a\x00"])
def test_what_no_xml_can_hold_is_left_out(spec, blank, text):
    agency = Agency(f"1{text}", f"局{text}", "county")
    given = replace(blank, agency=agency, texts={"preface": f"引言{text}"}, serial=text)
    data = write_workbook(spec, replace(given, explanations={"cell.blank@disclosure": f"因{text}"}))
    openpyxl.load_workbook(io.BytesIO(data))
    found = api.read(data).submission
    clean = "".join(sign for sign in text if sign in "ab")
    assert (found.agency.code, found.agency.name, found.serial) == (f"1{clean}", f"局{clean}", clean)
    assert (found.texts["preface"], found.explanations["cell.blank@disclosure"]) == (f"引言{clean}", f"因{clean}")


@pytest.mark.parametrize(
    "text",
    [
        "<&>\"'",
        "&P&D",
        "=1+1",
        "'引",
        "@甲",
        "<r>甲</r>",
        "<r><t>&</t></r>",
        "http://a.cn/?b=1&c",
        "_x0041_",
        "a\tb\r\nc\rd",
        "  甲",
        "😀",
    ],
)
def test_texts_come_back_as_they_were(spec, blank, text):
    given = replace(blank, texts={"preface": text, "contact.website": text})
    assert api.read(write_workbook(spec, given)).submission.texts == given.texts


@pytest.mark.parametrize("text", ["<&>\"'", "&P&D", "=1+1", "'局", "@局", "#REF!", "𠮷镇", "<r>局</r>"])
def test_agencies_come_back_as_they_were(spec, blank, text):
    given = replace(blank, agency=Agency(text, text, "county"), serial=text)
    reading = api.read(write_workbook(spec, given))
    assert (reading.submission.agency, reading.submission.serial) == (given.agency, text)
    assert [finding.code for finding in reading.findings] == []


def test_a_frame_for_many_lines_is_no_taller_than_excel_allows(spec, blank):
    name = next(iter(make_plan(spec).explanations))
    data = write_workbook(spec, replace(blank, texts={"preface": "行\n" * 200}, explanations={name: "因\n" * 200}))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book[TEXTS].row_dimensions[make_plan(spec).texts["preface"].row + 1].height <= 409
    assert book[CHECKS].row_dimensions[make_plan(spec).explanations[name].row + 1].height <= 409
