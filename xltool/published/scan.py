"""A scanned report: its pages as pictures, in which an engine recognises words and where they stand.

The engine is `rapidocr`, whose models come with it; nothing is fetched. What it says is unsure.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from math import atan2, cos, hypot, sin
from statistics import median
from typing import Any, Final, NamedTuple

from xltool.forms.text import measure_breadth
from xltool.messages import finding
from xltool.published.baseline import Sign, make_sign
from xltool.published.document import Document, Lattice, Part
from xltool.published.pages import PrintedPage, lay_out_pages
from xltool.published.vocabulary import Vocabulary
from xltool.spreadsheet.package import limit_refusal

SCAN_SECONDS: Final = 300
"""How long a worker may take over a scan; a page takes two to ten."""
SCAN_MEMORY: Final = 4 * 2**30
"""Bytes that it may take; half of them are address space of the engine."""
MAX_SCANNED_PAGES: Final = 30
RESOLUTION: Final = 200
"""Dots an inch of the pictures; figures of 10 points are 28 dots high."""
MAX_DOTS: Final = 8_000_000
"""Dots of one picture, twice those of A4; a larger page is drawn smaller."""
SURE: Final = 0.8
"""From which score on, of 1, what is recognised is a word."""
_LONG: Final = 8
"""From how many times its height on the box of a line tells how the page lies."""
_LETTER: Final = 0.75
"""How high a sign is in a box, and how much of that its line is below the middle."""
_BELOW_MIDDLE: Final = 0.3


class _Word(NamedTuple):
    """What is recognised in one box: its text, the middle, and how broad and high it is, in points."""

    text: str
    x: float
    y: float
    breadth: float
    height: float


def find_engine() -> bool:
    """Whether scans can be read here."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime", "pypdfium2"))


def read_scan(data: bytes, told: Document, vocabulary: Vocabulary) -> Document:
    """The document of a PDF that is told to be a scan, as far as it is recognised; `told` where it cannot be.

    Raises Refusal for what is over a limit.
    """
    scanned = next((note for note in told.notes if note.code == "published.scanned"), None)
    if scanned is None or not find_engine():
        return told
    document = lay_out_pages(_recognise_pages(data), "", "PDF", vocabulary)
    if not document.parts:
        return told
    note = finding("published.recognised", what="PDF", count=scanned.data["count"])
    return replace(document, parts=tuple(map(_mark_part, document.parts)), notes=(note,))


def _mark_part(part: Part) -> Part:
    """A part whose cells are marked as recognised."""
    if not isinstance(part, Lattice):
        return part
    return Lattice(tuple(tuple(entry._replace(recognised=True) for entry in row) for row in part.rows))


@cache
def _load_engine() -> Any:
    """The engine, on one thread, so that it takes what it is given and says the same each time."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    settings = "EngineConfig.onnxruntime"
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            f"{settings}.intra_op_num_threads": 1,
            f"{settings}.inter_op_num_threads": 1,
            f"{settings}.enable_cpu_mem_arena": False,
        }
    )


def _recognise_pages(data: bytes) -> Iterator[PrintedPage]:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        if len(document) > MAX_SCANNED_PAGES:
            raise limit_refusal("扫描件的页数", MAX_SCANNED_PAGES, len(document))
        for page in document:
            yield PrintedPage([sign for word in _recognise_page(page) for sign in _spell_word(word)], [])


def _recognise_page(page: Any) -> list[_Word]:
    """The words of a page, as they stand where its lines are level, all of about one size as of one."""
    width, height = page.get_size()
    scale = min(RESOLUTION / 72, (MAX_DOTS / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=scale).to_numpy()[:, :, :3]
    found = _load_engine()(picture, use_cls=False)
    if found.boxes is None:
        return []
    told = [
        (text, box / scale)
        for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)
        if score >= SURE and text.strip()
    ]
    words = _level_words(told)
    usual = median([word.height for word in words]) if words else 0.0
    return [word._replace(height=usual) if 0.6 * usual < word.height < 1.5 * usual else word for word in words]


def _level_words(told: Sequence[tuple[str, Any]]) -> list[_Word]:
    """Words by their boxes (corners from the upper left one on, clockwise), turned back as far as long ones slope."""
    slopes = []
    for _, box in told:
        (left, top), (right, other), *_, (_, bottom) = ((float(x), float(y)) for x, y in box)
        if right - left > _LONG * (bottom - top) > 0:
            slopes.append(atan2(other - top, right - left))
    slope = median(slopes) if slopes else 0.0
    words = []
    for text, box in told:
        corners = [(float(x), float(y)) for x, y in box]
        x, y = (sum(each) / len(corners) for each in zip(*corners, strict=True))
        breadth, height = hypot(*_subtract(corners[1], corners[0])), hypot(*_subtract(corners[3], corners[0]))
        place = (x * cos(slope) + y * sin(slope), y * cos(slope) - x * sin(slope))
        words.append(_Word(text.strip(), *place, breadth, height))
    return words


def _subtract(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] - other[0], one[1] - other[1]


def _spell_word(word: _Word) -> Iterator[Sign]:
    """The signs of a word, side by side, each as broad as its kind is."""
    size = _LETTER * word.height
    room = max(word.breadth - (word.height - size), size / 2)
    shares = [measure_breadth(sign) for sign in word.text]
    edges = [word.x - room / 2 + room * share / sum(shares) for share in accumulate(shares, initial=0)]
    for sign, left, right in zip(word.text, edges, edges[1:], strict=False):
        yield make_sign(sign, left, right, word.y + _BELOW_MIDDLE * size, size)
