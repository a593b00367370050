"""`xltool use`: which version of an agency counts, on the record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltool.campaign.decisions import find_entry
from xltool.campaign.kept_decisions import Choice
from xltool.campaign.kept_versions import Version
from xltool.campaign.standing import AGENCY_STATES
from xltool.campaign.standings import find_standings
from xltool.cli import campaign_options, console
from xltool.cli.agencies import clean_words, decision_options
from xltool.cli.chinese import Command
from xltool.digits import parse_whole
from xltool.messages import XltoolError


@click.command(
    cls=Command,
    name="use",
    help="采用一个单位报来的某一版，或一版也不用（none）；记下理由、姓名和时间。\n\n"
    "“单位”写单位代码，“版次”写第几版。以后该单位用下发的工作簿再报的，以新报的为准，并说明原来的采用已失效。",
)
@click.argument("agency", metavar="单位")
@click.argument("version", metavar="版次")
@decision_options("为什么采用这一版。")
@campaign_options.campaign_option
def command(agency: str, version: str, reason: str, person: str, root: Path) -> None:
    """Notes the choice and tells how the agency stands now."""
    reason, person = clean_words(reason, person)
    now = datetime.now()
    with campaign_options.open_campaign(root) as (campaign, roster, store):
        entry = find_entry(roster, agency)
        code, name = entry.agency.code, entry.agency.name
        versions = store.versions(code)
        number = _find_number(versions, version, name)
        told = store.choices().get(code)
        choice = Choice(code, name, number, len(versions), reason, person, now.isoformat(timespec="seconds"))
        same = told is not None and (told.name, told.number, told.known, told.reason, told.person) == (
            *(name, number, len(versions)),
            *(reason, person),
        )
        if not same:
            store.choose(choice)
        [standing] = [s for s in find_standings(campaign, roster, store, now.date()) if s.entry is entry]
    what = f"采用第 {number} 版（{versions[number - 1].file}）" if number else "报来的各版都不采用"
    console.say(f"{name}（{code}）：{what}。{reason}（{person}）")
    console.say(f"现为：{AGENCY_STATES[standing.state]}。")


def _find_number(versions: tuple[Version, ...], given: str, name: str) -> int:
    if given.strip().lower() == "none":
        return 0
    number = parse_whole(given.strip().removeprefix("第").removesuffix("版").strip(), 6)
    if not versions:
        raise XltoolError(f"{name}还没有报送，没有可以采用的版本。")
    if number is None or not 1 <= number <= len(versions):
        known = "、".join(str(version.number) for version in versions)
        raise XltoolError(f"{name}没有“{given}”这一版；现有第 {known} 版，一版也不用的写 none。")
    return number
