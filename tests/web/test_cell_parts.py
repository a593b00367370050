"""How a figure of the sum comes about, as the office page says it: added up, computed, or of the lines of a list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forms import points
from tests.forms.lists import submit
from tests.workbook.test_list_numbers import DEFINED, make_form
from xltool.campaign.consolidate import consolidate_submissions
from xltool.forms import totals
from xltool.model import Agency
from xltool.periods import Period
from xltool.web.cell_parts import find_parts

COUNTY = Agency("9", "县", "county")


@pytest.mark.parametrize(
    ("key", "how"),
    [
        ("whole.listed.number", "由附表一算出"),
        ("whole.odd.number", "由附表二和各项算出"),
        ("whole.received.number", "相加"),
    ],
)
def test_a_total_of_lists_is_no_sum_of_other_cells(key: str, how: str) -> None:
    spec = make_form(DEFINED, "year")
    given = submit(spec)
    values = dict.fromkeys(spec.index, None) | {"whole.received.number": 30, "whole.granted.number": 1}
    given = totals.recompute_totals(spec, replace(given, values=tuple(values.values())))
    summed = consolidate_submissions(spec, [given], COUNTY, Period(2024), root_code=given.agency.code)
    found = find_parts(spec, summed, key, {}, None)
    assert (found.how, found.corrected) == (how, "")


def test_a_total_with_a_number_is_computed_of_the_own_unit() -> None:
    spec = points.make_form()
    given = [points.submit(spec, [10, 20, 30, None], Agency(str(at), f"中心{at}", "county")) for at in range(2)]
    summed = consolidate_submissions(spec, given, COUNTY, Period(2024), root_code="1")
    found = find_parts(spec, summed, "points.total.score", {}, None)
    assert (found.how, found.figure, found.corrected) == ("由各项算出", "94", "")
    assert [(part.name, part.figure) for part in found.parts] == [("中心1", "94")]
    assert find_parts(spec, summed, "points.order.score", {}, None).how == "由各项算出"
