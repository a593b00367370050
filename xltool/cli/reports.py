"""`xltool reports`: the report of each agency of a campaign that is accepted."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

import click

from xltool.campaign import documents, report_making, reports
from xltool.campaign.folder import Campaign
from xltool.campaign.priors import read_last_year
from xltool.campaign.roster import Roster
from xltool.campaign.standing import AGENCY_STATES, Standing
from xltool.campaign.standings import iterate_standings
from xltool.campaign.store import Store
from xltool.cli import campaign_options, console, output
from xltool.cli.chinese import Command
from xltool.cli.readback import Readback, judge_readback
from xltool.cli.style import read_lent_style
from xltool.report.printing import REPORT_KINDS, STYLE, restrict_option


@click.command(
    cls=Command,
    name="reports",
    help="给每个已通过的单位生成年度报告，放到“报告”文件夹；文字里引用的数由表中填入，写出后读回来核对。\n\n"
    "以前生成过、所依据的数据没有变化的，不再生成。\n\n"
    "还有单位未报送、未通过，或放行了空格而那一格不能写“/”的，其余单位的照样生成，没有的逐一列出，退出码为 3。",
)
@campaign_options.campaign_option
@campaign_options.replace_option
@click.option(
    "--kind",
    "kinds",
    metavar="种类",
    multiple=True,
    default=reports.USUAL,
    type=click.Choice(list(REPORT_KINDS)),
    help=f"生成哪种文件：{'、'.join(f'{kind.suffix} {kind.words}' for kind in REPORT_KINDS.values())}；"
    f"可以多次给出，默认 {'、'.join(reports.USUAL)}。",
)
@click.option(
    "--style", metavar="本单位.docx", type=click.Path(path_type=Path), help="Word 报告用这份文档的样式和页面设置。"
)
def command(root: Path, *, kinds: tuple[str, ...], style: Path | None, replaces: bool) -> None:
    """Writes what can be published, reads it back, and tells who has none."""
    kinds = tuple(dict.fromkeys(kinds))
    if style is not None and not any(STYLE in REPORT_KINDS[kind].options for kind in kinds):
        raise click.UsageError(f"{STYLE.flag} {restrict_option(STYLE)}。")
    dress = read_lent_style(style)
    lent = None if style is None else reports.LentStyle(style, hashlib.sha256(dress or b"").hexdigest())
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        _note_style(store, kinds, lent)
        blanks: dict[str, reports.Blanks] = {}
        found = list(_keep_blanks(iterate_standings(campaign, roster, store, date.today()), blanks))
        last_year = read_last_year(campaign, roster, store)
        accepted = [standing for standing in found if standing.state == "accepted"]
        paths = {kind: reports.plan_paths(campaign, roster, kind) for kind in kinds}
        remarks: dict[str, None] = {}  # what is said of the fonts is said once
        unlike: list[str] = []
        placed: list[documents.Placed] = []
        unfilled: dict[str, str] = {}  # what each lacks
        plans = (
            report_making.plan_reports(
                campaign,
                store,
                standing,
                blanks[standing.entry.agency.code],
                paths={kind: paths[kind][standing.entry.agency.code] for kind in kinds},
                style=lent,
                prior=last_year.get(standing.entry.agency.code),
                replaces=replaces,
            )
            for standing in accepted
        )
        made = report_making.make_planned(plans, dress)
        for plan in campaign_options.show_progress(made, len(accepted), "生成"):
            for (kind, (file, basis)), report in zip(plan.wanted.items(), plan.made, strict=True):
                back = Readback() if report.reading is None else judge_readback(report.reading)
                # What is to be told of a report is told again until it is made without.
                document = documents.Deliverable(file, report.data, "" if report.remarks or back.is_passing else basis)
                [plan.placed[kind]] = documents.place_documents(campaign, store, [document], replace=replaces)
                remarks |= dict.fromkeys((*report.remarks, *(() if back.differs else back.lines)))
                unlike += [f"{PurePosixPath(file).name}：", *back.lines] if back.differs else []
            placed += [plan.placed[kind] for kind in kinds if kind in plan.placed]
            if plan.lacks:
                unfilled[plan.code] = plan.lacks
    same = sum(not each.fresh for each in placed)
    unchanged = f"其中 {same} 份没有变化。" if same else ""
    where = campaign.root / campaign.layout.reports
    console.say(f"已生成 {len(accepted) - len(unfilled)} 个单位的报告（{'、'.join(kinds)}），在 {where}。{unchanged}")
    for line in (*documents.describe_kept(placed), *remarks, *unlike):
        console.say(line, err=True)
    _tell_excused(found)
    left = [standing for standing in found if standing.owes or standing.entry.agency.code in unfilled]
    _tell_outdated(campaign, roster, left, unfilled)
    sys.exit(output.ERRORS if left or unlike else output.DONE)


def _note_style(store: Store, kinds: Sequence[str], style: reports.LentStyle | None) -> None:
    """Notes the style of the reports, where a kind is made that has one."""
    if any(STYLE in REPORT_KINDS[kind].options for kind in kinds):
        reports.note_style(store, style)


def _keep_blanks(standings: Iterable[Standing], blanks: dict[str, reports.Blanks]) -> Iterator[Standing]:
    """The standings without their findings, which are large; what these tell of blanks goes into `blanks`, by code."""
    for standing in standings:
        blanks[standing.entry.agency.code] = reports.find_blanks(standing)
        yield replace(standing, findings=())


def _tell_excused(found: Sequence[Standing]) -> None:
    excused = [standing.entry.agency.name for standing in found if standing.state == "absent"]
    if excused:
        console.say(f"无需报送的 {len(excused)} 个单位没有报告：{'、'.join(excused)}。", err=True)


def _tell_outdated(campaign: Campaign, roster: Roster, left: Sequence[Standing], unfilled: Mapping[str, str]) -> None:
    """Names who has no report now, and what of an earlier version still lies there."""
    if left:
        console.say(f"还有 {len(left)} 个单位没有通过，或没有填全，没有生成：", err=True)
    outdated = reports.find_outdated(campaign, roster, left)
    for standing in left:
        agency = standing.entry.agency
        old = "、".join(path.name for path in outdated[agency.code])
        note = f"；{campaign.layout.reports} 里还有以前一版的报告，不要公布：{old}" if old else ""
        why = f"，{gaps}" if (gaps := unfilled.get(agency.code)) else ""
        console.say(f"  {agency.code}　{agency.name}　{AGENCY_STATES[standing.state]}{why}{note}", err=True)
