"""A published report as a web page.

What a reader sees of it, from the page's title to its tables, whatever site is around it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

from xltool.published.aside import AsideText, Setting, settle_pieces
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
_LAID_OUT: Final = frozenset({"table", "tr", "td", "th", "tbody", "div", "p"})
_Classes: TypeAlias = Mapping[tuple[str, str], Setting]
"""How what bears a class (`.`, name) or an id (`#`, name) stands by the styles of the page."""
_TAGS: Final[Mapping[str, Setting]] = {"sup": "raised", "sub": "raised", "s": "gone", "strike": "gone", "del": "gone"}
_STANDINGS: Final[tuple[tuple[Setting, re.Pattern[str]], ...]] = (
    ("hidden", re.compile(r"display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0*)?(?![.\d])|mso-hide:all")),
    (
        "gone",
        re.compile(
            r"text-decoration(?:-line)?:[^;]*line-through"
            r"|font(?:-size)?:(?:[^;]*\s)?(?:[0-4](?:\.\d+)?(?:px|pt)|0?\.[0-4]\d*r?em|[0-3]?\d%|0(?=[;!/\s]|$))"
        ),
    ),
    (
        "raised",
        re.compile(
            r"vertical-align:(?:super|sub|-?0*\.?0*[1-9])|mso-text-raise:|position:(?:relative|absolute)"
            r"|(?<![\w-])color:(?:white|#f{3}(?:f{3})?\b|transparent|rgb\(255,\s*255,\s*255\))"
        ),
    ),
)
_RULE: Final = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SELECTOR: Final = re.compile(r"(?:^|[\s>+~])([a-z][a-z0-9]*)?([.#])([\w-]+)\s*$")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
MAX_RULES: Final = 5_000
"""Rules of style that a page is read with."""
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
    classes = _read_classes("\n".join(style.text or "" for style in root.iter("style")))
    return Document(
        tuple(_join_running_text(_read_element(root if body is None else body, 0, classes))),
        _BLANKS.sub(" ", title).strip(),
        page=True,
    )


def _join_running_text(found: Iterator[Part | str]) -> Iterator[Part]:
    """Paragraphs from pieces of running text; a line break and a block end one."""
    running = ""
    for piece in found:
        if isinstance(piece, str):
            running += "" if isinstance(piece, _Piece) and piece.standing == "hidden" else piece
            continue
        yield from _split_paragraphs(running)
        running = ""
        yield piece
    yield from _split_paragraphs(running)


def _split_paragraphs(running: str, level: int = 0) -> Iterator[Prose]:
    for line in running.split("\n"):
        if text := line.strip(" "):
            yield Prose(text, level)


def _read_element(element: Any, depth: int, classes: _Classes) -> Iterator[Part | str]:
    if depth > MAX_NESTING:
        return
    yield _collapse_blanks(element.text)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        standing = _judge_element(child, tag, classes) if tag else ""
        if tag in _UNSEEN or not tag or _is_running_line(child) or (tag == "table" and standing == "hidden"):
            pass
        elif standing and (standing == "hidden" or tag in _INLINE or tag == "del"):
            yield from _set_beside(_read_element(child, depth + 1, classes), standing)
        elif tag == "table":
            yield "\n"
            yield from _read_table(child, depth, classes)
        elif tag == "br":
            yield "\n"
        elif re.fullmatch("h[1-6]", tag):
            yield "\n"
            yield from _split_paragraphs(
                _read_lines(child, classes).replace("\n", " "), max(0, int(tag[1]) - 1)
            )  # the page's own title is no section
        elif tag in _INLINE:
            yield from _read_element(child, depth + 1, classes)
        else:
            yield "\n"
            yield from _read_element(child, depth + 1, classes)
            yield "\n"
        yield _collapse_blanks(child.tail)


def _collapse_blanks(text: str | None) -> str:
    return _BLANKS.sub(" ", text or "")


def _is_running_line(element: Any) -> bool:
    """Whether an element is the foot or head of a printed page, as LibreOffice marks them."""
    return element.tag == "div" and element.get("title") in {"header", "footer"}


class _Piece(str):
    """Text that does not stand in its line, and how it stands."""

    standing: Setting = ""


def _set_beside(pieces: Iterable[Part | str], standing: Setting) -> Iterator[str]:
    """The pieces of an element that stands otherwise than its line, without the tables in it."""
    for piece in pieces:
        text = _Piece(piece if isinstance(piece, str) else piece.text if isinstance(piece, Prose) else "")
        text.standing = "hidden" if "hidden" in {standing, getattr(piece, "standing", "")} else standing
        yield text


def _read_classes(styles: str) -> _Classes:
    found: dict[tuple[str, str], Setting] = {}
    for rule in islice(_RULE.finditer(_COMMENT.sub("", styles)), MAX_RULES):
        standing = _judge_style(rule[2])
        for selector in rule[1].split(",") if standing else ():
            match = _SELECTOR.search(selector.strip())
            if match is not None and match[1] not in _LAID_OUT:
                found[match[2], match[3]] = standing
    return found


def _judge_style(style: str) -> Setting:
    told = re.sub(r"\s*([:;])\s*", r"\1", style.lower()).strip()
    return next((standing for standing, pattern in _STANDINGS if pattern.search(told)), "")


def _judge_element(element: Any, tag: str, classes: _Classes) -> Setting:
    """How an element stands: by its own style, by its tag, and where it stands in a line by its class."""
    if element.get("hidden") is not None:
        return "hidden"
    own = _judge_style(element.get("style") or "") or _TAGS.get(tag, "")
    if own or not classes or tag not in _INLINE:
        return own
    names = [(".", name) for name in (element.get("class") or "").split()] + [("#", element.get("id") or "")]
    return next((classes[name] for name in names if name in classes), "")


def _read_table(table: Any, depth: int, classes: _Classes) -> Iterator[Part | str]:
    """A table; one that lays out a page stands for what is in its cells."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    if table.find(".//table") is not None:
        for row in rows:
            for cell in row.iterchildren("td", "th"):
                yield "\n"
                yield from _read_element(cell, depth + 1, classes)
        return
    yield _lay_out_cells(
        [
            [
                (_read_cell(cell, classes), _read_span(cell, "rowspan"), _read_span(cell, "colspan"))
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


def _list_pieces(element: Any, classes: _Classes) -> list[str]:
    return [
        piece if isinstance(piece, str) else piece.text if isinstance(piece, Prose) else ""
        for piece in _read_element(element, 0, classes)
    ]


def _read_lines(element: Any, classes: _Classes) -> str:
    """The text of a heading, its lines kept apart."""
    shown = [piece for piece in _list_pieces(element, classes) if getattr(piece, "standing", "") != "hidden"]
    return _strip_lines("".join(shown))


def _read_cell(element: Any, classes: _Classes) -> str:
    """The text of a cell, its lines kept apart, without the digits that stand beside a figure."""
    text = settle_pieces((piece, getattr(piece, "standing", "")) for piece in _list_pieces(element, classes))
    told = _strip_lines(text)
    return AsideText.of(told, _strip_lines(text.whole)) if isinstance(text, AsideText) else told


def _strip_lines(text: str) -> str:
    return "\n".join(line for raw in text.split("\n") if (line := raw.strip(" ")))
