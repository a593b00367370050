"""The second reading of `check --second`: accepted workbooks read again by openpyxl, and what that came to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xltool import api
from xltool.cli import console
from xltool.model import SEVERITIES, Finding, Reading, Submission
from xltool.readings import compare_second_readings, is_workbook
from xltool.sources import open_source


def read_again(names: Sequence[str], readings: Sequence[Reading], passwords: Sequence[str]) -> list[Reading]:
    """The readings, those of accepted workbooks with what the second reading found.

    How many there were goes to standard error.
    """
    places: list[int] = []

    def open_files() -> Iterator[tuple[bytes, Submission, frozenset[str]]]:
        for at, (name, reading) in enumerate(zip(names, readings, strict=True)):
            data = open_source(name) if api.status(reading) == "accepted" else b""
            if reading.submission is not None and not isinstance(data, Finding) and is_workbook(data):
                places.append(at)
                yield data, reading.submission, frozenset()

    found = list(readings)
    told = list(compare_second_readings(open_files(), passwords, os.cpu_count() or 1))
    for at, findings in zip(places, told, strict=True):
        every = sorted((*found[at].findings, *findings), key=lambda each: SEVERITIES.index(each.severity))
        found[at] = replace(found[at], findings=tuple(every))
    same = told.count(())
    console.say(
        f"通过的工作簿用 openpyxl 重读 {len(told)} 个：数相同 {same} 个，其余 {len(told) - same} 个。", err=True
    )
    return found
