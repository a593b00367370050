"""An agency's page at the door: its workbook, a trial of the filled one, and handing it in; nothing of any other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Final, Literal, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool import files
from xltool.campaign.answers import GivenAnswer, keep_answers
from xltool.campaign.archive import find_archived
from xltool.campaign.documents import find_current
from xltool.campaign.names import workbook_name
from xltool.campaign.returns import mark_version
from xltool.campaign.roster import RosterEntry
from xltool.campaign.standing import AGENCY_STATES, Standing, describe_tasks, find_standing, read_submission
from xltool.campaign.trials import (
    Trial,
    TrialVerdict,
    answer_trial,
    deposit_trial,
    find_trial,
    keep_trial,
    open_trial,
    read_trial,
)
from xltool.files import LARGEST_FILE, Staged
from xltool.messages import XltoolError
from xltool.model import Finding
from xltool.web import downloads
from xltool.web.changes import read_change, take_change
from xltool.web.day_words import word_day, word_days_left
from xltool.web.door_answers import Answering, ask_of_trial, ask_of_version
from xltool.web.door_closing import close_trial, finish_when_taken_in, note_taken_in
from xltool.web.door_handing_in import TakenIn
from xltool.web.door_pages import show_door_page
from xltool.web.door_review import ReviewPart, review_submission
from xltool.web.door_site import DOOR_EVENT, FROM, Door, door_of, entry_of
from xltool.web.site import OpenFolder
from xltool.web.uploads import UploadPlace, take_upload

LARGEST_TRIAL: Final = LARGEST_FILE + 2**16
"""Bytes of a form with a workbook of the largest size, and what stands around it."""
_SECONDS: Final = 30
"""How long an answer waits until what was handed in is taken in; then the page says that it waits, and looks again."""
_LOOK_AGAIN: Final = "5"
"""Seconds after which such a page looks again."""
_MOST_TOLD: Final = 30
"""Lines of what was done before."""
_LONGEST_NAME: Final = 40
_MIB: Final = 2**20
_Step: TypeAlias = Literal["fetch", "try", "confirm", "done"]


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """A trial as the page shows it: the verdict in a few words, and what it says of each part."""

    trial: Trial
    verdict: TrialVerdict
    parts: Sequence[ReviewPart]
    heading: str
    lacks_last_year: bool
    questions: Answering | None = None

    @property
    def has_answers(self) -> bool:
        """Whether anything was explained at the door that can be written anew."""
        return self.questions is not None and any(field.lines for _, field in self.questions.explained)

    @property
    def is_clean(self) -> bool:
        """Whether it would be accepted if it were handed in."""
        standing = self.verdict.standing
        return standing is not None and standing.state == "accepted" and not self.verdict.aside


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
        shown = None if trial is None else _judge(door, look, entry, trial)
        same = shown is not None and 0 < standing.number == shown.verdict.known
        told, shown = (shown.heading, None) if shown is not None and same else ("", shown)
        blank = _find_blank(look, entry)
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
            goes_back=downloads.find_return(look, standing) is not None,
            versions=[*reversed(look.store.versions(code))],
            history=_list_history(look, code),
            tasks=describe_tasks(standing),
            office=look.roster.root,
            word_moment=_word_moment,
        )
        if waits:
            answer.headers["Refresh"] = _LOOK_AGAIN
        return answer


async def receive_trial(request: Request) -> Response:
    """Takes one workbook as the agency's trial, which changes nothing of how it stands."""
    door, kept = door_of(request), list[Trial]()
    with door.look() as look:
        entry, campaign = entry_of(look, request), look.campaign

    def keep(staged: Staged, told: str) -> str:
        with door.keeping:
            kept.append(keep_trial(campaign, entry, staged, told, _now()))
        return kept[-1].file

    too_large = f"只收一个文件，不超过{LARGEST_FILE // _MIB}兆。"
    place = UploadPlace(lambda: open_trial(campaign), keep, LARGEST_TRIAL, 1, too_large, "一次只收一个文件。")
    upload = await take_upload(request, place)
    if not kept:
        raise HTTPException(*((413, too_large) if upload.refused else (422, "还没有选文件。")))
    await run_in_threadpool(_note_trial, request, kept[-1])
    return RedirectResponse(_locate(request, "#result"), 303)


def _note_trial(request: Request, trial: Trial) -> None:
    """Judges a trial for the first time, and puts that on record."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        shown = _judge(door, look, entry, trial)
        what = f"交来试审：{shown.heading}（{trial.told}）"
        door.note(look, entry, what, request.state.address, trial.sha256)


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
        return RedirectResponse(_locate(request, "#result"), 303)
    try:
        taken = waiting.result()
    except XltoolError as error:
        raise HTTPException(503, f"收到了，但还没有登记成：{error}请过一会儿{again}。") from error
    await run_in_threadpool(finish, taken)
    return RedirectResponse(_locate(request, "#result"), 303)


def _deposit(request: Request, fields: Mapping[str, str]) -> Future[TakenIn]:
    """Puts the agency's trial into the inbox and has it taken in; `HTTPException` where another was confirmed."""
    door, given = door_of(request), fields.get("trial", "")
    with door.look() as look:
        entry = entry_of(look, request)
        code = entry.agency.code
        trial = _find_same_trial(look, code, given)
        trial = _answer(door, look, entry, trial, fields)
        word = _sign(request, entry, fields)
        name = deposit_trial(look.campaign, trial, read_trial(look.campaign, code, trial), word)
        what = f"{word.person}确认报送（{trial.told}）{_count_answers(trial.answers)}"
        door.note(look, entry, what, request.state.address, trial.sha256)
        return door.handing_in.hand_in(code, look.campaign.root / look.campaign.layout.inbox / name)


def explain_trial(request: Request, fields: Mapping[str, str]) -> Response:
    """Keeps what an agency explains of its trial, which is judged with it from now on."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        trial = _answer(door, look, entry, _find_same_trial(look, entry.agency.code, fields.get("trial", "")), fields)
        what = f"给试审的一份写说明{_count_answers(trial.answers)}"
        door.note(look, entry, what, request.state.address, trial.sha256)
    return RedirectResponse(_locate(request, "#result"), 303)


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
        what = f"{word.person}给第{standing.number}版补说明{_count_answers(answers)}"
        door.note(look, entry, what, request.state.address, given)
        return door.handing_in.hand_in(code, place)


def _find_same_trial(look: OpenFolder, code: str, given: str) -> Trial:
    """The trial of an agency that its page has shown; `HTTPException` where it has another since, or none."""
    trial = find_trial(look.campaign, code)
    if trial is None or trial.sha256 != given:
        before = next((each.number for each in look.store.versions(code) if each.sha256 == given), 0)
        told = f"这一份已经报送过了（第{before}版），没有重复办理。" if before else "这一份已经不在了，或换过一份。"
        raise HTTPException(409, f"{told}请看页面上现在的情况。")
    return trial


def _answer(door: Door, look: OpenFolder, entry: RosterEntry, trial: Trial, fields: Mapping[str, str]) -> Trial:
    """The trial with what its agency has just explained of it; `HTTPException` for one that cannot be handed in."""
    shown = _judge(door, look, entry, trial)
    if shown.verdict.refusal or shown.questions is None:
        raise HTTPException(422, shown.verdict.refusal)
    with door.keeping:
        return answer_trial(look.campaign, entry.agency.code, trial, shown.questions.read(fields))


def _sign(request: Request, entry: RosterEntry, fields: Mapping[str, str]) -> GivenAnswer:
    """By whom, when and from where something is said at the door: an answer without its line and text."""
    person = fields.get("person", "")[:_LONGEST_NAME] or entry.agency.name
    return GivenAnswer("", "", person, _now(), request.state.address)


def _count_answers(answers: Mapping[str, str]) -> str:
    count = len({*answers.values()})
    return f"，写了{count}条说明" if count else ""


def send_blank(request: Request) -> Response:
    """The workbook that was made for the agency, to be filled in."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        place = _find_blank(look, entry)
        data = None if place is None else files.read_file(look.campaign.root / place)
        if place is None or data is None or isinstance(data, Finding):
            raise HTTPException(404, "还没有给贵单位生成工作簿，请与发来网址的机关联系。")
        door.note(look, entry, "取工作簿", request.state.address)
        return downloads.attach_file(data, place.rpartition("/")[2])


def send_marked(request: Request) -> Response:
    """The agency's trial as it would go back: with what is wrong marked where it stands."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        trial = find_trial(look.campaign, entry.agency.code)
        if trial is None:
            raise HTTPException(404, "现在没有试审的一份。")
        verdict, last_year = door.judge(look, entry, trial)
        if verdict.standing is None or verdict.version is None:
            raise HTTPException(404, "这一份读不出来，标不出错处。")
        prior = last_year.submissions.get(entry.agency.code)
        data = mark_version(look.campaign, look.store, verdict.standing, verdict.version, prior)
        return downloads.attach_file(data, workbook_name(look.campaign, entry.agency, "_试审"))


def send_returned(request: Request) -> Response:
    """The workbook that goes back to the agency for what it has handed in."""
    with door_of(request).look() as look:
        code = entry_of(look, request).agency.code
        return downloads.send_return(look, find_standing(look.campaign, look.roster, look.store, code, look.today))


def send_handed_in(request: Request) -> Response:
    """What the agency has handed in before, byte for byte."""
    with door_of(request).look() as look:
        return downloads.send_original(look, entry_of(look, request).agency.code, request.path_params["number"])


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


def _judge(door: Door, look: OpenFolder, entry: RosterEntry, trial: Trial) -> ShownTrial:
    """A trial with the verdict on it; one that is lost since is told as such."""
    try:
        verdict, last_year = door.judge(look, entry, trial)
    except XltoolError as error:
        return ShownTrial(trial, TrialVerdict(str(error)), (), "没有收下", False)
    standing = verdict.standing
    if standing is None:
        return ShownTrial(trial, verdict, (), "没有收下", False)
    tasks = describe_tasks(standing)
    heading = {"returned": f"还不能通过：{tasks}", "open": f"还要补说明：{tasks}"}.get(
        standing.state, "审核没有问题，可以报送"
    )
    if verdict.known:
        heading = f"这一份和报送过的第{verdict.known}版完全相同，不用再报"
    assert verdict.submission is not None
    prior = last_year.submissions.get(entry.agency.code)
    parts = review_submission(look.campaign.spec, standing, verdict.submission, prior)
    return ShownTrial(trial, verdict, parts, heading, last_year.is_reading, ask_of_trial(look, standing, trial))


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


def _find_blank(look: OpenFolder, entry: RosterEntry) -> str | None:
    """Where the agency's workbook stands in the campaign folder, as it was made last."""
    name = workbook_name(look.campaign, entry.agency)
    return find_current(look.campaign, look.store, f"{look.campaign.layout.outbox}/{name}")


def _list_history(look: OpenFolder, code: str) -> list[PastEvent]:
    events = look.store.list_events(DOOR_EVENT, code, _MOST_TOLD)
    return [PastEvent(at, what.partition(FROM)[0]) for at, what in events]


def _word_moment(at: str) -> str:
    """An ISO time in short: 1月14日16:20."""
    moment = datetime.fromisoformat(at)
    return f"{moment.month}月{moment.day}日{moment:%H:%M}"


def _locate(request: Request, part: str = "") -> str:
    return f"{request.state.prefix}{request.state.link}/{part}"


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")
