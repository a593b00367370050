"""Reports as plain text, with everything and with nothing to mark a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.published.reports import report
from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool import api
from xltool.forms import totals
from xltool.model import NOT_APPLICABLE, Submission
from xltool.published import html, text
from xltool.published.document import Lattice, Prose
from xltool.published.vocabulary import read_vocabulary

Row = Sequence[str]
WORDS = read_vocabulary([api.form("ogi-2021"), api.form("ogi-2019")])


def bars(row: Row) -> list[str]:
    return [f"| {' | '.join(row)} |"]


def open_bars(row: Row) -> list[str]:
    """As programs write that take the text out of pages: no bar before the first cell."""
    return [f"{' | '.join(row)} |"]


def markdown(row: Row) -> list[str]:
    return [
        f"|{'|'.join(cell.replace('.', chr(92) + '.') for cell in row)}|",
        *(["|:-:|"] if row[0].startswith("第二十条") else []),
    ]


def tabs(row: Row) -> list[str]:
    return ["\t".join(row)]


def a_cell_a_line(row: Row) -> list[str]:
    """As an office program saves a document as text."""
    return list(row)


def a_cell_a_paragraph(row: Row) -> list[str]:
    return [line for cell in row for line in (cell, "")]


def blanks(row: Row) -> list[str]:
    return [" ".join(cell.replace(" ", "") for cell in row)]


def far_apart(row: Row) -> list[str]:
    return [f"  {'    '.join(row)}"]


def printed(submission: Submission, row_of: Callable[[Row], list[str]], heading: Callable[[Prose], str]) -> bytes:
    """The report as text, its rows in that way."""
    lines: list[str] = []
    for part in html.read_html(api.report(submission, "html")).parts:
        if isinstance(part, Lattice):
            rows = [[entry.text.replace("\n", "") for entry in row] for row in part.rows]
            lines += chain.from_iterable(map(row_of, rows))
        else:
            lines.append(heading(part))
    return "\n".join(lines).encode()


def plain(part: Prose) -> str:
    return part.text


def hashes(part: Prose) -> str:
    title = part.text.endswith("年度报告") and not part.level
    return f"\n{'#' * (part.level + 1)} {part.text}\n" if part.level or title else f"\n{part.text}\n"


def full(seed: int) -> Submission:
    """A report whose cells are all filled in: a blank cannot be seen where nothing marks a cell."""
    given = report(seed)
    spec = api.form(given.form)
    values = tuple(
        7 if value is None or value is NOT_APPLICABLE else value
        for value in totals.complete_totals(spec, given)[0].values
    )
    return Submission(given.form, given.year, given.agency, values, given.texts)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("row", [bars, open_bars, tabs, a_cell_a_line, a_cell_a_paragraph, blanks, far_apart])
def test_every_way_of_writing_rows_is_read(seed, row):
    given = full(seed)
    data = printed(given, row, plain)
    assert [api.message(found, api.form(given.form)) for found in api.verify(data, given).findings] == []


@pytest.mark.parametrize("seed", range(6))
def test_markdown_is_read_with_its_headings(seed):
    given = full(seed)
    assert [
        api.message(found, api.form(given.form))
        for found in api.verify(printed(given, markdown, hashes), given).findings
    ] == []


@pytest.mark.parametrize("row", [bars, open_bars, tabs])
def test_a_blank_cell_is_seen_where_cells_are_marked(row):
    given = report(3)
    assert None in given.values
    assert not api.verify(printed(given, row, plain), given).findings


def test_a_word_document_saved_as_text_by_libreoffice(tmp_path):
    require_office()
    given = {str(seed): full(seed) for seed in (1, 4)}
    for name, data in office_saved(
        {name: api.report(each, "docx") for name, each in given.items()}, tmp_path, "txt", "docx"
    ).items():
        assert not api.verify(data, given[name]).findings


def test_a_line_with_one_bar_by_itself_is_prose():
    assert text.read_text("首页 | 新闻\n甲\n上一篇 | 下一篇".encode(), WORDS).parts == (
        Prose("首页 | 新闻"),
        Prose("甲"),
        Prose("上一篇 | 下一篇"),
    )
    [table] = text.read_text("规章 | 1\n行政规范性文件 | 2".encode(), WORDS).parts
    assert isinstance(table, Lattice)


def test_a_figure_that_is_missing_where_nothing_marks_a_cell_is_told():
    given = full(2)
    whole = printed(given, a_cell_a_line, plain).decode()
    label = "四、结转下年度继续办理\n"
    head, _, rest = whole.partition(label)
    cut = head + label + rest.partition("\n")[2]
    told = [found.code for found in api.imported(cut.encode()).reading.findings]
    assert "published.unread" in told and "published.cut" not in told


@pytest.mark.parametrize(
    "lines",
    [
        ["邮编 834600", "电话 0901 0000000"],
        ["首页 | 新闻", "2024 | 2025"],
        ["甲", "1", "2", "3"],
        ["|---|---|", "||", "|"],
        ["12", "13"] * 50,
        ["一、" * 30, "1"],
    ],
)
def test_what_is_no_table_stays_text_or_is_refused(lines):
    [found] = api.imported("\n".join(lines).encode()).reading.findings
    assert found.code == "published.no_tables"


PIECES = [
    "|",
    "｜",
    "\t",
    "\n",
    " ",
    "   ",
    "---",
    "#",
    "**",
    "\\",
    "12",
    "/",
    "。",
    "一、",
    "六、",
    "规章",
    "总计",
    "四、结转下年度继续办理",
    "甲县2024年年报",
]


@hypothesis.given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_lines_are_read(pieces):
    document = text.read_text("".join(pieces).encode(), WORDS)
    told = [part.text for part in document.parts if isinstance(part, Prose)]
    told += [entry.text for table in document.tables() for row in table.rows for entry in row]
    assert "".join(told).count("1") == pieces.count("12")  # no figure is lost, and none is there twice
