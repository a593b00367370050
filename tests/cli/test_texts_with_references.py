"""Texts that name figures instead of repeating them, from the submission to the finished report."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests import figures
from xltool import api
from xltool.cli import main
from xltool.model import Agency

SPEC = api.form("ogi-2021")
OFFICE = Agency("654221-015", "额敏县教育和科学技术局", "department")
TEXT = (
    "新收{applications.received.total}件，比上年{change.applications.received.total}件，"
    "收费{disclosure.fees.amount}万元。"
)
SAID = "新收3件，比上年增加2件，收费78.1561万元。"


def year(number, received, **texts):
    values = dict.fromkeys(SPEC.index, 0) | {
        "disclosure.fees.amount": 78_156_100,
        "applications.received.natural_person": received,
        "applications.granted.natural_person": received,
    }
    told = {text.key: "已写。" for text in SPEC.texts if text.required} | {
        key.replace("__", "."): text for key, text in texts.items()
    }
    return replace(figures.submission(SPEC, figures.summed(SPEC, values), OFFICE), year=number, texts=told)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "今年.json").write_bytes(api.dump(year(2024, 3, overview__requests=TEXT)))
    (tmp_path / "去年.json").write_bytes(api.dump(year(2023, 1)))
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, list(words), prog_name="xltool", catch_exceptions=False)


@pytest.mark.parametrize("kind", ["docx", "html", "txt", "md"])
def test_the_report_says_the_figures_and_is_verified_with_them(folder, kind):
    done = run("report", "今年.json", "-o", f"报告.{kind}", "--prior", "去年.json")
    assert done.exit_code == 0, done.output
    if kind == "md":
        assert SAID in (folder / "报告.md").read_text("utf-8").replace("\\", "")
        return
    assert api.imported((folder / f"报告.{kind}").read_bytes()).reading.submission.texts["overview.requests"] == SAID
    assert run("verify", f"报告.{kind}", "--against", "今年.json", "--prior", "去年.json").exit_code == 0
    unlike = run("verify", f"报告.{kind}", "--against", "今年.json")
    assert unlike.exit_code == 3 and "依申请公开" in unlike.output


def test_without_last_year_there_is_no_report(folder):
    done = run("report", "今年.json", "-o", "报告.docx")
    assert done.exit_code == 3
    assert not (folder / "报告.docx").exists()
    assert (
        "“一、总体情况：依申请公开”里有 1 处引用没有数可填：{change.applications.received.total}，没有上年的数，"
        "不能引用" in done.output
    )
    assert "手头没有上年数的，直接写数字" in done.output


def test_a_mistyped_name_is_told_with_the_nearest(folder):
    (folder / "错.json").write_bytes(api.dump(year(2024, 3, problems="{applications.recieved.total}" + "，{a.b}" * 7)))
    done = run("check", "错.json")
    assert done.exit_code == 3
    assert (
        "有 8 处引用没有数可填：{applications.recieved.total}，ogi-2021 没有这一格，最接近的是 "
        "{applications.received.total}；" in done.output
    )
    assert done.output.count("{a.b}") == 5 and " 等。" in done.output


def test_a_workbook_keeps_what_its_clerk_wrote(folder):
    run("fill", "今年.json", "-o", "今年.xlsx")
    assert api.read((folder / "今年.xlsx").read_bytes()).submission.texts["overview.requests"] == TEXT
    assert run("check", "今年.xlsx", "--prior", "去年.json").exit_code == 0
