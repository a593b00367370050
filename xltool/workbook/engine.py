"""xltool's own xlsxwriter: texts stay texts, formulas stay as they are, structure and names are locked.

Alone knows xlsxwriter.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
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
from xltool.workbook.markup import (
    CellContent,
    escape_marks,
    escape_text,
    write_cell,
    write_row_head,
    write_shared_string,
)

CREATED: Final = datetime(2000, 1, 1)
"""Workbooks carry no clock: the same submission gives the same bytes."""
EXACT: Final = 10**15
"""Below this every whole number is exact in Excel."""
SPOOLED: Final = 2**18
"""Bytes of a part that are kept in memory."""
SPAN: Final = 16
"""Rows that share the attribute of their breadth."""
ROW, CONDITIONS, COMMENTS = -1, -2, -3
"""The columns of seams that are no cells: a row's height, a submission's own conditions, that there are comments."""
BEHIND_MARKS: Final = 10_001
"""The first priority of conditions that stand behind a submission's own."""


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


class SlipParts(Parts):
    """The parts of a workbook of which only sheets, comments and lists of parts are wanted: the others are empty."""

    def _write_workbook_file(self) -> None:
        self._filename("xl/workbook.xml")

    def _write_styles_file(self) -> None:
        self._filename("xl/styles.xml")

    def _write_theme_file(self) -> None:
        self._filename("xl/theme/theme1.xml")

    def _write_app_file(self) -> None:
        self._filename("docProps/app.xml")

    def _write_core_file(self) -> None:
        self._filename("docProps/core.xml")


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


class Slot(NamedTuple):
    """A cell whose content is a submission's own: what stands in it, and by which formula, if by one.

    An `inline` text stands in the cell itself and not among the shared ones.
    """

    content: CellContent
    look: Format | None
    formula: str
    inline: bool


class Seam(NamedTuple):
    """Where the part of a sheet may differ between two submissions: a cell, or one of `ROW`, `CONDITIONS`, `COMMENTS`.

    From a sign of the part to another, with what stands before and behind in the markup of the cell or row.
    """

    begin: int
    end: int
    row: int
    column: int
    head: str
    formula: str
    inline: bool
    held: CellContent


class Measures(NamedTuple):
    """How broad the columns of a sheet are, in characters, and how high its rows, in points."""

    columns: Mapping[int, float]
    rows: Mapping[int, float]


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are.

    Ours need none of xlsxwriter's rewriting, which costs more than all the rest.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seams: list[Seam] = []
        self._marked, self._conditions = False, ""
        self._broad: dict[int, float] = {}
        self._high: dict[int, float] = {}
        self._growing: dict[int, float] = {}
        self._numbers: dict[tuple[int, int], int] = {}

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

    def expect_marks(self) -> None:
        """Leaves room before all conditions for a submission's own, and for comments."""
        self._marked, self.dxf_priority = True, BEHIND_MARKS

    def write_conditions(self, conditions: str) -> None:
        """Writes a submission's own conditions, as markup."""
        self._conditions = conditions

    def tell_measures(self) -> Measures:
        """How broad and high its columns and rows are."""
        return Measures(self._broad, self._high)

    def take_measures(self, measures: Measures, heights: Mapping[int, float]) -> None:
        """Has columns and rows of those measures, some rows as high as here at least: comments stand by them."""
        for column, width in measures.columns.items():
            self.set_column(column, column, width)
        for row, height in measures.rows.items():
            self.set_row(row, max(height, heights.get(row, 0)))

    def set_column(self, first: int, last: int, width: Any = None, *look: Any) -> int:
        """Sets the width of a column, and notes it."""
        self._broad |= dict.fromkeys(range(first, last + 1), width)
        return int(super().set_column(first, last, width, *look))

    def set_row(self, row: int, height: Any = None, *look: Any) -> int:
        """Sets the height of a row, and notes it."""
        self._high[row] = height
        return int(super().set_row(row, height, *look))

    def _write_conditional_formats(self) -> None:
        if self._marked:
            self._note_seam(self._conditions, Seam(0, 0, 0, CONDITIONS, "", "", False, None))
        super()._write_conditional_formats()

    def _write_legacy_drawing(self) -> None:
        begin = self.fh.tell()
        super()._write_legacy_drawing()
        if self._marked:
            self.seams.append(Seam(begin, self.fh.tell(), 0, COMMENTS, "", "", False, None))

    def _write_row(self, row: int, spans: Any, *more: Any, **named: Any) -> None:
        if row not in self._growing:
            super()._write_row(row, spans, *more, **named)
            return
        height = self._growing[row]
        across = f' spans="{spans}"' if spans else ""
        head = f'<row r="{row + 1}"{across}'
        self._note_seam(write_row_head(head, height), Seam(0, 0, row, ROW, head, "", False, height))

    def write_slot(  # noqa: PLR0917
        self, row: int, column: int, content: CellContent, look: Format | None, formula: str = "", inline: bool = False
    ) -> None:
        """Writes what is a submission's own: its place in the part is noted (`seams`)."""
        self._check_dimensions(row, column)
        self.table[row][column] = Slot(content, look, formula, inline)

    def number_texts(self) -> None:
        """Gives the submission's own texts their places among the shared strings, behind all that are fixed."""
        for row in sorted(self.table):
            for column, cell in sorted(self.table[row].items(), key=itemgetter(0)):
                if isinstance(cell, Slot) and isinstance(cell.content, str) and not cell.formula and not cell.inline:
                    self._numbers[row, column] = self.str_table._get_shared_string_index(cell.content)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if not isinstance(cell, Slot):
            super()._write_cell(row, col, cell)
            return
        look = "" if cell.look is None else f' s="{cell.look._get_xf_index()}"'
        head, formula = f'<c r="{cell_name(row, col)}"{look}', escape_marks(cell.formula)
        number = self._numbers.get((row, col), 0)
        text = write_cell(head, formula, cell.content, None if cell.inline else number)
        self._note_seam(text, Seam(0, 0, row, col, head, formula, cell.inline, cell.content))

    def _note_seam(self, text: str, seam: Seam) -> None:
        begin = self.fh.tell()
        self.fh.write(text)
        self.seams.append(seam._replace(begin=begin, end=begin + len(text)))


class Slip(Sheet):
    """A worksheet whose texts stand in their cells: all of it is a submission's own, and renumbers nothing."""

    def _write_string(self, row: int, col: int, string: str, cell_format: Format | None = None) -> int:
        self.write_slot(row, col, string, cell_format, inline=True)
        return 0


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

    texts: Mapping[str, int] = MappingProxyType({})
    """The shared strings that are no submission's own, with their numbers, once the workbook is closed."""
    mentions: int = 0
    """How often cells name these."""

    goes_back: bool = False
    """Whether its looks are those of a workbook with comments, be there any or not."""
    is_slip: bool = False
    """Whether only sheets and comments of it are wanted."""

    def _get_packager(self) -> Parts:
        return SlipParts() if self.is_slip else Parts()

    def _prepare_vml(self) -> None:
        super()._prepare_vml()
        if self.goes_back:
            self.has_comments = True

    def _prepare_sst_string_data(self) -> None:
        self.texts, self.mentions = dict(self.str_table.string_table), self.str_table.count
        for sheet in self.worksheets():
            sheet.number_texts()
        super()._prepare_sst_string_data()

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
