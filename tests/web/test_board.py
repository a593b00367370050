"""The board: the campaign in one sentence, the next step, the list as it is asked for; whatever names say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from lxml import html

from tests.campaign import stores
from tests.campaign.stores import stray, take
from tests.web.conftest import EDUCATION, FINANCE, HOSTILE, LAND, OFFICE, SUBURB, TOWN, open_browser
from xltool.campaign.next_step import NextStep
from xltool.campaign.roster import Roster
from xltool.web.board import word_days_left
from xltool.web.steps import Way, word_ways


def page(browser, path="/"):
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def heading(tree):
    return " ".join(tree.xpath("string(//h1)").split())


def rows(tree):
    """The list by code: the words of each cell."""
    found = {}
    for row in tree.xpath("//table//tbody/tr[not(@class='group')]"):
        cells = [" ".join(cell.text_content().split()) for cell in row]
        found[cells[0]] = cells
    return found


def test_the_sentence_the_step_and_the_counts(browser):
    tree = page(browser)
    assert heading(tree) == "6家里2家通过，还有3家没有办完，其中2家逾期"
    assert tree.xpath("string(//p[@class='lead'])") == "逾期的：1家没有报，1家退回后没有重报。另有1家报了，差书面说明。"
    [step] = tree.xpath("//a[contains(@class, 'go')]")
    assert step.text_content().strip() == "下一步：催逾期的2家" and step.get("href") == f"{browser.base}/urge"
    assert [a.text_content().split() for a in tree.xpath("//ul[@class='tally']//a")] == [
        ["通过", "2"], ["待说明", "1"], ["退回", "1"], ["未报送", "1"], ["无需报送", "1"]]  # fmt: skip
    assert [" ".join(a.text_content().split()) for a in tree.xpath("//ul[@class='chips']//a")] == [
        "全部 6", "没有办完 3", "逾期 2", "迟报 1", "没有收下的文件 1"]  # fmt: skip
    assert "过了3天" in tree.xpath("string(//dl)")


def test_each_agency_has_its_line_under_its_state(browser):
    tree = page(browser)
    groups = [" ".join(row.text_content().split()) for row in tree.xpath("//tr[@class='group']")]
    assert [group.split("：")[0] for group in groups] == [
        "退回 1家",
        "未报送 1家",
        "待说明 1家",
        "通过 2家",
        "无需报送 1家",
    ]
    found = rows(tree)
    assert [*found] == [EDUCATION, SUBURB, FINANCE, OFFICE, LAND, TOWN]
    assert found[EDUCATION][2:7] == ["退回", "逾期3天", "第1版", "须改1条", ""]
    assert found[EDUCATION][7].startswith("表四“行政复议”：总计") and found[EDUCATION][8] == "1月10日"
    assert found[SUBURB][1:8] == ["额敏县郊区乡<b>&", "未报送", "逾期3天", "", "", "", "没有来件"]
    assert found[FINANCE][1:8] == ["额敏县财政局", "待说明", "", "第1版", "", "待说明1条", "有 1 格未填。"]
    assert found[LAND][2:8] == ["通过", "迟报1天", "第1版", "", "", ""]
    assert found[TOWN][2:8] == ["无需报送", "", "", "", "", "已并入郊区乡"]


@pytest.mark.parametrize(
    "query, codes",
    [("show=owing", [EDUCATION, SUBURB, FINANCE]), ("show=overdue", [EDUCATION, SUBURB]), ("show=late", [LAND]),
     ("show=accepted", [OFFICE, LAND]), ("show=missing", [SUBURB]), ("q=局", [EDUCATION, FINANCE, LAND]),
     ("q=额敏 财政", [FINANCE]), ("q=-003", [LAND]), ("show=overdue&q=教育", [EDUCATION]), ("q=没有这家", []),
     ("sort=code", [OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB]),
     ("sort=errors", [EDUCATION, OFFICE, FINANCE, LAND, TOWN, SUBURB]),
     ("sort=open", [FINANCE, OFFICE, EDUCATION, LAND, TOWN, SUBURB]),
     ("sort=due", [EDUCATION, SUBURB, LAND, OFFICE, FINANCE, TOWN]),
     ("sort=received&show=owing", [EDUCATION, FINANCE, SUBURB])],
)  # fmt: skip
def test_the_list_is_filtered_searched_and_sorted(browser, query, codes):
    tree = page(browser, f"/?{query}")
    assert [*rows(tree)] == codes
    if not codes:
        assert "没有名称或代码里有“没有这家”的单位" in tree.text_content()


def test_a_filter_keeps_the_words_and_the_order(browser):
    tree = page(browser, "/?q=局&sort=code")
    [late] = [a for a in tree.xpath("//ul[@class='chips']//a") if "迟报" in a.text_content()]
    assert [*rows(page(browser, late.get("href")))] == [LAND]
    assert "sort=code" in late.get("href")
    [form] = tree.xpath("//form[@role='search']")
    assert form.get("method") == "get" and dict(form.form_values()) == {"q": "局", "sort": "code"}


@pytest.mark.parametrize("query", ["show=all", "sort=size", "show=../x"])
def test_a_filter_or_an_order_that_is_not_there_is_404(browser, query):
    assert browser.get(f"/?{query}").status_code == 404


def test_files_that_were_not_taken_in_have_a_list_of_their_own(browser):
    tree = page(browser, "/?show=unread")
    [row] = tree.xpath("//table//tbody/tr")
    assert row[0].text_content() == f"照片{HOSTILE}.xlsx" and row[1].text_content() == "这不是 xlsx 工作簿。"


def test_names_files_and_words_appear_only_escaped(browser):
    for path in ("/", "/?show=unread", "/?q=" + HOSTILE.replace("&", "%26").replace("#", "%23"), "/?sort=code"):
        text = browser.get(path).text
        assert (
            "<script>alert" not in text and "<img" not in text and "49" not in re.sub(r"<[^>]*>|\d{6}-\d{3}", "", text)
        )
        assert "额敏县财政局<b>" not in text


def test_the_page_is_made_anew_from_the_folder_each_time(browser, campaign):
    """The console works on the same folder meanwhile."""
    with stores.opened(campaign) as store:
        take(store, SUBURB, "2025-01-20T09:00:00")
    assert heading(page(browser)) == "6家里3家通过，还有2家没有办完，其中1家逾期"
    fewer = Roster(stores.entries()[:4])
    (campaign.root / "roster.csv").write_bytes(fewer.to_csv())
    tree = page(browser)
    assert heading(tree).startswith("4家里")
    [step] = tree.xpath("//a[contains(@class, 'go')]")
    assert step.text_content().strip() == "下一步：说明1家名录与报送对不上的单位的去向"
    assert step.get("href") == f"{browser.base}/sum"


def test_an_agency_whose_file_was_not_taken_in_says_so(browser, campaign):
    with stores.opened(campaign) as store:
        stray(store, f"{SUBURB}_年报.docx", "这是文字报告，不是工作簿。")
    assert rows(page(browser))[SUBURB][7].startswith(f"“{SUBURB}_年报.docx”没有收下：")


def test_everything_done_is_quiet(tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries(2)))
    with stores.opened(made) as store:
        for at in range(2):
            take(store, f"654221-{at:03}", "2025-01-10T09:00:00")
    with open_browser(made.root, date(2025, 1, 20)) as browser:
        tree = page(browser)
    assert heading(tree) == "2家都齐了" and tree.xpath("//p[@class='lead']") == []
    assert "下一步：各单位都齐了，汇总" in tree.text_content()
    assert "逾期" not in tree.text_content() and "还有11天" in tree.text_content()


def test_ways_for_each_kind_of_step():
    assert word_ways(NextStep("build", "", count=3)) == (Way("给3家生成工作簿，发给各单位", "/hand-out"),)
    assert word_ways(NextStep("nothing", "都办完了。")) == (Way("都办完了"),)


@pytest.mark.parametrize("day, said", [(30, "还有1天"), (31, "今天到期")])
def test_days_left(day, said):
    assert word_days_left(date(2025, 1, 31), date(2025, 1, day)) == said
