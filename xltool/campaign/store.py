"""The campaign's memory: one SQLite file with what was issued, what came back, what was decided, when and by whom.

One transaction a decision, and one for the files that are taken in together, so that a killed run leaves whole ones
only. What is kept of each noun is said by a module of its own, above the one `campaign/database`; this is the one way
in to all of it.
"""

from __future__ import annotations

import hashlib

from xltool.campaign.kept_documents import KeptDocuments
from xltool.campaign.kept_last_years import KeptLastYears
from xltool.campaign.kept_links import KeptLinks
from xltool.campaign.kept_reports import KeptReports


class Store(KeptLastYears, KeptLinks, KeptReports, KeptDocuments):
    """The open database. Every method that writes is one transaction.

    `at` and `person` come from the caller, who has the clock.
    """

    def fingerprint(self) -> str:
        """A hash of all that agencies' states rest on: it changes with every version and every decision."""
        tables = ("issue", "version", "waiver", "acceptance", "absence", "choice", "publication", "extension", "file")
        rows = [row[0] for table in tables for row in self._rows(f"SELECT hash FROM {table} ORDER BY rowid")]
        return hashlib.sha256("".join(rows).encode()).hexdigest()
