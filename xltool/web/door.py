"""An agency's page at the door: its workbook, a trial of the filled one, and handing it in; nothing of any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xltool.campaign.standing import AGENCY_STATES, Standing, describe_tasks, read_submission
from xltool.campaign.standings import find_standing
from xltool.campaign.trials import find_trial
from xltool.web.changes import take_change
from xltool.web.day_words import word_day, word_days_left
from xltool.web.door_answers import ask_of_version
from xltool.web.door_confirming import explain_version, hand_in
from xltool.web.door_files import find_blank, send_blank, send_handed_in, send_marked, send_returned
from xltool.web.door_pages import show_door_page
from xltool.web.door_review import ReviewPart, review_submission
from xltool.web.door_site import DOOR_EVENT, FROM, door_of, entry_of
from xltool.web.door_trial import ShownTrial, explain_trial, receive_trial, show_trial
from xltool.web.site import OpenFolder

_LOOK_AGAIN: Final = "5"
"""Seconds after which such a page looks again."""
_MOST_TOLD: Final = 30
"""Lines of what was done before."""
_Step: TypeAlias = Literal["fetch", "try", "confirm", "done"]


@dataclass(frozen=True, slots=True)
class PastEvent:
    """What was done before, in a sentence, and when."""

    at: str
    what: str


def show_agency_page(request: Request) -> Response:
    """Whose page it is, by when, how it stands, and what is to be done next."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        code = entry.agency.code
        waits = door.handing_in.is_taking_in(code)  # asked first: what is taken in meanwhile is seen as taken in
        standing = find_standing(look.campaign, look.roster, look.store, code, look.today)
        trial = None if waits else find_trial(look.campaign, code)
        shown = None if trial is None else show_trial(door, look, entry, trial)
        same = shown is not None and 0 < standing.number == shown.verdict.known
        told, shown = (shown.heading, None) if shown is not None and same else ("", shown)
        blank = find_blank(look, entry)
        answer = show_door_page(
            request,
            waits=waits,
            campaign=look.campaign,
            agency=entry.agency,
            person=entry.contact,
            standing=standing,
            state=AGENCY_STATES[standing.state],
            step="confirm" if waits else _find_step(standing, shown),
            deadline=None if standing.deadline is None else word_day(standing.deadline),
            left="" if standing.deadline is None else _word_left(standing, look.today),
            shown=shown,
            notice=told,
            parts=_review(look, standing),
            questions=None if shown is not None or not standing.number else ask_of_version(look, standing),
            blank=blank,
            versions=[*reversed(look.store.versions(code))],
            history=_list_history(look, code),
            tasks=describe_tasks(standing),
            office=look.roster.root,
            word_moment=_word_moment,
        )
        if waits:
            answer.headers["Refresh"] = _LOOK_AGAIN
        return answer


DOOR_ROUTES: Final = (
    Route("/", show_agency_page, methods=["GET"]),
    Route("/trial", receive_trial, methods=["POST"]),
    Route("/explain", take_change(explain_trial), methods=["POST"]),
    Route("/hand-in", hand_in, methods=["POST"]),
    Route("/answer", explain_version, methods=["POST"]),
    Route("/workbook", send_blank, methods=["GET"]),
    Route("/marked", send_marked, methods=["GET"]),
    Route("/returned", send_returned, methods=["GET"]),
    Route("/version/{number}", send_handed_in, methods=["GET"]),
)
"""What stands under the link of each agency."""


def _review(look: OpenFolder, standing: Standing) -> Sequence[ReviewPart]:
    """What is said of what the agency has handed in; nothing where that does not count."""
    if not standing.number:
        return ()
    prior = look.find_last_year().submissions.get(standing.entry.agency.code)
    return review_submission(look.campaign.spec, standing, read_submission(look.store, standing), prior)


def _find_step(standing: Standing, shown: ShownTrial | None) -> _Step:
    """Which of the steps is the next one."""
    if shown is not None:
        return "confirm" if shown.is_clean and not shown.verdict.known else "try"
    if standing.state in {"accepted", "absent"}:
        return "done"
    return "try" if standing.number else "fetch"


def _word_left(standing: Standing, today: date) -> str:
    """How far the deadline is, or whether it was kept."""
    if standing.days_late:
        return f"迟报{standing.days_late}天"
    if standing.versions:
        return "按期"
    assert standing.deadline is not None
    return word_days_left(standing.deadline, today)


def _list_history(look: OpenFolder, code: str) -> list[PastEvent]:
    events = look.store.list_events(DOOR_EVENT, code, _MOST_TOLD)
    return [PastEvent(at, what.partition(FROM)[0]) for at, what in events]


def _word_moment(at: str) -> str:
    """An ISO time in short: 1月14日16:20."""
    moment = datetime.fromisoformat(at)
    return f"{moment.month}月{moment.day}日{moment:%H:%M}"
