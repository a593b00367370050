"""The body of a request as it comes: no more than is allowed, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from xltool.digits import parse_whole

SLOWEST_SECONDS: Final = 60
"""How long nothing may come."""
_SLOWEST_RATE: Final = 1_000
"""Bytes a second that a body must have come with, once it has taken longer than a body of no size may."""


async def read_parts(request: Request, largest: int, too_large: str) -> AsyncIterator[bytes]:
    """The body in pieces.

    Raises `HTTPException`: 413 with the sentence `too_large` before anything is read where the request says so itself,
    and as soon as it is so where not; 408 when nothing comes, or so little that it would never end.
    """
    told = parse_whole(request.headers.get("content-length", ""), 20)
    if told is not None and told > largest:
        raise HTTPException(413, too_large)
    stream, loop = request.stream(), asyncio.get_running_loop()
    total, began = 0, loop.time()
    while True:
        left = SLOWEST_SECONDS + total / _SLOWEST_RATE - (loop.time() - began)
        try:
            part = await asyncio.wait_for(anext(stream), max(0, min(left, SLOWEST_SECONDS)))
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise HTTPException(408, "传得太慢，断开了：前面传完的已经存好，其余的请再传一次。") from error
        total += len(part)
        if total > largest:
            raise HTTPException(413, too_large)
        yield part
