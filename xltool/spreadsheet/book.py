"""The raw contents of a workbook, without meaning: sheets, cells, names and locks as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from xml.etree.ElementTree import Element

from xltool import kinds
from xltool.model import Finding
from xltool.spreadsheet.cell import TRUE, RawCell
from xltool.spreadsheet.external_links import find_package_links
from xltool.spreadsheet.overlays import read_comments, read_overlays
from xltool.spreadsheet.package import (
    Package,
    Relationship,
    damage_refusal,
    not_workbook_refusal,
    recall_tree,
    split_tag,
)
from xltool.spreadsheet.rows import read_rows
from xltool.spreadsheet.sheet import (
    Allowance,
    DisplayStyles,
    RawSheet,
    Visibility,
    read_sheet,
)
from xltool.spreadsheet.sources import Sources
from xltool.spreadsheet.strings import read_strings, unescape
from xltool.spreadsheet.styles import Styles, read_styles

__all__ = ["RawBook", "RawCell", "RawSheet", "read_book"]

_APPLICATION: Final = re.compile(rb"<(?:\w+:)?Application>([^<&]*)</")

_VISIBILITIES: Final[Mapping[str, Visibility]] = {"hidden": "hidden", "veryHidden": "veryHidden"}


@dataclass(frozen=True)
class RawBook:
    """One workbook: its worksheets in order, its workbook-wide defined names, and who made it by its own account."""

    sheets: tuple[RawSheet, ...]
    names: Mapping[str, str]
    properties: Mapping[str, str]
    date1904: bool
    application: str
    structure_locked: bool
    formulas: bool = True
    """Whether formulas are told as Excel writes them; where not, they are compared with nothing."""
    local_names: tuple[tuple[str, str], ...] = ()
    """The defined names that hold on one sheet alone, with what they stand for."""
    notes: tuple[Finding, ...] = ()
    """What was noticed about the file as a whole: its kind, macros, links to the outside."""

    @cached_property
    def sources(self) -> Sources:
        """What its formulas rest on."""
        return Sources(self.sheets, (*self.names.items(), *self.local_names))

    @cached_property
    def titles(self) -> frozenset[str]:
        """The names of its sheets."""
        return frozenset(sheet.name for sheet in self.sheets)


def read_book(package: Package) -> RawBook:
    """Read the package of an .xlsx file.

    Raises Refusal, and nothing else, for whatever is no workbook, is damaged or is over a limit.
    """
    main = package.main_part()
    root = recall_tree(package.markup(main), main)
    space, word = split_tag(root.tag)
    if word != "workbook":
        raise not_workbook_refusal(kinds.ANY_ZIP)
    links = package.relationships(main)
    strings = _read_shared_strings(package, links)
    locks, settings = root.find(f"{space}workbookProtection"), root.find(f"{space}workbookPr")
    date1904 = settings is not None and settings.get("date1904") in TRUE
    inner = {link.kind: link.target for link in links.values() if not link.external}
    styles = read_styles(package, inner.get("styles"), inner.get("theme"))
    entries = root.iterfind(f"{space}sheets/{space}sheet")
    sheets = tuple(_read_sheets(package, main, entries, links, strings=strings, styles=styles, date1904=date1904))
    named = [(name, (name.text or "").strip()) for name in root.iterfind(f"{space}definedNames/{space}definedName")]
    top = {link.kind: link.target for link in package.relationships("").values() if link.target in package}
    return RawBook(
        sheets=sheets,
        names={name.get("name", ""): text for name, text in named if name.get("localSheetId") is None},
        properties=_read_custom_properties(package, top.get("custom-properties") or top.get("customProperties")),
        date1904=date1904,
        application=_read_application(package, top.get("extended-properties") or top.get("extendedProperties")),
        structure_locked=locks is not None and locks.get("lockStructure") in TRUE,
        local_names=tuple((name.get("name", ""), text) for name, text in named if name.get("localSheetId") is not None),
        notes=find_package_links(package, sheets, [(name.get("name", ""), text) for name, text in named]),
    )


def _read_sheets(
    package: Package,
    main: str,
    entries: Iterator[Element],
    links: Mapping[str, Relationship],
    *,
    strings: Mapping[str, RawCell],
    styles: Styles,
    date1904: bool,
) -> Iterator[RawSheet]:
    names, parts = set(), set()
    allowance = Allowance()
    for entry in entries:
        link = links.get(next((value for key, value in entry.items() if key.endswith("}id")), ""))
        if link is None or link.external:
            raise damage_refusal(main, "工作表没有对应的内容")
        if link.kind != "worksheet":
            continue  # chart, dialogue and macro sheets hold no cells
        name, part = entry.get("name", ""), link.target
        if name.casefold() in names or part.lower() in parts:
            raise damage_refusal(main, "工作表重名或重复引用同一内容")
        names.add(name.casefold())
        parts.add(part.lower())
        style = DisplayStyles(styles.displays, styles.watched, date1904)
        frame, rows = read_rows(package, part)
        around = read_overlays(frame.root, package, part, styles)
        notes = read_comments(package, part)
        sheet = read_sheet(
            frame,
            rows,
            part,
            name,
            _VISIBILITIES.get(entry.get("state", ""), "visible"),
            strings=strings,
            style=style,
            overlays=around,
            comments=notes,
            allowance=allowance,
        )
        del frame, rows  # before the next tree is built: its memory is used again at once
        yield sheet


def _read_shared_strings(package: Package, links: Mapping[str, Relationship]) -> Mapping[str, RawCell]:
    part = next((link.target for link in links.values() if link.kind == "sharedStrings" and not link.external), None)
    return {} if part is None else read_strings(package, part)


def _read_custom_properties(package: Package, part: str | None) -> dict[str, str]:
    entries = () if part is None else package.xml(part)
    return {unescape(entry.get("name", "")): unescape(entry[0].text or "") for entry in entries if len(entry)}


def _read_application(package: Package, part: str | None) -> str:
    if part is None:
        return ""
    found = _APPLICATION.search(package.read(part))  # the rest is as long as the list of names, and nobody asks for it
    return "" if found is None else found[1].decode(errors="replace").strip()
