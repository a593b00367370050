"""The one place where keys turn into sheets and addresses: every cell, text, check and mark of identity of a form's workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.forms import checks, layout
from xltool.model import Cell, CellKey, FormSpec, Grid, Rectangle, Table
from xltool.workbook.a1 import cell_name, quote_sheet

GUIDE, COVER, TEXTS, CHECKS, HIDDEN = "填报说明", "封面", "文字", "校验", "_xltool"

TABLE_TOP: Final = 2
"""Rows above a table's grid: the title, and the line with agency and state. So 表三's first figure stands in D6."""
COVER_TOP: Final = 2
TEXT_TOP: Final = 3
CHECK_TOP: Final = 5

META: Final = ("form", "digest", "code", "name", "level", "year", "scope", "serial")
"""What identifies a workbook; in this order on the very hidden sheet, as hidden names and as document properties."""
COVER_FIELDS: Final = ("name", "code", "level", "year", "scope")
"""The identity that the cover shows, in order."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A zero-based cell of a sheet."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """The cell as the clerk sees it: E7."""
        return cell_name(self.row, self.column)

    @property
    def reference(self) -> str:
        """The cell for a defined name or a formula on another sheet: '表三 依申请公开'!$E$7."""
        return f"{quote_sheet(self.sheet)}!{cell_name(self.row, self.column, absolute=True)}"


@dataclass(frozen=True, slots=True)
class Word:
    """A cell beside or below a table that says in a word whether a row or column holds: where, how wide, which checks, for which cells."""

    table: Table
    spot: Spot
    width: int
    checks: tuple[str, ...]
    keys: tuple[CellKey, ...]


class Plan:
    """Where everything of a form stands in its workbook."""

    def __init__(self, spec: FormSpec) -> None:
        self.spec = spec
        self.grids: Mapping[str, Grid] = {table.id: layout.grid(table) for table in spec.tables}
        self.sheets = (GUIDE, COVER, TEXTS, *(table.sheet for table in spec.tables), CHECKS, HIDDEN)
        self.cells: dict[CellKey, Spot] = {}
        self.areas: dict[CellKey, Rectangle] = {}
        for table in spec.tables:
            for area in self.grids[table.id].rectangles:
                if area.key is not None:
                    self.cells[area.key] = Spot(table.sheet, TABLE_TOP + area.row, area.column)
                    self.areas[area.key] = area
        cover = [text for text in spec.texts if text.place == "cover"]
        written = [text for text in spec.texts if text.place == "texts"]
        start = COVER_TOP + len(COVER_FIELDS)
        self.texts: dict[str, Spot] = {text.key: Spot(COVER, start + at, 1) for at, text in enumerate(cover)}
        self.texts |= {text.key: Spot(TEXTS, TEXT_TOP + at, 1) for at, text in enumerate(written)}
        self.cover: dict[str, Spot] = {field: Spot(COVER, COVER_TOP + at, 1) for at, field in enumerate(COVER_FIELDS)}
        self.mark = Spot(COVER, start + len(cover) + 1, 1)
        self.meta: dict[str, Spot] = {field: Spot(HIDDEN, at, 1) for at, field in enumerate(META)}
        self.checks = checks.listed(spec)
        self.lines: dict[str, int] = {check.name: CHECK_TOP + at for at, check in enumerate(self.checks)}
        self.explanations: dict[str, Spot] = {
            check.name: Spot(CHECKS, self.lines[check.name], 8) for check in self.checks if check.severity == "warning"
        }
        self.state = Spot(CHECKS, 1, 1)
        self.words = tuple(self._words())

    def place(self, key: CellKey) -> tuple[str, str]:
        """Sheet and address of a cell."""
        spot = self.cells[key]
        return spot.sheet, spot.address

    def names(self) -> dict[str, Spot]:
        """The hidden defined name of every input, text, explanation and mark of identity."""
        found = {name_of("cell", cell.key): self.cells[cell.key] for cell in self.spec.cells if not cell.total}
        found |= {name_of("text", key): spot for key, spot in self.texts.items()}
        found |= {name_of("why", name): spot for name, spot in self.explanations.items()}
        return found | {name_of("meta", field): spot for field, spot in self.meta.items()}

    def below(self, table: Table) -> int:
        """The first row below a table's grid, where its columns are judged in words."""
        return TABLE_TOP + self.grids[table.id].rows

    def beside(self, table: Table) -> int:
        """The column right of a table's grid, where its rows are judged in words."""
        return self.grids[table.id].columns

    def frame(self, table: Table) -> tuple[int, int]:
        """The last row and column of the range from A1 that formulas point into: its corners are locked, so it cannot be cut apart."""
        return self.below(table), self.beside(table)

    def _words(self) -> Iterator[Word]:
        """One word for each row or column that checks judge; the checks of a place share it."""
        found: dict[tuple[Table, Spot, int], tuple[list[str], list[CellKey]]] = {}
        for check in self.checks:
            if check.kind == "level" and check.table is not None:
                for cell in checks.leveled(check.table, self.spec):
                    self._note(found, self._beside(cell), check.name, [cell.key])
            elif check.rule is not None and check.rule.at:
                cell = self.spec.cell(check.rule.linear.left[0][0])
                place = self._beside(cell) if check.rule.at == cell.row.id else self._under(cell)
                self._note(found, place, check.name, check.rule.linear.keys)
        for (table, spot, width), (names, keys) in found.items():
            yield Word(table, spot, width, tuple(names), tuple(dict.fromkeys(keys)))

    @staticmethod
    def _note(
        found: dict[tuple[Table, Spot, int], tuple[list[str], list[CellKey]]],
        place: tuple[Table, Spot, int] | None,
        name: str,
        keys: Sequence[CellKey],
    ) -> None:
        if place is not None:
            names, cells = found.setdefault(place, ([], []))
            cells.extend(keys)
            if name not in names:
                names.append(name)

    def _beside(self, cell: Cell) -> tuple[Table, Spot, int]:
        """Where the row of a cell is judged: right of the table, or below it when its rows stand side by side."""
        if not cell.block.across:
            return cell.table, Spot(cell.table.sheet, self.cells[cell.key].row, self.beside(cell.table)), 1
        line = [self.areas[c.key] for c in self.spec.cells if c.block is cell.block and c.row is cell.row]
        return cell.table, Spot(cell.table.sheet, self.below(cell.table), line[0].column), sum(area.width for area in line)

    def _under(self, cell: Cell) -> tuple[Table, Spot, int] | None:
        """Where the column of a cell is judged: below the table, if that column is of one block alone."""
        if cell.block.across or len(cell.table.blocks) > 1:
            return None
        area = self.areas[cell.key]
        return cell.table, Spot(cell.table.sheet, self.below(cell.table), area.column), area.width


_plans: Final[dict[str, Plan]] = {}


def plan(spec: FormSpec) -> Plan:
    """The plan of a form, made once."""
    if spec.digest not in _plans:
        _plans[spec.digest] = Plan(spec)
    return _plans[spec.digest]


def name_of(kind: str, key: str) -> str:
    """A key as a defined name: `cell__applications__received__total`; ids hold single underscores only, so it stays unique."""
    return f"{kind}__{key.replace('@', '___').replace('.', '__')}"


def mark_text(meta: Mapping[str, str]) -> str:
    """The visible mark of identity at the foot of the cover and of each printed page."""
    return " · ".join(meta[field] for field in ("form", "digest", "code", "year", "serial") if meta[field])
