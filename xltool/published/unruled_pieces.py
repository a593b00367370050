"""The pieces of a page's lines: what stands together on a line, cut where a gap stands between two signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from xltool.published.baseline import Sign, list_lines, read_signs, turn_signs

APART: Final = 0.35
"""The share of a sign's size from which on a gap stands between two cells; between signs of one it is smaller."""
Span: TypeAlias = tuple[float, float]
"""The left and the right edge of a column, in points."""
Box: TypeAlias = tuple[float, float, float, float]
"""The edges on the left, at the top, on the right and at the bottom, in points from the upper left corner."""


class PagePiece(NamedTuple):
    """What stands together on a line, and its edges."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def overlaps(self, left: float, right: float) -> bool:
        return self.left < right and left < self.right


def list_pieces(signs: Sequence[Sign]) -> list[list[PagePiece]]:
    """The pieces of each line of a page; those of turned text stand on the line where they end, as heads do."""
    lines = [[piece for run in _split_line(line) for piece in [_make_piece(run, run)]] for line in list_lines(signs)]
    turned = [sign for sign in signs if not sign["upright"] and sign["text"].strip()]
    for line in list_lines(turn_signs(turned)):
        for run in _split_line(line):
            piece = _make_piece(run, [sign["turned"] for sign in run])
            lines.append([piece])
    return _merge_lines(lines)


def _merge_lines(lines: list[list[PagePiece]]) -> list[list[PagePiece]]:
    """The lines from the top to the bottom, pieces of which one is as high as several lines beside the others of it."""
    merged: list[list[PagePiece]] = []
    for line in sorted((line for line in lines if line), key=lambda line: max(piece.bottom for piece in line)):
        same = merged and abs(max(p.bottom for p in merged[-1]) - max(p.bottom for p in line)) < 1
        if same and not any(piece.overlaps(each.left, each.right) for piece in line for each in merged[-1]):
            merged[-1] = sorted([*merged[-1], *line], key=lambda piece: piece.left)
        else:
            merged.append(line)
    return merged


def _split_line(line: Sequence[Sign]) -> Iterator[list[Sign]]:
    """The signs of a line, cut where a gap stands between two."""
    run: list[Sign] = []
    for sign in sorted((sign for sign in line if sign["text"].strip()), key=lambda sign: float(sign["x0"])):
        if run and sign["x0"] - max(each["x1"] for each in run) > APART * max(sign["size"], run[-1]["size"]):
            yield run
            run = []
        run.append(sign)
    if run:
        yield run


def _make_piece(run: Sequence[Sign], placed: Sequence[Sign]) -> PagePiece:
    return PagePiece(
        read_signs(run),
        min(sign["x0"] for sign in placed),
        max(sign["x1"] for sign in placed),
        min(sign["top"] for sign in placed),
        max(sign["bottom"] for sign in placed),
    )


def find_top(pieces: Sequence[PagePiece]) -> float:
    """The upper edge of pieces."""
    return min(piece.top for piece in pieces)


def find_bottom(pieces: Sequence[PagePiece]) -> float:
    """The lower edge of pieces."""
    return max(piece.bottom for piece in pieces)


def surround(pieces: Sequence[PagePiece]) -> Box:
    """The box about pieces."""
    return (
        min(piece.left for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
    )
