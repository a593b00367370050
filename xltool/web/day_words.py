"""Days as pages tell them: in short, with the day of the week, as days that are left."""

from __future__ import annotations

from datetime import date
from typing import Final

_WEEKDAYS: Final = "一二三四五六日"


def word_day(day: date) -> str:
    """A day of these months, with the day of the week: 1月17日（周五）."""
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def word_days_left(deadline: date, today: date) -> str:
    """How far a deadline is."""
    left = (deadline - today).days
    return f"还有{left}天" if left > 0 else "今天到期" if left == 0 else f"过了{-left}天"


def word_month_day(day: str) -> str:
    """An ISO day in short: 1月17日."""
    _, month, number = day.split("-")
    return f"{int(month)}月{int(number)}日"
