"""Files from outside within limits, files of ours whole or absent."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from xltool.digits import parse_whole
from xltool.messages import XltoolError, finding
from xltool.model import Finding

TEMPORARY: Final = ".xltool-"
LARGEST_FILE: Final = 10 * 2**20
"""Bytes of an input file; a filled workbook has some 40 thousand."""


def take(path: Path) -> bytes | Finding:
    """The bytes of a regular file of at most 10 MiB, or the finding that says why not."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return finding("file.missing", why="不是普通文件" if not stat.S_ISDIR(status.st_mode) else "这是文件夹")
        if status.st_size > LARGEST_FILE:
            return finding(
                "file.limit", part=path.name, limit="文件大小（字节）", allowed=LARGEST_FILE, found=status.st_size
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        return finding("file.missing", why=reason(error))


def put(path: Path, data: bytes, mode: int | None = None) -> None:
    """Writes a file whole or not at all: a temporary file in the same folder, then a replacement; an old file survives a failure.

    `mode` are its permissions, by default those of the file replaced. Raises `XltoolError` in one sentence.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_own_prefix(os.getpid()), delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path) if mode is None else mode)
        temporary.replace(path)
    except (OSError, ValueError) as error:
        if temporary is not None:
            with suppress(OSError):  # what cannot be cleared away now is by the next run
                temporary.unlink()
        raise XltoolError(f"写不出 {path.name}：{reason(error)}。") from error


def swept(folder: Path) -> None:
    """Clears away the temporary files that runs of this machine left in a folder when they were killed; those of runs at work stay."""
    machine = _own_prefix("")
    for path in folder.glob(f"{machine}*") if folder.is_dir() else ():
        process = path.name.removeprefix(machine).partition("-")[0]
        if (number := parse_whole(process, 10)) is not None and not _runs(number):
            with suppress(OSError):
                path.unlink()


def _own_prefix(process: int | str) -> str:
    """How the names of temporary files begin: with the machine and the process, so that another run can tell whose they are."""
    machine = hashlib.sha256(platform.node().encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{TEMPORARY}{machine}-{process}-" if process else f"{TEMPORARY}{machine}-"


def _runs(process: int) -> bool:
    if sys.platform == "win32":
        import psutil

        return bool(psutil.pid_exists(process))
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, or those that a new file would get."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def told(error: OSError) -> str:
    """What the system would not do, in one sentence."""
    name = f"{Path(os.fsdecode(error.filename)).name}：" if isinstance(error.filename, str | bytes) else ""
    return f"未能完成：{name}{reason(error)}。"


def reason(error: OSError | ValueError) -> str:
    """Why the system would not, in a few words."""
    if isinstance(error, FileNotFoundError):
        return "没有这个文件或文件夹"
    if isinstance(error, PermissionError):
        return "没有权限，或正在被其他程序使用"
    if isinstance(error, IsADirectoryError | NotADirectoryError):
        return "路径中有一处不是文件夹，或目标是文件夹"
    if isinstance(error, OSError) and error.errno in {28, 122}:
        return "磁盘空间不足"
    return str(error.strerror or error) if isinstance(error, OSError) else "文件名不合法"
