"""催报: whom to urge, how to reach them, and what they still owe."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

from xltool.campaign.folder import Campaign
from xltool.campaign.standing import STATES, Standing, overdue

Row: TypeAlias = tuple[str | int, ...]
HEADER: Final[Row] = ("单位代码", "单位名称", "联系人", "电话", "邮箱", "状态", "要办的事", "逾期天数")

# What spreadsheets take for the beginning of a formula, in both widths, and the blanks that they skip before it.
_FORMULA: Final = tuple("=+-@＝＋－＠\t\r\n")


def reminders(standings: Sequence[Standing], campaign: Campaign, today: date) -> list[Row]:
    """A header and one row for every agency that still owes something, in the order of the roster; 0 days when not overdue."""
    days = overdue(campaign, today)
    return [HEADER, *(_row(standing, days) for standing in standings if standing.state != "accepted")]


def as_csv(rows: Sequence[Row]) -> bytes:
    """The rows as a .csv that Excel and WPS open as Chinese text, in which no cell is taken for a formula."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([_harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _row(standing: Standing, days: int) -> Row:
    e = standing.entry
    return (e.agency.code, e.agency.name, e.contact, e.phone, e.email, STATES[standing.state], _task(standing), days)


def _task(standing: Standing) -> str:
    if standing.state == "missing":
        return "未报送"
    unexplained = sum(verdict.severity == "warning" and not verdict.explanation for verdict in standing.open)
    tasks = [f"{standing.errors} 处须改"] if standing.errors else []
    tasks += [f"{unexplained} 处须核实、说明"] if unexplained else []
    return f"已退回，{'，'.join(tasks)}"


def _harmless(cell: str | int) -> str | int:
    """A text that a spreadsheet would compute, made text by an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA) else cell
