from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.forms import number
from xltool.messages import finding, render
from xltool.model import LARGEST, NOT_APPLICABLE, Measure

COUNT = Measure("count", "件", 0, 999_999_999)
AMOUNT = Measure("amount", "万元", 6, 999_999_999)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", 12),
        ("１２", 12),
        ("1,234", 1234),
        ("1 234 567", 1234567),
        ("１，２３４", 1234),
        (" 12\u3000", 12),
        ("12\u200b", 12),
        ("+1036", 1036),
        ("−4", -4),
        ("007", 7),
        ("3.0", 3),
    ],
)
def test_counts_in_every_writing(raw, value):
    figure = number.from_text(raw, COUNT)
    assert (figure.value, figure.code) == (value, "number.normalised")
    assert figure.data == {"raw": raw, "as": str(value)}


@pytest.mark.parametrize("raw", ["", "  ", "\u3000", "\u200b", "\ufeff\n"])
def test_nothing_is_blank_and_not_zero(raw):
    assert number.from_text(raw, COUNT) == number.Figure(None)


@pytest.mark.parametrize("raw", ["／", "—", "——", "-", "－", "–", "无", "不适用", "／ ", " 无"])
def test_signs_for_not_applicable(raw):
    figure = number.from_text(raw, COUNT)
    assert (figure.value, figure.code, figure.data["as"]) == (NOT_APPLICABLE, "number.normalised", "/")


def test_the_slash_itself_is_plain():
    assert number.from_text("/", COUNT) == number.Figure(NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("raw", "measure", "holds"),
    [
        ("22（其中修订16件）", COUNT, "22"),
        ("3件", COUNT, "3"),
        ("减4", COUNT, "-4"),
        ("增加 12 项", COUNT, "12"),
        ("251000元", AMOUNT, "25.1"),
        ("78.1561万元", AMOUNT, "78.1561"),
        ("1.2亿元", AMOUNT, "12000"),
        ("3.5件", COUNT, None),
        ("约12件", COUNT, None),
        ("12 34", COUNT, None),
        ("1, 234", COUNT, None),
        ("没有", COUNT, None),
        ("1e5", COUNT, None),
        ("22, 其中修订16件", COUNT, "22"),
        ("22，另有3件未结", COUNT, "22"),
        ("1,022件", COUNT, "1022"),
        ("1424.4万元", AMOUNT, "1424.4"),
        ("78,1561", AMOUNT, "78.1561"),
        ("78。1561", AMOUNT, "78.1561"),
        ("78·1561万元", AMOUNT, "78.1561"),
        ("78,1561", COUNT, None),
        ("78。1561", COUNT, None),
        ("1、203", COUNT, None),
        ("1、203", AMOUNT, None),
        ("3-4", COUNT, None),
        ("3—4", COUNT, None),
        ("3至4件", COUNT, None),
        ("12件5件", COUNT, None),
        ("3万", COUNT, None),
        ("10余件", COUNT, None),
        ("2023年", COUNT, None),
        ("5%", COUNT, None),
        ("251000元", COUNT, None),
        ("2件", AMOUNT, None),
        ("1.2.3", AMOUNT, None),
    ],
)
def test_text_is_never_taken_for_a_figure_but_for_a_hint(raw, measure, holds):
    figure = number.from_text(raw, measure)
    assert (figure.value, figure.code, figure.data["holds"]) == (None, "number.text", holds)


def test_a_page_of_text_is_quoted_shortly():
    assert len(number.from_text("字" * 30_000, COUNT).data["raw"]) == number.MAX_QUOTED_NUMBER + 1


@pytest.mark.parametrize(
    ("digits", "measure", "value", "code"),
    [
        ("78.1561", AMOUNT, 78_156_100, None),
        ("0.000001", AMOUNT, 1, None),
        ("0.0000010", AMOUNT, 1, None),
        ("0.0000001", AMOUNT, None, "number.precision"),
        ("78.15610000000000000000000000000001", AMOUNT, None, "number.precision"),
        ("1.5", COUNT, None, "number.fraction"),
        ("1.00000000000000000000000000000000001", COUNT, None, "number.fraction"),
        ("12.000", COUNT, 12, None),
        ("1E+3", COUNT, 1000, None),
        ("1.2E+1", COUNT, 12, None),
        ("-0", COUNT, 0, None),
        ("0E-999999999", COUNT, 0, None),
        ("0E+999999999", COUNT, 0, None),
        ("1E-999999999", COUNT, None, "number.fraction"),
        ("1E-300", AMOUNT, None, "number.precision"),
        ("1E+999999999", COUNT, None, "number.range"),
        ("999999999999999", COUNT, LARGEST, None),
        ("1000000000000000", COUNT, None, "number.range"),
        ("-999999999999999", COUNT, -LARGEST, None),
        ("999999999.999999", AMOUNT, 999_999_999_999_999, None),
        ("9999999999", AMOUNT, None, "number.range"),
        ("NaN", COUNT, None, "number.range"),
        ("sNaN", COUNT, None, "number.range"),
        ("-Infinity", COUNT, None, "number.range"),
    ],
)
def test_exact_numbers(digits, measure, value, code):
    figure = number.from_decimal(Decimal(digits), measure)
    assert (figure.value, figure.code) == (value, code)
    if code:
        assert len(render(finding(code, **figure.data), None, None)) < 250  # with all its facts, none of them a page


@pytest.mark.parametrize(
    ("stored", "measure", "value", "code"),
    [
        ("78.156099999999995", AMOUNT, 78_156_100, None),
        ("0.1", AMOUNT, 100_000, None),
        ("12", COUNT, 12, None),
        ("1.2E1", COUNT, 12, None),
        ("11.999999999999999", COUNT, 12, None),
        ("11.9999", COUNT, None, "number.fraction"),
        ("1e400", COUNT, None, "number.range"),
        ("nan", COUNT, None, "number.range"),
        ("#REF!", COUNT, None, "number.text"),
    ],
)
def test_doubles_of_workbooks(stored, measure, value, code):
    figure = number.from_double(stored, measure)
    assert (figure.value, figure.code) == (value, code)


@given(st.integers(-LARGEST, LARGEST))
def test_every_amount_that_is_held_survives_a_workbook(scaled):
    assert number.from_double(repr(float(number.format_figure(scaled, AMOUNT))), AMOUNT) == number.Figure(scaled)


@given(st.decimals())
def test_the_figure_is_the_number_or_there_is_none(given_number):
    figure = number.from_decimal(given_number, AMOUNT)
    if figure.value is None:
        assert figure.code in {"number.range", "number.precision"}
        assert len(figure.data["raw"]) <= number.MAX_QUOTED_NUMBER + 1
    else:
        assert (Decimal(str(figure.value)).scaleb(-6) if figure.value else Decimal(0)) == given_number


@given(st.text())
def test_no_text_raises(raw):
    figure = number.from_text(raw, AMOUNT)
    assert figure.value is None or figure.value is NOT_APPLICABLE or abs(figure.value) <= LARGEST


@pytest.mark.parametrize(
    ("value", "shown", "named"),
    [
        (None, "", "未填"),
        (NOT_APPLICABLE, "0", "/"),
        (0, "0", "0"),
        (78_156_100, "78.1561", "78.1561"),
        (-500_000, "-0.5", "-0.5"),
        (1, "0.000001", "0.000001"),
    ],
)
def test_display_and_written(value, shown, named):
    assert (number.format_figure(value, AMOUNT), number.format_value(value, AMOUNT)) == (shown, named)


def test_programs_get_whole_numbers_where_there_are_no_decimals():
    for value, measure, exact in ((12, COUNT, 12), (12_500_000, AMOUNT, Decimal("12.5")), (0, AMOUNT, Decimal(0))):
        found = number.to_exact(value, measure)
        assert (found, type(found)) == (exact, type(exact))


@pytest.mark.parametrize(
    "text",
    """0|+1|-2|－2|减4|—|无|不适用|2件|70487元|1424.4万元|78,1561|78。1561|78·1561|1、203|3-4
    22（其中修订16件）| 1 022 |１２|34人次|5%""".replace("\n", "|").split("|"),
)
def test_what_is_printed_where_a_figure_is_due(text):
    assert number.is_figure_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "规章",
        "2023年",
        "12月31日",
        "一、",
        "1.属于国家秘密",
        "（一）",
        "共受理申请 31 件",
        "第3页",
        "3.其他",
        "。",
        "12" * 40,
    ],
)
def test_what_is_no_figure_at_all(text):
    assert not number.is_figure_like(text)
