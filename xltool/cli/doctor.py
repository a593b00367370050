"""`xltool doctor`: what this computer has, what it lacks, and what that means."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final

import click

from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.diagnostics import run_checks
from xltool.cli.places import FolderPath
from xltool.messages import XltoolError
from xltool.model import CheckState, Diagnosis

_MARKS: Final[dict[CheckState, str]] = {"ok": "有", "missing": "缺", "optional": "可选"}
_CAMPAIGN_MARKS: Final[dict[CheckState, str]] = {"ok": "好", "missing": "不对", "optional": "留意"}


@click.command(
    cls=Command,
    name="doctor",
    help="检查这台电脑：程序库、报表、文件夹、屏幕编码、typst、LibreOffice、字体，有什么、缺什么、缺了怎么办。\n\n"
    "必需的都有，退出码为 0；缺了必需的（标“缺”）为 1。标“可选”的缺了也能用，后面写着影响什么。\n\n"
    "加 -C 时检查一个填报任务：设置、名录、数据库和每条记录、归档、密钥、下发和写出的文件、备份；有不对的退出码为 1。",
)
@click.option("-C", "root", metavar="文件夹", type=FolderPath(), help="检查这个填报任务的文件夹，而不是这台电脑。")
@click.option("--mend", is_flag=True, help="能修复的先修复（要与 -C 一起用）：数据库、归档、密钥、退回的工作簿。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（xltool/doctor/1）。")
def command(root: Path | None, *, mend: bool, as_json: bool) -> None:
    """Prints a line for each thing; 1 when something needed is missing or wrong."""
    if mend and root is None:
        raise click.UsageError("--mend 要与 -C 一起用，指明填报任务的文件夹。")
    if mend and root is not None:
        for line in _mend(root):
            console.say(line, err=as_json)
    found = list(run_checks(Path()) if root is None else _look_at_campaign(root))
    marks = _MARKS if root is None else _CAMPAIGN_MARKS
    missing = sum(check.state == "missing" for check in found)
    if as_json:
        document = {"schema": "xltool/doctor/1", "ok": not missing, "checks": [asdict(check) for check in found]}
        console.write_result(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    else:
        for check, after in zip_longest(found, found[1:]):
            remedy = (
                "" if after is not None and after.remedy == check.remedy else check.remedy
            )  # told once, after the last that it mends
            console.say(f"[{marks[check.state]}] {check.text}。{remedy}")
        if root is None:
            console.say(f"缺 {missing} 样必需的，先按上面的办法补上。" if missing else "必需的都有。")
        else:
            console.say(f"{missing} 处不对，按上面的办法处理。" if missing else "没有发现损坏。")
    sys.exit(output.FAILED if missing else output.DONE)


def _look_at_campaign(root: Path) -> Iterator[Diagnosis]:
    """The campaign's checks; settings that cannot be read are the first thing to mend."""
    from xltool.campaign import folder, inspection  # without libraries that the computer may lack

    try:
        campaign = folder.find_campaign(root)
    except XltoolError as error:
        yield Diagnosis("settings", "missing", f"设置：{str(error).rstrip('。')}", "先改正它，再检查。")
        return
    yield from inspection.inspect_campaign(campaign)


def _mend(root: Path) -> Iterator[str]:
    from xltool.campaign import folder, mending
    from xltool.campaign.intake import Intake
    from xltool.campaign.passwords import read_passwords
    from xltool.campaign.priors import read_last_year
    from xltool.campaign.store import Store
    from xltool.cli import campaign_options

    campaign = folder.find_campaign(root)
    roster, at = campaign.read_roster(), datetime.now().isoformat(timespec="seconds")
    with campaign_options.hold_open(campaign, alone=True), closing(Store(Path(":memory:"))) as empty:
        last_year = read_last_year(campaign, roster, empty)
        known = read_passwords(campaign)
        yield from mending.mend_campaign(Intake(campaign, roster, empty, b"", at, last_year.get, known))
