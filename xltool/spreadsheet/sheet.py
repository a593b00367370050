"""One worksheet part: its cells, merges, locks and what it hides, as the file has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias

from xltool.spreadsheet.a1 import ROWS, cell_name, shift_formula
from xltool.spreadsheet.cell import Area, Position, RawCell
from xltool.spreadsheet.cell_markup import MAX_FORMULA, MISPLACED, NO_STRING, Formula, WrittenCell
from xltool.spreadsheet.number_format import format_date, format_text
from xltool.spreadsheet.package import damage_refusal, limit_refusal
from xltool.spreadsheet.sheet_frame import MAX_COLUMNS, SheetFrame
from xltool.spreadsheet.written_row import WrittenRow

MAX_ROWS: Final = 2_000
MAX_CELLS: Final = 200_000
MAX_MERGES: Final = 5_000
MAX_FORMULAS: Final = 2**20
"""Characters of all formulas of a workbook, expanded: one long shared formula and many cells must fill neither memory
nor time."""
SHARED_WEIGHT: Final = 4
"""How often a character counts that has to be moved to another cell first: it takes so much longer than one that is
there."""


UNTOLD: Final = "…"
"""The formula of a cell whose file tells only that there is one."""
Visibility: TypeAlias = Literal["visible", "hidden", "veryHidden"]


class Display(NamedTuple):
    """How a cell shows what it holds, where that could mislead an eye.

    Its number format, whether it is drawn in its own background, and whether it is struck through.
    """

    format: str = "General"
    unseen: bool = False
    struck: bool = False


WHOLE_NUMBER: Final = Display("0")
"""How a count is displayed in our own workbooks; a whole number shows plainly in it."""


@dataclass(slots=True)
class Allowance:
    """What the sheets of one workbook have taken together of what is limited for them all: characters of formulas."""

    formulas: int = 0

    def take(self, count: int, part: str) -> None:
        """Notes so many characters more; Refusal `file.limit` beyond the limit."""
        self.formulas += count
        if self.formulas > MAX_FORMULAS:
            raise limit_refusal("全部公式的长度", MAX_FORMULAS, self.formulas, part)


class DisplayStyles(NamedTuple):
    """What a sheet must know of its workbook's styles.

    The displays that are not plain by index as written, and the calendar of dates.
    """

    displays: Mapping[str | None, Display | None]
    watched: bool
    """Whether any display is neither plain nor that of a count: each cell has to be looked at then."""
    date1904: bool = False


class Overlays(NamedTuple):
    """What a worksheet part has beside its cells.

    What may veil them, and the formulas of its conditional formats and data validations.
    """

    veils: tuple[Veil, ...] = ()
    conditions: frozenset[str] = frozenset()


class Veil(NamedTuple):
    """What may change or cover what some cells show: a conditional format, or a drawing; and what it is, in words."""

    kind: Literal["conditional", "drawing"]
    area: Area
    what: str


NO_OVERLAYS: Final = Overlays()


@dataclass(frozen=True)
class RawSheet:
    """One worksheet, zero-based.

    Hidden rows and columns, or too thin ones, are told only where a cell is allowed to be.
    """

    name: str
    visibility: Visibility
    cells: Mapping[Position, RawCell]
    merges: tuple[Area, ...]  # top, left, bottom, right inclusive
    protected: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    displays: Mapping[Position, Display] = field(default_factory=dict)
    """The cells that do not show their content plainly; all others do."""
    overlays: Overlays = NO_OVERLAYS
    comments: Mapping[Position, str] = field(default_factory=dict)
    formulas: Mapping[Position, str] = field(kw_only=True)
    """Those of its cells that have one."""


def list_formulas(cells: Mapping[Position, RawCell]) -> dict[Position, str]:
    """The formulas of those cells that have one."""
    return {place: formula for place, cell in cells.items() if (formula := cell.formula) is not None}


def read_sheet(
    frame: SheetFrame,
    written: Iterable[WrittenRow],
    part: str,
    name: str,
    visibility: Visibility,
    *,
    strings: Mapping[str, RawCell],
    style: DisplayStyles,
    overlays: Overlays,
    comments: Mapping[Position, str],
    allowance: Allowance,
) -> RawSheet:
    """Read one worksheet part from its frame and its rows; `strings` are the shared strings, by their index as written.

    Raises Refusal `file.damaged` and `file.limit`.
    """
    rows = list(_number_rows(written, part))
    found = _read_cells(rows, strings, part, style=style, allowance=allowance)
    cells, displays = found.cells, found.displays
    if frame.zeros_unseen:
        zeros = [place for place, cell in cells.items() if cell.kind == "number" and not cell.text.strip("+-0.")]
        displays.update({place: displays.get(place, WHOLE_NUMBER)._replace(unseen=True) for place in zeros})
    if not _are_within(rows, cells, frame.merges):
        check_extent(cells, frame.merges, part)
    hidden = (at for at, row in rows if row.unseen or (frame.low and row.unseen is None))
    return RawSheet(
        name=name,
        visibility=visibility,
        cells=cells,
        merges=frame.merges,
        protected=frame.protected,
        hidden_rows=frozenset(at for at in hidden if at < MAX_ROWS),
        hidden_columns=frame.hidden_columns,
        displays=displays,
        overlays=overlays,
        comments=comments,
        formulas=found.formulas,
    )


def _number_rows(rows: Iterable[WrittenRow], part: str) -> Iterator[tuple[int, WrittenRow]]:
    """The rows with their zero-based numbers; a row that bears none is where its first cell is, or the next one."""
    at = -1
    for row in rows:
        if row.at is not None:
            at = row.at
        else:
            place = row.cells[0].place if row.cells else None
            at = at + 1 if place is None else place[0]
        if not 0 <= at < ROWS:
            raise damage_refusal(part, "行号有误")
        yield at, row


@dataclass(slots=True)
class _SheetCells:
    """The cells with content of a sheet as they come, their formulas, and those of their displays that mislead."""

    style: DisplayStyles
    cells: dict[Position, RawCell] = field(default_factory=dict)
    formulas: dict[Position, str] = field(default_factory=dict)
    displays: dict[Position, Display] = field(default_factory=dict)

    def look_at(self, place: Position, look: str | None) -> None:
        """Notes how the cell at a place is displayed in a style, and what its content is then."""
        content, display = self.cells[place], self.style.displays[look]
        if display is None or not content.text or (display is WHOLE_NUMBER and content.text.isdigit()):
            return
        content = self.cells[place] = _recognise_date(content, display, self.style.date1904)
        if _may_mislead(content, display):
            self.displays[place] = display


def _read_cells(
    rows: list[tuple[int, WrittenRow]],
    strings: Mapping[str, RawCell],
    part: str,
    *,
    style: DisplayStyles,
    allowance: Allowance,
) -> _SheetCells:
    """The cells of all rows: of those that are settled at once, of others one by one.

    The one loop that decides how fast a workbook is read.
    """
    sheet, masters = _SheetCells(style), dict[str, tuple[str, int, int]]()
    cells, formulas, watched = sheet.cells, sheet.formulas, style.watched
    plain = count = 0  # characters of formulas that are written out, cells with content
    for at, row in rows:
        settled = row.settled
        if settled is None or watched:
            weight, number = _read_row(sheet, at, row.cells, strings, part, masters=masters, allowance=allowance)
            plain += weight
            count += number
            continue
        known, texts, odd, own, weight = settled
        if known:
            cells.update(known)
            count += len(known)
        if own:
            formulas.update(own)
            plain += weight
        for place, string, formula in texts:
            content = strings.get(string)
            if content is None:
                raise damage_refusal(part, NO_STRING)
            cells[place] = content if formula is None else content._replace(formula=formula)
        for place, look in odd:
            sheet.look_at(place, look)
    if len(cells) < count:
        raise damage_refusal(part, "同一单元格出现两次")
    allowance.take(plain, part)
    return sheet


def _read_row(
    sheet: _SheetCells,
    at: int,
    written: Iterable[WrittenCell],
    strings: Mapping[str, RawCell],
    part: str,
    *,
    masters: dict[str, tuple[str, int, int]],
    allowance: Allowance,
) -> tuple[int, int]:
    """Takes the cells of a row one by one; the characters of formulas written out in it, and its cells with content."""
    last, plain, count = -1, 0, 0
    for place, look, content, string, formula, weight, odd, fault, *_ in written:
        if place is None:
            place = (at, last + 1)  # noqa: PLW2901  where it is when nothing else is said
        if place[0] != at or fault:
            raise damage_refusal(part, (fault or MISPLACED).format(cell_name(*place)))
        last = place[1]
        if string:
            content = strings.get(string)  # noqa: PLW2901
            if content is None:
                raise damage_refusal(part, NO_STRING)
        elif content is None:
            continue  # only a style
        plain += weight
        if formula is not None:
            text = formula.text if weight else _expand_formula(formula, place, masters, part, allowance)
            content = content._replace(formula=text)  # noqa: PLW2901
        count += 1
        sheet.cells[place] = content
        if content.formula is not None:
            sheet.formulas[place] = content.formula
        if odd or sheet.style.watched:
            sheet.look_at(place, look)
    return plain, count


def _recognise_date(content: RawCell, display: Display, date1904: bool) -> RawCell:
    """A number that is shown as a date, and was typed as one, is a date."""
    if content.kind != "number":
        return content
    shown = format_date(display.format, content.text, date1904)
    return content if shown is None else RawCell("date", shown, content.formula)


def _may_mislead(content: RawCell, display: Display) -> bool:
    """Whether a display concerns that kind of content.

    The format of a number does not show in a text, unless it has a part for texts.
    """
    if content.kind == "number" or display.unseen or display.struck:
        return display is not WHOLE_NUMBER or not content.text.isdigit()
    return content.kind == "text" and format_text(display.format, content.text) != content.text


def _expand_formula(
    formula: Formula, place: Position, masters: dict[str, tuple[str, int, int]], part: str, allowance: Allowance
) -> str:
    """A formula that is shared; Refusal `file.limit` for one that is too long, or `file.damaged`."""
    text, index = formula.text, formula.group
    if len(text) > MAX_FORMULA:
        raise limit_refusal("一个公式的长度", MAX_FORMULA, len(text), part)
    allowance.take(len(text), part)
    if text:
        masters[index] = (text, *place)
    elif index in masters:
        master, row, column = masters[index]
        allowance.take(SHARED_WEIGHT * len(master), part)
        text = shift_formula(master, place[0] - row, place[1] - column)
    else:
        raise damage_refusal(part, "共享公式缺少原文")
    return text


def _are_within(
    rows: list[tuple[int, WrittenRow]], cells: Mapping[Position, RawCell], merges: tuple[Area, ...]
) -> bool:
    """Whether whole rows keep the limits, so that nobody has to look which of their cells have content."""
    if len(cells) > MAX_CELLS or len(merges) > MAX_MERGES:
        return False
    return all(at < MAX_ROWS and row.breadth <= MAX_COLUMNS for at, row in rows)


def check_extent(cells: Mapping[Position, RawCell], merges: tuple[Area, ...], part: str) -> None:
    """Holds a sheet to the limits; Refusal `file.limit`."""
    last_row = max(cells)[0] + 1 if cells else 0
    last_column = max(map(itemgetter(1), cells)) + 1 if cells else 0
    for limit, allowed, found in (
        ("一张工作表的单元格数", MAX_CELLS, len(cells)),
        ("一张工作表的行数", MAX_ROWS, last_row),
        ("一张工作表的列数", MAX_COLUMNS, last_column),
        ("一张工作表的合并单元格数", MAX_MERGES, len(merges)),
    ):
        if found > allowed:
            raise limit_refusal(limit, allowed, found, part)
