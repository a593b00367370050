"""Turns a table into rectangles that cover its grid exactly.

The one source of merges for workbook, Word, HTML and PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from xltool.forms.memo import derive_once
from xltool.forms.mosaic import ON_FROM_ABOVE, ON_FROM_LEFT, Mosaic
from xltool.model import Block, CellKey, Column, Grid, Head, Rectangle, Row, Table

Path = tuple[Head | Row | Column, ...]
UNPRINTED_NOTE: Final = "本表的数供计算别的格用，照填；报告里不印本表。"
"""What a clerk is told below a table that no report prints."""


@derive_once
def grid(table: Table) -> Grid:
    """The official layout of a table, zero-based, with the key of each value and the labels as printed.

    Raises `MosaicFault` where a mark in a printed line, a printed column or the place of a cell has nothing to go on.
    """
    columns = max(_width(block) for block in table.blocks)
    rectangles: list[Rectangle] = []
    top = 0
    for number, block in enumerate(table.blocks):
        rectangles += (_across if block.across else _down)(table, block, top, number, columns)
        top += _height(block)
    first = table.blocks[0]
    heads = 0 if first.headless else _head_depth(first) + len(first.lines)
    head_rows = bool(first.caption) + heads if len(table.blocks) == 1 else 0
    return Grid(table.id, table.title, top, columns, head_rows, table.widths, tuple(rectangles), table.note)


def note_on_sheet(table: Table) -> str:
    """What stands below a table on its sheet and in the pages of the office: its note, and whether no report has it."""
    return "\n".join(filter(None, (table.note, UNPRINTED_NOTE if table.unprinted else "")))


def row_path(row: Row) -> Path:
    """The heads above a row and the row itself, outermost first."""
    return (*row.heads, row)


def column_path(column: Column) -> Path:
    """The heads above a column and the column itself, outermost first."""
    return (*column.heads, column)


def list_row_keys(table: Table, block: Block, row: Row) -> tuple[CellKey, ...]:
    """The keys of the cells that a row of a table's block has, from left to right."""
    return tuple(f"{table.id}.{row.id}.{column.id}" for column in block.columns if column.id not in row.absent)


def count_label_levels(block: Block) -> int:
    """How many columns the labels of a block's rows take where they stand at the left; 0 where none are printed."""
    return 0 if block.across or block.unlabelled else max(_count_levels(row_path(row)) for row in block.rows)


def count_printed_columns(block: Block) -> int:
    """How many columns a block is printed in, each of which may take several of the table's grid."""
    if block.across:
        return len(block.rows) * len(block.columns)
    return sum(_list_widths(block, list_stack_levels(block)))


def list_stacks(block: Block) -> list[Sequence[Row]]:
    """The rows of each stack of a block, of which the last may have fewer."""
    each = -(-len(block.rows) // block.abreast)
    return [block.rows[stack * each : (stack + 1) * each] for stack in range(block.abreast)]


def list_stack_levels(block: Block) -> list[int]:
    """How many columns the labels of each stack take: all alike, or each what it needs, where `spans` has so many."""
    alike = [count_label_levels(block)] * block.abreast
    own = [max((_count_levels(row_path(row)) for row in rows), default=1) for rows in list_stacks(block)]
    return own if block.headless and block.spans and len(block.spans) == sum(_list_widths(block, own)) else alike


def _list_widths(block: Block, levels: Sequence[int]) -> list[int]:
    """How many printed columns each stack of a block has."""
    beside = len(block.printed_before) + len(block.printed) + len(block.columns)
    return [beside + each for each in levels]


def _head_depth(block: Block) -> int:
    if block.headless:
        return 0
    if block.across:
        rows, columns = map(row_path, block.rows), map(column_path, block.columns)
        return max(map(_count_levels, rows)) + max(map(_count_levels, columns))
    return max(_count_levels(column_path(column)) for column in block.columns)


def _count_levels(path: Path) -> int:
    """How many lines, or columns of labels, heads and what stands below them take."""
    return sum(map(_deepen, path))


def _width(block: Block) -> int:
    return sum(block.spans) or count_printed_columns(block)


def _height(block: Block) -> int:
    lines = 1 if block.across else len(list_stacks(block)[0])
    return bool(block.caption) + _head_depth(block) + len(block.lines) + lines


def _spread(block: Block, width: int) -> list[int]:
    """The columns of the grid that each printed column takes: the last what the widest block leaves over."""
    spans = list(block.spans) or [1] * count_printed_columns(block)
    spans[-1] += width - sum(spans)
    return spans


def _down(table: Table, block: Block, top: int, number: int, width: int) -> Iterator[Rectangle]:
    """Rows downwards with their labels at the left, in one stack or in several side by side."""
    if block.caption:
        yield Rectangle(top, 0, 1, width, "caption", block.caption, None, number)
        top += 1
    deep, levels, stacks = _head_depth(block) + len(block.lines), list_stack_levels(block), list_stacks(block)
    widths = _list_widths(block, levels)
    mosaic = Mosaic(deep + len(stacks[0]), sum(widths))
    for left, rows, each in zip(accumulate(widths, initial=0), stacks, levels, strict=False):
        if not block.headless:
            _lay_heads(mosaic, block, left)
        _lay_rows(mosaic, (table, block), (deep, left), rows, each)
    mosaic.fill("print")
    yield from mosaic.rectangles(top, _spread(block, width), number)


def _lay_heads(mosaic: Mosaic, block: Block, left: int) -> None:
    """The corners, the heads of printed columns, the heads of figures, and the printed lines below them."""
    heads, levels = _head_depth(block), count_label_levels(block)
    labels, after = left + len(block.printed_before), left + len(block.printed_before) + levels
    corners = [(at, text, 1) for at, text in enumerate(block.printed_before, left)]
    if levels:
        each = levels // len(block.corner)
        corners += [(labels + at * each, text, each) for at, text in enumerate(block.corner)]
    corners += [(at, text, 1) for at, text in enumerate(block.printed, after)]
    for at, text, wide in corners:
        mosaic.lay("corner", text, (0, at), (heads, wide))
    figures = after + len(block.printed)
    for at, depth, count, deep, text in _tree([column_path(column) for column in block.columns], heads):
        mosaic.lay("head", text, (depth, figures + at), (deep, count))
    starts = [at for at, _, _ in corners] + [figures + at for at in range(len(block.columns))]
    ends = [*starts[1:], figures + len(block.columns)]
    for down, line in enumerate(block.lines, heads):
        for text, start, end in zip(line, starts, ends, strict=True):
            mosaic.lay_text("line", text, (down, start))
            for at in range(start + 1, end):
                mosaic.lay_text("line", text if text == ON_FROM_ABOVE else ON_FROM_LEFT, (down, at))


def _lay_rows(mosaic: Mosaic, of: tuple[Table, Block], at: tuple[int, int], rows: Sequence[Row], levels: int) -> None:
    """The labels of some rows, what is printed beside them, and their cells or what stands in the place of one."""
    (table, block), (top, left) = of, at
    before = len(block.printed_before)
    if levels:
        for start, depth, count, deep, text in _tree([row_path(row) for row in rows], levels):
            place = top + start, left + before + depth
            if text == ON_FROM_LEFT and block.abreast > 1:
                for right in range(deep):
                    mosaic.lay_text("label", text, (place[0], place[1] + right))
            else:
                mosaic.lay("label", text, place, (count, deep))
    figures = left + before + levels + len(block.printed)
    places = [*range(left, left + before), *range(left + before + levels, figures)]
    for down, row in enumerate(rows, top):
        for column, text in zip(places, row.printed, strict=True):
            mosaic.lay_text("print", text, (down, column))
        for right, column_ in enumerate(block.columns, figures):
            if column_.id in row.absent:
                mosaic.lay_text("print", row.absent[column_.id], (down, right))
            else:
                mosaic.lay("value", "", (down, right), key=f"{table.id}.{row.id}.{column_.id}")


def _across(table: Table, block: Block, top: int, number: int, width: int) -> Iterator[Rectangle]:
    """All rows side by side in one line of figures, with the rows' labels above the columns' heads."""
    if block.caption:
        yield Rectangle(top, 0, 1, width, "caption", block.caption, None, number)
        top += 1
    heads = _head_depth(block)
    pairs = [(row, column) for row in block.rows for column in block.columns]
    mosaic = Mosaic(heads + 1, len(pairs))
    for at, depth, count, deep, text in _tree([row_path(row) + column_path(column) for row, column in pairs], heads):
        mosaic.lay("head", text, (depth, at), (deep, count))
    for at, (row, column) in enumerate(pairs):
        mosaic.lay("value", "", (heads, at), key=f"{table.id}.{row.id}.{column.id}")
    yield from mosaic.rectangles(top, _spread(block, width), number)


def _tree(paths: Sequence[Path], depth: int) -> Iterator[tuple[int, int, int, int, str]]:
    """The merged labels of a hierarchy as (start, level, count, levels deep, text).

    A leaf takes the levels left below it.
    """
    for level in range(max(map(len, paths), default=0)):
        start = 0
        while start < len(paths):
            path = paths[start]
            stop = start + 1
            if level >= len(path):
                start = stop
                continue
            prefix = _ids(path[: level + 1])
            while stop < len(paths) and _ids(paths[stop][: level + 1]) == prefix:
                stop += 1
            above, part = sum(_deepen(each) for each in path[:level]), path[level]
            yield start, above, stop - start, depth - above if level == len(path) - 1 else _deepen(part), part.label
            start = stop


def _deepen(part: Head | Row | Column) -> int:
    return part.deep if isinstance(part, Head) else 1


def _ids(path: Path) -> tuple[str, ...]:
    return tuple(part.id for part in path)
