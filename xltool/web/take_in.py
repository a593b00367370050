"""The page that takes files in: what is dropped on it, how far the collection is, what became of each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xltool.campaign.intake import FATES
from xltool.campaign.roster import Roster
from xltool.campaign.standing import Standing
from xltool.web.board import Filter
from xltool.web.collecting import Collection, Result

_SHOWN: Final = {
    "": ("刚收到的", frozenset({"accepted", "open", "returned", "older", "rejected"})),
    "tasks": ("退回和待说明", frozenset({"open", "returned"})),
    "rejected": ("没有收下", frozenset({"rejected", "older"})),
    "rest": ("收过的和略过的", frozenset({"duplicate", "skipped"})),
}
"""The filters of the results: their words, and the states that they show."""
SHORT_FATES: Final = {**FATES, "rejected": "没有收下", "older": "旧的一版", "duplicate": "收过了"}
"""What became of a file, in few words."""
SIGNS: Final = {"older": "absent", "rejected": "missing", "duplicate": "absent", "skipped": "absent"}
"""What state of an agency lends its sign to what became of a file, where it is none itself."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One file in the list, with the name of its agency where it has one on the roster."""

    result: Result
    agency: str

    @property
    def reason(self) -> str:
        """Why, without the name of the agency, which stands beside it."""
        return self.result.reason.removeprefix(f"{self.agency}：")


def is_known_filter(show: str) -> bool:
    """Whether the page has such a filter."""
    return show in _SHOWN


def list_rows(results: Sequence[Result], roster: Roster, show: str) -> list[ResultLine]:
    """The files that a filter shows, the newest first."""
    return [
        ResultLine(result, roster.agencies[result.agency].agency.name if result.agency in roster.agencies else "")
        for result in reversed(results)
        if result.state in _SHOWN[show][1]
    ]


def list_filters(results: Sequence[Result], show: str) -> list[Filter]:
    """The filters, each with how many files it shows."""
    return [
        Filter(
            word,
            sum(result.state in states for result in results),
            f"/take-in?show={name}" if name else "/take-in",
            name == show,
        )
        for name, (word, states) in _SHOWN.items()
    ]


def word_progress(collection: Collection) -> str:
    """How far the collection is, as the heading of the page."""
    count = len(collection.results)
    match collection.progress:
        case "none":
            return "把报来的文件拖到这里，办公台来认、来审"
        case "running":
            return f"正在收取：已看{count}个文件" if count else "正在收取"
        case "stopped":
            return f"停下了：看了{count}个文件，没看的留在收件里"
        case "failed":
            return f"没有收完：看了{count}个文件"
    counts = collection.counts()
    told = [
        f"{SHORT_FATES[state]}{counts[state]}"
        for state in ("accepted", "open", "returned", "older", "rejected")
        if counts[state]
    ]
    return f"看了{count}个文件：{'，'.join(told)}" if told else f"看了{count}个文件，没有新的"


def list_choices(found: Sequence[Standing]) -> list[Standing]:
    """Agencies that have a version that does not count until somebody says so."""
    return [standing for standing in found if standing.aside]
