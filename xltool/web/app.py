"""The addresses of the office page, and what each shows or does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from xltool.campaign.folder import load_campaign
from xltool.campaign.next_step import choose_next_step
from xltool.campaign.standing import AGENCY_STATES, count_states
from xltool.days import DAY_EXAMPLE, parse_day
from xltool.messages import XltoolError
from xltool.web import agency, board, downloads, pages, take_in
from xltool.web.calling import run_command
from xltool.web.changes import read_change
from xltool.web.collecting import Collection
from xltool.web.guard import Guard
from xltool.web.site import Site, look_at, site_of
from xltool.web.static_files import STATIC, STATIC_KINDS, read_static
from xltool.web.steps import word_ways
from xltool.web.uploads import take_upload

_PULSE: Final = 0.3
"""Seconds between two looks at what a collection has told."""
ChangeHandler = Callable[[Request, Mapping[str, str]], Response]


def build_app(site: Site, collection: Collection, port: int) -> ASGIApp:
    """The whole office page, behind its guard."""
    app = Starlette(
        routes=[
            Route("/", show_board, methods=["GET"]),
            Route("/take-in", show_take_in, methods=["GET"]),
            Route("/take-in", receive_files, methods=["POST"]),
            Route("/take-in/collect", _take_change(start_collecting), methods=["POST"]),
            Route("/take-in/stop", _take_change(stop_collecting), methods=["POST"]),
            Route("/take-in/events", tell_events, methods=["GET"]),
            Route("/agency/{code}", show_agency, methods=["GET"]),
            Route("/agency/{code}/original/{number}", send_original, methods=["GET"]),
            Route("/agency/{code}/returned", send_return, methods=["GET"]),
            Route("/agency/{code}/use", _take_change(use_version), methods=["POST"]),
            Route("/close", _take_change(close_page), methods=["POST"]),
            Route(STATIC + "{name}", show_static, methods=["GET"]),
        ],
        exception_handlers={
            HTTPException: pages.tell_http,
            XltoolError: pages.tell_fault,
            Exception: pages.tell_breakdown,
        },
    )
    app.state.site = site
    app.state.collection = collection
    return Guard(app, site.keys, port, pages.show_refusal)


def _take_change(change: ChangeHandler) -> Callable[[Request], Awaitable[Response]]:
    """A page's handler of a change, which sees only forms that are ours; it may wait without holding up others."""

    async def take(request: Request) -> Response:
        return await run_in_threadpool(change, request, await read_change(request))

    return take


def show_board(request: Request) -> Response:
    """Where the campaign stands."""
    asked = request.query_params
    query = board.Query(asked.get("show", ""), asked.get("q", "").strip(), asked.get("sort", ""))
    if not board.is_known_query(query):
        raise HTTPException(404, "没有这样的筛选或次序。")
    with look_at(site_of(request)) as look:
        found, unmatched = look.find_standings(), look.find_unmatched()
        step = choose_next_step(look.campaign, look.roster, look.store, found)
        chosen = board.choose_standings(found, query)
        return pages.show_page(
            request,
            "board",
            look.campaign,
            tab="board",
            found=found,
            headline=board.word_headline(found),
            rest=board.word_rest(found),
            ways=word_ways(step),
            tally=count_states(found, unmatched),
            bar=board.BAR,
            states=AGENCY_STATES,
            groups_words=board.GROUPS,
            query=query,
            filters=board.list_filters(found, len(unmatched), query),
            groups=board.group_lines(look.campaign.spec, chosen, query),
            unmatched=unmatched if query.show == board.UNREAD_FILES else (),
            days_left=board.word_days_left,
            month_day=board.word_month_day,
            locate_agency=agency.locate_agency,
        )


def show_take_in(request: Request) -> Response:
    """What is taken in, how far that is, and what became of each file."""
    show = request.query_params.get("show", "")
    if not take_in.is_known_filter(show):
        raise HTTPException(404, "没有这样的筛选。")
    collection = collection_of(request)
    results = [*collection.results]
    with look_at(site_of(request)) as look:
        choices = [] if collection.is_running else take_in.list_choices(look.find_standings())
        return pages.show_page(
            request,
            "take_in",
            look.campaign,
            tab="take-in",
            heading=take_in.word_progress(collection),
            collection=collection,
            count=len(results),
            counts=collection.counts(),
            rows=take_in.list_rows(results, look.roster, show),
            filters=take_in.list_filters(results, show),
            choices=choices,
            fates=take_in.SHORT_FATES,
            signs=take_in.SIGNS,
            locate_agency=agency.locate_agency,
            inbox=look.campaign.layout.inbox,
        )


async def receive_files(request: Request) -> Response:
    """Stores the files of the form in the inbox, and starts to take in what lies there."""
    site, collection = site_of(request), collection_of(request)
    upload = await take_upload(request, load_campaign(site.root))
    if not upload.stored:
        raise HTTPException(*((413, f"{'；'.join(upload.refused)}。") if upload.refused else (422, "还没有选文件。")))
    return await run_in_threadpool(_start_collecting, collection, upload.fields.get("received", ""), upload.refused)


def start_collecting(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes in what somebody has put into the inbox himself."""
    return _start_collecting(collection_of(request), fields.get("received", ""), [])


def _start_collecting(collection: Collection, received: str, refused: list[str]) -> Response:
    day = parse_day(received) if received else None
    if received and day is None:
        raise HTTPException(422, f"“{received}”不是日期；写成 {DAY_EXAMPLE} 的样子。文件已经存进收件。")
    collection.start("" if day is None else day.isoformat(), refused)
    return RedirectResponse("/take-in", 303)


def stop_collecting(request: Request, fields: Mapping[str, str]) -> Response:  # noqa: ARG001  it needs but its token
    """Ends the collection; what was not read stays in the inbox."""
    collection_of(request).stop()
    return RedirectResponse("/take-in", 303)


async def tell_events(request: Request) -> Response:
    """Tells a page, as server-sent events, that the collection has come further or to its end."""
    site, collection = site_of(request), collection_of(request)

    async def iterate_events() -> AsyncIterator[str]:
        seen = -1
        while collection.is_running and not site.is_closing:
            if collection.changes != seen:
                seen = collection.changes
                yield f"event: changed\ndata: {seen}\n\n"
            await asyncio.sleep(_PULSE)
        yield "event: ended\ndata: 0\n\n"

    return StreamingResponse(iterate_events(), media_type="text/event-stream")


def show_agency(request: Request) -> Response:
    """How an agency stands, what is to be done about its return, and its versions."""
    asked = request.query_params
    with look_at(site_of(request)) as look:
        page = agency.make_page(look, request.path_params["code"], (asked.get("a", ""), asked.get("b", "")))
        return pages.show_page(
            request,
            "agency",
            look.campaign,
            tab="board",
            page=page,
            standing=page.standing,
            states=AGENCY_STATES,
            goes_back=downloads.find_return(look, page.standing) is not None,
            address=agency.locate_agency(page.standing.entry.agency.code),
            person=site_of(request).person,
            month_day=board.word_month_day,
        )


def send_original(request: Request) -> Response:
    """What an agency sent, byte for byte."""
    with look_at(site_of(request)) as look:
        return downloads.send_original(look, request.path_params["code"], request.path_params["number"])


def send_return(request: Request) -> Response:
    """The workbook that goes back to an agency."""
    with look_at(site_of(request)) as look:
        return downloads.send_return(look, agency.find_standing(look, request.path_params["code"]))


def use_version(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes which version of an agency counts, by the very command of the console."""
    site, code = site_of(request), request.path_params["code"]
    number, reason, person = (fields.get(name, "") for name in ("version", "reason", "person"))
    with look_at(site) as look:
        agency.find_standing(look, code)
    if not (number and reason and person):
        raise HTTPException(422, "要选一版，写明原因和姓名。")
    run_command(site, "use", [code, number], {"reason": reason, "by": person})
    site.person = person
    return RedirectResponse(agency.locate_agency(code), 303)


def collection_of(request: Request) -> Collection:
    """The collection of the site that a request came to."""
    collection: Collection = request.app.state.collection
    return collection


def close_page(request: Request, fields: Mapping[str, str]) -> Response:  # noqa: ARG001  it needs nothing but its token
    """Ends the office page; the answer is its last."""
    answer = pages.show_refusal(200, "可以关掉这个窗口了。再要用时，重新启动办公台。", request.state.nonce)
    answer.background = BackgroundTask(site_of(request).close)
    return answer


def show_static(request: Request) -> Response:
    """The style sheet or the script."""
    name = request.path_params["name"]
    if name not in STATIC_KINDS:
        raise HTTPException(404)
    return Response(read_static(name), media_type=STATIC_KINDS[name])
