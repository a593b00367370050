"""Turns a table into rectangles that cover its grid exactly.

The one source of merges for workbook, Word, HTML and PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xltool.model import Block, Column, Grid, Head, Rectangle, Row, Table

Path = tuple[Head | Row | Column, ...]


def grid(table: Table) -> Grid:
    """The official layout of a table, zero-based, with the key of each value and the labels as printed."""
    columns = max(_width(block) for block in table.blocks)
    rectangles: list[Rectangle] = []
    top = 0
    for number, block in enumerate(table.blocks):
        for rectangle in (_across if block.across else _down)(block, top, number, columns):
            rectangles.append(rectangle if rectangle.key is None else _with_key(table.id, rectangle))
        top += _height(block)
    first = table.blocks[0]
    head_rows = bool(first.caption) + _head_depth(first) if len(table.blocks) == 1 else 0
    return Grid(table.id, table.title, top, columns, head_rows, table.widths, tuple(rectangles), table.note)


def row_path(row: Row) -> Path:
    """The heads above a row and the row itself, outermost first."""
    return (*row.heads, row)


def column_path(column: Column) -> Path:
    """The heads above a column and the column itself, outermost first."""
    return (*column.heads, column)


def _with_key(table: str, r: Rectangle) -> Rectangle:
    return Rectangle(r.row, r.column, r.height, r.width, r.role, r.text, f"{table}.{r.key}", r.block)


def _label_depth(block: Block) -> int:
    return 0 if block.across else max(len(row_path(row)) for row in block.rows)


def _head_depth(block: Block) -> int:
    if block.across:
        return max(len(row_path(row)) for row in block.rows) + max(len(column_path(column)) for column in block.columns)
    return max(len(column_path(column)) for column in block.columns)


def _width(block: Block) -> int:
    return len(block.rows) * len(block.columns) if block.across else _label_depth(block) + len(block.columns)


def _height(block: Block) -> int:
    return bool(block.caption) + _head_depth(block) + (1 if block.across else len(block.rows))


def _down(block: Block, top: int, number: int, width: int) -> Iterator[Rectangle]:
    """Rows downwards with their labels at the left.

    The last column takes what the widest block of the table leaves over.
    """
    if block.caption:
        yield Rectangle(top, 0, 1, width, "caption", block.caption, None, number)
        top += 1
    heads, labels = _head_depth(block), _label_depth(block)
    spans = [1] * len(block.columns)
    spans[-1] += width - labels - len(block.columns)
    yield Rectangle(top, 0, heads, labels, "corner", block.corner, None, number)
    for at, depth, count, deep, text in _tree([column_path(column) for column in block.columns], heads):
        yield Rectangle(top + depth, labels + at, deep, sum(spans[at : at + count]), "head", text, None, number)
    top += heads
    for at, depth, count, deep, text in _tree([row_path(row) for row in block.rows], labels):
        yield Rectangle(top + at, depth, count, deep, "label", text, None, number)
    for down, row in enumerate(block.rows):
        for right, column in enumerate(block.columns):
            yield Rectangle(top + down, labels + right, 1, spans[right], "value", "", f"{row.id}.{column.id}", number)


def _across(block: Block, top: int, number: int, width: int) -> Iterator[Rectangle]:
    """All rows side by side in one line of figures, with the rows' labels above the columns' heads.

    The last takes what is left over.
    """
    if block.caption:
        yield Rectangle(top, 0, 1, width, "caption", block.caption, None, number)
        top += 1
    heads = _head_depth(block)
    pairs = [(row, column) for row in block.rows for column in block.columns]
    spans = [1] * len(pairs)
    spans[-1] += width - len(pairs)
    for at, depth, count, deep, text in _tree([row_path(row) + column_path(column) for row, column in pairs], heads):
        yield Rectangle(top + depth, at, deep, sum(spans[at : at + count]), "head", text, None, number)
    for at, (row, column) in enumerate(pairs):
        yield Rectangle(top + heads, at, 1, spans[at], "value", "", f"{row.id}.{column.id}", number)


def _tree(paths: Sequence[Path], depth: int) -> Iterator[tuple[int, int, int, int, str]]:
    """The merged labels of a hierarchy as (start, level, count, levels deep, text).

    A leaf takes the levels left below it.
    """
    for level in range(depth):
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
            yield start, level, stop - start, depth - level if level == len(path) - 1 else 1, path[level].label
            start = stop


def _ids(path: Path) -> tuple[str, ...]:
    return tuple(part.id for part in path)
