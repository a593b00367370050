"""Cells of rules that stand at no one row or column: the line of 校验 colours them, on every sheet that has some."""

from __future__ import annotations

import io

import openpyxl
import openpyxl.utils
import pytest

from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS
from xltool.model import Agency, FormSpec, Submission
from xltool.workbook.layout_plan import VERDICT_COLUMN, Spot
from xltool.workbook.write import prepare_contents, write_workbook


def make_blank(spec: FormSpec) -> Submission:
    return Submission(spec.id, 2024, Agency("A1", "试验局", "department"), (None,) * len(spec.cells))


def list_coloured(spec: FormSpec) -> dict[str, set[tuple[str, str]]]:
    """The sheets and addresses that each formula colours which looks at a line of 校验."""
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(spec, make_blank(spec))))
    found: dict[str, set[tuple[str, str]]] = {}
    for sheet in book:
        for area in sheet.conditional_formatting:
            cells = {(sheet.title, f"{openpyxl.utils.get_column_letter(column)}{row}")
                     for each in area.sqref.ranges for row, column in each.cells}  # fmt: skip
            for rule in area.rules:
                if rule.formula and f"{CHECKS}!" in rule.formula[0] and "可以报送" not in rule.formula[0]:
                    found.setdefault(rule.formula[0], set()).update(cells)
    return found


@pytest.mark.parametrize("form", ["hazards-2024", "website-report-2017", "ogi-2021"])
def test_the_cells_of_a_rule_at_no_one_place_are_coloured_and_no_others(form: str) -> None:
    spec = catalog.load_form(form)
    plan = prepare_contents(spec, make_blank(spec))[0].make_plan(spec)
    coloured = list_coloured(spec)
    lone = [rule for rule in spec.rules if not rule.at and not rule.defines and rule.name in plan.lines]
    assert lone
    for rule in lone:
        verdict = Spot(CHECKS, plan.lines[rule.name], VERDICT_COLUMN).reference
        [formula] = [each for each in coloured if verdict in each]
        assert ("不平" if rule.severity == "error" else "需核实") in formula
        wanted = {(plan.cells[key].sheet, plan.cells[key].address) for key in rule.linear.own}
        assert coloured[formula] == wanted
    assert len(coloured) == len(lone)
