"""`xltool import`, `xltool verify`, and `xltool check` on published reports."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib import import_module

import pytest
from click.testing import CliRunner

from tests.published.reports import report, text
from xltool import api
from xltool.cli import main
from xltool.forms import totals

SUBMISSION = report(7)
SPEC = api.form("ogi-2021")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "held.json").write_bytes(api.dump(SUBMISSION))
    for kind in ("docx", "html", "txt"):
        (tmp_path / f"report.{kind}").write_bytes(api.report(SUBMISSION, kind))
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, list(words), prog_name="xltool", catch_exceptions=False)


@pytest.mark.parametrize("kind", ["docx", "html", "txt"])
def test_a_report_is_imported_with_its_evidence(folder, kind):
    done = run(
        "import", f"report.{kind}", "-o", "out.json", "--code", "99-1", "--level", "county", "--evidence", "依据.csv"
    )
    assert (done.exit_code, done.stdout) == (0, "")
    told = json.loads((folder / "out.json").read_bytes())
    assert told["agency"] == {"code": "99-1", "name": SUBMISSION.agency.name, "level": "county"}
    assert (
        api.read((folder / "out.json").read_bytes()).submission.values
        == totals.complete_totals(SPEC, SUBMISSION)[0].values
    )
    head, *rows = csv.reader(io.StringIO((folder / "依据.csv").read_text("utf-8-sig")))
    assert head[0] == "项目"
    assert len(rows) == len(SPEC.cells)
    assert rows[0][2].startswith("第1个表格第")


def test_a_report_goes_to_the_screen(folder):
    done = run("import", "report.txt")
    assert json.loads(done.stdout)["year"] == SUBMISSION.year
    assert "这是已公布的年度报告（文本）" in done.stderr


def test_what_is_no_report(folder):
    (folder / "junk.txt").write_text("没有", "utf-8")
    assert run("import", "junk.txt").exit_code == 5
    assert run("import", "absent.txt").exit_code == 1
    assert run("import", "report.txt", "--year", "1066").exit_code == 2


def test_a_report_that_agrees(folder):
    done = run("verify", "report.docx", "--against", "held.json")
    assert (done.exit_code, done.stdout.strip()) == (0, "report.docx 与 held.json 一致：200 个数和全部文字都相同。")


def test_every_difference_is_told(folder):
    values = list(totals.complete_totals(SPEC, SUBMISSION)[0].values)
    values[SPEC.index["disclosure.licensing.decisions"]] += 1
    other = replace(
        SUBMISSION,
        values=tuple(values),
        year=SUBMISSION.year + 1,
        texts={**SUBMISSION.texts, "problems": "存在三个问题。"},
    )
    (folder / "other.json").write_bytes(api.dump(other))
    done = run("verify", "report.html", "--against", "other.json")
    assert done.exit_code == 3
    assert [line[:6] for line in done.stdout.splitlines()] == ["  [强制]"] * 3
    for words in ("年度是", "表二“行政许可”行", "“五、存在的主要问题及改进情况”的文字不同", "数据里是“存在三个问题。”"):
        assert words in done.stdout


def test_what_cannot_be_verified(folder):
    assert run("verify", "held.json", "--against", "held.json").exit_code == 5
    assert run("verify", "absent.docx", "--against", "held.json").exit_code == 1
    assert run("verify", "report.docx", "--against", "report.html").exit_code == 0
    assert run("verify", "report.docx").exit_code == 2


def test_check_works_on_a_report_and_takes_one_as_last_year(folder):
    done = run("check", "report.docx", "--json")
    told = json.loads(done.stdout)
    assert (told["form"], told["year"], told["agency"]["name"]) == ("ogi-2021", SUBMISSION.year, SUBMISSION.agency.name)
    assert told["findings"][-1]["code"] == "published.read"
    last = replace(SUBMISSION, year=SUBMISSION.year - 1)
    (folder / "last.html").write_bytes(api.report(last, "html"))
    assert run("check", "held.json", "--prior", "last.html").exit_code in {0, 3}


def test_a_report_in_an_inbox_is_no_workbook(folder):
    (folder / "roster.csv").write_text("code,name,level\n99-1,样例局,department\n", "utf-8")
    assert (
        run(
            "new", "c", "--plain", "--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", "roster.csv"
        ).exit_code
        == 0
    )
    (folder / "c" / "inbox" / "报告.txt").write_text(text(SUBMISSION), "utf-8")
    done = run("collect", "-C", "c")
    assert "这是已公布的年度报告，不是下发的工作簿" in done.stdout


def test_report_reads_back_what_it_wrote(folder, monkeypatch):
    monkeypatch.setattr(import_module("xltool.report.docx"), "to_docx", lambda *_: api.report(report(8), "html"))
    done = run("report", "held.json", "-o", "x.docx", "--draft")
    assert done.exit_code == 3
    assert "写出的报告读回来与数据不一致" in done.stderr


# ---------------------------------------------------------------- whose it is


def untitled(folder):
    """A report without a title, and so of nobody and no year, with figures that only some levels may have."""
    given = replace(
        SUBMISSION,
        values=tuple(
            3 if cell.key == "disclosure.regulations.in_force" else value
            for cell, value in zip(SPEC.cells, SUBMISSION.values, strict=True)
        ),
    )
    (folder / "无名.txt").write_text("一、总体情况" + text(given).split("一、总体情况", 1)[1], "utf-8")
    return "无名.txt"


def test_check_is_told_whose_a_report_is(folder):
    name = untitled(folder)
    assert run("check", name).exit_code == 5
    assert "--agency、--year" in run("check", name).stdout
    told = ["--agency", "甲县水利局", "--year", "2024年"]
    done = run("check", name, *told, "--json")
    found = json.loads(done.stdout)
    assert (found["agency"]["name"], found["year"]) == ("甲县水利局", 2024)
    assert {each["code"] for each in found["findings"] if each["code"].startswith("cell.level")} == {
        "cell.level_inferred"
    }
    assert not any(each["severity"] == "error" for each in found["findings"])
    sure = json.loads(run("check", name, *told, "--level", "department", "--json").stdout)
    assert {each["code"] for each in sure["findings"] if each["severity"] == "error"} == {"cell.level"}
    able = json.loads(run("check", name, *told, "--level", "city", "--json").stdout)
    assert not any(each["code"].startswith("cell.level") for each in able["findings"])


def test_an_inferred_level_stays_one_in_a_document_and_in_a_workbook(folder):
    name = untitled(folder)
    assert run("import", name, "--agency", "甲县水利局", "--year", "2024", "-o", "甲.json").exit_code == 0
    document = json.loads((folder / "甲.json").read_bytes())
    assert document["agency"]["level"] == "department"
    assert document["level_basis"] == "名称里有“甲县”，又不是政府本身"
    assert run("fill", "甲.json", "-o", "甲.xlsx").exit_code == 0
    for source in ("甲.json", "甲.xlsx"):
        found = json.loads(run("check", source, "--json").stdout)["findings"]
        assert {each["code"]: each["severity"] for each in found if each["code"].startswith("cell.level")} == {
            "cell.level_inferred": "warning"
        }
    assert run("read", "甲.xlsx", "-o", "乙.json").exit_code == 0
    again = json.loads((folder / "乙.json").read_bytes())
    assert (again["agency"]["level"], again["level_basis"]) == ("department", "工作簿封面注明是推断的")


def test_a_level_that_the_name_does_not_tell_is_null(folder):
    name = untitled(folder)
    assert run("import", name, "--agency", "水务集团", "--year", "2024", "-o", "甲.json").exit_code == 0
    document = json.loads((folder / "甲.json").read_bytes())
    assert document["agency"]["level"] is None
    assert "level_basis" not in document
    assert run("fill", "甲.json", "-o", "甲.xlsx").exit_code == 0
    assert api.read((folder / "甲.xlsx").read_bytes()).submission.agency.level is None
    found = json.loads(run("check", "甲.xlsx", "--json").stdout)["findings"]
    assert not any(each["code"].startswith("cell.level") for each in found)


@pytest.mark.parametrize("name", ["held.json", "filled.xlsx"])
def test_whose_it_is_may_be_told_of_a_report_alone(folder, name):
    run("fill", "held.json", "-o", "filled.xlsx")
    done = run("check", name, "--agency", "甲县水利局")
    assert done.exit_code == 2
    assert f"{name} 是工作簿或上报件" in done.stderr
    assert run("check", "report.txt", "report.html", "--year", "2024").exit_code == 2
