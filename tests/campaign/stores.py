"""Campaigns with returns in their store, made through the store as intake does.

Judged for real, or with findings given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from tests import figures
from xltool import api
from xltool.campaign import folder
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_files import Arrived, Unmatched
from xltool.campaign.kept_findings import keep_findings
from xltool.campaign.kept_versions import Version
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.store import Store
from xltool.campaign.waivers import WaiverRecord, mark_findings
from xltool.forms import document
from xltool.model import Agency, Reading, Submission, Value

SPEC = api.form("ogi-2021")
FIGURES = figures.consistent(SPEC, Random(7))
DEADLINE = date(2025, 1, 31)
NAMES = ("人民政府办公室", "教育和科学技术局", "财政局", "自然资源局", "上户镇人民政府", "郊区乡人民政府")


def entries(count: int = len(NAMES)) -> tuple[RosterEntry, ...]:
    """The county office and its agencies."""
    found = []
    for at in range(count):
        level = "county" if at == 0 else "township" if at in {4, 5} else "department"
        name = f"额敏县{NAMES[at] if at < len(NAMES) else f'第{at}单位'}"
        code = f"654221-{at:03}"
        parent = "654221-000" if at else ""
        found.append(
            RosterEntry(Agency(code, name, level), parent, f"联系人{at}", f"0901-{at:07}", f"u{at}@example.invalid")
        )
    return tuple(found)


def campaign(root: Path, roster: Roster, deadline: date | None = DEADLINE) -> Campaign:
    """A campaign folder on disk."""
    made = Campaign(root / "额敏县", SPEC.id, 2024, "额敏县", deadline)
    folder.create_campaign(made, roster, roster.to_csv())
    return made


@contextmanager
def opened(made: Campaign) -> Iterator[Store]:
    store = Store(made.database)
    try:
        yield store
    finally:
        store.close()


def finding(
    name: str, severity: str = "error", *, code: str = "", message: str = "不平。", cells: Sequence[str] = ()
) -> dict[str, Any]:
    """A finding as a version keeps it.

    Of a rule (`applications.balance@enterprise`), or of a code when `code` is the name.
    """
    rule = None if code == name else name.partition("@")[0]
    shown = [{"key": key, "sheet": "表", "address": "A1", "value": 1} for key in cells]
    return {
        "code": code or "rule.broken",
        "rule": rule,
        "severity": severity,
        "cells": shown,
        "message": message,
        "suspects": [],
        "name": name,
    }


def take(
    store: Store,
    code: str,
    at: str,
    findings: Sequence[Mapping[str, Any]] = (),
    file: str = "",
    explanations: Mapping[str, str] | None = None,
    values: Mapping[str, Value] | None = None,
) -> int:
    """A return with the findings given, sent on the day of `at`."""
    values = values or {}
    names = {entry.agency.code: entry.agency.name for entry in entries(300)}
    agency = Agency(code, names.get(code, "某单位"), "department")
    given = tuple(values.get(cell.key) for cell in SPEC.cells)
    stored = document.dump_document(SPEC, Submission(SPEC.id, 2024, agency, given, explanations=explanations or {}))
    file = file or f"{code}.xlsx"
    sha256 = hashlib.sha256(f"{code}{at}{file}".encode()).hexdigest()
    return store.take_version(Version(code, 0, sha256, at, file, stored, tuple(findings)), Arrived(40_000, at[:10]))


def take_judged(store: Store, submission: Submission, at: str, file: str, prior: Submission | None = None) -> Reading:
    """A return judged as `collect` does it."""
    [reading] = api.check([Reading(submission)], [prior])
    assert reading.submission is not None
    sha256 = hashlib.sha256(f"{submission.agency.code}{at}{file}".encode()).hexdigest()
    stored = document.dump_document(SPEC, reading.submission)
    version = Version(submission.agency.code, 0, sha256, at, file, stored, keep_findings(reading))
    store.take_version(version, Arrived(40_000, at[:10]))
    return reading


def waive(store: Store, code: str, rule: str, reason: str = "已核实", person: str = "王某") -> None:
    """A word as `xltool waive` gives it: about what the version that counts has of it."""
    v = store.counting_of(code)
    marks = frozenset() if v is None else mark_findings(rule, v.findings, v.submission, v.sha256)
    store.waive(WaiverRecord(code, rule, reason, person, "2025-02-01T10:00:00", marks))


def stray(store: Store, file: str, reason: str, at: str = "2025-01-20T08:00:00") -> None:
    store.take_unmatched(Unmatched(hashlib.sha256(file.encode()).hexdigest(), file, reason, at), Arrived(10, at[:10]))
