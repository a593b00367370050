"""`xltool rules selftest`: what a form's rules would not notice, and how often they name the cell that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from xltool import api
from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.messages import XltoolError
from xltool.rules.selftest import Tally, list_heads, list_shares, run_selftest


class _Rules(Command, click.Group):
    """A group whose help is Chinese too: its commands, and last its options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)


@click.group(cls=_Rules, name="rules", subcommand_metavar="命令 [参数]…", help="检验一种报表的勾稽关系本身。")
def command() -> None:
    """What is asked of the rules themselves."""


@command.command(
    cls=Command,
    name="selftest",
    short_help="造出全平的上报件，逐处改坏再审核，看勾稽关系看不看得出",
    help="造出勾稽关系全平的上报件，照填表人常犯的错逐处改坏再审核，列出：哪些错没有一条规则看得出，"
    "出错的那一格有几成被排在第一，一处错会引出几条意见。\n\n同一个 --seed 每次结果相同。",
)
@click.argument("form_id", metavar="报表")
@click.option("--seed", metavar="数", type=click.IntRange(0), default=1, help="随机数的种子；默认 1。")
@click.option("--count", metavar="份数", type=click.IntRange(1, 10_000), default=100, help="每种错各造几份；默认 100。")
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON（xltool/selftest/1）。")
def selftest(form_id: str, seed: int, count: int, *, as_json: bool) -> None:
    """Prints the table, totals typed first."""
    spec = api.form(form_id)
    if not spec.cells:
        raise XltoolError(f"“{spec.title}”（{spec.id}）只有明细，没有数字格：没有可以改坏的数，不用自检。")
    try:
        tallies = run_selftest(spec, seed, count)
    except ValueError as error:
        raise XltoolError(
            f"造不出让“{spec.title}”（{spec.id}）的勾稽关系全平的数，没有自检；请核对它的规则。"
        ) from error
    if as_json:
        told = {"schema": "xltool/selftest/1", "form": spec.id, "seed": seed, "count": count}
        console.say(json.dumps(told | {"slips": [asdict(tally) for tally in tallies]}, ensure_ascii=False))
        return
    names = {table.id: table.name for table in spec.tables}
    for locked in (False, True):
        console.say(f"{'合计由工作簿自动算' if locked else '合计由人填'}（每种错 {count} 份，种子 {seed}）\n")
        for line in _draw_table([tally for tally in tallies if tally.locked is locked], names):
            console.say(line)
        console.say("")


def _draw_table(tallies: Sequence[Tally], names: dict[str, str]) -> Iterator[str]:
    yield f"| {' | '.join(list_heads())} |"
    yield f"|{' --- |' * len(list_heads())}"
    for tally in tallies:
        yield f"| {' | '.join((names[tally.table], tally.slip, *list_shares(tally)))} |"
