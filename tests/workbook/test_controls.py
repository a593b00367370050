"""核对数: totals typed a second time find the wrong cell, in the workbook as in Python; blank ones say nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import openpyxl
import pytest

from tests import figures
from tests.workbook import calc, hyperformula
from xltool import api
from xltool.forms import totals
from xltool.forms.controls import list_control_totals
from xltool.forms.sheet_names import CHECKS, CONTROLS
from xltool.model import Agency, FormSpec, Reading, Submission
from xltool.periods import Period
from xltool.rules.opinions import tell_opinion
from xltool.workbook import cached_values
from xltool.workbook.formula import ASK, PASS
from xltool.workbook.layout_plan import VERDICT_COLUMN, Plan, Spot, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.stamp import Master

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC, controls=True)
APPLICATIONS = next(table for table in SPEC.tables if table.id == "applications")
GRANTED, RECEIVED = "applications.granted.natural_person", "applications.received.enterprise"
WHOLE = [key for table in SPEC.tables for key in list_control_totals(SPEC, table).keys]


def right(spec: FormSpec = SPEC, number: int = 4) -> Submission:
    given = figures.submission(spec, figures.consistent(spec, Random(number)))
    return replace(given, values=totals.compute_totals(spec, given.values))


def controlled(keys: list[str] | None = None, **errors: int) -> Submission:
    """The right 核对数 beside figures of which some are wrong by so much."""
    given, values = right(), list(right().values)
    controls = {key: values[SPEC.index[key]] for key in (WHOLE if keys is None else keys)}
    for key, by in errors.items():
        values[SPEC.index[key.replace("__", ".")]] += by
    return replace(given, values=totals.compute_totals(SPEC, values), controls=controls)


def judged(submission: Submission) -> Reading:
    [reading] = api.check([Reading(submission)])
    return reading


def shown(submission: Submission, plan: Plan = PLAN) -> dict[Spot, cached_values.CachedValue]:
    return cached_values.compute_cached_values(plan, submission)


def wrong(key: str, by: int = 1) -> dict[str, int]:
    return {key.replace(".", "__"): by}


# ------------------------------------------------------------ what they find


def test_which_totals_a_table_has():
    groups = list_control_totals(SPEC, APPLICATIONS)
    assert (len(groups.crossing), len(groups.rows), len(groups.columns)) == (21, 3, 6)
    assert groups.whole == ("applications.processed_total.total",)
    assert not list_control_totals(SPEC, SPEC.tables[0]).keys, "a table without a register"


def test_right_and_blank_ones_say_nothing():
    assert not judged(controlled()).findings
    assert not judged(replace(controlled(), controls={})).findings
    assert judged(replace(controlled(**wrong(GRANTED)), controls={})).findings == tuple(
        judged(replace(controlled(**wrong(GRANTED)), controls=None)).findings
    )


@pytest.mark.parametrize("by", [1, -1, 90])
@pytest.mark.parametrize("key", [GRANTED, RECEIVED, "applications.carried_out.legal_services"])
def test_one_wrong_cell_is_named_exactly_and_once(key, by):
    """With locked totals alone none of the 24 rows of its column would be certain."""
    [opinion] = api.group_opinions(judged(controlled(**wrong(key, by))))
    [suspect] = opinion.suspects
    assert (suspect.key, suspect.proposed) == (key, right().values[SPEC.index[key]])
    assert opinion.severity == "error", "第一项加第二项 does not hold either"
    reading = judged(controlled(**wrong(key, by)))
    said = tell_opinion(opinion, reading.findings, SPEC, make_plan(SPEC).place)[0]
    differing = [found for found in reading.findings if found.code == "control.differs" and not found.follows]
    assert said.count("（合计是核对数，不是表中算出的）") == len(differing) > 0, "the table shows other totals"


def test_a_wrong_cell_whose_column_still_adds_up():
    """One granted too many and one refused too few: the balance holds, and only 核对数 find both."""
    other = next(
        cell
        for cell in SPEC.cells
        if cell.column.id == "natural_person"
        and cell.row.id.startswith("refused_")
        and right().values[SPEC.index[cell.key]]
    )
    errors = wrong(GRANTED) | wrong(other.key, -1)
    assert not judged(replace(controlled(**errors), controls=None)).findings
    found = judged(controlled(**errors)).findings
    assert {each.rule for each in found} == {f"applications.applicants@{row}" for row in ("granted", other.row.id)}
    assert {each.code for each in found} == {"control.differs"}


def test_a_control_total_that_is_wrong_itself_accuses_no_locked_total():
    given = controlled()
    controls = {**given.controls, "applications.granted.total": given.controls["applications.granted.total"] + 3}
    reading = judged(replace(given, controls=controls))
    assert {(found.code, found.severity) for found in reading.findings} == {("control.differs", "warning")}
    [opinion] = api.group_opinions(reading)
    assert not any(SPEC.cell(suspect.key).total for suspect in opinion.suspects)


def test_every_single_error_is_found_first_or_its_row_is_named():
    rng, inputs = Random(7), [cell for cell in SPEC.cells if cell.table is APPLICATIONS and not cell.total]
    for cell in rng.sample(inputs, 25):
        [opinion] = api.group_opinions(judged(controlled(**wrong(cell.key, rng.choice([1, 9, -1])))))
        assert [suspect.key for suspect in opinion.suspects] == [cell.key]


# ------------------------------------------------------------ in the workbook


def list_cases() -> dict[str, Submission]:
    rng = Random(11)
    inputs = [cell.key for cell in SPEC.cells if cell.table.id != "disclosure" and not cell.total]
    cases = {"right": controlled(), "blank": replace(controlled(), controls={}), "one": controlled(**wrong(GRANTED, 5))}
    for number in range(8):
        errors = {key: rng.choice([-3, 1, 1, 2]) for key in rng.sample(inputs, rng.randint(1, 3))}
        keys = rng.sample(WHOLE, rng.choice([len(WHOLE), len(WHOLE), 20]))
        cases[f"{number}"] = controlled(keys, **{name: by for key, by in errors.items() for name in wrong(key)})
    values = list(controlled().values)
    values[SPEC.index[RECEIVED]] = None
    cases["gap"] = replace(controlled(), values=totals.compute_totals(SPEC, values))
    return cases


def compare(seen: dict[str, dict[Spot, calc.Content]]) -> None:
    different = []
    for name, submission in list_cases().items():
        for spot, content in shown(submission).items():
            if spot.sheet in {CONTROLS, CHECKS} and (found := seen[name].get(spot, "")) != content:
                different.append(f"{name} {spot}: {found!r}, Python {content!r}")
    assert not different, "\n".join(different[:10])


def test_libreoffice_says_what_python_says(tmp_path):
    calc.require_office()
    compare(calc.recalculated({name: calc.spoiled(api.fill(each)) for name, each in list_cases().items()}, tmp_path))


def test_hyperformula_says_what_python_says():
    hyperformula.require_engine()
    compare(hyperformula.computed({name: api.fill(each) for name, each in list_cases().items()}))


def test_the_sheet_names_the_cell_where_row_and_column_cross():
    line = PLAN.control_lines["applications"]
    spot = PLAN.cells[GRANTED]
    told = f"“予以公开”行和“自然人”栏都多 5：错在交叉处 {spot.address}。"
    assert shown(controlled(**wrong(GRANTED, 5)))[line] == told
    assert shown(controlled())[line] == "所填核对数与表中合计相符。"
    assert shown(replace(controlled(), controls={}))[line] == ""
    verdict = Spot(CHECKS, PLAN.lines["control.differs@applications"], VERDICT_COLUMN)
    assert (shown(controlled())[verdict], shown(controlled(**wrong(GRANTED)))[verdict]) == (PASS, ASK)


# ------------------------------------------------------------ there and back


def test_they_come_back_and_so_does_their_sheet():
    given = controlled(**wrong(GRANTED))
    data = api.fill(given)
    reading = api.read(data)
    assert (replace(reading.submission, source=""), reading.findings) == (given, ())
    [back] = api.check([reading])
    returned = mark_workbook(SPEC, back.submission, back.findings, None, 1)
    assert api.read(returned).submission == replace(back.submission, source="")
    assert CONTROLS in openpyxl.load_workbook(io.BytesIO(returned)).sheetnames
    assert CONTROLS not in openpyxl.load_workbook(io.BytesIO(api.fill(replace(given, controls=None)))).sheetnames


def test_a_document_keeps_them():
    given = controlled(**wrong(GRANTED))
    assert api.read(api.dump(given)).submission == given
    assert api.read(api.dump(replace(given, controls={}))).submission.controls == {}
    assert b'"controls"' not in api.dump(replace(given, controls=None))


def test_what_is_no_figure_is_told_and_not_compared():
    book = openpyxl.load_workbook(io.BytesIO(api.fill(controlled())))
    spot = PLAN.controls["applications.granted.total"]
    book[CONTROLS][spot.address] = "三件"
    buffer = io.BytesIO()
    book.save(buffer)
    reading = judged(api.read(buffer.getvalue()).submission)
    assert "applications.granted.total" not in reading.submission.controls
    told = [found for found in api.read(buffer.getvalue()).findings if found.code == "control.text"]
    assert [found.data["raw"] for found in told] == ["三件"] and not reading.findings


def test_a_stamped_blank_is_what_the_writer_makes():
    agency = Agency("654221-015", "额敏县教育和科学技术局", "county")
    blank = Submission(
        SPEC.id, 2024, agency, (None,) * len(SPEC.cells), serial="0001-0123456789abcdef0123", controls={}
    )
    assert Master(SPEC, Period(2024), controls=True).stamp(agency, blank.serial) == api.fill(blank)
    assert api.read(api.fill(blank)).submission.controls == {}
