"""Where a command takes passwords of workbooks from: a file, a prompt, the environment; never its command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from xltool import files
from xltool.messages import XltoolError, render
from xltool.model import Finding

VARIABLE: Final = "XLTOOL_PASSWORD"


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options of passwords, and their sum as its argument `passwords`."""

    @click.option(
        "--password-file",
        "password_file",
        metavar="密码.txt",
        type=click.Path(path_type=Path),
        help=f"有打开密码的文件用哪些密码试：一行一个。也可放在环境变量 {VARIABLE}（一个）。",
    )
    @click.option("--ask-password", "ask", is_flag=True, help="运行时询问打开密码（不显示）。")
    @wraps(command)
    def asking(*args: Any, password_file: Path | None, ask: bool, **rest: Any) -> Any:
        return command(*args, passwords=collect_passwords(password_file, ask=ask), **rest)

    return asking


def collect_passwords(path: Path | None, *, ask: bool) -> tuple[str, ...]:
    """The passwords from the prompt, the file and the environment, in that order."""
    found: list[str] = []
    if ask:
        found.append(click.prompt("打开密码", hide_input=True, err=True))
    if path is not None:
        from xltool.campaign.passwords import parse_passwords

        data = files.read_file(path)
        if isinstance(data, Finding):
            raise XltoolError(f"密码文件 {path.name}：{render(data, None, None)}")
        found += parse_passwords(data)
    if os.environ.get(VARIABLE):
        found.append(os.environ[VARIABLE])
    return tuple(dict.fromkeys(found))
