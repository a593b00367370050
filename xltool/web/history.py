"""The page of the record: all that happened, the newest first, of one agency or kind, with the words looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xltool.campaign.record import RECORD_KINDS, RecordEntry, read_record
from xltool.digits import parse_whole
from xltool.web import pages
from xltool.web.addresses import locate_agency
from xltool.web.day_words import word_month_day
from xltool.web.site import look_at, served_of

RECORD: Final = "/record"
ON_A_PAGE: Final = 100
"""Entries of a page."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What of the record is asked for: an agency by its code, a kind, words, which page."""

    agency: str = ""
    kind: str = ""
    words: str = ""
    page: int = 1

    def address(self, page: int) -> str:
        """The page with this query, further on or back."""
        parts = {"agency": self.agency, "kind": self.kind, "q": self.words, "page": str(page) if page > 1 else ""}
        given = urlencode({name: value for name, value in parts.items() if value})
        return f"{RECORD}?{given}" if given else RECORD


def choose_entries(entries: Sequence[RecordEntry], query: RecordQuery, names: dict[str, str]) -> list[RecordEntry]:
    """The entries that a query asks for, of all its pages; `names` are those of agencies by code."""
    words = query.words.split()
    return [
        entry
        for entry in entries
        if (not query.agency or query.agency in entry.codes)
        and (not query.kind or entry.kind == query.kind)
        and (not words or _holds(entry, words, names))
    ]


def _holds(entry: RecordEntry, words: Sequence[str], names: dict[str, str]) -> bool:
    about = " ".join(f"{code} {names.get(code, '')}" for code in entry.codes)
    text = f"{entry.at} {entry.person} {entry.word} {entry.said} {about}"
    return all(word in text for word in words)


def word_moment(at: str) -> str:
    """When something happened: 1月10日 09:15."""
    return f"{word_month_day(at[:10])} {at[11:16]}"


def show_record(request: Request) -> Response:
    """What happened, who did it and when."""
    asked = request.query_params
    number = parse_whole(asked.get("page", "") or "1", 6)
    query = RecordQuery(asked.get("agency", ""), asked.get("kind", ""), asked.get("q", "").strip(), number or 0)
    with look_at(served_of(request)) as look:
        names = {entry.agency.code: entry.agency.name for entry in look.roster.entries}
        entries = read_record(look.campaign, look.roster, look.store)
        lost = {code for entry in entries for code in entry.codes} - names.keys()
        chosen = choose_entries(entries, query, names)
        last = max(1, -(-len(chosen) // ON_A_PAGE))
        known = query.kind in {"", *RECORD_KINDS} and query.agency in {"", *names, *lost}
        if not known or not 1 <= query.page <= last:
            raise HTTPException(404, "没有这样的筛选，或没有这一页。")
        return pages.show_page(
            request,
            "history",
            look.campaign,
            tab="record",
            heading=f"记下了{len(entries)}件事" if entries else "还没有记下什么",
            page=RECORD,
            query=query,
            last=last,
            count=len(chosen),
            entries=chosen[(query.page - 1) * ON_A_PAGE : query.page * ON_A_PAGE],
            kinds={kind: word for kind, word in RECORD_KINDS.items() if any(each.kind == kind for each in entries)},
            names=names,
            lost=sorted(lost),
            locate_agency=locate_agency,
            word_moment=word_moment,
        )


RECORD_ROUTES: Final = (Route(RECORD, show_record, methods=["GET"]),)
