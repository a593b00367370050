"""What counts, held against other forms again at each `collect`; till then it is told where that would differ.

Findings across forms rest on documents alone, so nothing is read anew; what else was found of a version stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from xltool import __version__, api
from xltool.campaign.decisions import find_own_standing
from xltool.campaign.folder import Campaign
from xltool.campaign.intake import Intake
from xltool.campaign.kept_findings import keep_findings
from xltool.campaign.kept_versions import Version
from xltool.campaign.neighbours import OtherCampaigns, open_neighbours
from xltool.campaign.rejudging import Rejudged
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.codes import ACROSS_CODES
from xltool.forms import catalog
from xltool.messages import XltoolError, join_first
from xltool.model import SEVERITIES, Agency, Reading

_HELD: Final = "held across"
"""The fact that tells, by a hash, what all that counted was held against, and what was found."""
_BECAUSE: Final = "与另一种报表重新核对"
_MOST_NAMED: Final = 8


def hold_again(office: Intake) -> Iterator[Rejudged]:
    """Holds what counts of every agency against the campaigns beside this one as they are now, and keeps that."""
    at, forms = datetime.fromisoformat(office.at), bool(office.neighbours.forms or office.neighbours.fault)
    known = office.store.remembered(_HELD)
    if not (forms or known) or (forms and known == _hash_basis(office.roster, office.store, office.neighbours)):
        return
    for version in _find_differing(office.campaign, office.roster, office.store, office.neighbours):
        entry = office.roster.agencies[version.agency]
        before = find_own_standing(office.campaign, office.store, entry, at)
        office.store.note_findings(version)
        after = find_own_standing(office.campaign, office.store, entry, at)
        yield Rejudged(before, after, because=_BECAUSE)
    office.store.note_fact(_HELD, _hash_basis(office.roster, office.store, office.neighbours) if forms else "")


def find_outdated(campaign: Campaign, roster: Roster, store: Store) -> str:
    """That what counts was held against what stands no more in the campaigns beside this one; else empty."""
    if not campaign.beside and not store.remembered(_HELD):
        return ""
    try:
        neighbours = open_neighbours(campaign)
    except XltoolError as error:
        return f"不能与并行的任务核对，跨报表勾稽关系的结论是上次收取时的：{error}"
    if store.remembered(_HELD) == _hash_basis(roster, store, neighbours):
        return ""
    codes = [version.agency for version in _find_differing(campaign, roster, store, neighbours)]
    if not codes:
        return ""
    names = join_first([roster.agencies[code].agency.name for code in codes], _MOST_NAMED, "个单位")
    return f"与另一种报表的核对过时了（{names}）：对方的数、采用的版次或者勾稽关系变了，再收取一次才更新。"


def _find_differing(campaign: Campaign, roster: Roster, store: Store, neighbours: OtherCampaigns) -> Iterator[Version]:
    """The versions that count and come to something else now, with the findings that they have then."""
    for code, entry in roster.agencies.items():
        version = store.counting_of(code)
        found = None if version is None else _hold_version(campaign, neighbours, entry.agency, version)
        if found is not None:
            yield found


def _hold_version(campaign: Campaign, neighbours: OtherCampaigns, agency: Agency, version: Version) -> Version | None:
    """A version with what is found of it now across forms; None where that is as it was."""
    submission = api.read(version.submission, version.file).submission
    if submission is None or submission.form != campaign.form:
        return None
    [held] = api.hold_across([Reading(submission)], [neighbours.find_reports(agency)])
    fresh = [*keep_findings(held)]
    if _dump([each for each in version.findings if each["code"] in ACROSS_CODES]) == _dump(fresh):
        return None
    others = [each for each in version.findings if each["code"] not in ACROSS_CODES]
    ordered = sorted([*others, *fresh], key=lambda each: SEVERITIES.index(each["severity"]))
    return replace(version, findings=tuple(ordered))


def _dump(findings: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(findings, ensure_ascii=False, sort_keys=True)


def _hash_basis(roster: Roster, store: Store, neighbours: OtherCampaigns) -> str:
    """A hash of all that findings across forms rest on and of the findings themselves, so that it stands for both."""
    told = [__version__, catalog.hash_definitions(), neighbours.digest]
    digest = hashlib.sha256(json.dumps([*told, *map(repr, roster.entries)]).encode())
    for version in store.read_counting():
        found = [each for each in version.findings if each["code"] in ACROSS_CODES]
        digest.update(f"{version.agency} {version.number} {_dump(found)}".encode("utf-8", "surrogatepass"))
        digest.update(version.submission)
    return digest.hexdigest()
