"""What a submission's own cells are in the markup of a workbook's parts, as xlsxwriter would write them."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

CellContent: TypeAlias = int | float | str | None
"""What stands in a cell, or what its formula shows; None in one that is blank."""

_ESCAPED: Final = re.compile("[&<>]")
_SHAPE_OF_ESCAPE: Final = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_EXACT: Final = 10**15
_STYLE: Final = ' s="'
_ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


def escape_marks(text: str) -> str:
    """A text with its marks of XML escaped."""
    if not _ESCAPED.search(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_text(text: str) -> str:
    """A cleaned text as it stands in a part.

    Marks of XML, carriage returns, and what looks like Excel's own escape, escaped.
    """
    text = escape_marks(text)
    return _SHAPE_OF_ESCAPE.sub("_x005F_", text).replace("\r", "_x000D_")


def write_shared_string(text: str) -> str:
    """One item of the shared strings; blanks at its ends are kept."""
    return f"<si>{_write_text(text)}</si>"


def write_cell(head: str, formula: str, content: CellContent, number: int | None) -> str:
    """A cell, of which `head` is what stands before its type, with what is in it or what its formula shows.

    The formula is escaped, `number` is that of the text among the shared strings, None for one in the cell itself.
    """
    if formula:
        if not isinstance(content, str):
            return f"{head}><f>{formula}</f><v>{content}</v></c>"
        kind = "" if content == "" else ' t="e"' if content in _ERRORS else ' t="str"'
        return f"{head}{kind}><f>{formula}</f><v>{escape_marks(content)}</v></c>"
    if content is None:
        return f"{head}/>" if _STYLE in head else ""  # nothing that can be seen
    if not isinstance(content, str):
        # whole numbers below 10 ** 15 are written alike either way, and this one takes a third of the time
        written = content if isinstance(content, int) and -_EXACT < content < _EXACT else f"{content:.16G}"
        return f"{head}><v>{written}</v></c>"
    if number is None:
        return f'{head} t="inlineStr"><is>{_write_text(content)}</is></c>'
    return f'{head} t="s"><v>{number}</v></c>'


def write_condition(area: str, condition: str, look: int, priority: int) -> str:
    """A condition that gives cells of an area a look, by its number."""
    rule = f'<cfRule type="expression" dxfId="{look}" priority="{priority}">'
    held = f"<formula>{escape_marks(condition)}</formula>"
    return f'<conditionalFormatting sqref="{area}">{rule}{held}</cfRule></conditionalFormatting>'


def write_row_head(head: str, height: float) -> str:
    """The beginning of a row that is so high, in points."""
    return f'{head} ht="{height:g}">'


def _write_text(text: str) -> str:
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<t{space}>{escape_text(text)}</t>"
