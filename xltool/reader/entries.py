"""What stands in the cells of a returned workbook that are no figures."""

from __future__ import annotations

from dataclasses import replace

from xltool.forms.entries import name_entry, take_entry
from xltool.model import CellKey, Finding, FormSpec, Scope
from xltool.reader.locate import LocatedCells
from xltool.reader.texts import read_content, read_day
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.book import RawBook


def read_entries(
    book: RawBook, spec: FormSpec, located: LocatedCells, scope: Scope
) -> tuple[dict[CellKey, str], list[Finding]]:
    """What stands in each entry, as it is held, and what was noticed in reading it."""
    found: dict[CellKey, str] = {}
    findings: list[Finding] = []
    for entry in spec.entries:
        place = located.cells.get(entry.key)
        sheet = located.sheets.get(entry.table.sheet)
        raw = None if place is None or sheet is None else sheet.cells.get(place)
        if place is None or sheet is None or raw is None:
            continue
        where = f"{name_entry(entry)}（{cell_name(*place)}）"
        text, odd = read_content(book, sheet.name, raw, where)
        text = read_day(text, book) if entry.kind.form == "date" else text
        held, noticed = take_entry(entry, text, scope)
        findings.extend(replace(each, keys=(entry.key,)) for each in (*odd, *noticed))
        if held:
            found[entry.key] = held
    return found, findings
