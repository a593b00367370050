"""催报: whom to urge, how to reach them, and what they still owe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from xltool.campaign.standing import AGENCY_STATES, Standing, describe_tasks
from xltool.days import word_deadline

ReminderRow: TypeAlias = tuple[str | int, ...]
HEADER: Final[ReminderRow] = (
    *("单位代码", "单位名称", "联系人", "电话", "邮箱", "状态", "要办的事", "报送期限", "逾期天数"),
)


def list_reminders(standings: Sequence[Standing]) -> list[ReminderRow]:
    """A header and one row for every agency that still owes something, in the order of the roster.

    Not for one whose figures a superior's accepted sum holds. 0 days when not overdue.
    """
    return [HEADER, *(_reminder_row(standing) for standing in standings if standing.owes and standing.covered is None)]


def _reminder_row(standing: Standing) -> ReminderRow:
    e = standing.entry
    return (
        e.agency.code,
        e.agency.name,
        e.contact,
        e.phone,
        e.email,
        AGENCY_STATES[standing.state],
        _describe_task(standing),
        word_deadline(standing.deadline, standing.told),
        standing.days_overdue,
    )


def _describe_task(standing: Standing) -> str:
    if standing.state == "missing":
        return "未报送"
    return f"{'已退回' if standing.state == 'returned' else '待说明'}，{describe_tasks(standing)}"
