"""Programs run in copies of a process that has them in memory already, so that what they do begins at once.

Only where the system copies processes and ours may do so: elsewhere `can_copy` says no, and a program is started anew.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import IO

from xltool import itself
from xltool.workers import AFRESH, open_context


def can_copy() -> bool:
    """Whether programs can be run in copies here; a bundle holds no modules that could be run one by one."""
    return AFRESH is not None and not itself.is_bundle()


class Copy:
    """A program at work in a copy; what it says comes as UTF-8, line by line."""

    def __init__(self, process: BaseProcess, stdout: Connection, stderr: Connection) -> None:
        self._process = process
        self.stdout, self.stderr = _open_pipe(stdout), _open_pipe(stderr)

    def wait(self) -> int:
        """Waits until it has ended; its exit code, or less than 0 where a signal ended it."""
        self._process.join()
        code = self._process.exitcode
        return 1 if code is None else code


def start_copy(module: str, words: Sequence[str]) -> Copy:
    """Runs a module as `python -m` does, with these words; `can_copy` has said that this is possible."""
    context = open_context(AFRESH)
    (stdout, out), (stderr, err) = context.Pipe(duplex=False), context.Pipe(duplex=False)
    # It starts workers of its own, and comes to its end when we do not.
    process = context.Process(target=_run_module, args=(module, [*words], out, err), daemon=False)  # type: ignore[attr-defined]
    process.start()
    out.close()
    err.close()
    return Copy(process, stdout, stderr)


def _open_pipe(pipe: Connection) -> IO[str]:
    """A pipe as a file of lines, which takes it over."""
    file = os.fdopen(os.dup(pipe.fileno()), "r", encoding="utf-8", errors="replace")
    pipe.close()
    return file


def _run_module(module: str, words: list[str], out: Connection, err: Connection) -> None:
    """The life of a copy: its streams are the pipes, its words those of a program of its own."""
    for pipe, stream in ((out, 1), (err, 2)):
        os.dup2(pipe.fileno(), stream)
        pipe.close()
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
