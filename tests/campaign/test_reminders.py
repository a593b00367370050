"""Whom an office writes to: messages, mail drafts with the workbook that goes with them, and what could not be read."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from email import message_from_bytes, policy

import openpyxl
import pytest

from tests.campaign import stores
from tests.campaign.stores import finding, stray, take
from tests.campaign.test_decisions import FINANCE, HEAD, ROSTER, WATER, Office, made, office  # noqa: F401
from xltool.campaign.chat_lines import word_message
from xltool.campaign.roster import Roster
from xltool.campaign.standings import find_standings
from xltool.campaign.strays import find_unmatched
from xltool.rules.opinions import find_first_sentence

DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
NEVER, AFTER = date(2999, 1, 31), date(2025, 2, 3)


def read_draft(path):
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return message, message.get_body().get_content(), {each.get_filename(): each.get_content() for each in
                                                       message.iter_attachments()}  # fmt: skip


def remind(office, *arguments):  # noqa: F811
    done = office.run("remind", *arguments)
    assert done.exit_code == 0, done.output
    return done


def test_drafts_and_messages_of_what_goes_back_and_of_whom_is_urged(office):  # noqa: F811
    office.put("财政.xlsx", office.fill(FINANCE, wrong=True))
    office.put("关于水利局年报.doc", DOC)
    office.run("collect")
    done = remind(office)
    head, finance, water = done.stdout.splitlines()
    assert head == "某县人民政府办公室：贵单位2024年政府信息公开工作年度报告还没有报送，请尽快报来。"
    assert finance.startswith("某县财政局：贵单位报来的2024年政府信息公开工作年度报告（第 1 版）已退回：表三“其他”栏：")
    assert finance.count("。") == 2 and "条须改" in finance and finance.endswith("请尽快改好发回。")
    assert water.startswith("某县水利局：贵单位发来的“关于水利局年报.doc”没有收下：这不是工作簿，看来是")
    assert "用下发的工作簿填好" in water
    assert (office.root / "催报消息.txt").read_text("utf-8-sig").splitlines() == done.stdout.splitlines()
    [workbook] = (office.root / "returned").glob(f"{FINANCE}_*.xlsx")
    message, body, attached = read_draft(workbook.with_suffix(".eml"))
    assert attached == {workbook.name: workbook.read_bytes()} and message["X-Unsent"] == "1"
    told = [str(cell.value) for cell in openpyxl.load_workbook(workbook).worksheets[0]["A"]]
    counted = next(text for text in told if text.startswith("共 "))
    assert body.count("[强制]") == 1 and "强制 1 条" in counted and "1. [强制]" in body
    assert "请尽快" in body and "--" not in body
    for code, name in ((HEAD, "某县人民政府办公室"), (WATER, "某县水利局")):
        [blank] = (office.root / "outbox").glob(f"{code}_*.xlsx")
        message, body, attached = read_draft(blank.with_name(blank.stem + "_催报.eml"))
        assert attached == {blank.name: blank.read_bytes()} and name in message["Subject"]
    assert "贵单位发来的“关于水利局年报.doc”没有收下" in body
    again = remind(office)
    assert again.stdout == done.stdout and "已写出" not in again.stderr
    with (office.root / "催报.csv").open(encoding="utf-8-sig") as listed:
        assert [row["消息"] for row in csv.DictReader(listed)] == [head, finance, water]


def test_drafts_go_when_their_matter_is_settled_and_hand_work_stays(office):  # noqa: F811
    office.put("财政.xlsx", office.fill(FINANCE, wrong=True))
    office.run("collect")
    remind(office)
    [old] = (office.root / "returned").glob("*.eml")
    office.put("财政2.xlsx", office.fill(FINANCE, seed=3, wrong=True))
    office.put("水利.xlsx", office.fill(WATER, seed=2))
    office.run("collect")
    assert not old.exists() and not list((office.root / "outbox").glob(f"{WATER}_*_催报.eml"))
    [head] = (office.root / "outbox").glob(f"{HEAD}_*_催报.eml")
    head.write_bytes(head.read_bytes() + b"\r\n.")
    remind(office)
    assert [path.name.partition("_")[0] for path in (office.root / "returned").glob("*.eml")] == [FINANCE]
    assert head.read_bytes().endswith(b"\r\n.") and head.with_name(f"{head.stem}（新）.eml").exists()
    office.all_in()
    assert head.exists(), "what a person wrote is kept"
    assert not list((office.root / "returned").glob("*.eml"))
    done = remind(office)
    assert done.stdout == "" and "没有要催的单位" in done.stderr
    assert (office.root / "催报消息.txt").read_text("utf-8-sig") == ""


def test_a_draft_never_brings_another_workbook_than_the_one_that_goes_back(office):  # noqa: F811
    office.put("财政.xlsx", office.fill(FINANCE, wrong=True))
    office.run("collect")
    remind(office)
    told = remind(office).stdout.splitlines()[1]
    office.run("extend", FINANCE, (date.today() + timedelta(9)).isoformat(), "--reason", "人员变动", "--by", "王某")
    remind(office)
    [workbook] = (office.root / "returned").glob(f"{FINANCE}_*.xlsx")
    _, body, attached = read_draft(workbook.with_suffix(".eml"))
    assert attached[workbook.name] == workbook.read_bytes() and "前把它作为附件发回" in body
    assert remind(office).stdout.splitlines()[1] != told


def test_an_agency_without_a_blank_is_not_urged_yet(office):  # noqa: F811
    office.read_roster(f"{ROSTER}A3,某县林业局,department,A0\n")
    done = remind(office)
    assert len(done.stdout.splitlines()) == 3 and "1 个单位还没有生成工作簿" in done.stderr


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("某县水利局年报.doc", WATER),
        ("水利局年报.doc", WATER),
        ("水利局/年报.doc", WATER),
        ("转发：水利局的材料.eml/附件1.doc", WATER),
        ("A2.doc", WATER),
        ("水利局转来/财政局.doc", FINANCE),
        ("水利局、财政局.doc", None),
        ("邻县水利局.doc", None),
        ("年报.doc", None),
    ],
)
def test_whose_a_file_is_that_could_not_be_read(office, file, code):  # noqa: F811
    (office.root / "inbox" / file).parent.mkdir(parents=True, exist_ok=True)
    office.put(file, DOC)
    office.run("collect")
    told, agencies = office.status()
    assert {each: len(row["refused"]) for each, row in agencies.items()} == {
        each: int(each == code) for each in (HEAD, FINANCE, WATER)
    }
    assert [each["file"] for each in told["unmatched"]] == [file]
    step = office.run("status").stderr
    assert ("请 1 个单位用下发的工作簿重报（发来的文件没有收下）" in step) == (code is not None)


def test_what_could_not_be_read_is_settled_by_a_later_return(office):  # noqa: F811
    office.put("水利局年报.doc", DOC)
    office.put("不知是谁.doc", DOC + b"1")
    office.run("collect")
    assert office.status()[0]["counts"]["unmatched"] == 2
    office.put("b.xlsx", office.fill(FINANCE))
    office.run("collect")
    assert office.status()[0]["counts"]["unmatched"] == 2, "another agency's return settles nothing"
    office.put("a.xlsx", office.fill(WATER, seed=2))
    office.run("collect")
    told, agencies = office.status()
    assert [each["file"] for each in told["unmatched"]] == ["不知是谁.doc"]
    assert agencies[WATER]["refused"] == []


def test_what_came_after_the_return_is_not_settled_by_it(tmp_path):
    roster = Roster(stores.entries())
    campaign = stores.campaign(tmp_path, roster)
    land = roster.entries[3].agency.code
    with stores.opened(campaign) as store:
        take(store, land, "2025-01-10T09:00:00")
        stray(store, "自然资源局补充.doc", "这不是工作簿，看来是旧版 Word 文档。改法：请重报。", "2025-01-12T09:00:00")
        stray(store, "自然资源局旧.doc", "这不是工作簿。", "2025-01-05T09:00:00")
        left = [each.file for each in find_unmatched(campaign, roster, store, [])]
        [standing] = [each for each in find_standings(campaign, roster, store, AFTER) if each.refused]
    assert left == ["自然资源局补充.doc"] == [each.file for each in standing.refused]


def test_messages_tell_one_sentence_and_by_when(tmp_path):
    roster = Roster(stores.entries())
    campaign = stores.campaign(tmp_path, roster)
    _, education, finance, land, town, _ = (entry.agency.code for entry in roster.entries)
    with stores.opened(campaign) as store:
        asks = finding("cell.blank", "warning", code="cell.blank", message="有 1 格未填。改法：补填。")
        take(store, education, "2025-01-10T09:00:00", [finding("x.y", message="这里“甲。乙”不平。随后还有。"), asks])
        take(
            store, finance, "2025-01-10T09:00:00", [finding("formula.changed", "warning", code="formula.changed"), asks]
        )
        take(store, land, "2025-01-10T09:00:00")
        stray(store, "上户镇人民政府1.rar", "这是RAR 压缩包，请解压后放入", "2025-01-12T09:00:00")
        stray(store, "上户镇人民政府2.doc", "这不是工作簿，看来是旧版 Word 文档。改法：请填。", "2025-01-13T09:00:00")
        standings = find_standings(campaign, roster, store, AFTER)
        early = find_standings(campaign, roster, store, date(2025, 1, 20))
    said = {each.entry.agency.code: word_message(campaign, each) for each in standings if each.owes}
    assert land not in said
    assert "已退回：这里“甲。乙”不平。共 1 条须改，1 条须说明或改正，" in said[education]
    assert said[education].endswith("请尽快（期限2025年1月31日，已逾期）改好发回。")
    assert "待说明：有 1 格未填。" in said[finance], "what only is told is not what is asked"
    assert "（期限2025年1月31日，已过）" in said[finance]
    assert "“上户镇人民政府2.doc”等 2 个文件没有收下：这不是工作簿，看来是旧版 Word 文档；" in said[town]
    assert word_message(campaign, early[0]).endswith("请于2025年1月31日前报来。")


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("甲。乙。", "甲"),
        ("甲", "甲"),
        ("“甲。乙”不平。丙。", "“甲。乙”不平"),
        ("甲（见“乙。”。）丙。丁", "甲（见“乙。”。）丙"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_whole(said, first):
    assert find_first_sentence(said) == first


def test_a_mail_that_brings_nothing_is_told(office):  # noqa: F811
    [blank] = (office.root / "outbox").glob(f"{WATER}_*.xlsx")
    blank.unlink()
    done = remind(office)
    assert "1 封没有附件" in done.stderr and "某县水利局" in done.stderr
    _, body, attached = read_draft(blank.with_name(blank.stem + "_催报.eml"))
    assert attached == {} and "附件是" not in body
    office.run("build")
    assert "没有附件" not in remind(office).stderr
    assert read_draft(blank.with_name(blank.stem + "_催报.eml"))[2] == {blank.name: blank.read_bytes()}


def test_what_is_sent_carries_the_link_of_its_agency_once_the_door_has_an_address(office):  # noqa: F811
    office.put("财政.xlsx", office.fill(FINANCE, wrong=True))
    office.run("collect")
    before = remind(office).stdout.splitlines()
    assert "http" not in "".join(before)
    listed = office.run("links", "--base", "https://baosong.example.invalid").stdout
    links = dict(row[::2] for row in csv.reader(listed.splitlines()[1:]))
    said = remind(office).stdout.splitlines()
    assert said == [
        f"{line}也可以在网上报送（网址只给贵单位用）：{links[code]}"
        for line, code in zip(before, (HEAD, FINANCE, WATER), strict=True)
    ]
    office.run("build", "--mail")
    drafts = sorted((office.root / "outbox").glob("*.eml")) + sorted((office.root / "returned").glob("*.eml"))
    assert len(drafts) == 6
    for path in drafts:
        code = path.name.partition("_")[0]
        body = read_draft(path)[1]
        assert links[code] in body.splitlines() and body.count("http") == 1, "on a line of its own, and no other's"
    office.run("links", "--revoke", FINANCE)
    assert links[FINANCE] not in remind(office).stdout and links[WATER] in remind(office).stdout
