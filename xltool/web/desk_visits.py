"""The office's workbook as the pages meet it: what people wrote there is carried out before a page is shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from xltool.campaign.desk import hash_desk
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.folder import Campaign
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.web.calling import Caller, run_command

_AGAIN: Final = 20
"""Seconds until a workbook that could not be written up to date (somebody has it open) is visited once more."""


@dataclass
class DeskVisits:
    """The visits that the pages of one campaign pay its workbook, by the console's own command; `told` is what they
    have said of it as it stands now."""

    caller: Caller
    told: Sequence[str] = ()
    _left: str = ""
    _tried: str = ""
    _at: float = 0
    _lock: Lock = field(default_factory=Lock)

    def visit(self, campaign: Campaign, store: Store) -> None:
        """Has the requests carried out that somebody has written into the workbook since xltool did."""
        if not campaign.has_desk:
            return
        with self._lock:
            now = hash_desk(campaign)
            if now != self._left:
                self.told = ()
            if now == store.find_written(DESK_FILE)[0]:
                return
            if now == self._tried and time.monotonic() - self._at < _AGAIN:
                return
            try:
                self.told = run_command(self.caller, "status", [], {"json": ""})
            except XltoolError as error:
                self.told = [str(error)]
            self._left, self._tried, self._at = hash_desk(campaign), now, time.monotonic()
