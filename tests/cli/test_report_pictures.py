"""`report --pictures`.

Pictures behind the report when they are asked for, last year's beside this year's, and wrong calls.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from lxml import html

from tests import figures
from tests.test_third_form import DEFINITION
from xltool import api
from xltool.cli import main
from xltool.forms import catalog

SPEC = api.form("ogi-2021")
ZERO = dict.fromkeys(SPEC.index, 0)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = figures.summed(
        SPEC,
        ZERO | {"applications.received.other": 4, "applications.granted.other": 3, "applications.carried_out.other": 1},
    )
    last = figures.summed(SPEC, ZERO | {"applications.received.other": 2, "applications.granted.other": 2})
    (tmp_path / "a.json").write_bytes(api.dump(figures.submission(SPEC, given)))
    (tmp_path / "last.json").write_bytes(api.dump(replace(figures.submission(SPEC, last), year=2023)))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["report", *arguments], prog_name="xltool", catch_exceptions=False)


def page(folder, name):
    return html.document_fromstring((folder / name).read_bytes())


def test_pictures_come_when_they_are_asked_for(folder):
    assert run("a.json", "-o", "without.html").exit_code == 0
    assert run("a.json", "-o", "with.html", "--pictures").exit_code == 0
    assert not page(folder, "without.html").xpath("//aside | //svg")
    told = [desc.text for desc in page(folder, "with.html").iter("desc")]
    assert len(told) == 2
    assert told[0].startswith("予以公开 3件（自然人 0件、法人或其他组织 3件），部分公开 0件")
    assert run("a.json", "-o", "again.html", "--pictures").exit_code == 0
    assert (folder / "again.html").read_bytes() == (folder / "with.html").read_bytes()


def test_last_year_stands_beside_this_year(folder):
    assert run("a.json", "-o", "a.html", "--pictures", "--prior", "last.json").exit_code == 0
    told = [desc.text for desc in page(folder, "a.html").iter("desc")]
    assert told[2].startswith(
        "本年新收：2024年 4件，2023年 2件，增加2件；结转下年度：2024年 1件，2023年 0件，增加1件；"
    )
    assert run("a.json", "-o", "b.html", "--prior", "last.json").exit_code == 0
    assert run("a.json", "-o", "c.html").exit_code == 0
    assert (folder / "b.html").read_bytes() == (folder / "c.html").read_bytes(), (
        "last year's figures are in the pictures alone"
    )


def test_last_year_is_judged_with_this_year(folder):
    last = figures.summed(SPEC, ZERO | {"applications.received.other": 2, "applications.carried_out.other": 2})
    (folder / "other.json").write_bytes(api.dump(replace(figures.submission(SPEC, last), year=2023)))
    done = run("a.json", "-o", "a.html", "--pictures", "--prior", "other.json")
    assert done.exit_code == 3
    assert "上年的结转下年度 2" in done.output
    assert not (folder / "a.html").exists()


@pytest.mark.parametrize("kind", ["docx", "md"])
def test_pictures_for_another_kind_are_a_wrong_call(folder, kind):
    done = run("a.json", "-o", f"a.{kind}", "--pictures")
    assert done.exit_code == 2
    assert f"--pictures 只能用于 .html，不能用于 .{kind}" in done.output
    assert not (folder / f"a.{kind}").exists()


def test_last_year_must_be_last_year_and_readable(folder):
    done = run("a.json", "-o", "a.html", "--pictures", "--prior", "a.json")
    assert done.exit_code == 2
    assert re.search("上年文件 a.json 是 2024 年度的.*上年应为 2023 年度", done.output)
    (folder / "bad.json").write_text("{", "utf-8")
    done = run("a.json", "-o", "a.html", "--pictures", "--prior", "bad.json")
    assert done.exit_code == 5
    assert "上年文件 bad.json：无法读取" in done.output
    assert not (folder / "a.html").exists()


def test_a_form_without_charts_has_no_pictures(folder, monkeypatch):
    bare = re.sub(r"\[\[chart\]\]\n(?:.+\n)+\n?", "", DEFINITION)
    assert "chart" not in bare
    (folder / "media_inspection.toml").write_text(bare, "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(folder))
    spec = catalog.load_form("media-inspection")
    submission = figures.submission(spec, dict.fromkeys(spec.index, 0))
    assert api.pictures(submission) == ()
    (folder / "m.json").write_bytes(api.dump(submission))
    done = run("m.json", "-o", "m.html", "--pictures", "--draft")
    assert done.exit_code == 0, done.output
    assert "没有定义图示" in done.output
    assert not page(folder, "m.html").xpath("//aside")
