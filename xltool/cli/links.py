"""`xltool links`: the link of each agency to the agencies' door."""

from __future__ import annotations

import codecs
from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.decisions import find_entry
from xltool.campaign.links import parse_base, read_links
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.csvfile import as_csv
from xltool.messages import XltoolError


@click.command(
    cls=Command,
    name="links",
    help="列出每个单位在报送入口（xltool serve --agencies）的链接：代码、名称、链接，CSV。"
    "链接只给该单位用，谁拿到谁就能替它报送。\n\n"
    "链接由任务的密钥算出，随时可以再列，总是一样的；给错了人的，用 --revoke 作废，换一个新的。\n\n"
    "网址说过一次就记在任务里，以后可以不写；此后写的邮件草稿和催报消息里带各单位的链接。",
)
@campaign_options.campaign_option
@click.option("--base", metavar="网址", default="", help="各单位从哪个网址进报送入口，如 https://www.example.cn。")
@click.option("--revoke", "revoked", metavar="单位", multiple=True, help="作废这个单位现在的链接，换一个；可以写几个。")
def command(root: Path, base: str, revoked: tuple[str, ...]) -> None:
    """Prints the links, after the address was noted and links were revoked."""
    base = parse_base(base) if base else ""
    with campaign_options.open_campaign(root, create=True, guides=False) as (campaign, roster, store):
        if not (base or store.link_base()):
            raise XltoolError("还不知道报送入口的网址：加 --base 网址，如 --base https://www.example.cn。")
        entries = [find_entry(roster, agency) for agency in dict.fromkeys(revoked)]
        at, person = datetime.now().isoformat(timespec="seconds"), campaign_options.name_user()
        if base:
            store.place_links(base, at, person)
        for entry in entries:
            store.revoke_link(entry.agency.code, at, person)
            console.say(f"{entry.agency.name}（{entry.agency.code}）：以前的链接作废，换成下面的。", err=True)
        links = read_links(campaign, store)
        listed = [(e.agency.code, e.agency.name, links.write_link(e.agency.code)) for e in roster.entries]
    # programs read this, and would take the mark that Excel needs for a part of the first head
    console.write_result(as_csv([("code", "name", "link"), *listed]).removeprefix(codecs.BOM_UTF8))
