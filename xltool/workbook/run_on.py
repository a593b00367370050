"""Texts longer than a row can be tall run on below all texts of 文字, line by line: so paper has them whole.

Where a form has no texts, reasons run on below the lines of 校验.

Formulas cut them, since a clerk writes in the blank: on the very hidden sheet each line knows whose it is, where it
begins and how many signs it has, and 文字 shows it. Each row is one line; lines that nothing needs are white.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from xltool.forms.sheet_names import CHECKS, HIDDEN
from xltool.model import Submission
from xltool.spreadsheet.a1 import cell_name, range_name
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.layout_plan import RUN_ON_COLUMNS, RUN_ON_LINES, WHY_COLUMN, Plan, RunOnSource, Spot
from xltool.workbook.widths import CHECK_WIDTHS, TEXT_WIDTHS, count_line_signs, count_row_lines

RUN_ON_HEIGHT: Final = 13.5
"""Points of a row of one line at 10 pt."""
RUN_ON_SIGNS: Final = count_line_signs(sum(TEXT_WIDTHS), 10) - 1
"""Chinese signs of a line, without the one that may hang."""
CLOSING: Final = "，。；：、！？）》”"
"""Signs that may not begin a line: one of them hangs behind its end."""
NARROW: Final = "0123456789abcdefghijklnopqrstuvxyz .,-()/:"
"""Signs of half a Chinese sign's breadth, or less, in any font."""
UNPRINTED: Final = "（后面还有 {} 字，纸上印不下。不影响报送，报告里是全的。）"
NOTHING: Final = "（没有印不全的文字，这一页可以不印。）"
"""What the first line says where no text runs on: its page would be empty without a word."""
_LABELS, _COPIES, _NEXT, _OWNER, _START, _ROOM, _LENGTH, _STEPS = range(RUN_ON_COLUMNS)
"""The columns of the very hidden sheet, from the plan's first one for them on."""


class RunOnLine(NamedTuple):
    """One line: the source that it shows, from 1, or 0; where in its text it begins; its room and length in signs.

    A line that begins at 0 is the heading of its text.
    """

    owner: int
    start: int
    room: int
    length: int


NO_LINE: Final = RunOnLine(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class RunOn:
    """What runs on for a submission: the texts that their cells cannot show whole, and the lines that they take."""

    copies: tuple[str, ...]
    lines: tuple[RunOnLine, ...]

    def show(self, plan: Plan, line: RunOnLine) -> str:
        """What a line shows."""
        if line.owner == 0:
            return ""
        if line.start == 0:
            return plan.run_on_sources[line.owner - 1].label
        begin = line.start - 1
        return self.copies[line.owner - 1][begin : begin + line.length].replace("\n", "")

    def count_left(self, line: RunOnLine) -> int:
        """How many signs are left behind a line."""
        if line.owner == 0:
            return 0
        here = len(self.copies[line.owner - 1]) + 1 - line.start - line.length
        return max(0, here) + sum(map(len, self.copies[line.owner :]))


def run_on(plan: Plan, submission: Submission) -> RunOn:
    """The lines of a submission's texts, as many blocks of them as hold all, and one at least."""
    if not plan.run_on_sources:
        return RunOn((), ())
    contents = [*_list_contents(plan, submission)]
    copies = tuple(text if _is_cut(plan, at, text) else "" for at, text in enumerate(contents))
    lines: list[RunOnLine] = []
    line = NO_LINE
    while line.owner or len(lines) % RUN_ON_LINES or not lines:
        line = _find_next_line(copies, line, first=not lines)
        if line.owner == 0 and lines and len(lines) % RUN_ON_LINES == 0:
            break
        lines.append(line)
    return RunOn(copies, tuple(lines))


def list_run_on_formulas(plan: Plan, lines: int = RUN_ON_LINES) -> dict[Spot, str]:
    """The formulas of so many lines, and those of the sources; a workbook handed out has one block of lines."""
    found: dict[Spot, str] = {}
    for at, source in enumerate(plan.run_on_sources):
        content = refer_in_frame(plan, source.spot, HIDDEN)
        signs, rows = _measure_cell(source)
        lines_needed = f'INT(LEN({content})/{signs})+LEN({content})-LEN(SUBSTITUTE({content},CHAR(10),""))'
        found[_spot(plan, at, _COPIES)] = f'IF({lines_needed}<{rows},"",{content})'
        here, after = (_spot(plan, at + by, column).address for by, column in ((0, _COPIES), (1, _NEXT)))
        last = at == len(plan.run_on_sources) - 1
        found[_spot(plan, at, _NEXT)] = f"IF(LEN({here})>0,{at + 1},{0 if last else after})"
    for at in range(lines if plan.run_on_sources else 0):
        found |= _write_line(plan, at)
        if at % RUN_ON_LINES == RUN_ON_LINES - 1:
            found[plan.run_on_note(at // RUN_ON_LINES)] = _write_note(plan, at)
    return found


def list_run_on_contents(plan: Plan, told: RunOn) -> dict[Spot, str | int]:
    """What the formulas of all lines of a submission show, and those of the sources."""
    found: dict[Spot, str | int] = {}
    after = 0
    for at in reversed(range(len(plan.run_on_sources))):
        after = at + 1 if told.copies[at] else after
        found |= {_spot(plan, at, _COPIES): told.copies[at], _spot(plan, at, _NEXT): after}
    for at, line in enumerate(told.lines):
        found[plan.run_on_line(at)] = NOTHING if at == line.owner == 0 else told.show(plan, line)
        for column, figure in zip((_OWNER, _START, _ROOM, _LENGTH), line, strict=True):
            found[_spot(plan, at, column)] = figure
        if at % RUN_ON_LINES == RUN_ON_LINES - 1:
            left = told.count_left(line) if at == len(told.lines) - 1 else 0
            found[plan.run_on_note(at // RUN_ON_LINES)] = UNPRINTED.format(left) if left else ""
    return found


def write_run_on_words(plan: Plan, sheet: Any) -> None:
    """What the formulas look up on the very hidden sheet: the headings of the texts, narrow signs, and 0, 1, 2 …"""
    for at, source in enumerate(plan.run_on_sources):
        spot = _spot(plan, at, _LABELS)
        sheet.write_string(spot.row, spot.column, source.label)
    narrow = _spot(plan, RUN_ON_SIGNS, _STEPS)
    sheet.write_string(narrow.row, narrow.column, NARROW)
    for at in range(RUN_ON_SIGNS):
        spot = _spot(plan, at, _STEPS)
        sheet.write_number(spot.row, spot.column, at)


def _spot(plan: Plan, at: int, column: int) -> Spot:
    return Spot(HIDDEN, at, plan.run_on_column + column)


def _list_contents(plan: Plan, submission: Submission) -> Iterator[str]:
    for source in plan.run_on_sources:
        of = submission.explanations if source.spot.sheet == CHECKS else submission.texts
        yield of.get(source.key, "")


def _is_cut(plan: Plan, at: int, text: str) -> bool:
    signs, rows = _measure_cell(plan.run_on_sources[at])
    return len(text) // signs + text.count("\n") >= rows


def _measure_cell(source: RunOnSource) -> tuple[int, int]:
    """How many Chinese signs a line of a source's cell takes, and how many lines the cell shows at most."""
    size, width = (10, CHECK_WIDTHS[WHY_COLUMN]) if source.spot.sheet == CHECKS else (11, TEXT_WIDTHS[1])
    return count_line_signs(width, size), count_row_lines(size)


def _find_next_line(copies: tuple[str, ...], before: RunOnLine, first: bool) -> RunOnLine:
    """The line behind another, as the formulas find it."""
    if before.owner == 0 and not first:
        return NO_LINE
    end = before.start + before.length
    if not first and end <= len(copies[before.owner - 1]):
        owner, start = before.owner, end
    else:
        owner = next((at for at in range(before.owner + 1, len(copies) + 1) if copies[at - 1]), 0)
        start = 0
    if owner == 0:
        return NO_LINE
    if start == 0:
        return RunOnLine(owner, 0, 0, 1)
    text = copies[owner - 1]
    window = text[start - 1 : start - 1 + RUN_ON_SIGNS]
    room = RUN_ON_SIGNS + sum(sign in NARROW for sign in window) // 2
    broken = text.find("\n", start - 1)
    length = (len(text) if broken < 0 else broken) + 2 - start
    if length > room + 1:
        length = room + (text[start - 1 + room] in CLOSING)
    return RunOnLine(owner, start, room, length)


def _write_line(plan: Plan, at: int) -> dict[Spot, str]:
    owner, start, room, length = (_spot(plan, at, column).address for column in (_OWNER, _START, _ROOM, _LENGTH))
    names, copies, following = (
        range_name(0, column, len(plan.run_on_sources), column, absolute=True)
        for column in (plan.run_on_column + each for each in (_LABELS, _COPIES, _NEXT))
    )
    text = f"INDEX({copies},{owner})"
    first, last, narrow = (
        cell_name(row, plan.run_on_column + _STEPS, absolute=True) for row in (0, RUN_ON_SIGNS - 1, RUN_ON_SIGNS)
    )
    found: dict[Spot, str] = {}
    if at == 0:
        found[_spot(plan, at, _OWNER)] = f"INDEX({following},1)"
        found[_spot(plan, at, _START)] = f"{owner}*0"
    else:
        was, begun, long = (_spot(plan, at - 1, column).address for column in (_OWNER, _START, _LENGTH))
        found[_spot(plan, at, _OWNER)] = (
            f"IF({was}=0,0,IF({begun}+{long}>LEN(INDEX({copies},{was})),INDEX({following},{was}+1),{was}))"
        )
        found[_spot(plan, at, _START)] = f"IF(OR({owner}=0,{owner}<>{was}),0,{begun}+{long})"
    is_narrow = f"ISNUMBER(FIND(MID({text},{start}+{first}:{last},1),{narrow}))"
    narrow_signs = f"SUMPRODUCT({is_narrow}*({start}+{first}:{last}<=LEN({text})))"  # FIND finds "" in some engines
    found[_spot(plan, at, _ROOM)] = f"IF({start}=0,0,{RUN_ON_SIGNS}+INT({narrow_signs}/2))"
    broken = f"IFERROR(FIND(CHAR(10),{text},{start}),LEN({text})+1)-{start}+1"
    hangs = f'IF(ISNUMBER(FIND(MID({text},{start}+{room},1),"{CLOSING}")),1,0)'
    found[_spot(plan, at, _LENGTH)] = f"IF({owner}=0,0,IF({start}=0,1,IF({broken}>{room}+1,{room}+{hangs},{broken})))"
    places = (_spot(plan, at, column) for column in (_OWNER, _START, _LENGTH))
    owner, start, length = (place.seen_from(plan.run_on_sheet) for place in places)
    names, copies = (f"{HIDDEN}!{area}" for area in (names, copies))
    shown = f'SUBSTITUTE(MID(INDEX({copies},{owner}),{start},{length}),CHAR(10),"")'
    nothing = "" if at else NOTHING
    found[plan.run_on_line(at)] = f'IF({owner}=0,"{nothing}",IF({start}=0,INDEX({names},{owner}),{shown}))'
    return found


def _write_note(plan: Plan, at: int) -> str:
    """How much is left behind the last line of a block, unless there is another block."""
    places = (_spot(plan, at, column) for column in (_OWNER, _START, _LENGTH))
    owner, start, length = (place.seen_from(plan.run_on_sheet) for place in places)
    more = _spot(plan, at + 1, _OWNER).seen_from(plan.run_on_sheet)
    copies, following = (
        f"{HIDDEN}!{range_name(0, column, len(plan.run_on_sources), column, absolute=True)}"
        for column in (plan.run_on_column + _COPIES, plan.run_on_column + _NEXT)
    )
    here = f"LEN(INDEX({copies},{owner}))+1-{start}-{length}"
    left = f"IF({here}>0,{here},0)+SUMPRODUCT(LEN({copies})*({following}>{owner}))"
    before, behind = UNPRINTED.split("{}")
    return f'IF(OR({owner}=0,{more}>0),"",IF({left}=0,"","{before}"&{left}&"{behind}"))'
