"""What the county's folder holds of the sum, for downloads: each by a word of its own, never by a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from xltool import files
from xltool.campaign.county import CONTRIBUTION_FILE, DISCREPANCY_FILE, find_own_agency, print_county
from xltool.campaign.documents import find_current, find_standing
from xltool.campaign.layout import SUBMISSION_FILE
from xltool.campaign.names import pictures_name, report_name, workbook_name
from xltool.campaign.taking import find_takeable
from xltool.model import Finding
from xltool.web.downloads import attach_file
from xltool.web.site import OpenFolder
from xltool.web.sum_view import SumView

PDF = "pdf"
"""The report as PDF, which is printed when it is asked for."""


@dataclass(frozen=True, slots=True)
class CountyFile:
    """A document of the county's: by what an address calls it, what a clerk does, the name under which it is saved.

    `ready` is whether it can be had now, `edited` whether a person has changed what was written there, `takeable`
    whether what was changed can be taken into the sum.
    """

    kind: str
    words: str
    name: str
    ready: bool
    edited: bool
    takeable: bool


def list_county_files(look: OpenFolder, view: SumView) -> list[CountyFile]:
    """The documents of the sum, those for publication first."""
    found, takeable = [], find_takeable(look.campaign, look.roster)
    for kind, (words, name) in _name_files(look).items():
        place = f"{look.campaign.layout.county}/{name}"
        current = None if kind == PDF else find_current(look.campaign, look.store, place)
        ready = view.current if kind == PDF else current is not None
        edited = kind != PDF and find_edited(look, kind) is not None
        found.append(CountyFile(kind, words, name, ready, edited, edited and place in takeable))
    return found


def find_edited(look: OpenFolder, kind: str) -> Path | None:
    """The document of that kind that somebody has changed since it was written; None where nobody has."""
    _, name = _name_files(look).get(kind, ("", ""))
    standing = find_standing(look.campaign.root / look.campaign.layout.county / name) if name else []
    return next((each for each in standing if files.hash_file(each) != _find_hash(look, each.name)), None)


def send_county_file(look: OpenFolder, view: SumView, kind: str) -> Response:
    """A document of the sum as xltool wrote it last; `HTTPException` when there is none."""
    words, name = _name_files(look).get(kind, ("", ""))
    if kind == PDF and view.current and view.judged is not None:
        return attach_file(print_county(look.campaign.spec, view.judged, PDF), name)
    place = f"{look.campaign.layout.county}/{name}"
    current = None if kind == PDF or not words else find_current(look.campaign, look.store, place)
    data = None if current is None else files.read_file(look.campaign.root / current)
    if data is None or isinstance(data, Finding):
        raise HTTPException(404, f"还没有{words}；先汇总。" if words else "没有这种文件。")
    return attach_file(data, name)


def list_edited(found: Sequence[CountyFile]) -> list[str]:
    """The names of what a person has changed since it was written."""
    return [each.name for each in found if each.edited]


def _name_files(look: OpenFolder) -> Mapping[str, tuple[str, str]]:
    """By what an address calls it what each is, and what it is called in the county's folder."""
    campaign, own = look.campaign, find_own_agency(look.campaign, look.roster)
    return {
        "docx": ("报告（Word 文档）", report_name(campaign, own, "docx")),
        "html": ("报告（网页）", report_name(campaign, own, "html")),
        PDF: ("报告（PDF）", report_name(campaign, own, PDF)),
        "workbook": ("汇总工作簿", workbook_name(campaign, own)),
        "submission": ("上报件，交上级汇总", SUBMISSION_FILE),
        "contributions": ("各格由哪些单位构成", CONTRIBUTION_FILE),
        "discrepancies": ("不平出在哪个单位", DISCREPANCY_FILE),
        "pictures": ("图示", pictures_name(campaign, own)),
    }


def _find_hash(look: OpenFolder, name: str) -> str:
    """The hash of a document as xltool wrote it; empty where it wrote none of that name."""
    return look.store.find_written(f"{look.campaign.layout.county}/{name}")[0]
