"""The sheet of a list: heads, unlocked lines with validations, the locked line that ends them, totals below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from xltool.forms.list_rows import describe_column
from xltool.forms.lists import AGENCY_HEAD, TOTAL_LABEL
from xltool.model import ListColumn, ListContent, ListRow, RowList
from xltool.spreadsheet.a1 import cell_name, range_name
from xltool.workbook.cached_figure import CachedValue, to_cached_content, to_double
from xltool.workbook.context import Context
from xltool.workbook.entries import (
    LONGEST_PROMPT,
    LONGEST_REPROACH,
    choose_look,
    shorten_prompt,
    write_kind_rule,
    write_wrong,
)
from xltool.workbook.formula import write_validation
from xltool.workbook.front import PROMPT_TITLE, write_state_line
from xltool.workbook.layout_plan import END_MARK, LIST_HEAD, Spot
from xltool.workbook.occasion import Occasion
from xltool.workbook.page import finish_sheet
from xltool.workbook.widths import LINE_HEIGHT, SMALL_LINE, TALLEST_ROW, break_line, count_lines

_BROADEST: Final = 96
_NARROWEST: Final = 5.0
_NARROWEST_CONTENT: Final = 9.0
_AGENCY_WEIGHT: Final = 0.2
"""Of all other columns together, the width of that of the agencies."""


def write_row_list(context: Context, sheet: Any, row_list: RowList) -> None:
    """One list with its lines; in a sum as many as there are, each with its agency."""
    formats, whole = context.formats, context.occasion.scope == "consolidated"
    count = context.occasion.count_lines(context.spec, row_list)
    heads = [row_list.serial, *([AGENCY_HEAD] if whole else []), *(column.label for column in row_list.columns)]
    shift, last = context.occasion.leading_columns, len(heads) - 1
    widths = _measure_widths(row_list, shift)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.merge_range(0, 0, 0, last, row_list.title, formats["title"])
    sheet.set_row(0, 30)
    write_state_line(context, sheet, row_list.sheet, last)
    broken = [break_line(text, width, 11) for text, width in zip(heads, widths, strict=True)]
    for at, text in enumerate(broken):
        sheet.write_string(LIST_HEAD, at, text, formats["head"])
    rows = max(count_lines(text, width, 11) for text, width in zip(heads, widths, strict=True))
    sheet.set_row(LIST_HEAD, max(21, LINE_HEIGHT * rows + 3))
    for serial in range(1, count + 1):
        sheet.write_number(LIST_HEAD + serial, 0, serial, formats["middle"])
        if whole:
            context.write_content(sheet, context.occasion.locate_line(row_list, serial, -1), "locked")
        for at, column in enumerate(row_list.columns):
            context.write_content(sheet, context.occasion.locate_line(row_list, serial, at), _choose_look(column))
        context.set_growing_row(sheet, row_list.sheet, LIST_HEAD + serial, LINE_HEIGHT + 3)
    end = LIST_HEAD + count + 1
    _write_end(context, sheet, row_list, (end, shift, last))
    for at, column in enumerate(row_list.columns):
        _validate_column(sheet, column, (LIST_HEAD + 1, shift + at, end - 1))
    if not whole:
        _mark_faults(context, sheet, row_list, (LIST_HEAD + 1, end - 1))
    sheet.set_selection(LIST_HEAD + 1, shift, LIST_HEAD + 1, shift)
    sheet.freeze_panes(LIST_HEAD + 1, shift)
    sheet.repeat_rows(0, LIST_HEAD)
    finish_sheet(context, sheet, portrait=not row_list.landscape)


def measure_lines(
    row_list: RowList, occasion: Occasion, lines: Sequence[ListRow]
) -> Iterator[tuple[tuple[str, int], float]]:
    """How high the rows of lines must be for what stands in them, by sheet and row."""
    shift = occasion.leading_columns
    widths = _measure_widths(row_list, shift)
    for serial, line in enumerate(lines, 1):
        held = (to_cached_line_content(column, line.contents[at]) for at, column in enumerate(row_list.columns))
        texts = [(each, widths[shift + at]) for at, each in enumerate(held) if isinstance(each, str)]
        most = max((count_lines(text, width, 10) for text, width in texts), default=1)
        if most > 1:
            yield (row_list.sheet, LIST_HEAD + serial), min(TALLEST_ROW, LINE_HEIGHT * most + 3)


def to_cached_line_content(column: ListColumn, content: ListContent) -> CachedValue | None:
    """What stands in a line as a workbook holds it; None for a blank."""
    if isinstance(content, int):
        return to_double(content, column.measure.decimals)
    return content if content is None or column.entry is None else to_cached_content(column.entry, content)


def _write_end(context: Context, sheet: Any, row_list: RowList, place: tuple[int, int, int]) -> None:
    """The locked line that ends the lines, in which nothing stands but that it does; the totals; the note."""
    end, shift, last = place
    formats = context.formats
    sheet.write_string(end, 0, END_MARK, formats["end_mark"])
    for at in range(1, last + 1):
        sheet.write_blank(end, at, None, formats["locked"])
    row = end + 1
    if any(column.total for column in row_list.columns):
        sheet.write_string(row, 0, TOTAL_LABEL, formats["head"])
        for at in range(1, shift):
            sheet.write_blank(row, at, None, formats["locked"])
        for at, column in enumerate(row_list.columns):
            if column.total:
                area = range_name(LIST_HEAD, shift + at, end, shift + at)
                formula = f"ROUND(SUM({area}),{column.measure.decimals})"
                context.write_computed(sheet, Spot(row_list.sheet, row, shift + at), formula, formats["total"])
            else:
                sheet.write_blank(row, shift + at, None, formats["locked"])
        row += 1
    if row_list.note:
        sheet.merge_range(row, 0, row, last, row_list.note, formats["small"])
        sheet.set_row(row, min(TALLEST_ROW, SMALL_LINE * count_lines(row_list.note, _BROADEST, 9) + 3))


def _validate_column(sheet: Any, column: ListColumn, place: tuple[int, int, int]) -> None:
    """What may be typed into the lines of a column."""
    top, at, bottom = place
    said = describe_column(column)
    required, own = ("，必填" if column.required else ""), ("，各行应不同" if column.unique else "")
    rule = {
        "input_title": column.label[:PROMPT_TITLE],
        "input_message": shorten_prompt(f"{said}{required}{own}。{column.prompt}", LONGEST_PROMPT),
        "error_title": "填的不对",
        "error_message": shorten_prompt(f"这里只能{said}。", LONGEST_REPROACH),
    }
    if column.entry is not None:
        rule |= write_kind_rule(column.entry)
    else:
        rule |= {"validate": "custom", "value": f"={write_validation(column.measure, cell_name(top, at), False)}"}
    if sheet.data_validation(top, at, bottom, at, rule):
        raise ValueError(f"not a validation for Excel: {column.id}")


def _mark_faults(context: Context, sheet: Any, row_list: RowList, place: tuple[int, int]) -> None:
    """Colours what is wrong, and what is not there and must be, as 校验 counts it."""
    top, bottom = place
    whole = f"${cell_name(top, 1)}:${cell_name(top, len(row_list.columns))}"
    for at, column in enumerate(row_list.columns, 1):
        cell = cell_name(top, at)
        if column.entry is not None:
            wrong = write_wrong(column.entry, cell)
        else:
            wrong = f'AND({cell}<>"",NOT({write_validation(column.measure, cell, False)}))'
        rules: list[dict[str, Any]] = [{"type": "formula", "criteria": f"={wrong}"}]
        if column.required:
            rules.append({"type": "formula", "criteria": f'=AND({cell}="",COUNTA({whole})>0)'})
        if column.unique:
            rules.append({"type": "duplicate"})
        for rule in rules:
            sheet.conditional_format(top, at, bottom, at, rule | {"format": context.formats["bad"]})


def _choose_look(column: ListColumn) -> str:
    if column.entry is not None:
        return choose_look(column.entry)
    return "input" if column.measure.decimals else "input0"


def _measure_widths(row_list: RowList, shift: int) -> list[float]:
    """The official relative widths in characters; the column of agencies is put in behind the serial."""
    weights: list[float] = [*row_list.widths]
    if shift > 1:
        weights[1:1] = [_AGENCY_WEIGHT * sum(weights)]
    factor = _BROADEST / sum(weights)
    least = [_NARROWEST, *[_NARROWEST_CONTENT] * (len(weights) - 1)]
    return [round(max(weight * factor, low), 2) for weight, low in zip(weights, least, strict=True)]
