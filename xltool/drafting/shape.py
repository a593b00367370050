"""What the printed cells of a table are: heads, labels, words beside them, numbers of columns, cells to fill in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from xltool.drafting.squares import Square, SquareTable
from xltool.drafting.words import load_terms, read_label
from xltool.forms.mosaic import ON_FROM_ABOVE, ON_FROM_LEFT

MOST_STACKS: Final = 4
_LINE_WORD: Final = re.compile(
    r"[甲乙丙丁戊己庚辛壬癸子丑寅卯]|[A-Z]?[0-9]{1,3}|[（(][0-9]{1,3}[）)]|栏\s*次|序\s*号|行\s*次|编\s*号|栏\s*号"
)
_SERIAL_HEAD: Final = re.compile(r"序号|行次|编号|栏次|行号")
_SERIAL: Final = re.compile(
    r"[0-9]{1,3}|[0-9]{1,2}(?:[.．][0-9]{1,2}){1,6}|[一二三四五六七八九十]{1,3}|[（(][0-9一二三四五六七八九十]{1,3}[）)]"
)
_GOES_ON: Final = re.compile(r"[…⋯.·]+")
"""What stands in place of a number where lines go on: ……"""
_CODE: Final = re.compile(r"[A-Z]?[0-9]{1,4}|[（(][0-9]{1,3}[）)]")


_Parts: TypeAlias = tuple[list[int], list[int], list[int], list[int]]
"""Columns of words before the labels, of labels, of words behind them, and of figures."""


@dataclass(frozen=True)
class ColumnShape:
    """A column of figures: the printed cells of the head above it, the outermost first."""

    at: int
    path: tuple[Square, ...]

    @property
    def label(self) -> str:
        return self.path[-1].text if self.path else ""


@dataclass(frozen=True)
class RowShape:
    """A line of a block: its labels, the outermost first, what is printed beside them, and where it has no cell."""

    at: int
    path: tuple[Square, ...]
    printed: tuple[str, ...]
    absent: dict[int, str]
    open: tuple[Square, ...]
    doubt: str = ""

    @property
    def label(self) -> str:
        return self.path[-1].text if self.path else ""


@dataclass(frozen=True)
class BlockShape:
    """A rectangle of figures as a definition says it; `bottom` is the row below its last one."""

    top: int
    bottom: int
    caption: str
    corner: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    columns: tuple[ColumnShape, ...]
    rows: tuple[RowShape, ...]
    headless: bool
    unlabelled: bool
    abreast: int
    spans: tuple[int, ...]

    def list_fills(self, at: int) -> dict[int, Square]:
        """The printed cells of a row that are to be filled in, by the number of their column."""
        row = self.rows[at]
        return dict(
            zip((place for place in range(len(self.columns)) if place not in row.absent), row.open, strict=False)
        )


def recognise_blocks(table: SquareTable) -> tuple[BlockShape, ...]:
    """The blocks of a table, from its top to its bottom; none where nothing in it is to be filled in."""
    found: list[BlockShape] = []
    row = 0
    while row < table.rows:
        block = _read_grid(table, row) if _opens_grid(table, row) else _read_card(table, row)
        found.append(block)
        row = block.bottom
    return tuple(found) if any(_has_cells(block) for block in found) else ()


def _has_cells(block: BlockShape) -> bool:
    return any(len(row.absent) < len(block.columns) for row in block.rows)


# ---------------------------------------------------------------- heads


def _is_head_row(table: SquareTable, row: int) -> bool:
    """Whether a row says what stands below: texts in all of its cells, but perhaps the first."""
    line = table.list_row(row)
    told = [square for square in line if not square.open]
    if row == 0 and _has_gaps(table, line, told):
        return True
    return (
        row + 1 < table.rows
        and len(line) > 1
        and all(not square.open or (square.column == 0 and square.blank) for square in line)
        and sum(not square.crossed and not _is_number(square) for square in told) >= (1 if len(line) > len(told) else 2)
    )


def _has_gaps(table: SquareTable, line: Sequence[Square], told: Sequence[Square]) -> bool:
    """Whether a table's first row heads columns, though of one in four, or of one alone, nothing says what it is."""
    blanks = [square for square in line if square.blank]
    bottom = max(square.row + square.height for square in line)
    if len(line) < _FEWEST_GAPPED or bottom >= table.rows or len(told) + len(blanks) < len(line):
        return False
    below = table.list_row(bottom)
    return 0 < len(blanks) <= max(1, len(line) // 4) and sum(square.open for square in below) * 2 > len(below)


_FEWEST_GAPPED: Final = 5


def _is_number(square: Square) -> bool:
    return re.fullmatch(r"[0-9.,，%]+", square.text.strip()) is not None


def _is_caption(table: SquareTable, row: int) -> bool:
    """Whether a row is one text over the whole width, with heads below it."""
    [*line] = table.list_row(row)
    return (
        len(line) == 1
        and line[0].height == 1
        and not line[0].open
        and row + 1 < table.rows
        and _is_head_row(table, row + 1)
    )


def _opens_grid(table: SquareTable, row: int) -> bool:
    """Whether heads begin at a row that have something below them; heads at a table's end are read as a card."""
    captioned = _is_caption(table, row)
    heads = row + 1 if captioned else row
    return (captioned or _is_head_row(table, row)) and heads < table.rows and _find_bottom(table, heads) < table.rows


def _is_line(table: SquareTable, row: int, figures_from: int = 1) -> bool:
    """Whether a row below heads numbers the columns or tells their units."""
    line = [square for square in table.list_row(row) if square.row == row]
    is_unit = load_terms().is_unit
    told = [square for square in line if not square.blank]
    return (
        bool(told)
        and all(square.crossed or _LINE_WORD.fullmatch(square.text.strip()) or is_unit(square.text) for square in told)
        and any(square.column >= figures_from for square in told)
    )


def _find_bottom(table: SquareTable, top: int) -> int:
    """The row below the heads that begin at a row."""
    line = table.list_row(top)
    bottom = max(square.row + square.height for square in line[1:] or line)  # the corner may go on beside lines
    while bottom < table.rows - 1:
        above = [square for square in table.list_row(bottom - 1) if square.width > 1]
        below = [square for square in table.list_row(bottom) if square.row == bottom]
        parted = [
            square
            for square in above
            if any(
                square.column <= each.column < square.column + square.width and each.width < square.width
                for each in below
            )
        ]
        if not parted or any(square.open for square in below) or not _is_head_row(table, bottom):
            break
        if all(_is_line_word(square) for square in below):
            break
        bottom = max(square.row + square.height for square in below)
    return bottom


def _is_line_word(square: Square) -> bool:
    return _LINE_WORD.fullmatch(square.text.strip()) is not None


# ---------------------------------------------------------------- tables with heads


def _read_grid(table: SquareTable, top: int) -> BlockShape:
    width = table.columns
    heads = top
    caption = ""
    if _is_caption(table, top):
        labelled = _guess_labelled(table, top + 1)
        if labelled:
            caption, heads = table.at[top, 0].text, top + 1
    below_heads = _find_bottom(table, heads)
    if heads == top and len(table.list_row(top)) == 1:  # one head over all figures
        below_heads = _find_bottom(table, top + 1)
    bottom = below_heads
    while bottom < table.rows - 1 and _is_line(table, bottom):
        bottom += 1
    end = bottom + 1
    while end < table.rows and not _begins_block(table, end, bottom):
        end += 1
    columns = _list_columns(table, heads, end)
    rows = range(bottom, end)
    stacks = _count_stacks(table, columns, heads, rows)
    each = len(columns) // stacks
    kinds = _judge_columns(table, columns[:each] if stacks > 1 else columns, rows)
    before, labels, after, figures = _part_columns(table, columns[:each], kinds, heads, rows)
    shapes = tuple(ColumnShape(column, _list_path(table, column, heads, below_heads)) for column in figures)
    corner = _list_corner(table, labels, heads)
    lines = tuple(
        tuple(
            _say(table, row, column)
            for column in (*before, *labels[: max(1, len(corner)) if labels else 0], *after, *figures)
        )
        for row in range(below_heads, bottom)
    )
    found = []
    for stack in range(stacks):
        shift = {column: columns[stack * each + at] for at, column in enumerate(columns[:each])}
        found += [_read_row(table, row, (before, labels, after, figures), shift) for row in rows]
    found = _mark_headings(found, len(before), len(after), figures)
    spans = _list_spans(columns, width)
    return BlockShape(
        top,
        end,
        caption,
        corner,
        tuple(table.at[heads, column].text for column in before),
        tuple(table.at[heads, column].text for column in after),
        lines,
        shapes,
        tuple(found),
        headless=False,
        unlabelled=not labels,
        abreast=stacks,
        spans=spans,
    )


def _guess_labelled(table: SquareTable, heads: int) -> bool:
    """Whether a column of labels stands beside the figures below some heads."""
    bottom = _find_bottom(table, heads)
    return bottom < table.rows and any(
        not square.open and not square.crossed for square in table.list_row(bottom) if square.column == 0
    )


def _begins_block(table: SquareTable, row: int, first: int) -> bool:
    """Whether other heads begin at a row below the first one of figures."""
    if any(square.row < row for square in table.list_row(row)):
        return False
    if _is_caption(table, row):
        return True
    line = [square for square in table.list_row(row) if square.column > 0]
    return (
        row > first
        and _is_head_row(table, row)
        and sum(not square.crossed and not _is_number(square) for square in line) == len(line)
        and any(square.open for square in table.list_row(row + 1))
    )


def _list_columns(table: SquareTable, top: int, bottom: int) -> list[int]:
    """The columns in which a cell of some rows begins."""
    return sorted({square.column for row in range(top, bottom) for square in table.list_row(row)})


def _list_spans(columns: Sequence[int], width: int) -> tuple[int, ...]:
    """How many columns of the table each printed column takes; nothing where it is one, but for the last."""
    spans = [right - left for left, right in zip(columns, [*columns[1:], width], strict=True)]
    return () if all(span == 1 for span in spans[:-1]) else tuple(spans)


def _count_stacks(table: SquareTable, columns: Sequence[int], heads: int, rows: range) -> int:
    """How many times the heads stand side by side, with labels and figures below each."""
    texts = [table.at[heads, column].text for column in columns]
    for stacks in range(2, MOST_STACKS + 1):
        each = len(columns) // stacks
        if (
            each > 1
            and len(columns) == each * stacks
            and texts == texts[:each] * stacks
            and len(set(texts[:each])) == each
        ):
            again = [table.at[row, columns[each]] for row in rows]
            if sum(not square.open for square in again) * 2 > len(again):
                return stacks
    return 1


def _judge_columns(table: SquareTable, columns: Sequence[int], rows: range) -> dict[int, bool]:
    """Of each column whether it holds words, and no figures."""
    found = {}
    for column in columns:
        own = [
            table.at[row, column]
            for row in rows
            if table.at[row, column].row == row and table.at[row, column].column == column
        ]
        words = sum(not square.open and not square.crossed for square in own)
        blanks = sum(square.open for square in own)
        found[column] = words > blanks or (bool(own) and not blanks)
    return found


def _part_columns(
    table: SquareTable, columns: Sequence[int], words: dict[int, bool], heads: int, rows: range
) -> _Parts:
    """Columns of words before the labels, of labels, of words behind them, and of figures."""
    first = next((at for at, column in enumerate(columns) if not words[column]), len(columns))
    left = list(columns[:first])
    serial = [column for column in left if _is_serial(table, column, heads, rows)]
    if serial == left:
        before, rest = left, []
    else:
        before = []
        rest = list(left)
        while rest and rest[0] in serial and not _is_joined(table, rest[0], rows):
            before.append(rest.pop(0))
    labels: list[int] = []
    while rest:
        labels.append(rest.pop(0))
        if not (rest and _is_grouped(table, labels, rest[0], rows)):
            break
    return before, labels, rest, list(columns[first:])


def _is_serial(table: SquareTable, column: int, heads: int, rows: range) -> bool:
    """Whether a column numbers its rows, or holds units or codes and no names."""
    texts = [table.at[row, column].text.strip() for row in rows]
    told = [text for text in texts if text]
    numbers = [text for text in told if not _GOES_ON.fullmatch(text)]
    numbered = bool(numbers) and all(_SERIAL.fullmatch(text) or _CODE.fullmatch(text) for text in numbers)
    head = re.sub(r"\s+", "", table.at[heads, column].text)
    return bool(told) and numbered and (_SERIAL_HEAD.search(head) is not None or len(told) > 1 or not head)


def _is_joined(table: SquareTable, column: int, rows: range) -> bool:
    """Whether a cell of a column goes on over the next one in any row."""
    return any(
        table.at[row, column].width > 1 and not table.at[row, column].blank
        for row in rows
        if table.at[row, column].column == column
    )


def _is_grouped(table: SquareTable, labels: Sequence[int], following: int, rows: range) -> bool:
    """Whether the last column of labels groups rows, or goes on over the next column, so that this holds labels too."""
    last = labels[-1]
    own = [table.at[row, last] for row in rows]
    grouped = any(square.height > 1 and not square.open for square in own)
    over = any(table.at[row, following].column <= last and not table.at[row, last].open for row in rows)
    apart = sum(table.at[row, following].column == following and not table.at[row, following].open for row in rows)
    whole = all(
        square.width > following - square.column + 1 for row, square in zip(rows, own, strict=True)
        if table.at[row, following].column <= last
    )  # fmt: skip
    return grouped or (over and apart > 0 and not whole)


def _list_path(table: SquareTable, column: int, top: int, bottom: int) -> tuple[Square, ...]:
    return tuple(dict.fromkeys(table.at[row, column] for row in range(top, bottom)))


def _list_corner(table: SquareTable, labels: Sequence[int], heads: int) -> tuple[str, ...]:
    found = list(dict.fromkeys(table.at[heads, column] for column in labels))
    return (
        tuple(square.text for square in found)
        if len(found) in {1, len(labels)}
        else tuple(table.at[heads, c].text for c in labels)
    )


def _say(table: SquareTable, row: int, column: int) -> str:
    square = table.at[row, column]
    if square.row < row:
        return ON_FROM_ABOVE
    return ON_FROM_LEFT if square.column < column else _guard(square.text)


def _guard(text: str) -> str:
    """A printed text, which is no mark."""
    return "" if not text.strip() else text


def _read_row(table: SquareTable, row: int, parts: _Parts, shift: dict[int, int]) -> RowShape:
    before, labels, after, figures = parts
    path = tuple(dict.fromkeys(table.at[row, shift[column]] for column in labels))
    printed = tuple(_say(table, row, shift[column]) for column in (*before, *after))
    absent: dict[int, str] = {}
    found = []
    for at, column in enumerate(figures):
        square = table.at[row, shift[column]]
        if (square.row, square.column) == (row, shift[column]) and square.open:
            found.append(square)
        else:
            absent[at] = _say(table, row, shift[column])
    return RowShape(row, path, printed, absent, tuple(found))


_COLONS: Final = ("：", ":")
_DASHES: Final = " \u3000-—–－―…/／×*＊"
"""What stands where there is nothing to say."""


def _mark_headings(rows: list[RowShape], before: int, after: int, figures: Sequence[int]) -> list[RowShape]:
    """The rows; a line without the unit, the code or the number that the others have only heads others."""
    found = []
    beside = [[place for place in range(after) if _is_told(rows, before + place)], [], []]
    is_unit = load_terms().is_unit
    beside[1] = [
        place for place in beside[0] if sum(is_unit(row.printed[before + place]) for row in rows) * 2 > len(rows)
    ]
    beside[2] = [place for place in range(before) if _is_told(rows, place)]
    for at, row in enumerate(rows):
        label = read_label(row.label)
        following = read_label(rows[at + 1].label) if at + 1 < len(rows) else None
        empty = bool(row.open) and bool(row.label.strip()) and all(square.blank for square in row.open)
        empty = empty and not label.is_total
        without = [not row.printed[place].strip(_DASHES) for place in range(before + after)]
        dashed = any(text.strip() for text in row.printed[before:])
        bare = bool(beside[0]) and all(without[before:]) and (not dashed or _heads_others(rows, at))
        unitless = bool(beside[1]) and all(without[before + place] for place in beside[1]) and _heads_others(rows, at)
        totalled = label.words.endswith(_COLONS) and any(_is_totalled(rows, place) for place in range(len(rows)))
        unnumbered = bool(beside[2]) and all(without[:before]) and label.numbering.level == 1
        if empty and (bare or unitless or unnumbered or totalled):
            places = {place: "" for place in range(len(figures)) if place not in row.absent}
            doubt = "按只是标题、没有数可填起草" if totalled else ""
            found.append(RowShape(row.at, row.path, row.printed, {**row.absent, **places}, (), doubt))
        elif (
            row.open
            and following is not None
            and label.numbering.level
            and following.numbering.level > label.numbering.level
            and re.search(r"(?:情况|[：:])$", row.label.strip())
        ):
            doubt = '这一行也许只是下面各行的标题，没有数可填；是就写 absent = ""'
            found.append(RowShape(row.at, row.path, row.printed, row.absent, row.open, doubt))
        else:
            found.append(row)
    return found


def _is_totalled(rows: Sequence[RowShape], at: int) -> bool:
    """Whether 流动资产： stands over lines of which a later one is 流动资产合计."""
    words = read_label(rows[at].label).words
    labels = [read_label(row.label) for row in rows[at + 1 :]]
    return words.endswith(_COLONS) and any(
        each.words.startswith(words.rstrip("：:")) and each.says_total for each in labels
    )


def _is_told(rows: Sequence[RowShape], place: int) -> bool:
    """Whether most rows have something to say in a printed column."""
    return sum(bool(row.printed[place].strip(_DASHES)) for row in rows) * 2 > len(rows)


def _heads_others(rows: Sequence[RowShape], at: int) -> bool:
    """Whether a row is numbered, and the line below it deeper or not at all."""
    level = read_label(rows[at].label).numbering.level
    below = read_label(rows[at + 1].label).numbering.level if at + 1 < len(rows) else level
    return level > 0 and (below == 0 or below > level)


# ---------------------------------------------------------------- cards


def _read_card(table: SquareTable, top: int) -> BlockShape:
    """Lines of labels with a place to fill in beside each, from a row on: as many as have the same columns."""
    edges = _list_card_edges(table, top)
    bottom, opened = _end_of_band(table, top), _list_open(table, top)
    stacks = len(_list_pattern(table, top))
    while bottom < table.rows and not _opens_grid(table, bottom):
        more = _end_of_band(table, bottom)
        beside = {square.column for row in range(bottom, more) for square in table.list_row(row)}
        alone = len(table.list_row(bottom)) == 1
        if alone and stacks > 1:  # a text over all stacks parts them
            break
        if not alone and _list_pattern(table, bottom) != _list_pattern(table, top):
            break
        if not alone and (not beside <= set(edges)) and not (set(edges) <= beside):
            break
        if not alone and _list_open(table, bottom) != opened:
            break
        edges = sorted({*edges, *beside})
        bottom = more
    rows = [_read_card_row(table, row, stack) for stack in range(stacks) for row in range(top, bottom)]
    spans = _list_spans(edges, table.columns)
    levels = [max(len(row.path), 1) for row in rows]
    depths = [max(levels[at : at + bottom - top]) for at in range(0, len(rows), bottom - top)]
    if not spans and len({*depths}) > 1 and sum(depths) + stacks == len(edges):
        # said, so that each stack has only the columns of labels that it needs
        spans = (1,) * len(edges)
    return BlockShape(
        top, bottom, "", (), (), (), (), (ColumnShape(0, ()),), tuple(rows),
        headless=True, unlabelled=False, abreast=stacks, spans=spans,
    )  # fmt: skip


def _list_open(table: SquareTable, row: int) -> set[int]:
    """The columns in which the places to fill in begin, of the lines that hang together with a row."""
    return {
        square.column for at in range(row, _end_of_band(table, row)) for square in table.list_row(at) if square.open
    }


def _list_card_edges(table: SquareTable, row: int) -> list[int]:
    return sorted({square.column for at in range(row, _end_of_band(table, row)) for square in table.list_row(at)})


def _end_of_band(table: SquareTable, row: int) -> int:
    """The row below those that hang together with a row."""
    bottom = row + 1
    while bottom < table.rows and any(square.row < bottom for square in table.list_row(bottom)):
        bottom += 1
    return bottom


def _list_pattern(table: SquareTable, row: int) -> list[int]:
    """Of each place to fill in of a line how many labels stand before it."""
    found: list[int] = []
    labels = 0
    for square in table.list_row(row):
        if square.open:
            found.append(labels)
            labels = 0
        else:
            labels += 1
    return found if len(found) > 1 else [1]


def _read_card_row(table: SquareTable, row: int, stack: int) -> RowShape:
    line = table.list_row(row)
    fills = [at for at, square in enumerate(line) if square.open]
    if not fills:
        return RowShape(
            row,
            tuple(line[-1:]) if len(line) == 1 else tuple(line),
            (),
            {0: ON_FROM_LEFT if len(line) == 1 else ""},
            (),
        )
    if stack >= len(fills):  # the last place to fill in goes on over this stack
        over = Square(row, line[-1].column + line[-1].width, 1, 1, ON_FROM_LEFT)
        return RowShape(row, (over,), (), {0: ON_FROM_LEFT}, ())
    begin = fills[stack - 1] + 1 if stack else 0
    path = tuple(line[begin : fills[stack]])
    square = line[fills[stack]]
    return RowShape(
        row, path, (), {} if square.row == row else {0: ON_FROM_ABOVE}, (square,) if square.row == row else ()
    )
