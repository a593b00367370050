"""What each cell of the sum is made of: tidy rows for programs and pivot tables, and the agencies side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from xltool.campaign import corrections
from xltool.campaign.consolidate import counted
from xltool.charts import compose
from xltool.charts.picture import Amount, Picture
from xltool.csvfile import inert
from xltool.forms.number import exact
from xltool.model import NOT_APPLICABLE, Cell, Consolidation, FormSpec, Policy, Value

if TYPE_CHECKING:
    import pandas

Entry: TypeAlias = str | int | Decimal | None
Sheet: TypeAlias = Sequence[Sequence[Entry]]

FIELDS: Final = ("key", "table", "row", "column", "kind", "code", "agency", "value")
HEADS: Final = ("单元格", "表", "行", "栏", "类别", "单位代码", "单位名称", "数")
POLICIES: Final[dict[Policy, str]] = {"sum": "相加", "never": "不相加，取本级单位的数", "careful": "相加，须核对重复"}
CORRECTION: Final = "更正"
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of Excel holds."""


def rows(spec: FormSpec, consolidation: Consolidation) -> Iterator[tuple[Entry, ...]]:
    """One row for each figure above or below zero that went into a cell, in the order of the form and the roster.

    What a cell's rows add up to is the figure of the sum: corrections have rows of their own, without an agency's code.
    """
    figures = counted(spec, consolidation)
    reasons: dict[str, list[str]] = {}
    for each in consolidation.applied:
        reasons.setdefault(each.correction.key, []).append(each.correction.reason)
    for at, cell in enumerate(spec.cells):
        facts = (cell.key, cell.table.name, cell.row.label, cell.column.label, "合计" if cell.total else "填报")
        column = figures[:, at].tolist()
        for agency, figure in zip(consolidation.agencies, column, strict=True):
            if figure:
                yield (*facts, agency.code, agency.name, entry(figure, cell))
        more = (
            _corrected(consolidation.total.values[at], column) if reasons and (cell.total or cell.key in reasons) else 0
        )
        if more:
            why = "；".join(reasons.get(cell.key, ()))
            yield (*facts, "", f"{CORRECTION}：{why}" if why else CORRECTION, entry(more, cell))


def frame(spec: FormSpec, consolidation: Consolidation) -> pandas.DataFrame:
    """The tidy rows as a frame with the columns of `FIELDS`; figures are exact, Python's integers and Decimals."""
    import pandas as pd

    return pd.DataFrame(list(rows(spec, consolidation)), columns=list(FIELDS), dtype=object)


def csv(spec: FormSpec, consolidation: Consolidation) -> bytes:
    """The tidy rows as a .csv that Excel and WPS open as Chinese text, in which no cell is taken for a formula."""
    tidy = frame(spec, consolidation)
    for name in ("row", "column", "agency"):
        tidy[name] = [inert(text) for text in tidy[name]]
    text: str = tidy.to_csv(index=False, header=list(HEADS), lineterminator="\r\n")
    return text.encode("utf-8-sig")


def sheets(spec: FormSpec, consolidation: Consolidation) -> dict[str, Sheet]:
    """The sheets of contributions.xlsx: the sums, agencies side by side, tidy rows, corrections, who is absent."""
    by_code = {
        agency.code: agency for agency in (*consolidation.agencies, *(each.agency for each in consolidation.absent))
    }
    return {
        "汇总": list(_summary(spec, consolidation)),
        "各单位": _fitting(list(_side_by_side(spec, consolidation))),
        "构成": _fitting([HEADS, *rows(spec, consolidation)]),
        "更正": list(corrections.listed(spec, consolidation.applied, by_code)),
        "未汇总单位": [
            ("单位代码", "单位名称", "原因"),
            *((a.agency.code, a.agency.name, a.reason) for a in consolidation.absent),
        ],
    }


def pictured(spec: FormSpec, consolidation: Consolidation) -> tuple[Picture, ...]:
    """The picture of how many applications each agency received; none for a form without that table."""
    key = f"{compose.APPLICATIONS}.{compose.RECEIVED}.{compose.TOTAL}"
    if key not in spec.index:
        return ()
    at, row = spec.index[key], spec.cell(key).row
    inputs = [place for place, cell in enumerate(spec.cells) if cell.row is row and not cell.total]
    figures = consolidation.values[:, at].tolist()
    blanks, slashes = (part[:, inputs].sum(axis=1).tolist() for part in (consolidation.missing, consolidation.slashes))
    volumes = []
    for agency, figure, blank, slash in zip(consolidation.agencies, figures, blanks, slashes, strict=True):
        none = blank + slash == len(inputs)
        amount = Amount(None if blank else NOT_APPLICABLE) if none else Amount(figure, blank)
        volumes.append((agency.name, amount))
    more = _corrected(consolidation.total.values[at], figures)
    return compose.by_agency(spec, consolidation.total.year, volumes, corrected=more, absent=len(consolidation.absent))


def entry(value: Value, cell: Cell) -> Entry:
    """A figure as a sheet or a frame holds it: exact, `/` as it is, a blank as None."""
    return exact(value, cell.measure)


def _summary(spec: FormSpec, consolidation: Consolidation) -> Iterator[tuple[Entry, ...]]:
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
    figures = counted(spec, consolidation)
    missing, slashes = consolidation.missing.sum(axis=0).tolist(), consolidation.slashes.sum(axis=0).tolist()
    for at, cell in enumerate(spec.cells):
        column, value = figures[:, at].tolist(), consolidation.total.values[at]
        more = _corrected(value, column)
        yield (
            *(cell.key, cell.table.name, cell.row.label, cell.column.label, cell.measure.unit),
            "由各项算出" if cell.total else POLICIES[cell.row.consolidate],
            *(len(column) - missing[at] - slashes[at], slashes[at], missing[at]),
            *(entry(sum(column), cell), entry(more, cell) if more else None, entry(value, cell)),
        )


def _side_by_side(spec: FormSpec, consolidation: Consolidation) -> Iterator[tuple[Entry, ...]]:
    """Cells downwards, agencies across, with what each reported: `/` and blanks as they are."""
    yield ("单元格", "表", "行", "栏", "汇总数", *(f"{agency.code} {agency.name}" for agency in consolidation.agencies))
    for at, cell in enumerate(spec.cells):
        facts = zip(
            *(part[:, at].tolist() for part in (consolidation.values, consolidation.missing, consolidation.slashes)),
            strict=True,
        )
        held = [entry(None if blank else NOT_APPLICABLE if slash else figure, cell) for figure, blank, slash in facts]
        yield (
            cell.key,
            cell.table.name,
            cell.row.label,
            cell.column.label,
            entry(consolidation.total.values[at], cell),
            *held,
        )


def _corrected(value: Value, column: Sequence[int]) -> int:
    """What corrections add to the agencies' figures."""
    return value - sum(column) if isinstance(value, int) else 0


def _fitting(sheet: Sheet) -> Sheet:
    """The rows, or the word that a sheet cannot hold them."""
    if len(sheet) > MOST_ROWS or len(sheet[0]) > MOST_COLUMNS:
        return [("说明",), ("行或列超过工作表所能容纳的数目；全部内容见 contributions.csv。",)]
    return sheet
