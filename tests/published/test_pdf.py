"""PDF: our own pages come back figure by figure and paragraph by paragraph; scans, damage and locks are told."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from tests.published.printed import Manner, needs_browser, print_by_browser, print_report
from tests.published.reports import VOCABULARY, report
from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool import api
from xltool.forms import totals
from xltool.model import Agency
from xltool.published.pdf import read_pdf
from xltool.report import fonts

pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install '.[pdf]'")
pytest.importorskip("typst", reason="typst is not installed: pip install '.[pdf]'")


@pytest.mark.parametrize("seed", range(12))
def test_round_trip(seed):
    submission = report(100 + seed, ("ogi-2021", "ogi-2019")[seed % 2])
    spec = api.form(submission.form)
    data = api.report(submission, "pdf")
    read = api.imported(data).reading.submission
    wanted = replace(
        totals.complete_totals(spec, submission)[0],
        agency=Agency(submission.agency.name, submission.agency.name, read.agency.level),
    )
    assert replace(read, level_basis="") == wanted
    assert not api.verify(data, submission).findings


@pytest.mark.parametrize("count", [3, 20, 23, 24, 25, 26, 27])
def test_paragraphs_of_one_line_each(count):
    texts = {key: "\n".join(["字" * count + "。"] * 3) for key in ("overview", "problems", "other_matters")}
    submission = replace(report(22), texts=texts, agency=Agency("甲局", "甲局", "department"))
    assert api.imported(api.report(submission, "pdf")).reading.submission.texts == texts


@pytest.mark.parametrize("face", fonts.LATIN)
def test_round_trip_with_the_figures_of_any_face(face, monkeypatch):
    """What a font says of its own depth is anything: that of Nimbus Roman is 281 thousandths, of Noto Serif CJK 120."""
    from xltool.report import typeset

    if face not in typeset.list_families():
        assert not (os.environ.get("CI_MUST_RECALCULATE") and face in {"Nimbus Roman", "Libertinus Serif"})
        pytest.skip(f"{face} is not installed")
    monkeypatch.setattr(fonts, "LATIN", (face,))
    submission = report(40)
    data = api.report(submission, "pdf")
    assert face.replace(" ", "").encode() in data
    assert not api.verify(data, submission).findings


def page(content: bytes, more: bytes = b"") -> bytes:
    """A PDF of one page, its objects without a table of places, which every reader mends."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</A 7 0 R/B 8 0 R>>>"
        b">>>endobj\n"
        b"4 0 obj<</Length "
        + str(len(content)).encode()
        + b">>stream\n"
        + content
        + b"\nendstream endobj\n"
        + more
        + b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def face(number: int, depth: int) -> bytes:
    """A font that says it reaches so many thousandths below its line."""
    return (
        f"{number} 0 obj<</Type/Font/Subtype/Type1/BaseFont/F{number}/FirstChar 32/LastChar 126/Widths[{'500 ' * 95}]"
        f"/FontDescriptor<</Type/FontDescriptor/FontName/F{number}/Flags 32/Ascent 800/Descent -{depth}"
        f"/FontBBox[0 -{depth} 500 800]/ItalicAngle 0/CapHeight 700/StemV 80>>>>endobj\n"
    ).encode()


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("/A 16 Tf 90 700 Td (from) Tj /B 16 Tf (2021) Tj /A 16 Tf (on) Tj", ["from2021on"]),
        ("/A 16 Tf 90 700 Td (large) Tj /B 10 Tf (small) Tj /A 16 Tf (large) Tj", ["largesmalllarge"]),
        ("/A 16 Tf 90 700 Td (25m) Tj /B 8 Tf 6 Ts (2) Tj /A 16 Tf 0 Ts (wide) Tj", ["25m2wide"]),
        ("/A 16 Tf 90 700 Td (25m) Tj /B 9 Tf 24 6 Td (2) Tj /A 16 Tf 4.5 -6 Td (wide) Tj", ["25m2wide"]),
        ("/A 16 Tf 90 700 Td (H) Tj /B 9 Tf 8 -3.5 Td (2) Tj /A 16 Tf 4.5 3.5 Td (O) Tj", ["H2O"]),
        ("/A 16 Tf 90 700 Td (above) Tj /B 16 Tf 0 -17 Td (below) Tj", ["above", "below"]),
        ("/A 16 Tf 90 700 Td (large) Tj /B 9 Tf 0 -13 Td (small) Tj", ["large", "small"]),
        ("/A 16 Tf 90 700 Td (large) Tj /B 9 Tf 0 17 Td (small) Tj", ["small", "large"]),
    ],
    ids=["faces", "sizes", "rise", "raised", "lowered", "close", "note", "caption"],
)
def test_a_line_is_what_stands_on_one(content, lines):
    data = page(f"BT {content} ET".encode(), face(7, 120) + face(8, 450))
    assert [line for part in read_pdf(data, VOCABULARY).parts for line in part.text.split()] == lines


def test_a_line_in_a_cell_is_what_stands_on_one():
    """Two cells side by side, one of two lines: those of one cell do not draw those of the other."""
    rules = (
        "90 600 m 90 700 l 190 600 m 190 700 l 290 600 m 290 700 l 90 700 m 290 700 l 90 650 m 290 650 l 90 600 "
        "m 290 600 l S"
    )
    texts = (
        "/A 10 Tf 100 680 Td (1) Tj /B 10 Tf (2) Tj /A 10 Tf 100 6 Td (up) Tj 0 -12 Td (down) Tj -100 -44 Td (3) "
        "Tj 100 0 Td (4) Tj"
    )
    [table] = read_pdf(page(f"{rules} BT {texts} ET".encode(), face(7, 120) + face(8, 450)), VOCABULARY).parts
    assert [[cell.text for cell in row] for row in table.rows] == [["12", "up\ndown"], ["3", "4"]]


def test_a_scan_is_told():
    scanned = page(b"q 500 0 0 700 40 40 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q")
    for reading in (api.imported(scanned).reading, api.read(scanned)):
        assert [found.code for found in reading.findings] == ["published.scanned"]
        assert "扫描件" in api.message(reading.findings[0], None)


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", page(b"BT")[:90], b"%PDF-" + bytes(2000)])
def test_damage_is_told(data):
    assert [found.code for found in api.imported(data).reading.findings] in (["file.damaged"], ["published.scanned"])


def test_cut_off_anywhere():
    data = api.report(report(5), "pdf")
    for share in range(1, 10):
        reading = api.imported(data[: len(data) * share // 10]).reading
        assert reading.submission is None
        assert [found.severity for found in reading.findings] == ["error"]


def test_without_the_library_there_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    [found] = api.imported(page(b"")).reading.findings
    assert found.code == "published.library"
    assert 'pip install "xltool[pdf]"' in api.message(found, None)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    [found] = api.imported(page(b"")).reading.findings
    said = api.message(found, None)
    assert "pip" not in said and "重新解压一份完整的 xltool 文件夹" in said, (
        "nothing can be installed into the one folder"
    )


def test_a_word_document_printed_by_libreoffice(tmp_path):
    require_office()
    submissions = {f"{seed}": report(seed, form) for seed, form in ((22, "ogi-2021"), (23, "ogi-2019"))}
    for name, data in office_saved(
        {name: api.report(s, "docx") for name, s in submissions.items()}, tmp_path, "pdf", "docx"
    ).items():
        assert [
            api.message(found, api.form(submissions[name].form))
            for found in api.verify(data, submissions[name]).findings
        ] == []


def test_no_stop_at_the_end_of_a_line_is_lost_in_print(tmp_path):
    """LibreOffice leaves out a stop that hangs over the edge of a justified line and finds no room there."""
    require_office()
    ways = [f"{'字' * count}{stop}{'文' * 30}。" for count in range(22, 32) for stop in ("。", "，", "、", "”。")]
    submission = replace(
        report(22), texts={"overview": "\n".join(ways), "contact.website": f"https://{'w' * 20}.example.invalid"}
    )
    [data] = office_saved({"1": api.report(submission, "docx")}, tmp_path, "pdf", "docx").values()
    assert [api.message(found, api.form(submission.form)) for found in api.verify(data, submission).findings] == []


@needs_browser
@pytest.mark.parametrize("seed", [24, 25, 26])
def test_a_page_printed_by_a_browser(tmp_path, seed):
    """Its fonts lead to radicals in place of characters, its pages have a white ground, and a line above the text."""
    submission = report(seed)
    printed = print_by_browser(api.report(submission, "html"), tmp_path)
    found = api.verify(printed, submission).findings
    assert [api.message(each, api.form(submission.form)) for each in found] == []


@pytest.mark.parametrize(
    "clocks",
    [
        ("11/30/26, 7:19 AM", "11/30/26, 7:20 AM"),
        ("2026/11/30 09:59", "2026/11/30 10:00", "2026/11/30 10:01"),
        ("2026/11/30 下午7:59", "2026/11/30 下午8:00"),
    ],
)
def test_what_a_browser_prints_around_each_page_is_no_text(clocks):
    """It looks at its clock for each page, and the minute may end among them."""
    submission = report(22)
    printed = print_report(submission, Manner(clocks=clocks))
    found = api.verify(printed, submission).findings
    assert [api.message(each, api.form(submission.form)) for each in found] == []
