"""`xltool waive`: findings of one agency may pass, on the record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool.campaign import decisions
from xltool.campaign.weighed import group_verdicts
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options, describe_outcome
from xltool.cli.chinese import Command
from xltool.codes import GRADES
from xltool.report.text import clean_line


@click.command(
    cls=Command,
    name="waive",
    help="经说明放行一个单位的一条审核结果；记下理由、姓名和时间。\n\n"
    "“单位”写单位代码；“规则”写 xltool status 列出的名称，如 applications.balance@enterprise；"
    "不写 @ 及其后时，放行这条勾稽关系现有的各处；也可以写审核代码，如 cell.blank；"
    "同一个理由放行几条的，一起写上。\n\n"
    "放行只对当时的数（或文字）有效：以后各版这几格没有变的照样有效，变了就失效，collect 和 status 会说明。"
    "与数和文字都无关的，只对当时那一版有效。--withdraw 撤销。\n\n"
    "办公室.xlsx 的“放行”表列着还没有改正也没有说明的审核结果，在那里选 √、写理由和姓名，与这个命令一样。",
)
@click.argument("agency", metavar="单位")
@click.argument("rules", metavar="规则...", nargs=-1, required=True)
@decision_options("为什么可以放行；撤销时写为什么撤销。")
@click.option("--withdraw", is_flag=True, help="撤销：不再放行。")
@campaign_options.campaign_option
def command(agency: str, rules: tuple[str, ...], reason: str, person: str, *, withdraw: bool, root: Path) -> None:
    """Notes or withdraws the waiver and tells what passes now and how the agency stands."""
    reason, person = clean_words(reason, person)
    ruling = decisions.Ruling(reason, person, datetime.now())
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = decisions.find_entry(roster, agency)
        before = decisions.find_own_standing(campaign, store, entry, ruling.at)
        if withdraw:
            decisions.withdraw_waivers(store, entry, rules, ruling)
            console.say(f"{entry.agency.name}：已撤销对 {'、'.join(rules)} 的放行。")
            console.say(describe_outcome(before, decisions.find_own_standing(campaign, store, entry, ruling.at)))
            return
        passing = decisions.waive_findings(campaign, store, entry, rules, ruling)
        after = decisions.find_own_standing(campaign, store, entry, ruling.at)
    opinions = group_verdicts(campaign.spec, passing)
    console.say(f"{entry.agency.name}：放行 {len(opinions)} 条。")
    for each in opinions:
        said = f"  [{GRADES[each.severity]}] {each.tell(campaign.spec)[0]}（{decisions.list_names(each.names)}）"
        console.say(clean_line(said))
    console.say(describe_outcome(before, after))
