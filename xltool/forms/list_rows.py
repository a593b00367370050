"""The lines of lists: what is held of a content, whether it may stand there, its printing, sums and differences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final, NamedTuple

from xltool.forms import number
from xltool.forms.entries import (
    UNFILLED,
    describe_entry,
    draw_content,
    fits_kind,
    print_content,
    quote_entry,
    take_content,
)
from xltool.forms.line_rules import mend_line
from xltool.forms.text import flatten_text
from xltool.messages import and_more, finding, format_scaled, join_first
from xltool.model import CellKey, Finding, FormSpec, ListColumn, ListContent, ListRow, RowList, Submission

EMPTY_LINE: Final = "空行"
OF_SUM: Final = " / "
"""What stands between the agency of a sum and that of a line in it."""


_BLANKS: Final = re.compile(" +")
"""TRIM of Excel takes several blanks for one."""
MOST_NOTICED: Final = 6
"""Contents that a message quotes of those that are all right and might be written otherwise."""


@dataclass
class NoticedContents:
    """What is noticed while the lines of a list are read, told once of each kind."""

    row_list: RowList
    written: list[str] = field(default_factory=list)  # where what was written otherwise than it is held
    formulas: list[str] = field(default_factory=list)
    others: list[Finding] = field(default_factory=list)

    def note_written(self, where: str, raw: str) -> None:
        """Notes that something is held otherwise than it was written."""
        self.written.append(f"{where}写作“{quote_entry(raw)}”")

    def tell(self) -> list[Finding]:
        """The findings, one of each kind; of others the first of each code."""
        kinds = (("list.normalised", self.written), ("list.formula", self.formulas))
        found = [
            finding(code, list=self.row_list.name, count=len(told), quoted=join_first(told, MOST_NOTICED, "格"))
            for code, told in kinds
            if told
        ]
        counts = Counter(each.code for each in self.others)
        for code, count in counts.items():
            first = next(each for each in self.others if each.code == code)
            where = f"{first.data['where']}{and_more(count, 1, '处')}"
            found.append(replace(first, data={**first.data, "where": where}))
        return found


def take_line_content(column: ListColumn, text: str) -> tuple[ListContent, bool]:
    """What is held of a text in a column, and whether it is written as it should be.

    What may not stand there stays as it was typed, for whoever judges it.
    """
    bare = text.strip()
    if not bare:
        return None, True
    if column.entry is not None:
        return take_content(column.entry, bare)
    figure = number.from_text(bare, column.measure)
    return (figure.value, False) if isinstance(figure.value, int) else (bare, True)


def fits_column(column: ListColumn, content: ListContent) -> bool:
    """Whether what is held may stand in a column, a blank too."""
    if content is None:
        return True
    if isinstance(content, int):
        most = column.measure.maximum * column.measure.scale
        return column.entry is None and (-most if column.measure.signed else 0) <= content <= most
    return column.entry is not None and fits_kind(column.entry, content)


def describe_column(column: ListColumn) -> str:
    """What may stand in a column, as a clerk reads it."""
    if column.entry is not None:
        return describe_entry(column.entry)
    return f"填{number.describe_measure(column.measure)}，不超过 {column.measure.maximum}"


def print_line_content(column: ListColumn, content: ListContent) -> str:
    """What is held as a report prints it; nothing for a blank."""
    if content is None:
        return ""
    if isinstance(content, int):
        return format_scaled(content, column.measure.decimals)
    return " ".join(content.split()) if column.entry is None else print_content(column.entry, content)


def name_content(row_list: RowList, serial: int, column: ListColumn) -> CellKey:
    """A place of a list as exports and pages call it: `cases.3.fee`."""
    return f"{row_list.id}.{serial}.{column.id}"


def trim_lines(lines: Sequence[ListRow]) -> tuple[ListRow, ...]:
    """Lines up to the last in which anything stands."""
    end = len(lines)
    while end and lines[end - 1].is_empty:
        end -= 1
    return tuple(lines[:end])


def drop_empty_lines(submission: Submission) -> Submission:
    """A submission without the lines that were left out between others, as reports print it."""
    lists = {name: tuple(line for line in lines if not line.is_empty) for name, lines in submission.lists.items()}
    return replace(submission, lists={name: lines for name, lines in lists.items() if lines})


def sum_column(lines: Sequence[ListRow], at: int) -> int:
    """What the figures of a column add up to, scaled; what else stands among them is left aside, as SUM does it."""
    return sum(content for line in lines if isinstance(content := line.contents[at], int))


def list_missing(row_list: RowList, lines: Sequence[ListRow]) -> dict[int, list[int]]:
    """By required column the lines, from 1, in which something stands but there nothing."""
    found: dict[int, list[int]] = {}
    wanted = [at for at, column in enumerate(row_list.columns) if column.required]
    for serial, line in enumerate(lines, 1):
        if not line.is_empty:
            for at in wanted:
                if line.contents[at] is None:
                    found.setdefault(at, []).append(serial)
    return found


def list_unfit(row_list: RowList, lines: Sequence[ListRow]) -> dict[int, list[int]]:
    """By column the lines, from 1, that hold what may not stand there."""
    found: dict[int, list[int]] = {}
    for serial, line in enumerate(lines, 1):
        for at, (column, content) in enumerate(zip(row_list.columns, line.contents, strict=True)):
            if content is not None and not fits_column(column, content):
                found.setdefault(at, []).append(serial)
    return found


def fold_content(content: ListContent) -> ListContent:
    """What is alike of contents that say the same: several blanks are one, and letters have no case."""
    return _BLANKS.sub(" ", content).casefold() if isinstance(content, str) else content


def list_repeated(row_list: RowList, lines: Sequence[ListRow]) -> dict[int, list[list[int]]]:
    """By unique column the groups of lines, from 1, that hold the same there, whatever the case of its letters."""
    found: dict[int, list[list[int]]] = {}
    for at, column in enumerate(row_list.columns):
        if column.unique:
            groups: dict[ListContent, list[int]] = {}
            for serial, line in enumerate(lines, 1):
                content = line.contents[at]
                if content is not None:
                    groups.setdefault(fold_content(content), []).append(serial)
            if repeated := [group for group in groups.values() if len(group) > 1]:
                found[at] = repeated
    return found


@dataclass(frozen=True, slots=True)
class LineDifference:
    """Where the lists of two submissions print otherwise: in one column of a line, or, without one, in all of it."""

    row_list: RowList
    line: int
    column: ListColumn | None
    was: str
    now: str

    @property
    def where(self) -> str:
        """The place in a sentence."""
        return f"{self.row_list.name}第 {self.line} 行{f'“{self.column.label}”' if self.column else ''}"


def find_different_lines(spec: FormSpec, before: Submission, after: Submission) -> Iterator[LineDifference]:
    """What lists print otherwise, line by line, blanks left aside; what both begin and end with is alike.

    So that a line that is gone, or one more, makes no others of those behind it.
    """
    for each in spec.lists:
        was, now = ([_print_line(each, line) for line in of.lists.get(each.id, ())] for of in (before, after))
        start = _count_alike(was, now)
        end = _count_alike(was[start:][::-1], now[start:][::-1])
        middle = zip_longest(was[start : len(was) - end], now[start : len(now) - end])
        for serial, (old, new) in enumerate(middle, start + 1):
            yield from _compare_lines(each, serial, old, new)


def _count_alike(one: Sequence[_PrintedLine], other: Sequence[_PrintedLine]) -> int:
    """With how many lines both begin alike."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (old, new) in enumerate(pairs) if old.flat != new.flat), min(len(one), len(other)))


def _compare_lines(
    row_list: RowList, serial: int, old: _PrintedLine | None, new: _PrintedLine | None
) -> Iterator[LineDifference]:
    if old is None or new is None or old.flat[0] != new.flat[0]:
        was, now = (EMPTY_LINE if each is None else each.whole for each in (old, new))
        if was != now:
            yield LineDifference(row_list, serial, None, was, now)
        return
    for at, column in enumerate(row_list.columns, 1):
        if old.flat[at] != new.flat[at]:
            yield LineDifference(row_list, serial, column, old.texts[at] or UNFILLED, new.texts[at] or UNFILLED)


class _PrintedLine(NamedTuple):
    """A line as it is printed, its agency first, and the same without blanks."""

    texts: tuple[str, ...]
    flat: tuple[str, ...]

    @property
    def whole(self) -> str:
        """The line in a sentence."""
        return quote_entry("，".join(filter(None, self.texts))) or EMPTY_LINE


def _print_line(row_list: RowList, row: ListRow) -> _PrintedLine:
    contents = zip(row_list.columns, row.contents, strict=True)
    texts = (row.agency, *(print_line_content(column, content) for column, content in contents))
    return _PrintedLine(texts, tuple(map(flatten_text, texts)))


def append_lines(gathered: dict[str, list[ListRow]], submission: Submission) -> None:
    """Adds the lines of a submission to those gathered, each with the agency's name; empty lines are left out.

    Lines of a sum keep the name of theirs behind it.
    """
    for name, lines in submission.lists.items():
        for line in lines:
            if not line.is_empty:
                whose = f"{submission.agency.name}{OF_SUM}{line.agency}" if line.agency else submission.agency.name
                gathered.setdefault(name, []).append(ListRow(line.contents, whose))


def draw_lines(spec: FormSpec, year: int, count: int = 3) -> dict[str, tuple[ListRow, ...]]:
    """Lines in every list in which nothing is wrong: each choice in turn, no two alike where they must not be."""
    return {
        each.id: tuple(_draw_line(each, line, year) for line in range(min(count, each.limit))) for each in spec.lists
    }


def _draw_line(row_list: RowList, line: int, year: int) -> ListRow:
    contents = [_draw_content(column, line, year) for column in row_list.columns]
    for _ in contents:  # as often as a day may follow others in turn
        for at, column in enumerate(row_list.columns):
            places = (row_list.find_column(name) for name in column.not_before)
            days = [str(contents[place]) for place in places if place is not None]
            contents[at] = max(str(contents[at]), *days) if days else contents[at]
    return mend_line(row_list, ListRow(tuple(contents)))


def _draw_content(column: ListColumn, line: int, year: int) -> ListContent:
    if column.entry is None:
        return min(line + 1, column.measure.maximum) * column.measure.scale
    drawn = draw_content(column.entry, line, year)
    if column.entry.form == "text" and column.unique:
        return f"{line + 1}"
    return drawn
