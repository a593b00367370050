"""Agencies of the roster that the name of a file, or a report's title in its texts, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_heads import plain_title
from xltool.model import Agency, FormSpec, Submission
from xltool.rules.wording import ACTS

SHORTEST_CODE: Final = 6
"""Signs of a code that a file name can be taken to name: shorter ones are years, versions and numbers of lines."""
LONGEST_FILE_NAME: Final = 255
BEFORE_TITLE: Final = 80
"""Signs before a report's title in which whose it is stands."""
_DATED: Final = "(?:关于)?[〔(（]?(?:[0-9]{4}年度?|[〇○零一二三四五六七八九]{4}年度?|本年度)?[〕)）]?的?"
_BEGINS: Final = re.compile('(?:^|[，,:：。；;《“"、)）]|公布|发布|现将|现就)$')
_MADE_BY: Final = re.compile("本(?:年度|工作)?(?:年度)?报告(?:系|是)?由")
_OPENING: Final = re.compile(
    "(?:[0-9]{4}年度?(?:以来)?[，,]?)?[县市区旗州盟省](?=[^，,委政])|[0-9]{4}年度?(?:以来)?[，,]?"
)
"""What may stand before the name that a text begins with: the year, and 县 for the place that all know."""
_ACTING: Final = re.compile(ACTS)
_GOVERNMENTS: Final = frozenset({"ministry", "province", "city", "county"})
_AREA: Final = "县市区旗州盟省乡镇"
_BODY: Final = re.compile(r"\w{0,12}(?:局|委|办|室|所|站|处|队|院|会|中心|政府)")


def find_foreign_file_name(roster: Roster, agency: Agency, file: str) -> RosterEntry | None:
    """The other agency that a file's own name names, by its name or its code; None where it names this one too."""
    last = re.split(r"[/\\]", file)[-1]
    name, codes = plain_title(last[:LONGEST_FILE_NAME]), list_codes(last)
    if plain_title(agency.name) in name or agency.code.casefold() in codes:
        return None
    coded = (roster.coded[code] for code in codes if len(code) >= SHORTEST_CODE and code in roster.coded)
    return next(_find_others(roster, agency, name), None) or next(coded, None)


def list_codes(name: str) -> list[str]:
    """What of a file's own name may be a code of the roster, in small letters."""
    plain = re.sub(r"\.\w{1,5}$", "", plain_title(name[:LONGEST_FILE_NAME]))
    return [token.strip("._-") for token in re.split(r"[^0-9a-z._-]+|_", plain)]


def find_foreign_title(roster: Roster, agency: Agency, submission: Submission, spec: FormSpec) -> RosterEntry | None:
    """The other agency whose report a text says it is.

    Its name is what the report's title begins with, or who the sentence says publishes or made it. A text that speaks
    of other agencies otherwise, of their reports too, says nothing: an office guides and urges many.
    """
    title = plain_title(spec.title)
    ends = re.escape(title)
    published = f"现[^。；]{{0,12}}(?:公布|发布|公开)[^。；]{{0,12}}{ends}"
    after = (re.compile(_DATED + ends), re.compile(published))
    marks = (spec.title[-2:], "报告")  # what each of the sentences has
    for line in (line for text in submission.texts.values() for line in text.splitlines()):
        if not any(mark in line for mark in marks):
            continue
        plain = plain_title(line)
        titled = after if title in plain else ()  # which is found far sooner than what stands before it
        for found in chain.from_iterable(pattern.finditer(plain) for pattern in titled):
            other = _find_before(roster, agency, plain[max(0, found.start() - BEFORE_TITLE) : found.start()])
            if other is not None:
                return other
        for found in _MADE_BY.finditer(plain):
            other = next(_find_others(roster, agency, plain[found.end() : found.end() + BEFORE_TITLE]), None)
            if other is not None and plain.startswith(plain_title(other.agency.name), found.end()):
                return other
    return None


def find_foreign_opening(roster: Roster, agency: Agency, submission: Submission) -> RosterEntry | None:
    """The other agency that a text begins with as whom it is about, where it names this one nowhere.

    A government's own unit writes of all, and whoever is above may be spoken of first: these say nothing.
    """
    if roster.root is not None and roster.root.agency.code == agency.code:
        return None
    above = set(_list_above(roster, agency))
    own = [plain_title(agency.name), *roster.short_names.get(agency.code, ())]
    for text in submission.texts.values():
        plain = plain_title(text[: 2 * BEFORE_TITLE])
        start = _OPENING.match(plain)
        begun = plain[start.end() if start else 0 :]
        entry = next(
            (
                roster.shortened[begun[:size]]
                for size in roster.short_lengths
                if begun[:size] in roster.shortened and _ACTING.match(begun, size)
            ),
            None,
        )
        if entry is None or entry.agency.code in {agency.code, *above} or entry.agency.level in _GOVERNMENTS:
            continue
        if not any(name in plain_title(text) for name in own):
            return entry
    return None


def _list_above(roster: Roster, agency: Agency) -> Iterator[str]:
    """The codes of all that stand above an agency in the roster."""
    code = agency.code
    while code in roster.agencies:
        code = roster.agencies[code].parent
        yield code


def _find_before(roster: Roster, agency: Agency, text: str) -> RosterEntry | None:
    """The other agency whose name a text ends with, where nothing but the beginning of a title stands before it."""
    for size in roster.name_lengths:
        entry = roster.named.get(text[-size:]) if size <= len(text) else None
        if entry is not None and _BEGINS.search(text[:-size]):
            own = plain_title(agency.name)
            return None if text.endswith(own) or own.startswith(text[-size:]) else entry
    return None


def _find_others(roster: Roster, agency: Agency, text: str) -> Iterator[RosterEntry]:
    """The other agencies whose whole names stand in a plain text, the longest at each place."""
    own = plain_title(agency.name)
    at = 0
    while at < len(text):
        found = next((text[at : at + size] for size in roster.name_lengths if text[at : at + size] in roster.named), "")
        entry = roster.named.get(found)
        beyond = text[at + len(found) :]
        part = found in own or own in found or (found[-1:] in _AREA and _BODY.match(beyond))
        if entry is not None and not part:
            yield entry
        at += len(found) or 1
