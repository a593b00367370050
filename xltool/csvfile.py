"""Lists as .csv files that Excel and WPS open as Chinese text.

No cell of them is taken for a formula, and no text is lost.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

# What spreadsheets take for the beginning of a formula, in both widths, and the blanks that they skip before it. The
# apostrophe is here too, so that the one put in front can be taken away again without taking one of the text's own.
_FORMULA: Final = tuple("=+-@＝＋－＠\t\r\n'")
_PIECE: Final = 2**16
"""Characters that are written at once."""


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows in UTF-8 with the mark that Excel needs.

    Texts from outside are made inert, figures given as numbers stay as they are.
    """
    return b"".join(write_csv(rows))


def write_csv(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """What `as_csv` gives, in pieces, so that no list is too long."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield codecs.BOM_UTF8
    for row in rows:
        writer.writerow([make_inert(cell) for cell in row])
        if buffer.tell() > _PIECE:
            yield buffer.getvalue().encode("utf-8")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8")


def read_inert(cell: str) -> str:
    """The text that `make_inert` made a cell of; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and make_inert(cell[1:]) == cell else cell


def make_inert(cell: Any) -> Any:
    """A text that would begin a formula with an apostrophe before it; anything else as it is.

    Nothing is lost: a cell that begins with an apostrophe is the text after it, since a text of its own with one gets a
    second.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA) else cell
