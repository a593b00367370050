"""A definition of a form, its faults at their lines, and beside it what `xltool forms preview` makes of it.

A definition is kept for an hour in a folder of its own, and no longer: nothing here changes which forms there are.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import files
from xltool.forms import catalog
from xltool.forms.fault_words import word_fault
from xltool.forms.source import LARGEST_TOML, MOST_FAULTS, Fault
from xltool.messages import DefinitionError, XltoolError
from xltool.model import Finding
from xltool.web import pages
from xltool.web.calling import Caller, start_program
from xltool.web.changes import take_change
from xltool.web.check_file import CHECK_ADDRESS
from xltool.web.downloads import attach_file, show_inside
from xltool.web.drafts import Draft
from xltool.web.form_choice import offer_forms
from xltool.web.job import Job
from xltool.web.job_events import list_routes_of_job
from xltool.web.site import site_of
from xltool.web.uploads import UploadPlace, take_upload

PREVIEW_ADDRESS: Final = f"{CHECK_ADDRESS}/form"
_PAGE: Final = f"{PREVIEW_ADDRESS}/{{draft}}"
_ID: Final = re.compile(r"""^\s*id\s*=\s*["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""", re.MULTILINE)
_NAMELESS: Final = "form.toml"
_DEFINITION, _MADE = "definition", "preview"
"""The folders of a draft for the definition and for what is made of it."""
_REPORT, _RULES = "报告.html", "规则.txt"
_PICTURE: Final = ".png"
_MIB: Final = 2**20
_NO_TEXT: Final = "读不出来：报表定义是 UTF-8 编码的文本文件（.toml）。"


class FormPreview(Job):
    """`xltool forms preview` of one definition, in the folder of its draft."""

    def __init__(self, command: tuple[str, ...], draft: Draft) -> None:
        super().__init__(Caller(command, draft.folder), "forms")
        self.remarks: list[str] = []

    def _forget(self) -> None:
        self.remarks = []
        shutil.rmtree(self.caller.root / _MADE, ignore_errors=True)

    def _launch(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        return start_program(self.caller.command, self.command, *arguments)

    def _note_remark(self, line: str) -> None:
        self.remarks.append(line.rstrip())

    def list_made(self) -> list[str]:
        """The names of the files that it has made, pictures last."""
        folder = self.caller.root / _MADE
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        return sorted(names, key=lambda name: name.endswith(_PICTURE))

    def read_made(self, name: str) -> bytes:
        """One of these files; `HTTPException` where there is none of that name."""
        data = files.read_file(self.caller.root / _MADE / name) if name in self.list_made() else None
        if not isinstance(data, bytes):
            raise HTTPException(404, "没有这个文件。")
        return data


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a definition by its number, and what is wrong with it, in Chinese."""

    number: int
    text: str
    faults: Sequence[str]


def put_definition(draft: Draft, text: str) -> Path:
    """Keeps a definition in a draft, under the name that its id asks for."""
    folder = draft.folder / _DEFINITION
    shutil.rmtree(folder, ignore_errors=True)
    named = _ID.search(text)
    path = folder / (_NAMELESS if named is None else f"{named[1].replace('-', '_')}.toml")
    files.write_file(path, text.encode())
    return path


def find_definition(draft: Draft) -> Path:
    """The definition that a draft keeps."""
    [path] = (draft.folder / _DEFINITION).iterdir()
    return path


def find_definition_faults(path: Path, text: str) -> Sequence[Fault]:
    """What is wrong with a definition, as `xltool forms check` tells it."""
    try:
        catalog.parse_form(text, path.name)
    except DefinitionError as error:
        return error.faults
    return ()


def mark_lines(text: str, faults: Sequence[Fault]) -> list[SourceLine]:
    """The lines of a definition, each with its faults."""
    told: dict[int, list[str]] = {}
    for fault in faults:
        hint = f"（{word_fault(fault.hint)}）" if fault.hint else ""
        told.setdefault(fault.line, []).append(f"{word_fault(fault.message)}{hint}")
    lines = text.removesuffix("\n").split("\n")
    return [SourceLine(number, line, told.get(number, ())) for number, line in enumerate(lines, 1)]


def show_choice(request: Request) -> Response:
    """What may be looked at, and nothing yet."""
    return _show_choice(request, "", 200)


def _show_choice(request: Request, fault: str, status: int) -> Response:
    return pages.show_site_page(
        request, "form_preview_choice", status=status, site_page="check", forms=offer_forms(), chosen="", fault=fault
    )


async def take_definition(request: Request) -> Response:
    """Takes a file, or the definition of a form that is known, and begins with it."""
    drafts = site_of(request).drafts
    draft = drafts.open()
    try:
        place = UploadPlace(
            draft.open_file,
            draft.keep_file,
            LARGEST_TOML + _MIB,
            1,
            f"一份报表定义最大{LARGEST_TOML // _MIB}兆，没有收。",
            "一次看一份报表定义。",
        )
        upload = await take_upload(request, place)
        draft.kept = upload.parts
        text = await run_in_threadpool(_read_given, draft, upload.fields)
        await run_in_threadpool(_begin, request, draft, text)
    except BaseException as error:
        await run_in_threadpool(drafts.drop, draft)
        if isinstance(error, XltoolError):
            return await run_in_threadpool(_show_choice, request, str(error), 422)
        raise
    return RedirectResponse(f"{PREVIEW_ADDRESS}/{draft.token}", 303)


def _read_given(draft: Draft, fields: Mapping[str, str]) -> str:
    """The definition that a form has sent, or named; `XltoolError` where it is none."""
    found = draft.find("file")
    if found:
        data = files.read_file(found[0])
        if isinstance(data, Finding) or len(data) > LARGEST_TOML:
            raise XltoolError(_NO_TEXT)
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise XltoolError(_NO_TEXT) from error
    form_id = fields.get("form", "")
    if form_id not in dict(offer_forms().offered):
        raise XltoolError("请选一份定义文件，或选一种报表。")
    return catalog.read_definition_text(form_id)


def _begin(request: Request, draft: Draft, text: str) -> None:
    """Keeps a definition, and has it made where nothing is wrong with it."""
    if draft.job is not None:
        draft.job.end()
    path = put_definition(draft, text)
    job = draft.job = FormPreview(site_of(request).command, draft)
    if not find_definition_faults(path, text):
        job.start("preview", "-o", str(draft.folder / _MADE), "--", str(path))


def change_definition(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes the definition as it was changed on the page."""
    draft = _find_draft(request)
    _begin(request, draft, f"{fields.get('definition', '')}\n")
    return RedirectResponse(f"{PREVIEW_ADDRESS}/{draft.token}", 303)


def show_definition(request: Request) -> Response:
    """The definition with its faults, or beside it what was made of it."""
    draft, job = _find_draft(request), _find_job(request)
    path = find_definition(draft)
    text = path.read_text("utf-8")
    state = job.look()
    faults = find_definition_faults(path, text) if state.progress == "none" else ()
    made = job.list_made() if state.progress == "ended" else []
    rules = job.read_made(_RULES).decode("utf-8-sig").splitlines() if _RULES in made else ()
    return pages.show_site_page(
        request,
        "form_preview",
        site_page="check",
        page=f"{PREVIEW_ADDRESS}/{draft.token}",
        file_name=path.name,
        lines=mark_lines(text, faults),
        faults=faults,
        most=MOST_FAULTS,
        job=state,
        remarks=job.remarks if state.progress == "ended" else (),
        pictures=[name for name in made if name.endswith(_PICTURE)],
        made=[name for name in made if not name.endswith(_PICTURE)],
        has_report=_REPORT in made,
        rules=rules,
    )


def send_made(request: Request) -> Response:
    """A file that was made, to be saved; a picture is shown."""
    name = request.path_params["name"]
    data = _find_job(request).read_made(name)
    return Response(data, media_type="image/png") if name.endswith(_PICTURE) else attach_file(data, name)


def show_report(request: Request) -> Response:
    """The report that was made, in a frame of the page."""
    return show_inside(request, _find_job(request).read_made(_REPORT))


def send_definition(request: Request) -> Response:
    """The definition as it stands, to be saved."""
    path = find_definition(_find_draft(request))
    return attach_file(path.read_bytes(), path.name)


def _find_draft(request: Request) -> Draft:
    draft = site_of(request).drafts.find(request.path_params["draft"])
    if draft is None or not isinstance(draft.job, FormPreview):
        raise HTTPException(404, "这份定义不在这里了：看过一小时就不留，请再选一次。")
    return draft


def _find_job(request: Request) -> FormPreview:
    job = _find_draft(request).job
    assert isinstance(job, FormPreview)
    return job


PREVIEW_ROUTES: Final = (
    Route(PREVIEW_ADDRESS, show_choice, methods=["GET"]),
    Route(PREVIEW_ADDRESS, take_definition, methods=["POST"]),
    Route(_PAGE, show_definition, methods=["GET"]),
    Route(_PAGE, take_change(change_definition, texts=("definition",)), methods=["POST"]),
    *list_routes_of_job(_PAGE, _find_job, lambda request: f"{PREVIEW_ADDRESS}/{_find_draft(request).token}"),
    Route(f"{_PAGE}/report", show_report, methods=["GET"]),
    Route(f"{_PAGE}/definition", send_definition, methods=["GET"]),
    Route(f"{_PAGE}/made/{{name}}", send_made, methods=["GET"]),
)
