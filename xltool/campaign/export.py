"""The figures of a campaign for other programs.

One row a cell of every agency's newest version, as Parquet, CSV or a workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Literal, TypeAlias

from xltool import itself
from xltool.campaign.contributions import MOST_ROWS
from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster
from xltool.campaign.standing import AgencyState, Standing, read_submission
from xltool.campaign.store import Store
from xltool.csvfile import write_csv
from xltool.forms.list_rows import name_content
from xltool.forms.number import to_exact
from xltool.messages import XltoolError
from xltool.model import Cell, FormSpec, NotApplicable, Submission, Value

CellState: TypeAlias = Literal["filled", "total", "blank", "not_applicable"]
ExportRow: TypeAlias = tuple[Any, ...]

EXPORT_HEADS: Final = (
    "code", "agency", "level", "scope", "form", "year", "cell", "unit", "value", "state", "standing",
)  # fmt: skip
"""`value` is empty where `state` is `blank` or `not_applicable`; `standing` is how the agency stands: `accepted`,
`open` or `returned`."""
CONTENT_HEAD: Final = "content"
"""One more column of a form that has cells that are no figures: what stands in these, whose `value` is empty."""
EXPORT_SHEET: Final = "数据"
DIGITS: Final = 38
"""The most digits of a decimal in Parquet."""
GROUP, PIECE = 2**16, 2**20
"""Rows of a group in Parquet; bytes that are written at once."""


def check_room(campaign: Campaign, roster: Roster, store: Store, kind: str) -> None:
    """Raises `XltoolError` where a kind of file does not hold all the rows; nothing is read for it."""
    if kind != "xlsx":
        return
    absent, there = store.absences(), store.list_counting()
    agencies = sum(code in roster.agencies and code not in absent for code in there)
    cells = len(campaign.spec.cells) + len(campaign.spec.entries)
    if agencies * cells >= MOST_ROWS:
        others = "、".join(f".{other}" for other in EXPORT_KINDS if other != kind)
        raise XltoolError(
            f"要导出 {agencies} 个单位的数，每个 {cells} 格，加上表头共 {agencies * cells + 1} 行，"
            f"一张工作表最多 {MOST_ROWS} 行，放不下："
            f"{others} 没有这个限制，把 -o 后面的文件名改成以它结尾的，再执行一次。"
        )


def list_figures(spec: FormSpec, store: Store, standings: Iterable[Standing]) -> Iterator[ExportRow]:
    """A row for every cell of each agency that returned something, in the order of the roster and of the form.

    Cells that are no figures come behind the figures, and the lines of lists last.
    """
    for standing in standings:
        if standing.version is not None:
            yield from list_figures_of(spec, read_submission(store, standing), standing.state)


def list_figures_of(spec: FormSpec, submission: Submission, standing: AgencyState) -> Iterator[ExportRow]:
    """The rows of one submission, by how its agency stands."""
    nothing = ("",) if spec.entries or spec.lists else ()
    agency = submission.agency
    whose = (agency.code, agency.name, agency.level or "", submission.scope, submission.form, submission.year)
    for cell, value in zip(spec.cells, submission.values, strict=True):
        figure = to_exact(value, cell.measure)
        number = None if isinstance(figure, str) else figure
        yield (*whose, cell.key, cell.measure.unit, number, _tell_state(cell, value), standing, *nothing)
    for entry in spec.entries:
        content = submission.entries.get(entry.key, "")
        state: CellState = "filled" if content else "blank"
        yield (*whose, entry.key, "", None, state, standing, content)
    for key, unit, figure, content in _list_contents(spec, submission):
        told: CellState = "blank" if figure is None and not content else "filled"
        yield (*whose, key, unit, figure, told, standing, content)


def _list_contents(
    spec: FormSpec, submission: Submission
) -> Iterator[tuple[str, str, int | Decimal | str | None, str]]:
    """What stands in the lines of lists, by list, line and column: unit and figure, or what is none."""
    for row_list in spec.lists:
        for serial, line in enumerate(submission.lists.get(row_list.id, ()), 1):
            for column, content in zip(row_list.columns, line.contents, strict=True):
                figure = to_exact(content, column.measure) if isinstance(content, int) else None
                text = content if isinstance(content, str) else ""
                yield name_content(row_list, serial, column), column.measure.unit, figure, text


def list_export_heads(spec: FormSpec, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns of an export of a form, and behind them `more`."""
    return (*EXPORT_HEADS, *((CONTENT_HEAD,) if spec.entries or spec.lists else ()), *more)


def export_figures(spec: FormSpec, rows: Iterator[ExportRow], kind: str, more: tuple[str, ...] = ()) -> Iterator[bytes]:
    """The rows as a file of a kind of `EXPORT_KINDS`, in pieces; same figures, same bytes.

    Rows may have columns `more` than `list_figures` gives, of texts.

    Raises `XltoolError` where there are no returns, or no library to write Parquet; `check_room` comes before.
    """
    first = next(rows, None)
    if first is None:
        raise XltoolError("还没有单位报送，没有可以导出的数。")
    return EXPORT_KINDS[kind](spec, list_export_heads(spec, more), chain([first], rows))


def _tell_state(cell: Cell, value: Value) -> CellState:
    if value is None:
        return "blank"
    if isinstance(value, NotApplicable):
        return "not_applicable"
    return "total" if cell.total else "filled"


def _write_csv(_: FormSpec, heads: tuple[str, ...], rows: Iterable[ExportRow]) -> Iterator[bytes]:
    return write_csv(chain([heads], rows))


def _write_xlsx(_: FormSpec, heads: tuple[str, ...], rows: Iterable[ExportRow]) -> Iterator[bytes]:
    from xltool.workbook.listing import stream_listing

    return stream_listing({EXPORT_SHEET: _require_room(chain([heads], rows))})


def _require_room(rows: Iterable[ExportRow]) -> Iterator[ExportRow]:
    """The rows, as far as a sheet goes: nobody knows beforehand how many lines lists have."""
    for at, row in enumerate(rows, 1):
        if at > MOST_ROWS:
            raise XltoolError(f"连同明细各行超过一张工作表最多的 {MOST_ROWS} 行，放不下：请导出为 .csv 或 .parquet。")
        yield row


def _write_parquet(spec: FormSpec, heads: tuple[str, ...], rows: Iterator[ExportRow]) -> Iterator[bytes]:
    """Figures are decimals of one width, so that a column of amounts and counts holds both to the last digit."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise XltoolError(
            "写 .parquet 要用 pyarrow，这份程序里没有；改写 .csv、.xlsx。"
            if itself.is_bundle()  # which leaves it out
            else '写 .parquet 要用 pyarrow，没有安装：运行 pip install "xltool[parquet]"；或改写 .csv、.xlsx。'
        ) from None
    measures = [cell.measure for cell in spec.cells]
    measures += [column.measure for row_list in spec.lists for column in row_list.columns]
    decimals = max(measure.decimals for measure in measures)
    kinds = {"year": pyarrow.int32(), "value": pyarrow.decimal128(DIGITS, decimals)}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in heads])
    value = EXPORT_HEADS.index("value")
    with SpooledTemporaryFile(max_size=PIECE) as file, ParquetWriter(file, schema) as writer:
        while group := list(islice(rows, GROUP)):
            columns = [list(column) for column in zip(*group, strict=True)]
            columns[value] = [None if figure is None else Decimal(figure) for figure in columns[value]]
            writer.write_table(pyarrow.table(columns, schema=schema))
        writer.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


EXPORT_KINDS: Final[Mapping[str, Callable[[FormSpec, tuple[str, ...], Iterator[ExportRow]], Iterator[bytes]]]] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "xlsx": _write_xlsx,
}
"""How each kind of file is written, by the ending of its name."""
