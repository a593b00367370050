"""Click's own words in Chinese.

A catalogue of its messages, and the class of all commands, whose usage line is Chinese too.

Click asks `gettext.gettext` for each of its messages, which finds catalogues by the languages in the environment: a
clerk's Windows has none there. So the modules of click get the functions of one catalogue that holds in every
environment, and for click alone.
"""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Iterable
from typing import Any, Final

import click

MESSAGES: Final = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示这段说明。",
    "Show the version and exit.": "显示版本。",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s",
    "required": "必须给出",
    "default: {default}": "默认：{default}",
    "(dynamic)": "（运行时定）",
    "env var: {var}": "环境变量：{var}",
    "deprecated": "已停用",
    "(Deprecated) {text}": "（已停用）{text}",
    "{text} {deprecated_message}": "{text}{deprecated_message}",
    "DeprecationWarning: The command {name!r} is deprecated.": "命令 {name} 已停用。",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": "命令 {name} 已停用。{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": "{name} 已停用。{extra_message}",
    "Error: {message}": "错误：{message}",
    "Error: {e.message}": "错误：{e.message}",
    "Try '{command} {option}' for help.": "用法见 {command} {option}。",
    "Aborted!": "已中断。",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing {param_type}": "缺少 {param_type}",
    "No such command {name!r}.": "没有“{name}”这个命令。",
    "No such option: {name}": "没有 {name} 这个选项。",
    "No such option {name!r}.": "没有 {name} 这个选项。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "Got unexpected extra argument ({args})": "多给了参数（{args}）。",
    "Option {name!r} does not take a value.": "选项 {name} 后面不能有值。",
    "Option {name!r} requires an argument.": "选项 {name} 后面要有值。",
    "Argument {name!r} takes {nargs} values.": "{name} 要有 {nargs} 个值。",
    "Takes {nargs} values but 1 was given.": "要有 {nargs} 个值，给了 {len} 个。",
    "{len_type} values are required, but {len_value} was given.": "要有 {len_type} 个值，给了 {len_value} 个。",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Choose from:\n\t{choices}": "可选：{choices}。",
    "{value!r} is not {choice}.": "“{value}”不在可选的值之中；可选：{choices}。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 的范围之内。",
    "{value!r} is not a valid {number_type}.": "“{value}”不是整数。",
    "{value!r} is not a valid boolean.": "“{value}”不是真假值。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "“{value}”不是真假值；可以写 {states}。",
    "{value!r} is not a valid UUID.": "“{value}”不是 UUID。",
    "{value!r} does not match the format {format}.": "“{value}”不合格式 {formats}。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在。",
    "{name} {filename!r} is a file.": "{filename} 是文件，不是{name}。",
    "{name} {filename!r} is a directory.": "{filename} 是文件夹，不是{name}。",
    "{name} '{filename}' is a directory.": "{filename} 是文件夹，不是{name}。",
    "{name} {filename!r} is not readable.": "{name} {filename} 不能读取。",
    "{name} {filename!r} is not writable.": "{name} {filename} 不能写入。",
    "{name} {filename!r} is not executable.": "{name} {filename} 不能执行。",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename}：{message}",
    "unknown error": "原因不明",
    "Windows error: {error}": "Windows 错误 {error}",
    "{editor}: Editing failed": "{editor}：编辑没有成功",
    "{editor}: Editing failed: {e}": "{editor}：编辑没有成功：{e}",
    "Repeat for confirmation": "再输入一次",
    "Do you want to continue?": "要继续吗？",
    "Confirm the action without prompting.": "不再询问，直接进行。",
    "Press any key to continue...": "按任意键继续……",
    "Error: The two entered values do not match.": "错误：两次输入的不一样。",
    "Error: The value you entered was invalid.": "错误：输入的值不对。",
    "Error: invalid input": "错误：输入的值不对。",
    "d": "天",
}
"""What click says, in all versions from 8.1, and what it says in Chinese: for one as for many,
under the words for one."""


class _Catalogue(gettext.NullTranslations):
    """The messages by their English, whatever the language of the environment is."""

    def gettext(self, message: str) -> str:
        return MESSAGES.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return MESSAGES[msgid1] if msgid1 in MESSAGES else super().ngettext(msgid1, msgid2, n)


def translate() -> None:
    """Gives every module of click that is loaded the Chinese catalogue."""
    catalogue = _Catalogue()
    for name, module in list(sys.modules.items()):
        if name.startswith("click."):
            known = vars(module)
            if known.get("_") is gettext.gettext:
                known["_"] = catalogue.gettext
            if known.get("ngettext") is gettext.ngettext:
                known["ngettext"] = catalogue.ngettext


translate()


_LEAST: Final = 20
"""So many columns for arguments beside the name of a command, or click puts them on a line of their own."""


class HelpPage(click.HelpFormatter):
    """Help as a Chinese page: full-width colons, columns and lines by the breadth of their signs."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage on one line, where it has room; click loads textwrap to find that out."""
        line = f"{prefix or '':>{self.current_indent}}{prog} {args}"
        if (
            args
            and len(line) <= self.width - self.current_indent
            and len(line) - len(args) + _LEAST <= self.width - self.current_indent
        ):
            self.write(f"{line}\n")
        else:
            super().write_usage(prog, args, prefix)

    def write_heading(self, heading: str) -> None:
        """A heading with its colon."""
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        margin = " " * self.current_indent
        paragraphs = (wrap_signs(" ".join(part.split("\n")), self.width - len(margin)) for part in text.split("\n\n"))
        self.write("\n\n".join("\n".join(f"{margin}{line}" for line in lines) for lines in paragraphs) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms and what they mean in two columns."""
        listed = list(rows)
        first = min(max((_measure(term) for term, _ in listed), default=0), col_max) + col_spacing
        margin = " " * (self.current_indent + first)
        for term, meaning in listed:
            breadth = _measure(term)
            head = f"{'':>{self.current_indent}}{term}"
            head += f"{'':>{first - breadth}}" if breadth <= first - col_spacing else f"\n{margin}"
            lines = wrap_signs(meaning, max(self.width - len(margin), 10))
            self.write(f"{head}{lines[0]}\n" if lines else f"{head.rstrip()}\n")
            for line in lines[1:]:
                self.write(f"{margin}{line}\n")


def _measure(text: str) -> int:
    """How many columns a text takes; in little, since help loads nothing."""
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def wrap_signs(text: str, width: int) -> list[str]:
    """A text in lines of a breadth: between any two Chinese signs, but within no word and before no closing sign."""
    lines: list[str] = []
    for part in _UNBROKEN.findall(text):
        if lines and _measure(lines[-1] + part.rstrip()) <= width:
            lines[-1] += part
        else:
            lines.append(part.lstrip() if lines else part)
    return [line.rstrip() for line in lines]


_UNBROKEN: Final = re.compile(r"(?:[!-~]+|[^\s])[，。；：、！？）”》…]*\s*|\s+")
"""What stays on one line: a word or a sign, with what closes behind it."""
_QUOTED: Final = re.compile(r"'([^']*)'(?: / '([^']*)')?")
_RANGES: Final = (
    (re.compile(r"(-?[0-9]+)<=x<=(-?[0-9]+) 的范围之内"), r"\1 至 \2 之间"),
    (re.compile(r"x>=(-?[0-9]+) 的范围之内"), r"\1 以上"),
    (re.compile(r"x<=(-?[0-9]+) 的范围之内"), r"\1 以下"),
)
"""Ranges as click writes them, and in words."""


class CommandContext(click.Context):
    """What a command runs in, whose help is a Chinese page."""

    formatter_class = HelpPage


class Command(click.Command):
    """A command with its usage line in Chinese; every command of ours is one."""

    context_class = CommandContext

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **attributes)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """No blank behind the Chinese colon, where click sets one."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=MESSAGES["Usage:"])


def explain_usage(error: click.UsageError) -> str:
    """What is wrong with a call, in one sentence, and where to look."""
    if isinstance(error, click.NoSuchOption):
        from xltool.messages import suggest

        near = suggest(error.possibilities[0] if error.possibilities else "")
        sentence = f"没有 {error.option_name} 这个选项{near}。"
    elif isinstance(error, click.MissingParameter) and error.param is not None:  # click sets its own full stop behind
        kind = "选项" if isinstance(error.param, click.Option) else "参数"
        sentence = f"缺少{kind} {error.param.get_error_hint(error.ctx)}。"
    else:
        sentence = error.format_message()
    sentence = _QUOTED.sub(_say_name, sentence).replace(" “", "“").replace("”, “", "”、“")
    for written, words in _RANGES:
        sentence = written.sub(words, sentence)
    context = error.ctx
    return sentence if context is None else f"{sentence}\n用法见 {context.command_path} --help。"


def _say_name(match: re.Match[str]) -> str:
    """What click puts in its quotes: an option, or its two spellings, bare; a name of ours in Chinese quotes."""
    names = [name for name in match.groups() if name is not None]
    return " 或 ".join(name if name.startswith("-") else f"“{name}”" for name in names)
