"""`xltool --help` and `xltool check` of one workbook, each a process: against importing what they are made with."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from measure import Contender, Table, children_cpu, compared

import xltool

SAMPLE: Final = Path(__file__).parents[1] / "samples/2024/654221-015.json"
QUIET: Final = subprocess.DEVNULL


def measured(quick: bool) -> list[Table]:
    program = Path(sys.executable).with_name("xltool")
    if os.name != "posix" or not program.exists():
        return []
    with tempfile.TemporaryDirectory() as compiled:
        # Both find their modules compiled, as they are once installed, whatever the caller's environment says.
        surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        surroundings["PYTHONPYCACHEPREFIX"] = compiled

        surroundings["XLTOOL_CACHE"] = str(Path(compiled) / "kept")
        workbook = Path(compiled) / "one.xlsx"
        submission = xltool.read(SAMPLE.read_bytes()).submission
        assert submission is not None
        workbook.write_bytes(xltool.fill(submission))

        def process(name: str, *words: str, **other: str) -> Contender:
            around = surroundings | other
            return Contender(name, lambda: subprocess.run(words, env=around, stdout=QUIET, stderr=QUIET, check=True))

        contenders = [
            process("xltool --help", str(program), "--help"),
            process("python -c 'import click'", sys.executable, "-c", "import click"),
            process("limit: python -c pass", sys.executable, "-c", "pass"),
        ]
        libraries = "import click, lxml.etree, numpy"
        checking = [
            process("xltool check, one workbook", str(program), "check", str(workbook)),
            process("the same, the first of its form", str(program), "check", str(workbook), XLTOOL_CACHE=""),
            process(f"python -c '{libraries}'", sys.executable, "-c", libraries),
        ]
        rounds = 3 if quick else 31
        return [
            compared("Start, print the help, end", contenders, rounds, children_cpu),
            compared("Start, check one workbook, end", checking, rounds, children_cpu),
        ]
