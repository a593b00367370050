"""Years and days as people write them."""

from datetime import date

import pytest

from xltool.days import parse_day, parse_year


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-10", "2025-1-10", "2025/1/10", "2025.1.10", "2025. 1. 10", "2025年1月10日",
        "2025 年 01 月 10 日",
        "2025年1月10号", "2025年1月10日前", "2025-01-10之前", "２０２５年１月１０日",
        "２０２５／１／１０", "20250110", "2025–1–10",
        "二〇二五年一月十日", "二零二五年一月十日", "二○二五年一月十日以前", "2025年一月十日",
    ],
)  # fmt: skip
def test_the_tenth_of_january(text):
    assert parse_day(text) == date(2025, 1, 10)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二四年十二月三十一日", date(2024, 12, 31)),
        ("二〇二四年十一月二十日", date(2024, 11, 20)),
        ("2024年十月二十九日", date(2024, 10, 29)),
        ("2024.02.29", date(2024, 2, 29)),
    ],
)
def test_other_days(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    ["", "2025", "2025年1月", "1月10日", "25.1.10", "2025-13-01", "2025-02-30", "2025.1", "10/1/2025",
     "明天", "0000-01-01",
     "2025年十三月一日", "2025-01-10 08:00", "一月十日", "三四日"],
)  # fmt: skip
def test_no_day(text):
    assert parse_day(text) is None


@pytest.mark.parametrize(
    "text", ["2024", "2024年", "2024 年度", "２０２４", "２０２４年", "二〇二四年", "二零二四年度"]
)
def test_the_year(text):
    assert parse_year(text) == 2024


@pytest.mark.parametrize("text", ["", "24", "24年", "2024-01", "二〇二", "今年", "20240", "-2024", "2024.0"])
def test_no_year(text):
    assert parse_year(text) is None
