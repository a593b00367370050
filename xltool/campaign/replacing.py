"""Whether a version that comes counts: it is put aside, is older than the one that counts, or takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xltool import api
from xltool.campaign.archive import read_archived
from xltool.campaign.arrivals import Arrival, find_order, tell_differences
from xltool.campaign.intake import Intake
from xltool.campaign.kept_versions import Version
from xltool.forms.document_parts import read_parts
from xltool.messages import XltoolError
from xltool.model import Reading, Submission
from xltool.spreadsheet.save_time import read_save_time


def find_why_aside(intake: Intake, submission: Submission, reading: Reading) -> str:
    """Why a return does not count until someone says so; empty when it does."""
    code = submission.agency.code
    if code in intake.absences:
        record = intake.absences[code]
        return f"{record.name}已记为无需报送（{record.reason}）"
    if any(found.code == "campaign.swapped" for found in reading.findings):
        return "单位代码和单位名称是两个单位的"
    unstamped = not submission.serial and submission.scope == "own"
    if unstamped and code in intake.issued:
        counting = intake.store.counting_of(code)
        if counting is not None and read_parts(counting.submission, ["serial"]).get("serial"):
            return f"没有下发编号，不能代替用下发的工作簿报的第 {counting.number} 版"
    return ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is said when a version meets one that counts; `older` when it does not take its place, and why.

    `advice` is how the other is chosen at a console, where there is a choice.
    """

    sentence: str
    advice: str = ""
    older: bool = False
    why: str = ""


def tell_replacement(intake: Intake, new: Arrival, submission: Submission, before: Version) -> Replacement:
    """Which of two versions counts, why, and what differs.

    Of two that came together the one that was saved later; else the one that came later.
    """
    code, spec = submission.agency.code, intake.campaign.spec
    known = api.read(before.submission).submission
    differences = "" if known is None else tell_differences(spec, submission, known)
    replaced = f"替代第 {before.number} 版（{before.file}），{differences}"
    together = intake.arrivals.get(code)
    same_run = together is not None and together.number == before.number
    dated = together.dated if together is not None and same_run else None
    old = Arrival(before.number, before.file, _read_saved(intake, before), dated)
    later, why = find_order(new, old)
    if same_run and not later:
        kept = f"同一次收到两个版本，以第 {old.number} 版（{old.file}）为准：{why}"
        use = f"要用这一版的，执行 {advise_use(code, new.number)}"
        return Replacement(f"{kept}；两版相比，{differences}。", use, older=True, why=kept)
    use = f"要用第 {old.number} 版的，执行 {advise_use(code, old.number)}"
    if same_run:
        return Replacement(f"{replaced}。同一次收到两个版本，以第 {new.number} 版为准：{why}。", use)
    if not later:
        return Replacement(f"{replaced}。按收到的先后以第 {new.number} 版为准，但它反而旧：{why}。", use)
    return Replacement(f"{replaced}。")


def _read_saved(intake: Intake, version: Version) -> datetime | None:
    """When a version that was taken in before was saved, by its own account."""
    try:
        return read_save_time(read_archived(intake.campaign, version.sha256, version.file))
    except XltoolError:  # told by whoever needs its bytes
        return None


def advise_use(code: str, number: int) -> str:
    """How another version is chosen at a console."""
    return f"xltool use {code} {number} --reason 理由 --by 姓名"
