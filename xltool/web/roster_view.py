"""A roster as it is read, for a page: its lines, what must be mended, and what should be looked at.

It is read by `xltool roster --json`, in a process of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xltool.campaign.roster_heads import FIELDS, find_level, title_field
from xltool.codes import LEVEL_NAMES
from xltool.messages import XltoolError
from xltool.model import LEVELS
from xltool.web.calling import call_program, find_last_sentence

ROSTER_COLUMNS: Final = tuple((field, title_field(field)) for field in FIELDS)
"""The fields of a line with their heads."""
_MOST_SHOWN: Final = 500
"""How many lines a page shows of those with a fault, and of those without."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line, and the head of the column that it is about, if it is about one."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the roster as it was read; `place` is where it stands in the file."""

    place: str
    fields: Mapping[str, str]
    faults: Sequence[LineFault]

    @property
    def wrong(self) -> set[str]:
        """The heads of the columns in which something is wrong."""
        return {fault.column for fault in self.faults}


@dataclass(frozen=True, slots=True)
class RosterView:
    """What was read of a file; `whole` are the faults that are of no one line."""

    file: str
    lines: Sequence[ShownLine]
    whole: Sequence[str]
    notes: Sequence[str]

    @property
    def faulty(self) -> list[ShownLine]:
        """The lines with a fault, as far as they are shown."""
        return [line for line in self.lines if line.faults][:_MOST_SHOWN]

    @property
    def clean(self) -> list[ShownLine]:
        """The lines without one, as far as they are shown."""
        return [line for line in self.lines if not line.faults][:_MOST_SHOWN]

    @property
    def fault_count(self) -> int:
        """How many faults there are."""
        return len(self.whole) + sum(len(line.faults) for line in self.lines)

    def word_levels(self) -> str:
        """How many agencies of each level there are."""
        counts = Counter(find_level(line.fields["level"]) for line in self.lines)
        names = {level: LEVEL_NAMES[level] for level in LEVELS}
        return "，".join(f"{name}{counts[level]}" for level, name in names.items() if counts[level])


def view_roster(command: tuple[str, ...], path: Path) -> RosterView:
    """What is read of a file; raises `XltoolError` when nothing can be said of it."""
    answer = call_program(command, "roster", "--json", "--", str(path))
    try:
        told = json.loads(answer.output)
    except ValueError as error:
        said = find_last_sentence(answer.said) or "名录没有读出来，请再试一次。"
        raise XltoolError(said.replace(str(path), path.name)) from error
    faults: dict[tuple[str, int], list[LineFault]] = {}
    for fault in told["faults"]:
        if fault["line"] is not None:
            column = title_field(fault["field"]) if fault["field"] else ""
            faults.setdefault((fault["sheet"], fault["line"]), []).append(LineFault(column, fault["message"]))
    lines = [_show_line(line, faults.get((line["sheet"], line["line"]), ())) for line in told["agencies"]]
    return RosterView(
        path.name, lines, [each["message"] for each in told["faults"] if each["line"] is None], told["notes"]
    )


def _show_line(line: Mapping[str, Any], faults: Sequence[LineFault]) -> ShownLine:
    place = f"“{line['sheet']}”{line['line']}" if line["sheet"] else str(line["line"])
    return ShownLine(place, {field: line[field] for field in FIELDS}, faults)
