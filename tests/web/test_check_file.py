"""Any workbook or published report checked without a campaign: what is shown, and that nothing of it stays."""

from __future__ import annotations

import tempfile
from dataclasses import replace

import lxml.html
import pytest

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC
from tests.published.reports import report
from tests.web.conftest import HOSTILE, open_browser
from xltool import api
from xltool.model import Agency


@pytest.fixture
def office(tmp_path, monkeypatch):
    for name in ("office", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with open_browser(tmp_path / "office") as browser:
        yield browser
        assert list((tmp_path / "tmp").iterdir()) == [], "as soon as it has answered"


def send(browser, told, data, **fields):
    parts = [(name, (None, value)) for name, value in {"token": browser.site.keys.token, **fields}.items()]
    return browser.client.post("/check", files=[*parts, ("file", (told, data))])


def texts(page, xpath):
    return [" ".join(each.text_content().split()) for each in lxml.html.fromstring(page.text).xpath(xpath)]


def make_wrong():
    wrong = FIGURES | {"applications.received.other": FIGURES["applications.received.other"] + 5}
    return figures.submission(SPEC, wrong, stores.entries()[1].agency)


def test_a_workbook_with_an_error_is_shown_with_its_opinions_beside_the_figures(office):
    page = send(office, "教育局.xlsx", api.fill(make_wrong()))
    assert page.status_code == 200
    assert texts(page, "//h1")[0].startswith(f"{stores.entries()[1].agency.name}2024年度：1处须改")
    assert texts(page, "//h2")[: len(SPEC.tables)] == [table.title for table in SPEC.tables]
    links = lxml.html.fromstring(page.text).xpath("//td[starts-with(@id, 'c-applications.')]//a[@href='#opinion-1']")
    [opinion] = lxml.html.fromstring(page.text).xpath("//li[@id='opinion-1']")
    assert links and "表三" in opinion.text_content() and "须改" in opinion.text_content()
    assert texts(page, "//section[h2[@id='sources']]") == [], "a workbook is no report that was printed"


def test_a_published_report_tells_where_each_figure_was_printed(office):
    page = send(office, "报告.html", api.report(report(3), "html"))
    assert page.status_code == 200
    rows = texts(page, "//section[h2[@id='sources']]//tbody/tr")
    assert len(rows) > 100
    total = report(3).values[api.form("ogi-2021").index["applications.received.total"]]
    [shown] = texts(page, "//td[@id='c-applications.received.total']//span[starts-with(@class, 'now')]")
    assert shown == str(total)


def test_whose_report_it_is_may_be_told(office):
    nameless = api.report(replace(report(3), agency=Agency("x", "某局", "department")), "html")
    page = send(office, "报告.html", nameless, agency="另一局", year="2023年", level="department")
    assert texts(page, "//h1")[0].startswith("另一局2023年度")
    assert 'value="另一局"' in page.text and 'value="department" selected' in page.text
    page = send(office, "表.xlsx", api.fill(make_wrong()), agency="另一局")
    assert page.status_code == 422 and "只说明已公布的报告" in texts(page, "//*[@role='alert']")[0]
    assert "xltool-draft" not in page.text
    page = send(office, "报告.html", nameless, year="去年")
    assert page.status_code == 422 and "去年" in texts(page, "//*[@role='alert']")[0]


@pytest.mark.parametrize("data", [b"", b"JFIF" * 99, b"PK\x03\x04" + b"\0" * 99, b"{"])
def test_what_cannot_be_read_says_why(office, data):
    page = send(office, f"照片{HOSTILE}.xlsx", data)
    assert page.status_code == 200 and "读不出来" in texts(page, "//h1")[0]
    assert texts(page, "//section[h2[@id='of-file']]//li"), "and why"
    assert "<script>alert" not in page.text and "49" not in page.text.partition("<h1")[2].partition("</h1>")[0]


def test_no_file_two_files_one_too_large_and_one_without_our_token(office):
    page = office.client.post("/check", files=[("token", (None, office.site.keys.token))])
    assert page.status_code == 422 and "请选一个文件" in page.text
    two = [("token", (None, office.site.keys.token)), ("file", ("a.json", b"{}")), ("file", ("b.json", b"{}"))]
    assert office.client.post("/check", files=two).status_code == 413
    assert send(office, "大.xlsx", b"0" * (10 * 2**20 + 1)).status_code == 413
    assert office.client.post("/check", files=[("file", ("a.json", b"{}"))]).status_code == 403


def test_the_page_is_there_and_every_page_leads_to_it(browser):
    assert "审核哪个文件" in browser.get("/check").text
    assert '<a href="/check">审核文件</a>' in browser.get("/").text
