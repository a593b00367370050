"""Answers that were given beside a workbook, put to the version it was taken in as."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from xltool import api
from xltool.campaign.answers import explain_submission, read_answers
from xltool.campaign.fates import Fate, Taken
from xltool.campaign.intake import Intake
from xltool.campaign.judging import judge_version
from xltool.campaign.standing import Standing
from xltool.forms import document
from xltool.model import Reading


def explain_reading(intake: Intake, digest: str, reading: Reading) -> Reading:
    """A reading with the answers that were given beside the workbook of a hash."""
    if reading.submission is None:
        return reading
    answers = read_answers(intake.campaign, digest)
    return replace(reading, submission=explain_submission(intake.campaign.spec, reading.submission, answers))


def take_answers(intake: Intake, digest: str, name: str = "") -> Taken | None:
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
    reason = f"{entry.agency.name}：第 {version.number} 版补了说明，{count_opinions(standing)}"
    return Taken(name or version.file, cast(Fate, standing.state), version.agency, reason)


def count_opinions(standing: Standing) -> str:
    """How many opinions there are on a version, in a few words."""
    counted = f"强制 {standing.errors} 条，核实 {standing.warnings} 条"
    return counted + (f"（待说明 {standing.open} 条）" if standing.open else "")
