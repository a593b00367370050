"""What the tables of a report hold that is none of a form's, taken as text: whole tables, and rows of others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from xltool.forms.number import is_figure_like
from xltool.published.document import Document, Lattice, Part, Prose, TableEntry
from xltool.published.table_figures import TableFigures
from xltool.published.text import FEWEST_WORDS
from xltool.published.vocabulary import Vocabulary, bare_label


def word_unofficial(
    document: Document,
    found: Mapping[str, Sequence[TableFigures]],
    vocabulary: Vocabulary,
    lists: Collection[int],
) -> Document:
    """The document with what its tables hold that is none of a form's as paragraphs, where or behind where it stands.

    Whole tables, and rows of others among or behind those that were read; `lists` are tables that hold lists.
    """
    read = {place for each in found.values() for figures in each for place in figures.places}
    numbers = {number for number, _ in read}
    parts: list[Part] = []
    number = 0
    for part in document.parts:
        if isinstance(part, Prose):
            parts.append(part)
            continue
        number += 1
        if number in lists:
            continue
        whole = number not in numbers and not _is_official(part, vocabulary)
        lines = {line for at, line in read if at == number}
        rows = part.rows if whole else _list_unofficial_rows(part, lines, vocabulary)
        parts += [] if whole else [part]
        parts += [Prose(line, of_table=True) for row in rows if (line := _join_cells(row))]
    return replace(document, parts=tuple(parts))


def _list_unofficial_rows(
    table: Lattice, read: Collection[int], vocabulary: Vocabulary
) -> Iterator[tuple[TableEntry, ...]]:
    """The rows of an official table that are none of its own: with figures behind words that are not official, or a
    sentence; those above such a row, and those behind the last one that was read. What else is not read may be heads.
    """
    run: list[tuple[TableEntry, ...]] = []
    for at, row in enumerate(table.rows):
        if at not in read:
            run.append(row)
        if at in read or at == len(table.rows) - 1:
            closed = at not in read and bool(read)
            strange = [
                place for place, each in enumerate(run) if closed or _has_own_figures(each) or _is_sentence(each)
            ]
            last = strange[-1] + 1 if strange else 0
            yield from (
                each for each in run[:last] if _has_own_figures(each) or not _has_official_word(each, vocabulary)
            )
            run = []


def _has_own_figures(row: Sequence[TableEntry]) -> bool:
    """Whether a row has a figure behind words."""
    texts = [entry.text for entry in row if entry.text.strip()]
    return bool(texts) and is_figure_like(texts[-1]) and not all(map(is_figure_like, texts))


def _is_sentence(row: Sequence[TableEntry]) -> bool:
    return any("。" in entry.text for entry in row)


def _has_official_word(row: Sequence[TableEntry], vocabulary: Vocabulary) -> bool:
    words = [entry.text for entry in row if len(bare_label(entry.text)) > 1 and not is_figure_like(entry.text)]
    return any(vocabulary.is_row(word) or vocabulary.is_piece(word) for word in words)


def _join_cells(row: Sequence[TableEntry]) -> str:
    return " ".join(" ".join(entry.text.split()) for entry in row if entry.text.strip())


def _is_official(table: Lattice, vocabulary: Vocabulary) -> bool:
    """Whether a table of which nothing was read is made of official words, as one that was left blank."""
    texts = {text for row in table.texts() for text in row}
    official = sum(vocabulary.is_row(text) or vocabulary.is_word(text) for text in texts)
    return official >= FEWEST_WORDS and official * 2 > len(texts)
