"""Old binary workbooks (.xls, WPS .et) as raw contents: xlrd reads them, our limits and refusals hold.

A hostile file can make xlrd slow or large; who reads files from outside does it in a worker (`xltool.readings`).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from xltool.spreadsheet.book import RawBook
from xltool.spreadsheet.cell import Area, Position, RawCell
from xltool.spreadsheet.package import damage_refusal, limit_refusal
from xltool.spreadsheet.sheet import (
    UNTOLD,
    WHOLE_NUMBER,
    Display,
    RawSheet,
    Visibility,
    check_extent,
    list_formulas,
)
from xltool.spreadsheet.strings import MAX_STRINGS
from xltool.spreadsheet.styles import BLACK, PLAIN, SMALLEST_FONT, WHITE, Colour, are_alike

if TYPE_CHECKING:
    from xlrd.book import Book

_VISIBILITIES: Final[Mapping[int, Visibility]] = {0: "visible", 1: "hidden", 2: "veryHidden"}
_FORMULAS: Final = frozenset({0x0006, 0x0206, 0x0406})
_BEGINS: Final = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_ENDS, _PROTECT, _EXACT_BELOW = 0x000A, 0x0012, 1e15
_SOLID: Final = 1
"""The pattern of a ground of one colour; 0 is none, the others are hatched."""
_TWIPS: Final = 20
"""Units of a font's height in a point."""
_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,  # what it would have set, had another record stood before
    NotImplementedError,
    RecursionError,  # a directory that leads back to itself
    TypeError,
    ValueError,  # UnicodeError too
    struct.error,
)
"""What xlrd lets out of its depths when records are not what they say, beside its own three errors."""


def read_xls(data: bytes) -> RawBook:
    """Read the bytes of an .xls or .et file. Formulas are told apart from figures, but not their texts.

    Raises Refusal `file.damaged` and `file.limit`.
    """
    import xlrd
    from xlrd.compdoc import CompDocError
    from xlrd.formula import FormulaError

    try:
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,  # one cell in a far corner, as damage makes it, fills no 16 million others
            logfile=io.StringIO(),
            # sectors in two streams at once, as some programs write them; Excel reads the workbook too
            ignore_workbook_corruption=True,
        )
        sheets = tuple(_read_sheet(book, at) for at in range(book.nsheets))
        if len(book._sharedstrings) > MAX_STRINGS:
            raise limit_refusal("文字表的条数", MAX_STRINGS, len(book._sharedstrings))
        names = {
            name.name: _name_reference(name) for name in book.name_obj_list if name.scope == -1 and not name.builtin
        }
    except (xlrd.XLRDError, CompDocError, FormulaError, *_FAULTS):
        raise damage_refusal("", "旧版工作簿的内容不完整") from None
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        raise damage_refusal("", "工作表重名")
    return RawBook(
        sheets=sheets,
        names=names,
        properties={},
        date1904=book.datemode == 1,
        application="",
        structure_locked=False,
        formulas=False,
    )


def _read_sheet(book: Book, at: int) -> RawSheet:
    records = _Records(book, at)
    if records.kind != _WORKSHEET:
        return RawSheet(book.sheet_names()[at], "visible", {}, (), False, frozenset(), frozenset(), formulas={})
    sheet = book.sheet_by_index(at)
    cells = dict(_read_cells(book, sheet, records.formulas))
    displays = {place: look for place, cell in cells.items() if (look := _find_display(book, sheet, place, cell))}
    merges: tuple[Area, ...] = tuple(
        (top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells
    )
    check_extent(cells, merges, sheet.name)
    return RawSheet(
        name=sheet.name,
        visibility=_VISIBILITIES.get(sheet.visibility, "visible"),
        cells=cells,
        merges=merges,
        protected=records.protected,
        hidden_rows=frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns=frozenset(column for column, info in sheet.colinfo_map.items() if info.hidden),
        displays=displays,
        comments={place: note.text for place, note in sheet.cell_note_map.items()},
        formulas=list_formulas(cells),
    )


def _find_display(book: Book, sheet: Any, place: Position, cell: RawCell) -> Display | None:
    """How a cell is displayed, where that does not show it plainly.

    A number's format, a strike through it, letters in the colour of their ground or too small to be seen.
    """
    style = book.xf_list[sheet.cell_xf_index(*place)]
    font, fill = book.font_list[style.font_index], style.background
    struck = bool(font.struck_out)
    behind = WHITE if fill.fill_pattern == 0 else _find_colour(book, fill.pattern_colour_index, None)
    unseen = font.height < SMALLEST_FONT * _TWIPS or (
        fill.fill_pattern <= _SOLID and are_alike(_find_colour(book, font.colour_index, BLACK), behind)
    )
    known = book.format_map.get(style.format_key) if cell.kind == "number" else None
    look = "General" if known is None else known.format_str
    plain = look in PLAIN or (look == WHOLE_NUMBER.format and cell.text.isdigit())
    return None if plain and not struck and not unseen else Display(look, unseen, struck)


def _find_colour(book: Book, index: int, automatic: Colour | None) -> Colour | None:
    """A colour of the workbook's palette; `automatic` for what the system decides."""
    return book.colour_map.get(index) or automatic


def _join_struck_runs(book: Book, sheet: Any, place: Position, text: str) -> str:
    """What of a text of several fonts is struck through; a run goes as far as the next one begins."""
    runs = sheet.rich_text_runlist_map.get(place, [])
    ends = [*(start for start, _ in runs[1:]), len(text)]
    return "".join(
        text[start:end] for (start, font), end in zip(runs, ends, strict=False) if book.font_list[font].struck_out
    )


def _read_cells(book: Book, sheet: Any, formulas: frozenset[Position]) -> Iterator[tuple[Position, RawCell]]:
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            place = (row, column)
            content = _read_content(book, cell.ctype, cell.value)
            if content is not None and content.kind == "text":
                content = content._replace(struck=_join_struck_runs(book, sheet, place, content.text))
            if place in formulas:
                content = RawCell("empty", "", UNTOLD) if content is None else content._replace(formula=UNTOLD)
            if content is not None:
                yield place, content


def _read_content(book: Book, kind: int, value: Any) -> RawCell | None:
    import xlrd

    if kind == xlrd.XL_CELL_TEXT and value:
        return RawCell("text", value)
    if kind == xlrd.XL_CELL_NUMBER:
        return RawCell("number", _shortest_digits(value))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return RawCell("boolean", "TRUE" if value else "FALSE")
    if kind == xlrd.XL_CELL_ERROR:
        return RawCell("error", xlrd.error_text_from_code.get(value, f"#{value}"))
    return RawCell("date", _format_date(value, book.datemode)) if kind == xlrd.XL_CELL_DATE else None


def _format_date(value: float, mode: int) -> str:
    import xlrd

    try:
        return str(xlrd.xldate.xldate_as_datetime(value, mode).isoformat())
    except (xlrd.xldate.XLDateError, OverflowError):
        return _shortest_digits(value)


def _shortest_digits(value: float) -> str:
    """The shortest digits that are this double, a whole number without a point."""
    return (
        str(int(value))
        if value.is_integer() and abs(value) < _EXACT_BELOW and (value or str(value)[0] != "-")
        else repr(value)
    )


def _name_reference(name: Any) -> str:
    text = name.result.text if name.result is not None else ""
    return text if isinstance(text, str) else ""


_WORKSHEET: Final = 0x0010


class _Records:
    """What xlrd does not tell of a sheet: what kind it is, which cells hold formulas, whether it is locked."""

    def __init__(self, book: Book, at: int) -> None:
        self.kind = _WORKSHEET
        self.protected = False
        found: set[Position] = set()
        data, place, depth = book.mem, book._sh_abs_posn[at], 0
        while place + 4 <= book.base + book.stream_len:
            record, length = struct.unpack_from("<HH", data, place)
            if record in _BEGINS:
                if depth == 0 and length >= 4:
                    self.kind = struct.unpack_from("<H", data, place + 6)[0]
                depth += 1
            elif record == _ENDS:
                depth -= 1
                if depth <= 0:
                    break
            elif depth == 1 and record in _FORMULAS and length >= 4:
                found.add(struct.unpack_from("<HH", data, place + 4))
            elif depth == 1 and record == _PROTECT and length >= 2:
                self.protected = struct.unpack_from("<H", data, place + 4)[0] == 1
            place += 4 + length
        self.formulas = frozenset(found)
