"""说明 written at the door: it counts as if it stood in the workbook, whose bytes stay as they came."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tests.campaign import stores
from tests.web.conftest import open_browser
from tests.web.doors import EDUCATION, fill_blank, open_for, run, tell
from tests.web.test_door import status
from xltool import api
from xltool.campaign.answers import read_answers
from xltool.campaign.archive import read_archived
from xltool.campaign.trials import find_trial
from xltool.cli import main

BLANK = ("disclosure.licensing.decisions", "disclosure.penalties.decisions")
WHY = "本年没有行政许可，不是漏填 <b>&"
LINE = "cell.blank@disclosure"


@pytest.fixture
def campaign(sent_out):
    return sent_out


@pytest.fixture
def asked(door):
    """A workbook in which something asks for a 说明, tried at the door."""
    agency = door.agency(EDUCATION)
    data = fill_blank(door.blank(EDUCATION), blank=BLANK)
    assert "还要补说明：1条须说明或改正" in tell(agency.try_out(data)).replace(" ", "")
    return agency, data


def counting(campaign):
    with stores.opened(campaign) as store:
        return store.counting_of(EDUCATION)


def explanations(campaign):
    return json.loads(counting(campaign).submission).get("explanations", {})


def test_it_is_written_beside_the_opinion_and_handed_in_with_the_file(campaign, asked):
    agency, data = asked
    assert [field.get("name") for field in agency.page().xpath("//ol[@class='ops']/li//textarea")] == [f"why {LINE}"]
    answer = agency.confirm(**{f"why {LINE}": WHY})
    assert "已报送，审核通过" in tell(answer) and f"说明：{WHY}" in tell(answer), tell(answer)
    assert status(campaign)[EDUCATION]["state"] == "accepted"
    version = counting(campaign)
    assert explanations(campaign) == {LINE: WHY}
    assert read_archived(campaign, version.sha256, "") == data, "the bytes stay as they came"
    [given] = read_answers(campaign, version.sha256)
    assert (given.person, given.address, given.text) == ("钱某", "127.0.0.1", WHY) and given.at
    with stores.opened(campaign) as store:
        said = [detail for _, detail in store.list_events("door", EDUCATION, 10)]
    assert "登记：通过" in said[0] and "钱某确认报送（年报.xlsx），写了1条说明" in said[1]
    with open_browser(campaign.root) as office:
        page = tell(office.get(f"/agency/{EDUCATION}"))
    assert WHY in page and "钱某" in page


def test_it_is_kept_with_the_trial_and_counts_only_once_that_is_confirmed(campaign, asked):
    agency, _ = asked
    sent = agency.explain(LINE, WHY)
    assert "审核没有问题，可以报送" in tell(sent) and status(campaign)[EDUCATION]["state"] == "missing"
    page = agency.page()
    assert page.xpath(f"//textarea[@name='why {LINE}']")[0].text == WHY
    agency.explain(LINE, "")
    assert "还要补说明" in agency.page().text_content(), "it was taken back"
    agency.explain(LINE, WHY)
    run(campaign, "collect")
    assert status(campaign)[EDUCATION]["state"] == "missing", "an unconfirmed one never counts"
    assert "审核通过" in tell(agency.confirm()) and explanations(campaign) == {LINE: WHY}


def test_what_was_handed_in_without_it_can_be_explained_later(campaign, asked):
    agency, data = asked
    assert "已报送第1版，待说明" in tell(agency.confirm())
    form = agency.find_form("报送说明")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")} | {"person": "孙某"}
    empty = agency.client.post(f"{agency.link}/answer", data={**fields, f"why {LINE}": " "})
    assert empty.status_code == 422 and "还没有写说明" in empty.text
    said = agency.client.post(f"{agency.link}/answer", data={**fields, f"why {LINE}": WHY}, follow_redirects=True)
    assert "已报送，审核通过" in tell(said), tell(said)
    stood = status(campaign)[EDUCATION]
    assert (stood["state"], stood["versions"]) == ("accepted", 1)
    assert explanations(campaign) == {LINE: WHY} and agency.get("version/1").content == data
    assert "孙某给第1版补说明，写了1条说明" in tell(said)
    assert [*(campaign.root / campaign.layout.returned).glob("*.xlsx")] == []
    assert "完全相同，不用再报" in tell(agency.try_out(data))


def test_the_console_finds_it_when_the_server_was_lost(campaign, asked, monkeypatch):
    agency, _ = asked
    monkeypatch.setattr("xltool.web.door_confirming._SECONDS", 0.1)
    monkeypatch.setattr("xltool.web.door_handing_in._run", lambda caller, group: ([], ""))
    assert "已经收到，正在登记" in tell(agency.confirm(**{f"why {LINE}": WHY}))
    run(campaign, "collect")
    assert status(campaign)[EDUCATION]["state"] == "accepted" and explanations(campaign) == {LINE: WHY}


def test_the_console_finds_what_was_explained_later_when_the_server_was_lost(campaign, asked, monkeypatch):
    agency, _ = asked
    agency.confirm()
    form = agency.find_form("报送说明")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    monkeypatch.setattr("xltool.web.door_confirming._SECONDS", 0.1)
    monkeypatch.setattr("xltool.web.door_handing_in._run", lambda caller, group: ([], ""))
    sent = agency.client.post(f"{agency.link}/answer", data={**fields, f"why {LINE}": WHY}, follow_redirects=True)
    assert "已经收到，正在登记" in tell(sent) and status(campaign)[EDUCATION]["state"] == "open"
    done = run(campaign, "collect")
    assert "第 1 版补了说明" in done.output
    assert status(campaign)[EDUCATION]["state"] == "accepted"
    assert "第 1 版补了说明" not in run(campaign, "collect").output, "once"


def test_it_outlives_the_loss_of_the_database(campaign, asked):
    agency, _ = asked
    agency.confirm(**{f"why {LINE}": WHY})
    campaign.database.unlink()
    for path in (campaign.root / "backup").glob("*"):
        path.unlink()
    run(campaign, "doctor", "--mend")
    assert status(campaign)[EDUCATION]["state"] == "accepted" and explanations(campaign) == {LINE: WHY}


def test_damage_to_it_is_told(campaign, asked):
    agency, _ = asked
    agency.confirm(**{f"why {LINE}": WHY})
    [path] = (campaign.root / campaign.layout.archive).glob("*.说明.json")
    path.write_text(path.read_text("utf-8").replace("钱某", "王某"), "utf-8")
    assert read_answers(campaign, counting(campaign).sha256) == ()
    said = CliRunner().invoke(main, ["doctor", "-C", str(campaign.root)]).output
    assert "网上报送时写的说明有 1 份与写下时不同" in said


def test_a_next_version_offers_it_again_and_it_stands_in_the_workbook_that_goes_back(campaign, door, asked):
    agency, _ = asked
    agency.confirm(**{f"why {LINE}": WHY})
    said = agency.try_out(fill_blank(door.blank(EDUCATION), wrong=True, blank=BLANK))
    assert "还不能通过" in tell(said)
    [field] = agency.page().xpath(f"//textarea[@name='why {LINE}']")
    assert field.text == WHY and find_trial(campaign, EDUCATION).answers == {}, "until it is sent again"
    answer = agency.confirm(**{f"why {LINE}": field.text})
    assert "已报送第2版，退回" in tell(answer)
    assert api.read(agency.get("returned").content).submission.explanations == {LINE: WHY}


def test_one_for_other_figures_settles_nothing_as_in_a_workbook(campaign, door, asked):
    agency, _ = asked
    agency.confirm(**{f"why {LINE}": WHY})
    agency.try_out(fill_blank(door.blank(EDUCATION), blank=(*BLANK, "disclosure.coercion.decisions")))
    answer = agency.confirm(**{f"why {LINE}": WHY})
    assert "已报送第2版，待说明" in tell(answer) and "照原来的数写的" in tell(answer)
    form = agency.find_form("报送说明")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")} | {f"why {LINE}": "都没有发生"}
    assert "审核通过" in tell(agency.client.post(f"{agency.link}/answer", data=fields, follow_redirects=True))


@pytest.mark.parametrize(
    "fields, status_code",
    [({"why cell.blank@applications": "别的一行"}, 200), ({f"why {LINE}": "长" * 1001}, 422),
     ({"why ../../x": "x"}, 200), ({"trial": "0" * 64, f"why {LINE}": WHY}, 409)],
)  # fmt: skip
def test_only_what_is_asked_can_be_explained(campaign, asked, fields, status_code):
    agency, _ = asked
    answer = agency.confirm(**fields)
    assert answer.status_code == status_code, answer.text
    assert [*(campaign.root / campaign.layout.archive).glob("*.说明.json")] == []


def test_the_link_of_another_explains_nothing(campaign, door, asked):
    agency, _ = asked
    agency.confirm()
    version = counting(campaign)
    other = door.agency(stores.entries()[2].agency.code)
    sent = other.client.post(
        f"{other.link}/answer", data={"token": other.token(), "version": version.sha256, f"why {LINE}": WHY}
    )
    assert sent.status_code == 409 and status(campaign)[EDUCATION]["state"] == "open"


def test_a_trial_note_of_before_is_still_read(campaign, asked):
    note = campaign.root / ".trials" / f"{EDUCATION}.json"
    kept = json.loads(note.read_bytes())
    note.write_text(json.dumps({name: kept[name] for name in ("told", "file", "sha256", "at")}), "utf-8")
    with open_for(campaign) as again:
        assert "还要补说明" in again.agency(EDUCATION).page().text_content()
