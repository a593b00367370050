"""Last year's figures of each agency: from an earlier campaign folder, submission documents or filled workbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from xltool import api, files, readings
from xltool.campaign import folder
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.names import arrival_name
from xltool.campaign.opening import open_store
from xltool.campaign.passwords import read_passwords
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.forms import catalog
from xltool.forms.totals import complete_totals
from xltool.messages import XltoolError, join_first
from xltool.model import Finding, Submission, Value
from xltool.periods import Period, looks_a_year_back, period_of, word_earlier
from xltool.rules.prior_year import join_earlier

ENDINGS: Final = frozenset(
    {".json", ".xlsx", ".xlsm", ".xls", ".et", ".ods", ".docx", ".html", ".htm", ".pdf", ".ofd", ".doc", ".wps", ".rtf"}
)
"""Endings of what is read in a folder of last year's files, published reports too; what they hold is told by their
content."""
TOTAL_FILE: Final = "*"
"""In place of a code: the sum of all agencies, which has the code of the one at the top."""
TOTAL_NAME: Final = "汇总"
"""What the sum of a campaign is called among files that are kept."""
_MOST_TOLD: Final = 10


def read_last_year(campaign: folder.Campaign, roster: Roster, store: Store) -> dict[str, Submission]:
    """Last year's submissions by agency code, from where the settings say; of merged agencies as of the heir."""
    paths = folder.resolve_paths(campaign, campaign.prior)
    found = gather_last_year(paths, campaign.period, roster, read_passwords(campaign))
    return merge_last_year(found, store.absences())


def gather_last_year(
    paths: Sequence[Path], period: Period, roster: Roster, passwords: Sequence[str] = ()
) -> dict[str, Submission]:
    """Last year's submissions by agency code; raises `XltoolError` for a path that holds none, or one of another year.

    One whose code the roster does not have is taken for the agency of its name: published reports tell no code. The sum
    of all, which bears the code of the agency at the top of the roster or stands in a campaign's county/, is kept as
    `TOTAL_FILE`, apart from what that agency reported of itself. Two that differ: `XltoolError` names both.
    """
    found: dict[tuple[str, Period], _Given] = {}
    twice: dict[str, str] = {}
    top = roster.root.agency.code if roster.root is not None and len(roster.entries) > 1 else None
    for path in paths:
        given = list(_read_submissions(path, passwords))
        if not given:
            before = period.words.before
            raise XltoolError(
                f"{path} 里没有{before}的数据（应为{before}的任务文件夹、上报件、工作簿或已公布的报告）。"
            )
        for each in given:
            submission = each.submission
            about = period_of(submission)
            if about != period.before and (about != period.last_year or not looks_a_year_back(period)):
                raise XltoolError(
                    f"{path} 里 {submission.agency.name} 的数据是 {about.spoken}的，{word_earlier(period)}。"
                )
            known = roster.find_agency(submission.agency)
            whole = each.is_sum or (submission.scope == "consolidated" and known.code == top)
            code = TOTAL_FILE if whole else known.code
            key = code, about
            if key not in found:
                found[key] = each if whole else replace(each, submission=replace(submission, agency=known))
            elif complete_figures(submission) != complete_figures(found[key].submission):
                what = "汇总数" if whole else known.name
                twice.setdefault(code, f"{what}：{found[key].source} 和 {each.source}")
    if twice:
        raise XltoolError(explain_two(list(twice.values()), period.words.before))
    by_period = {key: each.submission for key, each in found.items()}
    codes = dict.fromkeys(code for code, _ in by_period)
    return {
        code: join_earlier(period, by_period.get((code, period.before)), by_period.get((code, period.last_year)))
        for code in codes
    }


def dump_earlier(prior: Submission | None) -> bytes:
    """What a submission is held against as bytes: the period before, then the same period of last year."""
    given = [each for each in (prior, None if prior is None else prior.year_ago) if each is not None]
    return b"".join(map(api.dump, given))


def list_kept(paths: Sequence[Path], roster: Roster, passwords: Sequence[str] = ()) -> dict[str, Callable[[], bytes]]:
    """Last year's files as a campaign may keep them, by names of their own, each read when it is asked for.

    Files as they are; of a campaign folder the submission of each agency that counts, and its sum.
    """
    kept: dict[str, Callable[[], bytes]] = {}

    def add(name: str, read: Callable[[], bytes]) -> None:
        stem, dot, ending = name.rpartition(".")
        names = (name if number == 1 else f"{stem} ({number}){dot}{ending}" for number in count(1))
        kept[next(each for each in names if each.casefold() not in {known.casefold() for known in kept})] = read

    for path in paths:
        if (path / folder.SETTINGS).is_file():
            for given in _read_submissions(path, passwords):
                if not given.is_sum or roster.root is not None:  # else nobody could tell it from an agency's own
                    name = TOTAL_NAME if given.is_sum else given.submission.agency.code
                    add(f"{name}.json", partial(api.dump, given.submission))
        else:
            for file in _list_files(path):
                add(arrival_name(file.name), partial(_read_file, file))
    return kept


def merge_last_year(
    last_year: Mapping[str, Submission], absences: Mapping[str, AbsenceRecord]
) -> dict[str, Submission]:
    """Last year's submissions, with those of agencies that were merged into another added to that one's own.

    What an agency carried out last year its heir carries in this year. Where the forms differ, the heir's own stands.
    """
    merged = dict(last_year)
    for code in sorted(absences):
        into = find_heir(code, absences)
        given, heir = last_year.get(code), merged.get(into)
        if not into or given is None:
            continue
        if heir is None:
            merged[into] = replace(given, agency=replace(given.agency, code=into))
        elif heir.form == given.form:
            from xltool.campaign.consolidate import consolidate_submissions  # and numpy: few campaigns need it here

            spec = catalog.load_form(heir.form)
            parts = [heir, replace(given, agency=replace(given.agency, code=code))]
            total = consolidate_submissions(spec, parts, heir.agency, period_of(heir), root_code=into).total
            merged[into] = replace(total, scope=heir.scope, source=heir.source, year_ago=heir.year_ago)
    return merged


def find_heir(code: str, absences: Mapping[str, AbsenceRecord]) -> str:
    """Into which agency one was merged in the end; empty when into none."""
    seen = set()
    while code in absences and code not in seen:
        seen.add(code)
        code = absences[code].into
    return "" if code in seen else code


@dataclass(frozen=True, slots=True)
class _Given:
    """One submission of last year and where it stands; `is_sum` when it is a campaign's own sum."""

    source: Path
    submission: Submission
    is_sum: bool = False


def complete_figures(submission: Submission) -> tuple[str, tuple[Value, ...]]:
    """Form and figures with every total, which not all documents write: what tells whether two say the same."""
    complete, _ = complete_totals(catalog.load_form(submission.form), submission)
    return complete.form, complete.values


def explain_two(pairs: Sequence[str], before: str) -> str:
    """What is wrong when last year's figures stand in two files, and what to do; `pairs` name whose and both files."""
    return (
        f"{before}的数据有两份，数不一样：{join_first(pairs, _MOST_TOLD, '处', between='；')}。"
        f"请核对哪一份是对的，把另一份移到别处，或从 {folder.SETTINGS} 的 prior（新建时的 --prior）里去掉。"
    )


def newest_submissions(campaign: folder.Campaign) -> Iterator[Submission]:
    """The submission of each agency of a campaign that counts."""
    store = open_store(campaign)
    try:
        for version in store.read_counting():
            submission = api.read(version.submission).submission
            if submission is not None:
                yield submission
    finally:
        store.close()


def _read_submissions(path: Path, passwords: Sequence[str]) -> Iterator[_Given]:
    if (path / folder.SETTINGS).is_file():
        campaign = folder.load_campaign(path)
        yield from (_Given(path, submission) for submission in newest_submissions(campaign))
        kept = path / campaign.layout.sum_file
        if kept.exists():
            yield _Given(kept, _read_submission(kept, passwords), is_sum=True)
        return
    for file in _list_files(path):
        yield _Given(file, _read_submission(file, passwords))


def _list_files(path: Path) -> list[Path]:
    """A file, or those in a folder that may be last year's."""
    return sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS) if path.is_dir() else [path]


def _read_file(file: Path) -> bytes:
    data = files.read_file(file)
    if isinstance(data, Finding):
        raise XltoolError(f"{file} 打不开：{data.data.get('why', '文件过大')}。")
    return data


def _read_submission(file: Path, passwords: Sequence[str]) -> Submission:
    reading = readings.read_apart(_read_file(file), file.name, passwords)
    if reading.submission is None:
        raise XltoolError(f"{file.name} 不能作为上年数据：{api.message(reading.findings[0], None)}")
    return reading.submission
