"""`xltool remind`: mail drafts for what goes back and for who is urged, and a message for each agency."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Final

import click

from xltool.campaign import reminders
from xltool.campaign.chat_lines import word_message
from xltool.campaign.documents import describe_kept
from xltool.campaign.links import find_links
from xltool.campaign.priors import read_last_year
from xltool.campaign.standings import iterate_standings
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.cli.refresh_returns import refresh_returns
from xltool.messages import join_first

_MOST_NAMED: Final = 10


@click.command(
    cls=Command,
    name="remind",
    help="给还没有报送、退回、待说明的单位写催办的邮件草稿（.eml）：退回、待说明的附退回的工作簿，放在它旁边；"
    "没有报送的附下发的工作簿，也放在它旁边，文件名以“催报”结尾。已办完的单位的草稿随即删去。\n\n"
    "同时在任务文件夹里写出催报名单（催报.xlsx、催报.csv）和催报消息.txt；屏幕上列出给各单位的消息，"
    "一个单位一行，写明哪里不对、何时前办，可以粘贴到聊天里。\n\n"
    "发来的文件没有收下的，消息和邮件里写明是哪个文件、为什么。发来的文件是谁的，看文件名，"
    "或它所在的文件夹、压缩包、邮件的名称里写的单位。",
)
@campaign_options.campaign_option
@campaign_options.replace_option
def command(root: Path, *, replaces: bool) -> None:
    """Prints the messages; brings returned/ up to date first, for that is what the mails bring."""
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        last_year = read_last_year(campaign, roster, store)
        owing = reminders.list_urged(iterate_standings(campaign, roster, store, date.today()))
        urged = reminders.list_reachable(owing, store.issues())
        returned = iterate_standings(campaign, roster, store, date.today())
        refresh_returns(campaign, store, returned, last_year, os.cpu_count() or 1, replaces=replaces, aside=True)
        lists = reminders.write_lists(campaign, store, urged, replace=replaces)
        drafts = reminders.write_drafts(campaign, store, urged, replace=replaces)
        drafted = list(campaign_options.show_progress(drafts, len(urged), "邮件草稿"))
        links = find_links(campaign, store)
        bare = [standing.entry.agency.name for standing in reminders.list_unattached(campaign, store, urged)]
    for standing in urged:
        console.say(word_message(campaign, standing, links))
    if not urged:
        console.say("没有要催的单位。", err=True)
    for each in lists:
        console.say(f"{'已写出' if each.fresh else '没有变化'} {campaign.root / each.place}", err=True)
    if drafted:
        places = "、".join(dict.fromkeys(str((campaign.root / each.place).parent) for each in drafted))
        console.say(f"邮件草稿 {len(drafted)} 封，在 {places}。", err=True)
    if bare:
        console.say(
            f"{len(bare)} 封没有附件，要附的工作簿不在原处，或被人改动过：{join_first(bare, _MOST_NAMED, '个')}。"
            "先执行 xltool build（改动不要了的加 --replace），再执行一次。",
            err=True,
        )
    without = [standing.entry.agency.name for standing in urged if not standing.entry.email]
    if without:
        console.say(f"{len(without)} 个单位没有邮箱：{join_first(without, _MOST_NAMED, '个')}。", err=True)
    waiting = len(owing) - len(urged)
    if waiting:
        console.say(f"{waiting} 个单位还没有生成工作簿，没有催：先执行 xltool build。", err=True)
    for line in describe_kept([*lists, *drafted]):
        console.say(line, err=True)
