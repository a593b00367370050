"""`xltool doctor`: each line when the thing is there and when it is not, on a computer that is made up."""

from __future__ import annotations

import json
import os
import stat
import sys
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from xltool import office, readings
from xltool.cli import diagnostics, main
from xltool.model import Reading
from xltool.report import fonts, typeset

GOOD_FONTS = tuple(chain.names[0] for chain in fonts.CHAINS)


@pytest.fixture(autouse=True)
def made_up(monkeypatch, tmp_path):
    """A computer with everything.

    Two libraries, typst, LibreOffice, the prescribed fonts, an empty folder to write to.
    """
    versions = {"xltool": "9.9", "alpha": "2.1", "beta-tool": "1.0", "pdfplumber": "0.11"}

    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "requires", lambda name: ["alpha>=2.0", "beta-tool>=1.0", "gamma>=1; extra == 'pdf'"])
    monkeypatch.setattr(diagnostics, "import_module", lambda name: sys)
    monkeypatch.setattr(typeset, "find_version", lambda: "0.15.2")
    monkeypatch.setattr(typeset, "list_families", lambda: GOOD_FONTS)
    monkeypatch.setattr(office, "find_program", lambda: Path("/opt/office/soffice"))
    monkeypatch.setattr(office, "ask_version", lambda program: "LibreOffice 24.8")
    monkeypatch.delenv("XLTOOL_FORMS", raising=False)
    monkeypatch.chdir(tmp_path)
    return versions


def test_what_reads_a_pdf(made_up):
    assert "用它读 PDF" in run().stdout
    del made_up["pdfplumber"]
    done = run()
    assert done.exit_code == 0
    assert "pdfplumber：没有安装；读不了 PDF 的报告" in done.stdout
    assert 'pip install "xltool[pdf]"' in done.stdout


def run(*arguments):
    return CliRunner().invoke(main, ["doctor", *arguments], prog_name="xltool", catch_exceptions=False)


def line(of):
    """The line that speaks of something, and the exit code."""
    result = run()
    [found] = [text for text in result.stdout.splitlines() if of in text]
    return found, result.exit_code


def by_id():
    result = run("--json")
    document = json.loads(result.stdout)
    assert document["schema"] == "xltool/doctor/1"
    assert document["ok"] == (result.exit_code == 0)
    return {check["id"]: check for check in document["checks"]}


def test_a_computer_with_everything():
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    *lines, last = result.stdout.splitlines()
    assert last == "必需的都有。"
    assert all(text.startswith("[有] ") for text in lines)
    assert {check["state"] for check in by_id().values()} == {"ok"}
    assert not any(check["remedy"] for check in by_id().values())


def test_versions_are_told():
    text, _ = line("Python ")
    assert "xltool 9.9" in text and ".".join(map(str, sys.version_info[:3])) in text and sys.executable in text
    assert "alpha 2.1、beta-tool 1.0" in line("程序库")[0]


def test_a_library_that_is_missing_is_needed(made_up):
    del made_up["alpha"]
    text, code = line("alpha")
    assert text.startswith("[缺] ") and 'pip install "alpha>=2.0"' in text
    assert code == 1
    assert run().stdout.splitlines()[-1] == "缺 1 样必需的，先按上面的办法补上。"
    assert "beta-tool 1.0" in line("[有] 程序库")[0]


@pytest.mark.parametrize(("version", "code"), [("1.9.9", 1), ("2.0", 0), ("2.0.0", 0), ("10.0", 0)])
def test_a_library_that_is_too_old_is_as_good_as_missing(made_up, version, code):
    made_up["alpha"] = version
    assert run().exit_code == code
    assert ("library.alpha" in by_id()) == bool(code)


def test_a_library_that_does_not_load_is_missing(monkeypatch):
    def loaded(name):
        if name == "alpha":
            raise ImportError("DLL load failed")

    monkeypatch.setattr(diagnostics, "import_module", loaded)
    text, code = line("alpha：")
    assert "DLL load failed" in text and code == 1


@pytest.mark.parametrize("required", ["gamma>=1; extra == 'pdf'", "gamma>=1; sys_platform == 'another'"])
def test_libraries_for_others_are_not_asked_for(monkeypatch, required):
    monkeypatch.setattr(metadata, "requires", lambda name: ["alpha>=2.0", required])
    assert run().exit_code == 0
    monkeypatch.setattr(
        metadata, "requires", lambda name: ["alpha>=2.0", f"gamma>=1; sys_platform == '{sys.platform}'"]
    )
    assert run().exit_code == 1


def test_forms_are_told_and_a_faulty_definition_is_needed(monkeypatch, tmp_path):
    assert "ogi-2019" in line("报表：")[0] and "ogi-2021" in line("报表：")[0]
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "bad_2030.toml").write_text("title = ", "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path / "forms"))
    text, code = line("bad-2030")
    assert text.startswith("[缺] ") and "bad_2030.toml:1" in text and code == 1


def test_a_faulty_former_version_is_told(monkeypatch, tmp_path):
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "ogi_2021.spring.toml").write_text("title = ", "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path / "forms"))
    text, code = line("旧版定义")
    assert text.startswith("[可选] ") and "ogi_2021.spring.toml:1" in text and code == 0
    assert "ogi-2021.spring" not in line("报表：")[0]


def test_a_folder_of_forms_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("XLTOOL_FORMS", "/nowhere/forms")
    text, code = line("/nowhere/forms")
    assert text.startswith("[可选] ") and code == 0


def test_the_folder_is_really_tried_and_left_clean(tmp_path, monkeypatch):
    assert "可以写文件" in line("当前文件夹")[0]
    assert list(tmp_path.iterdir()) == []
    tried = []

    def full(number):
        tried.append(list(tmp_path.iterdir()))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    text, code = line("当前文件夹")
    assert text.startswith("[缺] ") and "磁盘空间不足" in text and str(tmp_path) in text and code == 1
    assert len(tried[0]) == 1  # there was a file, and it is gone
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        text, code = line("当前文件夹")
    finally:
        tmp_path.chmod(stat.S_IRWXU)
    assert text.startswith("[缺] ") and "没有权限" in text and code == 1


@pytest.mark.parametrize(
    ("encoding", "state"), [("utf-8", "ok"), ("gbk", "ok"), ("cp1252", "optional"), ("ascii", "optional")]
)
def test_the_encoding_of_the_console(encoding, state):
    result = CliRunner(charset=encoding).invoke(main, ["doctor", "--json"], prog_name="xltool", catch_exceptions=False)
    [check] = [check for check in json.loads(result.stdout_bytes.decode("utf-8"))["checks"] if check["id"] == "console"]
    assert (check["state"], result.exit_code) == (state, 0)
    assert encoding in check["text"]
    assert ("PYTHONUTF8=1" in check["remedy"]) == (state != "ok")


def test_a_console_without_chinese_still_shows_what_to_do():
    result = CliRunner(charset="ascii").invoke(main, ["doctor"], prog_name="xltool", catch_exceptions=False)
    assert "console encoding" in result.stdout and "PYTHONUTF8=1" in result.stdout


@pytest.mark.parametrize(
    ("version", "program", "said", "typst", "libreoffice"),
    [
        ("0.15.2", None, None, ("ok", "0.15.2"), ("optional", "用它读 .doc")),
        ("0.15.2", "/o/soffice", "LibreOffice 7.4", ("ok", ""), ("ok", "LibreOffice 7.4（/o/soffice）")),
        (None, "/o/soffice", "LibreOffice 7.4", ("optional", "PDF 改由 LibreOffice"), ("ok", "用它转换 PDF")),
        (None, "/o/soffice", None, ("optional", "生成不了 PDF"), ("optional", "没有应答")),
        (None, None, None, ("optional", "生成不了 PDF"), ("optional", "没有找到")),
        ("0.14.8", None, None, ("optional", "0.14.8，太旧，至少要 0.15"), ("optional", "没有找到")),
    ],
)
def test_what_makes_a_pdf(monkeypatch, version, program, said, typst, libreoffice):
    monkeypatch.setattr(typeset, "find_version", lambda: version)
    monkeypatch.setattr(office, "find_program", lambda: program and Path(program))
    monkeypatch.setattr(office, "ask_version", lambda program: said)
    monkeypatch.setattr(fonts, "list_system_families", lambda: frozenset(GOOD_FONTS))
    found = by_id()
    for name, (state, words) in (("typst", typst), ("libreoffice", libreoffice)):
        assert found[name]["state"] == state
        assert words in found[name]["text"]
    assert ("xltool[pdf]" in found["typst"]["remedy"]) == (typst[0] != "ok")
    if typst[0] != "ok" and program is None:
        assert "安装 LibreOffice" in found["libreoffice"]["remedy"]


def test_what_stands_in_for_a_font_is_told_and_is_no_fault(monkeypatch):
    monkeypatch.setattr(typeset, "list_families", lambda: ("STZhongsong", "fangsong", "SimHei", "SimSun"))
    result = run()
    assert result.exit_code == 0
    assert "[可选] 字体（标题）：没有 方正小标宋简体，PDF 中用 STZhongsong 代替。" in result.stdout
    assert "[可选] 字体（正文）：没有 仿宋_GB2312，PDF 中用 FangSong 代替。" in result.stdout
    assert "[有] 字体（一级标题）：黑体。" in result.stdout
    assert "[可选] 字体（二级标题）：没有 楷体_GB2312，也没有可以代替的" in result.stdout
    assert "[有] 字体（表格）：宋体。" in result.stdout
    monkeypatch.setattr(typeset, "list_families", lambda: ("Noto Serif CJK SC", "Noto Sans CJK SC"))
    assert run().stdout.count("把字体文件装进系统") == 1  # once for all of them


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (None, "问不出"),
        (frozenset(GOOD_FONTS), "字体（标题）：方正小标宋简体"),
        (frozenset(["SimSun"]), "没有 方正小标宋简体，PDF 中由 LibreOffice 另选"),
    ],
)
def test_without_typst_the_system_is_asked_for_its_fonts(monkeypatch, known, words):
    monkeypatch.setattr(typeset, "find_version", lambda: None)
    monkeypatch.setattr(fonts, "list_system_families", lambda: known)
    assert words in run().stdout


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for fc-list is a shell script")
@pytest.mark.parametrize(
    ("body", "families"),
    [
        ("echo 'SimSun,宋体'; echo 'Noto Serif CJK SC'", {"SimSun", "宋体", "Noto Serif CJK SC"}),
        ("exit 1", None),
        (None, None),
    ],
)
def test_the_fonts_of_the_system_come_from_fontconfig(monkeypatch, tmp_path, body, families):
    fonts.list_system_families.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    if body is not None:
        (tmp_path / "fc-list").write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / "fc-list").chmod(0o755)
    try:
        assert fonts.list_system_families() == families
    finally:
        fonts.list_system_families.cache_clear()


def test_a_pdf_that_nothing_can_make_is_one_sentence_and_exit_1(monkeypatch, tmp_path):
    monkeypatch.setattr(typeset, "find_version", lambda: None)
    monkeypatch.setattr(office, "find_program", lambda: None)
    source = Path(__file__).parents[2] / "samples" / "2024" / "654221-000.json"
    result = CliRunner().invoke(
        main, ["report", str(source), "-o", "a.pdf"], prog_name="xltool", catch_exceptions=False
    )
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("生成 PDF 需要 typst 或 LibreOffice")
    assert 'pip install "xltool[pdf]"' in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_remarks_on_a_pdf_are_told_on_standard_error(monkeypatch):
    pytest.importorskip("typst")
    from xltool.report import pdf

    monkeypatch.setattr(pdf, "to_pdf", lambda report: pdf.PrintedPdf(b"%PDF-", ("甲字体没有。",)))
    monkeypatch.setattr(readings, "verify_report", lambda data, submission, prior: Reading(submission, ()))
    source = Path(__file__).parents[2] / "samples" / "2024" / "654221-000.json"
    result = CliRunner().invoke(
        main, ["report", str(source), "-o", "a.pdf"], prog_name="xltool", catch_exceptions=False
    )
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-2:] == ["甲字体没有。", "已写出 a.pdf"]
    assert Path("a.pdf").read_bytes() == b"%PDF-"
