"""OpenDocument spreadsheets (.ods) as raw contents, through the same safe package and the same limits as .xlsx."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from xltool import kinds
from xltool.digits import parse_whole
from xltool.spreadsheet.book import RawBook
from xltool.spreadsheet.cell import Area, CellKind, Position, RawCell
from xltool.spreadsheet.cell_markup import MAX_FORMULA
from xltool.spreadsheet.number_format import MAX_FORMAT_CODE
from xltool.spreadsheet.ods_styles import PLAIN_LOOK, OdsLook, OdsStyles
from xltool.spreadsheet.package import Package, Refusal, damage_refusal, limit_refusal, not_workbook_refusal
from xltool.spreadsheet.sheet import (
    MAX_CELLS,
    MAX_ROWS,
    UNTOLD,
    Display,
    RawSheet,
    check_extent,
    list_formulas,
)
from xltool.spreadsheet.sheet_frame import MAX_COLUMNS

_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_OASIS: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT, _STYLE, _META = (_OASIS % name for name in ("table", "office", "text", "style", "meta"))
_CALC_TYPE: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_REFERENCE: Final = re.compile(r"\$?('(?:[^']|'')+'|[^'.]+)\.(\$?[A-Z]{1,3}\$?[0-9]{1,7})(?::.*)?", re.ASCII)
_KINDS: Final[Mapping[str, CellKind]] = {
    "float": "number",
    "percentage": "number",
    "currency": "number",
    "boolean": "boolean",
    "date": "date",
}
_VALUES: Final[Mapping[str, str]] = {"boolean": "boolean-value", "date": "date-value"}
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[Ee][+-]?[0-9]{1,3})?", re.ASCII)
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,400})(?:\.[0-9]{1,400})?", re.ASCII)
_HIDDEN: Final = frozenset({"collapse", "filter"})
_LAST: Final = 2**20
"""Rows that a sheet of any office program may have: no more are skipped as empty."""


def read_ods(package: Package) -> RawBook:
    """Read the package of an .ods file. Formulas are told apart from figures, but not as Excel writes them.

    Raises Refusal `file.not_workbook` for another ODF document, `file.locked`, `file.damaged` and `file.limit`.
    """
    if not package.read("mimetype").startswith(_SPREADSHEET):
        raise not_workbook_refusal(kinds.of_members(["content.xml"]))
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        from xltool.messages import finding

        raise Refusal(finding("file.locked"))
    root = package.xml("content.xml")
    body = root.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    if body is None:
        raise damage_refusal("content.xml", "没有表格")
    unseen = {
        style.get(f"{_STYLE}name", "")
        for style in root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style")
        if any(part.get(f"{_TABLE}display") == "false" for part in style.iterfind(f"{_STYLE}table-properties"))
    }
    common = package.xml("styles.xml").find(f"{_OFFICE}styles") if "styles.xml" in package else None
    styles = OdsStyles([common, root.find(f"{_OFFICE}automatic-styles")])
    sheets = tuple(_read_sheet(table, unseen, styles) for table in body.iterfind(f"{_TABLE}table"))
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        raise damage_refusal("content.xml", "工作表重名")
    ranges = body.iterfind(f"{_TABLE}named-expressions/{_TABLE}named-range")
    return RawBook(
        sheets=sheets,
        names={
            name.get(f"{_TABLE}name", ""): _convert_reference(name.get(f"{_TABLE}cell-range-address", ""))
            for name in ranges
        },
        properties=_read_user_properties(package),
        date1904=False,
        application="",
        structure_locked=body.get(f"{_TABLE}structure-protected") == "true",
        formulas=False,
    )


@dataclass
class _Sheet:
    """A sheet while it is read."""

    name: str
    cells: dict[Position, RawCell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    displays: dict[Position, Display] = field(default_factory=dict)
    comments: dict[Position, str] = field(default_factory=dict)


def _read_sheet(table: Element, unseen: set[str], styles: OdsStyles) -> RawSheet:
    sheet = _Sheet(table.get(f"{_TABLE}name", ""))
    defaults = _find_column_styles(table)
    at = 0
    for row in table.iter(f"{_TABLE}table-row"):
        times = _read_repeat(row, "number-rows-repeated")
        cells, displays, merges = _read_row(row, sheet.name, styles, defaults)
        if cells and at + times > MAX_ROWS:
            raise limit_refusal("一张工作表的行数", MAX_ROWS, at + times, sheet.name)
        if (len(sheet.cells) + len(cells) * times) > MAX_CELLS:
            raise limit_refusal("一张工作表的单元格数", MAX_CELLS, len(sheet.cells) + len(cells) * times, sheet.name)
        for line in range(at, at + times) if cells else ():
            sheet.cells.update({(line, column): cell for column, cell in cells.items()})
            sheet.displays.update({(line, column): look for column, look in displays.items()})
        sheet.merges += [(at, column, at + height - 1, column + width - 1) for column, height, width in merges]
        sheet.comments |= {(at, column): text for column, text in _read_comments(row)}
        if row.get(f"{_TABLE}visibility") in _HIDDEN:
            sheet.hidden.update(range(at, min(at + times, MAX_ROWS)))
        at += times
        if at > _LAST:
            raise limit_refusal("一张工作表的行数", MAX_ROWS, at, sheet.name)
    check_extent(sheet.cells, tuple(sheet.merges), sheet.name)
    return RawSheet(
        name=sheet.name,
        visibility="hidden" if table.get(f"{_TABLE}style-name", "") in unseen else "visible",
        cells=sheet.cells,
        merges=tuple(sheet.merges),
        protected=table.get(f"{_TABLE}protected") == "true",
        hidden_rows=frozenset(sheet.hidden),
        hidden_columns=frozenset(_find_hidden_columns(table)),
        displays=sheet.displays,
        comments=sheet.comments,
        formulas=list_formulas(sheet.cells),
    )


def _read_row(
    row: Element, sheet: str, styles: OdsStyles, defaults: Mapping[int, str]
) -> tuple[dict[int, RawCell], dict[int, Display], list[tuple[int, int, int]]]:
    """The cells with content of one row by column, those that do not show it plainly, and its merges.

    A merge is a column, a height and a width. `defaults` are the styles of the columns, for cells without their own.
    """
    whole = row.get(f"{_TABLE}default-cell-style-name")
    cells: dict[int, RawCell] = {}
    displays: dict[int, Display] = {}
    merges = []
    column = 0
    for cell in row:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        times = _read_repeat(cell, "number-columns-repeated")
        content = _read_content(cell, styles)
        if content is not None:
            if column + times > MAX_COLUMNS:
                raise limit_refusal("一张工作表的列数", MAX_COLUMNS, column + times, sheet)
            cells.update(dict.fromkeys(range(column, column + times), content))
            own = cell.get(f"{_TABLE}style-name") or whole
            for at in range(column, column + times):
                style = styles.find_look("table-cell", own or defaults.get(at, ""))
                display = _find_display(cell, content, style)
                displays.update({at: display} if display else {})
        height, width = _read_repeat(cell, "number-rows-spanned"), _read_repeat(cell, "number-columns-spanned")
        if height * width > 1:
            merges.append((column, height, width))
        column += times
    return cells, displays, merges


def _read_comments(row: Element) -> Iterator[tuple[int, str]]:
    """The comments on the cells of one row, by column."""
    column = 0
    for cell in row:
        if cell.tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            note = cell.find(f"{_OFFICE}annotation")
            if note is not None:
                yield column, _join_paragraphs(note)
            column += _read_repeat(cell, "number-columns-repeated")


def _find_display(cell: Element, content: RawCell, look: OdsLook) -> Display | None:
    """How a cell is displayed, where that could mislead an eye.

    A number whose text is not the same number written plainly has that text as its format.
    """
    code = _find_format(cell, content) if content.kind == "number" else None
    if code is None and look == PLAIN_LOOK:
        return None
    return Display(code or Display().format, look.unseen, look.struck)


def _find_format(cell: Element, content: RawCell) -> str | None:
    shown = _join_paragraphs(cell).strip()
    plain = _PLAIN_NUMBER.fullmatch(shown.replace(",", ""))
    if not shown or (plain is not None and _is_number(content.text) and Decimal(plain[0]) == Decimal(content.text)):
        return None
    return '"' + shown.replace('"', "")[: MAX_FORMAT_CODE - 2] + '"'


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _read_content(cell: Element, styles: OdsStyles) -> RawCell | None:
    told = cell.get(f"{_OFFICE}value-type")
    formula = None if cell.get(f"{_TABLE}formula") is None else UNTOLD
    if told is None:
        return None if formula is None else RawCell("empty", "", formula)
    if cell.get(_CALC_TYPE) == "error":
        written = cell.get(f"{_TABLE}formula", "").removeprefix("of:").removeprefix("=")  # a text may have become one
        return RawCell("error", _join_paragraphs(cell), written[:MAX_FORMULA] if formula else None)
    kind = _KINDS.get(told, "text")
    if kind == "text":
        text = cell.get(f"{_OFFICE}string-value") or _join_paragraphs(cell)
        if text:
            return RawCell("text", text, formula, _join_struck_runs(cell, styles))
        return None if formula is None else RawCell("empty", "", formula)
    value = cell.get(_OFFICE + _VALUES.get(told, "value"), "")
    if kind == "boolean":
        value = value.upper()
    return RawCell(kind, value, formula)


def _join_paragraphs(cell: Element) -> str:
    """The paragraphs of a cell; comments are none of its text."""
    return "\n".join(_join_runs(paragraph) for paragraph in cell.iterfind(f"{_TEXT}p"))


def _join_runs(element: Element) -> str:
    text = element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            text += " " * min(_read_repeat(child, "c", _TEXT), 2**15)
        elif child.tag == f"{_TEXT}tab":
            text += "\t"
        elif child.tag == f"{_TEXT}line-break":
            text += "\n"
        elif child.tag != f"{_OFFICE}annotation":
            text += _join_runs(child)
        text += child.tail or ""
    return text


def _join_struck_runs(cell: Element, styles: OdsStyles) -> str:
    """What of a cell's text is struck through by the styles of its runs."""
    return "".join(
        _join_runs(run)
        for paragraph in cell.iterfind(f"{_TEXT}p")
        for run in paragraph.iter(f"{_TEXT}span")
        if styles.find_look("text", run.get(f"{_TEXT}style-name", "")).struck
    )


def _find_column_styles(table: Element) -> dict[int, str]:
    """The styles that the cells of each column have where they have none of their own."""
    found: dict[int, str] = {}
    at = 0
    for column in table.iter(f"{_TABLE}table-column"):
        times = _read_repeat(column, "number-columns-repeated")
        style = column.get(f"{_TABLE}default-cell-style-name", "")
        found.update(dict.fromkeys(range(at, min(at + times, MAX_COLUMNS)), style))
        at += times
    return found


def _find_hidden_columns(table: Element) -> Iterator[int]:
    at = 0
    for column in table.iter(f"{_TABLE}table-column"):
        times = _read_repeat(column, "number-columns-repeated")
        if column.get(f"{_TABLE}visibility") in _HIDDEN:
            yield from range(at, min(at + times, MAX_COLUMNS))
        at += times


def _read_repeat(element: Element, name: str, space: str = _TABLE) -> int:
    """A count that an element tells; 1 where it tells none or nonsense."""
    return max(1, parse_whole(element.get(space + name, "1"), 7) or 1)


def _convert_reference(address: str) -> str:
    """`$'表三'.$D$6` as Excel writes it."""
    match = _REFERENCE.fullmatch(address)
    return "" if match is None else f"{match[1]}!{match[2]}"


def _read_user_properties(package: Package) -> dict[str, str]:
    if "meta.xml" not in package:
        return {}
    told = package.xml("meta.xml").iterfind(f"{_OFFICE}meta/{_META}user-defined")
    return {entry.get(f"{_META}name", ""): (entry.text or "").strip() for entry in told}
