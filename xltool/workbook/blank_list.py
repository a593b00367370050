"""A list for people to fill in: its heads, what each wants, what can be picked, and what is known already."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from xltool.spreadsheet.a1 import column_name
from xltool.workbook.cell_formats import LIST_FOOTER, LIST_FORMATS
from xltool.workbook.widths import LIST_LINE, TALLEST_ROW, count_lines

_HEAD_ROW: Final = 2


@dataclass(frozen=True, slots=True)
class BlankColumn:
    """One column: its head, what is written there, and what can be picked: words, or what another column holds."""

    head: str
    width: int
    prompt: str
    choices: Sequence[str] = ()
    choices_from: str = ""
    free: bool = True
    """Whether anything else may be written than what can be picked."""
    known: bool = False
    """Whether it tells something, and is not to be filled in."""


def write_blank_list(
    title: str,
    explanation: str,
    columns: Sequence[BlankColumn],
    lines: int,
    rows: Sequence[Sequence[str | int]] = (),
) -> bytes:
    """A workbook of one sheet: a title, what to do, the heads, rows, and up to so many lines, whose cells are texts.

    Printed on A4 with the heads on each page. The same columns and rows give the same bytes.
    """
    from xltool.workbook.engine import CREATED, Plain, make_options  # what only names its columns need not wait for it

    buffer = io.BytesIO()
    book = Plain(buffer, make_options())
    book.set_properties({"author": "xltool", "created": CREATED})
    caption, aside, head = (book.add_format(LIST_FORMATS[name]) for name in ("caption", "aside", "head"))
    text = book.add_format({**LIST_FORMATS["text"], "num_format": "@"})
    fill = book.add_format({**LIST_FORMATS["fill"], "num_format": "@"})
    aside.set_text_wrap()
    sheet = book.add_worksheet(title)
    last, heads = len(columns) - 1, [column.head for column in columns]
    sheet.merge_range(0, 0, 0, last, title, caption)
    sheet.merge_range(1, 0, 1, last, explanation, aside)
    sheet.set_row(1, 15 * (explanation.count("\n") + 1))
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, None if rows else text)
        sheet.write_string(_HEAD_ROW, at, column.head, head)
        rule: dict[str, Any] = {"validate": "any", "input_title": column.head, "input_message": column.prompt}
        if column.choices:
            rule |= {"validate": "list", "source": [*column.choices]}
        elif column.choices_from:
            letter = column_name(heads.index(column.choices_from))
            rule |= {"validate": "list", "source": f"=${letter}${_HEAD_ROW + 2}:${letter}${_HEAD_ROW + 1 + lines}"}
        if rule["validate"] == "list":
            rule |= {"show_error": not column.free, "error_title": column.head, "error_message": column.prompt}
        sheet.data_validation(_HEAD_ROW + 1, at, _HEAD_ROW + lines, at, rule)
    for at, row in enumerate(rows, _HEAD_ROW + 1):
        most = max(
            count_lines(str(content), column.width + 2, 10) for column, content in zip(columns, row, strict=True)
        )
        if most > 1:
            sheet.set_row(at, min(TALLEST_ROW, LIST_LINE * most))
        for place, (column, content) in enumerate(zip(columns, row, strict=True)):
            look = text if column.known else fill
            if isinstance(content, int):
                sheet.write_number(at, place, content, look)
            elif content:
                sheet.write_string(at, place, content, look)
            else:
                sheet.write_blank(at, place, None, look)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(LIST_FOOTER, {"margin": 0.3})
    book.close()
    return buffer.getvalue()
