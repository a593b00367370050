"""Submissions as frames of pandas and back: one row each, of any years and editions.

Every figure exact, an int or a Decimal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from xltool.codes import CATALOGUE
from xltool.forms import number
from xltool.forms.entries import take_entry
from xltool.forms.source import find_closest
from xltool.messages import XltoolError, suggest
from xltool.model import LEVELS, Agency, Cell, CellKey, FormSpec, Level, Scope, Submission, Value

if TYPE_CHECKING:
    import pandas

FRAME_HEADS: Final = ("agency", "year", "form", "level", "scope")
"""The columns that say whose figures a row has; the agency's code is the index, `code`."""


def build_frame(submissions: Iterable[Submission], form: Callable[[str], FormSpec]) -> pandas.DataFrame:
    """One row a submission, indexed by agency code.

    `FRAME_HEADS`, then a column a cell of any of the forms, the newest edition's first.

    A blank is None, and so is a cell that a row's form does not have; `/` stays the text `/`.
    """
    import pandas as pd

    rows = list(submissions)
    specs = {submission.form: form(submission.form) for submission in rows}
    newest_first = sorted(specs.values(), key=lambda spec: (spec.years[0], spec.id), reverse=True)
    cells = list(dict.fromkeys(key for spec in newest_first for key in spec.order))
    data = [_build_row(submission, specs[submission.form], cells) for submission in rows]
    index = pd.Index([submission.agency.code for submission in rows], name="code", dtype=object)
    frame = pd.DataFrame(data, columns=[*FRAME_HEADS, *cells], index=index, dtype=object)
    return frame.copy()  # in one block: pandas warns of 200 single columns wherever one is added


def build_submissions(frame: pandas.DataFrame, form: Callable[[str], FormSpec]) -> list[Submission]:
    """The submissions in a frame as `build_frame` makes them: what stands in their cells, without texts.

    None, NaN and NA are blanks.

    Raises `XltoolError` naming row and column: one that is missing or belongs to no form, a level, year or scope that
    is none, a value that the cell cannot hold.
    """
    columns = [str(name) for name in frame.columns]
    missing = [name for name in FRAME_HEADS if name not in columns]
    if missing:
        raise XltoolError(f"表中缺少列：{'、'.join(missing)}。")
    if len(set(columns)) < len(columns):
        raise XltoolError(f"列 {next(name for name in columns if columns.count(name) > 1)} 出现了两次。")
    specs = {name: form(name) for name in dict.fromkeys(map(str, frame["form"]))}
    _check_columns([name for name in columns if name not in {"code", *FRAME_HEADS}], specs)
    codes = [str(code) for code in (frame["code"] if "code" in columns else frame.index)]
    rows = zip(codes, frame.itertuples(index=False, name=None), strict=True)
    entries = [dict(zip(columns, row, strict=True)) | {"code": code} for code, row in rows]
    return [_read_row(at, entry, specs[str(entry["form"])]) for at, entry in enumerate(entries, 1)]


def _build_row(submission: Submission, spec: FormSpec, cells: list[str]) -> list[Any]:
    agency = submission.agency
    figures = {
        cell.key: number.to_exact(value, cell.measure)
        for cell, value in zip(spec.cells, submission.values, strict=True)
    }
    level = None if submission.level_basis else agency.level  # an inferred one would come back as one that was given
    heads = [agency.name, submission.year, submission.form, level, submission.scope]
    return [*heads, *map({**submission.entries, **figures}.get, cells)]


def _check_columns(names: list[str], specs: Mapping[str, FormSpec]) -> None:
    known = {key for spec in specs.values() for key in spec.order}
    for name in names:
        if name not in known:
            hint = suggest(find_closest(name, known))
            raise XltoolError(f"列 {name} 不是 {'、'.join(specs)} 的单元格{hint}。")


def _read_row(at: int, entry: Mapping[str, Any], spec: FormSpec) -> Submission:
    row = f"第 {at} 行（{entry['code']}）"
    year, level, scope = entry["year"], entry["level"], entry["scope"]
    if isinstance(year, bool) or not isinstance(year, Integral) or not spec.covers(int(year)):
        raise XltoolError(f"{row}的 year 列：{year} 不是 {spec.id} 的年度。")
    level = None if _is_blank(level) else level
    if level is not None and level not in LEVELS:
        raise XltoolError(f"{row}的 level 列：应为 {'、'.join(LEVELS)} 之一，现为 {level}。")
    if scope not in get_args(Scope):
        raise XltoolError(f"{row}的 scope 列：应为 own 或 consolidated，现为 {scope}。")
    for key in entry.keys() - spec.order.keys() - {"code", *FRAME_HEADS}:
        if not _is_blank(entry[key]):
            raise XltoolError(f"{row}的 {key} 列：{spec.id} 没有这一格，应为空白。")
    return Submission(
        form=spec.id,
        year=int(year),
        agency=Agency(entry["code"], str(entry["agency"]), cast("Level | None", level)),
        values=tuple(_read_value(row, entry.get(cell.key), cell) for cell in spec.cells),
        scope=cast(Scope, scope),
        entries=dict(_read_entries(row, entry, spec, cast(Scope, scope))),
        unread_lists=frozenset(each.id for each in spec.lists),
    )


def _read_entries(row: str, given: Mapping[str, Any], spec: FormSpec, scope: Scope) -> Iterator[tuple[CellKey, str]]:
    for entry in spec.entries:
        content = given.get(entry.key)
        if _is_blank(content):
            continue
        if not isinstance(content, str | date):
            raise XltoolError(f"{row}的 {entry.key} 列：{content!r} 不是文字或日期。")
        text = content if isinstance(content, str) else date(content.year, content.month, content.day).isoformat()
        if held := take_entry(entry, text, scope)[0]:
            yield entry.key, held


def _read_value(row: str, given: Any, cell: Cell) -> Value:
    if _is_blank(given):
        return None
    if isinstance(given, str):
        figure = number.from_text(given, cell.measure)
    elif isinstance(given, Integral | Decimal) and not isinstance(given, bool):
        figure = number.from_decimal(given if isinstance(given, Decimal) else Decimal(int(given)), cell.measure)
    elif isinstance(given, Real) and not isinstance(given, bool):  # what pandas makes of whole numbers beside blanks
        figure = number.from_double(repr(float(given)), cell.measure)
    else:
        raise XltoolError(f"{row}的 {cell.key} 列：{given!r} 不是数。")
    if figure.code is not None and CATALOGUE[figure.code].severity == "error":
        raise XltoolError(f"{row}的 {cell.key} 列：{given} 不能作为这一格的数（{CATALOGUE[figure.code].title}）。")
    return figure.value


def _is_blank(given: Any) -> bool:
    import pandas as pd

    return given is None or given is pd.NA or given is pd.NaT or (isinstance(given, float) and math.isnan(given))
