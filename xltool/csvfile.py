"""Lists as .csv files that Excel and WPS open as Chinese text.

No cell of them is taken for a formula, and no text is lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

# What spreadsheets take for the beginning of a formula, in both widths, and the blanks that they skip before it. The
# apostrophe is here too, so that the one put in front can be taken away again without taking one of the text's own.
_FORMULA: Final = tuple("=+-@＝＋－＠\t\r\n'")


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows in UTF-8 with the mark that Excel needs.

    Texts from outside are made inert, figures given as numbers stay as they are.
    """
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([make_inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def read_inert(cell: str) -> str:
    """The text that `make_inert` made a cell of; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and make_inert(cell[1:]) == cell else cell


def make_inert(cell: Any) -> Any:
    """A text that would begin a formula with an apostrophe before it; anything else as it is.

    Nothing is lost: a cell that begins with an apostrophe is the text after it, since a text of its own with one gets a
    second.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA) else cell
