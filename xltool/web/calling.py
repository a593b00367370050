"""Commands of xltool, run for a page in a process of their own: what the console does, done just so.

Such a process holds the campaign's lock for itself, may fork its workers, and costs nobody else anything when it is
lost; the pages go on meanwhile.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from xltool import copies
from xltool.messages import XltoolError

_SECONDS: Final = 120
_ASIDE: Final = ("下一步：", "用法见 ")
"""How lines begin that are for a console alone."""


@dataclass(frozen=True, slots=True)
class Caller:
    """How xltool is called on the campaign in a folder; `command` are the words that stand for xltool itself."""

    command: tuple[str, ...]
    root: Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered: its exit code, its output, and what it said beside that."""

    code: int
    output: str
    said: str


def start_command(caller: Caller, name: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts a command on the campaign; what it writes comes as UTF-8."""
    return _start([*caller.command, name, "-C", str(caller.root), *arguments], listens=False)


def start_program(command: tuple[str, ...], *words: str) -> subprocess.Popen[str]:
    """Starts a command that is of no campaign."""
    return _start([*command, *words], listens=False)


class Started(Protocol):
    """A command at work, whether it was begun from nothing or in a copy."""

    @property
    def stdout(self) -> IO[str] | None:
        """Its output."""

    @property
    def stderr(self) -> IO[str] | None:
        """What it says beside that."""

    def wait(self) -> int:
        """Waits until it has ended; its exit code."""


def list_warm_modules(caller: Caller, names: Sequence[str]) -> list[str]:
    """The modules of commands, for the process that copies are made of; none where no copies can be made."""
    module = _find_module(caller)
    return [f"{module}.cli.{name}" for name in names] if module else []


def start_warm_command(caller: Caller, name: str, *arguments: str) -> Started:
    """Starts a command on the campaign in a copy of the process that has xltool in memory, where that can be done."""
    module = _find_module(caller)
    if not module:
        return start_command(caller, name, *arguments)
    return copies.start_copy(module, [name, "-C", str(caller.root), *arguments])


def _find_module(caller: Caller) -> str:
    """The module that xltool is called as, if copies of it can be made; else nothing."""
    *_, option, module = ("", *caller.command)
    return module if option == "-m" and copies.can_copy() else ""


def run_command(
    caller: Caller,
    name: str,
    operands: Sequence[str],
    options: Mapping[str, str],
    *,
    worked: Collection[int] = (0,),
    given: str | None = None,
) -> list[str]:
    """Runs a command that is done at once; the lines that it told beside its output, without the next step.

    An option whose value is empty is a flag. `worked` are the exit codes of one that has done it, `given` is what it
    reads on its standard input. Raises `XltoolError` with what it says when it could not do it.
    """
    written = [f"--{option}={value}" if value else f"--{option}" for option, value in options.items()]
    words = [name, "-C", str(caller.root), *written, "--", *operands]
    answer = call_program(caller.command, *words, given=given)
    if answer.code not in worked:
        raise XltoolError(find_last_sentence(answer.said) or "没有办成，请再试一次。")
    return _list_told(answer.said)


def call_program(command: tuple[str, ...], *words: str, given: str | None = None, seconds: int = _SECONDS) -> Answer:
    """What xltool answers to these words, and to what it is `given` on its standard input.

    Raises `XltoolError` when it does not end in so many seconds.
    """
    process = _start([*command, *words], listens=given is not None)
    try:
        output, said = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise XltoolError("等了很久没有办成：任务可能正由另一个命令使用。请过一会儿再办一次。") from error
    return Answer(process.returncode, output, said)


def _start(words: Sequence[str], *, listens: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def find_last_sentence(said: str) -> str:
    """The last line of what a command said, without what is to be done next."""
    return next(reversed(_list_told(said)), "")


def _list_told(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.strip() and not line.startswith(_ASIDE)]
