"""What became of a file that came: exactly one state, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from xltool.campaign.standing import AGENCY_STATES

Fate: TypeAlias = Literal["accepted", "open", "returned", "older", "rejected", "duplicate", "skipped"]
FATES: Final[dict[Fate, str]] = {
    "accepted": AGENCY_STATES["accepted"],
    "open": AGENCY_STATES["open"],
    "returned": AGENCY_STATES["returned"],
    "older": "旧版本",
    "rejected": "未能收下",
    "duplicate": "已收过",
    "skipped": "略过",
}
COLLECT_SCHEMA: Final = "xltool/collect/1"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; `unreadable` when it was no workbook of a known form at all.

    `advice` is what to do at a console about a version, where there is a choice.
    """

    file: str
    state: Fate
    agency: str = ""
    reason: str = ""
    unreadable: bool = False
    advice: str = ""

    @property
    def sentence(self) -> str:
        """What a console tells of it: why, and what to do."""
        return f"{self.reason.rstrip('。')}；{self.advice}。" if self.advice else self.reason

    def describe(self) -> dict[str, str | None]:
        """The line of `xltool collect --json`."""
        return {
            "schema": COLLECT_SCHEMA,
            "file": self.file,
            "state": self.state,
            "agency": self.agency or None,
            "reason": self.reason,
        }
