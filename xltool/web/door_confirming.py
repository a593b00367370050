"""What an agency confirms at the door: its trial, or an explanation of what it has handed in, which then counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xltool.campaign.answers import GivenAnswer, keep_answers
from xltool.campaign.archive import find_archived
from xltool.campaign.roster import RosterEntry
from xltool.campaign.standings import find_standing
from xltool.campaign.trials import deposit_trial, read_trial
from xltool.messages import XltoolError
from xltool.web.changes import read_change
from xltool.web.door_answers import ask_of_version
from xltool.web.door_closing import close_trial, finish_when_taken_in, note_taken_in
from xltool.web.door_handing_in import TakenIn
from xltool.web.door_site import door_of, entry_of, locate_page, tell_now
from xltool.web.door_trial import answer_shown, count_answers, find_same_trial

_SECONDS: Final = 30
"""How long an answer waits until what was handed in is taken in; then the page says that it waits, and looks again."""
_LONGEST_NAME: Final = 40


async def hand_in(request: Request) -> Response:
    """Hands a trial in: from now on it counts, as if it had come by mail."""
    fields = await read_change(request)
    coming = await run_in_threadpool(_deposit, request, fields)
    finish = partial(close_trial, door_of(request), request.state.code, fields["trial"], request.state.address)
    return await _end_hand_in(request, coming, finish, "再按一次“确认报送”")


async def _end_hand_in(
    request: Request, coming: Future[TakenIn], finish: Callable[[TakenIn], None], again: str
) -> Response:
    """Leads back to the agency's page, which says what became of what was handed in, or that it still waits its turn.

    `HTTPException` when it could not be taken in just now.
    """
    waiting = asyncio.wrap_future(coming)
    await asyncio.wait([waiting], timeout=_SECONDS)  # which leaves it be when the time is over
    if not waiting.done():
        finish_when_taken_in(coming, finish)
        return RedirectResponse(locate_page(request, "#result"), 303)
    try:
        taken = waiting.result()
    except XltoolError as error:
        raise HTTPException(503, f"收到了，但还没有登记成：{error}请过一会儿{again}。") from error
    await run_in_threadpool(finish, taken)
    return RedirectResponse(locate_page(request, "#result"), 303)


def _deposit(request: Request, fields: Mapping[str, str]) -> Future[TakenIn]:
    """Puts the agency's trial into the inbox and has it taken in; `HTTPException` where another was confirmed."""
    door, given = door_of(request), fields.get("trial", "")
    with door.look() as look:
        entry = entry_of(look, request)
        code = entry.agency.code
        trial = find_same_trial(look, code, given)
        trial = answer_shown(door, look, entry, trial, fields)
        word = _sign(request, entry, fields)
        name = deposit_trial(look.campaign, trial, read_trial(look.campaign, code, trial), word)
        what = f"{word.person}确认报送（{trial.told}）{count_answers(trial.answers)}"
        door.note(look, entry, what, request.state.address, trial.sha256)
        return door.handing_in.hand_in(code, look.campaign.root / look.campaign.layout.inbox / name)


async def explain_version(request: Request) -> Response:
    """Hands in what an agency explains of the version by which it stands; the workbook stays as it came."""
    fields = await read_change(request)
    coming = await run_in_threadpool(_deposit_answers, request, fields)
    finish = partial(note_taken_in, door_of(request), request.state.code, fields["version"], request.state.address)
    return await _end_hand_in(request, coming, finish, "再按一次“报送说明”")


def _deposit_answers(request: Request, fields: Mapping[str, str]) -> Future[TakenIn]:
    """Puts what an agency explains beside the version by which it stands, and has it taken in."""
    door, given = door_of(request), fields.get("version", "")
    with door.look() as look:
        entry = entry_of(look, request)
        code = entry.agency.code
        standing = find_standing(look.campaign, look.roster, look.store, code, look.today)
        if standing.version is None or standing.version.sha256 != given:
            raise HTTPException(409, "算数的已经是另一版了，说明没有交上去。请看页面上现在的情况。")
        answers = {line: text for line, text in ask_of_version(look, standing).read(fields).items() if text}
        place = find_archived(look.campaign, given)
        if not answers or place is None:
            raise HTTPException(422, "还没有写说明。")
        word = _sign(request, entry, fields)
        told = (replace(word, line=line, text=text) for line, text in answers.items())
        keep_answers(look.campaign, given, told)
        what = f"{word.person}给第{standing.number}版补说明{count_answers(answers)}"
        door.note(look, entry, what, request.state.address, given)
        return door.handing_in.hand_in(code, place)


def _sign(request: Request, entry: RosterEntry, fields: Mapping[str, str]) -> GivenAnswer:
    """By whom, when and from where something is said at the door: an answer without its line and text."""
    person = fields.get("person", "")[:_LONGEST_NAME] or entry.agency.name
    return GivenAnswer("", "", person, tell_now(), request.state.address)
