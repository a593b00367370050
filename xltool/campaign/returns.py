"""The workbooks to send back for correction, one for each agency whose newest version has errors.

Older ones are cleared away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from xltool import api, files, readings
from xltool.campaign.archive import read_archived
from xltool.campaign.folder import RETURNED, Campaign
from xltool.campaign.names import workbook_name
from xltool.campaign.passwords import LOCKED, PASSWORD_FILE
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store, Version
from xltool.messages import XltoolError
from xltool.model import Agency, Reading, Submission
from xltool.workbook.mark import mark_workbook

RETURN_MARK: Final = "退回"
"""The word in a returned workbook's file name; with the version's number behind it."""


def refresh_returned(  # noqa: PLR0917
    campaign: Campaign,
    roster: Roster,
    store: Store,
    states: Mapping[str, str],
    priors: Mapping[str, Submission],
    passwords: Sequence[str] = (),
) -> Iterator[Path]:
    """Makes returned/ hold just one workbook for each agency in the state `returned`, as it was written.

    Gives those that it writes anew as it goes. What cannot be made stops no other: `XltoolError` at the end, with all.
    """
    folder = campaign.root / RETURNED
    wanted: dict[str, tuple[Version, Agency]] = {}
    counting = store.counting()
    for entry in roster.entries:
        version = counting.get(entry.agency.code)
        if version is not None and states.get(entry.agency.code) == "returned":
            wanted[workbook_name(campaign, entry.agency, f"_{RETURN_MARK}{version.number}")] = version, entry.agency
    written, faults = store.written(), []
    for name, (version, agency) in wanted.items():
        there = files.read_file(folder / name)
        if isinstance(there, bytes) and hashlib.sha256(there).hexdigest() == written.get(f"{RETURNED}/{name}"):
            continue
        try:
            data = _mark_workbook(
                campaign, store, version, agency, prior=priors.get(version.agency), passwords=passwords
            )
            files.write_file(folder / name, data)
        except XltoolError as error:
            faults.append(str(error))
            continue
        store.note_written({f"{RETURNED}/{name}": hashlib.sha256(data).hexdigest()})
        yield folder / name
    try:
        for name in _clear_settled(folder, wanted):
            store.forget_written(f"{RETURNED}/{name}")
    except OSError as error:
        faults.append(f"{RETURNED} 里已改正单位的旧工作簿删不掉：{files.name_reason(error)}。")
    if faults:
        raise XltoolError("".join(dict.fromkeys(faults)))


def _mark_workbook(
    campaign: Campaign,
    store: Store,
    version: Version,
    agency: Agency,
    *,
    prior: Submission | None,
    passwords: Sequence[str],
) -> bytes:
    spec = campaign.spec
    reading = _read_again(campaign, version, agency, prior, passwords)
    assert reading.submission is not None
    versions = store.versions(version.agency)
    before = versions[version.number - 2] if version.number > 1 else None
    previous = None if before is None else api.read(before.submission).submission
    return mark_workbook(spec, reading.submission, reading.findings, previous, version.number, prior=prior)


def _read_again(
    campaign: Campaign, version: Version, agency: Agency, prior: Submission | None, passwords: Sequence[str]
) -> Reading:
    """The version read and judged again from its archived bytes: what was typed over or misspelt stands only there."""
    data = read_archived(campaign, version.sha256, version.file)
    stored = api.read(version.submission).submission
    reading = readings.read_apart(data, version.file, passwords)
    if reading.submission is None and reading.findings[0].code in LOCKED:
        raise XltoolError(
            f"归档里的 {version.file} 有打开密码，生成退回的工作簿要用到：请写进任务文件夹的 {PASSWORD_FILE}，"
            f"再执行一次。"
        )
    if stored is None or reading.submission is None:
        raise XltoolError(f"归档里的 {version.file} 读不出来；archive 文件夹里的文件不能改动。")
    [judged] = api.check([Reading(replace(stored, agency=agency), reading.findings)], [prior])
    return judged


def _clear_settled(folder: Path, wanted: Iterable[str]) -> Iterator[str]:
    """Takes away the workbooks of settled returns: only files that carry our own mark in our own folder."""
    keep = set(wanted)
    for path in folder.glob(f"*_{RETURN_MARK}[0-9]*.xlsx") if folder.is_dir() else ():
        if path.name not in keep:
            path.unlink(missing_ok=True)
            yield path.name
