"""The second reading: the same figures from every honest file, a finding where the two readers see two things."""

import io
import zipfile

import pytest

from tests.workbook import rewriters
from tests.workbook.tamper import filled, remove_names, tampered
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


def with_sheet(data, name, change):
    """A workbook with one part's text changed."""
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            text = source.read(entry)
            target.writestr(entry, change(text.decode()).encode() if entry == name else text)
    return buffer.getvalue()


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


def two_values(key, first, second, data=None):
    """A cell with two values, of which our reader takes the last and openpyxl the first."""
    spot = make_plan(SPEC).cells[key]
    sheet = f"xl/worksheets/sheet{make_plan(SPEC).sheets.index(spot.sheet) + 1}.xml"

    def double(text):
        start = text.index(f'<c r="{spot.address}"')
        value = text.index("<v>", start)
        end = text.index("</v>", start) + 4
        assert value < text.index("</c>", start)
        return f"{text[:value]}<v>{first}</v><v>{second}</v>{text[end:]}"

    return with_sheet(filled() if data is None else data, sheet, double)


def test_what_two_readers_read_otherwise_is_told_with_both_figures():
    data = two_values("applications.received.enterprise", 12, 21)
    reading = api.read(data)
    assert reading.submission.values[SPEC.index["applications.received.enterprise"]] == 21
    [told] = compare_second_reading(data, SPEC, reading.submission)
    assert (told.code, told.severity, told.keys) == ("second.differs", "warning", ("applications.received.enterprise",))
    sentence = render(told, SPEC, make_plan(SPEC).place)
    assert "有 1 格的数与审核的不同： 表三 E6" in sentence
    assert "审核的是 21，重读是 12。" in sentence


def test_a_figure_with_decimals_is_compared_to_the_last_one():
    data = two_values("disclosure.fees.amount", "78.156100", "78.1562")
    [told] = second(data)
    assert (told.data["first"], told.data["second"]) == ("78.1562", "78.1561")


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
    good, bad = filled(), two_values("applications.received.enterprise", 1, 2)
    files = [(data, api.read(data).submission, frozenset()) for data in (good, bad, good)]
    codes = [[found.code for found in told] for told in readings.compare_second_readings(files, jobs=2)]
    assert codes == [[], ["second.differs"], []]
