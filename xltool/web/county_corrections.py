"""Corrections of the county's sum: those that count, those that wait, what may be counted twice, and one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.corrections import describe_correction
from xltool.campaign.county import tell_opinions
from xltool.forms.cell_names import name_cell
from xltool.forms.number import format_value
from xltool.messages import XltoolError
from xltool.model import CellKey, Correction, figure_of
from xltool.web.changes import take_change
from xltool.web.county import show_part
from xltool.web.deciding import carry_out
from xltool.web.site import OpenFolder, look_at, served_of
from xltool.web.sum_view import CAREFUL, CORRECTIONS, DOUBLE, SumView, find_sum

_ASKED: Final = ("cell", "change", "value", "reason", "agencies", "person")


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction with the figures before and behind it, empty where it waits; `change` or `value` is its figure."""

    name: str
    does: str
    change: str
    value: str
    before: str
    after: str
    reason: str
    person: str
    agencies: str


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """A row that may be counted twice: what is said of it, the names of its cells that have a figure.

    `evidence` is what speaks for it that two agencies counted the same thing, '' where nothing does.
    """

    what: str
    cells: Sequence[str]
    evidence: str = ""


def show_corrections(request: Request) -> Response:
    """The corrections, and a form for one more: of the cell `cell`, where one is asked for."""
    key = request.query_params.get("cell", "")
    with look_at(served_of(request)) as look:
        spec = look.campaign.spec
        name = name_cell(spec, key) if key in spec.index and not spec.cell(key).total else ""
        return _show(request, look, {"cell": name, "person": look.served.site.person})


def correct_cell(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes a correction, explains one that waits, or takes one back, by the very command of the console."""
    served = served_of(request)
    given = {name: fields.get(name, "") for name in _ASKED}
    withdraws = bool(fields.get("withdraw"))
    lacks = _find_lacking(given, withdraws)
    told = {name: given[name] for name in ("change", "value", "reason")}
    told |= {"by": given["person"], "agency": given["agencies"]}
    try:
        if not lacks:
            carry_out(served, "correct", [given["cell"]], told, flags=["withdraw"] if withdraws else [])
            return RedirectResponse(served.base + CORRECTIONS, 303)
    except XltoolError as error:
        lacks = str(error)
    with look_at(served) as look:
        return _show(request, look, given, lacks, 422)


def _find_lacking(given: Mapping[str, str], withdraws: bool) -> str:
    """What is not filled in, in a sentence; empty where nothing is."""
    if not given["person"]:
        return "要写姓名。"
    if withdraws:
        return ""
    if not given["cell"]:
        return "要写哪一格。"
    if bool(given["change"]) == bool(given["value"]):
        return f"“增减多少”和“改成多少”{'只能' if given['change'] else '要'}写一个。"
    return "" if given["reason"] else "要写原因。"


def _show(
    request: Request, look: OpenFolder, given: Mapping[str, str], refused: str = "", status: int = 200
) -> Response:
    view = find_sum(look)
    shown = [(each.is_waiting, _show_correction(look, view, each)) for each in view.noted]
    inputs = [name_cell(look.campaign.spec, cell.key) for cell in look.campaign.spec.cells if not cell.total]
    return show_part(
        request,
        look,
        view,
        "county_corrections",
        status,
        counting=[each for waits, each in shown if not waits],
        waiting=[each for waits, each in shown if waits],
        doubtful=_list_doubtful(look, view),
        names=inputs,
        given={**dict.fromkeys(_ASKED, ""), **given},
        refused=refused,
        address=CORRECTIONS,
    )


def _show_correction(look: OpenFolder, view: SumView, correction: Correction) -> ShownCorrection:
    spec = look.campaign.spec
    cell = spec.cell(correction.key)
    applied = () if view.summed is None else view.summed.consolidation.applied
    found = next((each for each in applied if each.correction == correction), None)
    change, value = (
        "" if figure is None else format_value(figure, cell.measure) for figure in (correction.change, correction.value)
    )
    before, after = (
        "" if found is None else format_value(figure, cell.measure)
        for figure in ((None, None) if found is None else (found.before, found.after))
    )
    agencies = look.roster.agencies
    names = "、".join(agencies[code].agency.name if code in agencies else code for code in correction.agencies)
    said = (correction.reason, correction.by, names)
    return ShownCorrection(
        name_cell(spec, cell.key), describe_correction(correction, cell), change, value, before, after, *said
    )


def _list_doubtful(look: OpenFolder, view: SumView) -> list[DoubtfulRow]:
    """What several agencies may have counted, and nobody has said a word about."""
    if view.judged is None or view.summed is None:
        return []
    spec, total = look.campaign.spec, view.summed.consolidation.total
    findings = view.judged.reading.findings

    def list_cells(keys: Sequence[CellKey]) -> list[str]:
        return [name_cell(spec, key) for key in keys if figure_of(total.values[spec.index[key]])]

    evidence = {found.keys: found.data["evidence"] for found in findings if found.code == DOUBLE}
    return [
        DoubtfulRow(told[0], list_cells(findings[at].keys), evidence.get(findings[at].keys, ""))
        for opinion, told in tell_opinions(spec, view.judged)
        for at in opinion.findings[:1]
        if findings[at].code == CAREFUL
    ]


CORRECTION_ROUTES: Final = (
    Route(CORRECTIONS, show_corrections, methods=["GET"]),
    Route(CORRECTIONS, take_change(correct_cell), methods=["POST"]),
)
