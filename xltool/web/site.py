"""What the pages of one running office page share, and the campaigns that it serves, each at an address of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from xltool.campaign import launchers, opening
from xltool.campaign.alike import TextMemory
from xltool.campaign.folder import Campaign, load_campaign
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.lock import hold_campaign
from xltool.campaign.priors import read_last_year
from xltool.campaign.roster import Roster
from xltool.campaign.roster_zeros import restore_zeros
from xltool.campaign.standing import Standing
from xltool.campaign.standings import find_standings
from xltool.campaign.store import Store
from xltool.campaign.strays import find_strays, find_unmatched
from xltool.messages import XltoolError
from xltool.model import Submission
from xltool.web.calling import Caller
from xltool.web.collecting import Collection
from xltool.web.desk_visits import DeskVisits
from xltool.web.drafts import Drafts
from xltool.web.job import Job
from xltool.web.keys import Keys
from xltool.web.last_year import LastYear, LastYearReader
from xltool.web.shelf import Shelf

CAMPAIGNS: Final = "/c/"
"""Where the addresses of campaigns begin."""
_SUMMED: Final = frozenset({0, 3, 4})
"""Exit codes of a consolidation that has written its sum, whatever is found in that."""
_REPORTED: Final = frozenset({0, 3})
"""Exit codes of a run that has written the reports that there can be."""
_SIGNS: Final = 12
"""Hexadecimal digits that tell campaigns apart in an address."""


@dataclass
class ServedCampaign:
    """A campaign in the folder `root`, at work under an address of its own.

    With it the jobs that take a while, and the visits that its pages pay the office's workbook.
    """

    site: Site
    root: Path
    name: str
    collection: Collection = field(init=False)
    building: Job = field(init=False)
    reminding: Job = field(init=False)
    summing: Job = field(init=False)
    reporting: Job = field(init=False)
    visits: DeskVisits = field(init=False)
    last_year: LastYearReader = field(init=False)
    texts: TextMemory = field(default_factory=TextMemory)
    _has_launchers: bool = False

    def __post_init__(self) -> None:
        """Last year's figures are read from where the settings say then."""
        self.collection, self.visits = Collection(self.caller), DeskVisits(self.caller)
        self.building, self.reminding = Job(self.caller, "build"), Job(self.caller, "remind")
        self.summing = Job(self.caller, "consolidate", _SUMMED)
        self.reporting = Job(self.caller, "reports", _REPORTED)
        self.last_year = LastYearReader(self._read_last_year)

    def _read_last_year(self) -> dict[str, Submission]:
        with look_at(self) as look:
            return read_last_year(look.campaign, look.roster, look.store)

    def refresh_launchers(self) -> None:
        """Has what opens it by a double click find the xltool of this computer, once while this page is at work."""
        if self._has_launchers:
            return
        self._has_launchers = True
        with suppress(XltoolError):  # a folder that cannot be written is shown as well
            campaign = load_campaign(self.root)
            with hold_campaign(self.root, "xltool serve"):
                launchers.refresh_launchers(campaign, self.site.command)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Its commands that take a while, each one's work told and ended on a page of its own."""
        return self.collection, self.building, self.reminding, self.summing, self.reporting

    @property
    def base(self) -> str:
        """Where the addresses of its pages begin: what models and templates call `/…` follows."""
        return f"{CAMPAIGNS}{self.name}"

    @property
    def caller(self) -> Caller:
        """How commands are called on it."""
        return Caller(self.site.command, self.root)


@dataclass
class Site:
    """One office page at work; `close` ends it, `command` is how xltool itself is called.

    `shelf` knows the folders of campaigns. `home` is the campaign that it was opened for, None where for none.
    """

    command: tuple[str, ...]
    close: Callable[[], None]
    shelf: Shelf
    today: Callable[[], date] = date.today
    keys: Keys = field(default_factory=Keys)
    person: str = ""
    """Who has decided something here last, to be offered for the next decision."""
    is_closing: bool = False
    is_shared: bool = False
    """Whether others can reach it, with a password: then nobody closes it from a page."""
    home: ServedCampaign | None = None
    drafts: Drafts = field(default_factory=Drafts)
    """What forms have brought for campaigns that are not made yet."""
    _served: dict[str, ServedCampaign] = field(default_factory=dict)

    def serve(self, root: Path) -> ServedCampaign:
        """The campaign in a folder, at an address that only depends on where the folder is."""
        root = root.resolve()
        name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:_SIGNS]
        if name not in self._served:
            self._served[name] = ServedCampaign(self, root, name)
        return self._served[name]

    def find_served(self, name: str) -> ServedCampaign | None:
        """The campaign at an address, also one of those on the shelf; None where there is none."""
        if name not in self._served:
            for place in self.shelf.list_places():
                self.serve(place.root)
        return self._served.get(name)

    def end(self) -> None:
        """Stops whatever is still at work, and lets go of what is not made yet, when the office page is closed."""
        self.drafts.end()
        for served in self._served.values():
            for job in served.jobs:
                job.end()


@dataclass(frozen=True)
class OpenFolder:
    """A campaign as it stands while a page is made; its settings and roster are read anew for every page."""

    campaign: Campaign
    roster: Roster
    store: Store
    today: date
    served: ServedCampaign

    def find_last_year(self) -> LastYear:
        """Last year's figures, as far as they are known by now."""
        return self.served.last_year.find(self.campaign, self.roster, self.store)

    def find_standings(self) -> list[Standing]:
        """How every agency stands today."""
        return find_standings(self.campaign, self.roster, self.store, self.today)

    def find_unmatched(self, standings: Sequence[Standing]) -> list[Unmatched]:
        """The files that are nobody's return, where every agency stands like this."""
        strays = find_strays(self.roster, self.store, standings)
        return find_unmatched(self.campaign, self.roster, self.store, strays)


@contextmanager
def look_at(served: ServedCampaign) -> Iterator[OpenFolder]:
    """Opens the campaign to be read, beside whatever else is at work on it; `XltoolError` when it cannot be."""
    campaign = load_campaign(served.root)
    store = opening.open_store(campaign)
    try:
        if not any(job.is_running for job in served.jobs):  # which have the workbook carried out themselves
            served.visits.visit(campaign, store)
        roster = restore_zeros(campaign, campaign.read_roster(), store)[0]
        yield OpenFolder(campaign, roster, store, served.site.today(), served)
    finally:
        store.close()


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site


def served_of(request: Request) -> ServedCampaign:
    """The campaign that a request concerns; `HTTPException` when its address has none."""
    served = site_of(request).find_served(request.path_params["campaign"])
    if served is None:
        raise HTTPException(404, "这里没有这个任务。")
    return served
