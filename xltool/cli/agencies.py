"""Agencies on the command line: who decides about one, and those that the roster lost sight of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from xltool.campaign.roster import Roster
from xltool.campaign.roster_changes import RosterChange
from xltool.campaign.standing import AGENCY_STATES, Standing
from xltool.campaign.strays import Stray, advise_stray
from xltool.report.text import clean_line


def person_option(command: Any) -> Any:
    """The option `--by` of a command that records a decision."""
    return click.option("--by", "person", metavar="姓名", required=True, help="由谁决定。")(command)


def reason_option(why: str) -> Callable[[Any], Any]:
    """The option `--reason` of a command that records a decision for which none must be given."""
    return click.option("--reason", metavar="理由", default="", help=why)


def decision_options(why: str) -> Callable[[Any], Any]:
    """The options `--reason` and `--by` of a command that records a decision; `why` is the help of the first."""

    def add(command: Any) -> Any:
        return click.option("--reason", metavar="理由", required=True, help=why)(person_option(command))

    return add


def clean_words(*words: str) -> tuple[str, ...]:
    """Reason and person of a decision as they are kept; raises `click.UsageError` when one is empty."""
    kept = tuple(clean_line(word).strip() for word in words)
    if not all(kept):
        raise click.UsageError(f"要写明{'理由（--reason）和' if len(words) > 1 else ''}姓名（--by），不能为空。")
    return kept


def describe_strays(strays: Sequence[Stray], roster: Roster) -> Iterator[str]:
    """Lines that name the agencies whose returns and lines of the roster do not fit, and what settles each."""
    for stray in strays:
        yield clean_line(f"  {stray.code} {stray.name}：{stray.why}。{advise_stray(stray, roster)}。")


def describe_changes(changes: Sequence[RosterChange]) -> Iterator[str]:
    """What became of the roster since blanks went out, under a title; nothing where nothing did."""
    if changes:
        yield "下发以后名录的变动："
    yield from (clean_line(f"  {change.sentence}") for change in changes)


def describe_outcome(before: Standing, after: Standing) -> str:
    """How the agency stands now, and what is left."""
    left = [
        f"{word} {count} 条" for word, count in (("强制性错误", after.errors), ("核实性问题", after.warnings)) if count
    ]
    change = (
        AGENCY_STATES[after.state]
        if before.state == after.state
        else f"{AGENCY_STATES[before.state]} → {AGENCY_STATES[after.state]}"
    )
    rest = f"；还有{'、'.join(left)}未放行" if left else ""
    return f"现为：{change}{rest}。"
