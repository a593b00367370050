"""Pages out of their templates, with what every page bears; refusals and faults as pages, without traces."""

from __future__ import annotations

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from xltool.campaign.folder import Campaign, load_campaign
from xltool.messages import XltoolError
from xltool.report.template import load_template
from xltool.web.day_words import word_day
from xltool.web.site import served_of, site_of
from xltool.web.static_files import locate_static

_ROOM = __package__
TABS: Final = (
    ("board", "/", "进度"),
    ("hand-out", "/hand-out", "下发"),
    ("take-in", "/take-in", "收件"),
    ("urge", "/urge", "催报"),
    ("sum", "/sum", "汇总"),
    ("reports", "/reports", "报告"),
    ("record", "/record", "记录"),
)
"""The pages of a campaign that stand above each: by what a page calls its own tab, the address, the word."""
SITE_PAGES: Final = (("campaigns", "/campaigns", "任务"), ("new", "/new", "新建任务"), ("check", "/check", "审核文件"))
"""The pages that are no campaign's, to which every page leads: as `TABS`."""
REFUSALS: dict[int, str] = {
    403: "没有办理",
    404: "没有这一页",
    405: "没有这种用法",
    408: "传得太慢，没有收完",
    409: "没有办成",
    413: "没有收下",
    415: "没有办理",
    422: "没有填全",
    429: "来得太多",
    503: "现在用不了",
}
"""The headings of refusals by status."""


def show_page(request: Request, name: str, campaign: Campaign, *, status: int = 200, **facts: Any) -> Response:
    """The page of a template, with the campaign's name and the tabs above.

    In a template an address that begins with `/` is one of the campaign's, and follows its `base`.
    """
    site, served = site_of(request), served_of(request)
    shared = {
        "campaign": campaign,
        "base": served.base,
        "tabs": TABS,
        "told": served.visits.told,
        "token": site.keys.token,
        "today": site.today(),
        "is_shared": site.is_shared,
    }
    return _render(name, request.state.nonce, status, **shared, **facts)


def show_site_page(request: Request, name: str, *, status: int = 200, **facts: Any) -> Response:
    """The page of a template that is no campaign's: of the office page as a whole."""
    site = site_of(request)
    shared = {
        "campaign": None,
        "base": "",
        "tabs": (),
        "token": site.keys.token,
        "today": site.today(),
        "told": (),
        "is_shared": site.is_shared,
    }
    return _render(name, request.state.nonce, status, **shared, **facts)


def show_login(status: int, reason: str, token: str, nonce: str) -> Response:
    """The page that asks for the password, and why it asks again."""
    shared = {"campaign": None, "base": "", "tabs": (), "told": (), "today": None}
    return _render("login", nonce, status, **shared, token=token, reason=reason, address="/login")


def show_refusal(status: int, reason: str, nonce: str) -> Response:
    """A page that says why something was not done."""
    return _show_alone(status, REFUSALS.get(status, "没有办成"), reason, nonce)


def show_farewell(nonce: str) -> Response:
    """The last page, behind which nobody answers any more."""
    return _show_alone(200, "办公台关了", "可以关掉这个窗口了。再要用时，重新启动办公台。", nonce)


def _show_alone(status: int, heading: str, reason: str, nonce: str) -> Response:
    shared = {"campaign": None, "base": "", "tabs": (), "told": (), "token": "", "today": None}
    return _render("message", nonce, status, **shared, heading=heading, reason=reason)


def tell_http(request: Request, error: Exception) -> Response:
    """A page that is not there, or a request that no page takes."""
    assert isinstance(error, HTTPException)
    reason = error.detail if any(sign >= "\u4e00" for sign in error.detail) else "办公台没有这个地址。"
    answer = _tell(request, error.status_code, reason)
    answer.headers.update(error.headers or {})
    return answer


def tell_fault(request: Request, error: Exception) -> Response:
    """What the campaign says of itself: that it cannot be read, or that something cannot be done now."""
    return _tell(request, 409, str(error))


def tell_breakdown(request: Request, error: Exception) -> Response:  # noqa: ARG001  its trace goes to standard error
    """A fault of the program: nothing of it is shown."""
    return _tell(request, 500, "程序出了错，这一步可能没有办成；任务里收下的和决定过的都在。请再试一次。")


def _tell(request: Request, status: int, reason: str) -> Response:
    """The refusal under the tabs of the campaign, where that can be read."""
    heading = REFUSALS.get(status, "没有办成")
    try:
        campaign = load_campaign(served_of(request).root)
    except (KeyError, HTTPException, XltoolError):  # an address of no campaign, or of one that cannot be read
        return show_site_page(request, "message", status=status, heading=heading, reason=reason)
    return show_page(request, "message", campaign, status=status, heading=heading, reason=reason)


def _render(name: str, nonce: str, status: int, **facts: Any) -> Response:
    shared = {"nonce": nonce, "word_day": word_day, "locate": locate_static, "site_pages": SITE_PAGES}
    page = load_template(_ROOM, name).render(**shared, **facts)
    return HTMLResponse(page, status)
