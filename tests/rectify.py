"""A monthly form with all that forms may have: units by row, rates, choices, days, words, 累计, conditions, a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from xltool.forms import totals
from xltool.forms.spec import parse_spec
from xltool.model import Agency, FormSpec, ListRow, Submission
from xltool.periods import Period

FORM: Final = """
id = "rectify-month"
title = "安全隐患整改情况月报"
authority = "县应急管理局"
basis = "应急字〔2023〕7号"
years = [2023]
period = "month"
steps = ["先填附表，再填表一、表二。", "看“校验”，通过后报送。"]

[measure.firms]
unit = "家"
decimals = 0

[measure.count]
unit = "项"
decimals = 0
maximum = 99999

[measure.money]
unit = "万元"
decimals = 2
maximum = 100000

[measure.fine]
unit = "元"
decimals = 0

[measure.days]
unit = "天"
decimals = 0
maximum = 365

[measure.percent]
unit = "%"
decimals = 2
rounding = "half_up"

[[text]]
key = "problems"
label = "存在的问题"
guidance = "写明整改中的问题。"
lines = 3

[[section]]
heading = "一、整改情况"
table = "work"

[[section]]
heading = "二、责任落实"
table = "duty"

[[section]]
heading = "三、隐患明细"
list = "hazards"

[[section]]
heading = "四、存在的问题"
texts = ["problems"]

[[table]]
id = "work"
name = "表一"
sheet = "表一 整改"
title = "整改情况"
widths = [14, 14, 16, 16]

[[table.block]]
corner = "项目"
rows = [
  { id = "firms", label = "检查单位（家）", measure = "firms" },
  { id = "found", label = "查出隐患（项）", rows = [
    { id = "general", label = "一般隐患" },
    { id = "major", label = "重大隐患" },
  ] },
  { id = "total", label = "查出隐患合计（项）", total = true },
  { id = "rectified", label = "已整改（项）" },
  { id = "rate", label = "整改率（%）", measure = "percent", rate = "rectified / total" },
  { id = "money", label = "整改投入（万元）", measure = "money" },
  { id = "fine", label = "罚款（元）", measure = "fine" },
  { id = "waiting", label = "月末未整改（项）", absent = { to_date = "—" } },
]
columns = [{ id = "now", label = "本月" }, { id = "to_date", label = "本年累计" }]

[[table.rule]]
id = "total"
per = "column"
expr = "total = sum(found)"
defines = true
text = "查出隐患合计应等于一般隐患与重大隐患之和"
basis = "应急字〔2023〕7号 表一"

[[table.rule]]
id = "balance"
expr = "prior.waiting.now + total.now = rectified.now + waiting.now"
text = "上月末未整改加本月查出应等于本月已整改加月末未整改"
basis = "应急字〔2023〕7号 表一"

[[table.rule]]
id = "to_date"
per = "row"
expr = "to_date = cumulative.now"
text = "本年累计应等于上月累计加本月"
basis = "应急字〔2023〕7号 表一"

[[table.rule]]
id = "firms"
expr = "1 * firms.now >= 1 * major.now"
severity = "warning"
text = "检查单位一般不应少于重大隐患"
basis = "应急字〔2023〕7号 表一"

[[table]]
id = "duty"
name = "表二"
sheet = "表二 责任"
title = "责任落实"
widths = [24, 32]

[[table.block]]
corner = "项目"
rows = [
  { id = "meetings", label = "专题会议次数" },
  { id = "level", label = "风险等级", kind = "choice", choices = ["低", "一般", "重大"], required = true, COUNTED },
  { id = "plan", label = "是否有整改方案", kind = "yes_no", required = true, consolidate = "count" },
  { id = "met", label = "最近一次会议日期", kind = "date", earliest = 2023-01-01, latest = 2025-12-31 },
  { id = "remark", label = "说明", kind = "text", longest = 30 },
]
columns = [{ id = "content", label = "内容" }]

[[table.rule]]
id = "grave"
expr = "if level.content = '重大' then meetings.content >= 1"
text = "风险等级为重大的，当月应开过专题会议"
basis = "应急字〔2023〕7号 表二"

[[list]]
id = "hazards"
name = "附表一"
sheet = "附表一 隐患"
title = "隐患明细"
limit = 20
widths = [6, 14, 16, 10, 12, 10, 10, 22]
note = "注：一项一行。"
landscape = true
columns = [
  { id = "number", label = "隐患编号", kind = "text", longest = 12, required = true, unique = true },
  { id = "found", label = "查出日期", kind = "date", earliest = 2023-01-01, latest = 2025-12-31, required = true },
  { id = "grade", label = "隐患等级", kind = "choice", choices = ["一般", "重大"], required = true },
  { id = "money", label = "整改投入（万元）", measure = "money", total = true },
  { id = "days", label = "限期（天）", measure = "days" },
  { id = "done", label = "是否整改", kind = "yes_no" },
  { id = "remark", label = "备注", kind = "text", longest = 40 },
]

[published]
subjects = ["安全隐患整改情况"]
""".replace("COUNTED", 'consolidate = "count"')
MONTHS: Final = (Period(2023, "12"), Period(2024, "01"), Period(2024, "02"))
"""Over the turn of a year: 累计 begins anew."""
SUMMED: Final = ("firms", "general", "major", "rectified", "money", "fine")
LEVELS: Final = ("低", "一般", "重大")


def make_form() -> FormSpec:
    """The form, read anew."""
    return parse_spec(FORM, "rectify_month.toml")


def write_form(folder: Path) -> Path:
    """The definition in a folder, for XLTOOL_FORMS."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rectify_month.toml").write_text(FORM, "utf-8")
    return folder


@dataclass
class Month:
    """What an agency reports of one month: figures by `row.column`, entries by row, lines of the list."""

    figures: dict[str, int]
    entries: dict[str, str]
    lines: tuple[ListRow, ...]

    def submit(self, spec: FormSpec, period: Period, agency: Agency) -> Submission:
        """The submission of it, its totals as they follow."""
        values = [self.figures.get(cell.key.partition(".")[2]) for cell in spec.cells]
        entries = {f"duty.{row}.content": content for row, content in self.entries.items()}
        return Submission(
            spec.id,
            period.year,
            agency,
            totals.compute_totals(spec, values),
            {"problems": f"本月查出{self.figures['general.now'] + self.figures['major.now']}项，正在整改。"},
            part=period.part,
            entries=entries,
            lists={"hazards": self.lines} if self.lines else {},
        )


@dataclass
class Office:
    """An agency that counts from month to month what it has to report."""

    rng: Random
    waiting: int = 0
    to_date: dict[str, int] = field(default_factory=dict)

    def count(self, period: Period) -> Month:
        """The next month."""
        rng = self.rng
        if period.opens_year:
            self.to_date = {}
        now = {"firms": rng.randrange(30, 60), "general": rng.randrange(5, 12), "major": rng.randrange(1, 3)}
        found = now["general"] + now["major"]
        now |= {"rectified": rng.randrange(3, found), "fine": rng.randrange(1000, 5000)}
        lines = tuple(self._list_hazard(period, at) for at in range(found))
        now["money"] = sum(line.contents[3] for line in lines if isinstance(line.contents[3], int))
        self.to_date = {row: self.to_date.get(row, 0) + figure for row, figure in now.items()}
        self.waiting += found - now["rectified"]
        figures = {f"{row}.now": figure for row, figure in now.items()}
        figures |= {f"{row}.to_date": figure for row, figure in self.to_date.items()}
        level = rng.choice(LEVELS)
        figures |= {"waiting.now": self.waiting, "meetings.content": rng.randrange(1, 4)}
        entries = {"level": level, "plan": rng.choice(["是", "否"]), "met": f"{period}-{rng.randrange(1, 29):02}"}
        entries |= {"remark": "已报县安委办"} if rng.random() < 0.5 else {}
        return Month(figures, entries, lines)

    def _list_hazard(self, period: Period, at: int) -> ListRow:
        rng = self.rng
        day = date(period.year, int(period.part), rng.randrange(1, 29)).isoformat()
        remark = rng.choice([None, "限期整改", "已停产停业，等待资金"])
        money = None if at % 3 == 2 else rng.randrange(500, 2000)  # no month is ten times another
        number = f"{period}-{at + 1:03}"
        done = rng.choice([None, "是", "否"])
        return ListRow((number, day, rng.choice(["一般", "重大"]), money, rng.choice([None, 30, 365]), done, remark))
