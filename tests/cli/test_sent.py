"""`xltool sent`: to whom workbooks went, when, how and by whom; taken back; told by status and record."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from tests.campaign import stores
from xltool.campaign.record import read_record
from xltool.campaign.roster import Roster
from xltool.cli import main

FIRST, SECOND, THIRD = (entry.agency.code for entry in stores.entries(3))


@pytest.fixture
def made(tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries(3)))
    run(made, "build")
    return made


def run(made, *words, code=0):
    done = CliRunner().invoke(main, [*words, "-C", str(made.root)])
    assert done.exit_code == code, done.output
    return done.output


def read(made):
    with stores.opened(made) as store:
        return {code: (each.day, each.how, each.person) for code, each in store.sendings().items()}


def test_one_several_and_all_are_noted_and_taken_back(made):
    assert "已下发" not in run(made, "status")
    said = run(made, "sent", FIRST, "--on", "2025-01-06", "--how", "微信", "--by", "王某")
    assert "1 家2025-01-06 发出，微信（王某）" in said
    assert "2 家" in run(made, "sent", "--all", "--on", "2025年1月7日", "--by", "李某")
    assert read(made) == {
        FIRST: ("2025-01-06", "微信", "王某"),
        SECOND: ("2025-01-07", "", "李某"),
        THIRD: ("2025-01-07", "", "李某"),
    }
    assert "没有要记的" in run(made, "sent", "--all", "--by", "李某")
    assert "已下发 3 个单位。" in run(made, "status")
    run(made, "sent", SECOND, THIRD, "--by", "李某", "--withdraw")
    assert [*read(made)] == [FIRST] and "已下发 1 个单位。" in run(made, "status")
    with stores.opened(made) as store:
        told = [entry.said for entry in read_record(made, made.read_roster(), store) if entry.kind == "sent"]
    assert told.count("撤销下发") == 2 and "2025年1月6日发出工作簿，微信" in told


def test_the_document_of_the_status_tells_it(made):
    def sent():
        told = json.loads(CliRunner().invoke(main, ["status", "--json", "-C", str(made.root)]).stdout)
        return {each["code"]: each["sent"] for each in told["agencies"]}

    assert sent() == {FIRST: None, SECOND: None, THIRD: None}
    run(made, "sent", FIRST, "--on", "2025-01-06", "--how", "微信", "--by", "王某")
    assert sent() == {FIRST: {"day": "2025-01-06", "how": "微信", "by": "王某"}, SECOND: None, THIRD: None}


def test_the_same_twice_is_noted_once(made):
    for _ in range(2):
        run(made, "sent", FIRST, "--on", "2025-01-06", "--by", "王某")
    with stores.opened(made) as store:
        assert len([event for event in store.read_events() if event[2] == "sent"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--by", "王某"], 2, "写明单位"),
        ([FIRST, "--all", "--by", "王某"], 2, "写明单位"),
        ([FIRST, "--by", " "], 2, "姓名"),
        (["没有这家", "--by", "王某"], 1, "单位名录里没有"),
        ([FIRST, "--by", "王某", "--withdraw"], 1, "没有记为发出"),
        ([FIRST, "--by", "王某", "--on", (date.today() + timedelta(days=3)).isoformat()], 1, "还没有到"),
    ],
)
def test_what_cannot_be_noted_is_told(made, words, code, said):
    assert said in run(made, "sent", *words, code=code) and read(made) == {}


def test_nothing_is_sent_that_was_not_made(tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries(3)))
    assert "还没有生成工作簿" in run(made, "sent", FIRST, SECOND, "--by", "王某", code=1) and read(made) == {}
