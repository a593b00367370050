"""The texts of a workbook: runs joined, escapes resolved, and the table of those that cells share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import count
from typing import Final
from xml.etree.ElementTree import Element

from xltool.spreadsheet.cell import FALSE, RawCell
from xltool.spreadsheet.package import Package, Refusal, build_tree, limit_refusal, split_tag
from xltool.spreadsheet.plain_markup import (
    REMEMBERED,
    REMEMBERED_SIGNS,
    NotPlainMarkupError,
    cut_attributes,
    decode_characters,
    decode_text,
)

MAX_STRINGS: Final = 50_000

_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_XML_SPACES: Final = " \t\r\n"
_STRIKES: Final = frozenset({"strike", "dstrike"})
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TABLE: Final = re.compile(rb"([^<]*(?:<\?[^<>]*>[^<]*)?<sst\b[^<>]*[^<>/]>)(<si>.*</si>)(</sst>\s*)", re.DOTALL)
_ITEM: Final = re.compile(r"<si><t([^<>]*)>([^<]*)</t>")


def read_strings(package: Package, part: str) -> Mapping[str, RawCell]:
    """The shared strings as finished cells by their index as written, so that no other spelling of a number passes.

    Refusal `file.limit` for too many, and what `Package.xml` refuses.
    """
    data = package.markup(part)
    try:
        cells = _cut_table(data, part)
    except NotPlainMarkupError:
        root = build_tree(data, part)
        items = root.findall(f"{split_tag(root.tag)[0]}si")
        _check_count(len(items), part)
        cells = map(read_item, items)
    return dict(zip(map(str, count()), cells, strict=False))


def read_item(item: Element) -> RawCell:
    """The cell that a shared or inline string makes."""
    return RawCell("text", join_runs(item), None, join_struck_runs(item))


def cut_text(written: str, text: str) -> str:
    """The text of a string that is one run, from the attributes and the content of its element as written."""
    text = decode_text(text)
    attributes = cut_attributes(written)
    if not attributes.keys() <= {"xml:space"}:
        raise NotPlainMarkupError
    return _finish_text(text, attributes.get("xml:space"))


def join_runs(item: Element) -> str:
    """The text of a shared or inline string: its runs joined, its phonetic guides left out, `_x000D_` decoded."""
    joined = ""
    for child in item:
        word = child.tag.rpartition("}")[2]
        if word == "t":
            joined += _finish_text(child.text or "", child.get(_SPACE))
        elif word == "r":
            joined += join_runs(child)
    return joined


def join_struck_runs(item: Element) -> str:
    """What of a shared or inline string is struck through."""
    if len(item) == 1 and not len(item[0]):  # nearly all
        return ""
    return "".join(join_runs(run) for run in item if run.tag.rpartition("}")[2] == "r" and _is_struck_run(run))


def unescape(text: str) -> str:
    """A text as it was before Excel escaped it.

    What XML cannot hold it writes as `_x000D_`, in UTF-16 units, and a literal `_x` as `_x005F_x`.
    """
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _cut_table(data: bytes, part: str) -> Iterable[RawCell]:
    """The cells of a table whose items can be told apart by their tags."""
    match = _TABLE.fullmatch(data)
    if match is None or b"<!" in data or match[2].count(b"<?"):
        raise NotPlainMarkupError
    if split_tag(build_tree(match[1] + match[3], part).tag)[1] != "sst":
        raise NotPlainMarkupError
    pieces = decode_characters(match[2]).split("</si>")
    pieces.pop()  # behind the last one is nothing
    _check_count(len(pieces), part)
    return [_cut_item(piece) if len(piece) <= REMEMBERED_SIGNS else _cut_item.__wrapped__(piece) for piece in pieces]


@lru_cache(maxsize=REMEMBERED)
def _cut_item(piece: str) -> RawCell:
    """A string without its end tag: of one run as it is written, of several by a tree of its own."""
    match = _ITEM.fullmatch(piece)
    if match is not None:
        return RawCell("text", cut_text(match[1], match[2]))
    try:
        return read_item(build_tree(f"{piece}</si>".encode(), ""))
    except Refusal:  # what the part declares is not declared here; or it is broken, which its tree tells
        raise NotPlainMarkupError from None


def _check_count(count: int, part: str) -> None:
    if count > MAX_STRINGS:
        raise limit_refusal("文字表的条数", MAX_STRINGS, count, part)


def _finish_text(text: str, space: str | None) -> str:
    if text[:1] in _XML_SPACES or text[-1:] in _XML_SPACES:  # also of an empty text
        text = text if space == "preserve" else text.strip(_XML_SPACES)
    return unescape(text)


def _is_struck_run(run: Element) -> bool:
    return any(
        look.tag.rpartition("}")[2] in _STRIKES and look.get("val") not in FALSE
        for part in run
        if part.tag.rpartition("}")[2] == "rPr"
        for look in part
    )
