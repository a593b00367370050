"""The deadline of an agency: its own or that of all, the one it was told before, and how far a day is behind it."""

from __future__ import annotations

from datetime import date

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import Extension


def find_deadline(campaign: Campaign, extension: Extension | None) -> date | None:
    """The deadline of an agency: its own where it has one, else that of all; None when there is none."""
    return campaign.deadline if extension is None else date.fromisoformat(extension.day)


def find_told_deadline(issued: Issue | None) -> date | None:
    """The deadline that an agency was told before: the first of its blank, or an extension withdrawn since."""
    return date.fromisoformat(issued.deadline) if issued is not None and issued.deadline else None


def count_days_past(deadline: date | None, day: date) -> int:
    """How many days a day lies behind a deadline; 0 when it does not, or there is none."""
    return 0 if deadline is None else max(0, (day - deadline).days)
