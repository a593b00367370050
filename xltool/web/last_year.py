"""Last year's figures for the pages: read once, beside the pages, and again when what they rest on has changed.

They may stand in hundreds of published reports, which takes minutes; a page shows what it has meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Final

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_priors import hash_prior_basis
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.model import Submission

_PATIENCE: Final = 3.0
"""Seconds that a page waits for them."""


@dataclass(frozen=True, slots=True)
class LastYear:
    """Last year's submissions by agency code; `is_reading` while they are not known yet, `fault` why they cannot be.

    Of a form of quarters they are last quarter's: `called` says what they are.
    """

    called: str
    submissions: Mapping[str, Submission] = field(default_factory=dict)
    is_reading: bool = False
    fault: str = ""


class LastYearReader:
    """Reads last year's figures of one campaign in a thread of its own; `read` gives them by agency code."""

    def __init__(self, read: Callable[[], dict[str, Submission]]) -> None:
        self._read, self._lock, self._basis = read, Lock(), ""
        self._coming: Future[dict[str, Submission]] = Future()

    def find(self, campaign: Campaign, roster: Roster, store: Store) -> LastYear:
        """What is known of them, after a moment in which they may come."""
        called = campaign.period.words.before
        if not campaign.prior:
            return LastYear(called)
        basis = hash_prior_basis(campaign, roster, store)
        with self._lock:
            if basis != self._basis:
                self._basis, self._coming = basis, Future()
                Thread(target=_fulfil, args=(self._coming, self._read), daemon=True).start()
            coming = self._coming
        try:
            return LastYear(called, coming.result(_PATIENCE))
        except TimeoutError:
            return LastYear(called, is_reading=True)
        except XltoolError as error:
            return LastYear(called, fault=str(error))


def _fulfil(coming: Future[dict[str, Submission]], read: Callable[[], dict[str, Submission]]) -> None:
    try:
        coming.set_result(read())
    except BaseException as error:  # whoever waits for it is told
        coming.set_exception(error)
