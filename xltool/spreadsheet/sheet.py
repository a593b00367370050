"""One worksheet part: its cells, merges, locks and what it hides, as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from xltool.digits import parse_whole
from xltool.spreadsheet.a1 import COLUMNS, ROWS, cell_name, parse_cell, parse_reference, shift_formula
from xltool.spreadsheet.number_format import format_date, format_text
from xltool.spreadsheet.package import damage_refusal, limit_refusal

MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 100
MAX_CELLS: Final = 200_000
MAX_MERGES: Final = 5_000
MAX_FORMULA: Final = 8_192
"""Characters of one formula: Excel's own limit."""
MAX_FORMULAS: Final = 2**20
"""Characters of all formulas of a workbook, expanded: one long shared formula and many cells must fill neither memory
nor time."""
SHARED_WEIGHT: Final = 4
"""How often a character counts that has to be moved to another cell first: it takes so much longer than one that is
there."""

THIN_ROW, THIN_COLUMN = 3, 1
"""Points of height and characters of width below which nobody sees a figure."""

TRUE: Final = frozenset({"1", "true", "on"})
FALSE: Final = frozenset({"0", "false", "off"})
UNTOLD: Final = "…"
"""The formula of a cell whose file tells only that there is one."""
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_XML_SPACES: Final = " \t\r\n"

CellKind: TypeAlias = Literal["number", "text", "boolean", "error", "date", "empty"]
Visibility: TypeAlias = Literal["visible", "hidden", "veryHidden"]
Position: TypeAlias = tuple[int, int]
Area: TypeAlias = tuple[int, int, int, int]

_PLAIN: Final[Mapping[str, CellKind]] = {"n": "number", "e": "error", "d": "date"}
_BOOLEANS: Final = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
_MEASURE: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?", re.ASCII)
_STRIKES: Final = frozenset({"strike", "dstrike"})
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


class RawCell(NamedTuple):
    """One cell with content: the text as stored, not checked against its kind, and the formula without its `=`.

    A named tuple and not a dataclass: a workbook has thousands, and it is made in half the time.
    """

    kind: CellKind
    text: str
    formula: str | None = None
    struck: str = ""
    """The parts of a text of several formats that are struck through."""


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


@dataclass(frozen=True, slots=True)
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


def read_sheet(
    root: Element,
    part: str,
    name: str,
    visibility: Visibility,
    strings: Mapping[str, RawCell],
    *,
    style: DisplayStyles,
    overlays: Overlays,
    comments: Mapping[Position, str],
    allowance: Allowance,
) -> RawSheet:
    """Read the root of one worksheet part; `strings` are the shared strings as cells, by their index as written.

    Raises Refusal `file.damaged` and `file.limit`.
    """
    space, word = split_tag(root.tag)
    if word != "worksheet":
        raise damage_refusal(part, "不是工作表")
    rows = list(_number_rows(root.iterfind(f"{space}sheetData/{space}row"), part))
    cells, displays = _read_cells(rows, space, strings, part, style=style, allowance=allowance)
    if any(view.get("showZeros") in FALSE for view in root.iterfind(f"{space}sheetViews/{space}sheetView")):
        zeros = [place for place, cell in cells.items() if cell.kind == "number" and not cell.text.strip("+-0.")]
        displays.update({place: displays.get(place, WHOLE_NUMBER)._replace(unseen=True) for place in zeros})
    merges = tuple(_read_merge(merge, part) for merge in root.iterfind(f"{space}mergeCells/{space}mergeCell"))
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


def split_tag(tag: str) -> tuple[str, str]:
    """The namespace of a tag in its braces, and its local name.

    Transitional and strict files differ only in the first.
    """
    space, brace, word = tag.rpartition("}")
    return space + brace, word


def _number_rows(rows: Iterator[Element], part: str) -> Iterator[tuple[int, Element]]:
    """The rows with their zero-based numbers; a row that bears none is where its first cell is, or the next one."""
    at = -1
    for row in rows:
        number = row.get("r")
        if number is None:
            place = parse_cell(row[0].get("r", "")) if len(row) else None
            at = at + 1 if place is None else place[0]
        else:
            at = _parse_position(number) - 1
        if not 0 <= at < ROWS:
            raise damage_refusal(part, "行号有误")
        yield at, row


def _read_cells(  # noqa: PLR0912, PLR0915  calls would cost what the loop saves
    rows: list[tuple[int, Element]],
    space: str,
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
    plain = 0  # characters of formulas that are written out
    tag_cell, tag_value, tag_formula = f"{space}c", f"{space}v", f"{space}f"
    for at, row in rows:
        column = -1
        for cell in row.findall(tag_cell):
            name = cell.get("r")
            place = (at, column + 1) if name is None else parse_cell(name)
            if place is None or place[0] != at:
                raise damage_refusal(part, "单元格的位置有误")
            column = place[1]
            if not len(cell):
                continue  # only a style
            value = formula = None
            for child in cell:
                tag = child.tag
                if tag == tag_value:
                    if value is not None:
                        raise damage_refusal(part, f"单元格 {cell_name(*place)} 有两个值")
                    value = child.text or ""
                elif tag == tag_formula:
                    formula = child
            text: str | None = None
            if formula is not None:
                text = formula.text or ""
                if len(text) > MAX_FORMULA or formula.get("t") == "shared":
                    text = _expand_formula(formula, place, masters, part, allowance)
                else:
                    plain += len(text)
            kind = cell.get("t")
            if kind is None and value:
                content: RawCell | None = RawCell("number", value, text)
                odd = watched or not value.isdigit()
            else:
                content = strings.get(value) if kind == "s" and value else None
                if content is None:
                    content = _read_content(cell, kind, value, part)
                odd = watched or (kind == "n" and value is not None and not value.isdigit())
                if text is not None:
                    content = (
                        RawCell("empty", "", text)
                        if content is None
                        else RawCell(content.kind, content.text, text, content.struck)
                    )
            if content is not None:
                if place in cells:
                    raise damage_refusal(part, "同一单元格出现两次")
                if odd:
                    display = of_style[cell.get("s")]
                    if (
                        display is not None
                        and content.text
                        and not (display is WHOLE_NUMBER and content.text.isdigit())
                    ):
                        content = _recognise_date(content, display, style.date1904)
                        if _may_mislead(content, display):
                            displays[place] = display
                cells[place] = content
    allowance.take(plain, part)
    return cells, displays


def _read_content(cell: Element, kind: str | None, value: str | None, part: str) -> RawCell | None:
    """What a cell shows that is no plain number and not in the table of strings, or None for nothing."""
    if kind == "inlineStr":
        inlines = [child for child in cell if child.tag.rpartition("}")[2] == "is"]
        if len(inlines) > 1:
            raise damage_refusal(part, f"单元格 {cell.get('r', '')} 有两段文字")
        return RawCell("text", join_runs(inlines[0]), None, join_struck_runs(inlines[0])) if inlines else None
    if kind == "str" and value is not None:
        return RawCell("text", unescape(value))
    if not value:
        return None
    if kind == "b" and value in _BOOLEANS:
        return RawCell("boolean", _BOOLEANS[value])
    if (kind or "n") in _PLAIN:
        return RawCell(_PLAIN[kind or "n"], value)
    raise damage_refusal(part, "文字的编号不在文字表内" if kind == "s" else "单元格的类型或逻辑值有误")


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


def join_runs(item: Element) -> str:
    """The text of a shared or inline string: its runs joined, its phonetic guides left out, `_x000D_` decoded."""
    joined = ""
    for child in item:
        word = child.tag.rpartition("}")[2]
        if word == "t":
            text = child.text or ""
            if text[:1] in _XML_SPACES or text[-1:] in _XML_SPACES:  # also of an empty text
                text = text if child.get(_SPACE) == "preserve" else text.strip(_XML_SPACES)
            joined += unescape(text)
        elif word == "r":
            joined += join_runs(child)
    return joined


def join_struck_runs(item: Element) -> str:
    """What of a shared or inline string is struck through."""
    if len(item) == 1 and not len(item[0]):  # nearly all
        return ""
    return "".join(join_runs(run) for run in item if run.tag.rpartition("}")[2] == "r" and _is_struck_run(run))


def _is_struck_run(run: Element) -> bool:
    return any(
        look.tag.rpartition("}")[2] in _STRIKES and look.get("val") not in FALSE
        for part in run
        if part.tag.rpartition("}")[2] == "rPr"
        for look in part
    )


def unescape(text: str) -> str:
    """A text as it was before Excel escaped it.

    What XML cannot hold it writes as `_x000D_`, in UTF-16 units, and a literal `_x` as `_x005F_x`.
    """
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _expand_formula(
    formula: Element, place: Position, masters: dict[str, tuple[str, int, int]], part: str, allowance: Allowance
) -> str:
    """A formula that is shared; Refusal `file.limit` for one that is too long, or `file.damaged`."""
    text = formula.text or ""
    if len(text) > MAX_FORMULA:
        raise limit_refusal("一个公式的长度", MAX_FORMULA, len(text), part)
    allowance.take(len(text), part)
    index = formula.get("si", "")
    if text:
        masters[index] = (text, *place)
    elif index in masters:
        master, row, column = masters[index]
        allowance.take(SHARED_WEIGHT * len(master), part)
        text = shift_formula(master, place[0] - row, place[1] - column)
    else:
        raise damage_refusal(part, "共享公式缺少原文")
    return text


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


def _find_hidden_rows(root: Element, space: str, rows: list[tuple[int, Element]]) -> frozenset[int]:
    usual = root.find(f"{space}sheetFormatPr")
    height = None if usual is None else usual.get("defaultRowHeight")
    thin = {measure for measure in {row.get("ht", height) for _, row in rows} if _is_thin(measure, THIN_ROW)}
    hidden = [(at, row) for at, row in rows if row.get("hidden") in TRUE or (thin and row.get("ht", height) in thin)]
    return frozenset(at for at, _ in hidden if at < MAX_ROWS)


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


def _parse_position(digits: str) -> int:
    """The value of ASCII digits; 0, which is no row and no column, for anything else."""
    return parse_whole(digits, 7) or 0
