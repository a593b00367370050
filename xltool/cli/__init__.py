"""The command line: one small module a command, imported when the command is called, so that help is quick."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

COMMANDS: Final = {
    "demo": "用自带的样例县走一遍全过程",
    "forms": "列出报表，或一种报表的单元格、文字和勾稽关系",
    "fill": "把上报件（JSON）填入正式工作簿",
    "read": "把填好的工作簿读成上报件（JSON）",
    "check": "审核工作簿或上报件",
    "report": "生成年度报告（docx、html、md）",
    "explain": "说明一条勾稽关系或审核代码",
}
"""Every command with its line in the overview; the module of the same name holds it."""


class Commands(click.Group):
    """A group that knows its commands' names and short helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"xltool.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from xltool.forms.source import nearest

            hint = nearest(name, COMMANDS)
            near = f"，是不是 {hint.split(chr(39))[1]}？" if hint else ""
            ctx.fail(f"没有“{name}”这个命令{near}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        from xltool.messages import XltoolError

        try:
            return super().invoke(ctx)
        except XltoolError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[选项]",
    subcommand_metavar="命令 [参数]…",
    help="政府信息公开工作年度报告：下发、填报、审核、汇总、成文。\n\n每个命令加 --help 看用法。退出码：0 通过，1 未能完成，2 用法不对，3 有强制性错误，4 只有核实性问题（--strict），5 有文件无法读取。",
)
@click.version_option(package_name="xltool", message="xltool %(version)s")
def main() -> None:
    """The command `xltool`."""
