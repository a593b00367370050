"""When each case of a list must be answered, how it stands on a day, and whether it is overdue.

Days are counted by a calendar of working days; where that does not reach, nothing is said but which year is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from xltool.forms.compiled import CaseTerm, LedgerPlan
from xltool.forms.list_demands import pair_columns
from xltool.forms.list_terms import select_lines
from xltool.model import ListRow
from xltool.periods import Period
from xltool.working_days import UnknownYearError, WorkCalendar


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """How a case stands on a day."""

    serial: int  # of its line
    state: str
    due: date | None  # by which day it must be answered; None while no term runs, or where none can be reckoned
    answered: date | None
    overdue: bool
    unknown_year: int | None = None  # the year whose calendar is missing
    remarks: tuple[str, ...] = ()


def judge_cases(plan: LedgerPlan, rows: Sequence[ListRow], on: date, calendar: WorkCalendar) -> Iterator[CaseStanding]:
    """How each case stands at the end of a day; those that came later are left out."""
    seen = [_forget_later(plan, row, on) for row in rows]
    states: dict[int, str] = {}
    for state in plan.states:
        for serial in select_lines(state.term, plan.row_list, seen, Period(on.year)):
            states.setdefault(serial, state.name)
    for serial, row in enumerate(seen, 1):
        if _read_day(row, plan.term.start) is not None:
            found = CaseStanding(serial, states.get(serial, ""), None, None, False)
            yield _judge_case(plan.term, row, on, calendar, found)


def _judge_case(term: CaseTerm, row: ListRow, on: date, calendar: WorkCalendar, found: CaseStanding) -> CaseStanding:
    answered = _read_day(row, term.answered)
    found = replace(found, answered=answered)
    try:
        if answered is None and _has_lapsed(term, row, on, calendar):
            found = replace(found, state=term.lapsed)
        found = replace(found, remarks=tuple(_list_remarks(term, row, calendar)))
        due = find_due_day(term, row, calendar)
    except UnknownYearError as error:
        return replace(found, unknown_year=error.year)
    return replace(found, due=due, overdue=due is not None and due < (answered or on))


def find_due_day(term: CaseTerm, row: ListRow, calendar: WorkCalendar, *, extended: bool = True) -> date | None:
    """The last day on which a case may be answered, without `extended` had nothing been told of more time.

    None while the applicant has not yet given what he was asked for. Raises `UnknownYearError`.
    """
    start = _read_day(row, term.restart)
    if start is None:
        if _read_day(row, term.mending) is not None:
            return None
        start = _read_day(row, term.start)
    if start is None:
        return None
    pauses = []
    for pause in term.pauses:
        asked = _read_day(row, pause.start)
        if asked is not None:
            until = _read_day(row, pause.end) or calendar.find_working_day(asked, pause.most)
            pauses.append((asked, until))
    more = term.more if extended and _read_day(row, term.extended) is not None else 0
    return calendar.find_working_day(start, term.limit + more, tuple(pauses))


def _has_lapsed(term: CaseTerm, row: ListRow, on: date, calendar: WorkCalendar) -> bool:
    """Whether the applicant has not given in time what he was asked for."""
    asked, days = _read_day(row, term.mending), row.contents[term.mending_days]
    if asked is None or not isinstance(days, int) or _read_day(row, term.restart) is not None:
        return False
    return calendar.find_working_day(asked, days) < on


def _list_remarks(term: CaseTerm, row: ListRow, calendar: WorkCalendar) -> Iterator[str]:
    """What was told later than it may be."""
    start, asked, told = (_read_day(row, at) for at in (term.start, term.mending, term.extended))
    if start is not None and asked is not None and calendar.find_working_day(start, term.mending_within) < asked:
        yield term.mending_late
    due = find_due_day(term, row, calendar, extended=False) if told is not None else None
    if due is not None and told is not None and due < told:
        yield term.extended_late


def _forget_later(plan: LedgerPlan, row: ListRow, on: date) -> ListRow:
    """A line as it was at the end of a day: without later days, and what goes together with these."""
    later = {at for at in range(len(row.contents)) if (day := _find_day(plan, row, at)) is not None and day > on}
    pairs = pair_columns(plan.row_list)
    gone = later.union(*(pairs[at] for at in later))
    return replace(row, contents=tuple(None if at in gone else held for at, held in enumerate(row.contents)))


def _find_day(plan: LedgerPlan, row: ListRow, at: int) -> date | None:
    entry = plan.row_list.columns[at].entry
    return _read_day(row, at) if entry is not None and entry.form == "date" else None


def _read_day(row: ListRow, at: int) -> date | None:
    """The day in a column; None for a blank, and for what is none, which a check has told."""
    try:
        return date.fromisoformat(str(row.contents[at]))
    except ValueError:
        return None
