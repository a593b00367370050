"""`xltool sent`: which agencies were sent their workbook, on which day, on the record."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from xltool.campaign.decisions import find_entry
from xltool.campaign.distribution import SENT_HEADS, read_notes
from xltool.campaign.kept_blanks import Sending
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, person_option
from xltool.cli.chinese import Command
from xltool.cli.days import Day
from xltool.messages import XltoolError, join_first
from xltool.report.text import clean_line

_MOST_NAMED: Final = 10


@click.command(
    cls=Command,
    name="sent",
    help="记明工作簿发给了哪些单位：哪一天、怎样发的、谁发的。“单位”写代码或名称，可以写几个；"
    "--all 是所有已生成、还没有记发出的（分发清单里记了的不算）。\n\n"
    "此后 xltool status 和办公台说明哪些单位已下发。--withdraw 撤销：其实没有发出。",
)
@click.argument("agencies", metavar="[单位]...", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="所有已生成工作簿、还没有记发出的单位。")
@click.option("--on", "day", metavar="日期", type=Day(), help="哪一天发出的；默认是今天。")
@click.option("--how", metavar="办法", default="", help="怎样发的，如 邮箱、微信、当面。可以不写。")
@person_option
@click.option("--withdraw", is_flag=True, help="撤销：其实没有发出。")
@campaign_options.campaign_option
def command(
    agencies: tuple[str, ...], day: date | None, how: str, person: str, *, everyone: bool, withdraw: bool, root: Path
) -> None:
    """Notes that workbooks were sent, or takes that back, and tells for whom."""
    (person,), how = clean_words(person), clean_line(how).strip()
    if bool(agencies) == everyone or (withdraw and everyone):
        raise click.UsageError("写明单位，或加 --all；撤销时写明单位。")
    now = datetime.now()
    at = now.isoformat(timespec="seconds")
    if day is not None and day > now.date():
        raise XltoolError(f"发出的日期 {day} 还没有到；发出以后再记。")
    sent_on = (day or now.date()).isoformat()
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entries = [find_entry(roster, agency) for agency in dict.fromkeys(agencies)]
        issues, known = store.issues(), store.sendings()
        if everyone:
            noted = read_notes(campaign)
            told = {code for code, notes in noted.items() if any(notes.get(head) for head in SENT_HEADS)}
            entries = [e for e in roster.entries if e.agency.code in issues.keys() - known.keys() - told]
        names = {entry.agency.code: f"{entry.agency.name}（{entry.agency.code}）" for entry in entries}
        wrong = [name for code, name in names.items() if code not in (known if withdraw else issues)]
        if wrong:
            why = "没有记为发出，不用撤销" if withdraw else "还没有生成工作簿；先执行 xltool build"
            raise XltoolError(f"{join_first(wrong, _MOST_NAMED, '家')}：{why}。")
        if withdraw:
            store.withdraw_sent([*names], at, person)
        else:
            made = [Sending(code, sent_on, how, person, at) for code in names]
            same = {code for code, each in known.items() if (each.day, each.how, each.person) == (sent_on, how, person)}
            store.note_sent([each for each in made if each.agency not in same])
    if not names:
        console.say("没有要记的：已生成的都记过了，或还没有生成。")
        return
    said = "撤销“已下发”" if withdraw else f"{sent_on} 发出" + (f"，{how}" if how else "")
    console.say(f"{len(names)} 家{said}（{person}）：{join_first([*names.values()], _MOST_NAMED, '家')}。")
