"""The empty roster that an office fills in: the heads that are read, what each wants, levels and superiors to pick."""

from __future__ import annotations

from typing import Final

from xltool.campaign.roster_heads import title_field
from xltool.codes import LEVEL_NAMES
from xltool.workbook.blank_list import BlankColumn, write_blank_list

TEMPLATE_LINES: Final = 1_000
_EXPLANATION: Final = "\n".join(
    (
        "一个单位一行，从表头下一行填起；“单位名称”和“级别”必须填，其余没有的可以空着。表头的字不要改，上面几行可以删。",
        "单位代码：单位已有的编号，只用字母、数字、. _ -，如 A-015。不填的按单位名称编一个，名称不变代码就不变。",
        "级别：从下拉单里选。县（市、区）政府和它的办公室选“县级政府”，它的部门选“县级及以下部门”，乡镇和街道选“乡镇政府”。",
        "上级：由哪个单位汇总，从下拉单里选它的名称，或写它的单位代码；没有上级的（如县政府办公室）空着。",
        "填好后保存，执行：xltool new 文件夹 --form 报表 --year 年度 --name 任务名称 --roster 本文件",
    )
)
_COLUMNS: Final = (
    BlankColumn(title_field("code"), 18, "可以不填。只用字母、数字、. _ -，如 A-015；每个单位不同。"),
    BlankColumn(title_field("name"), 36, "必填。单位全称，如 某县财政局。"),
    BlankColumn(
        title_field("level"),
        12,
        f"必填。从下拉单里选：{'、'.join(LEVEL_NAMES.values())}。",
        choices=tuple(LEVEL_NAMES.values()),
        free=False,
    ),
    BlankColumn(
        "上级", 36, "由哪个单位汇总：选它的名称，或写它的单位代码；没有的空着。", choices_from=title_field("name")
    ),
    BlankColumn(title_field("contact"), 12, "可以不填。"),
    BlankColumn(title_field("phone"), 22, "可以不填。座机、手机都写的，用顿号隔开。"),
    BlankColumn(title_field("email"), 30, "可以不填。写一个，邮件草稿发到这里，如 office@example.invalid。"),
)


def write_template() -> bytes:
    """The empty roster as a workbook; the same bytes whenever it is written."""
    return write_blank_list("单位名录", _EXPLANATION, _COLUMNS, TEMPLATE_LINES)
