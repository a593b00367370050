"""An office's own .docx lends its styles and its page, and nothing else.

Whatever else it is, it is told in one sentence.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from tests.elsewhere import assert_same_elsewhere
from tests.report.conftest import assemble_numbered
from tests.report.test_docx import OFFICIAL
from tests.report.word import placed
from xltool import api
from xltool.messages import XltoolError
from xltool.model import FormSpec, Grid, Submission
from xltool.report.assemble import assemble_report
from xltool.report.docx import to_docx
from xltool.report.housestyle import MAX_STYLES, read_look

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SECRET = "不得带走的内容"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _office() -> Any:
    """What python-docx makes, with the text, the looks and the page of some office."""
    document = docx.Document()
    document.add_heading(SECRET, 1)
    document.sections[0].header.paragraphs[0].text = SECRET
    normal = document.styles["Normal"]
    normal.font.size, normal.font.name = Pt(15), "Arial"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "方正仿宋简体")
    document.styles["Heading 1"].font.color.rgb = RGBColor(0, 0, 160)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(25)
    return document


def _built(
    styles: str = "",
    body: str = "",
    parts: dict[str, bytes] | None = None,
    links: str = "",
    main: str = "document.main",
) -> bytes:
    """A .docx written by hand.

    The inside of its styles and of its body, more parts, more relationships of the document.
    """
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{TYPES}.{main}+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{LINKS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="s" Type="{LINKS}/styles" Target="styles.xml"/>{links}</Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}" xmlns:r="{LINKS}" xmlns:x="urn:other">{styles}</w:styles>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (files | (parts or {})).items():
            if content is not None:
                package.writestr(name, content)
    return buffer.getvalue()


def _style(id: str, name: str, inside: str = "", more: str = "") -> str:
    return f'<w:style w:type="paragraph" {more} w:styleId="{id}"><w:name w:val="{name}"/>{inside}</w:style>'


def _report(data: bytes, spec: FormSpec, submission: Submission, *, draft: bool = False) -> bytes:
    return to_docx(assemble_report(spec, submission, draft=draft), read_look(data))


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _used(data: bytes) -> dict[str, Any]:
    """The styles of a report by what the report uses them for."""
    document = docx.Document(io.BytesIO(data))
    title, heading = document.paragraphs[0], next(p for p in document.paragraphs if p.text == "一、总体情况")
    level2 = next(p for p in document.paragraphs if p.text == "（一）主动公开")
    body = next(p for p in document.paragraphs if p.text == "本年度工作平稳开展。")
    return {"title": title.style, "heading": heading.style, "level2": level2.style, "body": body.style}


def _consistent(data: bytes) -> None:
    """The package holds what an official one holds, and every style that is named exists, once."""
    parts = _parts(data)
    assert not any(name.rpartition(".")[2] not in {"xml", "rels"} for name in parts)
    assert b'TargetMode="External"' not in b"".join(parts.values())
    styles = etree.fromstring(parts["word/styles.xml"])
    ids = [style.get(qn("w:styleId")) for style in styles.iter(qn("w:style"))]
    names = [style.find(qn("w:name")).get(qn("w:val")).casefold() for style in styles.iter(qn("w:style"))]
    assert len(ids) == len(set(ids))
    assert len(names) == len(set(names))
    for name, content in parts.items():
        if name.startswith("word/") and name.endswith(".xml"):
            used = {element.get(qn("w:val")) for element in etree.fromstring(content).iter(qn("w:pStyle"))}
            assert used <= set(ids), name
    for word in ("basedOn", "next", "link"):
        assert {element.get(qn("w:val")) for element in styles.iter(qn(f"w:{word}"))} <= set(ids)
    assert {element.tag.partition("}")[0] for element in styles.iter()} == {f"{{{W}"}


@pytest.fixture
def official(spec: FormSpec, submission: Submission) -> bytes:
    return to_docx(assemble_report(spec, submission))


def test_styles_and_page_are_the_offices_and_nothing_else_is(
    spec: FormSpec, submission: Submission, official: bytes
) -> None:
    made = _report(_saved(_office()), spec, submission)
    _consistent(made)
    used = _used(made)
    assert used["heading"].font.color.rgb == RGBColor(0, 0, 160)
    normal = docx.Document(io.BytesIO(made)).styles["Normal"]
    assert (normal.font.size, normal.element.rPr.rFonts.get(qn("w:eastAsia"))) == (Pt(15), "方正仿宋简体")
    section = docx.Document(io.BytesIO(made)).sections[0]
    assert [
        round(side.mm) for side in (section.page_width, section.page_height, section.left_margin, section.right_margin)
    ] == [
        210,
        297,
        30,
        25,
    ]
    assert _parts(made).keys() == _parts(official).keys()
    assert SECRET.encode() not in b"".join(_parts(made).values())


def test_what_the_report_says_does_not_change(spec: FormSpec, submission: Submission, official: bytes) -> None:
    made = docx.Document(io.BytesIO(_report(_saved(_office()), spec, submission)))
    usual = docx.Document(io.BytesIO(official))
    assert [p.text for p in made.paragraphs] == [p.text for p in usual.paragraphs]
    assert [list(placed(table)) for table in made.tables] == [list(placed(table)) for table in usual.tables]


def test_tables_fill_the_offices_page(spec: FormSpec, submission: Submission) -> None:
    made = docx.Document(io.BytesIO(_report(_saved(_office()), spec, submission)))
    width = round(Mm(210 - 30 - 25).twips)
    for table in made.tables:
        assert abs(sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid) - width) <= 3


def test_a_long_figure_still_fits_on_a_narrow_page(spec: FormSpec, submission: Submission) -> None:
    values = list(submission.values)
    values[spec.index["disputes.direct.upheld"]] = 99999
    narrow = _office()
    narrow.sections[0].left_margin = narrow.sections[0].right_margin = Mm(44)
    sizes = []
    for data in (_saved(narrow), _saved(_office())):
        table = docx.Document(io.BytesIO(_report(data, spec, replace(submission, values=tuple(values))))).tables[2]
        run = next(run for run in table._tbl.iter(qn("w:r")) if run.find(qn("w:t")).text == "99999")
        sizes.append(int(run.find(f"{qn('w:rPr')}/{qn('w:sz')}").get(qn("w:val"))))
    assert 8 <= sizes[0] < sizes[1] < 20


def test_a_text_style_without_indent_gets_one_and_one_with_its_own_stays(
    spec: FormSpec, submission: Submission
) -> None:
    plain = _built(_style("a", "Normal", '<w:rPr><w:sz w:val="30"/></w:rPr>', 'w:default="1"'))
    body = _used(_report(plain, spec, submission))["body"]
    assert (body.name, body.base_style.name) == ("报告正文", "Normal")
    assert body.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert body.paragraph_format.first_line_indent == Pt(30)
    indented = _built(_style("a", "Normal", '<w:pPr><w:ind w:firstLine="640"/></w:pPr>', 'w:default="1"'))
    assert _used(_report(indented, spec, submission))["body"].name == "Normal"
    beneath = _style("a", "Normal", '<w:pPr><w:ind w:firstLine="640"/></w:pPr>') + _style(
        "b", "Body Text", '<w:basedOn w:val="a"/>'
    )
    assert _used(_report(_built(beneath), spec, submission))["body"].name == "Body Text"
    named = _report(_built(_style("a", "报告正文")), spec, submission)
    _consistent(named)
    assert (_used(named)["body"].name, _used(named)["body"].base_style.name) == ("报告正文2", "报告正文")


def test_a_name_in_chinese_or_with_other_spaces_is_the_same_style(spec: FormSpec, submission: Submission) -> None:
    """As WPS and templates of offices have them: ids that say nothing, names in either language, full-width figures."""
    styles = (
        _style("1", "正文", '<w:rPr><w:sz w:val="31"/></w:rPr>', 'w:default="1"')
        + _style("2", "标题 １", '<w:rPr><w:color w:val="00AA00"/></w:rPr>')
        + _style("3", "HEADING  2", '<w:rPr><w:color w:val="0000AA"/></w:rPr>')
        + _style("4", "公文 标题", '<w:rPr><w:color w:val="AA0000"/></w:rPr>')
        + _style("5", "公文正文", '<w:pPr><w:ind w:firstLineChars="200"/></w:pPr>', 'w:customStyle="1"')
        + _style("6", "随便", '<w:aliases w:val="甲,表格文字"/><w:rPr><w:sz w:val="18"/></w:rPr>')
    )
    made = _report(_built(styles), spec, submission)
    _consistent(made)
    used = _used(made)
    assert [used[part].style_id for part in ("heading", "level2", "title", "body")] == ["2", "3", "4", "5"]
    figure = docx.Document(io.BytesIO(made)).tables[2].rows[3].cells[0].paragraphs[0]
    assert figure.style.style_id == "6"


def test_what_the_file_lacks_is_added_and_an_id_that_is_taken_is_left_alone(
    spec: FormSpec, submission: Submission
) -> None:
    styles = (
        _style("TableText", "别的样式") + _style("heading1", "又一个") + _style("Title", "Normal", "", 'w:default="1"')
    )
    made = _report(_built(styles), spec, submission, draft=True)
    _consistent(made)
    document = docx.Document(io.BytesIO(made))
    heading = next(p for p in document.paragraphs if p.text == "一、总体情况").style
    assert (heading.style_id, heading.name, heading.font.size) == ("Heading12", "Heading 1", Pt(16))
    assert document.tables[0].rows[2].cells[0].paragraphs[0].style.name == "表格文字"
    assert document.paragraphs[0].style.name == "草稿标记"


def test_fonts_of_a_theme_become_names(spec: FormSpec, submission: Submission) -> None:
    theme = (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements><a:fontScheme '
        'name="x"><a:majorFont>'
        '<a:latin typeface="Georgia"/><a:ea typeface="华文行楷"/></a:majorFont><a:minorFont><a:latin '
        'typeface="Calibri"/>'
        '<a:ea typeface=""/><a:font script="Hant" typeface="新細明體"/><a:font script="Hans" typeface="等线"/>'
        "</a:minorFont>"
        "</a:fontScheme></a:themeElements></a:theme>"
    )
    fonts = (
        '<w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia" w:hAnsiTheme="majorHAnsi" '
        'w:cs="Arial"/></w:rPr>'
    )
    link = f'<Relationship Id="t" Type="{LINKS}/theme" Target="theme/theme1.xml"/>'
    made = _report(
        _built(_style("a", "Normal", fonts), parts={"word/theme/theme1.xml": theme.encode()}, links=link),
        spec,
        submission,
    )
    (normal,) = (style for style in docx.Document(io.BytesIO(made)).styles if style.style_id == "a")
    found = {etree.QName(name).localname: value for name, value in normal.element.rPr.rFonts.attrib.items()}
    assert found == {"ascii": "Calibri", "hAnsi": "Georgia", "eastAsia": "等线", "cs": "Arial"}
    assert "word/theme/theme1.xml" not in _parts(made)


def test_a_font_of_the_file_says_itself_what_stands_in_for_it_but_embeds_nothing(
    spec: FormSpec, submission: Submission
) -> None:
    table = (
        f'<w:fonts xmlns:w="{W}" xmlns:r="{LINKS}"><w:font w:name="本县字体"><w:altName w:val="仿宋"/><w:charset '
        f'w:val="86"/>'
        '<w:embedRegular r:id="f"/></w:font></w:fonts>'
    )
    link = f'<Relationship Id="t" Type="{LINKS}/fontTable" Target="fontTable.xml"/>'
    made = _report(
        _built(_style("a", "Normal"), parts={"word/fontTable.xml": table.encode()}, links=link), spec, submission
    )
    fonts = {font.get(qn("w:name")): font for font in etree.fromstring(_parts(made)["word/fontTable.xml"])}
    assert fonts["本县字体"].find(qn("w:altName")).get(qn("w:val")) == "仿宋"
    assert "仿宋_GB2312" in fonts
    assert b"embed" not in _parts(made)["word/fontTable.xml"]


def test_nothing_but_looks_passes(spec: FormSpec, submission: Submission) -> None:
    """Automatic numbers would stand before our own; hidden text would hide the report.

    The rest has no business in a style.
    """
    inside = (
        '<w:basedOn w:val="nowhere"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:framePr w:w="1"/><w:jc '
        'w:val="center"/>'
        '<w:pBdr><w:top w:val="single" w:sz="4" r:id="x"/><x:top/></w:pBdr><w:pPrChange w:author="张三"/>'
        '<x:other r:id="x">字</x:other></w:pPr>'
        '<w:rPr><w:vanish/><w:webHidden/><w:effect w:val="shimmer"/><w:sz w:val="a&quot;b"/><w:b w:val="perhaps"/>'
        "<w:i/>"
        '<w:lang w:eastAsia="ja-JP"/><w:rPrChange w:author="张三"/></w:rPr><w:rsid w:val="00AA"/>'
    )
    made = _report(_built(_style("a", "heading 1", inside, 'r:id="x" x:y="z"')), spec, submission)
    _consistent(made)
    style = next(
        s
        for s in etree.fromstring(_parts(made)["word/styles.xml"]).iter(qn("w:style"))
        if s.get(qn("w:styleId")) == "a"
    )
    assert etree.tostring(style).decode().replace(f' xmlns:w="{W}"', "") == (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="heading 1"/><w:pPr><w:pBdr><w:top w:val="single" '
        'w:sz="4"/></w:pBdr>'
        '<w:jc w:val="center"/></w:pPr><w:rPr><w:i/></w:rPr></w:style>'
    )
    document = _parts(made)["word/document.xml"].decode()
    assert "一、总体情况" in document
    assert "w:numPr" not in document


def test_styles_in_a_circle_end(spec: FormSpec, submission: Submission) -> None:
    circle = (
        _style("a", "Normal", '<w:basedOn w:val="b"/>')
        + _style("b", "other", '<w:basedOn w:val="a"/>')
        + _style("c", "c", '<w:basedOn w:val="c"/>')
    )
    made = _report(_built(circle), spec, submission)
    assert _used(made)["body"].name == "报告正文"
    based = {
        style.style_id: style.base_style
        for style in docx.Document(io.BytesIO(made)).styles
        if style.style_id in {"a", "b", "c"}
    }
    assert based == {"a": None, "b": None, "c": None}


def test_macros_links_and_embedded_things_stay_where_they_are(spec: FormSpec, submission: Submission) -> None:
    document = _office()
    document.part.relate_to("http://evil.example/template.dotm", f"{LINKS}/attachedTemplate", is_external=True)
    document.part.relate_to("http://evil.example/a.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    made = _report(_saved(document), spec, submission)
    _consistent(made)
    assert b"evil" not in b"".join(_parts(made).values())
    link = (
        '<Relationship Id="v" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        'Target="vbaProject.bin"/>'
    )
    macros = _built(
        _style("a", "Normal"),
        parts={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 Auto_Open", "word/embeddings/o.bin": b"MZ"},
        links=link,
    )
    made = _report(macros, spec, submission)
    _consistent(made)
    assert b"Auto_Open" not in b"".join(_parts(made).values())


def test_a_template_does_as_well(spec: FormSpec, submission: Submission) -> None:
    made = _report(_built(_style("a", "Normal"), main="template.main"), spec, submission)
    assert b"document.main+xml" in _parts(made)["[Content_Types].xml"]


def test_strict_files_are_read_too(spec: FormSpec, submission: Submission) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    data = {
        name: content.decode().replace(W, strict).encode()
        for name, content in _parts(_built(_style("a", "heading 1"))).items()
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in data.items():
            package.writestr(name, content)
    assert _used(_report(buffer.getvalue(), spec, submission))["heading"].style_id == "a"


def test_the_last_section_counts_and_lengths_may_have_units(spec: FormSpec, submission: Submission) -> None:
    first = '<w:p><w:pPr><w:sectPr><w:pgSz w:w="5000" w:h="5000"/></w:sectPr></w:pPr></w:p>'
    last = (
        '<w:sectPr><w:headerReference w:type="default"/><w:pgSz w:w="297mm" w:h="21cm" w:orient="landscape"/>'
        '<w:pgMar w:top="-1440" w:right="1in" w:bottom="72pt" w:left="1in" w:header="0" w:footer="0" w:gutter="0"/>'
        '<w:docGrid w:type="lines" w:linePitch="312"/></w:sectPr>'
    )
    for body in (first + last, f"{first}<w:p><w:pPr>{last}</w:pPr></w:p><w:p/>"):
        section = docx.Document(io.BytesIO(_report(_built(_style("a", "Normal"), body), spec, submission))).sections[0]
        assert section.orientation == WD_ORIENT.LANDSCAPE
        sides = (
            section.page_width,
            section.page_height,
            section.top_margin,
            section.right_margin,
            section.bottom_margin,
        )
        assert [round(side.mm, 1) for side in sides] == [297, 210, 25.4, 25.4, 25.4]
        assert section._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "312"


def test_no_section_means_the_official_page(spec: FormSpec, submission: Submission, official: bytes) -> None:
    made, usual = (
        docx.Document(io.BytesIO(d)).sections[0]
        for d in (_report(_built(_style("a", "Normal")), spec, submission), official)
    )
    assert (made.page_width, made.left_margin, made.footer_distance) == (
        usual.page_width,
        usual.left_margin,
        usual.footer_distance,
    )


def test_the_page_number_stays_as_it_is_prescribed(spec: FormSpec, submission: Submission) -> None:
    document = docx.Document(io.BytesIO(_report(_saved(_office()), spec, submission)))
    for footer in (document.sections[0].footer, document.sections[0].even_page_footer):
        assert footer.paragraphs[0].style.font.size == Pt(14)
        assert footer.paragraphs[0].style.element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"


def _report_again() -> bytes:
    return to_docx(assemble_numbered(), read_look(_saved(_office())))


def test_same_file_same_bytes() -> None:
    assert_same_elsewhere(_report_again)


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official blank form is not beside this checkout")
def test_the_official_blank_form_which_wps_saved_can_be_a_base(spec: FormSpec, submission: Submission) -> None:
    made = _report(OFFICIAL.read_bytes(), spec, submission)
    _consistent(made)
    assert round(docx.Document(io.BytesIO(made)).sections[0].left_margin.mm, 1) == 31.8


@pytest.mark.parametrize("form", ["ogi-2021", "ogi-2019"])
def test_a_report_of_ours_can_be_a_base_and_changes_nothing(form: str) -> None:
    from random import Random

    from tests import figures

    spec = api.form(form)
    report = assemble_report(spec, figures.submission(spec, figures.consistent(spec, Random(3))))
    usual, made = to_docx(report), to_docx(report, read_look(to_docx(report)))
    assert _parts(made)["word/document.xml"] == _parts(usual)["word/document.xml"]
    assert any(isinstance(part, Grid) for part in report.parts)


def _bomb() -> bytes:
    return _built(_style("a", "Normal"), parts={"word/big.xml": b"<a>" + b" " * (40 * 2**20) + b"</a>"})


def _locked() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage\0".encode("utf-16-le") + b"\0" * 1000


def _workbook() -> bytes:
    import openpyxl

    return _saved(openpyxl.Workbook())


REFUSED = {
    "empty": (
        lambda: b"",
        "样式文件不是 Word 文档（.docx），看来是空文件；请用 Word 或 WPS 打开，另存为 .docx 后再用。",
    ),
    "text": (lambda: "正文".encode() * 10, "样式文件不是 Word 文档（.docx），看来是文本；"),
    "old": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument\0".encode("utf-16-le"),
        "旧版 Word 文档（.doc 或 .wps）",
    ),
    "locked": (_locked, "样式文件有打开密码；请取消密码，另存为 .docx 后再用。"),
    "workbook": (_workbook, "样式文件不是 Word 文档（.docx）；"),
    "cut off": (lambda: _built(_style("a", "Normal"))[:-30], "样式文件不能用：文件已损坏，无法读取："),
    "bomb": (_bomb, "样式文件不能用：word/big.xml超出安全限制："),
    "DTD": (
        lambda: _built(parts={"word/styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "含有不允许的 DOCTYPE 声明",
    ),
    "DTD elsewhere": (lambda: _built(_style("a", "Normal"), parts={"word/other.xml": b"<!DOCTYPE a><a/>"}), "DOCTYPE"),
    "no styles": (lambda: _built(parts={"word/styles.xml": None}), "样式文件里没有样式（word/styles.xml）"),
    "broken XML": (lambda: _built("<w:style>"), "内容不是完整的 XML（word/styles.xml）"),
    "too deep": (lambda: _built("<w:style>" * 100 + "</w:style>" * 100), "XML 的层数最多 64"),
    "too many": (
        lambda: _built("".join(_style(f"s{at}", f"样式{at}") for at in range(MAX_STYLES + 1))),
        f"样式超过 {MAX_STYLES} 个",
    ),
    "no room": (
        lambda: _built(_style("a", "Normal"), '<w:sectPr><w:pgSz w:w="6000" w:h="16838"/></w:sectPr>'),
        "样式文件的版心是 52×225 毫米，放不下 15 栏的表，至少要 120×150 毫米；",
    ),
    "no main part": (lambda: _built(parts={"_rels/.rels": b"<Relationships/>"}), "样式文件不是 Word 文档（.docx）；"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_unfit_file_is_told_in_one_sentence(case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(XltoolError, match=re.escape(words)) as told:
        read_look(make())
    assert "\n" not in str(told.value)
    assert str(told.value).endswith("后再用。")


@pytest.mark.parametrize("cut", range(0, 3000, 97))
def test_a_file_cut_anywhere_or_with_a_byte_changed_never_raises_anything_else(cut: int) -> None:
    data = _saved(_office())
    at = cut * len(data) // 3000
    for broken in (data[:at], data[:at] + struct.pack("B", data[at] ^ 0xFF) + data[at + 1 :]):
        try:
            read_look(broken)
        except XltoolError as error:
            assert str(error).startswith("样式文件")


def test_only_a_word_document_takes_styles(submission: Submission) -> None:
    with pytest.raises(XltoolError, match=r"样式文件只能用于 \.docx，不能用于 \.html。"):
        api.report(submission, "html", style=b"")
    with_style, without = (api.report(submission, style=style) for style in (_saved(_office()), None))
    assert with_style != without


def test_a_style_that_is_a_character_style_does_not_stand_for_a_paragraph(
    spec: FormSpec, submission: Submission
) -> None:
    document = _office()
    document.styles.add_style("表格文字", WD_STYLE_TYPE.CHARACTER)
    made = docx.Document(io.BytesIO(_report(_saved(document), spec, submission)))
    assert made.tables[2].rows[3].cells[0].paragraphs[0].style.type == WD_STYLE_TYPE.PARAGRAPH
    _consistent(_saved(made))


def test_a_report_in_an_offices_look_lends_that_look_in_turn(spec: FormSpec, submission: Submission) -> None:
    first = _report(_saved(_office()), spec, submission)
    again = _report(first, spec, submission)
    _consistent(again)
    assert _parts(again)["word/document.xml"] == _parts(first)["word/document.xml"]
