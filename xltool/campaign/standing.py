"""How each agency stands.

What it returned, what is still wrong with it, what was let pass by whose word, whether it is late.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

from xltool import api
from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.store import Store, Unmatched, Version, Waiver
from xltool.messages import XltoolError
from xltool.model import Severity, Submission

STATUS_SCHEMA: Final = "xltool/status/1"
AgencyState: TypeAlias = Literal["missing", "returned", "accepted"]
AGENCY_STATES: Final[Mapping[AgencyState, str]] = {"missing": "未报送", "returned": "退回", "accepted": "通过"}

# Cells left blank in a habit of their own are counted in the table's line of blanks on the 校验 sheet, and told about
# there.
_TOLD_AS: Final[Mapping[str, str]] = {"block.only_total": "cell.blank", "block.only_column": "cell.blank"}

_REMEDY: Final = "改法："  # where a message goes on from the fault to its mending


@dataclass(frozen=True, slots=True)
class WeighedFinding:
    """One finding of a newest version, the waiver that lets it pass, and the agency's 说明.

    The finding is as `api.describe_finding` gives it, with `name`.
    """

    finding: Mapping[str, Any]
    waiver: Waiver | None = None
    explanation: str = ""

    @property
    def severity(self) -> Severity:
        return cast(Severity, self.finding["severity"])

    @property
    def code(self) -> str:
        return str(self.finding["code"])

    @property
    def name(self) -> str:
        """The rule at its place (`applications.balance@enterprise`), or the code of a finding without a rule."""
        return str(self.finding["name"])

    @property
    def rule(self) -> str:
        """The rule wherever it stands, or the code: what findings of many agencies are counted by."""
        return str(self.finding["rule"] or self.code)

    @property
    def message(self) -> str:
        return str(self.finding["message"])

    @property
    def gist(self) -> str:
        """What is wrong, without remedy and basis, for lists that must be short."""
        return self.message.partition(_REMEDY)[0]

    @property
    def advice(self) -> str:
        """Remedy and basis."""
        return "".join(self.message.partition(_REMEDY)[1:])

    @property
    def open(self) -> bool:
        """Whether it asks for something and was not let pass."""
        return self.waiver is None and self.severity != "info"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agency stands by its newest version; `errors` and `warnings` leave out what was waived."""

    entry: RosterEntry
    state: AgencyState
    late: bool = False
    versions: int = 0
    errors: int = 0
    warnings: int = 0
    waived: int = 0
    file: str | None = None
    received: str | None = None
    findings: tuple[WeighedFinding, ...] = ()
    version: Version | None = None
    days_late: int = 0  # until today while nothing was returned, else until the first return

    @property
    def open(self) -> tuple[WeighedFinding, ...]:
        """What is still asked of the agency."""
        return tuple(verdict for verdict in self.findings if verdict.open)


def find_standings(
    campaign: Campaign, roster: Roster, store: Store, today: date, strict: bool = False
) -> list[Standing]:
    """How every agency of the roster stands, in its order.

    An unwaived error keeps an agency from being accepted; under `strict` so does a warning that nobody explained.
    """
    newest, waivers = store.newest(), store.waivers()
    found = []
    for entry in roster.entries:
        code = entry.agency.code
        version = newest.get(code)
        if version is None:
            days = days_overdue(campaign, today)
            found.append(Standing(entry, "missing", late=days > 0, days_late=days))
        else:
            days = days_overdue(campaign, _first_return_day(campaign, store, version))
            found.append(_judge_agency(entry, version, waivers.get(code, ()), days, strict))
    return found


def standing_submission(standing: Standing) -> Submission:
    """What an agency's newest version says, under the name that the roster gives the agency.

    `XltoolError` when it cannot be read.
    """
    agency = standing.entry.agency
    submission = (
        None if standing.version is None else api.read(standing.version.submission, standing.file or "").submission
    )
    if submission is None:
        raise XltoolError(f"{agency.name}（{agency.code}）的第 {standing.versions} 版已读不出来，请重新收取。")
    return replace(submission, agency=agency)


def weigh_findings(version: Version, waivers: Sequence[Waiver]) -> tuple[WeighedFinding, ...]:
    """The findings of a version, each with the waiver and the explanation that it has."""
    asked = any(finding["severity"] == "warning" for finding in version.findings)
    explanations: Mapping[str, str] = json.loads(version.submission).get("explanations", {}) if asked else {}
    return tuple(_weigh_finding(finding, waivers, explanations) for finding in version.findings)


def find_unmatched(roster: Roster, store: Store) -> list[Unmatched]:
    """Files that are no agency's return, and newest returns of agencies that have since left the roster.

    Nothing is lost sight of.
    """
    known = roster.agencies
    gone = [version for code, version in store.newest().items() if code not in known]
    left = [Unmatched(v.sha256, v.file, f"单位代码 {v.agency} 已不在单位名录里。", v.at) for v in gone]
    return [*store.unmatched(), *left]


def count_states(found: Sequence[Standing], others: Sequence[Unmatched]) -> dict[str, int]:
    """How many agencies are in each state, and how many files are nobody's."""
    return {
        **{state: sum(standing.state == state for standing in found) for state in AGENCY_STATES},
        "unmatched": len(others),
    }


def to_json(campaign: Campaign, found: Sequence[Standing], others: Sequence[Unmatched]) -> dict[str, Any]:
    """The document of `xltool status --json`; what does not exist (no deadline, no file yet) is null."""
    return {
        "schema": STATUS_SCHEMA,
        "name": campaign.name,
        "form": campaign.form,
        "year": campaign.year,
        "deadline": None if campaign.deadline is None else campaign.deadline.isoformat(),
        "agencies": [
            {
                "code": standing.entry.agency.code,
                "name": standing.entry.agency.name,
                "state": standing.state,
                "late": standing.late,
                "versions": standing.versions,
                "errors": standing.errors,
                "warnings": standing.warnings,
                "waived": standing.waived,
                "file": standing.file,
                "received": standing.received,
            }
            for standing in found
        ],
        "unmatched": [{"file": other.file, "reason": other.reason} for other in others],
        "counts": count_states(found, others),
    }


def days_overdue(campaign: Campaign, day: date) -> int:
    """How many days a day lies behind the deadline; 0 when it does not, or there is none."""
    return 0 if campaign.deadline is None else max(0, (day - campaign.deadline).days)


def _judge_agency(entry: RosterEntry, version: Version, waivers: Sequence[Waiver], days: int, strict: bool) -> Standing:
    verdicts = weigh_findings(version, waivers)
    still = [verdict for verdict in verdicts if verdict.open]
    errors = sum(verdict.severity == "error" for verdict in still)
    asked = strict and any(verdict.severity == "warning" and not verdict.explanation for verdict in still)
    return Standing(
        entry,
        "returned" if errors or asked else "accepted",
        late=days > 0,
        versions=version.number,
        errors=errors,
        warnings=len(still) - errors,
        waived=sum(verdict.waiver is not None for verdict in verdicts),
        file=version.file,
        received=version.at,
        findings=verdicts,
        version=version,
        days_late=days,
    )


def _weigh_finding(
    finding: Mapping[str, Any], waivers: Sequence[Waiver], explanations: Mapping[str, str]
) -> WeighedFinding:
    if finding["severity"] == "info":  # asks for nothing, so there is nothing to let pass
        return WeighedFinding(finding)
    # The word on just this finding before the word on its rule everywhere, and that before the word on a whole kind.
    waiver = next(
        (w for name in (finding["name"], finding["rule"], finding["code"]) for w in waivers if w.rule == name), None
    )
    told = next((explanations[name] for name in _explanation_names(finding) if explanations.get(name, "").strip()), "")
    return WeighedFinding(finding, waiver, told)


def _explanation_names(finding: Mapping[str, Any]) -> Iterator[str]:
    """Under which names the 校验 sheet asks for a 说明 of this finding."""
    yield str(finding["name"])
    code = _TOLD_AS.get(finding["code"], finding["code"])
    for cell in finding["cells"][:1]:
        yield f"{code}@{str(cell['key']).partition('.')[0]}"


def _first_return_day(campaign: Campaign, store: Store, newest: Version) -> date:
    """The day that decides whether an agency was late.

    That of its first version, which is asked for only where it matters.
    """
    if newest.number > 1 and days_overdue(campaign, _version_day(newest)):
        return _version_day(store.versions(newest.agency)[0])
    return _version_day(newest)


def _version_day(version: Version) -> date:
    return date.fromisoformat(version.at[:10])
