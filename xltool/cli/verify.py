"""`xltool verify`: whether a finished report says what the submission holds."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xltool import api, files, readings
from xltool.cli import console, output, prior_files
from xltool.cli.chinese import Command
from xltool.cli.passwords import password_options
from xltool.model import Finding, Reading
from xltool.report.printing import list_read_back


@click.command(
    cls=Command,
    name="verify",
    help=f"把成文的报告（{list_read_back()}）读回来，与数据逐格、逐段核对。有一处不同，退出码就是 3。",
)
@click.argument("report", metavar="报告", type=click.Path(path_type=Path))
@click.option(
    "--against",
    "source",
    metavar="文件",
    required=True,
    type=click.Path(path_type=Path),
    help="与哪个工作簿或上报件核对。",
)
@click.option(
    "--prior", metavar="上年", type=click.Path(path_type=Path), help="上年的工作簿或上报件：文字里引用了上年数时要用。"
)
@password_options
def command(report: Path, source: Path, *, prior: Path | None, passwords: tuple[str, ...]) -> None:
    """Prints each difference, or that there is none."""
    [held], [last] = prior_files.pair_with_priors(
        [output.read_path(source, passwords)],
        {} if prior is None else prior_files.read_prior_files((prior,), passwords),
    )
    if held.submission is None:
        for line in output.describe_opinions(held):
            console.say(line, err=True)
        sys.exit(output.choose_exit_code([held]))
    data = files.read_file(report)
    reading = (
        Reading(None, (data,)) if isinstance(data, Finding) else readings.verify_report(data, held.submission, last)
    )
    for line in output.describe_opinions(reading):
        console.say(line)
    if not reading.findings:
        cells = len(api.form(held.submission.form).cells)
        console.say(f"{report.name} 与 {source.name} 一致：{cells} 个数和全部文字都相同。")
    sys.exit(output.choose_exit_code([reading]))
