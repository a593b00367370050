"""A roster as it was read, whatever is wrong with it: its lines, its faults, each with its place, and doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.messages import XltoolError

MOST_LINES_TOLD: Final = 200
"""How many faults are told one by one."""


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One line of a roster while it is read: where it stands, what it says, and what became of its cells."""

    number: int
    sheet: str
    fields: dict[str, str]
    spoilt: Mapping[str, str]
    made: bool = False
    """Whether its code is made of its name."""

    @property
    def place(self) -> str:
        """Where it stands, as a clerk is told."""
        return f"工作表“{self.sheet}”第 {self.number} 行" if self.sheet else f"第 {self.number} 行"


@dataclass(frozen=True, slots=True)
class RosterFault:
    """One fault of a roster: what is wrong, and of which line and field; of the whole where `line` is None."""

    message: str
    line: RosterLine | None = None
    field: str = ""

    def __str__(self) -> str:
        """The fault with its place, as a clerk is told."""
        return self.message if self.line is None else f"{self.line.place}：{self.message}"


class RosterError(XltoolError):
    """A roster with faults: all of them, each with its line."""

    def __init__(self, faults: Sequence[RosterFault], where: str = "") -> None:
        shown = [f"  {fault}" for fault in faults[:MOST_LINES_TOLD]]
        more = len(faults) - len(shown)
        shown += [f"  另有 {more} 处。改好以上各处后再看。"] if more else []
        super().__init__(f"单位名录{where}有错：\n" + "\n".join(shown))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class RosterDraft:
    """A roster as it was read, whatever is wrong with it; `notes` as of a `Roster`, as far as they are known."""

    lines: tuple[RosterLine, ...] = ()
    faults: tuple[RosterFault, ...] = ()
    notes: tuple[str, ...] = ()
