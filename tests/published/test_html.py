"""Web pages: whatever site is around a report, in whatever code, with whatever is hidden in it."""

from __future__ import annotations

import re

import pytest

from tests.published.reports import codes, report
from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool import api
from xltool.published import html
from xltool.published.document import Lattice, Prose

SUBMISSION = report(30)
PAGE = api.report(SUBMISSION, "html").decode()
MENU = (
    '<nav><a href="/">首页</a></nav><div style="display: none">隐藏<table><tr><td>规章</td><td>9</td></tr></table>'
    "</div>"
)


def verified(page: str | bytes) -> None:
    data = page.encode() if isinstance(page, str) else page
    assert [api.message(f, api.form(SUBMISSION.form)) for f in api.verify(data, SUBMISSION).findings] == []


def bare(page: str) -> str:
    """The page as a site's editor leaves it: no classes, no styles, no roles, no head."""
    page = page[page.index("<main") : page.index("</main>") + 7]
    return (
        re.sub(r'\s(?:class|style|id|headers|scope|role|tabindex|aria-\w+)="[^"]*"', "", page)
        .replace("<th", "<td")
        .replace("</th>", "</td>")
    )


def test_a_page_without_styles_in_a_site_with_menus():
    verified(
        f"<html><head><title>某县人民政府</title></head><body>{MENU}{bare(PAGE)}<footer>主办：某县</footer></body>"
        f"</html>"
    )


def test_a_page_laid_out_by_tables():
    menu = "<td>栏目<br>一</td>"
    verified(
        f"<html><body><table><tr>{menu}<td><table><tr><td>{bare(PAGE)}</td></tr></table></td></tr></table></body>"
        f"</html>"
    )


def test_headings_that_are_plain_paragraphs():
    flat = re.sub(r"<(/?)h[1-6]", r"<\1p", bare(PAGE))
    verified(f"<html><body>{flat}</body></html>")


def test_a_fragment():
    verified(api.report(SUBMISSION, "html", fragment=True))


@pytest.mark.parametrize(
    ("code", "told"),
    [("gb18030", "gb2312"), ("gb18030", "GBK"), ("utf-8", "utf-8"), ("gb18030", None), ("utf-16", "utf-16")],
)
def test_codes(code, told):
    page = re.sub(r'<meta charset="[^"]*">', f'<meta charset="{told}">' if told else "", PAGE)
    verified(page.encode(code))


def test_old_ways_of_naming_a_code():
    page = PAGE.replace('<meta charset="utf-8">', '<META content="text/html; charset=gb2312" http-equiv=Content-Type>')
    verified(page.encode("gb18030"))


def test_blanks_and_entities_and_runs():
    parts = html.read_html("<p>收到<b>12</b>&nbsp;件，<span>办结\n 3</span>件<br/>下一行</p><p></p>".encode()).parts
    assert parts == (Prose("收到12\u00a0件，办结 3件"), Prose("下一行"))


def test_spans_as_browsers_lay_them_out():
    rows = (
        "<tr><td rowspan=2>甲<td colspan='2'>乙</tr><tr><td>1<td>2</tr><tr><td rowspan='999999999'>丙<td "
        "colspan='-3'>丁</tr>"
    )
    [table] = html.read_html(f"<table>{rows}</table>".encode()).parts
    assert isinstance(table, Lattice)
    assert [[(e.text, e.column) for e in row] for row in table.rows] == [
        [("甲", 0), ("乙", 1)],
        [("1", 1), ("2", 2)],
        [("丙", 0), ("丁", 1)],
    ]


def test_pictures_behind_the_text_are_no_text():
    drawn = api.pictures(SUBMISSION)
    assert drawn
    verified(api.report(SUBMISSION, "html", pictures=drawn))


@pytest.mark.parametrize(
    "page",
    [b"", b"<html>", b"<", b"<html>" + b"<div>" * 5000, b"<table>" * 3000, b"<html>\xff\xfe\0\0", b"<p>" + b"&" * 9000],
)
def test_anything_that_calls_itself_a_page(page):
    assert isinstance(html.read_html(page).parts, tuple)


@pytest.mark.parametrize("kind", ["html", "xhtml"])
def test_a_word_document_saved_as_a_page_by_libreoffice(tmp_path, kind):
    require_office()
    [data] = office_saved({"1": api.report(SUBMISSION, "docx")}, tmp_path, kind, "docx").values()
    verified(data)


def test_two_tables_of_one_kind_are_told():
    table = re.search(r"<table.*?</table>", PAGE[PAGE.index("三、收到和处理") :], re.S)[0]
    assert codes(api.imported(PAGE.replace(table, table + table).encode())) == {"published.several"}
