"""The figures of a report for programs: tidy rows as .csv, and what search engines read of a data set in a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, assert_never

from xltool.csvfile import as_csv
from xltool.forms import document
from xltool.forms.layout import column_path, row_path
from xltool.forms.list_rows import name_content
from xltool.forms.number import to_exact
from xltool.forms.rates import compute_rate, to_exact_rate
from xltool.model import Cell, EntryCell, FormSpec, Rate, Submission, figure_of, summand_of
from xltool.periods import period_of
from xltool.report.text import DRAFT_MARK, clean_line

DATA_HEADS: Final = (
    "单位代码", "单位名称", "年份", "报表", "单元格", "表", "分块", "行", "栏", "指标", "计量单位", "数", "备注",
)  # fmt: skip
JOINT: Final = " / "
"""Between a label and the heads above it, as between the two labels of a cell."""

# In a script element nothing but `</script` and `<!--` could end or hide the rest; the others so that no filter on the
# way is tempted.
_IN_SCRIPT: Final = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"))


def list_rows(spec: FormSpec, submission: Submission, *, draft: bool = False) -> Iterator[tuple[Any, ...]]:
    """One row a cell, in the order of the form, and behind them one for each content of a list; see `DATA_HEADS`.

    Figures are exact, `/` is `/`, a blank is None.

    The row and the column come with the heads above them; a draft says in every row that it is one.
    """
    agency = submission.agency
    whose = (clean_line(agency.code), clean_line(agency.name), _name_period(submission), submission.form)
    note = DRAFT_MARK if draft else ""
    for cell in spec.every_cell:
        row, column = (
            JOINT.join(part.label for part in path) for path in (row_path(cell.row), column_path(cell.column))
        )
        where = (cell.key, cell.table.title, cell.block.caption, row, column, cell.label)
        match cell:
            case Cell():
                value = to_exact(submission.values[spec.index[cell.key]], cell.measure)
            case Rate():
                value = to_exact_rate(compute_rate(spec, cell, submission.values), cell.measure)
            case EntryCell():
                value = clean_line(submission.entries.get(cell.key, "")) or None
            case _:
                assert_never(cell)
        yield (*whose, *where, cell.measure.unit, value, note)
    for of_list in _list_contents(spec, submission):
        yield (*whose, *of_list, note)


def _list_contents(spec: FormSpec, submission: Submission) -> Iterator[tuple[Any, ...]]:
    """What stands in the lines of lists, from the column of cells to that of figures."""
    for row_list in spec.lists:
        for serial, line in enumerate(submission.lists.get(row_list.id, ()), 1):
            row = clean_line(f"{serial}{JOINT}{line.agency}" if line.agency else f"{serial}")
            for column, content in zip(row_list.columns, line.contents, strict=True):
                where = (name_content(row_list, serial, column), row_list.title, "", row, column.label)
                exact = to_exact(content, column.measure) if isinstance(content, int) else content
                held = clean_line(exact) if isinstance(exact, str) else exact
                yield (*where, f"{row}{JOINT}{column.label}", column.measure.unit, held)


def _name_period(submission: Submission) -> int | str:
    """The year as a number, a part of one as a text."""
    return str(period_of(submission)) if submission.part else submission.year


def to_csv(spec: FormSpec, submission: Submission, *, draft: bool = False) -> bytes:
    """The rows as a .csv in UTF-8 with the mark that Excel and WPS need.

    No text of it is run as a formula, and none is changed for good.

    A text that begins with = + - @ (of either width), after blanks or not, has an apostrophe before it, and so has one
    that begins with an apostrophe: a program takes one apostrophe away where a cell begins with one and has every text
    as it was. Figures never have one, not even -4.
    """
    return as_csv([DATA_HEADS, *list_rows(spec, submission, draft=draft)])


def to_json_ld(spec: FormSpec, submission: Submission, title: str, *, draft: bool = False) -> str:
    """The figures as a schema.org `Dataset` in JSON-LD, safe inside a script element of a page.

    A figure is what the tables of the page print, 0 for `/`; of a blank there is the description without a value. A
    licence is left out: nobody told of one.
    """
    agency = clean_line(submission.agency.name)
    measured = list(_describe_measurements(spec, submission))
    about = f"{agency}{period_of(submission).title}{spec.title}各表的全部统计数据，共{len(measured)}项。"
    dataset = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": clean_line(title),
        "description": f"{about}格式依据：{spec.basis}（{spec.authority}）。",
        "inLanguage": "zh-CN",
        "creator": {"@type": "Organization", "name": agency},
        "temporalCoverage": period_of(submission).interval,
        **({"creativeWorkStatus": DRAFT_MARK} if draft else {}),
        "variableMeasured": measured,
    }
    text = json.dumps(dataset, ensure_ascii=False, separators=(",", ":"))
    for sign, escaped in _IN_SCRIPT:
        text = text.replace(sign, escaped)
    return text


def _describe_measurements(spec: FormSpec, submission: Submission) -> Iterator[dict[str, Any]]:
    for cell, value in zip(spec.cells, submission.values, strict=True):
        if cell.table.unprinted:
            continue
        printed = summand_of(value) if spec.slash == "0" else figure_of(value)
        figure = document.json_value(printed, cell.measure)
        given = {} if figure is None else {"value": figure}
        yield {
            "@type": "PropertyValue",
            "propertyID": cell.key,
            "name": cell.label,
            "unitText": cell.measure.unit,
            **given,
        }
