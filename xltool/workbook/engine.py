"""xltool's own xlsxwriter: texts stay texts, formulas stay as they are, structure and names are locked.

Alone knows xlsxwriter.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final, NamedTuple

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


class _Inline(NamedTuple):
    """A text that stands in its cell."""

    text: str
    look: Format


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are.

    Ours need none of xlsxwriter's rewriting, which costs more than all the rest.
    """

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
