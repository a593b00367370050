"""The demo plays the sample county's campaign, and can be played again."""

import json

from click.testing import CliRunner

from xltool.cli import main
from xltool.forms.catalog import data_folder


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
