"""Files noted as they came: a version of an agency, a refusal, or something that could not even be opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, cast

from xltool import api
from xltool.campaign.acceptances import AcceptanceRecord
from xltool.campaign.answering import count_opinions
from xltool.campaign.archive import archive_bytes, is_archived
from xltool.campaign.arrivals import Arrival
from xltool.campaign.fates import Fate, Taken
from xltool.campaign.inbox import Found
from xltool.campaign.intake import Intake
from xltool.campaign.judging import judge_version
from xltool.campaign.kept_files import Arrived, Unmatched, Unread
from xltool.campaign.kept_findings import keep_findings
from xltool.campaign.kept_versions import Version
from xltool.campaign.passwords import LOCKED
from xltool.campaign.replacing import Replacement, advise_use, find_why_aside, tell_replacement
from xltool.campaign.settling import SettledFigures
from xltool.campaign.ticks import TICK_CODES
from xltool.forms import document
from xltool.forms.cell_names import name_cell
from xltool.messages import join_first, tell_finding
from xltool.model import Finding, FormSpec, Reading
from xltool.spreadsheet.save_time import read_save_time
from xltool.workbook.layout_plan import make_plan

_RESTS_ON_OTHERS: Final = LOCKED | {"campaign.other", "campaign.unknown_agency", "stamp.wrong", "file.unknown_form"}
"""Refusals that rest on the roster, the settings, the forms at hand, the key or a password: what has changed since may
let the file in."""
_DOUBTS: Final = frozenset({"campaign.misnamed", "identity.line"})
"""Doubts whose a file is, which are said when it is taken in."""
_MOST_CHANGES: Final = 6


def take_file(intake: Intake, item: Found, digest: str, figures: SettledFigures) -> Taken:
    """Archives the bytes, then notes the file: in that order, so that whatever the database knows is in the archive."""
    assert item.data is not None
    if not is_archived(intake.campaign, digest):  # else its time stays, which tells when it came
        archive_bytes(intake.campaign, digest, item.data)
    reading = figures.reading
    if reading.submission is None:
        return _refuse_file(intake, item, digest, reading.findings[0])
    submission = reading.submission
    spec, agency = api.form(submission.form), submission.agency
    name = intake.roster.agencies[agency.code].agency.name
    aside = find_why_aside(intake, submission, reading)
    before = None if aside else intake.store.counting_of(agency.code)
    count = intake.store.count_versions().get(agency.code, 0) if before is not None else 0
    saved = None if before is None else read_save_time(item.data)  # nobody asks of the first
    arrival = Arrival(count + 1, item.name, saved, item.dated)
    told = None if before is None else tell_replacement(intake, arrival, submission, before)
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
        advice = f"核实后要采用的，执行 {advise_use(agency.code, number)}"
        reason = f"{name}：另存为第 {number} 版，不计入：{aside}。"
        return Taken(item.name, "rejected", agency.code, reason, advice=advice)
    intake.arrivals[agency.code] = replace(arrival, number=number)
    return _tell_version(intake, replace(version, number=number), reading, ticked, told)


def _tell_version(
    intake: Intake,
    version: Version,
    reading: Reading,
    ticked: Sequence[AcceptanceRecord],
    told: Replacement | None,
) -> Taken:
    """How an agency stands by the version that was just taken in, and what of earlier words ends with it."""
    spec, entry = intake.campaign.spec, intake.roster.agencies[version.agency]
    choice = intake.store.choices().get(version.agency)
    lapsed = choice is not None and choice.known == version.number - 1
    ended = f"；原来采用第 {choice.number} 版的决定（{choice.person}）不再有效" if choice is not None and lapsed else ""
    waivers = intake.store.waivers().get(version.agency, ())
    standing = judge_version(spec, entry, version, waivers, intake.store.versions)
    said = ["" if told is None else f"；{told.sentence}"]
    said += [f"；{lapse.sentence}" for lapse in standing.lapsed]
    outdated = {verdict.explanation.line for verdict in standing.findings if verdict.explanation.outdated}
    said += [f"；有 {len(outdated)} 处说明一字没改，所说的数却改过了，不再算数"] if outdated else []
    said += [f"；{sentence}" for sentence in _tell_accepted(spec, reading, ticked)]
    said += [f"；{tell_finding(found, None, None)[0]}" for found in reading.findings if found.code in _DOUBTS]
    rest = "".join(sentence.rstrip("。") for sentence in said)
    counted = count_opinions(standing)
    advice = "" if told is None else told.advice
    reason = f"{entry.agency.name}：{counted}{ended}{rest}"
    return Taken(version.file, cast(Fate, standing.state), version.agency, reason, advice=advice)


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


def take_without_bytes(intake: Intake, items: Sequence[Found]) -> list[Taken]:
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
