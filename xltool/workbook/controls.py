"""核对数: totals that the clerk types from the register of cases, beside those of the tables, on a sheet of their own.

Only a workbook that is built with them has the sheet. What is left blank is compared with nothing. Where one row and
one column differ by the same figure, the cell where they cross is the wrong one, and is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from xltool.forms.controls import list_control_totals, name_control
from xltool.forms.sheet_names import CONTROLS
from xltool.model import CellKey, Submission, Table
from xltool.spreadsheet.a1 import column_name, range_name
from xltool.workbook.cached_figure import CachedValue, to_cached_figure, to_double
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.layout_plan import CONTROL_COLUMN, Plan, Spot
from xltool.workbook.page import finish_sheet, set_columns
from xltool.workbook.widths import LINE_HEIGHT

if TYPE_CHECKING:
    from xltool.workbook.context import Context

_NUMBER, _NAME, _PLACE = 0, 1, 2
_OWN, _GAP, _WORD = CONTROL_COLUMN + 1, CONTROL_COLUMN + 2, CONTROL_COLUMN + 3
CONTROL_WIDTHS: Final = (6, 40, 10, 14, 12, 10, 12)
CONTROL_HEADS: Final = ("序号", "合计", "行／列", "核对数", "表中合计", "差额", "结论")
CONTROL_HINT: Final = (
    "按登记台账填各行、各栏的合计，不要照抄表中的合计；没有台账的不填，留空不核对。本表不是报表的内容，不公布。"
)
ALIKE_WORD, NO_FIGURE = "相符", "不是数"
ALL_SAME: Final = "所填核对数与表中合计相符。"
NOT_LOCATED: Final = "处对不上：一行、一栏差得一样多的，错在交叉处；只有一处对不上的，先看核对数有没有填错。"


def list_control_formulas(plan: Plan) -> dict[Spot, str]:
    """The formulas of the sheet, by place; none in a workbook without it."""
    found: dict[Spot, str] = {}
    for key, spot in plan.controls.items():
        typed = refer_in_frame(plan, spot, CONTROLS)
        own, gap = (Spot(CONTROLS, spot.row, column) for column in (_OWN, _GAP))
        found[own] = f'IF(ISNUMBER({plan.cells[key].seen_from(CONTROLS)}),{plan.cells[key].seen_from(CONTROLS)},"")'
        decimals = plan.spec.cell(key).measure.decimals
        both = f"AND(ISNUMBER({typed}),ISNUMBER({own.address}))"
        found[gap] = f'IF({both},ROUND({own.address}-{typed},{decimals}),"")'
        word = (
            f'IF({gap.address}=0,"{ALIKE_WORD}",IF({gap.address}>0,"表中多 "&{gap.address},"表中少 "&-{gap.address}))'
        )
        nothing = f'IF(LEN({typed})=0,"",IF(ISNUMBER({typed}),"","{NO_FIGURE}"))'
        found[Spot(CONTROLS, spot.row, _WORD)] = f"IF(ISNUMBER({gap.address}),{word},{nothing})"
    for table in plan.spec.tables:
        if table.id in plan.control_lines:
            found[plan.control_lines[table.id]] = _write_line(plan, table)
    return found


def list_control_contents(plan: Plan, submission: Submission) -> dict[Spot, CachedValue]:
    """What these formulas show for a submission with its totals computed."""
    found: dict[Spot, CachedValue] = {}
    gaps = find_gaps(plan, submission)
    values = dict(zip(plan.spec.index, submission.values, strict=True))
    for key, spot in plan.controls.items():
        cell, gap = plan.spec.cell(key), gaps.get(key)
        own = to_cached_figure(values[key], cell)
        shown = "" if gap is None else to_double(gap, cell.measure.decimals)
        word = (
            ""
            if gap is None
            else ALIKE_WORD
            if gap == 0
            else f"表中{'多' if gap > 0 else '少'} {_show(plan, key, abs(gap))}"
        )
        for column, content in ((_OWN, own), (_GAP, shown), (_WORD, word)):
            found[Spot(CONTROLS, spot.row, column)] = content
    for table in plan.spec.tables:
        if table.id in plan.control_lines:
            found[plan.control_lines[table.id]] = _say_line(plan, table, gaps)
    return found


def find_gaps(plan: Plan, submission: Submission) -> dict[CellKey, int]:
    """By how much each total of the tables is more than what was typed for it, where both are known."""
    values = dict(zip(plan.spec.index, submission.values, strict=True))
    found = {}
    for key, typed in (submission.controls or {}).items():
        figure = values[key]
        if key in plan.controls and isinstance(figure, int):
            found[key] = figure - typed
    return found


def refer_to_gaps(plan: Plan, table: Table, home: str) -> str:
    """Where the differences of a table stand."""
    keys = list_control_totals(plan.spec, table).keys
    area = _area(plan, keys, _GAP)
    return area if home == CONTROLS else f"{CONTROLS}!{area}"


def write_controls(context: Context, sheet: Any) -> None:
    """The sheet, with an input for each total, and what a table's totals say together above them."""
    plan, formats = context.plan, context.formats
    set_columns(sheet, CONTROL_WIDTHS)
    last = len(CONTROL_WIDTHS) - 1
    sheet.merge_range(0, 0, 0, last, CONTROLS, formats["title"])
    sheet.set_row(0, 30)
    sheet.merge_range(1, 0, 1, last, CONTROL_HINT, formats["guidance"])
    sheet.set_row(1, 2 * LINE_HEIGHT)
    for table in context.spec.tables:
        if table.id not in plan.control_lines:
            continue
        line = plan.control_lines[table.id]
        sheet.merge_range(line.row - 1, 0, line.row - 1, last, f"{table.name}（按{table.control}填）", formats["head"])
        sheet.merge_range(line.row, 0, line.row, last, "", formats["state"])
        context.write_formula(sheet, line, "state")
        sheet.set_row(line.row, 2 * LINE_HEIGHT)
        for column, label in enumerate(CONTROL_HEADS):
            sheet.write_string(line.row + 1, column, label, formats["head"])
        for number, key in enumerate(list_control_totals(context.spec, table).keys, 1):
            _write_total(context, sheet, number, key)
    first = next(iter(plan.controls.values()))
    sheet.set_selection(first.row, first.column, first.row, first.column)
    rule = {"type": "text", "criteria": "begins with", "value": "表中", "format": formats["ask"]}
    sheet.conditional_format(first.row, _WORD, max(spot.row for spot in plan.controls.values()), _WORD, rule)
    finish_sheet(context, sheet, portrait=True)


def _write_total(context: Context, sheet: Any, number: int, key: CellKey) -> None:
    plan, formats, cell = context.plan, context.formats, context.spec.cell(key)
    spot, home = plan.controls[key], plan.cells[key]
    in_column = key in list_control_totals(context.spec, cell.table).columns
    sheet.write_number(spot.row, _NUMBER, number, formats["middle"])
    sheet.write_string(spot.row, _NAME, name_control(context.spec, key), formats["label"])
    crosses = list_control_totals(context.spec, cell.table).columns
    where = column_name(home.column) if in_column else f"{home.row + 1}" if crosses else home.address
    sheet.write_string(spot.row, _PLACE, where, formats["middle"])
    context.write_content(sheet, spot, "input" if cell.measure.decimals else "input0")
    for column in (_OWN, _GAP, _WORD):
        context.write_formula(sheet, Spot(CONTROLS, spot.row, column), "figure")


def _write_line(plan: Plan, table: Table) -> str:
    """What the totals of a table say together: nothing, that all agree, or where the wrong cell is."""
    groups = list_control_totals(plan.spec, table)
    gaps = _area(plan, groups.keys, _GAP)
    names, places = (_area(plan, groups.keys, column) for column in (_NAME, _PLACE))
    wrong = f"SUMPRODUCT(--ISNUMBER(1/{gaps}))"
    lost = f'{wrong}&" {NOT_LOCATED}"'
    if groups.crossing and groups.columns:
        lost = _write_crossing(plan, groups.crossing, groups.columns, (names, places), lost)
    return f'IF(COUNT({gaps})=0,"",IF({wrong}=0,"{ALL_SAME}",{lost}))'


def _write_crossing(
    plan: Plan, rows: Sequence[CellKey], columns: Sequence[CellKey], named: tuple[str, str], lost: str
) -> str:
    names, places = named
    across, down = (_area(plan, keys, _GAP) for keys in (rows, columns))
    one = f"SUMPRODUCT(--ISNUMBER(1/{across}))=1,SUMPRODUCT(--ISNUMBER(1/{down}))=1,SUM({across})=SUM({down})"
    row, column = (
        f"SUMPRODUCT(MAX(ISNUMBER(1/{_area(plan, keys, _GAP)})*{_area(plan, keys, _NUMBER)}))"
        for keys in (rows, columns)
    )
    more = f'IF(SUM({across})>0,"多 "&SUM({across}),"少 "&-SUM({across}))'
    told = f'INDEX({names},{row})&"和"&INDEX({names},{column})&"都"&{more}&"：错在交叉处 "'
    return f'IF(AND({one}),{told}&INDEX({places},{column})&INDEX({places},{row})&"。",{lost})'


def _say_line(plan: Plan, table: Table, gaps: Mapping[CellKey, int]) -> str:
    """What `_write_line` shows."""
    groups = list_control_totals(plan.spec, table)
    mine = {key: gaps[key] for key in groups.keys if key in gaps}
    wrong = [key for key, gap in mine.items() if gap]
    rows, columns = ([key for key in wrong if key in keys] for keys in (groups.crossing, groups.columns))
    if not mine or not wrong:
        return ALL_SAME if mine else ""
    if len(rows) == len(columns) == 1 and mine[rows[0]] == mine[columns[0]]:
        gap = mine[rows[0]]
        more = f"{'多' if gap > 0 else '少'} {_show(plan, rows[0], abs(gap))}"
        row, column = (name_control(plan.spec, key) for key in (rows[0], columns[0]))
        place = f"{column_name(plan.cells[columns[0]].column)}{plan.cells[rows[0]].row + 1}"
        return f"{row}和{column}都{more}：错在交叉处 {place}。"
    return f"{len(wrong)} {NOT_LOCATED}"


def _show(plan: Plan, key: CellKey, figure: int) -> str:
    return f"{to_double(figure, plan.spec.cell(key).measure.decimals):.15g}"


def _area(plan: Plan, keys: Sequence[CellKey], column: int) -> str:
    rows = [plan.controls[key].row for key in keys]
    return range_name(min(rows), column, max(rows), column, absolute=True)
