"""`xltool explain`: what a rule or a finding code means."""

from __future__ import annotations

import click

from xltool import api
from xltool.cli import console
from xltool.cli.chinese import Command


@click.command(
    cls=Command,
    name="explain",
    help="说明一条勾稽关系（如 applications.balance）或审核代码（如 cell.blank）：意思、依据、改法。",
)
@click.argument("name", metavar="名称")
def command(name: str) -> None:
    """Prints the explanation."""
    console.say(api.explain(name))
