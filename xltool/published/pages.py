"""The pages of a published report, whoever tells what is printed where on them.

Their ruled tables, and the running text around them put together from lines to paragraphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, cast

from xltool import itself
from xltool.messages import finding
from xltool.published.baseline import Sign, close_gaps, level_lines, place_signs, read_signs
from xltool.published.document import Document, Lattice, Part, Prose, TableEntry
from xltool.published.unruled import MOST_OUTER, find_unruled
from xltool.published.unruled_pieces import Span
from xltool.published.vocabulary import Vocabulary
from xltool.spreadsheet.package import Refusal

Edge: TypeAlias = dict[str, Any]

MAX_PAGES: Final = 200
"""Pages of a report: a county's has twenty."""

_PAGE_NUMBER: Final = re.compile(r"[—–\-·\s]*(?:第\s*)?[0-9]{1,4}(?:\s*页)?[—–\-·\s]*")
_OF_ONE_PAGE: Final = re.compile(
    r"(?:上午|下午)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[AP]M)?|第\s?[0-9]{1,4}\s?页|[0-9]{1,4}\s?/\s?[0-9]{1,4}$"
)
"""What differs in a line that stands on every page: when a browser printed it, and the page's number."""
_WORD: Final = re.compile(r"(?:[!-~]+|.)[，。；：！？、）》”]*")
_STOPS: Final = "。！？"


class _PageLine(NamedTuple):
    """One line of running text, or one table in its place; measures in points from the upper left corner."""

    page: int
    top: float
    left: float
    right: float
    size: float
    content: str | Lattice
    word: float = 0
    """How wide the unbroken word is that a line begins with, and the stops that may not begin the next."""
    last: int = -1
    """The last page of a table that goes on over pages."""
    spans: tuple[Span, ...] = ()
    """Where the columns of a table stand that no lines rule."""
    open: bool = False
    """Whether it is heads of a table, whose rows may stand on the next page."""


class PrintedPage(NamedTuple):
    """What is printed on one page, in points from its upper left corner: its signs, and the edges of lines and boxes.

    An edge is as pdfplumber tells it: a dictionary with `orientation` (h or v), x0, x1, top, bottom.
    """

    signs: Sequence[Sign]
    edges: Sequence[Edge]


def lay_out_pages(pages: Iterable[PrintedPage], title: str, what: str, vocabulary: Vocabulary) -> Document:
    """The document that is printed on pages; one without any text has a note that says so, by the name of its kind.

    The official words tell which tables there are where no lines rule them.
    """
    lines: list[_PageLine] = []
    count = 0
    for count, page in enumerate(pages, start=1):
        lines += _read_page(page, count - 1, vocabulary, _list_last_spans(lines))
    if not lines:
        return Document((), notes=(finding("published.scanned", what=what, count=count),))
    return Document(tuple(_join_lines(_join_tables(_drop_margins(lines, count), vocabulary))), title)


def require_plumber() -> None:
    """Raises Refusal when the library that pages are laid out with is not installed."""
    try:
        import pdfplumber  # noqa: F401
    except ImportError:
        remedy = itself.advise_install("xltool[pdf]")
        raise Refusal(finding("published.library", library="pdfplumber", remedy=remedy)) from None


def _list_last_spans(lines: Sequence[_PageLine]) -> tuple[Span, ...]:
    """The columns of the table in which the pages so far end, but for a few lines at the foot of the last one."""
    return next((line.spans for line in reversed(lines[-1 - MOST_OUTER :]) if line.spans), ())


def _read_page(page: PrintedPage, number: int, vocabulary: Vocabulary, before: Sequence[Span]) -> Iterator[_PageLine]:
    """The tables and lines of a page from its top to its bottom; `before` are columns on the page before."""
    from pdfplumber.table import TableFinder
    from pdfplumber.utils.text import chars_to_textmap

    found_tables = TableFinder(cast(Any, page)).tables  # it asks a page for nothing but its edges
    tables = [table for table in found_tables if any(len(row.cells) > 1 for row in table.rows)]
    boxes = [table.bbox for table in tables]
    signs = place_signs(page.signs)
    rest = [sign for sign in signs if not any(_lies_inside(sign, box) for box in boxes)]
    found = [
        _PageLine(number, table.bbox[1], table.bbox[0], table.bbox[2], 0, _read_table(signs, table)) for table in tables
    ]
    for unruled in find_unruled(rest, vocabulary, before):
        left, top, right, _ = unruled.box
        found.append(_PageLine(number, top, left, right, 0, unruled.lattice, spans=unruled.spans, open=unruled.open))
        rest = [
            sign
            for sign in rest
            if not _lies_inside(sign, unruled.box) or any(_lies_inside(sign, box) for box in unruled.beside)
        ]
    for line in chars_to_textmap(level_lines(rest)).extract_text_lines() if rest else ():
        size = Counter(round(char["size"], 1) for char in line["chars"]).most_common(1)[0][0]
        text = close_gaps(line["text"]).strip()
        found.append(
            _PageLine(number, line["top"], line["x0"], line["x1"], size, text, _first_word_width(line["chars"]))
        )
    yield from sorted(found, key=lambda line: line.top)


def _lies_inside(piece: Any, box: Sequence[float]) -> bool:
    across, down = (piece["x0"] + piece["x1"]) / 2, (piece["top"] + piece["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _read_table(printed: Sequence[Sign], table: Any) -> Lattice:
    """A table with the signs whose middle is in each cell: a stop may hang over into the next one."""
    signs = [sign for sign in printed if _lies_inside(sign, table.bbox)]
    rows = []
    tops = sorted({box[1] for row in table.rows for box in row.cells if box is not None})
    lefts = sorted({box[0] for row in table.rows for box in row.cells if box is not None})
    for at, row in enumerate(table.rows):
        cells = [(column, box) for column, box in enumerate(row.cells) if box is not None]
        texts = [read_signs([sign for sign in signs if _lies_inside(sign, box)]) for _, box in cells]
        rows.append(
            tuple(
                TableEntry(
                    text,
                    at,
                    column,
                    height=_count_edges(tops, box[1], box[3]),
                    width=_count_edges(lefts, box[0], box[2]),
                )
                for (column, box), text in zip(cells, texts, strict=True)
            )
        )
    return Lattice(tuple(rows))


def _count_edges(edges: Sequence[float], begin: float, end: float) -> int:
    """How many rows or columns, of which these are the edges, lie between two places."""
    return max(1, sum(begin - 1 <= edge < end - 1 for edge in edges))


def _drop_margins(lines: Sequence[_PageLine], pages: int) -> list[_PageLine]:
    """The lines without page numbers and without what stands at the same place of most pages, first or last on each."""
    texts = [line for line in lines if isinstance(line.content, str)]
    edges = [line for number in range(pages) for line in _outer_lines([line for line in texts if line.page == number])]
    places = [(round(line.top), _OF_ONE_PAGE.sub("", cast(str, line.content))) for line in edges]
    again = Counter(places)
    running = {place for place, count in again.items() if pages > 1 and count * 2 > pages}
    outer = {id(line) for line, place in zip(edges, places, strict=True) if place in running}
    return [
        line
        for line in lines
        if id(line) not in outer and not (isinstance(line.content, str) and _PAGE_NUMBER.fullmatch(line.content))
    ]


def _outer_lines(lines: Sequence[_PageLine]) -> Sequence[_PageLine]:
    """The lines of a page that may be its head or its foot."""
    return lines if len(lines) < 2 * MOST_OUTER else (*lines[:MOST_OUTER], *lines[-MOST_OUTER:])


def _join_tables(lines: Sequence[_PageLine], vocabulary: Vocabulary) -> list[_PageLine]:
    """The lines with each table that goes on at the top of the next page as one; heads without rows are text again."""
    joined: list[_PageLine] = []
    for line in lines:
        before = joined[-1] if joined else None
        follows = before is not None and line.page == _last_page(before) + 1
        if follows and before is not None and isinstance(before.content, Lattice) and isinstance(line.content, Lattice):
            joined[-1] = before._replace(
                content=_continue_table(before.content, line.content, vocabulary), last=line.page, open=line.open
            )
        else:
            joined.append(line)
    return [
        line._replace(content=" ".join(text for row in line.content.texts() for text in row), open=False)
        if line.open and isinstance(line.content, Lattice)
        else line
        for line in joined
    ]


def _last_page(line: _PageLine) -> int:
    return max(line.page, line.last)


def _continue_table(table: Lattice, rest: Lattice, vocabulary: Vocabulary) -> Lattice:
    """A table with its rows on the next page; a row whose words go on there is one."""
    rows = [list(row) for row in table.rows]
    more = [list(row) for row in rest.rows]
    whole = [above.text + below.text for above, below in zip(rows[-1], more[0], strict=False)]
    official = [vocabulary.is_word(text) or vocabulary.is_row(text) for text in whole if text.strip()]
    own = [vocabulary.is_word(entry.text) or vocabulary.is_row(entry.text) for entry in more[0]]
    if len(rows[-1]) == len(more[0]) and official and all(official) and not all(own):
        rows[-1] = [entry._replace(text=text) for entry, text in zip(rows[-1], whole, strict=True)]
        del more[0]
    begin = len(rows)
    rows += [[entry._replace(row=begin + at) for entry in row] for at, row in enumerate(more)]
    return Lattice(tuple(map(tuple, rows)))


def _join_lines(lines: Sequence[_PageLine]) -> Iterator[Part]:
    """The parts of the document: a line that is indented, or that follows one that ends early, begins a paragraph.

    A line may end early for the next word's sake, such as an address of the web that is not broken.
    """
    texts = [line for line in lines if isinstance(line.content, str)]
    usual = Counter(line.size for line in texts).most_common(1)[0][0] if texts else 0
    left = min((line.left for line in texts), default=0.0)
    # Where no paragraph has a second line, all lines are indented, and only the tables keep to the edge.
    left = min(
        (
            line.left
            for line in lines
            if isinstance(line.content, Lattice) and 1.5 < (left - line.left) / (usual or 1) < 2.5
        ),
        default=left,
    )
    right = _find_edge([line.right for line in texts], usual)
    running = ""
    gap = large = 0.0  # what the line before left free on its right, and its size if it was a title's
    for line in lines:
        if isinstance(line.content, Lattice):
            yield from [Prose(running)] if running else []
            running, gap, large = "", 0, 0
            yield line.content
            continue
        ended = gap > 2.5 * line.size and not (gap < line.word and running[-1:] not in _STOPS)
        if large and line.size == large:
            running += line.content  # a title goes on in its next line, however short the line before is
        elif not running or ended or large or line.left > left + 0.8 * line.size:
            yield from [Prose(running)] if running else []
            running = line.content
        else:
            space = " " if running[-1:].isascii() and line.content[:1].isascii() and running[-1:].isalpha() else ""
            running += space + line.content
        gap = right - line.right
        large = line.size if line.size > 1.2 * usual else 0
    yield from [Prose(running)] if running else []


def _find_edge(ends: Sequence[float], size: float) -> float:
    """Where full lines end: as far out as any does, or a stop's width less, where many do; for a stop may hang over."""
    furthest = max(ends, default=0.0)
    often = [
        end
        for end, count in Counter(map(round, ends)).items()
        if count >= max(3, len(ends) / 5) and end > furthest - 2 * size
    ]
    return float(max(often, default=furthest))


def _first_word_width(signs: Sequence[Any]) -> float:
    match = _WORD.match("".join(sign["text"][:1] for sign in signs))
    return 0.0 if match is None else float(signs[match.end() - 1]["x1"] - signs[0]["x0"])
