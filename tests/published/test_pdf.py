"""PDF: our own pages come back figure by figure and paragraph by paragraph; scans, damage and locks are told."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.published.reports import report
from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool import api
from xltool.forms import totals
from xltool.model import Agency

pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install '.[pdf]'")
pytest.importorskip("typst", reason="typst is not installed: pip install '.[pdf]'")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.parametrize("seed", range(12))
def test_round_trip(seed):
    submission = report(100 + seed, ("ogi-2021", "ogi-2019")[seed % 2])
    spec = api.form(submission.form)
    data = api.report(submission, "pdf")
    read = api.imported(data).reading.submission
    wanted = replace(
        totals.completed(spec, submission)[0],
        agency=Agency(submission.agency.name, submission.agency.name, read.agency.level),
    )
    assert read == wanted
    assert not api.verify(data, submission).findings


@pytest.mark.parametrize("count", [3, 20, 23, 24, 25, 26, 27])
def test_paragraphs_of_one_line_each(count):
    texts = {key: "\n".join(["字" * count + "。"] * 3) for key in ("overview", "problems", "other_matters")}
    submission = replace(report(22), texts=texts, agency=Agency("甲局", "甲局", "department"))
    assert api.imported(api.report(submission, "pdf")).reading.submission.texts == texts


def page(content: bytes, more: bytes = b"") -> bytes:
    """A PDF of one page, its objects without a table of places, which every reader mends."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>endobj\n"
        b"4 0 obj<</Length "
        + str(len(content)).encode()
        + b">>stream\n"
        + content
        + b"\nendstream endobj\n"
        + more
        + b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


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
    assert "pip install xltool[pdf]" in api.message(found, None)


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


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
@pytest.mark.parametrize("seed", [24, 25, 26])
def test_a_page_printed_by_a_browser(tmp_path, seed):
    """Its fonts lead to radicals in place of characters, its pages have a white ground, and a line above the text."""
    submission = report(seed)
    (tmp_path / "page.html").write_bytes(api.report(submission, "html"))
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run(
        [*command, f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    found = api.verify((tmp_path / "page.pdf").read_bytes(), submission).findings
    assert [api.message(each, api.form(submission.form)) for each in found] == []
