"""How each agency stands.

What it returned, what is still wrong with it, what was let pass by whose word, whether it is late.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

from xltool import api
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_findings import restore_finding, split_message
from xltool.campaign.rereading import count_outcomes, find_outcome
from xltool.campaign.roster import Roster, RosterEntry, is_same_name
from xltool.campaign.store import AbsenceRecord, Choice, Publication, Store, Unmatched, Version
from xltool.campaign.waivers import Lapse, WaiverRecord, find_waivers, mark_findings
from xltool.messages import XltoolError
from xltool.model import Finding, FormSpec, Scope, Severity, Submission
from xltool.rules.explanations import find_explanation
from xltool.rules.opinions import Opinion, group_findings, tell_opinion
from xltool.workbook.layout_plan import make_plan

STATUS_SCHEMA: Final = "xltool/status/1"
AgencyState: TypeAlias = Literal["missing", "returned", "accepted", "absent"]
AGENCY_STATES: Final[Mapping[AgencyState, str]] = {
    "missing": "未报送",
    "returned": "退回",
    "accepted": "通过",
    "absent": "无需报送",
}

_OF_NAMES: Final = ("campaign.swapped", "campaign.renamed")
"""Findings about a file that bears another name than its agency's line of the roster."""
_SETTLED_BY_CHOICE: Final = (*_OF_NAMES, "campaign.misnamed", "stamp.missing")
"""Doubts about whose a file is: the office's word that this version counts, for this name, is the word on them."""


@dataclass(frozen=True, slots=True)
class WeighedFinding:
    """One finding of a newest version, the waiver that lets it pass, and the agency's 说明.

    The finding is as `api.describe_finding` gives it, with `name`.
    """

    finding: Mapping[str, Any]
    waiver: WaiverRecord | None = None
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
        return split_message(self.message)[0]

    @property
    def settled(self) -> bool:
        """Whether it was let pass, or explained where an explanation is all that is asked."""
        return self.waiver is not None or (self.severity == "warning" and self.explanation != "")

    @property
    def open(self) -> bool:
        """Whether it asks for something and is not settled."""
        return not self.settled and self.severity != "info"


@dataclass(frozen=True, slots=True)
class WeighedOpinion:
    """Findings of one cause as one, each with its waiver and its 说明; `among` is what `opinion` takes them from."""

    opinion: Opinion
    verdicts: tuple[WeighedFinding, ...]
    among: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return self.opinion.severity

    @property
    def name(self) -> str:
        """The rule at its place that leads, or the code."""
        return self.verdicts[0].name

    def tell(self, spec: FormSpec) -> tuple[str, str, str]:
        """What is wrong, how to mend it, and the basis, as the workbook that goes back has them."""
        return tell_opinion(self.opinion, self.among, spec, make_plan(spec).place)


@dataclass(frozen=True, slots=True)
class Stray:
    """An agency whose returns and whose line of the roster do not fit together: nobody has said what it is to be."""

    code: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agency stands by the version that counts.

    `errors` and `warnings` count opinions on what is not settled, as all that is shown or sent does; `waived` counts
    findings.
    """

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
    version: Version | None = None  # lightened; `read_submission` has its document
    scope: Scope = "own"  # of its document
    absence: AbsenceRecord | None = None
    published: Publication | None = None
    aside: tuple[Version, ...] = ()
    """Versions that do not count until someone says so."""
    lapsed: tuple[Lapse, ...] = ()
    """Waivers that hold no more, since what they were given for has changed."""
    days_late: int = 0  # until today while nothing was returned, else until the first return

    @property
    def number(self) -> int:
        """The number of the version that counts; 0 when none does."""
        return 0 if self.version is None else self.version.number

    @property
    def owes(self) -> bool:
        """Whether something is still to come from the agency."""
        return self.state in {"missing", "returned"}

    @property
    def state_word(self) -> str:
        """Its state as a clerk reads it: 已发布 where that was noted of one that is accepted."""
        return "已发布" if self.published and self.state == "accepted" else AGENCY_STATES[self.state]

    @property
    def differs_published(self) -> bool:
        """Whether the version that counts came after its report was published."""
        return bool(self.published and self.version and self.version.at[:10] > self.published.day)

    @property
    def open(self) -> tuple[WeighedFinding, ...]:
        """What is still asked of the agency."""
        return tuple(verdict for verdict in self.findings if verdict.open)

    @property
    def left(self) -> tuple[WeighedFinding, ...]:
        """What is not settled: what is asked, and what is only told."""
        return tuple(verdict for verdict in self.findings if not verdict.settled)


def find_standings(
    campaign: Campaign, roster: Roster, store: Store, today: date, strict: bool = False
) -> list[Standing]:
    """What `iterate_standings` gives, all at once."""
    return list(iterate_standings(campaign, roster, store, today, strict))


def iterate_standings(
    campaign: Campaign, roster: Roster, store: Store, today: date, strict: bool = False
) -> Iterator[Standing]:
    """How every agency of the roster stands, in its order, one by one: findings of thousands are large.

    An unwaived error keeps an agency from being accepted; under `strict` so does a warning that nobody explained. One
    that need not report is `absent`, whatever it has returned.
    """
    waivers, absences, numbers = store.waivers(), store.absences(), store.count_versions()
    put_aside, choices, published = store.put_aside(), store.choices(), store.publications()
    counting = store.read_counting(entry.agency.code for entry in roster.entries)
    coming = next(counting, None)
    for entry in roster.entries:
        code = entry.agency.code
        version = coming if coming is not None and coming.agency == code else None
        if version is not None:
            coming = next(counting, None)
        versions = numbers.get(code, 0)
        aside = tuple(
            lighten_version(each)
            for each in put_aside.get(code, ())
            if version is None or each.number != version.number
        )
        if code in absences:
            yield Standing(entry, "absent", versions=versions, absence=absences[code], aside=aside)
        elif version is None:
            days = days_overdue(campaign, today)
            yield Standing(entry, "missing", late=days > 0, versions=versions, days_late=days, aside=aside)
        else:
            days = days_overdue(campaign, _first_return_day(campaign, store, version))
            words = (*waivers.get(code, ()), *_pass_by_choice(entry, version, choices.get(code)))
            judged = _judge_agency(campaign.spec, entry, version, words, days, strict=strict)
            yield replace(judged, versions=versions, aside=aside, published=published.get(code))


def find_strays(roster: Roster, store: Store) -> list[Stray]:
    """Agencies that were sent a blank or have returned, and that the roster has no more or under another name.

    A word of the office settles each: an absence, or the choice of a version under the name that the roster has.
    """
    absences, choices = store.absences(), store.choices()
    counting = {version.agency: (version.number, _told_name(version)) for version in store.read_counting()}
    known = {**dict.fromkeys(store.issues(), "已下发工作簿"), **dict.fromkeys(store.count_versions(), "已报送")}
    found = []
    for code, did in known.items():
        entry = roster.agencies.get(code)
        number, told = counting.get(code, (0, ""))
        if code in absences:
            continue
        if entry is None:
            found.append(Stray(code, told, f"{did}，单位名录里没有它了"))
        elif told and not is_same_name(told, entry.agency.name):
            chosen = choices.get(code)
            if chosen is None or (chosen.number, chosen.name) != (number, entry.agency.name):
                found.append(Stray(code, told, f"报送时叫“{told}”，单位名录里现在是“{entry.agency.name}”"))
    return found


def advise_stray(stray: Stray, roster: Roster) -> str:
    """What settles a stray agency, for a line under it."""
    if stray.code in roster.agencies:
        return (
            f"确是同一单位的，执行 xltool use {stray.code} 版次 --reason 理由 --by 姓名；"
            f"不是的，改正名录，或 xltool use {stray.code} none --reason 理由 --by 姓名"
        )
    return (
        f"放回名录；不再单独报送的，执行 xltool absent {stray.code} --reason 理由 --by 姓名，"
        "数并入其他单位的加 --into 单位代码"
    )


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


def weigh_findings(
    version: Version, waivers: Sequence[WaiverRecord]
) -> tuple[tuple[WeighedFinding, ...], tuple[Lapse, ...]]:
    """The findings of a version, each with the waiver and the explanation that it has, and the waivers that lapsed."""
    asked = waivers or any(finding["severity"] == "warning" for finding in version.findings)
    document = json.loads(version.submission) if asked else {}
    held, lapsed = find_waivers(version.findings, waivers, document.get("texts", {}), version.sha256)
    explanations: Mapping[str, str] = document.get("explanations", {})
    weighed = [
        _weigh_finding(finding, waiver, explanations) for finding, waiver in zip(version.findings, held, strict=True)
    ]
    return tuple(weighed), tuple(lapsed)


def group_verdicts(spec: FormSpec, verdicts: Sequence[WeighedFinding]) -> list[WeighedOpinion]:
    """Weighed findings as opinions: those of one cause are one, the gravest first."""
    found = [restore_finding(verdict.finding, spec) for verdict in verdicts]
    return [
        WeighedOpinion(opinion, tuple(verdicts[at] for at in opinion.findings), tuple(found))
        for opinion in group_findings(found)
    ]


def find_unmatched(store: Store, strays: Sequence[Stray]) -> list[Unmatched]:
    """Files that are no agency's return, and returns of agencies that have since left the roster or its name.

    Nothing is lost sight of.
    """
    left = [
        Unmatched(version.sha256, version.file, f"{stray.code} {stray.name}：{stray.why}。", version.at)
        for stray in strays
        if (version := store.counting_of(stray.code)) is not None
    ]
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
                "lapsed": [_describe_lapse(lapse) for lapse in standing.lapsed],
                "published": None if standing.published is None else standing.published.day,
                "file": standing.file,
                "received": standing.received,
                "second": None if standing.version is None else find_outcome(standing.version),
                "aside": [{"version": v.number, "file": v.file, "reason": v.aside} for v in standing.aside],
            }
            for standing in found
        ],
        "unmatched": [{"file": other.file, "reason": other.reason} for other in others],
        "counts": count_states(found, others),
        "second": count_outcomes(standing.version for standing in found),
    }


def _describe_lapse(lapse: Lapse) -> dict[str, str]:
    waiver = lapse.waiver
    return {"rule": waiver.rule, "reason": waiver.reason, "by": waiver.person, "change": lapse.change}


def days_overdue(campaign: Campaign, day: date) -> int:
    """How many days a day lies behind the deadline; 0 when it does not, or there is none."""
    return 0 if campaign.deadline is None else max(0, (day - campaign.deadline).days)


def _judge_agency(
    spec: FormSpec, entry: RosterEntry, version: Version, waivers: Sequence[WaiverRecord], days: int, *, strict: bool
) -> Standing:
    document = json.loads(version.submission)
    if is_same_name(str(document["agency"]["name"]), entry.agency.name):  # a roster mended since: these are so no more
        told = tuple(found for found in version.findings if found["code"] not in _OF_NAMES)
        version = replace(version, findings=told)
    verdicts, lapsed = weigh_findings(version, waivers)
    left = [verdict for verdict in verdicts if not verdict.settled]
    grades = Counter(opinion.severity for opinion in group_verdicts(spec, left))
    return Standing(
        entry,
        "returned" if grades["error"] or (strict and grades["warning"]) else "accepted",
        late=days > 0,
        versions=version.number,
        errors=grades["error"],
        warnings=grades["warning"],
        waived=sum(verdict.waiver is not None for verdict in verdicts),
        file=version.file,
        received=version.at,
        findings=verdicts,
        version=lighten_version(version),
        scope=document.get("scope", "own"),
        lapsed=lapsed,
        days_late=days,
    )


def _pass_by_choice(entry: RosterEntry, version: Version, choice: Choice | None) -> Iterator[WaiverRecord]:
    """What the choice of a version lets pass: a word on whose it is, for as long as it is that agency's."""
    if choice is not None and choice.number == version.number and is_same_name(choice.name, entry.agency.name):
        for code in _SETTLED_BY_CHOICE:
            marks = mark_findings(code, version.findings, version.submission, version.sha256)
            yield WaiverRecord(choice.agency, code, choice.reason, choice.person, choice.at, marks)


def _weigh_finding(
    finding: Mapping[str, Any], waiver: WaiverRecord | None, explanations: Mapping[str, str]
) -> WeighedFinding:
    if finding["severity"] == "info":  # asks for nothing, so there is nothing to explain
        return WeighedFinding(finding)
    keys = [str(cell["key"]) for cell in finding["cells"]]
    told = find_explanation(finding["code"], finding["name"], keys, explanations)
    return WeighedFinding(finding, waiver, told)


def _first_return_day(campaign: Campaign, store: Store, newest: Version) -> date:
    """The day that decides whether an agency was late.

    That of its first version, which is asked for only where it matters.
    """
    if newest.number > 1 and days_overdue(campaign, _version_day(newest)):
        return _version_day(store.versions(newest.agency)[0])
    return _version_day(newest)


def lighten_version(version: Version) -> Version:
    """The version without its document and its findings, which are large."""
    return replace(version, submission=b"", findings=())


def _told_name(version: Version) -> str:
    """What the agency called itself in its document."""
    return str(json.loads(version.submission)["agency"]["name"])


def _version_day(version: Version) -> date:
    return date.fromisoformat(version.at[:10])
