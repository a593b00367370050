"""The version of a workbook by what reading one back rests on.

Where everything stands, what labels and formulas say, what may be filled in.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from xltool.forms.memo import derive_once
from xltool.model import RowList
from xltool.workbook.formula import list_formulas
from xltool.workbook.layout_plan import TABLE_TOP, Plan, recall_of_plan

DIGEST_DIGITS: Final = 16
"""Hexadecimal digits that a workbook bears of it."""


@derive_once
def compute_digest(plan: Plan) -> str:
    """The digest of a workbook's plan, equal for equal workbooks however their definitions are written.

    16 hexadecimal digits.

    It is made from what the reader compares, and from nothing else: so a comment, a prompt, a basis or the years of a
    form are not in it, and a change of our own layout or formulas is.
    """
    return str(recall_of_plan(plan, "digest", lambda: _compute_digest(plan)))


def _compute_digest(plan: Plan) -> str:
    spec, entries = plan.spec, plan.spec.entries_by_key.items()
    parts = {
        "sheets": plan.sheets,
        "names": {name: spot.reference for name, spot in plan.names().items()},
        "grids": {
            table.sheet: [
                (TABLE_TOP + area.row, area.column, area.height, area.width, area.text)
                for area in plan.grids[table.id].rectangles
            ]
            for table in spec.tables
        },
        "figures": {  # the rest of a measure stands in the formulas that count what is no figure
            plan.cells[cell.key].reference: (cell.measure.unit, cell.row.not_applicable) for cell in spec.cells
        },
        "texts": {text.key: text.label for text in spec.texts},
        **({"entries": {plan.cells[key].reference: each.kind.form for key, each in entries}} if entries else {}),
        **({"lists": {each.sheet: _describe_list(each) for each in spec.lists}} if spec.lists else {}),
        "formulas": {spot.reference: text for spot, text in list_formulas(plan).items()},
    }
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_DIGITS]


def _describe_list(row_list: RowList) -> list[object]:
    """What a list's sheet shows: its heads, its lines, and what its columns hold."""
    columns = ((c.label, c.measure.unit, c.entry.form if c.entry else "", c.total) for c in row_list.columns)
    return [row_list.serial, row_list.limit, *columns]
