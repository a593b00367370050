"""A form with cells that are no figures, of every kind, and submissions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, Submission, Value

FORM = """
id = "hazard-list"
title = "隐患整改情况统计表"
authority = "县应急局"
basis = "应急〔2024〕2号"
years = [2024]

[measure.count]
unit = "项"
decimals = 0

[[section]]
heading = "一、隐患整改"
table = "hazards"

[[section]]
heading = "二、制度"
table = "rules"

[[table]]
id = "hazards"
name = "表一"
sheet = "表一 隐患"
title = "隐患整改"
widths = [16, 10, 12, 10, 16, 24]

[[table.block]]
corner = "类别"
rows = [
  { id = "fire", label = "消防" },
  { id = "traffic", label = "交通" },
  { id = "mine", label = "矿山" },
  { id = "total", label = "合计", total = true, absent = { state = "—", listed = "—", due = "—", remark = "—" } },
]
columns = [
  { id = "found", label = "排查数" },
  { id = "state", label = "整改情况", kind = "choice", choices = ["已整改", "整改中", "未整改"], COUNTED },
  { id = "listed", label = "是否挂牌督办", kind = "yes_no" },
  { id = "due", label = "整改期限", kind = "date", earliest = 2024-01-01, latest = "2025-12-31" },
  { id = "remark", label = "备注", kind = "text", longest = 40 },
]

[[table.rule]]
id = "total"
per = "column"
expr = "total = fire + traffic + mine"
defines = true
text = "合计应等于各类之和"
basis = "表一"

[[table]]
id = "rules"
name = "表二"
sheet = "表二 制度"
title = "制度建设"
widths = [30, 20]

[[table.block]]
corner = "项目"
rows = [
  { id = "meetings", label = "会议次数" },
  { id = "office", label = "是否设立办公室", kind = "yes_no", required = true, consolidate = "count" },
  { id = "since", label = "设立日期", kind = "date" },
  { id = "means", label = "宣传方式", kind = "several", choices = ["会议", "网站", "网站专栏", "其他 A"], COUNT },
]
columns = [{ id = "content", label = "内容" }]
""".replace("COUNTED", 'required = true, consolidate = "count"').replace("COUNT }", 'consolidate = "count" }')


def make_form() -> FormSpec:
    """The form, read anew."""
    return parse_spec(FORM, "hazard_list.toml")


WRITTEN = {
    "hazards.fire.state": "已整改",
    "hazards.fire.listed": "否",
    "hazards.fire.due": "2024-07-05",
    "hazards.traffic.state": "整改中",
    "hazards.traffic.listed": "是",
    "hazards.traffic.due": "2025-02-28",
    "hazards.traffic.remark": "等待资金，\n预计明年完成",
    "hazards.mine.state": "已整改",
    "rules.office.content": "是",
    "rules.since.content": "1999-12-31",
    "rules.means.content": "会议、网站专栏",
}
"""Entries of which nothing is wrong."""


def submit(
    spec: FormSpec,
    figures: Sequence[Value] = (3, 4, 5, 12),
    written: Mapping[str, str] | None = None,
    code: str = "654221-001",
    name: str = "县应急局",
) -> Submission:
    """A submission with these figures in its inputs, and entries; without any told, those of which nothing is wrong."""
    given = iter(figures)
    values = [None if cell.total else next(given, 0) for cell in spec.cells]
    entries = WRITTEN if written is None else written
    return Submission(
        spec.id, 2024, Agency(code, name, "county"), totals.compute_totals(spec, values), entries=dict(entries)
    )
