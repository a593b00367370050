"""OFD: the report of any submission comes back figure by figure; how files differ in telling the same page."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.published.ofd import box_object, package, text_object, to_ofd
from tests.published.reports import VOCABULARY, codes, report
from xltool import api, readings
from xltool.cli import main
from xltool.published.ofd import read_ofd
from xltool.spreadsheet.package import Package

pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install '.[pdf]'")


@pytest.mark.parametrize("seed", range(20))
def test_round_trip(seed):
    submission = report(300 + seed, ("ogi-2021", "ogi-2019")[seed % 2])
    found = api.verify(to_ofd(submission), submission).findings
    assert [api.message(each, api.form(submission.form)) for each in found] == []


def test_what_it_is_called_by_each_command(tmp_path: Path):
    submission = report(300)
    file = tmp_path / "报告.ofd"
    file.write_bytes(to_ofd(submission))
    assert "这是已公布的年度报告（OFD 文件）" in CliRunner().invoke(main, ["import", str(file)]).stderr
    for reading in (
        readings.read_apart(file.read_bytes(), file.name),
        readings.import_report(file.read_bytes()).reading,
        readings.verify_report(file.read_bytes(), submission),
    ):
        assert reading.submission.texts == submission.texts
    assert not readings.is_workbook(file.read_bytes())


def words(data: bytes) -> str:
    return "".join(part.text for part in read_ofd(Package(data), VOCABULARY).parts)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (text_object("甲乙", 20, 20, 4), "甲乙"),
        (text_object("甲乙", 20, 20, 4).replace("g 1 4", "4"), "甲乙"),
        (re.sub(' DeltaX="[^"]*"', "", text_object("甲乙2024年", 20, 20, 4)), "甲乙2024年"),
        (text_object("乙", 24, 20, 4) + text_object("甲", 20, 20, 4), "甲乙"),
        (text_object("甲", 20, 20, 4).replace("TextObject ", 'TextObject Visible="false" ', 1), ""),
        (text_object("甲", 10, 10, 4).replace('Size="4"', 'Size="2" CTM="2 0 0 2 20 20"', 1) * 2, "甲甲"),
        (f"<ofd:PageBlock>{text_object('甲', 20, 20, 4)}</ofd:PageBlock>", "甲"),
    ],
    ids=["runs", "steps", "no steps", "any order", "hidden", "matrix", "block"],
)
def test_a_line(content, told):
    assert words(package([content + text_object("末", 20, 40, 4)])) == f"{told}末"


def test_a_page_that_is_based_on_another():
    base = b'<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
    part = package([text_object("底", 20, 20, 4)])

    def change(parts):
        return parts | {
            "Doc_0/Tpls/Tpl_0/Content.xml": Package(part).read("Doc_0/Pages/Page_0/Content.xml"),
            "Doc_0/Document.xml": parts["Doc_0/Document.xml"].replace(b"</ofd:CommonData>", base),
            "Doc_0/Pages/Page_0/Content.xml": parts["Doc_0/Pages/Page_0/Content.xml"].replace(
                b"<ofd:Content>", b'<ofd:Template TemplateID="7"/><ofd:Content>'
            ),
        }

    assert words(package([text_object("面", 20, 60, 4)], change=change)) == "底面"


@pytest.mark.parametrize(
    "ruled",
    [
        lambda data: data,
        lambda data: data.replace(b"M 0 0", b"S 0 0"),
        lambda data: data.replace(b'LineWidth="0.2"', b'LineWidth="0.2" Stroke="false" Fill="true"'),
    ],
    ids=["drawn", "begun", "filled"],
)
def test_a_table_however_its_lines_are_told(ruled):
    cells = "".join(
        box_object(20 + 30 * column, 20 + 10 * row, 30, 10)
        + text_object(f"{row}{column}", 22 + 30 * column, 22 + 10 * row, 4)
        for row in range(2)
        for column in range(3)
    )

    def change(parts):
        return {name: ruled(part) for name, part in parts.items()}

    [table] = read_ofd(Package(package([cells], change=change)), VOCABULARY).parts
    assert table.texts() == [["00", "01", "02"], ["10", "11", "12"]]


def test_a_white_ground_is_no_table():
    ground = box_object(10, 10, 100, 100) + box_object(10, 110, 100, 100)
    white = ground.replace('LineWidth="0.2">', 'Stroke="false" Fill="true"><ofd:FillColor Value="255 255 255"/>')
    assert words(package([white + text_object("字", 20, 20, 4)])) == "字"


def test_without_the_library_there_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    imported = api.imported(to_ofd(report(1)))
    assert codes(imported) == {"published.library"}
