"""办公室.xlsx, the workbook in which an office writes what it wants: its sheets and columns, as data.

What is written there are requests; the database has the record. Reading, carrying out and writing back stand in the
other modules `desk_…`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xltool.campaign.roster_heads import title_field
from xltool.codes import LEVEL_NAMES
from xltool.days import DAY_EXAMPLE

EXAMPLE: Final = "…"
"""Where an explanation names a cell: which, is told by the campaign's form."""
DESK_FILE: Final = "办公室.xlsx"
LAST_LINE: Final = 1_900
"""The last row of a sheet that is written: our own reader takes 2,000."""
TICK, WITHDRAWAL = "√", "撤销"
"""What is picked to let a finding pass, and to take a word back."""


@dataclass(frozen=True, slots=True)
class DeskColumn:
    """One column: the field that it holds, its head, its width, what is to be written there, what can be picked.

    `told` by xltool, or written by the office; `names` are picked from the roster.
    """

    field: str
    head: str
    width: int
    prompt: str = ""
    choices: tuple[str, ...] = ()
    names: bool = False
    told: bool = False
    lenient: bool = True
    """Whether anything else may be written than what can be picked."""


@dataclass(frozen=True, slots=True)
class DeskSheet:
    """One sheet: its name, what it is for, its columns; `key` are the fields without which a line is none."""

    name: str
    explanation: tuple[str, ...]
    columns: tuple[DeskColumn, ...]
    key: tuple[str, ...]
    lines: int = 200
    """Empty lines that are made ready."""

    def column(self, field: str) -> DeskColumn:
        """The column of a field."""
        return next(column for column in self.columns if column.field == field)


_PERSON: Final = "由谁决定，写姓名。"
ROSTER_SHEET: Final = DeskSheet(
    "名录",
    (
        "一个单位一行。“单位名称”和“级别”必须填；加单位写在下面空行里，撤并的在“缺席”表里写明，不要只删去这一行。",
        "单位代码不填的，按单位名称编一个；单位改名时代码不要动。“现状”一栏由 xltool 写，不用填。",
    ),
    (
        DeskColumn("code", title_field("code"), 15, "可以不填。只用字母、数字、. _ -，如 A-015；每个单位不同。"),
        DeskColumn("name", title_field("name"), 30, "必填。单位全称，如 某县财政局。"),
        DeskColumn(
            "level",
            title_field("level"),
            15,
            f"必填。从下拉单里选：{'、'.join(LEVEL_NAMES.values())}。",
            choices=tuple(LEVEL_NAMES.values()),
            lenient=False,
        ),
        DeskColumn("parent", "上级", 24, "由哪个单位汇总：选它的名称，或写它的单位代码；没有的空着。", names=True),
        DeskColumn("contact", title_field("contact"), 10),
        DeskColumn("phone", title_field("phone"), 14, "座机、手机都写的，用顿号隔开。"),
        DeskColumn("email", title_field("email"), 24, "写一个，邮件草稿发到这里，如 office@example.invalid。"),
        DeskColumn("state", "现状", 18, told=True),
    ),
    ("name",),
    1_000,
)
WAIVER_SHEET: Final = DeskSheet(
    "放行",
    (
        "每次收取以后，没有改正也没有说明的审核结果列在这里，一条一行。核实无误、可以放行的：在“放行”一栏选 √，"
        "写理由和姓名，保存；下一次执行任何 xltool 命令时登记，结果写在最后一栏。",
        "要收回的：把“放行”改成“撤销”，或去掉 √。数改过以后放行就失效，结果一栏会写明；仍要放行的，重新选 √。",
    ),
    (
        DeskColumn("agency", "单位", 24, names=True),
        DeskColumn("finding", "审核结果", 50, told=True),
        DeskColumn("rule", "规则", 18, told=True),
        DeskColumn("tick", "放行", 8, f"放行选 {TICK}，收回选“{WITHDRAWAL}”。", choices=(TICK, WITHDRAWAL)),
        DeskColumn("reason", "理由", 24, "为什么可以放行。"),
        DeskColumn("person", "姓名", 10, _PERSON),
        DeskColumn("result", "结果", 32, told=True),
    ),
    ("agency", "rule"),
)
ABSENCE_SHEET: Final = DeskSheet(
    "缺席",
    (
        "无需报送的单位（撤并、更名后不再单独报送等）一行一个：写单位、理由、姓名；数并入另一个单位的，写并入谁。汇总时逐一列出。",
        "收回的，在“撤销”一栏选“撤销”，不要只删去这一行。",
    ),
    (
        DeskColumn("agency", "单位", 26, "选单位名称，或写单位代码。", names=True),
        DeskColumn("into", "并入", 26, "它的数并入哪个单位；没有的空着。", names=True),
        DeskColumn("reason", "理由", 36, "为什么无需报送。"),
        DeskColumn("person", "姓名", 10, _PERSON),
        DeskColumn("tick", "撤销", 8, f"收回选“{WITHDRAWAL}”，否则空着。", choices=(WITHDRAWAL,)),
        DeskColumn("result", "结果", 40, told=True),
    ),
    ("agency",),
)
EXTENSION_SHEET: Final = DeskSheet(
    "延期",
    (
        "给一个单位延长报送期限，一行一个：写单位、延到哪一天、理由、姓名。再延的，改日期和理由。",
        "收回的，在“撤销”一栏选“撤销”，不要只删去这一行。",
    ),
    (
        DeskColumn("agency", "单位", 26, "选单位名称，或写单位代码。", names=True),
        DeskColumn("day", "延至", 16, f"如 {DAY_EXAMPLE}。"),
        DeskColumn("reason", "理由", 36, "为什么延期。"),
        DeskColumn("person", "姓名", 10, _PERSON),
        DeskColumn("tick", "撤销", 8, f"收回选“{WITHDRAWAL}”，否则空着。", choices=(WITHDRAWAL,)),
        DeskColumn("result", "结果", 40, told=True),
    ),
    ("agency",),
)
CORRECTION_SHEET: Final = DeskSheet(
    "更正",
    (
        "汇总数里要更正的（如同一件事两个单位都计了），一条一行，汇总时照办。“哪一格”照表上的字写表、行、栏，"
        f"如 {EXAMPLE}；合计格不用写，会跟着变。",
        "“增减”写增加或减少多少，如 -1；“改为”写改成多少；两栏只写一栏。核对过、不用改的，“增减”写 0。"
        "要收回的，删去这一行的字。",
    ),
    (
        DeskColumn("cell", "哪一格", 28, "照表上的字写表、行、栏。"),
        DeskColumn("change", "增减", 10, "增加或减少多少，如 -1；核对过不用改的写 0。"),
        DeskColumn("value", "改为", 10, "改成多少；与“增减”只写一栏。"),
        DeskColumn("reason", "原因", 32, "为什么更正。"),
        DeskColumn("person", "更正人", 10, _PERSON),
        DeskColumn("agencies", "涉及单位", 24, "涉及哪些单位：写名称或代码，用顿号隔开；可以不写。"),
        DeskColumn("result", "结果", 34, told=True),
    ),
    ("cell", "change", "value", "reason"),
)
TEXT_SHEET: Final = DeskSheet(
    "本级文字",
    (
        "本级汇总报告的文字，写在“内容”一栏，汇总时写进报告；一格里换行按 Alt+Enter。",
        f"文字里的数用花括号引用表中的格，如 {{{EXAMPLE}}}，上年的写 {{上年 {EXAMPLE}}}；"
        "汇总时换成数，就不会与表不一致。",
    ),
    (
        DeskColumn("text", "哪一段", 22, told=True),
        DeskColumn("content", "内容", 78, "本级报告的这一段文字。"),
        DeskColumn("guidance", "写什么", 28, told=True),
        DeskColumn("result", "结果", 14, told=True),
    ),
    ("text",),
    0,
)
DESK_SHEETS: Final = (ROSTER_SHEET, WAIVER_SHEET, ABSENCE_SHEET, EXTENSION_SHEET, CORRECTION_SHEET, TEXT_SHEET)
