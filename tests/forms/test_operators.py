"""Each operator says one thing in all its ways.

On whole numbers, on vectors of them, of residuals, in the rule language.
"""

import numpy as np
import pytest

from xltool.forms.operators import OPERATORS

SIDES = [(left, right) for left in range(-3, 4) for right in range(-3, 4)]


@pytest.fixture(params=OPERATORS.values(), ids=OPERATORS)
def operator(request):
    return request.param


def test_vectors_and_numbers_agree(operator):
    left, right = (np.array(side, np.int64) for side in zip(*SIDES, strict=True))
    assert operator.holds(left, right).tolist() == [bool(operator.holds(*pair)) for pair in SIDES]


def test_it_can_hold_and_fail(operator):
    assert {bool(operator.holds(*pair)) for pair in SIDES} == {True, False}


def test_a_residual_tells_what_the_sides_tell_or_nothing_does(operator):
    """What adds up depends on left less right alone, so that residuals of agencies can be added instead of figures."""
    told: dict[int, set[bool]] = {}
    for left, right in SIDES:
        told.setdefault(left - right, set()).add(bool(operator.holds(left, right)))
    assert all(len(verdicts) == 1 for verdicts in told.values()) == operator.compares


def test_what_goes_further_against_it_is_worse(operator):
    if operator.compares:
        broken = [rest for rest in range(-5, 6) if not operator.holds(rest, 0)]
        kept = [rest for rest in range(-5, 6) if operator.holds(rest, 0)]
        assert min(map(operator.excess, broken)) >= max(map(operator.excess, kept))
        vector = np.array(broken, np.int64)
        assert operator.excess(vector).tolist() == [operator.excess(rest) for rest in broken]


def test_what_is_said_of_it_is_its_own(operator):
    others = [each for each in OPERATORS.values() if each is not operator]
    assert operator.words
    assert operator.words not in {each.words for each in others}
    assert operator.excel.format(left="L", right="R", difference="D") not in {
        each.excel.format(left="L", right="R", difference="D") for each in others
    }
