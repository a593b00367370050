"""Printed numbers in formulas: LibreOffice computes the totals and verdicts of Python, and they are read back."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.forms.points import make_form, submit
from tests.workbook import calc
from tests.workbook.tamper import tampered
from xltool.model import Value
from xltool.reader.read import read_workbook
from xltool.workbook import cached_values
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook


def draw_deducted(rng: Random) -> list[Value]:
    """What is typed in: tenths of points, a blank at times, more than there are at times."""
    return [rng.choice([None, 0, 1, 7, 150, 255, 300, 301, rng.randint(0, 450)]) for _ in range(4)]


def test_libreoffice_takes_off_what_python_does(tmp_path: Path) -> None:
    calc.require_office()
    spec = make_form()
    plan = make_plan(spec)
    submissions = {f"w{number}": submit(spec, draw_deducted(Random(number))) for number in range(12)}
    files = {name: calc.spoiled(write_workbook(spec, each)) for name, each in submissions.items()}
    compared = scores = 0
    for name, shown in calc.recalculated(files, tmp_path).items():
        for spot, value in cached_values.compute_cached_values(plan, submissions[name]).items():
            if isinstance(value, int | float | str) or value is None:
                assert _alike(shown.get(spot), value), (name, spot)
                compared += 1
                scores += spot in {plan.cells[cell.key] for cell in spec.cells if cell.total} and bool(value)
    assert compared > 300
    assert scores > 20


def _alike(shown: calc.Content, value: calc.Content) -> bool:
    if isinstance(shown, int | float) and isinstance(value, int | float):
        return shown == pytest.approx(value, abs=1e-9)
    return (shown or "") == (value or "")


def test_what_was_computed_is_read_back_and_a_false_score_is_told() -> None:
    spec = make_form()
    submission = submit(spec, [50, 0, 45, 30])
    data = write_workbook(spec, submission)
    spot = make_plan(spec).cells["points.order.score"]
    spoilt = tampered(lambda book: book.put(spot.sheet, spot.address, 52), data=data)
    [clean, told] = [read_workbook(each, lambda _: spec, lambda _: ()) for each in (data, spoilt)]
    assert clean.submission is not None
    assert (clean.submission.values, clean.findings) == (submission.values, ())
    assert told.submission is not None
    assert told.submission.values == submission.values
    assert "points.order.score" in {key for each in told.findings for key in each.keys}
