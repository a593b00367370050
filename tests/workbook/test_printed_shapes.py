"""Forms of every printed shape, by chance and from official blanks: what the definition says is what each use has."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.forms import blanks, shapes
from tests.forms.test_layout import assert_covered, official
from tests.forms.test_no_form_is_known import WORDS
from tests.workbook import calc
from tests.workbook.rewriters import office_saved
from xltool.forms import catalog, totals
from xltool.messages import render
from xltool.model import Agency, FormSpec, Grid, Reading, Submission
from xltool.reader.read import read_workbook
from xltool.report import docx, html
from xltool.report.assemble import assemble_report
from xltool.report.data import to_csv, to_json_ld
from xltool.rules.judge import judge_readings
from xltool.workbook.layout_plan import TABLE_TOP, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.write import write_workbook

SEEDS = (*range(40), 66, 135)  # in the last two a figure goes on where a cell of another row begins
AGENCY = Agency("100001", "某县某局", "county")


def make_form(seed: int) -> FormSpec:
    return catalog.parse_form(shapes.write_form(Random(seed)), "shape.toml")


def fill_in(spec: FormSpec, random: Random | None) -> Submission:
    """Figures by chance that each measure allows; with None nothing is filled in."""
    values = [
        None if random is None else random.randint(-99 if cell.measure.signed else 0, 9999) for cell in spec.cells
    ]
    return Submission(spec.id, 2024, AGENCY, totals.compute_totals(spec, values))


def read_back(spec: FormSpec, data: bytes) -> Reading:
    return read_workbook(data, lambda _: spec, lambda _: ())


def assert_shown(grid: Grid, sheet: Worksheet, spec: FormSpec) -> None:
    """The sheet has the rectangle, the merges and the labels of a grid, and nothing else is to be filled in there."""
    plan = make_plan(spec)
    for area in grid.rectangles:
        first = sheet.cell(TABLE_TOP + area.row + 1, area.column + 1)
        if area.key is None:
            assert str(first.value or "").replace("\n", "") == area.text
            assert first.protection.locked
        else:
            assert (plan.cells[area.key].row, plan.cells[area.key].column) == (first.row - 1, first.column - 1)
            computed = area.key in spec.rates_by_key or (area.key in spec.index and spec.cell(area.key).total)
            assert first.protection.locked == computed
    bottom, right = TABLE_TOP + grid.rows, grid.columns
    merges = {
        (each.min_row - 1, each.min_col - 1, each.max_row - each.min_row + 1, each.max_col - each.min_col + 1)
        for each in sheet.merged_cells.ranges
        if TABLE_TOP < each.min_row <= bottom and each.min_col <= right
    }
    assert merges == {
        (TABLE_TOP + area.row, area.column, area.height, area.width)
        for area in grid.rectangles
        if area.height * area.width > 1
    }


def assert_computed(files: dict[str, bytes], folder: Path) -> None:
    """LibreOffice computes of each workbook, whose cached values are spoilt first, what we wrote into it."""
    shown = calc.recalculated({name: calc.spoiled(data) for name, data in files.items()}, folder)
    for name, data in files.items():
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        spots = calc.formula_spots(data)
        ours = {spot: book[spot.sheet][spot.address].value for spot in spots}
        assert {spot: (shown[name].get(spot) or "") for spot in spots} == {
            spot: (content or "") for spot, content in ours.items()
        }, name


class _HtmlTables(blanks.PageTables):
    """Heads and labels are cells of a table too."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag("td" if tag == "th" else tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag("td" if tag == "th" else tag)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_workbook_has_each_rectangle_merge_and_label(seed):
    spec = make_form(seed)
    plan = make_plan(spec)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(spec, fill_in(spec, None))))
    for table in spec.tables:
        grid = plan.grids[table.id]
        assert_covered(grid)
        assert_shown(grid, book[table.sheet], spec)
    assert [cell.key for cell in spec.cells] == [
        area.key for table in spec.tables for area in plan.grids[table.id].rectangles if area.key is not None
    ] or any(block.abreast > 1 for table in spec.tables for block in table.blocks)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_filled_in_is_read_back(seed):
    spec = make_form(seed)
    given = fill_in(spec, Random(seed))
    prior = fill_in(spec, Random(seed + 1)) if seed % 3 == 0 else None
    reading = read_back(spec, write_workbook(spec, given, prior))
    assert reading.findings == ()
    assert reading.submission is not None
    assert reading.submission.values == given.values


@pytest.mark.parametrize("seed", SEEDS)
def test_the_report_has_each_rectangle_merge_and_label(seed, tmp_path):
    spec = make_form(seed)
    report = assemble_report(spec, fill_in(spec, Random(seed)))
    grids = [part for part in report.parts if isinstance(part, Grid)]
    page = _HtmlTables()
    page.feed(html.to_html(report))
    assert [sorted((*s[:4], s.text.strip()) for s in table) for table in page.tables] == [
        sorted((r.row, r.column, r.height, r.width, r.text.strip()) for r in grid.rectangles) for grid in grids
    ]
    path = tmp_path / "a.docx"
    path.write_bytes(docx.to_docx(report))
    assert [areas for _, areas in official(path)] == [
        {(r.row, r.column, r.height, r.width, r.text.strip()) for r in grid.rectangles} for grid in grids
    ]


def list_blanks(shared):
    """Each official blank with its tables, and the form that says what the truth about it says."""
    for path in sorted((shared / "blanks").glob("*.json")):
        tables = list(blanks.read_blank_tables(path))
        title = json.loads(path.read_text("utf-8"))["title"]
        yield path.stem, tables, catalog.parse_form(blanks.define_form(path.stem, title, tables), f"{path.stem}.toml")


def test_official_blanks_are_printed_square_by_square(shared):
    """All 21 tables of the 12 blanks: rectangle, merges, labels, and which squares are filled in."""
    exact = [
        (name, table.id)
        for name, tables, spec in list_blanks(shared)
        for table, blank in zip(spec.tables, tables, strict=True)
        if {
            (area.row, area.column, area.height, area.width, area.text if area.key is None else None)
            for area in make_plan(spec).grids[table.id].rectangles
        }
        == blank.shape
    ]
    assert len(exact) == 21
    assert len({name for name, _ in exact}) == 12


def test_official_blanks_go_through_workbook_and_reading(shared):
    for _, _, spec in list_blanks(shared):
        given = fill_in(spec, Random(7))
        data = write_workbook(spec, given)
        book = openpyxl.load_workbook(io.BytesIO(data))
        for table in spec.tables:
            assert_shown(make_plan(spec).grids[table.id], book[table.sheet], spec)
        reading = read_back(spec, data)
        assert (reading.submission and reading.submission.values, reading.findings) == (given.values, ())


def test_what_libreoffice_saves_has_the_same_shape_and_figures(shared, tmp_path):
    """Random shapes and the official blanks, saved by another program: rectangles, merges, labels and figures."""
    calc.require_office()
    specs = {f"s{seed}": make_form(seed) for seed in range(6)} | {name: spec for name, _, spec in list_blanks(shared)}
    given = {name: fill_in(spec, Random(5)) for name, spec in specs.items()}
    files = {name: write_workbook(spec, given[name]) for name, spec in specs.items()}
    for name, data in office_saved(files, tmp_path).items():
        spec = specs[name]
        book = openpyxl.load_workbook(io.BytesIO(data))
        for table in spec.tables:
            assert_shown(make_plan(spec).grids[table.id], book[table.sheet], spec)
        reading = read_back(spec, data)
        assert (reading.submission and reading.submission.values, reading.findings) == (given[name].values, ()), name


def test_another_program_computes_what_we_do(tmp_path):
    """Totals, verdicts and words of random shapes, with last year's figures and without."""
    calc.require_office()
    files = {}
    for seed in range(8):
        spec = make_form(seed)
        prior = fill_in(spec, Random(seed + 1)) if seed % 2 else None
        files[f"s{seed}"] = write_workbook(spec, fill_in(spec, Random(seed)), prior)
    assert sum(bool(make_form(seed).rules) for seed in range(8)) > 3
    assert_computed(files, tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_no_word_of_another_form_stands_in_what_is_made_of_one(seed):
    """Workbook, page and data of a stranger's form say nothing that only the packaged forms speak of."""
    spec = make_form(seed)
    given = fill_in(spec, Random(seed))
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(spec, given, fill_in(spec, Random(9)))))
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    rules = [each for sheet in book for each in sheet.data_validations.dataValidation]
    said += [f"{each.prompt}{each.error}{each.promptTitle}" for each in rules]
    report = assemble_report(spec, given)
    said.append(html.to_html(report, to_json_ld(spec, given, report.title)))
    said.append(to_csv(spec, given).decode("utf-8-sig"))
    assert [text for text in said if WORDS.search(text)] == []
    assert any(spec.basis in text for text in said)


@pytest.mark.parametrize("seed", range(0, 80, 8))
def test_what_is_half_filled_in_is_judged_told_and_goes_back(seed):
    """Blanks among figures: findings in words, and a workbook to mend that holds the same figures."""
    spec, random = make_form(seed), Random(seed)
    full = fill_in(spec, random)
    values = [None if random.random() < 0.4 else value for value in full.values]
    half = replace(full, values=totals.compute_totals(spec, values))
    for prior in (None, full):
        [judged] = judge_readings(spec, [Reading(half, ())], [prior])
        assert all(render(found, spec, make_plan(spec, prior is not None).place) for found in judged.findings)
        back = read_back(spec, mark_workbook(spec, half, judged.findings, None, 1, prior=prior))
        assert back.submission is not None
        assert back.submission.values == half.values
