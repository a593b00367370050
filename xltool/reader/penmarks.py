"""What people write over and beside a cell without changing what it holds: strikes through it, and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xltool.codes import GRADES
from xltool.forms.sheet_names import HIDDEN
from xltool.forms.text import LONGEST_TEXT
from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding, Leftover
from xltool.reader.blank import MAX_LEFTOVERS
from xltool.reader.evidence import MAX_NAMED_PLACES, quote_unread, shorten
from xltool.reader.locate import LocatedCells
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.cell import Position
from xltool.spreadsheet.sheet import RawSheet
from xltool.workbook.layout_plan import Plan

_FIGURE: Final = re.compile(r"\d|[一二三四五六七八九十百]+件")
_OURS: Final = re.compile(rf"(?:[^\n:：]*[:：]\s*)?(?:【(?:{'|'.join(GRADES.values())})】|疑似错误：)")
"""How the comments begin with which a workbook went back, whatever author an application put before them."""


def find_struck_figures(plan: Plan, located: LocatedCells) -> Iterator[Finding]:
    """One finding a table about figures that are struck through, or part of which is."""
    found: dict[str, dict[CellKey, str]] = {table.id: {} for table in plan.spec.tables}
    for cell in plan.spec.inputs:
        sheet, place = located.sheets.get(cell.table.sheet), located.cells.get(cell.key)
        struck = "" if place is None or sheet is None else find_struck_text(sheet, place)
        if place is not None and struck:
            found[cell.table.id][cell.key] = f"{cell_name(*place)}“{shorten(struck)}”"
    for struck_cells in filter(None, found.values()):
        example = join_first([*struck_cells.values()], MAX_NAMED_PLACES, "格")
        yield finding("cell.struck", *struck_cells, count=len(struck_cells), example=example)


def find_struck_text(sheet: RawSheet, place: Position) -> str:
    """What of a cell's content is struck through: all of it by its format, or parts of a text; nothing of most."""
    raw, look = sheet.cells.get(place), sheet.displays.get(place)
    if raw is None:
        return ""
    return raw.text.strip() if look is not None and look.struck else raw.struck.strip()


def find_comments(located: LocatedCells) -> Iterator[Finding]:
    """One finding a sheet about comments that hold figures; those with which the workbook went back are none."""
    for name, sheet in located.sheets.items():
        unread = tuple(
            Leftover(sheet.name, cell_name(*place), text.strip()[:LONGEST_TEXT])
            for place, text in sorted(sheet.comments.items())[:MAX_LEFTOVERS]
            if name != HIDDEN and _FIGURE.search(text) and not _OURS.match(text.strip())
        )
        if unread:
            found = quote_unread(unread, sheet.name)
            yield finding("sheet.comments", sheet=sheet.name, count=len(unread), found=found, unread=unread)
