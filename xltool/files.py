"""Files from outside within limits, files of ours whole or absent."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from xltool.messages import XltoolError, finding
from xltool.model import Finding

LARGEST_FILE: Final = 10 * 2**20
"""Bytes of an input file; a filled workbook has some 40 thousand."""


def take(path: Path) -> bytes | Finding:
    """The bytes of a regular file of at most 10 MiB, or the finding that says why not."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return finding("file.missing", why="不是普通文件" if not stat.S_ISDIR(status.st_mode) else "这是文件夹")
        if status.st_size > LARGEST_FILE:
            return finding("file.limit", part=path.name, limit="文件大小（字节）", allowed=LARGEST_FILE, found=status.st_size)
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
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".xltool-", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path) if mode is None else mode)
        temporary.replace(path)
    except (OSError, ValueError) as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise XltoolError(f"写不出 {path.name}：{reason(error)}。") from error


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, or those that a new file would get."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


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
