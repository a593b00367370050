"""Files from outside within limits, files of ours whole or absent."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import stat
import sys
import tempfile
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from xltool.digits import parse_whole
from xltool.messages import XltoolError, finding
from xltool.model import Finding

TEMPORARY: Final = ".xltool-"
OLD: Final = 86_400
"""Seconds after which a temporary file that another system left belongs to nobody."""
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
LARGEST_FILE: Final = 10 * 2**20
"""Bytes of an input file; a filled workbook has some 40 thousand."""


def read_file(path: Path) -> bytes | Finding:
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
        return finding("file.missing", why=name_reason(error))


def hash_file(path: Path) -> str:
    """The SHA-256 of a file; empty when there is none that can be read."""
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is whole under a name of its own, to be put into its place or discarded; its hash."""

    temporary: Path
    sha256: str

    def put(self, path: Path, mode: int | None = None, *, executable: bool = False) -> None:
        """Puts the file into its place, in the same folder; `XltoolError` when that cannot be.

        One that is `executable` can be run by whoever may read it.
        """
        try:
            chosen = _choose_mode(path) if mode is None else mode
            self.temporary.chmod(chosen | (chosen & 0o444) >> 2 if executable else chosen)
            self.temporary.replace(path)
        except (OSError, ValueError) as error:
            self.discard()
            raise _explain_unwritten(path, error) from error

    def put_new(self, path: Path) -> bool:
        """Puts the file into a place on the same disk where nothing stands yet; False, and nothing done, otherwise.

        Raises `XltoolError` when that cannot be.
        """
        try:
            self.temporary.chmod(_choose_mode(path))
            if sys.platform == "win32":
                self.temporary.rename(path)  # which replaces nothing there
            else:
                _link_new(self.temporary, path)
        except FileExistsError:
            return False
        except (OSError, ValueError) as error:
            raise _explain_unwritten(path, error) from error
        self.discard()
        return True

    def discard(self) -> None:
        """Takes the file away; what cannot be cleared away now is by the next run."""
        with suppress(OSError):
            self.temporary.unlink()


class Staging:
    """A file that grows under a name of its own in a folder, until it is whole or discarded."""

    def __init__(self, folder: Path) -> None:
        self._digest = hashlib.sha256()
        self._file = tempfile.NamedTemporaryFile(dir=folder, prefix=_own_prefix(), delete=False)  # noqa: SIM115
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Adds a piece."""
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    def finish(self) -> Staged:
        """The whole file, which is on the disk now."""
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        return Staged(Path(self._file.name), self._digest.hexdigest())

    def discard(self) -> None:
        """Takes the file away, whole or not."""
        with suppress(OSError):
            self._file.close()
        Staged(Path(self._file.name), "").discard()


def stage_file(path: Path, data: bytes | Iterable[bytes]) -> Staged:
    """Writes the whole of a file into the folder of a path, under another name.

    Raises `XltoolError` in one sentence. What is large comes in pieces.
    """
    staging: Staging | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = Staging(path.parent)
        for piece in (data,) if isinstance(data, bytes) else data:
            staging.write(piece)
        return staging.finish()
    except (OSError, ValueError, XltoolError) as error:
        if staging is not None:
            staging.discard()
        if isinstance(error, XltoolError):  # of whoever makes the pieces
            raise
        raise _explain_unwritten(path, error) from error


def write_file(path: Path, data: bytes | Iterable[bytes], mode: int | None = None) -> str:
    """Writes a file whole or not at all, and gives its hash: a temporary file in the same folder, then a replacement.

    An old file survives a failure. What is large comes in pieces.

    `mode` are its permissions, by default those of the file replaced. Raises `XltoolError` in one sentence.
    """
    staged = stage_file(path, data)
    staged.put(path, mode)
    return staged.sha256


def _link_new(file: Path, path: Path) -> None:
    """A file's second name; where the disk knows none, a name that is taken first and replaced then."""
    try:
        path.hardlink_to(file)
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        path.touch(exist_ok=False)
        file.replace(path)


def _explain_unwritten(path: Path, error: OSError | ValueError) -> XltoolError:
    return XltoolError(f"写不出 {path.name}：{name_reason(error)}。")


def try_writing(folder: Path) -> None:
    """Makes a file in a folder and takes it away again; raises `OSError` where that cannot be."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_own_prefix()) as file:
        file.write(b"xltool")
        file.flush()
        os.fsync(file.fileno())


def sweep_leftovers(folder: Path) -> None:
    """Clears away the temporary files that killed runs left in a folder; those of runs at work stay.

    A run of this system is known by its process; what another system left, such as a second container of the same name
    or this computer before it was started anew, is cleared away once it is a day old by the clock of the folder itself.
    """
    for path in folder.glob(f"{TEMPORARY}*") if folder.is_dir() else ():
        with suppress(OSError):
            if was_left(path, path.name.removeprefix(TEMPORARY)):
                path.unlink()


def was_left(path: Path, maker: str) -> bool:
    """Whether the process that made a file is gone: `maker` begins as `name_process` names it there.

    Of one of another system that is taken for so once the file is a day old; raises `OSError` where it cannot be told.
    """
    system, _, rest = maker.partition("-")
    process, _, rest = rest.partition("-")
    started = rest.partition("-")[0]
    if system == _name_system():
        number = parse_whole(process, 10)
        return number is not None and not (_is_running(number) and _read_process_start(number) == started)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_own_prefix()) as now:
        return Path(now.name).stat().st_mtime - path.stat().st_mtime > OLD


def _own_prefix() -> str:
    """How the names of temporary files begin, so that another run can tell whose they are."""
    return f"{TEMPORARY}{name_process()}-"


def name_process() -> str:
    """This process among all that may share a folder: its system, its number, its start."""
    process = os.getpid()
    return f"{_name_system()}-{process}-{_read_process_start(process)}"


@cache
def _name_system() -> str:
    """A short name for the system whose process numbers ours are: host, machine, start, container."""
    known = [platform.node()]
    if sys.platform == "win32":
        known.append(f"{uuid.getnode():x}")
    for path in ("/etc/machine-id", "/proc/sys/kernel/random/boot_id"):
        with suppress(OSError):
            known.append(Path(path).read_text("ascii", "replace"))
    with suppress(OSError):
        known.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\n".join(known).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _read_process_start(process: int) -> str:
    """When a process was started, in the system's own count, where that tells.

    A number is given again after a while.
    """
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _is_running(process: int) -> bool:
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


def _choose_mode(path: Path) -> int:
    """The permissions of the file to be replaced, or those that a new file would get."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def explain_error(error: OSError) -> str:
    """What the system would not do, in one sentence."""
    name = f"{Path(os.fsdecode(error.filename)).name}：" if isinstance(error.filename, str | bytes) else ""
    return f"未能完成：{name}{name_reason(error)}。"


def name_reason(error: OSError | ValueError) -> str:
    """Why the system would not, in a few words."""
    if isinstance(error, FileNotFoundError):
        return "没有这个文件或文件夹"
    if isinstance(error, PermissionError):
        return "没有权限，或正在被其他程序使用"
    if isinstance(error, IsADirectoryError | NotADirectoryError):
        return "路径中有一处不是文件夹，或目标是文件夹"
    if isinstance(error, OSError) and error.errno in {28, 122}:
        return "磁盘空间不足"
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return "文件名或路径过长"
    return str(error.strerror or error) if isinstance(error, OSError) else "文件名不合法"
