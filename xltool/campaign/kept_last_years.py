"""Beside which figures of last year versions were judged, as the store keeps it: with others they are judged again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from xltool.campaign.kept_facts import KeptFacts
from xltool.campaign.kept_versions import KeptVersions, Version

_LAST_YEAR: Final = "last year of "
"""How the facts begin that tell beside which figures of last year an agency's version was judged again."""
_ALL_LAST_YEARS: Final = "last years"
"""The fact that tells last year's figures of all agencies beside which versions are judged, by the hash of each."""


class KeptLastYears(KeptVersions, KeptFacts):
    """The hashes of last year's figures, of one agency as of all."""

    def judge_again(self, version: Version, last_year: str) -> None:
        """Keeps the findings of a version that was judged again, and the hash of what it was judged beside."""
        with self._transaction():
            self._update_findings(version)
            self._put("meta", f"{_LAST_YEAR}{version.agency}", last_year)

    def last_years(self) -> dict[str, str]:
        """The hash of the version, and of last year's figures, with which one of an agency was judged again last."""
        rows = self._get("meta", "WHERE name LIKE ? ORDER BY name", f"{_LAST_YEAR}%")
        return {name.removeprefix(_LAST_YEAR): value for name, value in rows}

    def noted_last_years(self) -> dict[str, str] | None:
        """The hash of last year's figures of each agency that had some when that was noted; None when it never was."""
        noted = self.remembered(_ALL_LAST_YEARS)
        return None if noted is None else dict(json.loads(noted))

    def note_last_years(self, hashes: Mapping[str, str]) -> None:
        """Notes the hash of last year's figures of each agency that has some, in place of those before."""
        if self.noted_last_years() != hashes:
            with self._transaction():
                self._put("meta", _ALL_LAST_YEARS, json.dumps(dict(sorted(hashes.items()))))

    def forget_last_years(self) -> None:
        """Forgets what versions were judged beside: they are judged again."""
        with self._transaction():
            self._change("DELETE FROM meta WHERE name LIKE ?", f"{_LAST_YEAR}%")
