"""What becomes of the roster while a campaign runs is told, with what follows for returns and for last year."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from tests import figures
from tests.campaign import stores
from tests.campaign.test_decisions import BY, FINANCE, ROSTER, SHORT, WATER, made, office  # noqa: F401  the campaign
from xltool import api
from xltool.campaign.folder import load_campaign
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.priors import merge_last_year, read_last_year

EVERYWHERE = ("status", "collect", "build", "consolidate")


def test_without_a_change_nothing_is_said(office):  # noqa: F811
    office.all_in()
    for command in EVERYWHERE:
        assert "名录的变动" not in office.run(command).output


@pytest.mark.parametrize(
    ("roster", "told"),
    [
        (
            ROSTER.replace("某县水利局", "某县水务局"),
            ["更名：A2 某县水利局 → 某县水务局。", "报过的 1 版是用旧名称报的", "上年的数按代码照旧对应"],
        ),
        (f"{ROSTER}A3,某县林业局,department,A0\n", ["新增：A3 某县林业局。"]),
        (SHORT, ["删去：A2 某县水利局 已不在名录里。报过的 1 版留着", "xltool absent A2"]),
        (ROSTER.replace("A2,", "A9,"), ["代码改了：某县水利局 A2 → A9。", "名录里改回 A2", "absent A2 --into A9"]),
        (ROSTER.replace("某县水利局,department", "某县水利局,township"), ["级别改了：A2 某县水利局 "]),
        (
            ROSTER.replace("department,A0\nA2", "department,A0\nA3,某县水利站,department,A1\nA2"),
            ["新增：A3 某县水利站"],
        ),
        (
            f"{SHORT}A3,某县河湖局,department,A0\nA4,某县供水局,department,A0\n",
            ["分成几个的，各写一行，再记它无需报送", "新增：A3 某县河湖局。", "新增：A4 某县供水局。"],
        ),
    ],
)
def test_each_change_is_told_by_every_command(office, roster, told):  # noqa: F811
    office.all_in()
    office.read_roster(roster)
    for command in ("status", "collect", "consolidate", "build"):
        output = office.run(command).output
        assert "下发以后名录的变动：" in output and all(each in output for each in told), (command, output)
        assert "Traceback" not in output


def test_what_follows_goes_when_it_is_done(office):  # noqa: F811
    office.read_roster(f"{ROSTER}A3,某县林业局,department,A0\n")
    assert "新增：A3 某县林业局。还没有下发，执行 xltool build" in office.run("status").output
    office.run("build")
    assert "新增：A3 某县林业局。已下发。" in office.run("status").output
    office.read_roster(ROSTER.replace("某县水利局", "某县水务局"))
    assert "下发的工作簿还是旧的" in office.run("status").output
    office.run("build")
    assert "下发的工作簿还是旧的" not in office.run("status").output


def test_a_merged_agency_does_not_vanish(office):  # noqa: F811
    office.all_in()
    office.read_roster(SHORT)
    office.run("absent", WATER, "--into", FINANCE, *BY)
    for command in EVERYWHERE:
        output = office.run(command).output
        assert "撤并：A2 某县水利局 已不在名录里，记为无需报送（会议决定，王某）" in output, command
        assert "报过的 1 版留着，不计入汇总。并入 A1，其上年数含它的" in output


def record(code, into):
    return AbsenceRecord(code, code, into, "撤并", "王某", "2025-01-01T09:00:00")


def test_last_year_of_a_merged_agency_is_its_heirs():
    spec = stores.SPEC
    given = {}
    for seed, entry in enumerate(stores.entries(4)):
        values = figures.consistent(spec, Random(seed))
        given[entry.agency.code] = replace(figures.submission(spec, values, entry.agency), year=2023)
    first, second, third, fourth = given
    at = spec.index["applications.carried_out.total"]
    carried = {code: submission.values[at] for code, submission in given.items()}
    merged = merge_last_year(given, {second: record(second, third), third: record(third, fourth)})
    assert merged[fourth].values[at] == carried[second] + carried[third] + carried[fourth]
    assert merged[fourth].agency == given[fourth].agency and merged[fourth].scope == "own"
    assert merged[first] == given[first]
    merged = merge_last_year(given, {second: record(second, "A9"), third: record(third, "")})
    assert merged["A9"].values == given[second].values and merged["A9"].agency.code == "A9"
    assert merge_last_year(given, {second: record(second, third), third: record(third, second)}) == given, "a circle"


def test_a_return_of_the_heir_is_held_against_both_of_last_year(office, tmp_path):  # noqa: F811
    for code in (FINANCE, WATER):
        data = api.read(office.fill(code, seed=3)).submission
        last = json.loads(api.dump(replace(data, year=2023, serial="")))
        (tmp_path / "上年").mkdir(exist_ok=True)
        (tmp_path / "上年" / f"{code}.json").write_text(json.dumps(last, ensure_ascii=False), "utf-8")
    settings = office.root / "campaign.toml"
    settings.write_text(f'{settings.read_text("utf-8")}prior = ["{(tmp_path / "上年").as_posix()}"]\n', "utf-8")
    carried = sum(
        value for key, value in office.figures[FINANCE].items() if key.startswith("applications.carried_out.")
    )
    assert carried
    office.run("absent", WATER, "--into", FINANCE, *BY)
    campaign = load_campaign(office.root)
    with stores.opened(campaign) as store:
        last_year = read_last_year(campaign, campaign.read_roster(), store)
    at = stores.SPEC.index["applications.carried_out.total"]
    assert last_year[FINANCE].values[at] == 2 * carried
