"""What one column of a line asks of another: that it be filled in, that its day be no earlier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from xltool.forms.fields import Fields
from xltool.forms.list_grammar import parse_list_term
from xltool.forms.list_terms import read_iso, resolve_list_term, select_lines
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.forms.written import SyntaxFault
from xltool.model import ListColumn, ListCondition, ListRow, ListTerm, PeriodEdge, RowList
from xltool.periods import Period

_ANY: Final = Period(2000)
"""The period in which lines are looked at: no condition here asks for it."""


def read_demands(source: Source, row_list: RowList, given: Sequence[dict[str, Any]]) -> RowList:
    """The list with what its columns ask of each other, as the tables of these say; faults are noted in the source."""
    columns = tuple(
        replace(
            column,
            required_where=tuple(_read_conditions(source, row_list, data.get("required"))),
            not_before=tuple(_read_earlier(source, row_list, column, data.get("not_before"))),
        )
        for column, data in zip(row_list.columns, given, strict=True)
    )
    return replace(row_list, columns=columns)


def take_demands(fields: Fields) -> bool:
    """Whether a column is required in each line; takes the fields that `read_demands` reads."""
    given = fields.data.get("required")
    if isinstance(given, str):
        fields.text("required")
    elif isinstance(given, list):
        fields.texts("required", [])
    fields.texts("not_before", [])
    return not isinstance(given, str | list) and fields.flag("required")


def _read_conditions(source: Source, row_list: RowList, given: object) -> Iterator[tuple[ListCondition, ...]]:
    for where in [given] if isinstance(given, str) else given if isinstance(given, list) else []:
        if not isinstance(where, str):
            continue  # which is told of where the field is taken
        found = read_line_conditions(source, row_list, where, where.offset if isinstance(where, LocatedText) else 0)
        if found is not None:
            yield found


def read_line_conditions(source: Source, row_list: RowList, where: str, start: int) -> tuple[ListCondition, ...] | None:
    """The conditions on a line that are written at a place of the source; None, with every fault told, for no such."""
    lead = f"count({row_list.id} where "
    try:
        written = parse_list_term(f"{lead}{where})", start - len(lead))
    except SyntaxFault as fault:
        source.fault(fault.offset, str(fault), fault.hint)
        return None
    term = resolve_list_term({row_list.id: row_list}, written, source.fault)
    if term is not None and any(isinstance(each.operand, PeriodEdge) for each in term.conditions):
        source.fault(start, "what a column requires is asked of its line alone: no 'period.'")
        return None
    return None if term is None else term.conditions


def _read_earlier(source: Source, row_list: RowList, column: ListColumn, given: object) -> Iterator[str]:
    days = [each.id for each in row_list.columns if each.entry is not None and each.entry.form == "date"]
    for name in given if isinstance(given, list) else []:
        if not isinstance(name, str):
            continue
        if name not in days or column.id not in days or name == column.id:
            told = f"'not_before' is between two columns of days: '{column.id}' and '{name}' are not"
            source.fault(name, told, suggest_nearest(name, days))
        else:
            yield str(name)


def list_lone(
    row_list: RowList, lines: Sequence[ListRow]
) -> Iterator[tuple[int, tuple[ListCondition, ...], list[int]]]:
    """Each column with a condition under which it must stand, and the lines, from 1, that meet it without that."""
    for at, column in enumerate(row_list.columns):
        for conditions in column.required_where:
            met = select_lines(ListTerm(row_list.id, None, conditions), row_list, lines, _ANY)
            serials = [serial for serial in met if lines[serial - 1].contents[at] is None]
            if serials:
                yield at, conditions, serials


def list_early(row_list: RowList, lines: Sequence[ListRow]) -> Iterator[tuple[int, int, list[int]]]:
    """Two columns of days of which the first is not to be earlier than the second, and the lines in which it is."""
    for at, column in enumerate(row_list.columns):
        for name in column.not_before:
            other = row_list.find_column(name)
            assert other is not None
            serials = [serial for serial, line in enumerate(lines, 1) if _is_earlier(line, at, other)]
            if serials:
                yield at, other, serials


def _is_earlier(line: ListRow, at: int, other: int) -> bool:
    day, before = read_iso(line.contents[at]), read_iso(line.contents[other])
    return day is not None and before is not None and day < before


def pair_columns(row_list: RowList) -> Mapping[int, frozenset[int]]:
    """The columns that are filled in together with each: both are required where the other is there."""
    asked = {
        at: {
            row_list.find_column(conditions[0].column)
            for conditions in column.required_where
            if len(conditions) == 1 and conditions[0].sign == "is not blank"
        }
        for at, column in enumerate(row_list.columns)
    }
    return {at: frozenset(other for other in asked if other in asked[at] and at in asked[other]) for at in asked}
