"""Last year's figures on the sheets of tables: locked, beside this year's and not printed with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xltool.forms.layout import note_on_sheet
from xltool.model import Block, Column, Table
from xltool.periods import WORDS, word_before
from xltool.workbook.context import Context
from xltool.workbook.layout_plan import STATE_ROW, TABLE_TOP, Spot

PRIOR_HEADING: Final = "上年数（供核对）"
PRIOR_MARK: Final = "（上年）"
"""Behind each head, so that no label of the form stands twice on its sheet: labels tell where cells are."""
BROADEST_PRIOR_COLUMN: Final = 16.0


def draw_prior(context: Context, sheet: Any, table: Table, widths: list[float], last: int) -> None:
    """The figures with heads of their own, and the official table alone as what is printed.

    `last` is its last column.
    """
    plan = context.plan
    figured = [block for block in table.blocks if not block.across and _has_figures(context, block)]
    if figured:
        left, right = plan.first_figure_column(table), plan.column_beside(table)
        for at, width in enumerate(widths[left:], right + 1):
            sheet.set_column(at, at, min(width, BROADEST_PRIOR_COLUMN))
        _write_area(
            context,
            sheet,
            (STATE_ROW, right + 1, STATE_ROW, right + len(widths) - left),
            word_before(PRIOR_HEADING, context.spec.every),
            "head",
        )
    for number, block in enumerate(table.blocks):
        if block.across:
            _write_line(context, sheet, block)
        elif block in figured:
            _write_heads(context, sheet, table, block, number)
    for key, spot in plan.priors.items():
        if spot.sheet == table.sheet:
            _write_figure(context, sheet, key)
    sheet.print_area(0, 0, plan.row_below(table) + bool(note_on_sheet(table)), last)


def _has_figures(context: Context, block: Block) -> bool:
    return any(cell.block is block for cell in context.spec.cells)


def _write_figure(context: Context, sheet: Any, key: str) -> None:
    spot, area = context.plan.priors[key], context.plan.areas[key]
    height = 1 if context.spec.cell(key).block.across else area.height
    if area.width * height > 1:
        look = context.formats["prior"]
        sheet.merge_range(spot.row, spot.column, spot.row + height - 1, spot.column + area.width - 1, "", look)
    write_earlier(context, sheet, spot)


def write_earlier(context: Context, sheet: Any, spot: Spot) -> None:
    """An earlier figure of a cell; `/` stands in it, so that it changes no shared part."""
    context.write_content(sheet, spot, "prior", inline=True)


def _write_line(context: Context, sheet: Any, block: Block) -> None:
    """The heading of a block whose rows stand side by side, above its figures."""
    spots = [
        (spot, context.plan.areas[key].width)
        for key, spot in context.plan.priors.items()
        if context.spec.cell(key).block is block
    ]
    if not spots:  # none of it is a figure
        return
    first, (last, width) = spots[0][0], spots[-1]
    about = f"：{block.caption}" if block.caption else ""
    text = f"{word_before(PRIOR_HEADING, context.spec.every)}{about}，各栏次序同上表"
    _write_area(context, sheet, (first.row - 1, first.column, first.row - 1, last.column + width - 1), text, "head")


def _write_heads(context: Context, sheet: Any, table: Table, block: Block, number: int) -> None:
    plan = context.plan
    heads = [area for area in plan.grids[table.id].rectangles if area.block == number and area.role == "head"]
    if not heads:  # nothing stands above the figures of the table either
        return
    top, bottom = (
        TABLE_TOP + min(area.row for area in heads),
        TABLE_TOP + max(area.row + area.height for area in heads) - 1,
    )
    this = WORDS[context.spec.every].this
    for left, column, width in _place_columns(context, block):
        text = column.label.removeprefix(this) + word_before(PRIOR_MARK, context.spec.every)
        _write_area(context, sheet, (top, left, bottom, left + width - 1), text, "last_year")


def _place_columns(context: Context, block: Block) -> Iterator[tuple[int, Column, int]]:
    """Where each column of a block begins among last year's figures, and how wide it is, up to the next one."""
    found: dict[int, tuple[Column, int]] = {}
    for cell in context.spec.cells:
        if cell.block is block:
            found[context.plan.priors[cell.key].column] = (cell.column, context.plan.areas[cell.key].width)
    lefts = sorted(found)
    for left, after in zip(lefts, [*lefts[1:], None], strict=True):
        column, width = found[left]
        yield left, column, width if after is None else min(width, after - left)


def _write_area(context: Context, sheet: Any, area: tuple[int, int, int, int], text: str, look: str) -> None:
    sheet.merge_range(*area, text, context.formats[look])
