"""Which of the files of `check --beside` an agency fills in beside which: by agency code, one of each form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from xltool.cli import console
from xltool.forms.across import OtherReport
from xltool.messages import make_visible
from xltool.model import Reading, Submission
from xltool.periods import period_of


def pair_with_others(
    readings: Sequence[Reading], given: Mapping[str, Submission]
) -> list[dict[str, OtherReport | str]]:
    """For each reading what its agency reports on other forms, by their ids; `given` are by file name.

    One file whose agency has another code belongs to a single reading of the same name. Ends the command where an
    agency has two of one form that may be meant.
    """
    found: list[dict[str, OtherReport | str]] = [{} for _ in readings]
    for file, other in given.items():
        mine = [at for at, reading in enumerate(readings) if _is_of_agency(reading, other, alone=len(readings) == 1)]
        if not mine and any(reading.submission for reading in readings):
            console.say(
                f"同期文件 {make_visible(file)}（{other.agency.code} {other.agency.name}）"
                "在要审核的文件里没有对应的单位，没有使用。",
                err=True,
            )
        for at in mine:
            if other.form in found[at]:
                raise click.UsageError(
                    f"同期文件 {file} 与前面的一个都是 {other.agency.name} 的 {other.form}"
                    f"（{period_of(other).spoken}）；一个单位每种报表只给一份。"
                )
            found[at][other.form] = OtherReport(other, make_visible(Path(file).name))
    return found


def _is_of_agency(reading: Reading, other: Submission, *, alone: bool) -> bool:
    mine = reading.submission
    if mine is None or mine.form == other.form:
        return False
    return mine.agency.code == other.agency.code or (alone and mine.agency.name == other.agency.name)
