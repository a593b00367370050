"""The 说明 that an agency wrote for what was found, and what is still open: asked, and not answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from xltool.codes import CATALOGUE
from xltool.model import CellKey, Finding, Reading

_TOLD_AS: Final[Mapping[str, str]] = {"block.only_total": "cell.blank", "block.only_column": "cell.blank"}
"""Cells left blank in a habit of their own are counted, and explained, in their table's line of blanks on 校验."""


def count_open(reading: Reading) -> int:
    """How many 核实 findings of a reading ask for an answer and have none."""
    if reading.submission is None:
        return 0
    given = reading.submission.explanations
    return sum(
        _asks(found) and not find_explanation(found.code, found.rule, found.keys, given) for found in reading.findings
    )


def find_explanation(code: str, rule: str | None, keys: Sequence[CellKey], explanations: Mapping[str, str]) -> str:
    """The 说明 on a finding of that code, rule at its place, and cells; empty when there is none."""
    names = _list_names(code, rule, keys)
    return next((told for name in names if (told := explanations.get(name, "").strip())), "")


def _asks(found: Finding) -> bool:
    return found.severity == "warning" and CATALOGUE[found.code].asks


def _list_names(code: str, rule: str | None, keys: Sequence[CellKey]) -> Iterator[str]:
    """Under which names the 校验 sheet asks for a 说明."""
    yield rule or code
    for key in keys[:1]:
        yield f"{_TOLD_AS.get(code, code)}@{key.partition('.')[0]}"
