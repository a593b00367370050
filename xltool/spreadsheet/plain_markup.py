"""XML of the plainest kind, cut by patterns where a parser would build a tree.

Sheets and tables of texts are nearly all such: no comment, no instruction, no section, five entities at most. What is
not, is not cut: its tree tells the same, and takes four times as long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

REMEMBERED: Final = 2**14
"""How many different pieces are remembered: most come again in every workbook of a form, letter by letter."""
REMEMBERED_SIGNS: Final = 1_000
"""Characters of a piece that is remembered: no file may fill up memory with what it alone has."""

_UNWRITABLE: Final = bytes({*range(32)} - {9, 10})
"""Bytes that no text may have, and the carriage return, which a parser reads as a line feed."""
_NOT_IN_TEXTS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"]]>")
"""U+FFFE, U+FFFF and the end of a section."""
_DECLARED: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?")
_ATTRIBUTE: Final = re.compile(r' ([A-Za-z_][\w.-]*)(?::([A-Za-z_][\w.-]*))?="([^"<>&\t\n]*)"', re.ASCII)
_REFERENCE: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos);|#([0-9]{1,7});|#x([0-9A-Fa-f]{1,6});)?", re.ASCII)
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class NotPlainMarkupError(Exception):
    """That a piece is not cut: only a parser can tell what it says, or that it is broken."""


class CutPart(NamedTuple):
    """A part in two: all of it without what stands within an element, and that."""

    around: bytes
    """The part with the element empty."""
    inside: bytes


def cut_element(data: bytes, name: str) -> CutPart:
    """What stands within the one element of that name in a part, told by the first `<name>` and the last `</name>`.

    NotPlainMarkupError where there is none, or another one around it, or anything that could hide one. Whoever takes
    the inside apart takes it apart whole, by `decode_characters` and patterns that know neither such an element nor
    what hides: here nobody looks for them in it, which would take longer than all the rest.
    """
    start, end = f"<{name}>".encode(), f"</{name}>".encode()
    begin, stop = data.find(start), data.rfind(end)
    if not 0 <= begin < stop:
        raise NotPlainMarkupError
    around = data[: begin + len(start)] + data[stop:]
    if around.count(start[:-1]) > 1 or b"<!" in around or not _is_without_instructions(around):
        raise NotPlainMarkupError
    return CutPart(around, data[begin + len(start) : stop])


def decode_characters(data: bytes) -> str:
    """The characters of a piece; NotPlainMarkupError for any that XML forbids or reads as others."""
    if len(data.translate(None, _UNWRITABLE)) < len(data):
        raise NotPlainMarkupError
    if (b"\xef\xbf" in data or b"]" in data) and any(sign in data for sign in _NOT_IN_TEXTS):
        raise NotPlainMarkupError
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotPlainMarkupError from None


def decode_text(text: str) -> str:
    """A text between tags with its entities and character references resolved."""
    return text if "&" not in text else _REFERENCE.sub(_resolve, text)


@lru_cache(maxsize=2**10)
def cut_attributes(written: str) -> Mapping[str, str]:
    """The attributes of a tag, each with a blank before it; those with a prefix by `prefix:name`.

    NotPlainMarkupError for a namespace that begins here, a name that comes twice, and what has to be resolved.
    """
    found: dict[str, str] = {}
    names, at = set(), 0
    while match := _ATTRIBUTE.match(written, at):
        first, local, value = match.groups()
        if first == "xmlns" or (local or first) in names:
            raise NotPlainMarkupError
        names.add(local or first)
        found[first if local is None else f"{first}:{local}"] = value
        at = match.end()
    if at < len(written):
        raise NotPlainMarkupError
    return found


def _resolve(match: re.Match[str]) -> str:
    name, decimal, digits = match.groups()
    if name:
        return _ENTITIES[name]
    if decimal is None and digits is None:
        raise NotPlainMarkupError
    code = int(decimal) if decimal else int(digits, 16)
    if code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
        return chr(code)
    raise NotPlainMarkupError


def _is_without_instructions(data: bytes) -> bool:
    return data.count(b"<?") == (_DECLARED.match(data) is not None)
