"""`xltool check`: the findings of workbooks and submission documents."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from xltool import api, files, readings
from xltool.cli import console, output, prior_files, second_reading
from xltool.cli.chinese import Command
from xltool.cli.days import choose_period
from xltool.cli.evidence import write_evidence
from xltool.cli.passwords import password_options
from xltool.cli.whose_options import read_report_file, whose_options
from xltool.messages import make_visible
from xltool.model import Level, Reading
from xltool.periods import Period


@click.command(
    cls=Command,
    name="check",
    help="审核工作簿、上报件（JSON）或已公布的报告，逐个列出审核结果。\n\n已公布的报告认不出单位、年度、级别的，用 "
    "--agency、--year、--level 写明，一次一份。\n\n有强制性错误时退出码为 3；有文件无法读取时为 5。",
)
@click.argument("paths", metavar="文件…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--prior",
    "prior_paths",
    metavar="上年",
    multiple=True,
    type=click.Path(path_type=Path),
    help="上年的工作簿或上报件，用来与上年比较；可以多次。",
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
@whose_options
@password_options
def command(  # noqa: PLR0917
    paths: tuple[Path, ...],
    prior_paths: tuple[Path, ...],
    as_json: bool,
    shows_all: bool,
    figures: Path | None,
    second: bool,
    strict: bool,
    passwords: tuple[str, ...],
    agency: str,
    level: Level | None,
    year: int | None,
    period: Period | None,
) -> None:
    """Reads each file, judges all of them together, prints what was found in the order given."""
    told = choose_period(year, period)
    if agency or level or told:
        loaded = [_read_report(paths, agency, level, told, figures)]
    elif figures is not None:
        if len({path.name for path in paths}) < len(paths):
            raise click.UsageError("--figures 按文件名写出，要审核的文件不能同名。")
        loaded = [_read_with_figures(path, passwords, figures) for path in paths]
    else:
        loaded = output.read_paths(paths, passwords)
    if prior_paths:
        loaded, priors = prior_files.pair_with_priors(loaded, prior_files.read_prior_files(prior_paths, passwords))
        judged = api.check(loaded, priors)
    else:
        judged = api.check(loaded)
    if second:
        judged = second_reading.read_again(paths, judged, passwords)
    for path, reading in zip(paths, judged, strict=True):
        if as_json:
            console.write_result(output.to_json(str(path), reading))
            continue
        console.say(f"{make_visible(str(path))}：{output.STATUS_WORDS[api.status(reading)]}")
        for line in output.describe_findings(reading) if shows_all else output.describe_opinions(reading):
            console.say(line)
    if not as_json:
        counts = Counter(api.status(reading) for reading in judged)
        tally = "，".join(
            f"{name} {counts[status]} 个" for status, name in output.STATUS_WORDS.items() if counts[status]
        )
        console.say(f"共 {len(judged)} 个文件：{tally}。", err=True)
    sys.exit(output.choose_exit_code(judged, strict))


def _read_report(
    paths: Sequence[Path], agency: str, level: Level | None, told: Period | None, figures: Path | None
) -> Reading:
    """The reading of the one published report that the options speak of."""
    from xltool.published.read import Hints

    if len(paths) != 1:
        raise click.UsageError("--agency、--level、--year、--period 说的是一份已公布的报告，一次只能审核一份。")
    hints = Hints(agency, level=level)
    if told is not None:
        hints = hints._replace(year=told.year, part=told.part)
    imported = read_report_file(paths[0], hints, alone=True)
    if figures is not None:
        _save_figures(figures, paths[0], imported.reading, imported.sources)
    return imported.reading


def _read_with_figures(path: Path, passwords: tuple[str, ...], figures: Path) -> Reading:
    """The reading of a file, whose figures are written into a folder."""
    from xltool.published.read import Hints

    data = files.read_file(path)
    if isinstance(data, bytes) and readings.may_be_report(data):
        imported = read_report_file(path, Hints())
        if imported.reading.submission is not None:
            _save_figures(figures, path, imported.reading, imported.sources)
            return imported.reading
    reading = output.read_path(path, passwords)
    _save_figures(figures, path, reading, ())
    return reading


def _save_figures(folder: Path, path: Path, reading: Reading, sources: Sequence[Sequence[str]]) -> None:
    """Writes what was read of a file, under its name with another ending."""
    if reading.submission is None:
        return
    files.write_file(folder / f"{path.name}.json", api.dump(reading.submission))
    if sources:
        files.write_file(folder / f"{path.name}.csv", write_evidence(sources))
