"""A stranger's pair of forms that one agency fills in at once: what a park sells, and what its till has taken."""

from __future__ import annotations

from xltool.forms.across import read_across
from xltool.forms.spec import parse_spec
from xltool.model import Agency, Submission

PARK = """
id = "park-visits"
title = "公园游客年报"
authority = "县文旅局"
basis = "县文旅字〔2024〕3号"
years = [2024]

[measure.count]
unit = "张"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2

[[section]]
heading = "一、门票"
table = "tickets"

[[table]]
id = "tickets"
name = "表一"
sheet = "表一 门票"
title = "门票情况"
widths = [30, 20, 20, 20]

[[table.block]]
corner = "项目"
rows = [
  { id = "sold", label = "售出门票", measure = "count" },
  { id = "income", label = "门票收入（万元）", measure = "money" },
]
columns = [
  { id = "adult", label = "成人" },
  { id = "child", label = "儿童" },
  { id = "total", label = "合计", total = true },
]

[[table.rule]]
id = "whole"
per = "row"
expr = "total = adult + child"
defines = true
text = "合计等于成人加儿童"
basis = "报表说明"
"""
TILL = """
id = "till-book"
title = "收银年报"
authority = "县财政局"
basis = "县财字〔2024〕9号"
years = [2024]

[measure.count]
unit = "张"
decimals = 0

[measure.yuan]
unit = "元"
decimals = 0

[[section]]
heading = "一、收银"
table = "till"

[[section]]
heading = "二、退票"
list = "refunds"

[[table]]
id = "till"
name = "表A"
sheet = "表A 收银"
title = "收银情况"
widths = [30, 20]

[[table.block]]
corner = "项目"
rows = [
  { id = "printed", label = "打印票数", measure = "count" },
  { id = "takings", label = "收款", measure = "yuan" },
]
columns = [{ id = "number", label = "数量" }]

[[list]]
id = "refunds"
name = "附表"
sheet = "附表 退票"
title = "退票明细"
limit = 20
widths = [5, 20, 20]
columns = [
  { id = "number", label = "票号", kind = "text", longest = 20, required = true, unique = true },
  { id = "kind", label = "票种", kind = "choice", choices = ["成人", "儿童"], required = true },
]
"""
ACROSS = """
[[other]]
id = "till"
form = "till-book"

[[other.rule]]
id = "printed"
expr = "tickets.sold.total = till.till.printed.number - count(till.refunds)"
text = "售出门票合计等于打印票数减去退票"
basis = "县文旅字〔2024〕3号"

[[other.rule]]
id = "money"
severity = "warning"
expr = "10000 * tickets.income.total <= 1 * till.till.takings.number"
text = "门票收入不大于收款"
basis = "县文旅字〔2024〕3号"
remedy = "先核对门票存根。"

[[other.rule]]
id = "children"
expr = "if tickets.sold.child > 0 then till.till.printed.number >= tickets.sold.child"
text = "有儿童票的，打印票数不小于儿童票"
basis = "县文旅字〔2024〕3号"
"""
FILES = {"park_visits.toml": PARK, "till_book.toml": TILL, "park_visits.across.toml": ACROSS}
ONE = Agency("1001", "东山公园管理处", "department")


def write_forms(folder, **changed):
    """Puts the three files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**FILES, **changed}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def read_pair(across=ACROSS):
    """Both forms, and what the first is held against, read without any folder."""
    park, till = parse_spec(PARK, "park_visits.toml"), parse_spec(TILL, "till_book.toml")
    return park, till, read_across(park, "park_visits.across.toml", across, {"till-book": till}.__getitem__)


def fill(spec, figures, *, agency=ONE, year=2024, lists=None, **more):
    """A submission with these figures, scaled, by key; all else is blank."""
    values = tuple(figures.get(key) for key in spec.index)
    return Submission(spec.id, year, agency, values, lists=lists or {}, **more)
