"""试审: a workbook that an agency hands over to be judged before it hands it in; the campaign knows nothing of it.

One an agency, the newest, kept beside the campaign until it is handed in or another takes its place.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from xltool import api, files, readings
from xltool.campaign.answers import GivenAnswer, explain_submission, keep_answers, read_answers
from xltool.campaign.attribution import attribute_reading
from xltool.campaign.deposits import deposit_file, open_deposit
from xltool.campaign.folder import Campaign
from xltool.campaign.intake import Intake
from xltool.campaign.judging import judge_version
from xltool.campaign.kept_findings import keep_findings
from xltool.campaign.kept_versions import Version
from xltool.campaign.layout import TRIAL_FOLDER
from xltool.campaign.names import arrival_name
from xltool.campaign.replacing import find_why_aside
from xltool.campaign.roster import RosterEntry
from xltool.campaign.settling import settle_figures
from xltool.campaign.standing import Standing
from xltool.campaign.standings import find_standing
from xltool.campaign.zipped import list_members
from xltool.days import parse_day
from xltool.files import Staged, Staging
from xltool.forms import document
from xltool.forms.across import OtherReports
from xltool.messages import XltoolError
from xltool.model import Finding, Reading, Submission

_WARM: Final = "xltool.campaign.trial_workers"
_ZIPPED: Final = "这是压缩包：这里一次只收一个填好的工作簿，请解压，把其中的工作簿交来。"
_OTHER_KIND: Final = "这不是工作簿：请用下发的工作簿填写，存为 .xlsx 交来。"


@dataclass(frozen=True, slots=True)
class Trial:
    """A workbook that was handed over to be judged: what it was called, its hash, and when it came.

    `file` is the name under which it would be handed in; `answers` are the 说明 that its agency wrote beside it, by the
    lines of 校验, `offered` those written for one before, which count once they are written for this one.
    """

    told: str
    file: str
    sha256: str
    at: str
    answers: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrialVerdict:
    """What would become of a trial if it were handed in.

    `refusal` says in a sentence why it could not be, and is empty where it could; `standing` is how the agency would
    stand then, `version` what would be taken in. `aside` says why that would not count, `known` as which version just
    this workbook was handed in before (0: never).
    """

    refusal: str = ""
    standing: Standing | None = None
    version: Version | None = None
    submission: Submission | None = None
    aside: str = ""
    known: int = 0


def start_workers(more: Sequence[str] = ()) -> None:
    """Has the process started from which the workers of a server are copied, so that nobody waits for it.

    `more` are modules that it is to have in memory besides.
    """
    multiprocessing.set_forkserver_preload([_WARM, *more])  # does nothing once that process is there
    readings.read_in_worker(b"")


def open_trial(campaign: Campaign) -> Staging:
    """A file that is to be a trial, once it is whole; `XltoolError` when none can be written."""
    folder = campaign.root / TRIAL_FOLDER
    try:
        folder.mkdir(exist_ok=True)
        return Staging(folder)
    except OSError as error:
        raise XltoolError(f"现在存不下文件：{files.name_reason(error)}。") from error


def keep_trial(campaign: Campaign, entry: RosterEntry, staged: Staged, told: str, at: str) -> Trial:
    """Keeps a whole file as the trial of an agency, in place of the one before; whoever calls lets nobody else in."""
    code, name = entry.agency.code, arrival_name(told)
    before = find_trial(campaign, code)
    answers = {each.line: each.text for each in read_answers(campaign, staged.sha256)}
    offered: Mapping[str, str] = {}
    if before is not None and before.sha256 == staged.sha256:
        answers, offered = {**answers, **before.answers}, before.offered
    elif before is not None:
        offered = {**before.offered, **before.answers}
    file = name if name.startswith(code) else f"{code}_{name}"
    trial = Trial(name, file, staged.sha256, at, answers, offered)
    staged.put(_locate_data(campaign, code, trial.sha256))
    _write_note(campaign, code, trial)
    with suppress(OSError):  # `sweep_trials` does
        _clear_data(campaign, code, trial.sha256)
    return trial


def answer_trial(campaign: Campaign, code: str, trial: Trial, answers: Mapping[str, str]) -> Trial:
    """Notes the 说明 that an agency wrote beside its trial; one that is empty takes back what was written.

    Whoever calls lets nobody else in.
    """
    kept = {line: text for line, text in {**trial.answers, **answers}.items() if text}
    answered = replace(trial, answers=kept)
    if answered != trial:
        _write_note(campaign, code, answered)
    return answered


def find_trial(campaign: Campaign, code: str) -> Trial | None:
    """The trial of an agency, or None where it has none, or a damaged one."""
    data = files.read_file(_locate_note(campaign, code))
    if isinstance(data, Finding):
        return None
    with suppress(ValueError, TypeError):
        trial = Trial(**json.loads(data))
        told = {**trial.answers, **trial.offered}
        if not all(isinstance(each, str) for pair in told.items() for each in pair):
            return None
        if parse_day(trial.at[:10]) is not None and _locate_data(campaign, code, trial.sha256).is_file():
            return trial
    return None


def read_trial(campaign: Campaign, code: str, trial: Trial) -> bytes:
    """The bytes of a trial; raises `XltoolError` when they are not there, or not those that came."""
    path = _locate_data(campaign, code, trial.sha256)
    data = files.read_file(path)
    if isinstance(data, Finding) or files.hash_file(path) != trial.sha256:
        raise XltoolError("刚才交来的文件已经不在了，请再交一次。")
    return data


def drop_trial(campaign: Campaign, code: str, sha256: str) -> bool:
    """Lets go of a trial that was handed in; False, and nothing done, when it is not the agency's any more."""
    trial = find_trial(campaign, code)
    if trial is not None and trial.sha256 == sha256:
        with suppress(OSError):  # what cannot be cleared away now is when the door is opened again
            _locate_note(campaign, code).unlink(missing_ok=True)
            _clear_data(campaign, code, "")
        return True
    return False


def list_trials(campaign: Campaign) -> list[str]:
    """The codes of the agencies that have a trial."""
    return sorted(path.name.removesuffix(".json") for path in (campaign.root / TRIAL_FOLDER).glob("*.json"))


def sweep_trials(campaign: Campaign) -> None:
    """Clears away what a run that was killed has left among the trials: half of a file, or one that is no trial."""
    files.sweep_leftovers(campaign.root / TRIAL_FOLDER)
    for path in (campaign.root / TRIAL_FOLDER).glob(f"*.{'[0-9a-f]' * 64}"):
        code, _, sha256 = path.name.rpartition(".")
        trial = find_trial(campaign, code)
        if trial is None or trial.sha256 != sha256:
            path.unlink(missing_ok=True)


def deposit_trial(campaign: Campaign, trial: Trial, data: bytes, word: GivenAnswer) -> str:
    """Puts a trial that its agency hands in into the inbox, as of now, and gives its name there.

    What the agency wrote beside it goes into the archive before, so that whoever collects the file finds it; `word` is
    whose it is: all of it but line and text.
    """
    given = (replace(word, line=line, text=text) for line, text in trial.answers.items())
    keep_answers(campaign, trial.sha256, given)
    staging = open_deposit(campaign)
    try:
        staging.write(data)
        return deposit_file(campaign, staging.finish(), trial.file)
    except OSError as error:
        staging.discard()
        raise XltoolError(f"现在存不下文件：{files.name_reason(error)}。") from error


def read_workbook(data: bytes, name: str, passwords: Sequence[str]) -> Reading | str:
    """The reading of a workbook that was handed over, in a worker; for anything else the sentence that says so."""
    if list_members(data) is not None:
        return _ZIPPED
    if not readings.is_workbook(data):
        return _OTHER_KIND
    return readings.read_in_worker(data, name, passwords)


def judge_trial(office: Intake, entry: RosterEntry, trial: Trial, reading: Reading | str) -> TrialVerdict:
    """What would become of a trial if the agency of the roster's entry handed it in now; nothing is changed."""
    code, name = entry.agency.code, entry.agency.name
    if isinstance(reading, str):
        return TrialVerdict(reading)
    attributed = attribute_reading(office, reading)
    submission = attributed.submission
    if submission is None:
        return TrialVerdict(api.message(attributed.findings[0], None))
    answers = (GivenAnswer(line, text, "", trial.at, "") for line, text in trial.answers.items())
    submission = explain_submission(office.campaign.spec, submission, answers)
    if submission.agency.code != code:
        other = office.roster.agencies[submission.agency.code].agency.name
        return TrialVerdict(f"这是{other}的工作簿，这里只收{name}的：请交本单位的工作簿。")
    settled = settle_figures(office, replace(attributed, submission=submission))
    others: OtherReports = {}
    with suppress(XltoolError):  # the folder of another campaign is no business of an agency's: it is not judged then
        others = office.find_reports(code)
    [judged] = api.check([settled.reading], [office.prior(code)], [others])
    assert judged.submission is not None
    versions = office.store.versions(code)
    stored = document.dump_document(office.campaign.spec, judged.submission)
    aside = find_why_aside(office, judged.submission, judged)
    version = Version(
        code, len(versions) + 1, trial.sha256, office.at, trial.file, stored, keep_findings(judged), aside
    )
    waivers = office.store.waivers().get(code, ())
    standing = judge_version(office.campaign.spec, entry, version, waivers, office.store.versions)
    now = find_standing(office.campaign, office.roster, office.store, code, date.fromisoformat(office.at[:10]))
    standing = replace(standing, deadline=now.deadline, told=now.told, extension=now.extension)
    known = next((each.number for each in versions if each.sha256 == trial.sha256), 0)
    return TrialVerdict("", standing, version, judged.submission, aside, known)


def _write_note(campaign: Campaign, code: str, trial: Trial) -> None:
    files.write_file(_locate_note(campaign, code), json.dumps(asdict(trial), ensure_ascii=False).encode())


def _locate_note(campaign: Campaign, code: str) -> Path:
    return campaign.root / TRIAL_FOLDER / f"{code}.json"


def _locate_data(campaign: Campaign, code: str, sha256: str) -> Path:
    return campaign.root / TRIAL_FOLDER / f"{code}.{sha256}"


def _clear_data(campaign: Campaign, code: str, kept: str) -> None:
    for path in (campaign.root / TRIAL_FOLDER).glob(f"{code}.{'[0-9a-f]' * 64}"):
        if path.name != f"{code}.{kept}":
            path.unlink(missing_ok=True)
