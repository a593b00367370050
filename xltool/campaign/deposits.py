"""Files put into a campaign's inbox by xltool itself: under their own names, and over nothing that lies there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.campaign.names import arrival_name
from xltool.files import Staged, Staging


def open_deposit(campaign: Campaign) -> Staging:
    """A file that is to come into the inbox; until it is whole it lies beside, where no collection takes it in."""
    return Staging(campaign.root)


def deposit_file(campaign: Campaign, staged: Staged, told: str) -> str:
    """Puts a whole file into the inbox and gives its name there; the same bytes under the same name lie there once.

    Another file of that name stays, and the new one gets a number behind its name. Raises `XltoolError` when it cannot
    be put there.
    """
    for path in _list_places(campaign, told):
        if staged.put_new(path):
            return path.name
        if files.hash_file(path) == staged.sha256:
            staged.discard()
            return path.name
    raise AssertionError("some number is free")


def find_deposit(campaign: Campaign, told: str, sha256: str) -> Path | None:
    """Where the inbox has a file that was deposited under a name, or None."""
    for path in _list_places(campaign, told):
        if not path.exists():
            return None
        if files.hash_file(path) == sha256:
            return path
    raise AssertionError("some number is free")


def _list_places(campaign: Campaign, told: str) -> Iterator[Path]:
    """Where a file of a name may come to lie, in the order in which that is tried."""
    name = Path(arrival_name(told))
    for number in count(1):
        held = name.name if number == 1 else f"{name.stem} ({number}){name.suffix}"
        yield campaign.root / campaign.layout.inbox / held
