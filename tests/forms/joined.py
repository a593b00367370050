"""A form with a list whose rows are units, of every kind of column and way of joining, and submissions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, ListContent, ListRow, Scope, Submission

FORM = """
id = "town-works"
title = "乡镇工作统计表"
authority = "县农业农村局"
basis = "农〔2024〕7号"
years = [2024]

[measure.count]
unit = "个"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2

[measure.rate]
unit = "%"
decimals = 1
consolidate = "never"

[[section]]
heading = "一、总体情况"
table = "whole"

[[section]]
heading = "二、各乡镇明细"
list = "towns"

[[table]]
id = "whole"
name = "表一"
sheet = "表一 总体"
title = "总体情况"
widths = [30, 20]

[[table.block]]
corner = "项目"
rows = [
  { id = "projects", label = "项目数", total = true },
  { id = "reported", label = "上报项目数" },
]
columns = [{ id = "number", label = "数量" }]

[[table.rule]]
id = "projects"
expr = "projects.number = sum(towns.projects)"
text = "项目数应等于各乡镇之和"
basis = "农〔2024〕7号"
defines = true

[[table.rule]]
id = "reported"
expr = "reported.number >= sum(towns.projects where town != '城关镇')"
text = "上报项目数不少于城关镇以外各乡镇之和"
basis = "农〔2024〕7号"

[[table.rule]]
id = "towns"
expr = "reported.number >= count(towns)"
text = "上报项目数不少于乡镇数"
basis = "农〔2024〕7号"

[[list]]
id = "towns"
name = "附表一"
sheet = "附表一 乡镇"
title = "××县各乡镇工作明细表"
limit = 40
join = "town"
widths = [6, 14, 10, 12, 10, 10, 10, 12, 12, 16]
columns = [
  { id = "town", label = "乡镇", kind = "text", longest = 20, required = true, unique = true },
  { id = "projects", label = "项目数", total = true },
  { id = "money", label = "资金", measure = "money", total = true },
  { id = "people", label = "人口", consolidate = "max" },
  { id = "distance", label = "最近工期", consolidate = "min" },
  { id = "share", label = "覆盖率", measure = "rate" },
  { id = "state", label = "状态", kind = "choice", choices = ["在建", "完工", "停工"] },
  { id = "began", label = "开工日期", kind = "date", earliest = 2020-01-01, latest = 2024-12-31 },
  { id = "remark", label = "备注", kind = "text", longest = 60 },
]
"""


def make_form(form: str = FORM) -> FormSpec:
    """The form, read anew."""
    return parse_spec(form, "town_works.toml")


def submit(
    spec: FormSpec, lines: Sequence[Sequence[ListContent]], code: str, name: str = "", scope: Scope = "own"
) -> Submission:
    """A submission with these lines of the list, its totals computed."""
    lists: Mapping[str, tuple[ListRow, ...]] = {"towns": tuple(ListRow(tuple(each)) for each in lines)}
    agency = Agency(code, name or f"{code}局", "department")
    reported = sum(each[1] for each in lines if isinstance(each[1], int)) + len(lines)
    made = Submission(spec.id, 2024, agency, (None, reported), lists=lists if lines else {}, scope=scope)
    return totals.recompute_totals(spec, made)
