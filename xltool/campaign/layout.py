"""What the folders and files of a campaign are called: the one place where their names stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from xltool.campaign.desk_sheets import CORRECTION_SHEET, DESK_FILE, ROSTER_SHEET, TEXT_SHEET
from xltool.messages import XltoolError

SUBMISSION_FILE: Final = "submission.json"
"""The sum, in the county's folder."""
TRIAL_FOLDER: Final = ".trials"
"""What agencies have handed over at their door to be judged and have not handed in; made when it is needed."""
PRIOR_FOLDER: Final = "上年"
"""The folder of last year's files that `new --keep-prior` puts into a campaign."""
WINDOWS_LAUNCHER, MAC_LAUNCHER, LINUX_LAUNCHER = "打开办公台.bat", "打开办公台.command", "打开办公台.desktop"


def find_launcher(system: str) -> str:
    """The file that opens the office page on a system, as `sys.platform` names it, by a double click."""
    return {"win32": WINDOWS_LAUNCHER, "darwin": MAC_LAUNCHER}.get(system, LINUX_LAUNCHER)


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a campaign's folders, and of the files in which its office writes, as paths in its folder."""

    outbox: str
    inbox: str
    returned: str
    archive: str
    reports: str
    county: str
    roster: str
    texts: str
    corrections: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that a campaign has from the first."""
        return self.outbox, self.inbox, self.returned, self.archive, self.reports, self.county

    @property
    def sum_file(self) -> str:
        """The county's sum, as a path in the campaign folder."""
        return f"{self.county}/{SUBMISSION_FILE}"


PLAIN_LAYOUT: Final = Layout(
    outbox="outbox",
    inbox="inbox",
    returned="returned",
    archive="archive",
    reports="reports",
    county="county",
    roster="roster.csv",
    texts="county/texts.toml",
    corrections="county/corrections.toml",
)
"""Names for programs: the roster as CSV, what the office writes as TOML."""
OFFICE_LAYOUT: Final = Layout(
    outbox="下发",
    inbox="收件",
    returned="退回",
    archive="存档",
    reports="报告",
    county="汇总",
    roster=DESK_FILE,
    texts=DESK_FILE,
    corrections=DESK_FILE,
)
"""Names for an office: what it writes stands in one workbook."""


def find_layout(root: Path) -> Layout:
    """Which names a campaign has, by what is there; raises `XltoolError` when both are there at once."""
    desk, listed = ((root / layout.roster).exists() for layout in (OFFICE_LAYOUT, PLAIN_LAYOUT))
    if not desk and (listed or not (root / OFFICE_LAYOUT.outbox).is_dir()):
        return PLAIN_LAYOUT
    strange = [name for name in (PLAIN_LAYOUT.roster, *_STRANGE) if (root / name).exists()]
    if strange:
        raise XltoolError(
            f"{root} 里既有 {DESK_FILE}，又有 {'、'.join(strange)}：两处写的可能不一样，只能留一处。"
            f"请把后者的内容抄进 {DESK_FILE} 的“{ROSTER_SHEET.name}”“{CORRECTION_SHEET.name}”“{TEXT_SHEET.name}”各表，"
            "再把它移到别处。"
        )
    return OFFICE_LAYOUT


_STRANGE: Final = tuple(
    f"{folder}/{PurePosixPath(file).name}"
    for folder in (OFFICE_LAYOUT.county, PLAIN_LAYOUT.county)
    for file in (PLAIN_LAYOUT.texts, PLAIN_LAYOUT.corrections)
)
"""Where somebody may put into an office's campaign what stands in its workbook."""
