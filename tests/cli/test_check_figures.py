"""`xltool check --figures`: what was read of each file, and where a published report has each figure."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.published.reports import report
from xltool import api
from xltool.cli import main
from xltool.model import Agency


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "报告.html").write_bytes(api.report(report(3), "html"))
    (tmp_path / "表.xlsx").write_bytes(api.fill(report(3)))
    (tmp_path / "照片.jpg").write_bytes(b"JFIF" * 99)
    return tmp_path


def check(*arguments):
    done = CliRunner().invoke(main, ["check", "--json", *arguments])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_figures_and_evidence_are_written_and_nothing_else_is_different(folder):
    names = ("报告.html", "表.xlsx", "照片.jpg")
    assert check(*names, "--figures", "数") == check(*names)
    assert sorted(path.name for path in (folder / "数").iterdir()) == [
        "报告.html.csv",
        "报告.html.json",
        "表.xlsx.json",
    ]
    key = api.form(report(3).form).index["applications.received.total"]
    for name in names[:2]:
        submission = api.read((folder / "数" / f"{name}.json").read_bytes()).submission
        assert submission.values[key] == report(3).values[key]
    rows = list(csv.reader((folder / "数" / "报告.html.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["项目", "印出的数", "位置", "印出的名称", "备注"] and len(rows) > 100


def test_a_report_of_which_something_is_told(folder):
    named = replace(report(3), agency=Agency("x", "某局", "department"))
    (folder / "报告.html").write_bytes(api.report(named, "html"))
    _, [line], _ = check("报告.html", "--agency", "另一局", "--figures", "数")
    assert line["agency"]["name"] == "另一局"
    assert api.read((folder / "数" / "报告.html.json").read_bytes()).submission.agency.name == "另一局"


def test_files_of_one_name_are_refused(folder):
    (folder / "别处").mkdir()
    (folder / "别处" / "表.xlsx").write_bytes(b"x")
    code, _, said = check("表.xlsx", "别处/表.xlsx", "--figures", "数")
    assert code == 2 and "不能同名" in said and not (folder / "数").exists()
