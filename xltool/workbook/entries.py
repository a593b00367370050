"""Cells that are no figures in a form's workbook: unlocked, with a list to choose from, bounds or a length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, assert_never

from xltool.days import count_days
from xltool.forms.cell_checks import fits_several
from xltool.forms.entries import describe_entry
from xltool.model import CellKey, EntryCell, EntryKind, Rectangle, Table
from xltool.workbook.context import Context
from xltool.workbook.front import PROMPT_TITLE
from xltool.workbook.layout_plan import TABLE_TOP, Plan
from xltool.workbook.widths import LINE_HEIGHT, TALLEST_ROW, count_lines

LONGEST_PROMPT: Final = 250
"""Excel shows 255 signs of a prompt, and 225 of what is said of a mistake."""
LONGEST_REPROACH: Final = 220


def write_entry(context: Context, sheet: Any, entry: EntryCell, area: Rectangle) -> None:
    """The input of an entry with what stands in it, and what it may be."""
    top, left = TABLE_TOP + area.row, area.column
    bottom, right = top + area.height - 1, left + area.width - 1
    if area.width * area.height > 1:
        sheet.merge_range(top, left, bottom, right, "", context.formats[choose_look(entry.kind)])
    context.write_content(sheet, context.plan.cells[entry.key], choose_look(entry.kind))


def validate_entries(context: Context, sheet: Any, table: Table) -> None:
    """Lists to choose from, bounds of days and lengths of words; entries of one kind one below the other have one."""
    for entries in _group_alike(context, table):
        first, last = entries[0], entries[-1]
        top, bottom = context.plan.cells[first.key], context.plan.cells[last.key]
        said = describe_entry(first.kind)
        rule = {
            "input_title": first.column.short[:PROMPT_TITLE],
            "input_message": shorten_prompt(
                f"{said}{'，必填' if first.kind.required else ''}。{first.row.prompt}", LONGEST_PROMPT
            ),
            "error_title": "填的不对",
            "error_message": shorten_prompt(f"这里只能{said}。", LONGEST_REPROACH),
            **write_kind_rule(first.kind),
        }
        if sheet.data_validation(top.row, top.column, bottom.row, bottom.column, rule):
            raise ValueError(f"not a validation for Excel: {first.key}")
        if context.occasion.scope == "own":
            wrong = {"type": "formula", "criteria": f"={write_wrong(first.kind, top.address)}"}
            sheet.conditional_format(
                top.row, top.column, bottom.row, bottom.column, wrong | {"format": context.formats["bad"]}
            )


def measure_words(plan: Plan, table: Table, widths: list[float], entries: Mapping[CellKey, str]) -> dict[int, float]:
    """The rows of a table's grid that hold words, each with the height that what stands there takes."""
    found: dict[int, float] = {}
    for entry in plan.spec.entries:
        if entry.table is table and entry.kind.form in {"text", "several"}:
            area = plan.areas[entry.key]
            text = entries.get(entry.key, "")
            room = sum(widths[area.column : area.column + area.width])
            height = min(TALLEST_ROW, LINE_HEIGHT * count_lines(text, room, 10) / area.height + 3)
            found[area.row] = max(height, found.get(area.row, 0))
    return found


def choose_look(kind: EntryKind) -> str:
    """The look of a cell where that kind is due."""
    match kind.form:
        case "choice" | "yes_no":
            return "choice"
        case "several":
            return "remark"
        case "date":
            return "entry_day"
        case "text":
            return "remark"
        case _:
            assert_never(kind.form)


def write_kind_rule(kind: EntryKind) -> dict[str, Any]:
    """What a validation allows where a kind is due."""
    match kind.form:
        case "choice" | "yes_no":
            return {"validate": "list", "source": [*kind.choices]}
        case "several":  # a list gives one of them; more are typed, which no list lets pass
            return {"validate": "list", "source": [*kind.choices], "show_error": False}
        case "date":
            bounds = {"minimum": kind.earliest, "maximum": kind.latest}
            return {"validate": "date", "criteria": "between", **bounds}
        case "text":
            return {"validate": "length", "criteria": "<=", "value": kind.longest}
        case _:
            assert_never(kind.form)


def write_wrong(kind: EntryKind, cell: str) -> str:
    """A condition that what stands in a cell may not stand there."""
    match kind.form:
        case "choice" | "yes_no":
            fits = ",".join(f'EXACT({cell},"{choice}")' for choice in kind.choices)
            return f'AND({cell}<>"",NOT(OR({fits})))'
        case "several":
            return f'AND({cell}<>"",NOT({fits_several(kind, cell)}))'
        case "date":
            earliest, latest = count_days(kind.earliest), count_days(kind.latest)
            fits = f"AND(ISNUMBER({cell}),INT({cell})={cell},{cell}>={earliest},{cell}<={latest})"
            return f'AND({cell}<>"",NOT({fits}))'
        case "text":
            return f"LEN({cell})>{kind.longest}"
        case _:
            assert_never(kind.form)


def _group_alike(context: Context, table: Table) -> Iterator[list[EntryCell]]:
    """Entries of one kind and prompt, of one column of the grid, in rows that follow each other."""
    group: list[EntryCell] = []
    for entry in sorted((each for each in context.spec.entries if each.table is table), key=_by_column(context)):
        if group and not _continues(context, group[-1], entry):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _by_column(context: Context) -> Callable[[EntryCell], tuple[int, int]]:
    return lambda entry: (context.plan.cells[entry.key].column, context.plan.cells[entry.key].row)


def _continues(context: Context, upper: EntryCell, lower: EntryCell) -> bool:
    above, below = context.plan.areas[upper.key], context.plan.areas[lower.key]
    alike = upper.kind is lower.kind and upper.column is lower.column and upper.row.prompt == lower.row.prompt
    return alike and above.column == below.column and above.row + above.height == below.row


def shorten_prompt(text: str, most: int) -> str:
    """A prompt that Excel shows whole."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
