"""The same made again where a clock, a time zone, or the order of sets in a process would show."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

TICK: Final = 2
"""Seconds of one step of the clock in a zip archive, the coarsest there is."""


def assert_same_elsewhere(make: Callable[..., bytes], *given: str) -> None:
    """That a function of a test module makes the same bytes here and in two other processes, one a tick later."""
    here, begun = make(*given), time.monotonic()
    program = (
        "import importlib, sys; "
        f"make = getattr(importlib.import_module({make.__module__!r}), {make.__name__!r}); "
        f"sys.stdout.buffer.write(make(*{given!r}))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    for zone, seed in (("Asia/Shanghai", "1"), ("America/New_York", "2")):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[1],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        assert done.stdout == here
        time.sleep(max(0, begun + TICK - time.monotonic()))
