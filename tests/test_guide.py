"""The guide: what its pages show is what happens, and it builds into pages that need nothing from outside."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
SHOWN = {("rules.md", "toml"), ("index.md", "{toctree}"), ("campaign.md", "sh by hand"), ("install.md", "sh by hand"),
         ("deploy.md", "sh by hand"), ("cluster.md", "sh by hand")}  # fmt: skip
"""What is no file, nothing to run, and only shown: a rule of a packaged form, the contents, a server, what needs the
network."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_happens(page, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    others = documents.play(page.read_text("utf-8"), page.name, tmp_path)
    assert {(page.name, block.language) for block in others} <= SHOWN


def test_a_rule_that_is_shown_is_the_packaged_one():
    [rule] = documents.pick_blocks((ROOT / "docs" / "rules.md").read_text("utf-8"), "toml")
    form = (ROOT / "workbook_templates" / "ogi_2021.toml").read_text("utf-8")
    for line in rule.splitlines():
        assert line.removesuffix('"') in form, line


def test_the_pages_are_built_without_a_warning_and_need_nothing_from_outside(tmp_path):
    if importlib.util.find_spec("sphinx") is None or importlib.util.find_spec("myst_parser") is None:
        pytest.skip("sphinx and myst-parser are not installed: pip install -e '.[docs]'")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-d",
        tmp_path / "cache",
        ROOT / "docs",
        tmp_path / "html",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    built = sorted((tmp_path / "html").glob("**/*.html"))
    assert {page.stem for page in PAGES} <= {page.stem for page in built}
    for page in built:
        loaded = re.findall(r"""<(?:script|img|link|iframe)[^>]*?(?:src|href)=["']([^"']*)""", page.read_text("utf-8"))
        assert loaded and not [address for address in loaded if re.match(r"(?:\w+:)?//", address)], page.name
    for sheet in (tmp_path / "html").glob("**/*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:\w+:)?//", sheet.read_text("utf-8")), sheet.name
