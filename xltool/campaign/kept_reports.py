"""The finished reports as the store keeps them: the county's that was signed, and those that agencies published."""

from __future__ import annotations

from dataclasses import dataclass

from xltool.campaign.events import Events, say_reason


@dataclass(frozen=True, slots=True)
class Publication:
    """When an agency published its report, and where; noted by whom, and why, where they said so."""

    agency: str
    name: str
    day: str
    url: str
    person: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The county's report as somebody signed it: a file of county/, its hash, the document, and what it rests on.

    The reason is empty where nobody gave one.
    """

    file: str
    sha256: str
    document: bytes
    basis: str
    person: str
    at: str
    reason: str = ""


class KeptReports(Events):
    """What was published and what was signed, as it was said last and not taken back since."""

    def publications(self) -> dict[str, Publication]:
        """What was published, by agency code."""
        return {row[0]: Publication(*row) for row in self._get("publication", "ORDER BY agency")}

    def publish(self, publication: Publication) -> None:
        """Notes that an agency's report was published."""
        p = publication
        with self._transaction():
            self._put("publication", p.agency, p.name, p.day, p.url, p.person, p.at, p.reason)
            self._note(p.at, p.person, "publish", f"{p.agency} {p.day} {p.url}".rstrip() + say_reason(p.reason))

    def withdraw_publication(self, agency: str, at: str, person: str, reason: str) -> None:
        """Takes the word back that an agency's report was published."""
        with self._transaction():
            self._change("DELETE FROM publication WHERE agency = ?", agency)
            self._note(at, person, "publish", f"{agency} 撤销{say_reason(reason)}")

    def signature(self) -> Signature | None:
        """The county's report as it was signed last, or None."""
        rows = self._get("signature")
        return Signature(*rows[0]) if rows else None

    def sign(self, signature: Signature) -> None:
        """Notes that the county's report was signed; the events keep what was signed before."""
        s = signature
        with self._transaction():
            self._put("signature", s.file, s.sha256, s.document, s.basis, s.person, s.at, s.reason)
            self._note(s.at, s.person, "sign", f"{s.file} {s.sha256}{say_reason(s.reason)}")

    def withdraw_signature(self, at: str, person: str, reason: str) -> None:
        """Takes the signature back."""
        with self._transaction():
            self._change("DELETE FROM signature")
            self._note(at, person, "sign", f"撤销{say_reason(reason)}")
