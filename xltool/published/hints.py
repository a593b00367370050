"""What the person who has a report read knows better than the report says: whose it is, of when, of whom."""

from __future__ import annotations

from typing import Final, NamedTuple

from xltool.model import Level, Scope


class Hints(NamedTuple):
    """What the person who imports a report knows better than the report says."""

    agency: str = ""
    code: str = ""
    level: Level | None = None
    year: int | None = None
    scope: Scope = "own"
    part: str = ""  # which part of the year, as `periods.Period` has it


NO_HINTS: Final = Hints()
