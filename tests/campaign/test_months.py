"""Three months of a monthly form over the turn of a year: two counties, each consolidated, and their city."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from random import Random

import pytest
from click.testing import CliRunner

import xltool
from tests.monthly import fill_in, write_forms
from xltool.campaign import folder, names
from xltool.campaign.opening import open_store
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.model import Agency
from xltool.periods import Period

MONTHS = (Period(2023, "11"), Period(2023, "12"), Period(2024, "01"))
COUNTIES = ("991001", "991002")
LEVELS = {"": "county", "-1": "department", "-2": "township"}


@pytest.fixture(autouse=True)
def _forms(tmp_path, monkeypatch):
    monkeypatch.setenv("XLTOOL_FORMS", str(write_forms(tmp_path / "forms", "month", "quarter", "once")))


def call(*args, code=0):
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def lines_of(county):
    kinds = zip(LEVELS.items(), ("人民政府", "财政局", "乡人民政府"), strict=True)
    return [
        f"{county}{ending},测试县{county}{name},{level},{county if ending else ''}" for (ending, level), name in kinds
    ]


def make(root, name, lines, period, prior=(), form="window-month"):
    listed = root.parent / f"{root.name}.csv"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("code,name,level,parent\n" + "\n".join(lines), "utf-8")
    when = ("--period", period) if period.part else ("--year", period.year)
    before = [part for path in prior for part in ("--prior", path)]
    return call("new", root, "--plain", "--form", form, *when, "--name", name, "--roster", listed, *before)


class Office:
    """What an agency counts from month to month, and what it reports of it."""

    def __init__(self, rng):
        self.rng, self.waiting, self.to_date, self.done = rng, 0, {"persons": 0, "firms": 0}, 0

    def count(self, period):
        if period.opens_year:
            self.to_date, self.done = {"persons": 0, "firms": 0}, 0
        now = {row: self.rng.randrange(5, 30) for row in self.to_date}
        self.to_date = {row: self.to_date[row] + now[row] for row in now}
        finished = self.rng.randrange(4, 6 + sum(now.values()) // 2)  # no month is ten times another
        self.waiting += sum(now.values()) - finished
        self.done += finished
        told = {f"{row}__now": figure for row, figure in now.items()}
        told |= {f"{row}__to_date": figure for row, figure in self.to_date.items()}
        return told | {"finished__now": finished, "finished__to_date": self.done, "waiting__now": self.waiting}


def hand_in(root, period, line, figures, suffix=""):
    """The blank that an agency was sent, filled in, in the folder of what comes."""
    code, name, *_ = line.split(",")
    [blank] = (root / "outbox").glob(f"{code}_*.xlsx")
    assert blank.name.endswith(f"_{period}.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert (sent.agency.code, Period(sent.year, sent.part)) == (code, period)
    filled = replace(fill_in(period, code=code, name=name, **figures), serial=sent.serial, agency=sent.agency)
    (root / "inbox" / f"{code}{suffix}.xlsx").write_bytes(xltool.fill(filled))


def status(root):
    told = json.loads(call("status", "-C", root, "--json"))
    return told, {each["code"]: each["state"] for each in told["agencies"]}


def write_texts(root):
    (root / "county" / "texts.toml").write_text('problems = "本期受理{cases.received.now}件。"\n', "utf-8")


def test_three_months_of_two_counties_and_their_city(tmp_path):
    rng = Random(8)
    offices = {line.split(",")[0]: Office(rng) for county in COUNTIES for line in lines_of(county)}
    city_lines = ["991000,测试市人民政府,city,", *(f"{each},测试县{each},county,991000" for each in COUNTIES)]
    own = Office(rng)
    sums = {}
    for at, period in enumerate(MONTHS):
        before = None if at == 0 else MONTHS[at - 1]
        for county in COUNTIES:
            root = tmp_path / str(period) / county
            prior = [] if before is None else [tmp_path / str(before) / county]
            said = make(root, f"测试县{county}", lines_of(county), period, prior)
            assert f"{period.title}，3 个单位" in said
            call("build", "-C", root, "--mail")
            [mail] = (root / "outbox").glob(f"{county}-1_*.eml")
            message = message_from_bytes(mail.read_bytes(), policy=policy.default)
            assert f"{period.title}政务服务窗口办件统计表" in message["Subject"]
            wrong = {}
            for line in lines_of(county):
                code = line.split(",")[0]
                told = offices[code].count(period)
                if code == f"{county}-1" and at > 0:  # added up wrongly: to the figure of last month, or over the year
                    wrong[line] = told
                    told = told | {"finished__to_date": told["finished__to_date"] + 1}
                hand_in(root, period, line, told)
            call("collect", "-C", root, code=3 if wrong else 0)
            for line, told in wrong.items():
                state, states = status(root)
                assert states == dict.fromkeys(states, "accepted") | {f"{county}-1": "returned"}, call(
                    "status", "-C", root
                )
                assert (state["year"], state["period"]) == (period.year, str(period))
                returned = next((root / "returned").glob(f"{county}-1_*.xlsx"))
                assert f"_{period}_退回1" in returned.name
                hand_in(root, period, line, told, "改")
                call("collect", "-C", root)
            write_texts(root)
            call("consolidate", "-C", root)
            [report] = (root / "county").glob("*.docx")
            assert f"{period.title}政务服务窗口办件统计表" in report.name
        city = tmp_path / str(period) / "991000"
        prior = [] if before is None else [tmp_path / str(before) / "991000"]
        make(city, "测试市", city_lines, period, prior)
        call("build", "-C", city)
        hand_in(city, period, city_lines[0], own.count(period))
        for county in COUNTIES:
            data = (tmp_path / str(period) / county / "county" / "submission.json").read_bytes()
            (city / "inbox" / f"{county}.json").write_bytes(data)
        call("collect", "-C", city)
        assert set(status(city)[1].values()) == {"accepted"}
        write_texts(city)
        call("consolidate", "-C", city)
        total = json.loads((city / "county" / "submission.json").read_text("utf-8"))
        assert (total["year"], total["period"], total["scope"]) == (period.year, str(period), "consolidated")
        everybody = [*offices.values(), own]
        values = {
            key: total["values"][f"cases.{key}"] for key in ("persons.to_date", "finished.to_date", "waiting.now")
        }
        assert values == {
            "persons.to_date": sum(each.to_date["persons"] for each in everybody),
            "finished.to_date": sum(each.done for each in everybody),
            "waiting.now": sum(each.waiting for each in everybody),
        }
        sums[period] = values
    assert sums[MONTHS[2]]["finished.to_date"] < sums[MONTHS[1]]["finished.to_date"]


def test_a_return_of_another_month_is_refused_and_told(tmp_path):
    root = tmp_path / "991001"
    make(root, "测试县", lines_of("991001"), MONTHS[1])
    call("build", "-C", root)
    other = fill_in(MONTHS[0], code="991001-1", name="测试县991001财政局")
    (root / "inbox" / "旧.xlsx").write_bytes(xltool.fill(other))
    call("collect", "-C", root, code=3)
    [lost] = status(root)[0]["unmatched"]
    assert "2023年12月的 window-month" in lost["reason"] and "2023年11月的 window-month" in lost["reason"]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (
            Period(2024),
            "window-month 的报告期如 2024年1月、2024年2月、2024年3月（--period 2024-05），不能用于2024 年度。",
        ),
        (Period(2024, "Q1"), "不能用于2024年第一季度。"),
        (Period(2021, "05"), "不能用于 2021年5月。"),
    ],
)
def test_a_campaign_of_a_period_that_the_form_has_not(tmp_path, period, said):
    with pytest.raises(XltoolError) as told:
        folder.check_campaign(folder.Campaign(tmp_path, "window-month", period.year, "某县", part=period.part))
    assert str(told.value).endswith(said)


def test_both_options_and_none_of_them(tmp_path):
    (tmp_path / "a.csv").write_text("code,name,level,parent\n" + "\n".join(lines_of("991001")), "utf-8")
    given = ("new", tmp_path / "x", "--form", "window-month", "--name", "县", "--roster", tmp_path / "a.csv")
    assert "只写一个" in call(*given, "--year", "2024", "--period", "2024-05", code=2)
    assert "--period" in call(*given, code=2)
    assert "整年的用 --year" in call(*given, "--period", "2024", code=2)


def test_the_settings_keep_the_period(tmp_path):
    for period in (MONTHS[0], Period(2024, "Q3")):
        campaign = folder.Campaign(tmp_path, "window-month", period.year, "某县", part=period.part)
        assert f'period = "{period}"' in campaign.to_toml().decode()
        assert names.report_name(campaign, Agency("1", "某局", "county"), "docx").startswith(f"某局{period.title}")
    root = tmp_path / "q"
    make(root, "测试县", lines_of("991001"), Period(2024, "Q3"), form="window-quarter")
    assert folder.load_campaign(root).period == Period(2024, "Q3")
    (root / "campaign.toml").write_text(
        'form = "window-quarter"\nyear = 2024\nperiod = "2024Q3"\nname = "县"\n', "utf-8"
    )
    with pytest.raises(XltoolError, match="year 和 period 只写一个"):
        folder.load_campaign(root)
    make(tmp_path / "once", "测试县", lines_of("991001"), Period(2024), form="window-once")
    assert folder.load_campaign(tmp_path / "once").period == Period(2024)


def test_earlier_months_come_from_a_folder_of_both(tmp_path):
    period = MONTHS[2]
    given = tmp_path / "以前"
    given.mkdir()
    for each, figures in ((period.before, {"waiting__now": 3}), (period.last_year, {"persons__now": 9})):
        submission = fill_in(each, code="991001-1", name="测试县991001财政局", **figures)
        (given / f"{each}.json").write_bytes(xltool.dump(submission))
    said = make(tmp_path / "有", "测试县", lines_of("991001"), period, [given])
    assert "有上月数据的单位 1 个" in said
    campaign = folder.load_campaign(tmp_path / "有")
    from xltool.campaign.priors import read_last_year

    store = open_store(campaign)
    found = read_last_year(campaign, campaign.read_roster(), store)["991001-1"]
    store.close()
    assert found.part == "12" and found.year_ago.year == 2023 and found.year_ago.part == "01"
    (given / "x.json").write_bytes(xltool.dump(fill_in(MONTHS[0], code="991001-2", name="测试县991001乡人民政府")))
    listed = tmp_path / "有.csv"
    options = ["--form", "window-month", "--period", "2024-01", "--name", "县", "--roster", str(listed)]
    told = CliRunner().invoke(main, ["new", str(tmp_path / "无"), *options, "--prior", str(given)])
    assert "上月应为 2023年12月，上年同期应为 2023年1月" in told.output
