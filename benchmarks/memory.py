"""Many different workbooks read and checked in one process: what it holds after some, and after all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import different
from measure import Table, steps

import xltool


def measured(quick: bool) -> list[Table]:
    if os.name != "posix":
        return []
    marks = (10, 50, 100) if quick else (100, 500, 1_000)
    with tempfile.TemporaryDirectory() as folder:
        for number, submission in enumerate(different(marks[-1])):
            Path(folder, f"{number:04d}.xlsx").write_bytes(xltool.fill(submission))
        command = [sys.executable, __file__, folder, *map(str, marks)]
        sizes = [
            float(line) for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        ]
    added = ("", *(f"{step:+.1f} MiB" for step in steps(sizes)))
    rows = [
        (f"after {mark:,} workbooks", f"{size:.1f} MiB", step)
        for mark, size, step in zip(marks, sizes, added, strict=True)
    ]
    return [
        Table(
            "Memory of a process that reads and checks one workbook after the other",
            ("", "resident", "added"),
            tuple(rows),
        )
    ]


def read_all(folder: str, marks: set[int]) -> None:
    for number, path in enumerate(sorted(Path(folder).iterdir()), 1):
        [reading] = xltool.check([xltool.read(path.read_bytes())])
        if xltool.status(reading) != "accepted":
            raise SystemExit(f"{path.name}: {reading.findings}")
        if number in marks:
            print(resident())


def resident() -> float:
    """MiB of this process that are in memory."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    run = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
    return int(run.stdout) / 2**10


if __name__ == "__main__":
    read_all(sys.argv[1], set(map(int, sys.argv[2:])))
