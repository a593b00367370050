"""Shell scripts that stand in for a program of others."""

from __future__ import annotations

import stat
from pathlib import Path


def write_program(program: Path, body: str) -> None:
    """A program that does what the lines of a shell script say."""
    program.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
