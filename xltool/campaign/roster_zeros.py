"""Codes that lost their first zeros, because a spreadsheet took them for numbers when the roster was saved.

001 became 1. The roster that the first blanks went out with knows what an agency's code was.
"""

from __future__ import annotations

import re
from dataclasses import replace

from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster, RosterEntry, is_same_name
from xltool.campaign.roster_changes import read_first_roster
from xltool.campaign.store import Store
from xltool.messages import join_first

_MOST_NAMED = 6
_NUMBER = re.compile("[0-9]+")


def restore_zeros(campaign: Campaign, roster: Roster, store: Store) -> tuple[Roster, str]:
    """The roster with the codes under which blanks went out, and what is to be said of it; '' where all are there.

    Only where the name is the same, the code but for its zeros, and the old code is nobody else's now: else the change
    is meant, and is told as one.
    """
    before = read_first_roster(store)
    if before is None or before.agencies.keys() <= roster.agencies.keys():
        return roster, ""
    issued = store.issues()
    lost = [old for code, old in before.agencies.items() if code in issued and code not in roster.agencies]
    now = {
        entry.agency.code: old.agency.code
        for entry in roster.entries
        if entry.agency.code not in before.agencies
        for old in lost
        if _has_lost_zeros(entry, old)
    }
    if not now:
        return roster, ""
    entries = tuple(
        replace(
            entry,
            agency=replace(entry.agency, code=now.get(entry.agency.code, entry.agency.code)),
            parent=now.get(entry.parent, entry.parent),
        )
        for entry in roster.entries
    )
    pairs = join_first([f"{code} 应为 {old}" for code, old in now.items()], _MOST_NAMED, "个")
    said = (
        f"名录里 {len(now)} 个单位代码丢了前面的 0（{pairs}）：名称与下发时相同，按下发时的代码办。"
        f"请在 {campaign.layout.roster} 里改回来；用 Excel 打开前先把单位代码一列设为“文本”。"
    )
    return replace(roster, entries=entries), said


def _has_lost_zeros(entry: RosterEntry, old: RosterEntry) -> bool:
    code, former = entry.agency.code, old.agency.code
    same = _NUMBER.fullmatch(code) and former == code.zfill(len(former))
    return bool(same) and is_same_name(entry.agency.name, old.agency.name)
