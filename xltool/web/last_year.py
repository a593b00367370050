"""Last year's figures for the pages: read once, beside the pages, and again when what they rest on has changed.

They may stand in hundreds of published reports, which takes minutes; a page shows what it has meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from xltool.campaign.folder import Campaign, resolve_paths
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.model import Submission

_PATIENCE: Final = 3.0
"""Seconds that a page waits for them."""


@dataclass(frozen=True, slots=True)
class LastYear:
    """Last year's submissions by agency code; `is_reading` while they are not known yet, `fault` why they cannot be."""

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
        if not campaign.prior:
            return LastYear()
        basis = _hash_basis(campaign, roster, store)
        with self._lock:
            if basis != self._basis:
                self._basis, self._coming = basis, Future()
                Thread(target=_fulfil, args=(self._coming, self._read), daemon=True).start()
            coming = self._coming
        try:
            return LastYear(coming.result(_PATIENCE))
        except TimeoutError:
            return LastYear(is_reading=True)
        except XltoolError as error:
            return LastYear(fault=str(error))


def _fulfil(coming: Future[dict[str, Submission]], read: Callable[[], dict[str, Submission]]) -> None:
    try:
        coming.set_result(read())
    except BaseException as error:  # whoever waits for it is told
        coming.set_exception(error)


def _hash_basis(campaign: Campaign, roster: Roster, store: Store) -> str:
    """What they rest on: the files, as far as their names, sizes and times tell, and whose they are taken to be."""
    files = (line for path in resolve_paths(campaign, campaign.prior) for line in _list_files(path))
    facts = [*files, *map(str, roster.entries), *map(str, sorted(store.absences().items()))]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogatepass")).hexdigest()


def _list_files(path: Path) -> Iterator[str]:
    with suppress(OSError):  # gone, or not to be looked at: reading it tells so
        for file in (path, *(sorted(path.iterdir()) if path.is_dir() else ())):
            facts = file.stat()
            yield f"{file} {facts.st_size} {facts.st_mtime_ns}"
