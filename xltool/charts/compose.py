"""The pictures of a form: the charts that its definition has, with the figures of a submission or of many agencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from xltool.charts.picture import Amount, Bar, Picture
from xltool.model import NOT_APPLICABLE, CellKey, Chart, FormSpec, Head, Submission, Value, figure_of, find_cell_kind
from xltool.periods import Period, period_of

MOST_BARS: Final = 15
"""How many agencies have a bar of their own."""


def draw_pictures(spec: FormSpec, submission: Submission, last_year: Submission | None = None) -> tuple[Picture, ...]:
    """The form's charts over one year and, where last year is known, over two; none for a form without charts.

    The submission has its totals; `last_year` has its values in the order of this form.
    """
    return tuple(_draw_charts(spec, submission, last_year))


def draw_agencies(
    spec: FormSpec,
    chart: Chart,
    period: Period,
    volumes: Sequence[tuple[str, Amount]],
    *,
    corrected: int = 0,
    absent: int = 0,
) -> Picture:
    """A chart over agencies, the largest first and of those alike the first; the rest as one.

    `corrected` is what corrections add to the sum, `absent` how many agencies are not in it.
    """
    unit = _chart_unit(spec, chart)
    figures = ((name, amount, figure_of(amount.value)) for name, amount in volumes)
    known = [(name, amount, figure) for name, amount, figure in figures if figure is not None]
    known.sort(key=lambda each: -each[2])
    shown, others = (known, []) if len(known) <= MOST_BARS + 1 else (known[:MOST_BARS], known[MOST_BARS:])
    bars = [Bar(name, (amount,)) for name, amount, _ in shown]
    notes = []
    if others:
        rest = Amount(sum(value for _, _, value in others), sum(amount.blanks for _, amount, _ in others))
        bars.append(Bar(f"其他{len(others)}个单位", (rest,), rest=True))
        zeros = sum(value == 0 for _, _, value in others)
        notes += [f"其他{len(others)}个单位中，有{zeros}个单位为0{unit}。"] if zeros else []
    for value, word in ((None, "未填"), (NOT_APPLICABLE, "填“/”")):
        names = [name for name, amount in volumes if amount.value is value]
        notes += [f"{word}的单位有{len(names)}个：{'、'.join(names)}。"] if names else []
    notes += [f"各单位相加之后另有更正{corrected:+d}{unit}。"] if corrected else []
    notes += [f"另有{absent}个单位没有汇总，不在图中。"] if absent else []
    words = _Words(period)
    series = (period.title,)
    return Picture(
        chart.id,
        words.fill(chart.title),
        chart.axis,
        unit,
        series,
        tuple(bars),
        words.fill(chart.none),
        notes=tuple(notes),
    )


def list_inputs(spec: FormSpec, key: CellKey) -> tuple[CellKey, ...]:
    """The cells that a total is made of: those across its row, or else down its column; of an input itself."""
    cell = spec.cell(key)
    table, block = cell.table.id, cell.block
    if cell.column.total:
        columns = [each for each in block.columns if not each.total and _stands_below(each.heads, cell.column.heads)]
        return tuple(
            f"{table}.{cell.row.id}.{each.id}" for each in columns if find_cell_kind(cell.row, each) == "figure"
        )
    if cell.row.total:
        rows = [each for each in block.rows if not each.total and _stands_below(each.heads, cell.row.heads)]
        return tuple(
            f"{table}.{each.id}.{cell.column.id}" for each in rows if find_cell_kind(each, cell.column) == "figure"
        )
    return (key,)


def _draw_charts(spec: FormSpec, submission: Submission, last_year: Submission | None) -> Iterator[Picture]:
    for chart in spec.charts:
        if chart.over == "year":
            yield _draw_year(spec, chart, submission)
        elif chart.over == "years" and last_year is not None:
            yield _draw_years(spec, chart, submission, last_year)


def _draw_year(spec: FormSpec, chart: Chart, submission: Submission) -> Picture:
    """Each bar whole; or in its parts, where all of them are there and add up."""
    values, words = submission.values, _Words(period_of(submission))
    whole = [Bar(bar.label, (_sum_cells(spec, values, bar.cells),)) for bar in chart.bars]
    split = [
        Bar(bar.label, tuple(_add_up(_take_values(spec, values, part)) for part in bar.parts)) for bar in chart.bars
    ]
    stacked = bool(chart.parts) and all(
        _make_up_whole(parts, bar.amounts[0]) for parts, bar in zip(split, whole, strict=True)
    )
    return Picture(
        id=chart.id,
        title=words.fill(chart.title),
        axis=chart.axis,
        unit=_chart_unit(spec, chart),
        series=chart.parts if stacked else (period_of(submission).title,),
        bars=tuple(split if stacked else whole),
        none=words.fill(chart.none),
        stacked=stacked,
    )


def _draw_years(spec: FormSpec, chart: Chart, submission: Submission, last_year: Submission) -> Picture:
    bars = tuple(
        Bar(bar.label, tuple(_sum_cells(spec, given.values, bar.cells) for given in (submission, last_year)))
        for bar in chart.bars
    )
    words = _Words(period_of(submission), period_of(last_year))
    series = (period_of(submission).title, period_of(last_year).title)
    unit = _chart_unit(spec, chart)
    return Picture(chart.id, words.fill(chart.title), chart.axis, unit, series, bars, words.fill(chart.none))


class _Words:
    """The years that the words of a chart may name; of a part of a year its whole name stands for year and 年."""

    def __init__(self, period: Period, before: Period | None = None) -> None:
        self._periods = {"{year}": period} | ({} if before is None else {"{last_year}": before})

    def fill(self, text: str) -> str:
        for name, period in self._periods.items():
            text = text.replace(f"{name}年", period.title).replace(name, str(period))
        return text


def _chart_unit(spec: FormSpec, chart: Chart) -> str:
    return spec.cell(chart.bars[0].cells[0]).measure.unit


def _stands_below(heads: tuple[Head, ...], above: tuple[Head, ...]) -> bool:
    return heads[: len(above)] == above


def _take_values(spec: FormSpec, values: Sequence[Value], keys: Iterable[CellKey]) -> list[Value]:
    return [values[spec.index[key]] for key in keys]


def _sum_cells(spec: FormSpec, values: Sequence[Value], keys: Iterable[CellKey]) -> Amount:
    """Cells added up; a total that is blank by what is there of its inputs."""
    found: list[Value] = []
    for key in keys:
        value = values[spec.index[key]]
        found += [value] if value is not None else _take_values(spec, values, list_inputs(spec, key))
    return _add_up(found)


def _add_up(values: Sequence[Value]) -> Amount:
    known = [figure for value in values if (figure := figure_of(value)) is not None]
    blanks = sum(value is None for value in values)
    if known:
        return Amount(sum(known), blanks)
    return Amount(None if blanks else NOT_APPLICABLE)


def _make_up_whole(parts: Bar, whole: Amount) -> bool:
    """Whether parts are all there, none below zero, and make up the whole."""
    figures = [None if amount.blanks else figure_of(amount.value) for amount in parts.amounts]
    known = [figure for figure in figures if figure is not None and figure >= 0]
    return len(known) == len(parts.amounts) and sum(known) == whole.value
