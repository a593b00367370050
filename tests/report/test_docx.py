from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from lxml import etree

from tests.elsewhere import assert_same_elsewhere
from tests.report.conftest import assemble_numbered
from tests.report.word import placed, rows, setting, text
from xltool.model import FormSpec, Grid, Heading, Paragraph, Rectangle, Report, Submission
from xltool.report.assemble import assemble_report
from xltool.report.docx import to_docx

OFFICIAL = Path(__file__).parents[3] / "shared" / "reference" / "nianbao_template_2021.docx"
MARK = "草稿：尚有未通过的审核项，不得公布"


def _opened(report: Report) -> Any:
    return docx.Document(io.BytesIO(to_docx(report)))


def _parts(report: Report) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(to_docx(report))) as package:
        return {name: package.read(name) for name in package.namelist()}


def _report(*parts: Heading | Paragraph | Grid, draft: bool = False) -> Report:
    return Report("清河县教育局2024年政府信息公开工作年度报告", "清河县教育局", 2024, parts, draft)


def _tiny(figure: str = "1") -> Grid:
    return Grid(
        "t",
        "小表",
        1,
        2,
        0,
        (1, 1),
        (Rectangle(0, 0, 1, 1, "label", "项"), Rectangle(0, 1, 1, 1, "value", figure, "t.r.c")),
    )


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official blank form is not beside this checkout")
@pytest.mark.parametrize("number", [0, 1, 2])
def test_merges_and_labels_are_those_of_the_official_blank_form(
    number: int, spec: FormSpec, submission: Submission
) -> None:
    blank = replace(submission, values=(None,) * len(spec.cells))
    official = docx.Document(str(OFFICIAL)).tables[number]
    assert rows(_opened(assemble_report(spec, blank)).tables[number]) == rows(official)


def test_every_figure_and_label_stands_at_its_official_place(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    grids = [part for part in report.parts if isinstance(part, Grid)]
    for grid, table in zip(grids, _opened(report).tables, strict=True):
        assert sorted(placed(table)) == sorted((r.row, r.column, r.text) for r in grid.rectangles)


def test_headings_and_texts_come_in_order_with_their_styles(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    styles = {1: "heading 1", 2: "heading 2"}
    wanted = [("Title", report.title)]
    for part in report.parts:
        if isinstance(part, Heading):
            wanted.append((styles[part.level], part.text))
        elif isinstance(part, Paragraph):
            wanted.append(("Body Text", part.text))
    found = [
        (p.style.element.find(qn("w:name")).get(qn("w:val")), p.text.replace("\n", ""))
        for p in _opened(report).paragraphs
    ]
    assert found == wanted


def test_a_title_too_long_for_a_line_is_broken_after_the_agency() -> None:
    assert _opened(_report()).paragraphs[0].text == "清河县教育局\n2024年政府信息公开工作年度报告"
    assert (
        _opened(replace(_report(), title="县2024年政府信息公开工作年度报告", agency="县")).paragraphs[0].text
        == "县2024年政府信息公开工作年度报告"
    )
    assert _opened(replace(_report(), agency="另一个名称")).paragraphs[0].text == _report().title


def test_the_page_is_that_of_an_official_document() -> None:
    section = _opened(_report()).sections[0]
    near = Mm(0.2)
    assert abs(section.page_width - Mm(210)) < near
    assert abs(section.page_height - Mm(297)) < near
    assert abs(section.top_margin - Mm(37)) < near
    assert abs(section.left_margin - Mm(28)) < near
    assert abs(section.page_width - section.left_margin - section.right_margin - Mm(156)) < near
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < near


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading1", "黑体", 16),
        ("Heading2", "楷体_GB2312", 16),
        ("BodyText", "仿宋_GB2312", 16),
    ],
)
def test_fonts_are_named_for_chinesetext(style: str, font: str, points: int) -> None:
    styles = {s.style_id: s for s in _opened(_report()).styles}
    assert styles[style].element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert styles[style].font.size.pt == points
    names = etree.fromstring(_parts(_report())["word/fontTable.xml"])
    assert font in [element.get(qn("w:name")) for element in names]


def test_every_font_says_which_one_to_take_in_its_place() -> None:
    """As one name of at most 31 characters: Word takes a list for the name of one font (MS-OI29500 2.1.262)."""
    entries = {font.get(qn("w:name")): font for font in etree.fromstring(_parts(_report())["word/fontTable.xml"])}
    others = {name: font.find(qn("w:altName")) for name, font in entries.items()}
    instead = {name: other.get(qn("w:val")) for name, other in others.items() if other is not None}
    assert all(len(name) <= 31 and "," not in name and name in entries for name in instead.values())
    for first, chain in {
        "方正小标宋简体": ["华文中宋", "宋体"],
        "仿宋_GB2312": ["仿宋", "华文仿宋", "Noto Serif CJK SC"],
        "楷体_GB2312": ["楷体", "华文楷体", "Noto Serif CJK SC"],
        "黑体": ["华文黑体", "Noto Sans CJK SC"],
    }.items():
        name = first
        for wanted in chain:
            name = instead[name]
            assert name == wanted
    assert all(len(font.find(qn("w:panose1")).get(qn("w:val"))) == 20 for font in entries.values())
    named = {
        fonts.get(qn(f"w:{script}"))
        for fonts in etree.fromstring(_parts(_report())["word/styles.xml"]).iter(qn("w:rFonts"))
        for script in ("ascii", "hAnsi", "eastAsia", "cs")
    }
    assert named <= entries.keys()


def test_a_page_has_22_lines_of_28_characters() -> None:
    document = _opened(_report())
    section = document.sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    pitch = int(grid.get(qn("w:linePitch")))
    assert (grid.get(qn("w:type")), pitch) == ("lines", 580)
    height = Length(section.page_height - section.top_margin - section.bottom_margin).twips
    assert height // pitch == 22
    styles = {s.style_id: s for s in document.styles}
    width = Length(section.page_width - section.left_margin - section.right_margin).twips
    for name in ("BodyText", "Heading1", "Heading2", "Heading3"):
        properties = styles[name].element.rPr
        character = int(properties.find(qn("w:sz")).get(qn("w:val"))) * 10 + int(
            properties.find(qn("w:spacing")).get(qn("w:val"))
        )
        assert width // character == 28
        assert int(styles[name].element.pPr.ind.get(qn("w:firstLine"))) == 2 * character
        assert styles[name].element.pPr.find(qn("w:widowControl")).get(qn("w:val")) == "0"


def test_all_text_is_chinese_to_the_spelling_and_line_breaking_of_word() -> None:
    styles = etree.fromstring(_parts(_report())["word/styles.xml"])
    assert {lang.get(qn("w:eastAsia")) for lang in styles.iter(qn("w:lang"))} == {"zh-CN"}
    settings = etree.fromstring(_parts(_report())["word/settings.xml"])
    assert settings.find(qn("w:themeFontLang")).get(qn("w:eastAsia")) == "zh-CN"


def test_the_third_level_is_set_like_the_text() -> None:
    styles = {s.style_id: s for s in _opened(_report()).styles}
    assert styles["Heading3"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    levels = [styles[f"Heading{level}"].element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) for level in (1, 2, 3)]
    assert levels == ["0", "1", "2"]
    assert _opened(_report(Heading(3, "1.内容"))).paragraphs[1].style.name == "Heading 3"


def test_body_lines_are_29_points_apart_and_begin_two_characters_in() -> None:
    styles = {s.style_id: s for s in _opened(_report()).styles}
    assert styles["Normal"].paragraph_format.line_spacing.pt == 29
    assert styles["BodyText"].element.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_the_page_number_stands_outside_on_odd_and_even_pages() -> None:
    document = _opened(_report())
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.part.element[0]
        assert text(paragraph) == "— 1 —"
        assert paragraph.find(qn("w:fldSimple")).get(qn("w:instr")).strip() == "PAGE"
        assert paragraph.pPr.jc.get(qn("w:val")) == side


def test_table_rows_stay_whole_and_head_rows_repeat(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    grids = [part for part in report.parts if isinstance(part, Grid)]
    for grid, table in zip(grids, _opened(report).tables, strict=True):
        lines = table._tbl.tr_lst
        assert [tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for tr in lines] == [
            r < grid.head_rows for r in range(grid.rows)
        ]
        assert all(tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for tr in lines)
    assert [grid.head_rows for grid in grids] == [0, 3, 3]


def test_tables_fill_the_text_area_exactly_and_say_what_they_are(spec: FormSpec, submission: Submission) -> None:
    document = _opened(assemble_report(spec, submission))
    section = document.sections[0]
    width = Length(section.page_width - section.left_margin - section.right_margin).twips
    for table, described in zip(document.tables, spec.tables, strict=True):
        columns = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        assert sum(columns) == width
        for tr in table._tbl.tr_lst:
            assert sum(int(setting(tc, "w:tcW").get(qn("w:w"))) for tc in tr.tc_lst) == width
        said = [table._tbl.tblPr.find(qn(name)).get(qn("w:val")) for name in ("w:tblCaption", "w:tblDescription")]
        heads = {"disclosure": "", "applications": "，前 3 行是表头", "disputes": "，前 3 行是表头"}[described.id]
        assert said == [
            described.title,
            f"{described.title}：{len(table._tbl.tr_lst)} 行 {len(columns)} 列的表{heads}。",
        ]


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official blank form is not beside this checkout")
@pytest.mark.parametrize("number", [0, 1, 2])
def test_columns_are_as_wide_as_in_the_official_blank_form(number: int, spec: FormSpec, submission: Submission) -> None:
    official, ours = (
        [int(column.get(qn("w:w"))) for column in document.tables[number]._tbl.tblGrid]
        for document in (docx.Document(str(OFFICIAL)), _opened(assemble_report(spec, submission)))
    )
    assert [round(width * sum(ours) / sum(official)) for width in official] == pytest.approx(ours, abs=1)


def _kept(table: Any) -> list[bool]:
    """For each row whether all its paragraphs stay with the next, or none; anything between fails."""
    found = []
    for tr in table._tbl.tr_lst:
        (kept,) = {p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for p in tr.iter(qn("w:p"))}
        found.append(kept)
    return found


def test_a_table_that_fits_on_a_page_is_not_broken_and_a_longer_one_may_be(
    spec: FormSpec, submission: Submission
) -> None:
    for table in _opened(assemble_report(spec, submission)).tables:
        assert _kept(table) == [True] * (len(table.rows) - 1) + [False]
    lines = 40
    long = replace(
        _tiny(), rows=lines, rectangles=tuple(Rectangle(at, 0, 1, 2, "value", "1", f"t.{at}.c") for at in range(lines))
    )
    assert _kept(_opened(_report(long)).tables[0]) == [False] * lines


def test_the_number_of_a_label_over_several_rows_has_its_own_line_without_a_break(
    spec: FormSpec, submission: Submission
) -> None:
    table = _opened(assemble_report(spec, submission)).tables[1]
    found = {}
    for tc in table._tbl.iter(qn("w:tc")):
        indent = tc.find(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:ind')}")
        if indent is not None and text(tc):
            found[text(tc)] = int(indent.get(qn("w:firstLine")))
            width = int(setting(tc, "w:tcW").get(qn("w:w"))) - 2 * 15
            assert (
                width >= 4 * 200 > width - found[text(tc)] >= 3 * 200
            )  # （三） and nothing more; 不予公开 and nothing less
    assert list(found) == ["（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理"]


@pytest.mark.parametrize("label", ["（三）", "（三）一二三四五六七八九十一二三四五六七八九十", "（）", "（三"])
def test_a_number_without_or_with_too_much_behind_it_is_no_trouble(label: str) -> None:
    tall = Rectangle(0, 0, 2, 1, "label", label)
    figures = tuple(Rectangle(at, 1, 1, 1, "value", "1", f"t.{at}.c") for at in (0, 1))
    table = _opened(_report(Grid("t", "表", 2, 2, 0, (1, 20), (tall, *figures)))).tables[0]
    assert sorted(placed(table)) == [(0, 0, label), (0, 1, "1"), (1, 1, "1")]
    assert all(int(i.get(qn("w:firstLine"))) >= 0 for i in table._tbl.iter(qn("w:ind")))


def test_a_long_figure_is_set_smaller_rather_than_broken(spec: FormSpec, submission: Submission) -> None:
    values = list(submission.values)
    values[spec.index["applications.received.enterprise"]] = 999_999_999
    table = _opened(assemble_report(spec, replace(submission, values=tuple(values)))).tables[1]
    sizes = {text(run): run.find(f"{qn('w:rPr')}/{qn('w:sz')}") for run in table._tbl.iter(qn("w:r"))}
    assert int(sizes["999999999"].get(qn("w:val"))) < 21
    assert sizes["11"] is None


def test_a_document_never_ends_with_a_table_nor_joins_two() -> None:
    names = [etree.QName(element).localname for element in _opened(_report(_tiny(), _tiny())).element.body]
    assert names == ["p", "tbl", "p", "tbl", "p", "sectPr"]


def test_the_note_of_a_table_stands_below_it() -> None:
    document = _opened(_report(replace(_tiny(), note="注：单位为件。"), Heading(1, "五、其他")))
    assert [p.text for p in document.paragraphs][1:] == ["注：单位为件。", "五、其他"]


def test_a_draft_is_marked_at_the_top_and_on_every_page() -> None:
    document = _opened(_report(Paragraph("正文"), draft=True))
    assert document.paragraphs[0].text == MARK
    section = document.sections[0]
    assert [p.text for header in (section.header, section.even_page_header) for p in header.paragraphs] == [MARK, MARK]
    assert document.core_properties.content_status == "草稿"
    final = _parts(_report(Paragraph("正文")))
    assert not any("草稿".encode() in content for name, content in final.items() if name != "word/styles.xml")


def test_properties_come_from_the_report_and_not_from_the_clock() -> None:
    properties = _opened(_report()).core_properties
    assert (properties.title, properties.author, properties.language) == (_report().title, "清河县教育局", "zh-CN")
    assert properties.created == properties.modified
    assert properties.created.date().isoformat() == "2024-12-31"


def _docx_again(draft: str) -> bytes:
    return to_docx(assemble_numbered(draft=bool(draft)))


def test_same_report_same_bytes(spec: FormSpec, submission: Submission) -> None:
    final = to_docx(assemble_report(spec, submission))
    draft = to_docx(assemble_report(spec, submission, draft=True))
    assert final != draft
    assert (_docx_again(""), _docx_again("draft")) == (final, draft)
    assert_same_elsewhere(_docx_again, "")
    assert_same_elsewhere(_docx_again, "draft")
    with zipfile.ZipFile(io.BytesIO(final)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.namelist()[0] == "[Content_Types].xml"


def test_the_package_is_consistent_and_carries_nothing_of_a_template(spec: FormSpec, submission: Submission) -> None:
    parts = _parts(assemble_report(spec, submission, draft=True))
    for name, content in parts.items():
        assert etree.fromstring(content) is not None, name
    types = etree.fromstring(parts["[Content_Types].xml"])
    overrides = {element.get("PartName").lstrip("/") for element in types if element.get("PartName")}
    contents = {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"}
    assert overrides == contents
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    assert {f"word/{relation.get('Target')}" for relation in relations} == {
        n for n in contents if n.startswith("word/")
    } - {"word/document.xml"}
    used = {element.get(qn("w:val")) for element in etree.fromstring(parts["word/document.xml"]).iter(qn("w:pStyle"))}
    defined = {
        element.get(qn("w:styleId")) for element in etree.fromstring(parts["word/styles.xml"]).iter(qn("w:style"))
    }
    assert used <= defined


def test_hostile_text_comes_out_as_text_only(hostile: str) -> None:
    def hold(said: str) -> Report:
        grid = replace(_tiny(said), title=said, note=said)
        return Report(f"甲{said}", f"甲{said}", 2024, (Heading(1, said), Paragraph(said), grid))

    parts, harmless = _parts(hold(hostile)), _parts(hold("字"))
    assert parts.keys() == harmless.keys()
    elements, usual = (
        {element.tag for element in etree.fromstring(of["word/document.xml"]).iter()} for of in (parts, harmless)
    )
    assert elements - usual <= {qn("w:sz"), qn("w:szCs")}
    printed = "".join(c for c in hostile.replace("\x0b", " ") if c.isprintable())
    document = _opened(hold(hostile))
    assert [p.text for p in document.paragraphs] == [f"甲{printed}", printed, printed, printed]
    assert text(document.tables[0]._tbl) == f"项{printed}"
    assert document.core_properties.author == f"甲{printed}"


def test_hostile_texts_travel_through_a_whole_submission(spec: FormSpec, submission: Submission, hostile: str) -> None:
    report = assemble_report(spec, replace(submission, texts={asked.key: hostile for asked in spec.texts}))
    assert len(_opened(report).tables) == 3


def test_no_character_at_all_breaks_a_document() -> None:
    """Every code point of the first plane, and some beyond it, in one text.

    What XML forbids is gone, what can be printed is there.
    """
    everything = "".join(map(chr, (*range(0x10000), 0x1F600, 0x20BB7, 0xFFFFE, 0x10FFFF)))
    (said,) = [p.text for p in _opened(_report(Paragraph(everything))).paragraphs[1:]]
    assert set(said) <= set(everything)
    assert {c for c in everything if c.isprintable()} <= set(said)
    assert not set(said) & set(map(chr, (0x202E, 0x2066, 0xFFFE, 0xFFFF, 0xD800, 0x85, *range(0x20))))


@pytest.mark.parametrize("word", ["A" * 32767, "9" * 32767, "\u00a0" * 300, "一" * 32767 + "]]>", "&" * 32767])
def test_the_longest_texts_stay_whole_in_every_place(word: str, spec: FormSpec, submission: Submission) -> None:
    texts = {asked.key: word for asked in spec.texts}
    document = _opened(assemble_report(spec, replace(submission, texts=texts)))
    expected = sum(len(section.texts) for section in spec.sections) if word.strip() else 0
    assert [p.text for p in document.paragraphs].count(word) == expected
    assert text(_opened(_report(_tiny(word))).tables[0]._tbl) == f"项{word}"
