"""A file whose name, or a report's title in its texts, names another agency of the roster than its stamp."""

from dataclasses import replace

import pytest

from tests import figures
from tests.campaign.test_decisions import FINANCE, Office
from xltool import api
from xltool.campaign.mentions import find_foreign_file_name, find_foreign_opening, find_foreign_title
from xltool.campaign.roster_reading import parse_roster
from xltool.model import Submission

ROSTER = parse_roster(
    "代码,单位,级别\n654221-000,某县人民政府办公室,县级\n654221-001,某县财政局,部门\n654221-002,某县水利局,部门\n"
    "654221-003,某县水利局河湖管理站,部门\n654221-004,某县人民政府,县级\n654221-101,某镇,乡镇\n2024,年号局,部门\n12,短号局,部门\n".encode()
)
SPEC = api.form("ogi-2021")


def agency(code):
    return ROSTER.agencies[code].agency


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("某县水利局.xlsx", "654221-002"),
        ("某县水利局2024年政府信息公开工作年度报告.xlsx", "654221-002"),
        ("报送/2024年报（某县水利局）.xlsx", "654221-002"),
        ("某县水利局河湖管理站.xlsx", "654221-003"),
        ("654221-002_2024.xlsx", "654221-002"),
        ("年报 654221-002.xlsx", "654221-002"),
        ("某 县 水利局.xlsx", "654221-002"),
        ("某镇报送表.xlsx", "654221-101"),
        ("某县财政局.xlsx", ""),
        ("某县财政局（报某县水利局汇总）.xlsx", ""),
        ("654221-001_转某县水利局.xlsx", ""),
        ("某县水利局.zip/年报.xlsx", ""),
        ("某县人民政府办公室/年报.xlsx", ""),
        ("年报（最终版2）2024-12.xlsx", ""),
        ("新建工作表.xlsx", ""),
        ("某镇财政所.xlsx", ""),
        ("水利局.xlsx", ""),
        ("", ""),
    ],
)
def test_names_of_files(file, other):
    found = find_foreign_file_name(ROSTER, agency("654221-001"), file)
    assert (found.agency.code if found else "") == other


def test_a_part_of_the_own_name_is_not_another():
    assert find_foreign_file_name(ROSTER, agency("654221-003"), "某县水利局报表.xlsx") is None
    assert find_foreign_file_name(ROSTER, agency("654221-000"), "某县人民政府.xlsx") is None


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("某县水利局2024年政府信息公开工作年度报告", "654221-002"),
        ("某县水利局\n2024年政府信息公开工作年度报告", ""),
        ("某县水利局关于二〇二四年度政府信息公开工作年度报告", "654221-002"),
        ("根据条例，现公布某县水利局 2024 年度政府信息公开工作年度报告。", "654221-002"),
        ("第一行。\n根据条例，某县水利局现向社会公布2024年政府信息公开工作年度报告。", "654221-002"),
        ("本报告由某县水利局根据条例编制。", "654221-002"),
        ("本年度报告是由某县水利局河湖管理站编制。", "654221-003"),
        ("某县财政局2024年政府信息公开工作年度报告", ""),
        ("本报告由某县财政局编制，某县水利局协助。", ""),
        ("指导某县水利局编制2024年政府信息公开工作年度报告", ""),
        ("督促某县水利局2024年政府信息公开工作年度报告按时公布", ""),
        ("与某县水利局共同办理申请3件。政府信息公开工作年度报告由办公室编制。", ""),
        ("某县财政局会同某县水利局编制政府信息公开工作年度报告", ""),
        ("本年与某县水利局会商两次，某县水利局现有人员3名。", ""),
        ("", ""),
    ],
)
def test_titles_in_texts(text, other):
    own = agency("654221-001")
    submission = Submission(SPEC.id, 2024, own, (None,) * len(SPEC.cells), {"preface": text})
    found = find_foreign_title(ROSTER, own, submission, SPEC)
    assert (found.agency.code if found else "") == other


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("某县水利局认真贯彻条例，我局公开信息30条。", "654221-002"),
        ("2024年，县水利局严格落实要求。", "654221-002"),
        ("2024年水利局高度重视。", "654221-002"),
        ("某镇主动公开信息30条。", "654221-101"),
        ("某县水利局河湖管理站积极推进。", "654221-003"),
        ("某县财政局认真贯彻条例。", ""),
        ("财政局认真贯彻条例，县水利局积极配合。", ""),
        ("县水利局全面支持某县财政局的工作。", ""),
        ("某县水利局印发的要点，我局逐项落实。", ""),
        ("某县人民政府高度重视政务公开。", ""),
        ("某县人民政府办公室认真指导。", ""),
        ("县委、县政府高度重视。", ""),
        ("我局联合县水利局共同办理。", ""),
        ("2024年，我局认真落实。", ""),
        ("", ""),
    ],
)
def test_whom_a_text_begins_with(text, other):
    own = agency("654221-001")
    submission = Submission(SPEC.id, 2024, own, (None,) * len(SPEC.cells), {"overview": text})
    found = find_foreign_opening(ROSTER, own, submission)
    assert (found.agency.code if found else "") == other


def test_whoever_is_above_and_the_government_s_own_unit_say_nothing():
    roster = parse_roster(
        "代码,单位,级别,上级代码\n0,某县人民政府办公室,县级,\n1,某县水利局,部门,0\n2,某县水利局河湖管理站,部门,1\n".encode()
    )

    def find(code, text):
        submission = Submission(SPEC.id, 2024, roster.agencies[code].agency, (), {"overview": text})
        return find_foreign_opening(roster, roster.agencies[code].agency, submission)

    assert find("2", "某县水利局认真贯彻条例。") is None
    assert find("0", "某县水利局认真贯彻条例。") is None
    assert find("2", "水利局认真贯彻条例。") is None


def test_thousands_of_names_are_looked_up_in_no_time():
    roster = parse_roster(("单位,级别\n" + "".join(f"某县第{at}号局,部门\n" for at in range(20_000))).encode())
    own = roster.entries[0].agency
    text = "督促某县第7号局2024年政府信息公开工作年度报告。" * 2_000 + "某县第5号局的政府信息公开工作年度报告。"
    submission = replace(Submission(SPEC.id, 2024, own, (None,) * len(SPEC.cells)), texts={"preface": text})
    assert find_foreign_title(roster, own, submission, SPEC) is roster.entries[5]
    for at in range(1, 200):
        assert find_foreign_file_name(roster, own, f"某县第{at}号局{'某' * 200}.xlsx") is roster.entries[at]
    assert find_foreign_file_name(roster, figures.AGENCY, "某" * 10_000) is None


def test_it_is_doubted_aloud_and_counts(tmp_path):
    office = Office(tmp_path)
    office.put("某县水利局年报.xlsx", office.fill(FINANCE, 1))
    done = office.run("collect")
    assert done.exit_code == 0, done.output
    _, agencies = office.status()
    assert agencies[FINANCE]["state"] == "accepted"
    plain = Office(tmp_path / "again") if (tmp_path / "again").mkdir() is None else None
    plain.put("年报.xlsx", plain.fill(FINANCE, 1))
    plain.run("collect")
    assert agencies[FINANCE]["warnings"] == plain.status()[1][FINANCE]["warnings"] + 1
    assert "文件名写的是“某县水利局”（A2），文件里的标识却是 A1“某县财政局”的" in done.output
