"""Versions that count, judged again where last year's figures are others: given since, or of agencies merged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from xltool import api, readings
from xltool.campaign.acceptances import (
    AcceptanceRecord,
    accept_reading,
    apply_acceptances,
    drop_claims,
    list_unsettled,
)
from xltool.campaign.archive import read_archived
from xltool.campaign.attribution import ATTRIBUTIONS
from xltool.campaign.decisions import find_own_standing
from xltool.campaign.intake import Intake
from xltool.campaign.kept_findings import keep_findings, restore_finding
from xltool.campaign.kept_versions import Version
from xltool.campaign.priors import dump_earlier, find_heir
from xltool.campaign.rereading import keep_outcome
from xltool.campaign.standing import AGENCY_STATES, Standing
from xltool.campaign.store import Store
from xltool.campaign.ticks import TICK_CODES, TICKED
from xltool.campaign.weighed import group_verdicts
from xltool.codes import GRADES
from xltool.forms import document
from xltool.messages import XltoolError, join_first
from xltool.model import FormSpec, Reading, Submission
from xltool.periods import WORDS

MOST_TOLD: Final = 8
"""So many opinions that are new, or gone, are told of one version, and so many agencies that were merged."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How an agency stood and stands now that its version was judged again, with the agencies merged into it.

    `because` says why, where it is not for last year's figures.
    """

    before: Standing
    after: Standing
    merged: tuple[str, ...] = ()
    because: str = ""

    def tell(self, spec: FormSpec) -> Iterator[str]:
        """What changed, in lines; nothing where nothing did."""
        old, new = (dict(_list_opinions(spec, standing)) for standing in (self.before, self.after))
        if old == new and self.before.state == self.after.state:
            return
        states = [AGENCY_STATES[standing.state] for standing in (self.before, self.after)]
        now = " → ".join(dict.fromkeys(states))
        agency = self.after.entry.agency
        figures = (
            f"连同并入的{join_first(self.merged, MOST_TOLD, '个')}的" if self.merged else "现在这样（只算它自己的）"
        )
        yield (
            f"{agency.name}（{agency.code}）：{self.because or f'{WORDS[spec.every].before}数改为{figures}'}，"
            f"第 {self.after.number} 版重新审核：{now}，"
            f"强制 {self.after.errors} 条，核实 {self.after.warnings} 条。"
        )
        yield from _list_lines("新有", [line for name, line in new.items() if name not in old])
        yield from _list_lines("不再有", [line for name, line in old.items() if name not in new])


def list_heirs(store: Store) -> set[str]:
    """The agencies into which others are merged, by code, and those that were when their version was judged last."""
    absences = store.absences()
    return ({find_heir(code, absences) for code in absences} - {""}) | store.last_years().keys()


def find_other_last_years(office: Intake) -> set[str]:
    """The agencies whose figures of last year are others, or none, since `rejudge_all` has noted them, by code.

    Where that was never done they are noted now: whatever there is was judged beside them.
    """
    now = _hash_last_years(office)
    noted = office.store.noted_last_years()
    if noted is None:
        office.store.note_last_years(now)
        return set()
    return {code for code in now.keys() | noted.keys() if now.get(code) != noted.get(code)}


def rejudge_all(office: Intake) -> Iterator[Rejudged]:
    """As `rejudge_heirs`, and what counts of each agency besides whose last year was given, or another, since."""
    yield from rejudge_heirs(office, find_other_last_years(office))
    office.store.note_last_years(_hash_last_years(office))


def rejudge_heirs(office: Intake, former: Collection[str] = ()) -> Iterator[Rejudged]:
    """Judges what counts of each agency again whose last year is another than it was judged with, and keeps that.

    `former` are agencies of which that is known, as those that have just ceased to be heirs. Archived bytes are read
    anew. One that cannot be read stops no other: `XltoolError` at the end, with all.
    """
    faults: list[str] = []
    noted = office.store.last_years()
    for code in sorted(list_heirs(office.store).union(former)):
        entry, version, prior = office.roster.agencies.get(code), office.store.counting_of(code), office.prior(code)
        if entry is None or version is None or (prior is None and code not in noted and code not in former):
            continue
        basis = _hash_basis(version, prior)
        if noted.get(code) == basis:
            continue
        try:
            findings = _judge_again(office, version, prior, office.store.acceptances().get(code, ()))
        except XltoolError as error:
            faults.append(str(error))
            continue
        at = datetime.fromisoformat(office.at)
        before = find_own_standing(office.campaign, office.store, entry, at)
        office.store.judge_again(replace(version, findings=findings), basis)
        after = find_own_standing(office.campaign, office.store, entry, at)
        absences = office.store.absences()
        merged = tuple(record.name for each, record in absences.items() if find_heir(each, absences) == code)
        yield Rejudged(before, after, merged)
    if faults:
        raise XltoolError("".join(dict.fromkeys(faults)))


def judge_accepted(office: Intake, code: str, records: Iterable[AcceptanceRecord]) -> list[Version]:
    """The versions of an agency as they are where just these figures are accepted, judged anew; only those that differ.

    Archived bytes are read anew; nothing is written. `XltoolError` where they cannot be.
    """
    spec, given = office.campaign.spec, [*records]
    found = []
    for version in office.store.versions(code):
        kept = api.read(version.submission, version.file).submission
        if kept is None or not any(list_unsettled(spec, kept, given)):
            continue
        now, _ = apply_acceptances(spec, kept, given)
        findings = _judge_again(office, version, office.prior(code), given)
        found.append(replace(version, submission=document.dump_document(spec, now), findings=findings))
    return found


def _judge_again(
    office: Intake, version: Version, prior: Submission | None, accepted: Iterable[AcceptanceRecord]
) -> tuple[Mapping[str, Any], ...]:
    """The findings of a version beside last year's figures, with what its second reading found.

    Its figures are those that its agency typed, but for what is accepted in their place. Whose it is was settled when
    it came, and what was said of that stays: the roster may be another one since.
    """
    data = read_archived(office.campaign, version.sha256, version.file)
    read = readings.read_apart(data, version.file, office.passwords)
    kept = api.read(version.submission, version.file).submission
    if read.submission is None or kept is None:
        why = api.message(read.findings[0], None) if read.findings else "存下的数读不出来。"
        raise XltoolError(f"{version.agency} 的第 {version.number} 版（{version.file}）没有重新审核：{why}")
    spec = office.campaign.spec
    stays = ATTRIBUTIONS | TICK_CODES
    told = [restore_finding(each, spec) for each in version.findings if each["code"] in stays]
    noticed = (each for each in read.findings if each.code != TICKED)
    own = Reading(drop_claims(replace(read.submission, agency=kept.agency)), (*noticed, *told))
    [judged] = api.check([accept_reading(spec, own, accepted)], [prior], [office.find_reports(version.agency)])
    return keep_outcome(version, keep_findings(judged))


def _hash_last_years(office: Intake) -> dict[str, str]:
    found = {code: office.prior(code) for code in office.roster.agencies}
    return {code: _hash_last_year(prior) for code, prior in found.items() if prior is not None}


def _hash_last_year(prior: Submission | None) -> str:
    return hashlib.sha256(dump_earlier(prior)).hexdigest()


def _hash_basis(version: Version, prior: Submission | None) -> str:
    return hashlib.sha256(json.dumps([version.sha256, _hash_last_year(prior)]).encode()).hexdigest()


def _list_opinions(spec: FormSpec, standing: Standing) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each opinion on what is not settled: what it is, and its line."""
    for opinion in group_verdicts(spec, standing.unsettled):
        said = opinion.tell(spec)[0]
        yield (opinion.severity, *opinion.names, said), f"[{GRADES[opinion.severity]}] {said}（{opinion.name}）"


def _list_lines(title: str, lines: Collection[str]) -> Iterator[str]:
    yield from (f"  {title} {line}" for line in [*lines][:MOST_TOLD])
    if len(lines) > MOST_TOLD:
        yield f"  {title}的还有 {len(lines) - MOST_TOLD} 条，见 xltool status。"
