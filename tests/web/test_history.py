"""The page of the record: every event, filtered, searched, paged; whatever names say."""

from __future__ import annotations

import pytest
from lxml import html

from tests.campaign import stores
from tests.web.conftest import EDUCATION, FINANCE, HOSTILE, LAND, SUBURB, TOWN
from xltool.campaign.kept_decisions import Extension
from xltool.web.history import ON_A_PAGE


def page(browser, query=""):
    answer = browser.get(f"/record{query}")
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def rows(tree):
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in tree.xpath("//table[contains(@class, 'events')]/tbody/tr")
    ]


def test_everything_is_there_the_newest_first(browser):
    tree = page(browser)
    found = rows(tree)
    assert found[0][:4] == ["2月1日 09:00", "报来", "额敏县自然资源局", f"报来第1版：{LAND}.xlsx"]
    assert ["1月5日 09:00", "无需报送", "额敏县上户镇人民政府", "记为无需报送：已并入郊区乡", "赵主任"] in found
    moments = tree.xpath("//time/@datetime")
    assert len(moments) == len(found) and moments == sorted(moments, reverse=True)
    assert f"记下了{len(found)}件事" == tree.xpath("string(//h1)")
    [link] = {a.get("href") for a in tree.xpath("//td//a") if a.text_content() == "额敏县自然资源局"}
    assert browser.get(link).status_code == 200


@pytest.mark.parametrize(
    "query, count",
    [(f"agency={EDUCATION}", 2), (f"agency={SUBURB}", 1), ("kind=absent", 1), ("kind=version", 4), ("q=赵主任", 1),
     ("q=额敏县财政局", 2), ("q=报来 财政", 1), ("q=没有这样的", 0), (f"agency={TOWN}&kind=absent&q=并入", 1)],
)  # fmt: skip
def test_it_is_filtered_and_searched(browser, query, count):
    tree = page(browser, f"?{query}")
    assert len(rows(tree)) == count
    if not count:
        assert "没有这样的记录" in tree.text_content()
    [form] = tree.xpath("//form[@role='search']")
    given = dict(form.form_values())
    assert all(f"{name}={value}" in query for name, value in given.items() if value)


@pytest.mark.parametrize("query", ["kind=x", "agency=nobody", "page=0", "page=x", "page=9", "page=-1"])
def test_what_is_not_there_is_404(browser, query):
    assert browser.get(f"/record?{query}").status_code == 404


def test_it_is_paged(browser, campaign):
    with stores.opened(campaign) as store:
        for at in range(ON_A_PAGE + 20):
            store.extend(
                Extension(FINANCE, "2025-02-10", f"第{at}次", "王某", f"2025-01-15T09:{at // 60:02}:{at % 60:02}")
            )
    first, second = page(browser, "?kind=extend"), page(browser, "?kind=extend&page=2")
    assert len(rows(first)) == ON_A_PAGE and len(rows(second)) == 20
    [older] = first.xpath("//a[@rel='next']")
    assert older.get("href") == f"{browser.base}/record?kind=extend&page=2" and not first.xpath("//a[@rel='prev']")
    assert second.xpath("//a[@rel='prev']")[0].get("href") == f"{browser.base}/record?kind=extend"
    assert rows(first)[0][3].endswith(f"第{ON_A_PAGE + 19}次")


def test_names_and_words_appear_only_escaped(browser, campaign):
    with stores.opened(campaign) as store:
        store.extend(Extension(FINANCE, "2025-02-10", f"因{HOSTILE}", HOSTILE, "2025-01-15T09:00:00"))
    text = browser.get("/record").text
    assert "<script>alert" not in text and "<img" not in text and "&lt;script&gt;" in text
