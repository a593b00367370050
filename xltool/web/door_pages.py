"""The door's pages out of their templates; refusals and faults as pages, without traces."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from xltool.report.template import load_template
from xltool.web.pages import REFUSALS
from xltool.web.static_files import locate_static


def show_door_page(request: Request, **facts: Any) -> Response:
    """The page of an agency; in its template an address that begins with `/` follows `link`."""
    return _render(request.scope, "door", 200, **facts)


def show_door_refusal(scope: Scope, status: int, reason: str) -> Response:
    """A page that says why something was not done, with the way back where the link was right."""
    return _render(scope, "door_message", status, heading=REFUSALS.get(status, "没有办成"), reason=reason)


def tell_door_http(request: Request, error: Exception) -> Response:
    """A page that is not there, or a request that no page takes."""
    assert isinstance(error, HTTPException)
    reason = error.detail if any(sign >= "\u4e00" for sign in error.detail) else "报送入口没有这个地址。"
    answer = show_door_refusal(request.scope, error.status_code, reason)
    answer.headers.update(error.headers or {})
    return answer


def tell_door_fault(request: Request, error: Exception) -> Response:
    """What cannot be done now, or what of the campaign cannot be read."""
    return show_door_refusal(request.scope, 409, str(error))


def tell_door_breakdown(request: Request, error: Exception) -> Response:  # noqa: ARG001  its trace goes to standard error
    """A fault of the program: nothing of it is shown."""
    return show_door_refusal(request.scope, 500, "程序出了错，这一步可能没有办成；报送过的都在。请再试一次。")


def _render(scope: Scope, name: str, status: int, **facts: Any) -> Response:
    state = scope["state"]
    prefix = state["prefix"]
    shared = {
        "nonce": state["nonce"],
        "token": state.get("token", ""),
        "link": f"{prefix}{state['link']}" if "link" in state else "",
        "locate": lambda static: prefix + locate_static(static),
        "told": (),
    }
    return HTMLResponse(load_template(__package__, name).render(**shared, **facts), status)
