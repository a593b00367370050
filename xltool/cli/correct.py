"""`xltool correct`: a correction of the county's sum, noted with its reason, explained, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.corrections import describe_correction
from xltool.campaign.county_edits import CountyEdits, write_county_edits
from xltool.campaign.county_written import read_corrections
from xltool.campaign.decisions import find_entry
from xltool.campaign.desk_asking import split_names
from xltool.campaign.desk_county import find_corrected_cell, read_corrected_figure
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, person_option, reason_option
from xltool.cli.chinese import Command
from xltool.cli.output import describe_cell
from xltool.messages import XltoolError, join_first
from xltool.model import Cell, Correction
from xltool.report.text import clean_line

_MOST_NAMED = 5


@click.command(
    cls=Command,
    name="correct",
    help="更正汇总数里的一格，如同一件事两个单位都计了：写明增减多少（--change）或改成多少（--value）、理由、姓名。"
    "核对过、不用改的，--change 写 0。合计格会跟着变，不用更正。\n\n"
    "“格”照表上的字写表、行、栏，或写表和格的位置。已有一条一样的更正在等理由和姓名的，写进那一条。\n\n"
    "加 --withdraw 撤回这一格的更正；有几条的，用 --change 或 --value 指明哪一条。\n\n"
    "更正写在 办公室.xlsx 的“更正”表，用 --plain 建立的任务写在 county/corrections.toml；再汇总一次才算进去。",
)
@click.argument("words", metavar="格")
@click.option("--change", "change", metavar="增减", default="", help="增加或减少多少，如 -1；核对过不用改的写 0。")
@click.option("--value", "value", metavar="改为", default="", help="改成多少；与 --change 只写一个。")
@click.option("--agency", "agencies", metavar="单位", multiple=True, help="涉及的单位：名称或代码，几个的用顿号隔开。")
@click.option("--withdraw", is_flag=True, help="撤回。")
@reason_option("为什么更正；撤回的可以不写。")
@person_option
@campaign_options.campaign_option
def command(
    words: str,
    *,
    change: str,
    value: str,
    agencies: Sequence[str],
    reason: str,
    person: str,
    root: Path,
    withdraw: bool,
) -> None:
    """Writes the correction where the office keeps them, and notes it."""
    if (change and value) or not (withdraw or change or value):
        raise click.UsageError(f"--change（增减）和 --value（改为）{'只能' if change else '要'}写一个。")
    (person,), reason = clean_words(person), clean_line(reason).strip()
    if not withdraw and not reason:
        raise click.UsageError("要写明理由（--reason），不能为空。")
    at = datetime.now().isoformat(timespec="seconds")
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        spec, noted = campaign.spec, read_corrections(campaign, roster)
        cell = find_corrected_cell(spec, words)
        codes = tuple(find_entry(roster, name).agency.code for given in agencies for name in split_names(given))
        wished = _make_correction(cell, change, value, reason=reason, person=person, codes=codes)
        held = [each for each in noted if each.key == cell.key]
        where = describe_cell(spec, cell.key)
        if withdraw:
            old = _choose_one(held, wished, cell, where)
            write_county_edits(campaign, roster, store, CountyEdits(replaced=[(old, None)]))
            told = f"撤回 {where} {describe_correction(old, cell)}"
        else:
            assert wished is not None
            told = f"{where} {describe_correction(wished, cell)}"
            if wished not in held:
                _check_beside(held, wished, where)
                waiting = next((each for each in held if each.is_waiting and _is_same_figure(each, wished)), None)
                edits = CountyEdits(replaced=[(waiting, wished)]) if waiting else CountyEdits(added=[wished])
                write_county_edits(campaign, roster, store, edits)
            elif store.was_noted(person, "correct", f"{told}：{reason}"):
                console.say(f"{told}：已经记下过。")
                return
        noted_words = f"{told}：{reason}" if reason else told
        store.note(at, person, "correct", noted_words)
    console.say(f"{noted_words}（{person}）。写在 {campaign.corrections_place}，再汇总一次才算进去。")


def _make_correction(
    cell: Cell, change: str, value: str, *, reason: str, person: str, codes: tuple[str, ...]
) -> Correction | None:
    """The correction that is asked for; None where no figure is told."""
    if not change and not value:
        return None
    figure = read_corrected_figure(change or value, cell, "增减" if change else "改为", sets=bool(value))
    return Correction(cell.key, figure if change else None, figure if value else None, reason, person, codes)


def _is_same_figure(one: Correction, other: Correction) -> bool:
    return (one.change, one.value) == (other.change, other.value)


def _choose_one(held: Sequence[Correction], wished: Correction | None, cell: Cell, where: str) -> Correction:
    """The correction of a cell that is meant to be taken back."""
    found = [each for each in held if wished is None or _is_same_figure(each, wished)]
    if not found:
        raise XltoolError(f"{where} 没有{'这样的' if held else ''}更正，不用撤回。")
    if len({(each.change, each.value) for each in found}) > 1:
        named = join_first([describe_correction(each, cell) for each in found], _MOST_NAMED, "条")
        raise XltoolError(f"{where} 有 {len(found)} 条更正（{named}）；用 --change 或 --value 写明撤回哪一条。")
    return found[0]


def _check_beside(held: Sequence[Correction], wished: Correction, where: str) -> None:
    """One that sets a cell stands alone: what counts would hang on the order."""
    sets = [each for each in held if each.value is not None and not each.is_waiting]
    others = [each for each in held if not each.is_waiting]
    if sets or (others and wished.value is not None):
        raise XltoolError(f"{where} 用“改为”写明了数，就不能另有更正；先撤回原来的，再更正。")
