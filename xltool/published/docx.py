"""A published report in Word.

Paragraphs with the level of their style, tables with their merges, nothing that was deleted or hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import Any, Final

from xltool.digits import parse_whole
from xltool.published.aside import Setting, settle_pieces
from xltool.published.document import Document, Lattice, Part, Prose, TableEntry
from xltool.spreadsheet.package import Package, damage_refusal, limit_refusal

MAX_STYLES_ABOVE: Final = 20
"""Styles that one is based on, one upon another."""
MAX_TABLE_ROWS: Final = 5_000
"""Rows of one table: no official one has a hundredth of it."""

WORTH_CUTTING: Final = 2**17
"""Bytes of markup from which on a look at it saves more than it costs: that of programs which say of each run what it
looks like."""

_SPACES: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_LOOKS: Final = frozenset({"vertAlign", "strike", "dstrike", "vanish", "sz", "position", "color"})
_LEVEL: Final = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_STYLE: Final = re.compile(rb"\s*=\s*[\"']([^\"'<>]{1,200})[\"']")
_NAME: Final = re.compile(rb"<(?:\w+:)?name\s[^>]*?val=[\"']([^\"'<>]{1,200})[\"']")
_BASED: Final = re.compile(rb"<(?:\w+:)?basedOn\s[^>]*?val=[\"']([^\"'<>]{1,200})[\"']")
_OUTLINE: Final = re.compile(rb"<(?:\w+:)?outlineLvl\s[^>]*?val=[\"']([0-8])[\"']")
_PASSED_OVER: Final = frozenset(
    {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "txbxContent", "Fallback", "footnoteReference"}
)
_ODD: Final[Mapping[bytes, re.Pattern[bytes]]] = {
    word: re.compile(word + more)
    for word, more in {
        b"vertAlign": rb"\s[^>]*?val=[\"']su",
        b"trike": rb"(?:\s*/?>|\s[^>]*?val=[\"'](?!0|false|off))",
        b"vanish": rb"(?:\s*/?>|\s[^>]*?val=[\"'](?!0|false|off))",
        b"position": rb"\s[^>]*?val=[\"']-?[1-9]",
        b":sz": rb"\s[^>]*?val=[\"'][0-8][\"']",
        b"<sz": rb"\s[^>]*?val=[\"'][0-8][\"']",
        b"color": rb"\s[^>]*?val=[\"'](?i:FFFFFF)",
    }.items()
}
"""What may set a run beside its line, strike it out or make it unseen."""
_TINY, _RAISED = 8, 6
"""Half points: up to which size nobody sees a digit, and from which height on it stands beside its line."""
_FALSE: Final = frozenset({"0", "false", "off", "none"})
_RARE: Final = ("del", "moveFrom", "instrText", "vanish", "footnoteReference", "txbxContent")
"""What may stand in a document without being part of its text."""
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLE: Final = re.compile(rb"<dc:title>([^<]{0,2000})</dc:title>")
_SIGNS: Final = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_WIDEST: Final = 100


def read_docx(package: Package) -> Document:
    """The parts of a .docx.

    Raises Refusal, and nothing else, for what is damaged or over a limit.
    """
    main = next(
        (
            link.target
            for link in package.relationships("").values()
            if link.kind == "officeDocument" and link.target in package
        ),
        "word/document.xml",
    )
    markup = package.markup(main)
    styles = next(
        (
            link.target
            for link in package.relationships(main).values()
            if link.kind == "styles" and link.target in package
        ),
        None,
    )
    levels = {} if styles is None else _read_heading_levels(package.markup(styles))
    looks = {} if styles is None else _read_style_looks(package, styles, markup)
    cut = markup if looks else _strip_formatting(markup)
    odd = bool(looks) or (cut is markup and _is_odd(markup))
    root = _parse_markup(main, markup, cut)
    space = next((f"{{{known}}}" for known in _SPACES if root.tag.startswith(f"{{{known}}}")), "")
    rare = next(root.iter(_FALLBACK, *(f"{space}{word}" for word in _RARE)), None)
    reader = _Reader(space, levels, main, simple=rare is None and not odd, looks=looks)
    body = root.find(f"{space}body")
    return Document(tuple(() if body is None else reader.read_parts(body)), _read_title(package))


def _parse_markup(part: str, markup: bytes, cut: bytes) -> Any:
    """The root of a part, by lxml, from as much of it as is wanted; from all of it, where that is no XML.

    It takes these documents apart in a third of the time that the standard library needs.
    """
    from lxml import etree

    for data in (cut, markup) if cut is not markup else (markup,):
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
            encoding="utf-8",
        )
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            continue
    raise damage_refusal(part, "内容不是完整的 XML")


def _strip_formatting(markup: bytes) -> bytes:
    """A document without what its runs and the borders of its cells look like.

    No text, and in Word's own documents half of the markup.

    Only where that can be told from the bytes: the prefix means what it does everywhere and is the only one, and
    nothing is hidden, set beside its line, revised, or no markup.
    """
    usual = markup.count(b"xmlns:w=") == 1 and any(
        b'xmlns:w="%s"' % space.encode() in markup and markup.count(space.encode()) == 1 for space in _SPACES
    )
    if (
        len(markup) < WORTH_CUTTING
        or not usual
        or markup.count(b"<?") > 1
        or any(word in markup for word in (b"<!", b"rPrChange"))
        or markup.count(b"<w:rPr") != markup.count(b"<w:rPr>") + markup.count(b"<w:rPr/>")
    ):
        return markup
    whole = markup
    for name in (b"rPr", b"tcBorders"):
        begin, end = b"<w:%s>" % name, b"</w:%s>" % name
        first, *others = markup.split(begin)
        parted = [other.partition(end) for other in others]
        if not all(found for _, found, _ in parted):
            return whole
        if _is_odd(b"".join({inside for inside, _, _ in parted})):
            return whole
        markup = first + b"".join([behind for _, _, behind in parted])
    return markup


def _read_heading_levels(styles: bytes) -> dict[str, int]:
    """The heading level of each paragraph style that has one, by its name or its outline level.

    Read as text: all that is wanted is two values, and taking the part apart costs as much as a large table.
    """
    found = {}
    for style in styles.split(b"styleId")[1:]:
        named, name, outline = _STYLE.match(style), _NAME.search(style), _OUTLINE.search(style)
        if named is None:
            continue
        key = unescape(named[1].decode("utf-8", "replace"))
        match = None if name is None else _LEVEL.fullmatch(unescape(name[1].decode("utf-8", "replace")))
        if match is not None:
            found[key] = int(match[1])
        elif outline is not None:
            found[key] = int(outline[1]) + 1
    return found


def _read_style_looks(package: Package, part: str, used: bytes) -> dict[str, dict[str, str]]:
    """What the styles that set text beside its line say of it, by their ids, with what they inherit.

    Only of those that the markup `used` names: Word's own styles for notes are in nearly all documents.
    """
    if not _names_odd_style(package.markup(part), used):
        return {}
    styles = package.markup(part)
    root = _parse_markup(part, styles, styles)
    space = root.tag.rpartition("}")[0] + "}"
    own: dict[str, tuple[str, dict[str, str]]] = {}
    for style in root.iterfind(f"{space}style"):
        based = style.find(f"{space}basedOn")
        above = "" if based is None else based.get(f"{space}val", "")
        own[style.get(f"{space}styleId", "")] = (above, _read_looks(style.find(f"{space}rPr"), space))
    found = {}
    for name in own:
        chain: list[str] = []
        at = name
        while at in own and at not in chain and len(chain) < MAX_STYLES_ABOVE:
            chain.append(at)
            at = own[at][0]
        looks = {word: value for each in reversed(chain) for word, value in own[each][1].items()}
        if _judge_looks(looks) and re.search(b"val=[\"']%s[\"']" % re.escape(escape(name).encode()), used):
            found[name] = looks
    return found


def _is_odd(markup: bytes) -> bool:
    """Whether anything in it may stand beside its line; looking for a word alone takes a fraction of the time."""
    return any(word in markup and pattern.search(markup) for word, pattern in _ODD.items())


def _names_odd_style(styles: bytes, used: bytes) -> bool:
    """Whether the markup of a document names a style that may set text beside its line, or one based on such a style.

    Read as text, for nearly all documents name none.
    """
    if not _is_odd(styles):
        return False
    above: dict[bytes, bytes] = {}
    odd: set[bytes] = set()
    for style in styles.split(b"styleId")[1:]:
        named, based = _STYLE.match(style), _BASED.search(style)
        if named is not None:
            above[named[1]] = b"" if based is None else based[1]
            odd.update([named[1]] if _is_odd(style) else [])
    for name in above:
        at, steps = name, 0
        while at and at not in odd and steps < MAX_STYLES_ABOVE:
            at, steps = above.get(at, b""), steps + 1
        if at in odd and re.search(b"val=[\"']%s[\"']" % re.escape(name), used):
            return True
    return False


def _read_looks(properties: Any, space: str) -> dict[str, str]:
    """What the properties of a run say of how it stands."""
    return {
        child.tag.removeprefix(space): child.get(f"{space}val", "1")
        for child in (() if properties is None else properties)
        if child.tag.removeprefix(space) in _LOOKS
    }


def _judge_looks(looks: Mapping[str, str]) -> Setting:
    if looks.get("vanish", "0") not in _FALSE:
        return "hidden"
    size = parse_whole(looks.get("sz", ""), 4)
    if any(looks.get(word, "0") not in _FALSE for word in ("strike", "dstrike")) or (
        size is not None and size <= _TINY
    ):
        return "gone"
    height = parse_whole(looks.get("position", "0").removeprefix("-"), 4) or 0
    raised = looks.get("vertAlign", "baseline") in {"superscript", "subscript"} or height >= _RAISED
    return "raised" if raised or looks.get("color", "").upper() == "FFFFFF" else ""


def _end_cell(rows: list[list[TableEntry]], text: str | None, column: int, span: int) -> None:
    """Notes a cell of the last row; without a text, that what begins at its column above goes on in it."""
    if text is not None:
        rows[-1].append(TableEntry(text, len(rows) - 1, column, width=span))
        return
    for line in reversed(rows[:-1] if span else ()):
        for at, entry in enumerate(line):
            if entry.column == column:
                line[at] = entry._replace(height=len(rows) - entry.row)
                return


class _Reader:
    """Reads the parts of one document.

    `simple` when nothing in it is deleted, hidden or a field, so that its texts are all its text.
    """

    def __init__(
        self,
        space: str,
        levels: Mapping[str, int],
        part: str,
        *,
        simple: bool,
        looks: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._space, self._levels, self._part, self._simple = space, levels, part, simple
        self._looks = looks
        self._signs = {f"{space}{word}": sign for word, sign in _SIGNS.items()}
        self._value, self._text_tag, self._line_tag = f"{space}val", f"{space}t", f"{space}p"
        self._across, self._down = f"{space}gridSpan", f"{space}vMerge"
        self._told = (self._text_tag, *self._signs)

    def read_parts(self, body: Any) -> Iterator[Part]:
        """The paragraphs and tables of a body or of a cell."""
        space = self._space
        for child in body:
            word = child.tag.removeprefix(space)
            if word == "p":
                style = child.find(f"{space}pPr/{space}pStyle")
                level = 0 if style is None else self._levels.get(style.get(self._value, ""), 0)
                for line in self._read_text(child).split("\n"):
                    yield Prose(line, level)
            elif word == "tbl":
                yield from self._read_table(child)
            elif word in {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}:
                yield from self.read_parts(child)

    def _read_table(self, table: Any) -> Iterator[Part]:
        """A table; one that only lays out other tables stands for what is in its cells."""
        space = self._space
        if next(table.iterdescendants(f"{space}tbl"), None) is not None:
            for cell in table.iterfind(f"{space}tr/{space}tc"):
                yield from self.read_parts(cell)
            return
        yield Lattice(tuple(map(tuple, self._read_rows(table))))

    def _read_rows(self, table: Any) -> list[list[TableEntry]]:
        """The cells that begin in each row; one that goes on from the row above is none.

        One walk over the whole table: a search in each cell takes many times longer.
        """
        space = self._space
        row_tag, cell_tag, before_tag = f"{space}tr", f"{space}tc", f"{space}gridBefore"
        rows: list[list[TableEntry]] = []
        column, span, begins, said = 0, 0, False, ""
        pieces: list[tuple[str, Setting]] = []
        text_tag, line_tag, across, down, value = self._text_tag, self._line_tag, self._across, self._down, self._value
        before: Any = None
        # The texts alone tell where a paragraph ends; only where some are not to be seen are the paragraphs walked.
        for node in table.iter(
            row_tag, cell_tag, before_tag, across, down, *(self._told if self._simple else (line_tag,))
        ):
            tag = node.tag
            if tag == text_tag:
                said += ("\n" if said and self._find_line(before) is not self._find_line(node) else "") + (
                    node.text or ""
                )
                before = node
            elif tag == line_tag:
                pieces += [("\n", ""), *self._read_pieces(node)] if pieces else self._read_pieces(node)
            elif tag in (cell_tag, row_tag):
                _end_cell(rows, (said or settle_pieces(pieces)) if begins else None, column, span)
                column, span, begins, said, pieces = column + span, 1, tag == cell_tag, "", []
                if tag == row_tag:
                    rows.append([])
                    column = span = 0
                    if len(rows) > MAX_TABLE_ROWS:
                        raise limit_refusal("一个表格的行数", MAX_TABLE_ROWS, len(rows), self._part)
            elif tag == across:
                span = max(1, _parse_count(node.get(value, "")))
            elif tag == down:
                begins = node.get(value) == "restart"
            elif tag == before_tag:
                column = _parse_count(node.get(value, ""))
            else:
                said, before = said + self._signs[tag], node
        _end_cell(rows, (said or settle_pieces(pieces)) if begins else None, column, span)
        return rows

    def _find_line(self, node: Any) -> Any:
        """The paragraph that a text stands in."""
        return next(node.iterancestors(self._line_tag), None)

    def _read_text(self, element: Any) -> str:
        """The text that a reader sees of a paragraph."""
        if self._simple:
            return "".join(
                (node.text or "") if node.tag == self._text_tag else self._signs[node.tag]
                for node in element.iter(*self._told)
            )
        return "".join(text for text, standing in self._read_pieces(element) if standing != "hidden")

    def _read_pieces(self, paragraph: Any) -> Iterator[tuple[str, Setting]]:
        """The texts of a paragraph, each with how it stands."""
        style = paragraph.find(f"{self._space}pPr/{self._space}pStyle") if self._looks else None
        above = self._looks.get("" if style is None else style.get(self._value, ""), {})
        yield from self._read_pieces_within(paragraph, above, _judge_looks(above))

    def _read_pieces_within(
        self, element: Any, above: Mapping[str, str], standing: Setting
    ) -> Iterator[tuple[str, Setting]]:
        for child in element:
            word = child.tag.rpartition("}")[2]
            if word == "t":
                yield child.text or "", standing
            elif word in _SIGNS:
                yield _SIGNS[word], standing
            elif word == "r":
                yield from self._read_pieces_within(child, above, self._judge_run(child, above))
            elif word not in _PASSED_OVER:
                yield from self._read_pieces_within(child, above, standing)

    def _judge_run(self, run: Any, above: Mapping[str, str]) -> Setting:
        properties = run.find(f"{self._space}rPr")
        if properties is None:
            return _judge_looks(above)
        style = properties.find(f"{self._space}rStyle") if self._looks else None
        named = self._looks.get("" if style is None else style.get(self._value, ""), {})
        return _judge_looks({**above, **named, **_read_looks(properties, self._space)})


def _parse_count(told: str) -> int:
    return min(parse_whole(told, 5) or 0, _WIDEST)


def _read_title(package: Package) -> str:
    core = next((link.target for link in package.relationships("").values() if link.kind == "core-properties"), "")
    match = _TITLE.search(package.read(core)) if core in package else None
    return "" if match is None else unescape(match[1].decode("utf-8", "replace"))
