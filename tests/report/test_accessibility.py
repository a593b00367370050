"""The page and the fragment as axe-core sees them in a browser: on a desktop, on a phone, in print.

Needs node, Chromium, and a folder node_modules with axe-core and playwright-core (tests/npm.py); skips without
them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.npm import find_modules
from xltool import api
from xltool.forms.catalog import load_form
from xltool.model import Agency, Submission

MODULES = find_modules("XLTOOL_AXE", "xltool-axe")
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LACKING = [
    *([] if (MODULES / "axe-core").is_dir() else ["no node_modules with axe-core (XLTOOL_AXE)"]),
    *([] if (MODULES / "playwright-core").is_dir() else ["no node_modules with playwright-core (XLTOOL_AXE)"]),
    *([] if NODE else ["no node"]),
    *([] if CHROMIUM else ["no Chromium"]),
]
pytestmark = pytest.mark.skipif(bool(LACKING), reason="; ".join(LACKING))

SITE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>某局</title>
<style>
html {{ font-size: 100px }} main {{ max-width: 1000px; margin: auto }}
td, th, p {{ font-size: 12px; text-align: right; border: 0 }}
</style>
</head><body><main>{}</main></body></html>"""
"""A page of a publishing system with a style sheet of its own, around the fragment."""

SCREENS = {"desktop", "phone", "print"}


def _looked_at(folder: Path, pages: dict[str, str]) -> dict[str, Any]:
    paths = {str(folder / f"{name}.html"): name for name in pages}
    for path, name in paths.items():
        Path(path).write_text(pages[name], "utf-8")
    command = [NODE, Path(__file__).with_name("axe.mjs"), MODULES, CHROMIUM, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    return {paths[path]: seen for path, seen in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What axe found in each page; one run of the browser for all."""
    spec = load_form("ogi-2021")
    texts = {
        text.key: f"{text.label}，见 https://www.example.invalid/zwgk/2024/12/31/content.html" for text in spec.texts
    }
    values = tuple(at + 1 for at in range(len(spec.cells)))
    given = Submission(spec.id, 2024, Agency("1", "清河县教育局", "department"), values, texts)
    page, draft = (api.report(given, "html", draft=draft).decode() for draft in (False, True))
    fragment = SITE.format(api.report(given, "html", draft=True, fragment=True).decode())
    pages = {
        "page": page,
        "draft": draft,
        "fragment": fragment,
        "pale": page.replace("color: #111", "color: #bbb"),
        "headless": page.replace('headers="', 'headers="nothing '),
        "running": page.replace("<main>", "<main><script>document.title = 'run'</script>"),
    }
    yield _looked_at(tmp_path_factory.mktemp("axe"), pages)


@pytest.mark.parametrize("name", ["page", "draft", "fragment"])
def test_axe_finds_nothing(seen: dict[str, Any], name: str) -> None:
    assert seen[name].keys() == SCREENS
    for screen, found in seen[name].items():
        assert found["violations"] == [], screen
        assert {"color-contrast", "td-headers-attr", "td-has-header", "scope-attr-valid", "heading-order"} <= set(
            found["passes"]
        ), screen


@pytest.mark.parametrize("name", ["page", "draft", "fragment"])
def test_the_browser_complains_of_nothing_and_no_page_is_wider_than_its_screen(seen: dict[str, Any], name: str) -> None:
    """The data block is not run: the content-security policy, which forbids every script, is not offended."""
    for screen, found in seen[name].items():
        assert found["complaints"] == [], screen
        assert screen == "print" or found["overflow"] <= 0, screen


def test_axe_and_the_browser_do_find_faults(seen: dict[str, Any]) -> None:
    for name, rule in (("pale", "color-contrast"), ("headless", "td-headers-attr")):
        for screen in SCREENS:
            assert rule in {violation["id"] for violation in seen[name][screen]["violations"]}, (name, screen)
    for screen in SCREENS:
        assert any("Content Security Policy" in complaint for complaint in seen["running"][screen]["complaints"]), (
            screen
        )
