"""The door: the bytes of an .xlsx file become safe parts, or a Refusal that carries one finding."""

from __future__ import annotations

import codecs
import posixpath
import re
import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from types import MappingProxyType, ModuleType
from typing import Final, NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, XMLParser

from xltool import kinds
from xltool.kinds import Kind
from xltool.model import Finding

isal_zlib: ModuleType | None
try:
    from isal import isal_zlib
except ImportError:
    isal_zlib = None

MAX_FILE: Final = 10 * 2**20
MAX_ENTRIES: Final = 500
MAX_INFLATED: Final = 64 * 2**20
MAX_ENTRY: Final = 32 * 2**20
MAX_RATIO: Final = 100
RATIO_FROM: Final = 100 * 2**10
MAX_DEPTH: Final = 64
MAX_TEXT: Final = 2**20
MAX_MARKUP: Final = 1_000_000
"""`<` signs in one part: as many as 200,000 cells need, and a bound on the memory of its tree."""

REMEMBERED_PART, REMEMBERED_PARTS = 2**15, 64
"""Bytes of a part whose tree is remembered, and how many trees: some megabytes at most."""

_END: Final = struct.Struct("<4s4H2IH")
_END_64: Final = b"PK\6\6"
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_STORED, _DEFLATED = 0, 8
_ENGINES: Final[tuple[ModuleType, ...]] = (zlib,) if isal_zlib is None else (isal_zlib, zlib)
"""What inflates: isal, twice as fast, where it is installed; and what that cannot read, zlib judges, as everywhere."""
_ENCRYPTED, _SIZES_LATER, _UTF8_NAME = 0x1, 0x8, 0x800
_WIDE: Final = (
    0xFFFFFFFF  # the value itself is in a zip64 extra field, which writers that stream add even to small files
)
MAX_QUOTED_NAME: Final = 200
"""How much of a part's name a finding quotes."""
_UNSAFE_NAME: Final = re.compile(r"\0|\A/|\A[A-Za-z]:|(?:\A|/)\.\.(?:/|\Z)")
# What is written in these is seen as it is in the bytes; UTF-7 and the like would hide a DOCTYPE.
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "gbk", "gb2312", "gb18030", "iso-8859-1", "windows-1252"}
)
_DECLARED: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"'<>]{0,100})[\"']")
_STARTS: Final = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", ""),
    (b"\0\0\0<", ""),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", ""),  # `<?xm` in EBCDIC
)
"""How XML begins in another encoding than UTF-8, and which; no name for those that the format forbids."""
_START, _BLANKS = 1024, b" \t\r\n\xef\xbb\xbf\xff\xfe\0"
_XML_NAMES: Final = (".xml", ".rels", ".vml")


class Refusal(Exception):
    """Why a file is not read on: it carries one finding, and the reader's public door catches it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def not_workbook_refusal(kind: Kind) -> Refusal:
    """The refusal of something that is no workbook at all."""
    return Refusal(Finding("file.not_workbook", "error", data={"what": kind.what, "mend": kind.remedy}))


def damage_refusal(part: str, why: str) -> Refusal:
    """The refusal of a workbook that is broken or built to deceive; `part` is '' for the file as a whole."""
    return Refusal(Finding("file.damaged", "error", data={"part": part, "why": why}))


def limit_refusal(limit: str, allowed: int, found: int, part: str = "") -> Refusal:
    """The refusal of a file that is larger than any workbook we hand out could become."""
    return Refusal(
        Finding("file.limit", "error", data={"limit": limit, "allowed": allowed, "found": found, "part": part})
    )


def declared_size(data: bytes) -> int | None:
    """How many bytes the parts of a zip say they inflate to, which reading holds them to.

    None for what is no whole zip.
    """
    entries = _read_entries(data)
    return None if entries is None else sum(entry.size for entry in entries)


def list_parts(data: bytes) -> list[str] | None:
    """The names of the parts of a zip, as whoever reads a workbook sees them; None for what that would not open."""
    entries = _read_entries(data)
    return None if entries is None else [entry.name for entry in entries]


def _read_entries(data: bytes) -> list[_Entry] | None:
    try:
        return _read_directory(data)[0] if data.startswith(kinds.ZIP) else None
    except (Refusal, struct.error):
        return None


def build_tree(data: bytes, part: str) -> Element:
    """The root element of XML in UTF-8, whatever it declares; Refusal when it is not well-formed or too deep.

    What must not be in it, and how much may be, `Package.markup` has looked at.
    """
    # Measured on sheets: handlers in Python on expat, lxml and pulling events all took longer than a tree and a walk.
    parser = XMLParser(encoding="utf-8")
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError:
        raise damage_refusal(part, "内容不是完整的 XML") from None
    level, depth = [root], 1
    while level := list(filter(len, chain.from_iterable(level))):  # elements without children need no further look
        depth += 1
        if depth >= MAX_DEPTH:
            raise limit_refusal("XML 的层数", MAX_DEPTH, depth + 1, part)
    return root


def recall_tree(data: bytes, part: str) -> Element:
    """The same as `build_tree`, for what the workbooks of a form have in common byte by byte.

    Nobody may change it: small parts are remembered.
    """
    return _recall(data, part) if len(data) <= REMEMBERED_PART else build_tree(data, part)


@lru_cache(maxsize=REMEMBERED_PARTS)
def _recall(data: bytes, part: str) -> Element:
    return build_tree(data, part)


def split_tag(tag: str) -> tuple[str, str]:
    """The namespace of a tag in its braces, and its local name.

    Transitional and strict files differ only in the first.
    """
    space, brace, word = tag.rpartition("}")
    return space + brace, word


class Relationship(NamedTuple):
    """One line of a .rels part.

    The last word of its type, and a part name or, when external, an address nobody opens.
    """

    kind: str
    target: str
    external: bool


class Package:
    """The parts of an .xlsx file, all of them inflated, checked and within the limits once it is built.

    Raises Refusal: `file.limit`, `file.not_workbook` when the bytes are no package with a main part, `file.damaged`.
    """

    __slots__ = ("_links", "_markup", "_parts", "names")

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE:
            raise limit_refusal("文件大小（字节）", MAX_FILE, len(data))
        if not data.startswith(kinds.ZIP):
            raise not_workbook_refusal(kinds.of_bytes(data))
        try:
            entries, end = _read_directory(data)
            self._parts, self._markup = _inflate_all(data, entries, end)
        except struct.error:
            raise damage_refusal("", "压缩包目录不完整") from None
        self._links: dict[str, Mapping[str, Relationship]] = {}
        self.names: tuple[str, ...] = tuple(entry.name for entry in entries if entry.name.lower() in self._parts)

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def main_part(self) -> str:
        """The name of the workbook part; Refusal `file.not_workbook` when the package has none."""
        kind = kinds.of_members(self._parts)
        whole = kind == kinds.ANY_ZIP and "_rels/.rels" in self and "[Content_Types].xml" in self
        for link in self.relationships("").values() if whole else ():
            if link.kind == "officeDocument" and not link.external and link.target in self:
                return link.target
        raise not_workbook_refusal(kind)

    def read(self, part: str) -> bytes:
        """The bytes of a part, whose name is matched without regard to case.

        Refusal `file.damaged` when it is missing.
        """
        try:
            return self._parts[part.lower()]
        except KeyError:
            raise damage_refusal(part, "文件内缺少这一部分") from None

    def xml(self, part: str) -> Element:
        """The root element of an XML part.

        Refusal when it is missing, not well-formed, has a DOCTYPE or is over a limit.
        """
        return build_tree(self.markup(part), part)

    def markup(self, part: str) -> bytes:
        """The bytes of an XML part in UTF-8, without a DOCTYPE and within the limits; Refusal otherwise.

        It may still not be XML.
        """
        content = self.read(part)
        data = self._markup.get(part.lower()) or _convert_to_utf8(part, content)
        if len(data) > MAX_MARKUP and (count := data.count(b"<")) > MAX_MARKUP:
            raise limit_refusal("一个部分的标记数", MAX_MARKUP, count, part)
        # A tag with its attributes and the text after it: no attribute or text is longer, and small parts need no look.
        if len(data) > MAX_TEXT and (longest := max(map(len, data.split(b"<")))) > MAX_TEXT:
            raise limit_refusal("一段文字的长度（字节）", MAX_TEXT, longest, part)
        return data

    def relationships(self, part: str) -> Mapping[str, Relationship]:
        """The relationships of a part, or of the package for '', by id; empty when it has none."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self:
            return MappingProxyType({})
        if rels in self._links:
            return self._links[rels]
        found = self._links[rels] = {}
        for element in recall_tree(self.markup(rels), rels):
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            target = element.get("Target", "")
            external = element.get("TargetMode") == "External"
            found[element.get("Id", "")] = Relationship(
                kind, target if external else _resolve_target(folder, target), external
            )
        return found


class _Entry(NamedTuple):
    name: str
    raw_name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def _read_directory(data: bytes) -> tuple[list[_Entry], int]:
    """The central directory in its order, and where it begins; struct.error when it runs out of the file."""
    written = len(data.rstrip(b"\0"))  # zeros that a disk, a phone or a mail gateway filled up with hold nothing
    end = data.rfind(b"PK\5\6", max(0, written - _END.size - 0xFFFF))
    if end < 0:
        raise damage_refusal("", "文件不完整，可能没有传完或下载完")
    _, disk, first_disk, here, count, length, start, comment = _END.unpack_from(data, end)
    between = data[
        start + length : end
    ]  # nothing, or what zip64 adds: a second archive behind the first would stand here
    adjoined = start + length <= end and (not between or between.startswith(_END_64))
    behind = end + _END.size + comment
    if disk or first_disk or here != count or not adjoined or not written <= behind <= len(data):
        raise damage_refusal("", "压缩包目录与文件不符")
    if count > MAX_ENTRIES:
        raise limit_refusal("压缩包内的文件数", MAX_ENTRIES, count)
    entries, at = [], start
    for _ in range(count):
        (signature, _, _, flags, method, _, _, crc, packed, size, named, extra, noted, _, _, _, offset) = (
            _CENTRAL.unpack_from(data, at)
        )
        name_at = at + _CENTRAL.size
        raw_name, wide = data[name_at : name_at + named], data[name_at + named : name_at + named + extra]
        size, packed, offset = _read_zip64((size, packed, offset), wide)
        at = name_at + named + extra + noted
        if signature != b"PK\1\2" or at > end or max(packed, offset) > start:
            raise damage_refusal("", "压缩包目录不完整")
        if flags & _ENCRYPTED:
            raise not_workbook_refusal(kinds.LOCKED_ZIP)
        name = raw_name.decode("utf-8" if flags & _UTF8_NAME else "cp437", errors="replace").replace("\\", "/")
        if _UNSAFE_NAME.search(name):
            raise damage_refusal(name.replace("\0", "?")[:MAX_QUOTED_NAME], "压缩包内的文件名指向文件之外")
        entries.append(_Entry(name, raw_name, method, crc, packed, size, offset))
    if at != start + length:
        raise damage_refusal("", "压缩包目录不完整")
    if len({entry.name.lower() for entry in entries}) < count:
        raise damage_refusal("", "压缩包内有重名的文件")
    return entries, start


def _read_zip64(values: tuple[int, ...], extra: bytes) -> tuple[int, ...]:
    if _WIDE not in values:
        return values
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            real = iter([value for (value,) in struct.iter_unpack("<Q", extra[at + 4 : at + 4 + length // 8 * 8])])
            return tuple(next(real, value) if value == _WIDE else value for value in values)
        at += 4 + length
    return values


def _inflate_all(data: bytes, entries: list[_Entry], end: int) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Every part by its name in lower case, folders left out, and those of XML once more, in UTF-8.

    struct.error when a local header runs out of the file.
    """
    parts: dict[str, bytes] = {}
    markup: dict[str, bytes] = {}
    left = MAX_INFLATED
    free_from = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        begin = _find_payload(data, entry)
        if entry.offset < free_from or begin + entry.packed > end:
            raise damage_refusal(entry.name, "压缩包内的文件互相重叠")
        free_from = begin + entry.packed
        content = _inflate(entry, data[begin:free_from], left)
        left -= len(content)
        if not entry.name.endswith("/"):
            parts[entry.name.lower()] = content
            if entry.name.lower().endswith(_XML_NAMES) or content[:_START].lstrip(_BLANKS).startswith(b"<"):
                markup[entry.name.lower()] = _convert_to_utf8(entry.name, content)
    return parts, markup


def _find_payload(data: bytes, entry: _Entry) -> int:
    """Where the bytes of an entry begin, once its local header says the same as the directory."""
    signature, _, flags, method, _, _, crc, packed, size, named, extra = _LOCAL.unpack_from(data, entry.offset)
    name_at = entry.offset + _LOCAL.size
    begin: int = name_at + named + extra
    size, packed = _read_zip64((size, packed), data[name_at + named : begin])
    later = flags & _SIZES_LATER
    agree = all(
        local == central or (later and local in (0, _WIDE))
        for local, central in ((crc, entry.crc), (packed, entry.packed), (size, entry.size))
    )
    if (
        signature != b"PK\3\4"
        or data[name_at : name_at + named] != entry.raw_name
        or method != entry.method
        or not agree
    ):
        raise damage_refusal(entry.name, "压缩包目录与其中的文件不符")
    return begin


def _inflate(entry: _Entry, packed: bytes, left: int) -> bytes:
    """The content of one entry; never more than the limits allow is inflated, whatever sizes the headers claim."""
    by_ratio = max(RATIO_FROM, MAX_RATIO * len(packed))
    bound, limit, allowed = min(
        (MAX_ENTRY, "压缩包内一个文件解压后的大小（字节）", MAX_ENTRY),
        (left, "压缩包解压后的总大小（字节）", MAX_INFLATED),
        (by_ratio, "压缩包内一个文件按压缩比所允许的大小（字节）", by_ratio),
    )
    if entry.method == _STORED:
        content = packed
    elif entry.method == _DEFLATED:
        content = _decompress(packed, bound, entry.name)
    else:
        raise damage_refusal(entry.name, "压缩方法不受支持")
    if len(content) > bound:
        raise limit_refusal(limit, allowed, allowed + len(content) - bound, entry.name)
    if len(content) != entry.size or _ENGINES[0].crc32(content) != entry.crc:
        raise damage_refusal(entry.name, "校验码不符，内容已损坏")
    return content


def _decompress(packed: bytes, bound: int, name: str) -> bytes:
    """What deflated bytes come to, or one byte more than the bound."""
    for engine in _ENGINES:
        inflater = engine.decompressobj(-zlib.MAX_WBITS)
        try:
            content: bytes = inflater.decompress(packed, bound + 1)
        except engine.error:
            continue
        if len(content) > bound or (inflater.eof and not inflater.unused_data):
            return content
    raise damage_refusal(name, "压缩数据已损坏")


def _convert_to_utf8(part: str, data: bytes) -> bytes:
    """XML as UTF-8 bytes without a DOCTYPE: the two encodings that the format allows leave no third way to hide one."""
    if data[:1] != b"<" or data[1:2] == b"\0":
        encoding = next((encoding for start, encoding in _STARTS if data.startswith(start)), "utf-8")
        if not encoding:
            raise damage_refusal(part, "文字编码不受支持")
        if encoding != "utf-8":
            try:
                data = data.decode(encoding).encode("utf-8")
            except UnicodeError:
                raise damage_refusal(part, "文字编码已损坏") from None
    declared_as = _DECLARED.match(data, 0, _START)
    if declared_as is not None and declared_as[1].decode("latin-1").lower() not in _ENCODINGS:
        raise damage_refusal(part, "文字编码不受支持")
    if b"<!DOCTYPE" in data:
        raise damage_refusal(part, "含有不允许的 DOCTYPE 声明")
    return data


def _resolve_target(folder: str, target: str) -> str:
    """The name of the part that a target means.

    One that leaves the package stays as it is, for no part has such a name.
    """
    target = unquote(target.replace("\\", "/").partition("#")[0])
    path = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
    return target if path.startswith("..") or _UNSAFE_NAME.search(path) else path
