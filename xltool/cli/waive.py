"""`xltool waive`: one finding of one agency may pass, on the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standing import AGENCY_STATES, Standing, WeighedFinding, find_standings
from xltool.campaign.store import Store
from xltool.campaign.waivers import WaiverRecord, is_about, mark_findings
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options, find_entry
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
    help="经说明放行一个单位的一条审核结果；记下理由、姓名和时间。\n\n"
    "“单位”写单位代码；“规则”写 xltool status 列出的名称，如 applications.balance@enterprise；"
    "不写 @ 及其后时，放行这条勾稽关系现有的各处；也可以写审核代码，如 cell.blank。\n\n"
    "放行只对当时的数（或文字）有效：以后各版这几格没有变的照样有效，变了就失效，collect 和 status 会说明。"
    "与数和文字都无关的，只对当时那一版有效。--withdraw 撤销。",
)
@click.argument("agency", metavar="单位")
@click.argument("rule", metavar="规则")
@decision_options("为什么可以放行；撤销时写为什么撤销。")
@click.option("--withdraw", is_flag=True, help="撤销：不再放行。")
@campaign_options.campaign_option
def command(agency: str, rule: str, reason: str, person: str, *, withdraw: bool, root: Path) -> None:
    """Notes or withdraws the waiver and tells what passes now and how the agency stands."""
    reason, person = clean_words(reason, person)
    at = datetime.now()
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = find_entry(roster, agency)
        before = _find_standing(campaign, store, entry, at)
        if withdraw:
            _require_given(store, entry, rule)
            store.withdraw_waiver(entry.agency.code, rule, at.isoformat(timespec="seconds"), person, reason)
            console.say(f"{entry.agency.name}：已撤销对 {rule} 的放行。")
            console.say(_describe_outcome(before, _find_standing(campaign, store, entry, at)))
            return
        passing = _find_matching(before, rule)
        version = store.counting_of(entry.agency.code)
        assert version is not None  # nothing passes without one
        marks = mark_findings(rule, version.findings, version.submission, version.sha256)
        waiver = WaiverRecord(entry.agency.code, rule, reason, person, at.isoformat(timespec="seconds"), marks)
        told = next((w for w in store.waivers().get(waiver.agency, ()) if w.rule == rule), None)
        if told is None or replace(told, at=waiver.at) != waiver:  # the same word again changes nothing
            store.waive(waiver)
        after = _find_standing(campaign, store, entry, at)
    console.say(f"{entry.agency.name}：放行 {len(passing)} 处。")
    for verdict in passing:
        console.say(clean_line(f"  [{GRADES[verdict.finding['severity']]}] {verdict.gist}（{verdict.name}）"))
    console.say(_describe_outcome(before, after))


def _require_given(store: Store, entry: RosterEntry, rule: str) -> None:
    """Raises `XltoolError` naming the waivers on the record when there is no such one."""
    agency = entry.agency
    given = [waiver.rule for waiver in store.waivers().get(agency.code, ())]
    if rule not in given:
        known = f"现有：{_list_names(given)}" if given else "它没有放行过任何一条"
        raise XltoolError(f"{agency.name}（{agency.code}）没有对 {rule} 的放行，不用撤销；{known}。")


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
    passing = [verdict for verdict in asking if is_about(rule, verdict.finding)]
    if not passing:
        hint = suggest(find_closest(rule, known), lead="") or f"现有：{_list_names(verdict.name for verdict in asking)}"
        raise XltoolError(f"{name}第 {standing.number} 版的审核结果里没有 {rule}；{hint}。")
    return passing


def _list_names(names: Iterable[str]) -> str:
    return join_first(list(dict.fromkeys(names)), MOST_NAMES, "条") or "（没有）"


def _describe_outcome(before: Standing, after: Standing) -> str:
    """How the agency stands now, and what is left."""
    left = [
        f"{word} {count} 条" for word, count in (("强制性错误", after.errors), ("核实性问题", after.warnings)) if count
    ]
    change = (
        AGENCY_STATES[after.state]
        if before.state == after.state
        else f"{AGENCY_STATES[before.state]} → {AGENCY_STATES[after.state]}"
    )
    rest = f"；还有{'、'.join(left)}未放行" if left else ""
    return f"现为：{change}{rest}。"
