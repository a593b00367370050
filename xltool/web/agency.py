"""An agency: how it stands, its tables with the opinions beside them, texts, versions, report; each at its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.answers import read_answers
from xltool.campaign.refused import word_refused
from xltool.campaign.standing import AGENCY_STATES, Standing, describe_tasks, read_submission
from xltool.campaign.weighed import WeighedOpinion, group_verdicts
from xltool.model import SEVERITIES, FormSpec, RowList, Severity
from xltool.rules.concerns import find_concerns, find_line_concerns
from xltool.rules.prior_year import align_prior
from xltool.web import downloads, pages
from xltool.web.addresses import locate_agency
from xltool.web.agency_decisions import make_decisions
from xltool.web.agency_report import make_report, send_report
from xltool.web.agency_texts import make_texts
from xltool.web.agency_versions import make_versions
from xltool.web.changes import take_change
from xltool.web.day_words import word_month_day
from xltool.web.deciding import carry_out
from xltool.web.explained_opinions import ExplainedOpinion, list_explained
from xltool.web.marked_table import mark_list, mark_table
from xltool.web.numbered_opinions import NumberedOpinion, list_findings, number_weighed
from xltool.web.site import OpenFolder, look_at, served_of

_TEXTS, VERSIONS, _REPORT = "texts", "versions", "report"
"""The parts of an agency's page beside its tables, which are called by their ids."""
_ASKING: Final = tuple(grade for grade in SEVERITIES if grade != "info")
"""The severities of opinions that ask for something."""


@dataclass(frozen=True, slots=True)
class AgencyTab:
    """A part of an agency's page: its name, address and word, and how many opinions it has of each severity."""

    name: str
    address: str
    word: str
    counts: Mapping[Severity, int]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The agencies before and after one, among the `many` that stand as it does, and its place among them."""

    place: int
    many: int
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True, slots=True)
class AgencyFrame:
    """What is the same on every part of an agency's page; `opinions` on all of its return, `standings` of all."""

    standing: Standing
    weighed: Sequence[WeighedOpinion]
    opinions: Sequence[NumberedOpinion]
    tabs: Sequence[AgencyTab]
    beside: Neighbours
    standings: Sequence[Standing]

    def opinions_on(self, tab: str) -> list[NumberedOpinion]:
        """The opinions that are told beside a part: those on it, and those on the whole file."""
        return [each for each in self.opinions if tab in _list_parts(each) or not _list_parts(each)]


def make_frame(look: OpenFolder, code: str) -> AgencyFrame:
    """How an agency stands, with what is told of its return; `HTTPException` when the roster has none of that code."""
    standings = look.find_standings()
    standing = next((each for each in standings if each.entry.agency.code == code), None)
    if standing is None:
        raise HTTPException(404, "单位名录里没有这个单位。")
    spec = look.campaign.spec
    weighed = group_verdicts(spec, standing.left)
    opinions = number_weighed(spec, weighed)
    alike = [each for each in standings if each.state == standing.state]
    at = alike.index(standing)
    beside = Neighbours(
        at + 1, len(alike), alike[at - 1] if at else None, alike[at + 1] if at + 1 < len(alike) else None
    )
    return AgencyFrame(standing, weighed, opinions, _list_tabs(spec, standing, opinions), beside, standings)


def _list_tabs(spec: FormSpec, standing: Standing, opinions: Sequence[NumberedOpinion]) -> list[AgencyTab]:
    code = standing.entry.agency.code
    parts = [(table.id, f"tables/{table.id}", table.name) for table in spec.sheeted] if standing.number else []
    parts += [(_TEXTS, _TEXTS, "文字")] if standing.number and spec.texts else []
    parts += [(VERSIONS, VERSIONS, "版本")]
    parts += [(_REPORT, _REPORT, "报告")] if standing.number else []
    return [AgencyTab(name, locate_agency(code, part), word, _count_on(opinions, name)) for name, part, word in parts]


def _count_on(opinions: Sequence[NumberedOpinion], tab: str) -> Mapping[Severity, int]:
    mine = [each.severity for each in opinions if tab in _list_parts(each)]
    return {grade: mine.count(grade) for grade in _ASKING if grade in mine}


def _list_parts(opinion: NumberedOpinion) -> Sequence[str]:
    """The parts of the page that an opinion is about; none when it is about the whole file."""
    return opinion.tables or ((_TEXTS,) if opinion.text else ())


def _choose_tab(frame: AgencyFrame) -> str:
    """The part that is shown first: the first one with opinions that ask for a change, or for anything, or at all."""
    asking = [tab.name for grade in _ASKING for tab in frame.tabs if grade in tab.counts]
    return [*asking, frame.tabs[0].name][0]


def show_agency(request: Request) -> Response:
    """The part of an agency's page that matters most now."""
    with look_at(served_of(request)) as look:
        frame = make_frame(look, request.path_params["code"])
        return _show_part(request, look, frame, _choose_tab(frame))


def show_table(request: Request) -> Response:
    """One table or list of what an agency reports."""
    return _show_named(request, request.path_params["table"])


def show_texts(request: Request) -> Response:
    """The texts of what an agency reports."""
    return _show_named(request, _TEXTS)


def show_versions(request: Request) -> Response:
    """All that an agency has sent."""
    return _show_named(request, VERSIONS)


def show_report(request: Request) -> Response:
    """The report of an agency as it would print now."""
    return _show_named(request, _REPORT)


def send_report_file(request: Request) -> Response:
    """The report of an agency as a file of some kind."""
    with look_at(served_of(request)) as look:
        standing = find_standing(look, request.path_params["code"])
        return send_report(request, look, standing, request.path_params["kind"])


def show_report_inside(request: Request) -> Response:
    """The report of an agency, for a frame of its page."""
    with look_at(served_of(request)) as look:
        return send_report(request, look, find_standing(look, request.path_params["code"]), "")


def _show_named(request: Request, tab: str) -> Response:
    with look_at(served_of(request)) as look:
        return _show_part(request, look, make_frame(look, request.path_params["code"]), tab)


def _show_part(request: Request, look: OpenFolder, frame: AgencyFrame, tab: str) -> Response:
    """One part of an agency's page; `HTTPException` where it has none of that name."""
    if all(each.name != tab for each in frame.tabs):
        raise HTTPException(404, "这个单位没有这一部分。")
    if tab == VERSIONS:
        asked = request.query_params
        versions = make_versions(look, frame.standing, (asked.get("a", ""), asked.get("b", "")))
        return _show_page(request, look, frame, tab, "agency_versions", page=versions, states=AGENCY_STATES)
    if tab == _REPORT:
        report = make_report(look, frame.standing)
        return _show_page(request, look, frame, tab, "agency_report", page=report, last_year=look.find_last_year())
    spec, last_year = look.campaign.spec, look.find_last_year()
    submission = read_submission(look.store, frame.standing)
    prior = last_year.submissions.get(submission.agency.code)
    if tab == _TEXTS:
        texts = make_texts(spec, submission, prior)
        alike = look.served.texts.find_likest(spec, look.store, frame.standings, submission.agency.code)
        return _show_page(request, look, frame, tab, "agency_texts", page=texts, last_year=last_year, alike=alike)
    table = next(each for each in spec.sheeted if each.id == tab)
    told = [each.opinion for each in frame.weighed]
    if isinstance(table, RowList):
        places = find_line_concerns(spec, submission, told, list_findings(frame.weighed))
        listed = mark_list(spec, table, submission, places)
        return _show_page(request, look, frame, tab, "agency_table", marked=listed, table=table, last_year=last_year)
    concerns = find_concerns(spec, submission.values, told, list_findings(frame.weighed))
    before = None if prior is None else align_prior(spec, prior)
    marked = mark_table(spec, table, submission, concerns, before=before)
    return _show_page(request, look, frame, tab, "agency_table", marked=marked, table=table, last_year=last_year)


def _show_page(
    request: Request, look: OpenFolder, frame: AgencyFrame, tab: str, template: str, **facts: Any
) -> Response:
    served = served_of(request)
    return pages.show_page(
        request,
        template,
        look.campaign,
        tab="board",
        frame=frame,
        part=tab,
        standing=frame.standing,
        opinions=frame.opinions_on(tab),
        doubted={each.text for each in frame.opinions if each.text},
        task=_word_task(frame.standing),
        goes_back=downloads.find_return(look, frame.standing) is not None,
        explained=_list_explained(look, frame.standing),
        decided=make_decisions(look, frame.standing),
        address=locate_agency(frame.standing.entry.agency.code),
        locate_agency=locate_agency,
        person=served.site.person,
        month_day=word_month_day,
        **facts,
    )


def _list_explained(look: OpenFolder, standing: Standing) -> list[ExplainedOpinion]:
    """What the agency has explained of its return, in its workbook or at the agencies' door."""
    if standing.version is None:
        return []
    return list_explained(look.campaign.spec, standing, read_answers(look.campaign, standing.version.sha256))


def _word_task(standing: Standing) -> str:
    """What is still to be done about the agency, in a few words."""
    if standing.state == "missing":
        return word_refused(standing.refused) if standing.refused else ""
    return describe_tasks(standing)


def find_standing(look: OpenFolder, code: str) -> Standing:
    """How the agency of a code stands; `HTTPException` when the roster has none."""
    return make_frame(look, code).standing


def send_original(request: Request) -> Response:
    """What an agency sent, byte for byte."""
    with look_at(served_of(request)) as look:
        return downloads.send_original(look, request.path_params["code"], request.path_params["number"])


def send_return(request: Request) -> Response:
    """The workbook that goes back to an agency."""
    with look_at(served_of(request)) as look:
        return downloads.send_return(look, find_standing(look, request.path_params["code"]))


def use_version(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes which version of an agency counts, by the very command of the console."""
    served, code = served_of(request), request.path_params["code"]
    number, reason, person = (fields.get(name, "") for name in ("version", "reason", "person"))
    with look_at(served) as look:
        find_standing(look, code)
    if not (number and reason and person):
        raise HTTPException(422, "要选一版，写明原因和姓名。")
    carry_out(served, "use", [code, number], {"reason": reason, "by": person})
    return RedirectResponse(served.base + locate_agency(code, VERSIONS), 303)


AGENCY_ROUTES: Final = (
    Route("/agency/{code}", show_agency, methods=["GET"]),
    Route("/agency/{code}/tables/{table}", show_table, methods=["GET"]),
    Route("/agency/{code}/texts", show_texts, methods=["GET"]),
    Route("/agency/{code}/versions", show_versions, methods=["GET"]),
    Route("/agency/{code}/report", show_report, methods=["GET"]),
    Route("/agency/{code}/report/page", show_report_inside, methods=["GET"]),
    Route("/agency/{code}/report/{kind}", send_report_file, methods=["GET"]),
    Route("/agency/{code}/original/{number}", send_original, methods=["GET"]),
    Route("/agency/{code}/returned", send_return, methods=["GET"]),
    Route("/agency/{code}/use", take_change(use_version), methods=["POST"]),
)
