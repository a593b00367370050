"""How a page follows a job and ends it: it hears, as server-sent events, that this has come further or to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from xltool.web.changes import take_change
from xltool.web.job import Job
from xltool.web.site import ServedCampaign, served_of, site_of

_PULSE: Final = 0.3
"""Seconds between two looks at what a job has told."""


def list_job_routes(page: str, find: Callable[[ServedCampaign], Job]) -> tuple[Route, ...]:
    """The addresses below a page's own that its template `job_state` calls: what tells of the job, and what ends it."""
    return list_routes_of_job(
        page, lambda request: find(served_of(request)), lambda request: served_of(request).base + page
    )


def list_routes_of_job(
    page: str, find: Callable[[Request], Job], locate: Callable[[Request], str]
) -> tuple[Route, ...]:
    """The same of any page: whose job it is, and where the page stands, is found out of the request."""

    def stop(request: Request, fields: Mapping[str, str]) -> Response:  # noqa: ARG001  it needs but its token
        find(request).stop()
        return RedirectResponse(locate(request), 303)

    return (
        Route(f"{page}/stop", take_change(stop), methods=["POST"]),
        Route(f"{page}/events", _tell_events(find), methods=["GET"]),
    )


def _tell_events(find: Callable[[Request], Job]) -> Callable[[Request], Awaitable[Response]]:
    """The handler that tells of a job."""

    async def tell(request: Request) -> Response:
        site, job = site_of(request), find(request)

        async def iterate_events() -> AsyncIterator[str]:
            seen = -1
            while job.is_running and not site.is_closing:
                if job.changes != seen:
                    seen = job.changes
                    yield f"event: changed\ndata: {seen}\n\n"
                await asyncio.sleep(_PULSE)
            yield "event: ended\ndata: 0\n\n"

        return StreamingResponse(iterate_events(), media_type="text/event-stream")

    return tell
