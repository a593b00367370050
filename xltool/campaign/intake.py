"""What taking in works with: the campaign, its roster, its store and its key, and what is looked up once a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from xltool.campaign.arrivals import Arrival
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.neighbours import OtherCampaigns, open_neighbours
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.forms import catalog
from xltool.forms.across import OtherReports
from xltool.model import Submission


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
