"""How each agency stands.

What it returned, what is still wrong with it or to be explained, what was let pass by whose word, whether it is late:
this is the one place that decides.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

from xltool import api
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_blanks import Issue, Sending
from xltool.campaign.kept_decisions import AbsenceRecord, Choice, Extension
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.kept_findings import restore_finding
from xltool.campaign.kept_reports import Publication
from xltool.campaign.kept_versions import Version
from xltool.campaign.refused import find_refused
from xltool.campaign.rereading import count_outcomes, find_outcome
from xltool.campaign.roster import Roster, RosterEntry, is_same_name
from xltool.campaign.store import Store
from xltool.campaign.waivers import Lapse, WaiverRecord, find_waivers, mark_findings
from xltool.messages import XltoolError
from xltool.model import Agency, Finding, FormSpec, Scope, Severity, Submission
from xltool.rules.explanations import NO_EXPLANATION, Answers, Explanation, asks_for_answer, find_explanation
from xltool.rules.opinions import Opinion, group_findings, tell_opinion
from xltool.workbook.layout_plan import make_plan

STATUS_SCHEMA: Final = "xltool/status/1"
AgencyState: TypeAlias = Literal["missing", "returned", "open", "accepted", "absent"]
AGENCY_STATES: Final[Mapping[AgencyState, str]] = {
    "missing": "未报送",
    "returned": "退回",
    "open": "待说明",
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
    explanation: Explanation = NO_EXPLANATION

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
    def settled(self) -> bool:
        """Whether it was let pass, or explained where an explanation is all that is asked."""
        return self.waiver is not None or (self.severity == "warning" and self.explanation.settles)

    @property
    def unsettled(self) -> bool:
        """Whether there is something to be done about it and it is not settled."""
        return not self.settled and self.severity != "info"

    @property
    def asks(self) -> bool:
        """Whether it asks for an answer and has none: it was neither let pass nor explained."""
        return not self.settled and asks_for_answer(self.code, self.severity)


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

    @property
    def names(self) -> tuple[str, ...]:
        """The rules at their places, or the codes, of all its findings."""
        return tuple(dict.fromkeys(verdict.name for verdict in self.verdicts))

    @property
    def waivers(self) -> tuple[WaiverRecord, ...]:
        """The words that let its findings pass."""
        return tuple(dict.fromkeys(verdict.waiver for verdict in self.verdicts if verdict.waiver is not None))

    @property
    def explanations(self) -> tuple[str, ...]:
        """The agency's 说明 of its findings, as far as they settle them."""
        said = (verdict.explanation for verdict in self.verdicts)
        return tuple(dict.fromkeys(each.text for each in said if each.settles))

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


def find_standings(campaign: Campaign, roster: Roster, store: Store, today: date) -> list[Standing]:
    """What `iterate_standings` gives, all at once."""
    return list(iterate_standings(campaign, roster, store, today))


def find_standing(campaign: Campaign, roster: Roster, store: Store, code: str, today: date) -> Standing:
    """How the agency of a code stands, which the roster has."""
    return next(iterate_standings(campaign, roster, store, today, [roster.agencies[code]]))


def iterate_standings(
    campaign: Campaign, roster: Roster, store: Store, today: date, entries: Sequence[RosterEntry] | None = None
) -> Iterator[Standing]:
    """How every agency of the roster stands, or those of some of its entries, in their order.

    They come one by one: findings of thousands are large.

    An unwaived error makes it `returned`; what asks for an answer and has none, `open`. One that need not report is
    `absent`, whatever it has returned.
    """
    parents = {entry.parent for entry in roster.entries}
    root = "" if roster.root is None else roster.root.agency.code
    heads = [entry for entry in roster.entries if entry.agency.code in parents and entry.agency.code != root]
    sums = {
        standing.entry.agency.code: standing.entry.agency
        for standing in (_iterate_apart(campaign, heads, store, today) if heads else ())
        if standing.state == "accepted" and standing.scope == "consolidated"
    }
    refused = find_refused(campaign, roster, store).of_agency
    for standing in _iterate_apart(campaign, roster.entries if entries is None else entries, store, today):
        covered = _find_covering_agency(standing.entry.agency.code, sums, roster)
        overdue = standing.days_overdue > 0 and standing.state in {"missing", "returned"} and covered is None
        came = refused.get(standing.entry.agency.code, ())
        changed = covered is not None or overdue or came
        yield replace(standing, covered=covered, overdue=overdue, refused=came) if changed else standing


def _iterate_apart(campaign: Campaign, entries: Sequence[RosterEntry], store: Store, today: date) -> Iterator[Standing]:
    """How each stands by what it sent itself, whatever the agencies above have sent."""
    waivers, absences, sent, extensions = store.waivers(), store.absences(), store.sent_days(), store.extensions()
    put_aside, choices, published = store.put_aside(), store.choices(), store.publications()
    issued, handed = store.issues(), store.sendings()
    counting = store.read_counting(entry.agency.code for entry in entries)
    coming, spec = next(counting, None), campaign.spec
    for entry in entries:
        code = entry.agency.code
        version = coming if coming is not None and coming.agency == code else None
        if version is not None:
            coming = next(counting, None)
        versions, extension = sent.get(code, {}), extensions.get(code)
        aside = tuple(
            lighten_version(each)
            for each in put_aside.get(code, ())
            if version is None or each.number != version.number
        )
        deadline = find_deadline(campaign, extension)
        if code in absences:
            standing = Standing(entry, "absent", absence=absences[code])
        elif version is None:
            standing = Standing(entry, "missing")
        else:
            words = (*waivers.get(code, ()), *pass_by_choice(entry, version, choices.get(code)))
            standing = judge_version(spec, entry, version, words, store.versions)
        late = 0 if version is None else count_days_past(deadline, date.fromisoformat(min(versions.values())))
        returned = standing.version is not None
        yield replace(
            standing,
            received=versions[standing.number] if returned else None,
            late=returned and late > 0,
            days_late=late if returned else 0,
            published=published.get(code) if returned else None,
            sent=handed.get(code),
            versions=len(versions),
            aside=aside,
            deadline=deadline,
            told=find_told_deadline(issued.get(code)),
            extension=extension,
            days_overdue=count_days_past(deadline, today),
        )


def find_strays(roster: Roster, store: Store, standings: Iterable[Standing] = ()) -> list[Stray]:
    """Agencies that were sent a blank or have returned, and that the roster has no more or under another name.

    A word of the office settles each: an absence, or the choice of a version under the name that the roster has. What
    stands in `standings` is not read again.
    """
    absences, choices = store.absences(), store.choices()
    counting = {each.entry.agency.code: (each.number, each.bears) for each in standings if each.version is not None}
    unread = [code for code in store.list_counting() if code not in counting]
    counting |= {version.agency: (version.number, _told_name(version)) for version in store.read_counting(unread)}
    known = {**dict.fromkeys(store.list_issued(), "已下发工作簿"), **dict.fromkeys(store.count_versions(), "已报送")}
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


def judge_version(
    spec: FormSpec,
    entry: RosterEntry,
    version: Version,
    waivers: Sequence[WaiverRecord],
    versions: Callable[[str], Sequence[Version]],
) -> Standing:
    """How an agency stands by one version, with the words that let something of it pass.

    `versions` gives all that an agency has returned, which is asked for only where a 说明 may be of an earlier return.
    """
    document = json.loads(version.submission, parse_float=str)
    bears = str(document["agency"]["name"])
    if is_same_name(bears, entry.agency.name):  # a roster mended since: these are so no more
        told = tuple(found for found in version.findings if found["code"] not in _OF_NAMES)
        version = replace(version, findings=told)
    held, lapsed = find_waivers(version.findings, waivers, document.get("texts", {}), version.sha256)
    given, before = _read_answers(document), _read_earlier_answers(version, document, versions)
    verdicts = tuple(
        _weigh_finding(finding, waiver, given, before) for finding, waiver in zip(version.findings, held, strict=True)
    )
    left = group_verdicts(spec, [verdict for verdict in verdicts if not verdict.settled])
    grades = Counter(opinion.severity for opinion in left)
    asked = sum(opinion.severity == "warning" and any(verdict.asks for verdict in opinion.verdicts) for opinion in left)
    return Standing(
        entry,
        "returned" if grades["error"] else "open" if asked else "accepted",
        versions=version.number,
        errors=grades["error"],
        warnings=grades["warning"],
        open=asked,
        waived=len(group_verdicts(spec, [verdict for verdict in verdicts if verdict.waiver is not None])),
        file=version.file,
        findings=verdicts,
        version=lighten_version(version),
        scope=document.get("scope", "own"),
        bears=bears,
        accepted=tuple(document.get("accepted", ())),
        lapsed=tuple(lapsed),
    )


def pass_by_choice(entry: RosterEntry, version: Version, choice: Choice | None) -> Iterator[WaiverRecord]:
    """What the choice of a version lets pass: a word on whose it is, for as long as it is that agency's."""
    if choice is not None and choice.number == version.number and is_same_name(choice.name, entry.agency.name):
        for code in _SETTLED_BY_CHOICE:
            marks = mark_findings(code, version.findings, version.submission, version.sha256)
            yield WaiverRecord(choice.agency, code, choice.reason, choice.person, choice.at, marks)


def group_verdicts(spec: FormSpec, verdicts: Sequence[WeighedFinding]) -> list[WeighedOpinion]:
    """Weighed findings as opinions: those of one cause are one, the gravest first."""
    found = [restore_finding(verdict.finding, spec) for verdict in verdicts]
    return [
        WeighedOpinion(opinion, tuple(verdicts[at] for at in opinion.findings), tuple(found))
        for opinion in group_findings(found)
    ]


def find_unmatched(campaign: Campaign, roster: Roster, store: Store, strays: Sequence[Stray]) -> list[Unmatched]:
    """Files that are no agency's return, and returns of agencies that have since left the roster or its name.

    Nothing is lost sight of, but for what its agency has followed up with a return that counts.
    """
    left = [
        Unmatched(version.sha256, version.file, f"{stray.code} {stray.name}：{stray.why}。", version.at)
        for stray in strays
        if (version := store.counting_of(stray.code)) is not None
    ]
    return [*find_refused(campaign, roster, store).files, *left]


def count_states(found: Sequence[Standing], others: Sequence[Unmatched]) -> dict[str, int]:
    """How many agencies are in each state, and how many files are nobody's."""
    return {
        **{state: sum(standing.state == state for standing in found) for state in AGENCY_STATES},
        "unmatched": len(others),
    }


def to_json(
    campaign: Campaign, found: Sequence[Standing], others: Sequence[Unmatched], signed: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The document of `xltool status --json`; what does not exist (no deadline, no file yet) is null.

    `signed` is how the county's report is signed off, as the document has it.
    """
    return {
        "schema": STATUS_SCHEMA,
        "name": campaign.name,
        "form": campaign.form,
        "year": campaign.year,
        **({"period": str(campaign.period)} if campaign.part else {}),
        "deadline": None if campaign.deadline is None else campaign.deadline.isoformat(),
        "agencies": [
            {
                "code": standing.entry.agency.code,
                "name": standing.entry.agency.name,
                "state": standing.state,
                "late": standing.late,
                "overdue": standing.overdue,
                "deadline": None if standing.deadline is None else standing.deadline.isoformat(),
                "versions": standing.versions,
                "errors": standing.errors,
                "warnings": standing.warnings,
                "open": standing.open,
                "waived": standing.waived,
                "accepted": [_describe_acceptance(each) for each in standing.accepted],
                "lapsed": [_describe_lapse(lapse) for lapse in standing.lapsed],
                "published": None if standing.published is None else standing.published.day,
                "sent": None if standing.sent is None else _describe_sending(standing.sent),
                "file": standing.file,
                "received": standing.received,
                "second": None if standing.version is None else find_outcome(standing.version),
                "refused": [{"file": each.file, "reason": each.reason} for each in standing.refused],
                "aside": [{"version": v.number, "file": v.file, "reason": v.aside} for v in standing.aside],
            }
            for standing in found
        ],
        "unmatched": [{"file": other.file, "reason": other.reason} for other in others],
        "counts": count_states(found, others),
        "signed": signed,
        "second": count_outcomes(standing.version for standing in found),
    }


def _describe_sending(sending: Sending) -> dict[str, str]:
    return {"day": sending.day, "how": sending.how, "by": sending.person}


def _describe_acceptance(accepted: Mapping[str, Any]) -> dict[str, Any]:
    number = {field: _write_number(accepted[field]) for field in ("typed", "value")}
    return {"cell": accepted["cell"], **number, "reason": accepted["reason"], "by": accepted["by"]}


def _write_number(value: Any) -> Any:
    """A figure of a document that was parsed with its decimals as text."""
    with suppress(ValueError):
        return float(value) if isinstance(value, str) else value
    return value


def _describe_lapse(lapse: Lapse) -> dict[str, str]:
    waiver = lapse.waiver
    return {"rule": waiver.rule, "reason": waiver.reason, "by": waiver.person, "change": lapse.change}


def describe_tasks(standing: Standing) -> str:
    """What is to be done about a return, in a few words."""
    told = standing.warnings - standing.open
    counts = ((standing.errors, "条须改"), (standing.open, "条须说明或改正"), (told, "条须核对"))
    return "，".join(f"{count} {what}" for count, what in counts if count)


def find_deadline(campaign: Campaign, extension: Extension | None) -> date | None:
    """The deadline of an agency: its own where it has one, else that of all; None when there is none."""
    return campaign.deadline if extension is None else date.fromisoformat(extension.day)


def find_told_deadline(issued: Issue | None) -> date | None:
    """The deadline that an agency was told before: the first of its blank, or an extension withdrawn since."""
    return date.fromisoformat(issued.deadline) if issued is not None and issued.deadline else None


def count_days_past(deadline: date | None, day: date) -> int:
    """How many days a day lies behind a deadline; 0 when it does not, or there is none."""
    return 0 if deadline is None else max(0, (day - deadline).days)


def _weigh_finding(
    finding: Mapping[str, Any], waiver: WaiverRecord | None, given: Answers, before: Iterable[Answers]
) -> WeighedFinding:
    if finding["severity"] == "info":  # asks for nothing, so there is nothing to explain
        return WeighedFinding(finding)
    keys = [str(cell["key"]) for cell in finding["cells"]]
    facts = finding.get("facts", {})
    lines = (facts["of_list"], facts["serials"]) if "serials" in facts else None
    told = find_explanation(
        finding["code"], finding["name"], keys, given, earlier=before, text=finding.get("text"), lines=lines
    )
    return WeighedFinding(finding, waiver, told)


def _read_earlier_answers(
    version: Version, document: Mapping[str, Any], versions: Callable[[str], Sequence[Version]]
) -> Sequence[Answers]:
    """What the returns before said, newest first; nothing where no 说明 can be of them."""
    asked = any(asks_for_answer(found["code"], found["severity"]) for found in version.findings)
    if version.number == 1 or not asked or not document.get("explanations"):
        return ()
    earlier = [each for each in versions(version.agency) if each.number < version.number]
    return [_read_answers(json.loads(each.submission, parse_float=str)) for each in reversed(earlier)]


def _read_answers(document: Mapping[str, Any]) -> Answers:
    lists = document.get("lists", {})
    return Answers(document.get("explanations", {}), document["values"], document.get("texts", {}), lists)


def _find_covering_agency(code: str, sums: Mapping[str, Agency], roster: Roster) -> Agency | None:
    """The agency above that returned a sum, or None."""
    seen = {code}
    entry = roster.agencies.get(code)
    while entry is not None and entry.parent and entry.parent not in seen:
        if entry.parent in sums:
            return sums[entry.parent]
        seen.add(entry.parent)
        entry = roster.agencies.get(entry.parent)
    return None


def lighten_version(version: Version) -> Version:
    """The version without its document and its findings, which are large."""
    return replace(version, submission=b"", findings=())


def _told_name(version: Version) -> str:
    """What the agency called itself in its document."""
    return str(json.loads(version.submission)["agency"]["name"])
