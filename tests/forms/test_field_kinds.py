from __future__ import annotations

import pytest

from xltool.forms.field_kinds import print_field, say_kind, take_field
from xltool.model import Text

DAY = Text("day", "报出日期", "foot", date=True)
CODE = Text("code", "单位代码", "head", boxes=9)
WORDS = Text("words", "填报人", "foot")


@pytest.mark.parametrize("written", ["2024-07-05", "2024年7月5日", "2024.7.5", "２０２４/７/５", "20240705"])
def test_a_day_is_held_in_one_way(written):
    assert take_field(DAY, written, "报出日期") == ("2024-07-05", [])


@pytest.mark.parametrize("written", ["七月", "2024-02-30", "1024-07-05", "2024年"])
def test_what_is_no_day_stays_and_is_told(written):
    content, [found] = take_field(DAY, written, "“报出日期”（B9）")
    assert content == written
    assert (found.code, found.severity, found.data["raw"]) == ("text.day", "error", written)


@pytest.mark.parametrize("written", ["12345678-X", "12345678x", " 1234 5678 － X", "１２３４５６７８Ｘ"])
def test_a_code_is_held_without_what_stands_between_its_boxes(written):
    assert take_field(CODE, written, "代码") == ("12345678X", [])


@pytest.mark.parametrize(("written", "count"), [("1234567", 7), ("12345678-XY", 10), ("甲2345678X", 9)])
def test_a_code_of_another_length_is_told(written, count):
    content, [found] = take_field(CODE, written, "代码")
    assert content == written
    assert (found.code, found.data["count"], found.data["wanted"]) == ("text.boxes", count, 9)


def test_plain_words_and_blanks_are_taken_as_they_are():
    assert take_field(WORDS, "张三 ", "填报人") == ("张三 ", [])
    assert take_field(DAY, "  ", "报出日期") == ("  ", [])
    assert (say_kind(WORDS), bool(say_kind(DAY)), "9 位" in say_kind(CODE)) == ("", True, True)


def test_the_paper_has_each_with_room_for_what_was_not_given():
    assert print_field(DAY, "2024-07-05") == "报出日期：2024年7月5日"
    assert print_field(DAY, "") == "报出日期：　　年　月　日"
    assert print_field(CODE, "") == "单位代码：□□□□□□□□□"
    assert print_field(CODE, "12345678X") == "单位代码：12345678X"
    assert print_field(WORDS, "张三") == "填报人：张三"
