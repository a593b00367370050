from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests import figures
from xltool.codes import CATALOGUE
from xltool.forms import catalog
from xltool.forms.cell_checks import CELL_CHECKS
from xltool.messages import tell_finding
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, Finding
from xltool.rules import cells
from xltool.rules.view import SubmissionView
from xltool.workbook.layout_plan import make_plan

from ..forms.test_spec import GOOD


def found(spec, changes=None, noted=(), level="department", base=None, basis="", **texts):
    """The findings about a consistent submission with those changes, as (code, keys) with their facts."""
    values = dict(figures.consistent(spec, Random(1)) if base is None else base) | (changes or {})
    given = replace(figures.submission(spec, values, Agency("1", "局", level), **texts), level_basis=basis)
    (mine,) = cells.find_cell_faults(SubmissionView(spec, [given]), [set(noted)])
    return {(finding.code, finding.keys): dict(finding.data) for finding in mine}


def only(spec, *args, **kwargs):
    """The one finding: its code, its keys, its facts."""
    ((code, keys), facts), *more = found(spec, *args, **kwargs).items()
    assert not more
    return code, keys, facts


@pytest.mark.parametrize("level", LEVELS)
def test_a_consistent_submission_is_beyond_doubt(spec, spec_2019, level):
    for form in (spec, spec_2019):
        assert all(found(form, level=level, base=figures.consistent(form, Random(seed))) == {} for seed in range(10))


def test_a_negative_count(spec):
    assert only(spec, {"disclosure.licensing.decisions": -3}) == (
        "number.negative",
        ("disclosure.licensing.decisions",),
        {"value": "-3"},
    )


def test_a_negative_amount_with_its_digits(spec):
    assert only(spec, {"disclosure.fees.amount": -500_000})[2] == {"value": "-0.5"}


def test_a_change_may_be_negative_but_not_beyond_bounds(spec_2019):
    assert found(spec_2019, {"disclosure.licensing.change": -4}) == {}
    assert only(spec_2019, {"disclosure.licensing.change": -(10**9)})[0] == "number.range"


def test_a_figure_too_large(spec):
    code, keys, facts = only(spec, {"disclosure.licensing.decisions": 10**9})
    assert (code, keys) == ("number.range", ("disclosure.licensing.decisions",))
    assert facts == {"raw": "1000000000", "maximum": 999_999_999}


@pytest.mark.parametrize(
    ("scaled", "code"),
    [
        (9_999 * 10**6, None),
        (10_000 * 10**6, "amount.doubtful"),
        (251_000 * 10**6, "amount.doubtful"),
        (251_000 * 10**6 + 100_000, None),
    ],
)
def test_an_amount_that_looks_like_another_unit(spec, scaled, code):
    assert [code for code, _ in found(spec, {"disclosure.fees.amount": scaled})] == ([code] if code else [])


@pytest.mark.parametrize("level", LEVELS)
def test_regulations_belong_to_some_levels_alone(spec, level):
    able = level in {"ministry", "province", "city"}
    changes = {"disclosure.regulations.issued": 2, "disclosure.regulations.in_force": 2}
    given = found(spec, changes, level=level)
    assert {keys[0] for code, keys in given if code == "cell.level"} == (set() if able else set(changes))
    slashes = {f"disclosure.regulations.{column}": NOT_APPLICABLE for column in ("issued", "repealed", "in_force")}
    assert {code for code, _ in found(spec, slashes, level=level)} == ({"cell.not_applicable"} if able else set())


@pytest.mark.parametrize("level", [*LEVELS, None])
def test_a_level_that_is_only_inferred_is_no_more_than_a_doubt(spec, level):
    barred = level in {"county", "township", "department"}
    changes = {"disclosure.regulations.issued": 2, "disclosure.regulations.in_force": 2}
    given = found(spec, changes, level=level, basis="名称里有“某县”")
    wanted = {("cell.level_inferred", (key,)) for key in changes} if barred else set()
    assert {pair for pair in given if pair[0].startswith("cell.level")} == wanted
    assert CATALOGUE["cell.level_inferred"].severity == "warning"
    slashes = {f"disclosure.regulations.{column}": NOT_APPLICABLE for column in ("issued", "repealed", "in_force")}
    assert not found(spec, slashes, level=level, basis="名称里有“某县”")


def test_a_level_that_nobody_knows_bars_nothing(spec):
    assert not found(spec, {"disclosure.regulations.in_force": 2}, level=None)


def test_the_level_is_told_with_its_name_and_basis(spec):
    facts = only(spec, {"disclosure.regulations.issued": 2}, level="county")[2]
    assert facts == {"value": "2", "level": "县级政府", "basis": "《中华人民共和国立法法》第九十一条、第九十三条"}


def test_a_slash_where_none_fits(spec):
    assert only(spec, {"disclosure.licensing.decisions": NOT_APPLICABLE})[:2] == (
        "cell.not_applicable",
        ("disclosure.licensing.decisions",),
    )


def test_a_slash_fits_every_level_where_the_form_says_so():
    form = catalog.parse_form(
        GOOD.replace('label = "在用" }', 'label = "在用", not_applicable = true }'), "county_survey.toml"
    )
    values = {cell.key: 0 for cell in form.cells}
    assert found(form, {"accounts.open.wechat": NOT_APPLICABLE}, base=values) == {}
    assert only(form, {"accounts.stale.wechat": NOT_APPLICABLE}, base=values)[0] == "cell.not_applicable"


def test_blanks_are_told_once_a_block(spec):
    blank = (
        "disclosure.penalties.decisions",
        "disclosure.coercion.decisions",
        "disputes.review.upheld",
        "disputes.direct.other",
    )
    given = found(spec, dict.fromkeys(blank))
    assert given == {("cell.blank", blank[:2]): {"count": 2}, ("cell.blank", blank[2:]): {"count": 2}}


def test_a_blank_that_reading_has_told_of_is_not_told_again(spec):
    blank = ("disclosure.penalties.decisions", "disclosure.coercion.decisions")
    assert only(spec, dict.fromkeys(blank), noted=[blank[0]]) == ("cell.blank", blank[1:], {"count": 1})
    assert found(spec, dict.fromkeys(blank), noted=blank) == {}


def test_a_blank_total_is_no_blank(spec):
    assert found(spec, {"disputes.review.total": None}) == {}


def test_a_row_with_its_total_alone(spec):
    inputs = {f"applications.granted.{column}": None for column in figures.APPLICANTS}
    code, keys, facts = only(spec, inputs | {"applications.granted.total": 7})
    assert (code, keys, facts) == ("block.only_total", ("applications.granted.total", *inputs), {"value": "7"})
    assert only(spec, inputs | {"applications.granted.total": 0})[:2] == ("cell.blank", tuple(inputs))
    assert only(spec, inputs | {"applications.granted.total": None})[:2] == ("cell.blank", tuple(inputs))


def test_a_table_with_one_column_alone(spec):
    rest = {
        cell.key: None
        for cell in spec.cells
        if cell.table.id == "applications" and not cell.total and cell.column.id != "natural_person"
    }
    totals = {cell.key: None for cell in spec.cells if cell.table.id == "applications" and cell.total}
    code, keys, facts = only(spec, rest | totals)
    assert (code, keys, facts) == ("block.only_column", tuple(rest), {"column": "自然人", "count": 24 * 5})


def test_a_blank_in_the_one_column_that_is_filled_in_is_a_blank_of_its_own(spec):
    rest = {
        cell.key: None
        for cell in spec.cells
        if cell.table.id == "applications" and (cell.total or cell.column.id != "natural_person")
    }
    own = "applications.granted.natural_person"
    others = tuple(key for key in rest if not spec.cell(key).total)
    told = found(spec, rest | {own: None})
    assert told == {
        ("block.only_column", others): {"column": "自然人", "count": len(others)},
        ("cell.blank", (own,)): {"count": 1},
    }


def make_totals_alone(spec, rows=None):
    """Blank inputs of applications with the totals of rows as they are: of all rows, or of those named."""
    return {
        cell.key: None
        for cell in spec.cells
        if cell.table.id == "applications" and not cell.column.total and (rows is None or cell.row.id in rows)
    }


def test_a_table_with_its_totals_alone(spec):
    blank = make_totals_alone(spec)
    inputs = tuple(key for key in blank if not spec.cell(key).total)
    code, keys, facts = only(spec, blank)
    assert (code, keys, facts) == ("block.only_totals", inputs, {"column": "总计", "count": 25, "rows": 25})
    some = {"applications.received.natural_person": 0}
    given = found(spec, blank | some)
    assert given.keys() == {
        ("cell.blank", tuple(f"applications.received.{column}" for column in figures.APPLICANTS[1:])),
        ("block.only_totals", tuple(key for key in inputs if not key.startswith("applications.received."))),
    }
    assert {facts["count"] for facts in given.values()} == {5, 24}


def test_some_rows_with_their_totals_alone(spec):
    rows = ("granted", "other_rest", "carried_in")
    code, keys, facts = only(spec, make_totals_alone(spec, rows) | {"applications.granted.total": 7})
    assert (code, len(keys), facts) == ("block.only_totals", 18, {"column": "总计", "count": 3, "rows": 25})
    noted = ["applications.granted.other"]
    told = found(spec, make_totals_alone(spec, rows) | {"applications.granted.total": 7}, noted=noted)
    assert len(next(keys for code, keys in told if code == "block.only_totals")) == 12
    zeros = dict.fromkeys((f"applications.{row}.total" for row in rows), 0)
    assert only(spec, make_totals_alone(spec, rows) | zeros)[0] == "cell.blank"


def test_a_few_cells_of_one_column_are_no_habit(spec):
    blank = {cell.key: None for cell in spec.cells if cell.table.id == "applications"}
    some = {f"applications.{row}.natural_person": 1 for row in ("received", "granted")}
    code, keys, _ = only(spec, blank | some)
    assert (code, len(keys)) == ("cell.blank", 24 * 6 - 2)


def test_totals_alone_are_no_blank_table_and_no_blank_form(spec):
    blank = {cell.key: None for cell in spec.cells if not cell.column.total}
    codes = {code for code, _ in found(spec, blank)}
    assert "block.only_totals" in codes
    assert not codes & {"form.empty"}
    assert not {keys for code, keys in found(spec, blank) if code == "table.empty" and "applications" in keys[0]}


def test_nothing_at_all(spec):
    assert only(spec, base={}) == ("form.empty", (), {"missing": "166 个数"})
    typed = {"applications.granted.other": None}
    assert "form.empty" not in {code for code, _ in found(spec, base=typed, noted=["applications.granted.other"])}


def test_a_table_without_a_figure(spec):
    inputs = [cell.key for cell in spec.cells if cell.table.id == "disputes" and not cell.total]
    totals = [cell.key for cell in spec.cells if cell.table.id == "disputes" and cell.total]
    blank = dict.fromkeys([*inputs, *totals])
    assert only(spec, blank) == ("table.empty", tuple(inputs), {"count": len(inputs)})
    assert only(spec, blank | {inputs[3]: 0})[0] == "cell.blank"
    assert "table.empty" not in {code for code, _ in found(spec, blank, noted=inputs[:1])}


@pytest.mark.parametrize("level", LEVELS)
def test_what_a_remedy_advises_is_objected_to_by_nothing(spec, level):
    """Every blank filled in with 0, and with / where the sentence offers it."""
    plan = make_plan(spec)
    inputs = [cell for cell in spec.cells if not cell.total]
    for cell in inputs:
        (code, keys), facts = next(iter(found(spec, {cell.key: None}, level=level).items()))
        _, remedy, _ = tell_finding(Finding(code, "warning", keys, data=facts), spec, plan.place)
        offered = [0, *([NOT_APPLICABLE] if "/" in remedy else [])]
        for value in offered:
            assert found(spec, {cell.key: value}, level=level) == {}, (cell.key, level, value)


def test_texts_that_must_be_written(spec):
    given = found(spec, overview="  \n", problems="")
    assert given.keys() == {("text.missing", ())}
    values = figures.submission(spec, figures.consistent(spec, Random(1)), overview="", problems="\u3000")
    (mine,) = cells.find_cell_faults(SubmissionView(spec, [values]), [set()])
    assert [finding.data["text"] for finding in mine] == ["overview", "problems"]
    assert mine[0].data["label"] == "一、总体情况：概述"


def test_findings_stay_with_their_submission(spec):
    good = figures.submission(spec, figures.consistent(spec, Random(1)))
    wrong = figures.submission(
        spec,
        figures.consistent(spec, Random(2)) | {"disclosure.penalties.decisions": None, "disputes.review.other": -1},
    )
    given = [good, wrong, good]
    assert [[f.code for f in mine] for mine in cells.find_cell_faults(SubmissionView(spec, given), [set()] * 3)] == [
        [],
        ["number.negative", "cell.blank"],
        [],
    ]


def test_a_check_is_as_grave_as_the_catalogue_says():
    """The 校验 sheet goes by the check, messages by the catalogue."""
    assert {kind.code: kind.severity for kind in CELL_CHECKS} == {
        kind.code: CATALOGUE[kind.code].severity for kind in CELL_CHECKS
    }
