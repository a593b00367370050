"""`xltool read` of one file and of many."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from xltool.cli import main

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CODES = ("654221-015", "654221-101", "654221-102")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for code in CODES:
        (tmp_path / f"{code}.json").write_bytes((SAMPLES / "2024" / f"{code}.json").read_bytes())
    (tmp_path / "bad.json").write_bytes(b"{")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, ["read", *words], prog_name="xltool", catch_exceptions=False)


def test_many_are_written_into_a_folder_each_as_alone(folder):
    done = run(*(f"{code}.json" for code in CODES), "-o", "out")
    assert done.exit_code == 0 and done.stdout == ""
    assert done.stderr.endswith("共 3 个文件，已写出 3 个上报件，在 out。\n")
    for code in CODES:
        alone = run(f"{code}.json")
        assert alone.exit_code == 0
        assert (folder / "out" / f"{code}.json.json").read_bytes() == alone.stdout.encode()
    assert json.loads(alone.stdout)["schema"] == "xltool/submission/1"


def test_one_that_cannot_be_read_costs_no_other(folder):
    done = run("bad.json", f"{CODES[0]}.json", "-o", "out")
    assert done.exit_code == 5
    assert "bad.json：\n  [强制]" in done.stderr and "共 2 个文件，已写出 1 个上报件" in done.stderr
    assert [path.name for path in (folder / "out").iterdir()] == [f"{CODES[0]}.json.json"]
    assert run("none.json", "bad.json", "-o", "out").exit_code == 1


def test_where_many_go_must_be_said(folder):
    assert run("bad.json", "bad.json").exit_code == 2
    (folder / "deep").mkdir()
    (folder / "deep" / "bad.json").write_bytes(b"{")
    done = run("bad.json", "deep/bad.json", "-o", "out")
    assert done.exit_code == 2 and "不能同名" in done.stderr
    assert not (folder / "out").exists()
