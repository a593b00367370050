"""The roster 单位名录: who must report, at which level, below whom, and whom to write to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from xltool.campaign.roster_heads import plain_title
from xltool.csvfile import as_csv
from xltool.model import Agency


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One line of the roster."""

    agency: Agency
    parent: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


_PLACES: Final = "省州盟市县区旗"
_SHORTEST_NAME: Final = 3


@dataclass(frozen=True)
class Roster:
    """All agencies in the order of the list; `notes` are doubts that do not stop the work."""

    entries: tuple[RosterEntry, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def agencies(self) -> Mapping[str, RosterEntry]:
        """Entries by agency code."""
        return {entry.agency.code: entry for entry in self.entries}

    def find_agency(self, agency: Agency) -> Agency:
        """The listed agency of that code, or else the only one of that name; the agency itself when there is none."""
        codes = [agency.code] if agency.code in self.agencies else self._codes.get(agency.name, [])
        return replace(agency, code=codes[0]) if len(codes) == 1 else agency

    def call_agency(self, code: str) -> str:
        """What the office calls an agency: its name, or its code where several have that name."""
        entry = self.agencies.get(code)
        return code if entry is None or len(self._codes[entry.agency.name]) > 1 else entry.agency.name

    @cached_property
    def _codes(self) -> Mapping[str, list[str]]:
        """The codes of each name."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            found.setdefault(entry.agency.name, []).append(entry.agency.code)
        return found

    @cached_property
    def named(self) -> Mapping[str, RosterEntry]:
        """Entries by name as names are compared, the first of those that share one."""
        return {plain_title(entry.agency.name): entry for entry in reversed(self.entries)}

    @cached_property
    def name_lengths(self) -> Sequence[int]:
        """How many signs the names of `named` have, the longest first."""
        return sorted({len(name) for name in self.named}, reverse=True)

    @cached_property
    def shortened(self) -> Mapping[str, RosterEntry]:
        """Entries by the names that people use among themselves: whole, and without the place that most begin with.

        A town's also without 人民政府. Names that several could be called by are left out.
        """
        places = Counter(name[: at + 1] for name in self.named for at, sign in enumerate(name) if sign in _PLACES)
        shared = max((each for each, count in places.items() if 2 * count > len(self.named)), key=len, default="")
        called: dict[str, list[RosterEntry]] = {}
        for name, entry in self.named.items():
            short = name.removeprefix(shared)
            shorter = [each for each in (short, short.removesuffix("人民政府")) if len(each) >= _SHORTEST_NAME]
            for each in dict.fromkeys((name, *shorter)):
                called.setdefault(each, []).append(entry)
        return {name: found[0] for name, found in called.items() if len(found) == 1}

    @cached_property
    def short_names(self) -> Mapping[str, Sequence[str]]:
        """The names in `shortened` of each agency, by code."""
        found: dict[str, list[str]] = {}
        for name, entry in self.shortened.items():
            found.setdefault(entry.agency.code, []).append(name)
        return found

    @cached_property
    def short_lengths(self) -> Sequence[int]:
        """How many signs the names in `shortened` have, the longest first."""
        return sorted({len(name) for name in self.shortened}, reverse=True)

    @cached_property
    def coded(self) -> Mapping[str, RosterEntry]:
        """Entries by code in small letters."""
        return {entry.agency.code.casefold(): entry for entry in self.entries}

    @cached_property
    def root(self) -> RosterEntry | None:
        """The one agency at the top of the tree, whose own figures count as the government's.

        None when there are several.
        """
        tops = [entry for entry in self.entries if not entry.parent or entry.parent not in self.agencies]
        return tops[0] if len(tops) == 1 else None

    def to_csv(self) -> bytes:
        """The roster as a campaign folder keeps it: UTF-8 with the mark that Excel needs, no cell a formula."""
        heads = ("单位代码", "单位名称", "级别", "上级代码", "联系人", "电话", "邮箱")
        rows = [
            (e.agency.code, e.agency.name, e.agency.level, e.parent, e.contact, e.phone, e.email) for e in self.entries
        ]
        return as_csv([heads, *rows])


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ by spaces and width at most."""
    return one == other or plain_title(one) == plain_title(other)
