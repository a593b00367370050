"""What a form says that changes something: read within limits, and only with the token that our own forms bear."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date
from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xltool.days import DAY_EXAMPLE, parse_day
from xltool.report.text import clean_line, clean_lines
from xltool.web.bodies import read_parts
from xltool.web.keys import is_same_secret

TOKEN: Final = "token"
"""The hidden field of every form."""
LARGEST_FORM: Final = 512 * 1024
"""Bytes of a form without files."""
_MOST_FIELDS: Final = 3_000
"""Also of a form with a box for each agency."""
_KIND: Final = "application/x-www-form-urlencoded"
ChangeHandler = Callable[[Request, Mapping[str, str]], Response]


def take_change(change: ChangeHandler, *, texts: Collection[str] = ()) -> Callable[[Request], Awaitable[Response]]:
    """A page's handler of a change, which sees only forms that are ours; it may wait without holding up others.

    The fields `texts` keep their lines.
    """

    async def take(request: Request) -> Response:
        return await run_in_threadpool(change, request, await read_change(request, texts))

    return take


async def read_change(request: Request, texts: Collection[str] = ()) -> Mapping[str, str]:
    """The fields of a form, each as one line but for `texts`.

    `HTTPException` when it is too long, of another kind, or not ours.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(415, "这里只收表单发来的。")
    body = bytearray()
    async for part in read_parts(request, LARGEST_FORM, "写的太长，没有办理。"):
        body += part
    try:
        fields = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise HTTPException(422, "表单读不出来，没有办理。") from error
    check_token(request, fields.pop(TOKEN, ""))
    return {name: clean_lines(value) if name in texts else clean_line(value).strip() for name, value in fields.items()}


def read_day(given: str, also: str = "") -> date | None:
    """The day that a field says, None for an empty one; `HTTPException` for what is no day, with `also` behind it."""
    day = parse_day(given) if given else None
    if given and day is None:
        raise HTTPException(422, f"“{given}”不是日期；写成 {DAY_EXAMPLE} 的样子。{also}")
    return day


def check_token(request: Request, given: str) -> None:
    """Raises `HTTPException` when a form does not bear the token that the guard knows for whoever asks."""
    if not is_same_secret(given, request.state.token):
        raise HTTPException(403, "这一步不是从这里的页面发出的，或者页面已经过时：请回到页面上再办一次。")
