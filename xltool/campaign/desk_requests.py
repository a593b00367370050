"""What the lines of 办公室.xlsx ask for, carried out whatever kind of decision they are of, and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xltool.campaign.decisions import Ruling
from xltool.campaign.desk_asking import Asked
from xltool.campaign.desk_reading import DeskLine
from xltool.campaign.desk_sheets import DESK_FILE, TICK, WAIVER_SHEET, WITHDRAWAL, DeskSheet
from xltool.campaign.desk_steps import DIFFERS, LOST, RECORDED, REFUSED, WITHDRAWN, OnRecord, Step, choose_step
from xltool.campaign.schema import UnwritableError
from xltool.messages import XltoolError
from xltool.report.text import clean_line


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one line: what is to stand in its fields, and what is told of it; `line` is None for a new one."""

    line: DeskLine | None
    fields: Mapping[str, str]
    told: str = ""
    refused: bool = False


class Decisions(Protocol):
    """One kind of decision: how its lines are read, and how they are carried out."""

    @property
    def sheet(self) -> DeskSheet: ...

    def find_key(self, line: DeskLine) -> str:
        """What the line is about; raises `XltoolError` when that is not known."""
        ...

    def read_asked(self, line: DeskLine) -> Asked: ...

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None: ...

    def begin_result(self, line: DeskLine) -> str:
        """How 结果 begins when the line as it stands is on the record."""
        ...

    def was_said(self, line: DeskLine, key: str) -> bool:
        """Whether just this was on the record before."""
        ...

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        """When what was on the record was taken back last, and by whom; both empty when it never was."""
        ...

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None: ...

    def withdraw(self, key: str, ruling: Ruling) -> None: ...

    def name_key(self, key: str) -> str:
        """What the line is about, as a clerk says it."""
        ...

    def covers(self, held: str, key: str) -> bool:
        """Whether a line about the first says the second."""
        ...


def carry_out(kind: Decisions, lines: Sequence[DeskLine], at: datetime) -> Iterator[LineOutcome]:
    """What becomes of each line; what they ask for is carried out.

    Raises `UnwritableError` where that cannot be put on record.
    """
    for line in lines:
        try:
            outcome = _carry_out_line(kind, line, at)
        except UnwritableError as error:  # no fault of the line, and what the command is to do rests on it
            where = f"{DESK_FILE} “{line.sheet.name}”表第 {line.number} 行"
            raise UnwritableError(f"{where}还没有登记成：{error}排除以后再执行一次这个命令。") from error
        except XltoolError as error:
            yield _refuse(line, str(error))
        else:
            if outcome is not None:
                yield outcome


def _carry_out_line(kind: Decisions, line: DeskLine, at: datetime) -> LineOutcome | None:
    asked = kind.read_asked(line)
    if asked == "nothing" and not any(line.text(each) for each in kind.sheet.key):
        return None
    result = line.text("result")
    try:
        key = kind.find_key(line)
    except XltoolError:
        if asked == "nothing" and not result.startswith(RECORDED):
            return None  # a line about an agency that has left
        raise
    record = kind.find_record(line, key)
    said, withdrawn = kind.was_said(line, key), _tell_withdrawal(kind, key)
    step = choose_step(asked, result, kind.begin_result(line), record, said=said, withdrawn=withdrawn)
    told = ""
    if step in {"give", "withdraw"}:
        told = _act(kind, line, key, step, at)
        record = kind.find_record(line, key)
        step = "show" if record is not None else "withdrawn"
    if step == "show":
        assert record is not None
        return LineOutcome(line, {**record.fields, "result": record.text}, told)
    if step == "lost":
        why = f"{LOST}（数据库修复过，或者换成了旧的备份）；仍要办的，清空“结果”这一格。"
        return LineOutcome(line, {"result": why}, f"“{line.sheet.name}”表第 {line.number} 行：{why}", refused=True)
    tick = {"tick": WITHDRAWAL} if step == "withdrawn" and asked == "give" else {}
    return LineOutcome(line, {**tick, "result": _tell_step(line, step, record, _tell_withdrawal(kind, key))}, told)


def _tell_withdrawal(kind: Decisions, key: str) -> str:
    """What 结果 says of what was taken back; empty when nothing was."""
    at, person = kind.find_withdrawal(key)
    return f"{WITHDRAWN}（{person}，{at.replace('T', ' ')}）" if at else ""


def _tell_step(line: DeskLine, step: Step, record: OnRecord | None, withdrawn: str) -> str:
    """What 结果 says of a line that is not on the record as it stands; raises where that is to be mended."""
    if step == "repeated":
        raise XltoolError("以同样的理由登记过，后来撤销了；仍要办的，请把理由改一下。")
    if step == "differs" and record is not None:
        return f"{DIFFERS}{record.text.removeprefix(RECORDED)}，与本行不同；要按本行办的，清空本格。"
    if step == "unneeded":
        return "没有登记过，不用撤销。"
    return withdrawn if step == "withdrawn" or line.text("result").startswith(WITHDRAWN) else _tell_waiting(line)


def _tell_waiting(line: DeskLine) -> str:
    """What 结果 says of a line that asks for nothing."""
    waits = "tick" in line.places and line.sheet is WAIVER_SHEET and (line.text("reason") or line.text("person"))
    return f"还没有在“{line.sheet.column('tick').head}”一栏选 {TICK}。" if waits else ""


def _act(kind: Decisions, line: DeskLine, key: str, step: Step, at: datetime) -> str:
    """Carries out what a line asks for, and tells it."""
    reason, person = (clean_line(line.text(field)).strip() for field in ("reason", "person"))
    lacking = [line.sheet.column(field).head for field, word in (("reason", reason), ("person", person)) if not word]
    if lacking:
        raise XltoolError(f"没有写{'和'.join(f'“{head}”' for head in lacking)}；写上以后再执行一次任何命令。")
    ruling = Ruling(reason, person, at)
    if step == "withdraw":
        kind.withdraw(key, ruling)
        return f"{line.sheet.name}：{kind.name_key(key)}，已撤销。（{person}）"
    kind.give(line, key, ruling)
    return f"{line.sheet.name}：{kind.name_key(key)}，已登记。{reason}（{person}）"


def _refuse(line: DeskLine, why: str) -> LineOutcome:
    place = f"“{line.sheet.name}”表第 {line.number} 行"
    _, mark, known = line.text("result").partition(WITHDRAWN)  # what the line knew stays with it
    return LineOutcome(line, {"result": f"{REFUSED}{why}{mark}{known}"}, f"{place}：{why}", refused=True)
