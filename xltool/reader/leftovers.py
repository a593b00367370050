"""What is written in a returned workbook where nothing is read: beside and below the form's cells, in inserted rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from xltool.forms.memo import derive_once
from xltool.forms.number import is_figure_like
from xltool.forms.sheet_names import CHECKS, GUIDE, HIDDEN
from xltool.messages import finding
from xltool.model import Finding, Leftover
from xltool.reader.blank import MAX_LEFTOVERS, MAX_LOOKED_AT, find_writing, read_blank
from xltool.reader.evidence import Claim, list_unread, quote_unread
from xltool.reader.identity import Identity
from xltool.reader.locate import LocatedCells
from xltool.reader.matching import find_official_place, is_return
from xltool.reader.ticks import read_ticks
from xltool.spreadsheet.book import RawBook, RawSheet
from xltool.spreadsheet.cell import Position
from xltool.workbook.layout_plan import Plan
from xltool.workbook.tick_marks import ACCEPT_COLUMN

_OF_A_VERSION: frozenset[str] = frozenset({CHECKS, GUIDE})
"""Sheets that have other lines in another version of a form."""


def find_unread_writing(
    book: RawBook, plan: Plan, identity: Identity, located: LocatedCells, taken: Collection[Claim]
) -> Iterator[Finding]:
    """One finding a sheet about figures and texts that stand where the form reads nothing.

    `plan` is that of the version which the workbook was made with, where that is known; `taken` are the places of the
    texts and explanations that were read, and those that other findings quote. Formulas are nobody's writing.
    """
    for name, sheet in located.sheets.items():
        if name != HIDDEN and (identity.version is not None or name not in _OF_A_VERSION):
            blank = read_blank(plan).get(name)
            if blank is not None and (
                not sheet.cells.keys() <= blank.places or _find_words_for_figures(plan, name, sheet)
            ):
                read = {place for home, place in taken if home == sheet.name}
                places = _find_extra_places(plan, identity, name, located, read)
                yield from _report_unread(sheet, list_unread(book, ((sheet.name, place) for place in places)))
    for sheet in filter(is_return, book.sheets):
        beside = sorted(place for place in sheet.cells.keys() - read_ticks(sheet).places if place[1] >= ACCEPT_COLUMN)
        yield from _report_unread(sheet, list_unread(book, ((sheet.name, place) for place in beside)))


def _report_unread(sheet: RawSheet, unread: tuple[Leftover, ...]) -> Iterator[Finding]:
    if unread:
        found = quote_unread(unread, sheet.name)
        yield finding(
            "sheet.unread",
            sheet=sheet.name,
            count=f"{len(unread)} 多" if len(unread) == MAX_LEFTOVERS else len(unread),
            found=found,
            unread=unread,
        )


def _find_extra_places(
    plan: Plan, identity: Identity, name: str, located: LocatedCells, taken: set[Position]
) -> list[Position]:
    """The places of a sheet with content that nobody reads and the form does not write."""
    sheet = located.sheets[name]
    spots = (*plan.texts.values(), *plan.explanations.values(), *plan.controls.values())
    official = {(spot.row, spot.column) for spot in spots if spot.sheet == name}
    keys = [cell.key for cell in plan.spec.every_cell if cell.table.sheet == name and cell.key in located.cells]
    owns = [find_official_place(plan, key) for key in keys]
    moves = {
        (at[0] - own[0], at[1] - own[1]) for key, own in zip(keys, owns, strict=True) for at in [located.cells[key]]
    }
    if moves <= {(0, 0)} and taken <= official:
        repeated = {place for place, first in _list_covered(plan, name) if _hold_the_same(sheet, place, first)}
        own = read_blank(plan)[name].places - _find_words_for_figures(plan, name, sheet)
        return find_writing(plan, sheet, taken | repeated | own)
    read = taken | {located.cells[key] for key in keys}
    bottom, right = _find_edges(plan, name, moves)
    extra = find_writing(plan, sheet, read, identity.version is not None)
    return [place for place in extra if place[0] < bottom and place[1] < right]


def _find_words_for_figures(plan: Plan, name: str, sheet: RawSheet) -> set[Position]:
    """Where words stand in place of last year's figures, which nobody reads."""
    shown = {(spot.row, spot.column) for spot in plan.priors.values() if spot.sheet == name}
    texts = {place: cell.text for place in shown if (cell := sheet.cells.get(place)) and cell.kind == "text"}
    return {place for place, text in texts.items() if not is_figure_like(text[:MAX_LOOKED_AT])}


@derive_once
def _list_covered(plan: Plan, name: str) -> tuple[tuple[Position, Position], ...]:
    """The places of a sheet that the form's merged cells for figures cover, each with that of the figure."""
    return tuple(
        ((spot.row + down, spot.column + across), (spot.row, spot.column))
        for key, spot in plan.cells.items()
        if spot.sheet == name
        for down in range(plan.areas[key].height)
        for across in range(plan.areas[key].width)
        if down or across
    )


def _hold_the_same(sheet: RawSheet, place: Position, first: Position) -> bool:
    """Whether two cells hold one text: programs that know no merges write it into each cell."""
    one, other = sheet.cells.get(place), sheet.cells.get(first)
    return one is not None and other is not None and one.text == other.text


def _find_edges(plan: Plan, name: str, moves: Collection[Position]) -> Position:
    """Where a moved table with last year's figures beside it ends: these are not the agency's; no other sheet ends."""
    table = next((table for table in plan.spec.tables if table.sheet == name), None)
    if table is None or not plan.prior:
        return 2**31, 2**31
    down, across = (max((move[axis] for move in moves), default=0) for axis in (0, 1))
    return plan.row_below(table) + max(down, 0), plan.column_beside(table) + max(across, 0)
