"""The sheets before the tables: 填报说明, 封面 and 文字."""

from __future__ import annotations

from typing import Any, Final

from xltool.forms.cell_checks import ContradictedTextCheck, StatedFigureCheck
from xltool.forms.field_kinds import FIRST_DAY, LAST_DAY, say_kind
from xltool.forms.sheet_names import CHECKS, COVER, GUIDE, TEXTS, TEXTS_TITLE
from xltool.model import Text
from xltool.periods import WORDS, word_before
from xltool.spreadsheet.a1 import quote_sheet
from xltool.workbook.context import Context
from xltool.workbook.formula import READY
from xltool.workbook.layout_plan import (
    COVER_FIELDS,
    COVER_TOP,
    GUIDE_AGENCY_COLUMN,
    GUIDE_AGENCY_ROW,
    LENGTH_COLUMN,
    STATE_ROW,
    STATED_COLUMN,
    TEXT_TOP,
    Spot,
)
from xltool.workbook.marks import FILE_MARK, name_mark
from xltool.workbook.page import finish_sheet, set_columns
from xltool.workbook.run_on import RUN_ON_HEIGHT
from xltool.workbook.widths import LINE_HEIGHT, TALLEST_ROW, TEXT_WIDTHS, count_lines

GUIDE_WIDTHS: Final = (6, 20, 72)
COVER_WIDTHS: Final = (18, 48, 52)
PROMPT_TITLE: Final = 32
"""What Excel shows of a validation's title."""
STATED_HEAD: Final = "与表核对（常用写法自动核对，其余报送后核）"
STATED_WIDTH: Final = 34
RUN_ON_TITLE: Final = "接上表：格子里印不全的文字，接着印在下面。自动生成，这里不填写。"
LEGEND: Final = (
    ("swatch_input", "浅黄色", "要填写的格。没有发生的填 0，不要留空。"),
    ("swatch_total", "灰色", "自动合计的格，已锁定，不必填写。"),
    ("swatch_bad", "橙红色", "对不上或填得不对的格；行尾、栏底和“校验”表同时用文字说明。"),
)
OF_LAST_YEAR: Final = ("swatch_prior", "浅蓝色", "上年报的数，供核对，已锁定，不必填写；有误的请联系下发单位。")
NOTES: Final = (
    "不要剪切移动单元格，粘贴请用数值（选择性粘贴—数值）。",
    "不要插入、删除行列，不要改动表头和工作表名称；工作表的锁定请勿解除。",
)


def write_guide(context: Context, sheet: Any) -> None:
    """Who fills in, the steps, what the colours mean, and what not to do."""
    spec, period, formats = context.spec, context.occasion.period, context.formats
    set_columns(sheet, GUIDE_WIDTHS)
    last = len(GUIDE_WIDTHS) - 1
    sheet.merge_range(0, 0, 0, last, f"{spec.title}填报说明", formats["title"])
    sheet.set_row(0, 30)
    _merge_across(sheet, 0, last, formats["state"])
    _write_state(context, sheet, context.plan.states[GUIDE], last)
    span = f"（{spec.period}）" if spec.period else ""
    told = period.title if period.part else f"{period.year} 年{span}"
    deadline = f"；{spec.deadline}" if spec.deadline else "。"
    law = f"；{spec.law}" if spec.law else ""
    facts = [
        ("填报单位", ""),  # which one is the workbook's own
        (WORDS[spec.every].label, told),
        ("报送期限", f"{context.occasion.deadline or '按下发通知规定的日期'}{deadline}"),
        ("依据", f"{spec.basis}（{spec.authority}）{law}"),
    ]
    row = GUIDE_AGENCY_ROW
    for label, value in facts:
        sheet.merge_range(row, 0, row, 1, label, formats["label"])
        look = "guidance" if value else "whose"  # which shrinks rather than grows: a row is as high for all agencies
        sheet.merge_range(row, GUIDE_AGENCY_COLUMN, row, last, "", formats[look])
        if value:
            sheet.write_string(row, GUIDE_AGENCY_COLUMN, value, formats[look])
        else:
            context.write_content(sheet, Spot(GUIDE, row, GUIDE_AGENCY_COLUMN), look)
        sheet.set_row(row, LINE_HEIGHT * count_lines(value, sum(GUIDE_WIDTHS[2:]), 10))
        row += 1
    row = _write_heading(context, sheet, row + 1, "怎样填写（点一步，转到该表）")
    for number, step in enumerate(spec.steps, 1):
        sheet.write_string(row, 0, f"{number}", formats["middle"])
        _write_step(context, sheet, row, step)
        sheet.set_row(row, LINE_HEIGHT * count_lines(step, sum(GUIDE_WIDTHS[1:]), 10) + 3)
        row += 1
    row = _write_heading(context, sheet, row + 1, "颜色的意思")
    for look, name, words in (*LEGEND, *([OF_LAST_YEAR] if context.plan.prior else [])):
        sheet.merge_range(row, 0, row, 1, name, formats[look])
        meaning = word_before(words, spec.every)
        sheet.merge_range(row, 2, row, last, meaning, formats["guidance"])
        sheet.set_row(row, LINE_HEIGHT * count_lines(meaning, sum(GUIDE_WIDTHS[2:]), 10))
        row += 1
    row = _write_heading(context, sheet, row + 1, "注意")
    for note in NOTES:
        sheet.merge_range(row, 0, row, last, note, formats["guidance"])
        sheet.set_row(row, LINE_HEIGHT)
        row += 1
    finish_sheet(context, sheet, portrait=True)


def write_cover(context: Context, sheet: Any) -> None:
    """Whose report it is, the contact facts, and who filled it in; at the foot the mark of identity."""
    plan, formats = context.plan, context.formats
    set_columns(sheet, COVER_WIDTHS)
    sheet.merge_range(0, 0, 0, 2, f"{context.occasion.period.title}{context.spec.title}　封面", formats["title"])
    sheet.set_row(0, 30)
    for at, field in enumerate(COVER_FIELDS):
        row = COVER_TOP + at
        sheet.write_string(row, 0, name_mark(field, context.spec.every), formats["label"])
        context.write_content(sheet, plan.cover[field], "locked")
        sheet.write_string(row, 2, "由下发单位填好；有误请联系下发单位。", formats["guidance"])
        sheet.set_row(row, 21)
    for text in (text for text in context.spec.texts if text.on_cover):
        spot = plan.texts[text.key]
        sheet.write_string(spot.row, 0, text.label, formats["label"])
        _write_field(context, sheet, spot, text)
        guidance = f"{text.guidance}{say_kind(text)}"
        sheet.write_string(spot.row, 2, guidance, formats["guidance"])
        sheet.set_row(spot.row, max(21, LINE_HEIGHT * count_lines(guidance, COVER_WIDTHS[2], 10)))
    sheet.write_string(plan.mark.row, 0, FILE_MARK, formats["mark"])
    context.write_content(sheet, plan.mark, "mark")
    first = next((plan.texts[text.key] for text in context.spec.texts if text.on_cover), plan.mark)
    sheet.set_selection(first.row, first.column, first.row, first.column)
    finish_sheet(context, sheet, portrait=True)


def write_texts(context: Context, sheet: Any) -> None:
    """One labelled cell for each text, with what to write in it and how much has been written."""
    plan, formats = context.plan, context.formats
    set_columns(sheet, TEXT_WIDTHS)
    sheet.merge_range(0, 0, 0, 3, TEXTS_TITLE, formats["title"])
    sheet.set_row(0, 30)
    write_state_line(context, sheet, TEXTS, 3)
    hint = "浅黄色格内填写，换行按 Alt+Enter；太长的文字，格里印不全的，接着印在表下"
    for column, label in enumerate(("部分", f"内容（{hint}）", "填写要求", "字数")):
        sheet.write_string(2, column, label, formats["head"])
    sheet.set_row(2, 2 * LINE_HEIGHT)
    written = [text for text in context.spec.texts if not text.on_cover]
    for text in written:
        spot = plan.texts[text.key]
        required = "（必写）" if text.required else ""
        sheet.write_string(spot.row, 0, f"{text.label}{required}", formats["label"])
        context.write_content(sheet, spot, "text")
        sheet.write_string(spot.row, 2, _pad_lines(text.guidance, text.lines), formats["guidance"])
        context.write_formula(sheet, Spot(TEXTS, spot.row, LENGTH_COLUMN), "figure")
        if text.key in plan.stated:
            context.write_formula(sheet, plan.stated[text.key], "guidance")
        context.set_growing_row(sheet, TEXTS, spot.row, min(TALLEST_ROW, LINE_HEIGHT * text.lines))
    if written:
        sheet.set_selection(TEXT_TOP, 1, TEXT_TOP, 1)
    write_run_on(context, sheet)
    if plan.stated:
        _write_stated_head(context, sheet)
    sheet.freeze_panes(TEXT_TOP, 1)
    sheet.repeat_rows(0, STATE_ROW)
    finish_sheet(context, sheet, portrait=True)


def _write_stated_head(context: Context, sheet: Any) -> None:
    """The column where the figures of texts are held against the tables: on the screen alone."""
    sheet.set_column(STATED_COLUMN, STATED_COLUMN, STATED_WIDTH)
    sheet.write_string(TEXT_TOP - 1, STATED_COLUMN, STATED_HEAD, context.formats["head"])
    spots = context.plan.stated.values()
    for look, word in (("ask", StatedFigureCheck.says), ("bad", ContradictedTextCheck.says)):
        for spot in spots:
            rule = {"type": "text", "criteria": "containing", "value": word, "format": context.formats[look]}
            sheet.conditional_format(spot.row, spot.column, spot.row, spot.column, rule)
    bottom = max(spot.row for spot in context.formulas if spot.sheet == TEXTS)
    sheet.print_area(0, 0, bottom, len(TEXT_WIDTHS) - 1)


def write_state_line(context: Context, sheet: Any, name: str, last: int) -> None:
    """The second row of a sheet: the agency, and the state of the whole workbook."""
    spot, formats = context.plan.states[name], context.formats
    _merge_across(sheet, 0, spot.column - 1, formats["agency"])
    context.write_content(sheet, Spot(name, STATE_ROW, 0), "agency")
    _merge_across(sheet, spot.column, last, formats["state"])
    _write_state(context, sheet, spot, last)


def _write_state(context: Context, sheet: Any, spot: Spot, last: int) -> None:
    """The state of the whole workbook, green once it can be sent."""
    context.write_formula(sheet, spot, "state")
    sheet.set_row(STATE_ROW, 21)
    good, state = context.formats["good"], context.plan.state.reference
    rule = {"type": "formula", "criteria": f'={state}="{READY}"', "format": good}
    sheet.conditional_format(STATE_ROW, spot.column, STATE_ROW, last, rule)


def _write_step(context: Context, sheet: Any, row: int, step: str) -> None:
    """One step, with a link to where it is done: the sheet that it names first."""
    named = {name: name for name in (COVER, TEXTS, CHECKS) if name in context.plan.sheets}
    named |= {part.name: part.sheet for part in context.spec.sheeted}
    found = [(step.index(name), name) for name in named if name in step]
    look = context.formats["step" if found else "guidance"]
    sheet.merge_range(row, 1, row, len(GUIDE_WIDTHS) - 1, "", look)
    if found:
        address = f"internal:{quote_sheet(named[min(found)[1]])}!A1"
        sheet.write_url(row, 1, address, look, step, "点这里转到该表")
    else:
        sheet.write_string(row, 1, step, look)


def write_run_on(context: Context, sheet: Any) -> None:
    """The lines in which long texts run on: each a row of one line, which flows over the empty cells beside it."""
    plan, formats, last = context.plan, context.formats, len(TEXT_WIDTHS) - 1
    if not plan.run_on_sources:
        return
    sheet.merge_range(plan.run_on_top, 0, plan.run_on_top, last, RUN_ON_TITLE, formats["small"])
    sheet.set_row(plan.run_on_top, LINE_HEIGHT)
    sheet.set_h_pagebreaks([plan.run_on_top])
    for spot in context.formulas:
        if spot.sheet == plan.run_on_sheet and spot.row > plan.run_on_top:
            context.write_formula(sheet, spot, "run_on")
            sheet.set_row(spot.row, RUN_ON_HEIGHT)


def _pad_lines(text: str, lines: int) -> str:
    """A text with empty lines behind it, so that a row that fits itself to its texts stays so high when it is empty."""
    return text + "\n" * max(0, lines - count_lines(text, TEXT_WIDTHS[2], 10))


def _write_field(context: Context, sheet: Any, spot: Spot, text: Text) -> None:
    """The input of a text of the cover: a day is a date there, and a code is as long as its boxes."""
    context.write_content(sheet, spot, "day" if text.date else "field")
    if not text.date and not text.boxes:
        return
    rule: dict[str, Any] = {"input_title": text.label[:PROMPT_TITLE], "error_title": "填的不对"}
    rule |= {"input_message": say_kind(text), "error_message": say_kind(text)}
    if text.date:
        bounds = {"minimum": FIRST_DAY, "maximum": LAST_DAY}
        rule |= {"validate": "date", "criteria": "between", **bounds}
    else:  # blanks and hyphens between the signs may be typed too
        bare = f'SUBSTITUTE(SUBSTITUTE({spot.address}," ",""),"-","")'
        rule |= {"validate": "custom", "value": f"=LEN({bare})={text.boxes}"}
    if sheet.data_validation(spot.row, spot.column, spot.row, spot.column, rule):
        raise ValueError(f"not a validation for Excel: {text.key}")


def _write_heading(context: Context, sheet: Any, row: int, text: str) -> int:
    sheet.merge_range(row, 0, row, 2, text, context.formats["head"])
    sheet.set_row(row, 21)
    return row + 1


def _merge_across(sheet: Any, first: int, last: int, look: Any) -> None:
    if last > first:
        sheet.merge_range(STATE_ROW, first, STATE_ROW, last, "", look)
