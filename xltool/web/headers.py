"""What every answer bears that keeps a browser from running, keeping or framing what it should not."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Scope, Send

from xltool.web.static_files import STATIC

READS: Final = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""
METHODS: Final = READS | {"POST"}
_OWN_SITES: Final = frozenset({"", "same-origin", "none"})
"""What a browser says of where a request comes from, when it is one of our pages or the address line; others say
nothing."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_INSIDE: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
"""The policy of a document that one of our pages shows in a frame: it runs nothing, asks for nothing, leads nowhere."""
SHOWN_INSIDE: Final = "shown_inside"
"""What of a request's state says that its answer is a document for a frame in a page of ours."""
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # not `no-referrer`, with which browsers send the origin of a form as null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard_answers(scope: Scope, send: Send) -> tuple[str, Send]:
    """A nonce for the styles of one request's page, and what sends its answer with all headers."""
    nonce = secrets.token_urlsafe(16)
    scope.setdefault("state", {})["nonce"] = nonce

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if scope["path"].startswith(STATIC):  # also for the last page, behind which nobody answers any more
                headers["Cache-Control"] = "private, max-age=86400"
            headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
            if scope["state"].get(SHOWN_INSIDE):
                headers["X-Frame-Options"], headers["Content-Security-Policy"] = "SAMEORIGIN", _INSIDE
        await send(message)

    return nonce, send_guarded


def is_own_site(headers: Headers, origin: str) -> bool:
    """Whether a change comes from a page of ours, as far as the browser says; the form's token is asked besides."""
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site") or [""]
    return all(each == origin for each in origins) and all(site in _OWN_SITES for site in sites)
