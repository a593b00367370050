"""What is added to a workbook that goes back for correction.

The sheet 退回意见, and the colour and comment of each cell in question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xltool.codes import GRADES
from xltool.forms.sheet_names import RETURN
from xltool.forms.text import clean_text, measure_breadth
from xltool.messages import MOST_CELLS, join_first
from xltool.model import CellKey, Leftover, Severity, Value
from xltool.spreadsheet.a1 import cell_name, quote_sheet, range_name
from xltool.workbook.context import Context
from xltool.workbook.engine import Format
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.markup import write_condition
from xltool.workbook.page import finish_sheet
from xltool.workbook.tick_marks import ACCEPT_COLUMN, ACCEPT_HEAD, HEADS, YES
from xltool.workbook.told import ToldDoubt, write_unchanged
from xltool.workbook.widths import LINE_HEIGHT, TALLEST_ROW, count_lines

PLACE_COLUMN: Final = 2
WIDTHS: Final = (5, 6, 13, 10, 43, 27, 13, 7)
"""All columns stand on a screen of 1366 pixels without being made smaller."""
CHANGED: Final = ("序号", "", "位置", "项目", "", "上次", "本次")
"""Heads of the second block, on the same columns: the first and the third pair of cells are one."""
UNREAD: Final = ("序号", "", "位置", "没有读取的内容", "", "", "")
"""Heads of the block about what was written and not read; the content takes the last columns."""
HINTS: Final = (
    "本工作簿里是贵单位已报送的数和文字。请直接在各表深橙色（强制）、深黄色（核实）的格内改正，保存后整份报回，"
    "不用另填新表；改过的格颜色自动消失。",
    "“强制”的必须改；“核实”的核对无误后，在“校验”表的“说明”栏写明原因；“提示”的不用改。点“位置”可以转到该格，"
    "格上的批注写明问题和改法。",
    "一条意见是一个原因；它使“校验”表的几行不平的，改好以后这几行一起变为“通过”。",
)
ACCEPT_HINT: Final = (
    "“采纳”栏能选“是”的，对照原始记录核对过、就照这一条改的，选“是”即可，不用再改格里的数；"
    "收取时照改法记入，并记下是贵单位采纳的。"
)
LOOKS: Final = (
    *("title", "agency", "guidance", "head", "middle", "note", "link", "tick", "mark"),
    *(f"grade_{grade}" for grade in GRADES),
)
MARK_LOOKS: Final = ("mark_error", "mark_warning")
"""Which looks what goes back is written with, and the conditions of its marks."""
AUTHOR: Final = "审核"
NOTE_WIDTH: Final = 340  # pixels
NOTE_LINE: Final = 17
NOTE_SIGNS: Final = 46
"""Characters in a line of a comment of that width, at 9 pt."""


@dataclass(frozen=True)
class Remark:
    """One finding as the sheet lists it; `target` is where its link leads."""

    severity: Severity
    place: str
    target: Spot | None
    figure: str
    problem: str
    remedy: str
    basis: str
    tick: str = ""
    """What stands hidden beside it where it may be accepted by a tick."""


@dataclass(frozen=True)
class Change:
    """One cell, text or explanation that differs from the last return."""

    place: str
    target: Spot
    called: str
    before: str
    after: str


@dataclass(frozen=True)
class Mark:
    """A cell in question: how grave, what it held, and what its comment says, if it has one."""

    severity: Severity
    value: Value | str
    comment: str = ""


@dataclass(frozen=True)
class Notice:
    """Everything that is added to a workbook that goes back.

    `changes` is None where there is nothing to compare with.
    """

    version: int
    remarks: tuple[Remark, ...]
    changes: tuple[Change, ...] | None
    unread: tuple[Leftover, ...]
    marks: Mapping[CellKey, Mark]
    typed: Mapping[CellKey, str]
    """What stands in cells in place of a figure: there it is left."""
    outdated: tuple[str, ...] = ()
    """Addresses on 校验 whose 说明 was written for other figures: there it is taken out, to be written anew."""
    told: tuple[ToldDoubt, ...] = ()
    """What was found in texts and is counted on 校验 while it stands."""


_TICK: Final = {
    "validate": "list",
    "source": [YES],
    "ignore_blank": True,
    "input_title": ACCEPT_HEAD,
    "input_message": "对照原始记录核对过、就照这一条的改法改的，选“是”；不照这一条改的，空着，直接在格里改。",
    "error_title": ACCEPT_HEAD,
    "error_message": "只能选“是”，或者空着。",
}


def draw_notice(context: Context, sheet: Any, notice: Notice) -> None:
    """The first sheet: whose it is, how to go on, the findings, and what changed since the last return."""
    formats, last = context.formats, len(HEADS) - 1
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    sheet.set_column(len(WIDTHS), len(WIDTHS), None, None, {"hidden": True})
    sheet.merge_range(0, 0, 0, last, RETURN, formats["title"])
    sheet.set_row(0, 30)
    period, deadline = context.occasion.period, context.occasion.deadline
    whose = (
        f"填报单位：{context.contents.meta['name']}　　{period.words.label}："
        f"{period.title if period.part else f'{period.year} 年'}　　第 "
        f"{notice.version} 次报送{f'　　报送期限：{deadline}' if deadline else ''}"
    )
    sheet.merge_range(1, 0, 1, last, whose, formats["agency"])
    sheet.set_row(1, 21)
    hints = (*HINTS, *([ACCEPT_HINT] if any(remark.tick for remark in notice.remarks) else []))
    for row, hint in enumerate((*hints, _count_remarks(notice)), 2):
        sheet.merge_range(row, 0, row, last, hint, formats["guidance"])
        sheet.set_row(row, LINE_HEIGHT * count_lines(hint, sum(WIDTHS), 10))
    row = 3 + len(hints)
    for column, label in enumerate(HEADS):
        sheet.write_string(row, column, label, formats["head"])
    sheet.set_row(row, 21)
    for number, remark in enumerate(notice.remarks, 1):
        row += 1
        _write_remark(context, sheet, row, number, remark)
    if notice.unread:
        row = _write_unread(context, sheet, row + 2, notice.unread)
    if notice.changes is not None:
        _write_changes(context, sheet, row + 2, notice.changes)
    sheet.repeat_rows(3 + len(hints))
    finish_sheet(context, sheet, portrait=False)


def list_conditions(plan: Plan, notice: Notice) -> dict[str, str]:
    """By sheet, as markup: what colours the cells that are in question, until they hold something else."""
    found: dict[str, list[str]] = {}
    for key, mark in notice.marks.items():
        spot, cell = plan.cells[key], plan.spec.any_cell(key)
        mine = found.setdefault(spot.sheet, [])
        area = range_name(spot.row, spot.column, spot.row, spot.column + plan.areas[key].width - 1)
        place = cell_name(spot.row, spot.column, absolute=True)
        look = MARK_LOOKS.index(f"mark_{mark.severity}")
        mine.append(write_condition(area, write_unchanged(cell, place, mark.value), look, len(mine) + 1))
    return {sheet: "".join(conditions) for sheet, conditions in found.items()}


def list_comments(plan: Plan, notice: Notice) -> dict[Spot, str]:
    """What is said on the cells in question."""
    return {plan.cells[key]: mark.comment for key, mark in notice.marks.items() if mark.comment}


def write_comments(context: Context, sheet: Any, name: str) -> None:
    """Writes the comments of a sheet."""
    for spot, comment in context.contents.comments.items():
        if spot.sheet == name:
            rows = sum(-(-max(1, measure_breadth(line)) // NOTE_SIGNS) for line in comment.split("\n"))
            size = {"width": NOTE_WIDTH, "height": NOTE_LINE * (rows + 1)}
            look = {"author": AUTHOR, "font_name": "宋体", "font_size": 9, "visible": False}
            sheet.write_comment(spot.row, spot.column, comment, look | size)


def number_looks(formats: Mapping[str, Format]) -> None:
    """Gives the looks of what goes back the first numbers, whatever of them is used."""
    for name in LOOKS:
        formats[name]._get_xf_index()
    for name in (name for name in MARK_LOOKS if name in formats):
        formats[name]._get_dxf_index()


def _count_remarks(notice: Notice) -> str:
    tally = [(GRADES[grade], sum(remark.severity == grade for remark in notice.remarks)) for grade in GRADES]
    return (
        f"共 {len(notice.remarks)} 条意见："
        f"{'，'.join(f'{name} {count} 条' for name, count in tally if count) or '无'}。"
        f"{_tell_outdated(notice.outdated)}"
    )


def _tell_outdated(places: Sequence[str]) -> str:
    if not places:
        return ""
    return (
        f"“校验”表 {join_first(places, MOST_CELLS)} 的说明是按以前的数写的，数改了，说明一字没改，不再算数，已清空："
        "请按现在的数另写，照抄原话不算。"
    )


def _write_remark(context: Context, sheet: Any, row: int, number: int, remark: Remark) -> None:
    formats = context.formats
    sheet.write_number(row, 0, number, formats["middle"])
    sheet.write_string(row, 1, GRADES[remark.severity], formats[f"grade_{remark.severity}"])
    _write_link(context, sheet, row, remark)
    cells = (remark.figure, remark.problem, remark.remedy, remark.basis)
    sheet.write_string(row, 3, remark.figure, formats["note"])
    for column, text in enumerate(cells[1:], 4):
        sheet.write_string(row, column, text, formats["guidance"])
    if remark.tick:
        sheet.write_blank(row, ACCEPT_COLUMN, None, formats["tick"])
        sheet.data_validation(row, ACCEPT_COLUMN, row, ACCEPT_COLUMN, _TICK)
        sheet.write_string(row, ACCEPT_COLUMN + 1, remark.tick, formats["mark"])
    else:
        sheet.write_blank(row, ACCEPT_COLUMN, None, formats["middle"])
    _fit_row(sheet, row, {2: remark.place, 3: remark.figure, 4: remark.problem, 5: remark.remedy, 6: remark.basis})


def _write_unread(context: Context, sheet: Any, row: int, unread: tuple[Leftover, ...]) -> int:
    """What was written where nothing is read, word for word: it need not be thought of again, only copied.

    Returns the last row.
    """
    formats, last = context.formats, len(HEADS) - 1
    title = "下列内容没有读取，本工作簿的填报格里没有；要报送的，抄到规定的格里"
    sheet.merge_range(row, 0, row, last, title, formats["head"])
    sheet.set_row(row, 21)
    row += 1
    _write_pair(sheet, row, 0, UNREAD[0], formats["head"])
    sheet.write_string(row, PLACE_COLUMN, UNREAD[2], formats["head"])
    sheet.merge_range(row, 3, row, last, UNREAD[3], formats["head"])
    for number, each in enumerate(unread, 1):
        row += 1
        content = clean_text(each.content)
        _write_pair(sheet, row, 0, f"{number}", formats["middle"])
        sheet.write_string(row, PLACE_COLUMN, f"{each.sheet} {each.address}", formats["note"])
        sheet.merge_range(row, 3, row, last, "", formats["guidance"])
        sheet.write_string(row, 3, content, formats["guidance"])
        lines = max(count_lines(content, sum(WIDTHS[3:]), 10), count_lines(each.sheet, WIDTHS[PLACE_COLUMN], 10))
        sheet.set_row(row, min(TALLEST_ROW, LINE_HEIGHT * lines + 3))
    return row


def _write_changes(context: Context, sheet: Any, row: int, changes: tuple[Change, ...]) -> None:
    formats, last = context.formats, len(HEADS) - 1
    sheet.merge_range(row, 0, row, last, "与上次报送相比", formats["head"])
    sheet.set_row(row, 21)
    row += 1
    if not changes:
        sheet.merge_range(row, 0, row, last, "与上次报送的内容完全一样，没有任何改动。", formats["guidance"])
        return
    _write_pair(sheet, row, 0, CHANGED[0], formats["head"])
    _write_pair(sheet, row, 3, CHANGED[3], formats["head"])
    for column in (2, 5, 6):
        sheet.write_string(row, column, CHANGED[column], formats["head"])
    for number, change in enumerate(changes, 1):
        row += 1
        _write_pair(sheet, row, 0, f"{number}", formats["middle"])
        _write_link(context, sheet, row, change)
        _write_pair(sheet, row, 3, change.called, formats["guidance"])
        sheet.write_string(row, 5, change.before, formats["note"])
        sheet.write_string(row, 6, change.after, formats["note"])
        _fit_row(sheet, row, {5: change.before, 6: change.after})


def _write_pair(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    sheet.merge_range(row, column, row, column + 1, "", look)
    sheet.write_string(row, column, text, look)


def _write_link(context: Context, sheet: Any, row: int, told: Remark | Change) -> None:
    if told.target is None:
        sheet.write_string(row, PLACE_COLUMN, told.place, context.formats["note"])
    else:
        sheet.write_url(
            row,
            PLACE_COLUMN,
            f"internal:{quote_sheet(told.target.sheet)}!{told.target.address}",
            context.formats["link"],
            told.place,
        )


def _fit_row(sheet: Any, row: int, texts: Mapping[int, str]) -> None:
    """A row as tall as its texts need; merged cells and links give a spreadsheet program nothing to go by."""
    sheet.set_row(
        row,
        min(
            TALLEST_ROW, LINE_HEIGHT * max(count_lines(text, WIDTHS[column], 10) for column, text in texts.items()) + 3
        ),
    )
