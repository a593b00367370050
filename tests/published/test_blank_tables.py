"""Tables that were published blank: official rows without a single figure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.published.layouts import LAYOUTS, UNMARKED, write_text
from tests.published.test_layouts import FORMS, make_report
from xltool import api

NO_SIGN = sorted(set(UNMARKED) - {"rows_without_outer_bars", "page_numbers_between"})
"""Layouts in which a blank cell leaves nothing behind."""


def blank(form_id: str, *tables: str) -> tuple:
    given = make_report(5, form_id, blanks=False)
    spec = api.form(form_id)
    values = [None if cell.table.id in tables else value for cell, value in zip(spec.cells, given.values, strict=True)]
    return spec, replace(given, values=tuple(values))


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("layout", NO_SIGN)
def test_rows_without_a_figure_are_a_blank_table(layout, form_id):
    for table in api.form(form_id).tables:
        spec, given = blank(form_id, table.id)
        imported = api.imported(write_text(given, LAYOUTS[layout]))
        read = imported.reading.submission
        assert read.values == given.values
        told = [found for found in imported.reading.findings if found.code.startswith("published.")]
        [found] = [found for found in told if found.code == "published.blank"]
        assert f"{table.name}的 {sum(len(block.rows) for block in table.blocks)} 行" in api.message(found, spec)
        assert not {found.code for found in told} & {"published.cut", "published.unread", "published.no_tables"}
        [judged] = api.check([imported.reading])
        assert [found.code for found in judged.findings if found.severity == "error"] == ["table.empty"]


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name not in {"mixed", "page_numbers_between"}])
def test_all_tables_blank_in_every_layout(layout, form_id):
    _, given = blank(form_id, *(table.id for table in api.form(form_id).tables))
    imported = api.imported(write_text(given, LAYOUTS[layout]))
    assert not any(imported.reading.submission.values)
    [judged] = api.check([imported.reading])
    wrong = {"published.cut", "published.edition", "published.no_tables", "published.twice"}
    assert not wrong & {found.code for found in judged.findings}


def test_a_row_without_figures_in_a_table_with_some_is_not_read():
    spec, given = blank("ogi-2021")
    text = write_text(given, LAYOUTS["a_cell_a_line"]).decode()
    at = text.index("行政许可\n") + len("行政许可\n")
    figure = text[at : text.index("\n", at) + 1]
    imported = api.imported((text[:at] + text[at + len(figure) :]).encode())
    [found] = [found for found in imported.reading.findings if found.code == "published.unread"]
    assert "“行政许可”（后面没有数）" in api.message(found, spec)
