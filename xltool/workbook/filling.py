"""What a submission puts into its workbook, by place: what is typed in, what formulas show, how high rows are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xltool.days import count_days, parse_day
from xltool.forms.list_rows import sum_column
from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS, GUIDE, TEXTS
from xltool.model import PRIOR, CellKey, NotApplicable, Submission, Value, bare_key
from xltool.rules.matrix import stack_column
from xltool.workbook.cached_figure import CachedValue, to_cached_entry, to_cached_figure, to_double
from xltool.workbook.cached_values import compute_cached_values
from xltool.workbook.contents import Contents
from xltool.workbook.entries import measure_words
from xltool.workbook.layout_plan import (
    AGENCY_LABEL,
    GUIDE_AGENCY_COLUMN,
    GUIDE_AGENCY_ROW,
    STATE_ROW,
    TABLE_TOP,
    WHY_COLUMN,
    Plan,
    Spot,
    write_mark,
)
from xltool.workbook.list_numbers import list_summed_numbers
from xltool.workbook.marks import word_mark
from xltool.workbook.occasion import Occasion
from xltool.workbook.row_lists import measure_lines, to_cached_line_content
from xltool.workbook.sheets import measure_table_columns
from xltool.workbook.told import ToldDoubt, list_told_copies, write_told
from xltool.workbook.widths import CHECK_WIDTHS, TEXT_WIDTHS, measure_row


def list_contents(  # noqa: PLR0917
    plan: Plan,
    occasion: Occasion,
    submission: Submission,
    meta: Mapping[str, str],
    last_year: Sequence[Value],
    typed: Mapping[CellKey, str],
    told: Sequence[ToldDoubt],
) -> Contents:
    """What is a submission's own in its workbook.

    `last_year` are earlier values as `prior_year.align_earlier` has them, `typed` texts in place of figures, `told`
    what was found in texts.
    """
    cells: dict[Spot, CachedValue] = list_marks(plan, submission, meta)
    cells |= _list_figures(plan, submission, typed) | dict(list_earlier(plan, last_year))
    cells |= _list_texts(plan, submission) | dict(_list_lines(plan, occasion, submission))
    cells |= list_summed_numbers(plan, submission) | list_told_copies(plan, submission, told)
    shown = compute_cached_values(plan, submission, last_year, typed, told)
    shown |= _list_list_totals(plan, occasion, submission)
    standing = write_told(plan, submission, told)
    shown |= {spot: count for spot, (_, count) in standing.items()}
    marks = {field: meta[field] for field in plan.meta}
    formulas = {spot: formula for spot, (formula, _) in standing.items()}
    return Contents(cells, shown, dict(_measure_rows(plan, occasion, submission)), marks, formulas)


def list_marks(plan: Plan, submission: Submission, meta: Mapping[str, str]) -> dict[Spot, CachedValue]:
    """Whose workbook it is, wherever that is told."""
    agency = submission.agency
    whose = Spot(GUIDE, GUIDE_AGENCY_ROW, GUIDE_AGENCY_COLUMN)
    found: dict[Spot, CachedValue] = {whose: f"{agency.name}（{agency.code}）"}
    line = f"{AGENCY_LABEL}：{agency.name}"
    found |= {Spot(sheet, STATE_ROW, 0): line for sheet in plan.states if sheet != GUIDE}
    found |= {spot: word_mark(field, meta) for field, spot in plan.cover.items()}
    found[plan.mark] = write_mark(meta)
    return found | {spot: meta[field] for field, spot in plan.meta.items()}


def list_earlier(plan: Plan, last_year: Sequence[Value]) -> Iterator[tuple[Spot, CachedValue]]:
    """The figures of the period before, where tables show them and where rules alone look at them."""
    for spot, content in zip(list_earlier_spots(plan), list_earlier_contents(plan, last_year), strict=True):
        if content is not None:
            yield spot, content


def list_earlier_spots(plan: Plan) -> list[Spot]:
    """Where figures of the period before stand."""
    return [spot for spot, _, _ in _place_earlier(plan)]


def list_earlier_contents(plan: Plan, last_year: Sequence[Value]) -> list[CachedValue | None]:
    """What stands there, in the same order, None where nothing does."""
    return [_to_earlier_content(last_year[at], decimals) for _, at, decimals in _place_earlier(plan)]


def _to_earlier_content(value: Value, decimals: int) -> CachedValue | None:
    if isinstance(value, int):
        return to_double(value, decimals) if decimals else value
    return None if value is None else "/"


@derive_once
def _place_earlier(plan: Plan) -> tuple[tuple[Spot, int, int], ...]:
    """Where figures of the period before stand, which of all earlier values they are, and with how many decimals."""
    places = {PRIOR + key: spot for key, spot in plan.priors.items()} | plan.earlier
    spec, own = plan.spec, len(plan.spec.cells)
    return tuple(
        (spot, stack_column(spec, key) - own, spec.cell(bare_key(key)).measure.decimals) for key, spot in places.items()
    )


def _list_figures(plan: Plan, submission: Submission, typed: Mapping[CellKey, str]) -> dict[Spot, CachedValue]:
    found: dict[Spot, CachedValue] = {}
    for cell, value in zip(plan.spec.cells, submission.values, strict=True):
        if cell.total:
            continue
        if cell.key in typed:
            found[plan.cells[cell.key]] = typed[cell.key]
        elif value is not None:
            found[plan.cells[cell.key]] = "/" if isinstance(value, NotApplicable) else to_cached_figure(value, cell)
    for key, control in (submission.controls or {}).items():
        if key in plan.controls:
            found[plan.controls[key]] = to_cached_figure(control, plan.spec.cell(key))
    return found


def _list_texts(plan: Plan, submission: Submission) -> dict[Spot, CachedValue]:
    found: dict[Spot, CachedValue] = {}
    for text in plan.spec.texts:
        content = submission.texts.get(text.key, "")
        day = parse_day(content) if text.date else None
        if content:
            found[plan.texts[text.key]] = content if day is None else count_days(day)
    for entry in plan.spec.entries:
        held = to_cached_entry(entry, submission.entries.get(entry.key, ""))
        if held != "":
            found[plan.cells[entry.key]] = held
    for name, spot in plan.explanations.items():
        if told := submission.explanations.get(name, ""):
            found[spot] = told
    return found


def _list_lines(plan: Plan, occasion: Occasion, submission: Submission) -> Iterator[tuple[Spot, CachedValue]]:
    for row_list, count in zip(plan.spec.lists, occasion.lines, strict=True):
        lines = submission.lists.get(row_list.id, ())
        if occasion.scope == "consolidated":
            for serial in range(1, count + 1):
                agency = lines[serial - 1].agency if serial <= len(lines) else ""
                yield occasion.locate_line(row_list, serial, -1), agency
        for serial, line in enumerate(lines, 1):
            for at, column in enumerate(row_list.columns):
                held = to_cached_line_content(column, line.contents[at])
                if held is not None:
                    yield occasion.locate_line(row_list, serial, at), held


def _list_list_totals(plan: Plan, occasion: Occasion, submission: Submission) -> dict[Spot, CachedValue]:
    found: dict[Spot, CachedValue] = {}
    for row_list, count in zip(plan.spec.lists, occasion.lines, strict=True):
        lines = submission.lists.get(row_list.id, ())
        for at, column in enumerate(row_list.columns):
            if column.total:
                total = to_double(sum_column(lines, at), column.measure.decimals)
                found[occasion.locate_line(row_list, count + 2, at)] = total
    return found


def _measure_rows(plan: Plan, occasion: Occasion, submission: Submission) -> Iterator[tuple[tuple[str, int], float]]:
    """How high rows must be for the texts in them."""
    for text in plan.spec.texts:
        if not text.on_cover and (content := submission.texts.get(text.key, "")):
            yield (TEXTS, plan.texts[text.key].row), measure_row(content, TEXT_WIDTHS[1], 11)
    for name, spot in plan.explanations.items():
        if told := submission.explanations.get(name, ""):
            yield (CHECKS, spot.row), measure_row(told, CHECK_WIDTHS[WHY_COLUMN], 10)
    for table in plan.spec.tables if submission.entries else ():
        worded = measure_words(plan, table, measure_table_columns(plan, table), submission.entries)
        for row, height in worded.items():
            yield (table.sheet, TABLE_TOP + row), height
    for row_list in plan.spec.lists:
        for place, height in measure_lines(row_list, occasion, submission.lists.get(row_list.id, ())):
            yield place, height
