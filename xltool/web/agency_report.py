"""The report of an agency as it would print now: looked at in the page, downloaded as a document, a page or a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xltool import api
from xltool.campaign.reports import PreparedReport, describe_gaps, find_blanks, plan_paths, prepare_report
from xltool.campaign.standing import Standing, read_submission
from xltool.report.printing import REPORT_KINDS
from xltool.web.downloads import attach_file, show_inside
from xltool.web.site import OpenFolder

_PAGE: Final = "html"
_KINDS: Final = tuple(suffix for suffix, kind in REPORT_KINDS.items() if kind.is_usual or suffix == "pdf")
"""The kinds that are offered for download."""
_DRAFT: Final = "草稿_"
"""What the name of a report begins with that must not be published."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file that the report can be: what an address calls it, what a clerk calls it, its name."""

    kind: str
    words: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportPart:
    """The report of an agency: its files, and what keeps it from being published, nothing where it may be."""

    files: Sequence[ReportFile]
    lacks: Sequence[str]


def make_report(look: OpenFolder, standing: Standing) -> ReportPart:
    """What there is of an agency's report; it has a return that counts."""
    lacks = _list_lacks(look, standing, _prepare(look, standing))
    names = {kind: _name_report(look, standing, kind, is_draft=bool(lacks)) for kind in _KINDS}
    return ReportPart([ReportFile(kind, REPORT_KINDS[kind].words, name) for kind, name in names.items()], lacks)


def send_report(request: Request, look: OpenFolder, standing: Standing, kind: str) -> Response:
    """The report as a file of a kind, or to be looked at in the page where `kind` is empty.

    One that may not be published is marked as a draft. `HTTPException` where there is no such kind or report.
    """
    if not standing.number or (kind and kind not in _KINDS):
        raise HTTPException(404, "没有这样的报告。")
    prepared, prior = _prepare(look, standing), look.find_last_year().submissions.get(standing.entry.agency.code)
    is_draft = bool(_list_lacks(look, standing, prepared))
    data = api.report(prepared.submission, kind or _PAGE, draft=is_draft, prior=prior, slashed=prepared.slashed)
    if not kind:
        return show_inside(request, data)
    return attach_file(data, _name_report(look, standing, kind, is_draft=is_draft))


def _prepare(look: OpenFolder, standing: Standing) -> PreparedReport:
    return prepare_report(look.campaign.spec, read_submission(look.store, standing), find_blanks(standing))


def _list_lacks(look: OpenFolder, standing: Standing, prepared: PreparedReport) -> list[str]:
    """What keeps the report from being published."""
    told = [
        f"有{standing.errors}条须改" if standing.errors else "",
        f"有{standing.open}条要说明，还没有说明" if standing.open else "",
        describe_gaps(look.campaign.spec, prepared.gaps) if prepared.gaps else "",
    ]
    return [each for each in told if each]


def _name_report(look: OpenFolder, standing: Standing, kind: str, *, is_draft: bool) -> str:
    """The name under which `reports` writes it, which says it of a draft."""
    name = plan_paths(look.campaign, look.roster, kind)[standing.entry.agency.code].name
    return f"{_DRAFT}{name}" if is_draft else name
