"""Who is let in to the office page: before any page is asked, and whatever the page.

A request must name this computer as its host (a site elsewhere may have a name that leads here), bear the cookie that
the key was exchanged for, and, where it changes something, come from one of our own pages. Every answer bears the
headers that keep a browser from running, keeping or framing what it should not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xltool.web.headers import METHODS, READS, guard_answers, is_own_site
from xltool.web.keys import Keys, is_same_secret
from xltool.web.origins import HOSTS
from xltool.web.static_files import STATIC

_MOST_FIELDS: Final = 100

Refuse = Callable[[int, str, str], Response]
"""Makes the page of a refusal: of its status, the reason in a sentence, and the nonce for its style."""


class Guard:
    """The ASGI application around all others."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int, refuse: Refuse) -> None:
        self._app, self._keys, self._refuse = app, keys, refuse
        self._hosts = frozenset(f"{name}:{port}" for name in HOSTS)
        self.cookie = f"xltool-{port}"  # cookies know no ports, and two office pages may be open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, exchanges the key, or refuses."""
        if scope["type"] != "http":
            return
        nonce, send_guarded = guard_answers(scope, send)
        scope["state"]["token"] = self._keys.token
        answer = self._answer(scope, nonce)
        await (self._app if answer is None else answer)(scope, receive, send_guarded)

    def _answer(self, scope: Scope, nonce: str) -> Response | None:  # noqa: PLR0911  each refusal has its sentence
        """What is answered without asking any page; None for a request that is let in."""
        headers, method = Headers(scope=scope), scope["method"]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return self._refuse(403, "这个地址不是办公台的：请用启动时给出的地址，在本机打开。", nonce)
        if method not in METHODS:
            refused = self._refuse(405, "办公台没有这种用法。", nonce)
            refused.headers["Allow"] = ", ".join(sorted(METHODS))
            return refused
        if scope["path"].startswith(STATIC) and method in READS:
            return None
        given = _read_key(scope)
        if given and method in READS:
            return self._exchange(given, nonce)
        session = HTTPConnection(scope).cookies.get(self.cookie, "")
        if not is_same_secret(session, self._keys.session):
            return self._refuse(403, "请用启动办公台时给出的那个地址打开；办公台重新启动过的，以新的地址为准。", nonce)
        if method not in READS and not is_own_site(headers, f"http://{hosts[0]}"):
            return self._refuse(403, "这一步不是从办公台的页面发出的，没有办理。", nonce)
        return None

    def _exchange(self, given: Sequence[str], nonce: str) -> Response:
        """The key for the cookie; the address without the key."""
        if not all(is_same_secret(each, self._keys.key) for each in given):
            return self._refuse(403, "地址里的钥匙不对：请用这一次启动办公台时给出的地址。", nonce)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.cookie, self._keys.session, path="/", httponly=True, samesite="strict")
        return answer


def _read_key(scope: Scope) -> Sequence[str]:
    query = scope["query_string"].decode("ascii", "replace")
    try:
        return parse_qs(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS).get("key", [])
    except ValueError:  # more fields than any page of ours asks for
        return []
