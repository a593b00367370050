"""A campaign's returns taken in, everything included, on one process and on two.

Against openpyxl merely reading each twice.
"""

from __future__ import annotations

import io
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
from figures import sample
from measure import Table, ratio, spent

from xltool import api
from xltool.campaign import collecting, folder, outbox, returns
from xltool.campaign.intake import Intake
from xltool.campaign.layout import PLAIN_LAYOUT
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standings import find_standings
from xltool.campaign.store import Store
from xltool.model import Agency, Submission
from xltool.readings import LocalEngine

AT = "2025-01-10T09:00:00"


def measured(quick: bool) -> list[Table]:
    counts = (30,) if quick else (100, 300, 1000)
    rows: list[tuple[str, ...]] = []
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            rows += list(_rows(Path(name), count))
    return [
        Table("Collect a campaign's returns", ("", "CPU time a file", "elapsed", "times xltool's CPU"), tuple(rows))
    ]


def _rows(place: Path, count: int) -> Sequence[tuple[str, ...]]:
    made = place / "one"
    _campaign(made, count)
    own, alone = _timed(made, 1)
    _campaign(place / "two", count)
    both, together = _timed(place / "two", 2)
    files = sorted((made / PLAIN_LAYOUT.inbox).iterdir())[:20]
    start = time.process_time()
    for file in files:
        data = file.read_bytes()
        openpyxl.load_workbook(io.BytesIO(data))
        openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    rival = (time.process_time() - start) / len(files)
    return (
        (f"{count} workbooks, one process", spent(own / count), spent(alone), "1"),
        (
            f"{count} workbooks, two processes ({ratio(alone / together)} times faster)",
            spent(both / count),
            spent(together),
            "",
        ),
        ("openpyxl, values and formulas: two passes, nothing else", spent(rival), "", ratio(rival * count / own)),
    )


def _campaign(root: Path, count: int) -> None:
    """A campaign of so many agencies that have all returned their workbooks."""
    entries = tuple(RosterEntry(Agency(f"{n:06d}", f"第{n}单位", "department")) for n in range(count))
    campaign = folder.Campaign(root, "ogi-2021", 2024, "测试县")
    folder.create_campaign(campaign, Roster(entries), Roster(entries).to_csv())
    store = Store(campaign.database)
    list(outbox.build_outbox(campaign, campaign.read_roster(), store, at=AT, prior=_know_nothing))
    filled = sample()
    for code, issue in store.issues().items():
        agency = Agency(code, f"第{int(code)}单位", "department")
        data = api.fill(_as(filled, agency, issue.serial))
        (root / PLAIN_LAYOUT.inbox / f"{code}.xlsx").write_bytes(data)
    store.close()


def _know_nothing(_code: str) -> None:
    """Nothing of last year."""


def _as(submission: Submission, agency: Agency, serial: str) -> Submission:
    return replace(submission, agency=agency, serial=serial, year=2024)


def _timed(root: Path, workers: int) -> tuple[float, float]:
    """CPU seconds, children's too, and seconds elapsed of one collect."""
    campaign = folder.load_campaign(root)
    roster, store = campaign.read_roster(), Store(campaign.database)
    before, start = _cpu(), time.perf_counter()
    desk = Intake(campaign, roster, store, campaign.read_key(), AT, _know_nothing)
    taken = list(collecting.collect_files(desk, [], LocalEngine(workers)))
    standings = list(find_standings(campaign, roster, store, date(2025, 1, 10)))
    plan = returns.plan_returns(campaign, store, standings, {})
    list(returns.write_returns(campaign, store, plan, {}, workers))
    spent_ = time.perf_counter() - start
    store.close()
    assert [item.state for item in taken] == ["accepted"] * len(taken), taken[0]
    return _cpu() - before, spent_


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
