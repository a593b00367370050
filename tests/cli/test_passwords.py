"""Passwords come from a file, a prompt, the environment or the campaign's list; none is ever shown."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.spreadsheet.test_encryption import locked
from tests.workbook.tamper import AGENCY, given
from xltool import api
from xltool.campaign.passwords import parse_passwords
from xltool.cli import main
from xltool.messages import XltoolError

RETURN = locked("额敏县2024", api.fill(replace(given(), serial="")))


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "有密码.xlsx").write_bytes(locked("额敏县2024"))

    def run(*arguments, code=0, **more):
        result = CliRunner().invoke(main, arguments, **more)
        assert result.exit_code == code, result.output
        assert "额敏县2024" not in result.output
        return result

    return run


def test_without_password(run):
    result = run("check", "有密码.xlsx", code=5)
    assert "打开密码" in result.output
    assert "--password-file" in result.output


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_from_a_file(run, tmp_path, encoding):
    (tmp_path / "密码.txt").write_bytes("错的\r\n\r\n额敏县2024\r\n".encode(encoding))
    line = json.loads(run("check", "有密码.xlsx", "--password-file", "密码.txt", "--json", code=3).stdout)
    assert line["status"] == "returned"
    assert "file.unlocked" in {finding["code"] for finding in line["findings"]}


def test_from_the_prompt_and_the_environment(run):
    run("read", "有密码.xlsx", "--ask-password", "-o", "a.json", input="额敏县2024\n")
    run("read", "有密码.xlsx", "-o", "b.json", env={"XLTOOL_PASSWORD": "额敏县2024"})
    run("read", "有密码.xlsx", "-o", "c.json", env={"XLTOOL_PASSWORD": "错的"}, code=5)


def test_a_password_file_that_is_none(run, tmp_path):
    assert "密码文件" in run("check", "有密码.xlsx", "--password-file", "没有.txt", code=1).output
    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff\x00")
    assert "密码文件" in run("check", "有密码.xlsx", "--password-file", "坏.txt", code=1).output


def test_lists():
    assert parse_passwords("\ufeff甲 乙\n\n甲 乙\n 丙 \n".encode()) == ("甲 乙", " 丙 ")
    assert parse_passwords(b"") == ()
    with pytest.raises(XltoolError, match="1000"):
        parse_passwords(b"\n".join(b"%d" % at for at in range(1001)))


@pytest.fixture
def campaign(run, tmp_path):
    """A campaign whose inbox holds one return with a password."""
    line = f"{AGENCY.code},{AGENCY.name},{AGENCY.level}"
    (tmp_path / "名录.csv").write_text(f"单位代码,单位名称,级别\n{line}\n", "utf-8")
    run("new", "县", "--plain", "--form", "ogi-2021", "--year", "2024", "--name", "额敏县", "--roster", "名录.csv")
    (tmp_path / "县" / "inbox" / "报表.xlsx").write_bytes(RETURN)
    return tmp_path / "县"


def test_a_file_that_was_locked_is_read_when_its_password_is_known(run, campaign):
    first = run("collect", "-C", "县", code=5)
    assert "passwords.txt" in first.output
    assert run("collect", "-C", "县").output.count("已收过") > 0
    (campaign / "passwords.txt").write_text("错的\n", "utf-8")
    assert "给出的 1 个密码都打不开它" in run("collect", "-C", "县").output
    [other] = json.loads(run("status", "-C", "县", "--json").stdout)["unmatched"]
    assert "给出的 1 个密码都打不开它" in other["reason"]
    (campaign / "passwords.txt").write_bytes("错的\r\n额敏县2024\r\n".encode("gb18030"))
    assert "退回" in run("collect", "-C", "县", code=3).output
    status = json.loads(run("status", "-C", "县", "--json").stdout)
    assert status["unmatched"] == []
    assert [agency["state"] for agency in status["agencies"]] == ["returned"]
    assert [path.read_bytes() for path in (campaign / "archive").iterdir()] == [RETURN]
    assert len(list((campaign / "returned").iterdir())) == 1
    assert "已收过" in run("collect", "-C", "县").output


def test_what_goes_back_needs_the_password_no_more(run, campaign):
    """It is made of what was read, and not of the locked file."""
    run("collect", "-C", "县", code=3, env={"XLTOOL_PASSWORD": "额敏县2024"})
    [path] = (campaign / "returned").iterdir()
    before = path.read_bytes()
    path.unlink()
    run("collect", "-C", "县")
    assert path.read_bytes() == before


def test_last_years_files_may_have_a_password(run, tmp_path, campaign):
    (tmp_path / "去年").mkdir()
    (tmp_path / "去年" / "报表.xls").write_bytes(locked("额敏县2024"))  # whatever its name says
    arguments = ("--form", "ogi-2021", "--year", "2025", "--name", "额敏县", "--roster", "名录.csv", "--prior", "去年")
    assert "打开密码" in run("new", "明年", *arguments, code=1).output
    made = run("new", "明年", *arguments, env={"XLTOOL_PASSWORD": "额敏县2024"})
    assert "有上年数据的单位 1 个" in made.output
