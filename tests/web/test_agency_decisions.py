"""The office's decisions on the page of an agency: each is the console's own, is told, and can be taken back."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from lxml import html

from tests.campaign import stores
from tests.web.conftest import EDUCATION, FINANCE, HOSTILE, LAND, OFFICE, SUBURB, TOWN
from xltool.campaign.roster import Roster
from xltool.cli import main

WHY = {"reason": "核对过原件", "person": "王某"}


def part(browser, code):
    answer = browser.get(f"/agency/{code}")
    assert answer.status_code == 200
    [section] = html.fromstring(answer.text).xpath("//section[@id='decided']")
    return section


def said(browser, code):
    return " ".join(part(browser, code).text_content().split())


def form(browser, code, action):
    """The fields of a form of the page, as a browser would send them."""
    [found] = part(browser, code).xpath(f".//form[@action='{browser.base}/agency/{code}/{action}']")
    return {name: value for name, value in found.form_values() if name != "token"}


def decide(browser, code, action, **fields):
    answer = browser.post(f"/agency/{code}/{action}", **fields)
    if answer.status_code == 303:
        assert answer.headers["location"] == f"{browser.base}/agency/{code}#decided"
    return answer


def state(browser, code):
    return html.fromstring(browser.get(f"/agency/{code}").text).xpath("string(//h1//span[contains(@class, 'st ')])")


def test_an_opinion_passes_and_the_word_is_taken_back(browser, campaign):
    assert state(browser, FINANCE) == "待说明"
    given = form(browser, FINANCE, "waive")
    assert given["rules"] == "cell.blank" and given["person"] == ""
    assert decide(browser, FINANCE, "waive", **{**given, **WHY}).status_code == 303
    assert state(browser, FINANCE) == "通过"
    text = said(browser, FINANCE)
    assert "记下的决定1条" in text and "核对过原件（王某，" in text and "cell.blank" not in text and "失效" not in text
    assert "经说明放行一条" not in text, "nothing is left to pass"
    back = form(browser, FINANCE, "waive/withdraw")
    assert back["person"] == "王某", "who decided last is offered"
    assert decide(browser, FINANCE, "waive/withdraw", **{**back, "reason": "弄错了"}).status_code == 303
    assert state(browser, FINANCE) == "待说明" and "还没有为它记过决定" in said(browser, FINANCE)
    with stores.opened(campaign) as store:
        assert store.waivers() == {} and store.was_noted("王某", "waive", f"{FINANCE} cell.blank 撤销：弄错了")


def test_every_rule_of_an_opinion_passes_at_once(browser, campaign):
    given = form(browser, EDUCATION, "waive")
    decide(browser, EDUCATION, "waive", **{**given, **WHY})
    with stores.opened(campaign) as store:
        assert {waiver.rule for waiver in store.waivers()[EDUCATION]} == {*given["rules"].split()}
    assert state(browser, EDUCATION) == "通过"
    assert "表四" in said(browser, EDUCATION) and "disputes" not in said(browser, EDUCATION)


def test_a_word_that_holds_no_more_says_so(browser, campaign):
    with stores.opened(campaign) as store:
        stores.waive(store, FINANCE, "cell.level")
    assert "现在这一版没有这一条" in said(browser, FINANCE)


def test_an_absence_into_another_and_back(browser, campaign):
    shown = part(browser, SUBURB).xpath(".//select[@name='into']/option")
    assert [option.get("value") for option in shown] == ["", OFFICE, EDUCATION, FINANCE, LAND], "not itself, not absent"
    assert decide(browser, TOWN, "absent/withdraw", reason="没有并入", person="李某").status_code == 303
    assert state(browser, TOWN) == "未报送"
    assert decide(browser, TOWN, "absent", into=SUBURB, reason="已撤并", person="李某").status_code == 303
    assert state(browser, TOWN) == "无需报送" and "记下的决定1条" in said(browser, TOWN)
    [link] = part(browser, TOWN).xpath(".//ul[@class='noted']//a")
    assert link.text_content() == "额敏县郊区乡<b>&" and link.get("href") == f"{browser.base}/agency/{SUBURB}"
    with stores.opened(campaign) as store:
        assert (store.absences()[TOWN].into, store.absences()[TOWN].reason) == (SUBURB, "已撤并")
    assert decide(browser, TOWN, "absent/withdraw", **WHY).status_code == 303


def test_an_agency_that_left_the_roster_is_excused_too(browser, campaign):
    (campaign.root / "roster.csv").write_bytes(Roster(stores.entries()[:5]).to_csv())
    answer = browser.post(f"/agency/{SUBURB}/absent", **WHY)
    assert answer.status_code == 303 and answer.headers["location"] == f"{browser.base}/"
    with stores.opened(campaign) as store:
        assert store.absences()[SUBURB].reason == "核对过原件"


def test_a_deadline_is_put_off_and_back(browser, campaign):
    [day] = part(browser, SUBURB).xpath(".//input[@name='day']")
    assert day.get("min") == "2025-02-01"
    assert decide(browser, SUBURB, "extend", day="2025-02-10", **WHY).status_code == 303
    assert "延到2月10日" in said(browser, SUBURB)
    with stores.opened(campaign) as store:
        assert store.extensions()[SUBURB].day == "2025-02-10"
    assert decide(browser, SUBURB, "extend/withdraw", **WHY).status_code == 303
    assert "延到2月" not in said(browser, SUBURB)


def test_a_publication_is_noted_and_taken_back(browser, campaign):
    url = "https://www.example.invalid/年报?a=1&b=2"
    assert decide(browser, LAND, "publish", day="2025-02-02", url=url, person="赵某").status_code == 303
    assert state(browser, LAND) == "已发布" and url in said(browser, LAND)
    with stores.opened(campaign) as store:
        assert (store.publications()[LAND].day, store.publications()[LAND].url) == ("2025-02-02", url)
    assert decide(browser, LAND, "publish/withdraw", reason="撤下了", person="赵某").status_code == 303
    assert state(browser, LAND) == "通过"
    assert part(browser, SUBURB).xpath(f".//form[@action='{browser.base}/agency/{SUBURB}/publish']") == []
    decide(browser, EDUCATION, "publish", day="2025-02-02", person="赵某")
    assert "还没有通过，请核对" in said(browser, EDUCATION)


@pytest.mark.parametrize(
    "action, fields, status, words",
    [("waive", {"rules": "", **WHY}, 422, "哪一条"), ("waive", {"rules": "disputes", **WHY}, 409, "没有 disputes"),
     ("waive", {"rules": "--withdraw", **WHY}, 409, "没有 --withdraw"),
     ("waive", {"rules": "cell.blank", "person": "王某"}, 422, "理由和姓名"),
     ("waive/withdraw", {"rules": "cell.blank", **WHY}, 409, "不用撤销"),
     ("extend", WHY, 422, "哪一天"), ("extend", {"day": "2025-01-10", **WHY}, 409, "不是延期"),
     ("extend", {"day": "明天", **WHY}, 422, "不是日期"), ("extend/withdraw", WHY, 409, "没有延期"),
     ("absent", {"into": FINANCE, **WHY}, 409, "并入它自己"), ("absent", {"into": TOWN, **WHY}, 409, "无需报送"),
     ("absent", {"into": "没有", **WHY}, 409, "单位名录里没有"), ("absent/withdraw", WHY, 409, "不用撤销"),
     ("publish", {"day": "1月32日", "person": "王某"}, 422, "不是日期"),
     ("publish", {"day": "2999-01-01", "person": "王某"}, 409, "还没有到"), ("publish", {}, 422, "姓名"),
     ("publish/withdraw", {"person": "王某"}, 409, "不用撤销")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(browser, campaign, action, fields, status, words):
    answer = decide(browser, FINANCE, action, **fields)
    assert answer.status_code == status and words in html.fromstring(answer.text).text_content()
    with stores.opened(campaign) as store:
        kept = (store.waivers(), store.extensions(), store.publications(), {*store.absences()})
    assert kept == ({}, {}, {}, {TOWN})


@pytest.mark.parametrize("action", ["waive", "absent", "extend", "publish", "waive/withdraw", "absent/withdraw"])
def test_an_agency_that_nobody_knows_is_404(browser, action):
    fields = {"rules": "cell.blank", "day": "2025-02-10", **WHY}
    assert browser.post(f"/agency/nobody/{action}", **fields).status_code == 404
    assert browser.post("/agency/额敏县财政局/" + action, **fields).status_code == 404, "a name is no code"


def test_words_of_persons_appear_only_escaped_and_are_no_options(browser):
    decide(browser, FINANCE, "extend", day="2025-03-01", reason=f"--withdraw {HOSTILE}", person="-甲")
    text = browser.get(f"/agency/{FINANCE}").text
    assert "<script>alert" not in text and "<img" not in text and "--withdraw &lt;script&gt;" in text


def test_the_page_and_the_console_decide_alike(browser, campaign):
    decide(browser, SUBURB, "extend", day="2025-02-10", **WHY)
    again = ["extend", SUBURB, "2025-02-10", "--reason", WHY["reason"], "--by", WHY["person"]]
    assert CliRunner().invoke(main, [*again, "-C", str(campaign.root)]).exit_code == 0
    with stores.opened(campaign) as store:
        events = store._rows("SELECT person, what FROM event WHERE what = 'extend'")
    assert events == [("王某", "extend")], "the same word again changes nothing"
