"""Rates: what a definition may say, and the one figure that whole numbers give."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from tests.forms.rates import FORM, make_form, submit
from xltool.forms import document, rates
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError
from xltool.model import NOT_APPLICABLE, UNDEFINED, RateValue, Value

SPEC = make_form()


def compute(found: Value, rectified: Value) -> dict[str, RateValue]:
    return rates.compute_rates(SPEC, submit(SPEC, [found, rectified, 1000000, 4, 3, 0]).values)


def test_a_rate_is_no_value_of_a_submission() -> None:
    assert [rate.key for rate in SPEC.rates if rate.row.id == "fire"] == [
        "hazards.fire.rate",
        "hazards.fire.share",
        "hazards.fire.average",
    ]
    assert not {rate.key for rate in SPEC.rates} & SPEC.index.keys()
    assert "hazards.late.rate" in SPEC.index  # typed there


@pytest.mark.parametrize(
    ("found", "rectified", "shown"),
    [
        (151, 75, "49.67"),
        (3, 2, "66.67"),
        (0, 0, "—"),
        (0, 5, "—"),
        (None, 5, ""),
        (8, NOT_APPLICABLE, "0.00"),
        (NOT_APPLICABLE, NOT_APPLICABLE, "—"),
        (80000, 1, "0.00"),
        (20000, 1, "0.01"),
        (20001, 1, "0.00"),
        (1, 1, "100.00"),
    ],
)
def test_a_rate_is_rounded_half_up(found: Value, rectified: Value, shown: str) -> None:
    rate = SPEC.rates_by_key["hazards.fire.rate"]
    assert rates.format_rate(compute(found, rectified)[rate.key], rate.measure) == shown


def test_a_rate_is_cut_off_and_an_average_has_the_unit_that_its_factor_makes() -> None:
    found = compute(151, 75)
    assert found["hazards.fire.share"] == 9741  # 151 of 155 is 97.419…
    assert found["hazards.fire.average"] == 66225  # 1 万元 of 151: 66.2251… 元
    assert found["hazards.total.rate"] == 5032


def test_whole_numbers_agree_with_fractions() -> None:
    rng = Random(17)
    rate = SPEC.rates_by_key["hazards.fire.rate"]
    for _ in range(5000):
        found = rng.choice([rng.randrange(1, 10**9), rng.randrange(1, 500)])
        rectified = rng.choice([rng.randrange(0, found + 1), (rng.randrange(20001) * found + found // 2) // 20000])
        exact = Fraction(rectified * 10000, found)
        wanted = exact.__floor__() + (exact - exact.__floor__() >= Fraction(1, 2))
        assert compute(found, rectified)[rate.key] == wanted


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('rate = "rectified / found"', 'rate = "rectified"', "a rate reads 'cells / cells', with one '/'"),
        ('rate = "rectified / found"', 'rate = "rectified / found / found"', "with one '/'"),
        ('rate = "rectified / found"', 'rate = "rectified + found / found"', "stands in brackets"),
        ('rate = "rectified / found"', 'rate = "rectifeid / found"', "has no column 'rectifeid'"),
        ('rate = "rectified / found"', 'rate = "share / found"', "is a 'rate': rules and rates reckon with figures"),
        ('rate = "rectified / found"', 'rate = "prior.rectified / found"', "'prior.' cannot stand in it"),
        ('rate = "rectified / found"', 'rate = "(rectified + spent) / found"', "different measures"),
        ('rate = "rectified / found"', 'rate = "rectified / found", total = true', "added up ('total') or divided"),
        ('rounding = "half_up"', "", "has no 'rounding'"),
        ('rounding = "half_up"', 'rounding = "up"', "'rounding' must be half_up or cut"),
        ("maximum = 100000", "maximum = 999999999", "lower 'maximum' of measure 'money'"),
        ('label = "消防"', 'label = "消防", rate = "traffic / total"', "row and column are both a 'rate'"),
        ('per = "row"\nexpr = "rectified <= found"', 'expr = "fire.rate <= fire.found"', "is a 'rate'"),
    ],
)
def test_faults_of_rates_are_told(old: str, new: str, told: str) -> None:
    assert old in FORM
    with pytest.raises(DefinitionError, match="hazard_check") as caught:
        parse_spec(FORM.replace(old, new), "hazard_check.toml")
    assert told in str(caught.value)


def test_a_document_has_its_rates_and_is_told_of_others() -> None:
    submission = submit(SPEC, [151, 75, 1000000, 4, 3, 0])
    data = document.dump_document(SPEC, submission)
    assert b'"hazards.fire.rate": 49.67,' in data
    again = document.parse_document(data, lambda _: SPEC)
    assert again.submission is not None
    assert (again.submission.values, again.findings) == (submission.values, ())
    for written in (b"49.66", b'"51%"'):
        [found] = document.parse_document(data.replace(b"49.67", written), lambda _: SPEC).findings
        assert found.code == "rate.differs"
        assert (found.data["value"], found.data["how"]) == ("49.67%", "已整改 ÷ 排查数")
    for written in (b"49.7", b"50", b'"49.67%"', b"null", b"49.66887"):
        assert document.parse_document(data.replace(b"49.67", written), lambda _: SPEC).findings == ()


def test_over_zero_there_is_nothing_to_compare() -> None:
    submission = submit(SPEC, [0, 0, 0, 0, 0, 0])
    assert set(rates.compute_rates(SPEC, submission.values).values()) == {UNDEFINED}
    told = {rate.key: ("100", "表一") for rate in SPEC.rates}
    assert list(rates.find_other_rates(SPEC, submission.values, told)) == []
