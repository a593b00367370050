"""The page of the agencies' reports: made by the console's command, downloaded, and which are noted as published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import files
from xltool.campaign.documents import find_current, find_standing
from xltool.campaign.reports import (
    USUAL,
    describe_gaps,
    find_blanks,
    find_outdated,
    find_style,
    hash_basis,
    plan_paths,
    prepare_report,
)
from xltool.campaign.standing import Standing, read_submission
from xltool.model import Finding
from xltool.report.printing import REPORT_KINDS
from xltool.web import pages
from xltool.web.addresses import locate_agency, locate_below
from xltool.web.agency import find_standing as find_agency
from xltool.web.bundles import attach_bundle
from xltool.web.changes import take_change
from xltool.web.day_words import word_month_day
from xltool.web.downloads import attach_file
from xltool.web.job import JobState
from xltool.web.job_events import list_job_routes
from xltool.web.last_year import LastYear
from xltool.web.site import OpenFolder, look_at, served_of

REPORTS: Final = "/reports"


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """An agency's report as a file: what a clerk calls its kind, its address, its place in the campaign folder.

    `is_current` is whether it says what the version that counts says now.
    """

    words: str
    address: str
    place: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReportLine:
    """An agency that has passed: its report as it was written last, and what keeps it from being printed."""

    standing: Standing
    printed: Sequence[PrintedReport]
    lacks: str

    @property
    def is_ready(self) -> bool:
        """Whether the report lies there in every kind, as it is to be now."""
        return bool(self.printed) and all(each.place and each.is_current for each in self.printed)


@dataclass(frozen=True, slots=True)
class ReportsView:
    """All reports: of those that have passed, and what lies there of those that have not, which nobody is to publish.

    `left` is how many have not passed and have to.
    """

    lines: Sequence[ReportLine]
    left: int
    outdated: Sequence[tuple[Standing, Sequence[str]]]

    @property
    def waiting(self) -> int:
        """How many could have a report and have none as it is to be now."""
        return sum(not (line.is_ready or line.lacks) for line in self.lines)

    @property
    def lacking(self) -> int:
        """How many have passed with blanks that no report can print."""
        return sum(bool(line.lacks) for line in self.lines)

    @property
    def unpublished(self) -> int:
        """How many of those that have passed are not noted as published."""
        return sum(line.standing.published is None for line in self.lines)


def find_reports(look: OpenFolder) -> ReportsView:
    """The reports of a campaign as they lie there now."""
    found, last_year = look.find_standings(), look.find_last_year()
    paths = {kind: plan_paths(look.campaign, look.roster, kind) for kind in USUAL}
    names = {kind: {code: path.name for code, path in each.items()} for kind, each in paths.items()}
    lines = [_make_line(look, each, names, last_year) for each in found if each.state == "accepted"]
    left = [each for each in found if each.owes]
    codes = {each.entry.agency.code: each for each in [*left, *(line.standing for line in lines if line.lacks)]}
    outdated = find_outdated(look.campaign, look.roster, [*codes.values()])
    return ReportsView(
        lines, len(left), [(codes[code], [path.name for path in there]) for code, there in outdated.items() if there]
    )


def _make_line(
    look: OpenFolder, standing: Standing, names: Mapping[str, Mapping[str, str]], last_year: LastYear
) -> ReportLine:
    campaign, store, agency = look.campaign, look.store, standing.entry.agency
    blanks = find_blanks(standing)
    if blanks.any:
        gaps = prepare_report(campaign.spec, read_submission(store, standing), blanks).gaps
        if gaps:
            return ReportLine(standing, (), describe_gaps(campaign.spec, gaps))
    version, prior = store.version(agency.code, standing.number), last_year.submissions.get(agency.code)
    printed = []
    for kind, named in names.items():
        file = f"{campaign.layout.reports}/{named[agency.code]}"
        place = find_current(campaign, store, file)
        is_current = place is not None and (last_year.is_reading or version is None)
        if place is not None and version is not None and not is_current:
            basis = hash_basis(version, agency, kind, waived=blanks.waived, style=find_style(store), prior=prior)
            is_current = find_current(campaign, store, file, basis) == place
        address = f"{locate_below(REPORTS, agency.code)}/{kind}"
        printed.append(PrintedReport(REPORT_KINDS[kind].words, address, place or "", is_current))
    return ReportLine(standing, printed, "")


def word_reports(view: ReportsView, job: JobState) -> str:
    """How far the reports are, as the heading of the page."""
    if job.is_running:
        return f"正在生成报告：{job.done}/{job.total}" if job.total else "正在生成报告"
    if not view.lines:
        return "还没有一家通过，没有可以生成的报告"
    ready = len(view.lines) - view.waiting - view.lacking
    if view.waiting:
        return f"{len(view.lines)}家通过，还有{view.waiting}家的报告要生成"
    if view.lacking:
        return f"{ready}家的报告生成了，{view.lacking}家没有填全，不能生成"
    rest = f"，还有{view.unpublished}家没有记发布" if view.unpublished else "，都发布了"
    return f"{ready}家的报告都生成了{rest}"


def show_reports(request: Request) -> Response:
    """Which reports there are, and what can be done about them."""
    with look_at(served_of(request)) as look:
        job, view = look.served.reporting.look(), find_reports(look)
        return pages.show_page(
            request,
            "reports",
            look.campaign,
            tab="reports",
            heading=word_reports(view, job),
            job=job,
            page=REPORTS,
            view=view,
            count=sum(len(line.printed) for line in view.lines if line.is_ready),
            edited=sum(_is_edited(look, line) for line in view.lines),
            folder=look.campaign.layout.reports,
            style=find_style(look.store),
            locate_agency=locate_agency,
            month_day=word_month_day,
        )


def _is_edited(look: OpenFolder, line: ReportLine) -> bool:
    """Whether a person has changed a report of an agency."""
    agency, root = line.standing.entry.agency, look.campaign.root
    return any(
        files.hash_file(path) != look.store.find_written(path.relative_to(root).as_posix())[0]
        for kind in USUAL
        for path in find_standing(plan_paths(look.campaign, look.roster, kind)[agency.code])
    )


def make_reports(request: Request, fields: Mapping[str, str]) -> Response:
    """Makes them, by the very command of the console."""
    served = served_of(request)
    with look_at(served) as look:
        style = None if fields.get("plain") else find_style(look.store)
    options = [f"--style={style.path}"] if style is not None and style.path.is_file() else []
    served.reporting.start(*options, *(["--replace"] if fields.get("replace") else []))
    return RedirectResponse(served.base + REPORTS, 303)


def send_printed(request: Request) -> Response:
    """The report of one agency as it was written."""
    code, kind = request.path_params["code"], request.path_params["kind"]
    with look_at(served_of(request)) as look:
        find_agency(look, code)
        found = [line for line in find_reports(look).lines if line.standing.entry.agency.code == code]
        place = next((each.place for line in found for each in line.printed if each.address.endswith(f"/{kind}")), "")
        return attach_file(_read_report(look, place), place.rpartition("/")[2])


def send_all(request: Request) -> Response:
    """All reports that lie there as they are to be now."""
    with look_at(served_of(request)) as look:
        lines = [line for line in find_reports(look).lines if line.is_ready]
        if not lines:
            raise HTTPException(404, "还没有生成报告。")
        name = f"{look.campaign.name}{look.campaign.period.named}各单位的报告.zip"
        return attach_bundle(_iterate_reports(look, lines), name)


def _iterate_reports(look: OpenFolder, lines: Sequence[ReportLine]) -> Iterator[tuple[str, bytes]]:
    for line in lines:
        for each in line.printed:
            yield each.place.rpartition("/")[2], _read_report(look, each.place)


def _read_report(look: OpenFolder, place: str) -> bytes:
    data = files.read_file(look.campaign.root / place) if place else None
    if data is None or isinstance(data, Finding):
        raise HTTPException(404, "它的报告不在原处：还没有生成，或者被移走、改动过。请重新生成。")
    return data


REPORTS_ROUTES: Final = (
    Route(REPORTS, show_reports, methods=["GET"]),
    Route(f"{REPORTS}/make", take_change(make_reports), methods=["POST"]),
    *list_job_routes(REPORTS, lambda served: served.reporting),
    Route(f"{REPORTS}/all.zip", send_all, methods=["GET"]),
    Route(f"{REPORTS}/{{code}}/{{kind}}", send_printed, methods=["GET"]),
)
