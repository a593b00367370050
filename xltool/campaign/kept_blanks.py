"""The blank workbooks of a campaign as the store keeps them: which were made, and which of them were sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xltool.campaign.events import Events, say_reason
from xltool.days import parse_day


@dataclass(frozen=True, slots=True)
class Issue:
    """The blank workbook sent to an agency."""

    agency: str
    serial: str
    file: str
    sha256: str
    at: str
    deadline: str = ""  # told before: the first of a blank, or an extension withdrawn since, as an ISO day


@dataclass(frozen=True, slots=True)
class Sending:
    """That an agency was sent its workbook: on which ISO day, how in the office's words, noted by whom and when."""

    agency: str
    day: str
    how: str
    person: str
    at: str


class KeptBlanks(Events):
    """The newest blank of each agency, and the word that it was sent."""

    def issues(self) -> dict[str, Issue]:
        """What was issued, by agency code."""
        return {row[0]: Issue(*row) for row in self._get("issue")}

    def list_issued(self) -> list[str]:
        """The agencies that were issued a blank; no row is read whole."""
        return [agency for (agency,) in self._rows("SELECT agency FROM issue ORDER BY rowid")]

    def issue(self, issued: Sequence[Issue]) -> None:
        """Notes blanks as issued.

        One that was issued before with the same bytes keeps its time, and nothing is written for it.
        """
        known = self.issues()
        new = [
            i
            for i in issued
            if i.agency not in known or (i.serial, i.file, i.sha256) != _issue_identity(known[i.agency])
        ]
        if not new:
            return
        with self._transaction():
            for i in new:
                self._put("issue", i.agency, i.serial, i.file, i.sha256, i.at, i.deadline)

    def sendings(self) -> dict[str, Sending]:
        """Which agencies were sent their workbook, by code: as it was noted last, and not taken back since."""
        found: dict[str, Sending] = {}
        for at, person, detail in self._rows("SELECT at, person, detail FROM event WHERE what = 'sent' ORDER BY id"):
            code, _, told = str(detail).partition(" ")
            day, _, how = told.partition("：")
            if parse_day(day) is None:  # taken back
                found.pop(code, None)
            else:
                found[code] = Sending(code, day, how, str(person), str(at))
        return found

    def note_sent(self, sendings: Iterable[Sending]) -> None:
        """Notes that agencies were sent their workbooks, all of them or none."""
        with self._transaction():
            for each in sendings:
                self._note(each.at, each.person, "sent", f"{each.agency} {each.day}{say_reason(each.how)}")

    def withdraw_sent(self, agencies: Iterable[str], at: str, person: str) -> None:
        """Takes the word back that agencies were sent their workbooks."""
        with self._transaction():
            for agency in agencies:
                self._note(at, person, "sent", f"{agency} 撤销")


def _issue_identity(issue: Issue) -> tuple[str, str, str]:
    return issue.serial, issue.file, issue.sha256
