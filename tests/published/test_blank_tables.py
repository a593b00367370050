"""Tables that were published blank: official rows without a single figure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.published.layouts import LAYOUTS, MARKED, UNMARKED, write_text
from tests.published.reports import codes
from tests.published.test_layouts import FORMS, make_report
from xltool import api
from xltool.model import Submission
from xltool.rules.explanations import count_open

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


def make_first_blank(first: int, other: int) -> Submission:
    """A report whose row of disputes begins with a blank cell, beside another that holds a figure."""
    given = make_report(5, "ogi-2021", blanks=False)
    spec = api.form("ogi-2021")
    keys = [f"disputes.review.{column}" for column in ("upheld", "corrected", "other", "pending", "total")]
    told = dict(zip(keys, (first or None, other, 0, 0, first + other), strict=True))
    values = tuple(told.get(cell.key, value) for cell, value in zip(spec.cells, given.values, strict=True))
    return replace(given, values=values)


@pytest.mark.parametrize("layout", MARKED)
def test_a_blank_cell_that_begins_a_line_of_figures(layout):
    given = make_first_blank(0, 7)
    imported = api.imported(write_text(given, LAYOUTS[layout]))
    assert imported.reading.submission.values == given.values
    assert "published.unread" not in codes(imported)


@pytest.mark.parametrize("layout", ["bars_on_lines_alone", "bar_behind_each_cell"])
def test_what_no_sum_proves_is_no_blank_cell(layout):
    """A line short of a figure: one that the sum shows to be lost, and one under a total of 0, which shows nothing."""
    for given, lost in ((make_first_blank(3, 7), "3"), (make_first_blank(0, 0), "")):
        head, heading, rest = write_text(given, LAYOUTS[layout]).decode().partition("四、政府信息公开行政复议")
        lines = rest.split("\n")
        at = next(at for at, line in enumerate(lines) if line.strip(" |") in ({lost} if lost else {"0"}))
        blank = [*lines[:at], "|", *lines[at + (2 if lines[at + 1 : at + 2] == ["|"] else 1) :]] if lost else lines
        imported = api.imported((head + heading + "\n".join(blank)).encode())
        assert imported.reading.submission.values[-15:] == (None,) * 15
        assert "published.unread" in codes(imported)


def test_a_row_without_figures_in_a_table_with_some_is_not_read():
    spec, given = blank("ogi-2021")
    text = write_text(given, LAYOUTS["a_cell_a_line"]).decode()
    text = text.replace("办理申请 5 件", "做了工作")  # the tables have other figures
    at = text.index("行政许可\n") + len("行政许可\n")
    figure = text[at : text.index("\n", at) + 1]
    imported = api.imported((text[:at] + text[at + len(figure) :]).encode())
    [found] = [found for found in imported.reading.findings if found.code == "published.unread"]
    assert "“行政许可”（后面没有数）" in api.message(found, spec)
    [judged] = api.check([imported.reading])
    assert api.status(judged) == "accepted"
    assert count_open(judged) == 1  # the figure is still to come
