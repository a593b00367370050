"""A submission's official table or list as a web page shows it: cells marked by the opinions on them, last year beside.

Heads, merges and wording are those of the report that is published; what is marked is `rules/concerns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, assert_never

from xltool.forms.entries import print_entry
from xltool.forms.layout import note_on_sheet
from xltool.forms.number import format_value
from xltool.forms.rates import compute_rate, format_rate
from xltool.model import Cell, CellKey, EntryCell, FormSpec, Rate, RowList, Submission, Table, Value
from xltool.periods import WORDS
from xltool.report.grids import fill_grid, lay_out_list
from xltool.report.html_table import HtmlCell, HtmlTable, build_html_table
from xltool.rules.concerns import ROLES, CellRole, Concern

_ROLE_WORDS: Final[Mapping[CellRole, str]] = {
    "change": "要改的格",
    "may": "可能要改的格",
    "relation": "同一条关系的格",
    "ask": "要核实的格",
    "follow": "随着不平，改好自动平",
}
"""What a mark means, in the legend and to those who do not see it."""


@dataclass(frozen=True, slots=True)
class CellNote:
    """What one opinion says of a cell; `number` is the opinion's, and leads to it where `is_lead`."""

    number: int
    role: CellRole
    words: str
    is_lead: bool


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """A cell of the table: what stands in it, and for a figure its marks, last year's, and where a click leads."""

    cell: HtmlCell
    marks: str = ""
    sign: str = ""
    notes: Sequence[CellNote] = ()
    before: str = ""
    is_zero: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class MarkedTable:
    """A table with its marks; `legend` are the marks that occur in it, with what each means."""

    table: HtmlTable
    head: Sequence[Sequence[MarkedCell]]
    bodies: Sequence[Sequence[Sequence[MarkedCell]]]
    legend: Sequence[tuple[str, str]]
    has_before: bool
    was: str  # what the figures before are called: 上年


def mark_table(
    spec: FormSpec,
    table: Table,
    submission: Submission,
    concerns: Mapping[CellKey, Sequence[Concern]],
    *,
    before: Sequence[Value] | None = None,
    locate: Callable[[CellKey], str] | None = None,
) -> MarkedTable:
    """One table of a submission with the marks of `rules.concerns.find_concerns`.

    `before` are last year's values in the order of the form; `locate` gives where a click on a figure leads, or
    nothing.
    """
    values = submission.values

    def word_figure(key: CellKey) -> str:
        match cell := spec.any_cell(key):
            case Cell():
                return _word_figure(cell, values[spec.index[key]])
            case Rate():
                return format_rate(compute_rate(spec, cell, values), cell.measure)
            case EntryCell():
                return print_entry(cell, submission.entries.get(key, ""))
            case _:
                assert_never(cell)

    def mark_cell(cell: HtmlCell) -> MarkedCell:
        if cell.key is None:
            return MarkedCell(cell)
        if (rate := spec.rates_by_key.get(cell.key)) is not None:
            last_rate = None if before is None else compute_rate(spec, rate, before)
            return MarkedCell(cell, before=format_rate(last_rate, rate.measure))
        mine = concerns.get(cell.key, ())
        if cell.key in spec.entries_by_key:
            roles = [each.role for each in mine][:1]
            return MarkedCell(cell, " ".join(roles), notes=tuple(_note_concern(each) for each in mine))
        at = spec.index[cell.key]
        last = None if before is None else before[at]
        roles, summed = [each.role for each in mine], spec.cells[at].total
        return MarkedCell(
            cell,
            " ".join([*roles[:1], "sum"] if summed else roles[:1]),
            _choose_sign(mine),
            tuple(_note_concern(each) for each in mine),
            "" if last is None or (last == 0 and values[at] == 0) else _word_figure(spec.cells[at], last),
            values[at] == 0,
            "" if locate is None else locate(cell.key),
        )

    def mark_lines(lines: Iterable[Iterable[HtmlCell]]) -> list[list[MarkedCell]]:
        return [[mark_cell(cell) for cell in line] for line in lines]

    filled = replace(fill_grid(table, word_figure, spec.entries_by_key), note=note_on_sheet(table))
    made = build_html_table(filled, f"t-{table.id}")
    head, bodies = mark_lines(made.head), [mark_lines(body) for body in made.bodies]
    cells = [cell for line in chain(head, *bodies) for cell in line]
    return MarkedTable(
        made, head, bodies, list(_list_legend(cells)), any(cell.before for cell in cells), WORDS[spec.every].before
    )


def mark_list(
    spec: FormSpec,
    row_list: RowList,
    submission: Submission,
    concerns: Mapping[CellKey, Sequence[Concern]],
    *,
    most: int | None = None,
    name: str = "",
) -> MarkedTable:
    """One list of a submission with the marks of `rules.concerns.find_line_concerns`, its first `most` lines alone.

    `name` is what it is called in the page, where it stands there twice.
    """
    lines = submission.lists.get(row_list.id, ())
    columns = {column.id for column in row_list.columns}

    def mark_cell(cell: HtmlCell) -> MarkedCell:
        if cell.key is None or cell.key.partition(".")[2] not in columns:
            return MarkedCell(cell._replace(key=None))
        key = f"{row_list.id}.{cell.key}"
        mine = concerns.get(key, ())
        marks = " ".join([each.role for each in mine][:1])
        return MarkedCell(cell._replace(key=key), marks, notes=tuple(_note_concern(each) for each in mine))

    made = build_html_table(lay_out_list(row_list, lines[:most], gaps=True), f"t-{name or row_list.id}")
    if most is not None and len(lines) > most:
        made = replace(made, notes=(*made.notes, f"一共{len(lines)}行，这里只列前{most}行和它们的合计。"))

    def mark_lines(part: Iterable[Iterable[HtmlCell]]) -> list[list[MarkedCell]]:
        return [[mark_cell(cell) for cell in line] for line in part]

    head, bodies = mark_lines(made.head), [mark_lines(body) for body in made.bodies]
    cells = [cell for line in chain(head, *bodies) for cell in line]
    return MarkedTable(made, head, bodies, list(_list_legend(cells)), False, WORDS[spec.every].before)


def _word_figure(cell: Cell, value: Value) -> str:
    """What stands in the cell: its figure or its `/`; a blank stays blank."""
    return "" if value is None else format_value(value, cell.measure)


def _choose_sign(concerns: Sequence[Concern]) -> str:
    """The sign before a figure; where an opinion is told its number stands instead."""
    if any(each.is_lead for each in concerns):
        return ""
    return next((each.sign for each in concerns if each.sign), "")


def _note_concern(concern: Concern) -> CellNote:
    return CellNote(concern.opinion + 1, concern.role, _ROLE_WORDS[concern.role], concern.is_lead)


def _list_legend(cells: Iterable[MarkedCell]) -> Iterator[tuple[str, str]]:
    found = {mark for cell in cells for mark in cell.marks.split()}
    yield from ((role, _ROLE_WORDS[role]) for role in ROLES if role in found)
    if "sum" in found:
        yield "sum", "自动合计"
