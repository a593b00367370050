"""`xltool waive`: one finding of one agency may pass, on the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standing import AGENCY_STATES, Standing, WeighedFinding, find_standings
from xltool.campaign.store import Store, Waiver
from xltool.cli import campaign_options, console
from xltool.cli.agencies import decision_options, find_entry, name_decision
from xltool.cli.chinese import Command
from xltool.codes import GRADES
from xltool.forms.source import find_closest
from xltool.messages import XltoolError, join_first, suggest
from xltool.report.text import clean_line

SHARED_CODE = "rule.broken"
"""The code of every 勾稽关系: a word on it would let pass all of them, now and later."""
MOST_NAMES = 8


@click.command(
    cls=Command,
    name="waive",
    help="经说明放行一个单位的一条审核结果；记下理由、姓名和时间，以后各版同样有效。\n\n"
    "“单位”写单位代码；“规则”写 xltool status 列出的名称，如 applications.balance@enterprise；"
    "不写 @ 及其后时，放行这条勾稽关系的各处。",
)
@click.argument("agency", metavar="单位")
@click.argument("rule", metavar="规则")
@decision_options("为什么可以放行。")
@campaign_options.campaign_option
def command(agency: str, rule: str, reason: str, person: str, root: Path) -> None:
    """Notes the waiver and tells what passes now and how the agency stands."""
    reason, person = name_decision(reason, person)
    at = datetime.now()
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = find_entry(roster, agency)
        before = _find_standing(campaign, store, entry, at)
        passing = _find_matching(before, rule)
        waiver = Waiver(entry.agency.code, rule, reason, person, at.isoformat(timespec="seconds"))
        told = next((w for w in store.waivers().get(waiver.agency, ()) if w.rule == rule), None)
        if told is None or (told.reason, told.person) != (reason, person):  # the same word again changes nothing
            store.waive(waiver)
        after = _find_standing(campaign, store, entry, at)
    console.say(f"{entry.agency.name}：放行 {len(passing)} 处。")
    for verdict in passing:
        console.say(clean_line(f"  [{GRADES[verdict.finding['severity']]}] {verdict.gist}（{verdict.name}）"))
    console.say(_describe_outcome(before, after))


def _find_standing(campaign: Campaign, store: Store, entry: RosterEntry, at: datetime) -> Standing:
    return find_standings(campaign, Roster((entry,)), store, at.date())[0]


def _find_matching(standing: Standing, rule: str) -> list[WeighedFinding]:
    """The findings of the newest version that the word is about; raises `XltoolError` when there are none."""
    name = standing.entry.agency.name
    if standing.version is None:
        raise XltoolError(f"{name}还没有报送，没有可以放行的审核结果。")
    asking = [verdict for verdict in standing.findings if verdict.severity != "info"]
    if not asking:
        raise XltoolError(f"{name}第 {standing.number} 版没有强制性错误，也没有核实性问题，不用放行。")
    known = list(
        dict.fromkeys(
            spelt for verdict in asking for spelt in (verdict.name, verdict.rule, verdict.code) if spelt != SHARED_CODE
        )
    )
    if rule == SHARED_CODE:
        raise XltoolError(
            f"{rule} 是各条勾稽关系共用的代码，请写明放行哪一条："
            f"{_list_names(v.name for v in asking if v.code == rule)}。"
        )
    passing = [verdict for verdict in asking if rule in (verdict.name, verdict.rule, verdict.code)]
    if not passing:
        hint = suggest(find_closest(rule, known), lead="") or f"现有：{_list_names(verdict.name for verdict in asking)}"
        raise XltoolError(f"{name}第 {standing.number} 版的审核结果里没有 {rule}；{hint}。")
    return passing


def _list_names(names: Iterable[str]) -> str:
    return join_first(list(dict.fromkeys(names)), MOST_NAMES, "条") or "（没有）"


def _describe_outcome(before: Standing, after: Standing) -> str:
    """How the agency stands now, and what is left."""
    left = [
        f"{word} {count} 处" for word, count in (("强制性错误", after.errors), ("核实性问题", after.warnings)) if count
    ]
    change = (
        AGENCY_STATES[after.state]
        if before.state == after.state
        else f"{AGENCY_STATES[before.state]} → {AGENCY_STATES[after.state]}"
    )
    rest = f"；还有{'、'.join(left)}未放行" if left else ""
    return f"现为：{change}{rest}。"
