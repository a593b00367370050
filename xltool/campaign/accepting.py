"""An opinion accepted by the office: the figure that it proposes counts, on the record, until that is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xltool import api
from xltool.campaign.acceptances import AcceptanceRecord, list_proposals, list_unsettled, record_change
from xltool.campaign.decisions import Ruling, find_own_standing
from xltool.campaign.folder import Campaign
from xltool.campaign.intake import Intake
from xltool.campaign.rejudging import judge_accepted
from xltool.campaign.roster import RosterEntry
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.forms.cell_names import name_cell
from xltool.messages import XltoolError, join_first
from xltool.model import CellKey, FormSpec, ProposedFigure

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted or taken back, and how the agency stood and stands."""

    records: Sequence[AcceptanceRecord]
    before: Standing
    after: Standing


def find_proposals(spec: FormSpec, standing: Standing) -> list[tuple[ProposedFigure, ...]]:
    """What can be accepted of an agency: the changes that each opinion proposes on what is not settled."""
    if standing.version is None or standing.scope != "own":
        return []
    return list_proposals(spec, [verdict.finding for verdict in standing.left])


def accept_proposal(office: Intake, entry: RosterEntry, key: CellKey, ruling: Ruling) -> Accepted:
    """Lets the figures count that an opinion proposes, the one for that cell among them.

    The same word again changes nothing. Raises `XltoolError` where no opinion names the cell with what it should hold.
    """
    spec, store, code = office.campaign.spec, office.store, entry.agency.code
    before = find_own_standing(office.campaign, store, entry, ruling.at)
    known = {record.key: record for record in store.acceptances().get(code, ())}
    proposals = find_proposals(spec, before)
    changes = next((each for each in proposals if key in {change.key for change in each}), None)
    if changes is None:
        same = known.get(key)
        if same is not None and (same.reason, same.person) == (ruling.reason, ruling.person):
            settle_agency(office, code)
            return Accepted([same], before, find_own_standing(office.campaign, store, entry, ruling.at))
        raise XltoolError(_word_nothing(spec, before, key, proposals, known.get(key)))
    records = [record_change(spec, code, each, ruling.reason, ruling.person, ruling.moment) for each in changes]
    together = {**known, **{record.key: record for record in records}}
    store.accept(records, judge_accepted(office, code, together.values()))
    return Accepted(records, before, find_own_standing(office.campaign, store, entry, ruling.at))


def withdraw_acceptance(office: Intake, entry: RosterEntry, key: CellKey, ruling: Ruling) -> Accepted:
    """Takes the word back by which a figure counts: the typed one counts again.

    Raises `XltoolError` where there is none.
    """
    spec, store, agency = office.campaign.spec, office.store, entry.agency
    known = {record.key: record for record in store.acceptances().get(agency.code, ())}
    if key not in known:
        names = join_first([name_cell(spec, each) for each in known], _MOST_NAMED, "格")
        have = f"现有：{names}" if known else "它没有采纳过任何一条"
        raise XltoolError(f"{agency.name}（{agency.code}）没有采纳过 {name_cell(spec, key)} 的改法，不用撤销；{have}。")
    before = find_own_standing(office.campaign, store, entry, ruling.at)
    left = [record for record in known.values() if record.key != key]
    versions = judge_accepted(office, agency.code, left)
    store.withdraw_acceptance(agency.code, key, ruling.moment, ruling.person, ruling.reason, versions)
    return Accepted([known[key]], before, find_own_standing(office.campaign, store, entry, ruling.at))


def settle_agency(office: Intake, code: str) -> int:
    """Judges the versions of an agency again whose figures are not those of the record; how many these were."""
    versions = judge_accepted(office, code, office.store.acceptances().get(code, ()))
    if versions:
        office.store.accept((), versions)
    return len(versions)


def find_unsettled(campaign: Campaign, store: Store) -> list[str]:
    """The agencies of which a version has other figures than the record of what was accepted gives it."""
    records = store.acceptances()
    found: dict[str, None] = {}
    for code, document in store.read_accepted():
        submission = None if code in found else api.read(document).submission
        if submission is not None and any(list_unsettled(campaign.spec, submission, records.get(code, ()))):
            found[code] = None
    return [*found]


def _word_nothing(
    spec: FormSpec,
    standing: Standing,
    key: CellKey,
    proposals: Sequence[Sequence[ProposedFigure]],
    known: AcceptanceRecord | None,
) -> str:
    name, cell = standing.entry.agency.name, name_cell(spec, key)
    if standing.version is None:
        return f"{name}还没有报送，没有可以采纳的意见。"
    if known is not None:
        return f"{name}的 {cell} 已采纳 {known.told}（{known.reason}，{known.person}）；要改的，先撤销。"
    named = join_first([name_cell(spec, each.key) for few in proposals for each in few], _MOST_NAMED, "格")
    have = f"可以采纳的：{named}" if named else "没有一条意见断定是哪一格、应填多少"
    return f"{name}第 {standing.number} 版没有断定 {cell} 应填多少的意见，没有采纳；{have}。"
