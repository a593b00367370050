"""The page that hands out: workbooks made, downloaded and written of, one agency's or all; what is out, since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import files
from xltool.campaign.chat_lines import word_blank
from xltool.campaign.distribution import LIST_FILE, SENT_HEADS, read_notes
from xltool.campaign.documents import find_current
from xltool.campaign.drafts import draft_blank
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.links import Links, find_links
from xltool.campaign.names import draft_name
from xltool.campaign.outbox import CONTROLS_HINT, CONTROLS_WORD, has_controls
from xltool.campaign.roster_changes import find_roster_changes
from xltool.campaign.standing import Standing
from xltool.days import word_deadline
from xltool.messages import XltoolError
from xltool.model import Finding
from xltool.web import pages
from xltool.web.addresses import locate_agency, locate_below
from xltool.web.agency import find_standing
from xltool.web.bundles import attach_bundle
from xltool.web.changes import read_day, take_change
from xltool.web.day_words import word_month_day
from xltool.web.deciding import carry_out
from xltool.web.downloads import attach_file
from xltool.web.filters import Filter
from xltool.web.job import JobState
from xltool.web.job_events import list_job_routes
from xltool.web.site import OpenFolder, look_at, served_of

HAND_OUT: Final = "/hand-out"
_TICKS: Final = ("mail", "control-totals", "replace")
"""What may be ticked when workbooks are made: the options of `xltool build`."""
_TICKED: Final = "sent."
"""How the names of the boxes of agencies begin; behind it stands the code."""
BlankState = Literal["ready", "lost", "none"]


@dataclass(frozen=True, slots=True)
class BlankLine:
    """One agency: its workbook, where that stands, what to write with it, what people noted of its way."""

    standing: Standing
    issue: Issue | None
    file: str
    place: str
    message: str
    noted: str

    @property
    def sent(self) -> str:
        """What is on record of its way, in a few words; empty where nothing is."""
        told = self.standing.sent
        return (
            "" if told is None else "，".join(filter(None, (f"{word_month_day(told.day)}已发", told.how, told.person)))
        )

    @property
    def is_remade(self) -> bool:
        """Whether it was made anew since it was sent, so that what was sent is another."""
        told = self.standing.sent
        return told is not None and self.issue is not None and self.issue.at[:10] > told.day

    @property
    def code(self) -> str:
        """Its code."""
        return self.standing.entry.agency.code

    @property
    def state(self) -> BlankState:
        """Whether the workbook lies there as it was made, does not any more, or was never made."""
        return "none" if self.issue is None else "ready" if self.place else "lost"

    @property
    def address(self) -> str:
        """The address below which its files are handed out."""
        return locate_below(HAND_OUT, self.code)


_FILTERS: Final = {"": "全部", "none": "还没有生成", "lost": "不在原处", "unsent": "没有记已发"}
"""The filters, and their words."""


def list_blanks(look: OpenFolder, found: Sequence[Standing]) -> list[BlankLine]:
    """Every agency of the roster that is to report, or that a workbook went out to."""
    issues, links, notes = look.store.issues(), find_links(look.campaign, look.store), read_notes(look.campaign)
    return [
        _make_line(look, standing, issues.get(standing.entry.agency.code), links, notes)
        for standing in found
        if standing.state != "absent" or standing.entry.agency.code in issues
    ]


def _make_line(
    look: OpenFolder,
    standing: Standing,
    issue: Issue | None,
    links: Links,
    notes: Mapping[str, Mapping[str, str]],
) -> BlankLine:
    told = notes.get(standing.entry.agency.code, {})
    noted = "，".join(f"{head}{told[head]}" for head in SENT_HEADS if told.get(head))
    if issue is None:
        return BlankLine(standing, None, "", "", "", noted)
    place = find_current(look.campaign, look.store, f"{look.campaign.layout.outbox}/{issue.file}") or ""
    return BlankLine(standing, issue, issue.file, place, word_blank(look.campaign, standing, links), noted)


def choose_blanks(lines: Sequence[BlankLine], show: str) -> list[BlankLine]:
    """The agencies that a filter shows."""
    if show == "unsent":
        return [line for line in lines if line.issue is not None and not (line.noted or line.sent)]
    return [line for line in lines if show in {"", line.state}]


def word_blanks(lines: Sequence[BlankLine], job: JobState) -> str:
    """How far the handing out is, as the heading of the page."""
    if job.is_running:
        return f"正在生成工作簿：{job.done}/{job.total}" if job.total else "正在生成工作簿"
    if job.progress in {"failed", "stopped"}:
        return "没有生成完" if job.progress == "failed" else "停下了，没有生成完"
    made, lost = sum(line.issue is not None for line in lines), sum(line.state == "lost" for line in lines)
    if not lines:
        return "名录里还没有单位"
    if not made:
        return f"{len(lines)}家的工作簿还没有生成"
    if made < len(lines):
        return f"{made}家的工作簿生成了，还有{len(lines) - made}家没有"
    return f"{made}家的工作簿都生成了" + (f"，{lost}家的不在原处" if lost else "")


def read_blank(look: OpenFolder, line: BlankLine) -> bytes:
    """The workbook of an agency as xltool made it; raises `HTTPException` when it is not there."""
    data = files.read_file(look.campaign.root / line.place) if line.place else None
    if data is None or isinstance(data, Finding):
        raise HTTPException(404, "它的工作簿不在原处：还没有生成，或者被移走、改动过。请重新生成。")
    return data


def make_mail(look: OpenFolder, line: BlankLine, links: Links) -> bytes:
    """The mail draft that brings an agency its workbook, as `xltool build --mail` writes it."""
    standing, data = line.standing, read_blank(look, line)
    words = word_deadline(standing.deadline, standing.told)
    return draft_blank(look.campaign, standing.entry, line.file, data, words, links.write_link(line.code))


def show_hand_out(request: Request) -> Response:
    """What is out and what is not, and what can be done about it."""
    show = request.query_params.get("show", "")
    if show not in _FILTERS:
        raise HTTPException(404, "没有这样的筛选。")
    with look_at(served_of(request)) as look:
        job, lines = look.served.building.look(), list_blanks(look, look.find_standings())
        counts = {name: len(choose_blanks(lines, name)) for name in _FILTERS}
        return pages.show_page(
            request,
            "hand_out",
            look.campaign,
            tab="hand-out",
            heading=word_blanks(lines, job),
            job=job,
            page=HAND_OUT,
            lines=choose_blanks(lines, show),
            every=[line for line in lines if line.message],
            ready=sum(line.state == "ready" for line in lines),
            without_mail=sum(line.state == "ready" and not line.standing.entry.email for line in lines),
            waiting=counts["none"],
            lost=counts["lost"],
            filters=[
                Filter(
                    word, counts[name], f"{HAND_OUT}?{urlencode({'show': name})}" if name else HAND_OUT, name == show
                )
                for name, word in _FILTERS.items()
                if counts[name] or name in {"", show}
            ],
            unnoted=counts["unsent"],
            sent=sum(bool(line.sent) for line in lines),
            person=look.served.site.person,
            changes=find_roster_changes(look.campaign, look.roster, look.store),
            outbox=look.campaign.layout.outbox,
            has_controls=has_controls(look.campaign),
            controls_word=CONTROLS_WORD,
            controls_hint=CONTROLS_HINT,
            has_list=(look.campaign.root / f"{LIST_FILE}.xlsx").is_file(),
            locate_agency=locate_agency,
            month_day=word_month_day,
        )


def build(request: Request, fields: Mapping[str, str]) -> Response:
    """Makes the workbooks, by the very command of the console."""
    served = served_of(request)
    served.building.start(*(f"--{name}" for name in _TICKS if fields.get(name)))
    return RedirectResponse(served.base + HAND_OUT, 303)


def note_sent(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that workbooks were sent, or takes that back, by the very command of the console."""
    served, person, how = served_of(request), fields.get("person", ""), fields.get("how", "")
    codes = [name.removeprefix(_TICKED) for name, value in fields.items() if value and name.startswith(_TICKED)]
    withdraws, everyone = bool(fields.get("withdraw")), bool(fields.get("everyone"))
    day = read_day(fields.get("day", ""))
    if not person:
        raise HTTPException(422, "要写明由谁发的。")
    if not codes and (withdraws or not everyone):
        raise HTTPException(422, "还没有勾单位：勾上发了的，再记。")
    if withdraws:
        carry_out(served, "sent", codes, {"by": person}, flags=["withdraw"])
    else:
        told = {"by": person, "on": "" if day is None else day.isoformat(), "how": how}
        carry_out(served, "sent", [] if everyone else codes, told, flags=["all"] if everyone else [])
    return RedirectResponse(served.base + HAND_OUT, 303)


def send_blank(request: Request) -> Response:
    """The workbook of one agency."""
    with look_at(served_of(request)) as look:
        line = _find_line(look, request.path_params["code"])
        return attach_file(read_blank(look, line), line.file)


def send_mail(request: Request) -> Response:
    """The mail draft that brings one agency its workbook."""
    with look_at(served_of(request)) as look:
        line = _find_line(look, request.path_params["code"])
        return attach_file(make_mail(look, line, find_links(look.campaign, look.store)), draft_name(line.file))


def _find_line(look: OpenFolder, code: str) -> BlankLine:
    found = list_blanks(look, [find_standing(look, code)])
    if not found:
        raise HTTPException(404, "没有给这个单位下发过工作簿。")
    return found[0]


def send_blanks(request: Request) -> Response:
    """The workbooks of all agencies that lie there as they were made."""
    with look_at(served_of(request)) as look:
        found = ((line.file, read_blank(look, line)) for line in _list_ready(look))
        return attach_bundle(found, f"{look.campaign.name}{look.campaign.period.named}下发的工作簿.zip")


def send_mails(request: Request) -> Response:
    """The mail drafts that bring them, of the agencies that have an address."""
    with look_at(served_of(request)) as look:
        links = find_links(look.campaign, look.store)
        found = (
            (draft_name(line.file), make_mail(look, line, links))
            for line in _list_ready(look)
            if line.standing.entry.email
        )
        return attach_bundle(found, f"{look.campaign.name}{look.campaign.period.named}下发的邮件草稿.zip")


def _list_ready(look: OpenFolder) -> Iterator[BlankLine]:
    lines = [line for line in list_blanks(look, look.find_standings()) if line.state == "ready"]
    if not lines:
        raise HTTPException(404, "还没有生成工作簿。")
    yield from lines


def send_list(request: Request) -> Response:
    """分发清单 as it stands, with what people have filled in."""
    with look_at(served_of(request)) as look:
        name = f"{LIST_FILE}.xlsx"
        if not (look.campaign.root / name).is_file():
            raise HTTPException(404, "还没有分发清单：生成工作簿时一起写出。")
        data = files.read_file(look.campaign.root / name)
        if isinstance(data, Finding):
            raise XltoolError(f"{name} 打不开：{data.data.get('why', '文件过大')}。")
        return attach_file(data, name)


HAND_OUT_ROUTES: Final = (
    Route(HAND_OUT, show_hand_out, methods=["GET"]),
    Route(f"{HAND_OUT}/build", take_change(build), methods=["POST"]),
    Route(f"{HAND_OUT}/sent", take_change(note_sent), methods=["POST"]),
    *list_job_routes(HAND_OUT, lambda served: served.building),
    Route(f"{HAND_OUT}/workbooks.zip", send_blanks, methods=["GET"]),
    Route(f"{HAND_OUT}/mails.zip", send_mails, methods=["GET"]),
    Route(f"{HAND_OUT}/list.xlsx", send_list, methods=["GET"]),
    Route(f"{HAND_OUT}/{{code}}/workbook", send_blank, methods=["GET"]),
    Route(f"{HAND_OUT}/{{code}}/mail", send_mail, methods=["GET"]),
)
