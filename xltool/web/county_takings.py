"""A document of the county's that somebody has changed: what would be taken into the sum, shown first, then taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import files
from xltool.campaign.documents import strip_mark
from xltool.campaign.taking import find_takeable, read_edits
from xltool.messages import XltoolError
from xltool.web.calling import run_command
from xltool.web.changes import take_change
from xltool.web.county import show_part
from xltool.web.county_files import find_edited
from xltool.web.keys import is_same_secret
from xltool.web.site import OpenFolder, look_at, served_of
from xltool.web.sum_view import CORRECTIONS, COUNTY_TEXTS, TAKINGS, SumView, find_sum

_TAKEN: Final = frozenset({0, 3})
"""Exit codes of a taking that has taken what it could."""


def show_taking(request: Request) -> Response:
    """What a changed document would bring into the sum."""
    with look_at(served_of(request)) as look:
        view = find_sum(look)
        path = _find_path(look, request.path_params["kind"])
        return _show(request, look, view, path)


def _show(
    request: Request, look: OpenFolder, view: SumView, path: Path, *, moved: bool = False, status: int = 200
) -> Response:
    edits, fault = None, ""
    seen = files.hash_file(path) or ""
    try:
        if view.last_year.is_reading:
            raise XltoolError(f"{view.last_year.called}的数还在读，读完才能比：过一会儿刷新这一页。")
        edits = read_edits(
            look.campaign, look.roster, look.store, path, view.standings, last_year=view.last_year.submissions
        )
    except XltoolError as error:
        fault = str(error).replace(str(path), path.name)
    return show_part(
        request,
        look,
        view,
        "county_taking",
        status,
        document=path.name,
        edits=edits,
        fault=fault,
        seen=seen,
        moved=moved,
        address=f"{TAKINGS}/{request.path_params['kind']}",
    )


def take_edits(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes what was shown, by the very command of the console; what was changed since is shown first."""
    served = served_of(request)
    with look_at(served) as look:
        view = find_sum(look)
        path = _find_path(look, request.path_params["kind"])
        if not is_same_secret(fields.get("seen", ""), files.hash_file(path) or ""):
            return _show(request, look, view, path, moved=True, status=409)
        waits = len(view.waiting)
    run_command(served.caller, "consolidate", [], {"take": str(path)}, worked=_TAKEN)
    with look_at(served) as look:
        has_more = len(find_sum(look).waiting) > waits
    return RedirectResponse(served.base + (CORRECTIONS if has_more else COUNTY_TEXTS), 303)


def _find_path(look: OpenFolder, kind: str) -> Path:
    """The changed document that an address calls so; `HTTPException` where there is none."""
    path = find_edited(look, kind)
    takeable = find_takeable(look.campaign, look.roster)
    if path is None or strip_mark(path.relative_to(look.campaign.root).as_posix()) not in takeable:
        raise HTTPException(404, "这一份没有人改过，没有要收的。")
    return path


TAKING_ROUTES: Final = (
    Route(f"{TAKINGS}/{{kind}}", show_taking, methods=["GET"]),
    Route(f"{TAKINGS}/{{kind}}", take_change(take_edits), methods=["POST"]),
)
