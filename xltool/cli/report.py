"""`xltool report`: the finished report of a workbook or a submission document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xltool import api, files
from xltool.cli import console, shown
from xltool.cli.chinese import Command
from xltool.cli.passwords import options


@click.command(
    cls=Command,
    name="report",
    options_metavar="[选项]",
    help="由工作簿或上报件（JSON）生成年度报告。还有强制性错误时不生成，除非加 --draft（文中标明是草稿）。",
)
@click.argument("source", metavar="文件", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="报告.docx", required=True, type=click.Path(path_type=Path), help="写到哪个文件：.docx、.html 或 .md。"
)
@click.option("--draft", is_flag=True, help="有强制性错误时也生成，标明是草稿。")
@options
def command(source: Path, output: Path, draft: bool, passwords: tuple[str, ...]) -> None:
    """Checks first; writes the report when no error remains, or a marked draft when asked for."""
    kind = output.suffix.lower().removeprefix(".")
    if kind not in api.KINDS:
        raise click.UsageError(f"报告的文件名应以 {'、'.join('.' + known for known in api.KINDS)} 之一结尾。")
    [reading] = api.check([shown.load(source, passwords)])
    status = api.status(reading)
    for line in shown.lines(reading):
        console.say(line, err=True)
    if reading.submission is None or (status == "returned" and not draft):
        if reading.submission is not None:
            console.say("还有强制性错误，没有生成报告；先改正，或加 --draft 生成草稿。", err=True)
        sys.exit(shown.exit_code([reading]))
    files.put(output, api.report(reading.submission, kind, draft=draft))
    console.say(f"已写出 {output}", err=True)
