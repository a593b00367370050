"""The lines of a page that no lines rule: which are figures, heads and labels, or prose, and which make a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Final

from xltool.forms.number import is_figure_like
from xltool.published.unruled_pieces import PagePiece
from xltool.published.vocabulary import LONGEST_LABEL, Vocabulary, bare_label

_STOPS: Final = ("。", "；", "，", "：")


@dataclass(eq=False)
class PieceLine:
    """The pieces of a line of a page, those of figures at its end apart from the words before them."""

    words: list[PagePiece]
    figures: list[PagePiece]
    kind: str = ""
    taken: list[PagePiece] = field(default_factory=list)
    """The words that are part of a label."""

    @property
    def pieces(self) -> list[PagePiece]:
        return [*self.words, *self.figures]

    def list_free(self, edge: float = inf) -> list[PagePiece]:
        """The words on the left of an edge that are no part of a label yet."""
        return [piece for piece in self.words if piece.right <= edge and not any(piece is each for each in self.taken)]


def read_piece_line(pieces: Sequence[PagePiece], vocabulary: Vocabulary) -> PieceLine:
    """A line of its pieces, with what it is."""
    end = len(pieces)
    while end and _is_figure(pieces[end - 1], vocabulary):
        end -= 1
    line = PieceLine(list(pieces[:end]), list(pieces[end:]))
    line.kind = _judge_line(line, vocabulary)
    return line


def _is_figure(piece: PagePiece, vocabulary: Vocabulary) -> bool:
    return is_figure_like(piece.text) and not vocabulary.is_row(piece.text)


def _judge_line(line: PieceLine, vocabulary: Vocabulary) -> str:
    """`figures`, `words` for heads and pieces of labels, or `prose`."""
    texts = [piece.text for piece in line.words]
    if any(bare_label(text) in vocabulary.headings for text in texts):
        return "prose"
    if line.figures:
        long = any(len(text) > LONGEST_LABEL or text.endswith("。") for text in texts)
        return "prose" if long else "figures"
    if all(vocabulary.is_piece(text) for text in texts):
        return "words"
    near = all(vocabulary.is_near(text) and not text.endswith(_STOPS) for text in texts)
    return "words" if near and (len(texts) > 1 or len(texts[0]) <= LONGEST_LABEL // 3) else "prose"


def list_stretches(lines: Sequence[PieceLine], vocabulary: Vocabulary) -> Iterator[tuple[int, list[PieceLine]]]:
    """The lines of tables, each from its first head or label to its last line of figures; before how many it begins."""
    stretch: list[PieceLine] = []
    for at, line in enumerate([*lines, PieceLine([], [], "prose")]):
        if line.kind != "prose":
            stretch.append(line)
            continue
        first = next((at for at, each in enumerate(stretch) if _is_material(each, vocabulary)), len(stretch))
        if any(each.kind == "figures" for each in stretch[first:]):
            yield at - len(stretch) + first, stretch[first:]
        stretch = []


def settle_figures(lines: Sequence[PieceLine]) -> None:
    """Makes words again of what is like a figure without a digit (无) and stands in no column of those with one.

    Such signs are pieces of broken labels, too.
    """
    digits = [piece for line in lines for piece in line.figures if _has_digit(piece)]
    for line in lines:
        if line.figures and not any(map(_has_digit, line.figures)):
            loose = not any(piece.overlaps(each.left, each.right) for piece in line.figures for each in digits)
            if digits and loose:
                line.words += line.figures
                line.figures = []
                line.kind = "words"


def _has_digit(piece: PagePiece) -> bool:
    return any(sign.isdigit() for sign in piece.text)


def is_page_number(lines: Sequence[PieceLine]) -> bool:
    """Whether the last line is a figure alone, and apart from the others."""
    last = lines[-1].pieces
    height = last[0].bottom - last[0].top
    apart = len(lines) == 1 or last[0].top - max(piece.bottom for piece in lines[-2].pieces) > height
    return len(last) == 1 and bool(lines[-1].figures) and apart


def _is_material(line: PieceLine, vocabulary: Vocabulary) -> bool:
    return bool(line.figures) or any(vocabulary.is_piece(piece.text) for piece in line.words)


def list_blocks(lines: Sequence[PieceLine]) -> Iterator[tuple[int, int]]:
    """The lines of each block of rows, from its first line of figures; heads above figures begin the next one."""
    stops = [at for at, line in enumerate(lines) if line.figures]
    begin = stops[0]
    for before, after in pairwise(stops):
        edge = min(lines[before].figures[0].left, lines[after].figures[0].left)
        if any(piece.right > edge for line in lines[before + 1 : after] for piece in line.words):
            yield begin, before + 1
            begin = after
    yield begin, stops[-1] + 1
