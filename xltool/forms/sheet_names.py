"""The sheets that a form's workbook has besides its tables: no table may bear one of their names."""

from __future__ import annotations

import re
from typing import Final

GUIDE, COVER, TEXTS, CHECKS, HIDDEN = "填报说明", "封面", "文字", "校验", "_xltool"
TEXTS_TITLE: Final = "文字部分"
"""What stands at the head of the sheet of texts, which forms without any had too once."""
ROW_VERDICT: Final = "本行校验"
"""The head of the column beside a table in which its lines are judged."""
COLUMN_VERDICT: Final = "本栏校验"
"""What stands before the line below a table in which its columns are judged."""
CONTROLS: Final = "核对数"
"""Totals from the register of cases, in a workbook that is built with them."""
RETURN: Final = "退回意见"
"""The first sheet of a workbook that went back for correction; nothing is read from it when it returns."""
HISTORY: Final = "history"
"""The one name that Excel keeps for itself, in any case."""

SHEET_LENGTH: Final = 31
"""Characters of the longest name that Excel takes."""
FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
"""Signs that Excel takes nowhere in a name."""

_RESERVED: Final = frozenset({GUIDE, COVER, TEXTS, CHECKS, HIDDEN, CONTROLS, RETURN, HISTORY})


def is_reserved(name: str) -> bool:
    """Whether a table's sheet cannot have this name; names that differ in case alone are one to Excel."""
    return name.casefold() in _RESERVED
