"""`xltool publish`: an agency has published its report, on the record."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from xltool.campaign.decisions import find_entry
from xltool.campaign.kept_reports import Publication
from xltool.campaign.standings import find_standings
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, person_option, reason_option
from xltool.cli.chinese import Command
from xltool.cli.days import Day
from xltool.messages import XltoolError
from xltool.report.text import clean_line


@click.command(
    cls=Command,
    name="publish",
    help="记明一个单位的年度报告已经发布：哪一天、在哪个网址；记下姓名和时间。\n\n"
    "此后 xltool status 列为“已发布”；发布以后又报来新的一版的，也会说明。--withdraw 撤销。",
)
@click.argument("agency", metavar="单位")
@click.option("--on", "day", metavar="日期", type=Day(), help="哪一天发布的；默认是今天。")
@click.option("--url", metavar="网址", default="", help="发布在哪里。")
@person_option
@reason_option("附注，如更正后重新发布；撤销时写为什么撤销。可以不写。")
@click.option("--withdraw", is_flag=True, help="撤销：没有发布，或已撤下。")
@campaign_options.campaign_option
def command(agency: str, day: date | None, url: str, person: str, reason: str, *, withdraw: bool, root: Path) -> None:
    """Notes or withdraws a publication and tells it."""
    (person,), reason = clean_words(person), clean_line(reason).strip()
    noted = f"{reason}（{person}）" if reason else f"（{person}）"
    now = datetime.now()
    at = now.isoformat(timespec="seconds")
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = find_entry(roster, agency)
        code, name = entry.agency.code, entry.agency.name
        told = store.publications().get(code)
        if withdraw:
            if told is None:
                raise XltoolError(f"{name}（{code}）没有记为已发布，不用撤销。")
            store.withdraw_publication(code, at, person, reason)
            console.say(f"{name}（{code}）：已撤销“已发布”。{noted}")
            return
        if day is not None and day > now.date():
            raise XltoolError(f"发布的日期 {day} 还没有到；发布以后再记。")
        made = Publication(code, name, (day or now.date()).isoformat(), clean_line(url).strip(), person, at, reason)
        [standing] = [each for each in find_standings(campaign, roster, store, now.date()) if each.entry is entry]
        if standing.version is None:
            raise XltoolError(f"{name}（{code}）还没有报送，没有可以记为已发布的报告。")
        same = told is not None and (
            (told.day, told.url, told.person) == (made.day, made.url, made.person) and reason in {"", told.reason}
        )
        if not same:
            store.publish(made)
    console.say(f"{name}（{code}）：{made.day} 发布{f'，{made.url}' if made.url else ''}。{noted}")
    if standing.state != "accepted":
        console.say("它计入的一版还没有通过；请核对发布的与报送的是否一致。", err=True)
