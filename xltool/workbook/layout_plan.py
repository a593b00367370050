"""The one place where keys turn into sheets and addresses.

Every cell, text, check and mark of identity of a form's workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, NamedTuple

from xltool.forms import checks, layout
from xltool.forms.cell_checks import ToldTextCheck
from xltool.forms.checks import Check
from xltool.forms.controls import list_control_totals
from xltool.forms.kept import make_or_recall
from xltool.forms.list_terms import list_terms
from xltool.forms.memo import derive_once, find_source
from xltool.forms.sheet_names import CHECKS, CONTROLS, COVER, GUIDE, HIDDEN, TEXTS
from xltool.model import (
    CARRIED,
    PRIOR,
    YEAR_AGO,
    Cell,
    CellKey,
    FormSpec,
    Grid,
    ListTerm,
    PeriodEdge,
    Rectangle,
    RowList,
    Table,
    Text,
    bare_key,
    is_earlier,
)
from xltool.spreadsheet.a1 import cell_name, quote_sheet

TABLE_TOP: Final = 2
"""Rows above a table's grid: the title, and the line with agency and state. So 表三's first figure stands in D6."""
STATE_ROW: Final = 1
"""The line with the agency at the left and the state of the whole workbook at the right."""
AGENCY_LABEL: Final = "填报单位"
"""What that line begins with, before a colon and the agency's name."""
TEXT_STATE: Final = 1
"""The column where the state begins on 文字: it covers all but the names of the texts."""
PRIOR_LINE: Final = 3
"""Last year's line of a block across, counted from the line of words: the note comes next, then the heading."""
GUIDE_AGENCY_ROW, GUIDE_AGENCY_COLUMN = 3, 2
"""Where the guide says whose the workbook is."""
LIST_HEAD: Final = TABLE_TOP
"""The row of a list's heads; the serial stands in the first column, and line 1 in the row below."""
END_MARK: Final = "（到此为止）"
"""What the locked line below the last of a list says, in the column of the serial."""
COVER_TOP: Final = 2
TEXT_TOP: Final = 3
TO_DO_TOP: Final = 4
"""The first line of what is to be done, above the checks."""
MOST_TO_DO: Final = 6
CHECK_TOP: Final = TO_DO_TOP + MOST_TO_DO + 2
LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN, WHY_COLUMN = 4, 5, 6, 7, 8
"""Columns of the 校验 sheet."""
TO_DO_COLUMNS: Final = tuple(range(WHY_COLUMN + 1))
"""The columns of a line that is to be done, as those of the checks below."""
WHY_HEAD: Final = "说明"
"""What the head of the column for explanations begins with."""
LENGTH_COLUMN: Final = 3
"""The column of the 文字 sheet that counts characters."""
STATED_COLUMN: Final = 4
"""The column of the 文字 sheet that holds the figures of a text against the tables, in a form that states its words."""
RANK_COLUMN: Final = 3
"""The column of the very hidden sheet for the order of what is to be done, and what is missing."""
COPIES_COLUMN: Final = 4
"""The first column of the very hidden sheet for the copies of inputs, behind the marks, the sums and the ranks."""
RUN_ON_COLUMNS: Final = 8
"""The columns of the very hidden sheet for texts that run on."""
RUN_ON_LINES: Final = 65
"""The lines of a block in which long texts run on below all texts: a page of them."""
TALLIES: Final = ("figures", "texts", "errors", "asks")
"""What the sentence on the whole workbook counts: figures and texts missing, other lines to mend and to explain."""

META: Final = ("form", "digest", "code", "name", "level", "year", "scope", "serial")
"""What identifies a workbook; in this order on the very hidden sheet, as hidden names and as document properties."""
LAST_YEAR_MARK: Final = "prior"
"""One more mark in a workbook that shows last year's figures: the year that they are of."""
CONTROLS_MARK: Final = "controls"
"""One more mark in a workbook with 核对数."""
MARKS: Final = (*META, LAST_YEAR_MARK, CONTROLS_MARK)
CONTROL_TOP, CONTROL_COLUMN = 3, 3
"""The first row of a table on the sheet 核对数, and the column where they are typed."""
COVER_FIELDS: Final = ("name", "code", "level", "year", "scope")
"""The identity that the cover shows, in order."""


class Spot(NamedTuple):
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

    def seen_from(self, home: str) -> str:
        """The cell for a formula on the sheet `home` that stays where it is.

        E7, or '表三 依申请公开'!E7 from elsewhere.
        """
        return self.address if self.sheet == home else f"{quote_sheet(self.sheet)}!{self.address}"


@dataclass(frozen=True, slots=True)
class Word:
    """A cell beside or below a table that says in a word whether a row or column holds.

    Where, how wide, which checks, for which cells.
    """

    table: Table
    spot: Spot
    width: int
    checks: tuple[str, ...]
    keys: tuple[CellKey, ...]


@dataclass(frozen=True, slots=True)
class RunOnSource:
    """A cell whose text runs on where it is too long for its row.

    The text's key or the check's name, the heading of what runs on, the cell.
    """

    key: str
    label: str
    spot: Spot


class Plan:
    """Where everything of a form stands in its workbook, with `prior` in one that shows last year's figures too.

    With `controls` there is a sheet for 核对数, where the form has totals that may be typed again.
    """

    def __init__(self, spec: FormSpec, prior: bool = False, controls: bool = False) -> None:
        controls = controls and any(list_control_totals(spec, table).keys for table in spec.tables)
        self.spec, self.prior, self.with_controls = spec, prior, controls
        self.grids: Mapping[str, Grid] = {table.id: layout.grid(table) for table in spec.tables}
        tables = [part.sheet for part in spec.sheeted]
        written = [text for text in spec.texts if not text.on_cover]
        texts = [TEXTS] if written else []
        self.sheets = (GUIDE, COVER, *texts, *tables, *([CONTROLS] if controls else []), CHECKS, HIDDEN)
        self.cells: dict[CellKey, Spot] = {}
        self.areas: dict[CellKey, Rectangle] = {}
        for table in spec.tables:
            for area in self.grids[table.id].rectangles:
                if area.key is not None:
                    self.cells[area.key] = Spot(table.sheet, TABLE_TOP + area.row, area.column)
                    self.areas[area.key] = area
        cover = [text for text in spec.texts if text.on_cover]
        start = COVER_TOP + len(COVER_FIELDS)
        self.texts: dict[str, Spot] = {text.key: Spot(COVER, start + at, 1) for at, text in enumerate(cover)}
        self.texts |= {text.key: Spot(TEXTS, TEXT_TOP + at, 1) for at, text in enumerate(written)}
        self.cover: dict[str, Spot] = {field: Spot(COVER, COVER_TOP + at, 1) for at, field in enumerate(COVER_FIELDS)}
        self.mark = Spot(COVER, start + len(cover) + 1, 1)
        left_out = {*([] if prior else [LAST_YEAR_MARK]), *([] if controls else [CONTROLS_MARK])}
        marks = [field for field in MARKS if field not in left_out]
        self.meta: dict[str, Spot] = {field: Spot(HIDDEN, at, 1) for at, field in enumerate(marks)}
        self.controls: dict[CellKey, Spot] = {}
        self.control_lines: dict[str, Spot] = {}
        if controls:
            self._place_controls()
        self.priors: dict[CellKey, Spot] = dict(self._priors()) if prior else {}
        copies = dict(self._copies())
        self.copies: dict[CellKey, Spot] = {key: spot for key, spot in copies.items() if key in spec.index}
        self.entry_copies: dict[CellKey, Spot] = {key: copies[key] for key in spec.entries_by_key}
        self.earlier: dict[str, Spot] = dict(self._list_earlier()) if prior else {}
        self.unfit: dict[tuple[str, str], Spot] = dict(self._list_unfit())
        self._place_numbers()
        self.checks = checks.list_checks(spec, prior, controls)
        self.lines: dict[str, int] = {check.name: CHECK_TOP + at for at, check in enumerate(self.checks)}
        self.explanations: dict[str, Spot] = {
            check.name: Spot(CHECKS, self.lines[check.name], WHY_COLUMN)
            for check in self.checks
            if check.severity == "warning"
        }
        self.ranks = {check.name: Spot(HIDDEN, at, RANK_COLUMN) for at, check in enumerate(self.checks)}
        self.to_do = tuple(Spot(HIDDEN, len(self.checks) + at, RANK_COLUMN) for at in range(MOST_TO_DO))
        behind = len(self.checks) + MOST_TO_DO
        self.tallies = {name: Spot(HIDDEN, behind + at, RANK_COLUMN) for at, name in enumerate(TALLIES)}
        self.state = Spot(CHECKS, STATE_ROW, 1)
        self.states: dict[str, Spot] = {GUIDE: Spot(GUIDE, STATE_ROW, 0)}
        self.states |= {name: Spot(name, STATE_ROW, TEXT_STATE) for name in texts}
        self.states |= {table.sheet: Spot(table.sheet, STATE_ROW, _find_middle(table.widths)) for table in spec.tables}
        self.states |= {each.sheet: Spot(each.sheet, STATE_ROW, _find_middle(each.widths)) for each in spec.lists}
        self.words = tuple(self._words())
        self._place_run_on(written)
        self.text_copies = {text.key: Spot(HIDDEN, at, self._told_column) for at, text in enumerate(written)}
        self.told = {code: {text.key: spot for text, spot in spots} for code, spots in self._list_told(written)}
        self.stated_column = self._told_column + 1 + len(self.told)
        self.stated = {key: Spot(TEXTS, self.texts[key].row, STATED_COLUMN) for key in spec.stated.texts}

    def spot(self, key: CellKey) -> Spot:
        """Where a cell stands, or an earlier figure of it."""
        if key.startswith(PRIOR):
            return self.priors[key.removeprefix(PRIOR)]
        return self.earlier[key] if is_earlier(key) else self.cells[key]

    def place(self, key: CellKey) -> tuple[str, str]:
        """Sheet and address of a cell."""
        spot = self.cells[key]
        return spot.sheet, spot.address

    def run_on_line(self, at: int) -> Spot:
        """Where a line of what runs on stands: behind each block of lines is a note."""
        return Spot(self.run_on_sheet, self.run_on_top + 1 + at + at // RUN_ON_LINES, 0)

    def run_on_note(self, block: int) -> Spot:
        """Where stands below a block of lines what is left of the texts."""
        return Spot(self.run_on_sheet, self.run_on_top + 1 + (block + 1) * RUN_ON_LINES + block, 0)

    def names(self) -> dict[str, Spot]:
        """The hidden defined name of every input, text, explanation and mark of identity."""
        found = {name_cell("cell", cell.key): self.cells[cell.key] for cell in self.spec.inputs}
        found |= {name_cell("text", key): spot for key, spot in self.texts.items()}
        found |= {name_cell("why", name): spot for name, spot in self.explanations.items()}
        found |= {name_cell("control", key): spot for key, spot in self.controls.items()}
        return found | {name_cell("meta", field): spot for field, spot in self.meta.items()}

    def row_below(self, table: Table) -> int:
        """The first row below a table's grid, where its columns are judged in words."""
        return TABLE_TOP + self.grids[table.id].rows

    def column_beside(self, table: Table) -> int:
        """The column right of a table's grid, where its rows are judged in words."""
        return self.grids[table.id].columns

    def first_figure_column(self, table: Table) -> int:
        """The first column of figures of the blocks whose rows stand one below the other."""
        return min(
            (self.areas[c.key].column for c in self.spec.cells if c.table is table and not c.block.across), default=0
        )

    def _priors(self) -> Iterator[tuple[CellKey, Spot]]:
        """Last year's figures: in the same rows right of the column of words.

        Those of a block across in a line of its own below all.
        """
        for table in self.spec.tables:
            shift = self.column_beside(table) + 1 - self.first_figure_column(table)
            lines = {
                block: self.row_below(table) + PRIOR_LINE + 2 * at
                for at, block in enumerate(b for b in table.blocks if b.across)
            }
            for cell in self.spec.cells:
                if cell.table is table:
                    spot = self.cells[cell.key]
                    across = cell.block.across
                    yield (
                        cell.key,
                        Spot(
                            table.sheet,
                            lines[cell.block] if across else spot.row,
                            spot.column + (0 if across else shift),
                        ),
                    )

    @property
    def _told_column(self) -> int:
        """The first column of the very hidden sheet for what an office found in texts: the texts as they were."""
        return self.run_on_column + RUN_ON_COLUMNS

    @property
    def rate_column(self) -> int:
        """The first column of the very hidden sheet in which rates are divided, behind all others."""
        return self._told_column + 1 + sum(isinstance(check.kind, ToldTextCheck) for check in self.checks)

    def _list_told(self, written: Sequence[Text]) -> Iterator[tuple[str, list[tuple[Text, Spot]]]]:
        """The codes of what only who reads texts finds, each with where its count stands for each text."""
        kinds = [check.kind for check in self.checks if isinstance(check.kind, ToldTextCheck)]
        for number, kind in enumerate(kinds, 1):
            yield kind.code, [(text, Spot(HIDDEN, at, self._told_column + number)) for at, text in enumerate(written)]

    def _place_controls(self) -> None:
        """The totals that are typed again, those of each table below its name, what they say together, and heads."""
        row = CONTROL_TOP
        for table in self.spec.tables:
            keys = list_control_totals(self.spec, table).keys
            if keys:
                self.control_lines[table.id] = Spot(CONTROLS, row + 1, 0)
                self.controls |= {key: Spot(CONTROLS, row + 3 + at, CONTROL_COLUMN) for at, key in enumerate(keys)}
                row += len(keys) + 4

    def _place_run_on(self, written: Sequence[Text]) -> None:
        """Where what is too long for its cell runs on: below the texts, or below the lines of 校验 where none are."""
        self.run_on_sheet = TEXTS if written else CHECKS
        self.run_on_top = TEXT_TOP + len(written) if written else CHECK_TOP + len(self.checks) + 1
        self.run_on_column = COPIES_COLUMN + max((grid.columns for grid in self.grids.values()), default=1)
        self.run_on_sources = tuple(self._list_run_on_sources(written))

    def _list_run_on_sources(self, written: Sequence[Text]) -> Iterator[RunOnSource]:
        for text in written:
            spot = self.texts[text.key]
            yield RunOnSource(text.key, f"【{text.label}】全文（{spot.address} 格里印不全）", spot)
        for check in self.checks:
            if check.name in self.explanations:
                spot = self.explanations[check.name]
                yield RunOnSource(check.name, f"【“{CHECKS}”表 {spot.address} 的说明】全文（格里印不全）", spot)

    def _copies(self) -> Iterator[tuple[CellKey, Spot]]:
        """Where the very hidden sheet repeats each input.

        The tables one below the other, their cells side by side as they are.
        """
        top = 0
        for table in self.spec.tables:
            for cell in self.spec.inputs:
                if cell.table is table:
                    area = self.areas[cell.key]
                    yield cell.key, Spot(HIDDEN, top + area.row, COPIES_COLUMN + area.column)
            top += self.grids[table.id].rows

    def _list_earlier(self) -> Iterator[tuple[str, Spot]]:
        """Where the very hidden sheet holds the figures that rules look at and no table shows, below the copies.

        Of the same period of last year, and what is carried over.
        """
        keys = {key for rule in self.spec.rules for key in rule.linear.keys if key.startswith((YEAR_AGO, CARRIED))}
        top = sum(grid.rows for grid in self.grids.values())
        order = sorted(keys, key=lambda key: (key.startswith(CARRIED), self.spec.index[bare_key(key)]))
        for at, key in enumerate(order):
            yield key, Spot(HIDDEN, top + at, COPIES_COLUMN)

    def _list_unfit(self) -> Iterator[tuple[tuple[str, str], Spot]]:
        """Where the very hidden sheet counts what is wrong in each column of each list, below all figures."""
        top = sum(grid.rows for grid in self.grids.values()) + len(self.earlier)
        names = ((each.id, column.id) for each in self.spec.lists for column in each.columns)
        for at, name in enumerate(names):
            yield name, Spot(HIDDEN, top + at, COPIES_COLUMN)

    def _place_numbers(self) -> None:
        """Where the very hidden sheet counts what lists come to, in sums what that is, and the edges of the period."""
        terms = list_terms(self.spec)
        top = sum(grid.rows for grid in self.grids.values()) + len(self.earlier) + len(self.unfit)
        spots = (Spot(HIDDEN, row, COPIES_COLUMN) for row in count(top))
        self.numbers: dict[ListTerm, Spot] = {term: next(spots) for term in terms}
        self.summed: dict[ListTerm, Spot] = {term: next(spots) for term in terms}
        asked = [each.operand for term in terms for each in term.conditions]
        self.edges: dict[PeriodEdge, Spot] = {edge: next(spots) for edge in PeriodEdge if edge in asked}

    def list_column(self, row_list: RowList, at: int) -> tuple[Spot, Spot]:
        """The head of a column of a list, and the locked cell that ends it below the last line, in an agency's own."""
        column = at + 1
        return Spot(row_list.sheet, LIST_HEAD, column), Spot(row_list.sheet, LIST_HEAD + row_list.limit + 1, column)

    def _words(self) -> Iterator[Word]:
        """One word for each row or column that checks judge; the checks of a place share it."""
        found: dict[tuple[Table, Spot, int], tuple[list[str], list[CellKey]]] = {}
        for check in self.checks:
            if check.kind is not None and check.kind.beside:
                for cell in check.kind.cells(self.spec, check.table):
                    self._note(found, self._find_row_word(cell), check.name, [cell.key])
            elif check.rule is not None and check.rule.at:
                cell = self.spec.cell(check.rule.linear.own[0])
                place = self._find_row_word(cell) if check.rule.at == cell.row.id else self._find_column_word(cell)
                self._note(found, place, check.name, check.rule.linear.own)
        errors = {check.name for check in self.checks if check.severity == "error"}
        for (table, spot, width), (names, keys) in found.items():
            gravest_first = sorted(names, key=lambda name: name not in errors)
            yield Word(table, spot, width, tuple(gravest_first), tuple(dict.fromkeys(keys)))

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

    def _find_row_word(self, cell: Cell) -> tuple[Table, Spot, int]:
        """Where the row of a cell is judged: right of the table, or below it when its rows stand side by side.

        Below there is room for the rows of one block alone.
        """
        if not cell.block.across or len(cell.table.blocks) > 1:
            return cell.table, Spot(cell.table.sheet, self.cells[cell.key].row, self.column_beside(cell.table)), 1
        line = [self.areas[c.key] for c in self.spec.cells if c.block is cell.block and c.row is cell.row]
        return (
            cell.table,
            Spot(cell.table.sheet, self.row_below(cell.table), line[0].column),
            sum(area.width for area in line),
        )

    def _find_column_word(self, cell: Cell) -> tuple[Table, Spot, int] | None:
        """Where the column of a cell is judged: below the table, if that column is of one block alone."""
        if cell.block.across or len(cell.table.blocks) > 1:
            return None
        area = self.areas[cell.key]
        return cell.table, Spot(cell.table.sheet, self.row_below(cell.table), area.column), area.width


def _find_middle(widths: Sequence[int]) -> int:
    """The first column, but not the first of all, behind which no more than half of a table's width is left."""
    return next(at for at in range(1, len(widths) + 1) if 2 * sum(widths[:at]) >= sum(widths) or at == len(widths) - 1)


make_plan = derive_once(Plan)
"""The plan of a form's workbook, with last year's figures or without."""


def recall_of_plan(plan: Plan, what: str, make: Callable[[], Any]) -> Any:
    """What is derived from a plan, as plain JSON, kept from one process to the next (`forms.kept`)."""
    spec, variant = plan.spec, f"{plan.prior:d}{plan.with_controls:d}"
    return make_or_recall(f"{spec.id}.{what}{variant}", (find_source(spec), variant), make)


def name_cell(kind: str, key: str) -> str:
    """A key as a defined name: `cell__applications__received__total`.

    Ids hold single underscores only, so it stays unique.
    """
    return f"{kind}__{key.replace('@', '___').replace('.', '__')}"


def name_explanation(check: Check) -> str:
    """What a message calls the cell where a check is explained."""
    return f"说明（{check.subject}：{check.text}）"


def write_mark(meta: Mapping[str, str]) -> str:
    """The visible mark of identity at the foot of the cover."""
    return " · ".join(meta[field] for field in ("form", "digest", "code", "year", "serial") if meta[field])


def write_page_mark(meta: Mapping[str, str]) -> str:
    """The mark at the foot of each printed page.

    The same for all agencies, so that a stamp need not touch the sheets.
    """
    return " · ".join(meta[field] for field in ("form", "digest", "year"))
