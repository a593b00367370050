"""`xltool status`: who has returned what, who is late, what is wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from xltool import files
from xltool.campaign.next_step import choose_next_step
from xltool.campaign.status_document import to_json
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.cli.situation import describe_situation, find_situation


@click.command(
    cls=Command,
    name="status",
    help="列出各单位的报送情况：谁报了、谁逾期、哪里不对。\n\n"
    "计入的一版有未放行的强制性错误的为退回；没有，但核实性问题还没有说明也没有放行的，为待说明。"
    "过了期限还没有报送或改正的为逾期；过了期限才第一次报送的为迟报，以发出的日子为准。\n\n"
    "汇总报告签发过的，写明由谁、何时签发，以后有什么变动。\n\n"
    "单位超过 40 个时只列要办的事，其余只报个数；加 --all 全部列出。",
)
@campaign_options.campaign_option
@click.option("--json", "wants_json", is_flag=True, help="输出 JSON（xltool/status/1）。")
@click.option("--html", metavar="文件.html", type=click.Path(path_type=Path), help="另写一个可以张贴、打印的网页。")
@click.option("--all", "everything", is_flag=True, help="单位多时也全部列出。")
def command(root: Path, wants_json: bool, html: Path | None, everything: bool) -> None:
    """Prints the table or the JSON, and writes the page where asked to."""
    if html is not None and html.suffix.lower() not in {".html", ".htm"}:
        raise click.UsageError("网页的文件名应以 .html 结尾。")
    today = date.today()
    with campaign_options.open_campaign(root, writes=False, guides=False) as (campaign, roster, store):
        now = find_situation(campaign, roster, store, today, shown=html is not None)
        if not wants_json:
            campaign_options.tell_next_step(choose_next_step(campaign, roster, store, now.found).sentence)
    found, others = now.found, now.others
    if wants_json:
        signed = None if now.sign_off is None else now.sign_off.describe()
        console.write_result(
            json.dumps(to_json(campaign, found, others, signed), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        )
    else:
        for line in describe_situation(now, everything=everything):
            console.say(line)
    if html is not None:
        from xltool.campaign.page import render_page

        files.write_file(html, render_page(campaign, found, others, today, now.sign_off))
        console.say(f"已写出 {html}", err=True)
