"""Takes in what came back: whose it is, whether it is new, what is wrong with it; every file ends in exactly one state with a reason."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Final, Literal, TypeAlias

from xltool import api, files
from xltool.campaign.folder import ARCHIVE, INBOX, Campaign
from xltool.campaign.inbox import Found, gathered
from xltool.campaign.roster import Roster
from xltool.campaign.seal import verified
from xltool.campaign.store import Store, Unmatched, Version
from xltool.forms import document
from xltool.messages import finding
from xltool.model import Agency, Finding, Reading, Submission

State: TypeAlias = Literal["accepted", "returned", "rejected", "duplicate", "skipped"]
STATES: Final[dict[State, str]] = {"accepted": "通过", "returned": "退回", "rejected": "未能收下", "duplicate": "已收过", "skipped": "略过"}

BATCH: Final = 64
"""Files read, judged and taken in together: memory stays flat, and a killed run loses no more than the reading of these."""
WORTH_WORKERS: Final = 12
"""Fewer new files than this are read faster here than in processes that have to be started."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; `unreadable` when it was no workbook of a known form at all."""

    file: str
    state: State
    agency: str = ""
    reason: str = ""
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What intake works with; `prior` gives last year's submission of an agency, or None."""

    campaign: Campaign
    roster: Roster
    store: Store
    key: bytes
    at: str
    prior: Callable[[str], Submission | None]


def collect(desk: Desk, paths: Sequence[Path], workers: int = 1) -> Iterator[Taken]:
    """Takes in every file below the paths (by default the inbox), one transaction a file; the files themselves are never touched."""
    found = gathered(paths or [desk.campaign.root / INBOX])
    first = list(islice(found, WORTH_WORKERS)) if workers > 1 else []
    if len(first) < WORTH_WORKERS:
        yield from _all(desk, chain(first, found), lambda items: lambda: [_read(item) for item in items])
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from _all(desk, chain(first, found), lambda items: _gathering(pool.map(_read, items, chunksize=4)))


def _gathering(readings: Iterator[Reading]) -> Callable[[], list[Reading]]:
    return lambda: list(readings)


def _read(item: Found) -> Reading:
    assert item.data is not None
    return api.read(item.data, item.name)


def _all(desk: Desk, found: Iterable[Found], start: Callable[[list[Found]], Callable[[], list[Reading]]]) -> Iterator[Taken]:
    """Files in batches: the readings of the next are under way in other processes while those of one are taken in here."""
    here: set[str] = set()
    under_way: deque[tuple[list[tuple[Found, str]], Callable[[], list[Reading]]]] = deque()
    waiting = iter(found)
    while batch := list(islice(waiting, BATCH)):
        new: list[tuple[Found, str]] = []
        for item in batch:
            digest = "" if item.data is None else hashlib.sha256(item.data).hexdigest()
            known = _known(desk, item, digest, here)
            if known is not None:
                yield known
            else:
                here.add(digest)
                new.append((item, digest))
        under_way.append((new, start([item for item, _ in new])))
        if len(under_way) > 1:
            yield from _settled(desk, *under_way.popleft())
    while under_way:
        yield from _settled(desk, *under_way.popleft())


def _known(desk: Desk, item: Found, digest: str, here: set[str]) -> Taken | None:
    """The answer for a file that need not be read: no bytes, or bytes that came before; None for a new one."""
    if item.data is None:
        return _without_bytes(desk, item)
    seen = desk.store.seen(digest)
    if digest not in here and seen is None:
        return None
    return Taken(item.name, "duplicate", reason=(seen[1] if seen else "") or "内容与收过的文件完全相同")


def _settled(desk: Desk, new: list[tuple[Found, str]], readings: Callable[[], list[Reading]]) -> Iterator[Taken]:
    """A batch that has been read: each reading attributed, all judged at once, each file taken in."""
    attributed = [_attributed(desk, reading) for reading in readings()]
    priors = [None if r.submission is None else desk.prior(r.submission.agency.code) for r in attributed]
    for (item, digest), reading in zip(new, api.check(attributed, priors), strict=True):
        yield _take(desk, item, digest, reading)


def _without_bytes(desk: Desk, item: Found) -> Taken:
    """A dropping, or a file that could not even be opened: the latter is remembered by its name."""
    if item.skipped:
        return Taken(item.name, "skipped", reason=item.reason)
    digest = hashlib.sha256(f"{item.name}\0{item.reason}".encode()).hexdigest()
    if desk.store.seen(digest) is not None:
        return Taken(item.name, "duplicate", reason=item.reason)
    desk.store.take_unmatched(Unmatched(digest, item.name, item.reason, desk.at), 0)
    return Taken(item.name, "rejected", reason=item.reason, unreadable=True)


def _attributed(desk: Desk, reading: Reading) -> Reading:
    """The reading as the roster's own agency; without a submission, and with one finding, when it is not this campaign's."""
    submission = reading.submission
    if submission is None:
        return reading
    campaign, entry = desk.campaign, desk.roster.agencies.get(submission.agency.code)
    conflict = next((found for found in reading.findings if found.code == "identity.conflict"), None)
    if submission.form != campaign.form or submission.year != campaign.year:
        wanted = f"{campaign.year} 年度的 {campaign.form}"
        return _refused("campaign.other", wanted=wanted, found=f"{submission.year} 年度的 {submission.form}")
    if entry is None:
        return _refused("campaign.unknown_agency", agency=submission.agency.code[:60], name=submission.agency.name[:60])
    if conflict is not None:
        return Reading(None, (conflict,))
    agency = entry.agency
    notes = list(_stamp_notes(desk, submission))
    if any(note.code == "stamp.wrong" for note in notes):
        return Reading(None, tuple(notes))
    notes += list(_roster_notes(agency, submission.agency))
    return Reading(replace(submission, agency=agency), (*reading.findings, *notes))


def _stamp_notes(desk: Desk, submission: Submission) -> Iterator[Finding]:
    """Whether the county issued this blank to this agency for this year."""
    code = submission.agency.code
    if not submission.serial:
        if submission.scope == "own":
            yield finding("stamp.missing")
        return
    facts = (desk.campaign.form, desk.campaign.year, desk.campaign.name, code)
    if not verified(desk.key, submission.serial, *facts):
        yield finding("stamp.wrong", serial=submission.serial[:40], agency=code)


def _roster_notes(listed: Agency, told: Agency) -> Iterator[Finding]:
    if listed.name != told.name:
        yield finding("campaign.renamed", found=told.name[:60], listed=listed.name)


def _refused(code: str, **facts: str) -> Reading:
    return Reading(None, (Finding(code, "error", data=facts),))


def _take(desk: Desk, item: Found, digest: str, reading: Reading) -> Taken:
    """Archives the bytes, then notes the file: in that order, so that whatever the database knows is in the archive."""
    assert item.data is not None
    submission = reading.submission
    files.put(desk.campaign.root / ARCHIVE / f"{digest}{_ending(item.data)}", item.data)
    if submission is None:
        found = reading.findings[0]
        reason = api.message(found, None)
        desk.store.take_unmatched(Unmatched(digest, item.name, reason, desk.at), len(item.data))
        return Taken(item.name, "rejected", reason=reason, unreadable=found.code.startswith(("file.", "document.")))
    spec = api.form(submission.form)
    described = [{**api.described(f, reading), "name": f.rule or f.code} for f in reading.findings]
    stored = document.dump(spec, submission)
    agency = submission.agency
    version = Version(agency.code, 0, digest, desk.at, item.name, stored, tuple(described))
    if not desk.store.take_version(version, len(item.data)):
        return Taken(item.name, "duplicate", agency.code, "另一次收集刚刚收下了同样的内容")
    state: State = "returned" if api.status(reading) == "returned" else "accepted"
    errors = sum(found.severity == "error" for found in reading.findings)
    asks = sum(found.severity == "warning" for found in reading.findings)
    return Taken(item.name, state, agency.code, f"{agency.name}：强制 {errors} 处，核实 {asks} 处")


def _ending(data: bytes) -> str:
    return ".xlsx" if data[:2] == b"PK" else ".json" if document.looks_like(data) else ".bin"
