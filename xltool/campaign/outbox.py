"""What goes out: one locked workbook for each agency, and mail drafts that bring it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from xltool.campaign.deadlines import find_deadline, find_told_deadline
from xltool.campaign.documents import Deliverable, Placed, place_documents
from xltool.campaign.drafts import draft_blank
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.links import find_links
from xltool.campaign.names import draft_name, workbook_name
from xltool.campaign.opening import ensure_key, find_sealed_name, is_key_replaced, remember_facts
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_changes import remember_roster
from xltool.campaign.seal import make_seal
from xltool.campaign.store import Store
from xltool.days import word_deadline
from xltool.model import Submission
from xltool.workbook.stamp import Master

CONTROLS_WORD: Final = "工作簿里加一张“核对数”表"
CONTROLS_HINT: Final = (
    "按登记台账再填一遍各行、各栏的合计，和表中合计对不上时能指出错在哪一格。不填不核对。每次生成都要加。"
)
"""What is asked when workbooks are made, and what it is good for: the same words wherever it is asked."""
NOTED_TOGETHER: Final = 50
"""Workbooks that are noted together; so many are in memory at once."""


@dataclass(frozen=True, slots=True)
class Built:
    """One workbook that was made, and where it stands; its mail draft, where one was asked for."""

    entry: RosterEntry
    file: str
    serial: str
    sha256: str
    placed: tuple[Placed, ...]


def has_controls(campaign: Campaign) -> bool:
    """Whether the campaign's form has totals that can be typed again as 核对数."""
    return any(table.control for table in campaign.spec.tables)


def build_outbox(
    campaign: Campaign,
    roster: Roster,
    store: Store,
    *,
    at: str,
    prior: Callable[[str], Submission | None],
    mail: bool = False,
    replace: bool = False,
    controls: bool = False,
) -> Iterator[Built]:
    """Writes each agency's workbook into outbox/, with 核对数 or without, and notes it in the ledger.

    The same roster and figures give the same bytes.

    An agency keeps its serial for good, so a workbook built again is the same; a new agency gets the next number.
    """
    key, sealed = ensure_key(campaign, store), find_sealed_name(campaign, store)
    master = Master(campaign.spec, campaign.period, controls=controls)
    remember_facts(campaign, store)
    remember_roster(roster, store)
    issued, numbers, extensions = store.issues(), _number_agencies(roster, store), store.extensions()
    links = find_links(campaign, store)
    made: list[Issue] = []
    for start in range(0, len(roster.entries), NOTED_TOGETHER):
        group: list[tuple[RosterEntry, Issue, list[Deliverable]]] = []
        for entry in roster.entries[start : start + NOTED_TOGETHER]:
            agency = entry.agency
            serial = make_seal(key, campaign.form, campaign.period, sealed, agency.code, numbers[agency.code])
            before = issued.get(agency.code)
            if before is not None and is_key_replaced(store):  # what is out already stays as it is
                serial = before.serial
            deadline = find_deadline(campaign, extensions.get(agency.code))
            words = word_deadline(deadline, find_told_deadline(before))
            data = master.stamp(agency, serial, prior(agency.code), words)
            name = workbook_name(campaign, agency)
            first = (before.deadline if before is not None else "") or (deadline.isoformat() if deadline else "")
            issue = Issue(agency.code, serial, name, hashlib.sha256(data).hexdigest(), at, first)
            known = (before.sha256,) if before is not None and before.file == name else ()
            documents = [Deliverable(f"{campaign.layout.outbox}/{name}", data, known=known)]
            if mail:
                draft = draft_blank(campaign, entry, name, data, words, links.write_link(agency.code))
                documents.append(Deliverable(f"{campaign.layout.outbox}/{draft_name(name)}", draft))
            group.append((entry, issue, documents))
            made.append(issue)
        together = [document for _, _, documents in group for document in documents]
        placed = {each.file: each for each in place_documents(campaign, store, together, replace=replace)}
        for entry, issue, documents in group:
            stand = tuple(placed[document.file] for document in documents)
            yield Built(entry, issue.file, issue.serial, issue.sha256, stand)
    store.issue(made)


def _number_agencies(roster: Roster, store: Store) -> dict[str, int]:
    issued = {code: int(issue.serial.partition("-")[0]) for code, issue in store.issues().items()}
    following = max(issued.values(), default=0)
    for entry in roster.entries:
        if entry.agency.code not in issued:
            following += 1
            issued[entry.agency.code] = following
    return issued
