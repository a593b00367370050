"""Where a campaign stands, in lines for a console: all of it while it is small, else what is exceptional and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from xltool.campaign import signing
from xltool.campaign.county_written import find_waiting
from xltool.campaign.folder import Campaign
from xltool.campaign.gathering import gather_standings
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.next_step import choose_next_step
from xltool.campaign.rereading import count_outcomes, describe_outcomes
from xltool.campaign.roster import Roster
from xltool.campaign.roster_changes import RosterChange, find_roster_changes
from xltool.campaign.standing import AGENCY_STATES, Standing, count_states, describe_tasks
from xltool.campaign.standings import iterate_standings
from xltool.campaign.store import Store
from xltool.campaign.strays import Stray, find_strays, find_unmatched
from xltool.campaign.weighed import group_verdicts
from xltool.cli import campaign_options, console
from xltool.cli.agencies import describe_strays
from xltool.codes import GRADES
from xltool.forms.text import measure_breadth
from xltool.report.text import clean_line

MOST_IN_FULL: Final = 40
"""A campaign of more is told by what is exceptional, unless all is asked for."""
MOST_SHOWN: Final = 15
"""So many entries of a section are listed then."""

WAITING_TITLE: Final = "没有写全原因和更正人的更正，没有算进去"

_HEADS = ("单位代码", "单位名称", "状态", "期限", "版次", "强制", "核实", "放行", "最近报送")
_NUMBERS = frozenset({4, 5, 6, 7})  # columns set to the right


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to tell of a campaign: its agencies, files that are nobody's, and what does not fit together."""

    campaign: Campaign
    roster: Roster
    found: Sequence[Standing]
    others: Sequence[Unmatched]
    strays: Sequence[Stray]
    today: date
    changes: Sequence[RosterChange] = ()
    sign_off: signing.SignOff | None = None  # of the county's report
    waiting: Sequence[str] = ()  # corrections that lack reason or name


def find_situation(campaign: Campaign, roster: Roster, store: Store, today: date, *, shown: bool = False) -> Situation:
    """The situation of a campaign; with `shown` the findings of those that owe nothing, too, which are large."""
    found = [
        standing if shown or standing.owes or not standing.findings else replace(standing, findings=())
        for standing in iterate_standings(campaign, roster, store, today)
    ]
    strays = find_strays(roster, store, found)
    changes = find_roster_changes(campaign, roster, store)
    sign_off = signing.find_sign_off(campaign, store, gather_standings(found))
    return Situation(
        campaign,
        roster,
        found,
        find_unmatched(campaign, roster, store, strays),
        strays,
        today,
        changes,
        sign_off,
        find_waiting(campaign, roster),
    )


def tell_situation(root: Path) -> None:
    """Where the campaign of a folder stands, in two lines; what is to be done next follows below."""
    with campaign_options.open_campaign(root, writes=False, guides=False) as (campaign, roster, store):
        now = find_situation(campaign, roster, store, date.today())
        campaign_options.tell_next_step(choose_next_step(campaign, roster, store, now.found).sentence)
        for line in describe_counts(now):
            console.say(line)


def describe_situation(now: Situation, *, everything: bool = False) -> Iterator[str]:
    """Head, counts, the table of agencies where that is short or asked for, and a section for each thing to see to."""
    found = now.found
    yield from describe_counts(now)
    outcomes = count_outcomes(standing.version for standing in found)
    if outcomes["none"] < sum(outcomes.values()):
        yield describe_outcomes(outcomes)
    whole = everything or len(found) <= MOST_IN_FULL
    if whole:
        yield ""
        yield from _align_columns([_HEADS, *map(_standing_row, found)])
    for title, entries in _list_sections(now, whole=whole):
        if entries:
            yield f"\n{title}："
        for entry in entries if whole else entries[:MOST_SHOWN]:
            yield from entry
        if not whole and len(entries) > MOST_SHOWN:
            yield tell_more(len(entries) - MOST_SHOWN)
    if now.sign_off is not None:
        yield from ("", now.sign_off.sentence, *now.sign_off.changes)


def tell_more(count: int) -> str:
    """That there are more than are listed."""
    return f"  还有 {count} 个；加 --all 全部列出。"


def describe_counts(now: Situation) -> Iterator[str]:
    """Which campaign it is and when it is due, and how many agencies are in each state."""
    found = now.found
    tally = count_states(found, now.others)
    states = "，".join(
        f"{word} {tally[state]}"
        for state, word in sorted(AGENCY_STATES.items(), key=lambda s: _ORDER.index(s[0]))
        if tally[state] or state in _ALWAYS
    )
    yield f"{now.campaign.name} {now.campaign.period.spoken}{now.campaign.spec.title}（{describe_deadline(now)}）"
    overdue, late, unread = sum(s.overdue for s in found), sum(s.late for s in found), tally["unmatched"]
    yield f"共 {len(found)} 个单位：{states}；逾期 {overdue}，迟报 {late}；未能收下的文件 {unread} 个。"
    sent = sum(standing.sent is not None for standing in found)
    if sent:
        yield f"已下发 {sent} 个单位。"


_ORDER: Final = ("accepted", "open", "returned", "missing", "absent")
_ALWAYS: Final = frozenset({"accepted", "returned", "missing"})


def _list_sections(now: Situation, *, whole: bool) -> Iterator[tuple[str, list[list[str]]]]:
    """What there is to see to: titles, each with its entries, each of one line or more."""
    found = now.found
    if whole:
        yield "逾期", [[line] for line in _align_columns([_overdue_row(s) for s in found if s.overdue])]
        yield "迟报", [[line] for line in _align_columns([_late_row(s) for s in found if s.late])]
    else:
        yield "逾期未报", [[f"  {_name(s)}"] for s in found if s.overdue and s.state == "missing"]
        yield "未报送", [[f"  {_name(s)}"] for s in found if not s.overdue and s.state == "missing"]
    yield "延期", [_describe_extension(standing) for standing in found if standing.extension is not None]
    for state, title in (("returned", "退回，待改正"), ("open", "待说明（在“校验”表的“说明”栏写明，或改正）")):
        yield title, [_describe_returned(now, standing, whole=whole) for standing in found if standing.state == state]
    yield (
        "放行失效（改正，或核实后重新放行）",
        [[f"  {_name(standing)}：{lapse.sentence}"] for standing in found for lapse in standing.lapsed],
    )
    yield (
        "发布以后又报来新的一版，请核对发布的报告",
        [[_describe_published(standing)] for standing in found if standing.differs_published],
    )
    yield "无需报送", [_describe_absence(standing) for standing in found if standing.absence is not None]
    yield (
        "不计入的版本（要用的，执行 xltool use 单位代码 版次）",
        [
            [clean_line(f"  {_name(standing)}：第 {version.number} 版（{version.file}），{version.aside}")]
            for standing in found
            for version in standing.aside
        ],
    )
    yield "名录与报送对不上的单位", [[line] for line in describe_strays(now.strays, now.roster)]
    yield "下发以后名录的变动", [[clean_line(f"  {change.sentence}")] for change in now.changes]
    yield f"{WAITING_TITLE}（{now.campaign.corrections_place}）", [[f"  {line}"] for line in now.waiting]
    senders = {each.sha256: f"（{s.entry.agency.name}）" for s in found for each in s.refused}
    yield (
        "未能收下的文件",
        [[clean_line(f"  {other.file}{senders.get(other.sha256, '')}：{other.reason}")] for other in now.others],
    )


def _describe_returned(now: Situation, standing: Standing, *, whole: bool) -> list[str]:
    overdue = f"，已逾期 {standing.days_overdue} 天" if standing.overdue and not whole else ""  # else told above
    head = f"  {_name(standing)}（第 {standing.number} 版{overdue}）"
    if not whole:
        return [f"{head}：{describe_tasks(standing)}"]
    spec = now.campaign.spec
    return [
        head,
        *(
            clean_line(f"    [{GRADES[opinion.severity]}] {opinion.tell(spec)[0]}（{opinion.name}）")
            for opinion in group_verdicts(spec, standing.unsettled)
        ),
    ]


def _describe_published(standing: Standing) -> str:
    noted = standing.published
    assert noted is not None
    reason = f"：{noted.reason}" if noted.reason else ""
    published = f"发布的是 {noted.day} 的（{noted.person}{reason}）"
    return clean_line(f"  {_name(standing)}：第 {standing.number} 版，{standing.received}；{published}")


def _describe_absence(standing: Standing) -> list[str]:
    record = standing.absence
    assert record is not None
    into = f"，并入 {record.into}" if record.into else ""
    return [clean_line(f"  {_name(standing)}{into}：{record.reason}（{record.person}）")]


def _describe_extension(standing: Standing) -> list[str]:
    given = standing.extension
    assert given is not None
    return [clean_line(f"  {_name(standing)}：延至 {given.day}，{given.reason}（{given.person}）")]


def _overdue_row(standing: Standing) -> tuple[str, str, str]:
    return "", _name(standing), f"{AGENCY_STATES[standing.state]}，已逾期 {standing.days_overdue} 天"


def _late_row(standing: Standing) -> tuple[str, str, str]:
    return "", _name(standing), f"{standing.received} 报送，迟 {standing.days_late} 天"


def describe_deadline(now: Situation) -> str:
    """The deadline, and how far it is."""
    campaign, today = now.campaign, now.today
    if campaign.deadline is None:
        return "未设期限"
    left = (campaign.deadline - today).days
    return (
        f"期限 {campaign.deadline}，"
        f"{f'还有 {left} 天' if left > 0 else '今天到期' if left == 0 else f'已过 {-left} 天'}"
    )


def _name(standing: Standing) -> str:
    return f"{standing.entry.agency.code} {standing.entry.agency.name}"


def _standing_row(standing: Standing) -> tuple[str, ...]:
    figures = (standing.versions, standing.errors, standing.warnings, standing.waived)
    agency = standing.entry.agency
    return (
        agency.code,
        agency.name,
        standing.state_word,
        "、".join(word for word, holds in (("逾期", standing.overdue), ("迟报", standing.late)) if holds),
        *map(str, figures),
        standing.received or "",
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
