"""An opinion accepted on the page of an agency, as the console does it: told, counted, taken back."""

from __future__ import annotations

import pytest
from lxml import html

from tests.campaign.slips import RECEIVED, figures, fill_slip
from tests.campaign.test_decisions import WATER, Office
from tests.web.conftest import open_browser
from tests.web.test_agency_decisions import WHY, decide, form, said, state

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright", exc_type=ImportError)


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    office.put("w.xlsx", fill_slip(office, WATER))
    office.run("collect", "--jobs", 1)
    return office


@pytest.fixture
def browser(office):
    with open_browser(office.root) as opened:
        yield opened


def test_a_proposal_is_accepted_and_taken_back(office, browser):
    assert state(browser, WATER) == "退回"
    given = form(browser, WATER, "accept")
    assert given["cell"] == RECEIVED and "（D6） 12 → 21" in said(browser, WATER)
    assert decide(browser, WATER, "accept", cell=RECEIVED, reason="核对过").status_code == 422, "nobody's word"
    assert decide(browser, WATER, "accept", **WHY).status_code == 422, "of no cell"
    assert decide(browser, WATER, "accept", **{**given, **WHY}).status_code == 303
    assert state(browser, WATER) == "通过" and figures(office, WATER)[0]["values"][RECEIVED] == 21
    text = said(browser, WATER)
    assert "记下的决定1条" in text and "采纳：" in text and "12 → 21。核对过原件（王某，" in text
    assert "采纳一条意见的改法" not in text, "nothing is left to accept"
    page = html.fromstring(browser.get(f"/agency/{WATER}/tables/applications").text)
    [cell] = page.xpath(f"//td[@id='c-{RECEIVED}']")
    assert "21" in cell.text_content()
    assert "由 12 改为 21（核对过原件，王某）；报来的文件没有动" in page.xpath("string(//ol[@class='ops'])")
    back = form(browser, WATER, "accept/withdraw")
    assert decide(browser, WATER, "accept/withdraw", **{**back, **WHY, "reason": "弄错了"}).status_code == 303
    assert state(browser, WATER) == "退回" and figures(office, WATER)[0]["values"][RECEIVED] == 12


def test_it_is_found_by_its_words(office, browser):
    from tests.web.test_browser import CHROMIUM, find_violations, opened

    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with opened(chromium, browser.server) as window:
            window.goto(browser.locate(f"/agency/{WATER}"))
            window.get_by_text("采纳一条意见的改法").click()
            window.get_by_role("form", name="12 → 21").get_by_label("理由").fill("与水利局核对过")
            window.get_by_role("form", name="12 → 21").get_by_label("谁定的").fill("王某")
            window.get_by_role("button", name="采纳第1条").click()
            window.wait_for_url("**#decided")
            assert window.get_by_role("heading", name="记下的决定1条").is_visible()
            window.get_by_text("撤销采纳").first.click()
            assert find_violations(window) == []
            window.get_by_role("button", name="撤销采纳").is_visible()
        chromium.close()
    assert office.states()[WATER] == "accepted"
