"""`xltool status`: the table, the JSON of the contract and the page, from any folder of the campaign."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner

from tests.campaign import stores
from tests.campaign.stores import finding, stray, take, waive
from xltool.campaign.roster import Roster
from xltool.cli import main

ROSTER = Roster(stores.entries())
OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB = (entry.agency.code for entry in ROSTER.entries)
LONG_AGO, LONG_AFTER = date(2001, 1, 31), date(2999, 1, 31)


def run(*arguments):
    return CliRunner().invoke(
        main, [str(argument) for argument in arguments], prog_name="xltool", catch_exceptions=False
    )


def made(root, deadline):
    campaign = stores.campaign(root, ROSTER, deadline)
    with stores.opened(campaign) as store:
        share = finding("applications.carried_out_share", "warning", message="一般不超过一半。改法：核对。")
        take(
            store,
            EDUCATION,
            "2001-01-10T09:15:00",
            [finding("applications.balance@total", message="不平。改法：改。"), share],
        )
        take(store, FINANCE, "2001-01-12T09:00:00", [share])
        take(store, LAND, "2001-02-02T09:00:00", [finding("cell.level", code="cell.level")])
        waive(store, LAND, "cell.level")
        stray(store, "照片\x1b[2J.xlsx", "这不是 xlsx 工作簿。")
    return campaign


@pytest.fixture
def late(tmp_path):
    return made(tmp_path, LONG_AGO)


def width(text):
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def test_the_table_is_aligned_and_tells_who_is_late_and_what_is_wrong(late):
    done = run("status", "-C", late.root)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("额敏县 2024 年度政府信息公开工作年度报告（期限 2001-01-31，已过 ")
    assert lines[1] == "共 6 个单位：通过 1，待说明 1，退回 1，未报送 3；逾期 4，迟报 1；未能收下的文件 1 个。"
    head, *rows = lines[3:10]
    assert [row.split()[0] for row in rows] == [entry.agency.code for entry in ROSTER.entries]
    states = {width(row[: row.index(row.split()[2])]) for row in rows}
    assert states == {width(head[: head.index("状态")])}
    assert rows[3].split() == [LAND, "额敏县自然资源局", "通过", "迟报", "1", "0", "0", "1", "2001-02-02"]
    text = done.stdout
    assert "未报送，已逾期 " in text and "2001-02-02 报送，迟 2 天" in text
    assert "待说明（在“校验”表的“说明”栏写明，或改正）：\n  654221-002" in text
    assert "[强制] 不平。（applications.balance@total）" in text and "改法" not in text
    assert "照片[2J.xlsx：这不是 xlsx 工作簿。" in text and "\x1b" not in text


def test_before_the_deadline_nobody_missing_is_late(tmp_path):
    done = run("status", "-C", made(tmp_path, LONG_AFTER).root)
    assert "逾期 0，迟报 0；" in done.stdout and "逾期：" not in done.stdout and "还有 " in done.stdout


def test_without_a_deadline(tmp_path):
    assert "（未设期限）" in run("status", "-C", made(tmp_path, None).root).stdout


def test_json_from_within_the_campaign(late, monkeypatch):
    monkeypatch.chdir(late.root / "inbox")
    done = run("status", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and done.stdout.endswith("}\n") and done.stderr == ""
    assert told["schema"] == "xltool/status/1"
    assert told["counts"] == {"missing": 3, "returned": 1, "open": 1, "accepted": 1, "absent": 0, "unmatched": 1}
    assert [agency["late"] for agency in told["agencies"]] == [False, False, False, True, False, False]
    assert [agency["overdue"] for agency in told["agencies"]] == [True, True, False, False, True, True]


def test_the_page_is_written_where_asked(late, tmp_path):
    target = tmp_path / "墙" / "报送情况.html"
    done = run("status", "-C", late.root, "--html", target)
    assert done.exit_code == 0 and f"已写出 {target}" in done.stderr
    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_no_page_over_a_file_of_another_kind(late):
    before = late.database.read_bytes()
    done = run("status", "-C", late.root, "--html", late.database)
    assert done.exit_code == 2 and ".html" in done.stderr
    assert late.database.read_bytes() == before


def test_reminders_as_csv_and_workbook(late):
    done = run("remind", "-C", late.root)
    assert done.exit_code == 0 and "催报.xlsx" in done.stderr and "3 个单位还没有生成工作簿" in done.stderr
    data = (late.root / "催报.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b"\xef\xbb\xbf") and [row[0] for row in rows] == ["单位代码", EDUCATION, FINANCE]
    assert rows[1][5:7] == ["退回", "已退回，1 条须改，1 条须说明或改正"]
    assert [row[-1] for row in rows[1:]] == done.stdout.splitlines()
    book = openpyxl.load_workbook(late.root / "催报.xlsx")
    sheet, messages = book["催报"], book["消息"]
    assert [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == [row[:-1] for row in rows]
    assert [list(row) for row in messages.iter_rows(values_only=True)] == [[row[1], row[-1]] for row in rows]
    assert isinstance(sheet["I2"].value, int)


def test_outside_a_campaign_one_sentence_and_exit_1(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("status")
    assert done.exit_code == 1 and "不在填报任务的文件夹里" in done.stderr and done.stdout == ""


def test_of_many_agencies_what_is_exceptional_is_told_and_the_rest_counted(tmp_path):
    roster = Roster(stores.entries(300))
    campaign = stores.campaign(tmp_path, roster, LONG_AGO)
    with stores.opened(campaign) as store:
        for at, entry in enumerate(roster.entries[:100]):
            wrong = [finding("applications.balance@total")] if at < 40 else []
            take(store, entry.agency.code, "2001-01-10T09:15:00", wrong)
    short = run("status", "-C", campaign.root).stdout.splitlines()
    assert len(short) < 50
    assert short[1].startswith("共 300 个单位：通过 60，退回 40，未报送 200；")
    assert "  还有 25 个；加 --all 全部列出。" in short and "  还有 185 个；加 --all 全部列出。" in short
    assert not any("第99单位" in line for line in short), "who is accepted is a number"
    whole = run("status", "-C", campaign.root, "--all").stdout
    assert all(entry.agency.name in whole for entry in roster.entries) and "加 --all" not in whole
