"""Files from outside read without danger to who reads them.

What could cost much is read in a worker process that can be lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from os import cpu_count
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from xltool import api, kinds, workers
from xltool.forms import catalog, document
from xltool.messages import finding
from xltool.model import CellKey, Finding, Reading, Submission
from xltool.sources import open_source
from xltool.workers import SLOWEST, WORKER_MEMORY, WORKER_SECONDS, Lost

if TYPE_CHECKING:
    from xltool.published.hints import Hints
    from xltool.published.imported import Imported
    from xltool.spreadsheet.book import RawBook

Result = TypeVar("Result")
WORTH_WORKERS: Final = 12
"""Fewer light files than this are read faster here than in processes that have to be started."""
LIGHT_DOCUMENT: Final = 2**20
LIGHT_WORKBOOK: Final = 8 * 2**20
"""Bytes, inflated: a filled workbook has under 2 million; our own reader takes well under a second and 100 MiB for that
many."""


class FileSource(NamedTuple):
    """A file that is to be read: its name, a path or an address, and its bytes, where somebody holds them already."""

    name: str
    data: bytes | None = None


class ReadingEngine(Protocol):
    """What reads many files, on this computer or on others; the readings are the same."""

    def map_files(
        self, files: Iterable[FileSource], passwords: Sequence[str] = (), *, scans: bool = False
    ) -> Iterator[Reading]:
        """The readings of files in their order, each apart from the others, as `stream_readings` has them."""


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Reads in worker processes of this computer, as many as it has processors."""

    jobs: int = field(default_factory=lambda: cpu_count() or 1)

    def map_files(
        self, files: Iterable[FileSource], passwords: Sequence[str] = (), *, scans: bool = False
    ) -> Iterator[Reading]:
        """The readings of files in their order; one that cannot be opened is rejected with one finding."""
        opened = ((open_source(name) if data is None else data, name) for name, data in files)
        return stream_readings(opened, passwords, self.jobs, scans=scans)


def stream_readings(
    files: Iterable[tuple[bytes | Finding, str]],
    passwords: Sequence[str] = (),
    jobs: int = 1,
    *,
    scans: bool = False,
    apart: bool = False,
) -> Iterator[Reading]:
    """The readings of files (bytes, or why there are none, and a name for the source), in order.

    One that a worker was lost over is rejected with one finding. `scans`: scanned reports are read where that is
    possible. `apart`: in a worker process however few and light they are.
    """
    asked: deque[_File] = deque()
    waiting = (_note_file(asked, _prepare(data, name)) for data, name in files)
    first = list(islice(waiting, WORTH_WORKERS))
    if not apart and len(first) < WORTH_WORKERS and all(file.refusal or is_light(file.data) for file in first):
        yield from (_read(tuple(passwords), file) for file in first)  # none of them is a PDF
        return
    alone = min(jobs, len(first)) if len(first) < WORTH_WORKERS else jobs
    for answer in workers.run_in_workers(partial(_read, tuple(passwords)), chain(first, waiting), jobs=alone):
        reading = _reject(answer) if isinstance(answer, Lost) else answer
        file = asked.popleft()
        yield _read_scan(file.data, file.name).reading if scans and _is_scan(reading) else reading


def _note_file(asked: deque[_File], file: _File) -> _File:
    asked.append(file)
    return file


def _is_scan(reading: Reading) -> bool:
    """Whether a report was not read because it is a scan, whose text can be recognised here."""
    from xltool.published.scan import find_engine

    return any(found.code == "published.scanned" for found in reading.findings) and find_engine()


def _read_scan(data: bytes, source: str, hints: Hints | None = None) -> Imported:
    """The reading of a scanned report, in a worker that may take as long and as much as recognising needs."""
    from xltool.published.imported import Imported
    from xltool.published.scan import SCAN_MEMORY, SCAN_SECONDS

    [answer] = workers.run_in_workers(
        partial(_import_report, source, hints, scans=True), [data], seconds=SCAN_SECONDS, memory=SCAN_MEMORY
    )
    return Imported(_reject(answer, SCAN_SECONDS, SCAN_MEMORY)) if isinstance(answer, Lost) else answer


def read_apart(data: bytes, source: str = "", passwords: Sequence[str] = ()) -> Reading:
    """The reading of one file."""
    return next(stream_readings([(data, source)], passwords))


def read_in_worker(data: bytes, source: str = "", passwords: Sequence[str] = ()) -> Reading:
    """The reading of one workbook for a server, in a worker process however light it is; nothing is converted."""
    read = partial(_read, tuple(passwords))
    [answer] = workers.run_in_workers(read, [_File(data, source)], method=workers.AFRESH)
    return _reject(answer) if isinstance(answer, Lost) else answer


def import_report(data: bytes, source: str = "", hints: Hints | None = None) -> Imported:
    """The reading of one published report, with the source of each figure."""
    from xltool.published.imported import Imported

    file = _prepare(data, source, told=True)
    if file.refusal is not None:
        return Imported(Reading(None, (file.refusal,)))
    answer = _call_apart(partial(_import_report, source, hints), file.data)
    if isinstance(answer, Lost):
        return Imported(_reject(answer))
    if _is_scan(answer.reading):
        return _read_scan(data, source, hints)
    return replace(answer, reading=_name_kind(answer.reading, file))


def verify_report(data: bytes, submission: Submission, prior: Submission | None = None) -> Reading:
    """A finished report held against a submission, and last year's where its texts name figures of it."""
    file = _prepare(data, "", told=True)
    if file.refusal is not None:
        return Reading(None, (file.refusal,))
    answer = _call_apart(partial(_verify_report, submission, prior), file.data)
    return _reject(answer) if isinstance(answer, Lost) else answer


def open_book(data: bytes, passwords: Sequence[str] = ()) -> RawBook | Finding:
    """The raw contents of a workbook, or why it cannot be opened."""
    answer = _call_apart(partial(_open_book, tuple(passwords)), data)
    return finding("file.worker", why=explain_loss(answer)) if isinstance(answer, Lost) else answer


def compare_second_readings(
    files: Iterable[tuple[bytes, Submission, frozenset[CellKey]]], passwords: Sequence[str] = (), jobs: int = 1
) -> Iterator[tuple[Finding, ...]]:
    """What openpyxl reads in each workbook otherwise than the submission taken from it, some cells left aside.

    That it cannot read one is told, and no fault.
    """
    for answer in workers.run_in_workers(partial(_compare_second, tuple(passwords)), files, jobs=jobs):
        if isinstance(answer, Lost):
            why = f"它打不开（{answer.what}）" if answer.why == "fault" else explain_loss(answer)
            yield (finding("second.unread", why=why),)
        else:
            yield answer


def is_workbook(data: bytes) -> bool:
    """Whether bytes that were read as a submission are a workbook: no document and no published report."""
    return data.startswith((kinds.ZIP, kinds.OLE2)) and not kinds.may_be_report(data)


class _File(NamedTuple):
    """A file that is read: its bytes, or those that LibreOffice made of them, and its name.

    `kind` says what was converted, `refusal` why it could not be, or not even be opened.
    """

    data: bytes
    name: str
    kind: str = ""
    refusal: Finding | None = None


def _prepare(data: bytes | Finding, name: str, *, told: bool = False) -> _File:
    """A file as it is read: a document that only LibreOffice reads is converted, in a process of its own.

    Here and not in a worker, which would be ended before, with the other program left behind. `told` where somebody
    says that it is a report; else it must look like one.
    """
    from xltool.published import foreign
    from xltool.spreadsheet.package import Refusal

    if isinstance(data, Finding):
        return _File(b"", name, refusal=data)
    kind = foreign.name_foreign(data)
    if kind is None or not (told or foreign.may_be_report(data, catalog.load_all())):
        return _File(data, name)
    try:
        return _File(foreign.convert_foreign(data), name, kind.told)
    except Refusal as refusal:
        return _File(b"", name, kind.told, refusal.finding)


def _name_kind(reading: Reading, file: _File) -> Reading:
    """The reading, which says what kind of file it was made from and not what that was converted to."""
    if not file.kind:
        return reading
    found = (
        replace(each, data={**each.data, "kind": file.kind}) if each.code == "published.read" else each
        for each in reading.findings
    )
    return replace(reading, findings=tuple(found))


def may_be_report(data: bytes) -> bool:
    """Whether bytes may be a published report: no workbook, and no submission document."""
    return not is_workbook(data) and not document.looks_like(data)


def _compare_second(
    passwords: tuple[str, ...], file: tuple[bytes, Submission, frozenset[CellKey]]
) -> tuple[Finding, ...]:
    from xltool.reader.second import compare_second_reading

    data, submission, untaken = file
    return compare_second_reading(data, api.form(submission.form), submission, passwords, untaken)


def _call_apart(function: Callable[[bytes], Result], data: bytes) -> Result | Lost:
    """What the function makes of a file: in a worker process, unless the file is light."""
    if is_light(data):
        return function(data)
    [answer] = workers.run_in_workers(function, [data])
    return answer


def _import_report(source: str, hints: Hints | None, data: bytes, *, scans: bool = False) -> Imported:
    return api.imported(data, source, hints, scans=scans)


def _verify_report(submission: Submission, prior: Submission | None, data: bytes) -> Reading:
    return api.verify(data, submission, prior)


def _open_book(passwords: tuple[str, ...], data: bytes) -> RawBook | Finding:
    from xltool.spreadsheet.open import open_workbook
    from xltool.spreadsheet.package import Refusal

    try:
        return open_workbook(data, passwords)
    except Refusal as refusal:
        return refusal.finding


def is_light(data: bytes) -> bool:
    """Whether only our own readers touch it, and it is small once it is inflated, to which they hold it."""
    from xltool.spreadsheet.package import declared_size

    if document.looks_like(data):
        return len(data) <= LIGHT_DOCUMENT
    if kinds.may_be_report(data) and b"OFD.xml" in data:
        return False  # its pages are laid out by the library that lays out those of a PDF
    size = declared_size(data)
    return (
        data.startswith(kinds.ZIP) if size is None else size <= LIGHT_WORKBOOK
    )  # what is no whole archive is refused at once


def _read(passwords: tuple[str, ...], file: _File) -> Reading:
    if file.refusal is not None:
        return Reading(None, (file.refusal,))
    return _name_kind(api.read(file.data, file.name, passwords), file)


def _reject(lost: Lost, seconds: int = WORKER_SECONDS, memory: int = WORKER_MEMORY) -> Reading:
    return Reading(None, (finding("file.worker", why=explain_loss(lost, seconds, memory)),))


def explain_loss(lost: Lost, seconds: int = WORKER_SECONDS, memory: int = WORKER_MEMORY) -> str:
    """How a worker was lost over a file, in a few words; `seconds` and `memory` are what it was given."""
    return {
        "time": f"读了 {seconds} 秒还没有读完",
        "stall": f"等了 {seconds * SLOWEST} 秒还没有读完",
        "memory": f"读取时占用的内存超过 {memory // 2**20} MB",
        "crash": f"读取程序两次因它中断{f'（{lost.what}）' if lost.what else ''}",
        "fault": f"读取程序出错（{lost.what}），请连同文件告诉维护人员",
    }[lost.why]
