"""An empty list for people to fill in: its heads, what each wants, and what can be picked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from xltool.spreadsheet.a1 import column_name
from xltool.workbook.cell_formats import LIST_FORMATS
from xltool.workbook.engine import CREATED, Plain, make_options

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


def write_blank_list(title: str, explanation: str, columns: Sequence[BlankColumn], lines: int) -> bytes:
    """A workbook of one sheet: a title, what to do, the heads, and so many empty lines whose cells are texts.

    The same columns give the same bytes.
    """
    buffer = io.BytesIO()
    book = Plain(buffer, make_options())
    book.set_properties({"author": "xltool", "created": CREATED})
    caption, aside, head = (book.add_format(LIST_FORMATS[name]) for name in ("caption", "aside", "head"))
    text = book.add_format({**LIST_FORMATS["text"], "num_format": "@"})
    aside.set_text_wrap()
    sheet = book.add_worksheet(title)
    last, heads = len(columns) - 1, [column.head for column in columns]
    sheet.merge_range(0, 0, 0, last, title, caption)
    sheet.merge_range(1, 0, 1, last, explanation, aside)
    sheet.set_row(1, 15 * (explanation.count("\n") + 1))
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, text)
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
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return buffer.getvalue()
