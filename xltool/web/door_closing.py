"""The end of a hand-in at the door: its trial let go, on record what became of it; and those that a lost server began.

A file comes into the inbox under a trial's name only when its agency confirms. So a trial whose file lies there was
confirmed, and whatever lost the server since, it is taken in when the door is opened again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Final, cast

from xltool import files
from xltool.campaign.deposits import find_deposit
from xltool.campaign.fates import FATES, Fate
from xltool.campaign.trials import drop_trial, find_trial, list_trials
from xltool.messages import XltoolError
from xltool.web.door_handing_in import TakenIn
from xltool.web.door_site import Door

_AGAIN: Final = "重新打开的报送入口"
"""From where something is done that a lost server had begun."""


def close_trial(door: Door, code: str, sha256: str, address: str, taken: TakenIn) -> None:
    """Lets go of a trial that was taken in, and puts on record what became of it."""
    with door.look() as look, door.keeping:
        closed = drop_trial(look.campaign, code, sha256)
    if closed:  # it was not confirmed twice at once
        note_taken_in(door, code, sha256, address, taken)


def note_taken_in(door: Door, code: str, sha256: str, address: str, taken: TakenIn) -> None:
    """Puts on record what became of what was handed in; nothing where the agency has just left the roster."""
    with door.look() as look:
        entry = look.roster.agencies.get(code)
        if entry is not None:
            fate = FATES[cast(Fate, taken.state)]
            what = f"登记：{fate}　{taken.reason.removeprefix(f'{entry.agency.name}：')}"
            door.note(look, entry, what, address, sha256)


def finish_when_taken_in(coming: Future[TakenIn], finish: Callable[[TakenIn], None]) -> None:
    """Does what ends a hand-in once it is taken in, though nobody waits for it; one that could not be is let be."""

    def end(done: Future[TakenIn]) -> None:
        with suppress(XltoolError):  # it lies in the inbox, for the next collection
            finish(done.result())

    coming.add_done_callback(end)


def resume_hand_ins(door: Door) -> None:
    """Has taken in whatever was confirmed while the server was lost; what it left half written is cleared away."""
    with door.look() as look:
        campaign = look.campaign
        for name in ("", campaign.layout.archive):
            files.sweep_leftovers(campaign.root / name)
        for code in list_trials(campaign):
            trial = find_trial(campaign, code)
            path = None if trial is None else find_deposit(campaign, trial.file, trial.sha256)
            if trial is not None and path is not None:
                coming = door.handing_in.hand_in(code, path)
                finish_when_taken_in(coming, partial(close_trial, door, code, trial.sha256, _AGAIN))
