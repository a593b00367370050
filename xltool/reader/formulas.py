"""The formulas of a returned workbook beside those of the form: which read otherwise, and which stand elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache, partial
from typing import Final

from xltool.forms.memo import derive_once
from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding
from xltool.reader.evidence import MAX_NAMED_PLACES
from xltool.reader.moves import SheetMoves, find_moves
from xltool.spreadsheet.a1 import cell_name, move_references
from xltool.spreadsheet.book import RawSheet
from xltool.spreadsheet.cell import Position
from xltool.workbook import formula
from xltool.workbook.layout_plan import Plan

_BESIDE_TEXTS: Final = re.compile(r"\"[^\"]*\"|[\s'$]+")


def find_changed_formulas(
    plan: Plan, sheets: Mapping[str, RawSheet], cells: Mapping[CellKey, Position]
) -> Iterator[Finding]:
    """Formulas that are gone or read otherwise than written, sheet by sheet.

    What moved or was typed over is told elsewhere.

    `sheets` are those of the file by the names that they should have; `cells` is where figures were found. Where rows
    or columns were put in, formulas have moved and follow what they refer to, as applications do it: that is no change.
    What was in rows and columns that were taken out, or pointed there, is gone with them.
    """
    moves = find_moves(plan, sheets, cells)
    gone = _find_gone_lines(plan, moves, cells)
    renamed = {
        f"{normalise_formula(sheet.name)}!": f"{normalise_formula(name)}!"
        for name, sheet in sheets.items()
        if sheet.name != name
    }
    for name, formulas in _expected_formulas(plan).items():
        if name not in sheets:
            continue
        places, keys, present = [], _index_totals(plan, name), sheets[name].cells
        written = sheets[name].formulas
        if not moves and (formulas == written or formulas.items() <= written.items()):
            continue
        for official, expected in formulas.items():
            place = _move_place(moves, name, *official)
            raw = present.get(place)
            key = keys.get(official)
            if key is not None and cells.get(key) != place:
                continue
            if gone and _stands_on(gone, name, expected, official):
                continue
            if raw is None or raw.formula is None:
                if key is None or raw is None or raw.kind == "empty":
                    places.append(place)
                continue
            wanted = move_references(expected, name, partial(_move_place, moves)) if moves else expected
            if _use_official_names(raw.formula, renamed) != normalise_formula(wanted):
                places.append(place)
        if places:
            cells_named = join_first([cell_name(*place) for place in places], MAX_NAMED_PLACES)
            yield finding("formula.changed", sheet=sheets[name].name, count=len(places), cells=cells_named)


def _find_gone_lines(
    plan: Plan, moves: Mapping[str, SheetMoves], cells: Mapping[CellKey, Position]
) -> set[tuple[str, int, int]]:
    """Rows (0) and columns (1), on sheets that have moved, of whose cells none is left: sheet, axis, number."""
    here: dict[bool, set[tuple[str, int, int]]] = {True: set(), False: set()}
    for key, spot in plan.cells.items():
        if spot.sheet in moves:
            here[key in cells] |= {(spot.sheet, 0, spot.row), (spot.sheet, 1, spot.column)}
    return here[False] - here[True]


def _stands_on(gone: Collection[tuple[str, int, int]], sheet: str, text: str, place: Position) -> bool:
    """Whether a formula stood in a row or column that is gone, or points into one."""
    seen = [(sheet, *place)]

    def see(home: str, row: int, column: int) -> Position:
        seen.append((home, row, column))
        return row, column

    move_references(text, sheet, see)
    return any((home, 0, row) in gone or (home, 1, column) in gone for home, row, column in seen)


def _move_place(moves: Mapping[str, SheetMoves], sheet: str, row: int, column: int) -> Position:
    return moves[sheet].move(row, column) if sheet in moves else (row, column)


def has_moved_formulas(plan: Plan, name: str, sheet: RawSheet) -> bool:
    """Whether a formula of that sheet of the form stands at another place, word for word, and not at its own.

    Who moves cells and leaves their references as they are, leaves the names of cells behind too.
    """
    expected = _expected_formulas(plan).get(name, {})
    if expected.items() <= sheet.formulas.items():
        return False
    here = {place: normalise_formula(formula) for place, formula in sheet.formulas.items()}
    if here.keys() == expected.keys():  # words name lines of 校验: when those move, each reads as the next one should
        totals = _index_totals(plan, name)
        expected = {place: own for place, own in expected.items() if place in totals}
    wanted = {place: normalise_formula(own) for place, own in expected.items()}
    strange = {text for place, text in here.items() if text != wanted.get(place)}
    return any(own in strange and here.get(place) != own for place, own in wanted.items())


@lru_cache(maxsize=4096)
def normalise_formula(text: str) -> str:
    """A formula as all applications write it: no spaces, quotes of sheets or dollar signs outside texts, one case."""
    return _BESIDE_TEXTS.sub(
        lambda match: match[0] if match[0].startswith('"') else "", text.replace("_xlfn.", "")
    ).upper()


def _use_official_names(text: str, renamed: Mapping[str, str]) -> str:
    """A formula in canonical form, with the official names of sheets that were renamed; that is told elsewhere."""
    if not renamed:
        return normalise_formula(text)
    names = re.compile("|".join(map(re.escape, sorted(renamed, key=len, reverse=True))))
    return names.sub(lambda match: renamed[match[0]], normalise_formula(text))


@derive_once
def _index_totals(plan: Plan, name: str) -> dict[Position, CellKey]:
    """The cells of a form that stand on one sheet, by place."""
    return {(spot.row, spot.column): key for key, spot in plan.cells.items() if spot.sheet == name}


@derive_once
def _expected_formulas(plan: Plan) -> dict[str, dict[Position, str]]:
    """The formulas of a form by sheet and place."""
    found: dict[str, dict[Position, str]] = defaultdict(dict)
    for spot, text in formula.list_formulas(plan).items():
        found[spot.sheet][spot.row, spot.column] = text
    return dict(found)
