"""`xltool build`: one locked workbook for each agency of the roster."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool import itself
from xltool.campaign import distribution, documents, launchers, outbox
from xltool.campaign.priors import read_last_year
from xltool.campaign.roster_changes import find_roster_changes
from xltool.cli import campaign_options, console
from xltool.cli.agencies import describe_changes
from xltool.cli.chinese import Command
from xltool.messages import XltoolError


@click.command(
    cls=Command,
    name="build",
    help="给名录里每个单位生成一个锁定的工作簿，放到“下发”文件夹；同时在任务文件夹里写出分发清单"
    "（发一个勾一个，填过的再次生成时保留）。\n\n"
    "名录不变时，再次生成的工作簿一模一样。",
)
@campaign_options.campaign_option
@campaign_options.replace_option
@click.option("--mail", is_flag=True, help="同时为每个单位写一封邮件草稿（.eml），附上它的工作簿。")
@click.option(
    "--control-totals",
    "controls",
    is_flag=True,
    help=f"{outbox.CONTROLS_WORD}：{outbox.CONTROLS_HINT}",
)
def command(root: Path, *, mail: bool, replaces: bool, controls: bool) -> None:
    """Writes the outbox; tells which files in it are of no agency any more."""
    with campaign_options.open_campaign(root, create=True) as (campaign, roster, store):
        for note in roster.notes:
            console.say(note, err=True)
        last_year = read_last_year(campaign, roster, store)
        changes = find_roster_changes(campaign, roster, store, last_year)
        at = datetime.now().isoformat(timespec="seconds")
        if controls and not outbox.has_controls(campaign):
            raise XltoolError("这种报表没有可以按台账核对的合计，不能加“核对数”表；去掉 --control-totals 再生成。")
        built = outbox.build_outbox(
            campaign, roster, store, at=at, prior=last_year.get, mail=mail, replace=replaces, controls=controls
        )
        made = list(campaign_options.show_progress(built, len(roster.entries), "生成"))
        placed = [each for one in made for each in one.placed]
        placed += distribution.write_list(campaign, roster, store, replace=replaces)
        placed += launchers.place_launchers(campaign, store, itself.find_program(), replace=replaces)
        names = {one.file for one in made}
        place_of = campaign.root / campaign.layout.outbox
        for line in describe_changes(changes):
            console.say(line)
        console.say(f"已生成 {len(names)} 个工作簿，在 {place_of}；清单见 {distribution.LIST_FILE}.xlsx。")
        if mail:
            without = [entry.agency.name for entry in roster.entries if not entry.email]
            console.say(f"已写出 {len(names)} 封邮件草稿。")
            if without:
                console.say(f"{len(without)} 个单位没有邮箱：{'、'.join(without[:10])}。", err=True)
        for line in documents.describe_kept(placed):
            console.say(line, err=True)
        stale = sorted(path.name for path in place_of.glob("*.xlsx") if documents.strip_mark(path.name) not in names)
        if stale:
            console.say(
                f"{place_of.name} 里有 {len(stale)} 个文件不属于名录里的单位，没有动它们：{'、'.join(stale[:10])}。",
                err=True,
            )
