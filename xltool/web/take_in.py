"""The page that takes files in: what is dropped on it, how far the collection is, what became of each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.fates import FATES
from xltool.campaign.folder import load_campaign
from xltool.campaign.roster import Roster
from xltool.campaign.standing import Standing
from xltool.web import pages
from xltool.web.addresses import locate_agency
from xltool.web.changes import read_day, take_change
from xltool.web.collecting import Collection, Result
from xltool.web.filters import Filter
from xltool.web.job import JobState
from xltool.web.job_events import list_job_routes
from xltool.web.site import ServedCampaign, look_at, served_of
from xltool.web.uploads import open_inbox, take_upload

_SHOWN: Final = {
    "": ("刚收到的", frozenset({"accepted", "open", "returned", "older", "rejected"})),
    "tasks": ("退回和待说明", frozenset({"open", "returned"})),
    "rejected": ("没有收下", frozenset({"rejected", "older"})),
    "rest": ("收过的和略过的", frozenset({"duplicate", "skipped"})),
}
"""The filters of the results: their words, and the states that they show."""
SHORT_FATES: Final = {**FATES, "rejected": "没有收下", "older": "旧的一版", "duplicate": "收过了"}
"""What became of a file, in few words."""
SIGNS: Final = {"older": "absent", "rejected": "missing", "duplicate": "absent", "skipped": "absent"}
"""What state of an agency lends its sign to what became of a file, where it is none itself."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One file in the list, with the name of its agency where it has one on the roster."""

    result: Result
    agency: str

    @property
    def reason(self) -> str:
        """Why, without the name of the agency, which stands beside it."""
        return self.result.reason.removeprefix(f"{self.agency}：")


def is_known_filter(show: str) -> bool:
    """Whether the page has such a filter."""
    return show in _SHOWN


def list_rows(results: Sequence[Result], roster: Roster, show: str) -> list[ResultLine]:
    """The files that a filter shows, the newest first."""
    return [
        ResultLine(result, roster.agencies[result.agency].agency.name if result.agency in roster.agencies else "")
        for result in reversed(results)
        if result.state in _SHOWN[show][1]
    ]


def list_filters(results: Sequence[Result], show: str) -> list[Filter]:
    """The filters, each with how many files it shows."""
    return [
        Filter(
            word,
            sum(result.state in states for result in results),
            f"/take-in?show={name}" if name else "/take-in",
            name == show,
        )
        for name, (word, states) in _SHOWN.items()
    ]


def word_progress(collection: Collection, job: JobState) -> str:
    """How far the collection is, as the heading of the page."""
    count = len(collection.results)
    match job.progress:
        case "none" | "broken":
            return "把报来的文件拖到这里，办公台来认、来审"
        case "running":
            return f"正在收取：已看{count}个文件" if count else "正在收取"
        case "stopped":
            return f"停下了：看了{count}个文件，没看的留在收件里"
        case "failed":
            return f"没有收完：看了{count}个文件"
    counts = collection.counts()
    told = [
        f"{SHORT_FATES[state]}{counts[state]}"
        for state in ("accepted", "open", "returned", "older", "rejected")
        if counts[state]
    ]
    return f"看了{count}个文件：{'，'.join(told)}" if told else f"看了{count}个文件，没有新的"


def list_choices(found: Sequence[Standing]) -> list[Standing]:
    """Agencies that have a version that does not count until somebody says so."""
    return [standing for standing in found if standing.aside]


def show_take_in(request: Request) -> Response:
    """What is taken in, how far that is, and what became of each file."""
    show = request.query_params.get("show", "")
    if not is_known_filter(show):
        raise HTTPException(404, "没有这样的筛选。")
    served = served_of(request)
    collection = served.collection
    job = collection.look()
    results = [*collection.results]
    with look_at(served) as look:
        choices = [] if job.is_running else list_choices(look.find_standings())
        return pages.show_page(
            request,
            "take_in",
            look.campaign,
            tab="take-in",
            heading=word_progress(collection, job),
            job=job,
            collection=collection,
            count=len(results),
            counts=collection.counts(),
            rows=list_rows(results, look.roster, show),
            filters=list_filters(results, show),
            choices=choices,
            fates=SHORT_FATES,
            signs=SIGNS,
            locate_agency=locate_agency,
            inbox=look.campaign.layout.inbox,
        )


async def receive_files(request: Request) -> Response:
    """Stores the files of the form in the inbox, and starts to take in what lies there."""
    served = served_of(request)
    upload = await take_upload(request, open_inbox(load_campaign(served.root)))
    if not upload.stored:
        raise HTTPException(*((413, f"{'；'.join(upload.refused)}。") if upload.refused else (422, "还没有选文件。")))
    return await run_in_threadpool(_start_collecting, served, upload.fields.get("received", ""), upload.refused)


def start_collecting(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes in what somebody has put into the inbox himself."""
    return _start_collecting(served_of(request), fields.get("received", ""), [])


def _start_collecting(served: ServedCampaign, received: str, refused: list[str]) -> Response:
    day = read_day(received, "文件已经存进收件。")
    served.collection.collect("" if day is None else day.isoformat(), refused)
    return RedirectResponse(f"{served.base}/take-in", 303)


TAKE_IN_ROUTES: Final = (
    Route("/take-in", show_take_in, methods=["GET"]),
    Route("/take-in", receive_files, methods=["POST"]),
    Route("/take-in/collect", take_change(start_collecting), methods=["POST"]),
    *list_job_routes("/take-in", lambda served: served.collection),
)
