"""Pages as offices make them: plain tables, and every way of printing them otherwise."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from random import Random

import pytest

from tests import figures
from tests.published.reports import codes
from xltool import api
from xltool.model import Agency, Grid, Heading, Paragraph
from xltool.report.assemble import assemble_report

SPEC = api.form("ogi-2021")
AGENCY = Agency("乙县财政局", "乙县财政局", "department")
PLAIN = replace(
    figures.submission(SPEC, figures.consistent(SPEC, Random(4)), AGENCY),
    texts={text.key: f"这里写了{text.key}一段。" for text in SPEC.texts if text.place == "texts"},
    year=2025,
)


def page(submission=PLAIN) -> str:
    """A page without marks for headings, every table with nothing but cells and spans."""
    spec = api.form(submission.form)
    told = assemble_report(spec, submission)
    lines = [f"<h1>{told.title}</h1>"]
    for part in told.parts:
        match part:
            case Heading() | Paragraph():
                lines.append(f"<p>{html.escape(part.text, quote=False)}</p>")
            case Grid():
                rows = ["".join(_cell(r) for r in part.rectangles if r.row == row) for row in range(part.rows)]
                lines.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
    return f"<html><head><title>某县人民政府</title></head><body>{''.join(lines)}</body></html>"


def _cell(r) -> str:
    spans = (f' rowspan="{r.height}"' if r.height > 1 else "") + (f' colspan="{r.width}"' if r.width > 1 else "")
    return f"<td{spans}>{html.escape(r.text, quote=False)}</td>"


def changed(*pairs):
    told = page()
    for old, new in pairs:
        assert re.search(old, told), old
        told = re.sub(old, new, told)
    return api.imported(told.encode())


GROUP = r'<td rowspan="\d">(（.）[^<]*)</td>'
ALWAYS = {
    "as it is": [],
    "合计": [("<td([^>]*)>总计</td>", r"<td\1>合计</td>"), ("（七）总计", "（七）合计")],
    "another sign behind numbers": [(r"<td>(\d)\.", r"<td>\1、")],
    "half-width brackets": [("（一）予以公开", "(一)予以公开"), ("（三）不予公开", "(3)不予公开")],
    "no quotation marks": [("“三安全一稳定”", "三安全一稳定")],
    "hard blanks": [(r"<td>(\d+)</td>", r"<td>&nbsp;\1&nbsp;</td>")],
    "no cell for 三、本年度办理结果": [(r'<td rowspan="22">三、本年度办理结果</td>', "")],
    "no cells for groups": [(GROUP, "")],
    "a line for each group": [(rf"<tr>{GROUP}", r'<tr><td colspan="9">\1</td></tr><tr>')],
    "a line for each group, with blanks": [(rf"<tr>{GROUP}", rf"<tr><td>\1</td>{'<td></td>' * 7}</tr><tr>")],
    "the section's title in the table": [("(二、[^<]*)</p><table>", r"\1</p><table><tr><td>二、"
        r"主动公开政府信息情况</td></tr>")],
    "a caption": [("<table>", "<table><caption>年度报告表</caption>")],
    "blanks within labels": [("规章", "规　章"), ("总计", "总 计"), ("第二十条第", "第二十条 第")],
    "line breaks within labels": [("法律服务机构", "法律<br/>服务<br>机构"), ("（单位：万元）", "<br>（单位：万元）")],
    "the label of the edition before": [("行政规范性文件", "规范性文件")],
    "paragraphs within cells": [(r"<td([^>]*)>([^<]+)</td>", r'<td\1><p align="center"><span>\2</span></p></td>')],
    "head cells": [("<td", "<th"), ("</td>", "</th>")],
    "a table in two": [(r'</tr><tr>(<td rowspan="5">（五）不予处理)', r"</tr></table><p> </p><table><tr>\1")],
    "a table in two, the label again": [
        (r'</tr><tr>(<td rowspan="5">（五）不予处理)', r'</tr></table><table><tr><td rowspan="9">三、'
            r'本年度办理结果</td>\1'),
    ],
    "no spans": [(r' (?:row|col)span="\d+"', "")],
    "bodies of tables": [("<table>", "<table><tbody>"), ("</table>", "</tbody></table>")],
    "short headings": [("二、主动公开政府信息情况", "二、主动公开情况"), ("三、收到和处理政府信息公开申请情况",
    "三、依申请公开情况")],
    "headings with a stop": [("<p>(.)、", r"<p>\1．")],
    "bold headings": [("<p>([一二三四五六]、[^<]*)</p>", r"<p><b>\1</b></p>")],
    "headings that are headings": [("<p>([一二三四五六]、[^<]*)</p>", r"<h2>\1</h2>"),
        ("<p>(（[一二三四五]）[^<]*)</p>",
    r"<h3>\1</h3>")],
}  # fmt: skip


@pytest.mark.parametrize("name", ALWAYS)
def test_read_without_a_word(name):
    imported = changed(*ALWAYS[name])
    submission = imported.reading.submission
    assert submission.values == PLAIN.values
    assert submission.texts == PLAIN.texts
    assert (submission.agency.name, submission.year) == (PLAIN.agency.name, 2025)
    assert codes(imported) == set()


TOLD = {
    "a further column": ([("现行有效件数</td>", r"现行有效件数</td><td>备注</td>")], {"published.heads"}),
    "labels and groups in one cell": ([(rf"{GROUP}<td>", r'<td colspan="2">\1')], {"published.label"}),
    "full-width figures": (
        [(r"<td>([0-9])</td>", lambda m: f"<td>{chr(0xFF10 + int(m[1]))}</td>")],
        {"number.normalised"},
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_read_and_told(name):
    pairs, expected = TOLD[name]
    imported = changed(*pairs)
    assert imported.reading.submission.values == PLAIN.values
    assert codes(imported) == expected


def test_one_blank_row_of_a_table_is_blank():
    imported = changed((r"(1\.属于国家秘密</td>)(?:<td>\d+</td>){7}", r"\1" + "<td></td>" * 7))
    blank = {
        cell.key for cell, value in zip(SPEC.cells, imported.reading.submission.values, strict=True) if value is None
    }
    assert blank == {key for key in SPEC.index if key.startswith("applications.refused_state_secret.")}
    assert codes(imported) == set()
