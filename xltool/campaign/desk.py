"""办公室.xlsx at work in a campaign: made, visited by every command, carried out, and written up to date in place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from xltool import __version__, files, workers
from xltool.campaign import desk_county
from xltool.campaign.desk_absences import Absences
from xltool.campaign.desk_extensions import Extensions
from xltool.campaign.desk_reading import LONGEST_CELL, DeskLine, read_desk
from xltool.campaign.desk_requests import Decisions, LineOutcome, carry_out
from xltool.campaign.desk_sheets import (
    CORRECTION_SHEET,
    DESK_FILE,
    DESK_SHEETS,
    LAST_LINE,
    ROSTER_SHEET,
    TEXT_SHEET,
    DeskSheet,
)
from xltool.campaign.desk_steps import LOST, RECORDED, REFUSED
from xltool.campaign.desk_waivers import Waivers
from xltool.campaign.desk_writing import SheetChange, make_desk, update_desk
from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.schema import BACKUPS, MOST_BACKUPS
from xltool.campaign.standings import find_standings
from xltool.campaign.store import Store
from xltool.codes import LEVEL_NAMES
from xltool.forms.cell_names import name_cell
from xltool.messages import XltoolError
from xltool.model import Correction, FormSpec
from xltool.readings import explain_loss
from xltool.workers import Lost

_OPEN_MARKS: Final = ("~${}", ".~{}", ".~lock.{}#")
"""Files that Excel, WPS and LibreOffice keep beside a workbook while somebody has it open."""
_MOST_ROOM: Final = 5
"""Lines of a text of several that can be seen at once; it grows."""
MOST_AGENCIES_LISTED: Final = LAST_LINE - 100


def make_new_desk(roster: Roster, spec: FormSpec) -> bytes:
    """The workbook of a new campaign: its roster, and a line for each text that the county may write.

    Raises `XltoolError` for more agencies than its sheets have lines for.
    """
    if len(roster.entries) > MOST_AGENCIES_LISTED:
        raise XltoolError(
            f"名录有 {len(roster.entries)} 个单位，{DESK_FILE} 最多列 {MOST_AGENCIES_LISTED} 个；"
            "这么多的，请加 --plain，名录写成 roster.csv。"
        )
    listed = {
        ROSTER_SHEET: tuple(_list_entry(roster, entry) for entry in roster.entries),
        TEXT_SHEET: tuple(
            {
                "text": text.label,
                "guidance": text.guidance,
                "result": desk_county.LACKING if text.required else "",
            }
            for text in spec.texts
        ),
    }
    example = _name_example(spec)
    room = {TEXT_SHEET: tuple(min(text.lines, _MOST_ROOM) for text in spec.texts)}
    return make_desk(
        [
            SheetChange(sheet, added=listed.get(sheet, ()), example=example, room=room.get(sheet, ()))
            for sheet in DESK_SHEETS
        ]
    )


def _name_example(spec: FormSpec) -> str:
    """A cell by its name, as an example: the first that counts in a table of several columns; none of lists alone."""
    inputs = [cell for cell in spec.cells if not cell.total]
    wide = [cell for cell in inputs if len(cell.block.columns) > 3]
    return name_cell(spec, (wide or inputs)[0].key) if inputs else ""


def _list_entry(roster: Roster, entry: RosterEntry) -> Mapping[str, str]:
    agency = entry.agency
    parent = roster.call_agency(entry.parent) if entry.parent else ""
    level = LEVEL_NAMES[agency.level] if agency.level else ""
    more = {"contact": entry.contact, "phone": entry.phone, "email": entry.email}
    return {"code": agency.code, "name": agency.name, "level": level, "parent": parent, **more}


def edit_desk(
    data: bytes,
    spec: FormSpec,
    texts: Mapping[str, str],
    added: Sequence[Correction],
    replaced: Mapping[int, Correction | None],
) -> bytes | None:
    """The workbook with texts of the county, by key, and new lines of corrections; what else is there stays.

    `replaced` says by the number of its line what a correction is to be, None for one that is taken back; nothing comes
    back where the workbook says all of it already. Raises `XltoolError` where it has no line for one, or is lost.
    """
    tables = read_desk(data, DESK_FILE).tables
    for sheet, wanted in ((TEXT_SHEET, texts), (CORRECTION_SHEET, [*added, *replaced])):
        if wanted and not tables[sheet.name].head:
            raise XltoolError(f"{DESK_FILE} 没有“{sheet.name}”表，或它的表头被改过；请改回来。")
    table = tables[TEXT_SHEET.name]
    labels = {text.key: text.label for text in spec.texts}
    numbers = {line.text("text"): line.number for line in reversed(table.lines)}
    lacking = [labels[key] for key in texts if labels[key] not in numbers]
    if lacking:
        raise XltoolError(f"{DESK_FILE} 的“{TEXT_SHEET.name}”表里没有这几行：{'、'.join(lacking)}。")
    if any(len(text) > LONGEST_CELL for text in texts.values()):
        raise XltoolError(f"{DESK_FILE} 的一格最多写 {LONGEST_CELL} 字；请分成几段，或写短些。")
    lines = {numbers[labels[key]]: {"content": text} for key, text in texts.items()}
    noted = tables[CORRECTION_SHEET.name]
    cleared = dict.fromkeys((column.field for column in CORRECTION_SHEET.columns), "")
    told = {
        number: {**cleared, **({} if each is None else desk_county.list_fields(spec, each))}
        for number, each in replaced.items()
    }
    new = tuple(desk_county.list_fields(spec, correction) for correction in added)
    changes = [
        SheetChange(TEXT_SHEET, table.columns, table.head, lines),
        SheetChange(CORRECTION_SHEET, noted.columns, noted.head, told, added=new),
    ]
    wanted_changes = [change for change in changes if change.lines or change.added]
    [made] = workers.run_in_workers(partial(update_desk, wanted_changes), [data])
    if isinstance(made, Lost):
        raise XltoolError(f"{DESK_FILE} 写不进去（{explain_loss(made)}），原来的没有动。")
    return made


def explain_open_desk(campaign: Campaign) -> str:
    """What to do first where somebody has the workbook open; empty where nobody has."""
    mark = _find_open_mark(campaign.root / DESK_FILE)
    return f"{DESK_FILE} 正有人开着：请先保存、关闭它，再办一次。没有人开着的，请删去 {mark}。" if mark else ""


def _find_open_mark(path: Path) -> str:
    """The file that shows that somebody has a workbook open; empty when there is none."""
    return next((name for each in _OPEN_MARKS if (path.parent / (name := each.format(path.name))).exists()), "")


def hash_desk(campaign: Campaign) -> str:
    """The SHA-256 of the workbook as it stands; raises `XltoolError` when it cannot be read."""
    return hashlib.sha256(campaign.read_office_file(DESK_FILE)).hexdigest()


def is_behind(roster: Roster, store: Store) -> bool:
    """Whether things stand otherwise than when xltool wrote the workbook, as behind `collect --only`."""
    return store.find_written(DESK_FILE)[1] != _hash_basis(roster, store)


def _hash_basis(roster: Roster, store: Store) -> str:
    """A hash of all that is written into the workbook."""
    facts = [__version__, store.fingerprint(), *map(str, roster.entries)]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogatepass")).hexdigest()


class DeskVisit:
    """One command's visit: what people wrote is carried out as it begins, what it did is written down as it ends."""

    def __init__(self, campaign: Campaign, roster: Roster, store: Store, at: datetime) -> None:
        self._campaign, self._roster, self._store, self._at = campaign, roster, store, at
        self._data = campaign.read_office_file(DESK_FILE)
        self._desk = read_desk(self._data, DESK_FILE)
        self._written: dict[str, dict[int, Mapping[str, str]]] = {}  # by sheet and number what is to stand there
        self._carried: list[str] = []
        self._told: set[str] = set()

    @property
    def is_changed(self) -> bool:
        """Whether somebody has written into the workbook since xltool did."""
        return self._store.find_written(DESK_FILE)[0] != self.sha256

    def carry_out_requests(self) -> Iterator[str]:
        """Puts on the record what people asked for, a sentence for each; what is wrong is told with sheet and line."""
        yield from self._tell(f"{DESK_FILE} {fault}" for fault in self._desk.find_faults())
        if self.is_changed:
            try:
                self._weigh_all()
            finally:  # also what was put on record before another thing could not be
                yield from self._tell_carried()
            return
        for sheet in DESK_SHEETS:  # nobody has mended it since
            refused = [line for line in self._desk.lines(sheet) if line.text("result").startswith((REFUSED, LOST))]
            yield from self._tell(
                f"{DESK_FILE} {line.place('result')}：{line.text('result').removeprefix(REFUSED)}" for line in refused
            )

    def refresh(self) -> Iterator[str]:
        """Writes the workbook up to date where it is not, in place; why that cannot be is told."""
        if self._store.find_written(DESK_FILE) == (self.sha256, self._hash_basis()):
            return
        path = self._campaign.root / DESK_FILE
        if files.hash_file(path) != self.sha256:
            return  # somebody has just saved it: the next command reads that first
        if self._weigh_all():
            self._weigh_all()  # as things stand now
        basis = self._hash_basis()  # with what was carried out just now
        self._keep_copy()
        changes = [self._plan_sheet(sheet) for sheet in DESK_SHEETS]
        yield from self._tell_carried()
        yield from self._tell(_list_overflow(changes))
        mark = _find_open_mark(path)
        if mark:
            yield (
                f"{DESK_FILE} 正有人开着，结果还没有写进去（该登记的都登记了）；"
                f"请先保存、关闭它，再执行一次任何命令。没有人开着的，请删去 {mark}。"
            )
            return
        [made] = workers.run_in_workers(partial(update_desk, changes), [self._data])
        if isinstance(made, Lost):
            yield f"{DESK_FILE} 更新不了（{explain_loss(made)}），原来的没有动，该登记的都登记了。"
            return
        try:
            self._replace(made, basis)
        except XltoolError as error:
            if files.hash_file(path) == self._store.find_written(DESK_FILE)[0] != self.sha256:
                return  # another command has just written it, nobody has saved it: the next one writes what is lacking
            yield f"{str(error).rstrip('。')}；{DESK_FILE} 开着的，请先关闭，再执行一次任何命令（该登记的都登记了）。"

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the workbook as this visit has read it."""
        return hashlib.sha256(self._data).hexdigest()

    def _tell(self, lines: Iterator[str]) -> Iterator[str]:
        """Each line once."""
        for line in lines:
            if line not in self._told:
                self._told.add(line)
                yield line

    def _hash_basis(self) -> str:
        return _hash_basis(self._roster, self._store)

    @cached_property
    def _waivers(self) -> Waivers:
        found = find_standings(self._campaign, self._roster, self._store, self._at.date())
        standings = {standing.entry.agency.code: standing for standing in found}
        return Waivers(self._campaign, self._roster, self._store, standings)

    @cached_property
    def _kinds(self) -> tuple[Waivers, Absences, Extensions]:
        roster, store = self._roster, self._store
        return self._waivers, Absences(roster, store), Extensions(self._campaign, roster, store)

    def _weigh_all(self) -> bool:
        """Finds what becomes of each line that people write, and carries out what they ask for; whether any did."""
        self.__dict__.pop("_waivers", None)  # the command has gone on since
        self.__dict__.pop("_kinds", None)
        spec = self._campaign.spec
        found: dict[DeskSheet, list[LineOutcome]] = {}
        for kind in self._kinds:
            outcomes = found.setdefault(kind.sheet, [])
            for outcome in carry_out(kind, self._desk.lines(kind.sheet), self._at):
                outcomes.append(outcome)
                self._carried += [f"{DESK_FILE} {outcome.told}"] if outcome.told else []
        found[CORRECTION_SHEET] = list(desk_county.weigh_corrections(self._desk, spec, self._roster))
        found[TEXT_SHEET] = list(desk_county.weigh_texts(self._desk, spec))
        for sheet in (CORRECTION_SHEET, TEXT_SHEET):
            self._carried += [f"{DESK_FILE} {outcome.told}" for outcome in found[sheet] if outcome.told]
        for sheet, outcomes in found.items():
            fields = {outcome.line.number: outcome.fields for outcome in outcomes if outcome.line is not None}
            written = self._written.setdefault(sheet.name, {})
            for number, each in fields.items():
                written[number] = {**written.get(number, {}), **each}
            self._desk = self._desk.note_fields(sheet, fields)  # so nothing is done again before it is written
        return any(each.told and not each.refused for outcomes in found.values() for each in outcomes)

    def _tell_carried(self) -> Iterator[str]:
        """What was carried out and what could not be, that was not told yet."""
        yield from self._tell(iter(self._carried))

    def _plan_sheet(self, sheet: DeskSheet) -> SheetChange:
        """What is to be written into a sheet."""
        table = self._desk.tables[sheet.name]
        if table.exists and not table.head:
            return SheetChange(sheet)  # its heads are gone: nobody knows what stands where
        lines = {number: dict(fields) for number, fields in self._written.get(sheet.name, {}).items()}
        free: tuple[int, ...] = ()
        added: list[Mapping[str, str]] = []
        if sheet is ROSTER_SHEET:
            lines = self._plan_roster()
        for kind in self._kinds:
            if kind.sheet is sheet:
                keys = dict(_list_keys(kind, table.lines))
                added = [*_list_unwritten(kind, keys)]
                if isinstance(kind, Waivers):
                    due = dict(kind.list_due())
                    covered = set(keys.values())
                    new = [{**fields} for key, fields in due.items() if key not in covered]
                    free = tuple(line.number for line in table.lines if _is_spent(line, keys.get(line.number), due))
                    for number, key in keys.items():
                        if key in due:
                            lines.setdefault(number, {})["finding"] = due[key]["finding"]
                    added = [*added, *new]
        example = _name_example(self._campaign.spec)
        return SheetChange(sheet, table.columns, table.head, lines, free, tuple(added), example)

    def _plan_roster(self) -> dict[int, dict[str, str]]:
        """How each agency stands, beside its line; a code that was made of its name is written down."""
        lines = {}
        for line in self._desk.lines(ROSTER_SHEET):
            code, name = line.text("code"), line.text("name")
            entry = self._roster.agencies.get(code) or self._roster.agencies.get(self._find_code(name))
            if entry is None:
                continue
            standing = self._waivers.standings[entry.agency.code]
            version = f"（第 {standing.number} 版）" if standing.number else ""
            lines[line.number] = {"state": f"{standing.state_word}{version}"}
            if not code:
                lines[line.number]["code"] = entry.agency.code
        return lines

    def _find_code(self, name: str) -> str:
        entry = self._roster.named.get(name)
        return entry.agency.code if entry is not None else ""

    def _keep_copy(self) -> None:
        """A copy of the workbook as people saved it, once a day, beside those of the database; the newest five stay."""
        place, stem = self._campaign.root / BACKUPS, Path(DESK_FILE).stem
        target = place / f"{stem}.{self._at.date().isoformat()}.xlsx"
        if target.exists():
            return
        with suppress(XltoolError, OSError):  # the next one can
            files.write_file(target, self._data)
            kept = sorted(place.glob(f"{stem}.*.xlsx"), key=lambda path: path.name)
            for path in kept[:-MOST_BACKUPS]:
                path.unlink()

    def _replace(self, made: bytes | None, basis: str) -> None:
        """Puts the new workbook in the place of the one that was read, and notes both hash and what it rests on."""
        path = self._campaign.root / DESK_FILE
        if made is None:
            self._store.note_written({DESK_FILE: (self.sha256, basis)})
            return
        staged = files.stage_file(path, made)

        def put() -> None:
            if files.hash_file(path) != self.sha256:
                staged.discard()
                raise XltoolError(f"{DESK_FILE} 刚刚有人存过，结果还没有写进去。")
            staged.put(path)

        try:
            self._store.note_written({DESK_FILE: (staged.sha256, basis)}, put=put)
        except BaseException:
            staged.discard()
            raise


def _list_overflow(changes: Sequence[SheetChange]) -> Iterator[str]:
    """What has no line left on its sheet, a sentence for each."""
    for change in changes:
        over = change.head + len(change.lines) + len(change.added) - LAST_LINE
        if change.head and over > 0:
            yield f"{DESK_FILE} 的“{change.sheet.name}”表放不下了，还有 {over} 条没有列出；办好前面的以后会补上。"


def _list_keys(kind: Decisions, lines: tuple[DeskLine, ...]) -> Iterator[tuple[int, str]]:
    """What each line is about, by number; none for lines that are about nothing known."""
    for line in lines:
        try:
            yield line.number, kind.find_key(line)
        except XltoolError:
            continue


def _list_unwritten(kind: Waivers | Absences | Extensions, keys: Mapping[int, str]) -> Iterator[Mapping[str, str]]:
    """A line for each word on the record that no line has."""
    for key, fields in kind.list_recorded():
        if not any(kind.covers(held, key) for held in keys.values()):
            record = kind.find_record(None, key)
            if record is not None:
                yield {**fields, **record.fields, "result": record.text}


def _is_spent(line: DeskLine, key: str | None, due: Mapping[str, object]) -> bool:
    """Whether a line of 放行 that nobody has written on is about nothing that is still to be settled."""
    written = any(line.text(field) for field in ("tick", "reason", "person"))
    return key not in due and not written and not line.text("result").startswith(RECORDED)
