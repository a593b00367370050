"""A ledger compiled without a campaign: the tables it comes to, each figure a link to its cases, overdue cases.

It is `xltool ledger compile` that reads and compiles, in a process of its own; nothing of the files stays on the disk.
It is compared with the file that comes with it, else with what counts of the agency in a campaign that is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xltool import api, files
from xltool.campaign.folder import load_campaign
from xltool.campaign.standing import read_submission
from xltool.forms.cell_names import name_cell
from xltool.forms.number import format_value
from xltool.messages import XltoolError
from xltool.model import FormSpec, Submission
from xltool.periods import Period
from xltool.web import pages
from xltool.web.calling import call_program
from xltool.web.check_file import CHECK_ADDRESS
from xltool.web.drafts import Draft
from xltool.web.marked_table import MarkedTable, mark_table
from xltool.web.site import Site, look_at, site_of
from xltool.web.uploads import UploadPlace, take_upload

LEDGER_ADDRESS: Final = f"{CHECK_ADDRESS}/ledger"
_LEDGER, _FILLED = "ledger", "filled"
"""The fields of the form, and what is read from them."""
_HINTS: Final = ("year", "on")
_SECONDS: Final = 300
_MIB: Final = 2**20
_OUTPUT, _COUNTING = "compiled.json", "counting.json"


@dataclass(frozen=True, slots=True)
class CompiledFigure:
    """A cell that has cases, or that was filled in otherwise."""

    key: str
    name: str
    value: int
    cases: Sequence[str]
    filled: str | None  # what the other file has there, where that differs


@dataclass(frozen=True, slots=True)
class CompiledPage:
    """What the ledger comes to; `standings` are cases as the command tells them."""

    headline: str
    spec: FormSpec
    tables: Sequence[tuple[str, str, MarkedTable]]  # id, title, figures
    figures: Sequence[CompiledFigure]
    overdue: Sequence[Mapping[str, Any]]
    open_cases: Sequence[Mapping[str, Any]]
    remarked: Sequence[Mapping[str, Any]]
    on: str
    compared: str  # with what, in words; nothing without it
    differing: int
    assumptions: Sequence[str]


class _Refused(Exception):
    """What the command said in place of an answer, line by line."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__(*said)
        self.said = said


def _compile(site: Site, draft: Draft, hints: Mapping[str, str]) -> CompiledPage:
    """What the files of a draft come to; raises `_Refused` with what the command says when they come to nothing."""
    filled = draft.find(_FILLED)[:1]
    told, submission = _call(site.command, draft, hints, filled)
    if filled:
        return _build_page(told, submission, "填好的报表")
    counting = _find_counting(site, told)
    if counting is None:
        return _build_page(told, submission, "")
    name, held = counting
    path = draft.folder / _COUNTING
    files.write_file(path, api.dump(held))
    return _build_page(*_call(site.command, draft, hints, [path]), name)


def _call(
    command: tuple[str, ...], draft: Draft, hints: Mapping[str, str], filled: Sequence[Path]
) -> tuple[Mapping[str, Any], Submission]:
    """What `xltool ledger compile` answers, and the submission that it writes."""
    [ledger, *_], target = draft.find(_LEDGER), draft.folder / _OUTPUT
    options = [f"--{name}={value}" for name, value in hints.items() if value]
    options += [f"--with={path}" for path in filled]
    answer = call_program(
        command, "ledger", "compile", "--json", f"--output={target}", *options, "--", str(ledger), seconds=_SECONDS
    )
    data = files.read_file(target)
    if not answer.output.strip() or not isinstance(data, bytes):
        raise _Refused(_list_said(answer.said, (ledger, *filled)))
    submission = api.read(data).submission
    assert submission is not None
    return json.loads(answer.output), submission


def _find_counting(site: Site, told: Mapping[str, Any]) -> tuple[str, Submission] | None:
    """What counts of the agency in a campaign of the compiled form and year, with its name; None where none has any."""
    beside = (site.serve(place.root) for place in site.shelf.list_places())
    for served in [*([site.home] if site.home else []), *beside]:
        with suppress(XltoolError, OSError):  # a campaign that cannot be opened has a page that says so
            campaign = load_campaign(served.root)
            if campaign.form != told["form"] or campaign.period != Period(told["year"]):
                continue
            with look_at(served) as look:
                for each in look.find_standings():
                    if each.number and each.entry.agency.code == told["agency"]["code"]:
                        name = f"任务“{campaign.name}”里{each.entry.agency.name}第 {each.number} 版"
                        return name, read_submission(look.store, each)
    return None


def _list_said(said: str, paths: Sequence[Path]) -> list[str]:
    """The lines of what the command said, files by their names alone."""
    for path in paths:
        said = said.replace(str(path), path.name)
    return [line.strip() for line in said.splitlines() if line.strip()] or ["没有编制成，请再试一次。"]


def _build_page(told: Mapping[str, Any], submission: Submission, compared: str) -> CompiledPage:
    spec = api.form(submission.form)
    cells = {each["key"]: each for each in told["cells"]}
    differing = {each["key"]: each["filled"] for each in told["differences"]}

    def locate(key: str) -> str:
        return f"#of-{key}" if key in cells and (cells[key]["cases"] or key in differing) else ""

    compiled = [table for table in spec.tables if any(key.startswith(f"{table.id}.") for key in cells)]
    return CompiledPage(
        f"{told['agency']['name']}{told['year']}年的台账：{len(told['cases'])}件，逾期{_count_overdue(told)}件",
        spec,
        [(table.id, table.title, mark_table(spec, table, submission, {}, locate=locate)) for table in compiled],
        [
            CompiledFigure(key, name_cell(spec, key), each["value"], each["cases"], _word_filled(spec, key, differing))
            for key, each in cells.items()
            if locate(key)
        ],
        [each for each in told["cases"] if each["overdue"]],
        [each for each in told["cases"] if not each["overdue"] and (each["answered"] is None or each["unknown_year"])],
        [each for each in told["cases"] if each["remarks"]],
        told["on"],
        compared,
        len(differing),
        told["assumptions"],
    )


def _count_overdue(told: Mapping[str, Any]) -> int:
    return sum(each["overdue"] for each in told["cases"])


def _word_filled(spec: FormSpec, key: str, differing: Mapping[str, Any]) -> str | None:
    """What was filled in where it differs."""
    if key not in differing:
        return None
    held = differing[key]
    if isinstance(held, int):
        return format_value(held * spec.cell(key).measure.scale, spec.cell(key).measure)
    return "空着" if held is None else str(held)


def show_ledger(request: Request) -> Response:
    """The form, and nothing yet."""
    return _show(request, {}, None, (), 200)


async def take_ledger(request: Request) -> Response:
    """Compiles the files of the form, shows what they come to, and lets go of them."""
    drafts = site_of(request).drafts
    draft = drafts.open()
    try:
        place = UploadPlace(
            draft.open_file,
            draft.keep_file,
            2 * files.LARGEST_FILE + _MIB,
            2,
            f"一个文件最大{files.LARGEST_FILE // _MIB}兆，没有收。",
            "一份台账，最多再加一份填好的报表。",
        )
        upload = await take_upload(request, place)
        draft.kept = upload.parts
        return await run_in_threadpool(_answer, request, draft, upload.fields, upload.refused)
    finally:
        await run_in_threadpool(drafts.drop, draft)


def _answer(request: Request, draft: Draft, fields: Mapping[str, str], refused: Sequence[str]) -> Response:
    hints = {name: fields.get(name, "").strip() for name in _HINTS}
    if not draft.find(_LEDGER):
        return _show(request, hints, None, refused or ["请选一份台账。"], 413 if refused else 422)
    try:
        found = _compile(site_of(request), draft, hints)
    except _Refused as error:
        return _show(request, hints, None, error.said, 422)
    except XltoolError as error:
        return _show(request, hints, None, [str(error)], 422)
    return _show(request, hints, found, (), 200)


def _show(
    request: Request, hints: Mapping[str, str], found: CompiledPage | None, faults: Sequence[str], status: int
) -> Response:
    heading = "由台账编制报表：选好台账，每个数都看得到是哪些件" if found is None else found.headline
    return pages.show_site_page(
        request,
        "compile_ledger",
        status=status,
        site_page="check",
        heading="没有编制成" if faults else heading,
        hints={name: hints.get(name, "") for name in _HINTS},
        found=found,
        faults=faults,
    )


COMPILE_ROUTES: Final = (
    Route(LEDGER_ADDRESS, show_ledger, methods=["GET"]),
    Route(LEDGER_ADDRESS, take_ledger, methods=["POST"]),
)
