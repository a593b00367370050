"""Takes in what came back: whose it is, whether it is new, what is wrong with it.

Every file ends in exactly one state with a reason.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from xltool import api
from xltool.campaign.acceptances import AcceptanceRecord, accept_reading, drop_claims
from xltool.campaign.answers import explain_submission, list_answered, read_answers
from xltool.campaign.archive import archive_bytes, is_archived, read_archived
from xltool.campaign.arrivals import Arrival, find_order, tell_differences
from xltool.campaign.folder import Campaign
from xltool.campaign.inbox import Found, find_files
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.kept_files import Arrived, Unmatched, Unread
from xltool.campaign.kept_findings import keep_findings
from xltool.campaign.kept_versions import Version
from xltool.campaign.mentions import find_foreign_file_name, find_foreign_opening, find_foreign_title
from xltool.campaign.neighbours import OtherCampaigns, open_neighbours
from xltool.campaign.opening import find_sealed_name, is_key_replaced
from xltool.campaign.passwords import LOCKED
from xltool.campaign.roster import Roster, is_same_name
from xltool.campaign.seal import is_genuine
from xltool.campaign.standing import AGENCY_STATES, Standing, judge_version
from xltool.campaign.store import Store
from xltool.campaign.ticks import TICK_CODES, TICKED, take_ticks
from xltool.forms import catalog, document
from xltool.forms.across import OtherReports
from xltool.forms.cell_names import name_cell
from xltool.messages import XltoolError, finding, join_first, tell_finding
from xltool.model import Agency, Finding, FormSpec, Reading, Submission
from xltool.periods import period_of
from xltool.readings import FileSource, LocalEngine, ReadingEngine, stream_readings
from xltool.spreadsheet.save_time import read_save_time
from xltool.workbook.layout_plan import make_plan

Fate: TypeAlias = Literal["accepted", "open", "returned", "older", "rejected", "duplicate", "skipped"]
FATES: Final[dict[Fate, str]] = {
    "accepted": AGENCY_STATES["accepted"],
    "open": AGENCY_STATES["open"],
    "returned": AGENCY_STATES["returned"],
    "older": "旧版本",
    "rejected": "未能收下",
    "duplicate": "已收过",
    "skipped": "略过",
}

COLLECT_SCHEMA: Final = "xltool/collect/1"

_RESTS_ON_OTHERS: Final = LOCKED | {"campaign.other", "campaign.unknown_agency", "stamp.wrong", "file.unknown_form"}
"""Refusals that rest on the roster, the settings, the forms at hand, the key or a password: what has changed since may
let the file in."""

_DOUBTS: Final = frozenset({"campaign.misnamed", "identity.line"})
"""Doubts whose a file is, which are said when it is taken in."""

_MOST_CHANGES: Final = 6
BATCH: Final = 32
"""Files judged and taken in together while others are read: memory stays flat, and a killed run loses no more than the
reading of these."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; `unreadable` when it was no workbook of a known form at all.

    `advice` is what to do at a console about a version, where there is a choice.
    """

    file: str
    state: Fate
    agency: str = ""
    reason: str = ""
    unreadable: bool = False
    advice: str = ""

    @property
    def sentence(self) -> str:
        """What a console tells of it: why, and what to do."""
        return f"{self.reason.rstrip('。')}；{self.advice}。" if self.advice else self.reason

    def describe(self) -> dict[str, str | None]:
        """The line of `xltool collect --json`."""
        return {
            "schema": COLLECT_SCHEMA,
            "file": self.file,
            "state": self.state,
            "agency": self.agency or None,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Intake:
    """What intake works with; `prior` gives last year's submission of an agency, or None.

    `received` is the ISO day on which what is new was sent, where somebody says so.
    """

    campaign: Campaign
    roster: Roster
    store: Store
    key: bytes
    at: str
    prior: Callable[[str], Submission | None]
    passwords: tuple[str, ...] = ()
    received: str = ""

    @cached_property
    def context(self) -> str:
        """What a refusal may rest on beside the file: roster, settings, forms, key and passwords, as one hash."""
        rests = (self.campaign.to_toml(), self.roster.to_csv(), self.key, catalog.list_ids(), self.passwords)
        return hashlib.sha256(repr(rests).encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def neighbours(self) -> OtherCampaigns:
        """The campaigns beside this one, as they are when somebody first asks; raises as `open_neighbours` does."""
        return open_neighbours(self.campaign)

    def find_reports(self, code: str) -> OtherReports:
        """What an agency of the roster reports on other forms, or why there is nothing to look at."""
        entry = self.roster.agencies.get(code)
        return {} if entry is None else self.neighbours.find_reports(entry.agency)

    @cached_property
    def issued(self) -> Mapping[str, Issue]:
        """The blanks that were sent out, by agency code."""
        return self.store.issues()

    @cached_property
    def arrivals(self) -> dict[str, Arrival]:
        """The version of each agency that counts of those that this run has taken in, by code."""
        return {}

    @cached_property
    def absences(self) -> Mapping[str, AbsenceRecord]:
        """The agencies that need not report, by code."""
        return self.store.absences()


def collect_files(
    intake: Intake,
    paths: Sequence[Path],
    engine: ReadingEngine = LocalEngine(1),  # noqa: B008  holds nothing
) -> Iterator[Taken]:
    """Takes in every file below the paths (by default the inbox), one transaction a batch.

    Then what was refused before for a roster, settings, a key or passwords that have changed since is judged again,
    from the archive, and answers that were given beside a workbook known before are put to it. The files themselves are
    never touched.
    """
    known: deque[Taken | Found] = deque()
    new: deque[tuple[Found, str]] = deque()
    found = find_files(paths or [intake.campaign.root / intake.campaign.layout.inbox])
    here: set[str] = set()
    chosen = chain(_select_new(intake, found, known, new, here), _select_refused(intake, known, new, here))
    under_way = engine.map_files(chosen, intake.passwords)
    while batch := list(islice(under_way, BATCH)):
        yield from _drain_queue(intake, known)
        yield from _settle_batch(intake, [new.popleft() for _ in batch], batch)
    yield from _drain_queue(intake, known)
    yield from filter(None, (_take_answers(intake, digest) for digest in list_answered(intake.campaign)))


def judge_archived(intake: Intake, digest: str, name: str) -> Taken:
    """Takes in a file of the archive that the database does not know; `XltoolError` when it is not there whole."""
    data = read_archived(intake.campaign, digest, name)
    [reading] = stream_readings([(data, name)], intake.passwords)
    [taken] = _settle_batch(intake, [(Found(name, data), digest)], [reading])
    intake.arrivals.clear()  # what lay in the archive came one by one, as far as anybody knows
    return taken


def _select_new(
    intake: Intake, found: Iterable[Found], known: deque[Taken | Found], new: deque[tuple[Found, str]], here: set[str]
) -> Iterator[FileSource]:
    """The files that have to be read; what is known already is put aside, and so is whose reading is awaited."""
    unopened = intake.store.unopened()
    for item in found:
        for name in unopened.intersection(_list_opened(item)):
            intake.store.forget_unopened(name)
        digest = "" if item.data is None else hashlib.sha256(item.data).hexdigest()
        answer = item if item.data is None else _answer_known(intake, item, digest, here)
        if answer is not None or item.data is None:
            known.extend([] if answer is None else [answer])
            continue
        here.add(digest)
        new.append((item, digest))
        yield FileSource(item.name, item.data)


def _select_refused(
    intake: Intake, known: deque[Taken | Found], new: deque[tuple[Found, str]], here: set[str]
) -> Iterator[FileSource]:
    """The files refused before that what has changed since may let in, and that did not come again in this run."""
    for refused in intake.store.judged_elsewhere(intake.context):
        if refused.sha256 in here:
            continue
        try:
            data = read_archived(intake.campaign, refused.sha256, refused.file)
        except XltoolError as error:  # told at each collect until the file comes again
            known.append(Taken(refused.file, "rejected", reason=str(error), unreadable=True))
            continue
        here.add(refused.sha256)
        new.append((Found(refused.file, data, again=True), refused.sha256))
        yield FileSource(refused.file, data)


def _drain_queue(intake: Intake, queue: deque[Taken | Found]) -> Iterator[Taken]:
    """The answers that need no reading, in order."""
    waiting = [*queue]
    queue.clear()
    bare = iter(_take_without_bytes(intake, [item for item in waiting if isinstance(item, Found)]))
    for item in waiting:
        yield next(bare) if isinstance(item, Found) else item


def _answer_known(intake: Intake, item: Found, digest: str, here: set[str]) -> Taken | None:
    """The answer for a file that need not be read, since its bytes came before; None for a new one."""
    seen = intake.store.find_outcome(digest)
    open_again = seen is not None and (seen[0] == "lost" or intake.store.context_of(digest) not in {"", intake.context})
    if digest not in here and (seen is None or open_again):
        return None
    if item.data is not None and not is_archived(intake.campaign, digest):  # lost or damaged since: here it is again
        archive_bytes(intake.campaign, digest, item.data)
    reason = (seen[1] if seen else "") or "内容与收过的文件完全相同"
    same = Taken(item.name, "duplicate", intake.store.find_sender(digest), reason)
    return _take_answers(intake, digest, item.name) or same


def _take_answers(intake: Intake, digest: str, name: str = "") -> Taken | None:
    """Puts the answers beside a version that was taken in before to its document; None where they stand there already.

    `name` is what its file is called in this run, where it came again.
    """
    answers = read_answers(intake.campaign, digest)
    version = intake.store.find_version(digest) if answers else None
    kept = None if version is None else api.read(version.submission, version.file).submission
    if version is None or kept is None:
        return None
    spec, entry = intake.campaign.spec, intake.roster.agencies.get(version.agency)
    now = explain_submission(spec, kept, answers)
    if now == kept or entry is None:
        return None
    version = replace(version, submission=document.dump_document(spec, now))
    intake.store.explain_version(version)
    counting = intake.store.counting_of(version.agency)
    if counting is None or counting.number != version.number:
        reason = f"{entry.agency.name}：第 {version.number} 版补了说明，这一版不计入"
        return Taken(name or version.file, "older", version.agency, reason)
    waivers = intake.store.waivers().get(version.agency, ())
    standing = judge_version(spec, entry, version, waivers, intake.store.versions)
    reason = f"{entry.agency.name}：第 {version.number} 版补了说明，{_count_opinions(standing)}"
    return Taken(name or version.file, cast(Fate, standing.state), version.agency, reason)


def _count_opinions(standing: Standing) -> str:
    """How many opinions there are on a version, in a few words."""
    counted = f"强制 {standing.errors} 条，核实 {standing.warnings} 条"
    return counted + (f"（待说明 {standing.open} 条）" if standing.open else "")


def _settle_batch(intake: Intake, new: list[tuple[Found, str]], read: list[Reading]) -> Iterator[Taken]:
    """A batch that has been read: each reading attributed, all judged at once, all files taken in together.

    What is told has been taken in; of a run that is killed before, the archive holds bytes that the next one takes in.
    """
    settled = [
        settle_figures(intake, _explain_reading(intake, digest, attribute_reading(intake, reading)))
        for (_, digest), reading in zip(new, read, strict=True)
    ]
    attributed = [each.reading for each in settled]
    priors = [None if r.submission is None else intake.prior(r.submission.agency.code) for r in attributed]
    others: list[OtherReports] = [
        {} if r.submission is None else intake.find_reports(r.submission.agency.code) for r in attributed
    ]
    judged = api.check(attributed, priors, others)
    taken: list[Taken] = []
    failure: XltoolError | None = None
    with intake.store.together():
        try:
            for (item, digest), reading, figures in zip(new, judged, settled, strict=True):
                each = _take_file(intake, item, digest, replace(figures, reading=reading))
                if not (item.again and each.state == "duplicate"):  # refused as before: it did not come again
                    taken.append(each)
        except XltoolError as error:
            if not intake.store.is_pending:
                raise
            failure = error  # of one file: those before it are kept, and told
    yield from taken
    if failure is not None:
        raise failure


@dataclass(frozen=True, slots=True)
class SettledFigures:
    """A reading whose figures are those that count: what was accepted by its ticks with it, and without.

    `ticked` are the acceptances that its ticks add to the record; None of `bare` where there are none.
    """

    reading: Reading
    ticked: tuple[AcceptanceRecord, ...] = ()
    bare: Reading | None = None


def settle_figures(intake: Intake, reading: Reading) -> SettledFigures:
    """A reading that was attributed, before it is judged, with what is accepted in place of typed figures.

    One that is put aside settles nothing by its ticks.
    """
    if reading.submission is None:
        return SettledFigures(reading)
    spec, code = intake.campaign.spec, reading.submission.agency.code
    noticed = tuple(found for found in reading.findings if found.code != TICKED)
    plain = replace(reading, submission=drop_claims(reading.submission), findings=noticed, ticks=())
    assert plain.submission is not None
    held = {record.key: record for record in intake.store.acceptances().get(code, ())}
    count = len(reading.ticks)
    aside = replace(plain, findings=(*noticed, finding("accept.aside", count=count))) if count else plain
    bare = accept_reading(spec, aside, held.values())
    if not count or find_why_aside(intake, plain.submission, plain):
        return SettledFigures(bare)
    ticked, told = take_ticks(intake.campaign, intake.store, plain.submission, reading.ticks, intake.at)
    together = {**held, **{record.key: record for record in ticked}}
    accepted = accept_reading(spec, replace(plain, findings=(*noticed, *told)), together.values())
    return SettledFigures(accepted, tuple(ticked), bare)


def _explain_reading(intake: Intake, digest: str, reading: Reading) -> Reading:
    """A reading with the answers that were given beside the workbook of a hash."""
    if reading.submission is None:
        return reading
    answers = read_answers(intake.campaign, digest)
    return replace(reading, submission=explain_submission(intake.campaign.spec, reading.submission, answers))


def _list_opened(item: Found) -> Iterator[str]:
    """The names of what was opened, now that this file is here: itself, and whatever folder or archive it lies in."""
    if item.data is not None:
        yield item.name
    if item.name != ".":
        yield "."
        yield from (item.name[:at] for at, sign in enumerate(item.name) if sign == "/")


def _take_without_bytes(intake: Intake, items: Sequence[Found]) -> list[Taken]:
    """Droppings, and files that could not even be opened: these are remembered by their names, in one transaction."""
    noted: dict[str, Unmatched] = {}
    taken: list[Taken] = []
    for item in items:
        digest = hashlib.sha256(f"{item.name}\0{item.reason}".encode()).hexdigest()
        if item.skipped:
            taken.append(Taken(item.name, "skipped", reason=item.reason))
        elif digest in noted or intake.store.find_outcome(digest) is not None:
            taken.append(Taken(item.name, "duplicate", reason=item.reason))
        else:
            noted[digest] = Unmatched(digest, item.name, item.reason, intake.at)
            taken.append(Taken(item.name, "rejected", reason=item.reason, unreadable=True))
    if noted:
        intake.store.take_unopened([*noted.values()])
    return taken


ATTRIBUTIONS: Final = frozenset({"stamp.missing", "campaign.renamed", "campaign.swapped", "campaign.misnamed"})
"""Codes of what `attribute_reading` finds of one that it does attribute: what rests on roster, blanks and key."""


def attribute_reading(intake: Intake, reading: Reading) -> Reading:  # noqa: PLR0911  each answer is one sentence of its own
    """The reading as the roster's own agency.

    Without a submission, and with one finding, when it is not this campaign's.
    """
    submission = reading.submission
    if submission is None:
        return reading
    campaign, entry = intake.campaign, intake.roster.agencies.get(submission.agency.code)
    conflict = next((found for found in reading.findings if found.code == "identity.conflict"), None)
    if any(found.code == "published.read" for found in reading.findings):
        return _reject("campaign.published")
    if submission.form != campaign.form or period_of(submission) != campaign.period:
        wanted = f"{campaign.period.spoken}的 {campaign.form}"
        found = f"{period_of(submission).spoken}的 {submission.form}"
        return _reject("campaign.other", wanted=wanted, found=found)
    if entry is None:
        return _reject("campaign.unknown_agency", agency=submission.agency.code[:60], name=submission.agency.name[:60])
    if conflict is not None:
        return Reading(None, (conflict,))
    notes = list(_check_stamp(intake, submission))
    if any(note.code == "stamp.wrong" for note in notes):
        return Reading(None, tuple(notes))
    told = submission.agency
    notes += list(_compare_with_roster(intake.roster, entry.agency, told))
    notes += list(_compare_with_names(intake, entry.agency, submission))
    # The name that the file bears stays in what is stored: a line of the roster that means somebody else is noticed
    # later.
    own = replace(submission, agency=replace(entry.agency, name=told.name))
    return replace(reading, submission=own, findings=(*reading.findings, *notes))


def _check_stamp(intake: Intake, submission: Submission) -> Iterator[Finding]:
    """Whether the county issued this blank to this agency for this year."""
    code = submission.agency.code
    if not submission.serial:
        if submission.scope == "own":
            yield finding("stamp.missing")
        return
    facts = (intake.campaign.form, intake.campaign.period, find_sealed_name(intake.campaign, intake.store), code)
    issued = intake.issued.get(code)
    if issued is not None and issued.serial == submission.serial and is_key_replaced(intake.store):
        return
    if not is_genuine(intake.key, submission.serial, *facts):
        yield finding("stamp.wrong", serial=submission.serial[:40], agency=code)


def _compare_with_roster(roster: Roster, listed: Agency, told: Agency) -> Iterator[Finding]:
    """Whether the name in the file is that of its code in the roster, or another agency's there."""
    if is_same_name(listed.name, told.name):
        return
    other = next((e.agency for e in roster.entries if is_same_name(e.agency.name, told.name)), None)
    if other is None:
        yield finding("campaign.renamed", found=told.name[:60], listed=listed.name, agency=listed.code)
    else:
        found = told.name[:60]
        yield finding("campaign.swapped", agency=listed.code, listed=listed.name, found=found, other=other.code)


def _compare_with_names(intake: Intake, listed: Agency, submission: Submission) -> Iterator[Finding]:
    """Whether the file's name, or a title in its texts, names another agency of the roster."""
    spec = intake.campaign.spec
    titled = find_foreign_title(intake.roster, listed, submission, spec)
    for where, other in (
        ("文件名", find_foreign_file_name(intake.roster, listed, submission.source)),
        ("文字里的标题", titled),
        ("文字的开头", None if titled else find_foreign_opening(intake.roster, listed, submission)),
    ):
        if other is not None:
            found, code = other.agency.name, other.agency.code
            yield finding(
                "campaign.misnamed", where=where, found=found, other=code, agency=listed.code, listed=listed.name
            )


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
        if counting is not None and json.loads(counting.submission).get("serial"):
            return f"没有下发编号，不能代替用下发的工作簿报的第 {counting.number} 版"
    return ""


def _reject(code: str, **facts: str) -> Reading:
    return Reading(None, (Finding(code, "error", data=facts),))


def _take_file(intake: Intake, item: Found, digest: str, figures: SettledFigures) -> Taken:
    """Archives the bytes, then notes the file: in that order, so that whatever the database knows is in the archive."""
    assert item.data is not None
    if not is_archived(intake.campaign, digest):  # else its time stays, which tells when it came
        archive_bytes(intake.campaign, digest, item.data)
    reading = figures.reading
    if reading.submission is None:
        return _refuse_file(intake, item, digest, reading.findings[0])
    submission = reading.submission
    spec = api.form(submission.form)
    agency = submission.agency
    name = intake.roster.agencies[agency.code].agency.name
    aside = find_why_aside(intake, submission, reading)
    before = None if aside else intake.store.counting_of(agency.code)
    count = intake.store.count_versions().get(agency.code, 0) if before is not None else 0
    saved = None if before is None else read_save_time(item.data)  # nobody asks of the first
    arrival = Arrival(count + 1, item.name, saved, item.dated)
    told = None if before is None else _tell_replacement(intake, arrival, submission, before)
    if told is not None and told.older:
        aside = told.why
        if figures.bare is not None:
            [reading] = api.check([figures.bare], [intake.prior(agency.code)], [intake.find_reports(agency.code)])
    assert reading.submission is not None
    ticked = () if aside else figures.ticked
    stored = document.dump_document(spec, reading.submission)
    version = Version(agency.code, 0, digest, intake.at, item.name, stored, keep_findings(reading), aside)
    arrived = Arrived(len(item.data), _find_sent_day(intake, item, digest))
    number = intake.store.take_version(version, arrived, ticked)
    if not number:
        return Taken(item.name, "duplicate", agency.code, "另一次收集刚刚收下了同样的内容")
    if told is not None and told.older:
        reason = f"{name}：另存为第 {number} 版，不计入：{told.sentence}"
        return Taken(item.name, "older", agency.code, reason, advice=told.advice)
    if aside:
        advice = f"核实后要采用的，执行 {_advise_use(agency.code, number)}"
        reason = f"{name}：另存为第 {number} 版，不计入：{aside}。"
        return Taken(item.name, "rejected", agency.code, reason, advice=advice)
    intake.arrivals[agency.code] = replace(arrival, number=number)
    choice = intake.store.choices().get(agency.code)
    lapsed = choice is not None and choice.known == number - 1
    ended = f"；原来采用第 {choice.number} 版的决定（{choice.person}）不再有效" if choice is not None and lapsed else ""
    waivers = intake.store.waivers().get(agency.code, ())
    entry = intake.roster.agencies[agency.code]
    standing = judge_version(spec, entry, replace(version, number=number), waivers, intake.store.versions)
    said = ["" if told is None else f"；{told.sentence}"]
    said += [f"；{lapse.sentence}" for lapse in standing.lapsed]
    outdated = {verdict.explanation.line for verdict in standing.findings if verdict.explanation.outdated}
    said += [f"；有 {len(outdated)} 处说明一字没改，所说的数却改过了，不再算数"] if outdated else []
    said += [f"；{sentence}" for sentence in _tell_accepted(spec, reading, ticked)]
    said += [f"；{tell_finding(found, None, None)[0]}" for found in reading.findings if found.code in _DOUBTS]
    rest = "".join(sentence.rstrip("。") for sentence in said)
    counted = _count_opinions(standing)
    advice = "" if told is None else told.advice
    return Taken(item.name, cast(Fate, standing.state), agency.code, f"{name}：{counted}{ended}{rest}", advice=advice)


def _tell_accepted(spec: FormSpec, reading: Reading, ticked: Sequence[AcceptanceRecord]) -> Iterator[str]:
    """What was accepted by ticks, and what of that, or of earlier words, does not hold."""
    if ticked:
        changes = join_first([f"{name_cell(spec, each.key)} {each.told}" for each in ticked], _MOST_CHANGES, "处")
        yield f"按“退回意见”里的采纳改了 {len(ticked)} 格（{changes}）"
    place = make_plan(spec).place
    yield from (
        tell_finding(found, spec, place)[0]
        for found in reading.findings
        if found.code in TICK_CODES or found.code == "accept.void"
    )


@dataclass(frozen=True, slots=True)
class _Replacement:
    """What is said when a version meets one that counts; `older` when it does not take its place, and why.

    `advice` is how the other is chosen at a console, where there is a choice.
    """

    sentence: str
    advice: str = ""
    older: bool = False
    why: str = ""


def _tell_replacement(intake: Intake, new: Arrival, submission: Submission, before: Version) -> _Replacement:
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
        use = f"要用这一版的，执行 {_advise_use(code, new.number)}"
        return _Replacement(f"{kept}；两版相比，{differences}。", use, older=True, why=kept)
    use = f"要用第 {old.number} 版的，执行 {_advise_use(code, old.number)}"
    if same_run:
        return _Replacement(f"{replaced}。同一次收到两个版本，以第 {new.number} 版为准：{why}。", use)
    if not later:
        return _Replacement(f"{replaced}。按收到的先后以第 {new.number} 版为准，但它反而旧：{why}。", use)
    return _Replacement(f"{replaced}。")


def _read_saved(intake: Intake, version: Version) -> datetime | None:
    """When a version that was taken in before was saved, by its own account."""
    try:
        return read_save_time(read_archived(intake.campaign, version.sha256, version.file))
    except XltoolError:  # told by whoever needs its bytes
        return None


def _advise_use(code: str, number: int) -> str:
    return f"xltool use {code} {number} --reason 理由 --by 姓名"


def _find_sent_day(intake: Intake, item: Found, digest: str) -> str:
    """The day on which a file was sent: what was noted when it first came, by its mail, as somebody says, by its time.

    A mail or a file that says it is of a time to come says nothing.
    """

    def tell_day(moment: datetime | None) -> str:
        day = "" if moment is None else moment.date().isoformat()
        return day if day <= intake.at[:10] else ""

    known = intake.store.sent_day(digest)
    return known or tell_day(item.mailed) or intake.received or tell_day(item.dated) or intake.at[:10]


def _refuse_file(intake: Intake, item: Found, digest: str, found: Finding) -> Taken:
    """Notes a file that is no agency's return, and whether it may be judged again when something else has changed."""
    assert item.data is not None
    reason = api.message(found, None)
    before = intake.store.find_outcome(digest)
    outcome: Unread = "locked" if found.code in LOCKED else "lost" if found.code == "file.worker" else "unmatched"
    context = intake.context if found.code in _RESTS_ON_OTHERS else ""
    arrived = Arrived(len(item.data), _find_sent_day(intake, item, digest))
    intake.store.take_unmatched(Unmatched(digest, item.name, reason, intake.at, context, outcome), arrived)
    if before is not None and (before[1] == reason or outcome != "unmatched"):
        return Taken(item.name, "duplicate", reason=reason)
    unreadable = found.code.startswith(("file.", "document."))
    return Taken(item.name, "rejected", reason=reason, unreadable=unreadable)
