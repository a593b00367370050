"""`xltool absent`: an agency need not report, on the record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.roster import Roster
from xltool.campaign.standing import find_strays
from xltool.campaign.store import AbsenceRecord, Store
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options, find_entry
from xltool.cli.chinese import Command
from xltool.messages import XltoolError


@click.command(
    cls=Command,
    name="absent",
    help="记明一个单位无需报送（撤并、更名后不再单独报送等）；记下理由、姓名和时间，汇总时逐一列出。\n\n"
    "“单位”写单位代码；已从名录删去、但发过工作簿或报过数的单位也可以。数并入另一个单位的，用 --into 写明并入谁。\n\n"
    "此后它再报来的文件留作不计入的版本。--withdraw 撤销。",
)
@click.argument("agency", metavar="单位")
@click.option("--into", metavar="单位", help="它的数并入哪个单位（名录里的单位代码）。")
@decision_options("为什么无需报送；撤销时写为什么撤销。")
@click.option("--withdraw", is_flag=True, help="撤销：这个单位还要报送。")
@campaign_options.campaign_option
def command(agency: str, into: str | None, reason: str, person: str, *, withdraw: bool, root: Path) -> None:
    """Notes or withdraws an absence and tells what follows."""
    reason, person = clean_words(reason, person)
    at = datetime.now().isoformat(timespec="seconds")
    with campaign_options.open_campaign(root) as (_, roster, store):
        code, name = _find_agency(roster, store, agency)
        told = store.absences().get(code)
        if withdraw:
            if told is None:
                raise XltoolError(f"{name}（{code}）没有记为无需报送，不用撤销。")
            store.withdraw_absence(code, at, person, reason)
            console.say(f"{name}（{code}）：已撤销“无需报送”。")
            return
        target = _find_target(roster, store, code, into)
        record = AbsenceRecord(code, name, target, reason, person, at)
        if told is None or (told.into, told.reason, told.person) != (target, reason, person):
            store.excuse(record)
    console.say(f"{name}（{code}）：无需报送{f'，并入 {target}' if target else ''}。{reason}（{person}）")


def _find_agency(roster: Roster, store: Store, agency: str) -> tuple[str, str]:
    """Code and name of an agency of the roster, or of one that the roster lost."""
    absences = store.absences()
    lost = {stray.code: stray.name for stray in find_strays(roster, store) if stray.code not in roster.agencies}
    lost |= {code: record.name for code, record in absences.items() if code not in roster.agencies}
    if agency in lost:
        return agency, lost[agency] or agency
    entry = find_entry(roster, agency)
    return entry.agency.code, entry.agency.name


def _find_target(roster: Roster, store: Store, code: str, into: str | None) -> str:
    if into is None:
        return ""
    entry = find_entry(roster, into)
    if entry.agency.code == code:
        raise XltoolError("一个单位不能并入它自己。")
    if entry.agency.code in store.absences():
        raise XltoolError(f"{entry.agency.name}（{entry.agency.code}）自己也记为无需报送，不能并入它。")
    return entry.agency.code
