"""A master taken apart: a workbook is made of it by putting what is a submission's own where that stands.

The master of a form and an occasion is drawn once. Then the sheets with other contents are joined anew from pieces of
markup, those with the same contents are copied as they were deflated, and of the shared strings, which begin with all
that are the form's, so are the first.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from xltool.spreadsheet.packed import Packed, inflate_part, join_zip_parts, make_packer, pack_part, read_zip_parts
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
_COUNTS, _LAST_STRING = b' count="', b"</sst>"
_PROPERTY: Final = re.compile(b"(?<=<vt:lpwstr>)[^<]*")


class TextNumbers(NamedTuple):
    """The texts of some cells among the shared strings: the number at each place, and what is added to the form's."""

    numbers: Mapping[SheetPlace, int]
    added: tuple[str, ...]


class Mould:
    """The master of a form's workbooks of one occasion, taken apart."""

    def __init__(self, drawn: Drawn) -> None:
        self._entries = tuple(read_zip_parts(drawn.data))
        parts = {entry.name: entry.packed for entry in self._entries}
        self._seams: dict[SheetPlace, Seam] = {}
        self._cells: dict[Spot, SheetPlace] = {}
        self._rows: dict[tuple[str, int], SheetPlace] = {}
        self._sheets: dict[int, list[bytes]] = {}
        self._others: dict[tuple[str, int], SheetPlace] = {}
        self.measures: dict[str, Measures] = {}
        """Of the sheets on whose cells comments may stand."""
        for number, sheet in enumerate(drawn.book.worksheets(), 1):
            content = inflate_part(parts[_name_sheet(number)])
            self._sheets[number] = [*_split_sheet(content.decode(), sheet.seams)]
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
        self._texts, self._mentions = drawn.book.texts, drawn.book.mentions
        self._strings = _Strings(inflate_part(parts[STRINGS]))
        self._properties = _PROPERTY.split(inflate_part(parts[PROPERTIES]))

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

    def pack_sheets(self, pieces: Pieces, only: Iterable[SheetPlace] | None = None) -> dict[str, Packed]:
        """The sheets that are other than the master's, deflated; or only those of some places."""
        wanted = {number for number, _ in (pieces if only is None else only)}
        changed = {number: self._sheets[number].copy() for number in wanted}
        for (number, at), piece in pieces.items():
            if number in wanted:
                changed[number][at] = piece
        return {_name_sheet(number): pack_part(b"".join(sheet)) for number, sheet in changed.items()}

    def make(
        self, sheets: Mapping[str, Packed], numbering: TextNumbers, meta: Sequence[str], slip: bytes | None = None
    ) -> bytes:
        """The workbook with those sheets in place of the master's, with its texts and its marks of identity.

        Of a return the `slip` has what is its own alone.
        """
        changed = {**sheets, STRINGS: self._strings.pack(self._mentions + len(numbering.numbers), numbering.added)}
        marks = (*(escape_text(each).encode() for each in meta), b"")
        changed[PROPERTIES] = pack_part(b"".join(chain.from_iterable(zip(self._properties, marks, strict=True))))
        if slip is None:
            return join_zip_parts(self._entries, changed)
        rest = {entry.name: entry.packed for entry in self._entries if entry.name not in _OF_SLIPS}
        return join_zip_parts([*read_zip_parts(slip)], {**rest, **changed})

    def fill(self, contents: Contents, slip: bytes | None = None) -> bytes:
        """The workbook with those contents; of a return with what its slip has."""
        numbering = self.number_texts(contents.cells)
        sheets = self.pack_sheets(self.write_pieces(contents, numbering.numbers))
        return self.make(sheets, numbering, [*contents.meta.values()], slip)


class _Begun(NamedTuple):
    """A part deflated up to where it differs: the packer, its bytes so far, the checksum, how long it is so far."""

    packer: Any
    deflated: bytes
    checksum: int
    length: int


class _Strings:
    """The shared strings of a master: none of them is a submission's own."""

    def __init__(self, part: bytes) -> None:
        self._head, _, rest = part.partition(_COUNTS)
        _, _, rest = rest.partition(b">")
        self._items, self._end, _ = rest.rpartition(_LAST_STRING)
        self._count = self._items.count(b"<si>")
        self._begun: dict[tuple[int, int], _Begun] = {}

    def pack(self, mentions: int, added: Sequence[str]) -> Packed:
        """The part with texts added behind the master's, that cells mention so often in all."""
        counts = mentions, self._count + len(added)
        if counts not in self._begun:
            if len(self._begun) == _MOST_BEGUN:
                self._begun.clear()
            self._begun[counts] = self._begin(*counts)
        begun = self._begun[counts]
        packer, rest = begun.packer.copy(), "".join(map(write_shared_string, added)).encode() + self._end
        deflated = begun.deflated + packer.compress(rest) + packer.flush()
        return Packed(zlib.crc32(rest, begun.checksum), begun.length + len(rest), deflated)

    def _begin(self, mentions: int, count: int) -> _Begun:
        head = b'%s%s%d" uniqueCount="%d">%s' % (self._head, _COUNTS, mentions, count, self._items)
        packer = make_packer()
        return _Begun(packer, packer.compress(head), zlib.crc32(head), len(head))


def _split_sheet(content: str, seams: Sequence[Seam]) -> Iterator[bytes]:
    """A sheet as markup that stays and its seams in turn."""
    end = 0
    for seam in seams:
        yield content[end : seam.begin].encode()
        yield content[seam.begin : seam.end].encode()
        end = seam.end
    yield content[end:].encode()


def _name_sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"
