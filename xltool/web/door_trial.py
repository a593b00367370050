"""A trial at the door: taken, shown with the verdict on it, explained; how its agency stands does not change by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xltool.campaign.roster import RosterEntry
from xltool.campaign.standing import describe_tasks
from xltool.campaign.trials import Trial, TrialVerdict, answer_trial, find_trial, keep_trial, open_trial
from xltool.files import LARGEST_FILE, Staged
from xltool.messages import XltoolError
from xltool.web.door_answers import Answering, ask_of_trial
from xltool.web.door_review import ReviewPart, review_submission
from xltool.web.door_site import Door, door_of, entry_of, locate_page, tell_now
from xltool.web.site import OpenFolder
from xltool.web.uploads import UploadPlace, take_upload

LARGEST_TRIAL: Final = LARGEST_FILE + 2**16
"""Bytes of a form with a workbook of the largest size, and what stands around it."""
_MIB: Final = 2**20


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


async def receive_trial(request: Request) -> Response:
    """Takes one workbook as the agency's trial, which changes nothing of how it stands."""
    door, kept = door_of(request), list[Trial]()
    with door.look() as look:
        entry, campaign = entry_of(look, request), look.campaign

    def keep(staged: Staged, told: str) -> str:
        with door.keeping:
            kept.append(keep_trial(campaign, entry, staged, told, tell_now()))
        return kept[-1].file

    too_large = f"只收一个文件，不超过{LARGEST_FILE // _MIB}兆。"
    place = UploadPlace(lambda: open_trial(campaign), keep, LARGEST_TRIAL, 1, too_large, "一次只收一个文件。")
    upload = await take_upload(request, place)
    if not kept:
        raise HTTPException(*((413, too_large) if upload.refused else (422, "还没有选文件。")))
    await run_in_threadpool(_note_trial, request, kept[-1])
    return RedirectResponse(locate_page(request, "#result"), 303)


def _note_trial(request: Request, trial: Trial) -> None:
    """Judges a trial for the first time, and puts that on record."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        shown = show_trial(door, look, entry, trial)
        what = f"交来试审：{shown.heading}（{trial.told}）"
        door.note(look, entry, what, request.state.address, trial.sha256)


def explain_trial(request: Request, fields: Mapping[str, str]) -> Response:
    """Keeps what an agency explains of its trial, which is judged with it from now on."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        trial = answer_shown(
            door, look, entry, find_same_trial(look, entry.agency.code, fields.get("trial", "")), fields
        )
        what = f"给试审的一份写说明{count_answers(trial.answers)}"
        door.note(look, entry, what, request.state.address, trial.sha256)
    return RedirectResponse(locate_page(request, "#result"), 303)


def find_same_trial(look: OpenFolder, code: str, given: str) -> Trial:
    """The trial of an agency that its page has shown; `HTTPException` where it has another since, or none."""
    trial = find_trial(look.campaign, code)
    if trial is None or trial.sha256 != given:
        before = next((each.number for each in look.store.versions(code) if each.sha256 == given), 0)
        told = f"这一份已经报送过了（第{before}版），没有重复办理。" if before else "这一份已经不在了，或换过一份。"
        raise HTTPException(409, f"{told}请看页面上现在的情况。")
    return trial


def answer_shown(door: Door, look: OpenFolder, entry: RosterEntry, trial: Trial, fields: Mapping[str, str]) -> Trial:
    """The trial with what its agency has just explained of it; `HTTPException` for one that cannot be handed in."""
    shown = show_trial(door, look, entry, trial)
    if shown.verdict.refusal or shown.questions is None:
        raise HTTPException(422, shown.verdict.refusal)
    with door.keeping:
        return answer_trial(look.campaign, entry.agency.code, trial, shown.questions.read(fields))


def show_trial(door: Door, look: OpenFolder, entry: RosterEntry, trial: Trial) -> ShownTrial:
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


def count_answers(answers: Mapping[str, str]) -> str:
    """How many explanations were written, as the record tells it after what was done; nothing where there is none."""
    count = len({*answers.values()})
    return f"，写了{count}条说明" if count else ""
