"""Agencies of the roster that the name of a file, or a report's title in its texts, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_heads import plain_title
from xltool.model import Agency, FormSpec, Submission

SHORTEST_CODE: Final = 6
"""Signs of a code that a file name can be taken to name: shorter ones are years, versions and numbers of lines."""
LONGEST_FILE_NAME: Final = 255
BEFORE_TITLE: Final = 80
"""Signs before a report's title in which whose it is stands."""
_AREA: Final = "县市区旗州盟省乡镇"
_BODY: Final = re.compile(r"\w{0,12}(?:局|委|办|室|所|站|处|队|院|会|中心|政府)")


def find_foreign_file_name(roster: Roster, agency: Agency, file: str) -> RosterEntry | None:
    """The other agency that a file's own name names, by its name or its code; None where it names this one too."""
    name = plain_title(re.split(r"[/\\]", file)[-1][:LONGEST_FILE_NAME])
    tokens = [token.strip("._-") for token in re.split(r"[^0-9a-z._-]+|_", re.sub(r"\.\w{1,5}$", "", name))]
    if plain_title(agency.name) in name or agency.code.casefold() in tokens:
        return None
    coded = (roster.coded[token] for token in tokens if len(token) >= SHORTEST_CODE and token in roster.coded)
    return next(_find_others(roster, agency, name), None) or next(coded, None)


def find_foreign_title(roster: Roster, agency: Agency, submission: Submission, spec: FormSpec) -> RosterEntry | None:
    """The other agency whose report a text says it is: its name stands before the report's title, and not this one's.

    A text that speaks of other agencies otherwise says nothing.
    """
    title = plain_title(spec.title)
    for text in submission.texts.values():
        plain = plain_title(text)
        for found in re.finditer(re.escape(title), plain):
            before = re.split("[。；！？]", plain[max(0, found.start() - BEFORE_TITLE) : found.start()])[-1]
            other = None if plain_title(agency.name) in before else next(_find_others(roster, agency, before), None)
            if other is not None:
                return other
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
