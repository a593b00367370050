"""The numbers that rows print beside their labels, as rules name them by the head above: 分值 of 得分 = 分值 − 扣分."""

from __future__ import annotations

from typing import Final

from xltool.forms.label import normalise_label
from xltool.forms.mosaic import ON_FROM_ABOVE
from xltool.model import Block

_NOTHING: Final = " \u3000-—–－―…/／×*＊"
"""What stands in a printed column where a row has no number."""


def find_printed(block: Block, row_id: str, head: str) -> str | None:
    """What a row prints below a head, that of a row above where it goes on; None where no one column has that head."""
    heads = [normalise_label(each) for each in (*block.printed_before, *block.printed)]
    if heads.count(normalise_label(head)) != 1:
        return None
    column, found = heads.index(normalise_label(head)), ""
    for row in block.rows:
        text = row.printed[column] if column < len(row.printed) else ""
        found = found if text == ON_FROM_ABOVE else text.strip()
        if row.id == row_id:
            break
    return found


def is_nothing(text: str) -> bool:
    """Whether a printed text is none: empty, or a stroke."""
    return not text.strip(_NOTHING)
