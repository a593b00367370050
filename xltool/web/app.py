"""The addresses of the office page, and what each shows or does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from xltool.campaign.next_step import choose_next_step
from xltool.campaign.standing import AGENCY_STATES, count_states
from xltool.messages import XltoolError
from xltool.web import board, pages
from xltool.web.changes import read_change
from xltool.web.guard import Guard
from xltool.web.site import Site, look_at, site_of
from xltool.web.static_files import STATIC, STATIC_KINDS, read_static
from xltool.web.steps import word_ways

ChangeHandler = Callable[[Request, Mapping[str, str]], Response]


def build_app(site: Site, port: int) -> ASGIApp:
    """The whole office page, behind its guard."""
    app = Starlette(
        routes=[
            Route("/", show_board, methods=["GET"]),
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
        )


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
