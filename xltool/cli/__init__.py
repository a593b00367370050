"""The command line: one small module a command, imported when the command is called, so that help is quick."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import click

from xltool.cli.chinese import Command, explain_usage
from xltool.digits import parse_whole

COMMANDS: Final = {
    "demo": "用自带的样例县走一遍全过程",
    "forms": "列出报表，或一种报表的单元格、文字和勾稽关系",
    "fill": "把上报件（JSON）填入正式工作簿",
    "read": "把填好的工作簿读成上报件（JSON）",
    "check": "审核工作簿或上报件",
    "ledger": "由台账编制报表，推算答复期限",
    "facts": "列出文字里写的数，与表中的数对照",
    "import": "把已公布的年度报告读成上报件",
    "verify": "核对成文的报告与数据是否一致",
    "report": "生成年度报告（docx、html、pdf、md）",
    "roster": "写一张空白的单位名录，或看一张名录读成什么",
    "new": "建立一个填报任务的文件夹",
    "build": "给每个单位生成锁定的工作簿",
    "sent": "记明工作簿发给了哪些单位",
    "collect": "收取报回的文件，审核，生成退回的工作簿",
    "status": "列出谁报了、谁逾期、哪里不对",
    "remind": "写退回、催报的邮件草稿，和给各单位的消息",
    "waive": "经说明放行一个单位的一条审核结果",
    "accept": "采纳审核意见对一格的改法，或撤销采纳",
    "absent": "记明一个单位无需报送",
    "use": "采用一个单位报来的某一版",
    "extend": "给一个单位延长报送期限",
    "alike": "列出文字大部分相同的单位",
    "text": "看、写本级汇总报告的一段文字",
    "correct": "更正汇总数里的一格，或撤回更正",
    "consolidate": "汇总全县的数据，生成汇总表和报告",
    "sign": "签发本级的汇总报告",
    "reports": "给每个已通过的单位生成年度报告",
    "publish": "记明一个单位的报告已经发布",
    "export": "把各单位的数导出成一张表（parquet、csv、xlsx）",
    "rules": "检验一种报表的勾稽关系本身：哪些错看不出",
    "explain": "说明一条勾稽关系或审核代码",
    "serve": "打开办公台：在浏览器里办填报任务",
    "links": "列出各单位在报送入口的链接",
    "doctor": "检查这台电脑，或一个填报任务有没有损坏",
}
"""Every command with its line in the overview; the module of the same name holds it."""
INTERRUPTED: Final = 130
_COLLECTED: Final = (10_000, 20, 20)
"""How seldom rings of garbage are looked for: loading modules and forms makes much that lives, and none."""


class Commands(Command, click.Group):
    """A group that knows its commands' names and short helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        from xltool.forms.kept import open_cache

        open_cache()
        gc.set_threshold(*_COLLECTED)
        command: click.Command = import_module(f"xltool.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("命令"):
            formatter.write_dl(list(COMMANDS.items()))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from xltool.forms.source import find_closest
            from xltool.messages import suggest

            ctx.fail(f"没有“{name}”这个命令{suggest(find_closest(name, COMMANDS))}。")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Runs the command; every failure is one sentence on standard error and an exit code of the contract."""
        extra["standalone_mode"] = False
        extra.setdefault("terminal_width", _help_width())
        try:
            result = super().main(args, *more, **extra)
        except click.UsageError as error:
            _fail(explain_usage(error), 2)
        except click.ClickException as error:
            _fail(error.format_message(), 1)
        except (click.Abort, KeyboardInterrupt):
            _fail("已中断。", INTERRUPTED)
        except BrokenPipeError:  # the reader of our output has gone, as in `xltool forms | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:  # a disk that is full or gone where nobody expected it
            from xltool.files import explain_error

            _fail(explain_error(error), 1)
        except ImportError as error:  # a part of the program that is missing or cannot be opened
            _fail(f"xltool 没有装全，或读不出自己的程序文件（{error.name or error}）；请重新安装。", 1)
        except _caller_error_type() as error:
            _fail(str(error), 1)
        sys.exit(result if isinstance(result, int) else 0)


def _help_width() -> int:
    """The width of help, as click reckons it; click imports shutil for that, and with it every compressor there is."""
    width = parse_whole(os.environ.get("COLUMNS", ""), 4)
    try:
        width = os.get_terminal_size(1).columns if width is None else width
    except OSError:
        width = 0
    return max(min(width or 80, 80) - 2, 50)


def _caller_error_type() -> type[Exception]:
    from xltool.messages import XltoolError

    return XltoolError


def _fail(sentence: str, code: int) -> NoReturn:
    from xltool.cli.console import say

    say(sentence, err=True)
    sys.exit(code)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="命令 [参数]…",
    invoke_without_command=True,
    help="政府信息公开工作年度报告：填报工作簿、审核、成文。\n\n每个命令加 --help 看用法。"
    "在填报任务的文件夹里只写 xltool，看办到了哪里、下一步办什么。\n\n"
    "退出码：0 通过；1 未能完成；2 用法不对；3 有强制性错误；4 只有核实性问题（--strict）；5 有文件无法读取。",
)
@click.version_option(package_name="xltool", message="xltool %(version)s", help="显示版本。")
@click.pass_context
def main(context: click.Context) -> None:
    """The command `xltool`; alone it tells where the campaign stands in which it is called, or what there is."""
    if context.invoked_subcommand is not None:
        return
    from pathlib import Path

    from xltool.campaign.folder import SETTINGS
    from xltool.cli import console

    here = Path.cwd()
    if any((place / SETTINGS).is_file() for place in (here, *here.parents)):
        from xltool.cli.situation import tell_situation

        tell_situation(here)
    else:
        console.say(context.get_help(), err=True)
        context.exit(2)
