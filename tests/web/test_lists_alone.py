"""A campaign of a form that has lists and no table, in the office page: every page is there, the sum too."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.web.conftest import open_browser, visit_pages
from xltool.cli import main
from xltool.forms import catalog

SAMPLES = catalog.data_folder("samples") / "ogi-ledger"


def run(*given):
    done = CliRunner().invoke(main, list(map(str, given)))
    assert done.exit_code in {0, 3}, done.output


@pytest.fixture(scope="module", params=["before", "after"])
def campaign(request, tmp_path_factory):
    """With the samples taken in, before they are added up and after."""
    root = tmp_path_factory.mktemp("ledgers") / "2024"
    run("new", root, "--form", "ogi-ledger", "--year", 2024, "--name", "样例县", "--roster", SAMPLES / "roster.csv")
    for path in sorted((SAMPLES / "2024").glob("*.json")):
        run("fill", path, "-o", root / "收件" / f"{path.stem}.xlsx")
    run("collect", "-C", root, "--jobs", "1")
    if request.param == "after":
        run("consolidate", "-C", root, "--allow-missing")
    return root


def test_every_page_is_there(campaign):
    with open_browser(campaign) as browser:
        pages = visit_pages(browser)
        assert browser.client.get(browser.locate("/sum?table=none")).status_code == 404
    assert len(pages) > 10
    assert any("台账“登记编号”栏每行应不同" in said for said in pages.values())
