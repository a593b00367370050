"""Finds the official tables among those that a report prints, in whatever way, and the figure of each cell.

A row is known by its label and by as many figures as its block is wide. The heads above say more: another order,
another unit, another edition. Where they are not to be read, a row counts that keeps the sums of the form.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from xltool.forms.layout import list_row_keys
from xltool.forms.mosaic import ON_FROM_ABOVE, ON_FROM_LEFT
from xltool.forms.number import is_figure_like
from xltool.model import Block, CellKey, Column, FormSpec, Head, Row, Table
from xltool.published.document import Document, Prose, TableEntry
from xltool.published.heads import (
    HeadVerdict,
    find_unproved,
    is_like_heads,
    is_title,
    judge_heads,
    judge_heads_across,
    keeps_sums,
    proves_parts,
    proves_row,
)
from xltool.published.row_lists import find_list_tables
from xltool.published.sections import rank_title
from xltool.published.vocabulary import bare_label, drop_number, plain_label

ALIKE_LABELS: Final = 0.6
"""From which likeness on a label that nobody knows is taken for an official one that is missing beside it."""
FEWEST_SIGNS: Final = 5
"""Signs of a broken label that tell which one it is the beginning of."""
_SAME_LABEL: Final = "表样里有几行都叫这个名称，印出的行数与表样不同，分不清是哪一行"


class PrintedFigure(NamedTuple):
    """What is printed for one cell of a form, beside which label, what was unsure, and in which table, counted from 1.

    `entry` is None where a table says by leaving a row out what its cells hold.
    """

    raw: str
    label: str
    note: str = ""
    table: int = 0
    entry: TableEntry | None = None

    @property
    def where(self) -> str:
        """The place in the document."""
        return (
            "没有印出"
            if self.entry is None
            else f"第{self.table}个表格第{self.entry.row + 1}行第{self.entry.column + 1}格"
        )


class UnreadRow(NamedTuple):
    """A row that is printed, and whose figures were not read: its label as printed, its cells, and why."""

    label: str
    keys: tuple[CellKey, ...]
    reason: str
    table: int = 0
    line: int = 0
    blank: bool = False
    """Whether nothing at all is printed behind the label."""


@dataclass
class TableFigures:
    """The figures that were found of one table of one form, and how well it fits."""

    spec: FormSpec
    table: Table
    cells: dict[CellKey, PrintedFigure] = field(default_factory=dict)
    doubled: dict[CellKey, PrintedFigure] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    """Heads that are not the official ones."""
    headless: bool = False
    """Whether some figures stand under no heads, or not under all."""
    verdicts: dict[str, HeadVerdict] = field(default_factory=dict)
    """What the heads of each block say, by the id of its first row, where they are printed."""
    passed: list[UnreadRow] = field(default_factory=list)
    """Rows that were passed over, wherever they are printed."""
    twins: dict[str, list[_RowPlace]] = field(default_factory=dict)
    """Of labels that several rows have the rows still to come, where as many lines are printed."""

    @property
    def filled(self) -> list[CellKey]:
        """The cells for which something is printed."""
        return [key for key, told in self.cells.items() if told.raw]

    @property
    def places(self) -> set[tuple[int, int]]:
        """Where rows of it are printed: in which table, counted from 1, on which of its lines."""
        told = [figure for each in (self.cells, self.doubled) for figure in each.values()]
        return {(figure.table, figure.entry.row) for figure in told if figure.entry} | {
            (row.table, row.line) for row in self.unread
        }

    @property
    def unread(self) -> list[UnreadRow]:
        """The rows that are printed, and nowhere so that they could be read."""
        rows = {row.keys: row for row in reversed(self.passed)}
        return [row for row in reversed(rows.values()) if not any(key in self.cells for key in row.keys)]

    @property
    def doubts(self) -> int:
        """How many of the table's cells were not found, and how many heads and rows are not as they should be.

        0 for a perfect fit.
        """
        wanted = sum(len(place.keys) for place in _list_row_places(self.table))
        return wanted - len(self.cells) + len(self.heads) + len(self.unread) + self.headless


@dataclass(frozen=True)
class _TableLine:
    """One printed row: its cells, and what each says without what printers change."""

    entries: tuple[TableEntry, ...]
    bare: tuple[str, ...]

    @cached_property
    def figures(self) -> tuple[TableEntry, ...]:
        """The figures in which the row ends, and the blanks among and behind them; none where all is blank."""
        start = len(self.bare)
        while start and (not self.bare[start - 1] or is_figure_like(self.entries[start - 1].text)):
            start -= 1
        return self.entries[start:] if any(self.bare[start:]) else ()


def find_tables(specs: Sequence[FormSpec], document: Document) -> dict[str, list[TableFigures]]:
    """For each id of a table the readings of the printed tables by the forms that have such a table, the best first.

    The newest edition is tried first; where it fits without a doubt, no other is. Forms by whose title the document
    calls itself come before: the same table may be reported by month and by quarter.
    """
    titled = {spec.id: rank_title(document, spec) for spec in specs}
    everything: dict[str, list[TableFigures]] = {}
    lists = find_list_tables(specs, document)
    printed = [
        [] if at in lists else [_bare_line(row) for row in table.rows] for at, table in enumerate(document.tables(), 1)
    ]
    leads = list(_list_leads(document))
    for spec in sorted(specs, key=lambda spec: (titled[spec.id], spec.years[0]), reverse=True):
        for table in spec.tables:
            if any(not known.doubts for known in everything.get(table.id, ())):
                continue
            figures = TableFigures(spec, table, twins=_match_twins(table, printed))
            rivals = _list_rivals(specs, spec, table)
            for at, (lines, lead) in enumerate(zip(printed, leads, strict=True), start=1):
                if table.blocks[0].one_line:
                    _read_rows_across(figures, lines, at, lead)
                elif any(_find_place(table, text) is not None for line in lines for text in line.bare if text):
                    _read_rows_down(figures, lines, at, rivals)
            if figures.cells or figures.passed:
                everything.setdefault(table.id, []).append(figures)
    for readings in everything.values():
        for figures in readings:
            _drop_unproved(figures)
        readings.sort(key=lambda figures: figures.doubts)
    return everything


def _drop_unproved(figures: TableFigures) -> None:
    """Takes back rows that were recognised in pictures and that the sums of the table do not confirm."""
    recognised = {key for key, told in figures.cells.items() if told.entry and told.entry.recognised}
    if not recognised:
        return
    places = _list_row_places(figures.table)
    keys = [key for place in places for key in place.keys]
    for place in places:
        if not figures.doubled.keys().isdisjoint(place.keys):
            _take_back(figures, place.keys, "扫描件上有两行识别成它")
    figures.doubled.clear()
    raws = {key: told.raw for key, told in figures.cells.items()}
    unproved = find_unproved(figures.spec, frozenset(keys), raws)
    across = figures.table.blocks[0].one_line
    for group in [tuple(keys)] if across else [place.keys for place in places]:
        if unproved.isdisjoint(group) or recognised.isdisjoint(group):
            continue
        told = [figures.cells[key] for key in group if key in figures.cells]
        _take_back(figures, group, _explain_recognised(told), figures.table.title if across else "")


def _take_back(figures: TableFigures, keys: tuple[CellKey, ...], reason: str, label: str = "") -> None:
    """Makes figures that were found for cells those of a row that is not read."""
    told = [figures.cells.pop(key) for key in keys if key in figures.cells]
    if told:
        line = told[0].entry.row if told[0].entry else 0
        figures.passed.append(UnreadRow(label or told[0].label, keys, reason, told[0].table, line))


def _explain_recognised(told: Sequence[PrintedFigure]) -> str:
    """Why figures that were recognised in a picture are not read."""
    raws = "、".join(figure.raw or "空白" for figure in told)
    return f"扫描件上识别为 {raws}，没有合计能证明" if raws else "没有识别出数"


def _list_leads(document: Document) -> Iterator[str]:
    """For each table the last line above it."""
    lead = ""
    for part in document.parts:
        if isinstance(part, Prose):
            lead = part.text if part.text.strip() else lead
        else:
            yield lead


def _list_rivals(specs: Sequence[FormSpec], own: FormSpec, table: Table) -> tuple[Block, ...]:
    """The blocks of the same table in other editions."""
    others = [other for spec in specs if spec is not own for other in spec.tables if other.id == table.id]
    return tuple(block for other in others for block in other.blocks if not block.one_line)


def _bare_line(row: Sequence[TableEntry]) -> _TableLine:
    return _TableLine(tuple(row), tuple([bare_label(entry.text) for entry in row]))


# ---------------------------------------------------------------- rows under one another


class _RowPlace(NamedTuple):
    """A row of a form, the block it stands in, and the keys of its cells.

    `own` when the label that led here is the row's own, `twin` when other rows of the table have it too.
    """

    block: Block
    row: Row
    keys: tuple[CellKey, ...]
    own: bool = True
    twin: bool = False


@lru_cache(maxsize=64)
def _list_row_places(table: Table) -> tuple[_RowPlace, ...]:
    return tuple(
        _RowPlace(block, row, keys)
        for block in table.blocks
        for row in block.rows
        if (keys := list_row_keys(table, block, row))
    )


@lru_cache(maxsize=64)
def _list_bare_rows(table: Table) -> frozenset[str]:
    """The labels of the rows that have no cells and only head others."""
    rows = [row for block in table.blocks for row in block.rows if not list_row_keys(table, block, row)]
    return frozenset(bare_label(label) for row in rows for label in (row.label, *row.variants) if label)


@lru_cache(maxsize=64)
def _index_labels(table: Table) -> Mapping[str, _RowPlace]:
    """The rows of a table by each of their labels."""
    places = _list_row_places(table)
    # One line for a whole group, as in the edition of 2019: its figure stands in the last of the group's rows, which is
    # the rest of it.
    heads = {bare_label(head.label): place._replace(own=False) for place in places for head in place.row.heads}
    found: dict[str, _RowPlace] = {}
    for place in places:
        for label in _list_bare_labels(place.row):
            found[label] = place._replace(twin=label in found)
    return heads | found


def _list_bare_labels(row: Row) -> frozenset[str]:
    return frozenset(bare_label(wording) for wording in (row.label, *row.variants)) - {""}


def _match_twins(table: Table, printed: Sequence[Sequence[_TableLine]]) -> dict[str, list[_RowPlace]]:
    """The rows of each label that several have, in order, where as many lines with it are printed in all.

    Which line is whose is not to be told where one is left out, or stands there again.
    """
    labels = {label for label, place in _index_labels(table).items() if place.twin}
    found = {label: [p for p in _list_row_places(table) if label in _list_bare_labels(p.row)] for label in labels}
    met = Counter(text for lines in printed for line in lines for text in line.bare if text in labels) if labels else {}
    return {label: rows for label, rows in found.items() if met[label] == len(rows)}


@lru_cache(maxsize=64)
def _index_plain_labels(table: Table) -> Mapping[str, _RowPlace]:
    """The rows of a table by their labels without what offices add, where those mean one row and no head."""
    heads = {bare_label(part.label) for block in table.blocks for part in _list_column_heads(block)}
    found: dict[str, list[_RowPlace]] = {}
    for label, place in _index_labels(table).items():
        found.setdefault(plain_label(label), []).append(place)
    return {
        label: places[0]
        for label, places in found.items()
        if label and label not in heads and len({place.keys for place in places}) == 1
    }


def _list_column_heads(block: Block) -> Iterator[Column | Head]:
    for column in block.columns:
        yield column
        yield from column.heads


def _find_place(table: Table, bare: str) -> _RowPlace | None:
    """The row that a bare label means."""
    return _index_labels(table).get(bare) or _index_plain_labels(table).get(plain_label(bare))


def list_wordings(table: Table, row: Row) -> frozenset[str]:
    """What the label of a row may be printed as and mean no other row: bare, and without what offices add."""
    plain = {label for label, place in _index_plain_labels(table).items() if place.own and place.row is row}
    return frozenset({bare_label(label) for label in (row.label, *row.variants)} | plain)


@lru_cache(maxsize=64)
def _index_variants(table: Table) -> Mapping[str, str]:
    """The official heads by what else they are called."""
    heads: list[Row | Column | Head] = []
    for block in table.blocks:
        parts: Sequence[Row | Column] = (*block.columns, *block.rows) if block.across else block.columns
        heads += [head for part in parts for head in (part, *part.heads)]
    return {bare_label(wording): bare_label(head.label) for head in heads for wording in head.variants}


class _StrangeRow(NamedTuple):
    """A row of figures behind a label that nobody knows; `before` is the number of the row of the form above it."""

    line: _TableLine
    figures: tuple[TableEntry, ...]
    before: int


def _read_rows_down(
    figures: TableFigures, printed: Sequence[_TableLine], number: int, rivals: tuple[Block, ...]
) -> None:
    table = figures.table
    places, variants = _list_row_places(table), _index_variants(table)
    heads: list[str] = []
    block: Block | None = None
    verdict = HeadVerdict()
    before = -1
    strange: list[_StrangeRow] = []
    after: list[int] = []
    for whole in printed:
        said = [at for at, text in enumerate(whole.bare) if text and _find_place(table, text) is not None]
        said = _leave_room(table, whole, said) if figures.spec.entries else said
        place = _find_place(table, whole.bare[said[-1]]) if said else None
        if place is not None and place.twin:
            coming = figures.twins.get(whole.bare[said[-1]], [])
            if not coming:
                label = " ".join(whole.entries[said[-1]].text.split())
                figures.passed.append(UnreadRow(label, place.keys, _SAME_LABEL, number, whole.entries[said[-1]].row))
                continue
            place = coming.pop(0)
        line = whole if place is None else _drop_own_print(place, whole, said[-1])
        run = line.figures
        if run and (place is None or _stands_behind_other(line, said[-1], run, place)):
            strange.append(_StrangeRow(line, run, before))
        if place is None and not _list_bare_rows(table).isdisjoint(line.bare):
            continue
        if place is None:
            words = [variants.get(text, text) for text in line.bare[: len(line.bare) - len(run)] if text]
            if words and (not run or block is None):
                heads = [] if block is not None else heads
                block = None
                heads += words[:-1] if run else words
            continue
        above = [
            variants.get(text, text) for text in line.bare[: said[-1]] if text and _find_place(table, text) is None
        ]
        if _are_heads(place.block, above):  # where nothing marks the end of a row, its heads stand before it
            heads, block = above, None
        if place.block is not block:
            block = place.block
            known = figures.verdicts.get(block.rows[0].id) if not is_like_heads(block, heads) else None
            verdict = known or judge_heads(table, block, tuple(heads), rivals)
            if not verdict.unsure or is_like_heads(block, heads):  # else they may be those of another table
                figures.verdicts[block.rows[0].id] = verdict
        if strange and strange[-1].line is line:
            continue
        before = places.index(place._replace(own=True, twin=False)) if place.own else before
        after.append(before)
        _take_row(figures, place, line, said[-1], verdict, number=number)
    for row in strange:
        _guess_row(figures, row, min((at for at in after if at > row.before), default=len(places)), number)


def _leave_room(table: Table, line: _TableLine, said: list[int]) -> list[int]:
    """Where labels stand on a line, without those behind which is no room for a row: words in a cell may be alike."""
    rooms = {at: len(place.keys) for at in said if (place := _find_place(table, line.bare[at])) is not None}
    kept = [at for at in said if len(line.bare) - at - 1 >= rooms[at]]
    return kept or said


def _drop_own_print(place: _RowPlace, line: _TableLine, at: int) -> _TableLine:
    """A line without what the form itself prints behind the label at `at`: units, codes, what stands for no cell.

    All of it must be there as the form has it, and be it blank.
    """
    block, row = place.block, place.row
    words: list[str | None] = [*row.printed[len(block.printed_before) :]]
    words += [row.absent.get(column.id) for column in block.columns]
    words = [word for word in words if word not in {ON_FROM_ABOVE, ON_FROM_LEFT}]
    if all(word is None for word in words):
        return line
    kept = [(entry, bare) for entry, bare in zip(line.entries, line.bare, strict=True)][: at + 1]
    behind = [(entry, bare) for entry, bare in zip(line.entries, line.bare, strict=True)][at + 1 :]
    if len(behind) < len(words):
        return line
    for word, each in zip(words, behind, strict=False):
        if word is None:
            kept.append(each)
        elif each[1] not in {"", bare_label(word)}:
            return line
    kept += behind[len(words) :]
    return _TableLine(tuple(entry for entry, _ in kept), tuple(bare for _, bare in kept))


def _stands_behind_other(line: _TableLine, at: int, run: Sequence[TableEntry], place: _RowPlace) -> bool:
    """Whether words of another label stand between a label and the figures: the label of a group before its row's."""
    between = line.bare[at + 1 : len(line.bare) - len(run)]
    return any(between) and len(line.bare) - at - 1 > len(place.keys) and _count_values(run) <= len(place.keys)


def _count_values(run: Sequence[TableEntry]) -> int:
    """How many cells of a row hold figures, without the blank ones behind the last."""
    return max((at for at, entry in enumerate(run, start=1) if entry.text.strip()), default=0)


@lru_cache(maxsize=1024)
def _list_column_labels(block: Block) -> frozenset[str]:
    return frozenset(bare_label(column.label) for column in block.columns)


def _are_heads(block: Block, texts: Sequence[str]) -> bool:
    """Whether words before a label in its row are heads: official ones, or several."""
    return not _list_column_labels(block).isdisjoint(texts) or len(texts) > 2


def _take_row(
    figures: TableFigures,
    place: _RowPlace,
    line: _TableLine,
    at: int,
    verdict: HeadVerdict,
    *,
    number: int,
    guessed: bool = False,
) -> None:
    """Notes the figures behind the label at `at` of a printed line, for a row of a block, or why they are not read."""
    values = list(line.entries[at + 1 :])
    while len(values) > len(place.keys) and not values[-1].text.strip():
        values.pop()
    label = " ".join(line.entries[at].text.split())
    if not place.own and not any(value.text.strip() for value in values):
        return  # the head of a group on a line of its own
    told = place.row.label
    note = (
        f"印作“{label}”，按“{told}”读取"
        if guessed and plain_label(label) != plain_label(told)
        else ""
        if place.own
        else f"只印了一行“{label}”，记在“{told}”"
    )
    printed = [PrintedFigure(entry.text.strip(), label, note or _note_scan(entry), number, entry) for entry in values]
    reason = _find_fault(figures.spec, place.keys, printed, verdict)
    if reason:
        figures.passed.append(UnreadRow(label, place.keys, reason, number, line.entries[at].row, not printed))
        return
    _note_heads(figures, verdict)
    _note_figures(figures, place.keys, printed)


def _find_fault(spec: FormSpec, keys: Sequence[CellKey], printed: Sequence[PrintedFigure], verdict: HeadVerdict) -> str:
    """Why the figures of a row are not read; '' where they are."""
    doubt = next((told.entry.doubt for told in printed if told.entry and told.entry.doubt), "")
    if doubt:
        return doubt
    if any(told.entry and told.entry.recognised for told in printed):
        raws = [told.raw for told in printed]
        if len(raws) != len(keys) or not proves_row(spec, dict(zip(keys, raws, strict=True))):
            return _explain_recognised(printed)
    if len(printed) != len(keys):
        return f"印了 {len(printed)} 个数，表样是 {len(keys)} 栏" if printed else "后面没有数"
    if verdict.against:
        return verdict.against
    if verdict.unsure and not keeps_sums(spec, dict(zip(keys, [each.raw for each in printed], strict=True))):
        return "表头与表样不同，各数又不合表样的勾稽关系"
    return ""


def _note_scan(entry: TableEntry) -> str:
    return "扫描件上识别，与合计相符" if entry.recognised else ""


def _note_heads(figures: TableFigures, verdict: HeadVerdict) -> None:
    figures.headless = figures.headless or verdict.missing
    figures.heads += [head for head in verdict.foreign if head not in figures.heads]


def _note_figures(figures: TableFigures, keys: Sequence[CellKey], printed: Sequence[PrintedFigure]) -> None:
    """Notes what is printed for cells; of what is printed twice, the first counts."""
    found = dict(zip(keys, printed, strict=True))
    again = [key for key in found if key in figures.cells]
    figures.doubled.update({key: found.pop(key) for key in again})
    figures.cells.update(found)


def _guess_row(figures: TableFigures, row: _StrangeRow, after: int, number: int) -> None:
    """A row whose label nobody knows is taken for the one that it is like, among those missing where it stands."""
    line = row.line
    labels = [at for at, text in enumerate(line.bare[: len(line.bare) - len(row.figures)]) if text]
    if not labels:
        return
    left = [
        place
        for place in _list_row_places(figures.table)[row.before + 1 : after]
        if place.keys[0] not in figures.cells and _count_values(row.figures) == len(place.keys)
    ]
    printed = drop_number(line.bare[labels[-1]])
    scores = [(_label_likeness(printed, bare_label(place.row.label)), place.row.id, place) for place in left]
    if scores and (best := max(scores))[0] >= ALIKE_LABELS:
        place = best[2]
        verdict = figures.verdicts.get(place.block.rows[0].id) or judge_heads(figures.table, place.block, (), ())
        _take_row(figures, place, line, labels[-1], verdict, number=number, guessed=True)


def _label_likeness(printed: str, official: str) -> float:
    """1 where a label stands behind its group's in one cell, or is broken; else how much of it is the same."""
    bare = drop_number(official)
    if printed.endswith(official) or (len(printed) >= FEWEST_SIGNS and bare.startswith(printed)):
        return 1.0
    return difflib.SequenceMatcher(None, printed, bare).ratio()


# ---------------------------------------------------------------- rows side by side


def _find_whole_run(spec: FormSpec, keys: Sequence[CellKey], line: _TableLine) -> tuple[TableEntry, ...]:
    """The end of a line that is one row of a form with words among its figures; nothing where it is none, or has none.

    A figure at least stands there, and nothing else where figures do.
    """
    end = line.entries[-len(keys) :]
    if len(end) < len(keys) or spec.entries_by_key.keys().isdisjoint(keys):
        return ()
    figures = [entry.text for key, entry in zip(keys, end, strict=True) if key in spec.index]
    return end if any(map(str.strip, figures)) and all(is_figure_like(each) for each in figures if each.strip()) else ()


def _read_rows_across(figures: TableFigures, printed: Sequence[_TableLine], number: int, lead: str) -> None:
    """The one line of figures below the official heads, or right below the title of the table."""
    table, variants = figures.table, _index_variants(figures.table)
    places = _list_row_places(table)
    keys = tuple(key for place in places for key in place.keys)
    labels = [figures.spec.any_cell(key).label for key in keys]
    heads: list[str] = []
    before: _TableLine | None = None
    for line in printed:
        run = _find_whole_run(figures.spec, keys, line) or line.figures
        while run and _count_values(run) > len(keys) and not run[0].text.strip():
            run = run[1:]
        values = run[: max(len(keys), _count_values(run))]
        values = _find_first_blanks(figures.spec, keys, values, before) + values
        before = line
        heads += [variants.get(text, text) for text in line.bare[: len(line.bare) - len(run)] if text]
        if not run:
            continue
        verdict = judge_heads_across(table, tuple(heads), lead)
        heads = []
        fitting = len(values) == len(keys)
        if verdict is None or (verdict.unsure and not fitting and not is_title(table, bare_label(lead))):
            continue  # a row of another table, whose label may be like a head of this one
        told = [
            PrintedFigure(entry.text.strip(), labels[at] if fitting else "", _note_scan(entry), number, entry)
            for at, entry in enumerate(values)
        ]
        reason = _find_fault(figures.spec, keys, told, verdict)
        if reason:
            figures.passed.append(UnreadRow(table.title, keys, reason))
        else:
            _note_heads(figures, verdict)
            _note_figures(figures, keys, told)


def _find_first_blanks(
    spec: FormSpec, keys: Sequence[CellKey], values: Sequence[TableEntry], before: _TableLine | None
) -> tuple[TableEntry, ...]:
    """The blank cells in which a line of figures begins, where they were cut to the end of the line before.

    Only where the total of their group tells that no other cell is missing.
    """
    count = len(keys) - len(values)
    if before is None or not 0 < count <= len(before.entries) or any(before.bare[-count:]) or not values:
        return ()
    blanks = before.entries[-count:]
    raws = dict(zip(keys, [entry.text.strip() for entry in (*blanks, *values)], strict=True))
    return blanks if keeps_sums(spec, raws) and proves_parts(spec, raws, keys[:count]) else ()
