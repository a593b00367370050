"""xltool's own xlsxwriter: texts stay texts, formulas stay as they are, structure and names are locked.

Alone knows xlsxwriter.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter
from xlsxwriter.custom import Custom
from xlsxwriter.format import Format as Format  # noqa: PLC0414 -- for the rest of the room
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.worksheet import Worksheet as Worksheet  # noqa: PLC0414 -- for the rest of the room

from xltool.spreadsheet.a1 import cell_name
from xltool.workbook.cell_formats import WORKBOOK_FONT

CREATED: Final = datetime(2000, 1, 1)
"""Workbooks carry no clock: the same submission gives the same bytes."""
EXACT: Final = 10**15
"""Below this every whole number is exact in Excel."""
SPOOLED: Final = 2**18
"""Bytes of a part that are kept in memory."""
SPAN: Final = 16
"""Rows that share the attribute of their breadth."""
_SHAPE_OF_ESCAPE: Final = re.compile("_(?=x[0-9a-fA-F]{4}_)")


def escape_text(text: str) -> str:
    """A cleaned text as it stands in a part.

    Marks of XML, carriage returns, and what looks like Excel's own escape, escaped.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SHAPE_OF_ESCAPE.sub("_x005F_", text).replace("\r", "_x000D_")


def write_shared_string(text: str) -> str:
    """One item of the shared strings; blanks at its ends are kept."""
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<si><t{space}>{escape_text(text)}</t></si>"


class Strings(SharedStrings):  # type: ignore[misc]
    """Texts as texts: xlsxwriter takes what stands between `<r>` and `</r>` for marked-up runs, and writes it raw."""

    def _write_si(self, string: str) -> None:
        self.fh.write(write_shared_string(string))


class Properties(Custom):  # type: ignore[misc]
    """Properties escaped as texts are, by every version of xlsxwriter."""

    def _write_vt_lpwstr(self, value: str) -> None:
        self.fh.write(f"<vt:lpwstr>{escape_text(value)}</vt:lpwstr>")


class Spool(io.StringIO):
    """A part on its way into the file, of which only the end is in memory.

    A `StringIO`, since xlsxwriter takes anything else for the name of a file.
    """

    def __init__(self) -> None:
        super().__init__()
        self._before: IO[bytes] = SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 -- closed with the part

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.tell() > SPOOLED // 4:  # a character may take four bytes
            self._set_aside()
        return written

    def read_pieces(self) -> Iterator[bytes]:
        """All that was written, in pieces, and once: the part is closed with it."""
        self._set_aside()
        self._before.seek(0)
        while piece := self._before.read(SPOOLED):
            yield piece
        self.close()

    def close(self) -> None:
        self._before.close()
        super().close()

    def measure(self) -> int:
        """How many bytes were written."""
        self._set_aside()
        return self._before.tell()

    def _set_aside(self) -> None:
        self._before.write(self.getvalue().encode("utf-8"))
        self.seek(0)
        self.truncate()


class Parts(Packager):  # type: ignore[misc]
    """The parts of a workbook, those that hold texts of others written by us."""

    def _write_shared_strings_file(self) -> None:
        if self.workbook.str_table.count:
            strings = Strings()
            strings.string_table = self.workbook.str_table
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()

    def _write_custom_file(self) -> None:
        if self.workbook.custom_properties:
            custom = Properties()
            custom._set_properties(self.workbook.custom_properties)
            custom._set_xml_writer(self._filename("docProps/custom.xml"))
            custom._assemble_xml_file()


class StreamedParts(Parts):
    """Parts that go into the file one by one, so that none is ever whole in memory."""

    def _filename(self, xml_filename: str) -> Spool:
        spool = Spool()
        self.filenames.append((spool, xml_filename, False))
        return spool

    def _create_package(self) -> list[Any]:
        """Writes all parts as xlsxwriter does in memory; nothing is left for it to write."""
        with ZipFile(self.workbook.target, "w", ZIP_DEFLATED) as archive:
            for spool, name, _ in super()._create_package():
                part = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                part.compress_type, part.file_size = ZIP_DEFLATED, spool.measure()
                with archive.open(part, "w") as target:
                    for piece in spool.read_pieces():
                        target.write(piece)
        return []


class _Inline(NamedTuple):
    """A text that stands in its cell."""

    text: str
    look: Format


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are.

    Ours need none of xlsxwriter's rewriting, which costs more than all the rest.
    """

    def __init__(self) -> None:
        super().__init__()
        self._growing: dict[int, float] = {}

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")

    def merge_range(self, *area_and_content: Any) -> int:
        """Merges cells and writes into the first.

        An area of one cell, which Excel cannot merge, is written all the same.
        """
        top, left, bottom, right, text, *look = area_and_content
        if (top, left) != (bottom, right):
            return int(super().merge_range(top, left, bottom, right, text, *look))
        return int(self.write_string(top, left, text, *look) if text else self.write_blank(top, left, None, *look))

    def set_growing_row(self, row: int, height: float) -> None:
        """A row that is so high at first, and fits itself to its texts when these change, as rows do by themselves."""
        self.set_row(row, height)
        self._growing[row] = height

    def _write_row(self, row: int, spans: Any, *more: Any) -> None:
        if row not in self._growing:
            super()._write_row(row, spans, *more)
            return
        attributes = [("r", row + 1), *([("spans", spans)] if spans else []), ("ht", f"{self._growing[row]:g}")]
        self._xml_start_tag("row", attributes)

    def write_inline(self, row: int, column: int, text: str, look: Format) -> None:
        """Writes a text into its cell itself: what stands there must not renumber the shared strings."""
        self._check_dimensions(row, column)
        self.table[row][column] = _Inline(text, look)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, _Inline):
            self._xml_inline_string(cell.text, False, [("r", cell_name(row, col)), ("s", cell.look._get_xf_index())])
        else:
            super()._write_cell(row, col, cell)


class Plain(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook that keeps texts as they are."""

    def _get_packager(self) -> Parts:
        return Parts()


class StreamedSheet(Worksheet):  # type: ignore[misc]
    """A worksheet that keeps no rows.

    They are written away sixteen at a time, since sixteen share what xlsxwriter writes of their breadth.
    """

    fh: Any
    dim_rowmin: Any
    dim_rowmax: Any

    def __init__(self) -> None:
        super().__init__()
        self._spool, self._spooled = Spool(), 0

    def finish_row(self, row: int) -> None:
        """Nothing more comes into this row, nor into those above it."""
        if (row + 1) % SPAN == 0:
            self._set_aside(row)

    def finish_rows(self) -> None:
        """No more rows come: said before the next sheet is begun, since formats are numbered as rows are written."""
        if self.table:
            self._set_aside(self.dim_rowmax)

    def close(self) -> None:
        """Lets go of what was written away, also where the workbook was not finished."""
        self._spool.close()

    def _set_aside(self, last: int) -> None:
        known = self.fh, self.dim_rowmin, self.dim_rowmax
        if self.table:
            self.fh, self.dim_rowmin, self.dim_rowmax = self._spool, self._spooled, last
            super()._write_rows()
            self.fh, self.dim_rowmin, self.dim_rowmax = known
        self.table.clear()
        self._spooled = last + 1

    def _write_rows(self) -> None:
        for piece in self._spool.read_pieces():
            self.fh.write(piece.decode("ascii"))  # texts are shared, so that here are numbers alone


class Listing(Plain):
    """A workbook of plain lists as long as sheets can hold, streamed into a file."""

    def __init__(self, target: IO[bytes], options: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(), options)  # of which xlsxwriter makes an empty archive
        self.target = target

    def _get_packager(self) -> Parts:
        return StreamedParts()


class Book(Plain):
    """A workbook whose structure is locked and whose names are hidden, which xlsxwriter alone cannot write."""

    def _write_workbook_pr(self) -> None:
        super()._write_workbook_pr()
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])

    def hide_names(self) -> None:
        """Marks every defined name as hidden."""
        for name in self.defined_names:
            name[3] = True


def make_options() -> dict[str, Any]:
    """Made anew for each workbook: xlsxwriter changes what it is given."""
    return {
        "in_memory": True,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": WORKBOOK_FONT, "font_size": 11},
    }
