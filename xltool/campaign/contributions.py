"""What each cell of the sum is made of: tidy rows for programs and pivot tables, and the agencies side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import Final, TypeAlias

from xltool.campaign import corrections
from xltool.campaign.consolidate import list_contributed
from xltool.charts import compose
from xltool.charts.picture import Amount, Picture
from xltool.csvfile import write_csv
from xltool.forms.entries import print_entry
from xltool.forms.list_joins import word_column_joining
from xltool.forms.number import to_exact
from xltool.model import (
    NOT_APPLICABLE,
    Cell,
    Chart,
    Consolidation,
    EntryPolicy,
    FormSpec,
    ListColumn,
    ListContent,
    Policy,
    Value,
    figure_of,
)
from xltool.periods import period_of
from xltool.workbook.paper import Paper

SheetValue: TypeAlias = str | int | Decimal | None
SheetRows: TypeAlias = Iterable[Sequence[SheetValue]]

CONTRIBUTION_HEADS: Final = ("单元格", "表", "行", "栏", "类别", "单位代码", "单位名称", "数")
POLICY_WORDS: Final[dict[Policy, str]] = {
    "sum": "相加",
    "never": "不相加，取本级单位的数",
    "careful": "相加，须核对重复",
    "max": "不相加，取各单位最大的数",
    "min": "不相加，取各单位最小的数",
}
ENTRY_POLICY_WORDS: Final[dict[EntryPolicy, str]] = {
    "never": "不汇总，取本级单位填的",
    "count": "按选项计数",
}
CORRECTION_NAME: Final = "更正"
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of Excel holds."""
NOTHING_CORRECTED, NOBODY_ABSENT = "没有更正", "没有未汇总的单位"
NOTHING_JOINED: Final = "没有由几行合成的行"
_TABLE: Final = itemgetter(1)  # its name, behind the cell's key, which is for programs
PAPERS: Final = {
    "汇总": Paper(unprinted=1, breaks=_TABLE, broadest={2: 34, 3: 20, 5: 18, **dict.fromkeys(range(6, 12), 11)}),
    "各单位": Paper(
        unprinted=1, repeated=4, scale=75, breaks=_TABLE, broadest={2: 34, 3: 18, **dict.fromkeys(range(5, 16_384), 11)}
    ),
    "构成": Paper(unprinted=1, scale=75, breaks=_TABLE, broadest={2: 40, 3: 20, 6: 40}),
    "明细合并": Paper(scale=75, breaks=itemgetter(0), broadest={2: 30, 3: 24, 5: 30, 6: 40, 7: 30}),
}
"""How the sheets are printed."""
TOO_LARGE: Final[SheetRows] = (("说明",), ("行或列超过工作表所能容纳的数目；全部内容见 contributions.csv。",))
_FACTS: Final = 5
"""Columns before those of the agencies."""


def list_contributions(spec: FormSpec, consolidation: Consolidation) -> Iterator[tuple[SheetValue, ...]]:
    """One row for each figure above or below zero that went into a cell, in the order of the form and the roster.

    What a cell's rows add up to is the figure of the sum: corrections have rows of their own, without an agency's code.
    """
    reasons: dict[str, list[str]] = {}
    for each in consolidation.applied:
        reasons.setdefault(each.correction.key, []).append(each.correction.reason)
    for at, cell in enumerate(spec.cells):
        facts = (cell.key, cell.table.name, cell.row.label, cell.column.label, "合计" if cell.total else "填报")
        column = list_contributed(spec, consolidation, at)
        for agency, figure in zip(consolidation.agencies, column, strict=True):
            if figure:
                yield (*facts, agency.code, agency.name, to_sheet_value(figure, cell))
        more = (
            sum_corrections(consolidation.total.values[at], column)
            if reasons and (cell.total or cell.key in reasons)
            else 0
        )
        if more:
            why = "；".join(reasons.get(cell.key, ()))
            yield (*facts, "", f"{CORRECTION_NAME}：{why}" if why else CORRECTION_NAME, to_sheet_value(more, cell))


def to_csv(spec: FormSpec, consolidation: Consolidation) -> Iterator[bytes]:
    """The tidy rows as a .csv that Excel and WPS open as Chinese text, in which no cell is taken for a formula.

    In pieces.
    """
    return write_csv(chain([CONTRIBUTION_HEADS], list_contributions(spec, consolidation)))


def build_sheets(spec: FormSpec, consolidation: Consolidation) -> dict[str, SheetRows]:
    """The sheets of contributions.xlsx: the sums, agencies side by side, tidy rows, corrections, who is absent.

    Their rows come as they are asked for, and once.
    """
    rows = sum(1 for _ in list_contributions(spec, consolidation)) + 1
    columns = len(consolidation.agencies) + _FACTS
    by_code = {
        agency.code: agency for agency in (*consolidation.agencies, *(each.agency for each in consolidation.absent))
    }
    return {
        "汇总": list(_summarise_cells(spec, consolidation)),
        "各单位": _list_side_by_side(spec, consolidation) if columns <= MOST_COLUMNS else TOO_LARGE,
        "构成": chain([CONTRIBUTION_HEADS], list_contributions(spec, consolidation))
        if rows <= MOST_ROWS
        else TOO_LARGE,
        **({"明细合并": _list_joined(spec, consolidation)} if any(each.join for each in spec.lists) else {}),
        "更正": _say_none(list(corrections.list_corrections(spec, consolidation.applied, by_code)), NOTHING_CORRECTED),
        "未汇总单位": _say_none(
            [
                ("单位代码", "单位名称", "原因"),
                *((a.agency.code, a.agency.name, a.reason) for a in consolidation.absent),
            ],
            NOBODY_ABSENT,
        ),
    }


def _say_none(rows: Sequence[Sequence[SheetValue]], none: str) -> Sequence[Sequence[SheetValue]]:
    """The rows; below heads alone that there is nothing."""
    return rows if len(rows) > 1 else [*rows, (none,)]


def draw_contributions(spec: FormSpec, consolidation: Consolidation) -> tuple[Picture, ...]:
    """The form's charts over agencies."""
    return tuple(_draw_agencies(spec, chart, consolidation) for chart in spec.charts if chart.over == "agencies")


def _draw_agencies(spec: FormSpec, chart: Chart, consolidation: Consolidation) -> Picture:
    [key] = chart.bars[0].cells
    at, inputs = spec.index[key], [spec.index[each] for each in compose.list_inputs(spec, key)]
    figures = consolidation.values[:, at].tolist()
    blanks, slashes = (part[:, inputs].sum(axis=1).tolist() for part in (consolidation.missing, consolidation.slashes))
    volumes = []
    for agency, figure, blank, slash in zip(consolidation.agencies, figures, blanks, slashes, strict=True):
        none = blank + slash == len(inputs)
        amount = Amount(None if blank else NOT_APPLICABLE) if none else Amount(figure, blank)
        volumes.append((agency.name, amount))
    more, absent = sum_corrections(consolidation.total.values[at], figures), len(consolidation.absent)
    return compose.draw_agencies(spec, chart, period_of(consolidation.total), volumes, corrected=more, absent=absent)


def to_sheet_value(value: Value, cell: Cell) -> SheetValue:
    """A figure as a sheet or a frame holds it: exact, `/` as it is, a blank as None."""
    return to_exact(value, cell.measure)


def _summarise_cells(spec: FormSpec, consolidation: Consolidation) -> Iterator[tuple[SheetValue, ...]]:
    """Each cell: how it is summed, from how many, what the agencies make and what corrections add."""
    yield (
        "单元格",
        "表",
        "行",
        "栏",
        "单位",
        "汇总方式",
        "有数的单位",
        "填“/”的单位",
        "未填的单位",
        "各单位之和",
        "更正",
        "汇总数",
    )
    missing, slashes = consolidation.missing.sum(axis=0).tolist(), consolidation.slashes.sum(axis=0).tolist()
    for at, cell in enumerate(spec.cells):
        column, value = list_contributed(spec, consolidation, at), consolidation.total.values[at]
        more = sum_corrections(value, column)
        yield (
            *(cell.key, cell.table.name, cell.row.label, cell.column.label, cell.measure.unit),
            "由各项算出" if cell.total else POLICY_WORDS[cell.policy],
            *(len(column) - missing[at] - slashes[at], slashes[at], missing[at]),
            *(
                to_sheet_value(sum(column), cell),
                to_sheet_value(more, cell) if more else None,
                to_sheet_value(value, cell),
            ),
        )

    for entry in spec.entries:
        held = sum(bool(each.get(entry.key)) for each in consolidation.entries)
        blank = len(consolidation.agencies) - held
        yield (
            *(entry.key, entry.table.name, entry.row.label, entry.column.label, ""),
            ENTRY_POLICY_WORDS[entry.kind.consolidate],
            *(held, 0, blank, None, None),
            print_entry(entry, consolidation.total.entries.get(entry.key, "")) or None,
        )


def _list_side_by_side(spec: FormSpec, consolidation: Consolidation) -> Iterator[tuple[SheetValue, ...]]:
    """Cells downwards, agencies across, with what each reported: `/` and blanks as they are."""
    yield ("单元格", "表", "行", "栏", "汇总数", *(f"{agency.code} {agency.name}" for agency in consolidation.agencies))
    for at, cell in enumerate(spec.cells):
        facts = zip(
            *(part[:, at].tolist() for part in (consolidation.values, consolidation.missing, consolidation.slashes)),
            strict=True,
        )
        held = [
            to_sheet_value(None if blank else NOT_APPLICABLE if slash else figure, cell)
            for figure, blank, slash in facts
        ]
        yield (
            cell.key,
            cell.table.name,
            cell.row.label,
            cell.column.label,
            to_sheet_value(consolidation.total.values[at], cell),
            *held,
        )
    for entry in spec.entries:
        written = (consolidation.total.entries, *consolidation.entries)
        yield (
            *(entry.key, entry.table.name, entry.row.label, entry.column.label),
            *(print_entry(entry, each.get(entry.key, "")) or None for each in written),
        )


def _list_joined(spec: FormSpec, consolidation: Consolidation) -> Sequence[Sequence[SheetValue]]:
    """What each line of a list that several were made is made of, column by column, with who reported it."""
    lists = {each.id: each for each in spec.lists}
    rows: list[Sequence[SheetValue]] = [("明细", "行", "名称", "栏", "汇总方式", "汇总数", "填报单位", "填报的数")]
    for joined in consolidation.joined:
        row_list = lists[joined.row_list]
        for at, column in enumerate(row_list.columns):
            if column.id in row_list.join:
                continue
            facts = (row_list.name, joined.serial, joined.unit, column.label, word_column_joining(column))
            whole = _to_sheet_content(column, joined.whole.contents[at])
            held = ((line.agency, line.contents[at]) for line in joined.lines)
            rows += [(*facts, whole, agency, _to_sheet_content(column, content)) for agency, content in held]
    return _say_none(rows if len(rows) <= MOST_ROWS else [*TOO_LARGE], NOTHING_JOINED)


def _to_sheet_content(column: ListColumn, content: ListContent) -> SheetValue:
    return to_exact(content, column.measure) if isinstance(content, int) else content


def sum_corrections(value: Value, column: Sequence[int]) -> int:
    """What corrections add to the agencies' figures."""
    figure = figure_of(value)
    return 0 if figure is None else figure - sum(column)
