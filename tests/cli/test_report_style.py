"""`xltool report --style`: an office's own Word document as the base of the looks, as its users call it."""

from __future__ import annotations

import io

import docx
import pytest
from docx.shared import Pt

from tests.cli.test_commands import CLEAN, put, run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = docx.Document()
    document.styles["Normal"].font.size = Pt(13)
    document.save(str(tmp_path / "本单位.docx"))
    put(tmp_path / "a.json", CLEAN)
    return tmp_path


def test_the_report_takes_the_looks_of_the_office(folder):
    done = run("report", "a.json", "-o", "报告.docx", "--style", "本单位.docx")
    assert done.exit_code == 0, done.output
    made = docx.Document(io.BytesIO((folder / "报告.docx").read_bytes()))
    assert made.styles["Normal"].font.size == Pt(13)
    assert len(made.tables) == 3
    first = (folder / "报告.docx").read_bytes()
    run("report", "a.json", "-o", "报告.docx", "--style", "本单位.docx")
    assert (folder / "报告.docx").read_bytes() == first


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "坏.docx",
            b"PK\3\4 broken",
            "样式文件不能用：文件已损坏，无法读取：文件不完整，可能没有传完或下载完。请用 Word 或 WPS 打开",
        ),
        (
            "旧.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument\0".encode("utf-16-le"),
            "看来是旧版 Word 文档（.doc 或 .wps）",
        ),
        ("没有.docx", None, "样式文件 没有.docx：文件打不开：没有这个文件或文件夹。"),
    ],
)
def test_an_unfit_file_is_one_sentence_and_leaves_the_old_report(folder, name, content, said):
    if content is not None:
        put(folder / name, content)
    put(folder / "报告.docx", b"old")
    done = run("report", "a.json", "-o", "报告.docx", "--style", name)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
    assert (folder / "报告.docx").read_bytes() == b"old"


def test_only_a_word_document_has_styles(folder):
    done = run("report", "a.json", "-o", "报告.html", "--style", "本单位.docx")
    assert done.exit_code == 2
    assert "--style 只能用于 .docx，不能用于 .html。" in done.output
