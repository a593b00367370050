"""What lies in an inbox: files in any folder and in zip archives, droppings of office programs left aside, nothing changed."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xltool import files
from xltool.messages import render
from xltool.model import Finding

DROPPINGS: Final = ("~$", ".~lock", "._", ".~")
LEFT_BEHIND: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
MOST_MEMBERS: Final = 500
MOST_INFLATED: Final = 256 * 2**20
"""Bytes of all members of one archive together."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file as found: its name from the inbox on, its bytes, or why there are none; `skipped` for droppings."""

    name: str
    data: bytes | None
    reason: str = ""
    skipped: bool = False


def gathered(paths: Sequence[Path]) -> Iterator[Found]:
    """Every file below the paths, oldest first and then by name, and the members of archives; a folder that cannot be read is told."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            listed = sorted(_below(path), key=lambda file: (_time(file), file.as_posix()))
            for file in listed:
                yield from _file(file, file.relative_to(path).as_posix())
        else:
            yield from _file(path, path.name)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path


def _time(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def _file(path: Path, name: str) -> Iterator[Found]:
    name = name.encode("utf-8", "replace").decode()
    if _dropping(path.name) or "__MACOSX" in Path(name).parts:
        yield Found(name, None, "办公软件的临时文件或系统文件", skipped=True)
        return
    try:
        if stat.S_ISLNK(path.lstat().st_mode):
            yield Found(name, None, "这是快捷方式（符号链接），请放文件本身")
            return
    except OSError as error:
        yield Found(name, None, files.reason(error))
        return
    data = files.take(path)
    if isinstance(data, Finding):
        yield Found(name, None, render(data, None, None))
    elif _archive(data):
        yield from _members(name, data)
    else:
        yield Found(name, data)


def _dropping(name: str) -> bool:
    return name.startswith(DROPPINGS) or name.lower() in LEFT_BEHIND


def _archive(data: bytes) -> bool:
    """Whether it is a zip archive of files rather than a workbook or a document."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return "[Content_Types].xml" not in names and "mimetype" not in names


def _members(name: str, data: bytes) -> Iterator[Found]:
    """The files in an archive; names that Chinese Windows wrote in GBK are read as such."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_INFLATED:
            yield Found(name, None, f"压缩包里文件过多或过大（最多 {MOST_MEMBERS} 个，共 {MOST_INFLATED // 2**20} MB）")
            return
        for member in members:
            inner = _member_name(member)
            full = f"{name}/{inner}"
            if _dropping(inner.rpartition("/")[2]) or "__MACOSX" in inner:
                yield Found(full, None, "办公软件的临时文件或系统文件", skipped=True)
            else:
                yield _member(archive, member, full)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, full: str) -> Found:
    if member.flag_bits & 1:
        return Found(full, None, "压缩包有密码，请解压后放入")
    try:
        with archive.open(member) as stream:
            data = stream.read(files.LARGEST_FILE + 1)  # never trust the size that an archive declares
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        return Found(full, None, "压缩包已损坏，或压缩方法无法识别")
    if len(data) > files.LARGEST_FILE:
        return Found(full, None, f"文件超过 {files.LARGEST_FILE // 2**20} MB")
    return Found(full, None, "压缩包里还有压缩包，请解压后放入") if _archive(data) else Found(full, data)


def _member_name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
