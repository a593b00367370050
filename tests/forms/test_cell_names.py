"""Cells named by table, row and column."""

from __future__ import annotations

import pytest

from tests.packaged import PACKAGED
from xltool.forms import catalog
from xltool.forms.cell_names import find_named_cells, find_nearest_cell, name_cell, split_table


@pytest.mark.parametrize("form", PACKAGED)
def test_the_name_of_every_cell_means_it_alone_with_spaces_and_without(form):
    spec = catalog.load_form(form)
    for cell in spec.cells:
        name = name_cell(spec, cell.key)
        for words in (name, name.replace(" ", "\u3000 "), name.replace(" ", "")):
            table, rest = split_table(spec, words)
            assert [found.key for found in find_named_cells(table, rest)] == [cell.key], words


def test_every_official_label_means_its_row(spec):
    for cell in spec.cells:
        found = find_named_cells(cell.table, f"{cell.row.label} {cell.column.label}")
        assert cell.key in {each.key for each in found}
        assert len(found) == 1, cell.label


def test_a_table_goes_by_its_name_and_by_its_sheet(spec):
    for table in spec.tables:
        for name in (table.name, table.sheet, table.title):
            assert split_table(spec, f"{name} 总计") == (table, "总计")
    assert split_table(spec, "见附件") is None
    assert split_table(spec, "") is None


def test_words_that_are_like_nothing_have_nothing_near(spec):
    table = spec.tables[0]
    assert find_nearest_cell(spec, table, "甲乙丙丁 戊己") == ""
    assert find_nearest_cell(spec, table, "") == ""
