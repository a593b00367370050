"""The versions that agencies returned as the store keeps them: document, findings, and which one of each counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xltool.campaign.acceptances import AcceptanceRecord
from xltool.campaign.kept_decisions import Choice, KeptDecisions
from xltool.campaign.kept_files import Arrived, KeptFiles
from xltool.campaign.schema import HASHED, WAY_BACK, DamagedError, hash_row

_MOST_ASKED: Final = 50
"""Versions that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Version:
    """One return of an agency: its document, its findings as `api.describe_finding` gives them."""

    agency: str
    number: int
    sha256: str
    at: str
    file: str
    submission: bytes
    findings: tuple[Mapping[str, Any], ...]
    aside: str = ""  # why it does not count until someone says so
    second: str = ""  # what a second reading found, as JSON; empty when there was none


class KeptVersions(KeptDecisions, KeptFiles):
    """Every return of every agency, numbered; what is decided in figures is kept with the versions judged anew."""

    def take_version(self, version: Version, arrived: Arrived, accepted: Iterable[AcceptanceRecord] = ()) -> int:
        """Takes in a return as the agency's newest version, with what is `accepted` in it, and gives its number.

        0 when another run has just taken in the same bytes.
        """
        v = version
        with self._transaction():
            if not self._new(v.sha256):
                return 0
            number = int(self._rows("SELECT count(*) FROM version WHERE agency = ?", v.agency)[0][0]) + 1
            self._file(v.sha256, v.file, arrived.size, v.at, "version", "", "", arrived.sent)
            row = (v.agency, number, v.sha256, v.at, v.file, v.submission, _dump_findings(v), v.aside, v.second)
            self._put("version", *row)
            self._accept(accepted)
        return number

    def find_version(self, sha256: str) -> Version | None:
        """The version that a file of these bytes was taken in as."""
        return self._find_one("WHERE sha256 = ?", sha256)

    def find_sender(self, sha256: str) -> str:
        """The code of the agency whose version a file of these bytes is; empty when it is nobody's."""
        rows = self._rows("SELECT agency FROM version WHERE sha256 = ?", sha256)
        return str(rows[0][0]) if rows else ""

    def version(self, agency: str, number: int) -> Version | None:
        """One version of an agency."""
        return self._find_one("WHERE agency = ? AND number = ?", agency, number)

    def versions(self, agency: str) -> tuple[Version, ...]:
        """All versions of one agency, oldest first."""
        return tuple(map(build_version, self._get("version", "WHERE agency = ? ORDER BY number", agency)))

    def put_aside(self) -> dict[str, tuple[Version, ...]]:
        """The versions of each agency that were put aside when they came, oldest first, whatever was said since."""
        found: dict[str, tuple[Version, ...]] = {}
        for version in map(build_version, self._get("version", "WHERE aside <> '' ORDER BY agency, number")):
            found[version.agency] = (*found.get(version.agency, ()), version)
        return found

    def list_arrivals(self) -> list[Version]:
        """All versions of all agencies as they came, each without its document, which is large, and its findings."""
        rows = self._rows("SELECT agency, number, sha256, at, file, aside FROM version ORDER BY rowid")
        return [
            Version(agency, number, digest, at, file, b"", (), aside)
            for agency, number, digest, at, file, aside in rows
        ]

    def count_versions(self) -> dict[str, int]:
        """How many versions each agency has returned."""
        return dict(self._rows("SELECT agency, count(*) FROM version GROUP BY agency"))

    def sent_days(self) -> dict[str, dict[int, str]]:
        """The ISO day on which each version was sent, by agency and number."""
        sent = {row[0]: row[7] for row in self._get("file", "WHERE outcome = 'version'")}
        found: dict[str, dict[int, str]] = {}
        for agency, number, sha256, at in self._rows("SELECT agency, number, sha256, at FROM version"):
            found.setdefault(agency, {})[number] = sent.get(sha256) or at[:10]
        return found

    def read_counting(self, agencies: Iterable[str] | None = None) -> Iterator[Version]:
        """The version of each agency that counts, or of those asked for that have one, in their order, one by one.

        The newest that is not put aside, or the one that was chosen since.
        """
        found = self._find_counting()
        wanted = [(code, rowid) for code in (found if agencies is None else agencies) if (rowid := found.get(code))]
        for start in range(0, len(wanted), _MOST_ASKED):
            part = wanted[start : start + _MOST_ASKED]
            marks = ", ".join("?" * len(part))
            rows = self._get("version", f"WHERE rowid IN ({marks})", *(rowid for _, rowid in part))
            versions = {row[0]: row for row in rows}
            for code, _ in part:
                yield build_version(versions[code])

    def list_counting(self) -> list[str]:
        """The agencies that have a version that counts; none is read."""
        return [code for code, rowid in self._find_counting().items() if rowid]

    def counting_of(self, agency: str) -> Version | None:
        """The version of one agency that counts."""
        known = self._rows("SELECT number, aside, rowid FROM version WHERE agency = ? ORDER BY number", agency)
        chosen = [Choice(*row) for row in self._get("choice", "WHERE agency = ?", agency)]
        rowid = _choose_counting(known, chosen[0] if chosen else None)
        return None if rowid is None else self._find_one("WHERE rowid = ?", rowid)

    def _find_one(self, where: str, *values: str | int) -> Version | None:
        rows = self._get("version", where, *values)
        return build_version(rows[0]) if rows else None

    def _find_counting(self) -> dict[str, int | None]:
        """The row of each agency's version that counts."""
        numbers: dict[str, list[tuple[int, str, int]]] = {}
        for agency, number, aside, rowid in self._rows(
            "SELECT agency, number, aside, rowid FROM version ORDER BY number"
        ):
            numbers.setdefault(agency, []).append((number, aside, rowid))
        choices = self.choices()
        return {code: _choose_counting(known, choices.get(code)) for code, known in numbers.items()}

    def read_accepted(self) -> Iterator[tuple[str, bytes]]:
        """Agency and document of each version in which figures are accepted, or of whose agency any are."""
        yield from self._rows(
            "SELECT agency, submission FROM version"
            " WHERE agency IN (SELECT agency FROM acceptance) OR instr(submission, ?) ORDER BY agency, number",
            b'"accepted": [',
        )

    def note_findings(self, version: Version) -> None:
        """Keeps the findings of a version that was looked at again, and what a second reading of it gave."""
        with self._transaction():
            self._update_findings(version)

    def explain_version(self, version: Version) -> None:
        """Keeps the document of a version to which a 说明 was given since."""
        with self._transaction():
            self._update_version(version.sha256, submission=version.submission)

    def accept(self, records: Iterable[AcceptanceRecord], versions: Iterable[Version]) -> None:
        """Lets figures count in place of typed ones, and keeps the versions that were judged with them."""
        with self._transaction():
            self._accept(records)
            self._keep_judged(versions)

    def withdraw_acceptance(  # noqa: PLR0917
        self, agency: str, cell: str, at: str, person: str, reason: str, versions: Iterable[Version]
    ) -> None:
        """Takes the word back by which a figure counts, and keeps the versions that were judged without it."""
        with self._transaction():
            self._change("DELETE FROM acceptance WHERE agency = ? AND cell = ?", agency, cell)
            self._note(at, person, "accept", f"{agency} {cell} 撤销：{reason}")
            self._keep_judged(versions)

    def _keep_judged(self, versions: Iterable[Version]) -> None:
        for version in versions:
            self._update_version(version.sha256, submission=version.submission, findings=_dump_findings(version))

    def _update_findings(self, version: Version) -> None:
        self._update_version(version.sha256, findings=_dump_findings(version), second=version.second)

    def _update_version(self, sha256: str, **changed: str | bytes) -> None:
        """Changes columns of a version's row as it is now: another run may have changed others since it was read."""
        names = ", ".join(f"{column} = ?" for column in (*changed, "hash"))
        for row in self._get("version", "WHERE sha256 = ?", sha256):
            now = dict(zip(HASHED["version"], row, strict=True)) | changed
            values = (*changed.values(), hash_row(*now.values()), sha256)
            self._change(f"UPDATE version SET {names} WHERE sha256 = ?", *values)


def _choose_counting(known: Sequence[tuple[int, str, int]], choice: Choice | None) -> int | None:
    """The row of the version that counts, of (number, aside, row) in order; a later return ends a choice.

    Raises `XltoolError` when a number is missing: which version is the newest is told by rows that nobody reads.
    """
    if [number for number, _, _ in known] != [*range(1, len(known) + 1)]:
        numbers = "、".join(str(number) for number, _, _ in known)
        raise DamagedError(
            f"数据库里一个单位的报送应是第 1 到第 {len(known)} 版，现在是第 {numbers} 版，与记下时不同，"
            f"数据库已损坏或被改动；{WAY_BACK}。"
        )
    later = [rowid for number, aside, rowid in known if not aside and (choice is None or number > choice.known)]
    if later or choice is None:
        return later[-1] if later else None
    return next((rowid for number, _, rowid in known if number == choice.number), None)


def _dump_findings(version: Version) -> str:
    return json.dumps(list(version.findings), ensure_ascii=False)


def build_version(row: tuple[Any, ...]) -> Version:
    """A version of its row, whose columns are those that are hashed."""
    agency, number, sha256, at, file, submission, findings, aside, second = row
    return Version(agency, number, sha256, at, file, submission, tuple(json.loads(findings)), aside, second)
