"""A published report as plain text: lines are cut into cells, and the official labels say which of them are tables.

Programs that take the text out of pages and documents mark cells in every way: with bars between them, behind each of
them on a line of its own, before each row; with tabs; with a line for each; with blanks; with nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from xltool.forms.number import is_figure_like
from xltool.published.boilerplate import is_furniture
from xltool.published.document import Document, Lattice, Part, Prose, TableEntry
from xltool.published.html import decode_page
from xltool.published.radicals import replace_radicals
from xltool.published.vocabulary import LONGEST_LABEL, Vocabulary, bare_label

MOST_PIECES: Final = 10
"""Into how many pieces one label may be broken."""
FEWEST_WORDS: Final = 3
"""Fewer official labels and heads among lines where nothing marks a cell are chance."""

_APART: Final = re.compile(r"\s{2,}")
_BAR: Final = re.compile("[|｜│┃]")
_RULE: Final = re.compile(r"(?=.*(?:--|==|─|━|:-|-:))[\s|｜│┃:+=\-─━┌┐└┘├┤┬┴┼]+")
_NUMBERED: Final = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])")
_OPEN: Final = re.compile(r"。|[，；：、！？,;:]\s*$")
"""What a line of prose has within it or at its end."""
_MARKDOWN: Final = re.compile(r"(#{1,6}) +(.*?)[ #]*|\*\*(.*)\*\*")
_MARKDOWN_BAR: Final = re.compile(r"\\.|\|")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")

_Kind: TypeAlias = Literal["row", "word", "figure", "blank", "text"]


class _Cell(NamedTuple):
    """One cell: its text, the lines on which it begins and ends, whether signs mark where it ends.

    `begins` where the lines themselves say that it is the first of a row. What it is comes last.
    """

    text: str
    first: int
    last: int
    marked: bool
    begins: bool = False
    kind: _Kind = "text"


@dataclass
class _Line:
    """One line of the file that is not blank, with the cells that begin on it; `marked` if it has bars or tabs."""

    at: int
    text: str
    marked: bool
    cells: list[_Cell]


def read_text(data: bytes, vocabulary: Vocabulary) -> Document:
    """The document of a text file in UTF-8, UTF-16 or GBK."""
    return Document(tuple(cut_lines(replace_radicals(decode_page(data)).splitlines(), vocabulary)), copied=True)


def cut_lines(lines: Sequence[str], vocabulary: Vocabulary) -> Iterator[Part]:
    """The parts of a document that is nothing but lines.

    A table is a stretch of lines with official labels; a heading or a sentence ends it. All else is prose.
    """
    markdown = any(_BAR.search(line) and _RULE.fullmatch(line.strip()) for line in lines)
    cells = list(_name_cells(_read_cells(lines, vocabulary, markdown=markdown), vocabulary))
    whole = list(_group_cells(lines, cells))
    stretch: list[_Line] = []
    for line, following in zip(whole, [*whole[1:], None], strict=False):
        heading = _is_official_heading(line, vocabulary)
        headed = markdown and not line.marked and line.text.startswith("#")
        if heading or headed or (not line.marked and _is_prose(line, following, vocabulary, behind=stretch)):
            yield from _close_stretch(stretch, vocabulary, markdown=markdown)
            stretch = []
            yield _read_prose(line.cells[0].text if heading and not headed else line.text, markdown=markdown)
        else:
            stretch.append(line)
    yield from _close_stretch(stretch, vocabulary, markdown=markdown)


# ---------------------------------------------------------------- lines into cells


def _read_cells(lines: Sequence[str], vocabulary: Vocabulary, *, markdown: bool) -> Iterator[_Cell]:
    """All cells in their order, joined into one stream.

    Between two bars with nothing between them is a blank cell, on whatever lines they stand. A line under a cell that a
    tab opens goes on with it.
    """
    marks = [_name_mark(lines, at) for at in range(len(lines))]
    together = any(one == other == "tabs" for one, other in pairwise(marks))
    barred = False  # the last thing was a bar
    tabbed: _Cell | None = None
    for at, line in enumerate(lines):
        if tabbed is not None and (marks[at] or not line.strip() or is_figure_like(tabbed.text)):
            yield tabbed
            tabbed = None
        if marks[at] == "bars":
            pieces = _split_bars(line, markdown=markdown)
            begins = len(pieces) > 2 and any(pieces)
            barred = barred and not (begins and not pieces[0])  # the bar before a whole row opens it
            for number, piece in enumerate(pieces):
                between = number < len(pieces) - 1 if number or piece else barred and len(pieces) > 1
                if piece or (between and barred):
                    yield _Cell(piece, at, at, True, begins)
                    begins = False
                barred = number < len(pieces) - 1 or (barred and not piece)
        elif marks[at] == "tabs":
            barred, cells = False, [cell.strip() for cell in line.split("\t")]
            if line.startswith("\t") and not any(cells[2:]):
                tabbed = _Cell(cells[1], at, at, True, together and (at == 0 or not lines[at - 1].strip(" ")))
            else:
                yield from (_Cell(cell, at, at, True, not number) for number, cell in enumerate(cells))
        elif tabbed is not None:
            tabbed = tabbed._replace(text=f"{tabbed.text}\n{line}".strip("\n"), last=at)
        elif line.strip() and marks[at] != "rule":
            barred = False
            yield from (_Cell(piece, at, at, False) for piece in _split_blanks(line, vocabulary))
    yield from [tabbed] if tabbed is not None else []


def _name_mark(lines: Sequence[str], at: int) -> Literal["bars", "tabs", "rule", ""]:
    """What marks the cells of a line.

    Bars do where the line begins or ends with one, has several, or a line beside it has some too; tabs always, but not
    those behind the last word. A rule only draws: the line under the heads in Markdown, or the edge of a box.
    """
    flat = lines[at].strip()
    if _RULE.fullmatch(flat):
        return "rule"
    if _BAR.search(flat):
        beside = any(_BAR.search(other) for other in (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2]))
        return "bars" if beside or len(_BAR.findall(flat)) > 1 or _BAR.match(flat) or _BAR.match(flat[-1]) else ""
    return "tabs" if lines[at].startswith("\t") or "\t" in flat else ""


def _split_bars(line: str, *, markdown: bool) -> list[str]:
    """What stands before, between and behind the bars of a line; in Markdown a bar behind a stroke is a sign."""
    if not markdown:
        return [cell.strip() for cell in _BAR.split(line)]
    ends = _MARKDOWN_BAR if "|" in line else _BAR
    cells, start = list[str](), 0
    for bar in ends.finditer(line):
        if bar[0][0] != "\\":
            cells.append(line[start : bar.start()])
            start = bar.end()
    cells.append(line[start:])
    return [_ESCAPED.sub(r"\1", cell.strip().replace("<br>", "\n")) for cell in cells]


def _split_blanks(line: str, vocabulary: Vocabulary) -> list[str]:
    """The cells of a line that no sign marks: what stands well apart, or else by any blank; figures always."""
    pieces = _APART.split(line.strip())
    cells = line.split() if len(pieces) == 1 else [cell for each in pieces for cell in _split_piece(each, vocabulary)]
    return [cell for cell in cells if not _BAR.fullmatch(cell)]


def _split_piece(piece: str, vocabulary: Vocabulary) -> list[str]:
    """Words with the figures behind them, each a cell of its own, and each official word."""
    cells = piece.split()
    end = len(cells)
    while end and is_figure_like(cells[end - 1]):
        end -= 1
    if any(vocabulary.is_row(cell) or vocabulary.is_word(cell) for cell in cells[:end]):
        return cells
    return [*([" ".join(cells[:end])] if end else []), *cells[end:]]


def _name_cells(cells: Iterator[_Cell], vocabulary: Vocabulary) -> Iterator[_Cell]:
    """The cells with what they are; the pieces of an official label that is broken are one cell, the longest counts."""
    waiting: list[_Cell] = []
    for cell in cells:
        kind: _Kind = "text" if cell.text else "blank"
        if cell.text and not vocabulary.is_row(cell.text) and is_figure_like(cell.text):
            kind = "figure"
        if kind == "text":
            waiting.append(cell)
            if len(waiting) > MOST_PIECES:
                yield from _join_first(waiting, vocabulary)
            continue
        while waiting:
            yield from _join_first(waiting, vocabulary)
        yield cell._replace(kind=kind)
    while waiting:
        yield from _join_first(waiting, vocabulary)


def _join_first(waiting: list[_Cell], vocabulary: Vocabulary) -> Iterator[_Cell]:
    """Takes the first cell of those that wait, with as many of the next as make one official label."""
    for count in range(min(MOST_PIECES, len(waiting)), 0, -1):
        text = "".join(cell.text for cell in waiting[:count])
        if count > 1 and len(text) > 2 * LONGEST_LABEL:
            continue
        kind: _Kind | None = "row" if vocabulary.is_row(text) else "word" if vocabulary.is_word(text) else None
        if kind is not None or count == 1:
            first, last = waiting[0], waiting[count - 1]
            del waiting[:count]
            yield _Cell(text, first.first, last.last, last.marked, first.begins, kind or "text")
            return


def _group_cells(lines: Sequence[str], cells: Sequence[_Cell]) -> Iterator[_Line]:
    """The lines that are not blank with the cells that begin on them."""
    begun: dict[int, list[_Cell]] = {}
    for cell in cells:
        begun.setdefault(cell.first, []).append(cell)
    for at, line in enumerate(lines):
        if line.strip() or at in begun:
            yield _Line(at, line, bool(_name_mark(lines, at)), begun.get(at, []))


# ---------------------------------------------------------------- what is a table


def _is_official_heading(line: _Line, vocabulary: Vocabulary) -> bool:
    return not line.marked and len(line.cells) == 1 and bare_label(line.cells[0].text) in vocabulary.headings


def _is_prose(line: _Line, following: _Line | None, vocabulary: Vocabulary, *, behind: Sequence[_Line]) -> bool:
    """Whether a line whose cells nothing marks ends a table: a heading, or what reads like a sentence."""
    cells = line.cells
    if not cells:  # the rest of a label that is broken over lines
        return not behind
    if all(cell.kind in {"row", "word", "figure"} for cell in cells) or vocabulary.is_piece(line.text):
        return False
    if is_furniture(line.text, page=False):
        return True
    figures = cells[-1].kind == "figure"
    if not figures and _NUMBERED.match(line.text):
        return following is None or not following.cells or following.cells[0].kind not in {"figure", "blank"}
    labelled = figures and any(cell.kind == "row" for cell in cells)
    long = max(len(cell.text) for cell in cells) > LONGEST_LABEL and not vocabulary.is_near(line.text)
    return not labelled and (long or _OPEN.search(line.text) is not None)


def _close_stretch(stretch: Sequence[_Line], vocabulary: Vocabulary, *, markdown: bool) -> Iterator[Part]:
    """A table, with the lines above and below it that are no part of it; lines without official labels are prose."""
    material = [at for at, line in enumerate(stretch) if _may_be_head(line, vocabulary)]
    held = [at for at, line in enumerate(stretch) if any(cell.kind in {"row", "figure"} for cell in line.cells)]
    last = max([*held, *(at for at, line in enumerate(stretch) if line.marked)], default=-1)
    first = min((at for at in material if at <= last), default=len(stretch))
    inside = [cell for line in stretch[first : last + 1] for cell in line.cells]
    if not _is_table(inside, vocabulary):
        first = last = len(stretch)
    yield from (_read_prose(line.text, markdown=markdown) for line in stretch[:first] if line.text.strip())
    if first < len(stretch):
        yield _build_table(list(_cut_rows(inside, vocabulary)))
    yield from (_read_prose(line.text, markdown=markdown) for line in stretch[last + 1 :] if line.text.strip())


def _may_be_head(line: _Line, vocabulary: Vocabulary) -> bool:
    """Whether a line may be the first of a table: marked, or made of official words, their pieces or their signs."""
    return line.marked or any(cell.kind != "text" for cell in line.cells) or vocabulary.is_near(line.text)


def _is_table(cells: Sequence[_Cell], vocabulary: Vocabulary) -> bool:
    """Whether cells are of an official table.

    By the labels among them, one of a row where something marks cells, or else a few; or by as many figures as the one
    row of a table has, and nothing else but what may be its heads.
    """
    rows = sum(cell.kind == "row" for cell in cells)
    words = sum(cell.kind == "word" for cell in cells)
    crowds = Counter(cell.first for cell in cells if cell.kind == "figure")
    figures = {crowds.total(), *crowds.values()}
    if any(vocabulary.heads_list([cell.text for cell in row]) for row in _cut_marked(cells)):
        return True
    heads = all(cell.kind != "text" or vocabulary.is_near(cell.text) for cell in cells)
    alone = heads and not figures.isdisjoint(vocabulary.across)
    return alone or rows + words >= FEWEST_WORDS or (rows > 0 and any(cell.marked for cell in cells))


def _cut_rows(cells: Sequence[_Cell], vocabulary: Vocabulary) -> Iterator[list[_Cell]]:
    """The stream of a table's cells cut into rows: what follows figures begins the next, and so does a label.

    Where words stand among figures the lines themselves must say it, and so they must below the heads of a list.
    """
    crowds = Counter(cell.first for cell in cells if cell.kind == "figure")
    heads = {id(row[0]) for row in _cut_marked(cells) if vocabulary.heads_list([cell.text for cell in row])}
    row: list[_Cell] = []
    listed = False
    for cell in cells:
        listed |= id(cell) in heads
        words = any(bare_label(each.text) in vocabulary.wordy for each in (*row, cell))
        whole = bool(row) and row[0].begins and (listed or words)
        if row and (cell.begins if whole else _begins_row(row, cell, crowds)):
            yield row
            row = []
        row.append(cell)
    if row:
        yield row


def _cut_marked(cells: Sequence[_Cell]) -> Iterator[list[_Cell]]:
    """The rows of marked cells as the lines themselves tell them, and the first, before which nothing needs to."""
    starts = [0, *(at for at, cell in enumerate(cells) if cell.begins and at), len(cells)]
    for first, end in pairwise(starts):
        if first < end and cells[first].marked:
            yield [*cells[first:end]]


def _begins_row(row: Sequence[_Cell], cell: _Cell, crowds: Mapping[int, int]) -> bool:
    """Whether a cell is the first of the next row; `crowds` says how many figures stand on each line."""
    before = row[-1]
    if cell.begins:
        return True
    if cell.kind == "blank":
        return False
    words = [each for each in row if each.kind != "blank"]
    labelled = any(each.kind == "row" for each in row)
    if cell.kind == "figure":
        on = {each.first for each in row if each.kind == "figure"}
        if before.kind == "blank" and not on and not labelled and row[0].kind != "blank":
            return cell.first != before.last  # behind the blanks of a line of heads
        # Where all figures of a row stand on one line, one alone on the line above or below is the number of a page.
        single = len(on) == 1 and cell.first not in on and not cell.marked
        return single and max(crowds[cell.first], *(crowds[line] for line in on)) > 1
    if before.kind in {"figure", "blank"} and words:
        return cell.kind != "text" or not cell.marked or cell.first != words[-1].first
    return cell.kind != "text" and labelled


def _build_table(rows: Sequence[Sequence[_Cell]]) -> Lattice:
    return Lattice(
        tuple(
            tuple(TableEntry(cell.text, at, column) for column, cell in enumerate(row)) for at, row in enumerate(rows)
        )
    )


def _read_prose(line: str, *, markdown: bool) -> Prose:
    match = _MARKDOWN.fullmatch(line.strip()) if markdown else None
    text = line if match is None else match[2] or match[3] or ""
    level = 0 if match is None else len(match[1] or " ") - 1  # the title of the page is no section
    return Prose(_ESCAPED.sub(r"\1", text) if markdown else text, level)
