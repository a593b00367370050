"""Who is at work on a campaign: commands that write hold its lock together, one that mends holds it alone.

The system lets go of the lock when the process ends, however it ends. SQLite's own locks guard each transaction; this
one keeps the database from being replaced under a run that is at work.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from xltool.messages import XltoolError

LOCK: Final = "campaign.lock"
_TOGETHER: Final = 64
"""Windows knows no lock that is held together: each holder takes one byte of so many, who is alone takes all."""
_FAR: Final = 2**30
"""Where those bytes stand: behind what the file says, which others may read."""
LONGEST_WHO: Final = 1_000
_PATIENCE: Final = 1.0
"""Seconds: the last holder takes the lock alone for the moment in which it takes the file away."""


@contextmanager
def hold_campaign(root: Path, who: str, *, alone: bool = False) -> Iterator[None]:
    """Holds the lock of the campaign in a folder; `who` is told to whoever comes meanwhile.

    Raises `XltoolError` with the holder when it cannot be had. Where the system or the folder knows no locks, nothing
    is held.
    """
    path = root / LOCK
    held = _take_lock(path, alone)
    if held is None:
        yield
        return
    try:
        with suppress(OSError):
            os.ftruncate(held, 0)
            os.pwrite(held, who.encode(), 0) if hasattr(os, "pwrite") else os.write(held, who.encode())
        yield
    finally:
        with suppress(OSError):  # the last one takes the file away; Windows lets nobody, and it stays
            if _lock(held, alone=True):
                path.unlink()
        os.close(held)


def name_holder(command: str, user: str, since: str) -> str:
    """What the others are told of a holder."""
    return f"xltool {command}（{user}，在 {platform.node() or '本机'} 上，{since} 开始，进程号 {os.getpid()}）"


def _take_lock(path: Path, alone: bool) -> int | None:
    latest = time.monotonic() + _PATIENCE
    while True:
        try:
            held = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # what cannot be written there is told by what wants to write
            return None
        try:
            got = _lock(held, alone=alone)
        except OSError:
            os.close(held)
            return None
        if not got:
            who = os.read(held, LONGEST_WHO).decode("utf-8", "replace").strip()
            os.close(held)
            if time.monotonic() < latest:
                time.sleep(0.02)
                continue
            raise XltoolError(f"这个任务正由另一个命令使用：{who or '另一个 xltool'}。请等它结束以后再执行。")
        with suppress(OSError):
            if os.path.samestat(os.fstat(held), path.stat()):
                return held
        os.close(held)  # the last holder has just taken the file away


def _lock(held: int, *, alone: bool) -> bool:
    """Whether the lock could be had at once."""
    if sys.platform == "win32":
        import msvcrt

        for at, size in [(0, _TOGETHER)] if alone else [(at, 1) for at in range(_TOGETHER)]:
            os.lseek(held, _FAR + at, os.SEEK_SET)
            try:
                msvcrt.locking(held, msvcrt.LK_NBLCK, size)
            except OSError:
                continue
            else:
                os.lseek(held, 0, os.SEEK_SET)
                return True
        os.lseek(held, 0, os.SEEK_SET)
        return False
    import fcntl  # record locks: workers, which are forks, do not inherit them

    try:
        fcntl.lockf(held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
