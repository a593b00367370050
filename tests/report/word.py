"""What a Word document says, read by python-docx.

The paragraphs, and the cells of its tables with their places and merges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

HAIR = 15  # twips, a quarter of a millimetre


def text(element: Any) -> str:
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def setting(tc: Any, name: str) -> Any:
    return tc.find(f"{qn('w:tcPr')}/{qn(name)}")


def rows(table: Any) -> list[list[tuple[str, int, str | None]]]:
    """Each row as (text, gridSpan, vMerge) of its cells."""
    found = []
    for tr in table._tbl.tr_lst:
        row = []
        for tc in tr.tc_lst:
            span, merge = setting(tc, "w:gridSpan"), setting(tc, "w:vMerge")
            down = None if merge is None else merge.get(qn("w:val"), "continue")
            row.append((text(tc).replace("\u3000", ""), 1 if span is None else int(span.get(qn("w:val"))), down))
        found.append(row)
    return found


def placed(table: Any) -> Iterator[tuple[int, int, str]]:
    """Each cell as (row, column, text), a merged one once, at its first place.

    Columns of a hair's breadth do not count: LibreOffice makes one where widths that add up differently in two rows
    miss each other.
    """
    real = [int(column.get(qn("w:w"))) > HAIR for column in table._tbl.tblGrid]
    for row, cells in enumerate(rows(table)):
        column = 0
        for said, span, merge in cells:
            if merge != "continue":
                yield row, sum(real[:column]), said
            column += span
