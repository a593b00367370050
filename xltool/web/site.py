"""What the pages of one running office page share: the campaign, the keys, how to end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from starlette.requests import Request

from xltool.campaign import opening
from xltool.campaign.folder import Campaign, load_campaign
from xltool.campaign.roster import Roster
from xltool.campaign.roster_zeros import restore_zeros
from xltool.campaign.standing import Standing, find_standings, find_strays, find_unmatched
from xltool.campaign.store import Store, Unmatched
from xltool.web.keys import Keys


@dataclass
class Site:
    """One office page at work on the campaign in `root`; `close` ends it, `command` is how xltool itself is called."""

    root: Path
    command: tuple[str, ...]
    close: Callable[[], None]
    today: Callable[[], date] = date.today
    keys: Keys = field(default_factory=Keys)
    person: str = ""
    """Who has decided something here last, to be offered for the next decision."""
    is_closing: bool = False


@dataclass(frozen=True)
class OpenFolder:
    """A campaign as it stands while a page is made; its settings and roster are read anew for every page."""

    campaign: Campaign
    roster: Roster
    store: Store
    today: date

    def find_standings(self) -> list[Standing]:
        """How every agency stands today."""
        return find_standings(self.campaign, self.roster, self.store, self.today)

    def find_unmatched(self) -> list[Unmatched]:
        """The files that are nobody's return."""
        return find_unmatched(self.campaign, self.roster, self.store, find_strays(self.roster, self.store))


@contextmanager
def look_at(site: Site) -> Iterator[OpenFolder]:
    """Opens the campaign to be read, beside whatever else is at work on it; `XltoolError` when it cannot be."""
    campaign = load_campaign(site.root)
    roster = campaign.read_roster()
    store = opening.open_store(campaign)
    try:
        yield OpenFolder(campaign, restore_zeros(campaign, roster, store)[0], store, site.today())
    finally:
        store.close()


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site
