"""`xltool new`: the folder of a new campaign."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from xltool.campaign import county, folder, priors
from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.cli.days import Day, Year
from xltool.cli.passwords import password_options
from xltool.cli.roster import read_roster


@click.command(
    cls=Command,
    name="new",
    help="建立一个填报任务的文件夹：设置、单位名录、收发文件夹。\n\n再次执行同样的命令不会改变什么；"
    "文件夹里已有别的任务时不会覆盖。",
)
@click.argument("root", metavar="文件夹", type=click.Path(path_type=Path))
@click.option("--form", "form_id", metavar="报表", required=True, help="报表名称，如 ogi-2021；xltool forms 列出全部。")
@click.option("--year", metavar="年度", required=True, type=Year(), help="报告年度，如 2024 或 2024年。")
@click.option("--name", metavar="名称", required=True, help="任务名称，如 额敏县。")
@click.option(
    "--roster",
    "roster_path",
    metavar="名录",
    required=True,
    type=click.Path(path_type=Path),
    help="单位名录：.xlsx、.xls、.et、.csv 等；空白名录用 xltool roster --template 写。",
)
@click.option("--deadline", metavar="日期", type=Day(), help="报送期限，如 2025-01-31 或 2025年1月31日。")
@click.option(
    "--prior", metavar="上年", multiple=True, type=click.Path(path_type=Path), help="上年的任务文件夹、上报件或工作簿。"
)
@password_options
def command(
    root: Path,
    *,
    form_id: str,
    year: int,
    name: str,
    roster_path: Path,
    deadline: date | None,
    prior: tuple[Path, ...],
    passwords: tuple[str, ...],
) -> None:
    """Checks everything first, then makes the folder."""
    listed = read_roster(roster_path, passwords)
    paths = tuple(Path(os.path.relpath(path, root)).as_posix() for path in prior)
    campaign = folder.Campaign(root, form_id, year, name, deadline, paths)
    folder.check_campaign(campaign)
    known = priors.gather_last_year(prior, year, listed, passwords)
    for note in listed.notes:
        console.say(note, err=True)
    whole = county.find_last_total(county.find_own_agency(campaign, listed), known)
    unknown = [code for code, submission in known.items() if code not in listed.agencies and submission is not whole]
    if unknown:
        console.say(f"上年数据里有 {len(unknown)} 个单位不在今年的名录里：{'、'.join(unknown[:10])}。", err=True)
    made = folder.create_campaign(campaign, listed)
    console.say(f"{'已建立' if made else '已经是'}填报任务 {root}：{name} {year} 年度，{len(listed.entries)} 个单位。")
    if known:
        also = "，另有上年的汇总数" if whole is not None else ""
        console.say(f"有上年数据的单位 {sum(code in known for code in listed.agencies)} 个{also}。")
    console.say(f"下一步：xltool build -C {root}")
