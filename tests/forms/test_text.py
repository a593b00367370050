import pytest

from xltool.forms.text import LONGEST_TEXT, measure_breadth, take_text


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


def test_a_text_that_no_cell_holds_is_left_out_and_told():
    """A rare character beyond the basic plane counts twice, as Excel counts."""
    assert take_text("字" * LONGEST_TEXT, "甲") == ("字" * LONGEST_TEXT, [])
    text, [found] = take_text("𠮷" * (LONGEST_TEXT // 2 + 1), "甲")
    assert (text, found.code, found.data["count"], found.data["most"]) == ("", "text.long", 32768, LONGEST_TEXT)


def test_a_text_that_turns_signs_around_is_taken_and_told():
    text, [found] = take_text("\u202e12\u202c", "甲")
    assert (text, found.code, found.data["count"]) == ("\u202e12\u202c", "text.turned", 2)
