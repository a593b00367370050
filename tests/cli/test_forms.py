from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests import documents
from xltool import office
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


@pytest.fixture
def example(tmp_path):
    """A form of two tables with a total, a relation and a need, in a folder that is no folder of forms."""
    guide = (catalog.data_folder("workbook_templates") / "README.md").read_text("utf-8")
    path = tmp_path / "media_check.toml"
    path.write_text(documents.pick_blocks(guide, "toml")[0], "utf-8")
    return path


def test_a_preview_is_the_same_each_time_and_says_what_it_lacks(example, tmp_path, monkeypatch):
    monkeypatch.setattr(office, "find_program", lambda: None)
    folder = tmp_path / "看"
    folder.mkdir()
    (folder / "样表-09.png").write_bytes(b"of an earlier preview")
    (folder / "样表-他人的.png").write_bytes(b"somebody's")
    (folder / "错例2.xlsx").write_bytes(b"of an earlier preview")
    result = run("preview", example, "-o", folder)
    assert result.exit_code == 0
    assert "没有 LibreOffice" in result.stderr and "14 格填了样数；勾稽关系改坏 2 条，另有 1 条" in result.stderr
    made = {"样表.xlsx", "报告.docx", "报告.html", "错例.xlsx", "规则.txt"}
    assert {path.name for path in folder.iterdir()} == made | {"样表-他人的.png"}
    assert {line.rpartition(os.sep)[2] for line in result.stdout.split("\n") if line} == made
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "xltool", "forms", "preview", example]
    again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=120)
    assert again.returncode == 0
    other = tmp_path / "media-check-预览"
    assert {path.name: path.read_bytes() for path in other.iterdir()} == {
        name: (folder / name).read_bytes() for name in made
    }


def test_a_preview_of_a_faulty_or_an_empty_definition(broken, tmp_path):
    result = run("preview", broken, "-o", tmp_path / "看")
    assert result.exit_code == 1 and "'plaec'" in result.output and "'lables'" in result.output
    assert not (tmp_path / "看").exists()


@pytest.mark.skipif(office.find_program() is None, reason="LibreOffice is not installed")
def test_sheets_are_drawn_where_libreoffice_is(example, tmp_path):
    result = run("preview", example, "-o", tmp_path / "看")
    assert result.exit_code == 0
    assert (tmp_path / "看" / "样表.pdf").read_bytes().startswith(b"%PDF-")
    if office.find_page_drawer() is not None:
        pages = sorted((tmp_path / "看").glob("样表-*.png"))
        assert len(pages) > 4 and all(page.read_bytes().startswith(b"\x89PNG") for page in pages)
        assert all(f"样表-{number:02}.png" in result.stdout for number in range(1, len(pages) + 1))


def test_two_editions_are_compared_by_labels(example, tmp_path):
    other = tmp_path / "spring" / "media_check.toml"
    other.parent.mkdir()
    text = example.read_text("utf-8").replace(
        '{ id = "silent", label = "2.留言不回复"', '{ id = "mute", label = "2.留言不回复"'
    )
    other.write_text(text.replace("accounts.silent", "accounts.mute"), "utf-8")
    result = run("diff", example, other)
    assert result.exit_code == 0
    assert "换了代码行：2.留言不回复（silent → mute）" in result.stdout
    assert "14 格中有 12 格" in result.stdout
    assert "没有不同" in run("diff", example, example).stdout
    packaged = run("diff", "ogi-2019", "ogi-2021").stdout
    assert "二、主动公开政府信息情况\n  改名行：规范性文件 → 行政规范性文件\n" in packaged
    told = json.loads(run("diff", "ogi-2019", "ogi-2021", "--json").stdout)
    assert told["schema"] == "xltool/diff/1" and told["kept"] == 169
    assert run("diff", "ogi-1999", "ogi-2021").exit_code == 1
