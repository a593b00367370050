"""The county's page: where its sum stands and what stops it, run; its documents, its report as it prints, signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.county import print_county, tell_opinions
from xltool.messages import XltoolError
from xltool.web import pages
from xltool.web.addresses import locate_agency
from xltool.web.calling import run_command
from xltool.web.changes import take_change
from xltool.web.county_files import list_county_files, list_edited, send_county_file
from xltool.web.day_words import word_month_day
from xltool.web.downloads import show_inside
from xltool.web.opinion_words import ShownOpinion, word_found
from xltool.web.site import OpenFolder, look_at, served_of
from xltool.web.sum_view import (
    CORRECTIONS,
    COUNTY_TEXTS,
    OUTPUTS,
    PAGE,
    SumView,
    find_sum,
    list_sum_ways,
    word_lacks,
    word_rest,
    word_sum,
)

_SUMMED: Final = frozenset({0, 3, 4})
"""Exit codes of a consolidation that has written its sum, whatever is found in that."""


def show_part(
    request: Request, look: OpenFolder, view: SumView, part: str, status: int = 200, **facts: Any
) -> Response:
    """A part of the county's page below what all of them show."""
    return pages.show_page(
        request,
        part,
        look.campaign,
        status=status,
        tab="sum",
        view=view,
        headline=word_sum(view),
        rest=word_rest(view),
        ways=list_sum_ways(view),
        page=PAGE,
        part=part,
        parts=_PARTS,
        person=look.served.site.person,
        month_day=word_month_day,
        **facts,
    )


_PARTS: Final = (
    ("county", PAGE, "汇总表"),
    ("county_corrections", CORRECTIONS, "更正"),
    ("county_texts", COUNTY_TEXTS, "本级文字"),
    ("county_outputs", OUTPUTS, "成文和签发"),
)
"""The parts of the county's page: what each is called, its address, its word."""


def show_sum(request: Request) -> Response:
    """Where the sum stands, and what it is made of."""
    with look_at(served_of(request)) as look:
        return _show_sum(request, look, find_sum(look))


def _show_sum(request: Request, look: OpenFolder, view: SumView, refused: str = "", status: int = 200) -> Response:
    edited = list_edited(list_county_files(look, view))
    return show_part(
        request,
        look,
        view,
        "county",
        status,
        edited=edited,
        refused=refused,
        opinions=_list_opinions(look, view),
        on_roster=look.roster.agencies.keys(),
        locate_agency=locate_agency,
    )


def _list_opinions(look: OpenFolder, view: SumView) -> list[ShownOpinion]:
    """What is found in the sum, in the words of the console."""
    if view.judged is None:
        return []
    told = tell_opinions(look.campaign.spec, view.judged)
    return [word_found(opinion.severity, said) for opinion, said in told if opinion.severity != "info"]


def run_sum(request: Request, fields: Mapping[str, str]) -> Response:
    """Sums, by the very command of the console; what cannot be is told on the page, and nothing is written."""
    served = served_of(request)
    chosen = {name: "" for name in ("allow-missing", "replace") if fields.get(name)}
    with look_at(served) as look:
        view = find_sum(look)
        why = _find_hindrance(view, "allow-missing" in chosen)
        if why:
            return _show_sum(request, look, view, why, 409)
    run_command(served.caller, "consolidate", [], chosen, worked=_SUMMED)
    return RedirectResponse(served.base + PAGE, 303)


def _find_hindrance(view: SumView, allows_missing: bool) -> str:
    """Why nothing can be summed now; empty where it can."""
    if view.strays:
        return "没有汇总：名录与报送对不上的单位还没有说明去向。"
    if not view.given.taken:
        return "没有汇总：还没有一家通过。"
    if view.faults:
        return "没有汇总：先改正写错的地方。"
    if view.given.absent and not allows_missing:
        return f"没有汇总：还差{len(view.given.absent)}家。只汇总其余的，请勾上“先汇总其余{len(view.given.taken)}家”。"
    return ""


def show_outputs(request: Request) -> Response:
    """The documents of the sum, its report as it would print, and the signature."""
    with look_at(served_of(request)) as look:
        view = find_sum(look)
        return show_part(
            request,
            look,
            view,
            "county_outputs",
            files=list_county_files(look, view),
            lacks="" if view.judged is None else word_lacks(view.judged),
        )


def send_file(request: Request) -> Response:
    """A document of the sum."""
    with look_at(served_of(request)) as look:
        return send_county_file(look, find_sum(look), request.path_params["kind"])


def show_report(request: Request) -> Response:
    """The report as the sum would print now, for a frame of the page."""
    with look_at(served_of(request)) as look:
        view = find_sum(look)
        if view.judged is None:
            raise HTTPException(404, "还没有可以汇总的数。")
        return show_inside(request, print_county(look.campaign.spec, view.judged, "html"))


def excuse_stray(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that an agency which the roster has no more need not report, by the very command of the console."""
    served = served_of(request)
    reason, person, into = (fields.get(name, "") for name in ("reason", "person", "into"))
    if not (reason and person):
        raise HTTPException(422, "要写明原因和姓名。")
    options = {"reason": reason, "by": person, **({"into": into} if into else {})}
    run_command(served.caller, "absent", [request.path_params["code"]], options)
    served.site.person = person
    return RedirectResponse(served.base + PAGE, 303)


def sign_report(request: Request, fields: Mapping[str, str]) -> Response:
    """Signs what was summed last, or takes the signature back, by the very command of the console."""
    served = served_of(request)
    person, reason = fields.get("person", ""), fields.get("reason", "")
    if not person:
        raise HTTPException(422, "要写明由谁签发。")
    options = {"by": person, **({"reason": reason} if reason else {})}
    if fields.get("withdraw"):
        options["withdraw"] = ""
    else:
        with look_at(served) as look:
            if not find_sum(look).current:
                raise XltoolError("汇总以后又有变动，没有签发：先再汇总一次，核对后签发。")
    run_command(served.caller, "sign", [], options)
    served.site.person = person
    return RedirectResponse(f"{served.base}{OUTPUTS}", 303)


COUNTY_ROUTES: Final = (
    Route(PAGE, show_sum, methods=["GET"]),
    Route(f"{PAGE}/run", take_change(run_sum), methods=["POST"]),
    Route(f"{PAGE}/stray/{{code}}", take_change(excuse_stray), methods=["POST"]),
    Route(OUTPUTS, show_outputs, methods=["GET"]),
    Route(f"{PAGE}/file/{{kind}}", send_file, methods=["GET"]),
    Route(f"{PAGE}/report", show_report, methods=["GET"]),
    Route(f"{PAGE}/sign", take_change(sign_report), methods=["POST"]),
)
