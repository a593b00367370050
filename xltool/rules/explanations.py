"""The 说明 that an agency wrote for what was found, and what is still open: asked, and not answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from xltool.codes import CATALOGUE
from xltool.model import CellKey, Finding, Reading
from xltool.rules.opinions import group_findings

_TOLD_AS: Final[Mapping[str, str]] = dict.fromkeys(
    ("block.only_total", "block.only_totals", "block.only_column", "published.unread"), "cell.blank"
)
"""Cells left blank in a habit of their own, or not read, are counted and explained in their table's line of blanks."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one return says: its 说明 by the name of the line on 校验, figures by cell, texts by key, lines by list."""

    explanations: Mapping[str, str]
    values: Mapping[CellKey, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Any] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The 说明 on one finding, and its line on 校验; `outdated` when it was written for other figures.

    Then it settles nothing.
    """

    text: str = ""
    line: str = ""
    outdated: bool = False

    @property
    def settles(self) -> bool:
        """Whether it is an answer."""
        return bool(self.text) and not self.outdated


NO_EXPLANATION: Final = Explanation()


def count_open(reading: Reading) -> int:
    """How many 核实 opinions on a reading ask for an answer and have none."""
    if reading.submission is None:
        return 0
    given = Answers(reading.submission.explanations)
    left = [
        found
        for found in reading.findings
        if found.severity != "warning"
        or not find_explanation(found.code, name_finding(found), found.keys, given).settles
    ]
    return sum(
        opinion.severity == "warning"
        and any(asks_for_answer(left[at].code, left[at].severity) for at in opinion.findings)
        for opinion in group_findings(left)
    )


def name_finding(found: Finding) -> str:
    """What a finding is called where it is explained or let pass: its rule at its place, line of 校验, or code."""
    return str(found.rule or found.data.get("check") or found.code)


def asks_for_answer(code: str, severity: str) -> bool:
    """Whether a finding of that code is to be answered by a 说明 where it is not mended."""
    return severity == "warning" and code in CATALOGUE and CATALOGUE[code].asks


def find_explanation(
    code: str,
    rule: str | None,
    keys: Sequence[CellKey],
    given: Answers,
    *,
    earlier: Iterable[Answers] = (),
    text: str | None = None,
    lines: tuple[str, Sequence[int]] | None = None,
) -> Explanation:
    """The 说明 on a finding of that code, rule at its place, and cells, or about that text, or lines of a list, from 1.

    `earlier` are the returns before, newest first. One that is repeated word for word was written for the figures of
    the return in which it first stood: where these have changed since, it is outdated. So it is of lines that were not
    in the list then as they are now, on whatever line they stood.
    """
    name, told = next(
        ((name, told) for name in _list_names(code, rule, keys) if (told := given.explanations.get(name, "").strip())),
        ("", ""),
    )
    if not told:
        return NO_EXPLANATION
    first = given
    for before in earlier:
        if before.explanations.get(name, "").strip() != told:
            break
        first = before
    same = all(first.values.get(key) == given.values.get(key) for key in keys)
    same &= text is None or first.texts.get(text, "").strip() == given.texts.get(text, "").strip()
    same &= lines is None or _had_lines(first, given, *lines)
    return Explanation(told, name, not same)


def _had_lines(first: Answers, given: Answers, row_list: str, serials: Sequence[int]) -> bool:
    """Whether lines of a list stood in an earlier return, too, as they are."""
    if first is given:
        return True
    rows, left = given.lists.get(row_list) or (), list(first.lists.get(row_list) or ())
    for serial in serials:
        row = rows[serial - 1] if serial <= len(rows) else None
        if row not in left:
            return False
        left.remove(row)
    return True


def find_line(code: str, rule: str | None, keys: Sequence[CellKey], lines: Collection[str]) -> str:
    """The line of 校验, of those that may be explained, on which a finding is to be; empty where it has none."""
    return next((name for name in _list_names(code, rule, keys) if name in lines), "")


def _list_names(code: str, rule: str | None, keys: Sequence[CellKey]) -> Iterator[str]:
    """Under which names the 校验 sheet asks for a 说明."""
    yield rule or code
    for key in keys[:1]:
        yield f"{_TOLD_AS.get(code, code)}@{key.partition('.')[0]}"
