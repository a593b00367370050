"""Which of the files of `check --prior` is last year's of which: by agency code, and of the year before."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from xltool.cli import console, output
from xltool.messages import finding, make_visible
from xltool.model import Reading, Submission
from xltool.periods import Period, looks_a_year_back, period_of, word_earlier
from xltool.rules.prior_year import join_earlier


def read_prior_files(paths: Sequence[Path], given: Sequence[str], what: str = "上年文件") -> dict[str, Submission]:
    """Last year's submissions, or `what` else they are, by file.

    Ends the command with its finding when one cannot be read.
    """
    found = {}
    for path in paths:
        reading = output.read_path(path, given)
        if reading.submission is None:
            console.say(f"{what} {make_visible(str(path))}：{output.STATUS_WORDS['rejected']}", err=True)
            for line in output.describe_opinions(reading):
                console.say(line, err=True)
            sys.exit(output.choose_exit_code([reading]))
        found[str(path)] = reading.submission
    return found


def pair_with_priors(
    readings: Sequence[Reading], priors: Mapping[str, Submission]
) -> tuple[list[Reading], list[Submission | None]]:
    """The readings and for each last year's submission, or None; `priors` are by file name.

    One file and one of last year whose agencies have one name belong together even if the codes differ, and that is
    noted.
    """
    found = list(readings)
    taken: list[Submission | None] = [None] * len(found)
    seen: dict[tuple[int, Period], Submission] = {}
    for file, prior in priors.items():
        mine = [
            at
            for at, reading in enumerate(found)
            if reading.submission and reading.submission.agency.code == prior.agency.code
        ]
        if not mine and len(found) == len(priors) == 1 and found[0].submission is not None:
            found[0] = _note_prior(found[0], found[0].submission, prior, file)
            mine = [0]
        following = [at for at in mine if (period := _read_period(found[at])) and _is_earlier(period, prior)]
        about = _read_period(found[mine[0]]) if mine else None
        if about is not None and not following:
            before = about.words.before
            raise click.UsageError(
                f"{before}文件 {file} 是 {period_of(prior).spoken}的；要审核的是 {about.spoken}的，"
                f"{word_earlier(about)}。"
            )
        if not mine and any(reading.submission for reading in found):
            console.say(
                f"上年文件 {file}（{prior.agency.code} {prior.agency.name}）在要审核的文件里没有对应的单位，没有使用。",
                err=True,
            )
        for at in following:
            if (at, period_of(prior)) in seen:
                raise click.UsageError(
                    f"上年文件 {file} 与前面的一个都是 {prior.agency.name} {period_of(prior).spoken}的；"
                    "每个单位只能有一个。"
                )
            seen[at, period_of(prior)] = prior
    for at, reading in enumerate(found):
        period = _read_period(reading)
        if period is not None:
            last, year_ago = seen.get((at, period.before)), seen.get((at, period.last_year))
            if last is not None or year_ago is not None:
                taken[at] = join_earlier(period, last, year_ago)
    return found, taken


def _note_prior(reading: Reading, submission: Submission, prior: Submission, file: str) -> Reading:
    mine, theirs = submission.agency, prior.agency
    if mine.name != theirs.name:
        raise click.UsageError(
            f"上年文件 {file} 是 {theirs.name}（{theirs.code}）的，要审核的是 {mine.name}（{mine.code}）的。"
        )
    return replace(reading, findings=(*reading.findings, finding("prior.paired", prior=theirs.code, mine=mine.code)))


def _is_earlier(period: Period, prior: Submission) -> bool:
    about = period_of(prior)
    return about == period.before or (about == period.last_year and looks_a_year_back(period))


def _read_period(reading: Reading) -> Period | None:
    return None if reading.submission is None else period_of(reading.submission)
