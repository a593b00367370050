"""A list on the office page: beside the tables of an agency, with what is wrong at its lines, and in the sum."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from lxml import html

import xltool
from tests import rectify
from tests.campaign.test_monthly_lists import COUNTY, SPEC, WRONG, call, hand_in, make, spoil
from tests.web.conftest import Browser, open_browser
from tests.web.test_check_file import send
from xltool.model import Agency

PERIOD = rectify.MONTHS[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, dict[str, rectify.Month]]]:
    """The office page of a month in which one township's return is wrong, with what each handed in."""
    folder = tmp_path_factory.mktemp("month")
    root = folder / "county"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLTOOL_FORMS", str(rectify.write_form(folder / "forms")))
        make(root, "测试县", COUNTY, PERIOD, None)
        months = {line.split(",")[0]: rectify.Office(Random(line)).count(PERIOD) for line in COUNTY}
        months[WRONG] = spoil(months[WRONG])
        for code, month in months.items():
            hand_in(root, code, month, PERIOD)
        call("collect", "-C", root, code=3)
        with open_browser(root) as browser:
            yield browser, months


def show(browser: Browser, path: str) -> html.HtmlElement:
    answer = browser.get(path)
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def test_the_list_of_an_agency_has_its_lines_with_what_is_wrong_at_them(
    office: tuple[Browser, dict[str, rectify.Month]],
) -> None:
    browser, months = office
    tree = show(browser, f"/agency/{WRONG}/tables/hazards")
    assert tree.xpath("string(//nav[@class='parts']//a[@aria-current])").startswith("附表一2")
    [first, second, *_] = months[WRONG].lines
    rows = tree.xpath("//table[contains(@class, 'form')]/tbody/tr")
    assert len(rows) == len(months[WRONG].lines) + 1
    texts = [cell.xpath("string(.//span[contains(@class, 'now')])") for cell in rows[0].xpath("td[@id]")]
    assert texts[0] == first.contents[0]
    marked = {each.get("id"): each.get("class") for each in tree.xpath("//td[@id and @class]")}
    assert marked == {"c-hazards.2.found": "change", "c-hazards.2.number": "change", "c-hazards.1.number": "change"}
    for name in marked:
        [link] = tree.xpath(f"//td[@id='{name}']//a[starts-with(@href, '#opinion-')]")
        [opinion] = tree.xpath(f"//li[@id='{link.get('href')[1:]}']")
        [back] = opinion.xpath(".//a[@class='to']/@href")
        assert back[1:] in marked
    assert second.contents[1] == "2024-02-30"
    assert "2024-02-30" in tree.xpath("string(//td[@id='c-hazards.2.found'])")


def test_a_list_without_anything_wrong_and_that_of_the_sum(office: tuple[Browser, dict[str, rectify.Month]]) -> None:
    browser, months = office
    tree = show(browser, "/agency/9913/tables/hazards")
    assert tree.xpath("//td[@id and @class]") == []
    total = show(browser, "/sum?table=hazards")
    passed = [code for code in months if code != WRONG]
    lines = total.xpath("//table[contains(@class, 'form')]/tbody/tr")
    assert len(lines) == sum(len(months[code].lines) for code in passed) + 1
    assert "测试县西乡人民政府" in lines[-2].text_content()
    assert browser.get("/sum?table=nothing").status_code == 404


def test_a_file_that_is_checked_shows_its_list(office: tuple[Browser, dict[str, rectify.Month]]) -> None:
    browser, months = office
    data = xltool.fill(months[WRONG].submit(SPEC, PERIOD, Agency(WRONG, "测试县东乡人民政府", "township")))
    answer = send(browser, "东乡.xlsx", data)
    assert answer.status_code == 200
    tree = html.fromstring(answer.text)
    assert len(tree.xpath("//td[@id='c-hazards.2.found'][@class='change']")) == 1
