"""催报: whom to urge, how to reach them, and what they still owe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

from xltool.campaign.folder import Campaign
from xltool.campaign.standing import AGENCY_STATES, Standing, days_overdue

ReminderRow: TypeAlias = tuple[str | int, ...]
HEADER: Final[ReminderRow] = ("单位代码", "单位名称", "联系人", "电话", "邮箱", "状态", "要办的事", "逾期天数")


def list_reminders(standings: Sequence[Standing], campaign: Campaign, today: date) -> list[ReminderRow]:
    """A header and one row for every agency that still owes something, in the order of the roster.

    0 days when not overdue.
    """
    days = days_overdue(campaign, today)
    return [HEADER, *(_reminder_row(standing, days) for standing in standings if standing.owes)]


def _reminder_row(standing: Standing, days: int) -> ReminderRow:
    e = standing.entry
    return (
        e.agency.code,
        e.agency.name,
        e.contact,
        e.phone,
        e.email,
        AGENCY_STATES[standing.state],
        _describe_task(standing),
        days,
    )


def _describe_task(standing: Standing) -> str:
    if standing.state == "missing":
        return "未报送"
    tasks = [f"{standing.errors} 条须改"] if standing.errors else []
    tasks += [f"{standing.warnings} 条须核实、说明"] if standing.warnings else []
    return f"已退回，{'，'.join(tasks)}"
