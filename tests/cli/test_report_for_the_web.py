"""What `xltool report` makes for websites and programs: the fragment, the figures as .csv and .json."""

from __future__ import annotations

import csv
import io
from random import Random

import pytest
from click.testing import CliRunner

from tests import figures
from xltool import api
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.report import printing

SPEC = api.form("ogi-2021")
FIGURES = figures.consistent(SPEC, Random(7))
SUBMISSION = figures.submission(SPEC, FIGURES)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_bytes(api.dump(SUBMISSION))
    wrong = dict(FIGURES) | {"applications.granted.natural_person": 999}
    (tmp_path / "wrong.json").write_bytes(api.dump(figures.submission(SPEC, wrong)))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, list(arguments), prog_name="xltool", catch_exceptions=False)


def test_a_fragment(folder):
    assert run("report", "a.json", "-o", "page.html").exit_code == 0
    result = run("report", "a.json", "-o", "part.HTML", "--fragment")
    assert (result.exit_code, result.stderr) == (0, "已写出 part.HTML\n")
    fragment = (folder / "part.HTML").read_bytes()
    assert fragment == api.report(SUBMISSION, "html", fragment=True)
    assert fragment.startswith(b'<div lang="zh-CN" style="')
    assert b"<style" in (folder / "page.html").read_bytes()


@pytest.mark.parametrize("kind", [kind for kind in printing.REPORT_KINDS if kind != "html"])
def test_only_a_web_page_has_a_fragment(folder, kind):
    result = run("report", "a.json", "-o", f"a.{kind}", "--fragment")
    assert result.exit_code == 2
    assert f"--fragment 只能用于 .html，不能用于 .{kind}。" in result.stderr
    assert not (folder / f"a.{kind}").exists() or kind == "json"
    with pytest.raises(XltoolError, match=f"网页片段只能用于 .html，不能用于 .{kind}"):
        api.report(SUBMISSION, kind, fragment=True)


def test_a_fragment_has_no_pictures(folder):
    result = run("report", "a.json", "-o", "a.html", "--fragment", "--pictures")
    assert result.exit_code == 2
    assert "--fragment 不能与 --pictures 同用" in result.stderr
    assert not (folder / "a.html").exists()
    with pytest.raises(XltoolError, match="网页片段不能与图示同用：发布系统"):
        api.report(SUBMISSION, "html", fragment=True, pictures=api.pictures(SUBMISSION))


def test_the_json_is_what_read_writes(folder):
    assert run("report", "a.json", "-o", "b.json").exit_code == 0
    assert run("read", "a.json", "-o", "c.json").exit_code == 0
    assert (folder / "b.json").read_bytes() == (folder / "c.json").read_bytes()


def test_the_csv_waits_for_errors_to_be_mended_unless_it_is_a_draft(folder):
    assert run("report", "wrong.json", "-o", "a.csv").exit_code == 3
    assert not (folder / "a.csv").exists()
    assert run("report", "wrong.json", "-o", "a.csv", "--draft").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((folder / "a.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert len(rows) == 200
    assert all(row["备注"].startswith("草稿") for row in rows)
