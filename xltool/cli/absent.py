"""`xltool absent`: an agency need not report, on the record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool.campaign import decisions, rejudging
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options
from xltool.cli.chinese import Command


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
        for line in campaign_options.judge_heirs_again(campaign, roster, store, heirs, ruling.at):
            console.say(line)
