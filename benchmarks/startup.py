"""`xltool --help` as a process: against the interpreter that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Contender, Table, children_cpu, compared


def measured(quick: bool) -> list[Table]:
    program = Path(sys.executable).with_name("xltool")
    if os.name != "posix" or not program.exists():
        return []
    with tempfile.TemporaryDirectory() as compiled:
        # Both find their modules compiled, as they are once installed, whatever the caller's environment says.
        surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        surroundings["PYTHONPYCACHEPREFIX"] = compiled

        def process(name: str, *words: str) -> Contender:
            return Contender(
                name, lambda: subprocess.run(words, env=surroundings, stdout=subprocess.DEVNULL, check=True)
            )

        contenders = [
            process("xltool --help", str(program), "--help"),
            process("python -c 'import click'", sys.executable, "-c", "import click"),
            process("limit: python -c pass", sys.executable, "-c", "pass"),
        ]
        return [compared("Start, print the help, end", contenders, 3 if quick else 31, children_cpu)]
