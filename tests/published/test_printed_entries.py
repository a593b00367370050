"""A report with choices, days and words, printed, read back and held against what was reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forms.entries import FORM, WRITTEN, submit
from xltool.forms.spec import parse_spec
from xltool.forms.text import flatten_text
from xltool.published.read import read_report
from xltool.published.verify import find_differences
from xltool.report.assemble import assemble_report
from xltool.report.data import list_rows
from xltool.report.docx import to_docx
from xltool.report.html import to_html
from xltool.report.markdown import to_markdown
from xltool.report.pdf import to_pdf
from xltool.report.plain import to_text
from xltool.web.marked_table import mark_table

ACROSS = 'corner = "项目"\n'
SPEC = parse_spec(f'{FORM}\n[published]\nsubjects = ["隐患整改情况"]\n', "hazard_list.toml")
SUBMISSION = submit(SPEC, written={**WRITTEN, "hazards.mine.remark": "消防", "hazards.fire.remark": "见 3 号文件"})
REPORT = assemble_report(SPEC, SUBMISSION)
PAGE = str(to_html(REPORT))
FILES = {
    "html": PAGE.encode(),
    "docx": to_docx(REPORT),
    "pdf": to_pdf(REPORT).data,
    "txt": to_text(REPORT).encode(),
    "md": to_markdown(REPORT).encode(),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_printed_is_read_back(kind: str) -> None:
    reading = read_report(FILES[kind], [SPEC]).reading
    assert reading.submission is not None
    assert reading.submission.values == SUBMISSION.values
    flat = {key: flatten_text(content) for key, content in SUBMISSION.entries.items()}
    assert {key: flatten_text(content) for key, content in reading.submission.entries.items()} == flat
    assert [found.code for found in reading.findings if found.severity != "info"] == []
    held = replace(SUBMISSION, agency=reading.submission.agency)
    assert list(find_differences(SPEC, reading.submission, held)) == []


def test_what_a_report_prints_otherwise_is_told() -> None:
    assert PAGE.count(">2024年7月5日<") == 1
    reading = read_report(PAGE.replace(">2024年7月5日<", ">2024年7月6日<").encode(), [SPEC]).reading
    assert reading.submission is not None
    held = replace(SUBMISSION, agency=reading.submission.agency)
    [told] = find_differences(SPEC, reading.submission, held)
    assert (told.keys, told.data["printed"], told.data["held"]) == (
        ("hazards.fire.due",),
        "2024年7月6日",
        "2024年7月5日",
    )


def test_rows_side_by_side_are_read_with_their_entries() -> None:
    table = FORM[FORM.index('[[table]]\nid = "rules"') :]
    columns = 'columns = [{ id = "content", label = "内容" }]'
    across = table.replace(ACROSS, "across = true\n").replace("widths = [30, 20]", "widths = [20, 20, 20, 20]")
    spec = parse_spec(
        FORM.replace(table, across.replace(columns, 'columns = [{ id = "content", label = "情况" }]'))
        + '\n[published]\nsubjects = ["隐患整改情况"]\n',
        "hazard_list.toml",
    )
    submission = submit(spec)
    reading = read_report(str(to_html(assemble_report(spec, submission))).encode(), [spec]).reading
    assert reading.submission is not None
    assert reading.submission.values == submission.values
    assert reading.submission.entries["rules.office.content"] == "是"
    assert reading.submission.entries["rules.since.content"] == "1999-12-31"


def test_rows_for_programs_and_the_office_page_have_them() -> None:
    rows = {row[4]: row for row in list_rows(SPEC, SUBMISSION)}
    assert (rows["hazards.fire.state"][-2], rows["hazards.fire.due"][-2]) == ("已整改", "2024-07-05")
    assert rows["hazards.mine.due"][-2] is None
    marked = mark_table(SPEC, SPEC.tables[0], SUBMISSION, {})
    texts = [[cell.cell.text for cell in line] for body in marked.bodies for line in body]
    assert texts[0] == ["消防", "3", "已整改", "否", "2024年7月5日", "见 3 号文件"]
