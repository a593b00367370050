"""How every agency of a roster stands, one by one: by what it sent, by whose sum holds its figures, by its deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from xltool.campaign.deadlines import count_days_past, find_deadline, find_told_deadline
from xltool.campaign.folder import Campaign
from xltool.campaign.judging import judge_version, lighten_version, pass_by_choice
from xltool.campaign.refused import find_refused
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.model import Agency


def find_standings(campaign: Campaign, roster: Roster, store: Store, today: date) -> list[Standing]:
    """What `iterate_standings` gives, all at once."""
    return list(iterate_standings(campaign, roster, store, today))


def find_standing(campaign: Campaign, roster: Roster, store: Store, code: str, today: date) -> Standing:
    """How the agency of a code stands, which the roster has."""
    return next(iterate_standings(campaign, roster, store, today, [roster.agencies[code]]))


def iterate_standings(
    campaign: Campaign, roster: Roster, store: Store, today: date, entries: Sequence[RosterEntry] | None = None
) -> Iterator[Standing]:
    """How every agency of the roster stands, or those of some of its entries, in their order.

    They come one by one: findings of thousands are large.

    An unwaived error makes it `returned`; what asks for an answer and has none, `open`. One that need not report is
    `absent`, whatever it has returned.
    """
    parents = {entry.parent for entry in roster.entries}
    root = "" if roster.root is None else roster.root.agency.code
    heads = [entry for entry in roster.entries if entry.agency.code in parents and entry.agency.code != root]
    sums = {
        standing.entry.agency.code: standing.entry.agency
        for standing in (_iterate_apart(campaign, heads, store, today) if heads else ())
        if standing.state == "accepted" and standing.scope == "consolidated"
    }
    refused = find_refused(campaign, roster, store).of_agency
    for standing in _iterate_apart(campaign, roster.entries if entries is None else entries, store, today):
        covered = _find_covering_agency(standing.entry.agency.code, sums, roster)
        overdue = standing.days_overdue > 0 and standing.state in {"missing", "returned"} and covered is None
        came = refused.get(standing.entry.agency.code, ())
        changed = covered is not None or overdue or came
        yield replace(standing, covered=covered, overdue=overdue, refused=came) if changed else standing


def _iterate_apart(campaign: Campaign, entries: Sequence[RosterEntry], store: Store, today: date) -> Iterator[Standing]:
    """How each stands by what it sent itself, whatever the agencies above have sent."""
    waivers, absences, sent, extensions = store.waivers(), store.absences(), store.sent_days(), store.extensions()
    put_aside, choices, published = store.put_aside(), store.choices(), store.publications()
    issued, handed = store.issues(), store.sendings()
    counting = store.read_counting(entry.agency.code for entry in entries)
    coming, spec = next(counting, None), campaign.spec
    for entry in entries:
        code = entry.agency.code
        version = coming if coming is not None and coming.agency == code else None
        if version is not None:
            coming = next(counting, None)
        versions, extension = sent.get(code, {}), extensions.get(code)
        aside = tuple(
            lighten_version(each)
            for each in put_aside.get(code, ())
            if version is None or each.number != version.number
        )
        deadline = find_deadline(campaign, extension)
        if code in absences:
            standing = Standing(entry, "absent", absence=absences[code])
        elif version is None:
            standing = Standing(entry, "missing")
        else:
            words = (*waivers.get(code, ()), *pass_by_choice(entry, version, choices.get(code)))
            standing = judge_version(spec, entry, version, words, store.versions)
        late = 0 if version is None else count_days_past(deadline, date.fromisoformat(min(versions.values())))
        returned = standing.version is not None
        yield replace(
            standing,
            received=versions[standing.number] if returned else None,
            late=returned and late > 0,
            days_late=late if returned else 0,
            published=published.get(code) if returned else None,
            sent=handed.get(code),
            versions=len(versions),
            aside=aside,
            deadline=deadline,
            told=find_told_deadline(issued.get(code)),
            extension=extension,
            days_overdue=count_days_past(deadline, today),
        )


def _find_covering_agency(code: str, sums: Mapping[str, Agency], roster: Roster) -> Agency | None:
    """The agency above that returned a sum, or None."""
    seen = {code}
    entry = roster.agencies.get(code)
    while entry is not None and entry.parent and entry.parent not in seen:
        if entry.parent in sums:
            return sums[entry.parent]
        seen.add(entry.parent)
        entry = roster.agencies.get(entry.parent)
    return None
