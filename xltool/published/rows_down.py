"""The figures of an official table whose rows stand under one another.

A row is known by its label and by as many figures as its block is wide. The heads above say more: another order,
another unit, another edition. A row behind a label that nobody knows is taken for the missing one that it is like.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from xltool.forms.mosaic import ON_FROM_ABOVE, ON_FROM_LEFT
from xltool.model import Block, Table
from xltool.published.document import TableEntry
from xltool.published.heads import HeadVerdict, is_like_heads, judge_heads
from xltool.published.labels import RowPlace, find_place, index_variants, list_bare_heads, list_row_places
from xltool.published.recognised import note_scan
from xltool.published.row_faults import find_fault
from xltool.published.table_figures import PrintedFigure, TableFigures, UnreadRow
from xltool.published.table_lines import TableLine, count_values
from xltool.published.vocabulary import bare_label, drop_number, plain_label

ALIKE_LABELS: Final = 0.6
"""From which likeness on a label that nobody knows is taken for an official one that is missing beside it."""
FEWEST_SIGNS: Final = 5
"""Signs of a broken label that tell which one it is the beginning of."""
_SAME_LABEL: Final = "表样里有几行都叫这个名称，印出的行数与表样不同，分不清是哪一行"


class _StrangeRow(NamedTuple):
    """A row of figures behind a label that nobody knows; `before` is the number of the row of the form above it."""

    line: TableLine
    figures: tuple[TableEntry, ...]
    before: int


@dataclass
class _HeadsAbove:
    """The heads above the rows that are being read, the block of these, and what the heads say of it."""

    figures: TableFigures
    rivals: tuple[Block, ...]
    heads: list[str] = field(default_factory=list)
    block: Block | None = None
    verdict: HeadVerdict = field(default_factory=HeadVerdict)

    def note_words(self, line: TableLine) -> None:
        """Takes the words of a line that is no row for heads of the next block; its last word, if figures follow."""
        variants, run = index_variants(self.figures.table), line.figures
        words = [variants.get(text, text) for text in line.bare[: len(line.bare) - len(run)] if text]
        if words and (not run or self.block is None):
            self.heads = [] if self.block is not None else self.heads
            self.block = None
            self.heads += words[:-1] if run else words

    def enter_block(self, block: Block, line: TableLine, at: int) -> None:
        """Goes on to the block of the row whose label stands at `at` of a line, and judges its heads if it is new."""
        table, verdicts = self.figures.table, self.figures.verdicts
        variants = index_variants(table)
        above = [variants.get(text, text) for text in line.bare[:at] if text and find_place(table, text) is None]
        if _are_heads(block, above):  # where nothing marks the end of a row, its heads stand before it
            self.heads, self.block = above, None
        if block is self.block:
            return
        self.block = block
        known = verdicts.get(block.rows[0].id) if not is_like_heads(block, self.heads) else None
        self.verdict = known or judge_heads(table, block, tuple(self.heads), self.rivals)
        if not self.verdict.unsure or is_like_heads(block, self.heads):  # else they may be those of another table
            verdicts[block.rows[0].id] = self.verdict


def read_rows_down(figures: TableFigures, printed: Sequence[TableLine], number: int, rivals: tuple[Block, ...]) -> None:
    """Notes the figures of the rows of a printed table, the `number`th, whose rows stand under one another.

    `rivals` are the blocks of the same table in other editions.
    """
    table = figures.table
    places, over = list_row_places(table), _HeadsAbove(figures, rivals)
    before = -1
    strange: list[_StrangeRow] = []
    after: list[int] = []
    for whole in printed:
        said = _find_labels(figures, whole)
        place = find_place(table, whole.bare[said[-1]]) if said else None
        if place is not None and place.twin:
            place = _take_twin(figures, place, whole, said[-1], number)
            if place is None:
                continue
        line = whole if place is None else _drop_own_print(place, whole, said[-1])
        run = line.figures
        is_strange = bool(run) and (place is None or _stands_behind_other(line, said[-1], run, place))
        strange += [_StrangeRow(line, run, before)] if is_strange else []
        if place is None:
            if list_bare_heads(table).isdisjoint(line.bare):
                over.note_words(line)
            continue
        over.enter_block(place.block, line, said[-1])
        if is_strange:
            continue
        before = places.index(place._replace(own=True, twin=False)) if place.own else before
        after.append(before)
        _take_row(figures, place, line, said[-1], over.verdict, number=number)
    for row in strange:
        _guess_row(figures, row, min((at for at in after if at > row.before), default=len(places)), number)


def _take_twin(figures: TableFigures, place: RowPlace, line: TableLine, at: int, number: int) -> RowPlace | None:
    """The next of the rows that have the label at `at`; None, and the line is passed over, where it may be any."""
    coming = figures.twins.get(line.bare[at], [])
    if coming:
        return coming.pop(0)
    label = " ".join(line.entries[at].text.split())
    figures.passed.append(UnreadRow(label, place.keys, _SAME_LABEL, number, line.entries[at].row))
    return None


def _find_labels(figures: TableFigures, line: TableLine) -> list[int]:
    """Where on a line labels of rows stand."""
    said = [at for at, text in enumerate(line.bare) if text and find_place(figures.table, text) is not None]
    return _leave_room(figures.table, line, said) if figures.spec.entries else said


def _leave_room(table: Table, line: TableLine, said: list[int]) -> list[int]:
    """Where labels stand on a line, without those behind which is no room for a row: words in a cell may be alike."""
    rooms = {at: len(place.keys) for at in said if (place := find_place(table, line.bare[at])) is not None}
    kept = [at for at in said if len(line.bare) - at - 1 >= rooms[at]]
    return kept or said


def _drop_own_print(place: RowPlace, line: TableLine, at: int) -> TableLine:
    """A line without what the form itself prints behind the label at `at`: units, codes, what stands for no cell.

    All of it must be there as the form has it, and be it blank.
    """
    block, row = place.block, place.row
    words: list[str | None] = [*row.printed[len(block.printed_before) :]]
    words += [row.absent.get(column.id) for column in block.columns]
    words = [word for word in words if word not in {ON_FROM_ABOVE, ON_FROM_LEFT}]
    if all(word is None for word in words):
        return line
    pairs = list(zip(line.entries, line.bare, strict=True))
    kept, behind = pairs[: at + 1], pairs[at + 1 :]
    if len(behind) < len(words):
        return line
    for word, each in zip(words, behind, strict=False):
        if word is None:
            kept.append(each)
        elif each[1] not in {"", bare_label(word)}:
            return line
    kept += behind[len(words) :]
    return TableLine(tuple(entry for entry, _ in kept), tuple(bare for _, bare in kept))


def _stands_behind_other(line: TableLine, at: int, run: Sequence[TableEntry], place: RowPlace) -> bool:
    """Whether words of another label stand between a label and the figures: the label of a group before its row's."""
    between = line.bare[at + 1 : len(line.bare) - len(run)]
    return any(between) and len(line.bare) - at - 1 > len(place.keys) and count_values(run) <= len(place.keys)


@lru_cache(maxsize=1024)
def _list_column_labels(block: Block) -> frozenset[str]:
    return frozenset(bare_label(column.label) for column in block.columns)


def _are_heads(block: Block, texts: Sequence[str]) -> bool:
    """Whether words before a label in its row are heads: official ones, or several."""
    return not _list_column_labels(block).isdisjoint(texts) or len(texts) > 2


def _take_row(
    figures: TableFigures,
    place: RowPlace,
    line: TableLine,
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
    printed = [PrintedFigure(entry.text.strip(), label, note or note_scan(entry), number, entry) for entry in values]
    reason = find_fault(figures.spec, place.keys, printed, verdict)
    if reason:
        figures.passed.append(UnreadRow(label, place.keys, reason, number, line.entries[at].row, not printed))
        return
    figures.note_row(place.keys, printed, verdict)


def _guess_row(figures: TableFigures, row: _StrangeRow, after: int, number: int) -> None:
    """A row whose label nobody knows is taken for the one that it is like, among those missing where it stands."""
    line = row.line
    labels = [at for at, text in enumerate(line.bare[: len(line.bare) - len(row.figures)]) if text]
    if not labels:
        return
    left = [
        place
        for place in list_row_places(figures.table)[row.before + 1 : after]
        if place.keys[0] not in figures.cells and count_values(row.figures) == len(place.keys)
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
