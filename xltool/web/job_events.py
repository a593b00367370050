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
from xltool.web.site import ServedCampaign, served_of

_PULSE: Final = 0.3
"""Seconds between two looks at what a job has told."""


def list_job_routes(page: str, find: Callable[[ServedCampaign], Job]) -> tuple[Route, ...]:
    """The addresses below a page's own that its template `job_state` calls: what tells of the job, and what ends it."""

    def stop(request: Request, fields: Mapping[str, str]) -> Response:  # noqa: ARG001  it needs but its token
        served = served_of(request)
        find(served).stop()
        return RedirectResponse(served.base + page, 303)

    return (
        Route(f"{page}/stop", take_change(stop), methods=["POST"]),
        Route(f"{page}/events", _tell_events(find), methods=["GET"]),
    )


def _tell_events(find: Callable[[ServedCampaign], Job]) -> Callable[[Request], Awaitable[Response]]:
    """The handler that tells of a campaign's job."""

    async def tell(request: Request) -> Response:
        served = served_of(request)
        job = find(served)

        async def iterate_events() -> AsyncIterator[str]:
            seen = -1
            while job.is_running and not served.site.is_closing:
                if job.changes != seen:
                    seen = job.changes
                    yield f"event: changed\ndata: {seen}\n\n"
                await asyncio.sleep(_PULSE)
            yield "event: ended\ndata: 0\n\n"

        return StreamingResponse(iterate_events(), media_type="text/event-stream")

    return tell
