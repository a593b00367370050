"""What takes long to derive from a definition, kept for the next process in the user's own folder for such things.

Only commands keep anything (`open_cache`). What is kept is plain JSON beside a key: a digest of all that it was derived
from, the program itself included. One whose key is another is as good as none, and is written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

CACHE_VARIABLE: Final = "XLTOOL_CACHE"
"""The environment variable with another folder; where it is empty nothing is kept."""
_PROGRAM: Final = Path(__file__).parent.parent
_PRIVATE: Final = 0o700
_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_opened: list[bool] = []


def open_cache() -> None:
    """From here on this process keeps what it derives, and takes what others of the same program have kept."""
    _opened[:] = [True]


def make_or_recall(name: str, sources: tuple[str, ...], make: Callable[[], Any]) -> Any:
    """What `make` gives, or what was kept of it under that name where it was made from the same sources.

    That is plain JSON, in which tuples are lists, and sets too: whoever asks makes of either what it should be.

    Nothing is kept of what has an empty source, which is not known. A folder that cannot be written, or that others can
    write, does no harm: then it is made.
    """
    folder = _find_folder() if _opened and all(sources) else None
    if folder is None:
        return make()
    path = folder / f"{name}.json"
    key = hashlib.sha256("\0".join((_describe_program(), *sources)).encode("utf-8", "surrogateescape")).hexdigest()
    with suppress(OSError, ValueError):
        found = _read_own(path)
        if found[: len(key)] == key.encode() and _sign(found[2 * len(key) :]) == found[len(key) : 2 * len(key)]:
            return json.loads(found[2 * len(key) :])
    made = make()
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":"), default=sorted).encode()
    with suppress(OSError):
        _write_own(path, key.encode() + _sign(body) + body)
    return made


def _sign(body: bytes) -> bytes:
    """What shows that a file is whole."""
    return hashlib.sha256(body).hexdigest().encode()


@cache
def _find_folder() -> Path | None:
    """The folder, made where it is not there; None where there is none that is only the user's."""
    given = os.environ.get(CACHE_VARIABLE)
    if given is None:
        import platformdirs

        given = platformdirs.user_cache_dir("xltool", appauthor=False)
    if not given:
        return None
    folder = Path(given)
    with suppress(OSError, ValueError):
        folder.mkdir(_PRIVATE, parents=True, exist_ok=True)
        if _is_own(folder.stat()):
            return folder
    return None


def _is_own(status: os.stat_result) -> bool:
    """Whether nobody but the user can write a file or folder, where systems tell."""
    return sys.platform == "win32" or (status.st_uid == os.geteuid() and not status.st_mode & _OTHERS)


def _read_own(path: Path) -> bytes:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_own(status):
            raise OSError(f"{path} is not ours alone")
        return file.read()


def _write_own(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all; whoever reads meanwhile has the one before."""
    import tempfile  # only here

    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


@cache
def _describe_program() -> str:
    """This very program: the interpreter, the folder that it is installed in, and each of its modules, as they are now.

    By size and time of change, as the interpreter tells whether a compiled module is still that of its source. The
    folder of libraries changes whenever one is installed.
    """
    told = [sys.version, *map(_describe_entry, (Path(sys.executable), _PROGRAM.parent))]
    folders = [str(_PROGRAM)]
    while folders:
        folder = folders.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    told.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
                elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.path)
    return "\n".join(told)


def _describe_entry(path: Path) -> str:
    with suppress(OSError):
        status = path.stat()
        return f"{path} {status.st_size} {status.st_mtime_ns}"
    return f"{path} -"
