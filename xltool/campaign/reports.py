"""The reports of a campaign's agencies.

What each file is called, and what is left of reports that are no longer to be published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from xltool.campaign.folder import REPORTS, Campaign
from xltool.campaign.names import report_name
from xltool.campaign.roster import Roster
from xltool.campaign.standing import Standing
from xltool.report.printing import REPORT_KINDS

USUAL: Final = tuple(suffix for suffix, kind in REPORT_KINDS.items() if kind.is_usual)
"""What an office publishes: the document and the page."""


def plan_paths(campaign: Campaign, roster: Roster, kind: str) -> Mapping[str, Path]:
    """Where each agency's report goes, by code; agencies of one name are told apart by their codes."""
    names = {entry.agency.code: report_name(campaign, entry.agency, kind) for entry in roster.entries}
    many = Counter(names.values())
    folder = campaign.root / REPORTS
    return {code: folder / (name if many[name] == 1 else f"{code}_{name}") for code, name in names.items()}


def find_outdated(campaign: Campaign, roster: Roster, left: Sequence[Standing]) -> Mapping[str, list[Path]]:
    """By code what agencies that are not accepted have of an earlier version; it is left where it is."""
    places = [plan_paths(campaign, roster, kind) for kind in REPORT_KINDS]
    codes = [standing.entry.agency.code for standing in left]
    return {code: [place[code] for place in places if place[code].exists()] for code in codes}
