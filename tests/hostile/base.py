"""What every hostile file is made from.

One filled workbook with nothing to complain of, in which each figure is another.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from tests.workbook import tamper
from tests.workbook.tamper import Tamper
from xltool import api
from xltool.campaign.seal import make_seal
from xltool.forms import totals
from xltool.model import Reading, Submission, Value
from xltool.periods import Period
from xltool.workbook.layout_plan import make_plan

SPEC = api.form("ogi-2021")
APPLICANTS = ("natural_person", "enterprise", "research", "welfare", "legal_services", "other")
COUNT, AMOUNT, DISPUTE = "applications.received.natural_person", "disclosure.fees.amount", "disputes.review.upheld"

COUNTY, KEY = "样例县", bytes(range(32))
"""The campaign that issued the workbook, and the key of its stamps."""
ACCEPTED, RETURNED, REJECTED = "accepted", "returned", "rejected"


class Case(NamedTuple):
    """A file in code, and what must be said of it.

    `code` is one of its findings, empty when there must be none; `holds` the figures that the file itself holds
    otherwise than the filled workbook, None for those that are not read. Figures that must not be read because an error
    finding says so need no entry.
    """

    build: Callable[[], bytes]
    status: str
    code: str
    holds: Mapping[str, Value] = {}
    ending: str = ".xlsx"


@cache
def truth() -> Submission:
    """Two hundred figures, no two alike, that satisfy every rule."""
    given = tamper.given()
    values = dict(zip((cell.key for cell in SPEC.cells), given.values, strict=True))
    for column in APPLICANTS:
        done, kept, before = (
            values[f"applications.{row}.{column}"] for row in ("processed_total", "carried_out", "carried_in")
        )
        values[f"applications.received.{column}"] = done + kept - before  # type: ignore[operator]
    serial = make_seal(KEY, given.form, Period(given.year), COUNTY, given.agency.code, 1)
    return replace(
        given, serial=serial, values=totals.compute_totals(SPEC, tuple(values[cell.key] for cell in SPEC.cells))
    )


def figure(key: str = COUNT) -> int:
    value = truth().values[SPEC.index[key]]
    assert isinstance(value, int)
    return value


@cache
def workbook() -> bytes:
    return api.fill(truth())


@cache
def parts() -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def acted(*acts: Tamper) -> Callable[[], bytes]:
    """Builds the workbook after something was done to it."""
    return lambda: tamper.tampered(*acts, data=workbook())


def typed(content: object, key: str = COUNT) -> Callable[[], bytes]:
    """Builds the workbook after something was typed into a cell."""
    return acted(lambda opened: opened.put(*spot(key), content))


def stored(text: str, kind: str | None = None, key: str = COUNT) -> Callable[[], bytes]:
    """Builds the workbook with any characters at all as the stored value of a cell."""
    return acted(lambda opened: opened.digits(*spot(key), text, kind))


def spot(key: str = COUNT) -> tuple[str, str]:
    """Sheet and address of a cell."""
    return make_plan(SPEC).place(key)


def replaced(part: str, change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """Builds the workbook with the bytes of one part changed."""

    def build() -> bytes:
        changed = change(parts()[part])
        assert changed != parts()[part], part
        return tamper.zipped({**parts(), part: changed})

    return build


def with_parts(**changes: bytes | None) -> bytes:
    """The workbook with parts put in, or left out where they are None."""
    return tamper.zipped({name: data for name, data in {**parts(), **changes}.items() if data is not None})


def judged(data: bytes, name: str = "") -> Reading:
    [reading] = api.check([api.read(data, name)])
    return reading


def figures_are_true(case: Case, reading: Reading) -> None:
    """Every figure is the file's own, or is missing and an error finding says so.

    Totals are the sums of what was read.
    """
    submission = reading.submission
    assert submission is not None
    told = {key for found in reading.findings if found.severity == "error" for key in found.keys}
    for cell, old, new in zip(SPEC.cells, truth().values, submission.values, strict=True):
        if not cell.total:
            if cell.key in case.holds:
                assert new == case.holds[cell.key], (cell.key, new)
            else:
                assert new == old or (new is None and cell.key in told), (cell.key, old, new)
    if case.ending != ".json":  # a document's totals are compared, and kept as they are
        assert submission.values == totals.compute_totals(SPEC, submission.values)
