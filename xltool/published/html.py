"""A published report as a web page.

What a reader sees of it, from the page's title to its tables, whatever site is around it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, Final

from xltool.published.document import Document, Lattice, Part, Prose, build_lattice

MAX_SPAN: Final = 100
"""Rows or columns that one cell may span."""
MAX_NESTING: Final = 200
"""Elements within elements; browsers stop at 512, and no page of an office comes near."""

_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030", "cp936"})
_UNSEEN: Final = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "svg",
        "math",
        "object",
        "iframe",
        "select",
        "button",
        "textarea",
        "nav",
        "footer",
        "aside",
    }
)
_INLINE: Final = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "label", "mark", "o:p",
    "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
})  # fmt: skip
_HIDDEN: Final = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_SPAN: Final = re.compile(r"\s*([0-9]{1,4})", re.ASCII)


def decode_page(data: bytes) -> str:
    """A page as text: by its mark, by what it says of itself, else UTF-8, else GBK; never fails."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    match = _CHARSET.search(data, 0, 4096)
    told = match[1].decode("ascii").lower() if match is not None else "utf-8"
    for code in ("gb18030" if told in _CHINESE else told, "utf-8-sig", "gb18030"):
        try:
            return data.removeprefix(codecs.BOM_UTF8).decode(code)
        except (UnicodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")


def read_html(data: bytes) -> Document:
    """The document of a web page; a page that is nothing at all has no parts."""
    from lxml import etree, html

    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", decode_page(data)).replace("\0", "")
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Document(())
    title = root.findtext(".//title") or ""
    body = root.find("body")
    return Document(
        tuple(_join_running_text(_read_element(root if body is None else body, 0))),
        _BLANKS.sub(" ", title).strip(),
        page=True,
    )


def _join_running_text(found: Iterator[Part | str]) -> Iterator[Part]:
    """Paragraphs from pieces of running text; a line break and a block end one."""
    running = ""
    for piece in found:
        if isinstance(piece, str):
            running += piece
            continue
        yield from _split_paragraphs(running)
        running = ""
        yield piece
    yield from _split_paragraphs(running)


def _split_paragraphs(running: str, level: int = 0) -> Iterator[Prose]:
    for line in running.split("\n"):
        if text := line.strip(" "):
            yield Prose(text, level)


def _read_element(element: Any, depth: int) -> Iterator[Part | str]:
    if depth > MAX_NESTING:
        return
    yield _collapse_blanks(element.text)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in _UNSEEN or not tag or _is_unseen(child):
            pass
        elif tag == "table":
            yield "\n"
            yield from _read_table(child, depth)
        elif tag == "br":
            yield "\n"
        elif re.fullmatch("h[1-6]", tag):
            yield "\n"
            yield from _split_paragraphs(
                _read_lines(child).replace("\n", " "), max(0, int(tag[1]) - 1)
            )  # the page's own title is no section
        elif tag in _INLINE:
            yield from _read_element(child, depth + 1)
        else:
            yield "\n"
            yield from _read_element(child, depth + 1)
            yield "\n"
        yield _collapse_blanks(child.tail)


def _collapse_blanks(text: str | None) -> str:
    return _BLANKS.sub(" ", text or "")


def _is_unseen(element: Any) -> bool:
    """Whether an element is not shown, or is the foot or head of a printed page, as LibreOffice marks them."""
    if element.tag == "div" and element.get("title") in {"header", "footer"}:
        return True
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None


def _read_table(table: Any, depth: int) -> Iterator[Part | str]:
    """A table; one that lays out a page stands for what is in its cells."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    if table.find(".//table") is not None:
        for row in rows:
            for cell in row.iterchildren("td", "th"):
                yield "\n"
                yield from _read_element(cell, depth + 1)
        return
    yield _lay_out_cells(
        [
            [
                (_read_lines(cell), _read_span(cell, "rowspan"), _read_span(cell, "colspan"))
                for cell in row.iterchildren("td", "th")
            ]
            for row in rows
        ]
    )


def _lay_out_cells(rows: list[list[tuple[str, int, int]]]) -> Lattice:
    return build_lattice(rows)


def _read_span(cell: Any, name: str) -> int:
    match = _SPAN.match(cell.get(name) or "")
    return 1 if match is None else max(1, min(int(match[1]), MAX_SPAN))


def _read_lines(element: Any) -> str:
    """The text of a cell or a heading, its lines kept apart."""
    pieces = [
        piece if isinstance(piece, str) else piece.text if isinstance(piece, Prose) else ""
        for piece in _read_element(element, 0)
    ]
    return "\n".join(line for raw in "".join(pieces).split("\n") if (line := raw.strip(" ")))
