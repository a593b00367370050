"""A new campaign in one form: what it is, its roster as it is read, last year's figures; made by `xltool new`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.folder import SETTINGS, Campaign, load_campaign
from xltool.campaign.names import campaign_name
from xltool.campaign.priors import ENDINGS
from xltool.days import DAY_EXAMPLE, YEAR_EXAMPLE, parse_day
from xltool.messages import XltoolError
from xltool.model import FormSpec
from xltool.periods import PERIOD_EXAMPLE, Period, fits_form, parse_period
from xltool.web import pages
from xltool.web.calling import call_program, find_last_sentence
from xltool.web.day_words import word_days_left
from xltool.web.drafts import Draft
from xltool.web.form_choice import list_usual_first, offer_forms, word_form
from xltool.web.roster_view import ROSTER_COLUMNS, RosterView, view_roster
from xltool.web.site import ServedCampaign, Site, site_of
from xltool.web.uploads import LARGEST_UPLOAD, Upload, UploadPlace, take_upload

NEW_ADDRESS: Final = "/new"
_ROSTER, _PRIOR, _PRIOR_FOLDER = "roster", "prior", "prior_folder"
"""The fields of the form that bring files."""
_MOST_FILES: Final = 10_000
"""As many as the folder of a large campaign has."""
_MIB: Final = 2**20
_AUTUMN: Final = 8
"""From this month on the report of the year itself is prepared, before it that of the year before."""
_making = Lock()
"""One is made at a time, so that no two choose one folder."""


@dataclass
class NewForm:
    """What was typed into the form, and by field what is wrong with it."""

    name: str = ""
    year: str = ""
    form: str = ""
    deadline: str = ""
    last: str = ""
    """The campaign of last year among those that are known: its name in addresses."""
    faults: dict[str, str] = field(default_factory=dict)

    def check_fields(self) -> None:
        """Notes every fault of what was typed."""
        if not self.name or not self.name.isprintable():
            self.faults["name"] = "写机关或地方的名称，如 某县。"
        if self.find_period() is None:
            self.faults["year"] = f"写报告年度，如 {YEAR_EXAMPLE}；不按年报的写报告期，如 {PERIOD_EXAMPLE}。"
        elif self.find_spec() is None:
            self.faults["form"] = self._explain_form()
        if self.deadline and parse_day(self.deadline) is None:
            self.faults["deadline"] = f"“{self.deadline}”不是日期；写成 {DAY_EXAMPLE} 的样子，没有定的留空。"

    def find_period(self) -> Period | None:
        """The period that is meant."""
        period = parse_period(self.year)
        return period if period is not None and 2000 <= period.year <= 2100 else None

    def find_spec(self) -> FormSpec | None:
        """The form that is meant: the one chosen, or else the only one in force for the period, or the usual one."""
        fitting = self._list_fitting()
        chosen = [spec for spec in fitting if self.form in {"", spec.id}]
        if len(chosen) > 1:
            chosen = [spec for spec in chosen if spec.usual]
        return chosen[0] if len(chosen) == 1 else None

    def _list_fitting(self) -> list[FormSpec]:
        """The forms in force for the period."""
        period = self.find_period()
        if period is None:
            return []
        return [spec for spec in list_usual_first() if spec.covers(period.year) and fits_form(spec, period)]

    def _explain_form(self) -> str:
        period, fitting = self.find_period(), self._list_fitting()
        named = "" if period is None else period.named
        if not fitting:
            return f"没有用于{named}的表样。"
        names = "、".join(word_form(spec) for spec in fitting)
        return f"用于{named}的是：{names}。请选一种。"


@dataclass(frozen=True, slots=True)
class KnownCampaign:
    """A campaign that may be last year's."""

    served: ServedCampaign
    campaign: Campaign


def start_form(site: Site) -> NewForm:
    """The form as it is offered: for the year that is due now, of the place that was worked for last."""
    today = site.today()
    year = today.year if today.month >= _AUTUMN else today.year - 1
    known = list_known(site)
    name = known[0].campaign.name if known else ""
    last = next((each for each in known if each.campaign.year == year - 1 and each.campaign.name == name), None)
    return NewForm(name, f"{year}年", last="" if last is None else last.served.name)


def list_known(site: Site) -> list[KnownCampaign]:
    """The campaigns that can be read, the last one used first."""
    found = []
    for place in site.shelf.list_places():
        try:
            found.append(KnownCampaign(site.serve(place.root), load_campaign(place.root)))
        except XltoolError:
            continue
    return found


def list_priors(draft: Draft) -> list[Path]:
    """What of a draft is last year's: single files, and of folders those of campaigns and those with files in them."""
    loose = draft.find(_PRIOR)
    trees = {path.parent for path in draft.find(_PRIOR_FOLDER)}
    campaigns = {folder for folder in trees if (folder / SETTINGS).is_file()}
    plain = {
        folder
        for folder in trees
        if not campaigns & {folder, *folder.parents} and any(map(_may_be_read, folder.iterdir()))
    }
    return [*loose, *sorted(campaigns | plain)]


def _may_be_read(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def make_campaign(site: Site, form: NewForm, draft: Draft) -> ServedCampaign:
    """Makes the campaign in a folder of its own, or finds the very same one made before.

    Raises `XltoolError` with what `xltool new` says when it could not.
    """
    spec, period = form.find_spec(), form.find_period()
    assert spec is not None and period is not None  # the form was checked
    day = parse_day(form.deadline) if form.deadline else None
    [roster] = draft.find(_ROSTER)[-1:]
    last = site.find_served(form.last) if form.last else None
    given = [*([] if last is None else [last.root]), *list_priors(draft)]
    options = [
        f"--form={spec.id}",
        f"--{'period' if period.part else 'year'}={period}",
        f"--name={form.name}",
        f"--roster={roster}",
    ]
    options += [] if day is None else [f"--deadline={day.isoformat()}"]
    options += [f"--prior={path}" for path in given] + (["--keep-prior"] if given else [])
    with _making:
        for number in count(1):
            root = site.shelf.folder / campaign_name(form.name, period, number)
            if os.path.lexists(root) and not _is_alike(root, spec.id, period, form.name, day):
                continue
            answer = call_program(site.command, "new", *options, "--", str(root))
            if answer.code == 0:
                return site.serve(root)
            if not (root / SETTINGS).exists():
                said = find_last_sentence(answer.said) or "没有建成，请再试一次。"
                raise XltoolError(said.replace(f"{draft.folder}{os.sep}", ""))
    raise AssertionError("some number is free")


def _is_alike(root: Path, form: str, period: Period, name: str, day: date | None) -> bool:
    """Whether a campaign with these settings stands in a folder: the same form sent twice makes one campaign."""
    try:
        found = load_campaign(root)
    except XltoolError:
        return False
    return (found.form, found.period, found.name, found.deadline) == (form, period, name, day)


def show_new(request: Request) -> Response:
    """The empty form."""
    return _show_form(request, start_form(site_of(request)), None, None)


async def view_new(request: Request) -> Response:
    """The form with the roster as it is read, before anything is made."""
    draft, upload = await _take_form(request)
    return await run_in_threadpool(_view, request, draft, upload)


async def create_campaign(request: Request) -> Response:
    """Makes the campaign, or says what is wrong."""
    draft, upload = await _take_form(request)
    return await run_in_threadpool(_create, request, draft, upload)


def _view(request: Request, draft: Draft, upload: Upload) -> Response:
    form = _read_form(upload)
    view = _view_roster(site_of(request), form, draft)
    return _show_form(request, form, draft, view)


def _create(request: Request, draft: Draft, upload: Upload) -> Response:
    site, form = site_of(request), _read_form(upload)
    form.check_fields()
    view = _view_roster(site, form, draft)
    if form.faults:
        return _show_form(request, form, draft, view)
    try:
        served = make_campaign(site, form, draft)
    except XltoolError as error:
        form.faults["prior" if "上年" in str(error) else "whole"] = str(error)
        return _show_form(request, form, draft, view)
    return RedirectResponse(f"{served.base}/", 303)


def open_draft(draft: Draft) -> UploadPlace:
    """A draft as the place where an upload puts its files."""
    return UploadPlace(
        draft.open_file,
        draft.keep_file,
        LARGEST_UPLOAD,
        _MOST_FILES,
        f"一次最多收{LARGEST_UPLOAD // _MIB}兆，没有收。",
        f"一次最多收{_MOST_FILES}个文件，没有收。",
    )


async def _take_form(request: Request) -> tuple[Draft, Upload]:
    """What was sent, with what an earlier sending of the same form has brought."""
    drafts = site_of(request).drafts
    brought = drafts.open()
    try:
        upload = await take_upload(request, open_draft(brought))
    except BaseException:
        drafts.drop(brought)
        raise
    draft = drafts.find(upload.fields.get("draft", ""))
    if draft is None:
        brought.kept = upload.parts
        return brought, upload
    for name, kept in upload.parts.items():
        draft.take_over(name, brought, kept)
    drafts.drop(brought)
    return draft, upload


def _read_form(upload: Upload) -> NewForm:
    given = {name: upload.fields.get(name, "") for name in ("name", "year", "form", "deadline", "last")}
    faults = {"whole": f"{'；'.join(upload.refused)}。"} if upload.refused else {}
    return NewForm(**given, faults=faults)


def _view_roster(site: Site, form: NewForm, draft: Draft) -> RosterView | None:
    """The roster as it is read; what is wrong with it is noted in the form."""
    found = draft.find(_ROSTER)[-1:]
    if not found:
        form.faults["roster"] = "请选一份名录：Excel 或 WPS 表格，或 .csv。"
        return None
    try:
        view = view_roster(site.command, found[0])
    except XltoolError as error:
        form.faults["roster"] = str(error)
        return None
    if view.fault_count:
        form.faults["roster"] = f"名录要改{view.fault_count}处：在原来的文件里改好，再选一次。"
    return view


def _show_form(request: Request, form: NewForm, draft: Draft | None, view: RosterView | None) -> Response:
    site = site_of(request)
    period, day = form.find_period(), parse_day(form.deadline) if form.deadline else None
    return pages.show_site_page(
        request,
        "new_campaign",
        status=422 if form.faults else 200,
        site_page="new",
        heading=_word_heading(form, view),
        form=form,
        forms=offer_forms(),
        known=list_known(site),
        token_of_draft="" if draft is None else draft.token,
        has_roster=draft is not None and bool(draft.find(_ROSTER)),
        priors=[] if draft is None else _list_names(draft),
        view=view,
        columns=ROSTER_COLUMNS,
        folder=site.shelf.folder,
        is_ready=view is not None and not form.faults,
        whole=f"{form.name}{period.named}" if form.name and period else "",
        days_left="" if day is None else word_days_left(day, site.today()),
    )


def _word_heading(form: NewForm, view: RosterView | None) -> str:
    if view is None:
        return "新建填报任务" if not form.faults else "还没有建成，请看下面写明的各处"
    if view.fault_count:
        return f"名录读到{len(view.lines)}家，要改{view.fault_count}处"
    return f"名录读到{len(view.lines)}家，可以建立" if not form.faults else "还没有建成，请看下面写明的各处"


def _list_names(draft: Draft) -> Sequence[str]:
    """What of last year's files is there already, in few words."""
    loose = [path.name for path in draft.find(_PRIOR)]
    tree: Mapping[str, None] = dict.fromkeys(
        path.relative_to(draft.folder).parts[1] for path in draft.find(_PRIOR_FOLDER)
    )
    return [*loose, *(f"“{name}”文件夹" for name in tree)]


NEW_ROUTES: Final = (
    Route(NEW_ADDRESS, show_new, methods=["GET"]),
    Route(NEW_ADDRESS, create_campaign, methods=["POST"]),
    Route(f"{NEW_ADDRESS}/roster", view_new, methods=["POST"]),
)
