"""Tables of a PDF that no lines rule: each figure is read where it stands, or told as not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.published.printed import FONT, Manner, print_report
from tests.published.reports import VOCABULARY, codes, report
from xltool import api
from xltool.forms import totals
from xltool.model import Submission
from xltool.published.document import Lattice
from xltool.published.pdf import read_pdf

pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install '.[pdf]'")

MANNERS = {
    "none": Manner(rules="none"),
    "level": Manner(rules="level", room=170),
    "top": Manner(rules="none", middle="TOP", room=130),
    "tight": Manner(rules="none", padding=1),
    "short": Manner(rules="none", room=250),
    "turned": Manner(rules="none", heads="up", room=200),
    "stacked": Manner(rules="none", heads="stacked", room=300),
}


@pytest.mark.parametrize("manner", MANNERS)
def test_every_figure_of_random_reports(manner):
    for seed in range(6):
        submission = report(1000 + 10 * sorted(MANNERS).index(manner) + seed, ("ogi-2021", "ogi-2019")[seed % 2])
        whole = totals.complete_totals(api.form(submission.form), submission)[0]
        imported = api.imported(print_report(submission, MANNERS[manner]))
        assert imported.reading.submission.values == whole.values
        assert codes(imported) <= {"published.whose"}


@pytest.mark.parametrize("manner", ["none", "level", "short"])
@pytest.mark.parametrize("rows", [False, True], ids=["cells", "rows"])
def test_blanks_are_blanks_or_told(rows, manner, monkeypatch):
    """With three cells of ten left out, or with three rows of ten, no figure is taken for that of another cell."""
    monkeypatch.setattr("tests.published.printed.complete_totals", lambda spec, submission: (submission, ()))
    for seed in range(5):
        submission = leave_out(report(2000 + seed, ("ogi-2021", "ogi-2019")[seed % 2]), rows, Random(seed))
        reading = api.imported(print_report(submission, MANNERS[manner])).reading
        told = {key for found in reading.findings for key in found.keys}
        assert {found.code for found in reading.findings} <= {
            "published.read", "published.whose", "published.blank", "published.unread", "published.left"
        }  # fmt: skip
        cells = zip(api.form(submission.form).cells, submission.values, reading.submission.values, strict=True)
        assert [(c.key, a, b) for c, a, b in cells if a != b and not (b is None and c.key in told)] == []


def leave_out(submission: Submission, rows: bool, rng: Random) -> Submission:
    spec = api.form(submission.form)
    values = [*totals.complete_totals(spec, submission)[0].values]
    drawn: dict[str, bool] = {}
    for at, cell in enumerate(spec.cells):
        name = cell.key.rpartition(".")[0] if rows else cell.key
        if drawn.setdefault(name, rng.random() < 0.3):
            values[at] = None
    return replace(submission, values=tuple(values))


# ---------------------------------------------------------------- single tables


def lay_out(lines: Sequence[Sequence[tuple[int, str]]], tmp_path: Path) -> list[Lattice]:
    """The tables of a page of such lines: at which place each word begins, in points; signs are 10 points wide."""
    reportlab = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is not installed")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = reportlab.Canvas(str(tmp_path / "page.pdf"), pagesize=(595, 842))
    canvas.setFont(FONT, 10)
    for at, line in enumerate(lines):
        for left, text in line:
            canvas.drawString(left, 760 - 20 * at, text)
    canvas.save()
    return read_pdf((tmp_path / "page.pdf").read_bytes(), VOCABULARY).tables()


HEADS = [(60, "信息内容"), (200, "本年制发件数"), (300, "本年废止件数"), (400, "现行有效件数")]


@pytest.mark.parametrize("other", [222, 225], ids=["beside", "below"])
def test_a_figure_with_a_gap_beside_a_blank_cell_is_doubted(other, tmp_path):
    """As many pieces as columns, and yet not a figure for each: such a row is not read, and why is told."""
    broken = [(60, "规章"), (220, "1"), (232, "204"), (420, "7")]
    [table] = lay_out([HEADS, broken, [(60, "行政规范性文件"), (other, "1204"), (420, "8")]], tmp_path)
    assert [text for text in table.texts()[1] if text] == ["规章", "1", "204", "7"]
    assert all(entry.doubt for entry in table.rows[1][1:])


def test_a_blank_column_is_seen_by_its_head(tmp_path):
    [table] = lay_out([HEADS, [(60, "规章"), (225, "3"), (425, "7")], [(60, "行政规范性文件"), (225, "8")]], tmp_path)
    assert table.texts()[1:] == [["规章", "3", "7"], ["行政规范性文件", "8"]]
    assert [[entry.text for entry in row] for row in table.rows[1:]] == [
        ["规章", "3", "", "7"],
        ["行政规范性文件", "8", "", ""],
    ]


def test_what_is_no_part_of_a_table_stays(tmp_path):
    """A note between its rows is neither a head nor lost."""
    lines = [
        [(60, "信息内容"), (300, "本年处理决定数量")],
        [(60, "行政处罚"), (330, "12")],
        [(60, "（注：含委托镇街办理）"), (330, "3")],
        [(60, "行政强制"), (330, "4")],
    ]
    [table] = lay_out(lines, tmp_path)
    assert ["行政处罚", "12"] in table.texts()
    assert ["行政强制", "4"] in table.texts()
    assert any("委托镇街" in text for row in table.texts() for text in row)


def test_sentences_with_figures_are_no_table(tmp_path):
    lines = [
        [(80, "一年来，本机关主动公开政府信息，全年发布")],
        [(60, "1204"), (90, "条，其中规章"), (160, "3"), (175, "件。")],
        [(80, "电话：0000-1234567")],
    ]
    assert lay_out(lines, tmp_path) == []
