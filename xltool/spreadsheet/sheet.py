"""One worksheet part: its cells, merges, locks and what it hides, as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from xltool.digits import parse_whole
from xltool.spreadsheet.a1 import COLUMNS, ROWS, cell_name, parse_reference, shift_formula
from xltool.spreadsheet.cell import FALSE, TRUE, Position, RawCell
from xltool.spreadsheet.cell_markup import MAX_FORMULA, MISPLACED, NO_STRING, Formula
from xltool.spreadsheet.number_format import format_date, format_text
from xltool.spreadsheet.package import damage_refusal, limit_refusal, split_tag
from xltool.spreadsheet.rows import WrittenRow

MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 100
MAX_CELLS: Final = 200_000
MAX_MERGES: Final = 5_000
MAX_FORMULAS: Final = 2**20
"""Characters of all formulas of a workbook, expanded: one long shared formula and many cells must fill neither memory
nor time."""
SHARED_WEIGHT: Final = 4
"""How often a character counts that has to be moved to another cell first: it takes so much longer than one that is
there."""

THIN_ROW, THIN_COLUMN = 3, 1
"""Points of height and characters of width below which nobody sees a figure."""

UNTOLD: Final = "…"
"""The formula of a cell whose file tells only that there is one."""
Visibility: TypeAlias = Literal["visible", "hidden", "veryHidden"]
Area: TypeAlias = tuple[int, int, int, int]

_MEASURE: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?", re.ASCII)


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

    @cached_property
    def formulas(self) -> Mapping[Position, str]:
        """Those of its cells that have one."""
        return {place: formula for place, cell in self.cells.items() if (formula := cell.formula) is not None}


def read_sheet(
    root: Element,
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
    """Read one worksheet part from its root and its rows; `strings` are the shared strings, by their index as written.

    Raises Refusal `file.damaged` and `file.limit`.
    """
    space, word = split_tag(root.tag)
    if word != "worksheet":
        raise damage_refusal(part, "不是工作表")
    rows = list(_number_rows(written, part))
    cells, displays = _read_cells(rows, strings, part, style=style, allowance=allowance)
    if any(view.get("showZeros") in FALSE for view in root.iterfind(f"{space}sheetViews/{space}sheetView")):
        zeros = [place for place, cell in cells.items() if cell.kind == "number" and not cell.text.strip("+-0.")]
        displays.update({place: displays.get(place, WHOLE_NUMBER)._replace(unseen=True) for place in zeros})
    merges = tuple(_read_merge(merge, part) for merge in root.iterfind(f"{space}mergeCells/{space}mergeCell"))
    if not _are_within(rows, cells, merges):
        check_extent(cells, merges, part)
    protection = root.find(f"{space}sheetProtection")
    return RawSheet(
        name=name,
        visibility=visibility,
        cells=cells,
        merges=merges,
        protected=protection is not None and protection.get("sheet") in TRUE,
        hidden_rows=_find_hidden_rows(root, space, rows),
        hidden_columns=_find_hidden_columns(root, space, part),
        displays=displays,
        overlays=overlays,
        comments=comments,
    )


def _number_rows(rows: Iterable[WrittenRow], part: str) -> Iterator[tuple[int, WrittenRow]]:
    """The rows with their zero-based numbers; a row that bears none is where its first cell is, or the next one."""
    at = -1
    for row in rows:
        number = row.attributes.get("r")
        if number is None:
            place = row.cells[0].place if row.cells else None
            at = at + 1 if place is None else place[0]
        else:
            at = _parse_position(number) - 1
        if not 0 <= at < ROWS:
            raise damage_refusal(part, "行号有误")
        yield at, row


def _read_cells(
    rows: list[tuple[int, WrittenRow]],
    strings: Mapping[str, RawCell],
    part: str,
    *,
    style: DisplayStyles,
    allowance: Allowance,
) -> tuple[dict[Position, RawCell], dict[Position, Display]]:
    """The cells with content, and those of their displays that are not plain.

    The one loop that decides how fast a workbook is read.
    """
    of_style, watched = style.displays, style.watched
    displays: dict[Position, Display] = {}
    cells: dict[Position, RawCell] = {}
    masters: dict[str, tuple[str, int, int]] = {}
    plain = count = 0  # characters of formulas that are written out, cells with content
    for at, row in rows:
        last = -1
        for place, look, content, string, formula, weight, odd, fault in row.cells:
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
            if odd or watched:
                display = of_style[look]
                if display is not None and content.text and not (display is WHOLE_NUMBER and content.text.isdigit()):
                    content = _recognise_date(content, display, style.date1904)  # noqa: PLW2901
                    if _may_mislead(content, display):
                        displays[place] = display
            cells[place] = content
    if len(cells) < count:
        raise damage_refusal(part, "同一单元格出现两次")
    allowance.take(plain, part)
    return cells, displays


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


def _read_merge(merge: Element, part: str) -> Area:
    area = parse_reference(merge.get("ref", ""))
    if area is None or area[0] is not None:
        raise damage_refusal(part, "合并单元格的位置有误")
    return area[1:]


def _find_hidden_rows(root: Element, space: str, rows: list[tuple[int, WrittenRow]]) -> frozenset[int]:
    usual = root.find(f"{space}sheetFormatPr")
    height = None if usual is None else usual.get("defaultRowHeight")
    heights = [(at, row.attributes.get("ht", height), row.attributes.get("hidden")) for at, row in rows]
    thin = {measure for measure in {each for _, each, _ in heights} if _is_thin(measure, THIN_ROW)}
    return frozenset(at for at, each, told in heights if at < MAX_ROWS and (told in TRUE or each in thin))


@lru_cache(maxsize=1024)
def _is_thin(measure: str | None, least: int) -> bool:
    """Whether a height or a width is written that leaves nothing to be seen."""
    number = _MEASURE.fullmatch(measure or "")
    return number is not None and Decimal(number[0]) < least


def _find_hidden_columns(root: Element, space: str, part: str) -> frozenset[int]:
    usual = root.find(f"{space}sheetFormatPr")
    thin = usual is not None and _is_thin(usual.get("defaultColWidth"), THIN_COLUMN)
    found = set(range(MAX_COLUMNS)) if thin else set[int]()
    for column in root.iterfind(f"{space}cols/{space}col"):
        hidden = column.get("hidden") in TRUE or _is_thin(column.get("width"), THIN_COLUMN)
        if hidden or thin:
            first, last = _parse_position(column.get("min", "")), _parse_position(column.get("max", ""))
            if not 0 < first <= last <= COLUMNS:
                raise damage_refusal(part, "列号有误")
            (found.update if hidden else found.difference_update)(range(first - 1, min(last, MAX_COLUMNS)))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _parse_position(digits: str) -> int:
    """The value of ASCII digits; 0, which is no row and no column, for anything else."""
    return parse_whole(digits, 7) or 0
