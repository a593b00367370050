"""Who is let in to the agencies' door: before any page is asked, and whatever the page.

A request must name the door as its host, not come too often, and bear the link of one agency in its path; a change must
come from one of our own pages. Nothing is listed: what is no link, an old one and one of nobody are answered alike.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xltool.campaign.links import LINK_ROOM, Links
from xltool.messages import XltoolError
from xltool.web.door_limits import Budget, Limiter
from xltool.web.door_site import Door, tell_now
from xltool.web.headers import METHODS, READS, guard_answers, is_own_site
from xltool.web.keys import is_same_secret
from xltool.web.origins import find_client, is_our_host
from xltool.web.static_files import STATIC

OF_ADDRESS: Final = Budget(2_000, 0.05)
"""What an address may ask for: an office behind one address has hundreds of agencies."""
OF_LINK: Final = Budget(120, 0.5)
"""What may be asked for by one link."""
OF_WRONG: Final = Budget(20, 30)
"""Links that are none, of one address; beyond it is not even told that they are none."""
OF_TRIALS: Final = Budget(30, 6)
"""Workbooks that are handed over by one link."""
_PATH: Final = re.compile(rf"{LINK_ROOM}([0-9A-Za-z._-]{{1,60}})/([0-9a-f]{{32}})(/.*)?", re.ASCII)
LINK_PAGES: Final = "/link"
"""Where the pages of an agency stand for the routes, once its link was found right."""
_NO_LINK: Final = "这个网址不对，或者已经作废：请用最近一次发给贵单位的网址打开，一个字也不要少。"
_TOO_OFTEN: Final = "来得太快、太多了，请过{}秒再来。"


RefuseAtDoor = Callable[[Scope, int, str], Response]
"""Makes the page of a refusal: of the request, its status, the reason in a sentence."""


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """The budgets of one running door."""

    of_address: Limiter = field(default_factory=lambda: Limiter(OF_ADDRESS))
    of_link: Limiter = field(default_factory=lambda: Limiter(OF_LINK))
    of_wrong: Limiter = field(default_factory=lambda: Limiter(OF_WRONG))
    of_trials: Limiter = field(default_factory=lambda: Limiter(OF_TRIALS))


class DoorGuard:
    """The ASGI application around all others."""

    def __init__(
        self, app: ASGIApp, door: Door, address: tuple[str, int], refuse: RefuseAtDoor, limits: DoorLimits
    ) -> None:
        self._app, self._door, self._refuse, self._limits = app, door, refuse, limits
        self._host, self._port = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through to the page of its agency, or refuses."""
        if scope["type"] != "http":
            return
        _, send_guarded = guard_answers(scope, send)
        state = scope["state"]
        state["address"] = find_client(scope)
        state["prefix"] = ""
        answer = await self._answer(scope)
        if answer is not None:
            _tell_refusal(scope, answer)
        await (self._app if answer is None else answer)(scope, receive, send_guarded)

    async def _answer(self, scope: Scope) -> Response | None:
        """What is answered without asking any page; None for a request that is let in."""
        headers, method, address = Headers(scope=scope), scope["method"], scope["state"]["address"]
        seconds = self._limits.of_address.spend(address)
        if seconds:
            return self._refuse_often(scope, seconds)
        try:
            links = await run_in_threadpool(self._door.find_links)
        except XltoolError as error:
            print(f"报送入口：{error}", file=sys.stderr)
            return self._refuse(scope, 503, "报送入口现在用不了，请过一会儿再来，或与发来链接的机关联系。")
        prefix = urlsplit(links.base).path
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not is_our_host(hosts[0].lower(), self._host, self._port, links.base):
            return self._refuse(scope, 403, "这个地址不是报送入口的：请用发给贵单位的网址打开。")
        if method not in METHODS:
            refused = self._refuse(scope, 405, "报送入口没有这种用法。")
            refused.headers["Allow"] = ", ".join(sorted(METHODS))
            return refused
        path = scope["path"]
        if prefix and path.startswith(f"{prefix}/"):  # whoever stands in front may leave it or take it away
            path = path.removeprefix(prefix)
        scope["path"], scope["raw_path"], scope["state"]["prefix"] = path, path.encode(), prefix
        if path.startswith(STATIC) and method in READS:
            return None
        return self._check_link(scope, links) or self._check_change(scope, headers, hosts[0])

    def _check_link(self, scope: Scope, links: Links) -> Response | None:
        """Lets in whoever has the link of an agency; all others are answered alike, and ever more slowly."""
        match, state = _PATH.fullmatch(scope["path"]), scope["state"]
        if match is None:
            return self._refuse(scope, 404, _NO_LINK)
        code = match[1]
        if not is_same_secret(match[2], links.make_secret(code)):
            seconds = self._limits.of_wrong.spend(state["address"])
            return self._refuse_often(scope, seconds) if seconds else self._refuse(scope, 404, _NO_LINK)
        seconds = self._limits.of_link.spend(code)
        if not seconds and scope["method"] not in READS:
            seconds = self._limits.of_trials.spend(code)
        if seconds:
            return self._refuse_often(scope, seconds)
        state["code"], state["token"], state["link"] = code, links.make_form_token(code), links.locate(code)
        scope["path"] = f"{LINK_PAGES}{match[3] or '/'}"
        scope["raw_path"] = scope["path"].encode()
        return None

    def _check_change(self, scope: Scope, headers: Headers, host: str) -> Response | None:
        """Refuses a change that comes from a page of another site."""
        origins = (f"{scheme}://{host}" for scheme in ("http", "https"))  # whoever stands in front speaks TLS for us
        if scope["method"] in READS or any(is_own_site(headers, origin) for origin in origins):
            return None
        return self._refuse(scope, 403, "这一步不是从报送入口的页面发出的，没有办理。")

    def _refuse_often(self, scope: Scope, seconds: int) -> Response:
        refused = self._refuse(scope, 429, _TOO_OFTEN.format(seconds))
        refused.headers["Retry-After"] = str(seconds)
        return refused


def _tell_refusal(scope: Scope, answer: Response) -> None:
    """A line for whoever keeps the server; the record of the campaign has what was done, not what was refused."""
    at = tell_now()
    print(f"{at} {scope['state']['address']} {answer.status_code} {scope['method']}", file=sys.stderr, flush=True)
