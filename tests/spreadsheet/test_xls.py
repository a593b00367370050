"""Old binary workbooks: the same contents as in .xlsx, formulas told apart, and nothing but a refusal for damage."""

import datetime
import struct
import tracemalloc
from random import Random

import pytest

from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from tests.workbook.tamper import by_openpyxl, codes, filled, given, read
from xltool import api
from xltool.kinds import OLE2
from xltool.spreadsheet.book import RawCell
from xltool.spreadsheet.open import open_workbook
from xltool.spreadsheet.package import Refusal


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
    assert (told.values, told.texts, told.explanations, told.agency) == (
        meant.values,
        meant.texts,
        meant.explanations,
        meant.agency,
    )
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
    assert (
        "formula.in_input",
        ("applications.carried_out.research",),
    ) in found  # how LibreOffice saves a logical value
    assert ("number.kind", ("applications.carried_out.welfare",)) in found
    assert not any(finding.code == "formula.changed" for finding in reading.findings)


def test_raw_contents_are_those_of_the_new_format(old):
    before, after = open_workbook(filled()), open_workbook(old["plain"])
    assert [sheet.name for sheet in after.sheets] == [sheet.name for sheet in before.sheets]
    assert not after.formulas
    for ours, theirs in zip(before.sheets, after.sheets, strict=True):
        assert theirs.protected == ours.protected
        assert (theirs.visibility == "visible") == (ours.visibility == "visible")
        assert set(theirs.merges) == set(ours.merges)
        contents = {
            place: (cell.kind, cell.text) for place, cell in ours.cells.items() if cell.text and cell.formula is None
        }
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
    book = open_workbook((shared / "reference" / "wps" / name).read_bytes())
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
                open_workbook(bytes(wrong))
            except Refusal as refusal:
                refused += 1
                assert refusal.finding.code in {"file.damaged", "file.limit", "file.not_workbook", "file.locked"}
    assert refused > 100


def container(stream=b"", left=-1, short=0):
    """An .xls file of one stream: its table of sectors, its directory, the sectors of the stream.

    `short` bytes are short streams' too.
    """
    stream += b"\0" * (-len(stream) % 512)
    sectors = [-3, -2, *range(3, 2 + len(stream) // 512), -2]
    head = struct.pack("<16x5H10xIi8xi4xii", 0x3E, 3, 0xFFFE, 9, 6, 1, 1, -2, -2, 0) + struct.pack(
        "<109i", 0, *[-1] * 108
    )
    entries = b""
    for name, kind, before, child, size in (("Root Entry", 5, -1, 1, short), ("Workbook", 2, left, -1, len(stream))):
        text = f"{name}\0".encode("utf-16-le")
        entries += struct.pack("<64sHBx3i36xiI4x", text, len(text), kind, before, -1, child, 2 if size else -2, size)
    return (
        OLE2 + head + struct.pack("<128i", *sectors, *[-1] * (128 - len(sectors))) + entries.ljust(512, b"\0") + stream
    )


def records(*told):
    """A stream of records, each of a number and its bytes."""
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in told)


def workbook(*told, within=()):
    """The stream of a workbook of one sheet, with more records for the workbook, and those within the sheet."""
    begin = [(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0)) for kind in (0x0005, 0x0010)]
    sheet = (0x0085, struct.pack("<IHBB", 0, 0, 1, 0) + b"A")
    at = len(records(begin[0], sheet, *told, (0x000A, b"")))
    sheet = (0x0085, struct.pack("<IHBB", at, 0, 1, 0) + b"A")
    return records(begin[0], sheet, *told, (0x000A, b""), begin[1], *within, (0x000A, b""))


def test_a_workbook_of_a_few_bytes():
    assert [sheet.name for sheet in open_workbook(container(workbook())).sheets] == ["A"]


def test_sectors_that_stand_in_two_streams():
    assert [sheet.name for sheet in open_workbook(container(workbook(), short=64)).sheets] == ["A"]


def test_a_directory_that_leads_back_to_itself_is_damage():
    assert codes(api.read(container(workbook(), left=1))) == {"file.damaged"}


def test_a_name_with_a_formula_that_is_none_is_damage():
    name = struct.pack("<HBBHHHBBBBB", 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0) + b"N" + b"\x72"
    assert codes(api.read(container(workbook((0x0018, name))))) == {"file.damaged"}


def test_a_text_box_before_any_object_is_damage():
    assert codes(api.read(container(workbook(within=[(0x01B6, bytes(18))])))) == {"file.damaged"}


def test_a_cell_in_a_far_corner_costs_no_memory_for_those_before_it():
    font = (0x0031, struct.pack("<HHHHHBBBxBB", 200, 0, 0, 400, 0, 0, 0, 0, 1, 0) + b"A")
    looks = (font, (0x00E0, bytes(20)))
    far = [(0x0203, struct.pack("<HHHd", row, 255, 0, 7.0)) for row in (0, 40_000, 65_535)]
    data = container(workbook(*looks, within=far))
    tracemalloc.start()
    with pytest.raises(Refusal) as refused:
        open_workbook(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.finding.code == "file.limit"
    assert most < 40 * 2**20
