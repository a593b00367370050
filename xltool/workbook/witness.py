"""Where each cell of a form stands in a returned workbook: its hidden name, its labels and its official place are three witnesses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from xltool.messages import finding
from xltool.model import Cell, CellKey, Column, Finding, FormSpec, Head, Rectangle, Row, Table
from xltool.workbook.a1 import cell_name, parse_reference, range_name
from xltool.workbook.address import GUIDE, HIDDEN, TABLE_TOP, Plan, name_of
from xltool.workbook.book import RawBook, RawSheet

Place: TypeAlias = tuple[int, int]
_SPACES: Final = re.compile(r"\s+")
EXAMPLES: Final = 6
"""How many places a finding about a whole sheet names."""


@dataclass
class Located:
    """Where the cells were found, and what was noticed in finding them."""

    sheets: dict[str, RawSheet]  # expected name -> sheet
    cells: dict[CellKey, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def locate(book: RawBook, plan: Plan) -> Located:
    """The place of every cell on which the witnesses agree; the others are left out, each with a finding."""
    named = _named(book, plan)
    located = Located(_sheets(book, plan, named))
    located.findings.extend(_sheet_findings(book, plan, located.sheets))
    for table in plan.spec.tables:
        sheet = located.sheets.get(table.sheet)
        if sheet is not None:
            _table(plan, table, sheet, named, located)
    return located


def named_place(book: RawBook, sheets: Mapping[str, RawSheet], name: str) -> tuple[RawSheet, Place] | None:
    """The cell that a defined name points at, if it points at one cell of a sheet."""
    reference = parse_reference(book.names.get(name, ""))
    if reference is None or reference[1:3] != reference[3:5]:
        return None
    sheet = next((sheet for sheet in sheets.values() if sheet.name == reference[0]), None)
    return None if sheet is None else (sheet, (reference[1], reference[2]))


@lru_cache(maxsize=4096)
def canonical(label: str) -> str:
    """A label without what does not change it: spaces, line breaks, width, the sign behind a number."""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", label))
    return re.sub(r"^([0-9]+)[、.．]", r"\1.", text)


def _named(book: RawBook, plan: Plan) -> dict[CellKey, tuple[str, Place]]:
    """Sheet and place of each input by its hidden name."""
    found: dict[CellKey, tuple[str, Place]] = {}
    for cell in plan.spec.cells:
        if not cell.total:
            reference = parse_reference(book.names.get(name_of("cell", cell.key), ""))
            if reference is not None and reference[0] is not None:
                found[cell.key] = (reference[0], (reference[1], reference[2]))
    return found


def _sheets(book: RawBook, plan: Plan, named: Mapping[CellKey, tuple[str, Place]]) -> dict[str, RawSheet]:
    """Each expected sheet's sheet in the file: by name, else the one that its cells' names point to, else the one with its labels."""
    present = {sheet.name: sheet for sheet in book.sheets}
    found = {name: present[name] for name in plan.sheets if name in present}
    spare = {name: sheet for name, sheet in present.items() if name not in found}
    for name in plan.sheets:
        if name in found or not spare:
            continue
        table = next((table for table in plan.spec.tables if table.sheet == name), None)
        votes = Counter(named[key][0] for key, spot in plan.cells.items() if spot.sheet == name and key in named)
        best = next((sheet for sheet, _ in votes.most_common() if sheet in spare), None)
        if best is None:
            scores = {sheet: _resemblance(plan, name, table, raw) for sheet, raw in spare.items()}
            best = max(scores, key=lambda sheet: scores[sheet])
            best = best if scores[best] > 0.5 else None
        if best is not None:
            found[name] = spare.pop(best)
    return found


def _resemblance(plan: Plan, name: str, table: Table | None, sheet: RawSheet) -> float:
    """The share of a sheet's labels that stand in another sheet."""
    texts = {canonical(cell.text) for cell in sheet.cells.values() if cell.kind == "text"}
    if table is None:
        labels = [text.label for text in plan.spec.texts if plan.texts[text.key].sheet == name]
        wanted = {canonical(label) for label in labels} | {canonical(f"{label}（必写）") for label in labels}
        return len(wanted & texts) / len(labels) if labels else 0.0
    wanted = {canonical(area.text) for area in plan.grids[table.id].rectangles if area.text}
    return len(wanted & texts) / len(wanted)


def _sheet_findings(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet]) -> list[Finding]:
    found: list[Finding] = []
    for name in plan.sheets:
        if name not in sheets:
            lost = [cell.key for cell in plan.spec.cells if plan.cells[cell.key].sheet == name and not cell.total]
            texts = sum(spot.sheet == name for spot in plan.texts.values())
            severity = "error" if lost or texts else "info" if name in {GUIDE, HIDDEN} else "warning"
            found.append(finding("sheet.removed", *lost, severity=severity, expected=name, count=len(lost) + texts))
        elif sheets[name].name != name:
            found.append(finding("sheet.renamed", expected=name, found=sheets[name].name))
    used = {id(sheet) for sheet in sheets.values()}
    found.extend(finding("sheet.added", found=sheet.name) for sheet in book.sheets if id(sheet) not in used)
    return found


def _table(plan: Plan, table: Table, sheet: RawSheet, named: Mapping[CellKey, tuple[str, Place]], located: Located) -> None:
    """Weighs the witnesses for each cell of one table."""
    anchors = _anchors(plan, table, sheet)
    cells = [cell for cell in plan.spec.cells if cell.table is table]
    by_label = _labelled(plan, table, anchors)
    by_name = {cell.key: named[cell.key][1] for cell in cells if cell.key in named and named[cell.key][0] == sheet.name}
    claims: dict[Place, set[CellKey]] = defaultdict(set)
    for witness in (by_name, by_label):
        for key, place in witness.items():
            claims[place].add(key)
    lost: list[CellKey] = []
    shifted: list[tuple[Cell, Place]] = []
    for cell in cells:
        official = (plan.cells[cell.key].row, plan.cells[cell.key].column)
        told = [place for place in (by_name.get(cell.key), by_label.get(cell.key)) if place is not None]
        if not told:
            if not cell.total:
                lost.append(cell.key)
            continue
        rivals = {key for place in told for key in claims[place]} - {cell.key}
        if len(set(told)) > 1 or rivals:
            if not cell.total:
                places = "、".join(cell_name(*place) for place in dict.fromkeys([*told, official]))
                located.findings.append(finding("cell.conflict", cell.key, candidates=places))
            continue
        located.cells[cell.key] = told[0]
        if told[0] != official:
            shifted.append((cell, told[0]))
    if lost:
        located.findings.append(finding("cell.lost", *lost, count=len(lost)))
    if shifted:
        cell, place = shifted[0]
        example = f"“{cell.row.short}”“{cell.column.short}”从 {plan.cells[cell.key].address} 移到了 {cell_name(*place)}"
        located.findings.append(finding("layout.shifted", sheet=sheet.name, count=len(shifted), example=example))
    located.findings.extend(_label_findings(plan, table, sheet, anchors))
    if not shifted and not lost:
        located.findings.extend(_merge_findings(plan, table, sheet))


def _anchors(plan: Plan, table: Table, sheet: RawSheet) -> dict[Rectangle, Place]:
    """Where each label of the grid stands: the k-th of a text in the form is the k-th of it in the sheet, if there are as many."""
    variants = _variants(plan.spec, table)
    texts: dict[str, list[Place]] = defaultdict(list)
    for place, cell in sheet.cells.items():
        if cell.kind == "text" and cell.formula is None and place[0] >= 1:
            text = canonical(cell.text)
            texts[variants.get(text, text)].append(place)
    expected: dict[str, list[Rectangle]] = defaultdict(list)
    for area in plan.grids[table.id].rectangles:
        if area.key is None and area.text:
            expected[canonical(area.text)].append(area)
    anchors: dict[Rectangle, Place] = {}
    for text, areas in expected.items():
        places = sorted(texts.get(text, ()))
        if len(places) == len(areas):
            anchors.update(zip(sorted(areas, key=lambda area: (area.row, area.column)), places, strict=True))
        else:
            anchors.update({area: place for area in areas if (place := (TABLE_TOP + area.row, area.column)) in places})
    return anchors


def _labelled(plan: Plan, table: Table, anchors: Mapping[Rectangle, Place]) -> dict[CellKey, Place]:
    """The place of each cell as its row label and its column head tell it."""
    found: dict[CellKey, Place] = {}
    for key, (label, head) in _guides(plan, table).items():
        area = plan.areas[key]
        down, right = label or head, head
        if down in anchors and right in anchors:
            row = anchors[down][0] + area.row - down.row
            found[key] = (row, anchors[right][1] + area.column - right.column)
    return found


_guide_cache: Final[dict[tuple[str, str], dict[CellKey, tuple[Rectangle | None, Rectangle]]]] = {}


def _guides(plan: Plan, table: Table) -> dict[CellKey, tuple[Rectangle | None, Rectangle]]:
    """For each cell the innermost row label at its left and the innermost head above it, within its block; made once."""
    cached = _guide_cache.get((plan.spec.digest, table.id))
    if cached is not None:
        return cached
    found: dict[CellKey, tuple[Rectangle | None, Rectangle]] = {}
    areas = plan.grids[table.id].rectangles
    for area in areas:
        if area.key is None:
            continue
        near = [other for other in areas if other.block == area.block]
        labels = [o for o in near if o.role == "label" and o.row <= area.row < o.row + o.height]
        heads = [o for o in near if o.role == "head" and o.column <= area.column < o.column + o.width]
        label = max(labels, key=lambda o: o.column) if labels else None
        found[area.key] = (label, max(heads, key=lambda o: o.row))
    _guide_cache[plan.spec.digest, table.id] = found
    return found


def _variants(spec: FormSpec, table: Table) -> dict[str, str]:
    """Accepted other wordings, each with the official label that it stands for."""
    found: dict[str, str] = {}
    for block in table.blocks:
        items: list[Row | Column | Head] = [*block.rows, *block.columns]
        items += [head for item in (*block.rows, *block.columns) for head in item.heads]
        for item in items:
            found.update({canonical(variant): canonical(item.label) for variant in item.variants})
    return found


def _label_findings(plan: Plan, table: Table, sheet: RawSheet, anchors: Mapping[Rectangle, Place]) -> list[Finding]:
    found = []
    for area in plan.grids[table.id].rectangles:
        if area.key is None and area.text and area not in anchors:
            place = (TABLE_TOP + area.row, area.column)
            cell = sheet.cells.get(place)
            shown = "" if cell is None else cell.text[:60]
            found.append(finding("label.changed", sheet=sheet.name, address=cell_name(*place), expected=area.text, found=shown))
    return found


def _merge_findings(plan: Plan, table: Table, sheet: RawSheet) -> list[Finding]:
    present = set(sheet.merges)
    missing = []
    for area in plan.grids[table.id].rectangles:
        if area.height * area.width > 1:
            top = TABLE_TOP + area.row
            merge = (top, area.column, top + area.height - 1, area.column + area.width - 1)
            if merge not in present:
                missing.append(range_name(*merge))
    if not missing:
        return []
    ranges = "、".join(missing[:EXAMPLES]) + (f" 等 {len(missing)} 处" if len(missing) > EXAMPLES else "")
    return [finding("merge.undone", sheet=sheet.name, ranges=ranges)]
