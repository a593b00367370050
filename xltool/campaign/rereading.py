"""Second readings of returns: openpyxl reads the archived bytes beside our own reader, and what came of it is kept."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from xltool import api
from xltool.campaign.archive import read_archived
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_findings import keep_findings
from xltool.campaign.kept_versions import Version
from xltool.campaign.store import Store
from xltool.forms.accepted import restore_typed
from xltool.messages import XltoolError
from xltool.model import SEVERITIES, CellKey, Finding, Reading, Submission
from xltool.readings import compare_second_readings, is_workbook

Agreement: TypeAlias = Literal["same", "differs", "unread", "none"]
"""Of a version's second reading: the same figures, others, a file that openpyxl cannot read; `none` without one."""
_OUTCOMES: Final[Mapping[str, Agreement]] = {"second.differs": "differs", "second.unread": "unread"}
_NOT_TAKEN: Final = ("number.", "formula.", "cell.lost", "cell.conflict")
"""Findings about cells in which something stands that our reader told and did not take."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """A version that was read twice, and the message of each thing found that was not known."""

    version: Version
    outcome: Agreement
    messages: tuple[str, ...] = ()


def find_read_once(store: Store) -> list[str]:
    """The agencies whose version that counts was read once only, whatever run took it in.

    Also where openpyxl could not read it: for want of a password or of time, it may be able to now.
    """
    return [version.agency for version in store.read_counting() if find_outcome(version) in {"none", "unread"}]


def reread_versions(
    campaign: Campaign, store: Store, versions: Iterable[Version], passwords: Sequence[str] = (), jobs: int = 1
) -> Iterator[Rereading]:
    """Reads each version a second time in worker processes and keeps what came of it; what is no workbook is passed by.

    A file that the archive has lost stops no other: `XltoolError` at the end, with all.
    """
    waiting: deque[tuple[Version, Submission]] = deque()
    faults: list[str] = []

    def open_files() -> Iterator[tuple[bytes, Submission, frozenset[CellKey]]]:
        for version in versions:
            submission = api.read(version.submission).submission
            try:
                data = read_archived(campaign, version.sha256, version.file)
            except XltoolError as error:
                faults.append(str(error))
                continue
            if submission is not None and is_workbook(data):
                waiting.append((version, submission))
                yield data, restore_typed(campaign.spec, submission), _find_untaken(version)

    for found in compare_second_readings(open_files(), passwords, jobs):
        version, submission = waiting.popleft()
        outcome = _write_outcome(found)
        if outcome == version.second:
            yield Rereading(version, find_outcome(version))
            continue
        told = keep_findings(Reading(submission, found))
        kept = [each for each in version.findings if each["code"] not in _OUTCOMES]
        version = replace(version, second=outcome, findings=_sort_findings([*kept, *told]))
        store.note_findings(version)
        yield Rereading(version, find_outcome(version), tuple(each["message"] for each in told))
    if faults:
        raise XltoolError("".join(dict.fromkeys(faults)))


def keep_outcome(version: Version, findings: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Findings of a version that was judged again, with those that its second reading gave."""
    return _sort_findings([*findings, *(each for each in version.findings if each["code"] in _OUTCOMES)])


def _sort_findings(findings: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(sorted(findings, key=lambda each: SEVERITIES.index(each["severity"])))


def find_outcome(version: Version) -> Agreement:
    """What came of a version's second reading."""
    if not version.second:
        return "none"
    return next((_OUTCOMES[each["code"]] for each in json.loads(version.second)), "same")


def count_outcomes(versions: Iterable[Version | None]) -> dict[Agreement, int]:
    """How many versions had each outcome."""
    counted = Counter(find_outcome(version) for version in versions if version is not None)
    return {outcome: counted[outcome] for outcome in ("same", "differs", "unread", "none")}


def describe_outcomes(counts: Mapping[Agreement, int]) -> str:
    """The sentence for a clerk on how many versions were read twice."""
    read, every = counts["same"] + counts["differs"], sum(counts.values())
    return (
        f"计入的 {every} 版中，用另一个程序库（openpyxl）重读过 {read} 版（数相同 {counts['same']}，"
        f"不同 {counts['differs']}），它读不了的 {counts['unread']} 版，没有重读的 {counts['none']} 版。"
    )


def _write_outcome(found: Sequence[Finding]) -> str:
    return json.dumps([{"code": f.code, "keys": f.keys, "data": dict(f.data)} for f in found], ensure_ascii=False)


def _find_untaken(version: Version) -> frozenset[CellKey]:
    """The cells in which something stands that was told and not taken: openpyxl reads something there, of course."""
    return frozenset(
        cell["key"]
        for each in version.findings
        if str(each["code"]).startswith(_NOT_TAKEN)
        for cell in each["cells"]
        if cell["value"] is None
    )
