"""Blanks that xltool itself made: drafted from them, a form has the cells, labels and merges of its definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaged import LISTS_ALONE, PACKAGED
from tests.workbook import calc
from xltool import api
from xltool.drafting.make import draft_form
from xltool.forms.label import normalise_label
from xltool.forms.layout import grid
from xltool.model import Agency, FormSpec, Submission, Table

FORMS = [form for form in PACKAGED if form not in LISTS_ALONE]
PARTS = {"quarter": "Q1"}
AGENCY = Agency("12", "测试单位", "county")


def write_blank(spec: FormSpec) -> bytes:
    year = spec.years[0]
    return api.fill(Submission(spec.id, year, AGENCY, (None,) * len(spec.cells), part=PARTS.get(spec.every, "")))


def list_printed(table: Table) -> set[tuple[int, int, int, int, str, bool]]:
    """What a table prints: places, sizes, labels, and where it is filled in."""
    return {
        (area.row, area.column, area.height, area.width, normalise_label(area.text or ""), bool(area.key))
        for area in grid(table).rectangles
    }


def assert_drafted(spec: FormSpec, data: bytes) -> None:
    drafted = draft_form(data, f"{spec.id}.xlsx", "own-form", spec.years[0])
    assert drafted.spec is not None, drafted.faults
    assert drafted.differences == ()
    assert [list_printed(table) for table in drafted.spec.tables] == [list_printed(table) for table in spec.tables]
    assert [table.title for table in drafted.spec.tables] == [table.title for table in spec.tables]


@pytest.mark.parametrize("form", FORMS)
def test_our_own_blank_is_drafted_as_its_form_prints_it(form: str) -> None:
    spec = api.form(form)
    assert_drafted(spec, write_blank(spec))


def test_our_own_blanks_are_drafted_as_libreoffice_saves_them(tmp_path: Path) -> None:
    calc.require_office()
    specs = {form: api.form(form) for form in FORMS}
    saved = calc.saved_again({form: write_blank(spec) for form, spec in specs.items()}, tmp_path)
    for form, spec in specs.items():
        assert_drafted(spec, saved[form])
