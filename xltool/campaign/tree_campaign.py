"""The sum that the folder of another campaign holds, as a level above takes it: whether it is still what counts there.

Nothing is written there but what opening its database needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign.folder import Campaign, load_campaign
from xltool.campaign.gathering import Gathered, gather_standings
from xltool.campaign.opening import open_store
from xltool.campaign.roster_zeros import restore_zeros
from xltool.campaign.signing import compare_basis, describe_basis
from xltool.campaign.standings import iterate_standings
from xltool.campaign.store import Store
from xltool.messages import XltoolError, finding, join_first
from xltool.model import Agency, Finding

_MOST_CHANGES: Final = 6


@dataclass(frozen=True, slots=True)
class CampaignSum:
    """The document of a campaign's sum, whose figures are in it, and what is to be told of it."""

    data: bytes
    held: tuple[Agency, ...]
    notes: tuple[Finding, ...]


def read_campaign_sum(folder: Path, place: str) -> CampaignSum | Finding:
    """What `consolidate` wrote in a campaign's folder, or why it is not to be taken: no sum, edited, changed since.

    `place` is what the folder is called in what is told.
    """
    try:
        campaign = load_campaign(folder)
        with closing(open_store(campaign)) as store:
            return _read_current_sum(campaign, store, place)
    except XltoolError as error:
        return finding("tree.campaign", place=place, why=str(error).rstrip("。"))


def _read_current_sum(campaign: Campaign, store: Store, place: str) -> CampaignSum | Finding:
    where, name = f"{place}/{campaign.layout.sum_file}", campaign.name
    written, basis = store.find_written(campaign.layout.sum_file)
    path = campaign.root / campaign.layout.sum_file
    data = files.read_file(path)
    if isinstance(data, Finding) and not path.exists():
        return finding("tree.unsummed", place=place, name=name)
    if isinstance(data, Finding):
        return finding("tree.folder", place=where, why=str(data.data.get("why", "文件过大")))
    if hashlib.sha256(data).hexdigest() != written:
        return finding("tree.edited", place=where, name=name)
    roster, _ = restore_zeros(campaign, campaign.read_roster(), store)
    given = gather_standings(iterate_standings(campaign, roster, store, date.today()))
    changes = compare_basis(basis, describe_basis(given))
    if changes:
        return finding("tree.stale", place=where, name=name, changes=join_first(changes, _MOST_CHANGES, "处"))
    return CampaignSum(data, tuple(_list_held(given)), tuple(_tell_partial(given, where, name)))


def _list_held(given: Gathered) -> Iterator[Agency]:
    """Whose figures are in the sum, those below an agency's own sum too."""
    yield from (standing.entry.agency for standing in given.taken)
    yield from (each.agency for each in given.covered)


def _tell_partial(given: Gathered, place: str, name: str) -> Iterator[Finding]:
    if given.absent:
        agencies = join_first([each.agency.name for each in given.absent], _MOST_CHANGES)
        yield finding("tree.partial", place=place, name=name, count=len(given.absent), agencies=agencies)
