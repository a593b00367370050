"""Scans: what an engine recognises counts where a total of its row proves it, and is told as not read elsewhere.

Most tests have an engine that is told what stands on the page, and spoils it; the last ones use the real one, where it
is installed (pip install '.[ocr]').
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests import figures
from tests.published.printed import Manner, print_report
from tests.published.reports import report
from xltool import api, readings
from xltool.forms import totals
from xltool.model import Submission
from xltool.published import scan
from xltool.workers import WORKER_SECONDS

pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install '.[pdf]'")

SCALE = scan.RESOLUTION / 72
Spoil = Callable[[str, Random], str]


def photograph(pdf: bytes, turn: float = 0.0) -> bytes:
    """The pages of a PDF as pictures alone, each turned by so many degrees."""
    import pypdfium2
    from PIL import Image

    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=SCALE).to_pil().convert("L") for page in document]
    pages = [page.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=255) for page in pages]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=scan.RESOLUTION)
    return out.getvalue()


class Engine:
    """Recognises what stands in the PDF that was photographed: as it is, or spoilt, and a little beside its place."""

    def __init__(self, pdf: bytes, spoil: Spoil, slope: float = 0.0) -> None:
        self._pages = self._list_pages(pdf, spoil, slope)

    def __call__(self, picture: Any, *, use_cls: bool) -> SimpleNamespace:
        return next(self._pages)

    def _list_pages(self, pdf: bytes, spoil: Spoil, slope: float) -> Iterator[SimpleNamespace]:
        import numpy
        import pdfplumber

        rng = Random(7)
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            for page in document.pages:
                boxes, texts = [], []
                for word in page.extract_words(x_tolerance=2, keep_blank_chars=False):
                    text = spoil(word["text"], rng)
                    if not text:
                        continue
                    left, right = word["x0"] - 1.5, word["x1"] + 1.5
                    shift = rng.uniform(-0.4, 0.4)
                    top, bottom = word["top"] - 1.5 + shift, word["bottom"] + 1.5 + shift
                    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
                    boxes.append([(SCALE * (x - slope * y), SCALE * (y + slope * x)) for x, y in corners])
                    texts.append(text)
                yield SimpleNamespace(boxes=numpy.array(boxes), txts=tuple(texts), scores=(1.0,) * len(texts))


def read_with(monkeypatch, submission: Submission, spoil: Spoil, slope: float = 0.0, manner: Manner | None = None):
    printed = print_report(submission, manner or Manner())
    monkeypatch.setattr(scan, "find_engine", lambda: True)
    engine = Engine(printed, spoil, slope)
    monkeypatch.setattr(scan, "_load_engine", lambda: engine)
    return api.imported(photograph(printed), scans=True)


def leave(text: str, rng: Random) -> str:
    return text


def compare(submission: Submission, imported) -> tuple[list[tuple], set[str]]:
    """The figures that are not those of the submission, and the cells of which nothing is read."""
    spec = api.form(submission.form)
    whole = totals.complete_totals(spec, submission)[0]
    cells = list(zip(spec.cells, whole.values, imported.reading.submission.values, strict=True))
    wrong = [(cell.key, held, read) for cell, held, read in cells if read is not None and read != held]
    return wrong, {cell.key for cell, held, read in cells if read is None and held is not None}


def consistent(seed: int) -> Submission:
    """A report whose every cell is filled and every sum holds, with few words."""
    form = ("ogi-2021", "ogi-2019")[seed % 2]
    spec = api.form(form)
    values = figures.consistent(spec, Random(seed))
    told = tuple(None if cell.total else values[cell.key] for cell in spec.cells)
    return replace(report(seed, form), values=told, texts={})


@pytest.mark.parametrize("slope", [0.0, 0.012, -0.01])
@pytest.mark.parametrize("seed", [300, 301])
def test_rows_with_a_total_are_read(seed, slope, monkeypatch):
    submission = consistent(seed)
    imported = read_with(monkeypatch, submission, leave, slope)
    wrong, unread = compare(submission, imported)
    assert wrong == []
    assert {key.partition(".")[0] for key in unread} <= {"disclosure"}
    assert {source.note for source in imported.sources} == {"扫描件上识别，与合计相符"}
    found = {each.code: each for each in imported.reading.findings}
    assert found["published.recognised"].severity == "warning"
    assert set(found["published.unread"].keys) >= unread
    assert "没有合计能证明" in api.message(found["published.unread"], api.form(submission.form))


def test_where_no_total_proves_a_figure_it_is_told_as_recognised(monkeypatch):
    submission = consistent(302)
    imported = read_with(monkeypatch, submission, leave)
    spec = api.form(submission.form)
    told = " ".join(api.message(each, spec) for each in imported.reading.findings if each.code == "published.unread")
    whole = totals.complete_totals(spec, submission)[0]
    held = dict(zip((cell.key for cell in spec.cells), whole.values, strict=True))
    row = [held[f"disclosure.regulations.{column}"] for column in ("issued", "repealed", "in_force")]
    assert f"“规章”（扫描件上识别为 {'、'.join(map(str, row))}，没有合计能证明）" in told


def misread(text: str, rng: Random) -> str:
    """Here and there another digit."""
    if text.isdigit() and rng.random() < 0.02:
        return text[:-1] + str((int(text[-1]) + rng.randint(1, 9)) % 10)
    return text


def mistake(text: str, rng: Random) -> str:
    """Each 1 is taken for a 7, so that sums of one figure and nothing else hold."""
    return text.replace("1", "7") if text.isdigit() else text


def overlook(text: str, rng: Random) -> str:
    return "" if text.isdigit() and rng.random() < 0.1 else text


def garble(text: str, rng: Random) -> str:
    """A sign of a label is another."""
    if len(text) > 3 and rng.random() < 0.15:
        at = rng.randrange(len(text))
        return text[:at] + "口" + text[at + 1 :]
    return text


@pytest.mark.parametrize("spoil", [misread, mistake, overlook, garble])
@pytest.mark.parametrize("seed", range(310, 316))
def test_what_is_spoilt_is_never_read_as_something_else(seed, spoil, monkeypatch):
    submission = consistent(seed)
    imported = read_with(monkeypatch, submission, spoil)
    if imported.reading.submission is None:
        assert [found.code for found in imported.reading.findings] == ["published.unknown"]  # the title is garbled
        return
    wrong, unread = compare(submission, imported)
    assert wrong == []
    told = {key for found in imported.reading.findings for key in found.keys}
    assert unread <= told
    assert [found.code for found in imported.reading.findings if found.severity == "error"] == []


def test_without_the_engine_a_scan_is_told(monkeypatch):
    monkeypatch.setattr(scan, "find_engine", lambda: False)
    scanned = photograph(print_report(consistent(303), Manner()))
    for imported in (api.imported(scanned, scans=True), readings.import_report(scanned)):
        [found] = imported.reading.findings
        assert found.code == "published.scanned"


def test_a_scan_has_more_time_than_other_files(monkeypatch):
    """A file that is no scan keeps the limits of all files; what a scan is lost over is told with its own."""
    monkeypatch.setattr(scan, "find_engine", lambda: True)
    monkeypatch.setattr(scan, "SCAN_SECONDS", 0.001)
    scanned = photograph(print_report(consistent(303), Manner()))
    [found] = readings.import_report(scanned).reading.findings
    assert found.code == "file.worker"
    assert "等了 0.006 秒" in api.message(found, None)  # six times as long by the wall as of the processor
    assert scan.MAX_SCANNED_PAGES * 10 <= 300 > WORKER_SECONDS


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr(scan, "MAX_SCANNED_PAGES", 1)
    imported = read_with(monkeypatch, consistent(303), leave)
    [found] = imported.reading.findings
    assert found.code == "file.limit"


# ---------------------------------------------------------------- the engine itself


@pytest.mark.parametrize(("seed", "turn", "rules"), [(320, 0.0, "all"), (321, 0.7, "none")])
def test_a_scan(seed, turn, rules):
    pytest.importorskip("rapidocr", reason="rapidocr is not installed: pip install '.[ocr]'")
    submission = consistent(seed)
    scanned = photograph(print_report(submission, Manner(rules=rules)), turn)
    imported = readings.import_report(scanned)
    wrong, unread = compare(submission, imported)
    assert wrong == []
    assert len(unread) < 60, [api.message(each, None) for each in imported.reading.findings]
    assert readings.import_report(scanned) == imported
