"""Which sheet of a returned workbook is which of the form's: by its name, its labels, and where hidden names point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from xltool.forms.label import normalise_label
from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS, COVER, GUIDE, HIDDEN, RETURN, TEXTS, TEXTS_TITLE
from xltool.messages import finding
from xltool.model import CellKey, Finding, FormSpec, Severity, Table
from xltool.reader.evidence import Claim
from xltool.spreadsheet.book import RawBook, RawCell, RawSheet
from xltool.spreadsheet.cell import Position
from xltool.workbook.layout_plan import COVER_FIELDS, META, TABLE_TOP, Plan, make_plan, name_cell
from xltool.workbook.marks import MARK_LABELS

ALIKE_SHEETS: Final = 0.5
"""The share of its labels by which a sheet is known without its name."""
_BEHIND_NAME: Final = frozenset(" -_（(")


@dataclass(frozen=True)
class TableMaster:
    """How a table's sheet was handed out: its labels by place, and where its cells are."""

    labels: Mapping[Position, RawCell]
    places: Mapping[CellKey, Position]

    def is_shown_by(self, sheet: RawSheet) -> bool:
        """Whether each label stands at its place, word for word, wherever its lines end.

        However often it stands elsewhere, that one is the table's.
        """
        cells = sheet.cells
        return all(
            cells.get(place) == label or _is_broken_line(cells.get(place), label)
            for place, label in self.labels.items()
        )


def _is_broken_line(cell: RawCell | None, label: RawCell) -> bool:
    """Whether a cell is a label whose line is broken, as the heads of our own workbooks are where they take two."""
    return cell is not None and cell._replace(text=cell.text.replace("\n", "")) == label


@derive_once
def build_master(plan: Plan, table: Table) -> TableMaster:
    """How a table's sheet is handed out."""
    labels = {
        (TABLE_TOP + area.row, area.column): RawCell("text", area.text)
        for area in plan.grids[table.id].rectangles
        if area.key is None and area.text
    }
    return TableMaster(
        labels,
        {
            cell.key: find_official_place(plan, cell.key)
            for cell in (*plan.spec.cells, *plan.spec.entries)
            if cell.table is table
        },
    )


def find_official_place(plan: Plan, key: CellKey) -> Position:
    """Where a cell stands in a workbook as handed out."""
    return plan.cells[key].row, plan.cells[key].column


def match_sheets(book: RawBook, plan: Plan, named: Mapping[CellKey, Claim]) -> dict[str, RawSheet]:
    """Each expected sheet's sheet in the file: by name, unless another one has its labels.

    Else the one that its cells' names point to, that has its labels, or whose name goes on behind the official one, as
    Numbers writes `校验 - 表格 1`.
    """
    present = {sheet.name: sheet for sheet in book.sheets if sheet.name != RETURN}
    tables = {table.sheet: table for table in plan.spec.tables}
    found = {name: present[name] for name in plan.sheets if name in present}
    spare = {name: sheet for name, sheet in present.items() if name not in found}
    for name, sheet in [*found.items()]:
        if (
            name in tables
            and not build_master(plan, tables[name]).is_shown_by(sheet)
            and measure_resemblance(plan, name, sheet) < ALIKE_SHEETS
        ):
            spare[sheet.name] = found.pop(name)
    for name in plan.sheets:
        if name in found or not spare:
            continue
        votes = Counter(named[key][0] for key, spot in plan.cells.items() if spot.sheet == name and key in named)
        weights = {sheet: _weigh_sheet(plan, name, raw, votes[sheet]) for sheet, raw in spare.items()}
        best = max(weights, key=lambda sheet: weights[sheet])
        if any(weights[best][at] for at in (0, 1, 3, 4)):
            found[name] = spare.pop(best)
    return found


def measure_resemblance(plan: Plan, name: str, sheet: RawSheet) -> float:
    """The share of the labels of one of the form's sheets that stand in a sheet, from 0 to 1."""
    labels = _list_labels(plan, name)
    texts = {normalise_label(cell.text) for cell in sheet.cells.values() if cell.kind == "text"}
    return sum(not texts.isdisjoint(wordings) for wordings in labels) / len(labels) if labels else 0.0


def find_sheet_doubts(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet]) -> list[Finding]:
    """The sheets that are gone, renamed, added, in another order or no longer locked."""
    found: list[Finding] = []
    for name in plan.sheets:
        if name not in sheets and name != HIDDEN:  # what that told is missed by identity
            lost = [cell.key for cell in plan.spec.inputs if cell.table.sheet == name]
            texts = sum(spot.sheet == name for spot in plan.texts.values())
            lines = any(row_list.sheet == name for row_list in plan.spec.lists)
            severity: Severity = "error" if lost or texts or lines else "info" if name == GUIDE else "warning"
            what = "，不影响读数" if name == GUIDE else "，其中的说明无法读取"
            what = f"，其中 {len(lost) + texts} 个填报格无法读取" if lost or texts else what
            what = "，其中的明细无法读取" if lines else what
            found.append(finding("sheet.removed", *lost, severity=severity, expected=name, what=what))
    renamed = [(name, sheets[name].name) for name in plan.sheets if name in sheets and sheets[name].name != name]
    if renamed:
        expected, named = ("”、“".join(names) for names in zip(*renamed, strict=True))
        found.append(finding("sheet.renamed", expected=expected, found=named))
    used = {id(sheet) for sheet in sheets.values()}
    found.extend(
        finding("sheet.added", found=sheet.name, state="" if sheet.visibility == "visible" else "隐藏的")
        for sheet in book.sheets
        if id(sheet) not in used and sheet.cells and not is_return(sheet) and not _is_former(sheet, plan)
    )
    order = [sheet.name for sheet in book.sheets if id(sheet) in used]
    if order != [sheets[name].name for name in plan.sheets if name in sheets]:
        found.append(finding("sheet.reordered", found="、".join(name for name in order if name != HIDDEN)))
    bare = [sheet.name for name, sheet in sheets.items() if name not in {GUIDE, HIDDEN} and not sheet.protected]
    if bare:
        found.append(finding("sheet.unprotected", found="、".join(f"“{name}”" for name in bare)))
    return found


def index_texts(sheet: RawSheet) -> dict[str, list[Position]]:
    """Where each text of a sheet stands that no formula shows, by the text as labels are compared."""
    found: dict[str, list[Position]] = {}
    for place, cell in sheet.cells.items():
        if cell.kind == "text" and cell.formula is None:
            found.setdefault(normalise_label(cell.text), []).append(place)
    return found


def _is_former(sheet: RawSheet, plan: Plan) -> bool:
    """Whether a sheet is that of texts, which a form without any once had too, with no place to write in."""
    title = sheet.cells.get((0, 0))
    return sheet.name == TEXTS and TEXTS not in plan.sheets and title is not None and title.text == TEXTS_TITLE


def is_return(sheet: RawSheet) -> bool:
    """Whether a sheet is that of the opinions with which the workbook once went back."""
    return sheet.name == RETURN or _goes_on(RETURN, sheet.name)


def find_cover(book: RawBook) -> RawSheet | None:
    """The cover: by its name, or the one sheet with most of the labels of its identity."""
    wanted = {normalise_label(MARK_LABELS[field]) for field in COVER_FIELDS}
    return _find_sheet(book, COVER, wanted)


def find_marks_sheet(book: RawBook) -> RawSheet | None:
    """The very hidden sheet: by its name, or the one sheet with most of the words for marks in its first column."""
    return _find_sheet(book, HIDDEN, set(META))


def recognise_form(book: RawBook, forms: Iterable[FormSpec]) -> FormSpec | None:
    """The one form whose hidden names or labels a workbook has that tells no form by itself."""
    found = [(_measure_likeness(book, make_plan(spec)), spec.id, spec) for spec in forms]
    likely = sorted((each for each in found if each[0] > ALIKE_SHEETS), reverse=True)
    doubtful = len(likely) > 1 and likely[0][0] == likely[1][0]
    return likely[0][2] if likely and not doubtful else None


def _weigh_sheet(plan: Plan, name: str, sheet: RawSheet, votes: int) -> tuple[bool, int, float, bool, bool]:
    """What speaks for a sheet of the file as one of the form's, weightiest first."""
    alike = measure_resemblance(plan, name, sheet)
    return alike > ALIKE_SHEETS, votes, alike, _goes_on(name, sheet.name), sheet.name == name


def _goes_on(name: str, longer: str) -> bool:
    """Whether a name goes on behind the official one, but not in the same word."""
    return longer.startswith(name) and longer[len(name) : len(name) + 1] in _BEHIND_NAME


@derive_once
def _list_labels(plan: Plan, name: str) -> tuple[frozenset[str], ...]:
    """The labels by which a sheet of the form is known, each in the wordings that it may have."""
    table = next((table for table in plan.spec.tables if table.sheet == name), None)
    row_list = next((each for each in plan.spec.lists if each.sheet == name), None)
    if row_list is not None:
        labels = [{column.label, *column.variants} for column in row_list.columns]
    elif table is not None:
        labels = [{area.text} for area in plan.grids[table.id].rectangles if area.text]
    elif name == CHECKS:
        labels = [{check.text} for check in plan.checks]
    elif name == HIDDEN:
        labels = [{field} for field in META]
    else:
        labels = [{t.label, f"{t.label}（必写）"} for t in plan.spec.texts if plan.texts[t.key].sheet == name]
    return tuple({frozenset(map(normalise_label, wordings)) for wordings in labels})


def _find_sheet(book: RawBook, name: str, words: Collection[str]) -> RawSheet | None:
    named = next((sheet for sheet in book.sheets if sheet.name == name), None)
    if named is not None:
        return named
    alike = []
    for sheet in book.sheets:
        texts = {normalise_label(cell.text) for cell in sheet.cells.values() if cell.kind == "text"}
        if len(texts.intersection(words)) > ALIKE_SHEETS * len(words):
            alike.append(sheet)
    return alike[0] if len(alike) == 1 else None


def _measure_likeness(book: RawBook, plan: Plan) -> float:
    """The share of a form's hidden names that a workbook has, or of the labels of its tables and lists: the larger."""
    inputs = [cell.key for cell in plan.spec.inputs]
    named = sum(name_cell("cell", key) in book.names for key in inputs) / max(1, len(inputs))  # lists have no names
    alike = [
        max((measure_resemblance(plan, each.sheet, sheet) for sheet in book.sheets), default=0.0)
        for each in plan.spec.sheeted
    ]
    return max(named, sum(alike) / len(alike))
