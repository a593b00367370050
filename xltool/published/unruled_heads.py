"""The heads above figures that no lines rule, in pieces under one another, and which of them stand over others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xltool.published.unruled_lines import PieceLine
from xltool.published.unruled_pieces import PagePiece
from xltool.published.vocabulary import Vocabulary


class PieceHead(NamedTuple):
    """A head above figures, in pieces under one another."""

    pieces: tuple[PagePiece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> float:
        return min(piece.left for piece in self.pieces)

    @property
    def right(self) -> float:
        return max(piece.right for piece in self.pieces)


def list_heads(pieces: Sequence[PagePiece], vocabulary: Vocabulary) -> tuple[list[PieceHead], list[PieceHead]]:
    """The heads above figures: those over others, and those of one column each, from left to right.

    Pieces under one another that make an official word are one head.
    """
    chains: list[list[PagePiece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.bottom, piece.left)):
        chain = next(
            (
                each
                for each in reversed(chains)
                if piece.overlaps(each[-1].left, each[-1].right)
                and piece.top >= each[-1].middle
                and vocabulary.is_piece("".join(part.text for part in (*each, piece)))
            ),
            None,
        )
        if chain is None:
            chains.append([piece])
        else:
            chain.append(piece)
    heads = [PieceHead(tuple(chain)) for chain in chains]
    over = [head for head in heads if any(_stands_over(head, other) for other in heads)]
    single = [head for head in heads if not any(head is each for each in over)]
    return over, sorted(single, key=lambda head: head.left)


def list_head_words(lines: Sequence[PieceLine], edge: float, vocabulary: Vocabulary) -> list[PagePiece]:
    """The words above the figures of a block, and a caption above them, wherever it is."""
    return [
        piece
        for line in lines
        for piece in line.list_free()
        if piece.right > edge or (len(line.words) == 1 and vocabulary.is_word(piece.text))
    ]


def drop_caption(heads: Sequence[PieceHead]) -> list[PieceHead]:
    """The heads of columns without the one that stands above all others, beside none."""
    first = min(heads, key=lambda head: head.pieces[-1].bottom, default=None)
    return [
        head for head in heads if head is not first or not all(_is_below(first, h) for h in heads if h is not first)
    ]


def _is_below(head: PieceHead, other: PieceHead) -> bool:
    return other.pieces[0].top >= head.pieces[-1].middle


def _stands_over(head: PieceHead, other: PieceHead) -> bool:
    """Whether a head stands over another one, of one column or of several."""
    return _is_below(head, other) and head.left < other.right and other.left < head.right
