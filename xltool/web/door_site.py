"""What the pages of one running door share: the campaign as it stands, its links, trials, and what hands in."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Final

from starlette.requests import Request

from xltool.campaign import opening
from xltool.campaign.folder import DATABASE, KEY, SETTINGS, Campaign, load_campaign
from xltool.campaign.intake import Intake
from xltool.campaign.links import Links, read_links
from xltool.campaign.passwords import read_passwords
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_zeros import restore_zeros
from xltool.campaign.trials import Trial, TrialVerdict, judge_trial, read_trial, read_workbook
from xltool.messages import XltoolError
from xltool.model import Reading
from xltool.web.door_handing_in import HandingIn
from xltool.web.last_year import LastYear
from xltool.web.site import OpenFolder, ServedCampaign

DOOR_EVENT: Final = "door"
"""What the record calls all that is done at the door."""
FROM: Final = "　来自 "
"""What stands in the record between what was done and the address."""
_MOST_READ: Final = 64
"""Trials whose reading is kept in memory: a page that is loaded anew reads none again."""


@dataclass
class Door:
    """One agencies' door at work on a campaign."""

    served: ServedCampaign
    handing_in: HandingIn
    keeping: Lock = field(default_factory=Lock)
    """Held while an agency's trial is put into its place."""
    _reading: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(os.cpu_count() or 1))
    _readings: OrderedDict[tuple[str, str, tuple[str, ...]], Reading | str] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _known: tuple[tuple[object, ...], Campaign, Roster] | None = None
    _links: tuple[tuple[object, ...], Links] | None = None

    @contextmanager
    def look(self) -> Iterator[OpenFolder]:
        """Opens the campaign to be read; settings and roster are parsed again only when they were changed."""
        campaign, listed = self._load()
        store = opening.open_store(campaign)
        try:
            roster = restore_zeros(campaign, listed, store)[0]
            yield OpenFolder(campaign, roster, store, self.served.site.today(), self.served)
        finally:
            store.close()

    def find_links(self) -> Links:
        """The links as they are at this moment: a revoked one leads nowhere from now on."""
        state, known = _look_at(self.served.root, (SETTINGS, DATABASE, KEY)), self._links
        if known is not None and known[0] == state:
            return known[1]
        with self.look() as look:
            links = read_links(look.campaign, look.store)
        self._links = (state, links)
        return links

    def judge(self, look: OpenFolder, entry: RosterEntry, trial: Trial) -> tuple[TrialVerdict, LastYear]:
        """What would become of a trial now, beside which last year; `XltoolError` when it is lost."""
        last_year = look.find_last_year()
        passwords = read_passwords(look.campaign)
        key = opening.ensure_key(look.campaign, look.store)
        at, prior = tell_now(), last_year.submissions.get
        office = Intake(look.campaign, look.roster, look.store, key, at, prior, passwords)
        return judge_trial(office, entry, trial, self._read(look.campaign, entry, trial, passwords)), last_year

    def note(self, look: OpenFolder, entry: RosterEntry, what: str, address: str, sha256: str = "") -> None:
        """Puts on record what was done at the door for an agency, when and from where, and with which file."""
        at, code = tell_now(), entry.agency.code
        file = f"，文件 {sha256[:12]}" if sha256 else ""
        look.store.note(at, entry.agency.name, DOOR_EVENT, f"{code} {what}{FROM}{address}{file}")

    def _read(self, campaign: Campaign, entry: RosterEntry, trial: Trial, passwords: tuple[str, ...]) -> Reading | str:
        known = (trial.sha256, trial.file, passwords)
        with self._lock:
            if known in self._readings:
                self._readings.move_to_end(known)
                return self._readings[known]
        with self._reading:  # the others wait: so many as there are processors are read at once
            reading = read_workbook(read_trial(campaign, entry.agency.code, trial), trial.file, passwords)
        lost = isinstance(reading, Reading) and any(found.code == "file.worker" for found in reading.findings)
        with self._lock:
            if not lost:
                self._readings[known] = reading
            if len(self._readings) > _MOST_READ:
                self._readings.popitem(last=False)
        return reading

    def _load(self) -> tuple[Campaign, Roster]:
        root = self.served.root
        known = self._known
        if known is not None and known[0] == _look_at(root, (SETTINGS, known[1].layout.roster)):
            return known[1], known[2]
        campaign = load_campaign(root)
        # before it is read: what is changed meanwhile is read again
        state = _look_at(root, (SETTINGS, campaign.layout.roster))
        self._known = (state, campaign, campaign.read_roster())
        return campaign, self._known[2]


def door_of(request: Request) -> Door:
    """The door that a request came to."""
    door: Door = request.app.state.door
    return door


def entry_of(look: OpenFolder, request: Request) -> RosterEntry:
    """The agency whose link a request came by; `XltoolError` when it has just left the roster."""
    entry = look.roster.agencies.get(request.state.code)
    if entry is None:
        raise XltoolError("单位名录里没有贵单位了，请与发来链接的机关联系。")
    return entry


def locate_page(request: Request, part: str = "") -> str:
    """The address of the page of the agency that asks, and of a part of it."""
    return f"{request.state.prefix}{request.state.link}/{part}"


def tell_now() -> str:
    """This moment, as the record tells it."""
    return datetime.now().isoformat(timespec="seconds")


def _look_at(root: Path, names: Sequence[str]) -> tuple[object, ...]:
    """What tells whether files were changed: their times, sizes and numbers."""
    found: list[object] = []
    for name in names:
        try:
            facts = (root / name).stat()
            found.append((facts.st_mtime_ns, facts.st_size, facts.st_ino))
        except OSError:
            found.append(None)
    return tuple(found)
