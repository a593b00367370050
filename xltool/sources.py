"""Files that are read, by path or by address: `s3://…`, `file:///…/*.xlsx`, whatever fsspec opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from xltool import itself
from xltool.files import LARGEST_FILE, name_reason, read_file
from xltool.messages import XltoolError, finding
from xltool.model import Finding

_MARK: Final = "://"
_WILD: Final = frozenset("*?[")


def is_address(name: str) -> bool:
    """Whether a file is named by an address and not by a path."""
    return _MARK in name


def open_source(name: str) -> bytes | Finding:
    """The bytes of a file of at most 10 MiB, or the finding that says why not.

    Raises `XltoolError` where what opens such addresses is not installed.
    """
    if not is_address(name):
        return read_file(Path(name))
    system, path = _find_system(name)
    try:
        with system.open(path, "rb") as file:
            data = bytes(file.read(LARGEST_FILE + 1))
    except OSError as error:
        return finding("file.missing", why=name_reason(error))
    except Exception as error:  # each kind of store has errors of its own, and one file must not cost the others
        return finding("file.missing", why=f"{type(error).__name__}：{error}"[:200])
    if len(data) <= LARGEST_FILE:
        return data
    return finding(
        "file.limit", part=path.rpartition("/")[2], limit="文件大小（字节）", allowed=LARGEST_FILE, found=len(data)
    )


def list_sources(name: str) -> list[str]:
    """The files that an address with signs such as `*` stands for, in the order of their names; else itself.

    Raises `XltoolError` where there are none, or the store cannot be asked.
    """
    if not is_address(name) or _WILD.isdisjoint(name):
        return [name]
    system, path = _find_system(name)
    try:
        found = [system.unstrip_protocol(each) for each in sorted(system.glob(path)) if not system.isdir(each)]
    except Exception as error:
        why = name_reason(error) if isinstance(error, OSError) else f"{type(error).__name__}：{error}"[:200]
        raise XltoolError(f"{name}：列不出文件（{why}）。") from error
    if not found:
        raise XltoolError(f"{name}：没有符合的文件。")
    return found


def _find_system(name: str) -> tuple[Any, str]:
    """What opens an address, and the path there; raises `XltoolError` for one that nothing here opens."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise XltoolError(
            f"{name}：这种地址要用 fsspec 打开，这里没有安装：{itself.advise_install('xltool[cluster]')}。"
        ) from None
    try:
        system, path = url_to_fs(name)
    except ImportError as error:  # tells which library it lacks
        raise XltoolError(f"{name}：打开这种地址的程序库没有安装：{error}。") from error
    except ValueError as error:
        raise XltoolError(f"{name}：没有这种地址（{error}）。") from error
    return system, path
