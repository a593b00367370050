"""File names that every system takes: those of what is written come from the roster, never from what came in."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from xltool.campaign.folder import Campaign
from xltool.campaign.roster_faults import RESERVED_NAME
from xltool.model import Agency
from xltool.periods import Period

MAX_NAME_BYTES: Final = 200  # bytes of UTF-8
DRAFT_ENDING: Final = ".eml"
_LONGEST_SUFFIX: Final = 10
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')


def workbook_name(campaign: Campaign, agency: Agency, suffix: str = "") -> str:
    """`654221-015_额敏县教育和科学技术局_2024.xlsx`, with a word such as 第2版退回 before the ending."""
    return _join_name(f"{agency.code}_", agency.name, f"_{campaign.period}{suffix}.xlsx")


def sum_name(agency: Agency, period: Period) -> str:
    """`某市_2024.xlsx`: the workbook of the sum of a level of a tree, whose code may be a path."""
    return _join_name("", agency.name, f"_{period}.xlsx")


def draft_name(workbook: str) -> str:
    """`654221-015_额敏县教育和科学技术局_2024.eml`: the mail draft that brings a workbook, beside it."""
    return workbook.removesuffix(".xlsx") + DRAFT_ENDING


def report_name(campaign: Campaign, agency: Agency, ending: str) -> str:
    """`额敏县财政局2024年政府信息公开工作年度报告.docx`."""
    return _join_name("", agency.name, f"{campaign.period.title}{campaign.spec.title}.{ending}")


def pictures_name(campaign: Campaign, agency: Agency) -> str:
    """`额敏县2024年政府信息公开工作年度报告图示.html`."""
    return _join_name("", agency.name, f"{campaign.period.title}{campaign.spec.title}图示.html")


def campaign_name(name: str, period: Period, number: int = 1) -> str:
    """`额敏县2024年度`, or `额敏县2024年度 (2)`: the folder of a new campaign."""
    return _join_name("", name, period.named + (f" ({number})" if number > 1 else ""))


def arrival_name(told: str) -> str:
    """The name under which a file that came with one is kept: its own, without folders and what a system refuses."""
    own = re.split(r"[/\\]", told)[-1]
    stem, dot, suffix = own.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX or not suffix.isalnum():
        stem, suffix = own, ""
    name = _join_name("", stem.lstrip(". "), f".{suffix}" if suffix else "")
    if not name or name.startswith("."):
        name = f"无名文件{name}"
    return f"_{name}" if RESERVED_NAME.fullmatch(name) else name


def _join_name(before: str, name: str, after: str) -> str:
    room = MAX_NAME_BYTES - len((before + after).encode())
    visible = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    cleaned = _FORBIDDEN.sub("", visible).strip(". ").encode()[:room].decode("utf-8", "ignore")
    return f"{before}{cleaned}{after}"
