"""`xltool check`: the findings of workbooks and submission documents."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import click

from xltool import api, files, readings
from xltool.cli import console, output, prior_files, second_reading
from xltool.cli.beside_files import pair_with_others
from xltool.cli.chinese import Command
from xltool.cli.days import choose_period
from xltool.cli.engines import FileName, list_names, open_engine, scheduler_option
from xltool.cli.evidence import write_evidence
from xltool.cli.passwords import password_options
from xltool.cli.whose_options import read_report_file, whose_options
from xltool.messages import make_visible
from xltool.model import Level, Reading, Submission
from xltool.periods import Period
from xltool.sources import open_source

JUDGED_TOGETHER: Final = 1000
"""Files that are judged at once, while others are read; so many readings are held, however many files there are."""


@click.command(
    cls=Command,
    name="check",
    help="审核工作簿、上报件（JSON）或已公布的报告，逐个列出审核结果。\n\n已公布的报告认不出单位、年度、级别的，用 "
    "--agency、--year、--level 写明，一次一份。\n\n"
    "文件也可以写地址（如 s3://桶/2024/*.xlsx、file:///mnt/2024/*.xlsx）；很多的，用 --scheduler 交给 dask 集群读。\n\n"
    "有强制性错误时退出码为 3；有文件无法读取时为 5。",
)
@click.argument("given", metavar="文件…", nargs=-1, required=True, type=FileName())
@click.option(
    "--prior",
    "prior_paths",
    metavar="上年",
    multiple=True,
    type=click.Path(path_type=Path),
    help="上年的工作簿或上报件，用来与上年比较；可以多次。",
)
@click.option(
    "--beside",
    "beside_paths",
    metavar="同期",
    multiple=True,
    type=click.Path(path_type=Path),
    help="同一单位同期另一种报表的工作簿或上报件，用来审核跨报表的勾稽关系；可以多次。",
)
@click.option("--json", "as_json", is_flag=True, help="每个文件输出一行 JSON（xltool/check/1）。")
@click.option("--all", "shows_all", is_flag=True, help="逐条列出，不把同一原因的问题合为一条意见。")
@click.option(
    "--figures",
    "figures",
    metavar="文件夹",
    type=click.Path(path_type=Path),
    help="把读到的数写到这个文件夹：每个文件一份上报件（JSON）；已公布的报告另有一张表（.csv），写明每个数在原文的位置和原样。",
)
@click.option("--second", is_flag=True, help="通过的工作簿用另一个程序库（openpyxl）再读一遍，核对各填报格的数。")
@click.option("--strict", is_flag=True, help="只有核实性问题时，退出码为 4。")
@scheduler_option
@whose_options
@password_options
def command(  # noqa: PLR0917
    given: tuple[str, ...],
    prior_paths: tuple[Path, ...],
    beside_paths: tuple[Path, ...],
    as_json: bool,
    shows_all: bool,
    figures: Path | None,
    second: bool,
    strict: bool,
    scheduler: str | None,
    passwords: tuple[str, ...],
    agency: str,
    level: Level | None,
    year: int | None,
    period: Period | None,
) -> None:
    """Reads each file, judges many together, prints what was found in the order given."""
    told = choose_period(year, period)
    names = list_names(given)
    if scheduler and (figures is not None or agency or level or told):
        raise click.UsageError(
            "--figures、--agency、--level、--year、--period 在本机读文件，不能与 --scheduler 一起用。"
        )
    if agency or level or told:
        loaded = iter([_read_report(names, agency, level, told, figures)])
    elif figures is not None:
        if len({Path(name).name for name in names}) < len(names):
            raise click.UsageError("--figures 按文件名写出，要审核的文件不能同名。")
        loaded = (_read_with_figures(name, passwords, figures) for name in names)
    else:
        loaded = _read_all(names, scheduler, passwords)
    priors = prior_files.read_prior_files(prior_paths, passwords) if prior_paths else {}
    others = prior_files.read_prior_files(beside_paths, passwords, "同期文件") if beside_paths else {}
    counts: Counter[api.Status] = Counter()
    codes = set()
    for part, batch in _judge_batches(names, loaded, priors, others, passwords, second=second):
        for name, reading in zip(part, batch, strict=True):
            counts[api.status(reading)] += 1
            codes.add(output.choose_exit_code([reading], strict))
            if as_json:
                console.write_result(output.to_json(name, reading))
                continue
            console.say(f"{make_visible(name)}：{output.STATUS_WORDS[api.status(reading)]}")
            for line in output.describe_findings(reading) if shows_all else output.describe_opinions(reading):
                console.say(line)
    if not as_json:
        tally = "，".join(
            f"{name} {counts[status]} 个" for status, name in output.STATUS_WORDS.items() if counts[status]
        )
        console.say(f"共 {len(names)} 个文件：{tally}。", err=True)
    sys.exit(output.FAILED if output.FAILED in codes else max(codes))


def _read_all(names: Sequence[str], scheduler: str | None, passwords: tuple[str, ...]) -> Iterator[Reading]:
    """The readings of files as they come; how far it is is told of those that other computers read."""
    with open_engine(scheduler) as engine:
        found = engine.map_files((readings.FileSource(name) for name in names), passwords, scans=True)
        if scheduler:
            from xltool.cli.campaign_options import show_progress

            found = show_progress(found, len(names), "已读")
        yield from found


def _judge_batches(
    names: Sequence[str],
    loaded: Iterator[Reading],
    priors: dict[str, Submission],
    others: dict[str, Submission],
    passwords: tuple[str, ...],
    *,
    second: bool,
) -> Iterator[tuple[Sequence[str], list[Reading]]]:
    """Names with their judged readings, many at a time; all at once where one may depend on the others."""
    whole = bool(priors or others) or second
    at = 0
    while batch := list(loaded if whole else islice(loaded, JUDGED_TOGETHER)):
        part = names[at : at + len(batch)]
        at += len(batch)
        batch, last_year = prior_files.pair_with_priors(batch, priors) if priors else (batch, None)
        judged = api.check(batch, last_year, pair_with_others(batch, others) if others else None)
        yield part, second_reading.read_again(part, judged, passwords) if second else judged


def _read_report(
    names: Sequence[str], agency: str, level: Level | None, told: Period | None, figures: Path | None
) -> Reading:
    """The reading of the one published report that the options speak of."""
    from xltool.published.hints import Hints

    if len(names) != 1:
        raise click.UsageError("--agency、--level、--year、--period 说的是一份已公布的报告，一次只能审核一份。")
    hints = Hints(agency, level=level)
    if told is not None:
        hints = hints._replace(year=told.year, part=told.part)
    imported = read_report_file(names[0], hints, alone=True)
    if figures is not None:
        _save_figures(figures, names[0], imported.reading, imported.sources)
    return imported.reading


def _read_with_figures(name: str, passwords: tuple[str, ...], figures: Path) -> Reading:
    """The reading of a file, whose figures are written into a folder."""
    from xltool.published.hints import Hints

    data = open_source(name)
    if isinstance(data, bytes) and readings.may_be_report(data):
        imported = read_report_file(name, Hints())
        if imported.reading.submission is not None:
            _save_figures(figures, name, imported.reading, imported.sources)
            return imported.reading
    reading = output.read_path(name, passwords)
    _save_figures(figures, name, reading, ())
    return reading


def _save_figures(folder: Path, name: str, reading: Reading, sources: Sequence[Sequence[str]]) -> None:
    """Writes what was read of a file, under its name with another ending."""
    if reading.submission is None:
        return
    file = Path(name).name
    files.write_file(folder / f"{file}.json", api.dump(reading.submission))
    if sources:
        files.write_file(folder / f"{file}.csv", write_evidence(sources))
