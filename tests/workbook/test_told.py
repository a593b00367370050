"""What an office found in texts: its lines on 校验 in a workbook that goes back, as LibreOffice computes them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests import figures
from tests.workbook import calc
from xltool import api
from xltool.forms.sheet_names import CHECKS
from xltool.messages import finding
from xltool.model import Finding, Submission
from xltool.rules.explanations import find_line
from xltool.workbook.formula import ASK, LATER, MEND, TOLD
from xltool.workbook.layout_plan import LEFT_COLUMN, VERDICT_COLUMN, Spot, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.told import find_told

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
TOTAL, PART = "applications.received.total", "applications.received.natural_person"
SAID = {
    "overview.requests": "按登记，全年接到的申请有 9999 件。\n都是张三“提出”的，电话 13912345678。",
    "problems": "无",
}


def make_submission(**more: object) -> Submission:
    given = figures.submission(SPEC, figures.consistent(SPEC, Random(5)))
    return replace(given, texts={**given.texts, **SAID}, **more)


def doubt(code: str, *keys: str, text: str = "overview.requests", severity: str | None = None) -> Finding:
    graver = {} if severity is None else {"severity": severity}
    facts = dict.fromkeys(("quoted", "said", "meant", "printed", "kinds", "shown", "raw", "guidance", "count"), "某")
    return finding(code, *keys, **facts, text=text, label=SPEC.text(text).label, **graver)


DOUBTS = (
    doubt("text.figure", TOTAL),
    doubt("text.figure", "disclosure.fees.amount"),
    doubt("text.person"),
    doubt("text.hollow", text="problems"),
    doubt("text.contradicted", PART),
    doubt("text.figure", TOTAL, severity="info"),
    doubt("text.digits"),
)


def lines(seen) -> dict[str, tuple[object, object]]:
    """What each line about texts shows: how many, and the verdict."""
    return {
        code: tuple(seen.get(Spot(CHECKS, PLAN.lines[code], column), "") for column in (LEFT_COLUMN, VERDICT_COLUMN))
        for code in PLAN.told
    }


def test_what_asks_for_an_answer_has_a_line_for_it_and_what_is_only_told_has_none():
    names = frozenset(PLAN.explanations)
    for code in ("text.figure", "text.sum", "text.year", "text.notice", "text.agency", "text.person", "text.hollow"):
        assert find_line(code, None, ["applications.received.total"], names) == code
    assert find_line("text.contradicted", None, [PART], names) == "", "an error is mended"
    assert [each.code for each in find_told(PLAN, make_submission(), DOUBTS)] == [
        "text.figure", "text.figure", "text.person", "text.hollow", "text.contradicted",
    ]  # fmt: skip


def test_what_a_formula_finds_is_not_counted_twice():
    said = replace(make_submission(), texts={"overview.requests": "收到申请9999件。"})
    assert [each.code for each in find_told(PLAN, said, DOUBTS[:3])] == ["text.figure", "text.person"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The lines as they are sent back, and after each of several changes; cached values are spoiled throughout."""
    calc.require_office()
    values = dict(zip(SPEC.index, make_submission().values, strict=True))
    back = mark_workbook(SPEC, make_submission(), DOUBTS, None, 1)
    request, part = PLAN.texts["overview.requests"], PLAN.cells[PART]
    files = {
        "blank": calc.spoiled(api.fill(make_submission())),
        "as it was": calc.spoiled(back),
        "text": calc.spoiled(back, {request: f"{SAID['overview.requests']}。"}),
        "figure": calc.spoiled(back, {part: values[PART] + 1}),
        "nothing": calc.spoiled(back, {request: None, PLAN.texts["problems"]: "还有不足。"}),
        "answered": calc.spoiled(back, {PLAN.explanations["text.figure"]: "按受理登记簿。"}),
    }
    return {"cached": calc.shown(back), **calc.recalculated(files, tmp_path_factory.mktemp("told"))}


def test_what_formulas_cannot_find_is_never_said_to_be_right(seen):
    assert set(lines(seen["blank"]).values()) == {(0, LATER)}


@pytest.mark.parametrize("name", ["cached", "as it was"])
def test_a_workbook_that_goes_back_asks_for_what_was_found(seen, name):
    found = lines(seen[name])
    assert found["text.figure"] == (2, ASK)
    assert found["text.person"] == found["text.hollow"] == (1, ASK)
    assert found["text.contradicted"] == (1, MEND)
    assert found["text.year"] == (0, LATER)


def test_what_was_changed_is_asked_no_more(seen):
    assert lines(seen["text"])["text.figure"] == lines(seen["text"])["text.person"] == (0, LATER)
    assert lines(seen["text"])["text.hollow"] == (1, ASK), "another text"
    assert lines(seen["figure"])["text.figure"] == (1, ASK), "the amount is as it was"
    assert lines(seen["figure"])["text.contradicted"] == (0, LATER)
    assert lines(seen["figure"])["text.person"] == (1, ASK), "no figure has to do with it"
    assert set(lines(seen["nothing"]).values()) == {(0, LATER)}


def test_what_was_answered_is_answered(seen):
    assert lines(seen["answered"])["text.figure"] == (2, TOLD)
    assert lines(seen["answered"])["text.person"] == (1, ASK)


def test_a_workbook_that_goes_back_is_read_as_it_was_and_its_answer_too():
    answered = replace(make_submission(), explanations={"text.figure": "按受理登记簿。"})
    data = mark_workbook(SPEC, answered, DOUBTS, None, 1)
    reading = api.read(data)
    assert reading.submission is not None and not reading.findings
    assert reading.submission.texts["overview.requests"] == SAID["overview.requests"]
    assert reading.submission.explanations == {"text.figure": "按受理登记簿。"}
