"""Workbooks made by the page, handed out one by one and all at once, written of; what people noted of their way."""

from __future__ import annotations

import email
import io
import zipfile
from dataclasses import replace
from datetime import date
from email import policy

import pytest
from click.testing import CliRunner
from lxml import html
from openpyxl import load_workbook

from tests.campaign import stores
from tests.web.conftest import EDUCATION, FINANCE, HOSTILE, LAND, OFFICE, open_browser, wait_for
from xltool.campaign.roster import Roster
from xltool.cli import main


@pytest.fixture
def empty(tmp_path):
    listed = list(stores.entries())
    listed[2] = replace(listed[2], email="")
    listed[3] = replace(listed[3], contact=f"王{HOSTILE}", phone="")
    return stores.campaign(tmp_path, Roster(tuple(listed)))


@pytest.fixture
def browser(empty):
    with open_browser(empty.root, date(2025, 1, 6)) as opened:
        yield opened


def heading(tree):
    return " ".join(tree.xpath("string(//h1)").split())


def rows(tree):
    return {row[0].text_content().strip(): row for row in tree.xpath("//table[contains(@class, 'handed')]/tbody/tr")}


def build(browser, **fields):
    answer = browser.post("/hand-out/build", **fields)
    assert answer.status_code == 303 and answer.headers["location"] == f"{browser.base}/hand-out"
    return wait_for(browser, "/hand-out")


def read_bundle(answer):
    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment; filename*=")
    assert len(answer.content) == int(answer.headers["content-length"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def outbox(made):
    return {path.name: path.read_bytes() for path in (made.root / made.layout.outbox).iterdir()}


def test_workbooks_are_made_and_handed_out(browser, empty):
    tree = html.fromstring(browser.get("/hand-out").text)
    assert heading(tree) == "6家的工作簿还没有生成" and not tree.xpath("//a[@download]")
    tree = build(browser)
    assert heading(tree) == "6家的工作簿都生成了" and "xltool" not in tree.text_content(), "a clerk's words"
    made = outbox(empty)
    assert len(made) == 6 and all(name.endswith(".xlsx") for name in made)
    [link] = rows(tree)["额敏县教育和科学技术局"].xpath(".//a[contains(@href, '/workbook')]")
    answer = browser.get(link.get("href"))
    [name] = [name for name in made if name.startswith(EDUCATION)]
    assert answer.content == made[name] and answer.headers["content-type"] == "application/octet-stream"
    bundle = browser.get("/hand-out/workbooks.zip")
    assert read_bundle(bundle) == made and bundle.content == browser.get("/hand-out/workbooks.zip").content


def test_the_mails_are_those_that_the_console_writes(browser, empty):
    build(browser)
    assert not [name for name in outbox(empty) if name.endswith(".eml")]
    mails = read_bundle(browser.get("/hand-out/mails.zip"))
    single = browser.get(f"/hand-out/{OFFICE}/mail")
    tree = build(browser, mail="1")
    written = {name: data for name, data in outbox(empty).items() if name.endswith(".eml")}
    assert len(written) == 6 and len(mails) == 5, "one has no address"
    assert all(written[name] == data for name, data in mails.items())
    assert single.content == next(data for name, data in mails.items() if name.startswith(OFFICE))
    message = email.message_from_bytes(single.content, policy=policy.default)
    assert message["To"] == "u0@example.invalid" and [*message.iter_attachments()]
    assert "下载邮件草稿（5封）" in tree.text_content() and "1家没有邮箱" in tree.text_content()
    assert not rows(tree)["额敏县财政局"].xpath(".//a[contains(@href, '/mail')]")


@pytest.mark.parametrize("controls", [False, True])
def test_the_page_and_the_console_make_the_same(browser, empty, tmp_path, controls):
    ask = html.fromstring(browser.get("/hand-out").text).xpath("//input[@name='control-totals']/following-sibling::*")
    told = "".join(CliRunner().invoke(main, ["build", "--help"]).stdout.split())
    assert "：".join(each.text_content() for each in ask) in told, "the same words"
    build(browser, **{"control-totals": "1"} if controls else {})
    other = stores.campaign(tmp_path / "console", empty.read_roster())
    for name in ("campaign.key",):
        (other.root / name).write_bytes((empty.root / name).read_bytes())
    options = ["--control-totals"] if controls else []
    assert CliRunner().invoke(main, ["build", "-C", str(other.root), *options]).exit_code == 0
    assert outbox(other) == outbox(empty)
    with zipfile.ZipFile(io.BytesIO(next(iter(outbox(empty).values())))) as workbook:
        assert ("核对数" in workbook.read("xl/workbook.xml").decode("utf-8")) is controls


def test_each_has_a_line_for_the_chat_that_is_all_text(browser, empty):
    tree = build(browser)
    said = rows(tree)["额敏县财政局"].xpath("string(.//*[@class='say'])")
    assert said == "额敏县财政局：发来贵单位2024年政府信息公开工作年度报告的填报工作簿，请于2025年1月31日前填好发回。"
    every = tree.xpath("string(//textarea[@id='every'])").splitlines()
    assert len([line for line in every if line]) == 6 and said in every
    [button] = tree.xpath("//button[@aria-label='复制给额敏县财政局的话']")
    assert button.get("hidden") is not None, "of no use without script"
    ids = [each.get("id") for each in tree.xpath("//*[@id]")]
    assert len(ids) == len({*ids}) and button.get("data-copy") in ids
    CliRunner().invoke(main, ["links", "-C", str(empty.root), "--base", "https://door.example.invalid"])
    said = rows(html.fromstring(browser.get("/hand-out").text))["额敏县财政局"].xpath("string(.//*[@class='say'])")
    assert "（网址只给贵单位用）：https://door.example.invalid/b/" in said


def test_what_people_note_in_the_list_is_shown(browser, empty):
    build(browser)
    path = empty.root / "分发清单.xlsx"
    assert browser.get("/hand-out/list.xlsx").content == path.read_bytes()
    book = load_workbook(path)
    sheet = book.active
    [head] = [row for row in sheet.iter_rows() if any(cell.value == "单位代码" for cell in row)]
    columns = {cell.value: cell.column for cell in head}
    [row] = [row for row in sheet.iter_rows() if row[columns["单位代码"] - 1].value == LAND]
    for name, value in (("下发时间", "1月6日"), ("已发送", "√"), ("备注", "电话说过")):
        row[columns[name] - 1].value = value
    book.save(path)
    tree = html.fromstring(browser.get("/hand-out").text)
    assert rows(tree)["额敏县自然资源局"][3].text_content() == "分发清单里：下发时间1月6日，已发送√"
    unsent = rows(html.fromstring(browser.get("/hand-out?show=unsent").text))
    assert len(unsent) == 5 and "额敏县自然资源局" not in unsent
    assert browser.get("/hand-out/list.xlsx").content == path.read_bytes(), "as it stands"


def test_one_that_is_gone_or_was_changed_is_told_and_made_anew(browser, empty):
    build(browser)
    folder = empty.root / empty.layout.outbox
    gone = next(folder.glob(f"{EDUCATION}_*"))
    changed = next(folder.glob(f"{LAND}_*"))
    gone.unlink()
    changed.write_bytes(b"by hand")
    tree = html.fromstring(browser.get("/hand-out").text)
    assert heading(tree) == "6家的工作簿都生成了，2家的不在原处"
    assert browser.get(f"/hand-out/{EDUCATION}/workbook").status_code == 404
    assert browser.get(f"/hand-out/{LAND}/mail").status_code == 404
    assert len(read_bundle(browser.get("/hand-out/workbooks.zip"))) == 4
    assert len(rows(html.fromstring(browser.get("/hand-out?show=lost").text))) == 2
    tree = build(browser)
    assert heading(tree) == "6家的工作簿都生成了" and changed.read_bytes() == b"by hand"
    assert browser.get(f"/hand-out/{LAND}/workbook").content.startswith(b"PK"), "the new one, beside what was kept"
    build(browser, replace="1")
    assert changed.read_bytes().startswith(b"PK")


def test_new_agencies_and_changes_of_the_roster_are_told(browser, empty):
    build(browser)
    listed = list(stores.entries(7))
    listed[1] = replace(listed[1], agency=replace(listed[1].agency, name="额敏县教育局"))
    (empty.root / "roster.csv").write_bytes(Roster(tuple(listed)).to_csv())
    tree = html.fromstring(browser.get("/hand-out").text)
    assert heading(tree) == "6家的工作簿生成了，还有1家没有" and "给1家生成工作簿" in tree.text_content()
    assert "额敏县教育和科学技术局 → 额敏县教育局" in tree.text_content()
    assert [*rows(html.fromstring(browser.get("/hand-out?show=none").text))] == ["额敏县第6单位"]
    step = html.fromstring(browser.get("/").text).xpath("//a[contains(@class, 'go')]")[0]
    assert step.text_content().strip() == "下一步：给1家生成工作簿，发给各单位"
    assert step.get("href") == f"{browser.base}/hand-out"


def test_what_is_not_there_is_404_and_a_failure_is_told(browser, empty):
    for path in ("/workbooks.zip", "/mails.zip", "/list.xlsx", f"/{FINANCE}/workbook", f"/{FINANCE}/mail",
                 "/nobody/workbook", "/..%2f..%2fcampaign.key/workbook", "?show=../x"):  # fmt: skip
        assert browser.get(f"/hand-out{path}").status_code == 404, path
    roster = empty.root / "roster.csv"
    kept = roster.read_bytes()
    roster.write_text("单位代码,单位名称,级别\n1,甲,没有这种级别\n", "utf-8")
    browser.post("/hand-out/build")
    while browser.site.home.building.is_running:
        pass
    roster.write_bytes(kept)
    tree = html.fromstring(browser.get("/hand-out").text)
    assert heading(tree) == "没有生成完" and tree.xpath("string(//p[@class='fault'])")
    assert heading(build(browser)) == "6家的工作簿都生成了"


def test_it_is_shown_while_it_is_at_work_and_can_be_stopped(tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries(120)))
    with open_browser(made.root, date(2025, 1, 6)) as browser:
        browser.post("/hand-out/build")
        text = browser.get("/hand-out").text
        assert "http-equiv" in text and "正在生成" in text and 'data-events="' in text
        assert browser.get("/").status_code == 200
        with browser.client.stream("GET", browser.locate("/hand-out/events")) as answer:
            events = [line for line in answer.iter_lines() if line.startswith("event")]
        assert events[0] == "event: changed" and events[-1] == "event: ended"
        assert browser.site.home.building.total == 120 and browser.site.home.building.done == 120
        browser.post("/hand-out/build", replace="1")
        browser.post("/hand-out/stop")
        tree = wait_for(browser, "/hand-out")
        assert heading(tree) in {"停下了，没有生成完", "120家的工作簿都生成了"}


def test_names_appear_only_escaped(browser):
    build(browser)
    text = browser.get("/hand-out").text
    assert "<script>alert" not in text and "<img" not in text and "王&lt;script&gt;" in text


def test_what_was_sent_is_ticked_and_taken_back(browser, empty):
    assert not html.fromstring(browser.get("/hand-out").text).xpath("//form[@id='note-sent']")
    build(browser)
    assert browser.post("/hand-out/sent", **{f"sent.{OFFICE}": "1"}).status_code == 422, "by nobody"
    assert browser.post("/hand-out/sent", person="王某").status_code == 422, "to nobody"
    ticked = {f"sent.{OFFICE}": "1", f"sent.{LAND}": "1"}
    assert browser.post("/hand-out/sent", person="王某", day="2025-01-06", how="微信", **ticked).status_code == 303
    tree = html.fromstring(browser.get("/hand-out").text)
    [box] = rows(tree)["额敏县人民政府办公室"].xpath(".//input[@type='checkbox']")
    assert (
        box.get("form") == "note-sent" and "1月6日已发，微信，王某" in rows(tree)["额敏县人民政府办公室"].text_content()
    )
    assert "没有记" in rows(tree)["额敏县财政局"].text_content() and "没有记的4家都发了" in tree.text_content()
    assert "1月6日已下发，没有来件" in browser.get("/").text
    assert browser.post("/hand-out/sent", person="王某", day="2025-01-07", everyone="1").status_code == 303
    tree = html.fromstring(browser.get("/hand-out").text)
    assert "6家都记了已发" in tree.text_content() and "没有记已发" not in tree.text_content()
    assert browser.post("/hand-out/sent", person="王某", withdraw="1", **{f"sent.{LAND}": "1"}).status_code == 303
    with stores.opened(empty) as store:
        assert {code: each.day for code, each in store.sendings().items() if each.day == "2025-01-06"} == {
            OFFICE: "2025-01-06"
        }
        assert LAND not in store.sendings() and len(store.sendings()) == 5
    answer = browser.post("/hand-out/sent", person="王某", **{f"sent.{HOSTILE}": "1"})
    assert answer.status_code == 409 and "<script>alert" not in answer.text
