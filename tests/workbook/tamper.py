"""What people and applications do to a workbook between fill and read, on its XML; and what every reading promises."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

import openpyxl
from lxml import etree
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from tests.workbook.parts import LINKS, MAIN
from xltool import api
from xltool.forms import totals
from xltool.forms.sheet_names import CHECKS, COVER, GUIDE, HIDDEN, TEXTS
from xltool.model import Agency, Finding, FormSpec, Reading, Submission
from xltool.periods import blank_submission, list_periods
from xltool.spreadsheet.a1 import parse_reference, quote_sheet, range_name
from xltool.workbook.layout_plan import make_plan

TABLE_2, TABLE_3, TABLE_4 = "表二 主动公开", "表三 依申请公开", "表四 复议诉讼"
SHEETS = (GUIDE, COVER, TEXTS, TABLE_2, TABLE_3, TABLE_4, CHECKS, HIDDEN)
AGENCY = Agency("654221-015", "额敏县教育和科学技术局", "city")
CUSTOM = "docProps/custom.xml"

Area = tuple[int, int, int, int]
Tamper = Callable[["Opened"], object]


class Fault(str):
    """An error value such as #N/A."""


class Formula(str):
    """A formula without its equals sign; `shown` is its cached result, None for none."""

    shown: int | float | str | None = None


class Opened:
    """A workbook taken apart: its parts, those that were touched as trees."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self._trees: dict[str, etree._Element] = {}

    def tree(self, part: str) -> etree._Element:
        if part not in self._trees:
            self._trees[part] = etree.fromstring(self.parts[part])
        return self._trees[part]

    @property
    def book(self) -> etree._Element:
        return self.tree("xl/workbook.xml")

    def part(self, name: str) -> str:
        links = {link.get("Id"): link.get("Target") for link in self.tree("xl/_rels/workbook.xml.rels")}
        return f"xl/{links[self.entry(name).get(f'{{{LINKS}}}id')]}"

    def entry(self, name: str) -> etree._Element:
        """The line of the workbook part about a sheet."""
        for sheet in self.book.iter(f"{{{MAIN}}}sheet"):
            if sheet.get("name") == name:
                return sheet
        raise KeyError(name)

    def sheet(self, name: str) -> etree._Element:
        return self.tree(self.part(name))

    def cell(self, sheet: str, address: str) -> etree._Element:
        for cell in self.sheet(sheet).iter(f"{{{MAIN}}}c"):
            if cell.get("r") == address:
                return cell
        raise KeyError(address)

    def put(self, sheet: str, address: str, content: object) -> None:
        """What typing or pasting leaves in a cell; None clears it."""
        cell = self.cell(sheet, address)
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        if isinstance(content, Formula):
            etree.SubElement(cell, f"{{{MAIN}}}f").text = content
            content = content.shown
            if isinstance(content, str):
                cell.set("t", "str")
                etree.SubElement(cell, f"{{{MAIN}}}v").text = content
                return
        if isinstance(content, bool | Fault):
            cell.set("t", "b" if isinstance(content, bool) else "e")
            etree.SubElement(cell, f"{{{MAIN}}}v").text = str(int(content)) if isinstance(content, bool) else content
        elif isinstance(content, str):
            cell.set("t", "inlineStr")
            text = etree.SubElement(etree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t")
            text.text = content
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        elif content is not None:
            etree.SubElement(cell, f"{{{MAIN}}}v").text = repr(content)

    def digits(self, sheet: str, address: str, stored: str, kind: str | None = None) -> None:
        """Any characters at all as the stored value of a cell."""
        self.put(sheet, address, 0)
        cell = self.cell(sheet, address)
        cell[0].text = stored
        if kind:
            cell.set("t", kind)

    def text(self, sheet: str, address: str) -> str:
        """The shared string in a cell."""
        cell = self.cell(sheet, address)
        if cell.get("t") == "inlineStr":
            return "".join(cell.itertext())
        strings = self.tree("xl/sharedStrings.xml")
        return "".join(strings[int(cell[0].text or "")].itertext())

    def names(self) -> list[etree._Element]:
        return list(self.book.iter(f"{{{MAIN}}}definedName"))

    def bytes(self) -> bytes:
        for part, tree in self._trees.items():
            self.parts[part] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
        return zipped(self.parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# ---------------------------------------------------------------- the workbook that is tampered with


@cache
def given(form_id: str = "ogi-2021") -> Submission:
    """Every input another figure, every text and explanation another text.

    Whatever is read in the wrong place shows.
    """
    spec = api.form(form_id)
    values = tuple((1000 + at) * cell.measure.scale for at, cell in enumerate(spec.cells))
    texts = {text.key: f"{text.label}的内容" for text in spec.texts}
    why = {name: f"第{at}条说明" for at, name in enumerate(make_plan(spec).explanations)}
    blank = blank_submission(spec, list_periods(spec, spec.years[1] or 2024)[-1], AGENCY, serial="0001")
    return replace(blank, values=totals.compute_totals(spec, values), texts=texts, explanations=why)


@cache
def filled(form_id: str = "ogi-2021") -> bytes:
    return api.fill(given(form_id))


def tampered(*acts: Tamper, data: bytes | None = None) -> bytes:
    opened = Opened(filled() if data is None else data)
    for act in acts:
        act(opened)
    return opened.bytes()


def by_openpyxl(act: Callable[[openpyxl.Workbook], object], data: bytes | None = None) -> bytes:
    """What a script does that moves cells and leaves names, merges and formulas where they are."""
    book = openpyxl.load_workbook(io.BytesIO(filled() if data is None else data))
    act(book)
    buffer = io.BytesIO()
    book.save(buffer)
    book.close()
    return buffer.getvalue()


# ---------------------------------------------------------------- the promise


def read(data: bytes, form_id: str = "ogi-2021") -> Reading:
    """The reading, once every figure and text in it is the true one, or is missing and an error says so."""
    reading = api.read(data)
    spec = api.form(form_id)
    for found in reading.findings:
        message = api.message(found, spec if reading.submission is not None else None)
        assert message.endswith("。")
        assert not re.search(r"[{}]|None", message)
        assert message.encode("gbk", "replace")
    if reading.submission is None:
        assert [found.severity for found in reading.findings] == ["error"]
        return reading
    true_or_told(given(form_id), reading, spec)
    return reading


def true_or_told(original: Submission, reading: Reading, spec: FormSpec) -> None:
    submission = reading.submission
    assert submission is not None
    errors = [found for found in reading.findings if found.severity == "error"]
    told = {key for found in errors for key in found.keys}
    for cell, old, new in zip(spec.cells, original.values, submission.values, strict=True):
        assert new == old or (new is None and (cell.total or cell.key in told)), (cell.key, old, new)
    assert submission.values == totals.compute_totals(spec, submission.values)
    said = "".join(str(fact) for found in errors for fact in found.data.values())
    for text in spec.texts:
        new, old = submission.texts.get(text.key), original.texts.get(text.key)
        assert new == old or (new is None and (text.label in said or make_plan(spec).texts[text.key].sheet in said)), (
            text.key,
            new,
        )
    for name, why in submission.explanations.items():
        assert why == original.explanations[name]


def codes(reading: Reading) -> set[str]:
    return {found.code for found in reading.findings}


def only(reading: Reading, code: str) -> Finding:
    """The one finding of that code."""
    (found,) = [found for found in reading.findings if found.code == code]
    return found


def message(reading: Reading, code: str) -> str:
    """What the one finding of that code says."""
    assert reading.submission is not None
    return api.message(only(reading, code), api.form(reading.submission.form))


# ---------------------------------------------------------------- names, sheets, labels


def remove_names(opened: Opened, prefix: str = "") -> None:
    for name in opened.names():
        if name.get("name", "").startswith(prefix):
            name.getparent().remove(name)


def labels(opened: Opened, sheet: str, texts: Iterable[str] | None = None) -> list[etree._Element]:
    """The cells of a sheet that hold a shared string without a formula, all or those with one of these texts."""
    strings = ["".join(item.itertext()) for item in opened.tree("xl/sharedStrings.xml")]
    found = [
        c for c in opened.sheet(sheet).iter(f"{{{MAIN}}}c") if c.get("t") == "s" and c.find(f"{{{MAIN}}}f") is None
    ]
    return [c for c in found if texts is None or strings[int(c[0].text or "")] in set(texts)]


def remove_labels(opened: Opened, sheet: str) -> None:
    for cell in labels(opened, sheet):
        if not str(cell.get("r")).endswith(("A1",)):
            opened.put(sheet, cell.get("r"), None)


def swap(opened: Opened, sheet: str, first: str, second: str) -> None:
    """The contents of two cells, exchanged by typing."""
    one, other = opened.cell(sheet, first), opened.cell(sheet, second)
    contents = list(one), list(other)
    kinds = one.attrib.pop("t", None), other.attrib.pop("t", None)
    for cell, children, kind in ((one, contents[1], kinds[1]), (other, contents[0], kinds[0])):
        for child in list(cell):
            cell.remove(child)
        cell.extend(children)
        if kind:
            cell.set("t", kind)


def rename(opened: Opened, old: str, new: str) -> None:
    """As Excel renames a sheet: names and formulas follow."""
    entry = opened.entry(old)
    trees = [opened.sheet(sheet.get("name")) for sheet in opened.book.iter(f"{{{MAIN}}}sheet")]
    formulas = [formula for tree in trees for formula in tree.iter(f"{{{MAIN}}}f")]
    for element in [*opened.names(), *formulas]:
        element.text = (element.text or "").replace(f"{quote_sheet(old)}!", f"{quote_sheet(new)}!")
    entry.set("name", new)


def reorder(opened: Opened) -> None:
    sheets = opened.book.find(f"{{{MAIN}}}sheets")
    sheets[:] = list(sheets)[::-1]


def unlock(opened: Opened, sheet: str) -> None:
    for lock in list(opened.sheet(sheet).iter(f"{{{MAIN}}}sheetProtection")):
        lock.getparent().remove(lock)


# ---------------------------------------------------------------- rows, columns and cells that move, with their names


def move_rows(opened: Opened, sheet: str, at: int, by: int) -> None:
    """Inserts (by=1) or deletes (by=-1) the row at, one-based, as Excel does: merges, names and frames follow."""
    root = opened.sheet(sheet)
    for row in list(root.iter(f"{{{MAIN}}}row")):
        number = int(row.get("r", ""))
        if by < 0 and number == at:
            row.getparent().remove(row)
        elif number >= at:
            row.set("r", str(number + by))
            for cell in row:
                cell.set("r", re.sub(r"\d+", str(number + by), cell.get("r")))
    _follow(opened, sheet, at - 1, by, 0)


def move_columns(opened: Opened, sheet: str, at: int, by: int) -> None:
    """Inserts or deletes the zero-based column at."""
    root = opened.sheet(sheet)
    for row in root.iter(f"{{{MAIN}}}row"):
        for cell in list(row):
            _, top, left, _, _ = parse_reference(cell.get("r")) or (None, 0, 0, 0, 0)
            if by < 0 and left == at:
                row.remove(cell)
            elif left >= at:
                cell.set("r", range_name(top, left + by, top, left + by))
    _follow(opened, sheet, at, by, 1)


def _follow(opened: Opened, sheet: str, at: int, by: int, axis: int) -> None:
    for merge in list(opened.sheet(sheet).iter(f"{{{MAIN}}}mergeCell")):
        area = _moved((parse_reference(merge.get("ref")) or ())[1:], at, by, axis)
        if area is None:
            merge.getparent().remove(merge)
        else:
            merge.set("ref", range_name(*area))
    for name in opened.names():
        reference = parse_reference(name.text or "")
        if reference is not None and reference[0] == sheet:
            area = _moved(reference[1:], at, by, axis)
            name.text = "#REF!" if area is None else f"{quote_sheet(sheet)}!{range_name(*area, absolute=True)}"
    for other in opened.book.iter(f"{{{MAIN}}}sheet"):
        home = other.get("name", "")
        for formula in opened.sheet(home).iter(f"{{{MAIN}}}f"):
            text = formula.text or ""
            if home == sheet or sheet in text:
                formula.text = _followed(text, home, sheet, lambda area: _moved(area, at, by, axis))


def _followed(formula: str, home: str, sheet: str, moved: Callable[[Area], Area | None]) -> str:
    """A formula of the sheet `home` after rows or columns of `sheet` moved."""
    pieces = []
    for token in Tokenizer(f"={formula}").items:
        reference = parse_reference(token.value) if token.subtype == Token.RANGE else None
        piece = token.value
        if reference is not None and (reference[0] or home) == sheet:
            area = moved(reference[1:])
            before, mark, _ = piece.rpartition("!")
            piece = (
                f"{before}{mark}#REF!" if area is None else f"{before}{mark}{range_name(*area, absolute='$' in piece)}"
            )
        pieces.append(piece)
    return "".join(pieces)


def _moved(area: Area, at: int, by: int, axis: int) -> Area | None:
    first, last = area[axis], area[axis + 2]
    if by < 0 and first == last == at:
        return None
    ends = list(area)
    ends[axis] = first + by if (first >= at if by > 0 else first > at) else first
    ends[axis + 2] = last + by if last >= at else last
    return ends[0], ends[1], ends[2], ends[3]


def cut_and_paste(opened: Opened, source: tuple[str, str], target: tuple[str, str]) -> None:
    """As Excel moves a cell: its name goes along, the name of the cell beneath is broken."""
    moved = opened.cell(*source)
    content, kind = list(moved), moved.get("t")
    below = opened.cell(*target)
    for child in list(below):
        below.remove(child)
    below.attrib.pop("t", None)
    below.extend(content)
    if kind:
        below.set("t", kind)
    opened.put(*source, None)
    at, to = (
        f"{quote_sheet(s)}!{range_name(*(parse_reference(a) or ())[1:], absolute=True)}" for s, a in (source, target)
    )
    for name in opened.names():
        if name.text == to:
            name.text = f"{to.rpartition('!')[0]}!#REF!"
        elif name.text == at:
            name.text = to


def keys_of_rows(spec: FormSpec, *rows: str) -> set[str]:
    return {cell.key for cell in spec.cells if cell.row.id in rows and not cell.total}


def without(submission: Submission, keys: set[str]) -> Submission:
    """The submission as it reads when these inputs are not read."""
    spec = api.form(submission.form)
    values = tuple(
        None if cell.key in keys else value for cell, value in zip(spec.cells, submission.values, strict=True)
    )
    return replace(submission, values=totals.compute_totals(spec, values))
