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
    "--withdraw 撤销，不用写日期：期限仍是本任务的期限，以后发给它的会注明原来延到哪一天。\n\n"
    "也可以写在 办公室.xlsx 的“延期”表里，与这个命令一样。",
)
@click.argument("agency", metavar="单位")
@click.argument("day", metavar="[日期]", type=Day(), required=False)
@decision_options("为什么延期；撤销时写为什么撤销。")
@click.option("--withdraw", is_flag=True, help="撤销：不再延期。")
@campaign_options.campaign_option
def command(agency: str, day: date | None, reason: str, person: str, *, withdraw: bool, root: Path) -> None:
    """Notes the deadline and tells it beside the one before, or takes it back."""
    if (day is None) != withdraw:
        wrong = "撤销延期的，不用写日期。" if withdraw else "要写明延到哪一天；撤销延期的，加 --withdraw。"
        raise click.UsageError(wrong)
    reason, person = clean_words(reason, person)
    ruling = decisions.Ruling(reason, person, datetime.now())
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = decisions.find_entry(roster, agency)
        if day is None:
            given = date.fromisoformat(decisions.withdraw_extension(store, entry, ruling).day)
            due = f"报送期限 {format_day(campaign.deadline)}" if campaign.deadline else "本任务未设期限"
            told = f"已撤销延期（原延至{format_day(given)}），{due}。{reason}（{person}）"
            console.say(f"{entry.agency.name}（{entry.agency.code}）：{told}")
            return
        before = decisions.extend_deadline(campaign, store, entry, day, ruling)
    was = "" if before is None or before == day else f"（原为{format_day(before)}）"
    told = f"{reason}（{person}）"
    console.say(f"{entry.agency.name}（{entry.agency.code}）：报送期限 {format_day(day)}{was}。{told}")
