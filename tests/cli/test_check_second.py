"""`check --second`: accepted workbooks read again by openpyxl."""

import json

import pytest
from click.testing import CliRunner

from tests import figures
from tests.reader.test_second import misread
from xltool import api
from xltool.cli import main
from xltool.model import Agency

SPEC = api.form("ogi-2021")
KEY = "disclosure.licensing.decisions"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    submission = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0), Agency("1", "甲县教育局", "department"))
    workbook = api.fill(submission)
    (tmp_path / "good.xlsx").write_bytes(workbook)
    (tmp_path / "good.json").write_bytes(api.dump(submission))
    (tmp_path / "two.xlsx").write_bytes(misread(KEY, 0, workbook))
    (tmp_path / "bad.xlsx").write_bytes(workbook[:2000])


def run(*arguments):
    return CliRunner().invoke(main, ["check", "--second", *arguments], prog_name="xltool", catch_exceptions=False)


def test_only_accepted_workbooks_are_read_again():
    done = run("good.xlsx", "good.json", "bad.xlsx", "no.xlsx")
    assert "通过的工作簿用 openpyxl 重读 1 个：数相同 1 个，其余 0 个。" in done.stderr
    assert "openpyxl" not in done.stdout


def test_a_difference_is_a_finding_that_strict_does_not_let_pass():
    done = run("good.xlsx", "two.xlsx", "good.json", "--json")
    assert done.exit_code == 0
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert not first["findings"] and not third["findings"]
    [told] = second["findings"]
    assert (told["code"], told["severity"], second["status"]) == ("second.differs", "warning", "accepted")
    assert [(cell["key"], cell["value"]) for cell in told["cells"]] == [(KEY, 0)]
    assert "重读 2 个：数相同 1 个，其余 1 个" in done.stderr
    assert run("two.xlsx", "--strict").exit_code == 4
    assert run("good.xlsx", "--strict").exit_code == 0
