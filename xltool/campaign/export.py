"""The figures of a campaign for other programs.

One row a cell of every agency's newest version, as Parquet, CSV or a workbook.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from xltool.campaign.standing import Standing, standing_submission
from xltool.csvfile import as_csv
from xltool.forms.number import to_exact
from xltool.messages import XltoolError
from xltool.model import Cell, FormSpec, NotApplicable, Value

CellState: TypeAlias = Literal["filled", "total", "blank", "not_applicable"]
ExportRow: TypeAlias = tuple[str, str, str, str, str, int, str, str, int | Decimal | None, CellState, str]

EXPORT_HEADS: Final = (
    "code", "agency", "level", "scope", "form", "year", "cell", "unit", "value", "state", "standing",
)  # fmt: skip
"""`value` is empty where `state` is `blank` or `not_applicable`; `standing` is how the agency stands: `accepted` or
`returned`."""
EXPORT_SHEET: Final = "数据"
DIGITS: Final = 38
"""The most digits of a decimal in Parquet."""


def list_figures(spec: FormSpec, standings: Sequence[Standing]) -> Iterator[ExportRow]:
    """A row for every cell of each agency that returned something, in the order of the roster and of the form."""
    for standing in standings:
        if standing.version is None:
            continue
        submission = standing_submission(standing)
        agency = submission.agency
        whose = (agency.code, agency.name, agency.level, submission.scope, submission.form, submission.year)
        for cell, value in zip(spec.cells, submission.values, strict=True):
            figure = to_exact(value, cell.measure)
            number = None if isinstance(figure, str) else figure
            yield (*whose, cell.key, cell.measure.unit, number, _tell_state(cell, value), standing.state)


def export_figures(spec: FormSpec, standings: Sequence[Standing], kind: str) -> bytes:
    """The rows as a file of a kind of `EXPORT_KINDS`; same figures, same bytes.

    Raises `XltoolError` where there are no returns, more rows than a sheet has, or no library to write Parquet.
    """
    rows = list(list_figures(spec, standings))
    if not rows:
        raise XltoolError("还没有单位报送，没有可以导出的数。")
    return EXPORT_KINDS[kind](spec, rows)


def _tell_state(cell: Cell, value: Value) -> CellState:
    if value is None:
        return "blank"
    if isinstance(value, NotApplicable):
        return "not_applicable"
    return "total" if cell.total else "filled"


def _write_csv(spec: FormSpec, rows: Sequence[ExportRow]) -> bytes:  # noqa: ARG001
    return as_csv([EXPORT_HEADS, *rows])


def _write_xlsx(spec: FormSpec, rows: Sequence[ExportRow]) -> bytes:  # noqa: ARG001
    from xltool.workbook.listing import write_listing

    return write_listing({EXPORT_SHEET: [EXPORT_HEADS, *rows]})


def _write_parquet(spec: FormSpec, rows: Sequence[ExportRow]) -> bytes:
    """Figures are decimals of one width, so that a column of amounts and counts holds both to the last digit."""
    try:
        import pyarrow
    except ImportError:
        raise XltoolError(
            '写 .parquet 要用 pyarrow，没有安装：运行 pip install "xltool[parquet]"；或改写 .csv、.xlsx。'
        ) from None
    import pandas as pd

    decimals = max(cell.measure.decimals for cell in spec.cells)
    kinds = {"year": pyarrow.int32(), "value": pyarrow.decimal128(DIGITS, decimals)}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in EXPORT_HEADS])
    frame = pd.DataFrame(rows, columns=list(EXPORT_HEADS), dtype=object)
    frame["value"] = [None if figure is None else Decimal(figure) for figure in frame["value"]]
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False, schema=schema)
    return buffer.getvalue()


EXPORT_KINDS: Final[Mapping[str, Callable[[FormSpec, Sequence[ExportRow]], bytes]]] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "xlsx": _write_xlsx,
}
"""How each kind of file is written, by the ending of its name."""
