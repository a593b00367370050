"""A form of two tables: one holds figures, the other, a card, only choices, days and words."""

from __future__ import annotations

FORM = """
id = "duty-card"
title = "值班安排表"
authority = "县政府办公室"
basis = "县政办字〔2024〕7号"
years = [2024]
measure = { count = { unit = "人", decimals = 0 } }

[[section]]
heading = "一、人数"
table = "people"

[[section]]
heading = "二、安排"
table = "card"

[[table]]
id = "people"
name = "表一"
sheet = "表一 人数"
title = "值班人数"
widths = [30, 20]

[[table.block]]
corner = "项目"
rows = [{ id = "on_duty", label = "值班人数" }]
columns = [{ id = "number", label = "人数" }]

[[table]]
id = "card"
name = "表二"
sheet = "表二 安排"
title = "值班安排"
widths = [30, 40]

[[table.block]]
headless = true
rows = [
  { id = "head", label = "带班领导", kind = "text", longest = 20, required = true },
  { id = "phone", label = "电话是否畅通", kind = "yes_no" },
  { id = "since", label = "起始日期", kind = "date", earliest = 2024-01-01, latest = 2024-12-31 },
]
columns = [{ id = "given", label = "填报内容" }]
"""
_TOP, _ONE, _TWO, _PEOPLE, _CARD = (
    FORM.partition("[[section]]")[0],
    *(f"[[section]]{each}" for each in FORM.partition("[[table]]")[0].split("[[section]]")[1:]),
    *(f"[[table]]\n{each}" for each in FORM.split("[[table]]\n")[1:]),
)
CARD_ALONE = f"{_TOP}{_TWO}{_CARD}"
"""The same without the table of figures."""
