"""Where each cell of a form stands in a returned workbook.

Its hidden name, its labels and its official place are three witnesses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from xltool.forms.label import normalise_label
from xltool.forms.memo import derive_once
from xltool.messages import finding, join_first
from xltool.model import CellKey, Column, Finding, Head, InputCell, Rate, Rectangle, Row, Table
from xltool.reader.blank import is_own_word
from xltool.reader.evidence import (
    MAX_NAMED_PLACES,
    MAX_QUOTED_CONTENT,
    Claim,
    describe_conflict,
    find_named_place,
    is_broken_name,
    list_unread,
    quote_unread,
    weigh_claims,
)
from xltool.reader.formulas import has_moved_formulas
from xltool.reader.matching import build_master, find_official_place, find_sheet_doubts, match_sheets
from xltool.spreadsheet.a1 import cell_name, range_name
from xltool.spreadsheet.book import RawBook, RawSheet
from xltool.spreadsheet.cell import Position
from xltool.workbook.layout_plan import TABLE_TOP, Plan, name_cell

Half: TypeAlias = tuple[int | None, int | None]
"""A row or a column alone."""


@dataclass
class LocatedCells:
    """Where the cells were found, and what was noticed in finding them."""

    sheets: dict[str, RawSheet]  # expected name -> sheet
    cells: dict[CellKey, Position] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def locate_cells(book: RawBook, plan: Plan) -> LocatedCells:
    """The place of every cell on which the witnesses agree; the others are left out, each with a finding."""
    named, broken = _find_named_inputs(book, plan)
    located = LocatedCells(match_sheets(book, plan, named))
    located.findings.extend(find_sheet_doubts(book, plan, located.sheets))
    for table in plan.spec.tables:
        if table.sheet in located.sheets:
            _locate_table(book, plan, table, (named, broken), located)
    return located


@derive_once
def _list_official_names(plan: Plan) -> tuple[Mapping[str, str], Mapping[CellKey, Claim]]:
    """The hidden names of the inputs as they were written, and what they say."""
    inputs = [cell.key for cell in plan.spec.inputs]
    written = {name_cell("cell", key): plan.cells[key].reference for key in inputs}
    return written, {key: (plan.cells[key].sheet, find_official_place(plan, key)) for key in inputs}


def _find_named_inputs(book: RawBook, plan: Plan) -> tuple[Mapping[CellKey, Claim], set[CellKey]]:
    """Where each input is by its hidden name, and the inputs whose names point nowhere."""
    written, official = _list_official_names(plan)
    if written.items() <= book.names.items() and {sheet for sheet, _ in official.values()} <= {
        sheet.name for sheet in book.sheets
    }:
        return official, set()
    claims = {key: find_named_place(book, name_cell("cell", key)) for key in official}
    named = {key: claim for key, claim in claims.items() if claim is not None}
    return named, {key for key in claims if is_broken_name(book, name_cell("cell", key))}


def _locate_table(
    book: RawBook,
    plan: Plan,
    table: Table,
    names: tuple[Mapping[CellKey, Claim], set[CellKey]],
    located: LocatedCells,
) -> None:
    """Weighs the witnesses for each cell of one table.

    Where two of a kind are at odds on a sheet, none of them is believed alone.
    """
    sheet = located.sheets[table.sheet]
    named, broken = names
    master, untouched = (
        build_master(plan, table),
        named == _list_official_names(plan)[1] and not broken and sheet.name == table.sheet,
    )
    if (
        untouched and master.is_shown_by(sheet) and not has_moved_formulas(plan, table.sheet, sheet)
    ):  # nearly all sheets: each witness says the same
        located.cells.update(master.places)
        located.cells.update({rate.key: find_official_place(plan, rate.key) for rate in _list_rates(plan, table)})
        located.findings.extend(_find_merge_doubts(plan, table, sheet))
        return
    anchors = _find_anchors(plan, table, sheet)
    inputs = [cell for cell in plan.spec.inputs if cell.table is table]
    totals = [cell for cell in plan.spec.cells if cell.table is table and cell.total]
    labelled, halves = _find_labelled_cells(plan, table, anchors)
    by_label = {key: (sheet.name, place) for key, place in labelled.items()}
    false = broken | {key for key, (name, place) in named.items() if key in halves and _is_denied(place, halves[key])}
    false |= {key for key, (name, _) in named.items() if name != sheet.name}
    if has_moved_formulas(
        plan, table.sheet, sheet
    ):  # and names were left behind; labels across stand above a line that may have moved by itself
        false |= {cell.key for cell in inputs if cell.block.across or cell.key not in by_label}
    told, odd = weigh_claims(
        [cell.key for cell in inputs], named, by_label, false=false, sound=_labels_in_order(anchors)
    )
    calm = not odd and _labels_in_order(anchors)
    for total in totals:
        if total.key in by_label and (calm or by_label[total.key][1] == find_official_place(plan, total.key)):
            told[total.key] = [by_label[total.key]]
    moved = {rate.key: labelled[rate.key] for rate in _list_rates(plan, table) if rate.key in labelled}
    located.cells.update(
        {key: place for key, place in moved.items() if calm or place == find_official_place(plan, key)}
    )
    lost = [cell.key for cell in inputs if not told[cell.key]]
    against = [cell for cell in inputs if cell.key in odd]
    shifted: list[InputCell] = []
    for cell in sorted([*inputs, *totals], key=lambda cell: plan.spec.order[cell.key]):
        if told.get(cell.key) and cell.key not in odd:
            located.cells[cell.key] = told[cell.key][0][1]
            if located.cells[cell.key] != find_official_place(plan, cell.key):
                shifted.append(cell)
    if lost:
        located.findings.append(finding("cell.lost", *lost, count=len(lost)))
    if against:
        first = against[0]
        example = (
            f"“{first.row.short}”“{first.column.short}”："
            f"{describe_conflict(named.get(first.key), by_label.get(first.key), sheet.name)}"
        )
        claims = [
            claim for cell in against for claim in (*told[cell.key], (sheet.name, find_official_place(plan, cell.key)))
        ]
        unread = [each for each in list_unread(book, claims) if not is_own_word(plan, each.content)]
        keys = [cell.key for cell in against]
        stands = f"；那里现有 {quote_unread(unread, sheet.name)}" if unread else "；那里都是空的"
        located.findings.append(
            finding(
                "cell.conflict",
                *keys,
                count=len(keys),
                example=f"{example}{stands}",
                found=quote_unread(unread),
                unread=tuple(unread),
            )
        )
    if shifted:
        way = f"从 {plan.cells[shifted[0].key].address} 移到了 {cell_name(*located.cells[shifted[0].key])}"
        example = f"“{shifted[0].row.short}”“{shifted[0].column.short}”{way}"
        located.findings.append(finding("layout.shifted", sheet=sheet.name, count=len(shifted), example=example))
    located.findings.extend(_find_label_doubts(plan, table, located, anchors, quiet=bool(against)))
    if not shifted and not lost and not against:
        located.cells = {cell.key: find_official_place(plan, cell.key) for cell in totals} | located.cells
        located.findings.extend(_find_merge_doubts(plan, table, sheet))


def _list_rates(plan: Plan, table: Table) -> list[Rate]:
    return [rate for rate in plan.spec.rates if rate.table is table]


def _labels_in_order(anchors: Mapping[Rectangle, Position]) -> bool:
    """Whether the labels stand in the order of the form, down and across: labels that were swapped do not."""
    down = sorted({(area.row, place[0]) for area, place in anchors.items()})
    across = sorted({(area.column, place[1]) for area, place in anchors.items()})
    return all(a[0] < b[0] and a[1] < b[1] for pairs in (down, across) for a, b in pairwise(pairs))


def _find_anchors(plan: Plan, table: Table, sheet: RawSheet) -> dict[Rectangle, Position]:
    """Where each label of the grid stands.

    The k-th of a text in the form is the k-th of it in the sheet, if there are as many.
    """
    variants = _index_variants(table)
    texts: dict[str, list[Position]] = defaultdict(list)
    for place, cell in sheet.cells.items():
        if cell.kind == "text" and cell.formula is None and place[0] >= 1:
            text = normalise_label(cell.text)
            texts[variants.get(text, text)].append(place)
    expected: dict[str, list[Rectangle]] = defaultdict(list)
    for area in plan.grids[table.id].rectangles:
        if area.key is None and area.text:
            expected[normalise_label(area.text)].append(area)
    anchors: dict[Rectangle, Position] = {}
    for text, areas in expected.items():
        places = sorted(texts.get(text, ()))
        if len(places) == len(areas):
            anchors.update(zip(sorted(areas, key=lambda area: (area.row, area.column)), places, strict=True))
        else:
            anchors.update({area: place for area in areas if (place := (TABLE_TOP + area.row, area.column)) in places})
    return anchors


def _find_labelled_cells(
    plan: Plan, table: Table, anchors: Mapping[Rectangle, Position]
) -> tuple[dict[CellKey, Position], dict[CellKey, Half]]:
    """The place of each cell as its row label and its column head tell it.

    Its row or column alone where the other is gone.
    """
    found: dict[CellKey, Position] = {}
    halves: dict[CellKey, Half] = {}
    for key, (label, head) in _find_guides(plan, table).items():
        area, down, right = plan.areas[key], anchors.get(label), anchors.get(head)
        row = None if down is None else down[0] + area.row - label.row
        column = None if right is None else right[1] + area.column - head.column
        if row is not None and column is not None:
            found[key] = (row, column)
        else:
            halves[key] = (row, column)
    return found, halves


def _is_denied(place: Position, half: Half) -> bool:
    return any(told is not None and told != at for at, told in zip(place, half, strict=True))


@derive_once
def _find_guides(plan: Plan, table: Table) -> dict[CellKey, tuple[Rectangle, Rectangle]]:
    """For each cell what tells its row and what tells its column, within its block.

    The innermost row label at its left and the innermost head above it that say something; where a block prints none of
    the one kind, the other tells both.
    """
    found: dict[CellKey, tuple[Rectangle, Rectangle]] = {}
    areas = plan.grids[table.id].rectangles
    for area in areas:
        if area.key is None:
            continue
        near = [other for other in areas if other.block == area.block]
        labels = [
            o for o in near if o.role == "label" and o.row <= area.row < o.row + o.height and o.column < area.column
        ]
        heads = [o for o in near if o.role == "head" and o.column <= area.column < o.column + o.width]
        label = max(labels, key=lambda o: (bool(o.text), o.column), default=None)
        head = max(heads, key=lambda o: (bool(o.text), o.row), default=None)
        tells_row, tells_column = label or head, head or label
        if tells_row is not None and tells_column is not None:
            found[area.key] = (tells_row, tells_column)
    return found


def _index_variants(table: Table) -> dict[str, str]:
    """Accepted other wordings, each with the official label that it stands for."""
    found: dict[str, str] = {}
    for block in table.blocks:
        items: list[Row | Column | Head] = [*block.rows, *block.columns]
        items += [head for item in [*items] for head in getattr(item, "heads", ())]
        for item in items:
            found.update({normalise_label(variant): normalise_label(item.label) for variant in item.variants})
    return found


def _find_label_doubts(
    plan: Plan, table: Table, located: LocatedCells, anchors: Mapping[Rectangle, Position], *, quiet: bool
) -> list[Finding]:
    """One finding a sheet, naming the first labels that are not where they should be beside the cells as found.

    With `quiet`, those that only stand elsewhere are left out: a conflict of cells tells of them.
    """
    sheet, changed = located.sheets[table.sheet], []
    rows, columns = _find_possible_places(plan, table, located.cells)
    for area in plan.grids[table.id].rectangles:
        own = (TABLE_TOP + area.row, area.column)
        down, across = rows(own[0]), columns(own[1])
        place, anchor = (down[0], across[0]), anchors.get(area)
        astray = anchor is not None and not quiet and (anchor[0] not in down or anchor[1] not in across)
        if area.key is None and area.text and (anchor is None or astray):
            cell = sheet.cells.get(place)
            shown = "空白" if cell is None or not cell.text.strip() else f"“{cell.text[:MAX_QUOTED_CONTENT]}”"
            changed.append(f"{cell_name(*place)} 应为“{area.text}”，现为{shown}")
    if not changed:
        return []
    labels = join_first(changed, MAX_NAMED_PLACES, between="；")
    return [finding("label.changed", sheet=sheet.name, count=len(changed), labels=labels)]


def _find_possible_places(
    plan: Plan, table: Table, cells: Mapping[CellKey, Position]
) -> tuple[Callable[[int], tuple[int, ...]], Callable[[int], tuple[int, ...]]]:
    """Where a row and a column of a table may stand now, as its cells were found.

    One that has no cells stands where it stood, or has moved with the nearest that has.
    """

    def follow(axis: int) -> Callable[[int], tuple[int, ...]]:
        known = {
            find_official_place(plan, cell.key)[axis]: cells[cell.key][axis]
            for cell in plan.spec.every_cell
            if cell.table is table and cell.key in cells
        }

        def find(at: int) -> tuple[int, ...]:
            nearest = min(known, key=lambda own: abs(own - at), default=at)
            return (known[at],) if at in known else (at + known.get(nearest, nearest) - nearest, at)

        return find

    return follow(0), follow(1)


def _find_merge_doubts(plan: Plan, table: Table, sheet: RawSheet) -> list[Finding]:
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
    ranges = join_first(missing, MAX_NAMED_PLACES, "处")
    return [finding("merge.undone", sheet=sheet.name, ranges=ranges)]
