"""`xltool status`: who has returned what, who is late, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.campaign.rereading import count_outcomes, describe_outcomes
from xltool.campaign.roster import Roster
from xltool.campaign.standing import (
    AGENCY_STATES,
    Standing,
    Stray,
    count_states,
    find_strays,
    find_unmatched,
    group_verdicts,
    iterate_standings,
    to_json,
)
from xltool.campaign.store import Unmatched
from xltool.cli import campaign_options, console
from xltool.cli.agencies import describe_strays
from xltool.cli.chinese import Command
from xltool.codes import GRADES
from xltool.forms.text import measure_breadth
from xltool.report.text import clean_line

_HEADS = ("单位代码", "单位名称", "状态", "逾期", "版次", "强制", "核实", "放行", "最近报送")
_NUMBERS = frozenset({4, 5, 6, 7})  # columns set to the right


@click.command(
    cls=Command,
    name="status",
    help="列出各单位的报送情况：谁报了、谁逾期、哪里不对。\n\n"
    "最新一版有未放行的强制性错误的为退回；加 --strict 时，没有说明的核实性问题也算。",
)
@campaign_options.campaign_option
@click.option("--json", "wants_json", is_flag=True, help="输出 JSON（xltool/status/1）。")
@click.option("--html", metavar="文件.html", type=click.Path(path_type=Path), help="另写一个可以张贴、打印的网页。")
@click.option(
    "--reminders", metavar="文件夹", type=click.Path(path_type=Path), help="另写催报名单：催报.xlsx 和 催报.csv。"
)
@click.option("--strict", is_flag=True, help="核实性问题没有说明也没有放行的，不算通过。")
def command(root: Path, wants_json: bool, html: Path | None, reminders: Path | None, strict: bool) -> None:
    """Prints the table or the JSON, and writes the page and the reminders where asked to."""
    if html is not None and html.suffix.lower() not in {".html", ".htm"}:
        raise click.UsageError("网页的文件名应以 .html 结尾。")
    today = date.today()
    with campaign_options.open_campaign(root, writes=False) as (campaign, roster, store):
        found = [
            standing if html or standing.owes else replace(standing, findings=())  # what is said of nowhere
            for standing in iterate_standings(campaign, roster, store, today, strict)
        ]
        strays = find_strays(roster, store)
        others = find_unmatched(store, strays)
    if wants_json:
        console.write_result(
            json.dumps(to_json(campaign, found, others), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        )
    else:
        for line in _describe_standings(campaign, roster, found, others, strays=strays, today=today):
            console.say(line)
    if html is not None:
        from xltool.campaign.page import render_page

        _write(html, render_page(campaign, found, others, today))
    if reminders is not None:
        _write_reminders(reminders, campaign, found, today)


def _write_reminders(target: Path, campaign: Campaign, found: Sequence[Standing], today: date) -> None:
    from xltool.campaign.reminders import list_reminders as rows_of
    from xltool.csvfile import as_csv
    from xltool.workbook.listing import write_listing

    rows = rows_of(found, campaign, today)
    _write(target / "催报.csv", as_csv(rows))
    _write(target / "催报.xlsx", write_listing({"催报": rows}))


def _write(path: Path, data: bytes) -> None:
    files.write_file(path, data)
    console.say(f"已写出 {path}", err=True)


def _describe_standings(
    campaign: Campaign,
    roster: Roster,
    found: Sequence[Standing],
    others: Sequence[Unmatched],
    *,
    strays: Sequence[Stray],
    today: date,
) -> Iterator[str]:
    tally = count_states(found, others)
    states = "，".join(f"{AGENCY_STATES[state]} {tally[state]}" for state in ("accepted", "returned", "missing"))
    states += f"，{AGENCY_STATES['absent']} {tally['absent']}" if tally["absent"] else ""
    yield f"{campaign.name} {campaign.year} 年度{campaign.spec.title}（{_describe_deadline(campaign, today)}）"
    yield (
        f"共 {len(found)} 个单位：{states}；逾期 {sum(s.late for s in found)}；未能收下的文件 {tally['unmatched']} 个。"
    )
    outcomes = count_outcomes(standing.version for standing in found)
    if outcomes["none"] < sum(outcomes.values()):
        yield describe_outcomes(outcomes)
    yield ""
    yield from _align_columns([_HEADS, *map(_standing_row, found)])
    late = [standing for standing in found if standing.late]
    if late:
        yield "\n逾期："
        yield from _align_columns(
            [
                ("", _describe_standing(s), f"{'未报送，已逾期' if s.state == 'missing' else '迟报'} {s.days_late} 天")
                for s in late
            ]
        )
    returned = [standing for standing in found if standing.state == "returned"]
    if returned:
        yield "\n退回，待改正："
    for standing in returned:
        yield f"  {_describe_standing(standing)}（第 {standing.number} 版）"
        for opinion in group_verdicts(campaign.spec, standing.open):
            yield clean_line(f"    [{GRADES[opinion.severity]}] {opinion.tell(campaign.spec)[0]}（{opinion.name}）")
    yield from _describe_lapsed(found)
    absent = [standing for standing in found if standing.absence is not None]
    if absent:
        yield "\n无需报送："
    for standing in absent:
        record = standing.absence
        if record is not None:
            into = f"，并入 {record.into}" if record.into else ""
            yield clean_line(f"  {_describe_standing(standing)}{into}：{record.reason}（{record.person}）")
    aside = [(standing, version) for standing in found for version in standing.aside]
    if aside:
        yield "\n不计入的版本（要用的，执行 xltool use 单位代码 版次）："
    for standing, version in aside:
        yield clean_line(f"  {_describe_standing(standing)}：第 {version.number} 版（{version.file}），{version.aside}")
    yield from describe_strays(strays, roster)
    if others:
        yield "\n未能收下的文件："
    for other in others:
        yield clean_line(f"  {other.file}：{other.reason}")


def _describe_lapsed(found: Sequence[Standing]) -> Iterator[str]:
    lapsed = [(standing, lapse) for standing in found for lapse in standing.lapsed]
    if lapsed:
        yield "\n放行失效（改正，或核实后重新放行）："
    for standing, lapse in lapsed:
        yield clean_line(f"  {_describe_standing(standing)}：{lapse.sentence}")


def _describe_deadline(campaign: Campaign, today: date) -> str:
    if campaign.deadline is None:
        return "未设期限"
    left = (campaign.deadline - today).days
    return (
        f"期限 {campaign.deadline}，"
        f"{f'还有 {left} 天' if left > 0 else '今天到期' if left == 0 else f'已过 {-left} 天'}"
    )


def _describe_standing(standing: Standing) -> str:
    return f"{standing.entry.agency.code} {standing.entry.agency.name}"


def _standing_row(standing: Standing) -> tuple[str, ...]:
    figures = (standing.versions, standing.errors, standing.warnings, standing.waived)
    received = standing.received[:16].replace("T", " ") if standing.received else ""
    agency = standing.entry.agency
    return (
        agency.code,
        agency.name,
        AGENCY_STATES[standing.state],
        "逾期" if standing.late else "",
        *map(str, figures),
        received,
    )


def _align_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns, by the width that a console gives their signs."""
    cleaned = [[clean_line(cell) for cell in row] for row in rows]
    widths = [max(map(_columns, column)) for column in zip(*cleaned, strict=True)]
    for row in cleaned:
        cells = [
            _pad_cell(cell, width, right=at in _NUMBERS)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _pad_cell(cell: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _columns(cell))
    return blanks + cell if right else cell + blanks


def _columns(text: str) -> int:
    return measure_breadth(text, doubtful=1)
