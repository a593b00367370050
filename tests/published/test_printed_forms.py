"""Published reports of forms of other shapes, read back: units, codes and what stands for no cell are no figures."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests.forms import blanks
from xltool.forms import catalog
from xltool.forms.number import from_text
from xltool.model import Agency, FormSpec, Submission
from xltool.published import opening, tables
from xltool.report import docx, html
from xltool.report.assemble import assemble_report

FORM = """
id = "twins"
title = "统计表"
authority = "县政府"
basis = "县政字〔2024〕1号"
years = [2024]
measure = { count = { unit = "件", decimals = 0 } }

[[section]]
heading = "一、"
table = "t"

[[table]]
id = "t"
name = "表一"
sheet = "表一"
title = "办理情况"
widths = [20, 5, 5, 10, 10]

[[table.block]]
corner = "指标"
printed = ["单位", "代码"]
lines = [["甲", "乙", "丙", "1", "2"]]
rows = [
  { id = "wechat", label = "微信", absent = "" },
  { id = "a", label = "信息数", printed = ["条", "01"] },
  { id = "weibo", label = "微博", absent = "" },
  { id = "b", label = "信息数", printed = ["条", "02"] },
  { id = "c", label = "合计", printed = ["条", "03"], absent = { y = "—" } },
]
columns = [{ id = "x", label = "本期" }, { id = "y", label = "累计" }]
"""


def fill_in(spec: FormSpec) -> Submission:
    random = Random(3)
    return Submission(spec.id, 2024, Agency("1", "某局", "county"), tuple(random.randint(0, 9999) for _ in spec.cells))


def read_figures(spec: FormSpec, data: bytes) -> tuple[dict[str, object], list[str]]:
    """The values that are read of a report, and why the others are not."""
    opened = opening.read_document(data, [spec])
    assert opened is not None
    found = [readings[0] for readings in tables.find_tables([spec], opened[1]).values()]
    values = {
        key: from_text(told.raw, spec.cell(key).measure).value for each in found for key, told in each.cells.items()
    }
    return values, [row.reason for each in found for row in each.unread]


def given_values(spec: FormSpec) -> dict[str, object]:
    return dict(zip([cell.key for cell in spec.cells], fill_in(spec).values, strict=True))


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_the_same_label_under_two_heads_is_two_rows(kind):
    spec = catalog.parse_form(FORM, "twins.toml")
    report = assemble_report(spec, fill_in(spec))
    data = html.to_html(report).encode() if kind == "html" else docx.to_docx(report)
    assert read_figures(spec, data) == (given_values(spec), [])


def test_one_line_for_two_rows_of_a_label_is_neither():
    spec = catalog.parse_form(FORM, "twins.toml")
    page = html.to_html(assemble_report(spec, fill_in(spec)))
    start = page.index("<tr", page.index("微博</"))
    shorter = page[:start] + page[page.index("<tr", start + 1) :]
    assert shorter.count("信息数") == page.count("信息数") - 1
    values, reasons = read_figures(spec, shorter.encode())
    assert set(values) == {"t.c.x"}
    assert len(reasons) == 1 and "分不清" in reasons[0]


WHOLE = (
    "enforcement_annual",
    "land_contract",
    "ogi_month",
    "review_items",
    "review_outcome",
    "three_public",
    "village_income",
)
"""The blanks whose tables have no list, no text and no choice."""


@pytest.mark.parametrize("name", WHOLE)
def test_reports_of_official_forms_are_read_back(name, shared):
    path = shared / "blanks" / f"{name}.json"
    printed = list(blanks.read_blank_tables(path))
    title = json.loads(path.read_text("utf-8"))["title"]
    spec = catalog.parse_form(blanks.define_form(name, title, printed), f"{name}.toml")
    report = assemble_report(spec, fill_in(spec))
    for data in (html.to_html(report).encode(), docx.to_docx(report)):
        assert read_figures(spec, data) == (given_values(spec), [])
