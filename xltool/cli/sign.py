"""`xltool sign`: the county's report is signed off, by name."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

import click

from xltool import api
from xltool.campaign import signing
from xltool.campaign.county_written import find_waiting
from xltool.campaign.gathering import gather_standings
from xltool.campaign.kept_reports import Signature
from xltool.campaign.standings import iterate_standings
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, person_option, reason_option
from xltool.cli.chinese import Command
from xltool.cli.situation import WAITING_TITLE
from xltool.messages import XltoolError
from xltool.report.text import clean_line


@click.command(
    cls=Command,
    name="sign",
    help="签发本级的汇总报告：写明签的是哪些数、文件的校验码；记下姓名和时间。\n\n"
    "签的是最近一次 xltool consolidate 的结果；以后汇总数、文字或各单位的版本有变动，"
    "xltool status 和 consolidate 都会说明，直到重新签发。--withdraw 撤销。",
)
@person_option
@reason_option("附注，如经什么会议审定；撤销时写为什么撤销。可以不写。")
@click.option("--withdraw", is_flag=True, help="撤销签发。")
@campaign_options.campaign_option
def command(person: str, reason: str, *, withdraw: bool, root: Path) -> None:
    """Signs what consolidation wrote last, or withdraws the signature."""
    (person,), reason = clean_words(person), clean_line(reason).strip()
    noted = f"{reason}（{person}）" if reason else f"（{person}）"
    at = datetime.now().isoformat(timespec="seconds")
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        signed = store.signature()
        if withdraw:
            if signed is None:
                raise XltoolError("汇总报告没有签发过，不用撤销。")
            store.withdraw_signature(at, person, reason)
            console.say(f"已撤销 {signed.person} 于 {signed.at[:10]} 的签发。{noted}")
            return
        data, basis = signing.read_sum(campaign, store)
        given = gather_standings(iterate_standings(campaign, roster, store, date.today()))
        stale = signing.compare_basis(basis, signing.describe_basis(given))
        if stale:
            raise XltoolError(
                f"汇总以后又有变动：{'；'.join(stale)}。先执行 xltool consolidate 再汇总一次，核对后签发。"
            )
        [reading] = api.check([api.read(data, campaign.layout.sum_file)])
        if reading.submission is None or api.status(reading) != "accepted":
            raise XltoolError("汇总数还有强制性错误，报告是草稿，不能签发；改正后再汇总一次。")
        made = Signature(campaign.layout.sum_file, hashlib.sha256(data).hexdigest(), data, basis, person, at, reason)
        waiting = find_waiting(campaign, roster)
        same = signed is not None and (
            (signed.sha256, signed.basis, signed.person) == (made.sha256, made.basis, made.person)
            and reason in {"", signed.reason}
        )
        if not same:
            store.sign(made)
    console.say(f"{campaign.name} {campaign.period.spoken}汇总报告：由 {person} 签发。{reason}")
    console.say(f"汇总 {len(given.taken)} 个单位" + (f"，未汇总 {len(given.absent)} 个" if given.absent else "") + "。")
    for line in signing.list_signed_figures(campaign.spec, reading.submission):
        console.say(line)
    console.say(f"{campaign.layout.sum_file} 的 SHA-256：{made.sha256}")
    if waiting:
        console.say(f"{WAITING_TITLE}（{campaign.corrections_place}）：", err=True)
    for line in waiting:
        console.say(f"  {line}", err=True)
