"""One worksheet part, streamed: cells, merges and locks; the rest of it (validations, colours) is stepped over and never built."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from xml.parsers.expat import ParserCreate

from xltool.workbook.a1 import COLUMNS, ROWS, parse_cell, parse_reference, shift_formula
from xltool.workbook.package import MAX_DEPTH, Package, damaged, over_limit

MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 100
MAX_CELLS: Final = 200_000
MAX_MERGES: Final = 5_000
MAX_FORMULA: Final = 8_192
"""Characters of one formula: Excel's own limit."""
MAX_FORMULAS: Final = 8 * 2**20
"""Characters of all formulas of one sheet, expanded: one long shared formula and many cells must not fill the memory."""

TRUE: Final = frozenset({"1", "true", "on"})
XML_SPACES: Final = " \t\r\n"

Kind: TypeAlias = Literal["number", "text", "boolean", "error", "date", "empty"]
State: TypeAlias = Literal["visible", "hidden", "veryHidden"]
Place: TypeAlias = tuple[int, int]
Area: TypeAlias = tuple[int, int, int, int]

_PLAIN: Final[Mapping[str, Kind]] = {"n": "number", "e": "error", "d": "date"}
_BOOLEANS: Final = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


class RawCell(NamedTuple):
    """One cell with content: the text as stored, not checked against its kind, and the formula without its `=`.

    A named tuple and not a dataclass: a workbook has thousands, and it is made in half the time.
    """

    kind: Kind
    text: str
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One worksheet, zero-based; hidden rows and columns are told only where a cell is allowed to be."""

    name: str
    state: State
    cells: Mapping[Place, RawCell]
    merges: tuple[Area, ...]  # top, left, bottom, right inclusive
    protected: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]


def read_sheet(package: Package, part: str, name: str, state: State, strings: Mapping[str, RawCell]) -> RawSheet:
    """Read one worksheet part; `strings` are the shared strings as cells, by their index as written.

    Raises Refusal `file.damaged` and `file.limit`.
    """
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    depth, protected = 0, False
    merges: list[Area] = []
    hidden_columns: set[int] = set()
    cells: dict[Place, RawCell] = {}
    hidden_rows: set[int] = set()

    def hand_over(start: Callable[[str, Any], None], end: Callable[[str], None], characters: Callable[[str], None] | None = None) -> None:
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, protected
        depth += 1
        word = tag.rpartition(":")[2]
        if depth == 1:
            if word != "worksheet":
                raise damaged(part, "不是工作表")
        elif depth == 3 and word == "mergeCell":
            merges.append(_merge(attributes, part))
        elif depth == 3 and word == "col":
            hidden_columns.update(_hidden_columns(attributes, part))
        elif word == "sheetData":
            hand_over(*cell_handlers)
        elif word not in ("cols", "mergeCells"):
            protected = protected or (word == "sheetProtection" and attributes.get("sheet") in TRUE)
            hand_over(step_over, step_back)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def step_over(_: str, __: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise over_limit("XML 的层数", MAX_DEPTH, depth, part)

    def step_back(_: str) -> None:
        nonlocal depth
        depth -= 1
        if depth < 3:
            hand_over(start, end)

    def back() -> None:
        nonlocal depth
        depth -= 1
        hand_over(start, end)

    cell_handlers = _cell_handlers(cells, hidden_rows, strings, part, back)
    hand_over(start, end)
    package.stream(part, parser)
    _check_extent(cells, part)
    return RawSheet(name, state, cells, tuple(merges), protected, frozenset(hidden_rows), frozenset(hidden_columns))
