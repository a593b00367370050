"""The charts of a campaign: what they count, and the same as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import lxml.html
import pytest

from tests.campaign import stores
from xltool.campaign.standing import Standing
from xltool.web.board import BAR
from xltool.web.board_charts import count_by_day, count_by_state, draw_charts

ENTRY = stores.entries()[0]


def standing(state="accepted", received=None):
    return replace(Standing(ENTRY, state), received=received)


def told(picture):
    return [(bar.label, bar.length) for bar in picture.bars]


def test_the_states_are_counted_and_none_is_left_out():
    found = [standing("accepted"), standing("accepted"), standing("missing")]
    assert told(count_by_state(found, BAR)) == [("通过", 2), ("待说明", 0), ("退回", 0), ("未报送", 1), ("无需报送", 0)]


def test_returns_of_few_days_have_a_bar_a_day_those_without_any_too():
    found = [standing(received=day) for day in ("2024-12-31", "2025-01-02", "2025-01-02")] + [standing("missing")]
    picture = count_by_day(found)
    assert told(picture) == [("12月31日", 1), ("1月1日", 0), ("1月2日", 2)] and "哪天" in picture.title


@pytest.mark.parametrize("span", [14, 60, 400])
def test_returns_of_many_days_have_a_bar_a_week_and_each_is_counted_once(span):
    first = date(2024, 12, 2)
    found = [standing(received=(first + timedelta(days=at)).isoformat()) for at in range(span + 1)]
    picture = count_by_day(found)
    assert sum(length for _, length in told(picture)) == span + 1 and len(picture.bars) <= 27
    assert "一周" in picture.title and told(picture)[-2][1] == 7
    assert told(picture)[0][0].endswith("以前") == (span == 400)


def test_nothing_came_yet():
    [states, returns] = draw_charts([standing("missing")], BAR)
    assert states.svg and not returns.svg and not returns.lines


def test_the_page_shows_them_with_a_table_in_place_of_each(browser):
    assert f'href="{browser.base}/charts"' in browser.get().text
    page = lxml.html.fromstring(browser.get("/charts").text)
    figures = page.xpath("//section[@class='charts']//figure")
    assert [each.xpath("string(figcaption)") for each in figures] == ["各种状态几家", "哪一周报来几家"]
    for figure in figures:
        [svg] = figure.xpath(".//svg")
        assert svg.get("role") == "img" and "chart-" in svg.get("aria-labelledby")
        assert figure.xpath("count(.//tbody/tr)") >= 2
    rows = [[cell.text_content() for cell in row] for row in figures[0].xpath(".//tbody/tr")]
    assert rows == [["通过", "2家"], ["待说明", "1家"], ["退回", "1家"], ["未报送", "1家"], ["无需报送", "1家"]]
    assert " style=" not in browser.get("/charts").text
