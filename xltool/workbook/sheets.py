"""The sheets with figures: one for each official table, and 校验."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, assert_never

from xltool.codes import GRADES
from xltool.forms.cell_checks import EntryCheck
from xltool.forms.checks import Check
from xltool.forms.layout import note_on_sheet
from xltool.forms.list_checks import ListCheck
from xltool.forms.number import describe_measure
from xltool.forms.sheet_names import CHECKS, COLUMN_VERDICT, ROW_VERDICT
from xltool.model import AnyCell, Cell, EntryCell, Rate, Rectangle, Table
from xltool.spreadsheet.a1 import quote_sheet
from xltool.workbook import formula, prior
from xltool.workbook.colours import write_colours
from xltool.workbook.context import Context
from xltool.workbook.entries import measure_words, validate_entries, write_entry
from xltool.workbook.formula import ASK, FAIL, FOLLOWS, LATER, MEND, OF_EACH, OPEN, PASS, READY, TOLD, say_without
from xltool.workbook.front import PROMPT_TITLE, write_run_on, write_state_line
from xltool.workbook.layout_plan import (
    CHECK_TOP,
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    MOST_TO_DO,
    RIGHT_COLUMN,
    STATE_ROW,
    TABLE_TOP,
    TO_DO_COLUMNS,
    TO_DO_TOP,
    VERDICT_COLUMN,
    WHY_COLUMN,
    WHY_HEAD,
    Plan,
    Spot,
)
from xltool.workbook.page import finish_sheet
from xltool.workbook.widths import CHECK_WIDTHS, LINE_HEIGHT, SMALL_LINE, TALLEST_ROW, break_line, count_lines

CHECK_HEADS: Final = (
    "序号",
    "等级",
    "位置",
    "勾稽关系或要求",
    "左边／\n处数",
    "右边",
    "差额",
    "结论",
    f"{WHY_HEAD}（核实项属实时填写）",
    "查看",
)
BROADEST_FIGURE: Final = 10
"""Columns of 校验 that are broader hold sentences."""
NARROWEST_COLUMN: Final = 8.6
"""The narrowest column of figures, in characters: seven digits and a heading of three lines."""
BROADEST_TABLE: Final = 96
BROADEST_FROZEN: Final = 60
"""So broad may the labels be that stay when a table is moved sideways: figures must have room beside them."""
PROMPT, ERROR = 255, 224
"""What Excel shows of a validation's prompt and error message; xlsxwriter drops a longer one."""


def write_table(context: Context, sheet: Any, table_: Table, marked: bool = False) -> None:
    """One official table with its merges.

    Inputs unlocked and validated, totals computed, rows and columns judged in words, and coloured where what is in
    question is not `marked` already.
    """
    plan, formats, grid = context.plan, context.formats, context.plan.grids[table_.id]
    widths = measure_table_columns(plan, table_)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    judged = any(word.spot.column == plan.column_beside(table_) for word in plan.words if word.table is table_)
    last = max(1, grid.columns - (not judged))  # the line of agency and state takes two columns
    sheet.set_column(grid.columns, grid.columns, 12)
    sheet.merge_range(0, 0, 0, last, table_.title, formats["title"])
    sheet.set_row(0, 30)
    write_state_line(context, sheet, table_.sheet, last)
    for area in grid.rectangles:
        if area.key is None:
            look = (
                "label"
                if area.role == "label" and area.column + area.width == _count_label_columns(grid.rectangles)
                else "middle"
            )
            head = area.role in {"head", "caption", "corner", "line"}
            room = sum(widths[area.column : area.column + area.width])
            text = break_line(area.text, room, 11) if head else area.text
            _write_area(sheet, area, text, formats["head" if head else look])
        else:
            _write_cell(context, sheet, context.spec.any_cell(area.key), area)
    heights = dict(_row_heights(grid.rectangles, widths))
    worded = {row: max(height, heights[row]) for row, height in measure_words(plan, table_, widths, {}).items()}
    for row, height in heights.items():
        sheet.set_row(TABLE_TOP + row, height)
    for row, height in worded.items():
        context.set_growing_row(sheet, table_.sheet, TABLE_TOP + row, height)
    _write_words(context, sheet, table_)
    write_colours(context, sheet, table_, words_only=marked)
    _write_validations(context, sheet, table_)
    validate_entries(context, sheet, table_)
    if note := note_on_sheet(table_):
        row = plan.row_below(table_) + 1
        sheet.merge_range(row, 0, row, last, note, formats["small"])
        lines = count_lines(note, sum(widths[: last + 1]), 9)
        sheet.set_row(row, min(TALLEST_ROW, SMALL_LINE * lines + 3))
    if plan.prior:
        prior.draw_prior(context, sheet, table_, widths, last)
    inputs = [cell for cell in context.spec.inputs if cell.table is table_]
    if inputs:
        first = plan.cells[inputs[0].key]
        sheet.set_selection(first.row, first.column, first.row, first.column)
    labels = _count_label_columns(grid.rectangles)
    sheet.freeze_panes(TABLE_TOP + grid.head_rows, labels if sum(widths[:labels]) <= BROADEST_FROZEN else 0)
    sheet.repeat_rows(0, TABLE_TOP + grid.head_rows - 1)
    finish_sheet(context, sheet, portrait=not table_.landscape)


def write_checks(context: Context, sheet: Any) -> None:
    """One row a rule.

    Grade, sentence, both sides, difference, verdict, link to the cells, and 说明 for what need only be explained.
    """
    plan, formats = context.plan, context.formats
    for at, width in enumerate(CHECK_WIDTHS):
        sheet.set_column(at, at, width)
    last = len(CHECK_HEADS) - 1
    sheet.merge_range(0, 0, 0, last, CHECKS, formats["title"])
    sheet.set_row(0, 30)
    sheet.write_string(1, 0, "结果", formats["middle"])
    sheet.merge_range(1, 1, 1, last, "", formats["state"])
    context.write_formula(sheet, plan.state, "state")
    sheet.set_row(1, 24)
    sheet.conditional_format(
        1, 1, 1, last, {"type": "formula", "criteria": f'=$B$2="{READY}"', "format": formats["good"]}
    )
    hint = f"“{FAIL}”“{MEND}”的必须改；“{ASK}”的核对无误后在“说明”栏写明原因；“{OPEN}”的先把所涉各格填全；"
    hint += f"“{FOLLOWS}”的填了自动通过。"
    if any(check.kind is not None and not check.kind.seen_here for check in plan.checks):
        hint += f"“{LATER}”的报送后由下发单位核，不必处理。"
    if any(check.rule is not None and check.rule.linear.of_each for check in plan.checks):
        hint += f"汇总表里“{OF_EACH}”的只核各单位自己的数。"
    if plan.prior:
        hint += f"“{say_without(context.spec.every)}”的不必处理。"
    sheet.merge_range(2, 0, 2, last, hint, formats["plain"])
    if (lines := count_lines(hint, sum(CHECK_WIDTHS), 11)) > 1:
        sheet.set_row(2, lines * LINE_HEIGHT)
    _write_to_do(context, sheet, last)
    for column, label in enumerate(CHECK_HEADS):
        sheet.write_string(CHECK_TOP - 1, column, label, formats["head"])
    sheet.set_row(CHECK_TOP - 1, 30)
    for number, check in enumerate(plan.checks, 1):
        _write_check(context, sheet, number, check)
    bottom = CHECK_TOP + len(plan.checks) - 1
    for words, look in (((FAIL, MEND), "bad"), ((ASK,), "ask"), ((PASS, TOLD), "good")):
        for word in words:
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": formats[look]}
            for top, end in ((TO_DO_TOP, TO_DO_TOP + MOST_TO_DO - 1), (CHECK_TOP, bottom)):
                sheet.conditional_format(top, VERDICT_COLUMN, end, VERDICT_COLUMN, rule)
    if plan.run_on_sheet == CHECKS:
        write_run_on(context, sheet)
    sheet.autofilter(CHECK_TOP - 1, 0, bottom, last)
    sheet.set_zoom(85)  # all columns on a screen of 1366 pixels
    sheet.freeze_panes(STATE_ROW + 1, 0)
    sheet.repeat_rows(CHECK_TOP - 1)
    first = next(iter(plan.explanations.values()), Spot(CHECKS, CHECK_TOP, 0))
    sheet.set_selection(first.row, first.column, first.row, first.column)
    finish_sheet(context, sheet, portrait=False)


def _write_to_do(context: Context, sheet: Any, last: int) -> None:
    """The first lines that are not right, above all lines: what must be mended before what is to be explained."""
    formats = context.formats
    title = f"先办这些（最多列 {MOST_TO_DO} 行，必须改的在前；全部各行在下面，可按“结论”筛选）"
    sheet.merge_range(TO_DO_TOP - 1, 0, TO_DO_TOP - 1, last, title, formats["head"])
    sheet.set_row(TO_DO_TOP - 1, 21)
    for row in range(TO_DO_TOP, TO_DO_TOP + MOST_TO_DO):
        for column in TO_DO_COLUMNS:
            look = "guidance" if CHECK_WIDTHS[column] > BROADEST_FIGURE else "figure"
            context.write_formula(sheet, Spot(CHECKS, row, column), look)
        sheet.write_blank(row, last, None, formats["figure"])
        sheet.set_row(row, 2 * LINE_HEIGHT)


def _write_check(context: Context, sheet: Any, number: int, check: Check) -> None:
    plan, formats, row = context.plan, context.formats, context.plan.lines[check.name]
    sheet.write_number(row, 0, number, formats["middle"])
    sheet.write_string(row, 1, GRADES[check.severity], formats["middle"])
    sheet.write_string(row, 2, check.subject, formats["guidance"])
    sheet.write_string(row, 3, check.text, formats["guidance"])
    explained = check.name in plan.explanations
    room = max(count_lines(text, CHECK_WIDTHS[at], 10) for text, at in ((check.subject, 2), (check.text, 3)))
    height = min(TALLEST_ROW, LINE_HEIGHT * max(room, 2 if explained else 1))
    context.set_growing_row(sheet, CHECKS, row, height) if explained else sheet.set_row(row, height)
    for column in (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN):
        spot = Spot(CHECKS, row, column)
        if spot in context.formulas:
            context.write_formula(sheet, spot, "figure")
        else:
            sheet.write_blank(row, column, None, formats["figure"])
    if explained:
        context.write_content(sheet, plan.explanations[check.name], "reason")
    else:
        sheet.write_blank(row, WHY_COLUMN, None, formats["locked"])
    target = _find_target(context, check)
    if target is None:
        sheet.write_blank(row, WHY_COLUMN + 1, None, formats["figure"])
    else:
        address = f"internal:{quote_sheet(target.sheet)}!{target.address}"
        sheet.write_url(row, WHY_COLUMN + 1, address, formats["link"], target.address if check.rule else "看表")


def _find_target(context: Context, check: Check) -> Spot | None:
    """The first cell that a check looks at."""
    if check.kind is not None and check.kind.of_controls and check.table is not None:
        return context.plan.control_lines[check.table.id]
    if check.rule is not None:
        return context.plan.cells[check.rule.linear.own[0]]
    if check.kind is not None and check.kind.scope == "texts":
        written = [text for text in context.spec.texts if text.required or not text.on_cover]
        return context.plan.texts[next((text for text in written if text.required), written[0]).key]
    if isinstance(check.kind, ListCheck):
        head, _ = context.plan.list_column(check.kind.row_list, check.kind.columns()[0])
        return Spot(head.sheet, head.row + 1, head.column)
    entries = check.kind.entries(context.spec, check.table) if isinstance(check.kind, EntryCheck) else ()
    cells = entries or [cell for cell in context.spec.cells if not cell.total and check.table in {None, cell.table}]
    return next((context.plan.cells[cell.key] for cell in cells), None)


def _write_cell(context: Context, sheet: Any, cell: AnyCell, area: Rectangle) -> None:
    match cell:
        case Cell(total=True):
            _write_computed(context, sheet, cell, area, "total")
        case Cell():
            _write_value(context, sheet, cell, area)
        case Rate():
            _write_computed(context, sheet, cell, area, f"rate{cell.measure.decimals}")
        case EntryCell():
            write_entry(context, sheet, cell, area)
        case _:
            assert_never(cell)


def _write_computed(context: Context, sheet: Any, cell: AnyCell, area: Rectangle, look: str) -> None:
    if area.width * area.height > 1:
        _write_area(sheet, area, "", context.formats[look])
    context.write_formula(sheet, context.plan.cells[cell.key], look)


def _write_value(context: Context, sheet: Any, cell: Cell, area: Rectangle) -> None:
    look = "input" if cell.measure.decimals else "input0"
    if area.width * area.height > 1:
        _write_area(sheet, area, "", context.formats[look])
    context.write_content(sheet, context.plan.cells[cell.key], look)


def _write_words(context: Context, sheet: Any, table_: Table) -> None:
    """The verdicts beside and below the table."""
    plan, formats, grid = context.plan, context.formats, context.plan.grids[table_.id]
    words = [word for word in plan.words if word.table is table_]
    below = plan.row_below(table_)
    beside = [word for word in words if word.spot.column == plan.column_beside(table_)]
    if beside:
        sheet.merge_range(
            TABLE_TOP, grid.columns, min(w.spot.row for w in beside) - 1, grid.columns, ROW_VERDICT, formats["head"]
        )
    under = [word for word in words if word.spot.row == below]
    labels = _count_label_columns(grid.rectangles)
    if under and labels:
        sheet.merge_range(below, 0, below, labels - 1, COLUMN_VERDICT, formats["head"])
    if under:
        sheet.set_row(below, 30)
    for word in words:
        if word.width > 1:
            sheet.merge_range(below, word.spot.column, below, word.spot.column + word.width - 1, "", formats["word"])
        context.write_formula(sheet, word.spot, "word1" if word in beside else "word")


def _write_validations(context: Context, sheet: Any, table_: Table) -> None:
    for cells in _group_alike(context, table_):
        cell, measure = cells[0], cells[0].measure
        slash = cell.row.not_applicable
        rule: dict[str, Any] = {
            "input_title": cell.row.short[:PROMPT_TITLE],
            "input_message": _write_prompt(cell),
            "error_title": "填的数不对",
        }
        rule["error_message"] = f"这里只能填{describe_measure(measure)}{'，或 /' if slash else ''}。没有发生的填 0。"
        if measure.decimals or slash:
            first = context.plan.cells[cell.key].address
            rule |= {"validate": "custom", "value": f"={formula.write_validation(measure, first, slash)}"}
        else:
            lowest = -measure.maximum if measure.signed else 0
            rule |= {"validate": "integer", "criteria": "between", "minimum": lowest, "maximum": measure.maximum}
        if (
            len(rule["input_message"]) > PROMPT
            or len(rule["error_message"]) > ERROR
            or sheet.data_validation(*_find_span(context, cells), rule)
        ):
            raise ValueError(f"not a validation for Excel: {cell.key}")


def _write_prompt(cell: Cell) -> str:
    return f"填{describe_measure(cell.measure)}，没有发生的填 0。{cell.row.prompt}"


def _group_alike(context: Context, table_: Table) -> Iterator[list[Cell]]:
    """Inputs of one row that stand side by side and are of one measure."""
    group: list[Cell] = []
    edge = 0
    for cell in (cell for cell in context.spec.cells if cell.table is table_ and not cell.total):
        area = context.plan.areas[cell.key]
        if group and (cell.row, cell.measure, area.column) != (group[0].row, group[0].measure, edge):
            yield group
            group = []
        group.append(cell)
        edge = area.column + area.width
    if group:
        yield group


def _find_span(context: Context, cells: list[Cell]) -> tuple[int, int, int, int]:
    first, last = context.plan.cells[cells[0].key], context.plan.cells[cells[-1].key]
    return first.row, first.column, last.row, last.column


def _count_label_columns(rectangles: tuple[Rectangle, ...]) -> int:
    """How many columns of the grid hold labels."""
    return max((area.column + area.width for area in rectangles if area.role == "label"), default=0)


def _write_area(sheet: Any, area: Rectangle, text: str, look: Any) -> None:
    top = TABLE_TOP + area.row
    sheet.merge_range(top, area.column, top + area.height - 1, area.column + area.width - 1, text, look)


def measure_table_columns(plan: Plan, table_: Table) -> list[float]:
    """The official relative widths in characters, columns of figures no narrower than they need."""
    labels = _count_label_columns(plan.grids[table_.id].rectangles)
    factor = BROADEST_TABLE / sum(table_.widths)
    return [
        round(max(width * factor, NARROWEST_COLUMN if at >= labels else 0), 2) for at, width in enumerate(table_.widths)
    ]


def _row_heights(rectangles: tuple[Rectangle, ...], widths: list[float]) -> Iterator[tuple[int, float]]:
    """The height of each row of the grid, from the labels that stand in one row alone."""
    rows = max(area.row + area.height for area in rectangles)
    needed = [1.0] * rows
    for area in rectangles:
        if area.key is None:
            room = sum(widths[area.column : area.column + area.width])
            each = count_lines(area.text, room, 11) / area.height
            for row in range(area.row, area.row + area.height):
                needed[row] = max(needed[row], each)
    for row, count in enumerate(needed):
        yield row, max(21.0, round(LINE_HEIGHT * count + 3, 1))
