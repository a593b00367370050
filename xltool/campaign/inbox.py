"""What lies in an inbox: files in any folder, in zip archives and attached to mails.

Droppings left aside, nothing changed.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from xltool import files, kinds
from xltool.campaign.mail import read_attachments
from xltool.campaign.zipped import Member, list_members, read_members
from xltool.messages import render
from xltool.model import Finding
from xltool.report.text import clean_line
from xltool.spreadsheet.save_time import to_beijing
from xltool.workers import Patience

DROPPINGS: Final = ("~$", ".~lock", "._", ".~")
LEFT_BEHIND: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
DEEPEST_FOLDER: Final = 100
"""Folders within folders; what lies deeper is told by the folder that it lies in."""
MOST_SHOWN_PATH: Final = 200
"""Characters of the path of what lies too deep."""
NAMELESS_FILE: Final = "（无名）"
_DROPPING: Final = "办公软件的临时文件或系统文件"


@dataclass(frozen=True, slots=True)
class Found:
    """One file as found: its name from the inbox on, its bytes, or why there are none; `skipped` for droppings.

    `dated` is the date of what brought it, as Beijing has it: of a member of an archive, of a mail, or of the file;
    `mailed` that of the mail alone.
    """

    name: str
    data: bytes | None
    reason: str = ""
    skipped: bool = False
    again: bool = False  # from the archive: refused before, and judged again
    dated: datetime | None = None
    mailed: datetime | None = None


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


def count_files(folder: Path) -> int:
    """How many files lie below a folder, archives and mails counted as one each, droppings not at all."""
    return sum(not _is_dropping(path.name) for path in _walk_folder(folder)) if _is_folder(folder) else 0


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


def _read_date(path: Path) -> datetime:
    return datetime.fromtimestamp(_file_time(path) / 10**9, UTC)


def _date_files(found: Iterator[Found], dated: datetime | None) -> Iterator[Found]:
    """What was found in something, with the date of that where it has none of its own."""
    return (item if item.dated is not None else replace(item, dated=dated) for item in found)


def _open_file(path: Path, name: str) -> Iterator[Found]:
    name = clean_line(name)
    if _is_dropping(path.name) or "__MACOSX" in Path(name).parts:
        yield Found(name, None, _DROPPING, skipped=True)
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
        yield from _date_files(_unpack_file(name, data, patience=Patience()), to_beijing(_read_date(path)))


def _unpack_file(
    name: str, data: bytes, *, zipped: bool = False, mailed: bool = False, patience: Patience
) -> Iterator[Found]:
    """A file itself, or what an archive or a mail holds; what is packed twice over is told.

    `patience` is for all mails of one file together: an archive may hold hundreds that block.
    """
    members = list_members(data)
    if members is not None:
        if zipped:
            yield Found(name, None, "压缩包里还有压缩包，请解压后放入")
        elif isinstance(members, str):
            yield Found(name, None, members)
        else:
            yield from _unpack_archive(name, data, members, mailed=mailed, patience=patience)
    elif kinds.is_mail(data):
        if mailed:
            yield Found(name, None, "压缩包里还有邮件，请把附件另存后放入")
        else:
            yield from _unpack_mail(name, data, zipped=zipped, patience=patience)
    elif what := kinds.name_archive(data):
        yield Found(name, None, f"这是{what}，请解压后放入")
    else:
        yield Found(name, data)


def _unpack_mail(name: str, data: bytes, *, zipped: bool, patience: Patience) -> Iterator[Found]:
    """The attachments of a mail."""
    for found in read_attachments(data, patience):
        full = f"{name}/{found.name}" if found.name else name
        if _is_dropping(found.name.rpartition("/")[2]):
            yield Found(full, None, _DROPPING, skipped=True)
        elif found.data is None:
            yield Found(full, None, found.reason, skipped=found.skipped)
        else:
            files_within = _unpack_file(full, found.data, zipped=zipped, mailed=True, patience=patience)
            yield from (replace(file, mailed=found.sent) for file in _date_files(files_within, found.sent))


def _is_dropping(name: str) -> bool:
    return name.startswith(DROPPINGS) or name.lower() in LEFT_BEHIND


def _unpack_archive(
    name: str, data: bytes, members: Sequence[Member], *, mailed: bool, patience: Patience
) -> Iterator[Found]:
    """The files in an archive."""
    named = [clean_line(member.name) or NAMELESS_FILE for member in members]
    left = ["__MACOSX" in inner or _is_dropping(inner.rpartition("/")[2]) for inner in named]
    contents = read_members(data, [member for member, out in zip(members, left, strict=True) if not out])
    for member, inner, out in zip(members, named, left, strict=True):
        full = f"{name}/{inner}"
        if out:
            yield Found(full, None, _DROPPING, skipped=True)
        elif isinstance(content := next(contents), str):
            yield Found(full, None, content)
        else:
            files_within = _unpack_file(full, content, zipped=True, mailed=mailed, patience=patience)
            yield from _date_files(files_within, member.dated)
