"""Texts longer than a row can be tall: whole on paper, whoever wrote them, and read from their cells alone."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import openpyxl
import pdfplumber
import pytest

from tests import figures
from tests.workbook import calc
from xltool import api
from xltool.forms.sheet_names import HIDDEN, RETURN, TEXTS
from xltool.forms.text import measure_breadth
from xltool.model import Agency, Submission
from xltool.workbook.formula import list_formulas
from xltool.workbook.layout_plan import RUN_ON_LINES, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.run_on import CLOSING, NOTHING, RUN_ON_HEIGHT, UNPRINTED, list_run_on_contents, run_on
from xltool.workbook.widths import TEXT_WIDTHS, count_row_lines
from xltool.workbook.write import write_workbook

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
AGENCY = Agency("654221-015", "额敏县财政局", "department")
LONG = "\n".join(f"第{at}段，2025年共{at * 37}件。" + "依法办理申请，按期答复。" * (at % 9 * 3) for at in range(22))
ENDLESS = "一" * 9_000
SIGNS = "A1b2c3，（WM%@）\n\n“引号”。" * 80


def blank():
    return Submission(SPEC.id, 2025, AGENCY, (None,) * len(SPEC.cells))


def submit(**texts):
    made = figures.submission(SPEC, figures.consistent(SPEC, Random(3)), AGENCY)
    return replace(made, texts={"overview": "概述。", "problems": "问题。", "other_matters": "无。"} | texts)


def opened(data, values=True):
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def list_shown(book):
    """What stands below the texts, line by line, without the lines that nothing needs."""
    lines = [row[0].value for row in book[TEXTS].iter_rows(min_row=PLAN.run_on_top + 2, max_col=1)]
    return [line for line in lines if line and line != NOTHING]


def cut(text):
    """A text as lines have it, however they are cut."""
    return text.replace("\n", "")


@pytest.mark.parametrize("text", ["", "短。", "字" * 37 * (count_row_lines(11) - 1), "一\n" * 20])
def test_a_text_that_its_cell_can_show_does_not_run_on(text):
    assert list_shown(opened(write_workbook(SPEC, submit(problems=text)))) == []


@pytest.mark.parametrize("text", [LONG, ENDLESS, SIGNS, "一\n" * 300, "字" * 37 * count_row_lines(11)])
def test_a_text_that_is_too_long_is_there_whole_in_lines_that_fit(text):
    book = opened(write_workbook(SPEC, submit(problems=text)))
    heading, *lines = list_shown(book)
    assert heading.startswith("【五、存在的主要问题及改进情况】") and PLAN.texts["problems"].address in heading
    assert "".join(lines) == cut(text)
    assert max(map(measure_breadth, lines)) <= sum(TEXT_WIDTHS) * 1.1 - 2
    assert not any(line[0] in CLOSING for line in lines[1:]) or text is SIGNS
    assert book[TEXTS][PLAN.texts["problems"].address].value == text


def test_paragraphs_begin_lines():
    lines = list_shown(opened(write_workbook(SPEC, submit(problems=LONG))))
    assert [line for line in lines if line.startswith("第")] == [
        next(line for line in lines if line.startswith(f"第{at}段")) for at in range(22)
    ]


def test_what_runs_on_is_locked_and_its_rows_are_one_line_high():
    sheet = opened(write_workbook(SPEC, blank()), values=False)[TEXTS]
    for at in range(RUN_ON_LINES):
        cell = sheet[PLAN.run_on_line(at).address]
        assert cell.protection.locked and cell.value.startswith("=") and not cell.alignment.wrap_text
        assert sheet.row_dimensions[cell.row].height == RUN_ON_HEIGHT


@pytest.mark.parametrize("form", ["ogi-2021", "ogi-2019"])
@pytest.mark.parametrize("prior", [False, True])
def test_a_blank_has_the_formulas_of_one_block_and_its_plan_has_them(form, prior):
    plan = make_plan(api.form(form), prior)
    places = {spot for spot in list_formulas(plan) if spot.sheet == TEXTS and spot.row > plan.run_on_top}
    assert places == {*map(plan.run_on_line, range(RUN_ON_LINES)), plan.run_on_note(0)}


def test_texts_of_all_cells_share_the_lines_in_order():
    name = next(iter(PLAN.explanations))
    given = replace(submit(overview=LONG, other_matters=SIGNS), explanations={name: "经核对无误。" * 90})
    shown = list_shown(opened(write_workbook(SPEC, given)))
    headings = [at for at, line in enumerate(shown) if line.startswith("【")]
    assert len(headings) == 3 and PLAN.explanations[name].address in shown[headings[2]]
    pieces = ["".join(shown[a + 1 : b]) for a, b in zip(headings, [*headings[1:], None], strict=True)]
    assert pieces == [cut(LONG), cut(SIGNS), "经核对无误。" * 90]


def test_nothing_is_read_from_it_and_nothing_is_doubted():
    given = submit(problems=LONG, overview=ENDLESS)
    for data in (write_workbook(SPEC, given), mark_workbook(SPEC, given, [], None, 1)):
        reading = api.read(data)
        assert reading.submission.texts == given.texts
        assert [found.code for found in reading.findings if found.severity != "info"] == []
        assert (RETURN in opened(data).sheetnames) == (data != write_workbook(SPEC, given))


def test_a_line_typed_over_is_told_as_a_changed_formula():
    book = opened(write_workbook(SPEC, submit(problems=LONG)), values=False)
    spot = PLAN.run_on_line(4)
    book[TEXTS][spot.address] = "=1+1"
    buffer = io.BytesIO()
    book.save(buffer)
    [told] = [found for found in api.read(buffer.getvalue()).findings if found.code == "formula.changed"]
    assert told.data["sheet"] == TEXTS and told.data["cells"] == spot.address


CLERKS = {
    "long": {"problems": LONG, "overview": "短" * 50},
    "odd": {"problems": SIGNS, "overview": "一\n" * 60},
    "endless": {"problems": ENDLESS},
    "short": {"problems": "问题。"},
}


def test_what_a_clerk_types_runs_on_as_we_reckon(tmp_path):
    """LibreOffice cuts what was typed into a blank as `run_on` does, and says how much has no room."""
    calc.require_office()
    master = write_workbook(SPEC, blank())
    typed = {name: {PLAN.texts[key]: text for key, text in texts.items()} for name, texts in CLERKS.items()}
    files = {name: calc.spoiled(master, contents) for name, contents in typed.items()}
    for name, shown in calc.recalculated(files, tmp_path).items():
        told = run_on(PLAN, replace(blank(), texts=CLERKS[name]))
        left = told.count_left(told.lines[RUN_ON_LINES - 1])
        wanted = list_run_on_contents(PLAN, told)
        wanted[PLAN.run_on_note(0)] = UNPRINTED.format(left) if left else ""
        assert (left > 0) == (name in {"odd", "endless"})
        for spot in wanted.keys() & list_formulas(PLAN).keys():
            assert (shown.get(spot) or "") == (wanted[spot] or ""), (name, spot)
    assert {spot.sheet for spot in wanted} == {TEXTS, HIDDEN}


def test_on_paper_nothing_is_missing_and_no_page_is_added(tmp_path):
    calc.require_office()
    master = write_workbook(SPEC, blank())
    typed = {PLAN.texts["problems"]: LONG, PLAN.texts["overview"]: "短" * 50}
    printed = calc.printed({"blank": calc.spoiled(master), "long": calc.spoiled(master, typed)}, tmp_path)
    pages = {}
    for name, data in printed.items():
        with pdfplumber.open(io.BytesIO(data)) as paper:
            pages[name] = [cut(page.extract_text()).replace(" ", "") for page in paper.pages]
    assert len(pages["blank"]) == len(pages["long"])
    assert [cut(NOTHING) in page for page in pages["blank"]].count(True) == 1
    [at] = [at for at, page in enumerate(pages["long"]) if "】全文" in page]
    assert cut(NOTHING) in pages["blank"][at] and "接上表" in pages["long"][at]
    paper = pages["long"][at]
    assert all(cut(part) in paper for part in LONG.split("\n") if len(part) < 60)
    assert sum(paper.count(sign) for sign in "段件") >= sum(LONG.count(sign) for sign in "段件")
