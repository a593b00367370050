"""The files in a zip archive, nothing of which is unpacked to disk.

An archive that may take long is opened in worker processes, which can be lost.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from xltool import files
from xltool.readings import explain_loss
from xltool.spreadsheet.package import MAX_RATIO, RATIO_FROM, list_parts
from xltool.spreadsheet.save_time import EARLIEST_SAVED
from xltool.workers import Lost, Patience

MOST_MEMBERS: Final = 500
MOST_INFLATED: Final = 256 * 2**20
"""Bytes of all members of one archive together."""
LIGHT_ARCHIVE: Final = 2**20
"""Bytes of an archive whose directory is read here: it takes a tenth of a second at most."""
LIGHT_MEMBERS: Final = 8 * 2**20
"""Bytes of members, inflated, that are read here from such an archive."""
MOST_AT_ONCE: Final = 32 * 2**20
"""Bytes of members that a worker inflates at once: memory stays flat."""
_LOCAL: Final = struct.Struct(
    "<26x2H"
)  # the lengths of the name and of what else stands between a local header and its content
_ONE_DOCUMENT: Final = frozenset(
    {"[content_types].xml", "_rels/.rels", "xl/workbook.xml", "mimetype", "ofd.xml", "index/document.iwa"}
)
"""The parts, in lower case, by which a zip archive is one document of Office, ODF, OFD or Apple."""
_METHOD: Final = "压缩包已损坏，或压缩方法无法识别"


class Member(NamedTuple):
    """One file of an archive: its place in the directory, name, most bytes that will be read of it, and date."""

    place: int
    name: str
    size: int
    dated: datetime | None = None


def list_members(data: bytes) -> tuple[Member, ...] | str | None:
    """The files in an archive; the reason when it is not taken; None for one document, or what is no whole archive.

    Names that Chinese Windows wrote in GBK are read as such.
    """
    if data[:4] != b"PK\x03\x04":
        return None
    if len(data) <= LIGHT_ARCHIVE:  # nearly all that come are workbooks, which is told sooner than zipfile lists them
        return None if _is_one_document(list_parts(data) or ()) else _list_here(data)
    listed = Patience().run(_list_here, data)
    return _tell_loss(listed) if isinstance(listed, Lost) else listed


def read_members(data: bytes, members: Sequence[Member]) -> Iterator[bytes | str]:
    """The bytes of each member, or why there are none."""
    patience = Patience()
    for portion in _divide_members(members):
        places = [member.place for member in portion]
        if len(data) <= LIGHT_ARCHIVE and sum(member.size for member in portion) <= LIGHT_MEMBERS:
            yield from _read_here(places, data)
            continue
        read = patience.run(partial(_read_here, places), data)
        yield from [_tell_loss(read)] * len(portion) if isinstance(read, Lost) else read


def _tell_loss(lost: Lost) -> str:
    return f"压缩包打不开：{explain_loss(lost)}；请解压后放入"


def _divide_members(members: Sequence[Member]) -> Iterator[list[Member]]:
    """Members in their order, as many together as are inflated at once."""
    portion: list[Member] = []
    held = 0
    for member in members:
        if portion and held + member.size > MOST_AT_ONCE:
            yield portion
            portion, held = [], 0
        portion.append(member)
        held += member.size
    if portion:
        yield portion


def _list_here(data: bytes) -> tuple[Member, ...] | str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            every = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if _is_one_document([member.filename for member in every]):
        return None
    found = [(place, member) for place, member in enumerate(every) if not member.filename.endswith("/")]
    if len(found) > MOST_MEMBERS or sum(member.file_size for _, member in found) > MOST_INFLATED:
        return f"压缩包里文件过多或过大（最多 {MOST_MEMBERS} 个，共 {MOST_INFLATED // 2**20} MB）"
    if not found:
        return "压缩包里没有文件"
    if _members_overlap(data, [member for _, member in found]):
        return "压缩包里的文件互相重叠，已损坏或不是正常的压缩包"
    most = files.LARGEST_FILE + 1
    return tuple(
        Member(place, _member_name(member), min(member.file_size, most), _member_date(member))
        for place, member in found
    )


def _is_one_document(names: Iterable[str]) -> bool:
    return not _ONE_DOCUMENT.isdisjoint(name.lower() for name in names)


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


def _read_here(places: Sequence[int], data: bytes) -> list[bytes | str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        every = archive.infolist()
        return [_read_member(archive, every[place]) for place in places]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | str:
    if member.flag_bits & 1:
        return "压缩包有密码，请解压后放入"
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return _METHOD
    if member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):  # no more than it declares is inflated
        return f"压缩比超过 {MAX_RATIO}:1，不是正常的文件"
    try:
        with archive.open(member) as stream:
            data = stream.read(files.LARGEST_FILE + 1)  # never trust the size that an archive declares
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        return _METHOD
    return f"文件超过 {files.LARGEST_FILE // 2**20} MB" if len(data) > files.LARGEST_FILE else data


def _member_date(member: zipfile.ZipInfo) -> datetime | None:
    """The local time that an archive gives a file; None for what no clock shows, and for 1980, which is none."""
    try:
        dated = datetime(*member.date_time)
    except ValueError:
        return None
    return dated if dated.year >= EARLIEST_SAVED else None


def _member_name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
