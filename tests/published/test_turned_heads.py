"""Heads of table 4 that stand upright in a PDF, turned or a sign a line, by each program that prints them so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.published.printed import (
    DIRECTIONS,
    STYLES,
    Manner,
    change_page,
    change_word,
    needs_browser,
    print_by_browser,
    print_report,
    print_with_typst,
)
from tests.published.reports import codes, report
from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool import api
from xltool.model import Submission

pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install '.[pdf]'")

REPORTS = {22: "ogi-2021", 23: "ogi-2019"}


def judge(data: bytes, submission: Submission) -> list[str]:
    """What is not as in the submission, and whether heads were not read."""
    found = api.verify(data, submission).findings
    told = [api.message(each, api.form(submission.form)) for each in found]
    return told + sorted(codes(api.imported(data)) & {"published.heads", "published.unread", "published.left"})


@pytest.mark.parametrize("rules", ["all", "none"])
@pytest.mark.parametrize("heads", ["up", "down", "stacked"])
@pytest.mark.parametrize("seed", REPORTS)
def test_by_reportlab(seed, heads, rules):
    submission = report(seed, REPORTS[seed])
    assert judge(print_report(submission, Manner(heads=heads, rules=rules)), submission) == []


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("heads", ["level", "up", "down", "stacked"])
@pytest.mark.parametrize("seed", REPORTS)
def test_by_typst(seed, heads, ruled):
    """It leaves a trace of the other direction in the matrix of what it turns, which is not level for that."""
    submission = report(seed, REPORTS[seed])
    assert judge(print_with_typst(submission, heads, ruled=ruled), submission) == []


def test_by_libreoffice(tmp_path):
    require_office()
    submissions = {seed: report(seed, form) for seed, form in REPORTS.items()}
    documents = {
        f"{seed}-{heads}-{ruled}": change_word(api.report(submission, "docx"), heads, ruled=ruled)
        for seed, submission in submissions.items()
        for heads in ("level", "stacked", *DIRECTIONS)
        for ruled in (True, False)
    }
    for name, data in office_saved(documents, tmp_path, "pdf", "docx").items():
        assert (name, judge(data, submissions[int(name[:2])])) == (name, [])


@needs_browser
@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize(("seed", "heads"), [(22 + at % 2, heads) for at, heads in enumerate(STYLES)])
def test_by_a_browser(tmp_path: Path, seed: int, heads: str, ruled: bool):
    submission = report(seed, REPORTS[seed])
    printed = print_by_browser(change_page(api.report(submission, "html"), heads, ruled=ruled), tmp_path)
    assert judge(printed, submission) == []
