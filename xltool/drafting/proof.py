"""A drafted form's own rectangle beside the blank's: cells, merges and labels, and what of them differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.drafting.papers import TablePaper
from xltool.drafting.shape import recognise_blocks
from xltool.drafting.squares import Square, SquareTable
from xltool.forms.layout import grid
from xltool.model import FormSpec, Table

_LONGEST = 30


class Deviation(NamedTuple):
    """One printed cell that the draft has otherwise; `told` says which and how."""

    table: str
    told: str


def compare_draft(spec: FormSpec, papers: Sequence[TablePaper]) -> tuple[Deviation, ...]:
    """What differs between the tables of a blank and those of its draft, in the order of the blank."""
    drafted = [paper.table for paper in papers if recognise_blocks(paper.table)]
    return tuple(
        difference
        for table, blank in zip(spec.printed_tables, drafted, strict=True)
        for difference in _compare_table(table, blank)
    )


def _compare_table(table: Table, blank: SquareTable) -> Iterator[Deviation]:
    own = {(r.row, r.column): r for r in grid(table).rectangles}
    for square in blank.squares:
        place = f"第{square.row + 1}行第{square.column + 1}列"
        found = own.pop((square.row, square.column), None)
        if found is None:
            yield Deviation(table.name, f"{place}{_name_square(square)}：草稿里没有单独的一格")
            continue
        if (found.height, found.width) != (square.height, square.width):
            size = f"空白表占{square.height}行{square.width}列，草稿占{found.height}行{found.width}列"
            yield Deviation(table.name, f"{place}{_name_square(square)}：合并不同，{size}")
        if found.key is None and found.text.strip() != square.text.strip():
            yield Deviation(table.name, f"{place}：空白表印“{square.text[:_LONGEST]}”，草稿印“{found.text[:_LONGEST]}”")
        elif found.key is not None and not square.open:
            yield Deviation(table.name, f"{place}：空白表印“{square.text[:_LONGEST]}”，草稿当作要填的格")
    for rectangle in own.values():
        yield Deviation(
            table.name,
            f"第{rectangle.row + 1}行第{rectangle.column + 1}列：草稿多出一格“{rectangle.text[:_LONGEST]}”",
        )


def _name_square(square: Square) -> str:
    return f"“{square.text[:_LONGEST]}”" if square.text.strip() else ""
