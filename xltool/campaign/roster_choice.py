"""Which tables of a file are rosters and are read, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn

from xltool.campaign.roster_draft import RosterError, RosterFault
from xltool.campaign.roster_heads import NEEDED, ROWS_LOOKED_AT, Heads, find_heads, plain_title, title_field
from xltool.campaign.roster_tables import RosterTable

TEMPLATE: Final = "要空白名录，执行 xltool roster --template 名录.xlsx"


def choose_tables(tables: Sequence[RosterTable]) -> tuple[list[Heads], list[str]]:
    """The tables that are read, by their heads, and what is to be said of the others.

    Raises `RosterError` when none is a roster.
    """
    if not any(table.rows for table in tables):
        raise RosterError([RosterFault("名录是空的。")])
    found = [(table, find_heads(table)) for table in tables]
    whole = [heads for _, heads in found if heads is not None and not heads.missing]
    seen = [heads for heads in whole if not heads.table.hidden] or whole[:1]
    if not seen:
        _refuse_tables([heads for _, heads in found if heads is not None])
    faults = [RosterFault(fault) for heads in seen for fault in heads.find_faults()]
    if faults:
        raise RosterError(faults)
    chosen: list[Heads] = []
    notes: list[str] = []
    known: set[str] = set()
    if seen[0].table.hidden:
        notes.append(f"名录在隐藏的工作表“{seen[0].table.name}”里，读了。")
    for heads in seen:
        names = {plain_title(row["name"]) for row in map(heads.name_fields, heads.list_rows()) if row["name"]}
        repeated = len(names & known)
        if chosen and 2 * repeated > len(names):
            said = f"工作表“{heads.table.name}”没有读取：其中 {repeated} 个单位前面的工作表里已经有了"
            notes.append(f"{said}；要用它的，请把它移到最前面。")
            continue
        chosen.append(heads)
        known |= names
    for table, unread in found:
        if any(unread is each for each in seen):
            continue
        if table.hidden and unread is not None:
            notes.append(f"隐藏的工作表“{table.name}”没有读取；要读的，请取消隐藏。")
        elif not table.hidden:
            lacking = [] if unread is None else [f"“{title_field(field)}”" for field in unread.missing]
            notes.append(
                f"工作表“{table.name}”没有读取：{'缺少' if lacking else '没有名录的表头'}{'、'.join(lacking)}。"
            )
    return chosen, notes


def _refuse_tables(found: Sequence[Heads]) -> NoReturn:
    """Asks for what is missing, by name and with an example."""
    if not found:
        asked = "、".join(f"“{title_field(field)}”（{example}）" for field, example in NEEDED.items())
        said = f"前 {ROWS_LOOKED_AT} 行里没有找到表头。表头里要有 {asked}；{TEMPLATE}。"
        raise RosterError([RosterFault(said)])
    best = max(found, key=lambda heads: len(heads.columns))
    raise RosterError([RosterFault(fault) for fault in (*best.find_faults(), f"{TEMPLATE}。")])
