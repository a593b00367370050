"""An agency: how it stands, what is to be done about its return, its versions side by side, and which one counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import api
from xltool.campaign.arrivals import Difference, find_different_cells, find_different_texts
from xltool.campaign.standing import AGENCY_STATES, Standing, group_verdicts, judge_version
from xltool.campaign.store import Choice, Version
from xltool.digits import parse_whole
from xltool.messages import XltoolError
from xltool.model import Submission
from xltool.web import downloads, pages
from xltool.web.addresses import locate_agency
from xltool.web.agency_decisions import make_decisions
from xltool.web.calling import run_command
from xltool.web.changes import take_change
from xltool.web.day_words import word_month_day
from xltool.web.opinion_words import ShownOpinion, word_opinion
from xltool.web.site import OpenFolder, look_at, served_of


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with the state that it would give its agency, and the day on which it was sent."""

    version: Version
    state: str
    errors: int
    sent: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side: the earlier, the later, what differs."""

    before: ShownVersion
    after: ShownVersion
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """What the page of an agency shows."""

    standing: Standing
    opinions: Sequence[ShownOpinion]
    versions: Sequence[ShownVersion]
    choice: Choice | None
    comparison: Comparison | None


def find_standing(look: OpenFolder, code: str) -> Standing:
    """How the agency of a code stands; `HTTPException` when the roster has none."""
    found = next((each for each in look.find_standings() if each.entry.agency.code == code), None)
    if found is None:
        raise HTTPException(404, "单位名录里没有这个单位。")
    return found


def make_page(look: OpenFolder, code: str, pair: tuple[str, str]) -> AgencyPage:
    """What there is to show of an agency; `pair` are the numbers of the versions to compare, empty for the newest two.

    Raises `HTTPException` when there is no such agency or version.
    """
    standing = find_standing(look, code)
    versions = [_weigh(look, standing, version) for version in look.store.versions(code)]
    opinions = [word_opinion(look.campaign.spec, each) for each in group_verdicts(look.campaign.spec, standing.left)]
    return AgencyPage(
        standing, opinions, versions, look.store.choices().get(code), _compare(look, versions, standing.number, pair)
    )


def _weigh(look: OpenFolder, standing: Standing, version: Version) -> ShownVersion:
    """What a version would make of its agency."""
    code = standing.entry.agency.code
    waivers = look.store.waivers().get(code, ())
    judged = judge_version(look.campaign.spec, standing.entry, version, waivers, look.store.versions)
    sent = look.store.sent_day(version.sha256) or version.at[:10]
    return ShownVersion(version, judged.state, judged.errors, sent, version.number == standing.number)


def _compare(
    look: OpenFolder, versions: Sequence[ShownVersion], counting: int, pair: tuple[str, str]
) -> Comparison | None:
    """The two versions that are asked for, or the one that counts beside the newest other one."""
    if len(versions) < 2:
        return None
    numbers = [parse_whole(each, 6) for each in pair if each]
    if not numbers:
        numbers = [counting or len(versions), next(n for n in range(len(versions), 0, -1) if n != counting)]
        if not counting:
            numbers = [len(versions) - 1, len(versions)]
    chosen = sorted({number for number in numbers if number is not None and 1 <= number <= len(versions)})
    if len(chosen) != 2:
        raise HTTPException(404, "没有这样两版可以比。")
    before, after = (versions[number - 1] for number in chosen)
    old, new = (_read(each.version) for each in (before, after))
    spec = look.campaign.spec
    return Comparison(before, after, [*find_different_cells(spec, new, old), *find_different_texts(spec, new, old)])


def _read(version: Version) -> Submission:
    submission = api.read(version.submission, version.file).submission
    if submission is None:
        raise XltoolError(f"第{version.number}版已读不出来，请重新收取。")
    return submission


def show_agency(request: Request) -> Response:
    """How an agency stands, what is to be done about its return, and its versions."""
    asked = request.query_params
    with look_at(served_of(request)) as look:
        page = make_page(look, request.path_params["code"], (asked.get("a", ""), asked.get("b", "")))
        return pages.show_page(
            request,
            "agency",
            look.campaign,
            tab="board",
            page=page,
            standing=page.standing,
            states=AGENCY_STATES,
            goes_back=downloads.find_return(look, page.standing) is not None,
            locate_agency=locate_agency,
            decisions=make_decisions(look, page.standing),
            address=locate_agency(page.standing.entry.agency.code),
            person=served_of(request).site.person,
            month_day=word_month_day,
        )


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
    run_command(served.caller, "use", [code, number], {"reason": reason, "by": person})
    served.site.person = person
    return RedirectResponse(served.base + locate_agency(code), 303)


AGENCY_ROUTES: Final = (
    Route("/agency/{code}", show_agency, methods=["GET"]),
    Route("/agency/{code}/original/{number}", send_original, methods=["GET"]),
    Route("/agency/{code}/returned", send_return, methods=["GET"]),
    Route("/agency/{code}/use", take_change(use_version), methods=["POST"]),
)
