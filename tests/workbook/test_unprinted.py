"""A table that no report prints, in the workbook: filled in, locked, computed with and read back as any other."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl

from tests.forms.unprinted import make_form, submit
from tests.workbook import calc
from xltool.forms import rates
from xltool.forms.layout import UNPRINTED_NOTE
from xltool.model import Value
from xltool.reader.read import read_workbook
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.quotients import to_cached_rate
from xltool.workbook.write import write_workbook

SPEC = make_form()
PLAN = make_plan(SPEC)


def test_its_sheet_says_that_no_report_has_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(SPEC, submit(SPEC, [75, 3, 4, 5, 151]))))
    told = {
        sheet.title
        for sheet in book.worksheets
        if UNPRINTED_NOTE in {cell.value for row in sheet.iter_rows() for cell in row}
    }
    assert told == {"附表 新受理数"}
    whole, share = (PLAN.cells[key] for key in ("intake.received.count", "matters.share.penalty"))
    assert not book[whole.sheet][whole.address].protection.locked
    assert book[share.sheet][share.address].protection.locked


def test_libreoffice_divides_by_it_and_judges_it(tmp_path: Path) -> None:
    calc.require_office()
    random = Random(17)
    figures: list[list[Value]] = [[random.randrange(200) for _ in range(4)] + [random.randrange(400)] for _ in range(6)]
    figures += [[75, 3, 90, 70, 151], [1, 2, 3, 4, None], [1, 2, 3, 4, 0]]
    held = {f"w{at}": submit(SPEC, each) for at, each in enumerate(figures)}
    files = {name: write_workbook(SPEC, each) for name, each in held.items()}
    for name, shown in calc.recalculated({key: calc.spoiled(each) for key, each in files.items()}, tmp_path).items():
        computed = rates.compute_rates(SPEC, held[name].values)
        for rate in SPEC.rates:
            assert (shown.get(PLAN.cells[rate.key]) or "") == to_cached_rate(computed[rate.key], rate), (name, rate.key)
        reading = read_workbook(files[name], lambda _: SPEC, lambda _: ())
        assert reading.submission is not None
        assert reading.submission.values == held[name].values
        assert reading.submission.entries == held[name].entries
        cached = openpyxl.load_workbook(io.BytesIO(files[name]), data_only=True)
        for spot in calc.formula_spots(files[name]):
            assert (shown.get(spot) or "") == (cached[spot.sheet][spot.address].value or ""), (name, spot)


def test_what_no_report_told_is_asked_for_in_a_workbook() -> None:
    unread = replace(submit(SPEC, [75, 3, 4, 5, None]), entries={}, unread_tables=frozenset({"intake"}))
    blank = replace(unread, unread_tables=frozenset())
    assert write_workbook(SPEC, unread) == write_workbook(SPEC, blank)
