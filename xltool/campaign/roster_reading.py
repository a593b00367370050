"""A roster out of a workbook or a text: its tables opened and chosen, its lines read, its faults found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_choice import choose_tables
from xltool.campaign.roster_draft import RosterDraft, RosterError, RosterFault
from xltool.campaign.roster_faults import find_joint_faults, find_line_faults
from xltool.campaign.roster_heads import find_level
from xltool.campaign.roster_lines import complete_line, read_lines, resolve_parents
from xltool.campaign.roster_notes import find_name_doubts, note_codes, note_table
from xltool.campaign.roster_tables import RosterTable, open_tables
from xltool.messages import XltoolError
from xltool.model import Agency

MOST_AGENCIES: Final = 20_000
MOST_READ: Final = 4
"""How many rosters are kept by their very bytes, which say all that is in them: a page asks for the same ones again."""


def parse_roster(data: bytes, passwords: Sequence[str] = ()) -> Roster:
    """The roster in a workbook or a text; raises `RosterError` with every fault and its line.

    `notes` of the result tell what was read that might not be meant, what was left out, and the codes that were made.
    """
    return finish_roster(draft_roster(data, passwords)) if passwords else _parse_open(data)


@lru_cache(MOST_READ)
def _parse_open(data: bytes) -> Roster:
    return finish_roster(draft_roster(data))


def draft_roster(data: bytes, passwords: Sequence[str] = ()) -> RosterDraft:
    """What a workbook or a text says of a roster, with its faults."""
    try:
        tables = open_tables(data, passwords)
    except XltoolError as error:
        return RosterDraft(faults=(RosterFault(str(error)),))
    return _draft_tables(tables)


def build_roster(tables: Sequence[RosterTable]) -> Roster:
    """The roster in tables that are open; raises `RosterError` as `parse_roster` does."""
    return finish_roster(_draft_tables(tables))


def finish_roster(draft: RosterDraft) -> Roster:
    """The roster that a draft is; raises `RosterError` with every fault of it."""
    if draft.faults:
        raise RosterError(draft.faults)
    return Roster(tuple(_build_entry(line.fields) for line in draft.lines), draft.notes)


def _draft_tables(tables: Sequence[RosterTable]) -> RosterDraft:
    try:
        heads, notes = choose_tables(tables)
    except RosterError as error:
        return RosterDraft(faults=error.faults)
    lines = []
    for each in heads:
        read, left = read_lines(each, each.table.name if len(heads) > 1 else "")
        lines += read
        notes += note_table(each, read, left)
    if len(heads) > 1:
        sizes = Counter(line.sheet for line in lines)
        counts = [f"“{each.table.name}”{sizes[each.table.name]} 个单位" for each in heads]
        notes.insert(0, f"读了 {len(heads)} 张工作表：{'、'.join(counts)}。")
    if len(lines) > MOST_AGENCIES:
        return RosterDraft(faults=(RosterFault(f"名录有 {len(lines)} 行，最多 {MOST_AGENCIES} 行。"),))
    lines, unclear = resolve_parents([complete_line(line) for line in lines])
    near: dict[str, str] = {}
    faults = [RosterFault(fault, line, field) for line in lines for field, fault in find_line_faults(line, near)]
    faults += [*unclear, *find_joint_faults(lines)]
    if not lines:
        faults.append(RosterFault("名录里没有单位。"))
    if not faults:
        notes += [*find_name_doubts(lines), *note_codes(lines)]
    return RosterDraft(tuple(lines), tuple(faults), tuple(notes))


def _build_entry(fields: Mapping[str, str]) -> RosterEntry:
    level = find_level(fields["level"])
    assert level is not None  # a line whose level nobody knows is a fault
    more = (fields.get(field, "") for field in ("parent", "contact", "phone", "email"))
    return RosterEntry(Agency(fields["code"], fields["name"], level), *more)
