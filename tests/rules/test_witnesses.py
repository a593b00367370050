from __future__ import annotations

import pytest

from xltool.rules import witnesses

KEY = "applications.granted.natural_person"


@pytest.mark.parametrize(
    ("value", "proposed", "last", "said"),
    [
        (21, 12, None, "相邻两位数字可能写颠倒"),
        (122, 12, None, "可能多写或漏写一位数字"),
        (12, 120, None, "可能多写或漏写一位数字"),
        (40, 55, 40, "与上年的数相同，可能照抄了上年"),
        (4, 9, 4, ""),
        (19, 12, None, ""),
        (500, 50, 48, "上年是 48，改后相近"),
        (-5, 5, None, "正负号可能填反"),
    ],
)
def test_what_speaks_for_a_correction(spec, value, proposed, last, said):
    assert witnesses.name_witness(spec.cell(KEY), value, proposed, last) == said


def test_the_nearer_to_last_year_and_the_likelier_the_slip_the_fewer_points(spec):
    cell = spec.cell(KEY)
    weigh = lambda value, proposed, last=None: witnesses.weigh_correction(cell, value, proposed, last)  # noqa: E731
    assert weigh(21, 12) < weigh(19, 12)
    assert weigh(19, 12, 12) < weigh(19, 12) < weigh(19, 12, 19)
    assert weigh(120, 12, 11) < weigh(120, 12) < weigh(120, 12, 118)
    assert witnesses.weigh_nearness(cell, 5, 9, None) == 0


def test_a_total_of_zero(spec):
    assert witnesses.name_witness(spec.cell("disputes.review.total"), 0, 5, None) == "合计为 0，而分项之和不为 0"
