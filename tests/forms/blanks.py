"""Official blanks as rectangles, and definitions that say what the truth about them says: `../shared/blanks`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

MEASURES = {"count": 0, "money": 2, "average": 2, "percent": 2, "text": 0, "choice": 0, "date": 0, "yes_no": 0}
"""Decimals by the kind that the truth tells; kinds that are no figures yet are told apart by their name alone."""


class Square(NamedTuple):
    """A printed cell of a blank, zero-based, with its text."""

    row: int
    column: int
    height: int
    width: int
    text: str


class PageTables(HTMLParser):
    """The tables of a page, each as its printed cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[Square]] = []
        self._taken: set[tuple[int, int]] = set()
        self._row = -1
        self._open: list[Any] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self._taken, self._row = set(), -1
        elif tag == "tr":
            self._row += 1
        elif tag == "td":
            given = dict(attrs)
            column = next(at for at in range(999) if (self._row, at) not in self._taken)
            height, width = int(given.get("rowspan") or 1), int(given.get("colspan") or 1)
            self._taken |= {(self._row + y, column + x) for y in range(height) for x in range(width)}
            self._open = [column, height, width, ""]

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[3] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._open is not None:
            column, height, width, text = self._open
            self.tables[-1].append(Square(self._row, column, height, width, text.replace("\xa0", "")))
            self._open = None


@dataclass(frozen=True)
class BlankTable:
    """One table of a blank: its printed cells, and those of them that are filled in, as the truth tells."""

    squares: tuple[Square, ...]
    cells: frozenset[Square]
    truth: dict[str, Any]

    @property
    def shape(self) -> set[tuple[int, int, int, int, str | None]]:
        """Each printed cell with its text; None for one that is filled in, whatever boxes are printed in it."""
        return {(*s[:4], None if s in self.cells else s.text) for s in self.squares}


def read_blank_tables(path: Path) -> Iterator[BlankTable]:
    """The tables of a blank; `path` is its truth, and the page stands beside it."""
    parser = PageTables()
    parser.feed(path.with_suffix(".html").read_text("utf-8"))
    for squares, truth in zip(parser.tables, json.loads(path.read_text("utf-8"))["tables"], strict=True):
        assert {(s.row + 1, s.column + 1, s.height, s.width, s.text) for s in squares if s.height * s.width > 1} == {
            tuple(each) for each in truth["merge_list"]
        }
        cells: set[Square] = set()
        for line in truth["rows"]:
            row = line["row"] - 1
            blank = [s for s in squares if s.row == row and (not s.text or "□" in s.text or "＿" in s.text)]
            figures = blank[-len(line["fill"]) :] if len(blank) == len(line["fill"]) else blank[_spare(line, blank) :]
            cells |= set(figures[: len(line["fill"])])
        assert len(cells) == truth["data_cells"]
        yield BlankTable(tuple(squares), frozenset(cells), truth)


def _spare(line: dict[str, Any], blank: Sequence[Square]) -> int:
    """How many blank cells of a line stand before those that are filled in: label columns with nothing in them."""
    return len(blank) - len(line["fill"]) if not line["fill"] else 0


def define_form(name: str, title: str, tables: Sequence[BlankTable]) -> str:
    """A definition in TOML of the form whose blank these tables are."""
    parts = [
        f"id = {_quote(name.replace('_', '-'))}\ntitle = {_quote(title)}",
        "authority = '县级机关'\nbasis = '某文〔2024〕1号'",
        "years = [2024]",
        *(f"[measure.{kind}]\nunit = '个'\ndecimals = {decimals}" for kind, decimals in MEASURES.items()),
        *(f"[[section]]\nheading = '{at}、'\ntable = 't{at}'" for at in range(1, len(tables) + 1)),
    ]
    for at, table in enumerate(tables, 1):
        columns = max(s.column + s.width for s in table.squares)
        parts.append(
            f"[[table]]\nid = 't{at}'\nname = '表{at}'\nsheet = '表{at}'\n"
            f"title = {_quote(table.truth['title'] or title)}\nwidths = {[10] * columns}"
        )
        parts += _define_card(table) if table.truth.get("card") else [_define_block(table)]
    return "\n\n".join(parts) + "\n"


def _define_block(table: BlankTable) -> str:
    """A table with heads as one block."""
    squares, heads = table.squares, table.truth["head_rows"]
    at = {(s.row + y, s.column + x): s for s in squares for y in range(s.height) for x in range(s.width)}
    rows = range(heads, max(row for row, _ in at) + 1)
    columns = range(max(column for _, column in at) + 1)
    filled = {column for column in columns if any(at[row, column] in table.cells for row in rows)}
    figures = sorted(filled)
    beside = [column for column in columns if column not in filled]
    lines = [row for row in range(1, heads) if _is_line(at, row, figures)]
    top = min(lines, default=heads)
    told = {line["row"] - 1: line for line in table.truth["rows"]}
    levels = max((len(line.get("label", [])) for line in told.values() if line["fill"] or beside), default=0)
    unlabelled = not levels or not any(
        at[row, column].text == told[row]["label"][-1] for row in rows for column in beside if told[row]["label"]
    )
    first = 0
    if not unlabelled:
        first = next(
            place
            for place, column in enumerate(beside)
            if all(at[row, column].text == told[row]["label"][0] for row in rows if told[row]["label"])
        )
    labels = [] if unlabelled else beside[first : first + levels]
    before, after = beside[:first], beside[first + len(labels) :]
    said = [
        f"printed_before = {_list(at[0, c].text for c in before)}",
        f"printed = {_list(at[0, c].text for c in after)}",
    ]
    if unlabelled:
        said.append("unlabelled = true")
    else:
        said.append(f"corner = {_list(at[0, c].text for c in labels)}")
    if lines:
        shown = [[_say(at, row, c) for c in columns] for row in range(top, heads)]
        said.append(f"lines = [{', '.join(map(_list, shown))}]")
    said.append(f"columns = [{', '.join(_define_columns(at, 0, top, figures))}]")
    said.append(f"rows = [\n{_define_rows(table, at, told, (before + after, labels, figures))}]")
    return "[[table.block]]\n" + "\n".join(said)


def _is_line(at: dict[tuple[int, int], Square], row: int, figures: Sequence[int]) -> bool:
    """Whether a line of the head says something of each column alone, below the heads."""
    alone = all(at[row, c].width == at[row - 1, c].width == 1 for c in figures)
    return alone and any(at[row, c].row == row for c in figures)


def _say(at: dict[tuple[int, int], Square], row: int, column: int) -> str:
    return at[row, column].text if at[row, column].row == row else "^"


def _define_columns(at: dict[tuple[int, int], Square], row: int, bottom: int, columns: Sequence[int]) -> Iterator[str]:
    done = -1
    for column in columns:
        square = at[row, column]
        if column <= done:
            continue
        done = square.column + square.width - 1
        name = f"c{row}_{column}"
        if square.row + square.height >= bottom:
            short = "" if square.text else ", short = '某栏'"
            yield f"{{ id = '{name}', label = {_quote(square.text)}{short} }}"
        else:
            below = [c for c in columns if square.column <= c <= done]
            deeper = ", ".join(_define_columns(at, square.row + square.height, bottom, below))
            yield f"{{ id = '{name}', label = {_quote(square.text)}, columns = [{deeper}] }}"


def _define_rows(
    table: BlankTable,
    at: dict[tuple[int, int], Square],
    told: dict[int, dict[str, Any]],
    columns: tuple[list[int], list[int], list[int]],
) -> str:
    """The rows, below the heads that stand over several."""
    printed, labels, figures = columns
    ids = [part.partition("'")[2].partition("'")[0] for part in _define_leaves(at, table, figures)]
    written, open_head = [], None
    for row, line in sorted(told.items()):
        text = at[row, labels[-1]].text if labels else f"第{row + 1}行"
        absent = {
            name: at[row, column].text
            for name, column in zip(ids, figures, strict=True)
            if at[row, column] not in table.cells
        }
        kind = next(iter(line["fill"]), "count")
        said = f"{{ id = 'r{row}', label = {_quote(text)}, measure = '{kind}'"
        said += "" if text.strip() else f", short = '第{row + 1}行'"
        if printed:
            said += f", printed = {_list(_say(at, row, c) for c in printed)}"
        if absent:
            said += ", absent = {" + ", ".join(f"{name} = {_quote(word)}" for name, word in absent.items()) + "}"
        head = at[row, labels[0]] if len(labels) > 1 else None
        if open_head is not None and head is not open_head:
            written.append("] },\n")
        if head is not None and head is not open_head:
            written.append(f"{{ id = 'h{row}', label = {_quote(head.text)}, rows = [\n")
        open_head = head
        written.append(said + " },\n")
    return "".join(written) + ("] },\n" if open_head is not None else "")


def _define_leaves(at: dict[tuple[int, int], Square], table: BlankTable, figures: Sequence[int]) -> Iterator[str]:
    heads = table.truth["head_rows"]
    top = min((row for row in range(1, heads) if _is_line(at, row, figures)), default=heads)
    for column in figures:
        square = at[top - 1, column]
        level = 0
        while at[level, column] is not square:
            level = at[level, column].row + at[level, column].height
        yield f"'c{level}_{column}'"


def _define_card(table: BlankTable) -> Iterator[str]:
    """A card without heads: a block for each run of lines that hang together."""
    rows = max(s.row + s.height for s in table.squares)
    start = 0
    while start < rows:
        stop = start + 1
        while any(s.row < stop < s.row + s.height for s in table.squares):
            stop += 1
        yield _define_card_block(table, [s for s in table.squares if start <= s.row < stop], start)
        start = stop


def _define_card_block(table: BlankTable, squares: Sequence[Square], start: int) -> str:
    cells = [s for s in squares if s in table.cells]
    pairs = len([s for s in cells if s.row == start])
    edges = sorted({s.column for s in squares} | {max(s.column + s.width for s in squares)})
    spans = [right - left for left, right in pairwise(edges)]
    said = ["[[table.block]]", "headless = true", f"abreast = {pairs}", f"spans = {spans}"]
    said.append("columns = [{ id = 'given', label = '填报内容' }]")

    def write(row: int, column: int, bottom: int) -> Iterator[str]:
        at = row
        while at < bottom:
            square = next(s for s in squares if s.row == at and s.column == column)
            beside = next(s for s in squares if s.row == at and s.column == square.column + square.width)
            name = f"{square.row}_{square.column}"
            if beside in table.cells:
                yield f"{{ id = 'r{name}', label = {_quote(square.text)} }}"
            else:
                deeper = ", ".join(write(at, beside.column, at + square.height))
                yield f"{{ id = 'h{name}', label = {_quote(square.text)}, rows = [{deeper}] }}"
            at += square.height

    if pairs > 1:
        labels = [s for s in squares if s not in table.cells]
        rows = [f"{{ id = 'r{s.row}_{s.column}', label = {_quote(s.text)} }}" for s in labels]
    else:
        rows = list(write(start, 0, max(s.row + s.height for s in squares)))
    said.append(f"rows = [{', '.join(rows)}]")
    return "\n".join(said)


def _list(texts: Any) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
