"""`xltool roster`: an empty roster to fill in, and how a filled one is read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from xltool import files
from xltool.campaign import roster_reading, roster_template
from xltool.campaign.roster import Roster
from xltool.campaign.roster_draft import RosterDraft
from xltool.campaign.roster_heads import FIELDS
from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.cli.output import DONE, FAILED
from xltool.cli.passwords import password_options
from xltool.messages import XltoolError
from xltool.model import Finding


@click.command(
    cls=Command,
    name="roster",
    help="写一张空白的单位名录（--template），或看一张填好的名录读成什么、有什么错。\n\n"
    "名录是 .xlsx、.xls、.et、.ods，或 .csv 等文本。表头在前十行里找，叫法不同的也认；"
    "没有写代码的单位按名称编代码，名称不变代码就不变。",
)
@click.argument("path", metavar="[名录]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template",
    metavar="名录.xlsx",
    type=click.Path(path_type=Path),
    help="把空白名录写到这个文件：有表头、说明和下拉单。",
)
@click.option(
    "--json", "as_json", is_flag=True, help="读到的每一行，连同哪一行哪一栏有什么错，输出一份 JSON（xltool/roster/1）。"
)
@password_options
def command(path: Path | None, *, template: Path | None, as_json: bool, passwords: tuple[str, ...]) -> None:
    """Writes the one, reads the other."""
    if path is None and template is None:
        raise click.UsageError("要写明名录文件，或用 --template 写一张空白名录。")
    if template is not None:
        _write_template(template)
    if path is None:
        return
    draft = roster_reading.draft_roster(_read_bytes(path), passwords)
    if as_json:
        console.write_result(json.dumps(to_json(draft), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        sys.exit(FAILED if draft.faults else DONE)
    _tell_roster(roster_reading.finish_roster(draft))


def read_roster(path: Path, passwords: tuple[str, ...] = ()) -> Roster:
    """The roster of a file; raises `XltoolError` when it cannot be opened or has faults."""
    return roster_reading.parse_roster(_read_bytes(path), passwords)


def to_json(draft: RosterDraft) -> dict[str, Any]:
    """What was read, line by line, with what is wrong with it: the document `xltool/roster/1`."""
    return {
        "schema": "xltool/roster/1",
        "agencies": [
            {"line": line.number, "sheet": line.sheet, "code_made": line.made}
            | {field: line.fields.get(field, "") for field in FIELDS}
            for line in draft.lines
        ],
        "faults": [
            {
                "line": None if fault.line is None else fault.line.number,
                "sheet": "" if fault.line is None else fault.line.sheet,
                "field": fault.field or None,
                "message": fault.message,
            }
            for fault in draft.faults
        ],
        "notes": [*draft.notes],
    }


def _read_bytes(path: Path) -> bytes:
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"单位名录 {path} 打不开：{data.data.get('why', '文件过大')}。")
    return data


def _write_template(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise click.UsageError("空白名录的文件名应以 .xlsx 结尾。")
    data = roster_template.write_template()
    if path.exists() and files.read_file(path) != data:
        raise XltoolError(f"{path} 已经有了，可能是填过的，没有动它；请换一个文件名。")
    files.write_file(path, data)
    console.say(f"已写出空白名录 {path}。填好后，用 xltool roster {path} 看读得对不对。", err=True)


def _tell_roster(listed: Roster) -> None:
    for note in listed.notes:
        console.say(note, err=True)
    console.write_result(listed.to_csv())
    console.say(f"共 {len(listed.entries)} 个单位。", err=True)
