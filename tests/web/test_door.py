"""The agencies' door: a workbook fetched, tried, handed in, and what the campaign knows of it at each step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from click.testing import CliRunner
from lxml import html

from tests.campaign import stores
from tests.web.doors import EDUCATION, FINANCE, LAND, OFFICE, TOWN, fill_blank, open_for, run, tell
from xltool import api
from xltool.campaign.trials import find_trial
from xltool.cli import main
from xltool.web import door_handing_in


def status(campaign):
    told = json.loads(CliRunner().invoke(main, ["status", "--json", "-C", str(campaign.root)]).stdout)
    return {each["code"]: each for each in told["agencies"]}


@pytest.fixture
def campaign(sent_out):
    return sent_out


def test_an_agency_fetches_tries_and_hands_in(door, campaign):
    agency = door.agency(EDUCATION)
    page = agency.page()
    assert page.xpath("string(//h1)") == "额敏县教育和科学技术局" and "还有21天" in page.text_content()
    blank = agency.get("workbook")
    assert blank.status_code == 200 and blank.content == door.blank(EDUCATION)
    assert "attachment" in blank.headers["content-disposition"]
    before = status(campaign)
    answer = agency.try_out(fill_blank(blank.content), "我们的年报.xlsx")
    said = tell(answer)
    assert answer.status_code == 200 and "审核没有问题，可以报送" in said and "没有报送" in said, said
    assert status(campaign) == before, "a trial changes nothing"
    answer = agency.confirm()
    assert answer.status_code == 200 and "已报送，审核通过" in tell(answer), tell(answer)
    stood = status(campaign)[EDUCATION]
    assert (stood["state"], stood["versions"], stood["file"]) == ("accepted", 1, f"{EDUCATION}_我们的年报.xlsx")
    inbox = [path.name for path in (campaign.root / campaign.layout.inbox).iterdir()]
    assert inbox == [f"{EDUCATION}_我们的年报.xlsx"]
    with stores.opened(campaign) as store:
        events = [detail for _, detail in store.list_events("door", EDUCATION, 10)]
    assert [event.rpartition("来自 ")[2].partition("，")[0] for event in events] == ["127.0.0.1"] * 4
    assert "登记：通过" in events[0] and "钱某确认报送" in events[1] and "试审" in events[2] and "取工作簿" in events[3]


def wait_for(find, pattern):
    """The file that stands there once the collection has come to its end."""
    for _ in range(600):
        for path in find(pattern):
            return path
        time.sleep(0.1)
    raise AssertionError(f"there is no {pattern}")


def test_what_is_wrong_is_told_as_the_office_would_see_it_and_marked(door, campaign):
    agency, data = door.agency(EDUCATION), fill_blank(door.blank(EDUCATION), wrong=True)
    said = tell(agency.try_out(data))
    assert "还不能通过：" in said and "条须改" in said and "改好再交" in said
    shown = [" ".join(each.text_content().split()) for each in agency.page().xpath("//ol[@class='ops']/li")]
    marked = agency.get("marked")
    assert marked.status_code == 200
    reading = api.read(marked.content)
    assert reading.submission is not None and reading.submission.agency.code == EDUCATION
    assert status(campaign)[EDUCATION]["state"] == "missing"
    answer = agency.confirm()
    assert "已报送第1版，退回" in tell(answer)
    assert status(campaign)[EDUCATION]["state"] == "returned"
    after = [" ".join(each.text_content().split()) for each in agency.page().xpath("//ol[@class='ops']/li")]
    assert shown == after, "the trial said the same"
    returned = agency.get("returned").content  # at once, written or not
    path = wait_for((campaign.root / campaign.layout.returned).glob, f"{EDUCATION}_*.xlsx")
    assert returned == path.read_bytes()
    path.unlink()
    assert agency.get("returned").content == returned
    assert agency.get("version/1").content == data
    assert "审核没有问题" in tell(agency.try_out(fill_blank(door.blank(EDUCATION), 2)))
    assert status(campaign)[EDUCATION]["state"] == "returned", "until it is confirmed"
    assert "审核通过" in tell(agency.confirm())
    stood = status(campaign)[EDUCATION]
    assert (stood["state"], stood["versions"]) == ("accepted", 2)
    listed = agency.page().xpath("//section[@aria-labelledby='h-history']//li[contains(., '第')]")
    assert [each.text_content().partition("，")[0] for each in listed[:2]] == ["第2版", "第1版"]


def test_the_workbook_of_another_agency_is_refused_with_a_sentence(door, campaign):
    agency = door.agency(EDUCATION)
    before = status(campaign)
    said = tell(agency.try_out(fill_blank(door.blank(FINANCE))))
    assert "这是额敏县财政局的工作簿，这里只收额敏县教育和科学技术局的" in said
    assert not agency.page().xpath("//button[normalize-space()='确认报送']")
    trial = find_trial(campaign, EDUCATION)
    fields = {"token": agency.token(), "trial": trial.sha256, "person": "钱某"}
    answer = agency.client.post(f"{agency.link}/hand-in", data=fields)
    assert answer.status_code == 422 and "这是额敏县财政局的工作簿" in answer.text
    assert status(campaign) == before


@pytest.mark.parametrize(
    "data, told",
    [(b"", "这不是工作簿"), (b"hello" * 100, "这不是工作簿"), (b"%PDF-1.4\n" * 20, "这不是工作簿"),
     (b"PK\3\4" + b"x" * 300, "没有收下"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "没有收下")],
)  # fmt: skip
def test_what_is_no_workbook_is_told(door, data, told):
    agency = door.agency(EDUCATION)
    answer = agency.try_out(data)
    assert answer.status_code == 200 and told in tell(answer)
    assert not agency.page().xpath("//button[normalize-space()='确认报送']")


def test_what_was_confirmed_once_is_not_handed_in_again(door, campaign):
    agency = door.agency(EDUCATION)
    data = fill_blank(door.blank(EDUCATION))
    agency.try_out(data)
    form = agency.find_form("确认报送")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    assert "审核通过" in tell(agency.confirm())
    again = agency.client.post(form.get("action"), data=fields)
    assert again.status_code == 409 and "已经报送过了（第1版）" in again.text
    assert "完全相同，不用再报" in tell(agency.try_out(data))
    other = fill_blank(door.blank(EDUCATION), 2)
    agency.try_out(other)
    answer = agency.client.post(form.get("action"), data=fields)
    assert answer.status_code == 409, "what is confirmed is what was shown"
    assert status(campaign)[EDUCATION]["versions"] == 1


def test_pressed_twice_at_once_it_is_handed_in_once(door, campaign):
    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION)))
    form = agency.find_form("确认报送")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    with ThreadPoolExecutor(4) as many:
        answers = [*many.map(lambda _: door.client().post(form.get("action"), data=fields), range(4))]
    assert {answer.status_code for answer in answers} <= {303, 409} and 303 in {each.status_code for each in answers}
    assert status(campaign)[EDUCATION]["versions"] == 1
    assert len([*(campaign.root / campaign.layout.inbox).iterdir()]) == 1


def test_many_at_the_same_moment_each_get_their_answer(door, campaign):
    agencies = {code: door.agency(code) for code in (EDUCATION, FINANCE, LAND, TOWN)}
    for at, (code, agency) in enumerate(agencies.items()):
        agency.try_out(fill_blank(door.blank(code), at + 1, wrong=code == LAND), "年报.xlsx")
    with ThreadPoolExecutor(4) as many:
        answers = dict(zip(agencies, many.map(lambda each: tell(each.confirm()), agencies.values()), strict=True))
    assert {code: "退回" in said for code, said in answers.items()} == {code: code == LAND for code in agencies}
    states = {code: each["state"] for code, each in status(campaign).items() if code in agencies}
    assert states == {code: "returned" if code == LAND else "accepted" for code in agencies}


def test_a_link_is_revoked_at_once_and_the_new_one_leads_to_the_same(door, campaign):
    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION)))
    run(campaign, "links", "--base", "https://baosong.example.invalid", "--revoke", EDUCATION)
    assert agency.client.get(f"{agency.link}/").status_code == 404
    assert agency.try_out(b"x", token="x").status_code == 404
    assert "审核没有问题" in door.agency(EDUCATION).page().text_content()


def test_an_extension_an_absence_and_a_waiver_are_seen_at_once(door, campaign):
    agency = door.agency(EDUCATION)
    run(campaign, "extend", EDUCATION, "2025-02-20", "--reason", "人员变动", "--by", "王某")
    assert "2月20日（周四）" in agency.page().text_content()
    run(campaign, "absent", FINANCE, "--reason", "并入办公室", "--by", "王某")
    absent = door.agency(FINANCE)
    assert "贵单位已记为无需报送：并入办公室" in absent.page().text_content()
    said = tell(absent.try_out(fill_blank(door.blank(FINANCE))))
    assert "就是报送也先不计入：额敏县财政局已记为无需报送（并入办公室）" in said
    absent.confirm()
    assert (status(campaign)[FINANCE]["state"], len(status(campaign)[FINANCE]["aside"])) == ("absent", 1)
    agency.try_out(fill_blank(door.blank(EDUCATION), wrong=True))
    agency.confirm()
    with stores.opened(campaign) as store:
        names = [found["name"] for found in store.counting_of(EDUCATION).findings if found["severity"] == "error"]
    for name in names:
        run(campaign, "waive", EDUCATION, name, "--reason", "核对过", "--by", "王某")
    assert "已报送，审核通过" in agency.page().text_content()


def test_the_day_of_the_confirmation_is_the_day_on_which_it_was_sent(campaign):
    with open_for(campaign) as door:
        door.agency(EDUCATION).try_out(fill_blank(door.blank(EDUCATION)))
    folder = campaign.root / ".trials"
    for path in folder.iterdir():  # it was tried two days ago
        before = path.stat().st_mtime - 2 * 86_400
        os.utime(path, (before, before))
    with open_for(campaign) as door:
        assert "审核通过" in tell(door.agency(EDUCATION).confirm())
    with stores.opened(campaign) as store:
        [day] = store.sent_days()[EDUCATION].values()
    assert abs(date.fromisoformat(day) - date.today()) <= timedelta(1)
    assert [*folder.iterdir()] == [], "nothing is left of it"


def test_a_trial_outlives_the_server_and_what_was_half_written_does_not(campaign):
    with open_for(campaign) as door:
        door.agency(EDUCATION).try_out(fill_blank(door.blank(EDUCATION)))
    left = campaign.root / ".trials" / f"{FINANCE}.{'0' * 64}"
    left.write_bytes(b"x")
    with open_for(campaign) as door:
        assert not left.exists()
        assert "审核没有问题，可以报送" in door.agency(EDUCATION).page().text_content()


def test_the_campaign_can_be_had_by_nobody_and_then_by_the_next(door, campaign):
    from xltool.campaign.lock import hold_campaign

    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION)))
    with hold_campaign(campaign.root, "doctor", alone=True), pytest.MonkeyPatch.context() as patch:
        patch.setattr("xltool.web.door_handing_in._PATIENCE", 0)
        answer = agency.confirm()
    assert answer.status_code == 503 and "还没有登记成" in answer.text and "正由另一个命令使用" in answer.text
    assert status(campaign)[EDUCATION]["state"] == "missing"
    assert "审核通过" in tell(agency.confirm())
    assert status(campaign)[EDUCATION]["versions"] == 1


def test_what_is_handed_in_while_another_command_has_the_campaign_waits_for_its_end(door, campaign, monkeypatch):
    from xltool.campaign.lock import hold_campaign

    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION)))
    monkeypatch.setattr("xltool.web.door_handing_in._PAUSE", 0.01)
    monkeypatch.setattr("xltool.web.door_confirming._SECONDS", 3)
    with hold_campaign(campaign.root, "doctor", alone=True):
        assert "已经收到，正在登记" in tell(agency.confirm())
        assert status(campaign)[EDUCATION]["state"] == "missing"
    assert "已报送，审核通过" in wait_until(agency, "登记：")
    assert status(campaign)[EDUCATION]["versions"] == 1


def test_the_office_takes_in_what_was_confirmed_when_the_server_was_lost(door, campaign, monkeypatch):
    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION)))
    monkeypatch.setattr("xltool.web.door_handing_in._run", lambda caller, group: ([], ""))
    monkeypatch.setattr("xltool.web.door_confirming._SECONDS", 0.2)
    assert "已经收到，正在登记" in tell(agency.confirm())
    run(campaign, "collect")
    assert status(campaign)[EDUCATION]["state"] == "accepted"
    monkeypatch.undo()
    with open_for(campaign) as again:
        assert "已报送，审核通过" in wait_until(again.agency(EDUCATION), "登记：")
    assert status(campaign)[EDUCATION]["versions"] == 1


def wait_until(agency, word):
    """What the page says once it says this and looks no more by itself, looked at again and again as a browser does."""
    for _ in range(600):
        answer = agency.get("")
        if word in tell(answer) and "refresh" not in answer.headers:
            return tell(answer)
        time.sleep(0.1)
    raise AssertionError(tell(answer))


def test_who_waits_long_is_told_so_and_then_what_became_of_it(door, campaign, monkeypatch):
    going, take_in = Event(), door_handing_in._run
    monkeypatch.setattr("xltool.web.door_handing_in._run", lambda *given: going.wait(60) and take_in(*given))
    monkeypatch.setattr("xltool.web.door_confirming._SECONDS", 0.1)
    agencies = [door.agency(code) for code in (EDUCATION, FINANCE)]
    for agency, code in zip(agencies, (EDUCATION, FINANCE), strict=True):
        agency.try_out(fill_blank(door.blank(code)))
        answer = agency.confirm()
        assert answer.status_code == 200 and "已经收到，正在登记" in tell(answer) and answer.headers["refresh"] == "5"
        assert not html.fromstring(answer.text).xpath("//form"), "nothing is to be done, and nothing done twice"
    assert "refresh" not in door.agency(OFFICE).get("").headers, "it has handed in nothing"
    going.set()
    assert all("已报送，审核通过" in wait_until(agency, "登记：通过") for agency in agencies)


def test_below_a_path_of_another_site_all_addresses_follow_it(campaign):
    run(campaign, "links", "--base", "https://www.example.invalid/baosong")
    with open_for(campaign) as door:
        link = door.links().write_link(EDUCATION)
        path = link.removeprefix("https://www.example.invalid")
        for asked in (path, path.removeprefix("/baosong")):  # whoever stands in front may take it away
            answer = door.client(Host="www.example.invalid").get(f"{asked}/")
            assert answer.status_code == 200
            ours = html.fromstring(answer.text).xpath("//@href[starts-with(., '/')] | //@action | //@src")
            assert ours and all(each.startswith("/baosong/") for each in ours)
        static = next(each for each in ours if ".css" in each)
        assert door.client(Host="www.example.invalid").get(static).status_code == 200


def test_a_worker_begins_with_all_in_memory_that_reading_and_marking_need(door, campaign):
    """What it would have to import or to work out first, everybody would wait for again."""
    data = fill_blank(door.blank(EDUCATION), wrong=True)
    (campaign.root / "a.xlsx").write_bytes(data)
    program = (
        "import sys; import xltool.campaign.trial_workers; known = {*sys.modules}\n"
        "from pathlib import Path; from xltool import api; from xltool.workbook.mark import mark_workbook\n"
        "[reading] = api.check([api.read(Path(sys.argv[1]).read_bytes())]); form = api.form(reading.submission.form)\n"
        "mark_workbook(form, reading.submission, reading.findings, None, 1)\n"
        "print(*({*sys.modules} - known))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, campaign.root / "a.xlsx"], capture_output=True, text=True, check=True
    )
    assert {name for name in done.stdout.split() if name.startswith("xltool")} == set()


def test_the_official_tables_are_shown_with_their_marks(door):
    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION), wrong=True))
    page = agency.page()
    [opinion] = page.xpath("//ol[@class='ops']/li")
    [reference] = page.xpath("//table//a[contains(@class, 'ref')]")
    assert reference.get("href") == f"#{opinion.get('id')}"
    [back] = opinion.xpath(".//a[@class='to']")
    [cell] = page.xpath(f"//td[@id='{back.get('href')[1:]}']")
    assert "relation" in cell.get("class")
    titles = [table.title for table in stores.SPEC.tables]
    shown = [each.text_content() for each in page.xpath("//h2[starts-with(@id, 'part-')] | //summary")]
    assert sorted(shown) == sorted([titles[1], *(f"{title}：没有意见，看填的数" for title in (titles[0], titles[2]))])
    agency.confirm()
    assert len(agency.page().xpath("//table//a[contains(@class, 'ref')]")) == 1, "so does what was handed in"
