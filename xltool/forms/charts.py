"""Reads the charts of a definition: which figures are bars, which lie end to end, and what is said beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, get_args

from xltool.forms.fields import Fields, require_unique
from xltool.forms.grammar import IDENTIFIER
from xltool.forms.source import Source, suggest_nearest
from xltool.forms.tables import shorten_label
from xltool.model import Block, Cell, Chart, ChartBar, ChartOver, Column, Head, Row, Table, find_cell_kind

_BAR: Final = re.compile(r"(?:(?P<verb>[a-z]+)\((?P<inside>[^()]*)\)|(?P<cell>[^()]*))")
_VERBS: Final = ("sum", "each", "inputs")
_WORD: Final = re.compile(r"\{([^{}]*)\}")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "year": ("year",),
    "years": ("year", "last_year"),
    "agencies": ("year",),
}
"""What may stand in braces in the title of a chart and in the sentence for none, by what the chart is over."""
PARTS: Final = 2
"""Parts of a bar that can be told apart in grey."""

_Line: TypeAlias = Row | Column


@dataclass(frozen=True, slots=True)
class _Lines:
    """What one name means in a block: a row or a column, or all inputs below a head that stands `depth` deep."""

    items: tuple[_Line, ...]
    head: Head | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A bar and the rows and columns that it adds up."""

    label: str
    table: Table
    block: Block
    rows: tuple[_Line, ...]
    columns: tuple[_Line, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(cell.key for cell in self.list_cells())

    def list_cells(self) -> Iterator[Cell]:
        """The cells that it adds up: those that the form has."""
        for row in self.rows:
            for column in self.columns:
                if isinstance(row, Row) and isinstance(column, Column) and find_cell_kind(row, column) == "figure":
                    key = f"{self.table.id}.{row.id}.{column.id}"
                    yield Cell(key, self.table, self.block, row, column)


def read_charts(source: Source, given: Sequence[dict[str, Any]], tables: Sequence[Table]) -> tuple[Chart, ...]:
    """The charts of a form, in the order of its definition; what is amiss is noted."""
    found = tuple(chart for data in given for chart in _read_chart(source, data, tables))
    require_unique(source, "a chart", [chart.id for chart in found])
    return found


def _read_chart(source: Source, data: dict[str, Any], tables: Sequence[Table]) -> Iterator[Chart]:
    fields = Fields(source, data, "a chart")
    identifier, written = fields.identifier("id"), fields.text("over", "year")
    over: ChartOver | None = next((each for each in get_args(ChartOver) if each == written), None)
    if over is None:
        fields.fault("over", f"'over' must be one of {', '.join(_WORDS)}", suggest_nearest(written, _WORDS))
    words = {key: fields.text(key) for key in ("title", "axis", "none")}
    allowed = () if over is None else _WORDS[over]
    for key in ("title", "none"):
        for word in _WORD.findall(words[key]):
            if over is not None and word not in allowed:
                fields.fault(key, f"'{{{word}}}' cannot stand in a chart over {over}", suggest_nearest(word, allowed))
    strings = fields.texts("bars")
    bars = [bar for text in strings for bar in _parse_bars(source, text, tables)]
    if "bars" in data and (not strings or len({bar.label for bar in bars}) < len(bars)):
        fields.fault("bars", "a chart has bars, no two of one name")
    if len({_bar_measure(bar) for bar in bars}) > 1:
        fields.fault("bars", "the bars of a chart are in one measure")
    if over == "agencies" and (len(bars) != 1 or len(bars[0].cells) != 1):
        fields.fault("bars", "a chart over agencies has one cell, of which each agency is a bar")
    wanted = fields.text("parts", "")
    if wanted and over != "year":
        fields.fault("parts", "only a chart over one year has parts")
    split = [_split_bar(bar, wanted) for bar in bars] if wanted else []
    names = tuple(split[0]) if split else ()
    if wanted and any(len(each) != PARTS or tuple(each) != names for each in split):
        fields.fault("parts", f"'{wanted}' is not a head in the table of every bar with {PARTS} things right below it")
    fields.close()
    if over is not None and bars:
        parts = [tuple(each.values()) for each in split] or [()] * len(bars)
        drawn = tuple(ChartBar(bar.label, bar.cells, own) for bar, own in zip(bars, parts, strict=True))
        yield Chart(identifier, over, words["title"], words["axis"], words["none"], drawn, names)


def _parse_bars(source: Source, text: str, tables: Sequence[Table]) -> Iterator[_Drawn]:
    """The bars that one string means: a cell, or `sum(…)`, `each(…)`, `inputs(…)` of what stands below a head."""
    match = _BAR.fullmatch(text.replace(" ", ""))
    verb, name = (match["verb"], match["cell"] or match["inside"] or "") if match else (None, "")
    parts = name.split(".")
    if len(parts) != 3 or not all(IDENTIFIER.fullmatch(part) for part in parts):
        source.fault(
            text, f"'{text}' is no bar: table.row.column, or {', '.join(f'{verb}(…)' for verb in _VERBS)} of it"
        )
        return
    if verb is not None and verb not in _VERBS:
        source.fault(text, f"nothing is called '{verb}'", suggest_nearest(verb, _VERBS))
        return
    table = next((each for each in tables if each.id == parts[0]), None)
    if table is None:
        source.fault(text, f"no table is named '{parts[0]}'", suggest_nearest(parts[0], [each.id for each in tables]))
        return
    if table.unprinted:
        source.fault(text, f"table '{table.id}' is 'unprinted': a chart shows what the report prints")
        return
    for block in table.blocks:
        rows, columns = _find_lines(block.rows, parts[1]), _find_lines(block.columns, parts[2])
        if rows is not None and columns is not None:
            bars = [bar for bar in _expand_bar(verb, table, block, rows, columns) if bar.cells]
            if not bars:
                what = "a head of rows or of columns, and one of them, stands in sum(…), each(…) or inputs(…)"
                source.fault(text, what)
            yield from bars
            return
    known = [
        f"{row}.{column}"
        for block in table.blocks
        for row in _list_names(block.rows)
        for column in _list_names(block.columns)
    ]
    source.fault(
        text, f"table '{table.id}' has no cells '{'.'.join(parts[1:])}'", suggest_nearest(".".join(parts[1:]), known)
    )


def _expand_bar(verb: str | None, table: Table, block: Block, rows: _Lines, columns: _Lines) -> Iterator[_Drawn]:
    """The bars of a cell or of what a verb makes of one head; none where verb and heads do not fit."""
    if verb is None and rows.head is None and columns.head is None:
        named = columns if block.unlabelled else rows  # by what the paper prints: one line of figures has heads alone
        yield _Drawn(named.items[0].short, table, block, rows.items, columns.items)
    if verb is None or (rows.head is None) == (columns.head is None):
        return
    side = columns if rows.head is None else rows
    for label, items in _bars_below(verb, side).items():
        yield _Drawn(label, table, block, *((items, columns.items) if side is rows else (rows.items, items)))


def _bars_below(verb: str, lines: _Lines) -> Mapping[str, tuple[_Line, ...]]:
    if verb == "sum":
        return {shorten_label(lines.head.label): lines.items} if lines.head is not None else {}
    if verb == "each":
        return {label: tuple(items) for label, items in _group_lines(lines).items()}
    return {_path_name(item, lines.depth): (item,) for item in lines.items}


def _find_lines(items: Sequence[_Line], name: str) -> _Lines | None:
    one = next((item for item in items if item.id == name), None)
    if one is not None:
        return _Lines((one,))
    for item in items:
        for depth, head in enumerate(item.heads, 1):
            if head.id == name:
                above = item.heads[:depth]
                return _Lines(tuple(i for i in items if not i.total and i.heads[:depth] == above), head, depth)
    return None


def _list_names(items: Sequence[_Line]) -> list[str]:
    return list(dict.fromkeys(name for item in items for name in (*(head.id for head in item.heads), item.id)))


def _group_lines(lines: _Lines) -> dict[str, list[_Line]]:
    """The inputs below a head by the name of what stands right below it.

    A head with all of its own, or an input alone.
    """
    found: dict[str, list[_Line]] = {}
    for item in lines.items:
        deeper = item.heads[lines.depth :]
        found.setdefault(shorten_label(deeper[0].label) if deeper else item.short, []).append(item)
    return found


def _path_name(item: _Line, depth: int) -> str:
    """An input with the heads that tell whose 其他 it is."""
    return "：".join([*(shorten_label(head.label) for head in item.heads[depth:]), item.short])


def _split_bar(bar: _Drawn, head: str) -> dict[str, tuple[str, ...]]:
    """The cells of a bar by what stands right below a head, which replaces its columns, or its rows."""
    across, down = _find_lines(bar.block.columns, head), _find_lines(bar.block.rows, head)
    if across is not None and across.head is not None:
        split = [(label, bar.rows, tuple(items)) for label, items in _group_lines(across).items()]
    elif down is not None and down.head is not None:
        split = [(label, tuple(items), bar.columns) for label, items in _group_lines(down).items()]
    else:
        return {}
    return {label: _Drawn(label, bar.table, bar.block, rows, columns).cells for label, rows, columns in split}


def _bar_measure(bar: _Drawn) -> tuple[str, ...]:
    return tuple(sorted({cell.measure.id for cell in bar.list_cells()}))
