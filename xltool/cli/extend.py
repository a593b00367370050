"""`xltool extend`: one agency has until a later day, on the record."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from xltool.campaign import decisions
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options
from xltool.cli.chinese import Command
from xltool.cli.days import Day
from xltool.days import format_day


@click.command(
    cls=Command,
    name="extend",
    help="给一个单位延长报送期限；记下理由、姓名和时间。逾期、迟报按它自己的期限算。\n\n"
    "此后发给它的工作簿（重新 xltool build）、退回的工作簿、邮件和催报名单都写新的期限。"
    "收回延期，把日期写成原来的期限。",
)
@click.argument("agency", metavar="单位")
@click.argument("day", metavar="日期", type=Day())
@decision_options("为什么延期。")
@campaign_options.campaign_option
def command(agency: str, day: date, reason: str, person: str, root: Path) -> None:
    """Notes the deadline and tells it beside the one before."""
    reason, person = clean_words(reason, person)
    ruling = decisions.Ruling(reason, person, datetime.now())
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = decisions.find_entry(roster, agency)
        before = decisions.extend_deadline(campaign, store, entry, day, ruling)
    was = "" if before is None or before == day else f"（原为{format_day(before)}）"
    told = f"{reason}（{person}）"
    console.say(f"{entry.agency.name}（{entry.agency.code}）：报送期限 {format_day(day)}{was}。{told}")
