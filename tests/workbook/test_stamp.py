"""A stamped workbook is what the writer itself would make, byte for byte, whatever the agency is called."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import figures
from xltool import api
from xltool.messages import XltoolError
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, Submission
from xltool.periods import Period
from xltool.workbook.mould import PROPERTIES, STRINGS
from xltool.workbook.stamp import Master
from xltool.workbook.write import write_workbook

EDITIONS = {"ogi-2021": 2024, "ogi-2019": 2020}
SERIAL = "0007-0123456789abcdef0123"
ODD = [
    "<&>\"'",
    "&amp;",
    "<r>局</r>",
    "<si><t>局</t></si>",
    " 两头有空格 ",
    "　全角空格　",
    "𠮷镇𠀀乡",
    "😀",
    "_x0041_",
    "行\n二\t列",
    "行\r\n二",
    "=1+1",
    "控\x00制\x1f符\ufffe",
    "\U0010fff0\U0010fff1\U0010fff2",
    "局" * 255,
]
COMMON = ["单位名称", "2024", "county", "code", "1", "校验", "ogi-2021"]
"""What stands elsewhere in the workbook too, so that it has one place among the shared strings with it."""


@cache
def master(form_id: str = "ogi-2021") -> Master:
    return Master(api.form(form_id), Period(EDITIONS[form_id]))


def blank(agency: Agency, serial: str, form_id: str = "ogi-2021", scope: str = "own") -> Submission:
    return Submission(
        form_id, EDITIONS[form_id], agency, (None,) * len(api.form(form_id).cells), scope=scope, serial=serial
    )


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_same_bytes_for_every_level(form_id, level):
    agency = Agency("654221-015", "额敏县教育和科学技术局", level)
    assert master(form_id).stamp(agency, SERIAL) == api.fill(blank(agency, SERIAL, form_id))


@pytest.mark.parametrize("text", [*ODD, *COMMON])
def test_the_same_bytes_for_odd_names_codes_and_serials(text):
    for agency, serial in (
        (Agency("654221-015", text, "county"), SERIAL),
        (Agency(text, "额敏县档案馆", "county"), SERIAL),
        (Agency("654221-015", "额敏县档案馆", "county"), text),
    ):
        assert master().stamp(agency, serial) == api.fill(blank(agency, serial))


@pytest.mark.parametrize(
    ("code", "name", "serial"),
    [("甲", "甲", SERIAL), ("甲", "乙", "甲"), ("甲", "乙", ""), ("", "", ""), ("ogi-2021", "封面", "own")],
)
def test_the_same_bytes_where_marks_are_alike_or_missing(code, name, serial):
    agency = Agency(code, name, "township")
    assert master().stamp(agency, serial) == api.fill(blank(agency, serial))


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=3, max_size=3))
def test_the_same_bytes_for_any_text(texts):
    agency = Agency(texts[0], texts[1], "department")
    assert master().stamp(agency, texts[2]) == api.fill(blank(agency, texts[2]))


def test_a_master_of_consolidated_returns():
    agency = Agency("654221-000", "额敏县人民政府办公室", "county")
    made = Master(api.form("ogi-2021"), Period(2024), "consolidated").stamp(agency, SERIAL)
    assert made == api.fill(blank(agency, SERIAL, scope="consolidated"))


def test_only_two_parts_are_an_agencys_own():
    """Written by the writer, not stamped.

    Whoever puts the name or the serial into a sheet, a footer or a height finds out here.
    """
    one = parts(api.fill(blank(Agency("9", "甲", "county"), "0001-a")))
    other = parts(api.fill(blank(Agency("654221-015", "额敏县教育和科学技术局" * 12, "county"), SERIAL)))
    assert [name for name in one if one[name] != other[name]] == [STRINGS, PROPERTIES]


def test_a_stamped_workbook_is_read_as_the_agencys(spec):
    agency = Agency("654221-101", "额敏县<&>镇人民政府", "township")
    reading = api.read(master().stamp(agency, SERIAL))
    assert (reading.submission, reading.findings) == (blank(agency, SERIAL), ())


@pytest.mark.parametrize(
    ("agency", "serial", "message"),
    [
        (Agency("1", "局" * 256, "county"), "", "单位名称有 256 字，超过工作簿中最多 255 字"),
        (Agency("1" * 256, "局", "county"), "", "单位代码有 256 字"),
        (Agency("1", "局", "county"), "𠮷" * 128, "编号有 256 字"),
    ],
)
def test_marks_that_are_too_long(agency, serial, message):
    with pytest.raises(XltoolError, match=message):
        master().stamp(agency, serial)


# ------------------------------------------------------------ with last year's figures


def last_year(form_id: str, seed: int) -> Submission:
    """Figures of all sizes, blanks and `/`."""
    spec, rng = api.form(form_id), Random(seed)
    values = figures.consistent(spec, rng)
    for key in values:
        highest = spec.cell(key).measure.maximum * spec.cell(key).measure.scale
        values[key] = rng.choice([values[key], values[key], None, NOT_APPLICABLE, rng.randint(0, highest), 1, highest])
    return figures.submission(spec, values)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("form_id", "before", "year"),
    [("ogi-2021", "ogi-2021", 2023), ("ogi-2021", "ogi-2019", 2020), ("ogi-2019", "ogi-2019", 2019)],
)
def test_the_same_bytes_with_last_years_figures(form_id, before, year, seed):
    spec, prior = api.form(form_id), replace(last_year(before, seed), year=year)
    agency = Agency("654221-015", "额敏县教育和科学技术局", "department")
    made = master(form_id).stamp(agency, SERIAL, prior)
    assert made == write_workbook(spec, blank(agency, SERIAL, form_id), prior)
    assert made != master(form_id).stamp(agency, SERIAL)


@pytest.mark.parametrize("tables", [(), (0,), (1,), (0, 2)])
def test_the_same_bytes_where_last_year_is_blank_but_for_some_tables(spec, tables):
    kept = {spec.tables[at].id for at in tables}
    given = last_year("ogi-2021", 3)
    values = (value if cell.table.id in kept else None for cell, value in zip(spec.cells, given.values, strict=True))
    prior, agency = replace(given, year=2023, values=(*values,)), Agency("1", "甲", "county")
    assert master().stamp(agency, SERIAL, prior) == write_workbook(spec, blank(agency, SERIAL), prior)


@pytest.mark.parametrize("text", ["1", "上年数（供核对）", "2023"])
def test_the_same_bytes_with_last_years_figures_and_common_words(spec, text):
    prior, agency = replace(last_year("ogi-2021", 1), year=2023), Agency(text, text, "department")
    assert master().stamp(agency, SERIAL, prior) == write_workbook(spec, blank(agency, SERIAL), prior)


def test_masters_of_different_years_and_of_none_stand_side_by_side(spec):
    agency, stamping = Agency("1", "甲", "county"), Master(spec, Period(2024))
    years = [replace(last_year("ogi-2021", 1), year=year) for year in (2023, 2022)]
    for prior in (*years, None, *years):
        assert stamping.stamp(agency, SERIAL, prior) == write_workbook(spec, blank(agency, SERIAL), prior)
