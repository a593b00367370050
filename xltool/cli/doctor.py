"""`xltool doctor`: what this computer has, what it lacks, and what that means."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Final

import click

from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.diagnostics import run_checks
from xltool.model import CheckState

_MARKS: Final[dict[CheckState, str]] = {"ok": "有", "missing": "缺", "optional": "可选"}


@click.command(
    cls=Command,
    name="doctor",
    help="检查这台电脑：程序库、报表、文件夹、屏幕编码、typst、LibreOffice、字体，有什么、缺什么、缺了怎么办。\n\n"
    "必需的都有，退出码为 0；缺了必需的（标“缺”）为 1。标“可选”的缺了也能用，后面写着影响什么。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（xltool/doctor/1）。")
def command(as_json: bool) -> None:
    """Prints a line for each thing; 1 when something needed is missing."""
    found = list(run_checks(Path()))
    missing = sum(check.state == "missing" for check in found)
    if as_json:
        document = {"schema": "xltool/doctor/1", "ok": not missing, "checks": [asdict(check) for check in found]}
        console.write_result(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    else:
        for check, after in zip_longest(found, found[1:]):
            remedy = (
                "" if after is not None and after.remedy == check.remedy else check.remedy
            )  # told once, after the last that it mends
            console.say(f"[{_MARKS[check.state]}] {check.text}。{remedy}")
        console.say(f"缺 {missing} 样必需的，先按上面的办法补上。" if missing else "必需的都有。")
    sys.exit(output.FAILED if missing else output.DONE)
