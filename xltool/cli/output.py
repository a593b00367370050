"""Findings for people and for programs: lines of text, the JSON of `check`, and the exit code that they lead to."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from xltool import api, files
from xltool.codes import GRADES
from xltool.messages import XltoolError, make_visible
from xltool.model import Finding, FormSpec, Reading
from xltool.periods import period_of
from xltool.readings import FileSource, LocalEngine
from xltool.rules.explanations import count_open

STANDARD_INPUT: Final = "-"
"""What stands for the standard input where a file is named."""
DONE, FAILED, USAGE, ERRORS, WARNINGS, UNREADABLE = 0, 1, 2, 3, 4, 5
STATUS_WORDS: Final[dict[api.Status, str]] = {"accepted": "通过", "returned": "退回", "rejected": "无法读取"}


def read_path(path: Path | str, passwords: Sequence[str] = ()) -> Reading:
    """The reading of one file, by path or address; a file that cannot be opened is rejected with one finding."""
    return read_paths([path], passwords)[0]


def read_paths(paths: Sequence[Path | str], passwords: Sequence[str] = ()) -> list[Reading]:
    """The readings of files in their order, each apart from the others."""
    return list(LocalEngine().map_files((FileSource(str(path)) for path in paths), passwords, scans=True))


def spec_of(reading: Reading) -> FormSpec | None:
    """The form of what was read."""
    return None if reading.submission is None else api.form(reading.submission.form)


def describe_findings(reading: Reading) -> Iterable[str]:
    """One indented line a finding, errors first: every single one, however many have one cause."""
    spec = spec_of(reading)
    for found in reading.findings:
        yield f"  [{GRADES[found.severity]}] {api.message(found, spec)}"


def describe_opinions(reading: Reading) -> Iterable[str]:
    """One indented line an opinion, errors first."""
    for opinion in api.group_opinions(reading):
        yield f"  [{GRADES[opinion.severity]}] {api.describe_opinion(opinion, reading)['message']}"


def describe_cell(spec: FormSpec, key: str) -> str:
    """A cell as a clerk says it."""
    from xltool import messages
    from xltool.workbook.layout_plan import make_plan

    return messages.say_cell(spec.any_cell(key), make_plan(spec).place)


def describe_value(value: Any, cell: Any) -> str:
    """A figure as a message names it."""
    from xltool.forms.number import format_value

    return format_value(value, cell.measure)


def to_json(file: str, reading: Reading) -> bytes:
    """The line of `check --json` for one file."""
    submission = reading.submission
    document: dict[str, Any] = {"schema": "xltool/check/1", "file": file, "status": api.status(reading)}
    if submission is not None:
        document |= {
            "form": submission.form,
            "year": submission.year,
            **({"period": str(period_of(submission))} if submission.part else {}),
            "agency": {"code": submission.agency.code, "name": submission.agency.name},
        }
    document["open"] = count_open(reading)
    document["findings"] = [api.describe_finding(found, reading) for found in reading.findings]
    document["opinions"] = [api.describe_opinion(opinion, reading) for opinion in api.group_opinions(reading)]
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def choose_exit_code(readings: Iterable[Reading], strict: bool = False) -> int:
    """The exit code of the contract: the larger wins, except that a file that could not be opened wins over all."""
    worst = DONE
    for reading in readings:
        codes = {found.code for found in reading.findings}
        severities = {found.severity for found in reading.findings}
        if "file.missing" in codes:
            return FAILED
        if reading.submission is None:
            worst = max(worst, UNREADABLE)
        elif "error" in severities:
            worst = max(worst, ERRORS)
        elif strict and "warning" in severities:
            worst = max(worst, WARNINGS)
    return worst


def read_plain_text(source: str) -> str:
    """What a file of text says, or for `-` the standard input; raises `XltoolError` where it cannot be read."""
    data = sys.stdin.buffer.read() if source == STANDARD_INPUT else files.read_file(Path(source))
    if isinstance(data, Finding):
        raise XltoolError(f"{make_visible(source)} 打不开：{data.data.get('why', '文件过大')}。")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise XltoolError(f"{make_visible(source)} 不是 UTF-8 编码的文本；请另存为 UTF-8。") from None
