"""The addresses of the office page: those of the site, and under each campaign's own those of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp

from xltool.messages import XltoolError
from xltool.web import (
    agency,
    agency_decisions,
    board,
    campaigns,
    check_file,
    check_rules,
    compile_ledger,
    county,
    county_corrections,
    county_takings,
    county_texts,
    form_preview,
    hand_out,
    history,
    new_campaign,
    pages,
    reports,
    take_in,
    urge,
)
from xltool.web.changes import take_change
from xltool.web.guard import Guard
from xltool.web.password_guard import Gate, PasswordGuard
from xltool.web.site import CAMPAIGNS, Site, site_of
from xltool.web.static_files import STATIC, show_static

_CAMPAIGN_PAGES: Final = (
    *board.BOARD_ROUTES,
    *take_in.TAKE_IN_ROUTES,
    *agency.AGENCY_ROUTES,
    *county.COUNTY_ROUTES,
    *county_corrections.CORRECTION_ROUTES,
    *county_texts.TEXT_ROUTES,
    *county_takings.TAKING_ROUTES,
    *agency_decisions.DECISION_ROUTES,
    *hand_out.HAND_OUT_ROUTES,
    *urge.URGE_ROUTES,
    *reports.REPORTS_ROUTES,
    *history.RECORD_ROUTES,
)
"""What stands under the address of each campaign."""


def build_app(site: Site, port: int, gate: Gate | None = None) -> ASGIApp:
    """The whole office page, behind its guard; one that others can reach has a gate."""
    app = Starlette(
        routes=[
            Route("/", show_start, methods=["GET"]),
            *campaigns.LIST_ROUTES,
            *new_campaign.NEW_ROUTES,
            *check_file.CHECK_ROUTES,
            *check_rules.RULES_ROUTES,
            *form_preview.PREVIEW_ROUTES,
            *compile_ledger.COMPILE_ROUTES,
            Mount(CAMPAIGNS + "{campaign}", Router(_CAMPAIGN_PAGES, redirect_slashes=False)),
            Route("/close", take_change(close_page), methods=["POST"]),
            Route(STATIC + "{name}", show_static, methods=["GET"]),
        ],
        exception_handlers={
            HTTPException: pages.tell_http,
            XltoolError: pages.tell_fault,
            Exception: pages.tell_breakdown,
        },
    )
    app.router.redirect_slashes = False  # an address that is not ours is not made one
    app.state.site = site
    if gate is not None:
        return PasswordGuard(app, site, port, gate)
    return Guard(app, site.keys, port, pages.show_refusal)


def show_start(request: Request) -> Response:
    """The campaign that the office page was opened for, or the list of them."""
    home = site_of(request).home
    return RedirectResponse(campaigns.LIST_ADDRESS if home is None else f"{home.base}/", 303)


def close_page(request: Request, fields: Mapping[str, str]) -> Response:  # noqa: ARG001  it needs nothing but its token
    """Ends the office page; the answer is its last."""
    answer = pages.show_farewell(request.state.nonce)
    answer.background = BackgroundTask(site_of(request).close)
    return answer
