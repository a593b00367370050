"""A second reading of a workbook by another hand: openpyxl finds each input by its name and reads it.

What differs is a finding.

It shares nothing with our own reader but how digits become a figure: another XML reader, another zip reader, other
notions of names.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from xltool import kinds
from xltool.forms import number
from xltool.forms.entries import UNFILLED, take_entry
from xltool.forms.number import Figure, format_value
from xltool.forms.text import flatten_text, take_typed_text
from xltool.messages import finding
from xltool.model import Cell, CellKey, EntryCell, Finding, FormSpec, InputCell, Scope, Submission
from xltool.reader.evidence import MAX_QUOTED_CONTENT
from xltool.workbook.layout_plan import Plan, make_plan, name_cell

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


def compare_second_reading(
    data: bytes,
    spec: FormSpec,
    submission: Submission,
    passwords: Sequence[str] = (),
    untaken: Collection[CellKey] = (),
) -> tuple[Finding, ...]:
    """What openpyxl reads in a workbook's inputs otherwise than the submission that our own reader took from it.

    `untaken` are cells in which something stands that our reader told and did not take: they are not compared.
    openpyxl raises what it likes on files that it cannot read, and may take any time and memory: call this in a worker.
    """
    from openpyxl import load_workbook

    content = _decrypt(data, passwords)
    if not content.startswith(kinds.ZIP) or b"[Content_Types].xml" not in content:
        return (finding("second.unread", why="它只读 .xlsx 工作簿"),)
    with warnings.catch_warnings(action="ignore"):  # about styles and areas to print that it passes over
        book = load_workbook(io.BytesIO(content), data_only=True)
    layout = make_plan(spec)
    differing: list[tuple[str, str, str]] = []
    for cell, value in zip(spec.cells, submission.values, strict=True):
        if not cell.total and cell.key not in untaken:
            figure, shown = _read_figure(book, layout, cell)
            if figure.value != value:
                differing.append((cell.key, format_value(value, cell.measure), shown))
    for entry in spec.entries:
        if entry.key not in untaken:
            seen, held = _read_content(book, layout, entry, submission.scope), submission.entries.get(entry.key, "")
            if flatten_text(seen) != flatten_text(held):
                differing.append((entry.key, held or UNFILLED, seen[:MAX_QUOTED_CONTENT] or UNFILLED))
    if not differing:
        return ()
    keys = [key for key, _, _ in differing]
    return (finding("second.differs", *keys, count=len(keys), first=differing[0][1], second=differing[0][2]),)


def _decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    if not data.startswith(kinds.OLE2):
        return data
    from xltool.spreadsheet import encryption

    return encryption.decrypt_workbook(data, passwords).data if encryption.is_encrypted(data) else data


def _read_figure(book: Workbook, layout: Plan, cell: Cell) -> tuple[Figure, str]:
    """The figure in a cell as openpyxl reads it, and what stands there as a message shows it."""
    value = _find_value(book, layout, cell)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number.from_double(repr(value), cell.measure), str(value)
    figure = number.from_text("" if value is None else str(value), cell.measure)
    return figure, "未填" if value is None else str(value)[:MAX_QUOTED_CONTENT]


def _read_content(book: Workbook, layout: Plan, entry: EntryCell, scope: Scope) -> str:
    """What stands in a cell that is no figure as openpyxl reads it, and as it is held."""
    from openpyxl.utils.datetime import from_excel

    value = _find_value(book, layout, entry)
    if entry.kind.form == "date" and isinstance(value, int) and not isinstance(value, bool):
        value = from_excel(value)
    if isinstance(value, date):
        value = value.isoformat().removesuffix("T00:00:00")
    return take_entry(entry, take_typed_text("" if value is None else str(value), "")[0], scope)[0]


def _find_value(book: Workbook, layout: Plan, cell: InputCell) -> Any:
    """What stands where the cell's name points; where the name is gone, at the cell's own address."""
    name = book.defined_names.get(name_cell("cell", cell.key))
    for sheet, address in name.destinations if name is not None else ():
        return book[sheet][address.replace("$", "")].value
    spot = layout.cells[cell.key]
    return book[spot.sheet][spot.address].value if spot.sheet in book.sheetnames else None
