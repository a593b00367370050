"""A published report as OFD (GB/T 33190-2016): a zip of XML that tells, in millimetres, what is printed where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final, NamedTuple

from xltool.forms.text import measure_breadth
from xltool.messages import finding
from xltool.published.baseline import Sign, make_sign
from xltool.published.document import Document
from xltool.published.pages import MAX_PAGES, Edge, PrintedPage, lay_out_pages, require_plumber
from xltool.published.radicals import replace_radicals
from xltool.published.vocabulary import Vocabulary
from xltool.spreadsheet.package import Package, Refusal, damage_refusal, limit_refusal

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_SIGNS: Final = 200_000
"""Signs of a report: a county's has thirty thousand."""
MAX_SEGMENTS: Final = 100_000
"""Pieces of line of a report."""
ENTRY: Final = "OFD.xml"

_POINTS: Final = 72 / 25.4
"""Points in a millimetre."""
_STRAIGHT: Final = 0.3
"""Millimetres by which the ends of a level line may differ."""
_OPERANDS: Final = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""How many numbers follow each letter of a path."""
_PIECE: Final = re.compile(r"[A-Za-z]|[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class _Matrix(NamedTuple):
    """Where the measures of an object lie on the page, in millimetres."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


def read_ofd(package: Package, vocabulary: Vocabulary) -> Document:
    """The document of an OFD file; one without any text has a note that says so.

    Raises Refusal for what is damaged, locked or over a limit, or when the library that pages are laid out with is not
    installed.
    """
    if any(posixpath.basename(name).lower() == "encryptions.xml" for name in package.names):
        raise Refusal(finding("file.locked"))
    require_plumber()
    root = package.xml(ENTRY)
    title = next((each.text or "" for each in _find(root, "Title")), "")
    places = [
        (document, place)
        for each in _find(root, "DocRoot")
        for document in [_resolve("", each.text or "")]
        for place in _list_pages(package.xml(document), document)
    ]
    if not places:
        raise damage_refusal("", "OFD 里没有页")
    if len(places) > MAX_PAGES:
        raise limit_refusal("OFD 的页数", MAX_PAGES, len(places))
    return lay_out_pages(_read_pages(package, places), replace_radicals(title).strip(), "OFD 文件", vocabulary)


def _list_pages(root: Element, document: str) -> Iterator[str]:
    for pages in _find(root, "Pages"):
        yield from (_resolve(document, page.get("BaseLoc", "")) for page in _find(pages, "Page"))


def _read_pages(package: Package, places: Sequence[tuple[str, str]]) -> Iterator[PrintedPage]:
    """What is printed on each page, with what the pages that it is based on print on it."""
    signs = segments = 0
    for document, place in places:
        bases = {
            each.get("ID", ""): _resolve(document, each.get("BaseLoc", ""))
            for each in _find(package.xml(document), "TemplatePage")
        }
        page = _read_page(package, place, bases)
        signs, segments = signs + len(page.signs), segments + len(page.edges)
        if signs > MAX_SIGNS:
            raise limit_refusal("OFD 的字数", MAX_SIGNS, signs)
        if segments > MAX_SEGMENTS:
            raise limit_refusal("OFD 的线条数", MAX_SEGMENTS, segments)
        yield page


def _read_page(package: Package, place: str, bases: Mapping[str, str]) -> PrintedPage:
    root = package.xml(place)
    used = [bases[told] for each in _find(root, "Template") if (told := each.get("TemplateID", "")) in bases]
    signs: list[Sign] = []
    edges: list[Edge] = []
    for part in (*[package.xml(base) for base in used[:MAX_PAGES]], root):
        for each in part.iter():
            kind = _name(each)
            if kind not in {"TextObject", "PathObject"} or each.get("Visible") == "false" or each.get("Alpha") == "0":
                continue
            try:
                if kind == "TextObject":
                    signs += _read_text(each, MAX_SIGNS - len(signs))
                else:
                    edges += _read_path(each)
            except (ValueError, OverflowError, IndexError):
                raise damage_refusal(place, "文字或线条的坐标不是数") from None
            if len(signs) >= MAX_SIGNS or len(edges) > MAX_SEGMENTS:
                return PrintedPage([*signs, {}], edges)
    return PrintedPage(signs, edges)


# ---------------------------------------------------------------- text


def _read_text(element: Element, most: int) -> Iterator[Sign]:
    """The signs of a text object."""
    matrix, size = _read_matrix(element), float(element.get("Size", "0"))
    height = size * (matrix.c**2 + matrix.d**2) ** 0.5
    turned = abs(matrix.b) > abs(matrix.a) or element.get("CharDirection", "0") != "0"
    x = y = 0.0
    for code in _find(element, "TextCode"):
        x, y = float(code.get("X", x)), float(code.get("Y", y))
        text = (code.text or "").strip("\r\n\t")[: max(0, most)]
        across, down = code.get("DeltaX"), code.get("DeltaY")
        widths = [size * _measure_sign(sign) * float(element.get("HScale", "1")) for sign in text]
        steps = _read_steps(across) if across or down else iter(widths)
        drops = _read_steps(down)
        for sign, width in zip(text, widths, strict=True):
            step, drop = next(steps, 0.0), next(drops, 0.0)
            wide = min(width, step) if step > 0 else width
            left, base = matrix.place(x, y)
            right, _ = matrix.place(x + wide, y)
            edges = (_POINTS * each for each in (min(left, right), max(left, right), base, height))
            yield make_sign(sign, *edges, upright=not turned)
            x, y = x + step, y + drop


def _measure_sign(sign: str) -> float:
    """How wide a sign is in its own size."""
    return measure_breadth(sign) / 2


def _read_steps(told: str | None) -> Iterator[float]:
    """The steps from sign to sign; `g 3 2.5` stands for three of 2.5."""
    pieces = iter((told or "").split())
    runs: list[Iterable[float]] = []
    for piece in pieces:
        if piece == "g":
            count, step = int(next(pieces, "0")), float(next(pieces, "0"))
            runs.append(repeat(step, max(0, count)))
        else:
            runs.append((float(piece),))
    return chain.from_iterable(runs)


# ---------------------------------------------------------------- lines


def _read_path(element: Element) -> Iterator[Edge]:
    """The level and the upright pieces of a path, whether it is drawn or filled, but for what is filled with white."""
    drawn, filled = element.get("Stroke") != "false", element.get("Fill") == "true"
    white = any(set(each.get("Value", "").split()) == {"255"} for each in _find(element, "FillColor" if filled else ""))
    if not drawn and (not filled or white):
        return
    matrix = _read_matrix(element)
    for each in _find(element, "AbbreviatedData"):
        for begin, end in _list_segments(each.text or ""):
            (x0, y0), (x1, y1) = matrix.place(*begin), matrix.place(*end)
            if abs(y1 - y0) <= _STRAIGHT or abs(x1 - x0) <= _STRAIGHT:
                yield _make_edge(min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1))


def _make_edge(left: float, right: float, top: float, bottom: float) -> Edge:
    level = right - left >= bottom - top
    left, right, top, bottom = (each * _POINTS for each in (left, right, top, bottom))
    if level:
        top = bottom = (top + bottom) / 2
    else:
        left = right = (left + right) / 2
    return {
        "object_type": "line", "orientation": "h" if level else "v", "x0": left, "x1": right, "top": top,
        "bottom": bottom, "doctop": top, "width": right - left, "height": bottom - top,
    }  # fmt: skip


def _list_segments(data: str) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight pieces of a path in its short form."""
    pieces = _PIECE.findall(data)
    begun = here = (0.0, 0.0)
    at = 0
    while at < len(pieces):
        count = _OPERANDS.get(pieces[at])
        if count is None:
            raise ValueError(pieces[at])
        letter, numbers = pieces[at], [float(piece) for piece in pieces[at + 1 : at + 1 + count]]
        at += 1 + count
        target = begun if letter == "C" else (numbers[-2], numbers[-1])
        if letter in "LC" and target != here:
            yield here, target
        here = target
        begun = here if letter in "SM" else begun


# ---------------------------------------------------------------- parts


def _read_matrix(element: Element) -> _Matrix:
    """The matrix of an object, moved to where its frame is."""
    frame = [float(number) for number in element.get("Boundary", "0 0 0 0").split()]
    a, b, c, d, e, f = (float(number) for number in element.get("CTM", "1 0 0 1 0 0").split())
    return _Matrix(a, b, c, d, e + frame[0], f + frame[1])


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _find(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name within an element, whatever their namespace."""
    return (each for each in element.iter() if _name(each) == name)


def _resolve(beside: str, place: str) -> str:
    """The part that a place means, as it is told in another part."""
    place = place.strip().replace("\\", "/")
    path = place if place.startswith("/") else posixpath.join(posixpath.dirname(beside), place)
    return posixpath.normpath(path.lstrip("/"))
