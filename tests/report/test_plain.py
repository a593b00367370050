"""Plain text: one cell a line behind a tab, a blank line between rows, nothing that could pass for another cell."""

from __future__ import annotations

from dataclasses import replace

from tests.published.reports import report
from xltool import api
from xltool.report.assemble import assemble_report
from xltool.report.plain import to_text
from xltool.report.text import DRAFT_MARK

SUBMISSION = report(7)
SPEC = api.form("ogi-2021")


def test_the_shape_of_a_table():
    lines = api.report(SUBMISSION, "txt").decode().split("\n")
    at = lines.index("\t（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）")
    assert lines[at : at + 8] == [lines[at], "\t申请人情况", "", "\t", "\t自然人", "\t法人或其他组织", "\t总计", ""]
    assert lines[0] == f"{SUBMISSION.agency.name}2024年政府信息公开工作年度报告"


def test_texts_cannot_make_cells_or_rows():
    hostile = replace(SUBMISSION, texts={"problems": "一\t二\n\n\t三\x07\u202e四"})
    text = to_text(assemble_report(SPEC, hostile))
    assert "\n一 二\n三四\n" in text


def test_a_draft_says_so():
    assert api.report(SUBMISSION, "txt", draft=True).decode().startswith(f"{DRAFT_MARK}\n")
    assert DRAFT_MARK not in api.report(SUBMISSION, "txt").decode()
