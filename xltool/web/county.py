"""The county's page: where its sum stands and what stops it, run; its documents, its report as it prints, signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.county import print_county, tell_opinions
from xltool.campaign.discrepancies import VERDICTS, Discrepancy, find_discrepancies, note_part
from xltool.codes import GRADES
from xltool.forms.checks import name_subject
from xltool.messages import XltoolError, format_scaled
from xltool.model import CellKey, Consolidation, FormSpec, RowList, figure_of
from xltool.rules.prior_year import align_prior
from xltool.web import pages
from xltool.web.addresses import locate_agency
from xltool.web.cell_parts import find_parts
from xltool.web.changes import take_change
from xltool.web.county_files import list_county_files, list_edited, send_county_file
from xltool.web.day_words import word_month_day
from xltool.web.deciding import carry_out
from xltool.web.downloads import show_inside
from xltool.web.job_events import list_job_routes
from xltool.web.marked_table import MarkedTable, mark_list, mark_table
from xltool.web.opinion_words import ShownOpinion, word_found
from xltool.web.site import OpenFolder, look_at, served_of
from xltool.web.sum_view import (
    CAREFUL,
    CORRECTIONS,
    COUNTY_TEXTS,
    DISCREPANCIES,
    DOUBLE,
    OUTPUTS,
    PAGE,
    SumView,
    find_sum,
    list_sum_ways,
    word_lacks,
    word_rest,
    word_sum,
)

_MOST_LISTED: Final = 500
"""So many lines of what does not balance, or of a list, a page holds; the workbook has all."""
_SHOWN_REMARKS: Final = frozenset({"county.alike", DOUBLE})
"""The codes of remarks that are shown: the others only tell that something was done."""
_SHOWN_APART: Final = frozenset({CAREFUL, "county.absent"})
"""The codes of what other parts of the page show."""


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
        job=view.job if part in _FOLLOWING else None,
        rest=word_rest(view),
        ways=list_sum_ways(view),
        page=PAGE,
        part=part,
        parts=[each for each in _PARTS if look.campaign.spec.texts or each[1] != COUNTY_TEXTS],
        person=look.served.site.person,
        month_day=word_month_day,
        **facts,
    )


_PARTS: Final = (
    ("county", PAGE, "汇总表"),
    ("county_corrections", CORRECTIONS, "更正"),
    ("county_texts", COUNTY_TEXTS, "本级文字"),
    ("county_discrepancies", DISCREPANCIES, "不平"),
    ("county_outputs", OUTPUTS, "成文和签发"),
)
"""The parts of the county's page: what each is called, its address, its word."""


_FOLLOWING: Final = frozenset({"county", "county_outputs"})
"""The parts that are loaded anew as the summing goes on: nobody is writing there."""


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A table that can be chosen: its name, its address, whether it is the one shown."""

    name: str
    address: str
    current: bool


def show_sum(request: Request) -> Response:
    """Where the sum stands, its tables, and what one figure is made of: of `table`, or of the cell `cell`."""
    asked = request.query_params
    with look_at(served_of(request)) as look:
        return _show_sum(request, look, find_sum(look), asked.get("table", ""), asked.get("cell", ""))


def _show_sum(
    request: Request,
    look: OpenFolder,
    view: SumView,
    table: str = "",
    cell: str = "",
    *,
    refused: str = "",
    status: int = 200,
) -> Response:
    return show_part(
        request,
        look,
        view,
        "county",
        status,
        **_find_table(look, view, table, cell),
        edited=list_edited(list_county_files(look, view)),
        refused=refused,
        opinions=_list_opinions(look, view),
        on_roster=look.roster.agencies.keys(),
        locate_agency=locate_agency,
        has_texts=bool(look.campaign.spec.texts),
    )


def locate_cell(key: CellKey) -> str:
    """The address of what a cell is made of."""
    return f"{PAGE}?{urlencode({'cell': key})}"


def _find_table(look: OpenFolder, view: SumView, name: str, key: str) -> dict[str, Any]:
    """The table that is asked for, with what a figure of it is made of; `HTTPException` when there is none such."""
    spec = look.campaign.spec
    if key and key not in spec.index:
        raise HTTPException(404, "没有这一格。")
    wanted = spec.cell(key).table.id if key else name
    table = next((each for each in spec.sheeted if each.id == wanted or not wanted), None)
    if table is None and (spec.sheeted or name):
        raise HTTPException(404, "没有这张表。")
    if view.judged is None or table is None:
        return {"marked": None, "cell": None, "joined": None}
    held, prior, base = view.judged.consolidation, view.judged.prior, look.served.base
    choices = [TableChoice(each.name, f"{PAGE}?table={each.id}", each is table) for each in spec.sheeted]
    if isinstance(table, RowList):
        listed = mark_list(spec, table, held.total, {}, most=_MOST_LISTED)
        joined = _mark_joined(spec, table, held)
        return {"marked": listed, "table": table, "tables": choices, "cell": None, "drills": False, "joined": joined}
    told = {each.correction.key for each in held.applied}
    made = {cell.key for at, cell in enumerate(spec.cells) if held.values[:, at].any() or cell.key in told}
    made |= {cell.key for cell, value in zip(spec.cells, held.total.values, strict=True) if figure_of(value)}

    def locate(each: CellKey) -> str:
        return f"{base}{locate_cell(each)}#from" if each in made else ""

    before = None if prior is None else align_prior(spec, prior)
    chosen = key or next((each.key for each in spec.cells if each.table is table and each.key in made), "")
    return {
        "marked": mark_table(spec, table, held.total, {}, before=before, locate=locate),
        "table": table,
        "tables": choices,
        "drills": True,
        "cell": find_parts(spec, held, chosen, view.last_year.submissions, prior) if chosen else None,
        "joined": None,
    }


def _mark_joined(spec: FormSpec, row_list: RowList, held: Consolidation) -> MarkedTable | None:
    """What the lines of a list that several were made were made of; None where there are none."""
    lines = tuple(line for each in held.joined if each.row_list == row_list.id for line in each.lines)
    if not lines:
        return None
    shown = replace(held.total, lists={row_list.id: lines})
    return mark_list(spec, row_list, shown, {}, most=_MOST_LISTED, name=f"{row_list.id}-parts")


def show_discrepancies(request: Request) -> Response:
    """Where the sum does not balance, and in whose figures that lies."""
    with look_at(served_of(request)) as look:
        view = find_sum(look)
        lines: list[ShownDiscrepancy] = []
        if view.judged is not None:
            found = find_discrepancies(
                look.campaign.spec, view.judged.consolidation, view.last_year.submissions, view.judged.prior
            )
            lines = [_word_discrepancy(look, each) for each in islice(found, _MOST_LISTED + 1)]
        return show_part(
            request,
            look,
            view,
            "county_discrepancies",
            lines=lines[:_MOST_LISTED],
            has_more=len(lines) > _MOST_LISTED,
            locate_agency=locate_agency,
        )


@dataclass(frozen=True, slots=True)
class ShownDiscrepancy:
    """One agency's part in a rule that the sum or the agency breaks; `code` is empty for what corrections add."""

    grade: str
    where: str
    rule: str
    code: str
    name: str
    left: str
    right: str
    residual: str
    verdict: str


def _word_discrepancy(look: OpenFolder, each: Discrepancy) -> ShownDiscrepancy:
    spec, rule = look.campaign.spec, each.rule
    left, right, residual = (
        format_scaled(value, rule.linear.decimals) for value in (each.left, each.right, each.residual)
    )
    verdict = "" if each.verdict is None else VERDICTS[each.verdict]
    noted = note_part(each)
    return ShownDiscrepancy(
        GRADES[rule.severity],
        name_subject(rule, spec),
        rule.text,
        "" if each.agency is None else each.agency.code,
        "更正" if each.agency is None else each.agency.name,
        *(left, right, residual if rule.linear.operator.compares else ""),
        "；".join(filter(None, (verdict, noted))),
    )


def _list_opinions(look: OpenFolder, view: SumView) -> list[ShownOpinion]:
    """What is found in the sum, in the words of the console."""
    if view.judged is None:
        return []
    found = view.judged.reading.findings
    return [
        word_found(opinion.severity, said)
        for opinion, said in tell_opinions(look.campaign.spec, view.judged)
        if (code := found[opinion.findings[0]].code) in _SHOWN_REMARKS
        or (opinion.severity != "info" and code not in _SHOWN_APART)
    ]


def run_sum(request: Request, fields: Mapping[str, str]) -> Response:
    """Sums, by the very command of the console; what cannot be is told on the page, and nothing is written."""
    served = served_of(request)
    chosen = [f"--{name}" for name in ("allow-missing", "replace") if fields.get(name)]
    with look_at(served) as look:
        view = find_sum(look)
        why = _find_hindrance(view, "--allow-missing" in chosen)
        if why:
            return _show_sum(request, look, view, refused=why, status=409)
    served.summing.start(*chosen)
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
    carry_out(served, "absent", [request.path_params["code"]], {"reason": reason, "by": person, "into": into})
    return RedirectResponse(served.base + PAGE, 303)


def sign_report(request: Request, fields: Mapping[str, str]) -> Response:
    """Signs what was summed last, or takes the signature back, by the very command of the console."""
    served = served_of(request)
    person, reason = fields.get("person", ""), fields.get("reason", "")
    if not person:
        raise HTTPException(422, "要写明由谁签发。")
    flags = ["withdraw"] if fields.get("withdraw") else []
    if not flags:
        with look_at(served) as look:
            if not find_sum(look).current:
                raise XltoolError("汇总以后又有变动，没有签发：先再汇总一次，核对后签发。")
    carry_out(served, "sign", [], {"by": person, "reason": reason}, flags=flags)
    return RedirectResponse(f"{served.base}{OUTPUTS}", 303)


COUNTY_ROUTES: Final = (
    Route(PAGE, show_sum, methods=["GET"]),
    Route(f"{PAGE}/run", take_change(run_sum), methods=["POST"]),
    *list_job_routes(PAGE, lambda served: served.summing),
    Route(f"{PAGE}/stray/{{code}}", take_change(excuse_stray), methods=["POST"]),
    Route(DISCREPANCIES, show_discrepancies, methods=["GET"]),
    Route(OUTPUTS, show_outputs, methods=["GET"]),
    Route(f"{PAGE}/file/{{kind}}", send_file, methods=["GET"]),
    Route(f"{PAGE}/report", show_report, methods=["GET"]),
    Route(f"{PAGE}/sign", take_change(sign_report), methods=["POST"]),
)
