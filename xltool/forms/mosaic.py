"""Pieces laid on a rectangle of squares, and the marks by which a piece goes on over the next square."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from xltool.model import CellKey, Rectangle, Role

ON_FROM_ABOVE: Final = "^"
"""In place of a text: what stands above goes on over this square."""
ON_FROM_LEFT: Final = "<"
"""In place of a text: what stands at the left goes on over this square."""

_GOES_ON_FROM_ABOVE: Final[dict[Role, frozenset[Role]]] = {
    "line": frozenset({"corner", "head", "line"}),
    "print": frozenset({"print", "value"}),
}
_GOES_ON_FROM_LEFT: Final[dict[Role, frozenset[Role]]] = {
    "line": frozenset({"line"}),
    "print": frozenset({"label", "print", "value"}),
    "label": frozenset({"label", "print", "value"}),
}


class MosaicFault(ValueError):
    """A mark with nothing before it that can go on, or a piece that is no rectangle; the sentence says which."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What is laid on one square or more; there is one of each, and two with the same text are two."""

    role: Role
    text: str
    key: CellKey | None


class Mosaic:
    """Squares in rows and columns, each covered by one piece; rectangles come in the order of laying."""

    def __init__(self, rows: int, columns: int) -> None:
        self._squares: list[list[_Piece | None]] = [[None] * columns for _ in range(rows)]
        self._pieces: list[_Piece] = []

    def lay(
        self,
        role: Role,
        text: str,
        at: tuple[int, int],
        size: tuple[int, int] = (1, 1),
        key: CellKey | None = None,
    ) -> None:
        """Lays a new piece on `size` squares, rows and columns, from the square `at`."""
        self._pieces.append(_Piece(role, text, key))
        self._cover(self._pieces[-1], at, size)

    def lay_text(self, role: Role, text: str, at: tuple[int, int]) -> None:
        """Lays a text on one square, or by a mark in its place the piece above it or at its left.

        Raises `MosaicFault` for a mark with no piece there that may go on.
        """
        row, column = at
        if text == ON_FROM_ABOVE:
            before = self._squares[row - 1][column] if row else None
            fits, where = _GOES_ON_FROM_ABOVE[role], "above"
        elif text == ON_FROM_LEFT:
            before = self._squares[row][column - 1] if column else None
            fits, where = _GOES_ON_FROM_LEFT[role], "at the left"
        else:
            self.lay(role, text, at)
            return
        if before is None or before.role not in fits:
            raise MosaicFault(f"'{text}' in line {row + 1}, column {column + 1}: nothing {where} can go on")
        self._cover(before, at, (1, 1))

    def fill(self, role: Role) -> None:
        """Lays an empty piece on every square that is bare."""
        for row, line in enumerate(self._squares):
            for column, piece in enumerate(line):
                if piece is None:
                    self.lay(role, "", (row, column))

    def rectangles(self, top: int, spans: Sequence[int], block: int) -> Iterator[Rectangle]:
        """The pieces as rectangles of a grid in which each column of squares takes as many columns as `spans` says.

        Raises `MosaicFault` for a piece that is no rectangle.
        """
        edges = [0, *accumulate(spans)]
        places: dict[_Piece, list[tuple[int, int]]] = {piece: [] for piece in self._pieces}
        for row, line in enumerate(self._squares):
            for column, piece in enumerate(line):
                if piece is not None:
                    places[piece].append((row, column))
        for piece, covered in places.items():
            (first, left), (last, right) = covered[0], covered[-1]
            height, width = last - first + 1, right - left + 1
            if height * width != len(covered) or any(not left <= column <= right for _, column in covered):
                raise MosaicFault(
                    f"what begins in line {first + 1}, column {left + 1} goes on over squares that are no rectangle"
                )
            start, reach = edges[left], edges[right + 1] - edges[left]
            yield Rectangle(top + first, start, height, reach, piece.role, piece.text, piece.key, block)

    def _cover(self, piece: _Piece, at: tuple[int, int], size: tuple[int, int]) -> None:
        for row in range(at[0], at[0] + size[0]):
            for column in range(at[1], at[1] + size[1]):
                self._squares[row][column] = piece
