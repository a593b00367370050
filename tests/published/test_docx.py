"""Word documents: merges, what was deleted or hidden, tables in tables, headings by style.

What LibreOffice saved again; damage.
"""

from __future__ import annotations

import io

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.published.reports import report
from tests.workbook.calc import require_office
from tests.workbook.parts import packed, rels
from tests.workbook.rewriters import office_saved
from xltool import api
from xltool.published import docx as word
from xltool.published.document import Lattice, Prose
from xltool.spreadsheet.package import Package, Refusal

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


SPANS, BEGINS = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>'


def document(body: str, **parts: str) -> bytes:
    return packed({
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": rels(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{SPACE}"><w:body>{body}</w:body></w:document>',
        **parts,
    })  # fmt: skip


def line(*runs: str) -> str:
    return f"<w:p>{''.join(f'<w:r>{run}</w:r>' for run in runs)}</w:p>"


def cell(text: str, look: str = "") -> str:
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{line(f'<w:t>{text}</w:t>')}</w:tc>"


def read(body: str) -> tuple:
    return word.read_docx(Package(document(body))).parts


def test_merges_as_word_writes_them():
    rows = (
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>'
        f"{cell('甲', SPANS)}{cell('乙', BEGINS)}</w:tr>"
        f"<w:tr>{cell('一')}{cell('二')}{cell('三')}{cell('', '<w:vMerge/>')}</w:tr>"
    )
    [table] = read(f"<w:tbl>{rows}</w:tbl>")
    assert [[tuple(entry)[:3] for entry in row] for row in table.rows] == [
        [("甲", 0, 1), ("乙", 0, 3)],
        [("一", 1, 0), ("二", 1, 1), ("三", 1, 2)],
    ]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (("<w:t>收到</w:t>", "<w:t>12件</w:t>"), "收到12件"),
        (("<w:t>前</w:t><w:tab/><w:t>后</w:t>",), "前\t后"),
        (("<w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t>", "<w:t>可见</w:t>"), "可见"),
        (('<w:rPr><w:vanish w:val="0"/></w:rPr><w:t>可见</w:t>',), "可见"),
        (("<w:instrText>PAGE</w:instrText>", "<w:t>第</w:t>"), "第"),
        (("<w:rPr><w:b/></w:rPr><w:t>粗</w:t>",), "粗"),
    ],
)
def test_what_a_reader_sees(runs, said):
    assert read(line(*runs)) == (Prose(said),)


def test_deletions_are_gone_and_insertions_are_there():
    body = (
        "<w:p><w:r><w:t>收到</w:t></w:r><w:del><w:r><w:delText>12</w:delText></w:r></w:del><w:ins><w:r><w:t>"
        "21</w:t></w:r></w:ins></w:p>"
    )
    assert read(body) == (Prose("收到21"),)
    [table] = read(f"<w:tbl><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>")
    assert table.rows[0][0].text == "收到21"


def test_lines_of_a_paragraph_and_of_a_cell():
    assert read(line("<w:t>上</w:t><w:br/><w:t>下</w:t>")) == (Prose("上"), Prose("下"))
    [table] = read(f"<w:tbl><w:tr><w:tc>{line('<w:t>总</w:t>')}{line('<w:t>计</w:t>')}</w:tc></w:tr></w:tbl>")
    assert table.rows[0][0].text == "总\n计"


def test_a_table_that_lays_out_others_and_controls_around_content():
    inner = f"<w:tbl><w:tr>{cell('甲')}{cell('1')}</w:tr></w:tbl>"
    parts = read(
        f"<w:tbl><w:tr><w:tc>{line('<w:t>左</w:t>')}{inner}</w:tc></w:tr></w:tbl><w:sdt><w:sdtContent>"
        f"{inner}</w:sdtContent></w:sdt>"
    )
    assert [type(part) for part in parts] == [Prose, Lattice, Lattice]


def test_headings_by_the_name_of_their_style():
    book = docx.Document()
    book.add_heading("一、总体情况", 1)
    book.add_paragraph("概述。")
    buffer = io.BytesIO()
    book.save(buffer)
    assert word.read_docx(Package(buffer.getvalue())).parts[:2] == (Prose("一、总体情况", 1), Prose("概述。", 0))


def test_tables_as_python_docx_merges_them():
    """The report written again by somebody else's library reads the same."""
    submission = report(12)
    book = docx.Document(io.BytesIO(api.report(submission, "docx")))
    book.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t> </w:t></w:r></w:p>"))
    buffer = io.BytesIO()
    book.save(buffer)
    assert not api.verify(buffer.getvalue(), submission).findings


def test_saved_again_by_libreoffice(tmp_path):
    require_office()
    submissions = {f"{seed}": report(seed, form) for seed, form in ((20, "ogi-2021"), (21, "ogi-2019"))}
    saved = office_saved({name: api.report(s, "docx") for name, s in submissions.items()}, tmp_path, "docx", "docx")
    for name, data in saved.items():
        assert not api.verify(data, submissions[name]).findings


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (document("<w:p>"), "file.damaged"),
        (document("<w:p/>", **{"word/document.xml": "<!DOCTYPE a><a/>"}), "file.damaged"),
        (document("<w:p/>")[:-30], "file.damaged"),
        (document("<w:tbl>" + "<w:tr/>" * 5001 + "</w:tbl>"), "file.limit"),
        (document("<w:p>" * 300 + "</w:p>" * 300), "file.damaged"),
    ],
)
def test_damage_is_told(data, code):
    with pytest.raises(Refusal) as caught:
        word.read_docx(Package(data))
    assert caught.value.finding.code == code
    assert [found.code for found in api.imported(data).reading.findings] == [code]


# ---------------------------------------------------------------- what the look of runs may be left out of


LOOK = "<w:rPr><w:rFonts w:hint='eastAsia'/><w:b/><w:sz w:val='21'/></w:rPr>"
BORDERS = "<w:tcBorders><w:top w:val='single'/></w:tcBorders>"
ODD = {
    "plain": "",
    "revised": "<w:p><w:r><w:rPr><w:b/><w:rPrChange><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr><w:t>改</w:t></w:r>"
    "</w:p>",
    "hidden": "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r></w:p>",
    "no markup": "<w:p><w:r><w:t><![CDATA[<w:rPr>5</w:rPr>]]></w:t></w:r></w:p>",
    "a remark": "<!-- <w:rPr> --><w:p><w:r><w:t>5</w:t></w:r></w:p><!-- </w:rPr> -->",
    "an instruction": "<?x <w:rPr>?><w:p><w:r><w:t>5</w:t></w:r></w:p><?x </w:rPr>?>",
    "empty": "<w:p><w:r><w:rPr/><w:t>空</w:t></w:r></w:p>",
    "with attributes": "<w:p><w:r><w:rPr w:x='1'><w:b/></w:rPr><w:t>性</w:t></w:r></w:p>",
    "another prefix": f"<x:p xmlns:x='{SPACE}'><x:r><x:rPr><x:b/></x:rPr><x:t>别</x:t></x:r></x:p>",
    "the prefix again": f"<w:p xmlns:w='{SPACE}'><w:r><w:rPr><w:b/></w:rPr><w:t>又</w:t></w:r></w:p>",
    "a deleted paragraph mark": "<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr><w:r><w:t>留</w:t></w:r></w:p>",
}


def both(monkeypatch, data: bytes) -> list[object]:
    """What is read with the look of runs left out, and with it."""
    told: list[object] = []
    for worth in (0, 2**60):
        monkeypatch.setattr(word, "WORTH_CUTTING", worth)
        try:
            told.append(word.read_docx(Package(data)))
        except Refusal as refusal:
            told.append((refusal.finding.code, refusal.finding.data))
    return told


@pytest.mark.parametrize("name", ODD)
def test_what_runs_look_like_changes_nothing(monkeypatch, name):
    table = (
        f"<w:tbl><w:tr><w:tc><w:tcPr>{BORDERS}{SPANS}</w:tcPr>"
        f"{line(f'{LOOK}<w:t>甲</w:t>', f'{LOOK}<w:t>乙</w:t>')}</w:tc></w:tr></w:tbl>"
    )
    one, other = both(monkeypatch, document(f"<w:p><w:r>{LOOK}<w:t>收到</w:t></w:r></w:p>{ODD[name]}{table}"))
    assert one == other
    assert Prose("收到") in one.parts


@pytest.mark.parametrize(
    "body", [f"<w:p><w:r>{LOOK[:-8]}<w:t>5</w:t></w:r></w:p>", f"{LOOK[7:]}", "<w:rPr>", "</w:rPr>"]
)
def test_damage_is_damage_either_way(monkeypatch, body):
    one, other = both(monkeypatch, document(body))
    assert one == other
    assert one[0] == "file.damaged"


def test_documents_of_others_read_the_same_either_way(monkeypatch, tmp_path):
    require_office()
    data = api.report(report(20), "docx")
    saved = office_saved({"1": data}, tmp_path, "docx", "docx")["1"]
    for each in (data, saved):
        one, other = both(monkeypatch, each)
        assert one == other and len(one.tables()) == 3


def test_the_official_form_reads_the_same_either_way(monkeypatch, shared):
    one, other = both(monkeypatch, (shared / "reference" / "nianbao_template_2021.docx").read_bytes())
    assert one == other and len(one.tables()) == 3
