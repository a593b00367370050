"""What goes back to agencies, brought up to date and told: for the commands that send something out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Final

from xltool.campaign import returns
from xltool.campaign.documents import describe_kept
from xltool.campaign.folder import Campaign
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.cli import campaign_options, console
from xltool.messages import join_first
from xltool.model import Submission

MOST_KEPT: Final = 10


def refresh_returns(
    campaign: Campaign,
    store: Store,
    standings: Iterable[Standing],
    last_year: Mapping[str, Submission],
    jobs: int,
    *,
    replaces: bool,
    aside: bool = False,
    spares_others: bool = False,
) -> None:
    """Writes the workbooks that are owed and tells each, clears settled ones, and tells what hand work was kept.

    With `aside` they are no result of the command, but told on standard error; `spares_others` leaves the workbooks of
    agencies alone that are not among the standings.

    Raises `XltoolError` with all that could not be made.
    """
    plan = returns.plan_returns(campaign, store, standings, last_year, replaces=replaces, spares_others=spares_others)
    made = returns.write_returns(campaign, store, plan, last_year, jobs, replaces=replaces)
    placed = []
    # On a terminal a line for each goes there anyway.
    shown = made if sys.stdout.isatty() else campaign_options.show_progress(made, len(plan.owed), "退回的工作簿")
    for each in shown:
        placed.append(each)
        console.say(f"待退回：{campaign.root / each.place}", err=aside)
    for line in describe_kept(placed):
        console.say(line, err=True)
    if kept := returns.find_settled(campaign, store, plan):
        console.say(
            f"{campaign.layout.returned} 里有 {len(kept)} 份已不用退回，但写出以后被人改动过，没有删去："
            f"{join_first(kept, MOST_KEPT, '份')}。不要了的，加 --replace 再执行一次。",
            err=True,
        )
