"""The words of a published report.

Whose it is and of which year, and which paragraphs belong to which text of the form.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from xltool.forms.label import normalise_label
from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Section, Text
from xltool.published import title, whose
from xltool.published.boilerplate import find_furniture_start, find_signature, is_furniture
from xltool.published.document import Document, Lattice, Part, Prose
from xltool.published.field_lines import read_field_line

LONGEST_HEADING: Final = 40
"""Characters of a line that may be a heading of a section; of an aspect, up to its first full stop, half as many."""
ALIKE_HEADINGS: Final = 0.5

_NUMBERED: Final = re.compile(r"([一二三四五六七八九十]{1,3})[、，.．]")
_ASPECT: Final = re.compile(r"\(([一二三四五六七八九十])\)[、.]?")


@dataclass
class Words:
    """What the words of a report say, and what of them found no place."""

    agency: str = ""
    year: int | None = None
    part: str = ""
    """Which part of the year, of a form that is for parts."""
    told_by: dict[str, str] = field(default_factory=dict)
    """Where the agency and the year were found, by their Chinese names, where that is not the title."""
    texts: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    """The official headings that were found, each behind those before it."""
    misplaced: list[str] = field(default_factory=list)
    """The official headings that stand as lines of their own, but not in official order."""
    left: list[str] = field(default_factory=list)
    """Paragraphs that belong to no text of the form."""


def read_words(document: Document, spec: FormSpec) -> Words:
    """The words of a report in the order of a form's sections."""
    found = Words()
    titles = list(title.find_titles(document, spec))
    about = None if len({each.year for each in titles}) == 1 and titles[0].year else _find_period_year(document, spec)
    found.agency, found.year, _, found.part = title.choose_title(titles, about)
    fields = {
        at: told
        for at, part in enumerate(document.parts)
        if isinstance(part, Prose) and (told := read_field_line(spec, part.text)) is not None
    }
    for told in fields.values():
        found.texts.update(told)
    skipped = frozenset[int]().union(*(each.lines for each in titles))
    marked = _find_marked_levels(document.parts, spec)
    starts = list(_find_section_starts(document.parts, spec, only_marked=1 in marked))
    found.headings = [section.heading for _, section, _ in starts]
    lines = {normalise_label(part.text) for part in document.parts if isinstance(part, Prose)}
    absent = [section.heading for section in spec.sections if section.heading not in {"", *found.headings}]
    found.misplaced = [heading for heading in absent if normalise_label(heading) in lines]
    first = starts[0][0] if starts else len(document.parts)
    last_title = max((line for each in titles for line in each.lines if line < first), default=-1)
    opening = [
        (at, part.text.strip())
        for at, part in enumerate(document.parts[:first])
        if isinstance(part, Prose) and at not in skipped and at not in fields and part.text.strip()
    ]
    found.left += [line for at, line in opening if at < last_title]
    before = [line for at, line in opening if at > last_title]
    signature = ""
    page, copied = document.page and 1 not in marked, document.copied
    around = [line for line in before if (page or copied) and is_furniture(line, page=page)]
    found.left += around
    _read_opening(found, spec, [line for line in before if line not in around])
    strange = [
        at
        for at, part in enumerate(document.parts)
        if isinstance(part, Prose) and part.level == 1 and 1 in marked and not _is_aspect(part.text, spec)
    ]
    limits = sorted({*(at for at, _, _ in starts), *strange, len(document.parts)})
    ends = [
        next(limit for limit in limits if limit > at) for at, _, _ in starts
    ]  # what follows a heading that is not official is no text
    begins = {at for at, _, _ in starts}
    for at, end in pairwise(limits):
        if at > first and at not in begins:
            found.left += [
                line for part in document.parts[at:end] if isinstance(part, Prose) and (line := part.text.strip())
            ]
    for (at, section, rest), end in zip(starts, ends, strict=True):
        # On a page of the web another title is the way to another report.
        prose = [
            (part, page and place in skipped)
            for place in range(at + 1, end)
            if isinstance(part := document.parts[place], Prose) and place not in fields
        ]
        found.left += [part.text.strip() for part, elsewhere in prose if elsewhere]
        inside = [part for part, elsewhere in prose if part.text.strip() and not elsewhere]
        if end == len(document.parts):
            texts = [part.text for part in inside]
            last = find_furniture_start(texts, page=page) if page or copied else len(inside)
            found.left += [part.text.strip() for part in inside[last:]]
            inside = inside[:last]
            signature = "" if found.agency else find_signature([part.text for part in inside])
        _read_section(found, spec, section, [Prose(rest), *inside] if rest else inside, only_marked=2 in marked)
    _find_whose(found, before, signature, about, spec)
    return found


def _find_whose(found: Words, before: Sequence[str], signature: str, about: int | None, spec: FormSpec) -> None:
    """The agency and the year that no title names: as the opening says, as it is signed, whom it asks to be asked."""
    if found.agency and found.year:
        return
    opening = whose.find_in_opening(before, spec)
    names = (opening, whose.Told(signature, None, "落款"), whose.find_in_contact(before, spec))
    named = next((told for told in names if told.name), None)
    if not found.agency and named is not None:
        found.agency, found.told_by["单位名称"] = named.name, named.where
    dated = next((told for told in (whose.Told("", about, "统计期限"), opening) if told.year), None)
    if not found.year and dated is not None:
        found.year, found.part, found.told_by["年度"] = dated.year, dated.part, dated.where


def _find_period_year(document: Document, spec: FormSpec) -> int | None:
    """The year that the report's sentence about its period speaks of."""
    pattern = _period_pattern(spec)
    match = None if pattern is None else pattern.search(normalise_label("".join(document.prose())))
    return None if match is None else int(match[1])


@derive_once
def _period_pattern(spec: FormSpec) -> re.Pattern[str] | None:
    """The period of a form with a year before its first day; None where it names no two days."""
    first, joint, last = normalise_label(spec.period).partition("至")
    if not joint:
        return None
    return re.compile(rf"(20[0-9]{{2}})年{re.escape(first)}(?:起?至|-|—|到)(?:20[0-9]{{2}}年)?{re.escape(last)}")


def has_form_title(document: Document, spec: FormSpec) -> bool:
    """Whether a document calls itself by a form's title, with a year before it."""
    return any(each.year for each in title.find_titles(document, spec))


def rank_title(document: Document, spec: FormSpec) -> int:
    """How well a form's title fits a document: 0 where it is not there, more where it says a part of a year too."""
    return max((1 + bool(each.part) for each in title.find_titles(document, spec) if each.year), default=0)


def _find_marked_levels(parts: Sequence[Part], spec: FormSpec) -> set[int]:
    """The levels at which official headings are marked as headings.

    Where some are, an unmarked line that reads like one is none.
    """
    official = {
        1: {normalise_label(s.heading) for s in spec.sections if s.heading},
        2: {normalise_label(t.heading) for t in spec.texts if t.heading},
    }
    return {
        part.level
        for part in parts
        if isinstance(part, Prose) and normalise_label(part.text) in official.get(part.level, ())
    }


def _find_section_starts(
    parts: Sequence[Part], spec: FormSpec, *, only_marked: bool
) -> Iterator[tuple[int, Section, str]]:
    """Where each section begins, in official order, and what its line says behind the heading."""
    wanted = [section for section in spec.sections if section.heading]
    at = -1
    for index, section in enumerate(wanted):
        later = [_heading_number(other.heading) for other in wanted[index + 1 :]]
        for place in range(at + 1, len(parts)):
            part = parts[place]
            if isinstance(part, Lattice) or part.of_table or (only_marked and part.level != 1):
                continue
            rest = _text_behind_heading(part, section.heading, spec.published.shared)
            if rest is not None:
                at = place
                yield place, section, rest
                break
            if part.level and _heading_number(part.text) in later:
                break  # this section is missing


def _heading_number(heading: str) -> str:
    match = _NUMBERED.match(normalise_label(heading))
    return "" if match is None else match[1]


def _text_behind_heading(part: Prose, heading: str, shared: Sequence[str]) -> str | None:
    """What a line says behind a heading that it begins with; None where it does not."""
    line, official = normalise_label(part.text), normalise_label(heading)
    if line.startswith(official):
        plain = "".join(part.text.split())
        return plain[len(official) :].lstrip("。：: ") if len(plain) >= len(line) else ""
    if len(line) > LONGEST_HEADING or _heading_number(part.text) != _heading_number(heading) or line.endswith("。"):
        return None
    bare, wanted = _NUMBERED.sub("", line, count=1), _NUMBERED.sub("", official, count=1)
    for words in map(normalise_label, shared):
        bare, wanted = bare.replace(words, ""), wanted.replace(words, "")
    alike = difflib.SequenceMatcher(None, bare, wanted).ratio()
    return "" if alike >= ALIKE_HEADINGS else None


def _read_opening(found: Words, spec: FormSpec, paragraphs: list[str]) -> None:
    """The texts of the sections without a heading, and the facts behind them."""
    sections = [section for section in spec.sections if not section.heading]
    keys = [key for section in sections for key in section.texts]
    rest = [
        paragraph
        for paragraph in paragraphs
        if not any(_take_facts(found, spec, section, paragraph) for section in sections)
    ]
    if keys and rest:
        found.texts[keys[0]] = "\n".join(rest)


def _take_facts(found: Words, spec: FormSpec, section: Section, paragraph: str) -> bool:
    """Takes a section's facts from a paragraph that is the sentence in which reports of ours give them.

    Whether it is.
    """
    facts = dict(_find_facts(spec, section, paragraph))
    found.texts.update(facts)
    return bool(facts)


def _find_facts(spec: FormSpec, section: Section, paragraph: str) -> Iterator[tuple[str, str]]:
    if not section.facts or not paragraph.startswith(section.facts_opening) or not paragraph.endswith("。"):
        return
    labels = {spec.text(key).label: key for key in section.facts}
    said = paragraph.removeprefix(section.facts_opening)[:-1]
    pieces = re.split(f"(?:^|，)({'|'.join(map(re.escape, labels))})为", said)
    if pieces[0]:
        return
    for label, fact in zip(pieces[1::2], pieces[2::2], strict=True):
        yield labels[label], fact


def _read_section(
    found: Words, spec: FormSpec, section: Section, paragraphs: Sequence[Prose], *, only_marked: bool
) -> None:
    paragraphs = [each for each in paragraphs if not _take_facts(found, spec, section, each.text.strip())]
    if not section.texts:
        printed = [part.note for part in spec.sheeted if part.note]
        notes = {normalise_label(line) for note in printed for line in (note, *note.split("\n"))}
        found.left += [
            paragraph.text.strip() for paragraph in paragraphs if normalise_label(paragraph.text) not in notes
        ]
        return
    texts = [spec.text(key) for key in section.texts]
    current = next((text.key for text in texts if not text.heading), section.texts[0])
    parts: dict[str, list[str]] = {}
    aspects = [text for text in texts if text.heading]
    for paragraph in paragraphs:
        content = paragraph.text.strip()
        heads = not paragraph.of_table and (paragraph.level == 2 or not only_marked)
        aspect = _find_aspect(aspects, content) if heads else None
        if aspect is not None and aspect[0] not in parts:
            current, content = aspect
        parts.setdefault(current, [])
        if content:
            parts[current].append(content)
    found.texts.update({key: "\n".join(lines) for key, lines in parts.items() if lines})


def _is_aspect(heading: str, spec: FormSpec) -> bool:
    """Whether a heading opens one of the texts of a section, at whatever level it is marked."""
    return _find_aspect([text for text in spec.texts if text.heading], heading.strip()) is not None


def _find_aspect(aspects: Sequence[Text], paragraph: str) -> tuple[str, str] | None:
    """Which aspect a paragraph opens, by its number and words, and what it says behind that.

    One whose heading has no number is opened by the very heading. None for any other paragraph.
    """
    flat = normalise_label(paragraph[: 2 * LONGEST_HEADING])
    match = _ASPECT.match(flat)
    if match is None:
        return next(((text.key, "") for text in aspects if flat == normalise_label(text.heading)), None)
    head = re.split("[。:：;；]|(?<=情况)(?=[^。]{6})", flat[match.end() :], maxsplit=1)[0]
    if len(head) > LONGEST_HEADING // 2:
        return None
    exact = [
        text for text in aspects if head == _bare_heading(text.heading)
    ]  # nearly always; likeness costs more than all the rest
    scores = [(1.0, text) for text in exact] or [
        (_heading_likeness(head, _bare_heading(text.heading)), text) for text in aspects
    ]
    best, text = max(scores, key=lambda pair: pair[0], default=(0.0, None))
    if text is None or best < ALIKE_HEADINGS:
        return None
    return text.key, _cut_opening(paragraph, match.group() + head)


@lru_cache(maxsize=64)
def _bare_heading(heading: str) -> str:
    """The heading of an aspect without its number."""
    return _ASPECT.sub("", normalise_label(heading))


def _heading_likeness(head: str, wanted: str) -> float:
    if wanted in head:
        return 1 - (len(head) - len(wanted)) / 100  # 主动公开 is in 依申请公开 too: the closest wins
    return difflib.SequenceMatcher(None, head, wanted).ratio()


def _cut_opening(paragraph: str, opening: str) -> str:
    """A paragraph behind so many of its characters, blanks not counted, and behind the stop that follows."""
    left = len(opening)
    for at, sign in enumerate(paragraph):
        if left == 0:
            return paragraph[at:].lstrip("。：:；; \u3000\t")
        left -= len(normalise_label(sign)) if sign.strip() else 0
    return ""
