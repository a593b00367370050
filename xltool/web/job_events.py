"""How a page hears, as server-sent events, that a job has come further or to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from xltool.web.job import Job
from xltool.web.site import ServedCampaign, served_of

_PULSE: Final = 0.3
"""Seconds between two looks at what a job has told."""


def tell_events(find: Callable[[ServedCampaign], Job]) -> Callable[[Request], Awaitable[Response]]:
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
