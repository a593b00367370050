"""Tables of a page that no lines rule: found by the official words, cut by the gaps that all rows of figures share.

A row is a line of figures; its label is what stands on its left, on that line or on lines above and below it, where it
is broken. Which lines belong together, the official labels tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final, NamedTuple

from xltool.published.baseline import Sign
from xltool.published.document import Lattice, TableEntry
from xltool.published.unruled_columns import FigureColumn, find_columns, place_row
from xltool.published.unruled_heads import drop_caption, list_head_words, list_heads
from xltool.published.unruled_labels import find_label, take_blank_rows
from xltool.published.unruled_lines import (
    PieceLine,
    is_page_number,
    list_blocks,
    list_stretches,
    read_piece_line,
    settle_figures,
)
from xltool.published.unruled_pieces import Box, PagePiece, Span, list_pieces, surround
from xltool.published.vocabulary import Vocabulary

FEWEST_HEADS: Final = 2
"""Official heads that make lines at the foot of a page the beginning of a table."""
LONG_HEAD: Final = 6
"""Signs of an official head, such as the caption of a block, that is the beginning of a table alone."""
MOST_OUTER: Final = 2
"""Lines at the head of a page, or at its foot, that are of the page and not of the report."""
SURE_HEADS: Final = 5
"""Official heads above figures that make a table of them, whatever their labels."""


class UnruledTable(NamedTuple):
    """A table, and where it stands on the page."""

    box: Box
    lattice: Lattice
    spans: tuple[Span, ...] = ()
    """Where its last columns of figures stand, or what would be over them; for rows of it on the next page."""
    open: bool = False
    """Whether it is heads alone, at the foot of the page, and its rows may stand on the next one."""
    beside: tuple[Box, ...] = ()
    """Where words stand within it that are no part of it."""


def find_unruled(signs: Sequence[Sign], vocabulary: Vocabulary, before: Sequence[Span] = ()) -> list[UnruledTable]:
    """The tables among the signs of a page that stand in no ruled one.

    `before` are the columns of a table at the foot of the page before, which may go on at the top of this one.
    """
    lines = [read_piece_line(pieces, vocabulary) for pieces in list_pieces(signs)]
    if lines and is_page_number(lines):
        lines.pop()
    found: list[UnruledTable] = []
    for at, stretch in list_stretches(lines, vocabulary):
        settle_figures(stretch)
        table = _build_table(stretch, vocabulary, before if at <= MOST_OUTER and not found else ())
        found += [table] if table else []
    last = _build_heads(lines, vocabulary)
    return [*found, last] if last else found


class _BlockRows(NamedTuple):
    """The rows of a block under the heads above them, and what tells whether they are those of an official table."""

    rows: list[list[tuple[str, str]]]
    columns: list[FigureColumn]
    edge: float
    """Where its figures begin."""
    sure: bool
    """Whether all its labels are official, and no figure is doubtful."""
    proved: bool
    """Whether labels, heads or the length of a row prove that it is of a table."""
    used: list[PagePiece]


def _build_table(lines: Sequence[PieceLine], vocabulary: Vocabulary, before: Sequence[Span]) -> UnruledTable | None:
    """The table of a stretch of lines; None where neither labels nor heads nor the length of a row prove one."""
    blocks: list[_BlockRows] = []
    above = 0
    for begin, end in list_blocks(lines):
        blocks.append(_read_block(lines, (above, begin, end), vocabulary, before))
        above = end
    last = blocks[-1]
    rows = [row for block in blocks for row in block.rows]
    blank = list(take_blank_rows(lines[above:], vocabulary))
    words = list_head_words(lines[above:], last.edge, vocabulary)
    first = min((piece.middle for piece in words), default=inf)
    rows += [place_row(label, (), last.columns if last.sure and at < first else ()) for at, label in blank]
    used = [piece for block in blocks for piece in block.used]
    used += [piece for line in lines[above:] for piece in line.taken]
    if not any(block.proved for block in blocks):
        return None
    box = surround(used)
    words = [piece for line in lines for piece in line.words if not any(piece is each for each in used)]
    # The labels of groups, whose pieces are on lines of any rows.
    used += [piece for piece in words if vocabulary.is_piece(piece.text) and box[1] <= piece.middle <= box[3]]
    beside = tuple(surround([piece]) for piece in words if not vocabulary.is_piece(piece.text))
    spans = tuple((column.left, column.right) for column in last.columns)
    return UnruledTable(surround(used), _build_lattice(rows), spans, beside=beside)


def _read_block(
    lines: Sequence[PieceLine], bounds: tuple[int, int, int], vocabulary: Vocabulary, before: Sequence[Span]
) -> _BlockRows:
    """The rows of a block, and its heads; `bounds` as of `_read_rows`, `before` the columns of the page before."""
    above, begin, end = bounds
    edge = min(piece.left for line in lines[begin:end] for piece in line.figures)
    found = list(_read_rows(lines, bounds, edge, vocabulary))
    named = any(label for label, _ in found)
    blank = [*take_blank_rows(lines[above:begin], vocabulary), *take_blank_rows(lines[begin:end], vocabulary)]
    words = list_head_words(lines[above:begin], edge if named else -inf, vocabulary)
    # Heads stand between the rows of a block and those of one above it that has no figures.
    over_blank = [at for at, _ in blank if any(piece.middle > at for piece in words)]
    first = max(over_blank, default=-inf)
    over, single = list_heads([piece for piece in words if piece.middle > first], vocabulary)
    official = [head for head in drop_caption(single) if vocabulary.is_word(head.text)]
    carried = [] if above or official else [span for span in before if span[1] > edge or not named]
    spans = [(head.left, head.right) for head in official] or carried
    columns, doubt = find_columns([piece for _, line in found for piece in line.figures], spans)
    proved = 1 < len(carried) == len(columns)
    proved = proved or len(official) >= SURE_HEADS or any(vocabulary.is_row(label) for label, _ in found)
    proved = proved or any(not label and len(line.figures) in vocabulary.across for label, line in found)
    told = [(line.figures[0].middle, place_row(label, line.figures, columns, doubt)) for label, line in found]
    sure = all(
        vocabulary.is_row(label) and not any(doubtful for _, doubtful in cells)
        for (label, _), (_, cells) in zip(found, told, strict=True)
    )
    rows = [[(label, "")] for at, label in blank if at <= first]
    rows += [[(head.text, "") for head in level] for level in (over, single) if level]
    told += [(at, place_row(label, (), columns if sure else ())) for at, label in blank if at > first]
    rows += [cells for _, cells in sorted(told)]
    used = [piece for head in (*over, *single) for piece in head.pieces]
    used += [piece for line in lines[above:end] for piece in (*line.figures, *line.taken)]
    return _BlockRows(rows, columns, edge, sure, proved, used)


def _read_rows(
    lines: Sequence[PieceLine], bounds: tuple[int, int, int], edge: float, vocabulary: Vocabulary
) -> Iterator[tuple[str, PieceLine]]:
    """The rows of a block, each with its label, '' where it has none.

    `bounds` are the first line of its heads, that of its rows, and the first behind it.
    """
    above, begin, end = bounds
    before = above - 1
    for at in (at for at in range(begin, end) if lines[at].figures):
        after = next((at + more for more in range(1, len(lines) - at) if lines[at + more].figures), len(lines))
        label = find_label(lines, at, (before + 1, after), edge, vocabulary)
        before = at
        if label or len(lines[at].pieces) > 1:
            yield label, lines[at]


def _build_heads(lines: Sequence[PieceLine], vocabulary: Vocabulary) -> UnruledTable | None:
    """The heads at the foot of a page, whose rows would stand on the next one; None where there are none.

    Rows without figures may stand below them.
    """
    last: list[PieceLine] = []
    for line in reversed(lines):
        if line.kind != "words" or line.taken:
            break
        last.insert(0, line)
    whole = [piece for line in last for piece in line.words]
    blank = list(take_blank_rows(last, vocabulary))
    pieces = [piece for line in last for piece in line.list_free()]
    over, single = list_heads(pieces, vocabulary)
    official = [head for head in (*over, *single) if vocabulary.is_word(head.text)]
    if not official or (len(official) < FEWEST_HEADS and (len(whole) > 1 or len(whole[0].text) < LONG_HEAD)):
        return None
    rows = [[(head.text, "") for head in level] for level in (over, single) if level]
    rows += [[(label, "")] for _, label in blank]
    spans = tuple((head.left, head.right) for head in drop_caption(single))
    return UnruledTable(surround(whole), _build_lattice(rows), spans if len(spans) > 1 else (), open=True)


def _build_lattice(rows: Sequence[Sequence[tuple[str, str]]]) -> Lattice:
    """A table of cells by their text and what is doubtful of them."""
    return Lattice(
        tuple(
            tuple(TableEntry(text, at, column, doubt) for column, (text, doubt) in enumerate(row))
            for at, row in enumerate(rows)
        )
    )
