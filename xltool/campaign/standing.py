"""How one agency stands: what it returned, what is still wrong with it or to be explained, whether it is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from xltool import api
from xltool.campaign.kept_blanks import Sending
from xltool.campaign.kept_decisions import AbsenceRecord, Extension
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.kept_reports import Publication
from xltool.campaign.kept_versions import Version
from xltool.campaign.roster import RosterEntry
from xltool.campaign.store import Store
from xltool.campaign.waivers import Lapse
from xltool.campaign.weighed import WeighedFinding
from xltool.messages import XltoolError
from xltool.model import Agency, Scope, Submission

AgencyState: TypeAlias = Literal["missing", "returned", "open", "accepted", "absent"]
AGENCY_STATES: Final[Mapping[AgencyState, str]] = {
    "missing": "未报送",
    "returned": "退回",
    "open": "待说明",
    "accepted": "通过",
    "absent": "无需报送",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agency stands by the version that counts.

    `errors` and `warnings` count opinions on what is not settled, as all that is shown or sent does, `open` those that
    ask for an answer, `waived` opinions on what was let pass. `late` when its first return was sent after its deadline,
    `overdue` while what it owes is past it; `received` is the day on which the version that counts was sent.
    """

    entry: RosterEntry
    state: AgencyState
    late: bool = False
    overdue: bool = False
    versions: int = 0
    errors: int = 0
    warnings: int = 0
    open: int = 0
    waived: int = 0
    file: str | None = None
    received: str | None = None
    findings: tuple[WeighedFinding, ...] = ()
    version: Version | None = None  # lightened; `read_submission` has its document
    scope: Scope = "own"  # of its document
    bears: str = ""  # what the agency calls itself there
    absence: AbsenceRecord | None = None
    published: Publication | None = None
    sent: Sending | None = None  # its workbook, to it
    aside: tuple[Version, ...] = ()
    """Versions that do not count until someone says so."""
    accepted: tuple[Mapping[str, Any], ...] = ()
    """What counts of it in place of what it typed, as its document has it."""
    lapsed: tuple[Lapse, ...] = ()
    """Waivers that hold no more, since what they were given for has changed."""
    deadline: date | None = None  # its own
    told: date | None = None  # the deadline that it was told before
    extension: Extension | None = None
    days_late: int = 0  # from the deadline until the first return was sent
    days_overdue: int = 0  # from the deadline until today
    covered: Agency | None = None  # the agency above whose accepted sum holds its figures
    refused: tuple[Unmatched, ...] = ()
    """What came of it and was not taken in, as far as the names of files tell; not what a later return has settled."""

    @property
    def number(self) -> int:
        """The number of the version that counts; 0 when none does."""
        return 0 if self.version is None else self.version.number

    @property
    def owes(self) -> bool:
        """Whether something is still to come from the agency."""
        return self.state in {"missing", "returned", "open"}

    @property
    def state_word(self) -> str:
        """Its state as a clerk reads it: 已发布 where that was noted of one that is accepted."""
        return "已发布" if self.published and self.state == "accepted" else AGENCY_STATES[self.state]

    @property
    def differs_published(self) -> bool:
        """Whether the version that counts came after its report was published."""
        return bool(self.published and self.version and self.version.at[:10] > self.published.day)

    @property
    def unsettled(self) -> tuple[WeighedFinding, ...]:
        """What is still to be done about its return."""
        return tuple(verdict for verdict in self.findings if verdict.unsettled)

    @property
    def left(self) -> tuple[WeighedFinding, ...]:
        """What is not settled: what is asked, and what is only told."""
        return tuple(verdict for verdict in self.findings if not verdict.settled)


def read_submission(store: Store, standing: Standing) -> Submission:
    """What the version of an agency that counts says, under the name that the roster gives the agency.

    `XltoolError` when it cannot be read.
    """
    agency = standing.entry.agency
    version = store.version(agency.code, standing.number)
    submission = None if version is None else api.read(version.submission, standing.file or "").submission
    if submission is None:
        raise XltoolError(f"{agency.name}（{agency.code}）的第 {standing.number} 版已读不出来，请重新收取。")
    return replace(submission, agency=agency)


def describe_tasks(standing: Standing) -> str:
    """What is to be done about a return, in a few words."""
    told = standing.warnings - standing.open
    counts = ((standing.errors, "条须改"), (standing.open, "条须说明或改正"), (told, "条须核对"))
    return "，".join(f"{count} {what}" for count, what in counts if count)


def count_states(found: Sequence[Standing], others: Sequence[Unmatched]) -> dict[str, int]:
    """How many agencies are in each state, and how many files are nobody's."""
    return {
        **{state: sum(standing.state == state for standing in found) for state in AGENCY_STATES},
        "unmatched": len(others),
    }
