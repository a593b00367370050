"""What a command loads: without work for them no numpy, no reader of texts and no writer of workbooks.

A `check` of one file that is right loads nothing of campaigns, nothing that looks for causes, and, where another has
kept what a form has (`forms.kept`), nothing that draws workbooks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign import stores
from xltool.campaign.roster import Roster

HEAVY = ("numpy", "lxml", "openpyxl", "xlsxwriter", "xltool.rules.facts", "xltool.workbook.write")
UNUSED_BY_CHECK = (
    *("xltool.campaign", "xltool.rules.causes", "xltool.rules.consequences", "xltool.published.read"),
    *("xlsxwriter", "xltool.workbook.engine", "xltool.workbook.notice", "xltool.workbook.write"),
    *("openpyxl", "pandas", "sqlite3"),
)
SAMPLE = Path(__file__).parents[2] / "samples/2024/654221-015.json"
LISTED = f"""
import sys
from xltool.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *(name for name in {(*HEAVY, *UNUSED_BY_CHECK)!r} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["sent", "--all", "--by", "王某"],
        ["extend", "654221-001", "2025-02-10", "--reason", "人手不足", "--by", "王某"],
        ["absent", "654221-004", "--reason", "已撤销", "--by", "王某"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_computes_nothing(words, tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    with stores.opened(made):
        pass
    command = [sys.executable, "-c", LISTED, *words, "-C", str(made.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    [loaded] = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("loaded:")]
    assert not {*loaded} & {*HEAVY}, done.stderr
    assert done.returncode == 0


def test_a_check_of_one_file(tmp_path):
    workbook = tmp_path / "one.xlsx"
    surroundings = {**os.environ, "XLTOOL_CACHE": str(tmp_path / "kept")}

    def run(*words):
        command = [sys.executable, "-c", LISTED, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
        [loaded] = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("loaded:")]
        return (done.returncode, done.stdout), {*loaded} & {*UNUSED_BY_CHECK}

    run("fill", str(SAMPLE), "-o", str(workbook))
    (first, drawing), (second, unused) = (run("check", "--json", str(workbook)) for _ in range(2))
    assert first == second
    assert first[0] == 0
    assert "xlsxwriter" in drawing
    assert not unused


def test_help(tmp_path):
    words = ("import sys; from xltool.cli import main; main(sys.argv[1:], standalone_mode=False)", "--help")
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", *words], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines()}
    assert {name for name in loaded if name.startswith("xltool")} == {
        "xltool", "xltool.cli", "xltool.cli.chinese", "xltool.digits",
    }  # fmt: skip
    assert not loaded & {"textwrap", "shutil", "dataclasses", "pathlib", *HEAVY}
