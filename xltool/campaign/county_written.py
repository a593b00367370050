"""What the office has written for the county's report: what is corrected in the sum, and the texts."""

from __future__ import annotations

from collections.abc import Iterable

from xltool import files
from xltool.campaign import corrections, desk_county, texts
from xltool.campaign.desk_reading import Desk, read_desk
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster
from xltool.messages import XltoolError, say_cell
from xltool.model import Correction, Finding, FormSpec, Submission
from xltool.workbook.layout_plan import make_plan


def read_corrections(campaign: Campaign, roster: Roster) -> tuple[Correction, ...]:
    """What the office has written to be corrected in the sum.

    Raises `XltoolError` with every fault and its place.
    """
    file = campaign.layout.corrections
    if campaign.has_desk:
        return desk_county.read_corrections(_open_desk(campaign), campaign.spec, roster)
    data = _read_optional_file(campaign, file)
    return () if data is None else corrections.parse_corrections(data, file, campaign.spec, roster.agencies)


def list_waiting(spec: FormSpec, noted: Iterable[Correction]) -> list[str]:
    """Each correction that is not in the sum, having no reason or no name: its cell, what it does, what it lacks."""
    place = make_plan(spec).place
    return [
        f"{say_cell(spec.cell(each.key), place)} {corrections.describe_correction(each, spec.cell(each.key))}，"
        f"还没有写{corrections.name_lacking(each)}"
        for each in noted
        if each.is_waiting
    ]


def find_waiting(campaign: Campaign, roster: Roster) -> list[str]:
    """What `list_waiting` says of a campaign; nothing where the corrections cannot be read, which the sum tells."""
    try:
        return list_waiting(campaign.spec, read_corrections(campaign, roster))
    except XltoolError:
        return []


def read_texts(campaign: Campaign, total: Submission, prior: Submission | None) -> dict[str, str] | None:
    """The county's texts as they are written; None where there are none.

    Raises `XltoolError` with every fault and its place, also of what they name in `total` and `prior`.
    """
    file = campaign.layout.texts
    if campaign.has_desk:
        return desk_county.read_texts(_open_desk(campaign), campaign.spec, total, prior)
    data = _read_optional_file(campaign, file)
    return None if data is None else texts.parse_texts(data, file, campaign.spec, total, prior)


def read_drafts(campaign: Campaign) -> dict[str, str]:
    """The county's texts as they stand where they are written, by key, whatever is wrong with them.

    Raises `XltoolError` where the file cannot be read.
    """
    if campaign.has_desk:
        return desk_county.read_drafts(_open_desk(campaign), campaign.spec)
    data = _read_optional_file(campaign, campaign.layout.texts)
    return {} if data is None else texts.parse_drafts(data, campaign.layout.texts)


def _open_desk(campaign: Campaign) -> Desk:
    return read_desk(campaign.read_office_file(DESK_FILE), DESK_FILE)


def _read_optional_file(campaign: Campaign, name: str) -> bytes | None:
    """A file that the office may have written; raises `XltoolError` when it is there and cannot be read."""
    path = campaign.root / name
    if not path.exists():
        return None
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{name} 读不出来：{data.data.get('why', '文件过大')}。")
    return data
