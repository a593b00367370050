"""The lines of lists in a submission document: to JSON, figures as `values` has them, and back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from xltool.forms import number
from xltool.forms.list_rows import NoticedContents, take_line_content, trim_lines
from xltool.forms.lists import AGENCY_COLUMN
from xltool.forms.source import find_closest
from xltool.forms.text import clean_text, take_text
from xltool.messages import suggest
from xltool.model import Finding, ListColumn, ListContent, ListRow, RowList

MOST_READ_LINES: Final = 200_000
"""Lines of one list that a document may have: those of all agencies of a sum."""


class RefusedLine(Exception):
    """What makes a document none: where in the list, and why."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(place, why)
        self.place, self.why = place, why


def dump_lines(row_list: RowList, lines: Sequence[ListRow]) -> list[dict[str, Any] | None]:
    """Lines for JSON: contents by column, a blank as null; an empty line is null, in a sum each has its agency."""
    return [None if line.is_empty else _dump_line(row_list, line) for line in lines]


def _dump_line(row_list: RowList, line: ListRow) -> dict[str, Any]:
    found = {AGENCY_COLUMN: clean_text(line.agency)} if line.agency else {}
    contents = zip(row_list.columns, line.contents, strict=True)
    return found | {column.id: _dump_content(column, content) for column, content in contents}


def _dump_content(column: ListColumn, content: ListContent) -> int | float | str | None:
    if not isinstance(content, int):
        return None if content is None else clean_text(content)
    held = number.to_exact(content, column.measure)
    return (int(held) if held == int(held) else float(held)) if isinstance(held, Decimal) else held


def read_lines(row_list: RowList, given: Any, *, named: bool) -> tuple[tuple[ListRow, ...], list[Finding]]:
    """The lines of a list in a document, and what was noticed; `named` where each has its agency.

    Raises `RefusedLine` for what is no list of lines.
    """
    if given is None:
        return (), []
    if not isinstance(given, list) or len(given) > MOST_READ_LINES:
        raise RefusedLine("", f"应为一列行，最多 {MOST_READ_LINES} 行")
    noticed = NoticedContents(row_list)
    empty = ListRow((None,) * len(row_list.columns))
    lines = [
        empty if line is None else _read_line(row_list, line, serial, noticed, named=named)
        for serial, line in enumerate(given, 1)
    ]
    return trim_lines(lines), noticed.tell()


def _read_line(row_list: RowList, line: Any, serial: int, noticed: NoticedContents, *, named: bool) -> ListRow:
    place, known = f"[{serial - 1}]", [column.id for column in row_list.columns]
    if not isinstance(line, dict):
        raise RefusedLine(place, "应为一组键值，空行为 null")
    for key in line:
        if key not in known and not (named and key == AGENCY_COLUMN):
            raise RefusedLine(f"{place}.{key[:60]}", f"没有这一栏{suggest(find_closest(key, known))}")
    agency = line.get(AGENCY_COLUMN, "") if named else ""
    if not isinstance(agency, str):
        raise RefusedLine(f"{place}.{AGENCY_COLUMN}", "应为文字")
    contents = (_read_content(column, line.get(column.id), serial, place, noticed) for column in row_list.columns)
    return ListRow(tuple(contents), agency)


def _read_content(column: ListColumn, raw: Any, serial: int, place: str, noticed: NoticedContents) -> ListContent:
    if raw is None:
        return None
    if isinstance(raw, str):
        text, turned = take_text(raw, f"{noticed.row_list.name}第 {serial} 行“{column.label}”")
        noticed.others.extend(turned)
        content, plain = take_line_content(column, text)
        if not plain:
            noticed.note_written(f"第 {serial} 行“{column.label}”", text)
        return content
    if column.entry is None and isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        figure = number.from_decimal(Decimal(raw), column.measure)
        return figure.value if isinstance(figure.value, int) else str(figure.data["raw"])
    raise RefusedLine(f"{place}.{column.id}", "应为文字" if column.entry else "应为数")
