"""`xltool export`: the figures of a campaign as one table for other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import click

from xltool import files
from xltool.campaign.export import EXPORT_KINDS, check_room, export_figures, list_figures
from xltool.campaign.standing import AGENCY_STATES, AgencyState, Standing
from xltool.campaign.standings import iterate_standings
from xltool.cli import campaign_options, console
from xltool.cli.chinese import Command
from xltool.cli.consolidate_tree import TreeChoice, run_tree_export
from xltool.cli.days import Year, choose_period, period_option
from xltool.cli.places import FolderPath
from xltool.periods import Period

RETURNED_STATES: Final[tuple[AgencyState, ...]] = ("accepted", "open", "returned")
"""Whose figures are in the table."""


@click.command(
    cls=Command,
    name="export",
    help="把各单位最新一版的数导出成一张表，供统计软件使用：每个单位的每一格一行。\n\n"
    "各列：code 单位代码，agency 单位名称，level 级别，scope 本级（own）或汇总（consolidated），form 报表，year 年度，"
    "cell 单元格，unit 单位，value 数，state 这一格（filled 填报，total 合计，blank 未填，not_applicable 不适用），"
    "standing 这个单位（accepted 通过，open 待说明，returned 退回）。\n\n"
    "数与填报的一位不差；同样的数，写出的文件相同。\n\n"
    "--tree 文件夹：导出逐级汇总（consolidate --tree）算进去的各单位，多一栏 place，是单位所在的路径。",
)
@campaign_options.campaign_option
@click.option(
    "-o",
    "--output",
    "target",
    metavar="数据.csv",
    required=True,
    type=click.Path(path_type=Path),
    help="写到哪个文件：.parquet、.csv 或 .xlsx。",
)
@click.option("--tree", metavar="文件夹", type=FolderPath(), help="不导出一个任务，导出这个文件夹里逐级汇总的各单位。")
@click.option("--form", metavar="报表", default="", help="--tree 导出哪种报表；不写则同先看到的单位。")
@click.option("--year", metavar="年度", type=Year(), help="--tree 导出哪一年的；不写则同先看到的单位。")
@period_option
def command(root: Path, target: Path, *, tree: Path | None, form: str, year: int | None, period: Period | None) -> None:
    """Writes the table and tells how many agencies are in it, and how many of them are not accepted."""
    kind = target.suffix.lower().removeprefix(".")
    if kind not in EXPORT_KINDS:
        raise click.UsageError(f"导出的文件名应以 {'、'.join(f'.{known}' for known in EXPORT_KINDS)} 之一结尾。")
    chosen = TreeChoice(tree, target, form, choose_period(year, period))
    if chosen.is_asked(target_too=False):
        run_tree_export(chosen, kind)
    with campaign_options.open_campaign(root, writes=False) as (campaign, roster, store):
        check_room(campaign, roster, store, kind)
        states: Counter[str] = Counter()

        def count_standings() -> Iterator[Standing]:
            for standing in iterate_standings(campaign, roster, store, date.today()):
                states[standing.state] += 1
                yield standing

        rows = list_figures(campaign.spec, store, count_standings())
        files.write_file(target, export_figures(campaign.spec, rows, kind))
    left = f"还没有报送的 {states['missing']} 个，不在表中" if states["missing"] else "没有缺报的"
    told = ((AGENCY_STATES[state], states[state]) for state in RETURNED_STATES)
    counted = "，".join(f"{word}的 {count} 个" for word, count in told if count)
    console.say(f"已写出 {target}：{counted}；{left}。", err=True)
