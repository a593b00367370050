"""A form that is reported by month, quarter, half or school year, and what an agency fills in."""

from __future__ import annotations

from typing import Final

import xltool
from xltool.forms import catalog
from xltool.model import Agency, Submission
from xltool.periods import Period

MONTHLY: Final = """
id = "window-month"
title = "政务服务窗口办件统计表"
authority = "县政务服务局"
basis = "县政服字〔2023〕4号"
years = [2022]
period = "month"
steps = ["没有发生的填 0。", "看“校验”，通过后报送。"]

[measure.count]
unit = "件"
decimals = 0

[[text]]
key = "problems"
label = "存在的问题"
guidance = "写明办件中的问题。"
lines = 3

[[section]]
heading = "一、办件情况"
table = "cases"

[[section]]
heading = "二、存在的问题"
texts = ["problems"]

[[table]]
id = "cases"
name = "表一"
sheet = "表一 办件"
title = "一、办件情况"
widths = [20, 20, 20, 20, 20]

[[table.block]]
corner = "项目"
rows = [
  { id = "accepted", label = "受理", rows = [
    { id = "persons", label = "个人" },
    { id = "firms", label = "企业" },
  ] },
  { id = "received", label = "受理合计", total = true },
  { id = "finished", label = "办结" },
  { id = "waiting", label = "期末在办", absent = { to_date = "—", year_ago = "—" } },
]
columns = [
  { id = "now", label = "本期" },
  { id = "to_date", label = "本年累计" },
  { id = "year_ago", label = "上年同期" },
]

[[table.rule]]
id = "received"
per = "column"
expr = "received = sum(accepted)"
defines = true
text = "受理合计应等于个人与企业之和"
basis = "县政服字〔2023〕4号 表一"

[[table.rule]]
id = "balance"
expr = "PRIOR.waiting.now + received.now = finished.now + waiting.now"
text = "上期在办加本期受理应等于本期办结加期末在办"
basis = "县政服字〔2023〕4号 表一"
"""
OVER_MONTHS: Final = """
[[table.rule]]
id = "to_date"
per = "row"
expr = "to_date = cumulative.now"
text = "本年累计应等于上期累计加本期"
basis = "县政服字〔2023〕4号 表一"

[[table.rule]]
id = "year_ago"
per = "row"
expr = "year_ago = same_last_year.now"
text = "上年同期应等于上年同期报的数"
basis = "县政服字〔2023〕4号 表一"

[[table.rule]]
id = "halved"
expr = "2 * received.now >= same_last_year.received.now"
severity = "warning"
text = "受理比上年同期减少一半以上的，应说明原因"
basis = "县政服字〔2023〕4号 表一"
"""
"""What holds from month to month and from year to year: for forms of several periods a year alone."""
CODE: Final = "654221-015"


def form_text(every: str) -> str:
    """The definition of the form as it would be reported so often: its id is `window-…`."""
    name = f"window-{every.replace('_', '-')}"
    before = "" if every == "once" else "prior.waiting.now + "
    text = MONTHLY.replace("PRIOR.waiting.now + ", before) + (
        OVER_MONTHS if every in {"month", "quarter", "half"} else ""
    )
    return text.replace('"window-month"', f'"{name}"').replace('period = "month"', f'period = "{every}"')


def write_forms(folder, *kinds):
    """The definitions in a folder, for XLTOOL_FORMS."""
    folder.mkdir(parents=True, exist_ok=True)
    for every in kinds:
        (folder / f"window_{every}.toml").write_text(form_text(every), "utf-8")
    return folder


def fill_in(
    period: Period, *, code: str = CODE, name: str = "额敏县教育局", form: str = "", **figures: int
) -> Submission:
    """A submission of that period, its figures by `row__column`; the others are 0, totals as they follow."""
    spec = catalog.load_form(form or f"window-{period.kind.replace('_', '-')}")
    values = [figures.get("__".join(cell.key.split(".")[1:]), 0) for cell in spec.cells]
    agency = Agency(code, name, "department")
    submission = Submission(spec.id, period.year, agency, tuple(values), {"problems": "无。"}, part=period.part)
    return xltool.read(xltool.fill(submission)).submission
