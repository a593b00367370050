"""A form that prints points beside its rows, from which what is deducted is taken; and what agencies answered to it."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, Submission, Value

FORM = """
id = "shop-check"
title = "便民窗口检查评分表"
authority = "县政务办"
basis = "政务办〔2024〕3号"
years = [2024]

[measure.points]
unit = "分"
decimals = 1
maximum = 1000
consolidate = "never"

[[section]]
heading = "一、评分"
table = "points"

[[table]]
id = "points"
name = "表一"
sheet = "表一 评分"
title = "评分"
widths = [8, 20, 10, 10, 10]

[[table.block]]
measure = "points"
printed_before = ["序号"]
corner = "指标"
printed = ["分 值"]
rows = [
  { id = "order", label = "秩序", printed = ["1", "30"] },
  { id = "speed", label = "办理速度", printed = ["2", "25.5"] },
  { id = "manner", label = "服务态度", printed = ["3", "44.5"] },
  { id = "bonus", label = "另外加分", printed = ["4", "—"], absent = { deducted = "—" }, typed = ["score"] },
  { id = "total", label = "合计", printed = ["", "100"], total = true },
]
columns = [
  { id = "deducted", label = "扣分" },
  { id = "score", label = "得分", total = true },
]

[[table.rule]]
id = "score"
per = "row"
expr = "score = '分值' - deducted"
defines = true
text = "得分应等于分值减扣分"
basis = "政务办〔2024〕3号"

[[table.rule]]
id = "total"
per = "column"
expr = "total = order + speed + manner"
defines = true
text = "合计应等于三项之和"
basis = "政务办〔2024〕3号"

[[table.rule]]
id = "within"
per = "row"
expr = "deducted <= '分值'"
text = "扣分不应多于分值"
basis = "政务办〔2024〕3号"

[[table.rule]]
id = "half"
per = "row"
expr = "deducted <= 0.5 * '分值'"
severity = "warning"
text = "扣分一般不多于分值的一半"
basis = "政务办〔2024〕3号"
"""
AGENCY = Agency("654221-001", "县便民中心", "county")


def make_form(form: str = FORM) -> FormSpec:
    """The form."""
    return parse_spec(form, "shop_check.toml")


def submit(spec: FormSpec, given: Sequence[Value], agency: Agency = AGENCY) -> Submission:
    """A submission with what was typed in, and totals as the form computes them."""
    typed = iter(given)
    values = [None if cell.total else next(typed) for cell in spec.cells]
    return Submission(spec.id, 2024, agency, totals.compute_totals(spec, values))
