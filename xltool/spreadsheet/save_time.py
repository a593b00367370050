"""When a workbook was last saved, by its own account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from xltool import kinds
from xltool.spreadsheet.package import Package, Refusal

BEIJING: Final = timezone(timedelta(hours=8))
EARLIEST_SAVED: Final = 2001
"""What is older than any workbook of ours says nothing: programs that know no time write 1980, or keep our 2000."""
_PARTS: Final = (
    ("docProps/core.xml", re.compile(rb"<dcterms:modified[^<>]*>\s*([^<\s]{4,40})\s*</")),
    ("meta.xml", re.compile(rb"<dc:date[^<>]*>\s*([^<\s]{4,40})\s*</")),
)


def read_save_time(data: bytes) -> datetime | None:
    """The time that an .xlsx or .ods says it was saved at, as Beijing has it and without a zone.

    None where it says none, or one that nobody can have meant.
    """
    if not data.startswith(kinds.ZIP):
        return None
    try:
        package = Package(data)
        told = next((pattern.search(package.read(part)) for part, pattern in _PARTS if part in package), None)
    except Refusal:
        return None
    return None if told is None else parse_time(told[1].decode("ascii", "replace"))


def parse_time(text: str) -> datetime | None:
    """A time as ISO 8601 writes it, as Beijing has it; one without a zone is universal time, as the standard says."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_beijing(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def to_beijing(moment: datetime) -> datetime | None:
    """A time with a zone as Beijing has it, to the second and without a zone; None for one that is no one's."""
    try:
        local = moment.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
    except (OverflowError, ValueError):
        return None
    return local if local.year >= EARLIEST_SAVED else None
