"""办公室.xlsx: what people write there is carried out and told beside it, and nothing that they add is lost."""

import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import take_judged
from xltool import api, files
from xltool.campaign import desk, folder
from xltool.campaign.desk import DeskVisit, make_new_desk
from xltool.campaign.desk_asking import read_tick
from xltool.campaign.desk_reading import read_desk
from xltool.campaign.desk_sheets import DESK_FILE, DESK_SHEETS
from xltool.campaign.desk_steps import RECORDED, OnRecord, choose_step
from xltool.campaign.desk_writing import SheetChange, update_desk
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.cli import main
from xltool.messages import XltoolError

ROSTER = (
    "code,name,level,parent\nA0,某县人民政府办公室,county,\nA1,某县财政局,department,A0\n"
    "A2,某县水利局,department,A0\nA3,某镇人民政府,township,A0\n"
)
SPEC = api.form("ogi-2021")
SOUND = figures.consistent(SPEC, Random(7))
TEXTS = {text.key: "写明了。" for text in SPEC.texts if text.required}
DOUBTED = "disclosure.in_force"


class Office:
    """A campaign, its workbook as a person edits it, and the commands."""

    def __init__(self, root):
        self.root, self.path = root, root / DESK_FILE

    def run(self, *words, code=0):
        done = CliRunner().invoke(main, [*map(str, words), "-C", str(self.root)], catch_exceptions=False)
        assert code is None or done.exit_code == code, done.output
        return done

    def edit(self, sheet, **cells):
        book = openpyxl.load_workbook(self.path)
        for address, value in cells.items():
            book[sheet][address] = value
        book.save(self.path)

    def lines(self, sheet):
        """The lines of a sheet by their numbers, texts by heads."""
        rows = openpyxl.load_workbook(self.path)[sheet].iter_rows(min_row=3, values_only=True)
        heads = next(rows)
        found = {number: dict(zip(heads, row, strict=True)) for number, row in enumerate(rows, 4)}
        return {number: {k: v for k, v in line.items() if v} for number, line in found.items() if any(line.values())}

    def find(self, sheet, **words):
        """The number of the only line that says so."""
        [number] = [n for n, line in self.lines(sheet).items() if words.items() <= line.items()]
        return number

    def take(self, code, at="2025-01-10T09:00:00", **values):
        """A return, as `collect` takes it in: with `value` in the cell that is to be doubted."""
        entry = folder.load_campaign(self.root).read_roster().agencies[code]
        submission = replace(figures.submission(SPEC, SOUND, entry.agency), texts=TEXTS)
        changed = [values.get(cell.key, value) for cell, value in zip(SPEC.cells, submission.values, strict=True)]
        with closing(Store(self.root / folder.DATABASE)) as store:
            take_judged(store, replace(submission, values=tuple(changed)), at, f"{code}{at}.xlsx")

    def state(self, code):
        agencies = json.loads(self.run("status", "--json").stdout)["agencies"]
        return next(each["state"] for each in agencies if each["code"] == code)

    def events(self):
        with closing(Store(self.root / folder.DATABASE)) as store:
            return [" ".join(row) for row in store._rows("SELECT what, person, detail FROM event ORDER BY id")]


def make_office(place):
    (place / "名录.csv").write_text(ROSTER, "utf-8")
    made = Office(place / "某县")
    words = ["--form", "ogi-2021", "--year", "2024", "--name", "某县", "--roster", str(place / "名录.csv")]
    done = CliRunner().invoke(main, ["new", str(made.root), *words, "--deadline", "2025-01-31"])
    assert done.exit_code == 0, done.output
    return made


@pytest.fixture
def office(tmp_path):
    return make_office(tmp_path)


def doubtful(**more):
    """Figures that 核实 asks about: less in force than were issued."""
    issued, in_force = (f"disclosure.normative_documents.{name}" for name in ("issued", "in_force"))
    return {issued: 5, in_force: 1, **more}


def test_a_new_campaign_has_one_workbook_and_chinese_folders(office, tmp_path):
    names = {path.name for path in office.root.iterdir()}
    assert {"下发", "收件", "退回", "存档", "报告", "汇总", DESK_FILE, "campaign.toml"} <= names
    assert not names & {"outbox", "inbox", "roster.csv"}
    assert openpyxl.load_workbook(office.path).sheetnames == [sheet.name for sheet in DESK_SHEETS]
    assert office.lines("名录")[5] == {
        "单位代码": "A1",
        "单位名称": "某县财政局",
        "级别": "县级及以下部门",
        "上级": "某县人民政府办公室",
    }
    before = office.path.read_bytes()
    words = ["--form", "ogi-2021", "--year", "2024", "--name", "某县", "--roster", str(tmp_path / "名录.csv")]
    again = CliRunner().invoke(main, ["new", str(office.root), *words, "--deadline", "2025-01-31"])
    assert again.exit_code == 0 and "已经是" in again.output
    other = CliRunner().invoke(main, ["new", str(tmp_path / "又"), *words])
    assert other.exit_code == 0 and (tmp_path / "又" / DESK_FILE).read_bytes() == before == office.path.read_bytes()


@pytest.mark.parametrize("command", ["status", "remind"])
def test_a_run_for_some_files_only_leaves_the_workbook_to_any_other_command(office, command):
    office.run("build")
    office.take("A1", **doubtful())
    before = office.path.read_bytes()
    office.run("collect", "--only", "--json")
    assert office.path.read_bytes() == before
    office.run(command)
    assert office.lines("名录")[5]["现状"] == "待说明（第 1 版）"
    office.take("A2", **doubtful())
    office.edit("名录", F5="12345")
    office.run("collect", "--only", "--json")
    assert office.lines("名录")[6]["现状"] == "待说明（第 1 版）", "what somebody has written is carried out at once"


def test_one_of_two_that_passed_together_and_was_taken_back_is_not_given_again(office):
    office.run("build")
    received = "applications.received.natural_person"
    office.take("A1", **figures.summed(SPEC, SOUND | {received: SOUND[received] + 5}))
    office.run("build")
    rules = [f"applications.balance@{column}" for column in ("natural_person", "total")]
    number = office.find("放行", 规则="、".join(rules))
    office.run("waive", "A1", *rules, "--reason", "核对过", "--by", "王某")
    assert office.state("A1") == "accepted"
    office.run("waive", "A1", rules[0], "--withdraw", "--reason", "记错了", "--by", "王某")
    for _ in range(3):
        assert "已登记" not in office.run("status").stderr and office.state("A1") == "returned"
    assert office.lines("放行")[number]["结果"].endswith(f"其中{rules[0]}已撤销，仍要放行的，清空本格")
    office.edit("放行", **{f"G{number}": None})
    assert "已登记" in office.run("status").stderr and office.state("A1") == "accepted"


def test_what_cannot_be_put_on_record_is_not_called_recorded_and_nothing_rests_on_it(office, monkeypatch):
    office.run("build")
    received = "applications.received.natural_person"
    office.take("A1", **figures.summed(SPEC, SOUND | {received: SOUND[received] + 5}))
    office.run("build")
    number = office.find("放行", 单位="某县财政局")
    office.edit("放行", **{f"D{number}": "√", f"E{number}": "核对过", f"F{number}": "王某"})
    put, given = Store._put, []

    def fail_at_the_second(store, table, *values):
        given.extend([table] if table == "waiver" else [])
        if given.count("waiver") == 2:
            given.append(table)
            raise sqlite3.OperationalError("database or disk is full")
        return put(store, table, *values)

    monkeypatch.setattr(Store, "_put", fail_at_the_second)
    done = office.run("consolidate", "--allow-missing", code=1)
    assert (
        f"{DESK_FILE} “放行”表第 {number} 行还没有登记成：数据库写不进去：磁盘空间不足。排除以后再执行一次"
        in done.stderr
    )
    assert "已登记" not in done.stderr and not (office.root / "汇总" / "submission.json").exists()
    monkeypatch.undo()
    assert office.state("A1") == "accepted", "the next command carries it out, whole"


def test_what_is_not_settled_is_listed_ticked_and_recorded(office):
    office.run("build")
    office.take("A1", **doubtful())
    assert office.state("A1") == "open"
    office.run("build")
    number = office.find("放行", 单位="某县财政局")
    line = office.lines("放行")[number]
    assert line["规则"].startswith(DOUBTED) and "规范性文件" in line["审核结果"] and "结果" not in line
    office.edit("放行", **{f"D{number}": "√", f"E{number}": " 核对过\n原件 "})
    done = office.run("status")
    assert f"{DESK_FILE} “放行”表第 {number} 行：没有写“姓名”" in done.stderr and office.state("A1") == "open"
    assert office.lines("放行")[number]["结果"].startswith("没有办：没有写“姓名”")
    office.edit("放行", **{f"F{number}": "王某"})
    assert "已登记。核对过 原件（王某）" in office.run("status").stderr
    assert office.state("A1") == "accepted"
    assert office.lines("放行")[number]["结果"].startswith("已登记：核对过 原件（王某，")
    assert office.lines("名录")[5]["现状"] == "通过（第 1 版）"
    told = office.events()
    office.run("build")
    assert office.events() == told  # once
    office.edit("放行", **{f"D{number}": None})
    office.run("status")
    assert office.state("A1") == "open" and office.lines("放行")[number]["结果"].startswith("已撤销（王某，")
    office.edit("放行", **{f"D{number}": "是"})
    office.run("status")
    assert office.state("A1") == "accepted"


def test_a_waiver_lapses_with_its_figures_and_is_ticked_again(office):
    office.take("A1", **doubtful())
    office.run("build")
    number = office.find("放行", 单位="某县财政局")
    office.edit("放行", **{f"D{number}": "√", f"E{number}": "核对过", f"F{number}": "王某"})
    assert office.state("A1") == "accepted"
    office.take("A1", "2025-01-12T09:00:00", **doubtful(**{"disclosure.normative_documents.in_force": 2}))
    assert office.state("A1") == "open"
    office.run("build")
    line = office.lines("放行")[number]
    assert "放行" not in line and line["结果"].startswith("放行失效：") and line["理由"] == "核对过"
    office.edit("放行", **{f"D{number}": "√"})
    assert office.state("A1") == "accepted"


def test_commands_are_reflected_and_an_old_copy_does_nothing_again(office):
    office.run("build")
    office.edit("缺席", A4="某县水利局", B4="A1", C4="并入财政局", D4="王某")
    before = office.path.read_bytes()  # somebody keeps this copy
    assert office.state("A2") == "absent"
    assert office.lines("缺席")[4]["结果"].startswith("已登记：并入某县财政局，并入财政局（王某，")
    office.run("absent", "A2", "--withdraw", "--reason", "弄错了", "--by", "李某")
    assert office.state("A2") == "missing"
    line = office.lines("缺席")[4]
    assert line["撤销"] == "撤销" and line["结果"].startswith("已撤销（李某，")
    office.path.write_bytes(before)
    done = office.run("status")
    assert "以同样的理由登记过，后来撤销了" in done.stderr and office.state("A2") == "missing"
    office.edit("缺席", C4="确实并入了")
    assert office.state("A2") == "absent"
    office.run("extend", "A3", "2025-02-10", "--reason", "大雪", "--by", "李某")
    assert office.lines("延期")[4]["延至"] == "2025-02-10"
    office.edit("延期", B4="2025年2月15日")
    office.run("build")
    assert office.lines("延期")[4]["结果"].startswith("已登记：延至2025年2月15日，大雪（李某，")
    office.edit("延期", E4="撤销")
    assert "已撤销" in office.run("status").stderr and office.lines("延期")[4]["结果"].startswith("已撤销（李某，")
    office.edit("延期", E4=None, B4="2025-02-20")
    office.run("extend", "A3", "--withdraw", "--reason", "不延了", "--by", "李某")
    assert office.lines("延期")[4]["撤销"] == "撤销"
    assert [event for event in office.events() if event.startswith("extend")][-2:] == [
        "extend 李某 A3 延至 2025-02-20：大雪",
        "extend 李某 A3 撤销：不延了",
    ]
    office.edit("延期", E4=None, B4="2025-02-30")
    assert "“2025-02-30”不是日期" in office.run("status").stderr


def test_lines_about_agencies_that_nobody_knows_are_told(office):
    office.edit("缺席", A4="某县水利司", C4="撤并", D4="王某")
    office.edit("延期", A4="某县财政局", B4="2024-12-01", C4="大雪", D4="王某")
    done = office.run("status")
    assert "“缺席”表第 4 行：单位名录里没有“某县水利司”，最接近的是 A2（某县水利局）" in done.stderr
    assert "“延期”表第 4 行：2024年12月1日早于本任务的期限" in done.stderr
    assert "“缺席”表" in office.run("status").stderr  # until it is mended
    office.edit("缺席", A4="某县水利局")
    assert "“缺席”表" not in office.run("status").stderr and office.state("A2") == "absent"


def test_what_people_add_beside_it_stays(office):
    office.run("build")
    book = openpyxl.load_workbook(office.path)
    page = book["名录"]
    page.insert_cols(1)
    page["A3"], page["A5"] = "分管", "赵副县长"
    page["C5"].comment, page["C5"].fill = Comment("催过两次", "王某"), PatternFill("solid", fgColor="FFFFFF00")
    book.create_sheet("我的备忘")["B2"] = "=1+1"
    book.move_sheet("我的备忘", -6)
    book.save(office.path)
    office.take("A1", **doubtful())
    office.run("build")
    book = openpyxl.load_workbook(office.path)
    assert book.sheetnames[0] == "我的备忘" and book["我的备忘"]["B2"].value == "=1+1"
    page = book["名录"]
    assert (page["A3"].value, page["A5"].value) == ("分管", "赵副县长")
    assert page["C5"].comment.text == "催过两次" and page["C5"].fill.fgColor.rgb == "FFFFFF00"
    assert page["I5"].value == "待说明（第 1 版）"
    office.run("build")
    assert len(openpyxl.load_workbook(office.path)["放行"]["A"]) >= 4


def test_lines_that_are_settled_make_room_unless_somebody_wrote_there(office):
    office.take("A1", **doubtful())
    office.take("A2", **doubtful())
    office.run("build")
    mine = office.find("放行", 单位="某县财政局")
    office.edit("放行", **{f"H{mine}": "问过了"})
    for code in ("A1", "A2"):
        office.take(code, "2025-01-12T09:00:00")
    office.take("A3", **doubtful())
    office.run("build")
    lines = office.lines("放行")
    assert [line.get("单位") for line in lines.values()] == ["某县财政局", "某镇人民政府"]


def test_a_workbook_that_is_open_is_told_and_caught_up_with(office):
    office.run("build")
    (office.root / f"~${DESK_FILE}").write_bytes(b"x")
    before = office.path.read_bytes()
    done = office.run("absent", "A2", "--reason", "撤并", "--by", "王某")
    assert "正有人开着" in done.stderr and f"~${DESK_FILE}" in done.stderr
    assert office.path.read_bytes() == before and office.state("A2") == "absent"
    (office.root / f"~${DESK_FILE}").unlink()
    office.run("build")
    assert office.lines("缺席")[4]["单位"] == "某县水利局"


def test_what_a_mended_database_lost_is_asked_for_again(office):
    office.run("build")
    office.edit("缺席", A4="某县水利局", C4="撤并", D4="王某")
    assert office.state("A2") == "absent"
    (office.root / folder.DATABASE).unlink()
    for path in (office.root / "backup").glob("*.db"):
        path.unlink()
    office.run("doctor", "--mend", code=None)
    done = office.run("status")
    assert "“缺席”表第 4 行：登记过的不见了" in done.stderr and office.state("A2") == "missing"
    assert "登记过的不见了" in office.run("build").stderr and office.state("A2") == "missing"
    office.edit("缺席", F4=None)
    assert office.state("A2") == "absent"


def test_a_copy_of_each_day_is_kept(office):
    office.run("build")
    office.edit("名录", J1="我的备忘")
    office.run("build")
    [copy] = (office.root / "backup").glob("办公室.*.xlsx")
    assert openpyxl.load_workbook(copy).sheetnames == [sheet.name for sheet in DESK_SHEETS]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04damaged", b"not a workbook"], ids=["empty", "torn", "text"])
def test_a_damaged_workbook_is_a_sentence(office, content):
    office.run("build")
    office.path.write_bytes(content)
    for command in (("status",), ("build",), ("consolidate",)):
        done = office.run(*command, code=1)
        assert f"{DESK_FILE} 打不开" in done.stderr and "备份" in done.stderr
    assert office.path.read_bytes() == content


def test_a_workbook_that_is_gone_or_has_lost_a_sheet_or_a_head(office):
    office.run("build")
    kept = office.path.read_bytes()
    office.path.unlink()
    assert f"没有 {DESK_FILE}" in office.run("status", code=1).stderr
    office.path.write_bytes(kept)
    book = openpyxl.load_workbook(office.path)
    del book["缺席"]
    book["延期"]["B3"] = "到哪天"
    book.save(office.path)
    done = office.run("absent", "A2", "--reason", "撤并", "--by", "王某")
    assert "“延期”表没有表头“延至”" in done.stderr
    assert office.lines("缺席")[4]["单位"] == "某县水利局"
    book = openpyxl.load_workbook(office.path)
    book["名录"].title = "名单"
    book.save(office.path)
    assert "没有“名录”表" in office.run("status", code=1).stderr


def test_the_roster_is_edited_in_the_workbook(office):
    office.run("build")
    office.edit("名录", B8="某县林业局", C8="部门", D8="某县人民政府办公室")
    assert "新增" in office.run("build").stdout
    assert office.lines("名录")[8]["单位代码"] and office.lines("名录")[8]["现状"] == "未报送"
    office.edit("名录", C8="不知道")
    done = office.run("status", code=1)
    assert f"单位名录（{DESK_FILE} 的“名录”表）有错" in done.stderr and "第 8 行：级别“不知道”认不出" in done.stderr


def test_both_layouts_at_once_are_refused(office):
    (office.root / "roster.csv").write_text(ROSTER, "utf-8")
    done = office.run("status", code=1)
    assert f"既有 {DESK_FILE}，又有 roster.csv" in done.stderr
    (office.root / "roster.csv").unlink()
    (office.root / "汇总" / "texts.toml").write_text("", "utf-8")
    assert "汇总/texts.toml" in office.run("status", code=1).stderr


def test_corrections_and_texts_of_the_county(office):
    office.run("build")
    for code in ("A0", "A1", "A2", "A3"):
        office.take(code)
    table = next(table for table in SPEC.tables if table.id == "applications")
    office.edit("更正", A4=f"{table.name} 本年新收 自然人", B4=-1, D4="两个单位都计了", E4="王某", F4="某县财政局、A2")
    office.edit("更正", A5=f"{table.name} 本年新收 总计", B5="-1", D5="同上", E5="王某")
    done = office.run("status")
    assert f"{DESK_FILE} “更正”表 A5：" in done.stderr and "合计格" in done.stderr
    assert "“更正”表有 1 处错" in office.run("consolidate", code=1).stderr
    office.edit("更正", A5=f"{table.name} 结转下年度 自然人", B5="－１")
    overview = office.find("本级文字", 哪一段="一、总体情况：概述")
    office.edit("本级文字", **{f"B{overview}": "全县新收{表三 本年新收 总计}件。\n第二段{表三 没有这行}。"})
    done = office.run("consolidate", code=1)
    assert f"“本级文字”表 B{overview}：{{表三 没有这行}}" in done.stderr
    office.edit("本级文字", **{f"B{overview}": "全县新收{表三 本年新收 总计}件。\n第二段。"})
    assert "更正 2 处" in office.run("consolidate", code=None).stdout
    county = json.loads((office.root / "汇总" / "submission.json").read_text("utf-8"))
    received = 4 * SOUND["applications.received.natural_person"] - 1
    assert county["values"]["applications.received.natural_person"] == received
    assert f"全县新收{county['values']['applications.received.total']}件。\n第二段。" == county["texts"]["overview"]
    assert "汇总时照办" in office.lines("更正")[4]["结果"]
    assert office.lines("本级文字")[overview]["结果"].endswith("字")


def test_ticks_as_people_write_them():
    yes = ["√", " ✓", "✔", "是", "1", "１", "x", "X", "TRUE", "true", "Ｙ", "放行 "]
    assert {read_tick(text) for text in yes} == {"give"}
    assert {read_tick(text) for text in ["", " ", "　", "否", "0", "FALSE", "不"]} == {"nothing"}
    assert {read_tick(text) for text in ["撤销", " 取消", "收回"]} == {"withdraw"}
    assert {read_tick(text) for text in ["?", "待定", "2", "×"]} == {None}


WORDS = st.sampled_from(["核对过", "问过了"])


@given(
    st.sampled_from(["give", "withdraw", "nothing"]),
    st.none() | WORDS,
    st.none() | WORDS,
    WORDS,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "已撤销（李某，2025-01-12 10:00:00）"]),
    st.booleans(),
)
def test_a_line_never_undoes_what_it_did_not_know_of(asked, recorded, told, written, lapsed, said, withdrawn, knows):
    """Three states meet: what is on the record, what 结果 knew of it, what the line says now."""
    result = withdrawn if told is None and knows else "" if told is None else f"{RECORDED}{told}（王某，2025-01-10）"
    record = None
    if recorded is not None:
        text = "放行失效：……" if lapsed else f"{RECORDED}{recorded}（王某，2025-01-10）"
        record = OnRecord(text, {}, same=written == recorded, lapsed=lapsed)
    step = choose_step(asked, result, f"{RECORDED}{written}（王某，", record, said=said, withdrawn=withdrawn)
    if step == "withdraw":  # only what the line says, or knew of and says no more
        assert record is not None and (asked == "withdraw" or told is not None)
    if step == "give":  # never what was taken back since, never over what the line did not know of
        assert asked == "give" and (recorded is None or written != recorded or lapsed)
        assert told is None or (record is not None and result == record.text)
        assert recorded is not None or not said or (withdrawn and knows)
    if step == "withdrawn":  # never of what is on the record
        assert recorded is None and told is not None and (withdrawn or asked != "give")
    if told is not None and told == written and asked == "give":  # an old copy that asks for nothing new
        assert step not in {"give", "withdraw"}


def test_what_a_person_saves_meanwhile_is_kept(office, monkeypatch):
    office.run("build")
    run_apart = desk.workers.run_in_workers

    def save_meanwhile(function, items, **more):
        made = [*run_apart(function, items, **more)]
        office.edit("缺席", A4="某县财政局", C4="撤并", D4="王某")
        return made

    with monkeypatch.context() as patched:
        patched.setattr(desk.workers, "run_in_workers", save_meanwhile)
        done = office.run("absent", "A2", "--reason", "撤并", "--by", "王某")
    assert "刚刚有人存过，结果还没有写进去" in done.stderr
    assert [line["单位"] for line in office.lines("缺席").values()] == ["某县财政局"]
    office.run("status")
    assert {line["单位"] for line in office.lines("缺席").values()} == {"某县财政局", "某县水利局"}
    assert office.state("A1") == office.state("A2") == "absent"


def test_a_workbook_that_cannot_be_written_costs_no_command(office, monkeypatch):
    office.run("build")
    before = office.path.read_bytes()

    def refuse(self, path, mode=None):
        self.discard()
        raise XltoolError(f"写不出 {path.name}：没有权限，或正在被其他程序使用。")

    with monkeypatch.context() as patched:
        patched.setattr(files.Staged, "put", refuse)
        done = office.run("absent", "A2", "--reason", "撤并", "--by", "王某")
    assert "正在被其他程序使用" in done.stderr and "该登记的都登记了" in done.stderr
    assert office.path.read_bytes() == before and not list(office.root.glob(f"{files.TEMPORARY}*"))
    office.run("build")
    assert office.lines("缺席")[4]["结果"].startswith(RECORDED)


def test_a_run_that_was_killed_before_it_noted_what_it_wrote(office):
    office.run("build")
    office.edit("缺席", A4="某县水利局", C4="撤并", D4="王某")
    office.run("status")
    with closing(Store(office.root / folder.DATABASE)) as store:
        store.note_written({DESK_FILE: ("0" * 64, "")})
    told, written = office.events(), office.path.read_bytes()
    office.run("status")
    assert office.events() == told and office.path.read_bytes() == written


CODES = st.sampled_from(["A1", "A2", "A3"])


class Desks(RuleBasedStateMachine):
    """Persons, commands and old copies at one workbook: the record changes only by what is asked for anew."""

    def __init__(self):
        super().__init__()
        self.place = TemporaryDirectory()
        self.office = make_office(Path(self.place.name))
        self.office.run("build")
        self.names = {
            e.agency.code: e.agency.name for e in folder.load_campaign(self.office.root).read_roster().entries
        }
        self.wanted: dict[str, tuple[str, str]] = {}
        self.count = 0
        self.copies = [self.office.path.read_bytes()]

    def teardown(self):
        self.place.cleanup()

    def number(self, code):
        lines = self.office.lines("缺席")
        return next((n for n, line in lines.items() if line.get("单位") == self.names[code]), max(lines, default=3) + 1)

    def settle(self):
        self.office.run("status")
        with closing(Store(self.office.root / folder.DATABASE)) as store:
            found = {code: (record.reason, record.person) for code, record in store.absences().items()}
        assert found == self.wanted

    @rule(code=CODES, person=st.sampled_from(["王某", "李某 "]))
    def command_excuses(self, code, person):
        self.count += 1
        self.office.run("absent", code, "--reason", f"撤并{self.count}", "--by", person)
        self.wanted[code] = (f"撤并{self.count}", person.strip())

    @precondition(lambda self: self.wanted)
    @rule(data=st.data())
    def command_withdraws(self, data):
        code = data.draw(st.sampled_from(sorted(self.wanted)))
        self.office.run("absent", code, "--withdraw", "--reason", "弄错了", "--by", "王某")
        del self.wanted[code]

    @rule(code=CODES, blank=st.sampled_from(["", " ", "\u3000"]))
    def person_excuses(self, code, blank):
        self.count += 1
        n = self.number(code)
        words = {f"A{n}": self.names[code] + blank, f"C{n}": f"并入{self.count}{blank}", f"D{n}": "王某"}
        old = self.office.lines("缺席").get(n, {}).get("结果", "")
        current = old.startswith(RECORDED) == (code in self.wanted)
        self.office.edit("缺席", **words, **{f"E{n}": None}, **({} if current else {f"F{n}": None}))
        self.wanted[code] = (f"并入{self.count}", "王某")
        self.settle()

    @precondition(lambda self: self.wanted)
    @rule(data=st.data())
    def person_withdraws(self, data):
        code = data.draw(st.sampled_from(sorted(self.wanted)))
        self.settle()
        n = self.number(code)
        self.office.edit("缺席", **{f"E{n}": data.draw(st.sampled_from(["撤销", "取消 "]))})
        del self.wanted[code]
        self.settle()

    @rule()
    def somebody_keeps_a_copy(self):
        self.office.run("build")
        self.copies.append(self.office.path.read_bytes())

    @rule(data=st.data())
    def an_old_copy_comes_back(self, data):
        self.office.path.write_bytes(data.draw(st.sampled_from(self.copies)))
        self.settle()

    @rule()
    def a_line_is_deleted(self):
        self.office.run("build")
        book = openpyxl.load_workbook(self.office.path)
        book["缺席"].delete_rows(4)
        book.save(self.office.path)
        self.settle()

    @invariant()
    def the_workbook_says_what_is_on_the_record(self):
        self.office.run("build")
        lines = self.office.lines("缺席").values()
        told = {line["单位"].strip() for line in lines if line.get("结果", "").startswith((RECORDED, "登记的是"))}
        assert told == {self.names[code] for code in self.wanted}


TestDesks = Desks.TestCase
TestDesks.settings = settings(max_examples=4, stateful_step_count=8, deadline=None)


def test_a_workbook_that_was_not_written_whole_is_not_put_there(office, monkeypatch):
    """openpyxl goes on without a word when the disk of its temporary files is full."""
    save = openpyxl.Workbook.save

    def save_cut(book, target):
        whole = io.BytesIO()
        save(book, whole)
        with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(target, "w") as cut:
            for name in parts.namelist():
                data = parts.read(name)
                cut.writestr(name, data[: len(data) // 2] if name.endswith("sheet2.xml") else data)

    table = read_desk(office.path.read_bytes(), DESK_FILE).tables["缺席"]
    change = SheetChange(table.sheet, table.columns, table.head, {4: {"reason": "撤并"}})
    assert update_desk([change], office.path.read_bytes()) is not None
    monkeypatch.setattr(openpyxl.Workbook, "save", save_cut)
    with pytest.raises(XltoolError, match="磁盘可能满了"):
        update_desk([change], office.path.read_bytes())


def test_what_is_carried_out_only_at_the_end_shows_in_how_agencies_stand(office):
    office.run("build")
    office.take("A3")
    office.run("build")
    office.edit("缺席", A4="某镇人民政府", C4="撤并", D4="王某")
    campaign = folder.load_campaign(office.root)
    with closing(Store(office.root / folder.DATABASE)) as store:
        told = list(DeskVisit(campaign, campaign.read_roster(), store, datetime(2025, 1, 20)).refresh())
    assert [each for each in told if "已登记" in each]
    assert office.state("A3") == "absent"
    assert office.lines("名录")[office.find("名录", 单位代码="A3")]["现状"] == "无需报送"


def test_a_workbook_that_cannot_be_written_is_told(monkeypatch):
    def fail(*_):
        raise RuntimeError("IO_ENOSPC")  # as the library that openpyxl writes with says it

    monkeypatch.setattr(openpyxl.Workbook, "save", fail)
    with pytest.raises(XltoolError, match="写不出工作簿"):
        make_new_desk(Roster(stores.entries()), stores.SPEC)


def test_what_a_killed_new_has_left_is_cleared_away_by_the_next(tmp_path):
    roster = Roster(stores.entries())
    made = stores.campaign(tmp_path, roster)
    left = "import sys; from pathlib import Path; from xltool.files import Staging; Staging(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", left, made.root], check=True)
    assert [*made.root.glob(".xltool-*")]
    assert not folder.create_campaign(made, roster, roster.to_csv()), "it is there already"
    assert not [*made.root.glob(".xltool-*")]


def test_of_two_commands_that_write_at_once_none_says_that_somebody_has_saved(office, monkeypatch):
    office.take("A1")
    put = DeskVisit._replace

    def be_late(visit, made, basis):
        monkeypatch.undo()
        office.run("status")
        office.take("A2")
        put(visit, made, basis)

    monkeypatch.setattr(DeskVisit, "_replace", be_late)
    assert "有人存过" not in office.run("status").output
    assert "有人存过" not in office.run("status").output
    with closing(Store(office.root / folder.DATABASE)) as store:
        assert store.find_written(DESK_FILE)[0] == files.hash_file(office.path)
