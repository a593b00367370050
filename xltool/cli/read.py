"""`xltool read`: a filled workbook back as a submission document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xltool import api, files
from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.passwords import password_options


@click.command(
    cls=Command,
    name="read",
    help="把填好的工作簿读成上报件（JSON）。读数时发现的问题写到标准错误输出。",
)
@click.argument("workbook", metavar="工作簿.xlsx", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    metavar="上报件.json",
    type=click.Path(path_type=Path),
    help="写到哪个文件；不写则输出到屏幕。",
)
@password_options
def command(workbook: Path, target: Path | None, passwords: tuple[str, ...]) -> None:
    """Writes the document, and what was noticed in reading to standard error."""
    reading = output.read_path(workbook, passwords)
    if reading.submission is not None:
        data = api.dump(reading.submission)
        if target is None:
            console.write_result(data)
        else:
            files.write_file(target, data)
            console.say(f"已写出 {target}", err=True)
    for line in output.describe_opinions(reading):
        console.say(line, err=True)
    sys.exit(output.choose_exit_code([reading]))
