"""`xltool alike`: agencies whose texts are for the most part the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from xltool import api
from xltool.campaign.alike import AlikeGroup, TextShelf
from xltool.campaign.standing import read_submission
from xltool.campaign.standings import iterate_standings
from xltool.cli import campaign_options, console, output
from xltool.cli.chinese import Command
from xltool.cli.passwords import password_options
from xltool.messages import make_visible
from xltool.model import Agency, Submission


@click.command(
    cls=Command,
    name="alike",
    help="比较各单位报告的文字，列出大部分相同的单位，写明相同的部分占多少、是哪些话。\n\n"
    "不写文件的，比较填报任务里各单位现在的版本；写文件的，比较这些文件（工作簿、上报件或已公布的报告）。\n\n"
    "数字、标点、引言和报表自己写明的通用的话不计；连着 12 个字以上相同的才算相同。只作提示，不影响审核结果。",
)
@click.argument("paths", metavar="文件…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="每组输出一行 JSON（xltool/alike/1）。")
@password_options
@campaign_options.campaign_option
def command(paths: tuple[Path, ...], passwords: tuple[str, ...], root: Path, *, as_json: bool) -> None:
    """Reads what there is to compare, and prints the groups, the most alike first."""
    given = _read_files(paths, passwords) if paths else _read_campaign(root)
    shelves: dict[str, tuple[TextShelf, list[Submission]]] = {}
    for submission in given:
        shelf, mine = shelves.setdefault(submission.form, (TextShelf(api.form(submission.form)), []))
        shelf.add_submission(submission)
        mine.append(submission)
    groups = [group for shelf, mine in shelves.values() for group in shelf.find_groups(mine.__getitem__)]
    for group in groups:
        if as_json:
            console.say(_write_group(group))
        else:
            _describe_group(group)
    console.say(f"比较了 {len(given)} 个单位的文字：大部分相同的有 {len(groups)} 组。", err=True)


def _read_files(paths: Sequence[Path], passwords: tuple[str, ...]) -> list[Submission]:
    """The submissions in files; those that are none are told and passed over."""
    found = []
    for path, reading in zip(paths, output.read_paths(paths, passwords), strict=True):
        if reading.submission is None:
            console.say(f"{make_visible(str(path))}：没有读取，不比较。", err=True)
        else:
            found.append(reading.submission)
    return found


def _read_campaign(root: Path) -> list[Submission]:
    """The version that counts of each agency of a campaign, accepted or not."""
    with campaign_options.open_campaign(root, writes=False, guides=False) as (campaign, roster, store):
        standings = [each for each in iterate_standings(campaign, roster, store, date.today()) if each.number]
        return [read_submission(store, each) for each in standings]


def _describe_group(group: AlikeGroup) -> None:
    names = "、".join(f"{agency.name}（{agency.code}）" for agency in group.agencies)
    console.say(f"{len(group.agencies)} 个单位的文字大部分相同：{names}")
    console.say(f"  {group.one.name}有 {group.shared.percent}% 与{group.other.name}相同，如：")
    for passage in group.shared.passages:
        console.say(f"    {passage}")


def _write_group(group: AlikeGroup) -> str:
    told = {
        "schema": "xltool/alike/1",
        "agencies": [_name_agency(agency) for agency in group.agencies],
        "one": _name_agency(group.one),
        "another": _name_agency(group.other),
        "percent": group.shared.percent,
        "passages": group.shared.passages,
    }
    return json.dumps(told, ensure_ascii=False)


def _name_agency(agency: Agency) -> dict[str, str]:
    return {"code": agency.code, "name": agency.name}
