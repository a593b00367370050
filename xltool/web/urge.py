"""The page that urges: who owes what since when, what to write to each, by telephone, chat or mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import files
from xltool.campaign.chat_lines import word_message
from xltool.campaign.documents import find_current
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.links import find_links
from xltool.campaign.next_step import group_owed
from xltool.campaign.reminders import (
    REMINDERS_FILE,
    list_reachable,
    list_urged,
    make_draft,
    name_workbook,
)
from xltool.campaign.returns import plan_returns
from xltool.campaign.standing import Standing
from xltool.messages import XltoolError
from xltool.model import Finding
from xltool.web import pages
from xltool.web.addresses import locate_agency, locate_below
from xltool.web.agency import find_standing
from xltool.web.bundles import attach_bundle
from xltool.web.changes import take_change
from xltool.web.day_words import word_days_left, word_month_day
from xltool.web.downloads import attach_file
from xltool.web.hand_out import HAND_OUT
from xltool.web.job import JobState
from xltool.web.job_events import list_job_routes
from xltool.web.site import OpenFolder, look_at, served_of

URGE: Final = "/urge"
_LIST: Final = f"{REMINDERS_FILE}.xlsx"


@dataclass(frozen=True, slots=True)
class UrgedLine:
    """An agency that owes something: since when, what to write to it, and its workbook.

    `place` is where the workbook stands that a mail to it brings, a path in the campaign folder, empty where it does
    not stand there as it would be written now.
    """

    standing: Standing
    since: str
    message: str
    place: str

    @property
    def code(self) -> str:
        """Its code."""
        return self.standing.entry.agency.code

    @property
    def address(self) -> str:
        """The address below which its files are handed out."""
        return locate_below(URGE, self.code)

    @property
    def workbook(self) -> str:
        """The address of the workbook that a mail to it brings: what goes back, or its blank."""
        if self.standing.version is not None:
            return f"{locate_agency(self.code)}/returned"
        return f"{locate_below(HAND_OUT, self.code)}/workbook"

    @property
    def mails(self) -> bool:
        """Whether there is a mail to it, and what it brings."""
        return bool(self.place and self.standing.entry.email)


@dataclass(frozen=True, slots=True)
class UrgedGroup:
    """Agencies with which the same is to be done: its id on the page, what is to be done, and with whom."""

    name: str
    word: str
    lines: Sequence[UrgedLine]


@dataclass(frozen=True, slots=True)
class UrgeView:
    """Who is urged; `stale` are those whose returned workbook is not as it would be written now.

    `unissued` is how many have no workbook yet, and are not urged.
    """

    groups: Sequence[UrgedGroup]
    stale: int
    unissued: int

    @property
    def lines(self) -> list[UrgedLine]:
        """All that are urged."""
        return [line for group in self.groups for line in group.lines]


def find_urged(look: OpenFolder) -> UrgeView:
    """Who owes what, in the groups of the next step."""
    found, issues = look.find_standings(), look.store.issues()
    owing = list_urged(found)
    urged = list_reachable(owing, issues)
    last = look.find_last_year()
    known = not (last.is_reading or last.fault)  # else nobody knows how it would be written now
    owed = plan_returns(look.campaign, look.store, found, last.submissions).owed if known else ()
    stale = {each.agency.code for each in owed}
    groups = group_owed(urged)
    words = (
        ("returned", "把退回的工作簿发给{}家", groups.returned),
        ("overdue", "打电话催{}家逾期没有报的", groups.overdue),
        ("again", "请{}家用下发的工作簿重报：发来的文件没有收下", groups.again),
        ("waiting", "等{}家报来", groups.waiting),
    )
    return UrgeView(
        [
            UrgedGroup(name, word.format(len(held)), list(_make_lines(look, held, issues, stale)))
            for name, word, held in words
            if held
        ],
        sum(standing.entry.agency.code in stale for standing in urged),
        len(owing) - len(urged),
    )


def _make_lines(
    look: OpenFolder, standings: Sequence[Standing], issues: Mapping[str, Issue], stale: set[str]
) -> Iterator[UrgedLine]:
    links = find_links(look.campaign, look.store)
    for standing in standings:
        code = standing.entry.agency.code
        place = None
        if code not in stale:
            place = find_current(look.campaign, look.store, name_workbook(look.campaign, standing))
        since = _word_since(look, standing, issues)
        yield UrgedLine(standing, since, word_message(look.campaign, standing, links), place or "")


def _word_since(look: OpenFolder, standing: Standing, issues: Mapping[str, Issue]) -> str:
    """Since when it owes that, and how far its deadline is."""
    issue = issues.get(standing.entry.agency.code)
    if standing.version is not None:
        word = "退回" if standing.state == "returned" else "待说明"
        began = f"{word_month_day(standing.version.at[:10])}{word}"
    elif standing.refused:
        began = f"{word_month_day(standing.refused[0].at[:10])}来的没有收下"
    else:
        began = f"{word_month_day(issue.at[:10])}下发" if issue is not None else ""
    deadline = None if standing.overdue else standing.deadline  # that it is overdue stands beside
    left = "" if deadline is None else f"期限{word_days_left(deadline, look.today)}"
    return "，".join(filter(None, (began, left)))


def word_urged(view: UrgeView, job: JobState) -> str:
    """Who is to be urged, as the heading of the page."""
    if job.is_running:
        return f"正在写邮件草稿和催报名单：{job.done}/{job.total}" if job.total else "正在写邮件草稿和催报名单"
    lines = view.lines
    if not lines:
        return "没有要催的单位"
    overdue = sum(line.standing.overdue for line in lines)
    return f"{len(lines)}家还没有办完" + (f"，其中{overdue}家逾期" if overdue else "")


def show_urge(request: Request) -> Response:
    """Who owes what, and what to write to each."""
    with look_at(served_of(request)) as look:
        job, view = look.served.reminding.look(), find_urged(look)
        lines = view.lines
        return pages.show_page(
            request,
            "urge",
            look.campaign,
            tab="urge",
            heading=word_urged(view, job),
            job=job,
            page=URGE,
            view=view,
            mails=sum(line.mails for line in lines),
            returned=sum(bool(line.place and line.standing.version) for line in lines),
            without_mail=sum(not line.standing.entry.email for line in lines),
            has_list=(look.campaign.root / _LIST).is_file(),
            locate_agency=locate_agency,
        )


def remind(request: Request, fields: Mapping[str, str]) -> Response:
    """Writes what goes back anew, and drafts and lists into the folder, by the very command of the console."""
    served = served_of(request)
    served.reminding.start(*(["--replace"] if fields.get("replace") else []))
    return RedirectResponse(served.base + URGE, 303)


def send_mail(request: Request) -> Response:
    """The mail draft for one agency, as `xltool remind` writes it."""
    with look_at(served_of(request)) as look:
        code = find_standing(look, request.path_params["code"]).entry.agency.code
        found = [line for line in find_urged(look).lines if line.code == code and line.mails]
        if not found:
            raise HTTPException(404, "没有要发给这个单位的邮件草稿。")
        [(name, data)] = _make_mails(look, found)
        return attach_file(data, name)


def send_mails(request: Request) -> Response:
    """The mail drafts for all."""
    with look_at(served_of(request)) as look:
        found = [line for line in find_urged(look).lines if line.mails]
        if not found:
            raise HTTPException(404, "没有要发的邮件草稿。")
        return attach_bundle(
            _make_mails(look, found), f"{look.campaign.name}{look.campaign.period.named}催报的邮件草稿.zip"
        )


def _make_mails(look: OpenFolder, lines: Sequence[UrgedLine]) -> Iterator[tuple[str, bytes]]:
    links = find_links(look.campaign, look.store)
    for line in lines:
        draft = make_draft(look.campaign, look.store, line.standing, links)
        assert isinstance(draft.data, bytes)
        yield draft.file.rpartition("/")[2], draft.data


def send_returns(request: Request) -> Response:
    """The workbooks that go back to all."""
    with look_at(served_of(request)) as look:
        found = [line for line in find_urged(look).lines if line.place and line.standing.version]
        if not found:
            raise HTTPException(404, "没有要退回的工作簿。")
        held = ((name_workbook(look.campaign, line.standing), line.place) for line in found)
        named = ((name.rpartition("/")[2], _read_whole(look, place)) for name, place in held)
        return attach_bundle(named, f"{look.campaign.name}{look.campaign.period.named}退回的工作簿.zip")


def send_list(request: Request) -> Response:
    """The list of whom to urge, as it was written last."""
    with look_at(served_of(request)) as look:
        if not (look.campaign.root / _LIST).is_file():
            raise HTTPException(404, "还没有写出催报名单。")
        return attach_file(_read_whole(look, _LIST), _LIST)


def _read_whole(look: OpenFolder, place: str) -> bytes:
    data = files.read_file(look.campaign.root / place)
    if isinstance(data, Finding):
        raise XltoolError(f"{place} 打不开：{data.data.get('why', '文件过大')}。")
    return data


URGE_ROUTES: Final = (
    Route(URGE, show_urge, methods=["GET"]),
    Route(f"{URGE}/remind", take_change(remind), methods=["POST"]),
    *list_job_routes(URGE, lambda served: served.reminding),
    Route(f"{URGE}/mails.zip", send_mails, methods=["GET"]),
    Route(f"{URGE}/returned.zip", send_returns, methods=["GET"]),
    Route(f"{URGE}/list.xlsx", send_list, methods=["GET"]),
    Route(f"{URGE}/{{code}}/mail", send_mail, methods=["GET"]),
)
