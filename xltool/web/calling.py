"""Commands of xltool, run for a page in a process of their own: what the console does, done just so.

Such a process holds the campaign's lock for itself, may fork its workers, and costs nobody else anything when it is
lost; the pages go on meanwhile.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Final

from xltool.messages import XltoolError
from xltool.web.site import Site

_SECONDS: Final = 120


def start_command(site: Site, name: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts a command on the site's campaign; what it writes comes as UTF-8."""
    return subprocess.Popen(
        [*site.command, name, "-C", str(site.root), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def run_command(site: Site, name: str, operands: Sequence[str], options: dict[str, str]) -> None:
    """Runs a command that is done at once; raises `XltoolError` with what it says when it could not do it."""
    written = [f"--{option}={value}" for option, value in options.items()]
    process = start_command(site, name, *written, "--", *operands)
    try:
        _, said = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise XltoolError("等了很久没有办成：任务可能正由另一个命令使用。请过一会儿再办一次。") from error
    if process.returncode != 0:
        raise XltoolError(find_last_sentence(said) or "没有办成，请再试一次。")


def find_last_sentence(said: str) -> str:
    """The last line of what a command said, without what is to be done next."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("下一步：")]
    return lines[-1] if lines else ""
