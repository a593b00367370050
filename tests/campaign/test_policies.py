"""How figures of many agencies become one where they are not added, and what a rate is then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forms.rates import FORM, submit
from xltool.campaign.consolidate import consolidate_submissions, list_contributed
from xltool.campaign.contributions import build_sheets
from xltool.forms.rates import compute_rates, format_rate
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError
from xltool.model import NOT_APPLICABLE, Agency, Consolidation, FormSpec, Value
from xltool.periods import Period

OWN = Agency("654221-000", "额敏县", "county")
SPENT = [f"hazards.{row}.spent" for row in ("fire", "traffic", "late", "total")]


def define(**changes: str) -> FormSpec:
    text = FORM.replace("maximum = 100000\n", f"maximum = 100000\n{changes.get('measure', '')}\n")
    text = text.replace('measure = "money" }', f'measure = "money"{changes.get("column", "")} }}')
    return parse_spec(
        text.replace('label = "消防" }', f'label = "消防"{changes.get("row", "")} }}'), "hazard_check.toml"
    )


def consolidate(spec: FormSpec, *figures: list[Value]) -> Consolidation:
    given = [submit(spec, each) for each in figures]
    named = [replace(each, agency=Agency(f"654221-00{at}", f"第{at}单位", "county")) for at, each in enumerate(given)]
    return consolidate_submissions(spec, named, OWN, Period(2024), root_code="654221-000")


def read(spec: FormSpec, held: Consolidation) -> list[Value]:
    return [held.total.values[spec.index[key]] for key in SPENT]


FIGURES: list[list[Value]] = [
    [3, 1, 100, 5, 5, 50, 9, 9, 9000, 7],
    [5, 4, 300, 2, 1, NOT_APPLICABLE, 8, 8, 8000, 6],
    [0, 0, None, 1, 1, 20, 7, 7, 7000, 5],
]


@pytest.mark.parametrize(
    ("changes", "sums"),
    [
        ({}, [400, 70, 7, None]),
        ({"measure": 'consolidate = "max"'}, [300, 50, 7, 350]),
        ({"measure": 'consolidate = "max"', "column": ', consolidate = "min"'}, [100, 20, 7, 120]),
        ({"column": ', consolidate = "min"', "row": ', consolidate = "max"'}, [300, 20, 7, 320]),
        ({"row": ', consolidate = { spent = "never" }'}, [100, 70, 7, 170]),
    ],
)
def test_each_cell_goes_its_own_way(changes: dict[str, str], sums: list[Value]) -> None:
    spec = define(**changes)
    held = consolidate(spec, *FIGURES)
    wanted = [*sums[:3], sums[0] + sums[1]]  # type: ignore[operator]
    assert read(spec, held) == wanted
    assert held.total.values[spec.index["hazards.traffic.found"]] == 8
    for key, value in zip(SPENT, wanted, strict=True):
        assert sum(list_contributed(spec, held, spec.index[key])) == value, key
    [summary] = [rows for name, rows in build_sheets(spec, held).items() if name == "汇总"]
    assert not [row for row in summary if row[0] in SPENT and row[-2]]  # nothing is taken for a correction


def test_a_rate_is_that_of_the_sum_and_none_of_an_agency() -> None:
    spec = define()
    held = consolidate(spec, *FIGURES)
    shown = compute_rates(spec, held.total.values)
    assert [format_rate(shown[f"hazards.{row}.rate"], spec.rates[0].measure) for row in ("fire", "traffic")] == [
        "62.50",
        "87.50",
    ]
    assert shown["hazards.total.rate"] == 7500
    assert held.total.values[spec.index["hazards.late.rate"]] == 9000  # typed, never added: the county's own


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('rate = "rectified / found"', 'rate = "rectified / found", consolidate = "sum"', "computed anew"),
        ('measure = "money"', 'measure = "money", consolidate = "careful"', "must be sum, never, max or min"),
        ('label = "消防"', 'label = "消防", consolidate = { spend = "max" }', "no column is named 'spend'"),
        ('label = "消防"', 'label = "消防", consolidate = { spent = "most" }', "must be sum, never, max or min"),
        ('label = "消防"', 'label = "消防", consolidate = "maxx"', "did you mean 'max'"),
    ],
)
def test_faults_are_told(old: str, new: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_spec(FORM.replace(old, new), "hazard_check.toml")
    assert told in str(caught.value)
