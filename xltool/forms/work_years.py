"""The calendar of working days with the years that offices give themselves: files `2027.days.toml` beside their forms.

[[year]]
year = 2027
basis = "…"                # the notice
off = [2027-01-01, …]      # all days off of the notice, Saturdays and Sundays among them or not
work = [2027-02-06]        # Saturdays and Sundays on which people work
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from xltool.forms import catalog
from xltool.forms.fields import Fields
from xltool.forms.source import Source
from xltool.messages import DefinitionError
from xltool.working_days import SATURDAY, WorkCalendar, WorkYear

_PATTERN: Final = "*.days.toml"
_ALWAYS_OFF: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Month and day of holidays that every notice has, so that a year with less than these is not whole."""


def load_calendar() -> WorkCalendar:
    """All years that are known; raises `DefinitionError` with every fault of the first faulty file."""
    years: dict[int, WorkYear] = {}
    for name, text in catalog.read_data_files(_PATTERN):
        source = Source(text, name)
        document = source.parse()
        found = dict(_read_years(source, document or {}))
        if source.faults:
            raise DefinitionError(source.render(), tuple(source.faults))
        years |= found
    return WorkCalendar(years)


def _read_years(source: Source, document: Mapping[str, Any]) -> Iterator[tuple[int, WorkYear]]:
    fields = Fields(source, dict(document), "the file")
    seen: set[int] = set()
    for data in fields.tables("year"):
        each = Fields(source, data, "a year")
        year = each.integer("year")
        each.text("basis")
        off, work = _read_days(each, "off", year), _read_days(each, "work", year)
        each.close()
        if year in seen:
            each.fault("year", f"the year {year} is given twice")
        seen.add(year)
        for day in sorted(off & work):
            each.fault("work", f"{day} is off and worked at once")
        for day in sorted(work):
            if day.weekday() < SATURDAY:
                each.fault("work", f"{day} is neither a Saturday nor a Sunday: days of work are those that were moved")
        for month, number in _ALWAYS_OFF:
            if (month, number) not in {(day.month, day.day) for day in off}:
                each.fault("off", f"{year:04d}-{month:02d}-{number:02d} is not off: give all days off of the notice")
        yield year, WorkYear(off, work)
    fields.close()


def _read_days(fields: Fields, key: str, year: int) -> frozenset[date]:
    """The days of a list, each of that year and once."""
    fields.allow(key)
    given, found = fields.data.get(key), set[date]()
    if not isinstance(given, list) or not all(type(day) is date for day in given):
        fields.fault(key, f"'{key}' must be a list of days: [2024-01-01, 2024-01-02]")
        return frozenset()
    for day in given:
        if day.year != year or day in found:
            fields.fault(key, f"{day} is given twice, or is not of {year}")
        found.add(day)
    return frozenset(found)
