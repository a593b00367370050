"""Two campaigns of one county, each of another form: what an agency reports in one is held against the other."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner

from tests.forms.across import ACROSS, ONE, fill, write_forms
from tests.web.conftest import open_browser
from xltool import api
from xltool.campaign.folder import load_campaign
from xltool.campaign.neighbours import open_neighbours
from xltool.campaign.store import Store
from xltool.campaign.trials import Trial, judge_trial
from xltool.cli import main
from xltool.cli.campaign_options import open_intake
from xltool.forms import catalog
from xltool.model import Agency, ListRow

TWO = Agency("1002", "西山公园管理处", "department")
ROSTER = (
    "单位代码,单位名称,级别,上级代码\n1000,某县文旅局,county,\n"
    "1001,东山公园管理处,department,1000\n1002,西山公园管理处,department,1000\n"
)
BY = ("--reason", "退票另有台账", "--by", "王某")
UNJUDGED = "没有审核，不等于通过"


class Folder:
    """A campaign, driven through the commands alone."""

    def __init__(self, root, form, roster=ROSTER, *more):
        self.root, self.form, self.taken = root, form, 0
        (root.parent / f"{root.name}.csv").write_text(roster, "utf-8")
        done = _run("new", root, "--plain", "--form", form, "--year", "2024", "--name", "某县",
                    "--roster", root.parent / f"{root.name}.csv", *more)  # fmt: skip
        assert done.exit_code == 0, done.stderr

    def run(self, command, *arguments):
        return _run(command, *arguments, "-C", self.root)

    def put(self, submission):
        self.taken += 1
        (self.root / "inbox" / f"{self.taken}.json").write_bytes(api.dump(submission))
        return f"{self.taken}.json"

    def take(self, *submissions):
        """Collects these, and gives what was told."""
        for each in submissions:
            self.put(each)
        done = self.run("collect")
        assert done.exit_code in {0, 3}, done.stderr
        return done.stdout + done.stderr

    def told(self, agency=ONE, command="status"):
        """The state of an agency, and the findings across forms of what counts of it."""
        done = self.run(command, "--json")
        state = next(each for each in json.loads(done.stdout)["agencies"] if each["code"] == agency.code)
        with closing(sqlite3.connect(self.root / "campaign.db")) as db:
            rows = db.execute(
                "SELECT findings FROM version WHERE agency = ? ORDER BY number DESC", (agency.code,)
            ).fetchall()
        kept = json.loads(rows[0][0]) if rows else []
        return state["state"], [each for each in kept if each["code"].startswith("across.")]


def _run(*arguments):
    done = CliRunner().invoke(main, [*map(str, arguments)], prog_name="xltool")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def sell(adult=10, agency=ONE, income=100):
    spec = api.form("park-visits")
    figures = {"tickets.sold.adult": adult, "tickets.sold.child": 2}
    return fill(spec, {**figures, "tickets.income.adult": income, "tickets.income.child": 0}, agency=agency)


def take(printed=13, agency=ONE, refunds=1, takings=10_000):
    lines = tuple(ListRow((f"A{at}", "成人")) for at in range(refunds))
    figures = {"till.printed.number": printed, "till.takings.number": takings}
    return fill(api.form("till-book"), figures, agency=agency, lists={"refunds": lines})


@pytest.fixture
def county(tmp_path, monkeypatch):
    """The till's campaign, and beside it the park's, which is held against it."""
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(write_forms(tmp_path / "forms")))
    till = Folder(tmp_path / "收银2024", "till-book")
    return Folder(tmp_path / "游客2024", "park-visits", ROSTER, "--beside", till.root), till


def test_the_settings_name_the_campaign_beside(county):
    park, till = county
    assert 'beside = ["../收银2024"]\n' in (park.root / "campaign.toml").read_text("utf-8")
    assert load_campaign(park.root).beside == ("../收银2024",)
    assert load_campaign(till.root).beside == ()


def test_the_other_came_first(county):
    park, till = county
    till.take(take(15))
    said = park.take(sell())
    assert "退回" in said
    state, [found] = park.told()
    assert (state, found["code"], found["rule"]) == ("returned", "across.broken", "till.printed")
    assert "（“收银2024”第 1 版 1.json）对不上" in found["message"]
    assert "本表（1.json）：表一“售出门票”行“合计”栏（D4）12" in found["message"]
    assert "14，相差 2" in found["message"]
    # what goes back says it, and marks the agency's own cell
    [back] = (park.root / "returned").glob("*.xlsx")
    book = openpyxl.load_workbook(back)
    assert any("收银2024" in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value)
    assert till.told() == ("accepted", [])


def test_the_other_comes_later_and_is_judged_at_the_next_collect_and_told_till_then(county):
    park, till = county
    park.take(sell(), sell(20, TWO))
    state, [found] = park.told()
    assert (state, found["code"]) == ("accepted", "across.unjudged")
    assert f"{UNJUDGED}：“收银2024”里它还没有报送" in found["message"]
    assert "过时" not in park.run("status").stderr
    till.take(take(15), take(23, TWO))
    looked = park.run("status")
    assert "与另一种报表的核对过时了（东山公园管理处、西山公园管理处）" in looked.stderr
    assert "再收取一次才更新。执行 xltool collect。" in park.run("consolidate", "--allow-missing").stderr
    assert park.told()[0] == "accepted"
    said = park.take()
    assert "东山公园管理处（1001）：与另一种报表重新核对，第 1 版重新审核：通过 → 退回" in said
    assert "西山公园管理处" not in said  # it agrees: nothing that anybody must do
    assert [found["rule"] for found in park.told()[1]] == ["till.printed"]
    assert park.told(TWO) == ("accepted", [])
    assert "过时" not in park.run("status").stderr
    assert "重新审核" not in park.take()


@pytest.mark.parametrize("who", ["park", "till"])
def test_either_of_them_is_mended(county, who):
    park, till = county
    till.take(take(15))
    park.take(sell())
    assert park.told()[0] == "returned"
    if who == "park":
        park.take(sell(12))
    else:
        till.take(take(13))
        assert "过时" in park.run("status").stderr
        assert "第 1 版重新审核：退回 → 通过" in park.take()
        assert not [*(park.root / "returned").glob("*.xlsx")]
    assert park.told() == ("accepted", [])


def test_a_waiver_holds_for_the_figures_of_both_and_no_others(county):
    park, till = county
    till.take(take(15))
    park.take(sell())
    assert park.run("waive", ONE.code, "across.broken", *BY).exit_code != 0  # which rule must be said
    assert park.run("waive", ONE.code, "till.printed", *BY).exit_code == 0
    assert park.told()[0] == "accepted"
    till.take(take(15, takings=10_001))  # another return with the same figure
    park.take()
    assert park.told()[0] == "accepted"
    till.take(take(16))
    said = park.take()
    assert "通过 → 退回" in said
    status = park.run("status").stdout
    assert "till-book 的 表A 收银 B4 放行时是 15，现在是 16" in status
    till.take(take(15, takings=10_002))
    park.take()
    assert park.told()[0] == "accepted"
    till.take(take(14, refunds=0))  # the sides are as before, and yet no figure is
    park.take()
    assert park.told()[0] == "returned"
    till.take(take(15, takings=10_003))
    park.take(sell(9))
    assert park.told()[0] == "returned"


def test_who_is_absent_there_or_nobody_there_is_not_judged(county, tmp_path):
    park, till = county
    park.take(sell(), sell(20, TWO))
    assert till.run("absent", TWO.code, *BY).exit_code == 0
    roster = till.root / "roster.csv"
    roster.write_text(ROSTER.replace("1001,东山公园管理处,department,1000\n", ""), "utf-8")
    park.take()
    assert "“收银2024”的名录里没有这个单位" in park.told()[1][0]["message"]
    assert "“收银2024”里它已记为无需报送（退票另有台账）" in park.told(TWO)[1][0]["message"]
    roster.write_text(ROSTER.replace("1001,东山", "1009,东山").replace("1002,西山", "1001,西山"), "utf-8")
    park.take()
    assert "代码 1001 是西山公园管理处" in park.told()[1][0]["message"]


def test_another_code_of_just_that_name_is_the_same_agency(county):
    park, till = county
    (till.root / "roster.csv").write_text(ROSTER.replace("1001,东山", "9001,东山"), "utf-8")
    till.take(take(15, Agency("9001", ONE.name, "department")))
    park.take(sell())
    assert [found["rule"] for found in park.told()[1]] == ["till.printed"]


def test_the_version_that_is_chosen_there_counts(county):
    park, till = county
    till.take(take(15))
    till.take(take(13))
    park.take(sell())
    assert park.told() == ("accepted", [])
    assert till.run("use", ONE.code, "1", *BY).exit_code == 0
    assert "过时" in park.run("status").stderr
    park.take()
    assert park.told()[0] == "returned"
    assert "第 1 版 1.json" in park.told()[1][0]["message"]


def test_rules_that_change_are_asked_again(county, tmp_path):
    park, till = county
    till.take(take(15))
    park.take(sell())
    (tmp_path / "forms" / "park_visits.across.toml").write_text(
        ACROSS.replace("count(till.refunds)", "3 * count(till.refunds)"), "utf-8"
    )
    assert "过时" in park.run("status").stderr
    park.take()
    assert park.told() == ("accepted", [])
    (tmp_path / "forms" / "park_visits.across.toml").write_text("[[other]]\n", "utf-8")
    assert park.run("collect").exit_code == 1  # its neighbour cannot be understood, and nothing is guessed
    assert park.told() == ("accepted", [])


def test_a_neighbour_that_is_gone_stops_the_judging_and_changes_nothing(county, tmp_path):
    park, till = county
    till.take(take(15))
    park.take(sell())
    before = park.told()
    assert "并行的任务：收银2024，都打得开" in park.run("doctor").output
    till.root.rename(tmp_path / "别处")
    assert "结论是上次收取时的" in park.run("status").stderr
    looked = park.run("doctor")
    assert looked.exit_code and "收银2024 打不开（campaign.toml 的 beside）" in looked.output
    park.put(sell(12))
    done = park.run("collect")
    assert done.exit_code == 1
    assert "收银2024 打不开（campaign.toml 的 beside）" in done.stderr
    assert park.told() == before
    (tmp_path / "别处").rename(till.root)
    park.take()
    assert park.told() == ("accepted", [])


def test_findings_that_somebody_else_has_put_there_are_outdated_though_all_that_they_rest_on_is_as_it_was(county):
    park, till = county
    till.take(take(15))
    park.take(sell())
    with closing(Store(park.root / "campaign.db")) as store:
        version = store.counting_of(ONE.code)
        store.note_findings(replace(version, findings=()))
    assert "过时" in park.run("status").stderr
    assert "通过 → 退回" in park.take()
    assert "过时" not in park.run("status").stderr


def test_a_trial_at_the_door_is_held_against_the_other_and_never_tells_of_its_folder(county, tmp_path):
    park, till = county
    till.take(take(15))
    campaign = load_campaign(park.root)
    trial = Trial("a.json", "a.json", "0" * 64, "2025-01-10T09:00:00")
    verdicts = []
    with closing(Store(campaign.database)) as store:
        roster = campaign.read_roster()
        for _ in range(2):
            office = open_intake(campaign, roster, store, datetime(2025, 1, 10, 9))
            reading = api.read(api.dump(sell()), "a.json")
            verdicts.append(judge_trial(office, roster.agencies[ONE.code], trial, reading))
            till.root.rename(tmp_path / "别处") if till.root.exists() else None
    there, gone = (verdict.standing for verdict in verdicts)
    assert (there.state, [each.rule for each in there.findings if each.severity == "error"]) == (
        "returned",
        ["till.printed"],
    )
    assert gone.state == "accepted"
    assert not any("别处" in str(each.finding) or "收银2024" in str(each.finding) for each in gone.findings)


def test_without_a_neighbour_nothing_is_passed_over(county):
    park, till = county
    till.take(take(15))
    settings = park.root / "campaign.toml"
    settings.write_text(settings.read_text("utf-8").replace('beside = ["../收银2024"]\n', ""), "utf-8")
    park.take(sell())
    state, [found] = park.told()
    assert (state, found["code"]) == ("accepted", "across.unjudged")
    assert "campaign.toml 的 beside 没有写它的任务" in found["message"]
    settings.write_text(settings.read_text("utf-8") + 'beside = ["../收银2024"]\n', "utf-8")
    assert "过时" in park.run("status").stderr
    park.take()
    assert park.told()[0] == "returned"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"form": "till-book"}, "里没有与它的跨报表勾稽关系"),
        ({"year": "2025"}, "对不上；请改 campaign.toml 的 beside"),
    ],
)
def test_a_neighbour_must_be_of_the_other_form_and_period(county, tmp_path, changed, told):
    _, till = county
    options = {"form": "park-visits", "year": "2024"} | changed
    (tmp_path / "r.csv").write_text(ROSTER, "utf-8")
    done = _run("new", tmp_path / "新", "--form", options["form"], "--year", options["year"], "--name", "某县",
                "--roster", tmp_path / "r.csv", "--beside", till.root)  # fmt: skip
    assert done.exit_code == 1
    assert told in done.stderr
    assert not (tmp_path / "新").exists()


def test_one_neighbour_of_a_form_is_enough(county, tmp_path):
    park, till = county
    again = Folder(tmp_path / "收银又一", "till-book")
    settings = park.root / "campaign.toml"
    settings.write_text(settings.read_text("utf-8").replace("]\n", ', "../收银又一"]\n'), "utf-8")
    assert again.root.exists() and till.root.exists()
    done = park.run("collect")
    assert done.exit_code == 1
    assert "till-book 的任务写了两个" in done.stderr


def test_the_board_tells_what_is_outdated_and_the_agency_s_page_the_finding(county):
    park, till = county
    park.take(sell())
    till.take(take(15))
    with open_browser(park.root) as browser:
        assert "与另一种报表的核对过时了（东山公园管理处）" in browser.get("/").text
        assert "没有审核，不等于通过" in browser.get(f"/agency/{ONE.code}").text
    park.take()
    with open_browser(park.root) as browser:
        assert "过时" not in browser.get("/").text
        page = browser.get(f"/agency/{ONE.code}").text
        assert "与《收银年报》（“收银2024”第 1 版 1.json）对不上" in page
        table = browser.get(f"/agency/{ONE.code}/tables/tickets").text
        assert "c-tickets.sold.total" in table


def test_what_stands_there_is_told_by_one_hash(county):
    park, till = county
    campaign = load_campaign(park.root)
    before = open_neighbours(campaign).digest
    assert open_neighbours(campaign).digest == before
    till.take(take())
    after = open_neighbours(campaign).digest
    assert after != before
    till.run("absent", TWO.code, *BY)
    assert open_neighbours(campaign).digest not in {before, after}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_comes_and_goes_the_verdict_is_that_of_what_counts(county, seed):
    """Returns, chosen versions and absences at random in both; after a collect the state is what arithmetic says."""
    park, till = county
    rng, sold, printed, chosen = Random(seed), {}, {}, {}
    for step in range(14):
        agency, what = rng.choice([ONE, TWO]), rng.choice(["sell", "take", "take", "use"])
        there = printed.setdefault(agency.code, [])
        if what == "sell":
            sold[agency.code] = rng.randrange(10, 14)
            park.put(sell(sold[agency.code], agency, income=step))
        elif what == "use" and there:
            chosen[agency.code] = rng.randrange(len(there))
            till.run("use", agency.code, chosen[agency.code] + 1, "--reason", f"第{step}步", "--by", "王某")
        else:
            there.append(rng.randrange(12, 16))
            chosen[agency.code] = -1
            till.take(take(there[-1], agency, refunds=0, takings=10_000 + step))
        if rng.random() < 0.5 or step == 13:
            park.take()
            assert "过时" not in park.run("status").stderr
            for each in (ONE, TWO):
                state, found = park.told(each)
                broken = [finding["rule"] for finding in found]
                if each.code not in sold:
                    assert state == "missing"
                elif not printed.get(each.code):
                    assert (state, broken) == ("accepted", [None])
                elif sold[each.code] + 2 != printed[each.code][chosen[each.code]]:
                    assert (state, broken) == ("returned", ["till.printed"])
                else:
                    assert (state, broken) == ("accepted", [])
