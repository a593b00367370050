"""The options that say whose published report a file is, and of when: `--agency`, `--level`, `--year`, `--period`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from xltool import readings
from xltool.cli.days import Year, period_option
from xltool.codes import LEVEL_NAMES
from xltool.messages import make_visible
from xltool.model import Finding, Reading
from xltool.sources import open_source

if TYPE_CHECKING:
    from xltool.published.hints import Hints
    from xltool.published.imported import Imported

Command = TypeVar("Command", bound=Callable[..., None])


def whose_options(command: Command) -> Command:
    """Adds the options to a command: `agency` ('' where it is not given), `level`, `year` and `period` (None)."""
    for option in (
        period_option,
        click.option("--year", metavar="年度", type=Year(), help="报告年度，如 2024 或 2024年；不写则取报告里的。"),
        click.option(
            "--level",
            metavar="级别",
            type=click.Choice(list(LEVEL_NAMES)),
            help=f"单位级别：{'、'.join(f'{level} {name}' for level, name in LEVEL_NAMES.items())}；不写则按名称推断。",
        ),
        click.option("--agency", metavar="名称", default="", help="单位名称；不写则取报告里的。"),
    ):
        command = option(command)
    return command


def read_report_file(path: Path | str, hints: Hints, *, alone: bool = False) -> Imported:
    """The reading of a published report, which is rejected with one finding where it cannot be opened.

    Raises a usage error, where the options speak of reports `alone`, for a file that is none.
    """
    from xltool.published.imported import Imported

    data = open_source(str(path))
    if isinstance(data, Finding):
        return Imported(Reading(None, (data,)))
    if alone and not readings.may_be_report(data):
        raise click.UsageError(
            f"--agency、--level、--year、--period 只说明已公布的报告；{make_visible(str(path))} 是工作簿或上报件。"
        )
    return readings.import_report(data, str(path), hints)
