"""Ticks by which agencies accept opinions in the workbook that went back to them: sealed as it goes out, held against
that as it comes back."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.campaign import opening
from xltool.campaign.acceptances import AcceptanceRecord, dump_value, is_proposed, list_proposals, record_change
from xltool.campaign.folder import Campaign
from xltool.campaign.store import Store
from xltool.forms.accepted import value_of
from xltool.forms.number import format_value
from xltool.messages import XltoolError, finding
from xltool.model import Finding, FormSpec, ProposedFigure, Submission, Tick

TICK_CODES: Final = frozenset({"accept.changed", "accept.stale", "accept.unknown", "accept.aside"})
"""What is found of ticks as they come, which stays when a version is judged again."""
TICKED: Final = "accept.ticked"
"""What a reader says of ticks, who cannot know what becomes of them."""
_SIGNS: Final = 20


@dataclass(frozen=True, slots=True)
class TickSealer:
    """Seals the opinions of one workbook that goes back: nobody else can make another of them."""

    key: bytes
    form: str
    year: int
    campaign: str
    agency: str
    version: int

    def __call__(self, number: int, changes: tuple[ProposedFigure, ...]) -> str:
        """The seal of the opinion of a number, with what it proposes."""
        plain = [[each.key, dump_value(each.typed), each.value] for each in changes]
        facts = json.dumps(["tick", self.form, self.year, self.campaign, self.agency, self.version, number, plain])
        return hmac.new(self.key, facts.encode(), hashlib.sha256).hexdigest()[:_SIGNS]


def make_sealer(campaign: Campaign, store: Store, agency: str, version: int) -> TickSealer | None:
    """What seals the workbook that goes back to an agency; None where the campaign has no key."""
    try:
        key = campaign.read_key()
    except XltoolError:
        return None
    return TickSealer(key, campaign.form, campaign.year, opening.find_sealed_name(campaign, store), agency, version)


def take_ticks(
    campaign: Campaign, store: Store, submission: Submission, ticks: Sequence[Tick], at: str
) -> tuple[list[AcceptanceRecord], list[Finding]]:
    """What an agency has accepted by ticks that is not on the record yet, and why some are not taken.

    `submission` has the figures as they are typed. What was taken back after `at` stays so.
    """
    spec, agency = campaign.spec, submission.agency
    records: list[AcceptanceRecord] = []
    told: list[Finding] = []
    if submission.scope != "own":
        return records, told
    known = {each.change for each in store.acceptances().get(agency.code, ())}
    for tick in ticks:
        refused = next(_find_refusals(campaign, store, submission, tick), None)
        if refused is not None:
            told.append(refused)
        elif any(value_of(spec, submission, each.key) != each.value for each in tick.changes):
            reason = f"退回意见第 {tick.number} 条采纳"
            given = (record_change(spec, agency.code, each, reason, agency.name, at) for each in tick.changes)
            records.extend(
                each
                for each in given
                if each.change not in known and store.find_withdrawal("accept", f"{agency.code} {each.key}")[0] <= at
            )
    return list({each.key: each for each in records}.values()), told


def _find_refusals(campaign: Campaign, store: Store, submission: Submission, tick: Tick) -> Iterator[Finding]:
    """Why a tick is not taken: it is none of ours, not of what was sent last, or the cell was changed besides.

    Nothing of one whose changes are on the record: whether these still hold is told of the record.
    """
    spec, code = campaign.spec, submission.agency.code
    sealer = make_sealer(campaign, store, code, tick.version)
    genuine = sealer is not None and hmac.compare_digest(sealer(tick.number, tick.changes), tick.seal)
    if not genuine or any(change.key not in spec.index for change in tick.changes):
        yield finding("accept.unknown", number=tick.number)
        return
    if {each.change for each in store.acceptances().get(code, ())}.issuperset(tick.changes):
        return
    counting = store.counting_of(code)
    outdated = counting is not None and tick.version < counting.number
    if counting is not None and outdated and not is_proposed(tick.changes, list_proposals(spec, counting.findings)):
        yield finding("accept.stale", number=tick.number, version=tick.version)
    if all(value_of(spec, submission, each.key) == each.value for each in tick.changes):
        return
    yield from (
        _tell_changed(spec, submission, tick, each)
        for each in tick.changes
        if value_of(spec, submission, each.key) != each.typed
    )


def _tell_changed(spec: FormSpec, submission: Submission, tick: Tick, change: ProposedFigure) -> Finding:
    measure = spec.cell(change.key).measure
    now = value_of(spec, submission, change.key)
    typed, accepted, shown = (format_value(each, measure) for each in (change.typed, change.value, now))
    return finding("accept.changed", change.key, number=tick.number, was=typed, accepted=accepted, now=shown)
