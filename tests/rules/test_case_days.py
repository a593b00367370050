"""When cases must be answered and which are overdue, against days counted one by one in another library's calendar."""

from datetime import date, timedelta

import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.ledgers import FIRST, LAST, LIST, PLAN, draw_case, submit
from xltool.rules.case_days import judge_cases
from xltool.working_days import WorkCalendar, WorkYear

OTHER = holidays.country_holidays("CN", years=range(2023, 2027))
CALENDAR = WorkCalendar()


def judge(cases, on=LAST, calendar=CALENDAR):
    return {each.serial: each for each in judge_cases(PLAN, submit(cases).lists[LIST.id], on, calendar)}


def count_on(day, days, pause=None):
    """The day on which so many working days have passed, those of a pause left aside."""
    while days:
        day += timedelta(days=1)
        if OTHER.is_working_day(day) and not (pause and pause[0] < day <= pause[1]):
            days -= 1
    return day


def find_due_naively(case):
    if "mend_asked" in case and "mended" not in case:
        return None
    pause = None
    if "consulted_on" in case:
        asked = case["consulted_on"]
        pause = asked, case.get("consulted_until") or count_on(asked, 15)
    return count_on(case.get("mended") or case["received"], 40 if "extended" in case else 20, pause)


def forget_later(case, on):
    known = {key: value for key, value in case.items() if not isinstance(value, date) or value <= on}
    for day, result in (("answered", "result"), ("review_date", "review_result"), ("suit_date", "suit_result")):
        if day not in known:
            known.pop(result, None)
    return known


@settings(max_examples=300, deadline=None)
@given(st.lists(draw_case(), max_size=8), st.dates(FIRST, LAST + timedelta(days=60)))
def test_overdue_cases_are_those_of_an_independent_calendar(cases, on):
    found = judge(cases, on)
    seen = {at: forget_later(case, on) for at, case in enumerate(cases, 1) if case["received"] <= on}
    due = {at: find_due_naively(case) for at, case in seen.items()}
    assert {at: each.due for at, each in found.items()} == due
    assert {at: each.answered for at, each in found.items()} == {at: case.get("answered") for at, case in seen.items()}
    late = {at for at, case in seen.items() if due[at] is not None and due[at] < (case.get("answered") or on)}
    assert {at for at, each in found.items() if each.overdue} == late


@settings(max_examples=200, deadline=None)
@given(draw_case(), st.dates(FIRST, LAST))
def test_how_a_case_stands(case, on):
    found, seen = judge([case], on), forget_later(case, on)
    if "received" not in seen:
        assert found == {}
        return
    if seen.get("suit_result") == "尚未审结":
        state = "诉讼"
    elif seen.get("review_result") == "尚未审结":
        state = "复议"
    elif "answered" in seen:
        state = "已答复"
    elif "mend_asked" in seen and "mended" not in seen:
        state = "待补正"
    elif "consulted_on" in seen and "consulted_until" not in seen:
        state = "待协办" if seen["consulted"] == "共同制作机关" else "待第三方意见"
    elif "extended" in seen:
        state = "延期"
    else:
        state = "待答复"
    days = seen.get("mend_days")
    if "answered" not in seen and "mend_asked" in seen and "mended" not in seen and days is not None:
        state = "补正逾期" if count_on(seen["mend_asked"], days) < on else state
    assert found[1].state == state


def test_what_was_told_too_late():
    asked = {"received": date(2024, 5, 6), "category": "自然人", "mend_asked": date(2024, 5, 14)}
    assert judge([asked])[1].remarks == ()  # Saturday 11 May is worked: seven days
    assert judge([asked | {"mend_asked": date(2024, 5, 15)}])[1].remarks == ("补正告知迟于收到后 7 个工作日",)
    told = {"received": date(2024, 5, 6), "category": "自然人", "extended": date(2024, 5, 31)}
    assert judge([told])[1].remarks == ()
    late = judge([told | {"extended": date(2024, 6, 4)}])[1]
    assert (late.due, late.remarks) == (date(2024, 7, 1), ("延期告知迟于原答复期限",))


def test_without_a_calendar_nothing_is_guessed():
    """Until an office gives the year."""
    year = next(year for year in range(2000, 2100) if CALENDAR.knows(year - 1) and not CALENDAR.knows(year))
    cases = [
        {"received": date(year - 1, 12, 20), "category": "自然人"},
        {"received": date(year - 1, 6, 20), "category": "自然人"},
    ]
    found = judge(cases, date(year, 6, 30))
    assert (found[1].due, found[1].overdue, found[1].unknown_year) == (None, False, year)
    assert (found[2].overdue, found[2].unknown_year) == (True, None)
    given = WorkCalendar({year: WorkYear(frozenset({date(year, 1, 1)}), frozenset())})
    assert judge(cases, date(year, 6, 30), given)[1].overdue
