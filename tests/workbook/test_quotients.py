"""Rates in the workbook: what LibreOffice divides is what we divide, digit for digit, halves too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.forms.rates import make_form, submit
from tests.workbook import calc
from tests.workbook.calc import Content
from tests.workbook.tamper import tampered
from xltool.forms import rates, totals
from xltool.forms.spec import parse_spec
from xltool.model import NOT_APPLICABLE, Agency, FormSpec, Submission, Value
from xltool.reader.read import read_workbook
from xltool.workbook import cached_values
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.quotients import to_cached_rate
from xltool.workbook.write import write_workbook

RATE = "hazards.fire.rate"
ROWS, WORKBOOKS = 400, 3
COLUMNS = {
    "percent": "rectified / found",
    "cut": "rectified / found",
    "mille": "change / found",
    "average": "10000 * spent / found",
    "share": "spent / all.spent",
    "each": "(found + rectified) / (10 * spent)",
    "whole": "(found - rectified) / rectified",
}
"""The rates of every row, each in a measure of its name."""
MEASURES = """
[measure.count]
unit = "项"
decimals = 0
[measure.money]
unit = "万元"
decimals = 6
maximum = 1000
[measure.change]
unit = "项"
decimals = 1
signed = true
maximum = 99999999
"""
UNITS = {"percent": ("%", 2), "cut": ("%", 2), "mille": ("‰", 4), "average": ("元", 3), "share": ("%", 6)}


def make_large_form() -> FormSpec:
    """A form of many rows, each with every kind of rate."""
    measures = "".join(
        f'[measure.{name}]\nunit = "{UNITS.get(name, ("", 0))[0]}次"\ndecimals = {UNITS.get(name, ("", 0))[1]}\n'
        f'rounding = "{"cut" if name in {"cut", "share"} else "half_up"}"\n'.replace('%次"', '%"').replace('‰次"', '‰"')
        for name in COLUMNS
    )
    figures = "".join(
        f'{{ id = "{name}", label = "{name}", measure = "{measure}" }},\n'
        for name, measure in {"found": "count", "rectified": "count", "change": "change", "spent": "money"}.items()
    )
    computed = "".join(
        f'{{ id = "rate_{name}", label = "rate {name}", measure = "{name}", rate = "{text}" }},\n'
        for name, text in COLUMNS.items()
    )
    rows = "".join(f'{{ id = "row{at}", label = "第{at}行" }},\n' for at in range(ROWS))
    return parse_spec(
        f'id = "rates"\ntitle = "比率"\nauthority = "办公室"\nbasis = "1号"\nyears = [2024]\n{MEASURES}{measures}'
        '[[section]]\nheading = "一"\ntable = "t"\n[[table]]\nid = "t"\nname = "表一"\nsheet = "表一"\ntitle = "一"\n'
        f"widths = {[10] * (len(COLUMNS) + 6)}\n[[table.block]]\n"
        f'rows = [{{ id = "parts", label = "各行", rows = [\n{rows}] }},\n'
        '{ id = "all", label = "合计", total = true }]\n'
        f'columns = [\n{figures}{computed}]\n[[table.rule]]\nid = "all"\nper = "column"\nexpr = "all = sum(parts)"\n'
        'defines = true\ntext = "合计"\nbasis = "1号"\n',
        "rates.toml",
    )


def make_values(spec: FormSpec, rng: Random) -> Iterator[Value]:
    """Figures whose quotients are halves of the last digit, just above, just below, or anything."""
    for cell in spec.cells:
        if cell.total:
            yield None
        elif cell.column.id == "found":
            found = rng.choice(
                [2 * rng.randrange(10**4), rng.randrange(10**9), rng.randrange(1, 9) * 20000, 0, 3, 8, 10**8]
            )
            yield found if rng.random() < 0.98 else rng.choice([None, NOT_APPLICABLE])
        elif cell.column.id == "rectified":
            half = (2 * rng.randrange(10**4) + 1) * found // 20000
            yield max(0, rng.choice([half, half - 1, half + 1, rng.randrange(found + 1)]))
        elif cell.column.id == "change":
            yield rng.choice([-1, 1]) * rng.choice([rng.randrange(10**3), rng.randrange(10**9)])
        else:
            yield rng.choice([rng.randrange(10**9), rng.randrange(100) * 10**6, 78156100, 0])


def test_libreoffice_divides_as_we_do(tmp_path: Path) -> None:
    calc.require_office()
    spec = make_large_form()
    plan = make_plan(spec)
    files, wanted = {}, {}
    for number in range(WORKBOOKS):
        values = totals.compute_totals(spec, list(make_values(spec, Random(number))))
        submission = Submission(spec.id, 2024, Agency("1", "县办", "county"), values)
        files[f"w{number}"] = calc.spoiled(write_workbook(spec, submission))
        wanted[f"w{number}"] = (
            rates.compute_rates(spec, values),
            cached_values.compute_cached_values(plan, submission),
        )
    compared = 0
    for name, shown in calc.recalculated(files, tmp_path).items():
        computed, cached = wanted[name]
        for rate in spec.rates:
            spot = plan.cells[rate.key]
            value: Content = to_cached_rate(computed[rate.key], rate)
            assert value == cached[spot]
            assert (shown.get(spot) or "") == value or shown.get(spot) == value, (name, rate.key)
            compared += isinstance(value, int | float)
    assert compared > WORKBOOKS * ROWS * len(COLUMNS) * 0.8


@pytest.mark.parametrize(
    ("typed", "told"),
    [(49.67, ("rate.retyped", None)), (49.66, ("rate.differs", "49.66")), ("约五成", ("rate.differs", "约五成"))],
)
def test_a_rate_that_is_typed_over_is_told_and_not_taken(typed: float | str, told: tuple[str, str | None]) -> None:
    spec = make_form()
    submission = submit(spec, [151, 75, 1000000, 4, 3, 0])
    data = write_workbook(spec, submission)
    spot = make_plan(spec).cells[RATE]
    [clean, spoilt] = [
        read_workbook(each, lambda _: spec, lambda _: ())
        for each in (
            data,
            tampered(lambda book: book.put(spot.sheet, spot.address, typed), data=data),
        )
    ]
    assert clean.submission is not None
    assert spoilt.submission is not None
    assert (clean.submission.values, clean.findings) == (submission.values, ())
    assert spoilt.submission.values == submission.values
    assert [(found.code, found.data.get("typed")) for found in spoilt.findings] == [told]
