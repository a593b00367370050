"""What came and was not taken in, and from whom: told by the names of files and of what they came in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.kept_findings import split_message
from xltool.campaign.kept_versions import Version
from xltool.campaign.mentions import LONGEST_FILE_NAME, list_codes
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_heads import plain_title
from xltool.campaign.store import Store

SHORTEST_NAME: Final = 3
"""Signs of an agency's name without the county's in front, 水利局, that a file name can be taken to name."""
_KEY: Final = 2  # signs by which names are looked up
_AREA: Final = "省市县区旗州盟乡镇"
"""What a name stands behind that is another area's agency: 邻县水利局 is not ours."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Files that were not taken in, in the order in which they came, and those of each agency by code.

    One that its agency followed up with a return that counts is settled, and is in neither.
    """

    files: tuple[Unmatched, ...]
    of_agency: Mapping[str, tuple[Unmatched, ...]] = field(default_factory=dict)


def find_refused(campaign: Campaign, roster: Roster, store: Store) -> Refused:
    """What came and was not taken in, whose it is, and without what has been settled by a later return."""
    refused = store.unmatched()
    if not refused:
        return Refused(())
    names = _index_names(campaign, roster)
    senders = {
        each.sha256: entry.agency.code
        for each in refused
        if (entry := _find_sender(names, roster, each.file)) is not None
    }
    counting = {version.agency: version for version in store.read_counting({*senders.values()})}
    sent = store.sent_days() if counting else {}
    left = [each for each in refused if not _is_settled(each, counting.get(senders.get(each.sha256, "")), sent, store)]
    of_agency: dict[str, tuple[Unmatched, ...]] = {}
    for each in left:
        code = senders.get(each.sha256, "")
        if code:
            of_agency[code] = (*of_agency.get(code, ()), each)
    return Refused(tuple(left), of_agency)


def word_refused(files: Sequence[Unmatched]) -> str:
    """What came of an agency and why it was not taken in: the newest file, and how many there are."""
    newest = files[-1]
    more = f"等 {len(files)} 个文件" if len(files) > 1 else ""
    return f"“{newest.file.rpartition('/')[2]}”{more}没有收下：{split_message(newest.reason)[0].rstrip('。')}"


def _is_settled(
    refused: Unmatched, version: Version | None, sent: Mapping[str, Mapping[int, str]], store: Store
) -> bool:
    """Whether the agency has handed in a return that counts since: in a later run, or in the same, sent no earlier.

    What was refused for its stamp or the like stays: there the office has to look, whatever came later.
    """
    if version is None or version.at < refused.at or (refused.context and refused.outcome != "locked"):
        return False
    if version.at > refused.at:
        return True
    return sent[version.agency][version.number] >= (store.sent_day(refused.sha256) or refused.at[:10])


def _index_names(campaign: Campaign, roster: Roster) -> Mapping[str, Sequence[tuple[str, RosterEntry]]]:
    """The names of agencies by their first signs, longest first: in full, and without the county's name in front.

    What two agencies may mean is not there.
    """
    area = plain_title(campaign.name)
    known: dict[str, set[RosterEntry]] = {}
    for entry in roster.entries:
        name = plain_title(entry.agency.name)
        short = name.removeprefix(area)
        for each in {name, short} if len(short) >= SHORTEST_NAME else {name}:
            known.setdefault(each, set()).add(entry)
    found: dict[str, list[tuple[str, RosterEntry]]] = {}
    for name, entries in known.items():
        if len(entries) == 1 and len(name) >= _KEY:
            found.setdefault(name[:_KEY], []).append((name, next(iter(entries))))
    return {key: sorted(names, key=lambda each: -len(each[0])) for key, names in found.items()}


def _find_sender(
    names: Mapping[str, Sequence[tuple[str, RosterEntry]]], roster: Roster, file: str
) -> RosterEntry | None:
    """The one agency that the name of a file names, else that of the mail, archive or folder which it came in."""
    for part in reversed(re.split(r"[/\\]", file)):
        found = {*_find_names(names, plain_title(part[:LONGEST_FILE_NAME]))}
        found = found or {roster.coded[code] for code in list_codes(part) if code in roster.coded}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _find_names(names: Mapping[str, Sequence[tuple[str, RosterEntry]]], text: str) -> Iterator[RosterEntry]:
    at = 0
    while at < len(text):
        name, entry = next(
            ((name, entry) for name, entry in names.get(text[at : at + _KEY], ()) if text.startswith(name, at)),
            ("", None),
        )
        if entry is not None and not (at and text[at - 1] in _AREA):
            yield entry
        at += len(name) or 1
