"""A digit that is raised, struck out, hidden or too small to see beside a figure is no part of it, and that is told."""

from __future__ import annotations

import io
import re

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.published.reports import VOCABULARY, back, codes, report
from tests.published.test_docx import SPACE
from tests.published.test_docx import document as word_document
from tests.published.test_pdf import face, page
from xltool import api
from xltool.published import docx as word
from xltool.published.aside import AsideText, settle_pieces
from xltool.published.pdf import read_pdf
from xltool.spreadsheet.package import Package

SUBMISSION = report(30)
SPEC = api.form(SUBMISSION.form)
KEY = "applications.received.natural_person"
FIGURE = str(SUBMISSION.values[SPEC.index[KEY]])


@pytest.mark.parametrize(
    ("pieces", "text", "whole"),
    [
        ([("56", ""), ("2", "raised")], "56", "562"),
        ([("2", "hidden"), ("56", "")], "56", "256"),
        ([("5", ""), ("1", "gone"), ("6", "")], "56", "516"),
        ([("56", "gone")], "", "56"),
        ([("56", "hidden")], "", "56"),
        ([("56", "raised")], "56", None),
        ([("56", ""), ("件", "raised")], "56件", None),
        ([("规章", ""), ("1", "raised")], "规章1", None),
        ([("规章", ""), ("1", "hidden")], "规章", None),
        ([("56", "")], "56", None),
        ([], "", None),
    ],
)
def test_what_belongs_to_a_figure(pieces, text, whole):
    settled = settle_pieces(pieces)
    assert settled == text
    assert (settled.whole if isinstance(settled, AsideText) else None) == whole


def told(imported, digit="2", figure=FIGURE):
    """The figure is read without what stands beside it, both readings are told, and all else is as it was."""
    assert codes(imported) == {"published.beside"}
    assert imported.reading.submission.values == SUBMISSION.values
    [finding] = [found for found in imported.reading.findings if found.code == "published.beside"]
    assert (finding.severity, finding.keys) == ("warning", (KEY,))
    message = api.message(finding, SPEC)
    assert f"印的是“{figure}”" in message
    assert f"连起来是“{figure}{digit}”" in message
    assert f"“{figure}{digit}”" in next(source.note for source in imported.sources if source.key == KEY)


LOOKS = {
    "superscript": '<w:vertAlign w:val="superscript"/>',
    "subscript": '<w:vertAlign w:val="subscript"/>',
    "raised": '<w:position w:val="12"/>',
    "struck": "<w:strike/>",
    "struck twice": "<w:dstrike/>",
    "hidden": "<w:vanish/>",
    "one point": '<w:sz w:val="2"/>',
    "white": '<w:color w:val="FFFFFF"/>',
}


def written(act) -> bytes:
    """The report in Word after something was done to the cell of the figure."""
    book = docx.Document(io.BytesIO(api.report(SUBMISSION, "docx")))
    for table in book.tables:
        for row in table.rows:
            if any("本年新收" in cell.text for cell in row.cells):
                cell = next(cell for cell in row.cells if cell.text.strip() == FIGURE)
                act(book, cell.paragraphs[0])
                buffer = io.BytesIO()
                book.save(buffer)
                return buffer.getvalue()
    raise AssertionError


def properties(xml: str):
    return parse_xml(f"<w:rPr {nsdecls('w')}>{xml}</w:rPr>")


def by_run(xml):
    def act(book, paragraph):
        paragraph.add_run("2")._r.insert(0, properties(xml))

    return act


def by_character_style(xml):
    def act(book, paragraph):
        style = book.styles.add_style("Mark", WD_STYLE_TYPE.CHARACTER)
        base = book.styles.add_style("Base", WD_STYLE_TYPE.CHARACTER)
        base.element.append(properties(xml))
        style.base_style = base
        paragraph.add_run("2").style = style

    return act


def by_paragraph_style(xml):
    """The paragraph stands beside its line, but for the figure's own run, which says otherwise."""

    def act(book, paragraph):
        style = book.styles.add_style("Mark", WD_STYLE_TYPE.PARAGRAPH)
        style.element.append(properties(xml))
        for run in paragraph.runs:
            for look, value in (
                ("vertAlign", "baseline"), ("position", "0"), ("strike", "0"), ("dstrike", "0"), ("vanish", "0"),
                ("sz", "21"), ("color", "000000"),
            ):  # fmt: skip
                run._r.get_or_add_rPr().append(parse_xml(f'<w:{look} {nsdecls("w")} w:val="{value}"/>'))
        paragraph.style = style
        paragraph.add_run("2")

    return act


@pytest.mark.parametrize("how", [by_run, by_character_style, by_paragraph_style])
@pytest.mark.parametrize("look", LOOKS)
def test_in_word(look, how):
    told(api.imported(written(how(LOOKS[look]))))


def test_in_word_a_whole_figure_that_is_raised_is_read_and_a_struck_one_is_not():
    def act(xml):
        return lambda book, paragraph: [run._r.get_or_add_rPr().append(properties(xml)[0]) for run in paragraph.runs]

    raised = api.imported(written(act(LOOKS["superscript"])))
    assert (codes(raised), raised.reading.submission.values) == (set(), SUBMISSION.values)
    struck = api.imported(written(act(LOOKS["struck"])))
    assert "published.beside" in codes(struck)
    assert struck.reading.submission.values[SPEC.index[KEY]] is None


def in_page(markup: str, styles: str = "") -> bytes:
    data = api.report(SUBMISSION, "html").decode()
    row = next(row for row in re.finditer(r"<tr.*?</tr>", data, re.DOTALL) if "本年新收" in row[0])
    cell = re.search(rf">({FIGURE})</t[dh]>", row[0])
    at = row.start() + cell.end(1)
    return (data[:at] + markup + data[at:]).replace("</head>", f"<style>{styles}</style></head>").encode()


@pytest.mark.parametrize(
    ("markup", "styles"),
    [
        *[(f"<{tag}>2</{tag}>", "") for tag in ("sup", "sub", "s", "strike", "del")],
        *[
            (f'<span style="{style}">2</span>', "")
            for style in (
                "vertical-align: super", "vertical-align:4px", "text-decoration: line-through", "display : none",
                "visibility:hidden", "font-size:1px", "font-size: 0", "font-size:10%", "COLOR:#FFF",
                "font: 1px serif", "text-decoration-line: underline line-through", "opacity:0",
            )
        ],
        ('<span hidden="">2</span>', ""),
        ("<b><sup>2</sup></b>", ""),
        ("<sup><b>2</b></sup>", ""),
        ('<span class="x m">2</span>', ".m { vertical-align: super; font-size: 60% }"),
        ('<span class="m">2</span>', "/* .a{} */ span.m, .n{display:none}"),
        ('<i id="m">2</i>', "td .c{} table #m{text-decoration:line-through}"),
    ],
)  # fmt: skip
def test_in_a_page(markup, styles):
    told(api.imported(in_page(markup, styles)))


@pytest.mark.parametrize(
    ("markup", "styles"),
    [
        ("<b></b>", ".m{display:none}"),
        ('<span style="display:none">件</span>', ""),
        ('<span class="m"></span>', ".m{vertical-align:super}"),
        ("", "td{vertical-align:super} sup{color:#fff} td.figure{font-size:0}"),
    ],
)
def test_in_a_page_nothing_is_told_without_a_digit(markup, styles):
    imported = api.imported(in_page(markup, styles))
    assert (codes(imported), imported.reading.submission.values) == (set(), SUBMISSION.values)


@pytest.mark.parametrize(
    ("content", "text", "whole"),
    [
        ("/A 10 Tf 100 680 Td (56) Tj /A 6 Tf 10 4 Td (2) Tj", "56", "562"),
        ("/A 10 Tf 100 680 Td (56) Tj 4 Ts (2) Tj", "56", "562"),
        ("/A 10 Tf 100 680 Td (56) Tj /B 1 Tf (2) Tj", "56", "562"),
        ("/A 10 Tf 100 680 Td (56) Tj /A 6 Tf 10 -2 Td (2) Tj", "56", "562"),
        ("/A 10 Tf 100 680 Td (56) Tj /B 10 Tf (2) Tj", "562", None),
        ("/A 10 Tf 100 680 Td (56) Tj /B 9 Tf (2) Tj", "562", None),
        ("/A 10 Tf 100 690 Td (56) Tj 0 -14 Td (2) Tj", "56\n2", None),
    ],
)
def test_in_a_pdf(content, text, whole):
    rules = "90 600 m 90 700 l 190 600 m 190 700 l 290 600 m 290 700 l 90 700 m 290 700 l 90 600 m 290 600 l S"
    [table] = read_pdf(page(f"{rules} BT {content} ET".encode(), face(7, 120) + face(8, 450)), VOCABULARY).parts
    cell = table.rows[0][0].text
    assert cell == text
    assert (cell.whole if isinstance(cell, AsideText) else None) == whole


@pytest.mark.parametrize("kind", ["docx", "html", "pdf"])
def test_nothing_is_told_of_our_own_reports(kind):
    assert "published.beside" not in codes(back(SUBMISSION, kind))


@pytest.mark.parametrize("other", ["w:rPr", "w:rPr ", "x:rPr"])
def test_in_a_large_document_however_it_is_written(monkeypatch, other):
    """What runs look like is cut away before a large document is taken apart: but not where that tells of a digit."""
    monkeypatch.setattr(word, "WORTH_CUTTING", 0)
    xml = word_document(
        f'<w:tbl xmlns:x="{SPACE}"><w:tr><w:tc><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>56</w:t></w:r><w:r><{other}>'
        f'<w:vertAlign w:val="superscript"/></{other.strip()}><w:t>2</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'
    )
    [table] = word.read_docx(Package(xml)).parts
    cell = table.rows[0][0].text
    assert (cell, getattr(cell, "whole", None)) == ("56", "562")
