"""A ledger compiled in the office page: tables whose figures lead to their cases, differences, and nothing stays."""

from __future__ import annotations

import json
import tempfile

import lxml.html
import pytest

from tests.campaign import stores
from tests.campaign.stores import FIGURES
from tests.web.conftest import HOSTILE, make_campaign, open_browser
from xltool import api
from xltool.forms import catalog

SAMPLES = catalog.data_folder("samples") / "ogi-ledger" / "2024"
OFFICE, EDUCATION, TOWN = sorted(SAMPLES.glob("*.json"))


@pytest.fixture
def office(tmp_path, monkeypatch):
    for name in ("office", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with open_browser(tmp_path / "office") as browser:
        yield browser
        assert list((tmp_path / "tmp").iterdir()) == [], "as soon as it has answered"


def send(browser, ledger, filled=None, **fields):
    parts = [(name, (None, value)) for name, value in {"token": browser.site.keys.token, **fields}.items()]
    sent = [*parts, ("ledger", ledger)] + ([("filled", filled)] if filled else [])
    return browser.client.post("/check/ledger", files=sent)


def texts(page, xpath):
    return [" ".join(each.text_content().split()) for each in lxml.html.fromstring(page.text).xpath(xpath)]


def test_each_figure_leads_to_its_cases(office):
    assert '<a href="/check/ledger">' in office.client.get("/check").text
    assert office.client.get("/check/ledger").status_code == 200
    page = send(office, ("台账.xlsx", api.fill(api.read(OFFICE.read_bytes()).submission)))
    assert page.status_code == 200
    assert texts(page, "//h1") == ["样例县人民政府办公室2024年的台账：8件，逾期0件"]
    tree = lxml.html.fromstring(page.text)
    links = {link.get("href"): link.text_content() for link in tree.xpath("//td[starts-with(@id, 'c-')]//a")}
    rows = {f"#{row.get('id')}": row for row in tree.xpath("//tr[starts-with(@id, 'of-')]")}
    assert links.keys() == rows.keys() and len(links) > 20
    for href, figure in links.items():
        _, count, cases = rows[href]
        assert figure == count.text_content() == f"{len(cases.text_content().split('、'))}"
    assert texts(page, "//tr[@id='of-applications.carried_in.natural_person']/td") == ["1", "〔2023〕031"]


def test_overdue_cases_and_what_differs(office):
    mine = api.read(OFFICE.read_bytes()).submission
    filled = {"applications.received.natural_person": 2, "applications.received.total": 5}
    held = {"schema": "xltool/submission/1", "form": "ogi-2021", "year": 2024, "scope": "own", "texts": {}}
    held |= {"agency": {"code": mine.agency.code, "name": mine.agency.name, "level": "county"}, "values": filled}
    page = send(office, ("台账.json", EDUCATION.read_bytes()), ("年报.json", json.dumps(held)), on="2024-12-31")
    assert page.status_code == 200
    assert texts(page, "//h1")[0].endswith("3件，逾期1件")
    assert "2024-3 待答复，答复期限 2024-12-23" in texts(page, "//section[h2[@id='overdue']]")[0]
    assert "格不同。" in texts(page, "//p[@class='lead']")[0]
    assert texts(page, "//tr[@id='of-applications.received.total']/td") == ["3", "5", "2024-1、2024-2、2024-3"]
    assert texts(page, "//tr[@id='of-applications.received.natural_person']/td")[1] == "同"
    assert texts(page, "//tr[@id='of-applications.carried_in.total']/td") == ["0", "空着", ""]


def test_without_a_file_it_is_compared_with_what_counts_of_the_agency_in_a_campaign(tmp_path):
    made = make_campaign(tmp_path / "任务")
    held = json.loads(EDUCATION.read_text("utf-8"))
    entry = stores.entries()[1]

    def send_as(code, **fields):
        held["agency"] = {"code": code, "name": "某局", "level": "county"}
        return send(browser, ("台账.json", json.dumps(held)), **fields)

    with open_browser(made.root) as browser:
        page = send_as(entry.agency.code)
        assert f"与任务“{made.name}”里{entry.agency.name}第 1 版有 " in texts(page, "//p[@class='lead']")[0]
        received = f"{FIGURES['applications.received.natural_person']}"
        assert texts(page, "//tr[@id='of-applications.received.natural_person']/td")[:2] == ["2", received]
        for other in (send_as("654221-999"), send_as(entry.agency.code, year="2023")):
            assert other.status_code == 200 and "与任务" not in texts(other, "//p[@class='lead']")[0]


@pytest.mark.parametrize(
    ("ledger", "fields", "told"),
    [
        (TOWN.read_bytes(), {}, "台账“登记编号”栏每行应不同"),
        (b"JFIF" * 99, {}, "无法读取"),
        (b"", {}, ""),
        (OFFICE.read_bytes(), {"on": "明天"}, "不是日期"),
        (OFFICE.read_bytes(), {"year": "2020"}, "2020 年用的不是"),
    ],
)
def test_what_cannot_be_compiled_says_why(office, ledger, fields, told):
    page = send(office, (f"台账{HOSTILE}.json", ledger), **fields)
    assert page.status_code == 422
    assert texts(page, "//h1") == ["没有编制成"]
    assert told in texts(page, "//*[@role='alert']")[0]
    assert "<script>alert" not in page.text and "xltool-draft" not in page.text


def test_without_a_file_or_a_token_nothing_is_done(office):
    nothing = office.client.post("/check/ledger", files=[("token", (None, office.site.keys.token))])
    assert nothing.status_code == 422 and "请选一份台账" in nothing.text
    assert office.client.post("/check/ledger", files=[("ledger", ("a.json", b"{}"))]).status_code == 403
