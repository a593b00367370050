"""The labels of rows that no lines rule, broken over lines or not: official words tell what belongs together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xltool.published.unruled_lines import PieceLine
from xltool.published.unruled_pieces import PagePiece, Span, find_bottom, find_top
from xltool.published.vocabulary import Vocabulary, bare_label

MOST_LABEL_LINES: Final = 4
"""Over how many lines more, above or below its figures, a label may be broken."""
MOST_JOINED: Final = 4
"""Into how many pieces on one line a label may be broken, as where its signs are spread."""


def find_label(
    lines: Sequence[PieceLine], at: int, bounds: tuple[int, int], edge: float, vocabulary: Vocabulary
) -> str:
    """The label of a line of figures, whose words are taken; what stands nearest on it where none is official.

    `bounds` are the lines between the figures above and those below.
    """
    own = lines[at].list_free(edge)
    first, last = max(bounds[0], at - MOST_LABEL_LINES), min(bounds[1], at + MOST_LABEL_LINES + 1)
    middle = lines[at].figures[0].middle
    found = [
        label
        for anchor in _list_anchors(lines[first:last], own, edge)
        if (label := _grow_label(lines[first:last], anchor, edge, middle, vocabulary))
    ]
    # Beside one another stand the label of a row and that of its group, which is on the left.
    best = min(found, key=lambda label: _rank_label([piece for _, piece in label], middle), default=[])
    if best:
        for line, piece in best:
            line.taken.append(piece)
        return "".join(piece.text for _, piece in best)
    lines[at].taken += own[-1:]
    return own[-1].text if own else ""


def _rank_label(pieces: Sequence[PagePiece], middle: float) -> tuple[bool, float]:
    """What is least for the label that stands about the line of the figures, and of several furthest to the right."""
    return _measure_distance(pieces, middle) > 0, -sum(piece.left + piece.right for piece in pieces) / len(pieces)


def _measure_distance(pieces: Sequence[PagePiece], middle: float) -> float:
    """How far a label stands above or below the middle of a line."""
    top, bottom = find_top(pieces), find_bottom(pieces)
    return 0.0 if top <= middle <= bottom else min(abs(top - middle), abs(bottom - middle))


def _list_anchors(lines: Sequence[PieceLine], own: Sequence[PagePiece], edge: float) -> Iterator[Span]:
    """Where a label may stand, from left to right: at what is on the line of the figures, or about it."""
    for count in range(1, min(MOST_JOINED, len(own)) + 1):
        yield own[-count].left, own[-1].right
    others = [piece for line in lines for piece in line.list_free(edge) if not any(piece is each for each in own)]
    yield from sorted({(piece.left, piece.right) for piece in others})


def _grow_label(
    lines: Sequence[PieceLine], anchor: Span, edge: float, middle: float, vocabulary: Vocabulary
) -> list[tuple[PieceLine, PagePiece]]:
    """The words on lines under one another that make an official label about the line of the figures; the nearest."""
    columns = [[(line, piece) for piece in line.list_free(edge) if piece.overlaps(*anchor)] for line in lines]
    found: list[tuple[float, int, int, list[tuple[PieceLine, PagePiece]]]] = []
    for first in range(len(columns)):
        label: list[tuple[PieceLine, PagePiece]] = []
        for last in range(first, len(columns)):
            label = [*label, *columns[last]]
            if not columns[first] or not columns[last]:
                continue
            text = "".join(piece.text for _, piece in label)
            if not vocabulary.is_row(text):
                continue
            exact = bare_label(text) in vocabulary.rows
            pieces = [piece for _, piece in label]
            distance = _measure_distance(pieces, middle)
            if distance <= (pieces[0].bottom - pieces[0].top) / 2:
                found.append((distance, not exact, -len(label) if exact else len(label), label))
    return min(found, key=lambda each: each[:3])[3] if found else []


def take_blank_rows(lines: Sequence[PieceLine], vocabulary: Vocabulary) -> Iterator[tuple[float, str]]:
    """The labels of rows beside which no figures stand, whose words are taken, and where the middle of each is."""
    for at, line in enumerate(lines):
        for piece in line.list_free():
            label = _find_whole_label(lines[at : at + 1 + MOST_LABEL_LINES], piece, vocabulary)
            for each, word in label:
                each.taken.append(word)
            if label:
                pieces = [word for _, word in label]
                yield (find_top(pieces) + find_bottom(pieces)) / 2, "".join(word.text for word in pieces)


def _find_whole_label(
    lines: Sequence[PieceLine], begin: PagePiece, vocabulary: Vocabulary
) -> list[tuple[PieceLine, PagePiece]]:
    """The longest official label that a word begins and those under it go on with; none where there is none."""
    label: list[tuple[PieceLine, PagePiece]] = []
    found: list[tuple[PieceLine, PagePiece]] = []
    for line in lines:
        label += [
            (line, each)
            for each in line.list_free()
            if each.overlaps(begin.left, begin.right) and each.top >= begin.top
        ]
        if bare_label("".join(each.text for _, each in label)) in vocabulary.rows:
            found = [*label]
    return found
