"""A master taken apart: a workbook is made of it by putting what is a submission's own where that stands.

The master of a form and an occasion is drawn once. Then the sheets with other contents are joined anew from pieces of
markup, those with the same contents are copied as they were deflated, and of the shared strings, which begin with all
that are the form's, so are the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from xltool.spreadsheet.packed import (
    BegunPart,
    Packed,
    PartEnd,
    begin_part,
    end_part,
    inflate_part,
    join_zip_parts,
    pack_part,
    read_zip_parts,
)
from xltool.workbook.cached_figure import CachedValue
from xltool.workbook.contents import Contents
from xltool.workbook.draw import Drawn
from xltool.workbook.engine import COMMENTS, CONDITIONS, ROW, Measures, Seam
from xltool.workbook.layout_plan import Spot
from xltool.workbook.markup import escape_marks, escape_text, write_cell, write_row_head, write_shared_string

_OF_SLIPS: Final = frozenset({"xl/worksheets/sheet1.xml", "[Content_Types].xml"})
"""Parts that a return has of its slip, besides those of comments, which no master has."""
_COMMENTS: Final = b'<legacyDrawing r:id="rId1"/>'
STRINGS, PROPERTIES = "xl/sharedStrings.xml", "docProps/custom.xml"

SheetPlace: TypeAlias = tuple[int, int]
"""A piece of a sheet: the sheet's number, from 1, and the piece's."""
Pieces: TypeAlias = Mapping[SheetPlace, bytes]
"""Cells and beginnings of rows that are other than the master's, as markup."""

_MOST_BEGUN: Final = 8
"""So many beginnings of the shared strings are kept deflated: they differ by how many texts are behind them."""
_LONG_END: Final = 1024
"""Bytes behind the last seam of a sheet that are worth deflating apart."""
_COUNTS, _LAST_STRING = b' count="', b"</sst>"
_PROPERTY: Final = re.compile(b"(?<=<vt:lpwstr>)[^<]*")


class TextNumbers(NamedTuple):
    """The texts of some cells among the shared strings: the number at each place, and what is added to the form's."""

    numbers: Mapping[SheetPlace, int]
    added: tuple[str, ...]


class _SheetPieces(NamedTuple):
    """A sheet as markup that stays and its seams in turn.

    `open_at` is the first piece that may be a figure of the period before, behind all of them where there is none, and
    `end` what is behind the last seam where that is long.
    """

    pieces: list[bytes]
    open_at: int
    end: PartEnd | None


class OpenSheet(NamedTuple):
    """A sheet in which all is settled but for cells with contents of their own, deflated up to the first of them.

    `rest` is what stands behind, with a `%b` for each of these: which of the contents are theirs is `places`.
    """

    name: str
    begun: BegunPart
    rest: bytes
    places: tuple[int, ...]
    end: PartEnd | None

    def is_blank(self, contents: Sequence[CachedValue | None]) -> bool:
        """Whether nothing of those contents would stand in it."""
        return all(contents[at] is None for at in self.places)

    def close(self, contents: Sequence[CachedValue | None]) -> Packed:
        """The sheet with those contents in its cells; they are in the order that its mould was made with."""
        return self.begun.finish(self.rest % (*(_write_content(contents[at]) for at in self.places),), self.end)


class Mould:
    """The master of a form's workbooks of one occasion, taken apart.

    `earlier` is where figures of the period before stand in it. Many workbooks may differ in these alone, so a sheet is
    deflated in two: up to the first of them, and from there on.
    """

    def __init__(self, drawn: Drawn, earlier: Sequence[Spot] = ()) -> None:
        self._entries = tuple(read_zip_parts(drawn.data))
        parts = {entry.name: entry.packed for entry in self._entries}
        self._seams: dict[SheetPlace, Seam] = {}
        self._cells: dict[Spot, SheetPlace] = {}
        self._rows: dict[tuple[str, int], SheetPlace] = {}
        self._sheets: dict[int, _SheetPieces] = {}
        self._others: dict[tuple[str, int], SheetPlace] = {}
        self.measures: dict[str, Measures] = {}
        """Of the sheets on whose cells comments may stand."""
        for number, sheet in enumerate(drawn.book.worksheets(), 1):
            content = inflate_part(parts[_name_sheet(number)])
            opened = {(spot.row, spot.column) for spot in earlier if spot.sheet == sheet.name}
            self._sheets[number] = _divide_sheet(content.decode(), sheet.seams, opened)
            for at, seam in enumerate(sheet.seams):
                place = number, 2 * at + 1
                self._seams[place] = seam
                if seam.column == ROW:
                    self._rows[sheet.name, seam.row] = place
                elif seam.column < 0:
                    self._others[sheet.name, seam.column] = place
                    self.measures[sheet.name] = sheet.tell_measures()
                else:
                    self._cells[Spot(sheet.name, seam.row, seam.column)] = place
        self._earlier = {self._cells[spot]: at for at, spot in enumerate(earlier)}
        self._texts, self._mentions = drawn.book.texts, drawn.book.mentions
        self._strings = _Strings(inflate_part(parts[STRINGS]))
        first, *self._properties = _PROPERTY.split(inflate_part(parts[PROPERTIES]))
        self._begun_properties = begin_part(first)

    def number_texts(self, cells: Mapping[Spot, CachedValue]) -> TextNumbers:
        """The texts of cells as shared strings, in the order of the sheets, behind the form's unless they are its."""
        fixed, added = self._texts, dict[str, int]()
        placed = sorted((self._cells[spot], content) for spot, content in cells.items() if isinstance(content, str))
        found: dict[SheetPlace, int] = {}
        for place, content in placed:
            if not self._seams[place].inline:
                number = fixed.get(content)
                found[place] = added.setdefault(content, len(fixed) + len(added)) if number is None else number
        return TextNumbers(found, (*added,))

    def write_pieces(self, contents: Contents, numbers: Mapping[SheetPlace, int]) -> dict[SheetPlace, bytes]:
        """What is other in the sheets than in the master; `numbers` are those of texts among the shared strings."""
        found: dict[SheetPlace, bytes] = {}
        for spot, content in contents.cells.items():
            place = self._cells[spot]
            seam = self._seams[place]
            found[place] = write_cell(seam.head, "", content, numbers.get(place)).encode()
        for spot, content in contents.shown.items():
            if spot in contents.told:
                continue
            place = self._cells[spot]
            seam = self._seams[place]
            if content != seam.held or type(content) is not type(seam.held):
                found[place] = write_cell(seam.head, seam.formula, content, None).encode()
        for spot, formula in contents.told.items():
            place = self._cells[spot]
            content = contents.shown[spot]
            found[place] = write_cell(self._seams[place].head, escape_marks(formula), content, None).encode()
        for sheet, conditions in contents.conditions.items():
            found[self._others[sheet, CONDITIONS]] = conditions.encode()
        for sheet in {spot.sheet for spot in contents.comments}:
            found[self._others[sheet, COMMENTS]] = _COMMENTS
        for row, height in contents.heights.items():
            place = self._rows[row]
            seam = self._seams[place]
            if height > seam.held:  # type: ignore[operator]
                found[place] = write_row_head(seam.head, height).encode()
        return found

    def pack_sheets(self, pieces: Pieces) -> dict[str, Packed]:
        """The sheets that are other than the master's, deflated."""
        found: dict[str, Packed] = {}
        for number, sheet in self._exchange(pieces, {number for number, _ in pieces}).items():
            _, open_at, end = self._sheets[number]
            first, rest = b"".join(sheet[:open_at]), b"".join(sheet[open_at:])
            found[_name_sheet(number)] = begin_part(first).finish(rest, end) if rest else pack_part(first, end)
        return found

    def open_sheets(self, pieces: Pieces) -> Iterator[OpenSheet]:
        """The sheets with figures of the period before, which are not settled yet; no text among them is shared."""
        for number, sheet in self._exchange(pieces, {number for number, _ in self._earlier}).items():
            _, open_at, end = self._sheets[number]
            rest = [piece.replace(b"%", b"%%") for piece in sheet]
            places = sorted(place for place in self._earlier if place[0] == number)
            for place in places:
                rest[place[1]] = self._seams[place].head.encode().replace(b"%", b"%%") + b"%b"
            order = (*(self._earlier[place] for place in places),)
            begun = begin_part(b"".join(sheet[:open_at]))
            yield OpenSheet(_name_sheet(number), begun, b"".join(rest[open_at:]), order, end)

    def _exchange(self, pieces: Pieces, numbers: Set[int]) -> dict[int, list[bytes]]:
        """The markup of some sheets up to their ends, with those pieces in it."""
        changed = {number: self._sheets[number].pieces.copy() for number in numbers}
        for (number, at), piece in pieces.items():
            if number in numbers:
                changed[number][at] = piece
        return changed

    def make(
        self, sheets: Mapping[str, Packed], numbering: TextNumbers, meta: Sequence[str], slip: bytes | None = None
    ) -> bytes:
        """The workbook with those sheets in place of the master's, with its texts and its marks of identity.

        Of a return the `slip` has what is its own alone.
        """
        changed = {**sheets, STRINGS: self._strings.pack(self._mentions + len(numbering.numbers), numbering.added)}
        marks = (escape_text(each).encode() for each in meta)
        properties = b"".join(chain.from_iterable(zip(marks, self._properties, strict=True)))
        changed[PROPERTIES] = self._begun_properties.finish(properties)
        if slip is None:
            return join_zip_parts(self._entries, changed)
        rest = {entry.name: entry.packed for entry in self._entries if entry.name not in _OF_SLIPS}
        return join_zip_parts([*read_zip_parts(slip)], {**rest, **changed})

    def fill(self, contents: Contents, slip: bytes | None = None) -> bytes:
        """The workbook with those contents; of a return with what its slip has."""
        numbering = self.number_texts(contents.cells)
        sheets = self.pack_sheets(self.write_pieces(contents, numbering.numbers))
        return self.make(sheets, numbering, [*contents.meta.values()], slip)


class _Strings:
    """The shared strings of a master: none of them is a submission's own."""

    def __init__(self, part: bytes) -> None:
        self._head, _, rest = part.partition(_COUNTS)
        _, _, rest = rest.partition(b">")
        self._items, self._end, _ = rest.rpartition(_LAST_STRING)
        self._count = self._items.count(b"<si>")
        self._begun: dict[tuple[int, int], BegunPart] = {}

    def pack(self, mentions: int, added: Sequence[str]) -> Packed:
        """The part with texts added behind the master's, that cells mention so often in all."""
        counts = mentions, self._count + len(added)
        if counts not in self._begun:
            if len(self._begun) == _MOST_BEGUN:
                self._begun.clear()
            self._begun[counts] = self._begin(*counts)
        return self._begun[counts].finish("".join(map(write_shared_string, added)).encode() + self._end)

    def _begin(self, mentions: int, count: int) -> BegunPart:
        head = b'%s%s%d" uniqueCount="%d">%s' % (self._head, _COUNTS, mentions, count, self._items)
        return begin_part(head)


def _divide_sheet(content: str, seams: Sequence[Seam], opened: Set[tuple[int, int]]) -> _SheetPieces:
    """A sheet as markup that stays and its seams in turn; those of `opened` are open, by row and column."""
    pieces: list[bytes] = []
    end, first = 0, -1
    for seam in seams:
        pieces.append(content[end : seam.begin].encode())
        if first < 0 and (seam.row, seam.column) in opened:
            first = len(pieces)
        pieces.append(content[seam.begin : seam.end].encode())
        end = seam.end
    last, part_end = content[end:].encode(), None
    if len(last) >= _LONG_END:
        part_end = end_part(last)
    else:
        pieces.append(last)
    return _SheetPieces(pieces, first if first >= 0 else len(pieces), part_end)


@lru_cache(maxsize=4096)
def _write_content(content: CachedValue | None) -> bytes:
    """What is behind the head of a cell with a look, not shared; most figures are small and come again."""
    return b"/>" if content is None else write_cell("", "", content, None).encode()


def _name_sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"
