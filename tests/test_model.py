import pytest

from xltool.model import NOT_APPLICABLE, figure_of, summand_of


@pytest.mark.parametrize(
    ("value", "figure", "summand"), [(7, 7, 7), (-7, -7, -7), (0, 0, 0), (NOT_APPLICABLE, None, 0), (None, None, None)]
)
def test_what_a_value_is_and_what_it_adds(value, figure, summand):
    assert figure_of(value) == figure
    assert summand_of(value) == summand


@pytest.mark.parametrize("ask", [figure_of, summand_of])
def test_what_is_no_value_is_refused_and_never_zero(ask):
    with pytest.raises(AssertionError):
        ask("3")
