"""Where the result of a formula comes from: whether what it rests on, however far back, is outside its workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from xltool.spreadsheet.a1 import parse_reference
from xltool.spreadsheet.cell import Area, Position
from xltool.spreadsheet.external_links import classify_link
from xltool.spreadsheet.sheet import RawSheet

MAX_FOLLOWED: Final = 100_000
"""How many cells and names are looked at for one formula; what is wound beyond that counts as from outside."""
UNFOLLOWED: Final = "查不清来源的引用"

_PART: Final = re.compile(
    r'"(?:[^"]|"")*+"?'
    r"|(?:(?:(?P<quoted>'(?:[^']|'')*+')|(?P<plain>[\w.]+))!)?"
    r"(?:(?P<area>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?::\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6})?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6})(?![\w.(!\\])"
    r"|(?P<name>[\w.\\?]++))"
)
_COMPUTED: Final = re.compile(r"(?<!\w)(?:INDIRECT|OFFSET|INDEX|EVALUATE)\s*\(", re.IGNORECASE)


class Sources:
    """The formulas and names of one workbook, to be followed from a cell back to what it rests on.

    `names` are all defined names, also those that hold on one sheet alone, each with its formula.
    """

    def __init__(self, sheets: Sequence[RawSheet], names: Sequence[tuple[str, str]]) -> None:
        self._formulas: dict[str, Mapping[Position, str]] = {sheet.name.casefold(): sheet.formulas for sheet in sheets}
        self._names: dict[str, list[str]] = {}
        for name, text in names:
            self._names.setdefault(name.casefold(), []).append(text)
        self._inside: set[tuple[str, str]] = set()
        self._reaching = ""
        everything = (text for formulas in self._formulas.values() for text in formulas.values())
        for text in (*everything, *(text for _, text in names)):
            self._reaching = self._reaching or classify_link(text)

    def trace_outside(self, formula: str, sheet: str) -> str:
        """By which means the result of a formula on a sheet comes from outside the workbook; nothing for others."""
        if not self._reaching:
            return ""
        seen = {(sheet.casefold(), formula)}
        waiting, looked = [*seen], 0
        while waiting:
            home, text = waiting.pop()
            if what := classify_link(text):
                return what
            if _COMPUTED.search(text):  # which cell it takes cannot be told from what is written
                return self._reaching
            for step in self._follow(text, home):
                looked += 1
                if looked > MAX_FOLLOWED:
                    return UNFOLLOWED
                if step is not None and step not in seen and step not in self._inside:
                    seen.add(step)
                    waiting.append(step)
        self._inside |= seen
        return ""

    def _follow(self, formula: str, home: str) -> Iterator[tuple[str, str] | None]:
        """The formulas that a formula refers to, each with the sheet it stands on, and None for what is no formula."""
        for part in _PART.finditer(formula):
            if part["area"]:
                sheet = (part["quoted"] or "").strip("'").replace("''", "'") or part["plain"] or home
                area = parse_reference(part["area"])
                if area is not None:
                    yield from _find_formulas(self._formulas.get(sheet.casefold(), {}), area[1:], sheet.casefold())
            elif part["name"]:
                yield from ((home, text) for text in self._names.get(part["name"].casefold(), ()))
            yield None


def _find_formulas(formulas: Mapping[Position, str], area: Area, sheet: str) -> Iterator[tuple[str, str] | None]:
    """The formulas in an area, by whichever way is the shorter, and None for each place without one."""
    top, left, bottom, right = area
    if (bottom - top + 1) * (right - left + 1) <= len(formulas):
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                yield (sheet, formulas[row, column]) if (row, column) in formulas else None
        return
    for (row, column), text in formulas.items():
        yield (sheet, text) if top <= row <= bottom and left <= column <= right else None
