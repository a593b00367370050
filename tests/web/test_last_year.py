"""Last year's figures beside the pages: read once, again when they change, and waited for no longer than a moment."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC
from xltool import api
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.roster import Roster
from xltool.messages import XltoolError
from xltool.web import last_year
from xltool.web.last_year import LastYearReader

ROSTER = Roster(stores.entries(3))


@pytest.fixture
def prior(tmp_path):
    folder = tmp_path / "2023"
    folder.mkdir()
    for entry in ROSTER.entries:
        given = replace(figures.submission(SPEC, FIGURES, entry.agency), year=2023)
        (folder / f"{entry.agency.code}.json").write_bytes(api.dump(given))
    return folder


@pytest.fixture
def made(tmp_path, prior):
    return replace(stores.campaign(tmp_path, ROSTER), prior=(str(prior),))


def find(made, reader):
    with stores.opened(made) as store:
        return reader.find(made, ROSTER, store)


def test_they_are_read_once_and_again_when_what_they_rest_on_has_changed(made, prior):
    times = []

    def read():
        times.append(1)
        return {"A": api.read(next(prior.glob("*.json")).read_bytes()).submission}

    reader = LastYearReader(read)
    assert {*find(made, reader).submissions} == {"A"}
    find(made, reader)
    assert len(times) == 1
    (prior / "654221-009.json").write_bytes(b"{}")
    find(made, reader)
    assert len(times) == 2
    with stores.opened(made) as store:
        store.excuse(AbsenceRecord("654221-002", "某局", "654221-001", "并入", "王某", "2025-01-05T09:00:00"))
    find(made, reader)
    assert len(times) == 3, "what was carried over goes to the heir"


def test_a_page_waits_a_moment_only_and_has_them_later(made, monkeypatch):
    monkeypatch.setattr(last_year, "_PATIENCE", 0.05)
    going_on = Event()

    def read():
        going_on.wait(20)
        return {}

    reader = LastYearReader(read)
    assert find(made, reader).is_reading
    going_on.set()
    monkeypatch.setattr(last_year, "_PATIENCE", 20)
    assert not find(made, reader).is_reading


def test_what_is_wrong_with_them_is_told(made):
    def read():
        raise XltoolError("上年的数据有两份。")

    found = find(made, LastYearReader(read))
    assert found.fault == "上年的数据有两份。" and not found.submissions


def test_a_campaign_without_last_year_reads_nothing(made):
    assert find(replace(made, prior=()), LastYearReader(lambda: 1 / 0)).submissions == {}
