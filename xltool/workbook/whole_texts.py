"""The sheet 文字全文: texts that are longer than a row can be tall, in as many rows as they need, to be printed.

Nothing is read from it. The texts are as they were when the workbook was written; where one has been changed since,
the sheet says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xltool.forms.sheet_names import CHECKS, TEXTS, WHOLE_TEXTS
from xltool.forms.text import excel_length, measure_breadth
from xltool.workbook.context import Context
from xltool.workbook.front import TEXT_SIZES, TEXT_WIDTHS
from xltool.workbook.layout_plan import WHY_COLUMN, Spot, name_explanation
from xltool.workbook.page import LINE_HEIGHT, TALLEST_ROW, count_lines, finish_sheet
from xltool.workbook.sheets import CHECK_WIDTHS

WHOLE_WIDTHS: Final = (18, 76)
_PAUSES: Final = "。；，"
_TOP: Final = 3  # rows above the first text
_MOST_LINES: Final = 12
"""Lines of one row: a page holds a few such rows, and little of it stays empty where the next no longer fits."""


@dataclass(frozen=True, slots=True)
class WholeText:
    """A text that its own cell cannot show whole on paper: what it is called, where it is written, and all of it."""

    label: str
    spot: Spot
    text: str


def list_whole_texts(context: Context) -> list[WholeText]:
    """The texts of 文字, and the explanations of 校验, that need more height than a row can have."""
    plan, submission = context.plan, context.submission
    smallest = min(TEXT_SIZES.values())
    found = [
        WholeText(text.label, plan.texts[text.key], content)
        for text in context.spec.texts
        if text.place == "texts" and is_cut(content := submission.texts.get(text.key, ""), TEXT_WIDTHS[1], smallest)
    ]
    found += [
        WholeText(name_explanation(check), plan.explanations[check.name], told)
        for check in plan.checks
        if check.name in plan.explanations
        and is_cut(told := submission.explanations.get(check.name, ""), CHECK_WIDTHS[WHY_COLUMN], 10)
    ]
    return found


def is_cut(text: str, width: float, size: int) -> bool:
    """Whether a text needs more height than a row can have, in a column of that width and letters of that size."""
    return bool(text) and LINE_HEIGHT * (size / 11) * count_lines(text, width, size) > TALLEST_ROW


def write_whole_texts(context: Context, sheet: Any, texts: Sequence[WholeText]) -> None:
    """Each text from its first line to its last, a paragraph a row or more, and below it whether it is so still."""
    formats = context.formats
    for at, width in enumerate(WHOLE_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.merge_range(0, 0, 0, 1, WHOLE_TEXTS, formats["title"])
    sheet.set_row(0, 30)
    hint = f"只供打印：“{TEXTS}”“{CHECKS}”两表里一格打印不全的文字，全文印在这里。这里不填写，要改的请改原来的格。"
    sheet.merge_range(1, 0, 1, 1, hint, formats["plain"])
    sheet.set_row(1, LINE_HEIGHT * count_lines(hint, sum(WHOLE_WIDTHS), 11))
    for at, label in enumerate(("部分", "全文")):
        sheet.write_string(_TOP - 1, at, label, formats["head"])
    row = _TOP
    for each in texts:
        for at, piece in enumerate(_cut_pieces(each.text)):
            label = f"{each.label}（{each.spot.sheet} {each.spot.address}）" if at == 0 else ""
            sheet.write_string(row, 0, label, formats["whole"])
            sheet.write_string(row, 1, piece, formats["whole"])
            lines = max(count_lines(label, WHOLE_WIDTHS[0], 11), count_lines(piece, WHOLE_WIDTHS[1], 11))
            sheet.set_row(row, LINE_HEIGHT * lines)
            row += 1
        told = f"原来的格已经改过，与上面的不同；打印以“{each.spot.sheet}”表 {each.spot.address} 为准。"
        length = f"LEN({each.spot.reference})"
        sheet.write_blank(row, 0, None, formats["small"])
        formula = f'IFERROR(IF({length}={excel_length(each.text)},"（完）","{told}"),"{told}")'
        sheet.write_formula(row, 1, f"={formula}", formats["small"], "（完）")
        row += 1
    sheet.freeze_panes(_TOP, 0)
    sheet.repeat_rows(_TOP - 1)
    finish_sheet(context, sheet, portrait=True)


def _cut_pieces(text: str) -> Iterator[str]:
    """The paragraphs of a text, each that is longer than a row is to be in several, cut where it pauses."""
    room = (WHOLE_WIDTHS[1] - 3) * _MOST_LINES
    for paragraph in text.split("\n"):
        left = paragraph
        while measure_breadth(left) > room:
            most = _count_fitting(left, room)
            pause = max(left.rfind(sign, most // 2, most) for sign in _PAUSES) + 1
            yield left[: pause or most]
            left = left[pause or most :]
        yield left


def _count_fitting(text: str, room: int) -> int:
    """How many of the first signs of a text are not broader than the room."""
    used = 0
    for at, sign in enumerate(text):
        used += measure_breadth(sign)
        if used > room:
            return at
    return len(text)
