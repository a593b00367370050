"""Opinions as a page shows them: numbered, what to do first, the figures, what would balance, the basis last."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.campaign.kept_findings import find_text_key
from xltool.campaign.weighed import WeighedOpinion
from xltool.codes import NOTHING_TO_DO
from xltool.forms.list_rows import name_content
from xltool.forms.number import format_value
from xltool.messages import Locator
from xltool.model import CellKey, Finding, FormSpec, Severity, Suspect
from xltool.rules.opinions import (
    Opinion,
    OpinionParts,
    find_first_sentence,
    find_named,
    find_pointed,
    list_cells,
    split_opinion,
)
from xltool.web.opinion_words import word_severity
from xltool.workbook.layout_plan import make_plan

_FIRST_LINE: Final = re.compile("[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A cell that would balance what does not: where it is, what it holds and should hold, why it is thought so."""

    key: CellKey
    where: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class NumberedOpinion:
    """An opinion: `word` says what it asks for, `names` are the rules at their places, or the codes, of its findings.

    `title` is its first sentence, `rest` what comes behind it. Where it `is_pointed`, all of `changes` are to be made,
    else one of them. It concerns `cells` of `tables` and lists, by their ids, or the text `text`, or else the file.
    """

    number: int
    severity: Severity
    word: str
    names: Sequence[str]
    title: str
    rest: str
    parts: OpinionParts
    changes: Sequence[ProposedChange]
    is_pointed: bool
    cells: Sequence[CellKey]
    tables: Sequence[str]
    text: str | None

    @property
    def remedy(self) -> str:
        """How to mend it; nothing where there is nothing to do. The cells that it may be stand in `changes`."""
        first = self.parts.first if self.is_pointed else ""
        return "" if self.parts.remedy == NOTHING_TO_DO else first + self.parts.remedy

    def find_cell(self, table: str) -> CellKey | None:
        """Its first cell in a table or a list."""
        return next((key for key in self.cells if key.partition(".")[0] == table), None)


def number_opinions(
    spec: FormSpec, opinions: Sequence[Opinion], findings: Sequence[Finding], asking: Collection[int] = ()
) -> list[NumberedOpinion]:
    """The opinions on `findings`, numbered from 1; `asking` are the places of those that ask for an answer."""
    place = make_plan(spec).place
    return [
        _number_opinion(spec, place, at + 1, opinion, findings, asks=at in asking)
        for at, opinion in enumerate(opinions)
    ]


def number_weighed(spec: FormSpec, weighed: Sequence[WeighedOpinion]) -> list[NumberedOpinion]:
    """The opinions on a return, numbered as the marks in its tables are."""
    asking = [at for at, each in enumerate(weighed) if any(verdict.asks for verdict in each.verdicts)]
    return number_opinions(spec, [each.opinion for each in weighed], list_findings(weighed), asking)


def list_findings(weighed: Sequence[WeighedOpinion]) -> Sequence[Finding]:
    """What the opinions on a return take their findings from."""
    return weighed[0].among if weighed else ()


def _number_opinion(
    spec: FormSpec, place: Locator, number: int, opinion: Opinion, findings: Sequence[Finding], *, asks: bool
) -> NumberedOpinion:
    mine, cells = [findings[at] for at in opinion.findings], list_cells(opinion, findings)
    named = {found.data.get("list") for found in mine}
    owners = [spec.any_cell(key).table.id for key in cells]
    owners += [each.id for each in spec.lists if each.name in named]
    places = [key for found in mine for key in _list_first_contents(spec, found)]
    parts, pointed = split_opinion(opinion, findings, spec, place), find_pointed(opinion)
    title, rest = _split_title(parts)
    return NumberedOpinion(
        number,
        opinion.severity,
        word_severity(opinion.severity, asks=asks),
        tuple(dict.fromkeys(found.rule or found.code for found in mine)),
        title,
        rest,
        parts,
        tuple(_show_change(spec, place, suspect) for suspect in find_named(opinion)),
        bool(pointed),
        (*cells, *places),
        tuple(dict.fromkeys(owners)),
        next((key for found in mine if (key := _find_text(spec, found))), None),
    )


def _list_first_contents(spec: FormSpec, found: Finding) -> Iterator[CellKey]:
    """The first place of a list that a finding on its lines is about."""
    first = _FIRST_LINE.match(str(found.data.get("lines", "")))
    for each in spec.lists if first is not None else ():
        columns = (column for column in each.columns if column.label == found.data.get("column"))
        if each.name == found.data.get("list") and first is not None:
            yield from (name_content(each, int(first[0]), column) for column in columns)


def _find_text(spec: FormSpec, found: Finding) -> str | None:
    """The text that a finding is about, or the first of the section that it is about."""
    heading = found.data.get("heading")
    texts = (key for section in spec.sections if section.heading == heading for key in section.texts)
    return find_text_key(spec, found) or next(texts, None)


def _show_change(spec: FormSpec, place: Locator, suspect: Suspect) -> ProposedChange:
    cell = spec.cell(suspect.key)
    before, after = (format_value(value, cell.measure) for value in (suspect.value, suspect.proposed))
    return ProposedChange(suspect.key, f"{cell.table.name} {place(suspect.key)[1]}", before, after, suspect.why)


def _split_title(parts: OpinionParts) -> tuple[str, str]:
    """The first sentence, and what comes behind it, but for what else belongs to it."""
    if parts.sides:
        title = parts.point.rstrip("。") or f"{parts.where}：{parts.said}".rstrip("。")
        return title, parts.said if parts.point else ""
    title = find_first_sentence(parts.said)
    return title, parts.said[len(title) :].lstrip("。")
