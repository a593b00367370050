"""The county's texts and corrections written by commands, where the office keeps them: what else is there stays."""

from __future__ import annotations

import hashlib

import pytest
from click.testing import CliRunner

from tests.campaign.stores import opened
from tests.campaign.test_decisions import made, office  # noqa: F401  the plain campaign
from tests.campaign.test_desk import office as desk_office  # noqa: F401  the one with the workbook
from xltool import api, files
from xltool.campaign import county_edits
from xltool.campaign.county_written import read_corrections, read_drafts
from xltool.campaign.desk_reading import read_desk
from xltool.campaign.desk_sheets import CORRECTION_SHEET, DESK_FILE, TEXT_SHEET
from xltool.campaign.folder import load_campaign
from xltool.cli import main
from xltool.model import Correction

SPEC = api.form("ogi-2021")
CELL, KEY = "表三 本年新收 自然人", "applications.received.natural_person"
TEXT, TEXT_KEY = "五、存在的主要问题及改进情况", "problems"


@pytest.fixture(params=["plain", "desk"])
def campaign(request):
    found = request.getfixturevalue("office" if request.param == "plain" else "desk_office")
    return load_campaign(found.root)


def run(campaign, *words, code=0, given=None):
    done = CliRunner().invoke(main, [*words, "-C", str(campaign.root)], input=given, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def corrections(campaign):
    return read_corrections(campaign, campaign.read_roster())


def events(campaign, what):
    with opened(campaign) as store:
        return store._rows("SELECT person, detail FROM event WHERE what = ? ORDER BY id", what)


def correct(campaign, *words, code=0):
    return run(campaign, "correct", CELL, *words, code=code)


def test_a_text_is_written_shown_and_noted(campaign):
    said = run(campaign, "text", TEXT, "-", "--by", "王某", given="  一是…\r\n二是\x07{表三 本年新收 总计}件。 \n")
    assert "写在" in said and read_drafts(campaign)[TEXT_KEY] == "一是…\n二是{表三 本年新收 总计}件。"
    assert run(campaign, "text", TEXT).startswith("一是…\n二是{表三 本年新收 总计}件。\n")
    assert "没有变化" in run(campaign, "text", TEXT_KEY, "-", given="一是…\n二是{表三 本年新收 总计}件。")
    [(person, told)] = events(campaign, "text")
    assert person == "王某" and told == f"本级文字“{TEXT}”：{len(read_drafts(campaign)[TEXT_KEY])} 字"
    run(campaign, "text", TEXT, "-", given="")
    assert not read_drafts(campaign).get(TEXT_KEY)


def test_a_text_is_read_from_a_file_and_what_is_no_text_is_told(campaign, tmp_path):
    path = tmp_path / "问题.txt"
    path.write_bytes("\ufeff来自文件".encode())
    run(campaign, "text", "存在的主要问题及改进情况", str(path), code=1)
    run(campaign, "text", TEXT, str(path))
    assert read_drafts(campaign)[TEXT_KEY] == "来自文件"
    path.write_bytes("国标".encode("gb18030"))
    assert "UTF-8" in run(campaign, "text", TEXT, str(path), code=1)
    assert "最接近的是" in run(campaign, "text", "五、存在的主要问题", "-", given="x", code=1)


def test_a_text_that_was_changed_elsewhere_is_not_written_over(campaign):
    run(campaign, "text", TEXT, "-", given="甲")
    seen = hashlib.sha256("甲".encode()).hexdigest()
    run(campaign, "text", TEXT, "-", "--expect", seen, given="乙")
    assert "在别处改过了" in run(campaign, "text", TEXT, "-", "--expect", seen, given="丙", code=1)
    assert read_drafts(campaign)[TEXT_KEY] == "乙"


def test_a_correction_is_noted_once_with_its_reason_and_taken_back(campaign):
    correct(campaign, "--change", "-1", "--reason", "两家都计了", "--by", "王某")
    assert "已经记下过" in correct(campaign, "--change", "-1", "--reason", "两家都计了", "--by", "王某")
    assert corrections(campaign) == (Correction(KEY, -1, None, "两家都计了", "王某"),)
    correct(campaign, "--change", "2", "--reason", "另一件", "--by", "李某")
    assert "写明撤回哪一条" in correct(campaign, "--withdraw", "--by", "王某", code=1)
    correct(campaign, "--withdraw", "--change", "-1", "--by", "王某", "--reason", "不是同一件")
    assert [each.change for each in corrections(campaign)] == [2]
    assert "没有这样的更正" in correct(campaign, "--withdraw", "--change", "-1", "--by", "王某", code=1)
    correct(campaign, "--withdraw", "--by", "王某")
    assert corrections(campaign) == ()
    assert "不用撤回" in correct(campaign, "--withdraw", "--by", "王某", code=1)
    assert [person for person, _ in events(campaign, "correct")] == ["王某", "李某", "王某", "王某"]
    assert events(campaign, "correct")[2][1].endswith("-1：不是同一件")


def test_a_correction_that_waits_is_explained_where_it_stands(campaign):
    with opened(campaign) as store:
        waits = [Correction(KEY, -1, None, "", ""), Correction("disclosure.fees.amount", 5_000_000, None, "", "")]
        county_edits.write_county_edits(campaign, campaign.read_roster(), store, county_edits.CountyEdits(added=waits))
    code = campaign.read_roster().entries[1].agency.code
    correct(campaign, "--change", "-1", "--reason", "同一件", "--by", "王某", "--agency", code)
    assert corrections(campaign) == (Correction(KEY, -1, None, "同一件", "王某", (code,)), waits[1])


def test_what_no_correction_can_be_is_refused_and_nothing_written(campaign):
    correct(campaign, "--value", "7", "--reason", "核对", "--by", "王某")
    for words in (["--change", "1"], ["--value", "8"]):
        assert "就不能另有更正" in correct(campaign, *words, "--reason", "又", "--by", "王某", code=1)
    assert len(corrections(campaign)) == 1
    said = run(campaign, "correct", "表三 本年新收 总计", "--change", "1", "--reason", "r", "--by", "王某", code=1)
    assert "合计格" in said
    said = run(campaign, "correct", "表三 没有 这行", "--change", "1", "--reason", "r", "--by", "王某", code=1)
    assert "没有“没有 这行”" in said
    assert "不是数" in correct(campaign, "--change", "一", "--reason", "r", "--by", "王某", code=1)
    assert "应为整数" in correct(campaign, "--change", "0.5", "--reason", "r", "--by", "王某", code=1)
    assert "没有" in correct(campaign, "--change", "1", "--agency", "无此局", "--reason", "r", "--by", "王某", code=1)
    correct(campaign, "--reason", "r", "--by", "王某", code=2)
    correct(campaign, "--change", "1", "--by", "王某", code=2)


def test_what_somebody_saves_meanwhile_is_not_written_over(campaign, monkeypatch):
    run(campaign, "text", TEXT, "-", given="甲")
    path = campaign.root / campaign.layout.texts
    stage_file = files.stage_file

    def stage(target, data):
        path.write_bytes(path.read_bytes() + (b"" if campaign.has_desk else "\n# 刚存的\n".encode()) + b"\n")
        return stage_file(target, data)

    monkeypatch.setattr(files, "stage_file", stage)
    saved = path.read_bytes()
    assert "刚刚有人存过" in run(campaign, "text", TEXT, "-", given="乙", code=1)
    assert path.read_bytes().startswith(saved) and path.read_bytes() != saved
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_a_workbook_that_is_open_is_left_alone(desk_office):  # noqa: F811
    campaign = load_campaign(desk_office.root)
    (campaign.root / f"~${DESK_FILE}").write_bytes(b"")
    before = (campaign.root / DESK_FILE).read_bytes()
    assert "正有人开着" in run(campaign, "text", TEXT, "-", given="甲", code=1)
    assert "正有人开着" in correct(campaign, "--change", "1", "--reason", "r", "--by", "王某", code=1)
    assert (campaign.root / DESK_FILE).read_bytes() == before


def test_a_text_is_longer_than_a_cell(desk_office):  # noqa: F811
    campaign = load_campaign(desk_office.root)
    assert "最多写" in run(campaign, "text", TEXT, "-", given="长" * 32_768, code=1)
    assert not read_drafts(campaign).get(TEXT_KEY)


def test_what_a_command_wrote_into_the_workbook_is_weighed_and_noted_at_once(desk_office):  # noqa: F811
    campaign = load_campaign(desk_office.root)
    correct(campaign, "--change", "-1", "--reason", "两家都计了", "--by", "王某")
    run(campaign, "text", TEXT, "-", "--by", "王某", given="一是人手少。")
    data = (campaign.root / DESK_FILE).read_bytes()
    desk = read_desk(data, DESK_FILE)
    for sheet, field in ((CORRECTION_SHEET, "reason"), (TEXT_SHEET, "content")):
        results = [line.text("result") for line in desk.lines(sheet) if line.text(field)]
        assert len(results) == 1 and results[0], sheet.name
    with opened(campaign) as store:
        assert store.find_written(DESK_FILE)[0] == hashlib.sha256(data).hexdigest()
    run(campaign, "status")
    assert (campaign.root / DESK_FILE).read_bytes() == data
