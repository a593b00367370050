"""Takes in what came back, a batch at a time: whose it is, whether it is new, what is wrong with it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Final

from xltool import api
from xltool.campaign.answering import explain_reading, take_answers
from xltool.campaign.answers import list_answered
from xltool.campaign.archive import archive_bytes, is_archived, read_archived
from xltool.campaign.attribution import attribute_reading
from xltool.campaign.fates import Taken
from xltool.campaign.inbox import Found, find_files
from xltool.campaign.intake import Intake
from xltool.campaign.noting import take_file, take_without_bytes
from xltool.campaign.settling import settle_figures
from xltool.forms.across import OtherReports
from xltool.messages import XltoolError
from xltool.model import Reading
from xltool.readings import FileSource, LocalEngine, ReadingEngine, stream_readings

BATCH: Final = 32
"""Files judged and taken in together while others are read: memory stays flat, and a killed run loses no more than the
reading of these."""


def collect_files(
    intake: Intake,
    paths: Sequence[Path],
    engine: ReadingEngine = LocalEngine(1),  # noqa: B008  holds nothing
) -> Iterator[Taken]:
    """Takes in every file below the paths (by default the inbox), one transaction a batch.

    Then what was refused before for a roster, settings, a key or passwords that have changed since is judged again,
    from the archive, and answers that were given beside a workbook known before are put to it. The files themselves are
    never touched.
    """
    known: deque[Taken | Found] = deque()
    new: deque[tuple[Found, str]] = deque()
    found = find_files(paths or [intake.campaign.root / intake.campaign.layout.inbox])
    here: set[str] = set()
    chosen = chain(_select_new(intake, found, known, new, here), _select_refused(intake, known, new, here))
    under_way = engine.map_files(chosen, intake.passwords)
    while batch := list(islice(under_way, BATCH)):
        yield from _drain_queue(intake, known)
        yield from _settle_batch(intake, [new.popleft() for _ in batch], batch)
    yield from _drain_queue(intake, known)
    yield from filter(None, (take_answers(intake, digest) for digest in list_answered(intake.campaign)))


def judge_archived(intake: Intake, digest: str, name: str) -> Taken:
    """Takes in a file of the archive that the database does not know; `XltoolError` when it is not there whole."""
    data = read_archived(intake.campaign, digest, name)
    [reading] = stream_readings([(data, name)], intake.passwords)
    [taken] = _settle_batch(intake, [(Found(name, data), digest)], [reading])
    intake.arrivals.clear()  # what lay in the archive came one by one, as far as anybody knows
    return taken


def _select_new(
    intake: Intake, found: Iterable[Found], known: deque[Taken | Found], new: deque[tuple[Found, str]], here: set[str]
) -> Iterator[FileSource]:
    """The files that have to be read; what is known already is put aside, and so is whose reading is awaited."""
    unopened = intake.store.unopened()
    for item in found:
        for name in unopened.intersection(_list_opened(item)):
            intake.store.forget_unopened(name)
        digest = "" if item.data is None else hashlib.sha256(item.data).hexdigest()
        answer = item if item.data is None else _answer_known(intake, item, digest, here)
        if answer is not None or item.data is None:
            known.extend([] if answer is None else [answer])
            continue
        here.add(digest)
        new.append((item, digest))
        yield FileSource(item.name, item.data)


def _select_refused(
    intake: Intake, known: deque[Taken | Found], new: deque[tuple[Found, str]], here: set[str]
) -> Iterator[FileSource]:
    """The files refused before that what has changed since may let in, and that did not come again in this run."""
    for refused in intake.store.judged_elsewhere(intake.context):
        if refused.sha256 in here:
            continue
        try:
            data = read_archived(intake.campaign, refused.sha256, refused.file)
        except XltoolError as error:  # told at each collect until the file comes again
            known.append(Taken(refused.file, "rejected", reason=str(error), unreadable=True))
            continue
        here.add(refused.sha256)
        new.append((Found(refused.file, data, again=True), refused.sha256))
        yield FileSource(refused.file, data)


def _list_opened(item: Found) -> Iterator[str]:
    """The names of what was opened, now that this file is here: itself, and whatever folder or archive it lies in."""
    if item.data is not None:
        yield item.name
    if item.name != ".":
        yield "."
        yield from (item.name[:at] for at, sign in enumerate(item.name) if sign == "/")


def _drain_queue(intake: Intake, queue: deque[Taken | Found]) -> Iterator[Taken]:
    """The answers that need no reading, in order."""
    waiting = [*queue]
    queue.clear()
    bare = iter(take_without_bytes(intake, [item for item in waiting if isinstance(item, Found)]))
    for item in waiting:
        yield next(bare) if isinstance(item, Found) else item


def _answer_known(intake: Intake, item: Found, digest: str, here: set[str]) -> Taken | None:
    """The answer for a file that need not be read, since its bytes came before; None for a new one."""
    seen = intake.store.find_outcome(digest)
    open_again = seen is not None and (seen[0] == "lost" or intake.store.context_of(digest) not in {"", intake.context})
    if digest not in here and (seen is None or open_again):
        return None
    if item.data is not None and not is_archived(intake.campaign, digest):  # lost or damaged since: here it is again
        archive_bytes(intake.campaign, digest, item.data)
    reason = (seen[1] if seen else "") or "内容与收过的文件完全相同"
    same = Taken(item.name, "duplicate", intake.store.find_sender(digest), reason)
    return take_answers(intake, digest, item.name) or same


def _settle_batch(intake: Intake, new: list[tuple[Found, str]], read: list[Reading]) -> Iterator[Taken]:
    """A batch that has been read: each reading attributed, all judged at once, all files taken in together.

    What is told has been taken in; of a run that is killed before, the archive holds bytes that the next one takes in.
    """
    settled = [
        settle_figures(intake, explain_reading(intake, digest, attribute_reading(intake, reading)))
        for (_, digest), reading in zip(new, read, strict=True)
    ]
    attributed = [each.reading for each in settled]
    priors = [None if r.submission is None else intake.prior(r.submission.agency.code) for r in attributed]
    others: list[OtherReports] = [
        {} if r.submission is None else intake.find_reports(r.submission.agency.code) for r in attributed
    ]
    judged = api.check(attributed, priors, others)
    taken: list[Taken] = []
    failure: XltoolError | None = None
    with intake.store.together():
        try:
            for (item, digest), reading, figures in zip(new, judged, settled, strict=True):
                each = take_file(intake, item, digest, replace(figures, reading=reading))
                if not (item.again and each.state == "duplicate"):  # refused as before: it did not come again
                    taken.append(each)
        except XltoolError as error:
            if not intake.store.is_pending:
                raise
            failure = error  # of one file: those before it are kept, and told
    yield from taken
    if failure is not None:
        raise failure
