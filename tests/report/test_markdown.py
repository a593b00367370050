from __future__ import annotations

import re
from dataclasses import replace

import pytest

from xltool.model import FormSpec, Grid, Heading, Paragraph, Rectangle, Report, Submission
from xltool.report.assemble import assemble_report
from xltool.report.markdown import to_markdown


def _tables(text: str) -> list[list[list[str]]]:
    """The cells of each pipe table, its ruler left out."""
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in (lines[0], *lines[2:])]
        for lines in blocks
    ]


def _text(*parts: Heading | Paragraph | Grid) -> str:
    return to_markdown(Report("题", "甲", 2024, parts))


def test_every_block_is_a_table_of_even_lines(spec: FormSpec, submission: Submission) -> None:
    tables = _tables(to_markdown(assemble_report(spec, submission)))
    assert [(len(table), len(table[0])) for table in tables] == [(3, 4), (2, 2), (3, 2), (2, 2), (26, 8), (2, 15)]
    assert all(len(line) == len(table[0]) for table in tables for line in table)


def test_figures_stand_in_the_order_of_the_form(spec: FormSpec, submission: Submission) -> None:
    tables = _tables(to_markdown(assemble_report(spec, submission)))
    labelled, across = tables[:-1], tables[-1]
    figures = [cell for table in labelled for line in table[1:] for cell in line[1:]] + across[1]
    assert figures == [str(at + 1) if cell.measure.decimals == 0 else "78.1561" for at, cell in enumerate(spec.cells)]


def test_merged_heads_and_labels_come_joined(spec: FormSpec, submission: Submission) -> None:
    applications, disputes = _tables(to_markdown(assemble_report(spec, submission)))[-2:]
    assert applications[0][0].startswith("（本列数据的勾稽关系为")
    assert applications[0][1:] == [
        "自然人",
        "法人或其他组织·商业企业",
        "法人或其他组织·科研机构",
        "法人或其他组织·社会公益组织",
        "法人或其他组织·法律服务机构",
        "法人或其他组织·其他",
        "总计",
    ]
    assert applications[5][0] == "三、本年度办理结果·（三）不予公开·1.属于国家秘密"
    assert disputes[0][0] == "行政复议·结果维持"
    assert disputes[0][-1] == "行政诉讼·复议后起诉·总计"


def test_headings_captions_and_texts(spec: FormSpec, submission: Submission) -> None:
    lines = to_markdown(assemble_report(spec, submission)).split("\n\n")
    assert lines[0] == "# 清河县教育局2024年政府信息公开工作年度报告"
    assert "## 一、总体情况" in lines
    assert "### （一）主动公开" in lines
    assert "**第二十条第（一）项**" in lines
    assert "其中通知公告30条。" in lines


def test_a_draft_is_marked_at_the_top() -> None:
    assert to_markdown(Report("题", "甲", 2024, (), draft=True)).startswith(
        "> **草稿：尚有未通过的审核项，不得公布**\n\n# 题\n"
    )
    assert "草稿" not in _text()


def test_the_note_of_a_table_stands_below_it() -> None:
    rectangles = (Rectangle(0, 0, 1, 1, "label", "项"), Rectangle(0, 1, 1, 1, "value", "1", "t.r.c"))
    assert _text(Grid("t", "小表", 1, 2, 0, (1, 1), rectangles, "注：单位为件。")).endswith(
        "| 项 | 1 |\n\n注：单位为件。\n"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1.一是 2)二是", "1.一是 2)二是"),
        ("1. 一是", "1\\. 一是"),
        ("12) 一是", "12\\) 一是"),
        ("- 一是", "\\- 一是"),
        ("+ 一是", "\\+ 一是"),
        ("===", "\\==="),
        ("# 一", "\\# 一"),
        ("> 一", "\\> 一"),
        ("78.1561万元", "78.1561万元"),
        ("*a* _b_ `c` [d](e) |f| ~g~ $h$", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\|f\\| \\~g\\~ \\$h\\$"),
        ("<script>&amp;", "\\<script\\>\\&amp;"),
        ("{{7*7}}", "\\{\\{7\\*7\\}\\}"),
        ("a\\b", "a\\\\b"),
    ],
)
def test_special_characters_stay_characters(text: str, escaped: str) -> None:
    assert _text(Paragraph(text)) == f"# 题\n\n{escaped}\n"


def test_hostile_text_comes_out_as_text_only(hostile: str) -> None:
    rectangles = (Rectangle(0, 0, 1, 1, "label", hostile), Rectangle(0, 1, 1, 1, "value", hostile, "t.r.c"))
    text = _text(Heading(1, hostile), Paragraph(hostile), Grid("t", "小表", 1, 2, 0, (1, 1), rectangles, hostile))
    text.encode()  # half a surrogate pair would raise
    printed = "".join(c for c in hostile.replace("\x0b", " ") if c.isprintable())
    assert [re.sub(r"\\(.)", r"\1", line.removeprefix("## ")) for line in text.split("\n\n")[1:3]] == [printed, printed]
    assert re.sub(r"\\(.)", r"\1", text.split("\n\n")[-1].rstrip()) == printed
    assert [[re.sub(r"\\(.)", r"\1", cell) for cell in line] for line in _tables(text)[0][1:]] == [[printed, printed]]
    assert not re.search(r"(?<!\\)[<>{}`]", text)


def test_hostile_texts_travel_through_a_whole_submission(spec: FormSpec, submission: Submission, hostile: str) -> None:
    text = to_markdown(assemble_report(spec, replace(submission, texts={text.key: hostile for text in spec.texts})))
    assert len(_tables(text)) == 6
