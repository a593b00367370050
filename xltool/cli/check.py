"""`xltool check`: the findings of workbooks and submission documents."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from xltool import api
from xltool.cli import console, output, prior_files, second_reading
from xltool.cli.chinese import Command
from xltool.cli.passwords import password_options
from xltool.cli.whose_options import read_report_file, whose_options
from xltool.messages import make_visible
from xltool.model import Level, Reading


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
@click.option("--second", is_flag=True, help="通过的工作簿用另一个程序库（openpyxl）再读一遍，核对各填报格的数。")
@click.option("--strict", is_flag=True, help="只有核实性问题时，退出码为 4。")
@whose_options
@password_options
def command(  # noqa: PLR0917
    paths: tuple[Path, ...],
    prior_paths: tuple[Path, ...],
    as_json: bool,
    shows_all: bool,
    second: bool,
    strict: bool,
    passwords: tuple[str, ...],
    agency: str,
    level: Level | None,
    year: int | None,
) -> None:
    """Reads each file, judges all of them together, prints what was found in the order given."""
    if agency or level or year:
        loaded = [_read_report(paths, agency, level, year)]
    else:
        loaded = output.read_paths(paths, passwords)
    if prior_paths:
        loaded, priors = prior_files.pair_with_priors(loaded, prior_files.read_prior_files(prior_paths, passwords))
        readings = api.check(loaded, priors)
    else:
        readings = api.check(loaded)
    if second:
        readings = second_reading.read_again(paths, readings, passwords)
    for path, reading in zip(paths, readings, strict=True):
        if as_json:
            console.write_result(output.to_json(str(path), reading))
            continue
        console.say(f"{make_visible(str(path))}：{output.STATUS_WORDS[api.status(reading)]}")
        for line in output.describe_findings(reading) if shows_all else output.describe_opinions(reading):
            console.say(line)
    if not as_json:
        counts = Counter(api.status(reading) for reading in readings)
        tally = "，".join(
            f"{name} {counts[status]} 个" for status, name in output.STATUS_WORDS.items() if counts[status]
        )
        console.say(f"共 {len(readings)} 个文件：{tally}。", err=True)
    sys.exit(output.choose_exit_code(readings, strict))


def _read_report(paths: Sequence[Path], agency: str, level: Level | None, year: int | None) -> Reading:
    """The reading of the one published report that the options speak of."""
    from xltool.published.read import Hints

    if len(paths) != 1:
        raise click.UsageError("--agency、--level、--year 说的是一份已公布的报告，一次只能审核一份。")
    return read_report_file(paths[0], Hints(agency, level=level, year=year), alone=True).reading
