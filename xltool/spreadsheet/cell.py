"""One cell with content, as the file has it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

CellKind: TypeAlias = Literal["number", "text", "boolean", "error", "date", "empty"]
Position: TypeAlias = tuple[int, int]
Area: TypeAlias = tuple[int, int, int, int]
"""Top, left, bottom and right, inclusive."""

TRUE: Final = frozenset({"1", "true", "on"})
FALSE: Final = frozenset({"0", "false", "off"})


class RawCell(NamedTuple):
    """One cell with content: the text as stored, not checked against its kind, and the formula without its `=`.

    A named tuple and not a dataclass: a workbook has thousands, and it is made in half the time.
    """

    kind: CellKind
    text: str
    formula: str | None = None
    struck: str = ""
    """The parts of a text of several formats that are struck through."""
