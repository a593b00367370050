"""`xltool consolidate`: the county's own submission, workbook, report and contribution sheets."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click

from xltool import api
from xltool.campaign import documents, signing, taking
from xltool.campaign.county import County, build_county
from xltool.campaign.county_written import list_waiting
from xltool.campaign.folder import Campaign
from xltool.campaign.gathering import Gathered, gather_standings
from xltool.campaign.priors import read_last_year
from xltool.campaign.reports import describe_gaps
from xltool.campaign.rereading import count_outcomes, describe_outcomes
from xltool.campaign.roster import Roster
from xltool.campaign.roster_changes import find_roster_changes
from xltool.campaign.standings import iterate_standings
from xltool.campaign.strays import Stray, find_strays
from xltool.cli import campaign_options, console, output
from xltool.cli.agencies import describe_changes, describe_strays
from xltool.cli.chinese import Command
from xltool.cli.consolidate_tree import TreeChoice, run_tree
from xltool.cli.days import Year, choose_period, period_option
from xltool.cli.places import FolderPath
from xltool.cli.situation import MOST_IN_FULL, MOST_SHOWN, WAITING_TITLE, tell_more
from xltool.messages import make_visible
from xltool.model import Absence
from xltool.periods import Period


@click.command(
    cls=Command,
    name="consolidate",
    help="汇总：把各单位通过的最新一版合成本级政府的上报件，写到“汇总”文件夹。\n\n"
    "同时写出工作簿、报告（docx、html）、各格由哪些单位构成（contributions）、不平出在哪个单位（discrepancies）。"
    "图示另成一页（…图示.html），contributions 里也有一张图示表；都不属于报告。"
    "本级的文字和重复计数的更正写在 办公室.xlsx 的“本级文字”“更正”两张表里；"
    "用 --plain 建立的任务，写在 county/texts.toml 和 county/corrections.toml。\n\n"
    "单位超过 40 个时汇总了哪些只报个数；加 --all 全部列出。\n\n"
    "还有单位未报送、退回或待说明时不汇总，退出码为 3，除非加 --allow-missing。\n\n"
    "写出的工作簿、报告有人改过的，加 --take 文件，把改动收进来：文字收为本级文字，改了的数记成更正，"
    "等写明原因和姓名才算；再汇总一次就在新写出的各份里。收不了的逐一说明，退出码为 3。\n\n"
    "逐级汇总：--tree 文件夹 -o 文件夹。里面每个文件夹是一级，名为“本级”的是那一级自己的；填报任务的文件夹"
    "（取它汇总好的数）、只有 submission.json 的文件夹和其他 .json（上报件）是单位。每一级写出上报件、工作簿、"
    "构成表和可以逐级点开的网页（index.html），全部单位列在 units.csv。有未汇总的就不写，退出码为 3（有读不出的为 5），"
    "除非加 --allow-missing。",
)
@campaign_options.campaign_option
@campaign_options.replace_option
@click.option("--allow-missing", is_flag=True, help="有单位未报送或未通过时也汇总，未汇总的单位逐一列出。")
@click.option("--strict", is_flag=True, help="汇总数只有核实性问题时退出码为 4。")
@click.option("--all", "everything", is_flag=True, help="单位多时也全部列出。")
@click.option(
    "--take",
    "edited",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="不汇总，把这份改过的汇总工作簿或报告里的改动收进来。",
)
@click.option("--tree", metavar="文件夹", type=FolderPath(), help="不汇总一个任务，逐级汇总这个文件夹里的。")
@click.option("-o", "--output", "target", metavar="文件夹", type=FolderPath(), help="逐级汇总写到哪个文件夹。")
@click.option(
    "--prior",
    "priors",
    metavar="文件夹",
    multiple=True,
    type=FolderPath(),
    help="上年的逐级汇总（那时 -o 写到的文件夹），各级与它同一路径的汇总数比；可以多次给出。",
)
@click.option("--form", metavar="报表", default="", help="逐级汇总哪种报表；不写则同先看到的单位。")
@click.option("--year", metavar="年度", type=Year(), help="逐级汇总哪一年的，如 2024；不写则同先看到的单位。")
@period_option
def command(
    root: Path,
    *,
    allow_missing: bool,
    strict: bool,
    everything: bool,
    replaces: bool,
    edited: Path | None,
    tree: Path | None,
    target: Path | None,
    priors: tuple[Path, ...],
    form: str,
    year: int | None,
    period: Period | None,
) -> None:
    """Refuses while somebody is missing; else writes all files of county/ and tells what went into them."""
    chosen = TreeChoice(
        tree,
        target,
        form,
        choose_period(year, period),
        priors,
        allow_missing=allow_missing,
        replace=replaces,
        strict=strict,
    )
    if chosen.is_asked(edited):
        run_tree(chosen)
    if edited is not None:
        _take(root, edited, alone=not (allow_missing or strict or replaces))
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        for line in describe_changes(find_roster_changes(campaign, roster, store)):
            console.say(line)
        strays = find_strays(roster, store)
        if strays:
            _refuse_strays(strays, roster)
        standings = iterate_standings(campaign, roster, store, date.today())
        given = gather_standings(campaign_options.show_progress(standings, len(roster.entries), "核对"))
        if given.absent and (not allow_missing or not given.taken):
            _refuse_incomplete(given, everything)
        made = build_county(campaign, roster, store, given, read_last_year(campaign, roster, store))
        basis = {campaign.layout.sum_file: signing.describe_basis(given)}
        printed = taking.hash_printed(made.consolidation.total)
        taking.keep_sum(store, made.consolidation.total)
        made_of = [
            documents.Deliverable(file, data, basis.get(file, printed))
            for file, data in ((f"{campaign.layout.county}/{name}", data) for name, data in made.files.items())
        ]
        placed = documents.place_documents(campaign, store, made_of, replace=replaces)
        sign_off = signing.find_sign_off(campaign, store, given)
    for line in _describe_sum(campaign, given, made, everything):
        console.say(line)
    if sign_off is not None and sign_off.changes:
        for line in (sign_off.sentence, *sign_off.changes):
            console.say(line)
    counted = count_outcomes(standing.version for standing in given.taken)
    console.say(describe_outcomes(counted), err=True)
    for each in placed:
        console.say(f"{'已写出' if each.fresh else '没有变化'} {campaign.root / each.place}", err=True)
    for line in documents.describe_kept(placed):
        console.say(line, err=True)
    takeable = taking.find_takeable(campaign, roster)
    for path in (campaign.root / each.file for each in placed if each.is_beside and each.file in takeable):
        console.say(f'改动要收进汇总的，执行 xltool consolidate --take "{path}"。', err=True)
    if made.gaps.texts:
        console.say(f"本级报告的文字写在 {campaign.texts_place}，再汇总一次。", err=True)
    sys.exit(output.choose_exit_code([made.reading], strict))


def _take(root: Path, edited: Path, *, alone: bool) -> NoReturn:
    """Takes in what a person has changed in a document, and tells each text and figure; a usage error if not alone."""
    if not alone:
        raise click.UsageError("--take 只收改动，不汇总；--allow-missing、--strict、--replace 请在汇总时再加。")
    with campaign_options.open_campaign(root, guides=False) as (campaign, roster, store):
        found = taking.take_document(
            campaign,
            roster,
            store,
            edited,
            list(iterate_standings(campaign, roster, store, date.today())),
            last_year=read_last_year(campaign, roster, store),
            at=datetime.now().isoformat(timespec="seconds"),
            person=campaign_options.name_user(),
        )
        name = make_visible(str(edited))
        if not (found.told or found.left):
            console.say(f"{name} 里没有要收的改动。")
        for line in found.told:
            console.say(line)
        for line in found.left:
            console.say(line)
        if found.corrections:
            console.say(f"请在 {campaign.corrections_place} 写明原因和更正人，再汇总一次；没有写明的不算。", err=True)
        elif found.texts:
            console.say(f"收在 {campaign.texts_place}；请再汇总一次。", err=True)
        sys.exit(output.ERRORS if found.left else 0)


def _refuse_strays(strays: Sequence[Stray], roster: Roster) -> None:
    """A roster never changes a county's figures silently: who settles it says so first."""
    console.say("\n名录与报送对不上的单位：")
    for line in describe_strays(strays, roster):
        console.say(line)
    console.say(f"有 {len(strays)} 个单位的名录与报送对不上，没有汇总；按上面的办法逐一说明后再汇总。", err=True)
    sys.exit(output.ERRORS)


def _refuse_incomplete(given: Gathered, everything: bool) -> None:
    for line in _list_absent("还没有通过的单位", given.absent, everything):
        console.say(line)
    why = "没有可以汇总的单位" if not given.taken else f"还有 {len(given.absent)} 个单位没有通过"
    hint = "先催报、退回改正" if not given.taken else "先催报、退回改正，或加 --allow-missing 只汇总其余单位"
    console.say(f"{why}，没有汇总；{hint}。", err=True)
    sys.exit(output.ERRORS)


def _describe_sum(campaign: Campaign, given: Gathered, made: County, everything: bool) -> Iterator[str]:
    """What was summed, what was not and why, what was corrected, and what is found in the sum."""
    held = made.consolidation
    counts = (
        f"名录 {sum(map(len, (given.taken, given.absent, given.covered, given.excused)))} 个单位："
        f"汇总 {len(given.taken)}"
    )
    counts += f"，已含在上级单位汇总数里 {len(given.covered)}" if given.covered else ""
    counts += f"，无需报送 {len(given.excused)}" if given.excused else ""
    yield (
        f"{campaign.name} {campaign.period.spoken}汇总。{counts}，"
        f"未汇总 {len(given.absent)}；更正 {len(held.applied)} 处。"
    )
    if everything or len(given.taken) <= MOST_IN_FULL:
        yield "汇总的单位："
    for standing in given.taken if everything or len(given.taken) <= MOST_IN_FULL else ():
        scope = "，汇总数" if standing.scope == "consolidated" else ""
        agency = standing.entry.agency
        yield f"  {agency.code}　{agency.name}（第 {standing.number} 版{scope}）"
    yield from _list_absent("已含在上级单位汇总数里的单位", given.covered, everything)
    yield from _list_absent("无需报送的单位", given.excused, everything)
    yield from _list_absent("未汇总的单位", given.absent, everything)
    if held.applied:
        yield f"更正（{campaign.layout.corrections}）："
    for each in held.applied:
        correction = each.correction
        cell = campaign.spec.cell(correction.key)
        figures = f"{output.describe_value(each.before, cell)} → {output.describe_value(each.after, cell)}"
        yield (
            f"  {output.describe_cell(campaign.spec, correction.key)} {figures}：{correction.reason}（{correction.by}）"
        )
    if made.waiting:
        yield f"{WAITING_TITLE}（{campaign.corrections_place}）："
    for line in list_waiting(campaign.spec, made.waiting):
        yield f"  {line}"
    outcome = output.STATUS_WORDS[api.status(made.reading)]
    lacks = f"，还没有填全：{describe_gaps(campaign.spec, made.gaps)}" if made.gaps else ""
    yield f"汇总数：{outcome}{f'，报告标明是草稿{lacks}' if made.draft else ''}"
    yield from output.describe_opinions(made.reading)


def _list_absent(title: str, absent: Sequence[Absence], everything: bool) -> Iterator[str]:
    if absent:
        yield f"{title}："
    most = len(absent) if everything or len(absent) <= MOST_IN_FULL else MOST_SHOWN
    for each in absent[:most]:
        yield f"  {each.agency.code}　{each.agency.name}　{each.reason}"
    if len(absent) > most:
        yield tell_more(len(absent) - most)
