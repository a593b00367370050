"""A report with rates, printed and read back: the rates are compared, and no other table is seen in them."""

from __future__ import annotations

import pytest

from tests.forms.rates import FORM, submit
from xltool.forms.spec import parse_spec
from xltool.model import Submission
from xltool.published.read import read_report
from xltool.report.assemble import assemble_report
from xltool.report.docx import to_docx
from xltool.report.html import to_html
from xltool.web.marked_table import mark_table

SPEC = parse_spec(f'{FORM}\n[published]\nsubjects = ["隐患排查治理"]\n', "hazard_check.toml")
SUBMISSION = submit(SPEC, [151, 75, 1000000, 4, 3, 0])
PAGE = str(to_html(assemble_report(SPEC, SUBMISSION)))


def read(data: bytes) -> tuple[Submission, list[dict[str, object]]]:
    reading = read_report(data, [SPEC]).reading
    assert reading.submission is not None
    return reading.submission, [dict(found.data) for found in reading.findings if found.code == "rate.differs"]


@pytest.mark.parametrize("data", [PAGE.encode(), to_docx(assemble_report(SPEC, SUBMISSION))], ids=["html", "docx"])
def test_what_is_printed_is_read_back(data: bytes) -> None:
    submission, told = read(data)
    assert (submission.values, told) == (SUBMISSION.values, [])
    assert not [found.code for found in read_report(data, [SPEC]).reading.findings if found.severity != "info"]


@pytest.mark.parametrize(
    ("printed", "told"),
    [("49.66", True), ("97.28%", True), ("49.7", False), ("49.67%", False), ("50", False), ("", False)],
)
def test_another_rate_is_told_with_both_figures(printed: str, told: bool) -> None:
    assert PAGE.count(">49.67<") == 1
    submission, others = read(PAGE.replace(">49.67<", f">{printed}<").encode())
    assert submission.values == SUBMISSION.values
    assert [(each["typed"], each["value"]) for each in others] == ([(printed, "49.67%")] if told else [])


def test_the_office_page_shows_rates_and_last_years() -> None:
    marked = mark_table(SPEC, SPEC.tables[0], SUBMISSION, {}, before=submit(SPEC, [8, 1, 0, 0, 0, 0]).values)
    rows = [[(cell.cell.text, cell.before) for cell in line] for body in marked.bodies for line in body]
    assert rows[0][3:5] == [("49.67", "12.50"), ("97.41", "100.00")]
    assert rows[1][3] == ("75.00", "—")
