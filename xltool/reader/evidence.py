"""What the witnesses of a returned workbook claim, and which claims are believed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from xltool.forms.text import LONGEST_TEXT
from xltool.messages import join_first
from xltool.model import Leftover
from xltool.spreadsheet.a1 import cell_name, parse_reference
from xltool.spreadsheet.book import RawBook, RawCell
from xltool.spreadsheet.cell import Position

MAX_NAMED_PLACES: Final = 6
"""How many places a finding about a whole sheet names."""
MAX_QUOTED_CONTENT: Final = 60
"""How much of a cell's own content a message quotes."""

Claim: TypeAlias = tuple[str, Position]
"""Where a witness says that something stands: the sheet by its name in the file, and the place."""

_PICTURE: Final = re.compile(r"=?(?:_xlfn\.|_xlws\.)*(?:DISPIMG|IMAGE)\(", re.IGNORECASE)


def list_unread(book: RawBook, claims: Iterable[Claim]) -> tuple[Leftover, ...]:
    """What is written at these places by hand, each once."""
    sheets = {sheet.name: sheet.cells for sheet in book.sheets}
    found: dict[Claim, RawCell] = {}
    for sheet, place in claims:
        raw = sheets.get(sheet, {}).get(place)
        if raw is not None and raw.formula is None and raw.text.strip():
            found[sheet, place] = raw
    return tuple(
        Leftover(sheet, cell_name(*place), raw.text.strip()[:LONGEST_TEXT]) for (sheet, place), raw in found.items()
    )


def quote_unread(unread: Iterable[Leftover], home: str = "") -> str:
    """What is written where, for a message about the sheet `home`, or about several."""
    told = [
        f"{'' if each.sheet == home else f'“{each.sheet}”的 '}{each.address}“{shorten(each.content)}”"
        for each in unread
    ]
    return join_first(told, MAX_NAMED_PLACES, "处")


def shorten(content: str) -> str:
    """What a message quotes of a cell's content."""
    return content if len(content) <= MAX_QUOTED_CONTENT else f"{content[:MAX_QUOTED_CONTENT]}…"


def is_picture(raw: RawCell) -> bool:
    """Whether a cell holds a picture, as WPS and Excel put it there by a formula, or what other programs make of it."""
    return (
        _PICTURE.match(raw.formula if raw.formula is not None else raw.text if raw.kind == "text" else "") is not None
    )


def find_named_place(book: RawBook, name: str) -> Claim | None:
    """The cell that a defined name points at, if it points into a sheet of the book."""
    reference = parse_reference(book.names.get(name, ""))
    if reference is None or reference[0] not in book.titles:
        return None
    return str(reference[0]), (reference[1], reference[2])


def is_broken_name(book: RawBook, name: str) -> bool:
    """Whether a defined name points nowhere: its cell was deleted, or another one was pasted over it."""
    return name in book.names and parse_reference(book.names[name]) is None


def weigh_claims(
    keys: Iterable[str], *witnesses: Mapping[str, Claim], false: Iterable[str] = (), sound: bool = True
) -> tuple[dict[str, list[Claim]], set[str]]:
    """What the witnesses say of each key, and the keys on which they are at odds.

    Two places for one key, or two keys for one place.

    Nor are those believed that are `false` by other evidence. Where any are at odds, or not `sound`, no witness is
    believed alone.
    """
    claims: dict[Claim, set[str]] = defaultdict(set)
    for witness in witnesses:
        for key, claim in witness.items():
            claims[claim].add(key)
    told = {key: [witness[key] for witness in witnesses if key in witness] for key in keys}
    odd = {
        key for key, places in told.items() if len(set(places)) > 1 or any(claims[place] != {key} for place in places)
    }
    odd |= {key for key in false if told.get(key)}
    if odd or not sound:
        odd |= {key for key, places in told.items() if len(places) == 1}
    return told, odd


def describe_conflict(name: Claim | None, label: Claim | None, home: str) -> str:
    """What the witnesses of one cell say, for a message about a sheet."""

    def place(claim: Claim) -> str:
        return f"指向{'' if claim[0] == home else f'“{claim[0]}”的'} {cell_name(*claim[1])}"

    return f"内部名称{'已丢失' if name is None else place(name)}，项目名称{'认不出' if label is None else place(label)}"
