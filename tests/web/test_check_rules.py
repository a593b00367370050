"""What a form's rules notice, as a page: the same figures as the console's."""

from __future__ import annotations

import json

import lxml.html
import pytest
from click.testing import CliRunner

from tests.campaign.stores import SPEC
from tests.web.conftest import open_browser
from xltool.cli import main
from xltool.rules.selftest import Tally, list_shares


@pytest.fixture
def office(tmp_path):
    with open_browser(tmp_path) as browser:
        yield browser


def test_the_page_has_the_console_s_table(office):
    assert '<a href="/check/rules">' in office.client.get("/check").text
    page = office.client.post(
        "/check/rules",
        data={"token": office.site.keys.token, "form": SPEC.id},
        headers={"Origin": office.server.root},
        timeout=200,
    )
    assert page.status_code == 200
    told = CliRunner().invoke(main, ["rules", "selftest", SPEC.id, "--count", "20", "--json"]).stdout
    tallies = [Tally(**each) for each in json.loads(told)["slips"]]
    tree = lxml.html.fromstring(page.text)
    for name, locked in (("typed", False), ("locked", True)):
        shown = [
            tuple(cell.text_content() for cell in row) for row in tree.xpath(f"//section[h2[@id='{name}']]//tbody/tr")
        ]
        assert shown == [
            (SPEC.tables[[table.id for table in SPEC.tables].index(each.table)].name, each.slip, *list_shares(each))
            for each in tallies
            if each.locked is locked
        ]


def test_no_form_and_no_token(office):
    where = {"headers": {"Origin": office.server.root}}
    page = office.client.post("/check/rules", data={"token": office.site.keys.token, "form": "x"}, **where)
    assert page.status_code == 422 and "请选一种报表。" in page.text
    assert office.client.post("/check/rules", data={"form": SPEC.id}, **where).status_code == 403
