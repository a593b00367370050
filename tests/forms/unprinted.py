"""A form with a table that its report does not print: shares of two printed tables in one figure of it."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, Submission, Value

FORM = """
id = "review-items"
title = "行政复议案件统计表"
authority = "县司法局"
basis = "司法〔2024〕1号"
years = [2024]

[measure.count]
unit = "件"
decimals = 0

[measure.share]
unit = "%"
decimals = 2
rounding = "cut"

[published]
subjects = ["行政复议案件统计"]

[[section]]
heading = "一、申请事项"
table = "matters"

[[section]]
heading = "二、管理类别"
table = "fields"

[[table]]
id = "matters"
name = "表一"
sheet = "表一 事项"
title = "行政复议申请涉及的事项"
widths = [20, 10, 10]

[[table.block]]
corner = "申请事项"
columns = [{ id = "penalty", label = "行政处罚" }, { id = "openness", label = "政府信息公开" }]
rows = [
  { id = "count", label = "数量" },
  { id = "share", label = "占新受理数比例", measure = "share", rate = "count / intake.received.count" },
]

[[table]]
id = "fields"
name = "表二"
sheet = "表二 类别"
title = "行政复议申请涉及的管理类别"
widths = [20, 10, 10]

[[table.block]]
corner = "类别"
columns = [
  { id = "number", label = "件数" },
  { id = "part", label = "占新受理数比例", measure = "share", rate = "number / intake.received.count" },
]
rows = [{ id = "police", label = "公安" }, { id = "market", label = "市场监管" }]

[[table]]
id = "intake"
name = "附表"
sheet = "附表 新受理数"
title = "新受理数"
unprinted = true
widths = [20, 20]

[[table.block]]
headless = true
columns = [{ id = "count", label = "件数" }]
rows = [
  { id = "received", label = "新受理数" },
  { id = "basis", label = "取自何处", kind = "text", longest = 40, required = true },
]

[[rule]]
id = "fields_within"
expr = "fields.police.number + fields.market.number <= intake.received.count"
text = "各类别之和不应多于新受理数"
basis = "司法〔2024〕1号"
"""


def make_form() -> FormSpec:
    """The form, read anew."""
    return parse_spec(FORM, "review_items.toml")


def submit(spec: FormSpec, figures: Sequence[Value], agency: str = "县司法局") -> Submission:
    """A submission with these figures in the order of the form, and where the whole is from."""
    values = totals.compute_totals(spec, tuple(figures))
    entries = {"intake.basis.count": "受理台账"}
    return Submission(spec.id, 2024, Agency("654221-001", agency, "county"), values, entries=entries)
