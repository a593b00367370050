import pytest

from xltool.digits import parse_whole


@pytest.mark.parametrize(
    ("text", "most", "number"),
    [
        ("0", 1, 0),
        ("007", 3, 7),
        ("1234567", 7, 1234567),
        ("12345678", 7, None),
        ("9" * 5000, 7, None),
        ("", 7, None),
        ("-1", 7, None),
        ("+1", 7, None),
        ("1_000", 7, None),
        (" 1", 7, None),
        ("1.0", 7, None),
        ("٣", 7, None),
        ("²", 7, None),
        ("３", 7, None),
    ],
)
def test_only_plain_digits_are_a_whole_number(text, most, number):
    assert parse_whole(text, most) == number
