"""Two quarters of a quarterly form in the office page: every page is there, and speaks of quarters."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from tests.web.conftest import open_browser
from tests.web.crawl import crawl
from xltool.cli import main
from xltool.forms import catalog

SAMPLES = catalog.data_folder("samples") / "hazards-2024"
OF_YEARS = re.compile(r".{0,9}(?:上年|去年|今年|年度).{0,9}")


def run(*given):
    done = CliRunner().invoke(main, list(map(str, given)))
    assert done.exit_code in {0, 3}, done.output
    return done.output


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """The campaign of the second quarter, held against the first, with the samples taken in."""
    folder = tmp_path_factory.mktemp("quarters")
    root = folder / "2024Q2"
    first = [part for path in sorted((SAMPLES / "2024Q1").glob("*.json")) for part in ("--prior", path)]
    given = ("--form", "hazards-2024", "--period", "2024Q2", "--name", "样例县", "--roster", SAMPLES / "roster.csv")
    run("new", root, *given, *first)
    for path in sorted((SAMPLES / "2024Q2").glob("*.json")):
        run("fill", path, "-o", root / "收件" / f"{path.stem}.xlsx")
    run("collect", "-C", root, "--jobs", "1")
    return root


def test_every_page_is_there_and_speaks_of_quarters(second):
    """One page of each kind: of each agency's pages one, of what the sum is made of one cell."""
    codes = [line.partition(",")[0] for line in (SAMPLES / "roster.csv").read_text("utf-8-sig").splitlines()[1:]]
    with open_browser(second) as browser:
        pages = crawl(browser, codes)
    assert len(pages) > 15
    assert {path: OF_YEARS.findall(said) for path, said in pages.items() if OF_YEARS.search(said)} == {}
    everything = " ".join(pages.values())
    assert "样例县 2024年第二季度" in everything
    assert "比上季度" in everything
    assert "应等于上季度报的季度末未销号的" in everything
