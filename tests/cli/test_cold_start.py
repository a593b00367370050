"""What a command loads: without work for them no numpy, no reader of texts and no writer of workbooks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.campaign import stores
from xltool.campaign.roster import Roster

HEAVY = ("numpy", "lxml", "openpyxl", "xlsxwriter", "xltool.rules.facts", "xltool.workbook.write")
LISTED = f"""
import sys
from xltool.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)
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
    assert "loaded:" in done.stderr.splitlines(), done.stderr
    assert done.returncode == 0
