"""A form with rates of every kind, and submissions of it."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, Submission, Value

FORM = """
id = "hazard-check"
title = "隐患排查治理统计表"
authority = "县应急局"
basis = "应急〔2024〕1号"
years = [2024]

[measure.count]
unit = "项"
decimals = 0

[measure.money]
unit = "万元"
decimals = 6
maximum = 100000

[measure.percent]
unit = "%"
decimals = 2
rounding = "half_up"

[measure.share]
unit = "%"
decimals = 2
rounding = "cut"

[measure.average]
unit = "元/项"
decimals = 3
rounding = "half_up"

[[section]]
heading = "一、隐患"
table = "hazards"

[[table]]
id = "hazards"
name = "表一"
sheet = "表一 隐患"
title = "隐患排查治理"
widths = [20, 10, 10, 10, 10, 10, 10]

[[table.block]]
corner = "类别"
rows = [
  { id = "fire", label = "消防" },
  { id = "traffic", label = "交通" },
  { id = "late", label = "上年", typed = ["rate"], absent = { share = "—", average = "—" }, consolidate = "never" },
  { id = "total", label = "合计", total = true },
]
columns = [
  { id = "found", label = "排查数" },
  { id = "rectified", label = "已整改" },
  { id = "rate", label = "整改率", measure = "percent", rate = "rectified / found" },
  { id = "share", label = "占比", measure = "share", rate = "found / total.found" },
  { id = "spent", label = "投入", measure = "money" },
  { id = "average", label = "项均投入", measure = "average", rate = "10000 * spent / found" },
]

[[table.rule]]
id = "total"
per = "column"
expr = "total = fire + traffic"
defines = true
text = "合计应等于两类之和"
basis = "表一"

[[table.rule]]
id = "within"
per = "row"
expr = "rectified <= found"
text = "已整改不应多于排查数"
basis = "表一"
"""


def make_form() -> FormSpec:
    """The form, read anew."""
    return parse_spec(FORM, "hazard_check.toml")


def submit(spec: FormSpec, figures: Sequence[Value]) -> Submission:
    """A submission with these figures in its first inputs, 0 in the others, and totals."""
    given = iter(figures)
    values = [None if cell.total else next(given, 0) for cell in spec.cells]
    return Submission(spec.id, 2024, Agency("654221-001", "县应急局", "county"), totals.compute_totals(spec, values))
