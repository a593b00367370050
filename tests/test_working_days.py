"""Working days by the State Council's calendar, against an independent library, and the years that offices give."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.working_days import UnknownYearError, WorkCalendar, WorkYear

CALENDAR = WorkCalendar()
YEARS = [year for year in range(2000, 2100) if CALENDAR.knows(year)]
OTHER = holidays.country_holidays("CN", years=range(min(YEARS), max(YEARS) + 1))
DIFFERENT = {date(2005, 12, 31)}
"""Of which the libraries say different things: a Saturday that the notice for 2006 moved, before the regulation."""
DAYS = st.dates(date(2008, 1, 1), date(max(YEARS) - 1, 12, 31))


def list_days(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=more) for more in range((date(year + 1, 1, 1) - first).days)]


def test_every_year_since_the_regulation_is_known():
    assert set(range(2008, 2027)) <= set(YEARS)
    assert [*range(YEARS[0], YEARS[-1] + 1)] == YEARS


@pytest.mark.parametrize("year", YEARS)
def test_another_library_says_the_same_of_every_day(year):
    days = list_days(year)
    assert {day for day in days if CALENDAR.is_working_day(day) != OTHER.is_working_day(day)} == DIFFERENT & {*days}


@given(DAYS, st.integers(0, 60))
def test_the_day_after_so_many_working_days(start, count):
    found, day, left = CALENDAR.find_working_day(start, count), start, count
    while left:
        day += timedelta(days=1)
        left -= OTHER.is_working_day(day)
    assert found == day
    assert CALENDAR.count_working_days(start, found) == count


@given(DAYS, st.integers(1, 40), st.integers(-5, 40), st.integers(0, 40))
def test_days_of_a_pause_do_not_count(start, count, before, long):
    pause = (start + timedelta(days=before), start + timedelta(days=before + long))
    found = CALENDAR.find_working_day(start, count, (pause,))
    days = (start + timedelta(days=more) for more in range(1, (found - start).days + 1))
    assert sum(OTHER.is_working_day(day) and not pause[0] < day <= pause[1] for day in days) == count
    assert OTHER.is_working_day(found)


def test_the_first_of_october_and_the_days_moved_around_it():
    assert CALENDAR.find_working_day(date(2024, 9, 27), 2) == date(2024, 9, 30)  # Sunday 29 September is worked
    assert CALENDAR.find_working_day(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert CALENDAR.count_working_days(date(2024, 9, 30), date(2024, 10, 12)) == 5  # Saturday 12 October is worked


def test_of_a_year_that_nobody_gave_nothing_is_guessed():
    unknown = YEARS[-1] + 1
    with pytest.raises(UnknownYearError, match=str(unknown)) as told:
        CALENDAR.find_working_day(date(unknown - 1, 12, 30), 20)
    assert told.value.year == unknown
    assert CALENDAR.find_working_day(date(unknown, 1, 1), 0) == date(unknown, 1, 1)


def test_a_year_of_the_office_goes_before_what_comes_with_the_program():
    unknown = YEARS[-1] + 1
    first = date(unknown, 1, 4)
    first += timedelta(days=(7 - first.weekday()) % 7)  # a Monday
    saturday = first + timedelta(days=5)
    mine = WorkCalendar({unknown: WorkYear(frozenset({first}), frozenset({saturday}))})
    assert mine.knows(unknown)
    assert [mine.is_working_day(first + timedelta(days=more)) for more in range(7)] == [False, *[True] * 5, False]
    assert WorkCalendar({2024: WorkYear(frozenset(), frozenset())}).is_working_day(date(2024, 10, 1))
