"""`xltool demo`: the packaged sample county, taken the whole way."""

from __future__ import annotations

from pathlib import Path

import click

from xltool import api, files
from xltool.cli import console, shown
from xltool.cli.chinese import Command
from xltool.forms.catalog import data_folder
from xltool.messages import XltoolError
from xltool.model import Reading, Submission

YEAR = 2024


@click.command(
    cls=Command,
    name="demo",
    help="用自带的样例县走一遍全过程：生成工作簿、读回、审核、成文。\n\n结果写到“文件夹”（默认 xltool-demo），可以逐个打开看。",
)
@click.argument("folder", metavar="[文件夹]", required=False, default="xltool-demo", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Fills, reads back, checks and reports every sample of the county, and prints what it wrote and where."""
    samples = sorted((data_folder("samples") / str(YEAR)).glob("*.json"))
    if not samples:
        raise XltoolError("没有找到自带的样例。")
    console.say(f"样例县：额敏县 {YEAR} 年度，{len(samples)} 个单位。结果在 {folder}")
    blank = _submission(samples[0])
    written = [_written(folder / "工作簿" / f"空白_{blank.agency.code}.xlsx", api.fill(_blank(blank)))]
    tally = {"accepted": 0, "returned": 0, "rejected": 0}
    for sample in samples:
        submission = _submission(sample)
        name = f"{submission.agency.code}_{submission.agency.name}_{submission.year}"
        book = _written(folder / "工作簿" / f"{name}.xlsx", api.fill(submission))
        [reading] = api.check([shown.load(book)])
        tally[api.status(reading)] += 1
        console.say(f"\n{book.name}：{shown.STATES[api.status(reading)]}")
        lines = list(shown.lines(reading))
        for line in lines:
            console.say(line)
        written += [book, _written(folder / "上报件" / f"{name}.json", api.dump(submission))]
        if lines:
            written.append(_written(folder / "审核结果" / f"{name}.txt", "\n".join(lines).encode() + b"\n"))
        written += _reports(folder, reading)
    console.say(f"\n共 {len(samples)} 个单位：" + "，".join(f"{shown.STATES[status]} {count}" for status, count in tally.items()))
    console.say("写出：\n" + "\n".join(f"  {path}" for path in written))


def _reports(folder: Path, reading: Reading) -> list[Path]:
    """The report in each format; a draft where errors remain."""
    submission = reading.submission
    assert submission is not None
    draft = api.status(reading) == "returned"
    name = f"{submission.agency.name}{submission.year}年政府信息公开工作年度报告{'（草稿）' if draft else ''}"
    return [_written(folder / "报告" / f"{name}.{kind}", api.report(submission, kind, draft=draft)) for kind in api.KINDS]


def _submission(path: Path) -> Submission:
    submission = shown.load(path).submission
    if submission is None:
        raise XltoolError(f"样例 {path.name} 无法读取。")
    return submission


def _blank(submission: Submission) -> Submission:
    return Submission(submission.form, submission.year, submission.agency, (None,) * len(submission.values))


def _written(path: Path, data: bytes) -> Path:
    files.put(path, data)
    return path
