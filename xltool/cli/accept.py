"""`xltool accept`: what an opinion proposes for a cell counts in place of what the agency typed, on the record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool.campaign import decisions
from xltool.campaign.accepting import accept_proposal, withdraw_acceptance
from xltool.campaign.desk_county import find_said_cell
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options, describe_outcome
from xltool.cli.chinese import Command
from xltool.cli.output import describe_cell
from xltool.report.text import clean_line


@click.command(
    cls=Command,
    name="accept",
    help="采纳审核意见对一格的改法（“应为…”“可能应为…”）：以后按改法的数算，"
    "记下理由、姓名和时间；报来的文件不动。\n\n"
    "“单位”写单位代码；“格”照表上的字写表、行、栏，或写表和格的位置。"
    "一条意见断定几格都错的，几格一起采纳。\n\n"
    "采纳只对现在填的数有效：以后各版这一格没有变的照样按采纳的数算，单位另改过的，按它填的算，collect 会说明。"
    "单位也可以在退回的工作簿里选“采纳”，收取时记入，与这个命令一样。\n\n"
    "--withdraw 撤销：又按报来的数算。",
)
@click.argument("agency", metavar="单位")
@click.argument("words", metavar="格")
@decision_options("为什么采纳，如已与单位核对；撤销时写为什么撤销。")
@click.option("--withdraw", is_flag=True, help="撤销：又按报来的数算。")
@campaign_options.campaign_option
def command(agency: str, words: str, reason: str, person: str, *, withdraw: bool, root: Path) -> None:
    """Accepts the proposal, or takes that back, and tells how the agency stands now."""
    reason, person = clean_words(reason, person)
    ruling = decisions.Ruling(reason, person, datetime.now())
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = decisions.find_entry(roster, agency)
        key = find_said_cell(campaign.spec, words).key
        office = campaign_options.open_intake(campaign, roster, store, ruling.at)
        decide = withdraw_acceptance if withdraw else accept_proposal
        done = decide(office, entry, key, ruling)
    told = "；".join(f"{describe_cell(campaign.spec, each.key)} {each.told}" for each in done.records)
    verb = "已撤销采纳" if withdraw else "采纳"
    console.say(clean_line(f"{entry.agency.name}：{verb} {told}。{reason}（{person}）"))
    console.say(describe_outcome(done.before, done.after))
