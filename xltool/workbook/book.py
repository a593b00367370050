"""The raw contents of a workbook, without meaning: sheets, cells, names and locks as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from xltool.workbook.a1 import COLUMNS, ROWS, parse_cell, parse_reference, shift_formula
from xltool.workbook.package import Package, Relationship, damaged, not_workbook, over_limit

MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 100
MAX_CELLS: Final = 200_000
MAX_MERGES: Final = 5_000
MAX_STRINGS: Final = 50_000
MAX_FORMULA: Final = 8_192
"""Characters of one formula: Excel's own limit."""
MAX_FORMULAS: Final = 8 * 2**20
"""Characters of all formulas of one sheet, expanded: one long shared formula and many cells must not fill the memory."""

Kind: TypeAlias = Literal["number", "text", "boolean", "error", "date", "empty"]
State: TypeAlias = Literal["visible", "hidden", "veryHidden"]

_STATES: Final[Mapping[str, State]] = {"visible": "visible", "hidden": "hidden", "veryHidden": "veryHidden"}
_OTHERS: Final[Mapping[str, Kind]] = {"e": "error", "d": "date"}
_BOOLEANS: Final = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
_TRUE: Final = frozenset({"1", "true", "on"})
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_XML_SPACES: Final = " \t\r\n"
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


class RawCell(NamedTuple):
    """One cell with content: the text as stored, not checked against its kind, and the formula without its `=`.

    A named tuple and not a dataclass: a workbook has thousands, and it is made in a quarter of the time.
    """

    kind: Kind
    text: str
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One worksheet, zero-based; hidden rows and columns are told only where a cell is allowed to be."""

    name: str
    state: State
    cells: Mapping[tuple[int, int], RawCell]
    merges: tuple[tuple[int, int, int, int], ...]  # top, left, bottom, right inclusive
    protected: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]


@dataclass(frozen=True, slots=True)
class RawBook:
    """One workbook: its worksheets in order, its workbook-wide defined names, and who made it by its own account."""

    sheets: tuple[RawSheet, ...]
    names: Mapping[str, str]
    properties: Mapping[str, str]
    date1904: bool
    application: str
    structure_locked: bool


def read_book(data: bytes) -> RawBook:
    """Read the bytes of an .xlsx file.

    Raises Refusal, and nothing else, for whatever is no workbook, is damaged or is over a limit.
    """
    package = Package(data)
    main = package.main_part()
    root = package.xml(main)
    space, word = _split(root.tag)
    if word != "workbook":
        raise not_workbook("压缩包（ZIP）")
    links = package.relationships(main)
    strings = _strings(package, links)
    locks, settings = root.find(f"{space}workbookProtection"), root.find(f"{space}workbookPr")
    top = {link.kind: link.target for link in package.relationships("").values() if not link.external}
    return RawBook(
        sheets=tuple(_sheets(package, main, root.iterfind(f"{space}sheets/{space}sheet"), links, strings)),
        names={
            name.get("name", ""): (name.text or "").strip()
            for name in root.iterfind(f"{space}definedNames/{space}definedName")
            if name.get("localSheetId") is None
        },
        properties=_properties(package, top.get("custom-properties") or top.get("customProperties")),
        date1904=settings is not None and settings.get("date1904") in _TRUE,
        application=_application(package, top.get("extended-properties") or top.get("extendedProperties")),
        structure_locked=locks is not None and locks.get("lockStructure") in _TRUE,
    )


def _split(tag: str) -> tuple[str, str]:
    """The namespace of a tag in its braces, and its local name: transitional and strict files differ only in the first."""
    space, brace, word = tag.rpartition("}")
    return space + brace, word


def _sheets(
    package: Package, main: str, entries: Iterator[Element], links: Mapping[str, Relationship], strings: Mapping[str, RawCell]
) -> Iterator[RawSheet]:
    names, parts = set(), set()
    for entry in entries:
        link = links.get(next((value for key, value in entry.items() if key.endswith("}id")), ""))
        if link is None or link.external:
            raise damaged(main, "工作表没有对应的内容")
        if link.kind != "worksheet":
            continue  # chart, dialogue and macro sheets hold no cells
        name, part = entry.get("name", ""), link.target
        if name.casefold() in names or part.lower() in parts:
            raise damaged(main, "工作表重名或重复引用同一内容")
        names.add(name.casefold())
        parts.add(part.lower())
        root = package.xml(part)
        space, word = _split(root.tag)
        if word != "worksheet":
            raise damaged(part, "不是工作表")
        rows = list(_rows(root.iterfind(f"{space}sheetData/{space}row"), part))
        protection = root.find(f"{space}sheetProtection")
        yield RawSheet(
            name=name,
            state=_STATES.get(entry.get("state", "visible"), "visible"),
            cells=_cells(rows, space, strings, part),
            merges=_merges(root.find(f"{space}mergeCells"), part),
            protected=protection is not None and protection.get("sheet") in _TRUE,
            hidden_rows=frozenset(at for at, row in rows if at < MAX_ROWS and row.get("hidden") in _TRUE),
            hidden_columns=_hidden_columns(root.iterfind(f"{space}cols/{space}col"), part),
        )


def _rows(rows: Iterator[Element], part: str) -> Iterator[tuple[int, Element]]:
    at = -1
    for row in rows:
        number = row.get("r")
        if number is None:
            # Without a number it is the next row, unless its first cell knows better.
            place = parse_cell(row[0].get("r", "")) if len(row) else None
            index = at + 1 if place is None else place[0]
        else:
            index = _number(number) - 1
        if not at < index < ROWS:
            raise damaged(part, "行号有误")
        at = index
        yield at, row


def _cells(rows: list[tuple[int, Element]], space: str, strings: Mapping[str, RawCell], part: str) -> dict[tuple[int, int], RawCell]:
    """The cells with content: the one loop that decides how fast a workbook is read."""
    cells: dict[tuple[int, int], RawCell] = {}
    masters: dict[str, tuple[str, int, int]] = {}
    tag_cell, tag_value, tag_formula = f"{space}c", f"{space}v", f"{space}f"
    count = length = 0
    for at, row in rows:
        column = -1
        for cell in row.findall(tag_cell):
            name = cell.get("r")
            place = (at, column + 1) if name is None else parse_cell(name)
            if place is None or place[0] != at:
                raise damaged(part, "单元格的位置有误")
            column = place[1]
            if not len(cell):
                continue  # only a style
            kind, value = cell.get("t"), cell.findtext(tag_value)
            if kind is None and value:
                content: RawCell | None = RawCell("number", value)
            elif kind != "s" or (content := strings.get(value or "")) is None:
                content = _content(cell, kind, value, part)
            formula = cell.find(tag_formula)
            if formula is not None:
                text = _formula(formula, place, masters, part)
                content = RawCell("empty", "", text) if content is None else RawCell(content.kind, content.text, text)
                if (length := length + len(text)) > MAX_FORMULAS:
                    raise over_limit("一张工作表的公式总长", MAX_FORMULAS, length, part)
            elif content is None:
                continue
            cells[place] = content
            count += 1
    if count != len(cells):
        raise damaged(part, "同一单元格出现两次")
    _check_extent(cells, part)
    return cells


def _content(cell: Element, kind: str | None, value: str | None, part: str) -> RawCell | None:
    """What a cell shows that is not in the table of strings, or None for nothing."""
    if kind == "inlineStr":
        inline = next((child for child in cell if child.tag.endswith("}is")), None)
        return None if inline is None else RawCell("text", _string(inline))
    if value is None or (not value and kind != "str"):
        return None
    if kind == "str":
        return RawCell("text", _unescape(value))
    if kind is None or kind == "n":
        return RawCell("number", value)
    text = value.strip(_XML_SPACES)
    if kind == "b" and text in _BOOLEANS:
        return RawCell("boolean", _BOOLEANS[text])
    if kind in _OTHERS:
        return RawCell(_OTHERS[kind], text)
    raise damaged(part, "文字的编号不在文字表内" if kind == "s" else "单元格的类型或逻辑值有误")


def _formula(formula: Element, place: tuple[int, int], masters: dict[str, tuple[str, int, int]], part: str) -> str:
    text = formula.text or ""
    if len(text) > MAX_FORMULA:
        raise over_limit("一个公式的长度", MAX_FORMULA, len(text), part)
    if formula.get("t") == "shared":
        index = formula.get("si", "")
        if text:
            masters[index] = (text, *place)
        elif index in masters:
            master, row, column = masters[index]
            text = shift_formula(master, place[0] - row, place[1] - column)
        else:
            raise damaged(part, "共享公式缺少原文")
    return text


def _check_extent(cells: Mapping[tuple[int, int], RawCell], part: str) -> None:
    if not cells:
        return
    if len(cells) > MAX_CELLS:
        raise over_limit("一张工作表的单元格数", MAX_CELLS, len(cells), part)
    if (last := max(cells)[0]) >= MAX_ROWS:
        raise over_limit("一张工作表的行数", MAX_ROWS, last + 1, part)
    if (last := max(map(itemgetter(1), cells))) >= MAX_COLUMNS:
        raise over_limit("一张工作表的列数", MAX_COLUMNS, last + 1, part)


def _merges(merges: Element | None, part: str) -> tuple[tuple[int, int, int, int], ...]:
    if merges is None:
        return ()
    if len(merges) > MAX_MERGES:
        raise over_limit("一张工作表的合并单元格数", MAX_MERGES, len(merges), part)
    found = []
    for merge in merges:
        area = parse_reference(merge.get("ref", ""))
        if area is None or area[0] is not None:
            raise damaged(part, "合并单元格的位置有误")
        found.append(area[1:])
    return tuple(found)


def _hidden_columns(columns: Iterator[Element], part: str) -> frozenset[int]:
    hidden: set[int] = set()
    for column in columns:
        if column.get("hidden") in _TRUE:
            first, last = _number(column.get("min", "")), _number(column.get("max", ""))
            if not 0 < first <= last <= COLUMNS:
                raise damaged(part, "列号有误")
            hidden.update(range(first - 1, min(last, MAX_COLUMNS)))
    return frozenset(hidden)


def _number(digits: str) -> int:
    """The value of ASCII digits; 0, which is no row and no column, for anything else."""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else 0


def _strings(package: Package, links: Mapping[str, Relationship]) -> Mapping[str, RawCell]:
    """The shared strings as finished cells by their index as written, so that no other spelling of a number passes."""
    part = next((link.target for link in links.values() if link.kind == "sharedStrings" and not link.external), None)
    if part is None:
        return {}
    items = package.xml(part)
    if len(items) > MAX_STRINGS:
        raise over_limit("文字表的条数", MAX_STRINGS, len(items), part)
    return {str(index): RawCell("text", _string(item)) for index, item in enumerate(items)}


def _string(item: Element) -> str:
    """The text of a shared or inline string: its runs joined, its phonetic guides left out."""
    joined = ""
    for child in item:
        if child.tag.endswith("}t"):
            text = child.text or ""
            if text.strip(_XML_SPACES) != text and child.get(_SPACE) != "preserve":
                text = text.strip(_XML_SPACES)
            joined += text if "_x" not in text else _unescape(text)
        elif child.tag.endswith("}r"):
            joined += _string(child)
    return joined


def _unescape(text: str) -> str:
    """Excel writes what XML cannot hold as `_x000D_`, in UTF-16 units, and a literal `_x` of that shape as `_x005F_x`."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _properties(package: Package, part: str | None) -> dict[str, str]:
    return {} if part is None else {entry.get("name", ""): entry[0].text or "" for entry in package.xml(part) if len(entry)}


def _application(package: Package, part: str | None) -> str:
    if part is None:
        return ""
    root = package.xml(part)
    return (root.findtext(f"{_split(root.tag)[0]}Application") or "").strip()
