import re

import pytest
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS, COVER, TEXTS
from xltool.spreadsheet.a1 import parse_reference
from xltool.workbook.formula import DIFFERENCE, LEFT, RIGHT, VERDICT, formulas, judged_text, state_text, validation
from xltool.workbook.layout_plan import Plan, Spot, plan

EDITIONS = ("ogi-2021", "ogi-2019")
ALLOWED = {
    *(
        "SUM",
        "IF",
        "AND",
        "OR",
        "NOT",
        "ISNUMBER",
        "INT",
        "ROUND",
        "ABS",
        "COUNT",
        "COUNTA",
        "COUNTBLANK",
        "COUNTIF",
        "SUMPRODUCT",
    ),
    *("INDEX", "LEN", "TEXT", "IFERROR", "TRIM", "SUBSTITUTE", "CHAR"),
}
"""Functions that Excel 2010 and WPS have (architecture, Decisions already measured)."""
LONGEST, DEEPEST, MOST_ARGUMENTS = 8_192, 64, 255


@pytest.fixture(params=EDITIONS)
def layout(request) -> Plan:
    return plan(catalog.load_form(request.param))


def tokens(text: str) -> list[Token]:
    return Tokenizer("=" + text).items


def functions(text: str) -> set[str]:
    return {
        token.value.strip(":(") for token in tokens(text) if token.type == Token.FUNC and token.subtype == Token.OPEN
    }


def references(text: str) -> list[str]:
    return [token.value for token in tokens(text) if token.type == Token.OPERAND and token.subtype == Token.RANGE]


def shape(text: str) -> tuple[int, int]:
    """How deep functions are nested, and the most arguments of one."""
    deepest, most, arguments = 0, 0, []
    for token in tokens(text):
        if token.type in {Token.FUNC, Token.PAREN}:
            if token.subtype == Token.OPEN:
                arguments.append(1)
                deepest = max(deepest, len(arguments))
            else:
                most = max(most, arguments.pop())
        elif token.type == Token.SEP and arguments:
            arguments[-1] += 1
    assert not arguments
    return deepest, most


def test_every_formula_uses_functions_that_all_offices_have(layout):
    used = set().union(*(functions(text) for text in formulas(layout).values()))
    assert used <= ALLOWED
    assert used >= {"SUM", "INDEX", "SUMPRODUCT", "COUNTBLANK"}


def test_every_formula_is_within_the_limits_of_excel(layout):
    for spot, text in formulas(layout).items():
        assert len(text) < LONGEST, spot
        deepest, most = shape(text)
        assert deepest < DEEPEST, spot
        assert most <= MOST_ARGUMENTS, spot
        assert not text.startswith("=")
        assert "#REF!" not in text
        assert "[" not in text  # no other workbook
        assert not [token for token in tokens(text) if token.type == Token.ARRAY]
        texts = [token.value for token in tokens(text) if token.type == Token.OPERAND and token.subtype == Token.TEXT]
        assert all(len(value) <= 257 for value in texts)  # 255 characters between the quotes


def test_conditions_and_validations_use_them_too(layout):
    for measure in {cell.measure.id: cell.measure for cell in layout.spec.cells}.values():
        for slash in (True, False):
            text = validation(measure, "D6", slash)
            assert functions(text) <= ALLOWED
            assert len(text) <= 255
            assert ('"/"' in text) == slash


def unlocked(layout: Plan) -> set[tuple[str, int, int]]:
    """Where a clerk may type, cut and paste: also under the rest of a merged input."""
    found = {(spot.sheet, spot.row, spot.column) for spot in (*layout.texts.values(), *layout.explanations.values())}
    for cell in layout.spec.cells:
        if not cell.total:
            spot, area = layout.cells[cell.key], layout.areas[cell.key]
            found |= {(spot.sheet, spot.row, spot.column + at) for at in range(area.width)}
    return found


def test_figures_are_reached_through_frames_alone(layout):
    """A cut cell takes plain references to it along.

    A frame whose corners are locked stays, and INDEX counts inside it.
    """
    frames = {(table.sheet, 0, 0, *layout.frame(table)) for table in layout.spec.tables}
    tables = {table.sheet for table in layout.spec.tables}
    seen = set()
    for spot, text in formulas(layout).items():
        for reference in references(text):
            sheet, *area = parse_reference(reference)
            place = (sheet or spot.sheet, *area)
            if place[0] in tables:
                assert place in frames, (spot, reference)
                assert re.search(rf"INDEX\({re.escape(reference)},[0-9]+,[0-9]+\)", text)
                assert text.count(reference) == text.count(f"INDEX({reference},")
                seen.add(place)
    assert seen == frames


def test_the_corners_of_every_frame_are_locked(layout):
    open_cells = unlocked(layout)
    for table in layout.spec.tables:
        bottom, right = layout.frame(table)
        for corner in ((0, 0), (0, right), (bottom, 0), (bottom, right)):
            assert (table.sheet, *corner) not in open_cells
        assert not [
            cell for cell in open_cells if cell[0] == table.sheet and (cell[1] in (0, bottom) or cell[2] == right)
        ]


def test_no_formula_names_an_unlocked_cell(layout):
    """Texts and reasons neither: they are reached through their rows, whose ends are locked."""
    open_cells = unlocked(layout)
    reached = set()
    for spot, text in formulas(layout).items():
        for reference in references(text):
            sheet, top, left, bottom, right = parse_reference(reference)
            sheet = sheet or spot.sheet
            assert not {(sheet, row, column) for row in (top, bottom) for column in (left, right)} & open_cells, (
                spot,
                reference,
            )
            if (top, left) != (bottom, right) and sheet == TEXTS:
                assert f"(INDEX({reference},1,2)" in text
                reached.add(Spot(sheet, top, 1))
    assert reached == {spot for spot in layout.texts.values() if spot.sheet == TEXTS}


def test_the_formulas_are_those_of_everything_that_is_computed(layout):
    found = formulas(layout)
    totals = {layout.cells[cell.key] for cell in layout.spec.cells if cell.total}
    inputs = {layout.cells[cell.key] for cell in layout.spec.cells if not cell.total}
    assert totals < set(found)
    assert not inputs & set(found)
    for check in layout.checks:
        columns = {LEFT, VERDICT} if check.rule is None else {LEFT, RIGHT, DIFFERENCE, VERDICT}
        assert {
            spot.column for spot in found if spot.sheet == CHECKS and spot.row == layout.lines[check.name]
        } == columns
    assert {word.spot for word in layout.words} < set(found)
    assert not [spot for spot in found if spot.sheet == COVER]
    assert set(layout.states.values()) < set(found)
    assert not [
        spot for spot in found if (spot.row, spot.column) == (1, 0)
    ]  # the agency there is a text: a stamp touches no sheet


def test_a_total_in_full(spec):
    layout = plan(spec)
    area = "INDEX($A$1:$K$31,6,4):INDEX($A$1:$K$31,6,9)"
    numbers = f"SUMPRODUCT(--ISNUMBER(1/(ROUND({area},0)={area})))"
    assert formulas(layout)[layout.cells["applications.received.total"]] == (
        f'IF({numbers}-COUNTBLANK({area})+COUNTIF({area},"/")=6,SUM({area}),"")'
    )


def test_a_rule_in_full(spec):
    layout, found = plan(spec), formulas(plan(spec))
    line = layout.lines["applications.balance@enterprise"]
    left, right, difference, verdict = (
        found[Spot(CHECKS, line, column)] for column in (LEFT, RIGHT, DIFFERENCE, VERDICT)
    )
    frame, row = "'表三 依申请公开'!$A$1:$K$31", line + 1
    assert f",SUM(INDEX({frame},6,5):INDEX({frame},7,5))," in left
    assert right == f'IF(ISNUMBER(E{row}),SUM(INDEX({frame},29,5):INDEX({frame},30,5)),"")'
    assert difference == f'IF(ISNUMBER(E{row}),E{row}-F{row},"")'
    assert verdict == f'IF(ISNUMBER(E{row}),IF(G{row}=0,"通过","不平"),"未填全")'


def test_words_for_a_place_with_several_checks():
    assert judged_text([("通过", "0"), ("通过", "")]) == "通过"
    assert judged_text([("通过", "0"), ("未填全", "")]) == "未填全"
    assert judged_text([("未填全", ""), ("不平", "-3")]) == "不平，差 3"
    assert judged_text([("需核实", ""), ("不平", "-3")]) == "需核实"
    assert judged_text([("已说明", "5")]) == "通过"


def test_the_state_in_words():
    assert state_text(0, 0) == "可以报送"
    assert state_text(2, 1) == "还有 2 处必须改、1 处需说明"
