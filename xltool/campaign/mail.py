"""The attachments of a mail as mail programs save it (.eml), those of mails forwarded within it too."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from xltool import kinds
from xltool.report.text import clean_line
from xltool.spreadsheet.save_time import to_beijing
from xltool.workers import Lost, Patience

DEEPEST: Final = 3
"""Mails within mails."""
MOST_ATTACHMENTS: Final = 500
LONGEST_ATTACHMENT_NAME: Final = 200
LONGEST_HEADER: Final = 4096
"""Bytes of a line that says what a part is; the standard library takes them apart in quadratic time."""
LONGEST_DATE: Final = 200
LIGHT_WORK: Final = 2_000_000
"""Lines times parts, each of which a line is held against; a mail with more is taken apart in a worker, which can be
lost. Ten MiB of attachments have 140,000 lines."""

_FAULTS: Final = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
"""What the standard library's parser lets out when a mail is not what it says."""
_PART: Final = re.compile(
    rb"^content-[a-z-]{1,40}:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030", "cp936", "hz-gb-2312", "x-gbk", "unknown-8bit", ""})
_SIGNATURES: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_DAMAGED: Final = "邮件已损坏，取不出附件；请重新下载，或把附件另存后放入"
_CUT: Final = "附件在传送中损坏；请重新下载邮件，或把附件另存后放入"
_TOO_DEEP: Final = f"邮件里套邮件超过 {DEEPEST} 层，请把附件另存后放入"
_TOO_MANY: Final = f"邮件里的附件超过 {MOST_ATTACHMENTS} 个，请把附件另存后放入"


class Attachment(NamedTuple):
    """One file of a mail: its name, empty for the mail itself; its bytes, or why there are none; when it was sent.

    `skipped` for what is no file.
    """

    name: str
    data: bytes | None
    reason: str = ""
    skipped: bool = False
    sent: datetime | None = None


def read_attachments(data: bytes, patience: Patience) -> list[Attachment]:
    """What a mail carries, in its order; a mail that carries nothing, or cannot be read, is one entry that says so."""
    headers = _PART.findall(data)
    if max(map(len, headers), default=0) > LONGEST_HEADER:
        return [Attachment("", None, _DAMAGED)]
    if _is_light(data):
        with suppress(_HeavyError):
            return _parse_mail(data, light=True)
    answer = patience.run(_parse_mail, data)
    return [Attachment("", None, _DAMAGED)] if isinstance(answer, Lost) else answer


def _is_light(data: bytes) -> bool:
    """Whether a mail is taken apart in no time, whatever is in it but for mails that are attached as files."""
    return (data.count(b"\n") + data.count(b"\r")) * (1 + len(_PART.findall(data))) <= LIGHT_WORK


class _HeavyError(Exception):
    """A mail attached as a file would take long: what it came in begins anew in a worker."""


def _parse_mail(data: bytes, light: bool = False) -> list[Attachment]:
    try:
        message = message_from_bytes(data, policy=policy.compat32)
        found = [_date_attachment(each, message) for each in _read_mail(message, "", 1, light)]
    except _FAULTS:
        return [Attachment("", None, _DAMAGED)]
    if len(found) > MOST_ATTACHMENTS:
        return [Attachment("", None, _TOO_MANY)]
    return found or [Attachment("", None, "邮件里没有附件")]


def _read_mail(message: Message, within: str, depth: int, light: bool) -> Iterator[Attachment]:
    """The attachments of one mail; `within` is the name of the mail that it came in, with a stroke."""
    at = 1
    for part in _walk_leaves(message):
        name = _read_filename(part)
        kind, shown = part.get_content_type(), part.get_content_disposition()
        if part.get_content_maintype() == "text" and not name and shown != "attachment":
            continue
        full = within + (name or f"附件{at}")
        at += 1
        if kind.startswith("message/") and part.is_multipart():
            yield from _read_forwarded(part, full if name else f"{full}.eml", depth, light)
        elif part.get_content_maintype() == "image" and part.get("Content-ID") is not None and shown != "attachment":
            yield Attachment(full, None, "正文里的图片", skipped=True)
        elif kind in _SIGNATURES:
            yield Attachment(full, None, "邮件的签名", skipped=True)
        elif (content := _decode_content(part)) is None:
            yield Attachment(full, None, _CUT)
        elif kinds.is_mail(content):
            if light and not _is_light(content):
                raise _HeavyError
            yield from _read_file_part(message_from_bytes(content, policy=policy.compat32), full, depth, light)
        else:
            yield Attachment(full, content)


def _walk_leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something: files, texts, and whole mails."""
    payload = message.get_payload()
    if isinstance(payload, list) and not message.get_content_type().startswith("message/"):
        for part in payload:
            if isinstance(part, Message):
                yield from _walk_leaves(part)
    else:
        yield message


def _read_forwarded(part: Message, name: str, depth: int, light: bool) -> Iterator[Attachment]:
    """A mail that was attached as one; reports of delivery have several parts here, and no files."""
    for inner in part.get_payload():
        if isinstance(inner, Message):
            yield from _read_file_part(inner, name, depth, light)


def _read_file_part(message: Message, name: str, depth: int, light: bool) -> Iterator[Attachment]:
    if depth >= DEEPEST:
        yield Attachment(name, None, _TOO_DEEP)
        return
    empty = True
    for found in _read_mail(message, f"{name}/", depth + 1, light):
        empty = False
        yield _date_attachment(found, message)
    if empty:
        yield Attachment(name, None, "附在里面的邮件没有附件", skipped=True)


def _date_attachment(found: Attachment, message: Message) -> Attachment:
    """An attachment with the date of the mail that it came in, unless a mail within that has one of its own."""
    if found.sent is not None:
        return found
    try:
        sent = parsedate_to_datetime(str(message.get("Date", ""))[:LONGEST_DATE])
    except (ValueError, TypeError, IndexError, OverflowError):
        return found
    zoned = sent if sent.tzinfo is not None else sent.replace(tzinfo=UTC)
    return found._replace(sent=to_beijing(zoned))


def _decode_content(part: Message) -> bytes | None:
    """The bytes of a file; None when its code is broken: what the library makes of that would be another file."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            return base64.b64decode("".join(str(part.get_payload()).split()), validate=True)
        except (binascii.Error, ValueError):
            return None
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else None


def _read_filename(part: Message) -> str:
    """The name that a part gives itself, made fit to be shown; empty when it has none."""
    headers = {name.lower(): value for name, value in reversed(list(part.raw_items()))}
    for header, key in (("content-disposition", "filename"), ("content-type", "name")):
        whole = Message()  # it splits the header; raw GBK must be read before, for it would make question marks of that
        whole["x"] = (
            _decode_text(str(headers.get(header, "")).encode("ascii", "surrogateescape"), "")
            .replace("\r", "")
            .replace("\n", "")
        )
        told = whole.get_param(key, header="x")
        if isinstance(told, tuple):
            told = _decode_text(told[2].encode("latin-1", "replace"), told[0] or "")
        elif told is not None:
            told = _decode_header(unquote_to_bytes(told).decode("utf-8") if _is_percent_encoded(told) else told)
        if told and (name := clean_line(told).replace("/", "_").replace("\\", "_").strip()):
            return (
                name
                if len(name) <= LONGEST_ATTACHMENT_NAME
                else name[: LONGEST_ATTACHMENT_NAME // 2] + "…" + name[-LONGEST_ATTACHMENT_NAME // 2 :]
            )
    return ""


def _is_percent_encoded(name: str) -> bool:
    """Whether a plain name is written as in a web address, as some mail gateways do: Chinese in UTF-8."""
    if not re.search("%[89A-Fa-f][0-9A-Fa-f]", name):
        return False
    try:
        unquote_to_bytes(name).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _decode_header(name: str) -> str:
    """A name in the code of mail headers (`=?gb2312?B?…?=`).

    Neighbours are joined before they are read, for some cut a sign in two.
    """
    try:
        return "".join(
            part if isinstance(part, str) else _decode_text(part, charset or "")
            for part, charset in decode_header(name)
        )
    except (HeaderParseError, ValueError):
        return name


def _decode_text(data: bytes, charset: str) -> str:
    """Bytes as text: GB 2312 means what Chinese Windows takes it for; without a name it is UTF-8, or that."""
    named = charset.lower()
    for code in (
        ("utf-8", "gb18030")
        if named in {"", "unknown-8bit"}
        else ("gb18030" if named in _CHINESE else named, "utf-8", "gb18030")
    ):
        try:
            return data.decode(code)
        except (UnicodeError, LookupError):
            continue
    return data.decode("latin-1")
