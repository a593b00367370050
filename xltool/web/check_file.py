"""Any workbook or published report checked without a campaign: opinions, figures as tables, where each was printed.

It is `xltool check` that reads and judges, in a process of its own; nothing of the file stays on the disk.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xltool import api, files
from xltool.codes import LEVEL_NAMES
from xltool.messages import XltoolError
from xltool.model import Reading, Severity, Submission
from xltool.periods import parse_period, period_of
from xltool.rules.concerns import find_concerns, find_line_concerns
from xltool.web import pages
from xltool.web.calling import call_program, find_last_sentence
from xltool.web.drafts import Draft
from xltool.web.marked_table import MarkedTable, mark_list, mark_table
from xltool.web.numbered_opinions import NumberedOpinion, number_opinions
from xltool.web.opinion_words import word_severity
from xltool.web.site import site_of
from xltool.web.uploads import UploadPlace, take_upload

CHECK_ADDRESS: Final = "/check"
_SECONDS: Final = 300
"""How long one file may take: a scanned report is recognised page by page."""
_USAGE: Final = 2
_MIB: Final = 2**20
_LARGEST: Final = files.LARGEST_FILE + _MIB
_OUTPUT: Final = "figures"
_STATUS_WORDS: Final = {"accepted": "没有强制性错误", "returned": "有强制性错误", "rejected": "读不出来"}


@dataclass(frozen=True, slots=True)
class FileOpinion:
    """An opinion on the file itself and not on its figures, in the words of the console."""

    severity: Severity
    word: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table of the form with its figures, and the opinions on it."""

    id: str
    title: str
    marked: MarkedTable
    opinions: Sequence[NumberedOpinion]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What was found in a file: `others` are opinions of no one table, `sources` lines of cells."""

    file: str
    status: str
    submission: Submission | None
    file_opinions: Sequence[FileOpinion]
    tables: Sequence[CheckedTable]
    others: Sequence[NumberedOpinion]
    sources: Sequence[Sequence[str]]

    def count(self, severity: Severity) -> int:
        """How many opinions are of a severity."""
        of_tables = [each.severity for table in self.tables for each in table.opinions]
        found = [*of_tables, *(each.severity for each in self.others), *(each.severity for each in self.file_opinions)]
        return found.count(severity)

    def word_headline(self) -> str:
        """What was found, in one sentence."""
        if self.submission is None:
            return f"{self.file}读不出来"
        counts = ((self.count("error"), "须改"), (self.count("warning"), "要核对"))
        told = "，".join(f"{count}处{word}" for count, word in counts if count)
        return f"{self.submission.agency.name}{period_of(self.submission).named}：{told or '没有查出问题'}"


def check_file(command: tuple[str, ...], draft: Draft, path: Path, hints: Mapping[str, str]) -> CheckedFile:
    """What `xltool check` finds in a file, of which some things may be told.

    Raises `XltoolError` with what it says when it cannot be called so.
    """
    folder = draft.folder / _OUTPUT
    options = [f"--{_name_option(name, value)}={value}" for name, value in hints.items() if value]
    answer = call_program(
        command, "check", "--json", f"--figures={folder}", *options, "--", str(path), seconds=_SECONDS
    )
    if not answer.output.strip():
        said = find_last_sentence(answer.said) or "没有审核成，请再试一次。"
        raise XltoolError(said.replace(str(path), path.name))
    return read_answer(path.name, json.loads(answer.output), folder)


def read_answer(name: str, line: Mapping[str, Any], folder: Path) -> CheckedFile:
    """A line of `check --json` with the figures that it has written into a folder."""
    data = files.read_file(folder / f"{name}.json")
    submission = api.read(data, name).submission if isinstance(data, bytes) else None
    if submission is None:
        told = [_word_file_opinion(each) for each in line["opinions"]]
        return CheckedFile(name, line["status"], None, told, (), (), ())
    spec = api.form(submission.form)
    judged = api.check([Reading(submission, ())])[0]
    opinions = api.group_opinions(judged)
    numbered = number_opinions(spec, opinions, judged.findings)
    known = {_identify(api.describe_finding(found, judged)) for found in judged.findings}
    of_file = [
        _word_file_opinion(opinion)
        for opinion in line["opinions"]
        if not any(_identify(line["findings"][at]) in known for at in opinion["findings"])
    ]
    concerns = find_concerns(spec, submission.values, opinions, judged.findings)
    tables = [
        CheckedTable(
            table.id,
            table.title,
            mark_table(spec, table, submission, concerns),
            [each for each in numbered if each.tables[:1] == (table.id,)],
        )
        for table in spec.tables
    ]
    places = find_line_concerns(spec, submission, opinions, judged.findings)
    tables += [
        CheckedTable(
            each.id,
            each.title,
            mark_list(spec, each, submission, places),
            [opinion for opinion in numbered if opinion.tables[:1] == (each.id,)],
        )
        for each in spec.lists
    ]
    others = [each for each in numbered if not each.tables]
    return CheckedFile(name, line["status"], submission, of_file, tables, others, _read_sources(folder / f"{name}.csv"))


def _identify(found: Mapping[str, Any]) -> tuple[str, str | None, tuple[str, ...]]:
    """What tells the findings on figures apart."""
    return found["code"], found["rule"], tuple(cell["key"] for cell in found["cells"])


def _word_file_opinion(opinion: Mapping[str, Any]) -> FileOpinion:
    severity: Severity = opinion["severity"]
    return FileOpinion(severity, word_severity(severity, asks=False), opinion["message"])


def _read_sources(path: Path) -> Sequence[Sequence[str]]:
    """The lines of the table that tells where each figure was printed, its head first; none of a workbook."""
    data = files.read_file(path)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) if isinstance(data, bytes) else ()


def show_check(request: Request) -> Response:
    """The form, and nothing yet."""
    return _show(request, {}, None, "", 200)


async def take_file(request: Request) -> Response:
    """Checks the file of the form, shows what was found, and lets go of it."""
    drafts = site_of(request).drafts
    draft = drafts.open()
    try:
        place = UploadPlace(
            draft.open_file,
            draft.keep_file,
            _LARGEST,
            1,
            f"一个文件最大{files.LARGEST_FILE // _MIB}兆，没有收。",
            "一次审核一个文件。",
        )
        upload = await take_upload(request, place)
        draft.kept = upload.parts
        return await run_in_threadpool(_check, request, draft, upload.fields, upload.refused)
    finally:
        await run_in_threadpool(drafts.drop, draft)


def _name_option(name: str, value: str) -> str:
    """The option that a hint is: a part of a year, typed in place of one, is a period."""
    period = parse_period(value) if name == "year" else None
    return "period" if period is not None and period.part else name


def _check(request: Request, draft: Draft, fields: Mapping[str, str], refused: Sequence[str]) -> Response:
    hints = {name: fields.get(name, "") for name in ("agency", "year", "level")}
    found = draft.find("file")
    if not found:
        return _show(request, hints, None, "；".join(refused) or "请选一个文件。", 413 if refused else 422)
    try:
        checked = check_file(site_of(request).command, draft, found[0], hints)
    except XltoolError as error:
        return _show(request, hints, None, str(error), 422)
    return _show(request, hints, checked, "", 200)


def _show(request: Request, hints: Mapping[str, str], checked: CheckedFile | None, fault: str, status: int) -> Response:
    heading = "审核一个文件：选好或拖来，马上看到结果" if checked is None else checked.word_headline()
    return pages.show_site_page(
        request,
        "check_file",
        status=status,
        site_page="check",
        heading=heading if not fault else "没有审核成",
        hints={"agency": "", "year": "", "level": "", **hints},
        levels=LEVEL_NAMES,
        checked=checked,
        status_words=_STATUS_WORDS,
        fault=fault,
    )


CHECK_ROUTES: Final = (
    Route(CHECK_ADDRESS, show_check, methods=["GET"]),
    Route(CHECK_ADDRESS, take_file, methods=["POST"]),
)
