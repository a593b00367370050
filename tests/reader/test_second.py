"""The second reading: the same figures from every honest file, a finding where the two readers see two things."""

from dataclasses import replace

import pytest

from tests.workbook import rewriters
from tests.workbook.tamper import by_openpyxl, filled, remove_names, tampered
from xltool import api, readings
from xltool.forms import catalog
from xltool.messages import render
from xltool.reader.second import compare_second_reading
from xltool.workbook.layout_plan import make_plan

SPEC = catalog.load_form("ogi-2021")
UNREAD = {"inline_strings", "strict"}
"""A table of strings that is listed and not there, and the namespaces of ISO's strict form: Excel and our reader do not
mind them."""


def second(data):
    reading = api.read(data)
    assert reading.submission is not None, reading.findings
    return compare_second_reading(data, SPEC, reading.submission)


@pytest.mark.parametrize("form_id", catalog.list_ids())
def test_both_readers_see_the_same_in_what_we_fill_in(form_id):
    data = filled(form_id)
    spec = catalog.load_form(form_id)
    assert compare_second_reading(data, spec, api.read(data).submission) == ()


@pytest.mark.parametrize("name", sorted(rewriters.REWRITERS.keys() - UNREAD))
def test_both_readers_see_the_same_however_it_was_saved(name):
    assert second(rewriters.REWRITERS[name](filled())) == ()


def test_without_names_the_cells_own_addresses_are_read():
    assert second(tampered(lambda book: remove_names(book, "cell__"))) == ()


def misread(key, value, data=None):
    """A cell filled with the letter d before its figure: openpyxl takes the format for a date's, as Excel does not."""
    spot = make_plan(SPEC).cells[key]

    def fill(book):
        cell = book[spot.sheet][spot.address]
        cell.value, cell.number_format = value, "*d0"

    return by_openpyxl(fill, data)


def test_what_two_readers_read_otherwise_is_told_with_both_figures():
    data = misread("applications.received.enterprise", 21)
    reading = api.read(data)
    assert reading.submission.values[SPEC.index["applications.received.enterprise"]] == 21
    [told] = compare_second_reading(data, SPEC, reading.submission)
    assert (told.code, told.severity, told.keys) == ("second.differs", "warning", ("applications.received.enterprise",))
    sentence = render(told, SPEC, make_plan(SPEC).place)
    assert "有 1 格的数与审核的不同： 表三 E6" in sentence
    assert "审核的是 21，重读是 1900-01-21" in sentence


def test_a_figure_with_decimals_is_compared_to_the_last_one():
    data, at = filled(), SPEC.index["disclosure.fees.amount"]
    taken = list(api.read(data).submission.values)
    taken[at] += 1
    [told] = compare_second_reading(data, SPEC, replace(api.read(data).submission, values=tuple(taken)))
    assert (told.data["first"], told.data["second"]) == ("1009.000001", "1009")


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_what_openpyxl_cannot_read_is_told_and_no_fault(name):
    data = rewriters.REWRITERS[name](filled())
    [[told]] = readings.compare_second_readings([(data, api.read(data).submission, frozenset())])
    assert (told.code, told.severity) == ("second.unread", "info")
    assert "它打不开（KeyError）" in render(told, SPEC, None)


def test_what_is_no_xlsx_is_told():
    submission = api.read(filled()).submission
    for data in (b"PK\3\4 content.xml", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600):
        [[told]] = readings.compare_second_readings([(data, submission, frozenset())])
        assert told.data["why"] == "它只读 .xlsx 工作簿"


def test_each_file_of_many_has_its_own_answer():
    good, bad = filled(), misread("applications.received.enterprise", 2)
    files = [(data, api.read(data).submission, frozenset()) for data in (good, bad, good)]
    codes = [[found.code for found in told] for told in readings.compare_second_readings(files, jobs=2)]
    assert codes == [[], ["second.differs"], []]
