"""What the lines of 办公室.xlsx ask for, held against the record: who asks for what, what was done already.

A line says itself how far it came: in 结果 stands what was on the record when the line was written last. So a line that
asks for something is told from one that only repeats what is on the record, also in an old copy of the workbook.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, Protocol, TypeAlias

from xltool.campaign import decisions
from xltool.campaign.decisions import Ruling
from xltool.campaign.desk_reading import DeskLine
from xltool.campaign.desk_sheets import (
    ABSENCE_SHEET,
    DESK_FILE,
    EXTENSION_SHEET,
    TICK,
    WAIVER_SHEET,
    WITHDRAWAL,
    DeskSheet,
)
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_decisions import describe_absence, describe_extension, describe_waiver
from xltool.campaign.roster import Roster
from xltool.campaign.schema import UnwritableError
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.campaign.weighed import group_verdicts
from xltool.days import DAY_EXAMPLE, format_day, parse_day
from xltool.messages import XltoolError
from xltool.report.text import clean_line

RECORDED, WITHDRAWN, REFUSED, DIFFERS, LOST = "已登记：", "已撤销", "没有办：", "登记的是：", "登记过的不见了"
"""How 结果 begins: of what is on the record, was taken back, could not be done, is on the record otherwise, is gone."""
_YES: Final = frozenset(
    ["√", "✓", "✔", "☑", "是", "对", "1", "x", "y", "v", "yes", "true", "ok", "放行", "同意", "可以"]
)
_NO: Final = frozenset(["否", "不", "无", "0", "no", "n", "false", "不放行", "-", "—", "/"])
_BACK: Final = frozenset(["撤销", "收回", "取消", "撤回", "撤消", "作废"])
BETWEEN: Final = "、"
_LONGEST_GIST: Final = 1_000

Asked: TypeAlias = Literal["give", "withdraw", "nothing"]
Step: TypeAlias = Literal["give", "withdraw", "show", "withdrawn", "lost", "repeated", "differs", "unneeded", "none"]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is on the record for a line: as 结果 tells it, the fields of a line that says it.

    `lapsed` when it holds no more, `same` when the line says the same.
    """

    text: str
    fields: Mapping[str, str]
    same: bool
    lapsed: bool = False


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


def read_tick(text: str) -> Asked | None:
    """What stands in a field for a tick, however people write one; None for what is no tick."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in _YES:
        return "give"
    if plain in _BACK:
        return "withdraw"
    return "nothing" if not plain or plain in _NO else None


def choose_step(asked: Asked, result: str, own: str, record: OnRecord | None, *, said: bool, withdrawn: str) -> Step:
    """What is to be done about a line: by what it asks, what its 结果 says, and what is on the record.

    `own` is how 结果 begins where the line as it stands is on the record; `said` that it was on the record before,
    `withdrawn` is what 结果 says of the last time that what was there was taken back, empty when it never was.
    """
    if record is None:
        return _choose_unrecorded(asked, result, said=said, withdrawn=withdrawn)
    if asked != "give":
        return "withdraw" if asked == "withdraw" or result.startswith(RECORDED) else "show"
    if record.same:
        return "give" if record.lapsed and result == record.text else "show"
    if result.startswith(DIFFERS):
        return "differs"
    if result == record.text or not result.startswith(RECORDED):
        return "give"
    return "show" if result.startswith(own) else "differs"


def _choose_unrecorded(asked: Asked, result: str, *, said: bool, withdrawn: str) -> Step:
    if result.startswith((RECORDED, LOST)):
        return "lost" if asked == "give" and not withdrawn else "withdrawn"
    if asked == "give":
        return "repeated" if said and (not withdrawn or withdrawn not in result) else "give"
    return "unneeded" if asked == "withdraw" and not withdrawn else "none"


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


@dataclass
class Waivers:
    """放行: a line for each opinion that is not settled, and for each word on the record."""

    campaign: Campaign
    roster: Roster
    store: Store
    standings: Mapping[str, Standing]
    sheet: DeskSheet = field(default=WAIVER_SHEET, init=False)

    def find_key(self, line: DeskLine) -> str:
        code = decisions.find_entry(self.roster, line.text("agency")).agency.code if line.text("agency") else ""
        rules = list(split_names(line.text("rule")))
        if not code or not rules:
            raise XltoolError(f"没有写“{'单位' if not code else '规则'}”；照列出的行填，或者删去这一行的字。")
        return BETWEEN.join([code, *rules])

    def read_asked(self, line: DeskLine) -> Asked:
        asked = read_tick(line.text("tick"))
        if asked is None:
            raise XltoolError(f"“放行”一栏的“{line.text('tick')[:20]}”看不懂；放行选 {TICK}，收回选“{WITHDRAWAL}”。")
        return asked

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None:
        code, *rules = key.split(BETWEEN)
        given = [waiver for waiver in self.store.waivers().get(code, ()) if waiver.rule in rules]
        if not given:
            return None
        first = given[0]
        standing = self.standings.get(code)
        lapses = [] if standing is None else [each for each in standing.lapsed if each.waiver in given]
        left = set() if standing is None else {verdict.name for verdict in standing.findings if verdict.unsettled}
        same = line is not None and all(
            (waiver.reason, waiver.person) == (line.text("reason"), line.text("person")) for waiver in given
        )
        missing = left & set(rules) - {waiver.rule for waiver in given}
        told = ""
        if line is not None and line.text("result").startswith(RECORDED):
            # what the line asked for and was taken back elsewhere is not given again unless it is asked for anew
            withdrawn = {rule for rule in missing if self.store.find_withdrawal("waive", f"{code} {rule}")[0]}
            missing -= withdrawn
            told = f"；其中{BETWEEN.join(sorted(withdrawn))}已撤销，仍要放行的，清空本格" if withdrawn else ""
        fields = {"reason": first.reason, "person": first.person, "tick": "" if lapses else TICK}
        if line is not None and read_tick(line.text("tick")) == "give" and not lapses:
            del fields["tick"]  # as it was written
        text = f"{lapses[0].sentence}。仍要放行的，重新选 {TICK}。" if lapses else f"{RECORDED}{first.word}{told}"
        return OnRecord(text, fields, same and (not missing or bool(lapses)), bool(lapses))

    def begin_result(self, line: DeskLine) -> str:
        return f"{RECORDED}{line.text('reason')}（{line.text('person')}，"

    def was_said(self, line: DeskLine, key: str) -> bool:
        code, *rules = key.split(BETWEEN)
        reason, person = line.text("reason"), line.text("person")
        return any(self.store.was_noted(person, "waive", describe_waiver(code, rule, reason)) for rule in rules)

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        code, *rules = key.split(BETWEEN)
        return max(self.store.find_withdrawal("waive", f"{code} {rule}") for rule in rules)

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None:  # noqa: ARG002
        code, *rules = key.split(BETWEEN)
        entry, asking, faults = self.roster.agencies[code], [], []
        standing = decisions.find_own_standing(self.campaign, self.store, entry, ruling.at)
        for rule in rules:
            try:
                decisions.match_findings(standing, rule)
            except XltoolError as error:  # a newer version no longer has it
                faults.append(error)
            else:
                asking.append(rule)
        if not asking:
            raise faults[0]
        decisions.waive_findings(self.campaign, self.store, entry, asking, ruling)
        self._look_again(code, ruling.at)

    def withdraw(self, key: str, ruling: Ruling) -> None:
        code, *rules = key.split(BETWEEN)
        entry = self.roster.agencies[code]
        given = [waiver.rule for waiver in self.store.waivers().get(code, ()) if waiver.rule in rules]
        decisions.withdraw_waivers(self.store, entry, given, ruling)
        self._look_again(code, ruling.at)

    def name_key(self, key: str) -> str:
        code, *rules = key.split(BETWEEN)
        return f"{self.roster.agencies[code].agency.name}（{code}）{BETWEEN.join(rules)}"

    def covers(self, held: str, key: str) -> bool:
        (code, *rules), (other, *asked) = held.split(BETWEEN), key.split(BETWEEN)
        return code == other and set(asked) <= set(rules)

    def list_due(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each opinion on a return that is not settled, with its key."""
        for code, standing in self.standings.items():
            if standing.state not in {"returned", "open"}:
                continue
            for opinion in group_verdicts(self.campaign.spec, standing.unsettled):
                names = [n for n in dict.fromkeys(v.name for v in opinion.verdicts) if n not in decisions.SHARED_CODES]
                gist = clean_line(opinion.tell(self.campaign.spec)[0])[:_LONGEST_GIST]
                fields = {"agency": self.roster.call_agency(code), "finding": gist, "rule": BETWEEN.join(names)}
                yield BETWEEN.join([code, *names]), fields

    def list_recorded(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each word on the record, with its key."""
        for code, given in self.store.waivers().items():
            for waiver in given if code in self.roster.agencies else ():
                yield (
                    BETWEEN.join([code, waiver.rule]),
                    {"agency": self.roster.call_agency(code), "rule": waiver.rule},
                )

    def _look_again(self, code: str, at: datetime) -> None:
        found = decisions.find_own_standing(self.campaign, self.store, self.roster.agencies[code], at)
        self.standings = {**self.standings, code: found}


@dataclass
class Absences:
    """缺席: a line for each agency that need not report."""

    roster: Roster
    store: Store
    sheet: DeskSheet = field(default=ABSENCE_SHEET, init=False)

    def find_key(self, line: DeskLine) -> str:
        agency = line.text("agency")
        if not agency:
            raise XltoolError("没有写“单位”；写上，或者删去这一行的字。")
        named = [code for code, record in self.store.absences().items() if agency in (code, record.name)]
        return named[0] if len(named) == 1 else decisions.find_absentee(self.roster, self.store, agency)[0]

    def read_asked(self, line: DeskLine) -> Asked:
        return _read_withdrawal(line, ("agency", "reason", "person", "into"))

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None:
        record = self.store.absences().get(key)
        if record is None:
            return None
        into = self.roster.call_agency(record.into) if record.into else ""
        merged = f"并入{into}，" if into else ""
        text = f"{RECORDED}{merged}{record.reason}（{record.person}，{record.at[:10]}）"
        fields = {"into": into, "reason": record.reason, "person": record.person}
        same = line is not None and (line.text("reason"), line.text("person"), self._find_into(line)) == (
            *(record.reason, record.person),
            record.into,
        )
        if same:
            del fields["into"]  # as it was written
        return OnRecord(text, fields, same)

    def begin_result(self, line: DeskLine) -> str:
        into = self._find_into(line)
        merged = f"并入{self.roster.call_agency(into)}，" if into else ""
        return f"{RECORDED}{merged}{line.text('reason')}（{line.text('person')}，"

    def was_said(self, line: DeskLine, key: str) -> bool:
        _, name = decisions.find_absentee(self.roster, self.store, key)
        said = describe_absence(key, name, self._find_into(line), line.text("reason"))
        return self.store.was_noted(line.text("person"), "absent", said)

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        return self.store.find_withdrawal("absent", key)

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None:
        decisions.excuse_agency(self.roster, self.store, key, self._find_into(line), ruling)

    def withdraw(self, key: str, ruling: Ruling) -> None:
        decisions.withdraw_absence(self.roster, self.store, key, ruling)

    def name_key(self, key: str) -> str:
        return f"{decisions.find_absentee(self.roster, self.store, key)[1]}（{key}）"

    def covers(self, held: str, key: str) -> bool:
        return held == key

    def list_recorded(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each absence on the record, with its key."""
        for code, record in self.store.absences().items():
            listed = code in self.roster.agencies
            yield code, {"agency": self.roster.call_agency(code) if listed else record.name or code}

    def _find_into(self, line: DeskLine) -> str:
        into = line.text("into")
        return decisions.find_entry(self.roster, into).agency.code if into else ""


@dataclass
class Extensions:
    """延期: a line for each agency that has a deadline of its own."""

    campaign: Campaign
    roster: Roster
    store: Store
    sheet: DeskSheet = field(default=EXTENSION_SHEET, init=False)

    def find_key(self, line: DeskLine) -> str:
        if not line.text("agency"):
            raise XltoolError("没有写“单位”；写上，或者删去这一行的字。")
        return decisions.find_entry(self.roster, line.text("agency")).agency.code

    def read_asked(self, line: DeskLine) -> Asked:
        return _read_withdrawal(line, ("agency", "day", "reason", "person"))

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None:
        told = self.store.extensions().get(key)
        if told is None:
            return None
        day = format_day(date.fromisoformat(told.day))
        same = line is not None and (told.day, told.reason, told.person) == (
            *(self._read_day(line).isoformat(), line.text("reason")),
            line.text("person"),
        )
        fields = {"reason": told.reason, "person": told.person} | ({} if same else {"day": told.day})
        return OnRecord(f"{RECORDED}延至{day}，{told.reason}（{told.person}，{told.at[:10]}）", fields, same)

    def begin_result(self, line: DeskLine) -> str:
        return f"{RECORDED}延至{format_day(self._read_day(line))}，{line.text('reason')}（{line.text('person')}，"

    def was_said(self, line: DeskLine, key: str) -> bool:
        said = describe_extension(key, self._read_day(line).isoformat(), line.text("reason"))
        return self.store.was_noted(line.text("person"), "extend", said)

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        return self.store.find_withdrawal("extend", key)

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None:
        day = self._read_day(line)
        decisions.extend_deadline(self.campaign, self.store, self.roster.agencies[key], day, ruling)

    def withdraw(self, key: str, ruling: Ruling) -> None:
        decisions.withdraw_extension(self.store, self.roster.agencies[key], ruling)

    def name_key(self, key: str) -> str:
        return f"{self.roster.agencies[key].agency.name}（{key}）"

    def covers(self, held: str, key: str) -> bool:
        return held == key

    def list_recorded(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each extension on the record, with its key."""
        for code in self.store.extensions():
            if code in self.roster.agencies:
                yield code, {"agency": self.roster.call_agency(code)}

    @staticmethod
    def _read_day(line: DeskLine) -> date:
        day = parse_day(line.text("day"))
        if day is None:
            given = f"“{line.text('day')[:20]}”不是日期" if line.text("day") else "没有写“延至”"
            raise XltoolError(f"{given}；写成 {DAY_EXAMPLE} 的样子。")
        return day


def _read_withdrawal(line: DeskLine, fields: Sequence[str]) -> Asked:
    """What a line asks that is a request by what stands in its fields, and has one more to take it back."""
    asked = read_tick(line.text("tick"))
    if asked is None:
        raise XltoolError(f"“撤销”一栏的“{line.text('tick')[:20]}”看不懂；收回选“{WITHDRAWAL}”，否则空着。")
    if asked != "nothing":
        return "withdraw"
    return "give" if any(line.text(each) for each in fields) else "nothing"


def split_names(text: str) -> Iterable[str]:
    """Names that are parted by commas of any kind."""
    plain = unicodedata.normalize("NFKC", text).replace(",", BETWEEN).replace(";", BETWEEN)
    return dict.fromkeys(name.strip() for name in plain.split(BETWEEN) if name.strip())
