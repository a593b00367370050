"""Whose a file is that came: its blank, its name and its texts against the roster and what was sent out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xltool.campaign.intake import Intake
from xltool.campaign.mentions import find_foreign_file_name, find_foreign_opening, find_foreign_title
from xltool.campaign.opening import find_sealed_name, is_key_replaced
from xltool.campaign.roster import Roster, is_same_name
from xltool.campaign.seal import is_genuine
from xltool.messages import finding
from xltool.model import Agency, Finding, Reading, Submission
from xltool.periods import period_of

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


def _reject(code: str, **facts: str) -> Reading:
    return Reading(None, (Finding(code, "error", data=facts),))
