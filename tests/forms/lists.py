"""A form with two lists of unknown length, of every kind of column, and submissions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, ListContent, ListRow, Submission

FORM = """
id = "permit-cases"
title = "行政许可办件统计表"
authority = "县行政审批局"
basis = "审改〔2024〕3号"
years = [2024]
steps = ["先填附表，再填表一。"]

[measure.count]
unit = "件"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2
maximum = 10000

[measure.change]
unit = "天"
decimals = 0
signed = true
maximum = 400

[[section]]
heading = "一、总体情况"
table = "whole"

[[section]]
heading = "二、办件明细"
list = "cases"

[[section]]
heading = "三、窗口人员"
list = "staff"

[[table]]
id = "whole"
name = "表一"
sheet = "表一 总体"
title = "总体情况"
widths = [30, 20]

[[table.block]]
corner = "项目"
rows = [{ id = "received", label = "收件数" }, { id = "granted", label = "准予数" }]
columns = [{ id = "number", label = "数量" }]

[[list]]
id = "cases"
name = "附表一"
sheet = "附表一 办件"
title = "行政许可办件明细"
limit = 40
widths = [6, 16, 14, 10, 12, 10, 10, 24]
note = "注：一件一行。"
landscape = true
columns = [
  { id = "number", label = "办件编号", kind = "text", longest = 20, required = true, unique = true },
  { id = "received", label = "收件日期", kind = "date", earliest = 2024-01-01, latest = 2024-12-31, required = true },
  { id = "result", label = "办理结果", kind = "choice", choices = ["准予", "不予", "办理中"], prompt = "据实选。" },
  { id = "fee", label = "收费（万元）", measure = "money", total = true, variants = ["收费"] },
  { id = "early", label = "比承诺提前", measure = "change" },
  { id = "online", label = "是否网办", kind = "yes_no" },
  { id = "remark", label = "备注", kind = "text", longest = 60 },
]

[[list]]
id = "staff"
name = "附表二"
sheet = "附表二 人员"
title = "窗口人员"
limit = 10
serial = "编号"
widths = [6, 20, 12]
columns = [
  { id = "name", label = "姓名", kind = "text", longest = 10, required = true },
  { id = "handled", label = "经办件数", total = true, required = true },
]
"""


def make_form() -> FormSpec:
    """The form, read anew."""
    return parse_spec(FORM, "permit_cases.toml")


CASES: tuple[tuple[ListContent, ...], ...] = (
    ("审〔2024〕1号", "2024-03-05", "准予", 1250, 3, "是", "当日办结，\n邮寄送达"),
    ("审〔2024〕2号", "2024-07-31", "不予", 0, -2, "否", None),
    ("003", "2024-12-31", "办理中", None, None, None, "=1+1"),
)
"""Lines of the first list of which nothing is wrong."""
STAFF: tuple[tuple[ListContent, ...], ...] = (("张三", 12), ("李四", 8))


def submit(
    spec: FormSpec,
    cases: Sequence[Sequence[ListContent]] = CASES,
    staff: Sequence[Sequence[ListContent]] = STAFF,
    code: str = "654221-001",
    name: str = "县行政审批局",
) -> Submission:
    """A submission with these lines."""
    values = totals.compute_totals(spec, [3, 1])
    lists: Mapping[str, Sequence[Sequence[ListContent]]] = {"cases": cases, "staff": staff}
    lines = {key: tuple(ListRow(tuple(each)) for each in given) for key, given in lists.items() if given}
    return Submission(spec.id, 2024, Agency(code, name, "county"), values, lists=lines)
