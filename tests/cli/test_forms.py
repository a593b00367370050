from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from xltool.cli import main
from xltool.forms import catalog


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A form with three faults far from each other, in a folder of forms."""
    text = (catalog.data_folder("workbook_templates") / "ogi_2021.toml").read_text("utf-8")
    text = text.replace('id = "ogi-2021"', 'id = "odd-form"', 1)
    text = text.replace('id = "disclosure"', 'id = "disclosure"\nlables = 1', 1)
    text = re.sub(r"(\[\[text\]\]\n[^\n]*)\n", r"\1\nplaec = 2\n", text, count=1)
    text = re.sub(r"(\[\[section\]\]\n[^\n]*)\n", r"\1\nheadin = 3\n", text, count=1)
    path = tmp_path / "odd_form.toml"
    path.write_text(text, "utf-8")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    return path


def run(*given):
    return CliRunner().invoke(main, ["forms", *map(str, given)])


def test_all_faults_are_told_in_one_run(broken):
    result = run("check", broken)
    assert result.exit_code == 1
    assert "odd_form.toml 有错" in result.output
    lines = broken.read_text("utf-8").split("\n")
    for word in ("lables", "plaec", "headin"):
        line = next(at for at, text in enumerate(lines, 1) if text.startswith(f"{word} ="))
        assert f"odd_form.toml:{line}:" in result.output and f"'{word}'" in result.output


def test_a_good_definition_and_one_that_is_not_there(tmp_path):
    result = run("check", catalog.data_folder("workbook_templates") / "ogi_2021.toml")
    assert result.exit_code == 0 and "没有错" in result.output and "ogi-2021" in result.output
    missing = run("check", tmp_path / "none.toml")
    assert missing.exit_code == 1 and "none.toml" in missing.output and "Traceback" not in missing.output


@pytest.mark.usefixtures("broken")
def test_a_broken_definition_hides_no_other():
    result = run()
    assert result.exit_code == 1
    assert "ogi-2021　" in result.stdout and "odd-form　" not in result.stdout
    assert "报表 odd-form 的定义有错" in result.output
    asked = run("--json")
    assert asked.exit_code == 1
    assert "ogi-2021" in [form["id"] for form in json.loads(asked.stdout)["forms"]]
