"""The workbooks to send back for correction, one for each agency whose newest version has errors, or
something to be explained.

They tell what `status` counts: the findings that were kept with the version and that nobody has let pass. Older ones
are cleared away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Final

from xltool import __version__, api, files, workers
from xltool.campaign.documents import (
    Deliverable,
    Placed,
    clear_document,
    find_current,
    place_documents,
    strip_mark,
)
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_findings import restore_finding
from xltool.campaign.kept_versions import Version
from xltool.campaign.names import draft_name, workbook_name
from xltool.campaign.priors import dump_earlier
from xltool.campaign.standing import AGENCY_STATES, AgencyState, Standing
from xltool.campaign.store import Store
from xltool.campaign.ticks import TickSealer, make_sealer
from xltool.days import word_deadline
from xltool.messages import XltoolError
from xltool.model import Agency, Submission
from xltool.readings import explain_loss

_GO_BACK: Final[tuple[AgencyState, ...]] = ("returned", "open")
RETURN_MARKS: Final[Mapping[AgencyState, str]] = {state: AGENCY_STATES[state] for state in _GO_BACK}
"""The word in a returned workbook's file name; with the version's number behind it."""


@dataclass(frozen=True, slots=True)
class Return:
    """A workbook that is to go back: its name in returned/, whose it is, of which version, what it tells.

    `asked` are the findings that are not settled, as JSON; `outdated` the lines of 校验 whose 说明 is of other figures;
    `basis` is a hash of all that the workbook rests on.
    """

    name: str
    agency: Agency
    number: int
    asked: str
    outdated: tuple[str, ...]
    deadline: str  # in words
    basis: str


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker makes a workbook of."""

    owed: Return
    submission: bytes
    before: bytes | None  # the document of the version before
    prior: Submission | None
    sealer: TickSealer | None


@dataclass(frozen=True, slots=True)
class Returns:
    """What returned/ is to hold, by name, one for each agency whose return goes back, and what of it must be made.

    `known` are all the names that those agencies' workbooks may have there which were looked at; None for any name.
    """

    wanted: frozenset[str]
    owed: tuple[Return, ...]
    known: frozenset[str] | None = None


def plan_returns(
    campaign: Campaign,
    store: Store,
    standings: Iterable[Standing],
    priors: Mapping[str, Submission],
    *,
    replaces: bool = False,
    spares_others: bool = False,
) -> Returns:
    """What returned/ is to hold; owed, in the order of the standings, is what is not there as it would be written now.

    `priors` are last year's submissions by agency. With `replaces` what stands beside hand work is owed too;
    `spares_others` where the standings are not of all agencies, and what others have there is to stay.
    """
    wanted, owed = set(), []
    known: set[str] = set()
    for standing in standings:
        known.update(_list_names(campaign, standing))
        version, agency = standing.version, standing.entry.agency
        if version is None or standing.state not in RETURN_MARKS:
            continue
        name = name_return(campaign, standing)
        wanted.add(name)
        wanted_now = _describe_return(name, standing, version, priors.get(agency.code))
        current = find_current(campaign, store, f"{campaign.layout.returned}/{name}", wanted_now.basis)
        if current is None or (replaces and current != f"{campaign.layout.returned}/{name}"):
            owed.append(wanted_now)
    return Returns(frozenset(wanted), tuple(owed), frozenset(known) if spares_others else None)


def mark_version(
    campaign: Campaign, store: Store, standing: Standing, version: Version, prior: Submission | None
) -> bytes:
    """The workbook that would go back if `version` were what its agency stands by; nothing is written anywhere.

    Made in a worker, for a server. Raises `XltoolError` when it cannot be made.
    """
    before = store.version(version.agency, version.number - 1)
    owed = _describe_return("", standing, version, prior)
    sealer = make_sealer(campaign, store, version.agency, version.number)
    task = _Task(owed, version.submission, None if before is None else before.submission, prior, sealer)
    [made] = workers.run_in_workers(partial(_mark_return, campaign), [task], method=workers.AFRESH)
    if isinstance(made, bytes):
        return made
    raise XltoolError(made if isinstance(made, str) else f"标好错处的工作簿生成不了：{explain_loss(made)}。")


def _describe_return(name: str, standing: Standing, version: Version, prior: Submission | None) -> Return:
    """What goes back to an agency that stands by a version."""
    agency = standing.entry.agency
    asked = json.dumps([verdict.finding for verdict in standing.left], ensure_ascii=False)
    outdated = tuple(sorted({verdict.explanation.line for verdict in standing.left if verdict.explanation.outdated}))
    deadline = word_deadline(standing.deadline, standing.told)
    explained = json.dumps(sorted({(each.line, each.text) for each in (v.explanation for v in standing.findings)}))
    basis = _hash_basis(version, agency, (asked, outdated, deadline, explained), prior)
    return Return(name, agency, version.number, asked, outdated, deadline, basis)


def name_return(campaign: Campaign, standing: Standing) -> str:
    """What the workbook is called that goes back to an agency that is returned or open."""
    mark = f"_{RETURN_MARKS[standing.state]}{standing.number}"
    return workbook_name(campaign, standing.entry.agency, mark)


def _list_names(campaign: Campaign, standing: Standing) -> Iterator[str]:
    """What the workbooks may be called that have gone back to an agency, and the mail drafts that brought them."""
    for number, mark in product(range(1, standing.versions + 1), RETURN_MARKS.values()):
        name = workbook_name(campaign, standing.entry.agency, f"_{mark}{number}")
        yield from (name, draft_name(name))


def write_returns(
    campaign: Campaign,
    store: Store,
    plan: Returns,
    priors: Mapping[str, Submission],
    jobs: int = 1,
    *,
    replaces: bool = False,
) -> Iterator[Placed]:
    """Makes the workbooks that are owed in worker processes and gives each as it is written; settled ones are cleared.

    Hand work is kept, but with `replaces`.

    What cannot be made stops no other: `XltoolError` at the end, with all.
    """
    faults = []
    tasks = (_prepare_task(campaign, store, each, priors.get(each.agency.code)) for each in plan.owed)
    mark = partial(_mark_return, campaign)
    made = workers.run_in_workers(mark, tasks, jobs=max(1, min(jobs, len(plan.owed))))
    for each, data in zip(plan.owed, made, strict=True):
        if not isinstance(data, bytes):
            faults.append(data if isinstance(data, str) else f"{each.name} 生成不了：{explain_loss(data)}。")
            continue
        try:
            clear_document(campaign, store, f"{campaign.layout.returned}/{draft_name(each.name)}")  # it has the old one
            workbook = Deliverable(f"{campaign.layout.returned}/{each.name}", data, each.basis)
            yield from place_documents(campaign, store, [workbook], replace=replaces)
        except XltoolError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"{draft_name(each.name)} 是上一份的邮件草稿，删不掉：{files.name_reason(error)}。")
    try:
        for name in find_settled(campaign, store, plan):
            clear_document(campaign, store, f"{campaign.layout.returned}/{name}", replace=replaces)
    except OSError as error:
        faults.append(f"{campaign.layout.returned} 里已改正单位的旧工作簿删不掉：{files.name_reason(error)}。")
    if faults:
        raise XltoolError("".join(dict.fromkeys(faults)))


def _hash_basis(
    version: Version, agency: Agency, asked: tuple[str, tuple[str, ...], str, str], prior: Submission | None
) -> str:
    before = None if prior is None else hashlib.sha256(dump_earlier(prior)).hexdigest()
    facts = [__version__, version.sha256, version.number, agency.code, agency.name, agency.level, *asked, before]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _prepare_task(campaign: Campaign, store: Store, owed: Return, prior: Submission | None) -> _Task:
    version, before = (store.version(owed.agency.code, number) for number in (owed.number, owed.number - 1))
    assert version is not None
    sealer = make_sealer(campaign, store, owed.agency.code, owed.number)
    return _Task(owed, version.submission, None if before is None else before.submission, prior, sealer)


def _mark_return(campaign: Campaign, task: _Task) -> bytes | str:
    """The workbook that goes back, or why it cannot be made."""
    from xltool.workbook.mark import mark_workbook  # and with it the writer: what only looks need not wait for it

    try:
        stored = api.read(task.submission).submission
        if stored is None:
            raise XltoolError(f"{task.owed.agency.name}的第 {task.owed.number} 版已读不出来，请重新收取。")
        previous = None if task.before is None else api.read(task.before).submission
        return mark_workbook(
            campaign.spec,
            replace(stored, agency=task.owed.agency),
            [restore_finding(each, campaign.spec) for each in json.loads(task.owed.asked)],
            previous,
            task.owed.number,
            prior=task.prior,
            deadline=task.owed.deadline,
            outdated=task.owed.outdated,
            seal=task.sealer,
        )
    except XltoolError as error:
        return str(error)


def find_settled(campaign: Campaign, store: Store, plan: Returns) -> list[str]:
    """The workbooks in returned/ that need not go back any more, there or noted, and their mail drafts, by name."""
    marks = RETURN_MARKS.values()
    there = {
        path.name for mark in marks for path in (campaign.root / campaign.layout.returned).glob(f"*_{mark}[0-9]*.xlsx")
    }
    noted = {
        held
        for place, _, held in (name.partition("/") for name in store.written())
        if place == campaign.layout.returned
    }
    found = {strip_mark(name) for name in there | noted} - plan.wanted - {draft_name(name) for name in plan.wanted}
    return sorted(found if plan.known is None else found & plan.known)
