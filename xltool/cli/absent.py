"""`xltool absent`: an agency need not report, on the record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import click

from xltool.campaign import decisions, opening, rejudging
from xltool.campaign.folder import Campaign
from xltool.campaign.intake import Intake
from xltool.campaign.passwords import read_passwords
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options
from xltool.cli.chinese import Command
from xltool.messages import XltoolError
from xltool.report.text import clean_line


@click.command(
    cls=Command,
    name="absent",
    help="记明一个单位无需报送（撤并、更名后不再单独报送等）；记下理由、姓名和时间，汇总时逐一列出。\n\n"
    "“单位”写单位代码；已从名录删去、但发过工作簿或报过数的单位也可以。数并入另一个单位的，用 --into 写明并入谁。\n\n"
    "并入的单位已经报来的，连同被并单位的上年数重新审核，并说明结果有什么不同；撤销时也是。\n\n"
    "此后它再报来的文件留作不计入的版本。--withdraw 撤销。\n\n"
    "也可以写在 办公室.xlsx 的“缺席”表里，与这个命令一样。",
)
@click.argument("agency", metavar="单位")
@click.option("--into", metavar="单位", help="它的数并入哪个单位（名录里的单位代码）。")
@decision_options("为什么无需报送；撤销时写为什么撤销。")
@click.option("--withdraw", is_flag=True, help="撤销：这个单位还要报送。")
@campaign_options.campaign_option
def command(agency: str, into: str | None, reason: str, person: str, *, withdraw: bool, root: Path) -> None:
    """Notes or withdraws an absence and tells what follows."""
    reason, person = clean_words(reason, person)
    ruling = decisions.Ruling(reason, person, datetime.now())
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        heirs = rejudging.list_heirs(store)
        if withdraw:
            code, name = decisions.withdraw_absence(roster, store, agency, ruling)
            console.say(f"{name}（{code}）：已撤销“无需报送”。")
        else:
            record = decisions.excuse_agency(roster, store, agency, into or "", ruling)
            merged = f"，并入 {record.into}" if record.into else ""
            console.say(f"{record.name}（{record.agency}）：无需报送{merged}。{record.reason}（{record.person}）")
        _judge_heirs_again(campaign, roster, store, heirs, ruling)


def _judge_heirs_again(
    campaign: Campaign, roster: Roster, store: Store, former: Collection[str], ruling: decisions.Ruling
) -> None:
    """What has come of those into which an agency is merged, or is no more, is held against their last year of now."""
    if not rejudging.list_heirs(store).union(former):
        return
    try:
        last_year = campaign_options.read_last_year(campaign, roster, store)
        known, key = read_passwords(campaign), opening.ensure_key(campaign, store)
        office = Intake(campaign, roster, store, key, ruling.moment, last_year.get, known)
        for each in rejudging.rejudge_heirs(office, former):
            for line in each.tell(campaign.spec):
                console.say(clean_line(line))
    except XltoolError as error:
        raise XltoolError(
            f"以上已经记下，但并入的单位报来的还没有重新审核：{error}排除以后执行 xltool collect。"
        ) from error
