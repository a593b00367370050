"""What two agencies may both have counted: candidates with their evidence, for a person to look at; nothing is changed.

The rows are those that a form says are added with care. Evidence are figures in them that are the same and not by
chance, and texts that name the same number of a document or case, or the same title, where they speak of such a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xltool.campaign.consolidate import name_agencies
from xltool.messages import finding, format_scaled
from xltool.model import CellKey, Consolidation, Finding, FormSpec, Row, Submission
from xltool.rules.sentences import narrow_signs, split_sentences

MOST_HOLDERS: Final = 3
"""What more agencies name is a superior's, and figures that more have are small ones."""
FEWEST_BITS: Final = 5
"""Binary digits that the figures of a row must have together, in two cells at least: one and one is the same by
chance."""

_DOCUMENT: Final = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{2,10}?)[〔\[【（(](?P<year>20[0-9]{2})[〕\]】）)](?:第)?(?P<number>[0-9]{1,5})号"
)
_CASE: Final = re.compile(
    r"[（(〔\[](?P<year>20[0-9]{2})[）)〕\]](?P<court>[\u4e00-\u9fff][0-9]{0,6}[\u4e00-\u9fff]{1,6})(?P<number>[0-9]{1,5})号"
)
_TITLE: Final = re.compile("《(?P<title>[^》]{8,60})》")
_MAKES: Final = re.compile("制定|制发|印发|出台|发布")
_TOGETHER: Final = "联合"
_BODY_OPENINGS: Final = re.compile("^.*(?:印发|制定|制发|出台|关于|根据|按照|依据|号文|文件|通知|案号|案件|编号|为)")


class CitedNumbers:
    """The numbers and titles that agencies name where they speak of a row that is added with care."""

    def __init__(self, spec: FormSpec) -> None:
        rows = dict.fromkeys(cell.row for cell in spec.cells if cell.policy == "careful")
        self._words = {row: _list_words(row) for row in rows}
        self._named: dict[tuple[Row, str], list[str]] = {}

    def add_submission(self, submission: Submission) -> None:
        """Takes in the next submission: what its texts name of this year, once for each agency."""
        for text in submission.texts.values():
            for sentence in split_sentences(narrow_signs(text)):
                for row, words in self._words.items():
                    if any(word in sentence.text for word in words):
                        for name in _list_names(sentence.text, submission.year):
                            holders = self._named.setdefault((row, name), [])
                            if submission.agency.code not in holders:
                                holders.append(submission.agency.code)

    def list_shared(self, row: Row) -> Iterator[tuple[str, list[str]]]:
        """What several name where they speak of a row, with the codes of the agencies."""
        for (of, name), holders in self._named.items():
            if of is row and 2 <= len(holders) <= MOST_HOLDERS:
                yield name, holders


def find_double_counts(spec: FormSpec, held: Consolidation, cited: CitedNumbers) -> Iterator[Finding]:
    """One finding a row of which several agencies may count the same thing; none for rows with a correction."""
    handled = {spec.cell(each.correction.key).row for each in held.applied}
    rows: dict[Row, list[int]] = {}
    for at, cell in enumerate(spec.cells):
        if cell.policy == "careful" and not cell.total and cell.row not in handled:
            rows.setdefault(cell.row, []).append(at)
    names = {agency.code: agency.name for agency in held.agencies}
    for row, places in rows.items():
        figures: dict[tuple[int, ...], list[str]] = {}
        adding = set()
        for at, agency in enumerate(held.agencies):
            mine = tuple(held.values[at, places].tolist())
            if any(mine):
                adding.add(agency.code)
                figures.setdefault(mine, []).append(agency.code)
        keys: tuple[CellKey, ...] = tuple(spec.cells[place].key for place in places)
        evidence = [
            f"{name_agencies([names[code] for code in holders])}的文字都写到“{name}”"
            for name, holders in cited.list_shared(row)
            if adding.issuperset(holders)
        ]
        for mine, holders in figures.items():
            if 2 <= len(holders) <= MOST_HOLDERS and _is_telling(mine):
                said = "、".join(
                    f"{spec.cells[place].column.short} {format_scaled(value, spec.cells[place].measure.decimals)}"
                    for place, value in zip(places, mine, strict=True)
                    if value
                )
                evidence.append(f"{name_agencies([names[code] for code in holders])}的数相同（{said}）")
        if evidence:
            yield finding("county.double", *keys, evidence="；".join(evidence))


def _list_words(row: Row) -> tuple[str, ...]:
    """By which words a sentence speaks of a row: its labels, those above it, 联合 where the form says it matters."""
    labels = [row.label, *row.variants, *(label for head in row.heads for label in (head.label, *head.variants))]
    return (*labels, *([_TOGETHER] if _TOGETHER in row.consolidate_note else []))


def _list_names(sentence: str, year: int) -> Iterator[str]:
    """Numbers of documents and cases of a year, and titles of what is made, as they are compared."""
    for match in _CASE.finditer(sentence):
        if int(match["year"]) == year:
            yield f"（{match['year']}）{match['court']}{match['number']}号"
    for match in _DOCUMENT.finditer(sentence):
        if int(match["year"]) == year:
            yield f"{_BODY_OPENINGS.sub('', match['body'])}〔{match['year']}〕{match['number']}号"
    if _MAKES.search(sentence):
        for match in _TITLE.finditer(sentence):
            yield f"《{match['title']}》"


def _is_telling(figures: tuple[int, ...]) -> bool:
    """Whether figures are so many and so large that two agencies do not have them by chance."""
    return sum(map(bool, figures)) >= 2 and sum(abs(figure).bit_length() for figure in figures) >= FEWEST_BITS
