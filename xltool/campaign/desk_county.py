"""What 办公室.xlsx says of the county's own report: corrections of its sums, and its texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Final

from xltool.campaign import decisions
from xltool.campaign.corrections import (
    describe_correction,
    explain_total,
    find_contradictions,
    name_lacking,
    read_correcting_figure,
)
from xltool.campaign.desk_asking import split_names
from xltool.campaign.desk_reading import Desk, DeskLine
from xltool.campaign.desk_requests import LineOutcome
from xltool.campaign.desk_sheets import CORRECTION_SHEET, DESK_FILE, TEXT_SHEET, DeskSheet
from xltool.campaign.desk_steps import REFUSED
from xltool.campaign.roster import Roster
from xltool.campaign.texts import find_text_faults
from xltool.forms.cell_names import find_named_cells, find_nearest_cell, name_cell, split_table
from xltool.forms.number import format_value
from xltool.messages import XltoolError, join_first, say_cell, suggest
from xltool.model import Cell, Correction, FormSpec, Submission
from xltool.workbook.layout_plan import make_plan

_ADDRESS: Final = re.compile(r"[A-Za-z]{1,3}[0-9]{1,4}")
_MINUS: Final = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-"})
MOST_MEANT: Final = 3
LACKING: Final = "必写，还没有写。"
WAITING: Final = "还没有写{}，没有照办。"


class _Wrong(XltoolError):
    """What is wrong with a line, and where on it."""

    def __init__(self, line: DeskLine, field: str, why: str) -> None:
        super().__init__(f"{line.place(field)}：{why}")
        self.why = why


def read_corrections(desk: Desk, spec: FormSpec, roster: Roster) -> tuple[Correction, ...]:
    """The corrections of the sheet; raises `XltoolError` with every fault and its cell."""
    found = [each for _, each in _read_lines(desk, spec, roster)]
    _raise_faults(CORRECTION_SHEET, [str(each) for each in found if isinstance(each, _Wrong)])
    return tuple(each for each in found if isinstance(each, Correction))


def weigh_corrections(desk: Desk, spec: FormSpec, roster: Roster) -> Iterator[LineOutcome]:
    """What is to stand beside each correction: how it is understood, or what is wrong with it."""
    place = make_plan(spec).place
    for line, found in _read_lines(desk, spec, roster):
        if isinstance(found, _Wrong):
            yield LineOutcome(line, {"result": f"{REFUSED}{found.why}"}, str(found), refused=True)
        elif found.is_waiting:
            yield LineOutcome(line, {"result": WAITING.format(name_lacking(found))})
        else:
            cell = spec.cell(found.key)
            does = f"{say_cell(cell, place)} {describe_correction(found, cell)}"
            yield LineOutcome(line, {"result": f"{does}，汇总时照办。"})


def list_fields(spec: FormSpec, correction: Correction) -> Mapping[str, str]:
    """A correction as it is written on its line."""
    measure = spec.cell(correction.key).measure
    field = "value" if correction.change is None else "change"
    figure = correction.value if correction.change is None else correction.change
    said = {"reason": correction.reason, "person": correction.by, "agencies": "、".join(correction.agencies)}
    said["result"] = WAITING.format(name_lacking(correction)) if correction.is_waiting else ""
    return {"cell": name_cell(spec, correction.key), field: format_value(figure, measure), **said}


def read_texts(desk: Desk, spec: FormSpec, total: Submission, prior: Submission | None) -> dict[str, str]:
    """The texts of the sheet as they are written; raises `XltoolError` with every fault and its cell."""
    texts, faults = {}, []
    for line in _list_texts(desk):
        content = line.text("content")
        try:
            key = _find_text(line, spec)
        except _Wrong as error:
            faults.append(str(error))
            continue
        if key in texts:
            faults.append(str(_Wrong(line, "text", f"“{line.text('text')}”写了两行；请并成一行。")))
            continue
        texts[key] = content
        for fault in find_text_faults(content, spec, total, prior):
            near = suggest(fault.near, lead="；")
            faults.append(str(_Wrong(line, "content", f"{fault.written}：{fault.why}{near}。")))
    _raise_faults(TEXT_SHEET, faults)
    return texts


def read_drafts(desk: Desk, spec: FormSpec) -> dict[str, str]:
    """What stands on the lines of texts by key, whatever is wrong with it; of two lines of one text the first."""
    found: dict[str, str] = {}
    for line in desk.lines(TEXT_SHEET):
        with suppress(_Wrong):
            found.setdefault(_find_text(line, spec), line.text("content"))
    return found


def list_correction_lines(desk: Desk, spec: FormSpec, roster: Roster) -> list[tuple[int, Correction]]:
    """The corrections of the sheet that are right, each with the number of its line."""
    return [(line.number, each) for line, each in _read_lines(desk, spec, roster) if isinstance(each, Correction)]


def weigh_texts(desk: Desk, spec: FormSpec) -> Iterator[LineOutcome]:
    """What is to stand beside each text: whether it is still to be written."""
    required = {text.key for text in spec.texts if text.required}
    for line in desk.lines(TEXT_SHEET):
        try:
            key = _find_text(line, spec)
        except _Wrong as error:
            if line.text("content"):
                yield LineOutcome(line, {"result": f"{REFUSED}{error.why}"}, str(error), refused=True)
            continue
        lacks = LACKING if key in required else ""
        yield LineOutcome(line, {"result": f"{len(line.text('content'))} 字" if line.text("content") else lacks})


def _raise_faults(sheet: DeskSheet, faults: Sequence[str]) -> None:
    if faults:
        raise XltoolError(
            "\n".join([f"{DESK_FILE} 的“{sheet.name}”表有 {len(faults)} 处错：", *(f"  {each}" for each in faults)])
        )


def _read_lines(desk: Desk, spec: FormSpec, roster: Roster) -> list[tuple[DeskLine, Correction | _Wrong]]:
    """Each line with its correction, or with what is wrong with it; also with it beside the others."""
    found = [(line, _read_line(line, spec, roster)) for line in _list_corrections(desk)]
    sound = [(at, each) for at, (_, each) in enumerate(found) if isinstance(each, Correction)]
    for number in find_contradictions([each for _, each in sound]):
        at, line = sound[number][0], found[sound[number][0]][0]
        found[at] = line, _Wrong(line, "cell", "这一格用“改为”写明了数，就不能另有更正；请只留一行。")
    return found


def _list_corrections(desk: Desk) -> Iterator[DeskLine]:
    """The lines that say anything; reason and person alone may stand ready for the next."""
    for line in desk.lines(CORRECTION_SHEET):
        if any(line.text(field) for field in ("cell", "change", "value", "agencies")):
            yield line


def _list_texts(desk: Desk) -> Iterator[DeskLine]:
    return (line for line in desk.lines(TEXT_SHEET) if line.text("content"))


def _read_line(line: DeskLine, spec: FormSpec, roster: Roster) -> Correction | _Wrong:
    try:
        cell = _find_cell(line, spec)
        given = [field for field in ("change", "value") if line.text(field)]
        if len(given) != 1:
            heads = f"“{CORRECTION_SHEET.column('change').head}”和“{CORRECTION_SHEET.column('value').head}”"
            raise _Wrong(line, "change", f"{heads}{'只能' if given else '要'}写一栏。")
        figure = _read_figure(line, given[0], cell)
        codes = tuple(_find_codes(line, roster))
    except _Wrong as error:
        return error
    change, value = (figure, None) if given[0] == "change" else (None, figure)
    return Correction(cell.key, change, value, line.text("reason"), line.text("person"), codes)


def find_corrected_cell(spec: FormSpec, words: str) -> Cell:
    """The cell that words name as `find_said_cell` reads them; `XltoolError` also for one that cannot be corrected."""
    cell = find_said_cell(spec, words)
    if why := explain_total(cell):
        raise XltoolError(f"{why}。")
    return cell


def find_said_cell(spec: FormSpec, words: str) -> Cell:
    """The cell that words name: by table, row and column, by table and address, or by its key.

    Raises `XltoolError` with why none is, or not one alone.
    """
    words = words.strip("{}｛｝ ")
    if not words:
        raise XltoolError("没有写哪一格。")
    if words in spec.index:
        found = [spec.cell(words)]
    else:
        parted = split_table(spec, words)
        if parted is None:
            example = name_cell(spec, next(cell.key for cell in spec.cells if not cell.total))
            raise XltoolError(f"“{words[:40]}”里没有表名；照表上的字写表、行、栏，如 {example}。")
        table, rest = parted
        address = unicodedata.normalize("NFKC", rest).strip().upper()
        if _ADDRESS.fullmatch(address):
            place = make_plan(spec).place
            found = [cell for cell in spec.cells if cell.table is table and place(cell.key)[1] == address]
        else:
            found = [spec.cell(cell.key) for cell in find_named_cells(table, rest)]
        if len(found) > 1:
            names = join_first([name_cell(spec, cell.key) for cell in found], MOST_MEANT, "格")
            raise XltoolError(f"“{words[:40]}”不止一格符合（{names}），行和栏要写全。")
        if not found:
            near = suggest(find_nearest_cell(spec, table, rest))
            raise XltoolError(f"{table.name}里没有“{rest[:40]}”这样的行和栏{near}。")
    return found[0]


def read_corrected_figure(text: str, cell: Cell, head: str, *, sets: bool) -> int:
    """The figure, scaled, by which a cell is corrected or that it is set to; `head` is what it stands under.

    Raises `XltoolError` for what is no number, or none that the cell may hold.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).replace(",", "").replace(" ", "")
    try:
        number = Decimal(plain)
    except (InvalidOperation, ValueError):
        number = Decimal("NaN")
    if not number.is_finite():
        raise XltoolError(f"“{head}”的“{text[:20]}”不是数，只写数字，如 -1。")
    value, why = read_correcting_figure(number, cell, f"“{head}”", sets=sets)
    if why or value is None:
        raise XltoolError(f"{why}。")
    return value


def _find_cell(line: DeskLine, spec: FormSpec) -> Cell:
    try:
        return find_corrected_cell(spec, line.text("cell"))
    except XltoolError as error:
        raise _Wrong(line, "cell", str(error)) from None


def _read_figure(line: DeskLine, field: str, cell: Cell) -> int:
    raw = line.cells[field]
    text = line.text(field)
    if raw.kind == "number":
        with suppress(ValueError):
            text = f"{float(raw.text):.15g}"
    try:
        return read_corrected_figure(text, cell, CORRECTION_SHEET.column(field).head, sets=field == "value")
    except XltoolError as error:
        raise _Wrong(line, field, str(error)) from None


def _find_codes(line: DeskLine, roster: Roster) -> Iterator[str]:
    for name in split_names(line.text("agencies")):
        try:
            yield decisions.find_entry(roster, name).agency.code
        except XltoolError as error:
            raise _Wrong(line, "agencies", str(error)) from None


def _find_text(line: DeskLine, spec: FormSpec) -> str:
    """The key of the text that a line is; raises where there is none of that name."""
    name = line.text("text")
    known: Mapping[str, str] = {word: text.key for text in spec.texts for word in (text.label, text.key)}
    if name not in known:
        labels = join_first([text.label for text in spec.texts], len(spec.texts))
        raise _Wrong(line, "text", f"没有“{name[:40]}”这一段；可写：{labels}。")
    return known[name]
