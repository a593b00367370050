"""Published reports as files that only LibreOffice reads (.doc, .wps, .rtf): first made a Word document by it."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from xltool import kinds, office
from xltool.messages import finding
from xltool.model import FormSpec
from xltool.spreadsheet.package import MAX_FILE, Refusal, damage_refusal, limit_refusal

_IDENTITY: Final = struct.Struct("<H8xH")
"""The two bytes that a Word document begins with, and its flags."""
_WORD_97, _WORD_6 = 0xA5EC, 0xA5DC
_ENCRYPTED: Final = 0x0100
_RTF: Final = b"{\\rtf"
_UNICODE: Final = re.compile(rb"\\u(-?[0-9]{1,5}) ?(?:(?:\\'[0-9A-Fa-f]{2}){1,2}|\?)?")
_BYTES: Final = re.compile(rb"(?:\\'[0-9A-Fa-f]{2})+")
_MARKUP: Final = re.compile(r"\\[a-z]{1,32}-?[0-9]{0,10} ?|[{}\r\n]|\\[^a-z]")


class Foreign(NamedTuple):
    """A kind of document that is converted first: in a clerk's words, its suffix, and LibreOffice's name for it."""

    what: str
    suffix: str
    filter: str = ""

    @property
    def told(self) -> str:
        """What was read, in words."""
        return f"{self.what}，由 LibreOffice 转换"


_DOC: Final = Foreign("旧版 Word 文档（.doc 或 .wps）", "doc")
_KINDS: Final = (
    Foreign("RTF 文档", "rtf", "Rich Text Format"),
    _DOC,
)


def name_foreign(data: bytes) -> Foreign | None:
    """Which kind of document bytes are that must be converted; None for all others."""
    if data.startswith(_RTF):
        return _KINDS[0]
    return _DOC if kinds.is_old_word(data) else None


def may_be_report(data: bytes, specs: Sequence[FormSpec]) -> bool:
    """Whether a document that must be converted has the title of a form or a heading of its tables among its bytes.

    So that no letter in an inbox costs a conversion.
    """
    words = {word for spec in specs for word in (spec.title, *(section.heading for section in spec.sections)) if word}
    if data.startswith(_RTF):
        text = _strip_rtf(data)
        return any(word in text for word in words)
    return any(word.encode(code) in data for word in words for code in ("utf-16-le", "gb18030"))


def convert_foreign(data: bytes) -> bytes:
    """The document as .docx, made by LibreOffice apart from us.

    Raises Refusal: `published.office` where it is not installed or gives nothing, `file.locked`, `file.damaged`,
    `file.limit`.
    """
    kind = name_foreign(data)
    if kind is None:
        raise ValueError("nothing to convert")
    if len(data) > MAX_FILE:
        raise limit_refusal("文件大小（字节）", MAX_FILE, len(data))
    if kind is _DOC:
        kind = kind._replace(filter=_inspect_word(data))
    program = office.find_program()
    if program is None:
        raise Refusal(finding("published.office", what=kind.what, why="这台电脑上没有装"))
    made = office.convert_to_docx(program, data, kind.suffix, kind.filter)
    if isinstance(made, str):
        raise Refusal(finding("published.office", what=kind.what, why=f"它{made}"))
    return made


def _inspect_word(data: bytes) -> str:
    """LibreOffice's name for the version of an old Word document; Refusal for what is locked or broken."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file, file.openstream("WordDocument") as stream:
            identity, flags = _IDENTITY.unpack(stream.read(_IDENTITY.size))
    except (*kinds.OLE2_FAULTS, struct.error):
        raise damage_refusal("", "旧版 Word 文档的内容不完整") from None
    if identity not in {_WORD_97, _WORD_6}:
        raise damage_refusal("", "旧版 Word 文档的内容不完整")
    if flags & _ENCRYPTED:
        raise Refusal(finding("file.locked"))
    return "MS Word 97" if identity == _WORD_97 else "MS WinWord 6.0"


def _strip_rtf(data: bytes) -> str:
    """The signs of an RTF file without its words of control, roughly: enough to look for a title."""
    text = _UNICODE.sub(lambda match: chr(int(match[1]) % 0x10000).encode("gb18030", "replace"), data)
    text = _BYTES.sub(lambda match: bytes.fromhex(match[0].replace(b"\\'", b"").decode()), text)
    return _MARKUP.sub("", text.decode("gb18030", "replace"))
