"""What is written for the office where it keeps the county's texts and corrections: 办公室.xlsx, or the TOML files.

All that a campaign's files say besides stays as it is. What was saved meanwhile, by a person or by another program, is
never written over: each file is put in place only while it is as it was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xltool import files
from xltool.campaign import desk_county
from xltool.campaign.corrections import parse_corrections
from xltool.campaign.county_written import read_drafts
from xltool.campaign.desk import edit_desk, explain_open_desk
from xltool.campaign.desk_reading import read_desk
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.folder import Campaign
from xltool.campaign.plain_edits import edit_plain_corrections, edit_plain_texts
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.model import Correction


@dataclass(frozen=True)
class CountyEdits:
    """Texts of the county by key, corrections that are new, and those that stand there and are to be another, or none.

    `expected` are texts by key that must stand there still, or nothing is written.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    added: Sequence[Correction] = ()
    replaced: Sequence[tuple[Correction, Correction | None]] = ()
    expected: Mapping[str, str] = field(default_factory=dict)


def write_county_edits(campaign: Campaign, roster: Roster, store: Store, edits: CountyEdits) -> None:
    """Writes them, all or nothing of a file.

    Raises `XltoolError` where a file cannot be read or written, was saved meanwhile, or says otherwise than expected.
    """
    if campaign.has_desk:
        opened = explain_open_desk(campaign)
        if opened:
            raise XltoolError(opened)
    made = _edit_desk(campaign, roster, edits) if campaign.has_desk else _edit_plain(campaign, roster, edits)
    _check_expected(campaign, edits)
    staged = [(name, before, files.stage_file(campaign.root / name, data)) for name, before, data in made]

    def put() -> None:
        for name, before, _ in staged:
            if files.hash_file(campaign.root / name) != before:
                raise XltoolError(f"{name} 刚刚有人存过，没有写进去；请再办一次。")
        for name, _, each in staged:
            each.put(campaign.root / name)

    try:
        store.note_written({}, put=put)  # while no other run writes
    except BaseException:
        for *_, each in staged:
            each.discard()
        raise


def hash_text(text: str) -> str:
    """What tells whether a text is still the one that somebody has seen."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _check_expected(campaign: Campaign, edits: CountyEdits) -> None:
    drafts = read_drafts(campaign) if edits.expected else {}
    for key, text in edits.expected.items():
        if drafts.get(key, "") != text:
            label = campaign.spec.text(key).label
            raise XltoolError(f"“{label}”在别处改过了，没有写进去；请对照现在的文字，再办一次。")


def _edit_desk(campaign: Campaign, roster: Roster, edits: CountyEdits) -> list[tuple[str, str, bytes]]:
    """The workbook as it is to be, with the hash of what it was; nothing where it says all of it already."""
    data = campaign.read_office_file(DESK_FILE)
    known = desk_county.list_correction_lines(read_desk(data, DESK_FILE), campaign.spec, roster)
    replaced = _find_replaced(known, edits)
    made = edit_desk(data, campaign.spec, edits.texts, edits.added, replaced)
    return [] if made is None else [(DESK_FILE, hashlib.sha256(data).hexdigest(), made)]


def _edit_plain(campaign: Campaign, roster: Roster, edits: CountyEdits) -> list[tuple[str, str, bytes]]:
    """The TOML files as they are to be, each with the hash of what it was, empty for one that was not there."""
    spec, layout = campaign.spec, campaign.layout
    made = []
    if edits.texts:
        data = _read_optional(campaign, layout.texts)
        made.append((layout.texts, data, edit_plain_texts(data or b"", layout.texts, edits.texts)))
    if edits.added or edits.replaced:
        data = _read_optional(campaign, layout.corrections)
        name, given = layout.corrections, data or b""
        known = [*enumerate(parse_corrections(given, name, spec, roster.agencies))] if edits.replaced else []
        made.append((name, data, edit_plain_corrections(given, name, spec, edits.added, _find_replaced(known, edits))))
    return [
        (name, "" if before is None else hashlib.sha256(before).hexdigest(), data)
        for name, before, data in made
        if data != before
    ]


def _read_optional(campaign: Campaign, name: str) -> bytes | None:
    return campaign.read_office_file(name) if (campaign.root / name).exists() else None


def _find_replaced(known: Sequence[tuple[int, Correction]], edits: CountyEdits) -> dict[int, Correction | None]:
    """By place what each correction is to be; raises `XltoolError` for one that stands there no more."""
    found: dict[int, Correction | None] = {}
    for old, new in edits.replaced:
        at = next((at for at, each in known if each == old and at not in found), None)
        if at is None:
            raise XltoolError("这条更正已经改过或撤回了，没有办理；请看现在的更正，再办一次。")
        found[at] = new
    return found
