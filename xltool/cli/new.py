"""`xltool new`: the folder of a new campaign."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from xltool import itself
from xltool.campaign import county, folder, launchers, layout, neighbours, priors
from xltool.campaign.desk import make_new_desk
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.cli.days import Day, Year, choose_period, period_option
from xltool.cli.passwords import password_options
from xltool.cli.roster import read_roster
from xltool.periods import Period


@click.command(
    cls=Command,
    name="new",
    help="建立一个填报任务的文件夹：设置、办公室.xlsx（名录、放行、缺席、延期、更正、本级文字）、收发文件夹"
    "（下发、收件、退回、存档、报告、汇总），和双击就在浏览器里办这个任务的“打开办公台”（Windows 用 .bat，macOS 用 "
    ".command，统信、麒麟等 Linux 用 .desktop）。\n\n再次执行同样的命令不会改变什么；文件夹里已有别的任务时不会覆盖。",
)
@click.argument("root", metavar="文件夹", type=click.Path(path_type=Path))
@click.option("--form", "form_id", metavar="报表", required=True, help="报表名称，如 ogi-2021；xltool forms 列出全部。")
@click.option("--year", metavar="年度", type=Year(), help="报告年度，如 2024 或 2024年。")
@period_option
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
    "--prior",
    metavar="上年",
    multiple=True,
    type=click.Path(path_type=Path),
    help="上年的任务文件夹、上报件或工作簿；按月报的是上月，余类推，要看上年同期的连同那一期。",
)
@click.option(
    "--keep-prior",
    "keeps_prior",
    is_flag=True,
    help=f"把上年的文件抄进任务的“{layout.PRIOR_FOLDER}”文件夹，以后用抄下的：原来的可以移走。上年是任务文件夹的，抄各单位算数的上报件和汇总。",
)
@click.option(
    "--beside",
    metavar="任务",
    multiple=True,
    type=click.Path(path_type=Path),
    help="同一些单位同期填另一种报表的任务文件夹：收取时按跨报表的勾稽关系核对；可以多次。",
)
@click.option(
    "--plain",
    is_flag=True,
    help="给程序用的布局：文件夹用英文名（outbox、inbox 等），名录写成 roster.csv，更正和本级文字写在 county 里的 TOML "
    "文件，不用 办公室.xlsx。",
)
@password_options
def command(
    root: Path,
    *,
    form_id: str,
    year: int | None,
    period: Period | None,
    name: str,
    roster_path: Path,
    deadline: date | None,
    prior: tuple[Path, ...],
    keeps_prior: bool,
    beside: tuple[Path, ...],
    plain: bool,
    passwords: tuple[str, ...],
) -> None:
    """Checks everything first, then makes the folder."""
    about = choose_period(year, period)
    if about is None:
        raise click.UsageError("缺少 --year（整年的报表）或 --period（按月、季、半年、学年报的）。")
    listed = read_roster(roster_path, passwords)
    if keeps_prior and prior:
        paths: tuple[str, ...] = (layout.PRIOR_FOLDER,)
    else:
        paths = tuple(Path(os.path.relpath(path, root)).as_posix() for path in prior)
    stands = (root / folder.SETTINGS).exists()
    names = layout.find_layout(root) if stands else layout.PLAIN_LAYOUT if plain else layout.OFFICE_LAYOUT
    others = tuple(Path(os.path.relpath(path, root)).as_posix() for path in beside)
    campaign = folder.Campaign(root, form_id, about.year, name, deadline, paths, names, about.part, others)
    folder.check_campaign(campaign)
    neighbours.open_neighbours(campaign, beside)
    known = priors.gather_last_year(prior, about, listed, passwords)
    for note in listed.notes:
        console.say(note, err=True)
    before = about.words.before
    whole = county.find_last_total(county.find_own_agency(campaign, listed), known)
    unknown = [code for code, submission in known.items() if code not in listed.agencies and submission is not whole]
    if unknown:
        console.say(f"{before}数据里有 {len(unknown)} 个单位不在今年的名录里：{'、'.join(unknown[:10])}。", err=True)
    written = make_new_desk(listed, campaign.spec) if campaign.has_desk else listed.to_csv()
    kept = priors.list_kept(prior, listed, passwords) if keeps_prior else {}
    made = folder.create_campaign(campaign, listed, written, kept)
    with campaign_options.hold_open(campaign):
        launchers.refresh_launchers(campaign, itself.find_program())
    console.say(
        f"{'已建立' if made else '已经是'}填报任务 {root}：{name} {about.spoken}，{len(listed.entries)} 个单位。"
    )
    if known:
        also = f"，另有{before}的汇总数" if whole is not None else ""
        console.say(f"有{before}数据的单位 {sum(code in known for code in listed.agencies)} 个{also}。")
    if campaign.has_desk:
        console.say(f"名录和办公室的决定写在 {root / names.roster}：用 Excel 或 WPS 打开，照各表上面的说明填。")
        console.say(f"双击 {root} 里的“打开办公台”，在浏览器里办这个任务。")
    console.say(f"下一步：xltool build -C {root}")
