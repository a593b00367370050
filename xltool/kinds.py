"""What kind of file bytes are, in words that a clerk knows: told by content, never by the name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\3\4"
OLE2_FAULTS: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What the library lets out when an OLE2 file is not what it says."""

_FILL: Final = "请用下发的工作簿填写，另存为 .xlsx 后报送"
_UNPACK: Final = "请解压，把其中的工作簿报送"
_RESAVE: Final = "请用 Excel 或 WPS 打开，另存为 .xlsx 后报送"
_RESAVE_FREE: Final = "请用 LibreOffice 打开，另存为 .xlsx 后报送"
_SAVE: Final = "请用 Excel 或 WPS 打开，核对后填入下发的工作簿，另存为 .xlsx 报送；只改扩展名没有用"
_WINMAIL: Final = "附件包在 winmail.dat 里，别的邮件程序打不开；请对方改用纯文本或 HTML 格式重发，或把附件另存后报送"
_ATTACHED: Final = "请打开邮件，把附件另存后报送；收取（xltool collect）可以直接收 .eml"


class Kind(NamedTuple):
    """What a file seems to be, and what its sender should do."""

    what: str
    remedy: str = _FILL


ANY_ZIP: Final = Kind("压缩包（ZIP）", _UNPACK)
LOCKED_ZIP: Final = Kind("加密的压缩包", "请用密码解压，把其中的工作簿报送")
_EMPTY: Final = Kind("空文件", "文件里什么也没有，请重新保存、报送")
_OLD: Final = Kind("旧版 Office 文件")
_MEMBERS: Final = (
    ("word/", Kind("Word 文档（.docx）")),
    ("ppt/", Kind("演示文稿（.pptx）")),
    ("xl/workbook.bin", Kind("二进制工作簿（.xlsb）", "请用 Excel 打开，另存为 .xlsx 后报送")),
    ("index/document.iwa", Kind("Numbers 或 Pages 文件", "请导出为 .xlsx 后报送")),
    ("ofd.xml", Kind("OFD 版式文件")),
    ("content.xml", Kind("ODF 文档（.odt 或 .odp）")),
)
_STREAMS: Final = (
    ("WordDocument", Kind("旧版 Word 文档（.doc 或 .wps）")),
    ("PowerPoint Document", Kind("旧版演示文稿（.ppt 或 .dps）")),
    ("__properties_version1.0", Kind("Outlook 邮件（.msg）", _ATTACHED)),
)
_ARCHIVE: Final = "请解压后报送其中的工作簿；收取（xltool collect）只会打开 .zip"
_MAIL: Final = (
    rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*(?i:mime-version|received|message-id|content-type|return-path):"
)
_SEPARATED: Final = rb"\A[^\0-\x08\x0e-\x1f\n]*[,\t;][^\0-\x08\x0e-\x1f]*\Z"
_PAGE: Final = Kind("HTML 网页（改了扩展名也不是工作簿）", _SAVE)
_TABBED: Final = Kind("用逗号或制表符分隔的文本（改了扩展名也不是工作簿）", _SAVE)
_TEXT: Final = Kind("文本")
_UNKNOWN: Final = Kind("无法识别的文件")
_LOOKS: Final = (
    (rb"\A%PDF-", Kind("PDF 文件")),
    (rb"\A(?:\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM.{4}\0{4})", Kind("图片")),
    (rb"\ARar!", Kind("RAR 压缩包", _ARCHIVE)),
    (rb"\A7z\xbc\xaf\x27\x1c", Kind("7z 压缩包", _ARCHIVE)),
    (rb"\A\x1f\x8b", Kind("gzip 压缩包", _ARCHIVE)),
    (rb"\APK\x05\x06", Kind("空的压缩包（ZIP）")),
    (rb"\A\x78\x9f\x3e\x22", Kind("Outlook 附件包（winmail.dat）", _WINMAIL)),
    (rb"\A.{257}ustar", Kind("tar 压缩包", _ARCHIVE)),
    (rb"\A\{\\rtf", Kind("RTF 文档")),
    (rb"\A\x09[\0\2\4\x08][\4-\x10]\0", Kind("很早的工作簿（Excel 4.0 或更早的格式）", _RESAVE)),
    (rb"\AID;P", Kind("SYLK 表格（.slk）", _RESAVE)),
    (rb"urn:schemas-microsoft-com:office:spreadsheet", Kind("XML 表格（2003 版）", _RESAVE)),
    (rb"<office:document\s[^>]*opendocument\.spreadsheet", Kind("单个文件的 ODF 表格（.fods）", _RESAVE_FREE)),
    (rb"<uof:UOF\s[^>]*vnd\.uof\.spreadsheet", Kind("标文通表格（.uos）", "请用 WPS 打开，另存为 .xlsx 后报送")),
    (_MAIL, Kind("邮件（.eml）", _ATTACHED)),
    (
        rb"(?i)<(?:!doctype\s+html|html|head|body|table)\b|\A\s*<(?:div|p|h[1-6]|span|section|article|main|meta|"
        rb"style)\b",
        _PAGE,
    ),
    (rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\s", Kind("XML 文件")),
    (_SEPARATED, _TABBED),
    (rb"\A(?:\xff\xfe|\xfe\xff|[^\0-\x08\x0e-\x1f]+\Z)", _TEXT),
    (rb"", _UNKNOWN),
)


def of_members(names: Iterable[str]) -> Kind:
    """What a zip archive is, by the names of its members in lower case."""
    held = tuple(names)
    return next((kind for start, kind in _MEMBERS if any(name.startswith(start) for name in held)), ANY_ZIP)


def of_bytes(data: bytes) -> Kind:
    """What bytes that are no zip archive seem to be."""
    if not data.strip(b"\0 \t\r\n"):
        return _EMPTY
    if data.startswith(OLE2):
        return next((kind for name, kind in _STREAMS if has_stream(data, name)), _OLD)
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    return next(kind for pattern, kind in _LOOKS if re.search(pattern, head, re.DOTALL))


def name_archive(data: bytes) -> str:
    """What archive bytes are that only other programs unpack; empty for anything else."""
    kind = next(
        (kind for pattern, kind in _LOOKS if kind.remedy == _ARCHIVE and re.search(pattern, data[:512], re.DOTALL)),
        None,
    )
    return "" if kind is None else kind.what


def is_mail(data: bytes) -> bool:
    """Whether bytes are a mail as mail programs save it (.eml)."""
    return re.search(_MAIL, data[:4096]) is not None


def is_page(data: bytes) -> bool:
    """Whether bytes are a web page."""
    return of_bytes(data) is _PAGE


def is_text(data: bytes) -> bool:
    """Whether bytes are plain text, with tabs between cells or without."""
    return of_bytes(data) in (_TABBED, _TEXT)


def is_other(data: bytes) -> bool:
    """Whether bytes bear the mark of a kind of file that is no plain text: a page, a PDF, a picture."""
    return bool(data.strip(b"\0 \t\r\n")) and of_bytes(data) not in (_TABBED, _TEXT, _UNKNOWN)


def may_be_report(data: bytes) -> bool:
    """Whether bytes may be a published report: no zip or OLE2 file but one that holds a document of text."""
    if data.startswith(ZIP):
        return any(name in data for name in (b"word/document.xml", b"OFD.xml"))
    return not data.startswith(OLE2) or is_old_word(data)


def is_old_word(data: bytes) -> bool:
    """Whether bytes are an old Word document (.doc, or .wps of WPS Writer) and no workbook that holds one, or reverse.

    By the streams that stand outermost; where the directory is broken, by the names that are found at all.
    """
    if not data.startswith(OLE2) or not has_stream(data, "WordDocument"):
        return False
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            outermost = {path[0].lower() for path in file.listdir() if len(path) == 1}
    except OLE2_FAULTS:
        outermost = set()
    if "worddocument" in outermost or not outermost.isdisjoint({"workbook", "book"}):
        return "worddocument" in outermost
    return not any(has_stream(data, name) for name in ("Workbook", "Book"))


def has_stream(data: bytes, name: str) -> bool:
    """Whether an OLE2 file seems to hold a stream of that name.

    Its directory has the name in UTF-16 and ends it with a zero.
    """
    return (name + "\0").encode("utf-16-le") in data or (name.startswith("__") and name.encode("utf-16-le") in data)
