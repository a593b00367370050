from __future__ import annotations

from click.testing import CliRunner

from xltool.cli import main
from xltool.rules import plausible


def run(*given):
    return CliRunner().invoke(main, ["rules", *given])


def test_the_table_of_the_self_test():
    result = run("selftest", "ogi-2021", "--count", "2", "--seed", "9")
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "合计由人填（每种错 2 份，种子 9）"
    assert "合计由工作簿自动算（每种错 2 份，种子 9）" in lines
    rows = [line for line in lines if line.startswith("| 表三 | 相邻两位颠倒 | 2 | 0.0% |")]
    assert len(rows) == 2


def test_help_and_what_is_not_known():
    assert "用法：" in run("--help").output and "selftest" in run("--help").output
    assert "--seed" in run("selftest", "--help").output
    assert run("selftest", "ogi-1999").exit_code == 1


def test_a_form_of_lists_alone_has_nothing_to_spoil():
    result = run("selftest", "ogi-ledger")
    assert result.exit_code == 1
    assert "只有明细" in result.output
    assert "| 表 |" not in result.output


def test_rules_that_contradict_each_other(monkeypatch):
    monkeypatch.setattr(plausible, "_balance", lambda *_: False)
    monkeypatch.setattr(plausible, "_MOST_DRAWN", 2)
    result = run("selftest", "ogi-2021")
    assert result.exit_code == 1
    assert "没有自检" in result.output
