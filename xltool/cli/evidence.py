"""Where the figures of a published report were printed, as a table for Excel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xltool.csvfile import as_csv

EVIDENCE_HEADS: Final = ("项目", "印出的数", "位置", "印出的名称", "备注")


def write_evidence(sources: Sequence[Sequence[str]]) -> bytes:
    """The sources as CSV for Excel; what begins like a formula is written as text."""
    return as_csv([EVIDENCE_HEADS, *sources])
