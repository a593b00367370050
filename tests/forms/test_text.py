import pytest

from xltool.forms.text import measure_breadth


@pytest.mark.parametrize(
    ("text", "wide", "narrow"),
    [
        ("", 0, 0),
        ("E7 ok", 5, 5),
        ("额敏县", 6, 6),
        ("１２", 4, 4),
        ("〔2021〕", 8, 8),
        ("“一”", 6, 4),  # a Chinese font draws these quotes wide, a terminal narrow
        ("×", 2, 1),
        ("e\u0301", 1, 1),  # a combining sign stands on the one before
        ("ｱ", 1, 1),
    ],
)
def test_a_chinese_sign_takes_two_columns(text, wide, narrow):
    assert measure_breadth(text) == wide
    assert measure_breadth(text, doubtful=1) == narrow
