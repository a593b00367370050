"""The figures of a return that count: as typed, or as accepted by earlier words and by its own ticks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xltool.campaign.acceptances import AcceptanceRecord, accept_reading, drop_claims
from xltool.campaign.intake import Intake
from xltool.campaign.replacing import find_why_aside
from xltool.campaign.ticks import TICKED, take_ticks
from xltool.messages import finding
from xltool.model import Reading


@dataclass(frozen=True, slots=True)
class SettledFigures:
    """A reading whose figures are those that count: what was accepted by its ticks with it, and without.

    `ticked` are the acceptances that its ticks add to the record; None of `bare` where there are none.
    """

    reading: Reading
    ticked: tuple[AcceptanceRecord, ...] = ()
    bare: Reading | None = None


def settle_figures(intake: Intake, reading: Reading) -> SettledFigures:
    """A reading that was attributed, before it is judged, with what is accepted in place of typed figures.

    One that is put aside settles nothing by its ticks.
    """
    if reading.submission is None:
        return SettledFigures(reading)
    spec, code = intake.campaign.spec, reading.submission.agency.code
    noticed = tuple(found for found in reading.findings if found.code != TICKED)
    plain = replace(reading, submission=drop_claims(reading.submission), findings=noticed, ticks=())
    assert plain.submission is not None
    held = {record.key: record for record in intake.store.acceptances().get(code, ())}
    count = len(reading.ticks)
    aside = replace(plain, findings=(*noticed, finding("accept.aside", count=count))) if count else plain
    bare = accept_reading(spec, aside, held.values())
    if not count or find_why_aside(intake, plain.submission, plain):
        return SettledFigures(bare)
    ticked, told = take_ticks(intake.campaign, intake.store, plain.submission, reading.ticks, intake.at)
    together = {**held, **{record.key: record for record in ticked}}
    accepted = accept_reading(spec, replace(plain, findings=(*noticed, *told)), together.values())
    return SettledFigures(accepted, tuple(ticked), bare)
