"""The demo plays the sample county's campaign, and can be played again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
from click.testing import CliRunner

import xltool
from xltool.cli import main
from xltool.forms.catalog import data_folder

HOUSE = Path(xltool.__file__).parent.parent


def test_demo_plays_the_campaign(tmp_path):
    root = tmp_path / "县"
    first = CliRunner().invoke(main, ["demo", str(root)])
    assert first.exit_code == 0, first.output
    for command in ("new", "build", "collect", "status", "consolidate", "reports"):
        assert f"$ xltool {command} " in first.output
    samples = list((data_folder("samples") / "2024").glob("*.json"))
    assert len(samples) == 6
    assert len(list((root / "下发").glob("*.xlsx"))) == 6
    assert len(list((root / "收件").glob("*.xlsx"))) == 7
    assert not list((root / "退回").glob("*.xlsx"))  # the one that was returned has been corrected
    assert "通过 5，退回 1" in first.output and "通过 6，退回 0" in first.output
    county = json.loads((root / "汇总" / "submission.json").read_text("utf-8"))
    assert county["scope"] == "consolidated" and county["values"]["disclosure.fees.amount"] > 78.1561
    received = county["values"]["applications.received.total"]
    assert f"全县新收政府信息公开申请{received}件，比上年增加{received - 44}件" in county["texts"]["overview.requests"]
    assert not [text for text in county["texts"].values() if "{" in text]
    assert "新收政府信息公开申请3件，均由自然人提出" in (
        root / "报告" / "额敏镇人民政府2024年政府信息公开工作年度报告.html"
    ).read_text("utf-8")
    assert {path.suffix for path in (root / "报告").iterdir()} == {".docx", ".html"}
    assert len(list((root / "报告").iterdir())) == 12
    assert "<svg" in (root / "进度.html").read_text("utf-8")


def test_demo_again_changes_nothing(tmp_path):
    root = tmp_path / "县"
    assert CliRunner().invoke(main, ["demo", str(root)]).exit_code == 0
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and path.suffix != ".html"}
    again = CliRunner().invoke(main, ["demo", str(root)])
    assert again.exit_code == 0, again.output
    assert "已收过 7" in again.output
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and path.suffix != ".html"} == before


def test_demo_says_why_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, ["demo", str(tmp_path / "file")])
    assert done.exit_code == 1
    assert "Traceback" not in done.output and "建不了" in done.output


def test_demo_serve_has_something_of_every_state_in_the_office_page(tmp_path):
    command = [sys.executable, "-c", "from xltool.cli import main; main()", "demo", "--serve", "--no-browser"]
    env = {**os.environ, "PYTHONUTF8": "1", "XLTOOL_CONFIG": str(tmp_path / "settings"), "PYTHONPATH": str(HOUSE)}
    for told in ("$ xltool new ", "$ xltool serve "):  # the second time the folder is there
        process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=env, cwd=tmp_path)
        try:
            lines = []
            while not lines or not lines[-1].startswith("办公台："):
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            assert told in next(line for line in lines if line.startswith("$ "))
            address = lines[-1].strip().removeprefix("办公台：")
            with httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as client:
                page = client.get(address).text
            assert "6家里2家通过，还有3家没有办完，其中2家逾期" in page
            for word in ("通过", "待说明", "退回", "未报送", "无需报送", "没有收下的文件 1"):
                assert word in page
        finally:
            process.kill()
            process.communicate(timeout=30)


def test_options_of_the_office_page_need_it(tmp_path):
    done = CliRunner().invoke(main, ["demo", str(tmp_path / "县"), "--no-browser"])
    assert done.exit_code == 2 and not (tmp_path / "县").exists()
