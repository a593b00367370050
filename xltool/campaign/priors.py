"""Last year's figures of each agency: from an earlier campaign folder, submission documents or filled workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from xltool import api, files, readings
from xltool.campaign import folder
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.model import Finding, Submission

ENDINGS: Final = frozenset({".json", ".xlsx", ".xlsm", ".xls", ".et", ".ods", ".docx", ".html", ".htm", ".pdf"})
"""Endings of what is read in a folder of last year's files, published reports too; what they hold is told by their
content."""
TOTAL_FILE: Final = "*"
"""In place of a code: the sum of all agencies, which has the code of the one at the top."""


def gather_last_year(
    paths: Sequence[Path], year: int, roster: Roster, passwords: Sequence[str] = ()
) -> dict[str, Submission]:
    """Last year's submissions by agency code; raises `XltoolError` for a path that holds none, or one of another year.

    One whose code the roster does not have is taken for the agency of its name: published reports tell no code. The sum
    of all, which bears the code of the agency at the top of the roster, is kept as `TOTAL_FILE`, apart from what that
    agency reported of itself.
    """
    found: dict[str, Submission] = {}
    top = roster.root.agency.code if roster.root is not None and len(roster.entries) > 1 else None
    for path in paths:
        submissions = list(_read_submissions(path, passwords))
        if not submissions:
            raise XltoolError(f"{path} 里没有上年的数据（应为上年的任务文件夹、上报件、工作簿或已公布的报告）。")
        for submission in submissions:
            if submission.year != year - 1:
                raise XltoolError(
                    f"{path} 里 {submission.agency.name} 的数据是 {submission.year} 年度的，上年应为 {year - 1} 年度。"
                )
            known = roster.find_agency(submission.agency)
            whole = submission.scope == "consolidated" and known.code == top
            found.setdefault(TOTAL_FILE if whole else known.code, replace(submission, agency=known))
    return found


def newest_submissions(campaign: folder.Campaign) -> Iterator[Submission]:
    """The submission of each agency of a campaign that counts."""
    store = Store(campaign.database)
    try:
        versions = list(store.counting().values())
    finally:
        store.close()
    for version in versions:
        submission = api.read(version.submission).submission
        if submission is not None:
            yield submission


def _read_submissions(path: Path, passwords: Sequence[str]) -> Iterator[Submission]:
    if (path / folder.SETTINGS).is_file():
        yield from newest_submissions(folder.load_campaign(path))
        return
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if file.suffix.lower() not in ENDINGS and path.is_dir():
            continue
        data = files.read_file(file)
        if isinstance(data, Finding):
            raise XltoolError(f"{file} 打不开：{data.data.get('why', '文件过大')}。")
        reading = readings.read_apart(data, file.name, passwords)
        if reading.submission is None:
            raise XltoolError(f"{file.name} 不能作为上年数据：{api.message(reading.findings[0], None)}")
        yield reading.submission
