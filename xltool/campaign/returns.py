"""The workbooks to send back for correction, one for each agency whose newest version has errors.

Older ones are cleared away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from xltool import api, files, workers
from xltool.campaign.archive import read_archived
from xltool.campaign.folder import RETURNED, Campaign
from xltool.campaign.names import workbook_name
from xltool.campaign.passwords import LOCKED, PASSWORD_FILE
from xltool.campaign.rereading import hash_outcome, read_outcome
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store, Version
from xltool.messages import XltoolError
from xltool.model import Agency, Finding, Reading, Submission
from xltool.readings import explain_loss
from xltool.workbook.mark import mark_workbook

RETURN_MARK: Final = "退回"
"""The word in a returned workbook's file name; with the version's number behind it."""


@dataclass(frozen=True, slots=True)
class Return:
    """A workbook that is to go back: its name in returned/, whose it is, of which version.

    `basis` tells what it rests on beside its version; empty for nothing.
    """

    name: str
    agency: Agency
    number: int
    basis: str


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker makes a workbook of; `noticed` is what reading the file gave, None where it must be read again."""

    version: Version
    agency: Agency
    before: bytes | None  # the document of the version before
    prior: Submission | None
    noticed: tuple[Finding, ...] | None


@dataclass(frozen=True, slots=True)
class Returns:
    """What returned/ is to hold, by name, one for each agency in the state `returned`, and what of it must be made."""

    wanted: frozenset[str]
    owed: tuple[Return, ...]


def plan_returns(campaign: Campaign, roster: Roster, store: Store, states: Mapping[str, str]) -> Returns:
    """What returned/ is to hold; owed, in the roster's order, is what is not there as it was written.

    And what rests on a second reading other than the one that its version has now.
    """
    wanted, owed = set(), []
    codes = [entry.agency.code for entry in roster.entries if states.get(entry.agency.code) == "returned"]
    for version in store.read_counting(codes):
        agency = roster.agencies[version.agency].agency
        name = workbook_name(campaign, agency, f"_{RETURN_MARK}{version.number}")
        wanted.add(name)
        basis = hash_outcome(version)
        there = files.read_file(campaign.root / RETURNED / name)
        held = hashlib.sha256(there).hexdigest() if isinstance(there, bytes) else ""
        if not held or (held, basis) != store.find_written(f"{RETURNED}/{name}"):
            owed.append(Return(name, agency, version.number, basis))
    return Returns(frozenset(wanted), tuple(owed))


def write_returns(  # noqa: PLR0917
    campaign: Campaign,
    store: Store,
    plan: Returns,
    priors: Mapping[str, Submission],
    passwords: Sequence[str] = (),
    noticed: Mapping[str, tuple[Finding, ...]] | None = None,
    jobs: int = 1,
) -> Iterator[Path]:
    """Makes the workbooks that are owed in worker processes and gives each as it is written; settled ones are cleared.

    `noticed` is what reading gave, by the hash of the file, for those that this run has read: the others are read again
    from the archive. What cannot be made stops no other: `XltoolError` at the end, with all.
    """
    given, folder, faults = noticed or {}, campaign.root / RETURNED, []
    tasks = (_prepare_task(store, each, priors.get(each.agency.code), given) for each in plan.owed)
    mark = partial(_mark_return, campaign, tuple(passwords))
    made = workers.run_in_workers(mark, tasks, jobs=max(1, min(jobs, len(plan.owed))))
    for each, data in zip(plan.owed, made, strict=True):
        if not isinstance(data, bytes):
            faults.append(data if isinstance(data, str) else f"{each.name} 生成不了：{explain_loss(data)}。")
            continue
        try:
            files.write_file(folder / each.name, data)
        except XltoolError as error:
            faults.append(str(error))
            continue
        store.note_written({f"{RETURNED}/{each.name}": hashlib.sha256(data).hexdigest()}, each.basis)
        yield folder / each.name
    try:
        _clear_settled(folder, plan.wanted)
        for name in store.written():  # a run that was killed, or a backup that was put back, may know of older ones too
            place, _, held = name.partition("/")
            if place == RETURNED and held not in plan.wanted and not (folder / held).exists():
                store.forget_written(name)
    except OSError as error:
        faults.append(f"{RETURNED} 里已改正单位的旧工作簿删不掉：{files.name_reason(error)}。")
    if faults:
        raise XltoolError("".join(dict.fromkeys(faults)))


def _prepare_task(
    store: Store, owed: Return, prior: Submission | None, noticed: Mapping[str, tuple[Finding, ...]]
) -> _Task:
    version, before = (store.version(owed.agency.code, number) for number in (owed.number, owed.number - 1))
    assert version is not None
    return _Task(
        version, owed.agency, None if before is None else before.submission, prior, noticed.get(version.sha256)
    )


def _mark_return(campaign: Campaign, passwords: tuple[str, ...], task: _Task) -> bytes | str:
    """The workbook that goes back, or why it cannot be made."""
    try:
        version, noticed = task.version, task.noticed
        if noticed is None:
            noticed = _read_again(campaign, version, passwords).findings
        stored = api.read(version.submission).submission
        if stored is None:
            raise XltoolError(_tell_unread(version))
        noticed = (*noticed, *read_outcome(version))
        [judged] = api.check([Reading(replace(stored, agency=task.agency), noticed)], [task.prior])
        assert judged.submission is not None
        previous = None if task.before is None else api.read(task.before).submission
        return mark_workbook(
            campaign.spec, judged.submission, judged.findings, previous, version.number, prior=task.prior
        )
    except XltoolError as error:
        return str(error)


def _read_again(campaign: Campaign, version: Version, passwords: Sequence[str]) -> Reading:
    """The version read again from its archived bytes: what was typed over or misspelt stands only there."""
    reading = api.read(read_archived(campaign, version.sha256, version.file), version.file, passwords)
    if reading.submission is None:
        if reading.findings[0].code in LOCKED:
            raise XltoolError(
                f"归档里的 {version.file} 有打开密码，生成退回的工作簿要用到：请写进任务文件夹的 {PASSWORD_FILE}，"
                f"再执行一次。"
            )
        raise XltoolError(_tell_unread(version))
    return reading


def _tell_unread(version: Version) -> str:
    return f"归档里的 {version.file} 读不出来；archive 文件夹里的文件不能改动。"


def _clear_settled(folder: Path, keep: Collection[str]) -> None:
    """Takes away the workbooks of settled returns: only files that carry our own mark in our own folder."""
    for path in folder.glob(f"*_{RETURN_MARK}[0-9]*.xlsx") if folder.is_dir() else ():
        if path.name not in keep:
            path.unlink(missing_ok=True)
