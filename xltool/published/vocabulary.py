"""The official words of forms as reports print them: which labels there are, and how wide a row each of them opens."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xltool.forms.label import normalise_label
from xltool.forms.layout import grid
from xltool.forms.memo import derive_once
from xltool.model import Column, FormSpec, ListColumn, Row, Table

LONGEST_LABEL: Final = 60
"""Characters of a line that may be a label or a head; the official ones have up to 40."""
_MARKS: Final = re.compile("[“”\"'‘’「」『』*＊]")
_NUMBER: Final = re.compile(r"^(?:[一二三四五六七八九十]+[、.,]|\([一二三四五六七八九十0-9]+\)|[0-9]+\.)")
_NOTE: Final = re.compile(r"\([^()]*\)")
_YEAR: Final = re.compile(r"20[0-9]{2}年?度?")


@lru_cache(maxsize=8192)
def bare_label(text: str) -> str:
    """A label without what printers change: spaces, width, quotation marks."""
    return _MARKS.sub("", normalise_label(text)).replace("〔", "(").replace("〕", ")")


def drop_number(label: str) -> str:
    """A bare label without the number before it."""
    return _NUMBER.sub("", label)


@lru_cache(maxsize=8192)
def plain_label(text: str) -> str:
    """A label without what offices add to it: a number, notes in brackets, years; '' where nothing else is left."""
    return _YEAR.sub("", _NOTE.sub("", drop_number(bare_label(text))))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What of a text may belong to official tables."""

    rows: frozenset[str]
    """The labels of rows, bare and plain."""
    words: frozenset[str]
    """All else that stands in tables: heads, captions, the labels of groups, and what else they are called."""
    joined: str
    """All labels and words, a line each: what stands in one of them is a piece of an official word."""
    signs: frozenset[str]
    """The signs of which they are made."""
    headings: frozenset[str]
    """The headings of sections, which stand outside of tables."""
    across: frozenset[int]
    """How many figures the one row of a table has whose rows stand side by side."""
    wordy: frozenset[str]
    """The labels of rows, bare, in which words stand too, or figures that are none of its cells: 序号, 计量单位."""
    lists: tuple[tuple[frozenset[str], ...], ...] = ()
    """For each list, for each of its columns, what its head may be, bare."""

    def is_row(self, text: str) -> bool:
        """Whether a text is the label of a row."""
        return bare_label(text) in self.rows or (plain_label(text) in self.rows and not self.is_word(text))

    def is_word(self, text: str) -> bool:
        """Whether a text is another official word."""
        return bare_label(text) in self.words

    def is_piece(self, text: str) -> bool:
        """Whether a text is a piece of an official word, as where it is broken over lines."""
        bare = bare_label(text)
        return bool(bare) and bare in self.joined

    def heads_list(self, texts: Collection[str]) -> bool:
        """Whether texts are the heads of a list: as many as all but a few of its columns have, and two at least."""
        bare = {bare_label(text) for text in texts}
        known = [sum(not wordings.isdisjoint(bare) for wordings in columns) for columns in self.lists]
        return any(
            count >= min(2, len(columns)) and count * 2 >= len(columns)
            for count, columns in zip(known, self.lists, strict=True)
        )

    def is_near(self, text: str) -> bool:
        """Whether a text is made of the signs of official words, but for some: misprinted, or run together."""
        bare = bare_label(text)
        return bool(bare) and sum(sign in self.signs for sign in bare) * 4 >= len(bare) * 3


def read_vocabulary(specs: Sequence[FormSpec]) -> Vocabulary:
    """The vocabulary of all tables of forms."""
    tables = [table for spec in specs for table in spec.printed_tables]
    rows = frozenset[str]().union(*(_read_rows(spec) for spec in specs))
    words = frozenset[str]().union(*(_read_words(spec) for spec in specs)) - rows - {""}
    every = sorted(rows | words)
    plain = {plain for label in rows if len(plain := plain_label(label)) > 1} - words
    return Vocabulary(
        frozenset(rows | plain),
        frozenset(words),
        "\n".join(every),
        frozenset("".join(every)),
        frozenset(bare_label(section.heading) for spec in specs for section in spec.sections if section.heading),
        frozenset(
            sum(len(block.rows) * len(block.columns) for block in table.blocks)
            for table in tables
            if table.blocks[0].one_line
        ),
        frozenset(bare_label(label) for spec in specs for row in _list_wordy(spec) for label in _list_labels(row)),
        tuple(tuple(map(_read_wordings, each.columns)) for spec in specs for each in spec.lists),
    )


def _list_wordy(spec: FormSpec) -> Iterator[Row]:
    """The rows of a form beside whose figures other words are."""
    yield from (each.row for each in spec.entries)
    yield from (row for table in spec.printed_tables for block in table.blocks for row in block.rows if row.printed)


@derive_once
def _read_rows(spec: FormSpec) -> frozenset[str]:
    """The bare labels of the rows of a form."""
    return frozenset(bare_label(label) for table in spec.printed_tables for label in _list_row_labels(table))


@derive_once
def _read_words(spec: FormSpec) -> frozenset[str]:
    """The other bare words of the tables of a form."""
    return frozenset(bare_label(word) for table in spec.printed_tables for word in _list_words(table))


def _list_row_labels(table: Table) -> Iterator[str]:
    for block in table.blocks:
        if not block.one_line:
            yield from (label for row in block.rows for label in _list_labels(row))


def _read_wordings(column: ListColumn) -> frozenset[str]:
    """The bare heads of a column of a list."""
    return frozenset(bare_label(label) for label in (column.label, *column.variants))


def _list_labels(row: Row) -> tuple[str, ...]:
    return (row.label, *row.variants)


def _list_words(table: Table) -> Iterator[str]:
    yield table.title
    yield from (each.text for each in grid(table).rectangles if each.text)
    for block in table.blocks:
        parts: tuple[Row | Column, ...] = (*block.rows, *block.columns)
        for part in parts:
            yield from (*part.variants, *(word for head in part.heads for word in head.variants))
