from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from lxml import etree

from xltool.model import FormSpec, Grid, Heading, Paragraph, Rectangle, Report, Submission
from xltool.report.assemble import assemble
from xltool.report.docx import to_docx

OFFICIAL = Path(__file__).parents[3] / "shared" / "reference" / "nianbao_template_2021.docx"
MARK = "草稿：尚有未通过的审核项，不得公布"


def _opened(report: Report) -> Any:
    return docx.Document(io.BytesIO(to_docx(report)))


def _parts(report: Report) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(to_docx(report))) as package:
        return {name: package.read(name) for name in package.namelist()}


def _text(element: Any) -> str:
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def _setting(tc: Any, name: str) -> Any:
    return tc.find(f"{qn('w:tcPr')}/{qn(name)}")


def _rows(table: Any) -> list[list[tuple[str, int, str | None]]]:
    """Each row as (text, gridSpan, vMerge) of its cells."""
    rows = []
    for tr in table._tbl.tr_lst:
        row = []
        for tc in tr.tc_lst:
            span, merge = _setting(tc, "w:gridSpan"), _setting(tc, "w:vMerge")
            down = None if merge is None else merge.get(qn("w:val"), "continue")
            row.append((_text(tc).replace("\u3000", ""), 1 if span is None else int(span.get(qn("w:val"))), down))
        rows.append(row)
    return rows


def _placed(table: Any) -> Iterator[tuple[int, int, str]]:
    for row, cells in enumerate(_rows(table)):
        column = 0
        for text, span, merge in cells:
            if merge != "continue":
                yield row, column, text
            column += span


def _report(*parts: Heading | Paragraph | Grid, draft: bool = False) -> Report:
    return Report("清河县教育局2024年政府信息公开工作年度报告", "清河县教育局", 2024, parts, draft)


def _tiny(text: str = "1") -> Grid:
    return Grid("t", "小表", 1, 2, 0, (1, 1), (Rectangle(0, 0, 1, 1, "label", "项"), Rectangle(0, 1, 1, 1, "value", text, "t.r.c")))


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official blank form is not beside this checkout")
@pytest.mark.parametrize("number", [0, 1, 2])
def test_merges_and_labels_are_those_of_the_official_blank_form(number: int, spec: FormSpec, submission: Submission) -> None:
    blank = replace(submission, values=(None,) * len(spec.cells))
    official = docx.Document(str(OFFICIAL)).tables[number]
    assert _rows(_opened(assemble(spec, blank)).tables[number]) == _rows(official)


def test_every_figure_and_label_stands_at_its_official_place(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    grids = [part for part in report.parts if isinstance(part, Grid)]
    for grid, table in zip(grids, _opened(report).tables, strict=True):
        assert sorted(_placed(table)) == sorted((r.row, r.column, r.text) for r in grid.rectangles)


def test_headings_and_texts_come_in_order_with_their_styles(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    styles = {1: "heading 1", 2: "heading 2"}
    wanted = [("Title", report.title)]
    for part in report.parts:
        if isinstance(part, Heading):
            wanted.append((styles[part.level], part.text))
        elif isinstance(part, Paragraph):
            wanted.append(("Body Text", part.text))
    found = [(p.style.element.find(qn("w:name")).get(qn("w:val")), p.text.replace("\n", "")) for p in _opened(report).paragraphs]
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
    [("Title", "方正小标宋简体", 22), ("Heading1", "黑体", 16), ("Heading2", "楷体_GB2312", 16), ("BodyText", "仿宋_GB2312", 16)],
)
def test_fonts_are_named_for_chinese_text(style: str, font: str, points: int) -> None:
    styles = {s.style_id: s for s in _opened(_report()).styles}
    assert styles[style].element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert styles[style].font.size.pt == points
    names = etree.fromstring(_parts(_report())["word/fontTable.xml"])
    assert font in [element.get(qn("w:name")) for element in names]


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
        assert _text(paragraph) == "— 1 —"
        assert paragraph.find(qn("w:fldSimple")).get(qn("w:instr")).strip() == "PAGE"
        assert paragraph.pPr.jc.get(qn("w:val")) == side


def test_table_rows_stay_whole_and_head_rows_repeat(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    grids = [part for part in report.parts if isinstance(part, Grid)]
    for grid, table in zip(grids, _opened(report).tables, strict=True):
        rows = table._tbl.tr_lst
        assert [tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for tr in rows] == [r < grid.head_rows for r in range(grid.rows)]
        assert all(tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for tr in rows)
    assert [grid.head_rows for grid in grids] == [0, 3, 3]


def test_tables_fill_the_text_area_exactly_and_say_what_they_are(spec: FormSpec, submission: Submission) -> None:
    document = _opened(assemble(spec, submission))
    section = document.sections[0]
    width = Length(section.page_width - section.left_margin - section.right_margin).twips
    for table, described in zip(document.tables, spec.tables, strict=True):
        columns = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        assert sum(columns) == width
        for tr in table._tbl.tr_lst:
            assert sum(int(_setting(tc, "w:tcW").get(qn("w:w"))) for tc in tr.tc_lst) == width
        for name in ("w:tblCaption", "w:tblDescription"):
            assert table._tbl.tblPr.find(qn(name)).get(qn("w:val")) == described.title


def test_a_long_figure_is_set_smaller_rather_than_broken(spec: FormSpec, submission: Submission) -> None:
    values = list(submission.values)
    values[spec.index["applications.received.enterprise"]] = 999_999_999
    table = _opened(assemble(spec, replace(submission, values=tuple(values)))).tables[1]
    sizes = {_text(run): run.find(f"{qn('w:rPr')}/{qn('w:sz')}") for run in table._tbl.iter(qn("w:r"))}
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


def test_same_report_same_bytes(spec: FormSpec, submission: Submission) -> None:
    final = to_docx(assemble(spec, submission))
    draft = to_docx(assemble(spec, submission, draft=True))
    assert final != draft
    assert to_docx(assemble(spec, submission)) == final
    assert to_docx(assemble(spec, submission, draft=True)) == draft
    with zipfile.ZipFile(io.BytesIO(final)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.namelist()[0] == "[Content_Types].xml"


def test_the_package_is_consistent_and_carries_nothing_of_a_template(spec: FormSpec, submission: Submission) -> None:
    parts = _parts(assemble(spec, submission, draft=True))
    for name, content in parts.items():
        assert etree.fromstring(content) is not None, name
    types = etree.fromstring(parts["[Content_Types].xml"])
    overrides = {element.get("PartName").lstrip("/") for element in types if element.get("PartName")}
    contents = {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"}
    assert overrides == contents
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    assert {f"word/{relation.get('Target')}" for relation in relations} == {n for n in contents if n.startswith("word/")} - {
        "word/document.xml"
    }
    used = {element.get(qn("w:val")) for element in etree.fromstring(parts["word/document.xml"]).iter(qn("w:pStyle"))}
    defined = {element.get(qn("w:styleId")) for element in etree.fromstring(parts["word/styles.xml"]).iter(qn("w:style"))}
    assert used <= defined


def test_hostile_text_comes_out_as_text_only(hostile: str) -> None:
    def hold(text: str) -> Report:
        grid = replace(_tiny(text), title=text, note=text)
        return Report(f"甲{text}", f"甲{text}", 2024, (Heading(1, text), Paragraph(text), grid))

    parts, harmless = _parts(hold(hostile)), _parts(hold("字"))
    assert parts.keys() == harmless.keys()
    elements, usual = ({element.tag for element in etree.fromstring(of["word/document.xml"]).iter()} for of in (parts, harmless))
    assert elements - usual <= {qn("w:sz"), qn("w:szCs")}
    printed = "".join(c for c in hostile.replace("\x0b", " ") if c.isprintable())
    document = _opened(hold(hostile))
    assert [p.text for p in document.paragraphs] == [f"甲{printed}", printed, printed, printed]
    assert _text(document.tables[0]._tbl) == f"项{printed}"
    assert document.core_properties.author == f"甲{printed}"


def test_hostile_texts_travel_through_a_whole_submission(spec: FormSpec, submission: Submission, hostile: str) -> None:
    report = assemble(spec, replace(submission, texts={text.key: hostile for text in spec.texts}))
    assert len(_opened(report).tables) == 3
