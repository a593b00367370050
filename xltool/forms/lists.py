"""Lists of unknown length as a definition has them: `[[list]]`, their columns and what may stand in these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from xltool.forms.entries import read_entry_kind
from xltool.forms.fields import Fields, require_unique
from xltool.forms.label import normalise_label
from xltool.forms.line_rules import read_line_rules
from xltool.forms.list_demands import read_demands, take_demands
from xltool.forms.source import Source, suggest_nearest
from xltool.forms.tables import PROMPT_LENGTH, find_measure, read_policy, require_sheet_name
from xltool.model import NO_MEASURE, ListColumn, Measure, RowList, Table

MOST_LIST_LINES: Final = 1990
"""Lines that a sheet has room for: readers take 2,000 rows, heads and totals among them."""
USUAL_LIST_LINES: Final = 200
MOST_LIST_COLUMNS: Final = 40
AGENCY_COLUMN: Final = "agency"
"""What the name of a line's agency is called in the documents of sums."""
AGENCY_HEAD: Final = "填报单位"
"""The head of one more column in the workbooks and reports of sums."""
TOTAL_LABEL: Final = "合计"
"""What stands before the sums of a list."""
_NAMING: Final = frozenset({"text", "choice"})
"""The kinds of columns that can say of which unit a line is."""
LONGEST_UNIQUE: Final = 200
"""Signs that Excel's MATCH looks for, and some to spare."""


def read_lists(source: Source, given: Sequence[dict[str, Any]], measures: Mapping[str, Measure]) -> tuple[RowList, ...]:
    """The lists of a form, in order."""
    return tuple(_read_list(source, data, measures) for data in given)


def find_list_faults(lists: Sequence[RowList], tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """What of lists is in the way of tables or of other lists, with the name to point at."""
    ids, sheets = {table.id for table in tables}, {table.sheet.casefold() for table in tables}
    for each in lists:
        if each.id in ids:
            yield f"'{each.id}' is the id of a table or list already", each.id
        if each.sheet.casefold() in sheets:
            yield f"'{each.sheet}' is the sheet of a table or list already", each.sheet
        ids.add(each.id)
        sheets.add(each.sheet.casefold())


def _read_list(source: Source, data: dict[str, Any], measures: Mapping[str, Measure]) -> RowList:
    fields = Fields(source, data, "a list of lines")
    given = fields.tables("columns")
    columns = tuple(_read_column(source, item, measures) for item in given)
    limit = fields.integer("limit", USUAL_LIST_LINES)
    found = RowList(
        id=fields.identifier("id"),
        title=fields.text("title"),
        name=fields.text("name"),
        sheet=fields.text("sheet"),
        columns=columns,
        widths=tuple(fields.integers("widths")),
        limit=min(max(limit, 1), MOST_LIST_LINES),
        serial=fields.text("serial", "序号"),
        note=fields.text("note", ""),
        landscape=fields.flag("landscape"),
    )
    rules, join = fields.tables("rule", []), _take_join(fields)
    fields.close()
    require_sheet_name(fields, found.sheet)
    if limit != found.limit:
        fields.fault("limit", f"'limit' must be 1 to {MOST_LIST_LINES} lines")
    if not 0 < len(columns) <= MOST_LIST_COLUMNS:
        fields.fault("columns", f"a list has 1 to {MOST_LIST_COLUMNS} columns")
    elif len(found.widths) != len(columns) + 1 or min(found.widths) <= 0:
        count = len(columns) + 1
        fields.fault(
            "widths", f"list '{found.id}' prints {count} columns with the serial: give it {count} widths above zero"
        )
    require_unique(source, "a column of one list", [column.id for column in columns])
    require_unique(source, "a label of one list", [found.serial, *(c.label for c in columns)], normalise_label)
    for column in columns:
        if normalise_label(column.label) == normalise_label(AGENCY_HEAD):
            source.fault(column.label, f"'{AGENCY_HEAD}' is the column that sums have besides: name this one otherwise")
    found = replace(read_demands(source, found, given), join=_find_units(source, found, join))
    for column, item in zip(columns, given, strict=True):
        where = way if isinstance(way := item.get("consolidate"), str) else column.label
        if "consolidate" in item and not join:
            told = "the lines of a list stand below each other in a sum: its columns have no 'consolidate'"
            source.fault(where, told, 'join = "COLUMN"')
        elif "consolidate" in item and column.entry is not None:
            source.fault(
                where,
                "words, choices and days of lines are joined where they agree, and stand side by side where they do "
                "not: only figures have 'consolidate'",
            )
    return replace(found, rules=read_line_rules(source, found, rules))


def _take_join(fields: Fields) -> tuple[str, ...]:
    """The names of the columns that say of which unit a line is: one, or several together."""
    if isinstance(fields.data.get("join"), list):
        return tuple(fields.texts("join", []))
    return tuple(filter(None, [fields.text("join", "")]))


def _find_units(source: Source, row_list: RowList, join: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that columns have which can say it; of others that is told."""
    fits = [each.id for each in row_list.columns if each.required and each.entry and each.entry.form in _NAMING]
    for name in join:
        if name not in fits:
            told = f"'join' names columns of words or of one choice that are 'required', and '{name}' is none"
            source.fault(name, told, suggest_nearest(name, fits))
    return tuple(dict.fromkeys(name for name in join if name in fits))


def _read_column(source: Source, data: dict[str, Any], measures: Mapping[str, Measure]) -> ListColumn:
    fields = Fields(source, data, "a column of a list")
    required = take_demands(fields)
    entry = read_entry_kind(fields, (required, ""))
    column = ListColumn(
        id=fields.identifier("id"),
        label=fields.text("label"),
        measure=NO_MEASURE if entry else find_measure(fields, measures, fields.text("measure", "count")),
        entry=entry,
        variants=tuple(fields.texts("variants", [])),
        required=required,
        unique=fields.flag("unique"),
        total=fields.flag("total"),
        prompt=fields.text("prompt", ""),
        consolidate=None if entry else read_policy(fields, careful=False),
    )
    fields.close()
    if column.id == AGENCY_COLUMN:
        fields.fault("id", f"'{AGENCY_COLUMN}' is the column that sums have besides: name this one otherwise")
    if len(column.prompt) > PROMPT_LENGTH:
        fields.fault("prompt", f"a prompt has at most {PROMPT_LENGTH} characters, this one {len(column.prompt)}")
    if entry is not None and entry.form in {"choice", "yes_no"} and column.unique:
        fields.fault("unique", "what is chosen of a list cannot be 'unique'")
    if entry is not None and entry.form == "text" and column.unique and entry.longest > LONGEST_UNIQUE:
        fields.fault("longest", f"what is 'unique' has at most {LONGEST_UNIQUE} signs, for Excel's sake")
    if entry is not None and column.label in entry.choices:
        fields.fault("label", f"'{column.label}' is a choice of this column: its label must be another word")
    return column
