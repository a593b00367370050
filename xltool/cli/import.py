"""`xltool import`: anyone's published report as a submission document."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from xltool import api, files
from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.days import choose_period
from xltool.cli.evidence import write_evidence
from xltool.cli.whose_options import read_report_file, whose_options
from xltool.codes import SCOPE_NAMES
from xltool.report.printing import list_read_back


@click.command(
    cls=Command,
    name="import",
    help=f"把已公布的年度报告（{list_read_back()}、.ofd，谁的都可以）读成上报件（JSON）；.doc、.wps、.rtf 也读，要装有 "
    "LibreOffice。\n\n"
    "按年度认出版式，三张表印法不同也能认；拿不准的都写到标准错误输出。单位名称、年度认不出的，用 --agency、--year "
    "写明。",
)
@click.argument("report", metavar="报告", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    metavar="上报件.json",
    type=click.Path(path_type=Path),
    help="写到哪个文件；不写则输出到屏幕。",
)
@whose_options
@click.option("--code", metavar="代码", default="", help="单位代码；报告里没有，不写则用单位名称。")
@click.option(
    "--scope", type=click.Choice(list(SCOPE_NAMES)), default="own", help="own 本级（默认），consolidated 汇总。"
)
@click.option(
    "--evidence", metavar="依据.csv", type=click.Path(path_type=Path), help="另写一张表：每个数在原文的位置和原样。"
)
def command(report: Path, target: Path | None, evidence: Path | None, **told: Any) -> None:
    """Writes the document, and what was unsure to standard error."""
    from xltool.published.hints import Hints

    hints = Hints(told["agency"], told["code"], told["level"], scope=told["scope"])
    period = choose_period(told["year"], told["period"])
    if period is not None:
        hints = hints._replace(year=period.year, part=period.part)
    imported = read_report_file(report, hints)
    reading, sources = imported.reading, imported.sources
    if reading.submission is not None:
        document = api.dump(reading.submission)
        if target is None:
            console.write_result(document)
        else:
            files.write_file(target, document)
            console.say(f"已写出 {target}", err=True)
        if evidence is not None:
            files.write_file(evidence, write_evidence(sources))
            console.say(f"已写出 {evidence}", err=True)
    for line in output.describe_opinions(reading):
        console.say(line, err=True)
    sys.exit(output.choose_exit_code([reading]))
