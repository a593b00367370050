"""Agencies whose returns and whose line of the roster do not fit together, and what of them is nobody's return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.kept_versions import Version
from xltool.campaign.refused import find_refused
from xltool.campaign.roster import Roster, is_same_name
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.forms.document_parts import read_parts


@dataclass(frozen=True, slots=True)
class Stray:
    """An agency whose returns and whose line of the roster do not fit together: nobody has said what it is to be."""

    code: str
    name: str
    why: str


def find_strays(roster: Roster, store: Store, standings: Iterable[Standing] = ()) -> list[Stray]:
    """Agencies that were sent a blank or have returned, and that the roster has no more or under another name.

    A word of the office settles each: an absence, or the choice of a version under the name that the roster has. What
    stands in `standings` is not read again.
    """
    absences, choices = store.absences(), store.choices()
    counting = {each.entry.agency.code: (each.number, each.bears) for each in standings if each.version is not None}
    versions = store.count_versions()
    if unread := [code for code in versions if code not in counting]:
        counting |= {version.agency: (version.number, _told_name(version)) for version in store.read_counting(unread)}
    known = {**dict.fromkeys(store.list_issued(), "已下发工作簿"), **dict.fromkeys(versions, "已报送")}
    found = []
    for code, did in known.items():
        entry = roster.agencies.get(code)
        number, told = counting.get(code, (0, ""))
        if code in absences:
            continue
        if entry is None:
            found.append(Stray(code, told, f"{did}，单位名录里没有它了"))
        elif told and not is_same_name(told, entry.agency.name):
            chosen = choices.get(code)
            if chosen is None or (chosen.number, chosen.name) != (number, entry.agency.name):
                found.append(Stray(code, told, f"报送时叫“{told}”，单位名录里现在是“{entry.agency.name}”"))
    return found


def advise_stray(stray: Stray, roster: Roster) -> str:
    """What settles a stray agency, for a line under it."""
    if stray.code in roster.agencies:
        return (
            f"确是同一单位的，执行 xltool use {stray.code} 版次 --reason 理由 --by 姓名；"
            f"不是的，改正名录，或 xltool use {stray.code} none --reason 理由 --by 姓名"
        )
    return (
        f"放回名录；不再单独报送的，执行 xltool absent {stray.code} --reason 理由 --by 姓名，"
        "数并入其他单位的加 --into 单位代码"
    )


def find_unmatched(campaign: Campaign, roster: Roster, store: Store, strays: Sequence[Stray]) -> list[Unmatched]:
    """Files that are no agency's return, and returns of agencies that have since left the roster or its name.

    Nothing is lost sight of, but for what its agency has followed up with a return that counts.
    """
    left = [
        Unmatched(version.sha256, version.file, f"{stray.code} {stray.name}：{stray.why}。", version.at)
        for stray in strays
        if (version := store.counting_of(stray.code)) is not None
    ]
    return [*find_refused(campaign, roster, store).files, *left]


def _told_name(version: Version) -> str:
    """What the agency called itself in its document."""
    return str(read_parts(version.submission, ["agency"])["agency"]["name"])
