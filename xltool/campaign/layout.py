"""What the folders and files of a campaign are called: the one place where their names stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SUBMISSION_FILE: Final = "submission.json"
"""The sum, in the county's folder."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a campaign's folders, and of the files in which its office writes, as paths in its folder."""

    outbox: str
    inbox: str
    returned: str
    archive: str
    reports: str
    county: str
    roster: str
    texts: str
    corrections: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that a campaign has from the first."""
        return self.outbox, self.inbox, self.returned, self.archive, self.reports, self.county

    @property
    def sum_file(self) -> str:
        """The county's sum, as a path in the campaign folder."""
        return f"{self.county}/{SUBMISSION_FILE}"


PLAIN_LAYOUT: Final = Layout(
    outbox="outbox",
    inbox="inbox",
    returned="returned",
    archive="archive",
    reports="reports",
    county="county",
    roster="roster.csv",
    texts="county/texts.toml",
    corrections="county/corrections.toml",
)
"""Names for programs: the roster as CSV, what the office writes as TOML."""
