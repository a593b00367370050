"""Forms without texts have no sheet of them: reasons run on below 校验, and old workbooks with the sheet are read."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import xltool
from tests.workbook import calc
from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS, COVER, HIDDEN, TEXTS, TEXTS_TITLE
from xltool.model import Agency, FormSpec, Submission
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook

BARE = ("website-report-2017", "ogi-ledger")
WHY = "因当年机构改革，网站合并，访问量按合并后的口径统计。" * 40


def submit(spec: FormSpec) -> Submission:
    agency = Agency("654221-001", "县教育局", "department")
    reasons = dict.fromkeys(list(make_plan(spec).explanations)[:2], WHY)
    return Submission(spec.id, 2024, agency, (0,) * len(spec.cells), explanations=reasons)


@pytest.mark.parametrize("form", BARE)
def test_there_is_no_sheet_of_texts_and_all_comes_back(form: str) -> None:
    spec = catalog.load_form(form)
    given = submit(spec)
    data = write_workbook(spec, given)
    assert TEXTS not in openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    reading = xltool.read(data)
    assert reading.findings == ()
    assert reading.submission is not None
    assert dict(reading.submission.explanations) == given.explanations


@pytest.mark.parametrize("form", ["ogi-2021", "hazards-2024"])
def test_forms_with_texts_have_it(form: str) -> None:
    assert TEXTS in make_plan(catalog.load_form(form)).sheets


def test_long_reasons_run_on_below_the_lines_of_checks(tmp_path: Path) -> None:
    calc.require_office()
    spec = catalog.load_form("website-report-2017")
    plan = make_plan(spec)
    data = write_workbook(spec, submit(spec))
    shown = calc.recalculated({"w": calc.spoiled(data)}, tmp_path)["w"]
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    lines = []
    for at in range(60):
        spot = plan.run_on_line(at)
        assert spot.sheet == CHECKS
        assert (shown.get(spot) or "") == (book[CHECKS][spot.address].value or ""), at
        lines.append(str(shown.get(spot) or ""))
    assert "".join(lines).count("因当年机构改革") == 80
    others = [spot for spot in calc.formula_spots(data) if spot.sheet not in {HIDDEN, CHECKS}]
    assert all((shown.get(spot) or "") == (book[spot.sheet][spot.address].value or "") for spot in others)


def add_sheet(data: bytes, title: str) -> bytes:
    """A workbook with a sheet 文字 behind its cover, as they were handed out once."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.create_sheet(TEXTS, book.sheetnames.index(COVER) + 1)
    sheet["A1"] = title
    sheet.protection.sheet = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("title", "told"), [(TEXTS_TITLE, set()), ("随手写的", {"sheet.added"})])
def test_an_old_workbook_with_the_sheet_is_read(title: str, told: set[str]) -> None:
    spec = catalog.load_form("website-report-2017")
    given = replace(submit(spec), explanations={})
    reading = xltool.read(add_sheet(write_workbook(spec, given), title))
    assert reading.submission is not None
    assert reading.submission.values == given.values
    assert {found.code for found in reading.findings} & {"sheet.added", "sheet.reordered", "sheet.removed"} == told
