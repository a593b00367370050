"""The lists of a form among the tables that a report prints: known by their heads, read line by line.

Whoever typed them: columns in another order, more of them or fewer, cells merged over lines, no serials, heads again on
each page. What of a list cannot be placed is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from xltool.digits import PLAIN_DIGITS, STORED_NUMBER, parse_whole
from xltool.forms import number
from xltool.forms.list_rows import (
    NoticedContents,
    fits_column,
    print_line_content,
    sum_column,
    take_line_content,
    trim_lines,
)
from xltool.forms.lists import AGENCY_HEAD, TOTAL_LABEL
from xltool.forms.memo import derive_once
from xltool.forms.number import SLASHES, is_figure_like
from xltool.forms.text import flatten_text, take_text
from xltool.messages import finding, format_scaled, join_first
from xltool.model import Column, Finding, FormSpec, ListColumn, ListContent, ListRow, Row, RowList
from xltool.published.aside import AsideText
from xltool.published.document import Document, Lattice, Prose, TableEntry
from xltool.published.vocabulary import bare_label, plain_label

MOST_NAMED_PLACES: Final = 6
"""Rows, columns and cells of a list that one message names."""
MOST_QUOTED_CELL: Final = 40

_MOST_HEADS: Final = 3
"""Lines of a printed list among which its heads are looked for."""
_ENOUGH: Final = 0.5
"""The share of a list's columns by which its heads are known."""
_TOTALS: Final = frozenset({TOTAL_LABEL, "总计", "总合计", "共计"})
_PARTIAL: Final = frozenset({"小计", "本页小计", "本页合计", "过次页", "承前页"})
_GOES_ON: Final = re.compile(r"\(?(?:接上表|接上页|续表?|上接.{0,8})[0-9一二三四五六七八九十]*\)?")
_LATIN: Final = re.compile(r"(?<=[A-Za-z,.;:)])\s*\n\s*(?=[A-Za-z0-9(])")
_BROKEN: Final = re.compile(r"\s*\n\s*")


class PrintedContent(NamedTuple):
    """What is printed in one place of a list: which line and column of it, the text, and where in the document."""

    row_list: RowList
    line: int
    column: ListColumn
    text: str
    where: str


@dataclass
class ReportLists:
    """What was read of the lists of a report: the lines by list, where each content was printed, what was noticed."""

    lines: dict[str, tuple[ListRow, ...]] = field(default_factory=dict)
    printed: list[PrintedContent] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    """The names of the lists whose lines are of several agencies each, as a sum prints them."""
    tables: set[int] = field(default_factory=set)
    """The printed tables that hold lists, counted from 1."""
    unread: set[str] = field(default_factory=set)
    """The lists of which not all is printed, so that nothing is reckoned with them."""


@dataclass(frozen=True)
class _Heads:
    """Where the heads of a list stand in a printed table: on which row, and its columns, by where they begin."""

    row: int
    columns: tuple[TableEntry | None, ...]
    serial: TableEntry | None
    agency: TableEntry | None
    others: tuple[TableEntry, ...]
    width: int
    """Columns of the printed table."""

    @property
    def known(self) -> int:
        """How many columns of the list have a head."""
        return sum(entry is not None for entry in self.columns)

    @property
    def are_whole(self) -> bool:
        """Whether all columns have one; the only head of a list has no others beside it."""
        return self.known == len(self.columns) and (self.known > 1 or not self.others)

    @property
    def all(self) -> list[TableEntry]:
        """All heads, those of no column of the list too."""
        return [each for each in (*self.columns, self.serial, self.agency, *self.others) if each]


class _Piece(NamedTuple):
    """A printed table that holds lines of a list; `number` counts the tables of the document from 1."""

    number: int
    table: Lattice
    heads: _Heads
    body: int
    """On which row its lines begin."""


def find_list_tables(specs: Sequence[FormSpec], document: Document) -> frozenset[int]:
    """Which of the printed tables, counted from 1, have all heads of a list of one of these forms."""
    pieces = (each for spec in specs if spec.lists for found in _find_pieces(spec, document).values() for each in found)
    return frozenset(piece.number for piece in pieces if piece.heads.are_whole)


def read_lists(spec: FormSpec, document: Document, taken: Collection[int] = (), *, paged: bool = False) -> ReportLists:
    """The lines of every list of a form.

    `taken` are printed tables that hold figures of the form's own, counted from 1; `paged` where the ends of lines in
    a cell are those of the paper.
    """
    read = ReportLists()
    found = _find_pieces(spec, document, taken) if spec.lists else {}
    for row_list in spec.lists:
        pieces = found.get(row_list.id)
        if pieces is None:
            read.findings.append(finding("published.list_missing", list=row_list.name, title=row_list.title))
            read.unread.add(row_list.id)
        else:
            read.tables |= {piece.number for piece in pieces}
            _ListReader(row_list, read, paged=paged).read(pieces)
    return read


# ---------------------------------------------------------------- which tables they are


def _find_pieces(spec: FormSpec, document: Document, taken: Collection[int] = ()) -> dict[str, list[_Piece]]:
    """The printed tables of each list, in their order.

    Of lists with the same heads the one that the words above a table name, else the next one.
    """
    found: dict[str, list[_Piece]] = {}
    number, lead = 0, ""
    last: tuple[str, _Piece] | None = None  # the list of the table before, where nothing but blanks follows it
    for part in document.parts:
        if isinstance(part, Prose):
            lead = part.text if part.text.strip() else lead
            last = last if not part.text.strip() or _GOES_ON.fullmatch(bare_label(part.text)) else None
            continue
        number += 1
        chosen = None if number in taken else _choose_list(spec, part, lead, found)
        if chosen is not None:
            piece = _Piece(number, part, chosen[1], chosen[1].row + 1)
            last = chosen[0].id, piece
        elif last is not None and number not in taken and _continues(last[1], part):
            piece = _Piece(number, part, last[1].heads, 0)
            last = last[0], piece
        else:
            last = None
            continue
        found.setdefault(last[0], []).append(piece)
    return found


def _choose_list(
    spec: FormSpec, table: Lattice, lead: str, found: Mapping[str, Sequence[_Piece]]
) -> tuple[RowList, _Heads] | None:
    best: tuple[tuple[float, ...], RowList, _Heads] | None = None
    for row_list in spec.lists:
        heads = _find_heads(row_list, table)
        if heads is None or _is_of_table(spec, table, heads):
            continue
        above = " ".join([lead, *(entry.text for row in table.rows[: heads.row] for entry in row)])
        named = any(bare_label(each) in bare_label(above) for each in (row_list.title, row_list.name))
        score = (heads.known / len(row_list.columns), named, -len(heads.others), row_list.id not in found)
        if best is None or score > best[0]:
            best = score, row_list, heads
    return None if best is None else best[1:]


def _find_heads(row_list: RowList, table: Lattice) -> _Heads | None:
    """The heads of a list on the row that has most of them, where that is enough."""
    best: _Heads | None = None
    for at in range(min(_MOST_HEADS, len(table.rows))):
        heads = _match_heads(row_list, table, at)
        if best is None or heads.known > best.known:
            best = heads
    if best is None:
        return None
    enough = best.known >= max(2, _ENOUGH * len(row_list.columns)) and best.known > len(best.others)
    return best if best.are_whole or enough else None


def _match_heads(row_list: RowList, table: Lattice, at: int) -> _Heads:
    """What the cells on a row of a table, and those above it that go on there, say of the columns of a list."""
    here = [entry for row in table.rows[: at + 1] for entry in row if entry.row <= at < entry.row + entry.height]
    left = sorted((entry for entry in here if entry.text.strip()), key=lambda entry: entry.column)

    def take(wordings: frozenset[str], read: Sequence[str]) -> TableEntry | None:
        for entry, words in zip(left, read, strict=True):
            if words in wordings:
                left.remove(entry)
                return entry
        return None

    columns: dict[int, TableEntry] = {}
    for fold in (bare_label, plain_label):  # what a head is called exactly comes before what it is called in short
        for place, column in enumerate(row_list.columns):
            wordings = frozenset(filter(None, (fold(each) for each in (column.label, *column.variants))))
            if place not in columns and (entry := take(wordings, [fold(each.text) for each in left])) is not None:
                columns[place] = entry
    serial, agency = (
        take(frozenset(map(bare_label, words)), [bare_label(each.text) for each in left])
        for words in ((row_list.serial, "序号", "编号", "行次"), (AGENCY_HEAD,))
    )
    width = max((entry.column + entry.width for row in table.rows for entry in row), default=0)
    found = tuple(columns.get(place) for place in range(len(row_list.columns)))
    return _Heads(at, found, serial, agency, tuple(left), width)


def _is_of_table(spec: FormSpec, table: Lattice, heads: _Heads) -> bool:
    """Whether the words of the heads are as much those of a table of the form, and no serial is among them."""
    words = {bare_label(entry.text) for row in table.rows[: heads.row + 1] for entry in row}
    return heads.serial is None and any(len(words & each) >= heads.known for each in _list_table_heads(spec))


@derive_once
def _list_table_heads(spec: FormSpec) -> tuple[frozenset[str], ...]:
    """The bare heads of each block of a form's tables."""
    found: list[frozenset[str]] = []
    for block in (block for table in spec.printed_tables for block in table.blocks):
        parts: tuple[Row | Column, ...] = (*block.columns, *(block.rows if block.across else ()))
        found.append(frozenset(bare_label(each) for part in parts for each in (part.label, *part.variants)))
    return tuple(found)


def _continues(before: _Piece, table: Lattice) -> bool:
    """Whether a table without heads goes on with the lines of the one before: as broad, and its serials go on."""
    serial = before.heads.serial
    width = max((entry.column + entry.width for row in table.rows for entry in row), default=0)
    if serial is None or width != before.heads.width or not table.rows:
        return False
    serials = [
        parse_whole(entry.text.strip(), 6) for row in before.table.rows for entry in row if _under(serial, entry)
    ]
    known = [each for each in serials if each is not None]
    first = next((entry for entry in table.rows[0] if _under(serial, entry)), None)
    return bool(known) and first is not None and parse_whole(first.text.strip(), 6) == known[-1] + 1


def _under(head: TableEntry, entry: TableEntry) -> bool:
    """Whether an entry stands in the columns of a head and in no other."""
    return head.column <= entry.column and entry.column + entry.width <= head.column + head.width


# ---------------------------------------------------------------- their lines


class _ListReader:
    """Reads the lines of one list, and keeps what could not be placed until all of it is told."""

    def __init__(self, row_list: RowList, read: ReportLists, *, paged: bool) -> None:
        self._row_list, self._read, self._paged = row_list, read, paged
        self._noticed = NoticedContents(row_list)
        self._lines: list[ListRow] = []
        self._serials: list[int] = []
        self._merged = False  # whether a serial stands for several lines
        self._unread: list[str] = []
        self._doubts: list[str] = []
        self._strange: Counter[str] = Counter()  # heads of columns that the list has not, with how many lines are there
        self._totals: dict[int, str] = {}  # by column what the last line of totals shows

    def read(self, pieces: Sequence[_Piece]) -> None:
        """Takes the lines of the tables of the list, one behind the other."""
        for piece in pieces:
            self._read_piece(piece)
        name, lines = self._row_list.name, trim_lines(self._lines)
        if lines:
            self._read.lines[self._row_list.id] = lines
        if any(line.agency for line in lines):
            self._read.agencies.append(name)
        for at, column in enumerate(self._row_list.columns):
            if any(piece.heads.columns[at] is None for piece in pieces):
                self._read.findings.append(finding("published.list_column", list=name, column=column.label))
                self._read.unread.add(self._row_list.id)
        self._read.findings += [*self._tell(), *self._noticed.tell(), *self._compare_totals(lines)]

    def _read_piece(self, piece: _Piece) -> None:
        heads, going = piece.heads, list[TableEntry]()
        again = {(entry.column, bare_label(entry.text)) for entry in (*heads.columns, heads.serial) if entry}
        for at, row in enumerate(piece.table.rows):
            going = [entry for entry in going if entry.row + entry.height > at]
            entries = sorted((*going, *row), key=lambda entry: entry.column)
            going += [entry for entry in row if entry.height > 1]
            repeated = again <= {(entry.column, bare_label(entry.text)) for entry in row}
            if at >= piece.body and not repeated and any(entry.text.strip() for entry in row):
                self._read_row(piece, row, [entry for entry in entries if entry.text.strip()])

    def _read_row(self, piece: _Piece, row: Sequence[TableEntry], filled: Sequence[TableEntry]) -> None:
        heads, label = piece.heads, bare_label(filled[0].text)
        if label in _TOTALS | _PARTIAL and self._is_total(heads, filled):
            if label in _TOTALS:
                told = ((at, _find_under(head, filled[1:])) for at, head in enumerate(heads.columns))
                self._totals = {at: entry.text.strip() for at, entry in told if entry}
            return
        reason = self._find_fault(heads, row, filled)
        if not reason:
            self._take_line(piece, row, filled)
            return
        quoted = " ".join(" ".join(entry.text.split()) for entry in filled)[:MOST_QUOTED_CELL]
        self._unread.append(f"“{quoted}”（第{piece.number}个表格第{row[0].row + 1}行，{reason}）")

    def _is_total(self, heads: _Heads, filled: Sequence[TableEntry]) -> bool:
        """Whether a row that begins with a word for totals has nothing but figures under columns of figures."""
        first = heads.serial or min((each for each in heads.columns if each), key=lambda each: each.column)
        columns = zip(self._row_list.columns, heads.columns, strict=True)
        figures = [head for column, head in columns if head and column.entry is None]
        return filled[0].column <= first.column and all(
            entry.text.strip() in SLASHES
            or (is_figure_like(entry.text) and any(_under(head, entry) for head in figures))
            for entry in filled[1:]
        )

    def _find_fault(self, heads: _Heads, row: Sequence[TableEntry], filled: Sequence[TableEntry]) -> str:
        """Why a row is no line that can be read; '' where it is one."""
        doubt = next((entry.doubt for entry in filled if entry.doubt), "")
        if doubt:
            return doubt
        if any(entry.recognised for entry in filled):
            return "扫描件上识别的，没有合计能证明"
        if any(not any(_under(head, entry) for head in heads.all) for entry in filled):
            return "一格占了几栏，或不在任何一栏下面"
        if any(sum(_under(head, entry) for entry in filled) > 1 for head in heads.all):
            return "一栏下面有几格"
        end = max(entry.column + entry.width for entry in (*row, *filled))
        if end < heads.width and not self._fits_cut(heads, filled):
            return f"印了 {len(row)} 格，表头是 {heads.width} 栏"
        return ""

    def _fits_cut(self, heads: _Heads, filled: Sequence[TableEntry]) -> bool:
        """Whether what stands on a row with fewer cells than heads is in its place: all fits, and not only words do."""
        sure = False
        for column, head in zip(self._row_list.columns, heads.columns, strict=True):
            entry = _find_under(head, filled)
            if entry is not None:
                if not fits_column(column, take_line_content(column, entry.text)[0]):
                    return False
                sure |= column.entry is None or column.entry.form != "text"
        return sure

    def _take_line(self, piece: _Piece, row: Sequence[TableEntry], filled: Sequence[TableEntry]) -> None:
        heads, line = piece.heads, len(self._lines) + 1
        contents: list[ListContent] = []
        places: list[PrintedContent] = []
        for column, head in zip(self._row_list.columns, heads.columns, strict=True):
            entry = _find_under(head, filled)
            if entry is not None and column.entry is None and entry not in row:
                entry = None  # a figure that stands for several lines is that of the first
            content = None if entry is None else self._read_content(column, line, entry)
            contents.append(content)
            if entry is not None:
                where = f"第{piece.number}个表格第{entry.row + 1}行第{entry.column + 1}格"
                places.append(PrintedContent(self._row_list, line, column, entry.text.strip(), where))
        agency, serial = (_find_under(head, filled) for head in (heads.agency, heads.serial))
        whose = "" if agency is None else " ".join(self._join_broken(agency.text).split())
        number = None if serial is None else parse_whole(serial.text.strip(), PLAIN_DIGITS)
        self._serials += [] if number is None else [number]
        self._merged |= serial is not None and serial.height > 1
        others = [head for head in heads.others if _find_under(head, filled)]
        others += [heads.serial] if heads.serial and serial and number is None else []
        self._strange.update(" ".join(head.text.split()) for head in others)
        found = ListRow(tuple(contents), whose)
        if not found.is_empty:  # one with nothing but its serial is of a list that was left blank
            self._lines.append(found)
            self._read.printed += places

    def _read_content(self, column: ListColumn, line: int, entry: TableEntry) -> ListContent:
        """What is held of a cell; a sign that stands for nothing is a blank."""
        raw, where = entry.text, f"第 {line} 行“{column.label}”"
        if isinstance(raw, AsideText):
            whole = " ".join(raw.whole.split())[:MOST_QUOTED_CELL]
            self._doubts.append(f"{where}的“{raw.strip()}”旁边另有字，连起来是“{whole}”")
        if column.entry is None and entry.height > 1:
            self._doubts.append(f"{where}的“{raw.strip()}”占了 {entry.height} 行，只记在这一行")
        text, odd = take_text(self._join_broken(raw), f"{self._row_list.name}{where}")
        self._noticed.others.extend(odd)
        bare = text.strip()
        content, _ = take_line_content(column, bare)
        if bare in SLASHES and not (fits_column(column, content) and column.entry and column.entry.form != "text"):
            self._noticed.note_written(where, bare)
            return None
        if isinstance(content, int):
            plain = STORED_NUMBER.fullmatch(bare) is not None
        else:
            plain = flatten_text(bare) in {
                flatten_text(print_line_content(column, content)),
                flatten_text(content or ""),
            }
        if not plain:
            self._noticed.note_written(where, bare)
        return content

    def _join_broken(self, text: str) -> str:
        """A text without the line breaks of its cell on paper; words of Latin letters keep a blank between them."""
        return _BROKEN.sub("", _LATIN.sub(" ", text)) if self._paged else text

    def _tell(self) -> Iterator[Finding]:
        """What could not be placed, or not without a doubt."""
        name = self._row_list.name
        strange = [f"“{head}”（{count} 行）" for head, count in self._strange.items()]
        for code, told in (("unread", self._unread), ("strange", strange), ("doubt", self._doubts)):
            if told:
                quoted = join_first(told, MOST_NAMED_PLACES)
                yield finding(f"published.list_{code}", list=name, count=len(told), quoted=quoted)
        steps = zip([0, *self._serials], self._serials, strict=False)
        gap = next(((one, other) for one, other in steps if other != one + 1), None)
        if gap is not None and not self._merged:
            before = f"序号 {gap[0]} 的后面" if gap[0] else "第一行的序号"
            yield finding("published.list_serial", list=name, before=before, found=gap[1], count=len(self._lines))

    def _compare_totals(self, lines: Sequence[ListRow]) -> Iterator[Finding]:
        """The totals that are printed below the lines, where they are others than what the lines add up to."""
        for at, text in self._totals.items():
            column = self._row_list.columns[at]
            total = sum_column(lines, at)
            shown = number.from_text(text, replace(column.measure, signed=True)).value
            if column.total and text not in SLASHES and shown != total:
                added = format_scaled(total, column.measure.decimals)
                yield finding(
                    "published.list_total", list=self._row_list.name, column=column.label, printed=text, sum=added
                )


def _find_under(head: TableEntry | None, entries: Iterable[TableEntry]) -> TableEntry | None:
    """The first of some entries that stands under a head."""
    return None if head is None else next((entry for entry in entries if _under(head, entry)), None)
