"""The PDF as others see it: poppler reads its text and its pages.

The ways out where typst or fonts or everything is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from tests import figures
from tests.elsewhere import assert_same_elsewhere
from tests.report.conftest import HOSTILE, TEXTS, assemble_numbered
from tests.stand_in import write_program
from xltool import api, office
from xltool.messages import XltoolError
from xltool.model import Agency, FormSpec, Grid, Heading, Paragraph, Rectangle, Report, Submission
from xltool.report import fonts, pdf, typeset
from xltool.report.assemble import assemble_report
from xltool.report.pdf import to_pdf
from xltool.report.text import DRAFT_MARK, clean_line

pytest.importorskip("typst", reason="typst is not installed: pip install 'xltool[pdf]'")
POPPLER = all(shutil.which(name) for name in ("pdftotext", "pdftoppm", "pdfinfo"))
poppler = pytest.mark.skipif(not POPPLER, reason="poppler (pdftotext, pdftoppm, pdfinfo) is not installed")
if os.environ.get("CI_MUST_RECALCULATE"):
    poppler = pytest.mark.skipif(False, reason="CI installs poppler")

FOOT = (37 + 225) / 25.4 * 72  # points from the upper edge: below it stands the page number only
MARKUP = (
    '#read("/etc/passwd") #{1+1} $x^2$ *b* _i_ `c` // x /* y */ c\\ "q" \'s\' @ref <lab> = h -- ... ~ [x] '
    '\\u{41} #import "a"'
)


def _report(*parts: Heading | Paragraph | Grid, draft: bool = False, agency: str = "清河县教育局") -> Report:
    return Report(f"{agency}2024年政府信息公开工作年度报告", agency, 2024, parts, draft)


def _ran(program: str, data: bytes, *options: str) -> bytes:
    streams = ["-", "-"] if program == "pdftotext" else ["-"]
    return subprocess.run([program, *options, *streams], input=data, capture_output=True, check=True).stdout


def _text(data: bytes, *options: str) -> str:
    return _ran("pdftotext", data, *options).decode()


def _joined(text: str) -> str:
    """Without what only lays out: blanks, page numbers."""
    return re.sub(r"\s", "", re.sub(r"— ?\d+ ?—", "", text))


def _info(data: bytes) -> dict[str, str]:
    lines = _ran("pdfinfo", data).decode().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _words(data: bytes) -> list[list[tuple[float, float, float, float, str]]]:
    """For each page its words with left, top, right and bottom edge in points."""
    tree = etree.fromstring(_ran("pdftotext", data, "-bbox"), etree.XMLParser(recover=True))
    pages = tree.iter("{*}page")
    edges = ("xMin", "yMin", "xMax", "yMax")
    return [
        [(*(float(word.get(edge)) for edge in edges), word.text) for word in page.iter("{*}word")] for page in pages
    ]


def _grid(rows: int, head_rows: int = 2) -> Grid:
    """A table with a head of two merged lines and one label over all others."""
    head = (
        Rectangle(0, 0, 2, 2, "corner", "角"),
        Rectangle(0, 2, 1, 2, "head", "合并的表头"),
        Rectangle(1, 2, 1, 1, "head", "甲栏"),
        Rectangle(1, 3, 1, 1, "head", "乙栏"),
        Rectangle(2, 0, rows, 1, "label", "总项"),
    )
    lines = [
        rectangle
        for row in range(rows)
        for rectangle in (
            Rectangle(2 + row, 1, 1, 1, "label", f"第{row}行"),
            Rectangle(2 + row, 2, 1, 1, "value", str(1000 + row), "t.r.a"),
            Rectangle(2 + row, 3, 1, 1, "value", str(5000 + row), "t.r.b"),
        )
    ]
    return Grid("t", "大表", 2 + rows, 4, head_rows, (1, 3, 2, 2), (*head, *lines))


# ---------------------------------------------------------------- what is printed


@poppler
@pytest.mark.parametrize("edition", ["ogi-2021", "ogi-2019"])
@pytest.mark.parametrize("draft", [False, True])
def test_all_headings_texts_and_labels_are_printed_in_order(edition: str, draft: bool) -> None:
    spec = api.form(edition)
    given = figures.submission(spec, figures.consistent(spec, Random(3)))
    report = assemble_report(spec, replace(given, texts=TEXTS), draft=draft)
    text = _joined(_text(to_pdf(report).data, "-raw"))
    at = text.index(_joined(report.title))
    for part in report.parts:
        if isinstance(part, Grid):
            labels = [_joined(r.text) for r in part.rectangles if r.role == "label" and r.height == 1]
            assert all(label in text[at:] for label in labels)
        else:
            at = text.index(_joined(part.text), at) + len(_joined(part.text))
    assert (DRAFT_MARK in text) == draft


@poppler
def test_every_figure_stands_in_its_place(spec: FormSpec, submission: Submission) -> None:
    """Every figure is another one.

    Each page's figures, from top to bottom and left to right, are those of the tables in order.
    """
    report = assemble_report(spec, submission)
    wanted = [r.text for part in report.parts if isinstance(part, Grid) for r in _values(part)]
    found = []
    for page in _words(to_pdf(report).data):
        words = [
            (round((top + bottom) / 2), left, text)
            for left, top, _, bottom, text in page
            if text in set(wanted) and top < FOOT
        ]
        found += [text for _, _, text in sorted(words)]
    assert found == wanted


def _values(grid: Grid) -> list[Rectangle]:
    return sorted((r for r in grid.rectangles if r.role == "value"), key=lambda r: (r.row, r.column))


@poppler
def test_a_page_is_that_of_an_official_document() -> None:
    data = to_pdf(_report(Heading(1, "一、总体情况"), Paragraph("字" * 28 * 40))).data
    assert _info(data)["Page size"] == "595.3 x 841.9 pts (A4)"
    first, *full = [re.findall(r"^ *(字+)$", page, re.M) for page in _text(data, "-layout").split("\f")][:-1]
    assert [len(line) for line in first] == [26] + [28] * (len(first) - 1)
    assert [len(lines) for lines in full[:-1]] == [22] * (len(full) - 1)
    assert all(len(line) == 28 for lines in full[:-1] for line in lines)
    # 28 mm at the left; 37 mm at the top, where half of the space between two lines comes before the first
    left, right = (
        min(word[0] for page in _words(data) for word in page),
        max(word[2] for page in _words(data) for word in page),
    )
    assert abs(left - 28 / 25.4 * 72) < 1
    assert abs(right - (28 + 156) / 25.4 * 72) < 1.5
    tops = sorted({round(word[1], 1) for word in _words(data)[1] if "字" in word[4]})
    assert all(abs(below - above - 29) < 0.2 for above, below in pairwise(tops))


@poppler
def test_the_page_number_stands_outside_on_odd_and_even_pages() -> None:
    pages = _words(to_pdf(_report(Paragraph("字" * 28 * 60))).data)
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        below = [word for word in page if word[1] > FOOT]
        assert "".join(word[4] for word in below) == f"—{number}—"
        middle = (below[0][0] + below[-1][2]) / 2
        assert (middle > 595.3 / 2) == (number % 2 == 1)


@poppler
def test_a_table_that_fits_on_a_page_stays_on_one_with_its_heading() -> None:
    heading = Heading(1, "三、收到和处理")
    pages = _text(to_pdf(_report(Paragraph("字" * 28 * 12), heading, _grid(24))).data, "-layout").split("\f")
    assert "三、" not in pages[0] and "三、" in pages[1]
    assert all(str(1000 + row) in pages[1] for row in range(24))


@poppler
def test_the_head_of_a_table_is_repeated_where_it_crosses_pages_and_no_row_is_split() -> None:
    pages = _text(to_pdf(_report(_grid(70))).data, "-layout").split("\f")[:-1]
    assert len(pages) == 3
    assert all(page.count("合并的表头") == page.count("甲栏") == 1 for page in pages)
    for row in range(70):
        assert sum(f"第{row}行" in page and str(1000 + row) in page and str(5000 + row) in page for page in pages) == 1
    once = _text(to_pdf(_report(_grid(70, head_rows=0))).data, "-layout")
    assert once.count("合并的表头") == 1


@poppler
@pytest.mark.parametrize("edition", ["ogi-2021", "ogi-2019"])
def test_the_largest_figures_stay_on_one_line_within_their_columns(edition: str) -> None:
    spec = api.form(edition)
    largest = tuple(
        cell.measure.maximum * cell.measure.scale + (123456 if cell.measure.decimals else 0) for cell in spec.cells
    )
    report = assemble_report(spec, Submission(edition, spec.years[0], Agency("1", "清河县", "county"), largest, {}))
    longest = {r.text for part in report.parts if isinstance(part, Grid) for r in _values(part)}
    assert max(map(len, longest)) >= 15
    pages = _words(to_pdf(report).data)
    words = [word for page in pages for word in page if re.fullmatch("[0-9.]+", word[4]) and len(word[4]) > 5]
    assert len(words) == len(spec.cells)  # none broken in two, none run into its neighbour
    assert {word[4] for word in words} == longest
    for part in report.parts:
        if isinstance(part, Grid) and part.table == "disputes":
            narrow = 156 / 25.4 * 72 / 15
            assert all(word[2] - word[0] < narrow for word in words[-15:])


@poppler
def test_a_long_name_and_a_long_word_stay_within_the_margins() -> None:
    name = "清河县也迷里古镇人民政府政务服务和公共资源交易管理中心（清河县行政审批局、清河县大数据发展服务中心）"
    address = "http://www.example.gov.cn/" + "W" * 200
    data = to_pdf(_report(Heading(1, "一、总体情况"), Paragraph(f"网址：{address}。"), agency=name)).data
    assert address in _joined(_text(data))
    assert name in _joined(_text(data))
    for page in _words(data):
        assert all(word[0] > 28 / 25.4 * 72 - 1 and word[2] < (28 + 156) / 25.4 * 72 + 2 for word in page)


@poppler
def test_a_draft_is_marked_at_the_top_and_on_every_page() -> None:
    data = to_pdf(_report(Heading(1, "一、总体情况"), Paragraph("字" * 28 * 40), draft=True)).data
    pages = _text(data).split("\f")[:-1]
    assert [page.count(DRAFT_MARK) for page in pages] == [2] + [1] * (len(pages) - 1)
    assert _info(data)["Title"].startswith("【草稿】")
    assert "草稿" in _info(data)["Keywords"]
    assert "草稿" not in _text(to_pdf(_report(Paragraph("字"))).data)


@poppler
def test_ink_is_black_but_for_the_mark_of_a_draft(spec: FormSpec, submission: Submission) -> None:
    for draft in (False, True):
        picture = _ran(
            "pdftoppm", to_pdf(assemble_report(spec, submission, draft=draft)).data, "-r", "40", "-f", "1", "-l", "1"
        )
        size, _, pixels = picture.partition(b"\n255\n")
        assert size.startswith(b"P6")
        assert min(pixels) < 100  # something is printed at all
        colours = sum(red > green + 60 for red, green in zip(pixels[::3], pixels[1::3], strict=True))
        assert (colours > 50) == draft


# ---------------------------------------------------------------- text is text


@poppler
@pytest.mark.parametrize("text", [MARKUP, *HOSTILE.values()], ids=["typst", *HOSTILE])
def test_hostile_text_comes_out_as_text_only(text: str) -> None:
    grid = Grid(
        "t",
        text,
        1,
        2,
        0,
        (1, 1),
        (Rectangle(0, 0, 1, 1, "label", "项"), Rectangle(0, 1, 1, 1, "value", "1", "t.r.c")),
        text[:99],
    )
    data = to_pdf(_report(Heading(1, text[:99] or "题"), Paragraph(text), grid, agency=f"甲{text[:99]}")).data
    printed = _joined(clean_line(text))
    found = _joined(_text(data))
    assert printed in found
    for place in (f"甲{clean_line(text[:99])}2024年", clean_line(text[:99])):
        assert _joined(place) in found
    assert "root:" not in found
    assert _info(data)["Author"] == re.sub(" +", " ", f"甲{clean_line(text[:99])}").strip() or "\u202e" in text


def test_text_reaches_typst_only_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    seen = []
    true = typst.Compiler

    def compiler(source: bytes, **given: object) -> object:
        seen.append((source, given["sys_inputs"]))
        return true(source, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(typst, "Compiler", compiler)
    to_pdf(_report(Heading(1, MARKUP), Paragraph(MARKUP)))
    to_pdf(_report(Heading(1, "题"), Paragraph("文")))
    assert {source for source, _ in seen} == {(Path(typeset.__file__).parent / "page.typ").read_bytes()}
    assert json.loads(seen[0][1]["report"])["parts"][1]["text"] == MARKUP


@pytest.mark.parametrize(("sign", "shown"), [("\ue000", "U+E000"), ("\U0010fffe", "U+10FFFE")])
def test_a_sign_that_cannot_be_archived_is_told_and_costs_only_the_standard(sign: str, shown: str) -> None:
    printed = to_pdf(_report(Heading(1, "一、总体情况"), Paragraph(f"前{sign}后")))
    assert printed.data.startswith(b"%PDF-")
    assert b"pdfuaid:part" not in printed.data
    assert shown in printed.remarks[-1] and "PDF/A" in printed.remarks[-1]


@poppler
def test_a_byte_order_mark_within_a_text_is_left_out() -> None:
    printed = to_pdf(_report(Heading(1, "一、总体情况"), Paragraph("前\ufeff后")))
    assert "前后" in _text(printed.data)
    assert b"pdfuaid:part" in printed.data


# ---------------------------------------------------------------- what the file says of itself


@poppler
def test_it_is_tagged_and_claims_the_standards_and_says_what_it_is(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    data = to_pdf(report).data
    info = _info(data)
    assert (info["Title"], info["Author"], info["Tagged"]) == (report.title, report.agency, "yes")
    assert b"/Lang(zh-CN)" in data
    for claim in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<"):
        assert claim in data
    tags = re.findall(r"^ *(\w+)", _ran("pdfinfo", data, "-struct").decode("latin-1"), re.M)
    assert tags.count("Table") == 3
    assert tags.count("H1") == 6 and tags.count("H2") == 5
    cells = sum(len(part.rectangles) for part in report.parts if isinstance(part, Grid))
    assert tags.count("TH") + tags.count("TD") == cells
    assert tags.count("TH") == sum(
        r.role not in ("value", "label") for part in report.parts if isinstance(part, Grid) for r in part.rectangles
    )


def _pdf_again() -> bytes:
    return to_pdf(assemble_numbered()).data


def test_same_report_same_bytes_here_and_in_another_process() -> None:
    assert_same_elsewhere(_pdf_again)


@poppler
def test_its_date_is_the_end_of_the_period_and_not_the_clock() -> None:
    info = _info(to_pdf(_report(Paragraph("字"))).data)
    assert info["CreationDate"] == info["ModDate"]
    assert "Dec 31" in info["CreationDate"] and "2024" in info["CreationDate"]


# ---------------------------------------------------------------- fonts


def test_of_each_chain_the_first_face_that_is_there_is_used() -> None:
    assert [choice.name for choice in fonts.choose_faces(["FANGSONG", "simsun", "SimHei", "KaiTi_GB2312"])] == [
        "SimSun", "FangSong", "SimHei", "KaiTi_GB2312", "SimSun",
    ]  # fmt: skip
    assert [choice.prescribed for choice in fonts.choose_faces(["FangSong", "SimSun", "SimHei", "KaiTi_GB2312"])] == [
        False,
        False,
        True,
        True,
        True,
    ]
    assert [choice.name for choice in fonts.choose_faces([])] == [None] * 5


def test_missing_faces_are_told_with_what_stands_in() -> None:
    told = fonts.describe_replaced(["FangSong", "SimHei", "宋体"])
    assert "标题的方正小标宋简体（用 宋体）" in told
    assert "正文的仿宋_GB2312（用 FangSong）" in told
    assert "二级标题的楷体_GB2312（没有合适的字体" in told
    assert "黑体（" not in told and "表格" not in told
    assert (
        fonts.describe_replaced(
            [chain.names[-1 if chain is fonts.TITLE else 0] for chain in fonts.CHAINS] + ["FZXiaoBiaoSong-B05S"]
        )
        == ""
    )


def test_fonts_go_to_typst_in_the_order_of_their_chain_and_only_if_they_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        typeset, "list_families", lambda: ("SimSun", "STFangsong", "FangSong", "Noto Serif CJK SC", "Times New Roman")
    )
    given = typeset._describe_report(_report())["fonts"]
    assert given["body"] == ("FangSong", "STFangsong", "Noto Serif CJK SC")
    assert given["title"] == ("SimSun", "Noto Serif CJK SC")
    assert given["level1"] == ()
    assert given["latin"] == ("Times New Roman",)


def test_a_computer_without_chinese_fonts_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    monkeypatch.setattr(typeset, "_load_fonts", lambda: typst.Fonts(include_system_fonts=False))
    with pytest.raises(XltoolError, match=r"没有中文字体.*请安装"):
        to_pdf(_report(Heading(1, "一、总体情况"), Paragraph("字")))


def test_the_remark_on_fonts_follows_what_typst_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    known = tuple(typeset.list_families())
    monkeypatch.setattr(typeset, "list_families", lambda: (*known, *(chain.names[0] for chain in fonts.CHAINS)))
    assert to_pdf(_report(Paragraph("字"))).remarks == ()
    monkeypatch.setattr(
        typeset,
        "list_families",
        lambda: tuple(name for name in known if name not in {n for c in fonts.CHAINS for n in c.faces[0]}),
    )
    [remark] = to_pdf(_report(Paragraph("字"))).remarks
    assert all(chain.faces[0][0] in remark for chain in fonts.CHAINS)


# ---------------------------------------------------------------- without typst


@pytest.fixture
def no_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)  # importing it fails


posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in for soffice is a shell script")


def test_with_neither_program_both_ways_out_are_named(no_typst: None, program: Path) -> None:
    with pytest.raises(XltoolError) as caught:
        to_pdf(_report(Paragraph("字")))
    assert 'pip install "xltool[pdf]"' in str(caught.value) and "LibreOffice" in str(caught.value)
    assert str(caught.value).count("。") == 1


@posix
def test_libreoffice_stands_in_with_a_profile_of_its_own_and_leaves_nothing(
    no_typst: None, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(fonts, "list_system_families", lambda: frozenset(chain.names[0] for chain in fonts.CHAINS[1:]))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    write_program(program, f'printf "%s\\n" "$@" > {tmp_path}/called; mkdir -p "$8"; cp "$9" "$8/report.pdf"')
    printed = to_pdf(_report(Paragraph("字")))
    from xltool.report.docx import to_docx

    assert printed.data == to_docx(_report(Paragraph("字")))  # our stand-in hands back what it was given
    assert printed.remarks == (
        pdf.BY_OFFICE,
        "这台电脑上没有规定的字体：标题的方正小标宋简体，由 LibreOffice 另选。装上这些字体后重新生成即可。",
    )
    called = (tmp_path / "called").read_text().splitlines()
    assert called[0].startswith("-env:UserInstallation=file:///") and "--headless" in called
    assert not list((tmp_path / "temporary").iterdir())


@posix
@pytest.mark.parametrize(("body", "why"), [("exit 0", "没有生成文件"), ("exit 3", "出了错")])
def test_a_libreoffice_that_gives_nothing_is_one_sentence(no_typst: None, program: Path, body: str, why: str) -> None:
    write_program(program, body)
    with pytest.raises(XltoolError, match=f"转换 PDF 失败.*{why}"):
        to_pdf(_report(Paragraph("字")))


@posix
def test_a_libreoffice_that_hangs_is_ended_with_all_that_it_started(program: Path, tmp_path: Path) -> None:
    write_program(program, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    begun = time.monotonic()
    with pytest.raises(XltoolError, match="没有完成"):
        office.print_pdf(program, b"", seconds=1)
    assert time.monotonic() - begun < 20
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if "Z" in Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]:
            break
        time.sleep(0.05)
    else:
        pytest.fail("a process of soffice is still running")


@posix
def test_the_version_of_libreoffice_is_asked_within_a_time_limit(program: Path) -> None:
    write_program(program, 'test "$1" = --version && echo "LibreOffice 24.8.1.2 abc"')
    assert office.find_program() == program
    assert office.ask_version(program) == "LibreOffice 24.8.1.2 abc"
    write_program(program, "sleep 60")
    assert office.ask_version(program, seconds=0.5) is None
    assert office.ask_version(program.parent / "absent") is None


@poppler
@pytest.mark.skipif(
    not os.environ.get("CI_MUST_RECALCULATE") and shutil.which("soffice") is None, reason="LibreOffice is not installed"
)
def test_libreoffice_itself_prints_the_same_report(no_typst: None, spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    data = to_pdf(report).data
    text = _joined(_text(data))
    assert _info(data)["Tagged"] == "yes"
    assert all(_joined(part.text) in text for part in report.parts if not isinstance(part, Grid))


@pytest.mark.parametrize(("version", "enough"), [("0.15.0", True), ("0.15.2", True), ("1.0", True), ("0.14.9", False)])
def test_a_typst_that_is_too_old_is_not_used(monkeypatch: pytest.MonkeyPatch, version: str, enough: bool) -> None:
    monkeypatch.setattr(typeset, "find_version", lambda: version)
    assert typeset.is_available() == enough


def test_the_oldest_typst_is_the_one_that_is_asked_for() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = f"typst>={'.'.join(map(str, typeset.OLDEST))}"
    extras = project["optional-dependencies"]
    assert wanted in extras["pdf"]
    assert set(extras["pdf"]) <= set(extras["test"])
