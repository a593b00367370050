"""`xltool fill`: a submission document into the official workbook."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xltool import api, files
from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.model import Reading


@click.command(
    cls=Command,
    name="fill",
    help="把上报件（JSON）的数和文字填入正式工作簿。\n\n合计由工作簿自动计算；与上报件的合计不一致时指出，退出码为 3。",
)
@click.argument("document", metavar="上报件.json", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    metavar="工作簿.xlsx",
    required=True,
    type=click.Path(path_type=Path),
    help="写到哪个文件。",
)
def command(document: Path, target: Path) -> None:
    """Writes the workbook, then tells what of the document it cannot show as given."""
    if target.suffix.lower() != ".xlsx":
        raise click.UsageError("工作簿的文件名应以 .xlsx 结尾。")
    reading = output.read_path(document)
    submission = reading.submission
    if submission is not None:
        reading = Reading(submission, (*reading.findings, *api.differing_totals(submission)))
        files.write_file(target, api.fill(submission))
        console.say(f"已写出 {target}", err=True)
    for line in output.describe_opinions(reading):
        console.say(line, err=True)
    sys.exit(output.choose_exit_code([reading]))
