"""The columns of figures that no lines rule: what lies between the gaps that all rows share, or under a head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from xltool.published.unruled_pieces import PagePiece, Span

MIXED: Final = "有的数断开了，分不清各在哪一栏"
"""Why the figures of a row are not read some of which stand in one column, while another is blank."""


class FigureColumn(NamedTuple):
    """Where a column of figures stands, and how many heads of single columns are over it; 0 where none are read."""

    left: float
    right: float
    heads: int = 0


def find_columns(figures: Sequence[PagePiece], heads: Sequence[Span]) -> tuple[list[FigureColumn], str]:
    """The columns of figures, and why they are doubtful; '' where they are not.

    A column is what lies between the gaps that all rows share, and what is under a head without any figure. The heads
    are where they stand, or the columns of the same table on the page before.
    """
    columns: list[FigureColumn] = []
    for piece in sorted(figures, key=lambda piece: piece.left):
        if columns and piece.left < columns[-1].right:
            columns[-1] = columns[-1]._replace(right=max(columns[-1].right, piece.right))
        else:
            columns.append(FigureColumn(piece.left, piece.right))
    under = [
        [at for at, each in enumerate(columns) if left < each.right and each.left < right] for left, right in heads
    ]
    if any(len(each) > 1 for each in under):
        return columns, MIXED
    columns = [column._replace(heads=sum(at in each for each in under)) for at, column in enumerate(columns)]
    if all(column.heads for column in columns):
        columns += [FigureColumn(*span, 1) for span, each in zip(heads, under, strict=True) if not each]
    return sorted(columns), ""


def place_row(
    label: str, figures: Sequence[PagePiece], columns: Sequence[FigureColumn], doubt: str = ""
) -> list[tuple[str, str]]:
    """The cells of a row and what is doubtful of each: as many as there are heads over a column, all or none blank.

    Where no heads are read, a row with two figures in one column and none in another does not tell which belong
    together.
    """
    inside = [
        [piece.text for piece in figures if piece.overlaps(column.left, column.right)] or [""] * max(1, column.heads)
        for column in columns
    ]
    counts = [len(texts) for texts in inside]
    headed = any(column.heads for column in columns)
    wrong = any(count != max(1, column.heads) for count, column in zip(counts, columns, strict=True))
    doubt = MIXED if wrong and (headed or any(texts == [""] for texts in inside)) else doubt
    cells = [(text, doubt) for texts in inside for text in texts]
    return [(label, ""), *cells] if label else cells
