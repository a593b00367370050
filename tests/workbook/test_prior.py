"""Last year's figures in a workbook: beside the inputs, locked, compared with, and never read back."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from random import Random

import openpyxl
import pytest
from lxml import etree

from tests import figures
from tests.elsewhere import assert_same_elsewhere
from tests.reader.test_read import random_submission
from tests.workbook import calc, tamper
from tests.workbook.parts import MAIN
from tests.workbook.test_formula import ALLOWED, functions
from xltool import api
from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS, GUIDE, TEXTS
from xltool.model import NOT_APPLICABLE, Submission
from xltool.rules.prior_year import align_prior
from xltool.spreadsheet.cell_markup import MAX_FORMULA
from xltool.workbook import cached_values
from xltool.workbook.formula import LATER, PASS, WITHOUT, list_formulas
from xltool.workbook.layout_plan import LAST_YEAR_MARK, LEFT_COLUMN, STATE_ROW, VERDICT_COLUMN, Spot, make_plan
from xltool.workbook.prior import PRIOR_HEADING
from xltool.workbook.write import write_workbook

EDITIONS = ("ogi-2021", "ogi-2019")


def years(form_id: str, seed: int = 3) -> tuple[Submission, Submission]:
    """A submission and the one of the year before, with blanks and `/` in both."""
    this, last = (random_submission(api.form(form_id), at) for at in (seed, seed + 100))
    return this, replace(last, year=this.year - 1, agency=this.agency)


@cache
def opened(form_id: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_workbook(api.form(form_id), *years(form_id))))


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("seed", range(6))
def test_what_was_filled_in_is_what_is_read(form_id, seed):
    this, last = years(form_id, seed)
    reasons = {
        name: f"上年比较的说明{at}" for at, name in enumerate(make_plan(api.form(form_id), prior=True).explanations)
    }
    this = replace(this, explanations=reasons)
    reading = api.read(write_workbook(api.form(form_id), this, last))
    assert reading.submission == this
    assert reading.findings == ()


@pytest.mark.parametrize("form_id", EDITIONS)
def test_inputs_and_totals_stand_where_they_do_without(form_id):
    alone, beside = make_plan(api.form(form_id)), make_plan(api.form(form_id), prior=True)
    assert beside.cells == alone.cells
    assert beside.sheets == alone.sheets
    assert not alone.priors
    assert beside.priors.keys() == beside.cells.keys()
    taken = {*beside.cells.values(), *(word.spot for word in beside.words), *beside.states.values()}
    assert not taken & set(beside.priors.values())
    assert len(set(beside.priors.values())) == len(beside.priors)


@pytest.mark.parametrize("form_id", EDITIONS)
def test_every_figure_of_last_year_is_shown_locked_and_not_printed(form_id):
    spec, book, layout = api.form(form_id), opened(form_id), make_plan(api.form(form_id), prior=True)
    _, last = years(form_id)
    for cell, value in zip(spec.cells, last.values, strict=True):
        spot = layout.priors[cell.key]
        found = book[spot.sheet][spot.address]
        assert (found.value if found.value is not None else "") == cached_values.to_cached_figure(value, cell), cell.key
        assert found.protection.locked
    for table in spec.tables:
        sheet = book[table.sheet]
        assert sheet.protection.sheet
        area = sheet[re.sub(r".*!", "", sheet.print_area)]
        printed = {(cell.row - 1, cell.column - 1) for row in area for cell in row}
        spots = [spot for spot in layout.priors.values() if spot.sheet == table.sheet]
        assert printed.isdisjoint((spot.row, spot.column) for spot in spots)
        assert printed >= {(spot.row, spot.column) for spot in layout.cells.values() if spot.sheet == table.sheet}


@pytest.mark.parametrize("form_id", EDITIONS)
def test_figures_stand_in_the_rows_of_this_years(form_id):
    spec, layout = api.form(form_id), make_plan(api.form(form_id), prior=True)
    for cell in spec.cells:
        this, last = layout.cells[cell.key], layout.priors[cell.key]
        if cell.block.across:
            assert last.column == this.column
            assert last.row > layout.row_below(cell.table)
        else:
            assert last.row == this.row
            assert last.column > layout.column_beside(cell.table)


@pytest.mark.parametrize("form_id", EDITIONS)
def test_no_head_of_last_year_reads_like_a_label_of_the_form(form_id):
    layout = make_plan(api.form(form_id), prior=True)
    for table in layout.spec.tables:
        texts = [
            cell.value.replace("\n", "")
            for row in opened(form_id)[table.sheet].iter_rows()
            for cell in row
            if isinstance(cell.value, str)
        ]
        labels = [area.text for area in layout.grids[table.id].rectangles if area.text]
        assert all(texts.count(label) == labels.count(label) for label in labels)
        assert any(text.startswith(PRIOR_HEADING) for text in texts)


def test_the_heads_of_table_3():
    sheet = opened("ogi-2021")["表三 依申请公开"]
    assert sheet.cell(STATE_ROW + 1, 12).value == PRIOR_HEADING
    assert [sheet.cell(3, column).value for column in range(12, 19)] == [
        "自然人（上年）",
        "商业企业（上年）",
        "科研机构（上年）",
        "社会公益组织（上年）",
        "法律服务机构（上年）",
        "其他（上年）",
        "总计（上年）",
    ]


@pytest.mark.parametrize("form_id", EDITIONS)
def test_formulas_keep_to_what_old_programs_know(form_id):
    layout = make_plan(api.form(form_id), prior=True)
    found = list_formulas(layout)
    for spot, text in found.items():
        assert functions(text) <= ALLOWED, spot
        assert len(text) < MAX_FORMULA, spot
    alone = list_formulas(make_plan(api.form(form_id)))
    assert {spot for spot in alone if spot.sheet != CHECKS} <= found.keys()
    assert set(cached_values.compute_cached_values(layout, *_shown(form_id))) == set(found)


def _shown(form_id):
    this, last = years(form_id)
    return this, align_prior(api.form(form_id), last)


@pytest.mark.parametrize("form_id", EDITIONS)
def test_without_last_year_there_is_no_trace_of_it(form_id):
    spec = api.form(form_id)
    this, _ = years(form_id)
    data = write_workbook(spec, this)
    assert data == write_workbook(spec, this, None)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for trace in (PRIOR_HEADING, "（上年）", WITHOUT, "xltool_prior", "meta__prior", "浅蓝色"):
        assert trace.lower() not in everything.lower()
    assert re.findall(r"Print_Area\D+\d+\">([^!<]+)!", everything) == [TEXTS]  # what stands beside the texts


def test_the_mark_of_the_year():
    this, last = years("ogi-2021")
    book = opened("ogi-2021")
    spot = make_plan(api.form("ogi-2021"), prior=True).meta[LAST_YEAR_MARK]
    assert book[spot.sheet][spot.address].value == str(last.year)
    assert {p.name: p.value for p in book.custom_doc_props.props}["xltool_prior"] == str(last.year)
    assert any("浅蓝色" in str(cell.value) for row in book[GUIDE].iter_rows() for cell in row)
    assert this.year == last.year + 1


def _changed(data: bytes, sheet: str, change) -> bytes:
    """The workbook with one sheet's XML changed in the raw."""
    layout = make_plan(api.form("ogi-2021"), prior=True)
    name = f"xl/worksheets/sheet{layout.sheets.index(sheet) + 1}.xml"
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            root = etree.fromstring(source.read(part)) if part == name else None
            if root is not None:
                change({cell.get("r"): cell for cell in root.iter(f"{{{MAIN}}}c")})
            target.writestr(part, source.read(part) if root is None else etree.tostring(root))
    return result.getvalue()


def test_figures_of_last_year_in_a_file_are_not_read():
    spec = api.form("ogi-2021")
    zero, layout = dict.fromkeys(spec.index, 0), make_plan(spec, prior=True)
    this = figures.submission(spec, zero)
    last = replace(this, year=this.year - 1)
    spot = layout.priors["applications.carried_out.total"]

    def change(cells):
        cells[spot.address][0].text = "99"

    data = _changed(write_workbook(spec, this, last), spot.sheet, change)
    reading = api.read(data)
    assert reading.submission == this
    assert reading.findings == ()
    assert api.check([reading], [last])[0].findings == ()


def test_a_formula_that_was_changed_is_told():
    spec = api.form("ogi-2021")
    layout, (this, last) = make_plan(spec, prior=True), years("ogi-2021")
    spot = Spot(CHECKS, layout.lines["applications.carried_in@total"], LEFT_COLUMN)

    def change(cells):
        cells[spot.address].find(f"{{{MAIN}}}f").text = "0"

    (found,) = api.read(_changed(write_workbook(spec, this, last), CHECKS, change)).findings
    assert (found.code, found.data["cells"]) == ("formula.changed", spot.address)


def test_what_last_year_lacks_keeps_nothing_from_being_sent():
    spec = api.form("ogi-2021")
    layout = make_plan(spec, prior=True)
    this = figures.submission(spec, figures.consistent(spec, Random(4)))
    found = cached_values.compute_cached_values(layout, this, (None,) * len(spec.cells))
    assert found[layout.state] == "可以报送"
    across = [check.name for check in layout.checks if check.rule and check.rule.linear.alone is None]
    assert len(across) == 14
    assert {found[Spot(CHECKS, layout.lines[name], VERDICT_COLUMN)] for name in across} == {WITHOUT}
    assert {found[word.spot] for word in layout.words} == {PASS}
    assert {found[Spot(CHECKS, layout.lines[f"prior.jump@{table.id}"], LEFT_COLUMN)] for table in spec.tables} == {0}


def test_a_slash_of_last_year_is_zero():
    spec = api.form("ogi-2021")
    layout = make_plan(spec, prior=True)
    this = figures.submission(spec, dict.fromkeys(spec.index, 0))
    found = cached_values.compute_cached_values(layout, this, (NOT_APPLICABLE,) * len(spec.cells))
    assert {found[Spot(CHECKS, line, VERDICT_COLUMN)] for line in layout.lines.values()} == {PASS, LATER}


@pytest.mark.parametrize(("form_id", "other"), [("ogi-2021", "ogi-2019"), ("ogi-2019", "ogi-2021")])
def test_figures_of_another_edition(form_id, other):
    spec = api.form(form_id)
    this, (last, _) = years(form_id)[0], years(other)
    data = write_workbook(spec, this, replace(last, year=this.year - 1))
    assert api.read(data).submission == this
    book = openpyxl.load_workbook(io.BytesIO(data))
    layout = make_plan(spec, prior=True)
    for cell, value in zip(spec.cells, align_prior(spec, last), strict=True):
        spot = layout.priors[cell.key]
        assert (book[spot.sheet][spot.address].value or "") == (cached_values.to_cached_figure(value, cell) or "")
        assert value is None or cell.key in api.form(other).index


def test_the_gravest_word_stands_beside_a_row(spec):
    layout = make_plan(spec, prior=True)
    values = dict.fromkeys(spec.index, 0) | {"disclosure.normative_documents.issued": 2}
    found = cached_values.compute_cached_values(layout, figures.submission(spec, values), (0,) * len(spec.cells))
    (word,) = [found[word.spot] for word in layout.words if "disclosure.in_force@normative_documents" in word.checks]
    assert word == "不平，差 2"


def write_years(form_id: str) -> bytes:
    return write_workbook(catalog.load_form(form_id), *years(form_id))


def test_same_years_same_bytes():
    assert_same_elsewhere(write_years, "ogi-2021")


def test_what_libreoffice_saves_is_still_read(tmp_path):
    calc.require_office()
    this, last = years("ogi-2021")
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / "a.xlsx"
    source.write_bytes(write_workbook(api.form("ogi-2021"), this, last))
    import subprocess

    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
    )
    reading = api.read((tmp_path / "a.xlsx").read_bytes())
    assert reading.submission == this
    assert "formula.changed" not in {found.code for found in reading.findings}


ACTS = {
    "a row inserted": lambda o: tamper.move_rows(o, tamper.TABLE_3, 8, 1),
    "a row deleted": lambda o: tamper.move_rows(o, tamper.TABLE_3, 9, -1),
    "a column inserted before the figures": lambda o: tamper.move_columns(o, tamper.TABLE_3, 3, 1),
    "a column inserted before last year's": lambda o: tamper.move_columns(o, tamper.TABLE_3, 11, 1),
    "a figure of last year pasted over an input": lambda o: tamper.cut_and_paste(
        o, (tamper.TABLE_3, "L6"), (tamper.TABLE_3, "D6")
    ),
    "an input pasted over a figure of last year": lambda o: tamper.cut_and_paste(
        o, (tamper.TABLE_3, "D6"), (tamper.TABLE_3, "L6")
    ),
    "all names removed": tamper.remove_names,
    "all labels removed": lambda o: tamper.remove_labels(o, tamper.TABLE_3),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_clerks_do_to_it_is_seen_through(act):
    spec, given = api.form("ogi-2021"), tamper.given()
    last = replace(given, year=given.year - 1, values=tuple(50_000 + at for at in range(len(spec.cells))))
    data = tamper.tampered(ACTS[act], data=write_workbook(spec, given, last))
    reading = api.read(data)
    tamper.true_or_told(given, reading, spec)
    if act.startswith(("a row inserted", "a column", "all")):
        assert reading.submission == given, [api.message(found, spec) for found in reading.findings]


WORDS_UNDER_HEADS = """id = "cases"
title = "办理情况表"
authority = "县政府办公室"
basis = "县政办字〔2024〕1号"
years = [2024]

[measure.count]
unit = "件"
decimals = 0

[[section]]
heading = "一、数量"
table = "counted"

[[section]]
heading = "二、明细"
table = "told"

[[table]]
id = "counted"
name = "表一"
sheet = "表一 数量"
title = "一、数量"
widths = [40, 30]

[[table.block]]
rows = [{ id = "all", label = "收件" }]
columns = [{ id = "number", label = "数量" }]

[[table]]
id = "told"
name = "表二"
sheet = "表二 明细"
title = "二、明细"
widths = [20, 30, 30]

[[table.block]]
rows = [{ id = "first", label = "1" }, { id = "second", label = "2" }]
columns = [{ id = "what", label = "事项", kind = "text" }, { id = "day", label = "受理日期", kind = "date" }]
"""


def test_a_table_of_words_alone_has_nothing_of_last_year_beside_it():
    spec = catalog.parse_form(WORDS_UNDER_HEADS, "cases.toml")
    agency = random_submission(api.form("ogi-2021"), 1).agency
    this, last = (
        Submission(spec.id, year, agency, (year,), entries={"told.first.what": "补正"}) for year in (2024, 2023)
    )
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(spec, this, last)))
    assert PRIOR_HEADING in str(book["表一 数量"].cell(STATE_ROW + 1, 4).value)
    shown = [cell.value for row in book["表二 明细"].iter_rows() for cell in row if cell.value is not None]
    assert "补正" in shown
    assert not [text for text in shown if PRIOR_HEADING in str(text)]
