"""The reports of agencies: what must be made is made in worker processes, and read back there."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, TypeAlias

from xltool import api, readings
from xltool.campaign import reports
from xltool.campaign.documents import Placed, find_current
from xltool.campaign.folder import Campaign
from xltool.campaign.standing import Standing, read_submission
from xltool.campaign.store import Store
from xltool.model import CellKey, Reading, Submission
from xltool.report.printing import REPORT_KINDS, STYLE
from xltool.workers import Lost, run_in_workers


class ReportOrder(NamedTuple):
    """The reports that are wanted of one submission, by their kinds.

    `prior` are last year's figures for texts that name them, `slashed` cells that print as /.
    """

    submission: Submission
    kinds: tuple[str, ...]
    prior: Submission | None = None
    slashed: frozenset[CellKey] = frozenset()


class MadeReport(NamedTuple):
    """A report, remarks on it in Chinese, and what was noticed when it was read back; None where nobody reads it."""

    data: bytes
    remarks: tuple[str, ...]
    reading: Reading | None


@dataclass
class AgencyReports:
    """The reports of one agency by their kinds: those that stand as they are to be, and those that must be made.

    `wanted` are the file and the basis of each of these, `order` is how they are made, and `made` are they once they
    are there. `lacks` says why there is none.
    """

    code: str
    lacks: str = ""
    placed: dict[str, Placed] = field(default_factory=dict)
    wanted: dict[str, tuple[str, str]] = field(default_factory=dict)
    order: ReportOrder | None = None
    made: tuple[MadeReport, ...] = ()


_Verifier: TypeAlias = Callable[[bytes, Submission, Submission | None], Reading]


def plan_reports(
    campaign: Campaign,
    store: Store,
    standing: Standing,
    blanks: reports.Blanks,
    *,
    paths: Mapping[str, Path],
    style: reports.LentStyle | None,
    prior: Submission | None,
    replaces: bool,
) -> AgencyReports:
    """What there is of the reports of an accepted agency, and what must be made; `paths` are theirs, by kind.

    With `replaces` what stands beside hand work must be made too.
    """
    agency = standing.entry.agency
    plan, version = AgencyReports(agency.code), store.version(agency.code, standing.number)
    submission, slashed = None, frozenset[CellKey]()
    if blanks.any:
        prepared = reports.prepare_report(campaign.spec, read_submission(store, standing), blanks)
        submission, slashed = prepared.submission, prepared.slashed
        if prepared.gaps:
            plan.lacks = reports.describe_gaps(campaign.spec, prepared.gaps)
            return plan
    for kind, path in paths.items():
        file, basis = f"{campaign.layout.reports}/{path.name}", ""
        if version is not None:
            basis = reports.hash_basis(version, agency, kind, waived=blanks.waived, style=style, prior=prior)
        current = find_current(campaign, store, file, basis)
        if current is not None and not (replaces and current != file):
            plan.placed[kind] = Placed(file, current, "", fresh=False)
        else:
            plan.wanted[kind] = file, basis
    if plan.wanted:
        submission = submission or read_submission(store, standing)
        plan.order = ReportOrder(submission, (*plan.wanted,), prior, slashed)
    return plan


def make_planned(plans: Iterable[AgencyReports], style: bytes | None) -> Iterator[AgencyReports]:
    """The plans in their order, each once what it wants is made, in the style of an office's own document."""
    held: deque[AgencyReports] = deque()

    def list_orders() -> Iterator[ReportOrder]:
        for plan in plans:
            held.append(plan)
            if plan.order is not None:
                yield plan.order

    for made in _make_reports(list_orders(), style):
        while held[0].order is None:
            yield held.popleft()
        held[0].made = made
        yield held.popleft()
    yield from held


def _make_reports(orders: Iterable[ReportOrder], style: bytes | None) -> Iterator[tuple[MadeReport, ...]]:
    """The reports that were ordered, for each submission one of each kind, in order.

    Few are made here. What a worker was lost over is made here too, and read back apart: then it tells what is wrong.
    """
    asked: deque[ReportOrder] = deque()
    waiting = (_note_order(asked, order) for order in orders)
    first = list(islice(waiting, readings.WORTH_WORKERS))
    if len(first) < readings.WORTH_WORKERS:
        yield from (_make(readings.verify_report, style, order) for order in first)
        return
    for made in run_in_workers(partial(_make, api.verify, style), chain(first, waiting), jobs=os.cpu_count() or 1):
        order = asked.popleft()
        yield _make(readings.verify_report, style, order) if isinstance(made, Lost) else made


def _note_order(asked: deque[ReportOrder], order: ReportOrder) -> ReportOrder:
    asked.append(order)
    return order


def _make(verify: _Verifier, style: bytes | None, order: ReportOrder) -> tuple[MadeReport, ...]:
    found = []
    for suffix in order.kinds:
        kind = REPORT_KINDS[suffix]
        data, remarks = api.report_with_remarks(
            order.submission,
            suffix,
            style=style if STYLE in kind.options else None,
            prior=order.prior,
            slashed=order.slashed,
        )
        reading = verify(data, order.submission, order.prior) if kind.is_read_back else None
        found.append(MadeReport(data, remarks, reading))
    return tuple(found)
