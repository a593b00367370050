"""Which forms come with xltool."""

from __future__ import annotations

from typing import Final

PACKAGED: Final = ("enforcement-2024", "hazards-2024", "ogi-2019", "ogi-2021", "ogi-ledger", "website-report-2017")
OTHERS: Final = tuple(form for form in PACKAGED if form not in {"ogi-2019", "ogi-2021"})
"""Those that are not of the reports on open government, of which most tests speak."""
LISTS_ALONE: Final = ("ogi-ledger",)
"""Those that have no table."""
