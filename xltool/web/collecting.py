"""The collection that is at work, or was last: `xltool collect`, and what became of each file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xltool.campaign.folder import load_campaign
from xltool.campaign.inbox import count_files
from xltool.web.calling import Caller
from xltool.web.job import Job

_WORKED: Final = frozenset({0, 3, 4, 5})
"""Exit codes of a collection that came to its end, whatever it found."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file, as the command told it; `number` counts from the first of the run."""

    number: int
    file: str
    state: str
    agency: str
    reason: str


class Collection(Job):
    """The collection of one campaign. Whoever looks takes a copy of the results.

    `refused` says of files that were sent why they are not there, `waiting` is how many lay in the inbox.
    """

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller, "collect", _WORKED)
        self.results: list[Result] = []
        self.refused: list[str] = []
        self.waiting = 0

    def counts(self) -> Counter[str]:
        """How many files ended in each state."""
        return Counter(result.state for result in [*self.results])

    def collect(self, received: str = "", refused: Sequence[str] = ()) -> None:
        """Takes in what lies in the inbox; while it is at work, once more when it has ended.

        `received` is the ISO day on which what is new was sent; empty where files tell that themselves.
        """
        self.refused = [*(self.refused if self.is_running else ()), *refused]
        self.start("--json", *([f"--received={received}"] if received else []))

    def _forget(self) -> None:
        self.results = []

    def _prepare(self) -> None:
        campaign = load_campaign(self.caller.root)
        self.waiting = count_files(campaign.root / campaign.layout.inbox)

    def _note_output(self, line: str) -> None:
        told = json.loads(line)
        number = len(self.results) + 1
        self.results.append(Result(number, told["file"], told["state"], told["agency"] or "", told["reason"]))
