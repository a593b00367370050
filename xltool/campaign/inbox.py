"""What lies in an inbox: files in any folder, in zip archives and attached to mails.

Droppings left aside, nothing changed.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xltool import files, kinds
from xltool.campaign.mail import read_attachments
from xltool.messages import render
from xltool.model import Finding
from xltool.report.text import clean_line
from xltool.spreadsheet.package import MAX_RATIO, RATIO_FROM

DROPPINGS: Final = ("~$", ".~lock", "._", ".~")
LEFT_BEHIND: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
DEEPEST_FOLDER: Final = 100
"""Folders within folders; what lies deeper is told by the folder that it lies in."""
MOST_MEMBERS: Final = 500
MOST_INFLATED: Final = 256 * 2**20
"""Bytes of all members of one archive together."""
_LOCAL: Final = struct.Struct(
    "<26x2H"
)  # the lengths of the name and of what else stands between a local header and its content
_ONE_DOCUMENT: Final = frozenset(
    {"[content_types].xml", "_rels/.rels", "xl/workbook.xml", "mimetype", "ofd.xml", "index/document.iwa"}
)
"""The parts, in lower case, by which a zip archive is one document of Office, ODF, OFD or Apple."""
MOST_SHOWN_PATH: Final = 200
"""Characters of the path of what lies too deep."""
NAMELESS_FILE: Final = "（无名）"
_METHOD: Final = "压缩包已损坏，或压缩方法无法识别"


@dataclass(frozen=True, slots=True)
class Found:
    """One file as found: its name from the inbox on, its bytes, or why there are none; `skipped` for droppings."""

    name: str
    data: bytes | None
    reason: str = ""
    skipped: bool = False
    again: bool = False  # from the archive: refused before, and judged again


def find_files(paths: Sequence[Path]) -> Iterator[Found]:
    """Every file below the paths, oldest first and then by name, and what archives and mails hold.

    An unreadable folder is told.
    """
    for path in paths:
        if _is_folder(path):
            listed = sorted(_walk_folder(path), key=lambda file: (_file_time(file), file.as_posix()))
            for file in listed:
                yield from _open_file(file, file.relative_to(path).as_posix())
        else:
            yield from _open_file(path, path.name)


def _walk_folder(folder: Path) -> Iterator[Path]:
    """The files below a folder; a folder that cannot be looked into, or lies too deep, stands for what is in it."""
    waiting = [(folder, 0)]
    while waiting:
        path, depth = waiting.pop()
        if depth and not _is_folder(path):
            yield path
            continue
        try:
            inside = sorted(path.iterdir(), reverse=True) if depth <= DEEPEST_FOLDER else None
        except OSError:
            inside = None
        if inside is None:
            yield path
        else:
            waiting.extend((each, depth + 1) for each in inside)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):  # told when the file is opened
        return False


def _file_time(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def _open_file(path: Path, name: str) -> Iterator[Found]:
    name = clean_line(name)
    if _is_dropping(path.name) or "__MACOSX" in Path(name).parts:
        yield Found(name, None, "办公软件的临时文件或系统文件", skipped=True)
        return
    try:
        if stat.S_ISLNK(path.lstat().st_mode):
            yield Found(name, None, "这是快捷方式（符号链接），请放文件本身")
            return
    except OSError as error:
        yield Found(name, None, files.name_reason(error))
        return
    if _is_folder(path) and len(Path(name).parts) > DEEPEST_FOLDER:
        yield Found(
            name[:MOST_SHOWN_PATH] + "…", None, f"文件夹一层套一层，超过 {DEEPEST_FOLDER} 层，请把文件移出来再放入"
        )
        return
    data = files.read_file(path)
    if isinstance(data, Finding):
        yield Found(name, None, render(data, None, None))
    else:
        yield from _unpack_file(name, data)


def _unpack_file(name: str, data: bytes, *, zipped: bool = False, mailed: bool = False) -> Iterator[Found]:
    """A file itself, or what an archive or a mail holds; what is packed twice over is told."""
    if _is_archive(data):
        yield from (
            [Found(name, None, "压缩包里还有压缩包，请解压后放入")]
            if zipped
            else _unpack_archive(name, data, mailed=mailed)
        )
    elif kinds.is_mail(data):
        yield from (
            [Found(name, None, "压缩包里还有邮件，请把附件另存后放入")]
            if mailed
            else _unpack_mail(name, data, zipped=zipped)
        )
    elif what := kinds.name_archive(data):
        yield Found(name, None, f"这是{what}，请解压后放入")
    else:
        yield Found(name, data)


def _unpack_mail(name: str, data: bytes, *, zipped: bool) -> Iterator[Found]:
    """The attachments of a mail."""
    for found in read_attachments(data):
        full = f"{name}/{found.name}" if found.name else name
        if _is_dropping(found.name.rpartition("/")[2]):
            yield Found(full, None, "办公软件的临时文件或系统文件", skipped=True)
        elif found.data is None:
            yield Found(full, None, found.reason, skipped=found.skipped)
        else:
            yield from _unpack_file(full, found.data, zipped=zipped, mailed=True)


def _is_dropping(name: str) -> bool:
    return name.startswith(DROPPINGS) or name.lower() in LEFT_BEHIND


def _is_archive(data: bytes) -> bool:
    """Whether it is a zip archive of files rather than a workbook or a document."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        names = {name.lower() for name in zipfile.ZipFile(io.BytesIO(data)).namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return names.isdisjoint(_ONE_DOCUMENT)


def _unpack_archive(name: str, data: bytes, *, mailed: bool) -> Iterator[Found]:
    """The files in an archive, where nothing is unpacked to disk.

    Names that Chinese Windows wrote in GBK are read as such.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_INFLATED:
            yield Found(name, None, f"压缩包里文件过多或过大（最多 {MOST_MEMBERS} 个，共 {MOST_INFLATED // 2**20} MB）")
            return
        if not members:
            yield Found(name, None, "压缩包里没有文件")
            return
        if _members_overlap(data, members):
            yield Found(name, None, "压缩包里的文件互相重叠，已损坏或不是正常的压缩包")
            return
        for member in members:
            inner = clean_line(_member_name(member)) or NAMELESS_FILE
            full = f"{name}/{inner}"
            if _is_dropping(inner.rpartition("/")[2]) or "__MACOSX" in inner:
                yield Found(full, None, "办公软件的临时文件或系统文件", skipped=True)
                continue
            found = _read_member(archive, member, full)
            if found.data is None:
                yield found
            else:
                yield from _unpack_file(full, found.data, zipped=True, mailed=mailed)


def _members_overlap(data: bytes, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether members share bytes, by which a small archive holds without end.

    The standard library looks for it since 3.11.8.
    """
    free_from = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        begin = member.header_offset
        if not free_from <= begin <= len(data) - _LOCAL.size:
            return True
        named, extra = _LOCAL.unpack_from(data, begin)
        free_from = begin + _LOCAL.size + named + extra + member.compress_size
    return free_from > len(data)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, full: str) -> Found:
    if member.flag_bits & 1:
        return Found(full, None, "压缩包有密码，请解压后放入")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return Found(full, None, _METHOD)
    if member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):  # no more than it declares is inflated
        return Found(full, None, f"压缩比超过 {MAX_RATIO}:1，不是正常的文件")
    try:
        with archive.open(member) as stream:
            data = stream.read(files.LARGEST_FILE + 1)  # never trust the size that an archive declares
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        return Found(full, None, _METHOD)
    if len(data) > files.LARGEST_FILE:
        return Found(full, None, f"文件超过 {files.LARGEST_FILE // 2**20} MB")
    return Found(full, data)


def _member_name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
