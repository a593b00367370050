"""Files from outside read without danger to who reads them.

What could cost much is read in a worker process that can be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeVar

from xltool import api, kinds, workers
from xltool.forms import document
from xltool.messages import finding
from xltool.model import CellKey, Finding, Reading, Submission
from xltool.workers import WORKER_MEMORY, WORKER_SECONDS, Lost

if TYPE_CHECKING:
    from xltool.published.read import Hints, Imported
    from xltool.spreadsheet.book import RawBook

Result = TypeVar("Result")

WORTH_WORKERS: Final = 12
"""Fewer light files than this are read faster here than in processes that have to be started."""
LIGHT_DOCUMENT: Final = 2**20
LIGHT_WORKBOOK: Final = 8 * 2**20
"""Bytes, inflated: a filled workbook has under 2 million; our own reader takes well under a second and 100 MiB for that
many."""


def stream_readings(
    files: Iterable[tuple[bytes, str]], passwords: Sequence[str] = (), jobs: int = 1
) -> Iterator[Reading]:
    """The readings of files (bytes and a name for the source), in order.

    One that a worker was lost over is rejected with one finding.
    """
    waiting = iter(files)
    first = list(islice(waiting, WORTH_WORKERS))
    if len(first) < WORTH_WORKERS and all(is_light(data) for data, _ in first):
        yield from (api.read(data, name, passwords) for data, name in first)
        return
    alone = min(jobs, len(first)) if len(first) < WORTH_WORKERS else jobs
    for answer in workers.run_in_workers(partial(_read, tuple(passwords)), chain(first, waiting), jobs=alone):
        yield _reject(answer) if isinstance(answer, Lost) else answer


def read_apart(data: bytes, source: str = "", passwords: Sequence[str] = ()) -> Reading:
    """The reading of one file."""
    return next(stream_readings([(data, source)], passwords))


def import_report(data: bytes, source: str = "", hints: Hints | None = None) -> Imported:
    """The reading of one published report, with the source of each figure."""
    from xltool.published.read import Imported

    answer = _call_apart(partial(_import_report, source, hints), data)
    return Imported(_reject(answer)) if isinstance(answer, Lost) else answer


def verify_report(data: bytes, submission: Submission, prior: Submission | None = None) -> Reading:
    """A finished report held against a submission, and last year's where its texts name figures of it."""
    answer = _call_apart(partial(_verify_report, submission, prior), data)
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
    return data.startswith((kinds.ZIP, kinds.OLE2)) and b"word/document.xml" not in data


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


def _import_report(source: str, hints: Hints | None, data: bytes) -> Imported:
    return api.imported(data, source, hints)


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
    size = declared_size(data)
    return (
        data.startswith(kinds.ZIP) if size is None else size <= LIGHT_WORKBOOK
    )  # what is no whole archive is refused at once


def _read(passwords: tuple[str, ...], file: tuple[bytes, str]) -> Reading:
    return api.read(*file, passwords)


def _reject(lost: Lost) -> Reading:
    return Reading(None, (finding("file.worker", why=explain_loss(lost)),))


def explain_loss(lost: Lost) -> str:
    """How a worker was lost over a file, in a few words."""
    return {
        "time": f"读了 {WORKER_SECONDS} 秒还没有读完",
        "memory": f"读取时占用的内存超过 {WORKER_MEMORY // 2**20} MB",
        "crash": "读取程序因它中断",
        "fault": f"读取程序出错（{lost.what}），请连同文件告诉维护人员",
    }[lost.why]
