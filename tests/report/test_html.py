from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from xltool.forms.layout import column_path, row_path
from xltool.model import Cell, FormSpec, Grid, Heading, Paragraph, Rectangle, Report, Submission
from xltool.report.assemble import assemble
from xltool.report.html import to_html

MARK = "草稿：尚有未通过的审核项，不得公布"


def _page(report: Report) -> Any:
    return html.document_fromstring(to_html(report))


def _grids(report: Report) -> list[Grid]:
    return [part for part in report.parts if isinstance(part, Grid)]


def _places(table: Any) -> dict[tuple[int, int], Any]:
    """Which cell covers each place of the grid; a place covered twice fails."""
    covered: dict[tuple[int, int], Any] = {}
    for row, tr in enumerate(table.iter("tr")):
        column = 0
        for cell in tr:
            while (row, column) in covered:
                column += 1
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    assert (row + down, column + right) not in covered
                    covered[row + down, column + right] = cell
    return covered


def _labels(cell: Cell) -> list[str]:
    """What a figure must be announced with, from the form's own definition."""
    heads = [cell.block.caption] if cell.block.caption else []
    rows, columns = [p.label for p in row_path(cell.row)], [p.label for p in column_path(cell.column)]
    return heads + (rows + columns if cell.block.across else columns + rows)


def test_spans_cover_each_grid_exactly_as_its_rectangles_do(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    for grid, table in zip(_grids(report), _page(report).iter("table"), strict=True):
        covered = _places(table)
        assert set(covered) == {(row, column) for row in range(grid.rows) for column in range(grid.columns)}
        for r in grid.rectangles:
            cells = {covered[r.row + down, r.column + right] for down in range(r.height) for right in range(r.width)}
            assert [cell.text_content() for cell in cells] == [r.text]


def test_every_figure_is_announced_with_its_heads_and_labels(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    page = _page(report)
    named = {element.get("id"): element for element in page.iter("th")}
    assert len(named) == len(list(page.iter("th")))
    announced = 0
    for grid, table in zip(_grids(report), page.iter("table"), strict=True):
        covered = _places(table)
        for r in grid.rectangles:
            if r.key is not None:
                headers = covered[r.row, r.column].get("headers").split()
                assert [named[header].text_content() for header in headers] == _labels(spec.cell(r.key)), r.key
                announced += 1
    assert announced == len(spec.cells)


def test_heads_and_labels_are_header_cells_with_a_scope(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    for grid, table in zip(_grids(report), _page(report).iter("table"), strict=True):
        covered = _places(table)
        for r in grid.rectangles:
            cell = covered[r.row, r.column]
            match r.role:
                case "value" | "corner":
                    assert cell.tag == "td"
                case "label":
                    assert (cell.tag, cell.get("scope")) == ("th", "rowgroup" if r.height > 1 else "row")
                case _:
                    assert (cell.tag, cell.get("scope")) == ("th", "colgroup" if r.width > 1 else "col")


def test_tables_have_captions_and_their_head_rows_in_thead(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    page = _page(report)
    for grid, table in zip(_grids(report), page.iter("table"), strict=True):
        caption = table.find("caption")
        assert caption.text_content() == grid.title
        assert table.getparent().get("aria-labelledby") == caption.get("id")
        assert len(table.xpath("thead/tr")) == grid.head_rows
        assert len(table.xpath("tbody/tr")) == grid.rows - grid.head_rows
        assert len(table.xpath("tbody")) == len({r.block for r in grid.rectangles})


def test_headings_and_paragraphs_come_in_order(spec: FormSpec, submission: Submission) -> None:
    report = assemble(spec, submission)
    wanted = [("h1", report.title)]
    for part in report.parts:
        if isinstance(part, Heading):
            wanted.append((f"h{part.level + 1}", part.text))
        elif isinstance(part, Paragraph):
            wanted.append(("p", part.text))
    assert [(e.tag, e.text_content()) for e in _page(report).iter("h1", "h2", "h3", "p")] == wanted


def test_the_page_stands_alone_and_runs_nothing(spec: FormSpec, submission: Submission) -> None:
    text = to_html(assemble(spec, submission))
    page = html.document_fromstring(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.get("lang") == "zh-CN"
    assert page.xpath("//meta[@charset='utf-8']")
    assert page.xpath("//meta[@name='viewport']")
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']")[0].get("content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not list(page.iter("script", "link", "img", "iframe", "form", "base"))
    assert not page.xpath("//@src | //@href | //@*[starts-with(name(), 'on')]")
    assert "url(" not in text
    assert "@import" not in text


def test_the_note_of_a_table_stands_below_it() -> None:
    rectangles = (Rectangle(0, 0, 1, 1, "label", "项"), Rectangle(0, 1, 1, 1, "value", "1", "t.r.c"))
    page = _page(Report("题", "甲", 2024, (Grid("t", "小表", 1, 2, 0, (1, 1), rectangles, "注：单位为件。"),)))
    assert [p.text_content() for p in page.xpath("//div[@role='region']/following-sibling::p")] == ["注：单位为件。"]


def test_a_draft_is_marked_in_title_text_and_print() -> None:
    draft = to_html(Report("题", "甲", 2024, (), draft=True))
    page = html.document_fromstring(draft)
    assert page.findtext("head/title") == "【草稿】题"
    assert page.xpath("//p[@class='draft']")[0].text_content() == MARK
    assert f'content: "{MARK}"' in page.findtext("head/style")
    assert "草稿" not in to_html(Report("题", "甲", 2024, ()))


def test_same_report_same_page(spec: FormSpec, submission: Submission) -> None:
    assert to_html(assemble(spec, submission)) == to_html(assemble(spec, submission))


def test_only_a_long_figure_in_a_narrow_column_is_set_smaller_in_print(spec: FormSpec, submission: Submission) -> None:
    values = list(submission.values)
    for key in ("applications.received.enterprise", "disclosure.licensing.decisions"):
        values[spec.index[key]] = 999_999_999
    page = _page(assemble(spec, replace(submission, values=tuple(values))))
    squeezed = page.xpath("//td[@style]")
    assert [cell.text_content() for cell in squeezed] == ["999999999"]
    assert re.fullmatch(r"--fit:0\.\d\d", squeezed[0].get("style"))


def test_hostile_text_comes_out_as_text_only(hostile: str) -> None:
    rectangles = (Rectangle(0, 0, 1, 1, "label", hostile), Rectangle(0, 1, 1, 1, "value", hostile, "t.r.c"))
    parts = (Heading(1, hostile), Paragraph(hostile), Grid("t", hostile, 1, 2, 0, (1, 1), rectangles, hostile))
    text = to_html(Report(f"甲{hostile}", f"甲{hostile}", 2024, parts))
    printed = "".join(c for c in hostile.replace("\x0b", " ") if c.isprintable())
    page = html.document_fromstring(text.encode())
    texts = [e.text_content() for e in page.xpath("//title | //h1 | //h2 | //main/p | //caption | //th | //td")]
    assert texts == [f"甲{printed}"] * 2 + [printed] * 6
    assert page.xpath("//meta[@name='author']")[0].get("content") == f"甲{printed}"
    assert not list(page.iter("script", "b"))


@pytest.mark.parametrize("key", ["preface", "problems", "contact.website"])
def test_hostile_texts_travel_through_a_whole_submission(spec: FormSpec, submission: Submission, hostile: str, key: str) -> None:
    page = _page(assemble(spec, replace(submission, texts={key: hostile})))
    assert len(list(page.iter("table"))) == 3
    assert not list(page.iter("script", "b"))
