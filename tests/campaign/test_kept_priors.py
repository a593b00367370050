"""Last year's figures kept beside a campaign: what reading them gives, as long as they are what they were."""

from __future__ import annotations

import json
import os

import pytest

from tests.campaign import stores
from tests.campaign.test_priors import LISTED, published, write_figures
from xltool import api
from xltool.campaign import folder, kept_priors, priors
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.kept_priors import KEPT_FILE, read_kept_last_year
from xltool.messages import XltoolError


@pytest.fixture
def campaign(tmp_path):
    last = tmp_path / "last"
    last.mkdir()
    published(last, "样例局", "docx")
    write_figures(last / "二.json", "99-2", 7)
    made = folder.Campaign(tmp_path / "任务", "ogi-2021", 2024, "某县", prior=("../last",))
    folder.create_campaign(made, LISTED, LISTED.to_csv())
    return made


@pytest.fixture
def reads(monkeypatch):
    """How often last year's files were read."""
    done = []

    def read(*given):
        done.append(1)
        return priors.read_last_year(*given)

    monkeypatch.setattr(kept_priors, "read_last_year", read)
    return done


def look(campaign):
    with stores.opened(campaign) as store:
        return read_kept_last_year(campaign, LISTED, store)


def test_it_is_what_reading_gives_to_the_last_digit(campaign, reads):
    with stores.opened(campaign) as store:
        read = {code: api.dump(each) for code, each in priors.read_last_year(campaign, LISTED, store).items()}
    assert read.keys() == {"99-1", "99-2"}
    for _ in range(3):
        kept = look(campaign)
        assert {code: api.dump(kept[code]) for code in kept} == read and len(kept) == 2
        assert kept.get("99-3") is None
    assert len(reads) == 1


def test_it_is_read_anew_when_what_it_rests_on_is_another(campaign, reads):
    look(campaign)
    path = campaign.root.parent / "last" / "二.json"
    write_figures(path, "99-2", 8)
    os.utime(path, ns=(1, 1))
    place = api.form("ogi-2021").index["disclosure.penalties.decisions"]
    assert look(campaign)["99-2"].values[place] == 8 and len(reads) == 2
    with stores.opened(campaign) as store:
        store.excuse(AbsenceRecord("99-1", "样例局", "99-3", "并入", "王某", "2025-01-05T09:00:00"))
    assert "99-3" in look(campaign) and len(reads) == 3
    (campaign.root / "passwords.txt").write_text("abc\n", "utf-8")
    look(campaign)
    assert len(reads) == 4


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"seal": "x", "documents": {}}'])
def test_what_is_damaged_is_made_anew(campaign, reads, damage):
    known = dict(look(campaign))
    path = campaign.root / KEPT_FILE
    kept = json.loads(path.read_bytes())
    path.write_bytes(damage)
    assert dict(look(campaign)) == known and len(reads) == 2
    kept["documents"]["99-1"] = 5
    path.write_text(json.dumps(kept), "utf-8")
    assert dict(look(campaign)) == known and len(reads) == 3


def test_a_digit_that_is_another_one_is_none_of_last_years(campaign, reads):
    known = dict(look(campaign))
    path = campaign.root / KEPT_FILE
    kept = json.loads(path.read_bytes())
    code, document = next(iter(kept["documents"].items()))
    figure = next(at for at, sign in enumerate(document) if sign.isdigit() and at > document.index('"values"'))
    kept["documents"][code] = document[:figure] + str((int(document[figure]) + 1) % 10) + document[figure + 1 :]
    path.write_text(json.dumps(kept), "utf-8")
    assert dict(look(campaign)) == known and len(reads) == 2


def test_without_last_year_nothing_is_kept_and_a_fault_is_told_each_time(campaign, tmp_path):
    (tmp_path / "last" / "坏.json").write_text("{}", "utf-8")
    for _ in range(2):
        with pytest.raises(XltoolError, match=r"坏\.json"):
            look(campaign)
    assert not (campaign.root / KEPT_FILE).exists()
