"""`xltool collect`: takes in what came back."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path

import click

from xltool.campaign import accepting, collecting, holding, opening, rejudging, rereading
from xltool.campaign.fates import FATES, Fate, Taken
from xltool.campaign.folder import Campaign
from xltool.campaign.intake import Intake
from xltool.campaign.kept_priors import read_kept_last_year
from xltool.campaign.passwords import read_passwords
from xltool.campaign.priors import read_last_year
from xltool.campaign.reminders import clear_answered
from xltool.campaign.roster import Roster
from xltool.campaign.roster_changes import find_roster_changes
from xltool.campaign.standings import iterate_standings
from xltool.campaign.store import Store
from xltool.cli import campaign_options, console
from xltool.cli.agencies import describe_changes
from xltool.cli.campaign_options import Item
from xltool.cli.chinese import Command
from xltool.cli.days import Day
from xltool.cli.engines import open_engine, scheduler_option
from xltool.cli.output import DONE, ERRORS, UNREADABLE
from xltool.cli.passwords import password_options
from xltool.cli.refresh_returns import refresh_returns
from xltool.messages import XltoolError
from xltool.report.text import clean_line


@click.command(
    cls=Command,
    name="collect",
    help="收取报回的文件（默认取任务的“收件”文件夹）：认出单位、归档、审核，给要改正、要说明的单位生成退回的工作簿。\n\n"
    "文件名随意，可以有子文件夹、zip 和邮件（.eml）；打开密码写在任务文件夹的 passwords.txt；收过的内容不会重复计。\n\n"
    "以前因名录、设置、密码等没有收下的，这些改过以后会重新审一遍。\n\n"
    "有文件无法读取时退出码为 5，有退回、或因标识、年度、单位不对没有收下时为 3。",
)
@click.argument("paths", metavar="[文件或文件夹]…", nargs=-1, type=click.Path(path_type=Path))
@campaign_options.campaign_option
@campaign_options.replace_option
@click.option("--jobs", metavar="个数", type=click.IntRange(1, 64), help="同时用几个进程读文件；默认按处理器个数。")
@scheduler_option
@click.option(
    "--second",
    is_flag=True,
    help="计入的工作簿里没有重读过的（也包括以前收下的），用另一个程序库（openpyxl）再读一遍，核对各填报格的数；结果随各版记下。",
)
@click.option(
    "--received",
    metavar="日期",
    type=Day(),
    help="这次新收的是哪一天报来的（算不算迟报以此为准）；邮件以邮件的日期为准，不写的以文件的日期为准。",
)
@click.option("--json", "wants_json", is_flag=True, help="每收一个文件输出一行 JSON（xltool/collect/1）。")
@click.option(
    "--only",
    "only_these",
    is_flag=True,
    help="只办这次给的文件，连着收许多次时快些：别的单位退回的工作簿留给以后的 collect，办公室.xlsx 留给随便哪个命令。",
)
@password_options
def command(
    paths: tuple[Path, ...],
    root: Path,
    *,
    jobs: int | None,
    scheduler: str | None,
    second: bool,
    received: date | None,
    wants_json: bool,
    only_these: bool,
    passwords: tuple[str, ...],
    replaces: bool,
) -> None:
    """Takes in each file and tells it at once, then refreshes returned/."""
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise XltoolError(f"没有{'、'.join(absent)}；什么也没有收。")
    run = _Run(wants_json)
    counts = run.counts
    opened = campaign_options.open_campaign(
        root, create=True, guides=not wants_json, desk_later=only_these, holds=not only_these
    )
    with opened as (campaign, roster, store):
        now = datetime.now()
        passwords = tuple(dict.fromkeys([*passwords, *read_passwords(campaign)]))
        last_year = (read_kept_last_year if only_these else read_last_year)(campaign, roster, store)
        key = opening.ensure_key(campaign, store)
        at, sent = now.isoformat(timespec="seconds"), "" if received is None else received.isoformat()
        office = Intake(campaign, roster, store, key, at, last_year.get, passwords, sent)
        if not only_these or store.noted_last_years() is None:
            rejudging.find_other_last_years(office)  # noted before anything is judged beside them
        jobs = jobs or os.cpu_count() or 1
        try:
            with open_engine(scheduler, jobs) as engine:
                files = collecting.collect_files(office, paths, engine)
                for item in _count_agencies(files, roster, store):
                    run.tell(item)
        finally:  # what was taken in is told, whatever stops the rest
            tally = "，".join(f"{name} {counts[state]}" for state, name in FATES.items() if counts[state])
            console.say(f"共 {counts.total()} 个文件" + (f"：{tally}。" if tally else "。"), err=wants_json)
        if any(counts[fate] for fate in ("accepted", "open", "returned", "older", "rejected")):
            store.note(office.at, campaign_options.name_user(), "collect", tally)
        faults: list[str] = []
        returned = False
        if not only_these:
            for line in describe_changes(find_roster_changes(campaign, roster, store, last_year)):
                console.say(line, err=wants_json)
            returned = _judge_again(office, faults, aside=wants_json)
        if second:
            _read_twice(campaign, store, passwords, jobs, faults, aside=wants_json)
        entries = [entry for entry in roster.entries if entry.agency.code in run.came] if only_these else None
        standings = iterate_standings(campaign, roster, store, now.date(), entries)
        try:
            refresh_returns(
                campaign, store, standings, last_year, jobs,
                replaces=replaces, aside=wants_json, spares_others=only_these,
            )  # fmt: skip
            clear_answered(campaign, roster, store)
        except XltoolError as error:
            faults.append(str(error))
        if faults:
            again = f"xltool collect{' --second' if second else ''}"
            raise XltoolError(
                f"{''.join(dict.fromkeys(faults))}以上收下的都已记好；排除以后再执行一次 {again}，会补上没有做完的。"
            )
    sys.exit(UNREADABLE if run.unreadable else ERRORS if returned or counts["returned"] or counts["rejected"] else DONE)


@dataclass
class _Run:
    """What a run has taken in so far: how many files of each fate, of which agencies."""

    wants_json: bool
    counts: Counter[Fate] = field(default_factory=Counter)
    came: set[str] = field(default_factory=set)
    unreadable: bool = False

    def tell(self, item: Taken) -> None:
        """Notes what became of a file, and tells it."""
        self.counts[item.state] += 1
        self.came.add(item.agency)
        self.unreadable |= item.unreadable
        if self.wants_json:
            console.write_result(json.dumps(item.describe(), ensure_ascii=False).encode() + b"\n")
        else:
            said = f"　{item.sentence}" if item.reason else ""
            console.say(f"{FATES[item.state]}　{item.file}{said}")


def _count_agencies(items: Iterator[Taken], roster: Roster, store: Store) -> Iterator[Taken]:
    """What was taken in, one by one; now and then how many of the agencies have returned by then."""
    returned = set(store.count_versions()).intersection(roster.agencies)
    for count, item in enumerate(items, 1):
        yield item
        returned |= {item.agency} & roster.agencies.keys()
        if count % campaign_options.PROGRESS == 0:
            console.say(f"已收 {len(returned)}/{len(roster.entries)}", err=True)


def _judge_again(office: Intake, faults: list[str], *, aside: bool) -> bool:
    """Holds what counts against last year and other forms of now, where these are others, and tells what changed.

    Gives whether one of them is to be returned.
    """
    returned = False
    try:
        for code in office.store.acceptances():  # of two files that came together one may tick what the other has too
            accepting.settle_agency(office, code)
        for each in chain(rejudging.rejudge_all(office), holding.hold_again(office)):
            returned |= each.after.state == "returned"
            for line in each.tell(office.campaign.spec):
                console.say(clean_line(line), err=aside)
    except XltoolError as error:
        faults.append(str(error))
    return returned


def _read_twice(
    campaign: Campaign, store: Store, passwords: Sequence[str], jobs: int, faults: list[str], *, aside: bool
) -> None:
    """Reads what was read once a second time and tells what differs, on standard error with `aside`."""
    waiting = rereading.find_read_once(store)
    reread = rereading.reread_versions(campaign, store, store.read_counting(waiting), passwords, jobs)
    counts: Counter[rereading.Agreement] = Counter()
    try:
        for each in _show_progress(reread, len(waiting), "重读"):
            counts[each.outcome] += 1
            for message in each.messages:
                console.say(f"重读　{each.version.file}　{message}", err=aside)
    except XltoolError as error:
        faults.append(str(error))
    console.say(
        f"用 openpyxl 重读 {counts.total()} 个：数相同 {counts['same']} 个，不同 {counts['differs']} 个，"
        f"它读不了的 {counts['unread']} 个。",
        err=True,
    )


def _show_progress(items: Iterator[Item], length: int | None, label: str) -> Iterator[Item]:
    """The items with a progress bar, unless a line for each goes to the terminal anyway."""
    return items if sys.stdout.isatty() else campaign_options.show_progress(items, length, label)
