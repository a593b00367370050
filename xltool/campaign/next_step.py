"""The one next thing that an office has to do, from where its campaign stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, TypeAlias

from xltool.campaign import signing
from xltool.campaign.county_written import find_waiting
from xltool.campaign.folder import Campaign
from xltool.campaign.gathering import gather_standings
from xltool.campaign.refused import word_refused
from xltool.campaign.reminders import list_urged
from xltool.campaign.roster import Roster
from xltool.campaign.standing import Standing
from xltool.campaign.standings import iterate_standings
from xltool.campaign.store import Store
from xltool.campaign.strays import Stray, find_strays
from xltool.messages import join_first

MOST_CALLED: Final = 6
"""So many agencies are named in the sentence."""


Task: TypeAlias = Literal["list", "build", "settle", "urge", "correct", "consolidate", "sign", "publish", "nothing"]
"""What kind of thing is to be done: agencies to be listed, blanks to be made, strays to be settled, those that owe
something to be urged; then corrections to be given reason and name, the sum, its signature, the publications; nothing
is left."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done next: its kind, the sentence for a console, and the agencies that it is about.

    `count` is how many of whatever it is about there are.
    """

    task: Task
    sentence: str
    agencies: tuple[Standing, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """Agencies that still owe something, by what is to be done: what was returned goes back to them; of others nothing
    was taken in, and it is overdue, or what came was not taken in, or they are waited for."""

    returned: tuple[Standing, ...]
    overdue: tuple[Standing, ...]
    again: tuple[Standing, ...]
    waiting: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class CountyReport:
    """How far the county's own report is."""

    summed: bool  # of the versions that count now
    signed: bool  # as it was summed
    waiting: int = 0  # corrections that lack reason or name
    place: str = ""  # where these are written


def find_next_step(campaign: Campaign, roster: Roster, store: Store, today: date) -> str:
    """What is to be done next in this campaign, in one sentence."""
    standings = [replace(standing, findings=()) for standing in iterate_standings(campaign, roster, store, today)]
    return choose_next_step(campaign, roster, store, standings).sentence


def choose_next_step(campaign: Campaign, roster: Roster, store: Store, standings: Sequence[Standing]) -> NextStep:
    """What is to be done next where agencies stand like this."""
    issued = {*store.list_issued()}
    waiting = [standing for standing in standings if standing.entry.agency.code not in issued]
    report = _find_county_report(campaign, roster, store, standings)
    return word_next_step(standings, waiting, find_strays(roster, store, standings), report)


def word_next_step(
    standings: Sequence[Standing], waiting: Sequence[Standing], strays: Sequence[Stray], report: CountyReport
) -> NextStep:
    """The step and its sentence.

    First what is not sent out, then what nobody has said, then whom to write to and call, then the sum.

    `waiting` are the agencies that have no blank yet.
    """
    owing = [standing for standing in waiting if standing.state == "missing"]
    if not standings:
        return NextStep("list", "名录里还没有单位，先补上名录。")
    if owing:
        who = "" if len(owing) == len(standings) else f"（{_name(owing)}）"
        sentence = f"执行 xltool build，生成 {len(owing)} 个单位的工作簿{who}，再发给各单位。"
        return NextStep("build", sentence, tuple(owing), len(owing))
    if strays:
        names = join_first([f"{stray.code} {stray.name}".strip() for stray in strays], MOST_CALLED, "个单位")
        sentence = f"说明 {len(strays)} 个名录与报送对不上的单位的去向：{names}（办法见 xltool status）。"
        return NextStep("settle", sentence, count=len(strays))
    steps, writes = [*_list_owed(standings)], any(_is_written_to(standing) for standing in standings)
    if not steps:
        return _word_last_steps(standings, report)
    mails = "；邮件草稿和消息用 xltool remind 生成" if writes else ""
    due = tuple(list_urged(standings))
    return NextStep("urge", f"{'；'.join(steps)}{mails}；报来以后执行 xltool collect。", due, len(due))


def _word_last_steps(standings: Sequence[Standing], report: CountyReport) -> NextStep:
    """What is left when everything has come in."""
    if report.waiting and not report.signed:
        sentence = (
            f"在 {report.place} 给 {report.waiting} 条更正写明原因和更正人（不要的删去），"
            "再执行 xltool consolidate 汇总。"
        )
        return NextStep("correct", sentence, count=report.waiting)
    if not report.summed:
        return NextStep("consolidate", "各单位都齐了：执行 xltool consolidate 汇总。")
    if not report.signed:
        return NextStep("sign", "核对汇总报告，改好以后请负责人签发：xltool sign --by 姓名。")
    left = tuple(s for s in standings if s.state == "accepted" and s.published is None)
    if left:
        sentence = (
            f"执行 xltool reports 生成各单位的报告，发布后用 xltool publish 记下；还有 {len(left)} 个没有记发布。"
        )
        return NextStep("publish", sentence, left, len(left))
    return NextStep("nothing", "都办完了。")


def group_owed(standings: Iterable[Standing]) -> Owed:
    """Those that still owe something, by what is to be done, each in one group."""
    owing = list_urged(standings)
    missing = [standing for standing in owing if standing.state == "missing"]
    return Owed(
        tuple(standing for standing in owing if standing.state != "missing"),
        tuple(standing for standing in missing if standing.overdue),
        tuple(standing for standing in missing if standing.refused and not standing.overdue),
        tuple(standing for standing in missing if not standing.refused and not standing.overdue),
    )


def _list_owed(standings: Iterable[Standing]) -> Iterator[str]:
    """Whom to write to, and whom to call: a phrase each."""
    owed = group_owed(standings)
    if owed.returned:
        yield f"发回 {len(owed.returned)} 个单位的退回工作簿：{_name(owed.returned)}"
    if owed.overdue:
        yield f"打电话催 {len(owed.overdue)} 个逾期没有报的：{_name(owed.overdue, phones=True)}"
    if owed.again:
        yield f"请 {len(owed.again)} 个单位用下发的工作簿重报（发来的文件没有收下）：{_name(owed.again)}"
    if owed.waiting and not owed.overdue:
        yield f"等 {len(owed.waiting)} 个单位报来：{_name(owed.waiting)}"


def _is_written_to(standing: Standing) -> bool:
    """Whether there is something to write to an agency, beyond waiting for it."""
    return standing.covered is None and (
        standing.state in {"returned", "open"}
        or standing.overdue
        or (standing.state == "missing" and bool(standing.refused))
    )


def _name(standings: Sequence[Standing], *, phones: bool = False) -> str:
    names = [standing.entry.agency.name + (_word_call(standing) if phones else "") for standing in standings]
    return join_first(names, MOST_CALLED, "个")


def _word_call(standing: Standing) -> str:
    """What there is to know before a call: the telephone, and that what came was not taken in."""
    notes = [standing.entry.phone, word_refused(standing.refused) if standing.refused else ""]
    return f"（{'，'.join(filter(None, notes))}）" if any(notes) else ""


def _find_county_report(
    campaign: Campaign, roster: Roster, store: Store, standings: Sequence[Standing]
) -> CountyReport:
    written, basis = store.find_written(campaign.layout.sum_file)
    given = gather_standings(standings)
    summed = bool(written) and not signing.compare_basis(basis, signing.describe_basis(given))
    signed = store.signature()
    is_signed = summed and signed is not None and signed.sha256 == written
    waiting = 0 if is_signed else len(find_waiting(campaign, roster))
    return CountyReport(summed, is_signed, waiting, campaign.corrections_place)
