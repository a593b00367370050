"""Heads that take two lines break where they pause."""

from __future__ import annotations

import pytest

from xltool.workbook.widths import break_line, count_lines


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("甲乙：丙丁戊，己庚辛壬", 18, "甲乙：丙丁戊，\n己庚辛壬"),
        ("本年收费金额（单位：万元）", 20, "本年收费金额\n（单位：万元）"),
        ("社会公益组织", 9, "社会公益组织"),
        ("短", 9, "短"),
        ("已有\n换行的，很长很长很长", 16, "已有\n换行的，很长很长很长"),
        ("三行，三行三行三行三行三行三行三行三行三行", 16, "三行，三行三行三行三行三行三行三行三行三行"),
        ("", 9, ""),
    ],
)
def test_a_head_of_two_lines_breaks_where_it_pauses(text, width, shown):
    assert break_line(text, width, 11) == shown
    assert count_lines(shown, width, 11) == count_lines(text, width, 11)
