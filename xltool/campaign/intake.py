"""Takes in what came back: whose it is, whether it is new, what is wrong with it.

Every file ends in exactly one state with a reason.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TypeAlias

from xltool import api, files
from xltool.campaign.folder import ARCHIVE, INBOX, Campaign
from xltool.campaign.inbox import Found, find_files
from xltool.campaign.passwords import LOCKED
from xltool.campaign.roster import Roster
from xltool.campaign.seal import is_genuine
from xltool.campaign.store import Store, Unmatched, Unread, Version
from xltool.forms import document
from xltool.messages import finding
from xltool.model import Agency, Finding, Reading, Submission
from xltool.readings import stream_readings

Fate: TypeAlias = Literal["accepted", "returned", "rejected", "duplicate", "skipped"]
FATES: Final[dict[Fate, str]] = {
    "accepted": "通过",
    "returned": "退回",
    "rejected": "未能收下",
    "duplicate": "已收过",
    "skipped": "略过",
}

BATCH: Final = 32
"""Files judged and taken in together while others are read: memory stays flat, and a killed run loses no more than the
reading of these."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; `unreadable` when it was no workbook of a known form at all."""

    file: str
    state: Fate
    agency: str = ""
    reason: str = ""
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """What intake works with; `prior` gives last year's submission of an agency, or None."""

    campaign: Campaign
    roster: Roster
    store: Store
    key: bytes
    at: str
    prior: Callable[[str], Submission | None]
    passwords: tuple[str, ...] = ()


def collect_files(intake: Intake, paths: Sequence[Path], workers: int = 1) -> Iterator[Taken]:
    """Takes in every file below the paths (by default the inbox), one transaction a file.

    The files themselves are never touched.
    """
    known: deque[Taken] = deque()
    new: deque[tuple[Found, str]] = deque()
    found = find_files(paths or [intake.campaign.root / INBOX])
    under_way = stream_readings(_select_new(intake, found, known, new), intake.passwords, workers)
    while batch := list(islice(under_way, BATCH)):
        yield from _drain_queue(known)
        yield from _settle_batch(intake, [new.popleft() for _ in batch], batch)
    yield from _drain_queue(known)


def _select_new(
    intake: Intake, found: Iterable[Found], known: deque[Taken], new: deque[tuple[Found, str]]
) -> Iterator[tuple[bytes, str]]:
    """The files that have to be read; what is known already is put aside, and so is whose reading is awaited."""
    here: set[str] = set()
    unopened = intake.store.unopened()
    for item in found:
        for name in unopened:
            inside = name != item.name and (name == "." or item.name.startswith(f"{name}/"))
            if inside or (name == item.name and item.data is not None):
                intake.store.opened(name)
        digest = "" if item.data is None else hashlib.sha256(item.data).hexdigest()
        answer = _answer_known(intake, item, digest, here)
        if answer is not None or item.data is None:
            known.extend([] if answer is None else [answer])
            continue
        here.add(digest)
        new.append((item, digest))
        yield item.data, item.name


def _drain_queue(queue: deque[Taken]) -> Iterator[Taken]:
    while queue:
        yield queue.popleft()


def _answer_known(intake: Intake, item: Found, digest: str, here: set[str]) -> Taken | None:
    """The answer for a file that need not be read: no bytes, or bytes that came before; None for a new one."""
    if item.data is None:
        return _take_without_bytes(intake, item)
    seen = intake.store.seen(digest)
    if digest not in here and (seen is None or seen[0] == "lost" or (seen[0] == "locked" and intake.passwords)):
        return None
    return Taken(item.name, "duplicate", reason=(seen[1] if seen else "") or "内容与收过的文件完全相同")


def _settle_batch(intake: Intake, new: list[tuple[Found, str]], read: list[Reading]) -> Iterator[Taken]:
    """A batch that has been read: each reading attributed, all judged at once, each file taken in."""
    attributed = [_attribute_reading(intake, reading) for reading in read]
    priors = [None if r.submission is None else intake.prior(r.submission.agency.code) for r in attributed]
    for (item, digest), reading in zip(new, api.check(attributed, priors), strict=True):
        yield _take_file(intake, item, digest, reading)


def _take_without_bytes(intake: Intake, item: Found) -> Taken:
    """A dropping, or a file that could not even be opened: the latter is remembered by its name."""
    if item.skipped:
        return Taken(item.name, "skipped", reason=item.reason)
    digest = hashlib.sha256(f"{item.name}\0{item.reason}".encode()).hexdigest()
    if intake.store.seen(digest) is not None:
        return Taken(item.name, "duplicate", reason=item.reason)
    intake.store.take_unmatched(Unmatched(digest, item.name, item.reason, intake.at), 0)
    return Taken(item.name, "rejected", reason=item.reason, unreadable=True)


def _attribute_reading(intake: Intake, reading: Reading) -> Reading:  # noqa: PLR0911  each answer is one sentence of its own
    """The reading as the roster's own agency.

    Without a submission, and with one finding, when it is not this campaign's.
    """
    submission = reading.submission
    if submission is None:
        return reading
    campaign, entry = intake.campaign, intake.roster.agencies.get(submission.agency.code)
    conflict = next((found for found in reading.findings if found.code == "identity.conflict"), None)
    if any(found.code == "published.read" for found in reading.findings):
        return _reject("campaign.published")
    if submission.form != campaign.form or submission.year != campaign.year:
        wanted = f"{campaign.year} 年度的 {campaign.form}"
        return _reject("campaign.other", wanted=wanted, found=f"{submission.year} 年度的 {submission.form}")
    if entry is None:
        return _reject("campaign.unknown_agency", agency=submission.agency.code[:60], name=submission.agency.name[:60])
    if conflict is not None:
        return Reading(None, (conflict,))
    agency = entry.agency
    notes = list(_check_stamp(intake, submission))
    if any(note.code == "stamp.wrong" for note in notes):
        return Reading(None, tuple(notes))
    notes += list(_compare_with_roster(agency, submission.agency))
    return Reading(replace(submission, agency=agency), (*reading.findings, *notes))


def _check_stamp(intake: Intake, submission: Submission) -> Iterator[Finding]:
    """Whether the county issued this blank to this agency for this year."""
    code = submission.agency.code
    if not submission.serial:
        if submission.scope == "own":
            yield finding("stamp.missing")
        return
    facts = (intake.campaign.form, intake.campaign.year, intake.campaign.name, code)
    if not is_genuine(intake.key, submission.serial, *facts):
        yield finding("stamp.wrong", serial=submission.serial[:40], agency=code)


def _compare_with_roster(listed: Agency, told: Agency) -> Iterator[Finding]:
    if listed.name != told.name:
        yield finding("campaign.renamed", found=told.name[:60], listed=listed.name)


def _reject(code: str, **facts: str) -> Reading:
    return Reading(None, (Finding(code, "error", data=facts),))


def _take_file(intake: Intake, item: Found, digest: str, reading: Reading) -> Taken:
    """Archives the bytes, then notes the file: in that order, so that whatever the database knows is in the archive."""
    assert item.data is not None
    submission = reading.submission
    files.write_file(intake.campaign.root / ARCHIVE / f"{digest}{_archive_ending(item.data)}", item.data)
    if submission is None:
        found = reading.findings[0]
        reason = api.message(found, None)
        before = intake.store.seen(digest)
        outcome: Unread = "locked" if found.code in LOCKED else "lost" if found.code == "file.worker" else "unmatched"
        if before is None or outcome == "unmatched" or before[1] != reason:
            intake.store.take_unmatched(Unmatched(digest, item.name, reason, intake.at), len(item.data), outcome)
        if outcome != "unmatched" and before is not None:
            return Taken(item.name, "duplicate", reason=reason)
        return Taken(item.name, "rejected", reason=reason, unreadable=found.code.startswith(("file.", "document.")))
    spec = api.form(submission.form)
    described = [{**api.describe_finding(f, reading), "name": f.rule or f.code} for f in reading.findings]
    stored = document.dump_document(spec, submission)
    agency = submission.agency
    version = Version(agency.code, 0, digest, intake.at, item.name, stored, tuple(described))
    if not intake.store.take_version(version, len(item.data)):
        return Taken(item.name, "duplicate", agency.code, "另一次收集刚刚收下了同样的内容")
    state: Fate = "returned" if api.status(reading) == "returned" else "accepted"
    errors = sum(found.severity == "error" for found in reading.findings)
    asks = sum(found.severity == "warning" for found in reading.findings)
    return Taken(item.name, state, agency.code, f"{agency.name}：强制 {errors} 处，核实 {asks} 处")


def _archive_ending(data: bytes) -> str:
    return ".xlsx" if data[:2] == b"PK" else ".json" if document.looks_like(data) else ".bin"
