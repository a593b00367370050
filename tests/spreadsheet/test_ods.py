"""OpenDocument spreadsheets: the same contents as in .xlsx, within the same limits."""

import zipfile
from io import BytesIO

import pytest

from tests.workbook.calc import require_office
from tests.workbook.parts import packed
from tests.workbook.rewriters import office_saved
from tests.workbook.tamper import by_openpyxl, codes, filled, given, read
from xltool import api
from xltool.spreadsheet.book import RawCell
from xltool.spreadsheet.open import open_workbook
from xltool.spreadsheet.package import Refusal

SPACES = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("table", "office", "text", "style", "meta")
    )
    + ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
MIME = b"application/vnd.oasis.opendocument.spreadsheet"


def sheet(rows: str, more: str = "", name: str = "甲") -> bytes:
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{more}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>"
        f'<table:table table:name="{name}">{rows}</table:table></office:spreadsheet></office:body>'
        f"</office:document-content>"
    )
    return packed({"mimetype": MIME, "content.xml": content})


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def number(value: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="float" office:value="{value}" {more}/>'


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        open_workbook(data)
    return caught.value.finding.code


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    require_office()

    def typed(book):
        book["表三 依申请公开"]["D30"] = "=1+1"
        book["表三 依申请公开"]["J6"] = 99
        book["表三 依申请公开"]["E30"] = "=1/0"

    files = {"plain": filled(), "2019": filled("ogi-2019"), "typed": by_openpyxl(typed)}
    return office_saved(files, tmp_path_factory.mktemp("ods"), "ods")


@pytest.mark.parametrize(("name", "form"), [("plain", "ogi-2021"), ("2019", "ogi-2019")])
def test_a_workbook_saved_as_ods_reads_the_same(saved, name, form):
    reading = read(saved[name], form)
    told, meant = reading.submission, given(form)
    assert (told.values, told.texts, told.explanations, told.agency) == (
        meant.values,
        meant.texts,
        meant.explanations,
        meant.agency,
    )
    assert (told.year, told.scope, told.serial) == (meant.year, meant.scope, meant.serial)
    assert codes(reading) == {"file.converted"}


def test_and_back_again(saved, tmp_path):
    back = office_saved({"plain": saved["plain"]}, tmp_path, "xlsx", "ods")["plain"]
    assert read(back).submission.values == given().values


def test_formulas_and_typed_figures_are_told_apart(saved):
    found = {(finding.code, finding.keys) for finding in api.read(saved["typed"]).findings}
    assert ("formula.in_input", ("applications.carried_out.natural_person",)) in found
    assert ("total.typed", ("applications.received.total",)) in found
    assert ("number.kind", ("applications.carried_out.enterprise",)) in found


def test_raw_contents_are_those_of_the_new_format(saved):
    before, after = open_workbook(filled()), open_workbook(saved["plain"])
    for ours, theirs in zip(before.sheets, after.sheets, strict=True):
        assert (theirs.name, theirs.protected) == (ours.name, ours.protected)
        assert set(theirs.merges) == set(ours.merges)
        contents = {
            place: (cell.kind, cell.text) for place, cell in ours.cells.items() if cell.text and cell.formula is None
        }
        assert {place: (cell.kind, cell.text) for place, cell in theirs.cells.items() if place in contents} == contents
    assert {name: text.replace("$", "") for name, text in after.names.items()} == {
        name: text.replace("$", "") for name, text in before.names.items()
    }


def test_digits_are_those_of_the_file():
    cells = open_workbook(sheet(row(number("78.1561"), number("12345678901234567890"), number("1E+3")))).sheets[0].cells
    assert [cells[0, at] for at in range(3)] == [
        RawCell("number", "78.1561"),
        RawCell("number", "12345678901234567890"),
        RawCell("number", "1E+3"),
    ]


def test_repeated_rows_and_columns():
    rows = [
        row(number("1", 'table:number-columns-repeated="3"'), more='table:number-rows-repeated="2"'),
        row('<table:table-cell table:number-columns-repeated="16000"/>', more='table:number-rows-repeated="900000"'),
    ]
    assert sorted(open_workbook(sheet("".join(rows))).sheets[0].cells) == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
    ]
    assert refused(sheet(row(number("1"), more='table:number-rows-repeated="1048576"'))) == "file.limit"
    assert refused(sheet(row(number("1", 'table:number-columns-repeated="16384"')))) == "file.limit"
    assert refused(sheet(rows[1] * 2 + row(number("1")))) == "file.limit"


def test_hidden_sheets_rows_and_columns():
    style = '<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style>'
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    data = sheet(columns + row(number("1")) + row(number("2"), more='table:visibility="collapse"'), style)
    one = open_workbook(data).sheets[0]
    assert (one.hidden_rows, one.hidden_columns, one.visibility) == ({1}, {1, 2}, "visible")


def test_texts_with_spaces_breaks_and_comments():
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>批注</text:p></office:annotation>'
        '<text:p>甲<text:s text:c="3"/>乙<text:line-break/>丙<text:span>丁</text:span></text:p><text:p>戊</text:p>'
        "</table:table-cell>"
    )
    assert open_workbook(sheet(row(cell))).sheets[0].cells[0, 0] == RawCell("text", "甲   乙\n丙丁\n戊")


def test_other_documents_passwords_and_damage():
    assert (
        refused(packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}))
        == "file.not_workbook"
    )
    assert refused(packed({"mimetype": MIME, "content.xml": "<a/>"})) == "file.damaged"
    assert refused(packed({"mimetype": MIME, "content.xml": "<!DOCTYPE a><a/>"})) == "file.damaged"
    locked = {"mimetype": MIME, "content.xml": "x", "META-INF/manifest.xml": "<m><encryption-data/></m>"}
    assert refused(packed(locked)) == "file.locked"
    twice = sheet("")
    with zipfile.ZipFile(BytesIO(twice)) as archive:
        content = archive.read("content.xml")
    table = content[content.index(b"<table:table ") : content.index(b"</office:spreadsheet>")]
    assert refused(packed({"mimetype": MIME, "content.xml": content.replace(table, table * 2)})) == "file.damaged"


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_figure_that_is_shown_as_another_is_told_in_other_kinds_of_workbook_too(tmp_path, kind):
    require_office()

    def show(book):
        book["表三 依申请公开"]["D6"].number_format = '0"00"'

    sheets = {"changed": by_openpyxl(show), "plain": filled()}
    saved = office_saved(sheets, tmp_path, kind)
    told = {finding.keys for finding in api.read(saved["changed"]).findings if finding.code == "cell.disguised"}
    assert told == {("applications.received.natural_person",)}
    assert "cell.disguised" not in codes(read(saved["plain"]))


def style(name: str, properties: str, parent: str = "", family: str = "table-cell", cell: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
        f"<style:table-cell-properties {cell}/><style:text-properties {properties}/></style:style>"
    )


STRUCK = 'style:text-line-through-style="solid" style:text-line-through-type="single"'
STYLES = "".join(
    (
        style("struck", STRUCK),
        style("type alone", 'style:text-line-through-type="double"'),
        style("heir", 'fo:color="#ff0000"', parent="struck"),
        style("mended", 'style:text-line-through-style="none"', parent="struck"),
        style("odd", 'style:text-line-through-style="none" style:text-line-through-type="single"'),
        style("circle", 'fo:color="#000000"', parent="circle"),
        style("white", 'fo:color="#ffffff"'),
        style("white on blue", 'fo:color="#ffffff"', cell='fo:background-color="#0000ff"'),
        style("blue", 'fo:color="#0000f0"', parent="white on blue"),
        style("automatic", 'style:use-window-font-color="true"', parent="white"),
        style("through", 'fo:font-size="10pt"', cell='fo:background-color="transparent"', parent="white"),
        style("dust", 'fo:font-size="1pt"'),
        style("run", STRUCK, family="text"),
    )
)
LOOKS = {
    "struck": (False, True),
    "type alone": (False, True),
    "heir": (False, True),
    "mended": None,
    "odd": None,
    "circle": None,
    "nobody's": None,
    "white": (True, False),
    "white on blue": None,
    "blue": (True, False),
    "automatic": None,
    "through": (True, False),
    "dust": (True, False),
}


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("home", ["cell", "row", "column"])
def test_strikes_and_hidden_colours_are_those_of_the_style_that_holds(name, home):
    said = {home: f'table:style-name="{name}"' if home == "cell" else f'table:default-cell-style-name="{name}"'}
    columns = f'<table:table-column table:number-columns-repeated="2" {said.get("column", "")}/>'
    data = sheet(columns + row(number("1"), number("5", said.get("cell", "")), more=said.get("row", "")), STYLES)
    [found] = open_workbook(data).sheets
    look = found.displays.get((0, 1))
    assert (look and (look.unseen, look.struck)) == LOOKS[name]


def test_a_style_of_the_cell_goes_before_those_of_its_row_and_column():
    columns = '<table:table-column table:default-cell-style-name="struck"/>'
    for own, told in (('table:style-name="mended"', {}), ("", {(0, 0): True})):
        [found] = open_workbook(sheet(columns + row(number("5", own)), STYLES)).sheets
        assert {at: look.struck for at, look in found.displays.items()} == told


def test_what_of_a_text_is_struck_through():
    text = (
        '<table:table-cell office:value-type="string"><text:p>1<text:span text:style-name="run">2</text:span>5</text:p>'
    )
    [found] = open_workbook(sheet(row(f"{text}</table:table-cell>"), STYLES)).sheets
    assert found.cells[0, 0] == RawCell("text", "125", None, "2")


def test_styles_that_cells_share_stand_in_a_part_of_their_own():
    common = f"<office:styles>{style('Accent', STRUCK)}</office:styles>"
    shared = f"<office:document-styles {SPACES}>{common}</office:document-styles>"
    with zipfile.ZipFile(
        BytesIO(sheet(row(number("5", 'table:style-name="own"')), style("own", "", "Accent")))
    ) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    [found] = open_workbook(packed({**parts, "styles.xml": shared})).sheets
    assert found.displays[0, 0].struck
