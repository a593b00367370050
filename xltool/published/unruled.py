"""Tables of a page that no lines rule: found by the official words, cut by the gaps that all rows of figures share.

A row is a line of figures; its label is what stands on its left, on that line or on lines above and below it, where it
is broken. Which lines belong together, the official labels tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple, TypeAlias

from xltool.forms.number import is_figure_like
from xltool.published.baseline import Sign, list_lines, read_signs, turn_signs
from xltool.published.document import Lattice, TableEntry
from xltool.published.vocabulary import LONGEST_LABEL, Vocabulary, bare_label

APART: Final = 0.35
"""The share of a sign's size from which on a gap stands between two cells; between signs of one it is smaller."""
MOST_LABEL_LINES: Final = 4
"""Over how many lines more, above or below its figures, a label may be broken."""
FEWEST_HEADS: Final = 2
"""Official heads that make lines at the foot of a page the beginning of a table."""
LONG_HEAD: Final = 6
"""Signs of an official head, such as the caption of a block, that is the beginning of a table alone."""
MOST_OUTER: Final = 2
"""Lines at the head of a page, or at its foot, that are of the page and not of the report."""
SURE_HEADS: Final = 5
"""Official heads above figures that make a table of them, whatever their labels."""
MOST_JOINED: Final = 4
"""Into how many pieces on one line a label may be broken, as where its signs are spread."""
MIXED: Final = "有的数断开了，分不清各在哪一栏"
"""Why the figures of a row are not read some of which stand in one column, while another is blank."""
_STOPS: Final = ("。", "；", "，", "：")


Span: TypeAlias = tuple[float, float]
"""The left and the right edge of a column, in points."""


Box: TypeAlias = tuple[float, float, float, float]
"""The edges on the left, at the top, on the right and at the bottom, in points from the upper left corner."""


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


class _Piece(NamedTuple):
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


@dataclass(eq=False)
class _Line:
    """The pieces of a line of a page, those of figures at its end apart from the words before them."""

    words: list[_Piece]
    figures: list[_Piece]
    kind: str = ""
    taken: list[_Piece] = field(default_factory=list)
    """The words that are part of a label."""

    @property
    def pieces(self) -> list[_Piece]:
        return [*self.words, *self.figures]

    def list_free(self, edge: float = inf) -> list[_Piece]:
        """The words on the left of an edge that are no part of a label yet."""
        return [piece for piece in self.words if piece.right <= edge and not any(piece is each for each in self.taken)]


def find_unruled(signs: Sequence[Sign], vocabulary: Vocabulary, before: Sequence[Span] = ()) -> list[UnruledTable]:
    """The tables among the signs of a page that stand in no ruled one.

    `before` are the columns of a table at the foot of the page before, which may go on at the top of this one.
    """
    lines = [_read_line(pieces, vocabulary) for pieces in _list_pieces(signs)]
    if lines and _is_page_number(lines):
        lines.pop()
    found: list[UnruledTable] = []
    for at, stretch in _list_stretches(lines, vocabulary):
        _settle_figures(stretch)
        table = _build_table(stretch, vocabulary, before if at <= MOST_OUTER and not found else ())
        found += [table] if table else []
    last = _build_heads(lines, vocabulary)
    return [*found, last] if last else found


# ---------------------------------------------------------------- pieces


def _list_pieces(signs: Sequence[Sign]) -> list[list[_Piece]]:
    """The pieces of each line of a page; those of turned text stand on the line where they end, as heads do."""
    lines = [[piece for run in _split_line(line) for piece in [_make_piece(run, run)]] for line in list_lines(signs)]
    turned = [sign for sign in signs if not sign["upright"] and sign["text"].strip()]
    for line in list_lines(turn_signs(turned)):
        for run in _split_line(line):
            piece = _make_piece(run, [sign["turned"] for sign in run])
            lines.append([piece])
    return _merge_lines(lines)


def _merge_lines(lines: list[list[_Piece]]) -> list[list[_Piece]]:
    """The lines from the top to the bottom, pieces of which one is as high as several lines beside the others of it."""
    merged: list[list[_Piece]] = []
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


def _make_piece(run: Sequence[Sign], placed: Sequence[Sign]) -> _Piece:
    return _Piece(
        read_signs(run),
        min(sign["x0"] for sign in placed),
        max(sign["x1"] for sign in placed),
        min(sign["top"] for sign in placed),
        max(sign["bottom"] for sign in placed),
    )


def _read_line(pieces: Sequence[_Piece], vocabulary: Vocabulary) -> _Line:
    end = len(pieces)
    while end and _is_figure(pieces[end - 1], vocabulary):
        end -= 1
    line = _Line(list(pieces[:end]), list(pieces[end:]))
    line.kind = _judge_line(line, vocabulary)
    return line


def _is_figure(piece: _Piece, vocabulary: Vocabulary) -> bool:
    return is_figure_like(piece.text) and not vocabulary.is_row(piece.text)


# ---------------------------------------------------------------- which lines are of a table


def _judge_line(line: _Line, vocabulary: Vocabulary) -> str:
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


def _list_stretches(lines: Sequence[_Line], vocabulary: Vocabulary) -> Iterator[tuple[int, list[_Line]]]:
    """The lines of tables, each from its first head or label to its last line of figures; before how many it begins."""
    stretch: list[_Line] = []
    for at, line in enumerate([*lines, _Line([], [], "prose")]):
        if line.kind != "prose":
            stretch.append(line)
            continue
        first = next((at for at, each in enumerate(stretch) if _is_material(each, vocabulary)), len(stretch))
        if any(each.kind == "figures" for each in stretch[first:]):
            yield at - len(stretch) + first, stretch[first:]
        stretch = []


def _settle_figures(lines: Sequence[_Line]) -> None:
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


def _has_digit(piece: _Piece) -> bool:
    return any(sign.isdigit() for sign in piece.text)


def _is_page_number(lines: Sequence[_Line]) -> bool:
    """Whether the last line is a figure alone, and apart from the others."""
    last = lines[-1].pieces
    height = last[0].bottom - last[0].top
    apart = len(lines) == 1 or last[0].top - max(piece.bottom for piece in lines[-2].pieces) > height
    return len(last) == 1 and bool(lines[-1].figures) and apart


def _is_material(line: _Line, vocabulary: Vocabulary) -> bool:
    return bool(line.figures) or any(vocabulary.is_piece(piece.text) for piece in line.words)


# ---------------------------------------------------------------- columns and rows


def _build_table(lines: Sequence[_Line], vocabulary: Vocabulary, before: Sequence[Span]) -> UnruledTable | None:
    """The table of a stretch of lines; None where neither labels nor heads nor the length of a row prove one."""
    rows: list[list[tuple[str, str]]] = []
    proved = False
    used: list[_Piece] = []
    above = 0
    columns: list[_Column] = []
    edge, sure = inf, False
    for begin, end in _list_blocks(lines):
        edge = min(piece.left for line in lines[begin:end] for piece in line.figures)
        found = list(_read_rows(lines, (above, begin, end), edge, vocabulary))
        named = any(label for label, _ in found)
        blank = [*_take_blank_rows(lines[above:begin], vocabulary), *_take_blank_rows(lines[begin:end], vocabulary)]
        words = _list_head_words(lines[above:begin], edge if named else -inf, vocabulary)
        # Heads stand between the rows of a block and those of one above it that has no figures.
        over_blank = [at for at, _ in blank if any(piece.middle > at for piece in words)]
        first = max(over_blank, default=-inf)
        over, single = _list_heads([piece for piece in words if piece.middle > first], vocabulary)
        official = [head for head in _drop_caption(single) if vocabulary.is_word(head.text)]
        carried = [] if above or official else [span for span in before if span[1] > edge or not named]
        spans = [(head.left, head.right) for head in official] or carried
        columns, doubt = _find_columns([piece for _, line in found for piece in line.figures], spans)
        proved = proved or 1 < len(carried) == len(columns)
        proved = proved or len(official) >= SURE_HEADS or any(vocabulary.is_row(label) for label, _ in found)
        proved = proved or any(not label and len(line.figures) in vocabulary.across for label, line in found)
        told = [(line.figures[0].middle, _place_row(label, line.figures, columns, doubt)) for label, line in found]
        sure = all(
            vocabulary.is_row(label) and not any(doubtful for _, doubtful in cells)
            for (label, _), (_, cells) in zip(found, told, strict=True)
        )
        rows += [[(label, "")] for at, label in blank if at <= first]
        rows += [[(head.text, "") for head in level] for level in (over, single) if level]
        told += [(at, _place_row(label, (), columns if sure else ())) for at, label in blank if at > first]
        rows += [cells for _, cells in sorted(told)]
        used += [piece for head in (*over, *single) for piece in head.pieces]
        used += [piece for line in lines[above:end] for piece in (*line.figures, *line.taken)]
        above = end
    blank = list(_take_blank_rows(lines[above:], vocabulary))
    words = _list_head_words(lines[above:], edge, vocabulary)
    first = min((piece.middle for piece in words), default=inf)
    rows += [_place_row(label, (), columns if sure and at < first else ()) for at, label in blank]
    used += [piece for line in lines[above:] for piece in line.taken]
    if not proved:
        return None
    box = _surround(used)
    words = [piece for line in lines for piece in line.words if not any(piece is each for each in used)]
    # The labels of groups, whose pieces are on lines of any rows.
    used += [piece for piece in words if vocabulary.is_piece(piece.text) and box[1] <= piece.middle <= box[3]]
    beside = tuple(_surround([piece]) for piece in words if not vocabulary.is_piece(piece.text))
    return UnruledTable(
        _surround(used), _build_lattice(rows), tuple((column.left, column.right) for column in columns), beside=beside
    )


def _read_rows(
    lines: Sequence[_Line], bounds: tuple[int, int, int], edge: float, vocabulary: Vocabulary
) -> Iterator[tuple[str, _Line]]:
    """The rows of a block, each with its label, '' where it has none.

    `bounds` are the first line of its heads, that of its rows, and the first behind it.
    """
    above, begin, end = bounds
    before = above - 1
    for at in (at for at in range(begin, end) if lines[at].figures):
        after = next((at + more for more in range(1, len(lines) - at) if lines[at + more].figures), len(lines))
        label = _find_label(lines, at, (before + 1, after), edge, vocabulary)
        before = at
        if label or len(lines[at].pieces) > 1:
            yield label, lines[at]


def _list_head_words(lines: Sequence[_Line], edge: float, vocabulary: Vocabulary) -> list[_Piece]:
    """The words above the figures of a block, and a caption above them, wherever it is."""
    return [
        piece
        for line in lines
        for piece in line.list_free()
        if piece.right > edge or (len(line.words) == 1 and vocabulary.is_word(piece.text))
    ]


def _take_blank_rows(lines: Sequence[_Line], vocabulary: Vocabulary) -> Iterator[tuple[float, str]]:
    """The labels of rows beside which no figures stand, whose words are taken, and where the middle of each is."""
    for at, line in enumerate(lines):
        for piece in line.list_free():
            label = _find_whole_label(lines[at : at + 1 + MOST_LABEL_LINES], piece, vocabulary)
            for each, word in label:
                each.taken.append(word)
            if label:
                pieces = [word for _, word in label]
                yield (_find_top(pieces) + _find_bottom(pieces)) / 2, "".join(word.text for word in pieces)


def _find_whole_label(lines: Sequence[_Line], begin: _Piece, vocabulary: Vocabulary) -> list[tuple[_Line, _Piece]]:
    """The longest official label that a word begins and those under it go on with; none where there is none."""
    label: list[tuple[_Line, _Piece]] = []
    found: list[tuple[_Line, _Piece]] = []
    for line in lines:
        label += [
            (line, each)
            for each in line.list_free()
            if each.overlaps(begin.left, begin.right) and each.top >= begin.top
        ]
        if bare_label("".join(each.text for _, each in label)) in vocabulary.rows:
            found = [*label]
    return found


def _build_heads(lines: Sequence[_Line], vocabulary: Vocabulary) -> UnruledTable | None:
    """The heads at the foot of a page, whose rows would stand on the next one; None where there are none.

    Rows without figures may stand below them.
    """
    last: list[_Line] = []
    for line in reversed(lines):
        if line.kind != "words" or line.taken:
            break
        last.insert(0, line)
    whole = [piece for line in last for piece in line.words]
    blank = list(_take_blank_rows(last, vocabulary))
    pieces = [piece for line in last for piece in line.list_free()]
    over, single = _list_heads(pieces, vocabulary)
    official = [head for head in (*over, *single) if vocabulary.is_word(head.text)]
    if not official or (len(official) < FEWEST_HEADS and (len(whole) > 1 or len(whole[0].text) < LONG_HEAD)):
        return None
    rows = [[(head.text, "") for head in level] for level in (over, single) if level]
    rows += [[(label, "")] for _, label in blank]
    spans = tuple((head.left, head.right) for head in _drop_caption(single))
    return UnruledTable(_surround(whole), _build_lattice(rows), spans if len(spans) > 1 else (), open=True)


def _surround(pieces: Sequence[_Piece]) -> Box:
    """The box about pieces."""
    return (
        min(piece.left for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
    )


def _build_lattice(rows: Sequence[Sequence[tuple[str, str]]]) -> Lattice:
    """A table of cells by their text and what is doubtful of them."""
    return Lattice(
        tuple(
            tuple(TableEntry(text, at, column, doubt) for column, (text, doubt) in enumerate(row))
            for at, row in enumerate(rows)
        )
    )


def _list_blocks(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """The lines of each block of rows, from its first line of figures; heads above figures begin the next one."""
    stops = [at for at, line in enumerate(lines) if line.figures]
    begin = stops[0]
    for before, after in pairwise(stops):
        edge = min(lines[before].figures[0].left, lines[after].figures[0].left)
        if any(piece.right > edge for line in lines[before + 1 : after] for piece in line.words):
            yield begin, before + 1
            begin = after
    yield begin, stops[-1] + 1


class _Column(NamedTuple):
    """Where a column of figures stands, and how many heads of single columns are over it; 0 where none are read."""

    left: float
    right: float
    heads: int = 0


def _find_columns(figures: Sequence[_Piece], heads: Sequence[Span]) -> tuple[list[_Column], str]:
    """The columns of figures, and why they are doubtful; '' where they are not.

    A column is what lies between the gaps that all rows share, and what is under a head without any figure. The heads
    are where they stand, or the columns of the same table on the page before.
    """
    columns: list[_Column] = []
    for piece in sorted(figures, key=lambda piece: piece.left):
        if columns and piece.left < columns[-1].right:
            columns[-1] = columns[-1]._replace(right=max(columns[-1].right, piece.right))
        else:
            columns.append(_Column(piece.left, piece.right))
    under = [
        [at for at, each in enumerate(columns) if left < each.right and each.left < right] for left, right in heads
    ]
    if any(len(each) > 1 for each in under):
        return columns, MIXED
    columns = [column._replace(heads=sum(at in each for each in under)) for at, column in enumerate(columns)]
    if all(column.heads for column in columns):
        columns += [_Column(*span, 1) for span, each in zip(heads, under, strict=True) if not each]
    return sorted(columns), ""


def _place_row(
    label: str, figures: Sequence[_Piece], columns: Sequence[_Column], doubt: str = ""
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


# ---------------------------------------------------------------- labels


def _find_label(lines: Sequence[_Line], at: int, bounds: tuple[int, int], edge: float, vocabulary: Vocabulary) -> str:
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


def _rank_label(pieces: Sequence[_Piece], middle: float) -> tuple[bool, float]:
    """What is least for the label that stands about the line of the figures, and of several furthest to the right."""
    return _measure_distance(pieces, middle) > 0, -sum(piece.left + piece.right for piece in pieces) / len(pieces)


def _measure_distance(pieces: Sequence[_Piece], middle: float) -> float:
    """How far a label stands above or below the middle of a line."""
    top, bottom = _find_top(pieces), _find_bottom(pieces)
    return 0.0 if top <= middle <= bottom else min(abs(top - middle), abs(bottom - middle))


def _list_anchors(lines: Sequence[_Line], own: Sequence[_Piece], edge: float) -> Iterator[Span]:
    """Where a label may stand, from left to right: at what is on the line of the figures, or about it."""
    for count in range(1, min(MOST_JOINED, len(own)) + 1):
        yield own[-count].left, own[-1].right
    others = [piece for line in lines for piece in line.list_free(edge) if not any(piece is each for each in own)]
    yield from sorted({(piece.left, piece.right) for piece in others})


def _grow_label(
    lines: Sequence[_Line], anchor: Span, edge: float, middle: float, vocabulary: Vocabulary
) -> list[tuple[_Line, _Piece]]:
    """The words on lines under one another that make an official label about the line of the figures; the nearest."""
    columns = [[(line, piece) for piece in line.list_free(edge) if piece.overlaps(*anchor)] for line in lines]
    found: list[tuple[float, int, int, list[tuple[_Line, _Piece]]]] = []
    for first in range(len(columns)):
        label: list[tuple[_Line, _Piece]] = []
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


def _find_top(pieces: Sequence[_Piece]) -> float:
    return min(piece.top for piece in pieces)


def _find_bottom(pieces: Sequence[_Piece]) -> float:
    return max(piece.bottom for piece in pieces)


# ---------------------------------------------------------------- heads


class _Head(NamedTuple):
    """A head above figures, in pieces under one another."""

    pieces: tuple[_Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> float:
        return min(piece.left for piece in self.pieces)

    @property
    def right(self) -> float:
        return max(piece.right for piece in self.pieces)


def _list_heads(pieces: Sequence[_Piece], vocabulary: Vocabulary) -> tuple[list[_Head], list[_Head]]:
    """The heads above figures: those over others, and those of one column each, from left to right.

    Pieces under one another that make an official word are one head.
    """
    chains: list[list[_Piece]] = []
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
    heads = [_Head(tuple(chain)) for chain in chains]
    over = [head for head in heads if any(_stands_over(head, other) for other in heads)]
    single = [head for head in heads if not any(head is each for each in over)]
    return over, sorted(single, key=lambda head: head.left)


def _drop_caption(heads: Sequence[_Head]) -> list[_Head]:
    """The heads of columns without the one that stands above all others, beside none."""
    first = min(heads, key=lambda head: head.pieces[-1].bottom, default=None)
    return [
        head for head in heads if head is not first or not all(_is_below(first, h) for h in heads if h is not first)
    ]


def _is_below(head: _Head, other: _Head) -> bool:
    return other.pieces[0].top >= head.pieces[-1].middle


def _stands_over(head: _Head, other: _Head) -> bool:
    """Whether a head stands over another one, of one column or of several."""
    return _is_below(head, other) and head.left < other.right and other.left < head.right
