"""The container: archives cut off, patched, bent and blown up, and odd ones that are whole."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from random import Random

from tests.hostile.base import ACCEPTED, REJECTED, Case, parts, with_parts, workbook
from tests.workbook.tamper import zipped

DAMAGED, LIMIT, OTHER = "file.damaged", "file.limit", "file.not_workbook"
LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
SHEET = b"xl/worksheets/sheet5.xml"


def packed(
    entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int | None = None, comment: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=level) as archive:
        archive.comment = comment
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class Stream(io.RawIOBase):
    """What cannot seek makes zipfile write sizes behind the content, as servers do."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += data  # type: ignore[arg-type]
        return len(data)  # type: ignore[arg-type]


def streamed(wide: bool = False) -> bytes:
    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in parts().items():
            with archive.open(name, "w", force_zip64=wide) as entry:
                entry.write(content)
    return bytes(stream.data)


def locals_and_centrals(data: bytes, name: bytes = SHEET) -> tuple[int, int]:
    """Where the local header of an entry begins, and its line in the directory."""
    central = data.index(CENTRAL)
    while data[central + 46 : central + 46 + len(name)] != name:
        central = data.index(CENTRAL, central + 4)
    (local,) = struct.unpack_from("<I", data, central + 42)
    return local, central


def patched(*patches: tuple[str, int, str, int]) -> Callable[[], bytes]:
    """Builds the workbook with numbers written over in the headers of one sheet.

    (local, central or end; offset; format; value).
    """

    def build() -> bytes:
        data = bytearray(workbook())
        local, central = locals_and_centrals(workbook())
        at = {"local": local, "central": central, "end": data.rindex(END)}
        for where, offset, form, value in patches:
            struct.pack_into(form, data, at[where] + offset, value)
        assert bytes(data) != workbook()
        return bytes(data)

    return build


def renamed(old: str, new: bytes) -> Callable[[], bytes]:
    """Builds the workbook with an added part whose name is written over in both headers, at the same length."""
    return lambda: packed({**parts(), old: b"<a/>"}).replace(old.encode(), new)


def cut(share: float) -> Callable[[], bytes]:
    return lambda: workbook()[: int(len(workbook()) * share)]


def flipped(seed: int) -> Callable[[], bytes]:
    """Builds the workbook with one bit of the sheet's compressed content turned over."""

    def build() -> bytes:
        data = bytearray(workbook())
        local, central = locals_and_centrals(workbook())
        (length,) = struct.unpack_from("<I", data, central + 20)
        rng = Random(seed)
        data[local + 30 + len(SHEET) + rng.randrange(length)] ^= 1 << rng.randrange(8)
        return bytes(data)

    return build


def filler(size: int) -> bytes:
    """Bytes that deflate some fifty to one.

    Under the limit of the ratio, so that the limits of size are what stops them.
    """
    block = Random(1).randbytes(1024) + bytes(63 * 1024)
    return block * (size // len(block))


def in_deflated(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """Builds the workbook whose last part has its compressed bytes changed, and its length with them."""

    def build() -> bytes:
        data = packed({**parts(), "xl/media/a.bin": bytes(range(200))})
        local, central = locals_and_centrals(data, b"xl/media/a.bin")
        begin = local + 30 + len(b"xl/media/a.bin")
        content = change(data[begin : central_start(data)])
        head = bytearray(data[local:begin])
        struct.pack_into("<I", head, 18, len(content))
        directory = bytearray(data[central_start(data) :])
        struct.pack_into("<I", directory, central - central_start(data) + 20, len(content))
        struct.pack_into("<I", directory, directory.rindex(END) + 16, begin + len(content))
        return data[:local] + bytes(head) + content + bytes(directory)

    def central_start(data: bytes) -> int:
        (start,) = struct.unpack_from("<I", data, data.rindex(END) + 16)
        return int(start)

    return build


def two_on_the_same_bytes() -> bytes:
    data = bytearray(packed({**parts(), "xl/media/a.bin": b"xyz", "xl/media/b.bin": b"xyz"}))
    first, _ = locals_and_centrals(bytes(data), b"xl/media/a.bin")
    _, second = locals_and_centrals(bytes(data), b"xl/media/b.bin")
    struct.pack_into("<I", data, second + 42, first)
    return bytes(data)


def quine_like() -> bytes:
    """Many entries of the directory that all point at one large content: small outside, huge inside."""
    content = filler(4 * 2**20)
    whole = packed({**parts(), "a": content})
    _, central = locals_and_centrals(whole, b"a")
    end = whole.rindex(END)
    line = whole[central : central + 47]
    names = [bytes([letter]) for letter in b"bcdefghijklmnopqrstuvwxyz"]
    more = b"".join(line[:46] + name for name in names)
    tail = bytearray(whole[end:])
    count, length = struct.unpack_from("<HI", tail, 10)
    struct.pack_into("<HHI", tail, 8, count + len(names), count + len(names), length + len(more))
    return whole[:end] + more + bytes(tail)


def bomb(declared: int | None) -> bytes:
    data = packed({**parts(), "xl/media/a.bin": bytes(30 * 2**20)})
    return data if declared is None else data.replace(struct.pack("<I", 30 * 2**20), struct.pack("<I", declared))


def twin() -> bytes:
    name = "xl/worksheets/sheet5.xml"
    return packed({**parts(), name[:-1] + "!": b"<a/>"}).replace(name[:-1].encode() + b"!", name.encode())


def wide_place(entries: Mapping[str, str | bytes]) -> bytes:
    """An archive whose last entry says, in a field of zip64, that it stands beyond 2**63."""
    entry = zipfile.ZipInfo("z")
    entry.extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.writestr(entry, b"xyz")
    data = bytearray(buffer.getvalue())
    struct.pack_into("<I", data, data.rindex(CENTRAL) + 42, 0xFFFFFFFF)
    return bytes(data)


def refused(code: str, build: Callable[[], bytes]) -> Case:
    return Case(build, REJECTED, code)


def whole(build: Callable[[], bytes]) -> Case:
    return Case(build, ACCEPTED, "")


CASES = {
    **{f"cut off at {share}": refused(DAMAGED, cut(share)) for share in (0.001, 0.1, 0.25, 0.5, 0.75, 0.95, 0.999)},
    "last byte missing": refused(DAMAGED, lambda: workbook()[:-1]),
    "directory missing": refused(DAMAGED, lambda: workbook()[: workbook().index(CENTRAL)]),
    "first byte missing": refused(OTHER, lambda: workbook()[1:]),
    "first half missing": refused(OTHER, lambda: workbook()[len(workbook()) // 2 :]),
    "bytes before": refused(OTHER, lambda: b"MZ" + bytes(100) + workbook()),
    "bytes behind": refused(DAMAGED, lambda: workbook() + b"more"),
    "twice in a row": refused(DAMAGED, lambda: workbook() + workbook()),
    "line ends changed by a text transfer": refused(DAMAGED, lambda: workbook().replace(b"\n", b"\r\n")),
    "zeros from the middle on": refused(DAMAGED, lambda: workbook()[:9000] + bytes(len(workbook()) - 9000)),
    **{f"a bit turned over {seed}": refused(DAMAGED, flipped(seed)) for seed in range(6)},
    "wrong sum in both headers": refused(DAMAGED, patched(("local", 14, "<I", 1), ("central", 16, "<I", 1))),
    "wrong sum in the local header": refused(DAMAGED, patched(("local", 14, "<I", 1))),
    "wrong sum in the directory": refused(DAMAGED, patched(("central", 16, "<I", 1))),
    "another method in the local header": refused(DAMAGED, patched(("local", 8, "<H", 0))),
    "another method in the directory": refused(DAMAGED, patched(("central", 10, "<H", 0))),
    "an unknown method": refused(DAMAGED, patched(("local", 8, "<H", 97), ("central", 10, "<H", 97))),
    "another size in the local header": refused(DAMAGED, patched(("local", 22, "<I", 5))),
    "another size in both": refused(DAMAGED, patched(("local", 22, "<I", 5), ("central", 24, "<I", 5))),
    "a longer content than there is": refused(
        DAMAGED, patched(("local", 18, "<I", 2**30), ("central", 20, "<I", 2**30))
    ),
    "a place behind the file": refused(DAMAGED, patched(("central", 42, "<I", 2**31))),
    "a place in another content": refused(DAMAGED, patched(("central", 42, "<I", 77))),
    "an encrypted part": refused(OTHER, patched(("local", 6, "<H", 1), ("central", 8, "<H", 1))),
    "one part too many in the directory": refused(DAMAGED, patched(("end", 8, "<H", 99), ("end", 10, "<H", 99))),
    "one part too few in the directory": refused(DAMAGED, patched(("end", 8, "<H", 3), ("end", 10, "<H", 3))),
    "several disks": refused(DAMAGED, patched(("end", 4, "<H", 1))),
    "a directory elsewhere": refused(DAMAGED, patched(("end", 16, "<I", 40))),
    "a directory behind the file": refused(DAMAGED, patched(("end", 16, "<I", 2**31))),
    "a comment that is not there": refused(DAMAGED, patched(("end", 20, "<H", 50))),
    "a place beyond 2**63": refused(DAMAGED, lambda: wide_place(parts())),
    "two parts on the same bytes": refused(DAMAGED, two_on_the_same_bytes),
    "twenty-six parts on the same bytes": refused(DAMAGED, quine_like),
    "two parts of one name": refused(DAMAGED, twin),
    "two parts that differ in case": refused(DAMAGED, lambda: with_parts(**{"XL/Worksheets/Sheet5.xml": b"<a/>"})),
    "a compressed part with more behind it": refused(DAMAGED, in_deflated(lambda data: data + b"more")),
    "a compressed part cut off": refused(DAMAGED, in_deflated(lambda data: data[:-3])),
    "a compressed part of noise": refused(DAMAGED, in_deflated(lambda data: b"\xff" * len(data))),
    "a compressed part with a dictionary": refused(DAMAGED, in_deflated(lambda data: zlib.compress(bytes(range(200))))),
    **{
        f"a name that leaves the folder {at}": refused(DAMAGED, renamed("x" * len(name), name))
        for at, name in enumerate(
            (b"/etc/passwd", b"../../evil.xml", b"C:\\evil.xml", b"a/../../b.xml", b"..\\..\\b.xml", b"a.xml\0.png")
        )
    },
    "bzip2": refused(DAMAGED, lambda: packed(parts(), zipfile.ZIP_BZIP2)),
    "lzma": refused(DAMAGED, lambda: packed(parts(), zipfile.ZIP_LZMA)),
    "a bomb": refused(LIMIT, lambda: bomb(None)),
    "a bomb that says it is small": refused(LIMIT, lambda: bomb(10)),
    "a part of 40 MiB": refused(LIMIT, lambda: packed({**parts(), "a.bin": filler(40 * 2**20)}, level=1)),
    "parts of 75 MiB together": refused(
        LIMIT, lambda: packed({**parts(), **{f"{at}.bin": filler(25 * 2**20) for at in "abc"}}, level=1)
    ),
    "501 parts": refused(
        LIMIT, lambda: packed({**parts(), **{f"xl/media/{at}": b"" for at in range(501 - len(parts()))}})
    ),
    "11 MiB": refused(LIMIT, lambda: packed({**parts(), "a.bin": Random(1).randbytes(11 * 2**20)}, zipfile.ZIP_STORED)),
    "without content types": refused(OTHER, lambda: with_parts(**{"[Content_Types].xml": None})),
    "without relationships": refused(OTHER, lambda: with_parts(**{"_rels/.rels": None})),
    "without a workbook part": refused(OTHER, lambda: with_parts(**{"xl/workbook.xml": None})),
    "without the relationships of the workbook": refused(
        DAMAGED, lambda: with_parts(**{"xl/_rels/workbook.xml.rels": None})
    ),
    "without one sheet": refused(DAMAGED, lambda: with_parts(**{SHEET.decode(): None})),
    "without its texts": refused(DAMAGED, lambda: with_parts(**{"xl/sharedStrings.xml": None})),
    "a comment on the archive": whole(lambda: packed(parts(), comment=b"from the mail gateway")),
    "nothing compressed": whole(lambda: packed(parts(), zipfile.ZIP_STORED)),
    "written as a stream": whole(streamed),
    "written as a stream in zip64": whole(lambda: streamed(True)),
    "parts in another order": whole(lambda: zipped(dict(reversed(parts().items())))),
    "folders among the parts": whole(lambda: with_parts(**{"xl/": b"", "xl/worksheets/": b""})),
    "an unknown part": whole(lambda: with_parts(**{"xl/notes.bin": bytes(range(256))})),
    "without properties of the application": whole(lambda: with_parts(**{"docProps/app.xml": None})),
    "without thumbnails, themes and core properties": whole(
        lambda: with_parts(**{"xl/theme/theme1.xml": None, "docProps/core.xml": None})
    ),
    "without its own properties": Case(
        lambda: with_parts(**{"docProps/custom.xml": None}), ACCEPTED, "identity.partial"
    ),
}
