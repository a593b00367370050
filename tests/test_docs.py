"""What the documents promise is run: the sessions of README, its Python, the tables of commands, the two commands that do it all."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import xltool
from tests import figures
from xltool import __all__ as verbs
from xltool.cli import COMMANDS
from xltool.forms import references
from xltool.model import Agency

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def run(line, folder):
    """One line of a session, by the interpreter that runs the tests."""
    words = shlex.split(line, comments=True)
    assert words[0] == "xltool"
    program = "from xltool.cli import main; main()"
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", program, *words[1:]]
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, timeout=120, check=False)
    return done.stdout.decode() + done.stderr.decode()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    return tmp_path


def test_sessions_print_what_readme_shows(folder):
    sessions = blocks("console")
    assert sessions
    for session in sessions:
        for call in re.split(r"^\$ ", session, flags=re.M)[1:]:
            line, _, shown = call.partition("\n")
            assert run(line, folder).strip() == shown.strip(), line


def test_python_of_readme_runs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (program,) = blocks("python")
    exec(compile(program, "README.md", "exec"), {})
    assert (folder / "report.docx").stat().st_size > 5000


def test_every_verb_and_command_is_documented():
    for verb in verbs:
        assert f"`{verb}`" in README, verb
    for command in COMMANDS:
        assert f"`xltool {command}" in CHINESE, command


def test_every_command_has_a_module_and_a_chinese_help(folder):
    for command, line in COMMANDS.items():
        shown = run(f"xltool {command} --help", folder)
        assert shown.startswith(f"用法：-c {command}") or shown.startswith("用法："), shown
        assert "显示这段说明" in shown and "Options" not in shown and line


def test_the_chinese_page_quotes_a_real_finding(folder):
    quoted, _ = re.findall(r"^> (.*)$", CHINESE, re.M)
    assert quoted in run("xltool check samples/2024/654221-102.json", folder)


def test_the_chinese_page_shows_what_a_reference_becomes():
    spec = xltool.form("ogi-2021")
    _, quoted = re.findall(r"^> (.*)$", CHINESE, re.M)
    last, this = (
        figures.submission(spec, {"applications.received.total": count}, Agency("1", "甲县", "county"), overview=quoted)
        for count in (44, 64)
    )
    assert f"印出来是“{references.settled(spec, this, last).texts['overview'].rstrip('。')}”" in CHINESE


def test_the_two_commands_come_first():
    first, second = blocks("sh")[:2]
    assert "xltool demo" in first and first.count("\n") == 1
    assert "pytest" in second and second.count("\n") == 1
    assert README.index("```sh") < README.index("## ")
    assert "'.[test]'" in (ROOT / ".ci" / "run").read_text()  # CI takes the second command from README by this mark


def test_changes_are_told():
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"xltool {command}" in changes
