"""The formulas of a returned workbook beside those of the form: which read otherwise, and which stand elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from xltool.forms.memo import derive_once
from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding
from xltool.reader.evidence import EXAMPLES, Place
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.book import RawSheet
from xltool.workbook import formula
from xltool.workbook.layout_plan import Plan

_BESIDE_TEXTS: Final = re.compile(r"\"[^\"]*\"|[\s'$]+")


def changed(plan: Plan, sheets: Mapping[str, RawSheet], cells: Mapping[CellKey, Place]) -> Iterator[Finding]:
    """Formulas that are gone or read otherwise than written, sheet by sheet; what moved or was typed over is told elsewhere.

    `sheets` are those of the file by the names that they should have; `cells` is where figures were found.
    """
    renamed = {
        f"{canonical(sheet.name)}!": f"{canonical(name)}!" for name, sheet in sheets.items() if sheet.name != name
    }
    for name, formulas in _expected(plan).items():
        if name not in sheets:
            continue
        places, keys, present = [], _totals(plan, name), sheets[name].cells
        for place, expected in formulas.items():
            raw = present.get(place)
            if raw is not None and raw.formula == expected:
                continue
            key = keys.get(place)
            if key is not None and cells.get(key) != place:
                continue
            if raw is None or raw.formula is None:
                if key is None or raw is None or raw.kind == "empty":
                    places.append(place)
            elif _official(raw.formula, renamed) != canonical(expected):
                places.append(place)
        if places:
            cells_named = join_first([cell_name(*place) for place in places], EXAMPLES)
            yield finding("formula.changed", sheet=sheets[name].name, count=len(places), cells=cells_named)


def moved(plan: Plan, name: str, sheet: RawSheet) -> bool:
    """Whether a formula of that sheet of the form stands at another place, word for word, and not at its own.

    Who moves cells and leaves their references as they are, leaves the names of cells behind too.
    """
    expected = _expected(plan).get(name, {})
    if all((cell := sheet.cells.get(place)) is not None and cell.formula == own for place, own in expected.items()):
        return False
    strange = {
        canonical(c.formula)
        for place, c in sheet.cells.items()
        if c.formula is not None and c.formula != expected.get(place)
    }
    if not strange:
        return False
    here = {place: canonical(cell.formula) for place, cell in sheet.cells.items() if cell.formula is not None}
    return any((text := canonical(own)) in strange and here.get(place) != text for place, own in expected.items())


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """A formula as all applications write it: no spaces, quotes of sheets or dollar signs outside texts, one case."""
    return _BESIDE_TEXTS.sub(
        lambda match: match[0] if match[0].startswith('"') else "", text.replace("_xlfn.", "")
    ).upper()


def _official(text: str, renamed: Mapping[str, str]) -> str:
    """A formula in canonical form, with the official names of sheets that were renamed, which is a finding of its own."""
    if not renamed:
        return canonical(text)
    names = re.compile("|".join(map(re.escape, sorted(renamed, key=len, reverse=True))))
    return names.sub(lambda match: renamed[match[0]], canonical(text))


@derive_once
def _totals(plan: Plan, name: str) -> dict[Place, CellKey]:
    """The cells of a form that stand on one sheet, by place."""
    return {(spot.row, spot.column): key for key, spot in plan.cells.items() if spot.sheet == name}


@derive_once
def _expected(plan: Plan) -> dict[str, dict[Place, str]]:
    """The formulas of a form by sheet and place."""
    found: dict[str, dict[Place, str]] = defaultdict(dict)
    for spot, text in formula.formulas(plan).items():
        found[spot.sheet][spot.row, spot.column] = text
    return dict(found)
