"""Old binary workbooks: the same contents as in .xlsx, formulas told apart, and nothing but a refusal for damage."""

import datetime
from random import Random

import pytest

from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from tests.workbook.tamper import by_openpyxl, codes, filled, given, read
from xltool import api
from xltool.workbook.book import RawCell
from xltool.workbook.opening import opened
from xltool.workbook.package import Refusal


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """Filled workbooks as LibreOffice saves them in the old format, some of them changed before."""
    require_office()

    def typed(book):
        sheet = book["表三 依申请公开"]
        sheet["D30"], sheet["J6"] = "=1+1", 99
        sheet["F30"], sheet["G30"] = True, datetime.date(2024, 3, 4)

    files = {"plain": filled(), "2019": filled("ogi-2019"), "typed": by_openpyxl(typed)}
    return office_saved(files, tmp_path_factory.mktemp("old"), "xls")


@pytest.mark.parametrize(("name", "form"), [("plain", "ogi-2021"), ("2019", "ogi-2019")])
def test_a_workbook_saved_in_the_old_format_reads_the_same(old, name, form):
    reading = read(old[name], form)
    told, meant = reading.submission, given(form)
    assert (told.values, told.texts, told.explanations, told.agency) == (meant.values, meant.texts, meant.explanations, meant.agency)
    assert (told.year, told.scope, told.serial) == (meant.year, meant.scope, meant.serial)
    assert codes(reading) == {"file.converted", "identity.partial"}


def test_and_back_again(old, tmp_path):
    back = office_saved({"plain": old["plain"]}, tmp_path, "xlsx", "xls")["plain"]
    assert read(back).submission.values == given().values
    assert read(back).submission.serial == given().serial


def test_formulas_and_typed_figures_are_told_apart(old):
    reading = api.read(old["typed"])
    found = {(finding.code, finding.keys) for finding in reading.findings}
    assert ("formula.in_input", ("applications.carried_out.natural_person",)) in found
    assert ("total.typed", ("applications.received.total",)) in found
    assert ("formula.in_input", ("applications.carried_out.research",)) in found  # how LibreOffice saves a logical value
    assert ("number.kind", ("applications.carried_out.welfare",)) in found
    assert not any(finding.code == "formula.changed" for finding in reading.findings)


def test_raw_contents_are_those_of_the_new_format(old):
    before, after = opened(filled()), opened(old["plain"])
    assert [sheet.name for sheet in after.sheets] == [sheet.name for sheet in before.sheets]
    assert not after.formulas
    for ours, theirs in zip(before.sheets, after.sheets, strict=True):
        assert theirs.protected == ours.protected
        assert (theirs.state == "visible") == (ours.state == "visible")
        assert set(theirs.merges) == set(ours.merges)
        contents = {place: (cell.kind, cell.text) for place, cell in ours.cells.items() if cell.text and cell.formula is None}
        assert {place: (cell.kind, cell.text) for place, cell in theirs.cells.items() if place in contents} == contents
        told = {place for place, cell in theirs.cells.items() if cell.formula is not None}
        assert told == {place for place, cell in ours.cells.items() if cell.formula is not None}
    assert after.names.items() >= before.names.items()


@pytest.mark.parametrize(
    ("name", "place", "cell"),
    [
        ("fn.et", (1, 2), RawCell("number", "2", "…")),
        ("write.et", (1, 0), RawCell("boolean", "TRUE")),
        ("write.xls", (0, 2), RawCell("number", "3")),
    ],
)
def test_files_that_wps_saved(shared, name, place, cell):
    book = opened((shared / "reference" / "wps" / name).read_bytes())
    assert book.sheets[0].cells[place] == cell
    assert [finding.code for finding in book.notes] == ["file.converted"]


def test_any_damage_is_refused_or_read(shared):
    rng = Random(4)
    refused = 0
    for name in ("fn.et", "write.xls"):
        data = (shared / "reference" / "wps" / name).read_bytes()
        for at in range(700):
            wrong = bytearray(data)
            for _ in range(rng.choice([1, 2, 8, 40])):
                wrong[rng.randrange(len(wrong))] = rng.randrange(256)
            if at % 5 == 0:
                del wrong[rng.randrange(600, len(wrong)) :]
            try:
                opened(bytes(wrong))
            except Refusal as refusal:
                refused += 1
                assert refusal.finding.code in {"file.damaged", "file.limit", "file.not_workbook", "file.locked"}
    assert refused > 100
