from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from lxml import html

from tests.elsewhere import assert_same_elsewhere
from tests.report.conftest import assemble_numbered
from xltool.forms.layout import column_path, row_path
from xltool.model import Cell, FormSpec, Grid, Heading, Paragraph, Rectangle, Report, Submission
from xltool.report import looks
from xltool.report.assemble import assemble_report
from xltool.report.html import _list_styles, to_fragment, to_html

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
    report = assemble_report(spec, submission)
    for grid, table in zip(_grids(report), _page(report).iter("table"), strict=True):
        covered = _places(table)
        assert set(covered) == {(row, column) for row in range(grid.rows) for column in range(grid.columns)}
        for r in grid.rectangles:
            cells = {covered[r.row + down, r.column + right] for down in range(r.height) for right in range(r.width)}
            assert [cell.text_content() for cell in cells] == [r.text]


def test_every_figure_is_announced_with_its_heads_and_labels(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
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
    report = assemble_report(spec, submission)
    for grid, table in zip(_grids(report), _page(report).iter("table"), strict=True):
        covered = _places(table)
        for r in grid.rectangles:
            cell = covered[r.row, r.column]
            match r.role:
                case "value":
                    assert cell.tag == "td"
                case "label":
                    assert (cell.tag, cell.get("scope")) == ("th", "rowgroup" if r.height > 1 else "row")
                case _:
                    assert (cell.tag, cell.get("scope")) == ("th", "colgroup" if r.width > 1 else "col")


def test_tables_have_captions_and_their_head_rows_in_thead(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    page = _page(report)
    for grid, table in zip(_grids(report), page.iter("table"), strict=True):
        caption = table.find("caption")
        assert caption.text_content() == grid.title
        assert table.getparent().get("aria-labelledby") == caption.get("id")
        assert len(table.xpath("thead/tr")) == grid.head_rows
        assert len(table.xpath("tbody/tr")) == grid.rows - grid.head_rows
        assert len(table.xpath("tbody")) == len({r.block for r in grid.rectangles})


def test_headings_and_paragraphs_come_in_order(spec: FormSpec, submission: Submission) -> None:
    report = assemble_report(spec, submission)
    wanted = [("h1", report.title)]
    for part in report.parts:
        if isinstance(part, Heading):
            wanted.append((f"h{part.level + 1}", part.text))
        elif isinstance(part, Paragraph):
            wanted.append(("p", part.text))
    assert [(e.tag, e.text_content()) for e in _page(report).iter("h1", "h2", "h3", "p")] == wanted


def test_the_page_stands_alone_and_runs_nothing(spec: FormSpec, submission: Submission) -> None:
    text = to_html(assemble_report(spec, submission))
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


def _page_again() -> bytes:
    return to_html(assemble_numbered()).encode()


def test_same_report_same_page() -> None:
    assert_same_elsewhere(_page_again)


def test_only_a_long_figure_in_a_narrow_column_is_set_smaller_in_print(spec: FormSpec, submission: Submission) -> None:
    values = list(submission.values)
    for key in ("applications.received.enterprise", "disclosure.licensing.decisions"):
        values[spec.index[key]] = 999_999_999
    page = _page(assemble_report(spec, replace(submission, values=tuple(values))))
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
def test_hostile_texts_travel_through_a_whole_submission(
    spec: FormSpec, submission: Submission, hostile: str, key: str
) -> None:
    page = _page(assemble_report(spec, replace(submission, texts={key: hostile})))
    assert len(list(page.iter("table"))) == 3
    assert not list(page.iter("script", "b"))


# ---------------------------------------------------------------- for everybody's eyes and ears


@pytest.fixture(params=["page", "fragment"])
def printed(request: pytest.FixtureRequest, spec: FormSpec, submission: Submission) -> Any:
    """A draft with every kind of part in it, in each of the two ways of printing it."""
    report = assemble_report(spec, submission, draft=True)
    noted = tuple(replace(part, note="注：单位为件。") if isinstance(part, Grid) else part for part in report.parts)
    return html.fromstring((to_html if request.param == "page" else to_fragment)(replace(report, parts=noted)))


def test_every_figure_names_heads_of_its_own_table(printed: Any) -> None:
    for table in printed.iter("table"):
        known = {th.get("id") for th in table.iter("th")}
        assert None not in known
        assert len(known) == len(list(table.iter("th")))
        for td in table.iter("td"):
            named = td.get("headers").split()
            assert named
            assert set(named) <= known
    ids = printed.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(printed.xpath("//@aria-labelledby")) <= set(ids)


def test_headings_go_down_one_level_at_a_time(printed: Any) -> None:
    levels = [int(heading.tag[1]) for heading in printed.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert {3, 2} <= set(levels)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(heading.text_content().strip() for heading in printed.iter("h1", "h2", "h3"))


def test_language_captions_and_header_cells_are_told(printed: Any) -> None:
    assert printed.get("lang") == "zh-CN"
    assert len(list(printed.iter("table"))) == 3
    for table in printed.iter("table"):
        assert table[0].tag == "caption"
        assert table[0].text_content().strip()
        assert all(th.text_content().strip() and th.get("scope") for th in table.iter("th"))


def test_a_corner_that_says_nothing_is_no_header_cell() -> None:
    rectangles = (
        Rectangle(0, 0, 1, 1, "corner", ""),
        Rectangle(0, 1, 1, 1, "head", "件数"),
        Rectangle(1, 0, 1, 1, "label", "项"),
        Rectangle(1, 1, 1, 1, "value", "1", "t.r.c"),
    )
    page = _page(Report("题", "甲", 2024, (Grid("t", "小表", 2, 2, 1, (1, 1), rectangles),)))
    assert [cell.tag for cell in page.iter("th", "td")] == ["td", "th", "th", "td"]


def test_every_colour_of_a_text_stands_out_from_every_ground(spec: FormSpec, submission: Submission) -> None:
    sheet = html.document_fromstring(to_html(assemble_report(spec, submission, draft=True))).findtext("head/style")
    colours = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{3,6})\b", sheet))
    grounds = set(re.findall(r"background(?:-color)?: (#[0-9a-f]{3,6})\b", sheet))
    assert {"#111", "#b00000"} <= colours
    assert {"#fff", "#f4f4f2", "#f2f2f0"} <= grounds
    for colour in colours:
        for ground in grounds:
            light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (colour, ground)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# ---------------------------------------------------------------- the fragment


@pytest.mark.parametrize("draft", [False, True])
def test_page_and_fragment_hold_the_same_texts_and_figures_in_the_same_elements(
    spec: FormSpec, submission: Submission, draft: bool
) -> None:
    report = assemble_report(spec, submission, draft=draft)
    page, fragment = _page(report).find("body/main"), html.fromstring(to_fragment(report))
    kept = ("id", "scope", "headers", "rowspan", "colspan", "role", "tabindex", "aria-labelledby")

    def told(root: Any) -> list[Any]:
        return [
            (e.tag, (e.text or "").strip(), (e.tail or "").strip(), [e.get(name) for name in kept])
            for e in root.iterdescendants()
        ]

    assert told(page) == told(fragment)
    assert [td.text_content() for td in fragment.iter("td") if td.text_content()] != []
    assert [col.get("style") for col in fragment.iter("col")] == [col.get("style") for col in page.iter("col")]


def test_the_fragment_needs_nothing_around_it(spec: FormSpec, submission: Submission) -> None:
    text = to_fragment(assemble_report(spec, submission, draft=True))
    [fragment] = html.fragments_fromstring(text)
    assert not re.search(r"<(?:html|head|body|main|style|script|link|meta|!)", text)
    assert not fragment.xpath("//@class | //@src | //@href | //@*[starts-with(name(), 'on')]")
    for element in fragment.iter():
        assert element.get("style") or element.tag in {"tr", "thead", "tbody", "colgroup"}, element.tag
        style = element.get("style", "")
        assert not re.search(r"[0-9]rem\b|var\(|url\(|--|position|clip|['\"]", style), (
            "what the site or its filter would change or take away"
        )
    for cell in fragment.iter("th", "td"):
        assert "border: 1px solid #333" in cell.get("style")
        assert re.search("text-align: (?:left|center)", cell.get("style"))
    assert {caption.get("style") for caption in fragment.iter("caption")} == {looks.inline_style("caption")}
    assert to_fragment(assemble_report(spec, submission, draft=True)) == text


def test_reports_of_two_years_can_stand_on_one_page_of_a_site(spec: FormSpec, submission: Submission) -> None:
    both = [to_fragment(assemble_report(spec, replace(submission, year=year))) for year in (2023, 2024)]
    ids = html.fromstring(f"<div>{''.join(both)}</div>").xpath("//@id")
    assert len(ids) == len(set(ids)) > 100


def test_hostile_text_comes_out_of_the_fragment_as_text_only(hostile: str) -> None:
    rectangles = (Rectangle(0, 0, 1, 1, "label", hostile), Rectangle(0, 1, 1, 1, "value", hostile, "t.r.c"))
    parts = (Heading(1, hostile), Paragraph(hostile), Grid("t", hostile, 1, 2, 0, (1, 1), rectangles, hostile))
    fragment = html.fromstring(to_fragment(Report(f"甲{hostile}", f"甲{hostile}", 2024, parts)))
    printed = "".join(c for c in hostile.replace("\x0b", " ") if c.isprintable())
    texts = [e.text_content() for e in fragment.iter("h1", "h2", "p", "caption", "th", "td")]
    assert texts == [f"甲{printed}", *[printed] * 6]
    assert not list(fragment.iter("script", "b"))


def test_an_element_takes_the_later_of_two_declarations() -> None:
    paragraph, ragged = looks.inline_style("p"), looks.inline_style("p", ".ragged")
    assert "text-align: justify" in paragraph
    assert "text-align: left" in ragged
    assert "justify" not in ragged
    assert "background-color: #f4f4f2" in looks.inline_style("th", ".head")
    assert "background-color" not in looks.inline_style("td", ".value")
    assert "font-size: 18px" in paragraph


def test_every_look_that_is_asked_for_is_there(
    spec: FormSpec, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    known = {name for selector in looks.DECLARATIONS for name in selector.split(", ")}
    monkeypatch.setattr(looks, "inline_style", lambda *selectors: asked.update(selectors) or "color: red")
    _list_styles.cache_clear()
    try:
        to_fragment(assemble_report(spec, submission, draft=True))
    finally:
        _list_styles.cache_clear()
    # a figure looks like every cell, and only wide tables and centred labels have a look of their own
    assert asked <= known
    assert known - asked <= {"main", ".note"}
