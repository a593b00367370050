"""Returned workbooks of the kinds that people have reported, as files; each gives its right result."""

from __future__ import annotations

import pytest

from tests.workbook.tamper import codes
from xltool import api

ACCEPTED = {
    "01b_checks_sheet_as_values": set(),
    "03_custom_properties_double_encoded": {"identity.partial"},
    "04_inputs_merged_values_hidden": {"merge.covering"},
    "05a_text_below_the_texts": {"sheet.unread"},
    "05c_inserted_row_with_a_figure": {"sheet.unread"},
    "07_date_serial_in_count": {"number.serial"},
    "09_visible_sheets_in_new_book": {"identity.partial"},
    "10_numbers_sheet_names": {"identity.partial", "sheet.renamed"},
    "13_all_figures_as_text": {"number.stored"},
    "14a_figure_struck_through": {"cell.struck"},
    "15_symbol_font_bullets": {"text.bullets"},
    "17_trailing_zero_bytes": set(),
}
RETURNED = {
    "06_dispimg_in_text": {"cell.picture"},
    "08_text_beginning_with_minus": {"text.formula"},
    "16_cut_and_paste": {"cell.conflict"},
}


@pytest.mark.parametrize("name", [*ACCEPTED, *RETURNED])
def test_each_reported_workbook_gives_its_right_result(name, shared):
    path = shared / "cases" / "workbooks" / f"{name}.xlsx"
    if not path.exists():
        pytest.skip(f"no {path.name} among the reference files")
    reading = api.read(path.read_bytes())
    told = {found.code for found in reading.findings if found.severity == "error"}
    assert reading.submission is not None
    assert told == RETURNED.get(name, set())
    assert codes(reading) >= (ACCEPTED | RETURNED)[name]
    if name.startswith("01b"):
        assert [*reading.submission.explanations.values()] == ["三件已在年内废止。"]
