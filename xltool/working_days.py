"""Working days by the State Council's yearly calendar of holidays and of moved working days.

The calendar is data that is published each autumn for the year to come, never computed. What comes with the library
`chinesecalendar` is known, and years that an office gives itself; of any other year nothing is known, and nothing is
guessed. What is known of the last days of December may still be moved by the next year's notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Final

ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5


class UnknownYearError(Exception):
    """A count of working days ran into a year whose calendar nobody gave."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the calendar of working days of {year} is not known")
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkYear:
    """What a notice says of one year: days off, and Saturdays and Sundays on which people work."""

    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days; years that an office gives go before those that come with the program."""

    given: Mapping[int, WorkYear] = field(default_factory=dict)

    def knows(self, year: int) -> bool:
        """Whether the days of a year are known."""
        return year in self.given or year in _load_years()

    def is_working_day(self, day: date) -> bool:
        """Whether people work on a day; raises `UnknownYearError`."""
        known = self.given.get(day.year) or _load_years().get(day.year)
        if known is None:
            raise UnknownYearError(day.year)
        return day in known.work or (day.weekday() < SATURDAY and day not in known.off)

    def find_working_day(self, start: date, count: int, pauses: tuple[tuple[date, date], ...] = ()) -> date:
        """The working day that is so many after a day, which itself does not count.

        Days after the first and up to the last day of a pause do not count either. Raises `UnknownYearError`.
        """
        day, left = start, count
        while left > 0:
            day += ONE_DAY
            if self.is_working_day(day) and not any(first < day <= last for first, last in pauses):
                left -= 1
        return day

    def count_working_days(self, after: date, until: date) -> int:
        """How many working days follow a day up to another, which counts; raises `UnknownYearError`."""
        days = (after + ONE_DAY * more for more in range(1, (until - after).days + 1))
        return sum(map(self.is_working_day, days))


@cache
def _load_years() -> Mapping[int, WorkYear]:
    """The years that the library has, each as its notice says it."""
    from chinese_calendar import constants

    gathered: dict[int, tuple[set[date], set[date]]] = {}
    for at, days in enumerate((constants.holidays, constants.workdays)):
        for day in days:
            gathered.setdefault(day.year, (set(), set()))[at].add(day)
    return {year: WorkYear(frozenset(off), frozenset(work)) for year, (off, work) in gathered.items() if off}
