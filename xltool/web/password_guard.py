"""Who is let in to an office page that others can reach: whoever knows its password, for a while.

Beside that it asks what the guard of one's own computer asks: the host by one of our names, a change from one of our
own pages. Whoever came in and whoever did not is on the campaign's record, with time and address.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xltool.campaign.folder import load_campaign
from xltool.campaign.opening import open_store
from xltool.messages import XltoolError
from xltool.web import pages
from xltool.web.changes import read_change
from xltool.web.door_limits import Budget, Limiter
from xltool.web.headers import METHODS, READS, guard_answers, is_own_site
from xltool.web.origins import find_client, is_our_host
from xltool.web.password import is_password
from xltool.web.sessions import LONGEST_SECONDS, Sessions
from xltool.web.site import Site
from xltool.web.static_files import STATIC

LOGIN: Final = "/login"
LOGIN_EVENT: Final = "login"
OF_TRIES: Final = Budget(5, 30)
"""Passwords that an address may try."""
OF_ALL_TRIES: Final = Budget(60, 5)
"""Passwords that all together may try."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where an office page stands that others can reach: its address, the file of its password, whether it has TLS."""

    host: str
    password: Path
    is_secure: bool = False
    sessions: Sessions = field(default_factory=Sessions)
    of_tries: Limiter = field(default_factory=lambda: Limiter(OF_TRIES))
    of_all_tries: Limiter = field(default_factory=lambda: Limiter(OF_ALL_TRIES))


class PasswordGuard:
    """The ASGI application around all others."""

    def __init__(self, app: ASGIApp, site: Site, port: int, gate: Gate) -> None:
        self._app, self._site, self._port, self._gate = app, site, port, gate
        self._token = secrets.token_urlsafe(32)  # of the one form that is shown to whoever comes
        self.cookie = f"xltool-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, asks for the password, or refuses."""
        if scope["type"] != "http":
            return
        nonce, send_guarded = guard_answers(scope, send)
        answer = await self._answer(Request(scope, receive), nonce)
        await (self._app if answer is None else answer)(scope, receive, send_guarded)

    async def _answer(self, request: Request, nonce: str) -> Response | None:  # noqa: PLR0911  each has its sentence
        """What is answered without asking any page; None for a request that is let in."""
        scope, headers, method, path = (
            request.scope,
            Headers(scope=request.scope),
            request.method,
            request.scope["path"],
        )
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not is_our_host(hosts[0].lower(), self._gate.host, self._port):
            return pages.show_refusal(403, "这个地址不是办公台的：请用启动时给出的地址打开。", nonce)
        if method not in METHODS:
            refused = pages.show_refusal(405, "办公台没有这种用法。", nonce)
            refused.headers["Allow"] = ", ".join(sorted(METHODS))
            return refused
        if path.startswith(STATIC) and method in READS:
            return None
        origins = (f"{scheme}://{hosts[0]}" for scheme in ("http", "https"))
        if method not in READS and not any(is_own_site(headers, origin) for origin in origins):
            return pages.show_refusal(403, "这一步不是从办公台的页面发出的，没有办理。", nonce)
        session = HTTPConnection(scope).cookies.get(self.cookie, "")
        if self._gate.sessions.use(session):
            scope["state"]["token"] = self._site.keys.token
            return await self._leave(request, session, nonce) if (method, path) == ("POST", "/close") else None
        scope["state"]["token"] = self._token
        if (method, path) == ("POST", LOGIN):
            return await self._enter(request, nonce)
        if method not in READS:
            return pages.show_refusal(403, "要先登录，或者登录已经过期：请回到页面上登录，再办一次。", nonce)
        return pages.show_login(401, "", self._token, nonce)

    async def _enter(self, request: Request, nonce: str) -> Response:
        """The cookie of a new session for the password."""
        address = find_client(request.scope)
        seconds = self._gate.of_tries.spend(address) or self._gate.of_all_tries.spend("")
        if seconds:
            refused = pages.show_login(429, f"试得太多了，请过{seconds}秒再试。", self._token, nonce)
            refused.headers["Retry-After"] = str(seconds)
            return refused
        try:
            fields = await read_change(request)
            right = await run_in_threadpool(is_password, self._gate.password, fields.get("password", ""))
        except HTTPException as error:
            return pages.show_login(error.status_code, error.detail, self._token, nonce)
        except XltoolError as error:
            return pages.show_refusal(503, str(error), nonce)
        await run_in_threadpool(self._note, f"{'登录' if right else '密码不对，没有登录'}，来自 {address}")
        if not right:
            return pages.show_login(403, "密码不对。", self._token, nonce)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            self.cookie,
            self._gate.sessions.open(),
            max_age=LONGEST_SECONDS,
            path="/",
            secure=self._gate.is_secure,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def _leave(self, request: Request, session: str, nonce: str) -> Response:
        """Ends a session; the page itself goes on for the others."""
        try:
            await read_change(request)
        except HTTPException as error:
            return pages.show_refusal(error.status_code, error.detail, nonce)
        self._gate.sessions.close(session)
        await run_in_threadpool(self._note, f"退出登录，来自 {find_client(request.scope)}")
        return pages.show_login(200, "已退出登录。", self._token, nonce)

    def _note(self, what: str) -> None:
        """Puts on the record of the campaign that the page was opened for who came; a page of none has no record."""
        if self._site.home is None:
            return
        with suppress(XltoolError):  # a campaign that cannot be opened now is told on its pages
            store = open_store(load_campaign(self._site.home.root))
            try:
                store.note(datetime.now().isoformat(timespec="seconds"), "办公台", LOGIN_EVENT, what)
            finally:
                store.close()
