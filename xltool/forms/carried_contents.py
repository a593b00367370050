"""One content, of a cell or of a line of a list, as it stands in its place in another form, or why it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from xltool.forms.counterparts import CarryChange, UnplacedError
from xltool.forms.entries import describe_briefly, describe_entry, is_fit, take_entry
from xltool.forms.list_rows import describe_column, fits_column, print_line_content, take_line_content
from xltool.forms.number import format_value
from xltool.forms.parts import plain_path
from xltool.forms.units import convert_figure, is_convertible
from xltool.model import (
    AnyCell,
    Cell,
    EntryCell,
    EntryKind,
    ListColumn,
    ListContent,
    ListRow,
    NotApplicable,
    Rate,
    RowList,
    Scope,
    Value,
)


def list_contents(row_list: RowList, lines: Sequence[ListRow]) -> Iterator[tuple[int, ListColumn, ListContent]]:
    """What stands in the lines of a list, with the number of its line and its column."""
    for number, line in enumerate(lines, 1):
        for column, content in zip(row_list.columns, line.contents, strict=True):
            if content is not None:
                yield number, column, content


def say_line(column: ListColumn, content: ListContent) -> str:
    """What stands in a column of a line, for people."""
    return content if isinstance(content, str) else print_line_content(column, content)


def take_line(column: ListColumn, other: ListColumn, content: ListContent, near: str) -> ListContent:
    """What stands in a column of a line as it stands in that of another form; `UnplacedError`."""
    if column.entry is None and other.entry is None:
        if isinstance(content, int) and column.measure != other.measure:
            figure = convert_figure(content, column.measure, other.measure)
            if figure is None:
                raise UnplacedError(f"新版这里{describe_column(other)}，放不下这个数", near)
            return figure
        return content
    if column.entry is not None and other.entry is not None and _limits(column.entry) == _limits(other.entry):
        return content
    held = take_line_content(other, content)[0] if isinstance(content, str) else content
    if held is None or not fits_column(other, held) or (column.entry is None) != (other.entry is None):
        raise UnplacedError(f"新版这里{describe_column(other)}", near)
    return held


def list_column_changes(column: ListColumn, other: ListColumn) -> Iterator[tuple[CarryChange, str]]:
    """What the same column of a list means otherwise in another form."""
    if plain_path(column.label) != plain_path(other.label):
        yield "label", f"栏名 {column.label} → {other.label}"
    kinds = ["填报" if each.entry is None else describe_briefly(each.entry) for each in (column, other)]
    if kinds[0] != kinds[1]:
        yield "kind", f"{kinds[0]} → {kinds[1]}"
    if column.measure.unit != other.measure.unit:
        yield "unit", f"单位 {column.measure.unit} → {other.measure.unit}"
    if column.measure.decimals != other.measure.decimals:
        yield "decimals", f"小数 {column.measure.decimals} 位 → {other.measure.decimals} 位"


def take_held(cell: AnyCell, other: AnyCell, value: Value | str, scope: Scope) -> Value | str:
    """What stands in a cell as it stands in its cell of another form; `UnplacedError`."""
    match other:
        case Rate():
            raise UnplacedError("新版里自动算出，不填", other.key)
        case EntryCell():
            return _take_entry(cell, other, value, scope)
        case Cell():
            if isinstance(value, str):
                raise UnplacedError("新版这里填数", other.key)
            return _take_figure(cell, other, value)
        case _:
            assert_never(other)


def _take_entry(cell: AnyCell, other: EntryCell, value: Value | str, scope: Scope) -> str:
    if not isinstance(cell, EntryCell) or not isinstance(value, str):
        raise UnplacedError(f"新版这里{describe_entry(other.kind)}", other.key)
    if _limits(cell.kind) == _limits(other.kind):
        return value
    held = take_entry(other, value, scope)[0]
    if not is_fit(other, held, scope):
        raise UnplacedError(f"新版这里{describe_entry(other.kind)}", other.key)
    return held


def _limits(kind: EntryKind) -> tuple[object, ...]:
    """All that decides on what may stand in an entry."""
    return kind.form, kind.choices, kind.earliest, kind.latest, kind.longest, kind.consolidate


def _take_figure(cell: AnyCell, other: Cell, value: Value) -> Value:
    old, new = cell.measure, other.measure
    match value:
        case None:
            return None
        case NotApplicable.SLASH:
            if other.row.not_applicable < cell.row.not_applicable:
                raise UnplacedError("新版这一行不能填 /", other.key)
            return value
        case int():
            if not is_convertible(old, new):
                raise UnplacedError(f"单位 {old.unit} 换不成 {new.unit}", other.key)
            figure = convert_figure(value, old, new)
            if figure is None:
                limits = f"最多 {new.decimals} 位小数，最大 {new.maximum}{'' if new.signed else '，不能是负数'}"
                raise UnplacedError(f"新版这一格以{new.unit}计，{limits}，放不下这个数", other.key)
            return figure
        case _:
            assert_never(value)


def show_held(cell: AnyCell, content: Value | str) -> str:
    """What stands in a cell, for people."""
    return content if isinstance(content, str) else format_value(content, cell.measure)
