import re
from graphlib import TopologicalSorter

import pytest
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from tests.packaged import PACKAGED
from tests.test_third_form import DEFINITION
from tests.workbook.test_every_check import FORMS as MADE
from tests.workbook.test_every_check import make_form
from xltool.forms import catalog
from xltool.forms import spec as definition
from xltool.forms.sheet_names import CHECKS, COVER, GUIDE, HIDDEN, TEXTS
from xltool.spreadsheet.a1 import parse_reference
from xltool.workbook.formula import list_formulas, say_state, say_word, write_validation
from xltool.workbook.helpers import place_sums
from xltool.workbook.layout_plan import (
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    RIGHT_COLUMN,
    VERDICT_COLUMN,
    Plan,
    Spot,
    make_plan,
)
from xltool.workbook.quotients import list_quotient_formulas
from xltool.workbook.run_on import list_run_on_formulas
from xltool.workbook.stated import list_stated_formulas

ALLOWED = {
    *(
        "SUM",
        "IF",
        "IFERROR",
        "MATCH",
        "AND",
        "OR",
        "NOT",
        "ISNUMBER",
        "INT",
        "LEFT",
        "MAX",
        "MIN",
        "MOD",
        "VALUE",
        "ROUND",
        "ABS",
        "COUNT",
        "COUNTA",
        "COUNTBLANK",
        "COUNTIF",
        "SUMPRODUCT",
    ),
    *("INDEX", "LEN", "TEXT", "IFERROR", "TRIM", "SUBSTITUTE", "CHAR", "FIND", "MID", "SIGN", "EXACT", "ROW"),
}
"""Functions that Excel 2010 and WPS have (architecture, Decisions already measured)."""
LONGEST, DEEPEST, MOST_ARGUMENTS = 8_192, 64, 255


@pytest.fixture(params=PACKAGED)
def layout(request) -> Plan:
    return make_plan(catalog.load_form(request.param))


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
    used = set().union(*(functions(text) for text in list_formulas(layout).values()))
    assert used <= ALLOWED
    assert used >= {"SUM", "INDEX", "SUMPRODUCT", "COUNTIF"}


def test_every_formula_is_within_the_limits_of_excel(layout):
    for spot, text in list_formulas(layout).items():
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
            text = write_validation(measure, "D6", slash)
            assert functions(text) <= ALLOWED
            assert len(text) <= 255
            assert ('"/"' in text) == slash


Place = tuple[str, int, int]


def named(spot: Spot, text: str) -> list[tuple[str, int, int, int, int]]:
    """The ranges that a formula names, with their sheets."""
    found = []
    for reference in references(text):
        sheet, *area = parse_reference(reference)
        found.append((sheet or spot.sheet, *area))
    return found


def needed(layout: Plan) -> dict[Place, set[Place]]:
    """For each formula the formulas in the ranges that it names.

    An engine waits for them that reads ranges and no functions.
    """
    found = list_formulas(layout)
    places = {(spot.sheet, spot.row, spot.column) for spot in found}
    by_sheet = {name: [place for place in places if place[0] == name] for name in layout.sheets}
    return {
        (spot.sheet, spot.row, spot.column): {
            place
            for sheet, top, left, bottom, right in named(spot, text)
            for place in by_sheet[sheet]
            if top <= place[1] <= bottom and left <= place[2] <= right
        }
        for spot, text in found.items()
    }


FORMS = {edition: catalog.load_form(edition) for edition in PACKAGED}
FORMS |= {"third": definition.parse_spec(DEFINITION, "media-inspection.toml")}
FORMS |= {f"made-{number}": make_form(number) for number in range(MADE)}


@pytest.fixture(params=FORMS)
def both(request) -> list[Plan]:
    """The plans of a form without last year's figures and with them."""
    return [make_plan(FORMS[request.param], prior) for prior in (False, True)]


def test_no_formula_names_a_range_that_holds_itself_or_goes_in_a_circle(both):
    for each in both:
        waits = needed(each)
        assert len(waits) > len(each.spec.cells)
        assert not [place for place, others in waits.items() if place in others]
        assert len(list(TopologicalSorter(waits).static_order())) == len(waits)  # raises CycleError with the circle


def unlocked(layout: Plan) -> set[Place]:
    """Where a clerk may type, cut and paste: also under the rest of a merged input."""
    found = {(spot.sheet, spot.row, spot.column) for spot in (*layout.texts.values(), *layout.explanations.values())}
    for cell in layout.spec.cells:
        if not cell.total:
            spot, area = layout.cells[cell.key], layout.areas[cell.key]
            found |= {(spot.sheet, spot.row, spot.column + at) for at in range(area.width)}
    return found


def test_what_can_be_cut_is_named_in_frames_alone(both):
    """All other ranges hold locked cells only; a frame is counted in, and holds the one cell that it is there for."""
    for each in both:
        open_cells, reached = unlocked(each), set()
        for spot, text in list_formulas(each).items():
            for reference, (sheet, top, left, bottom, right) in zip(references(text), named(spot, text), strict=True):
                inside = {p for p in open_cells if p[0] == sheet and top <= p[1] <= bottom and left <= p[2] <= right}
                if inside:
                    assert top < bottom or left < right, (spot, reference)
                    counted = re.findall(rf"INDEX\({re.escape(reference)},([0-9]+),([0-9]+)\)", text)
                    assert len(counted) == text.count(reference)
                    reached |= {(sheet, top + int(row) - 1, left + int(column) - 1) for row, column in counted}
        merged = {place for place in open_cells - reached if (*place[:2], place[2] - 1) in open_cells}
        typed = {spot for key, spot in each.texts.items() if spot.sheet == TEXTS or each.spec.text(key).required}
        typed |= {each.cells[cell.key] for cell in each.spec.cells if not cell.total} | {*each.explanations.values()}
        assert reached == {(spot.sheet, spot.row, spot.column) for spot in typed}
        assert open_cells - reached - merged <= {(s.sheet, s.row, s.column) for s in each.texts.values()}


def bent(area: tuple[int, ...], cut: set[tuple[int, int]], down: int, across: int) -> bool:
    """Whether a spreadsheet changes a range when cells are cut and pasted so far off.

    All of it moves with all of its cells; an end moves when the whole edge does, in line with it.
    """
    top, left, bottom, right = area
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    if cut >= {(row, column) for row in rows for column in columns}:
        return True
    ends = [{(row, column) for column in columns} for row in (top, bottom)] if not across else []
    ends += [{(row, column) for row in rows} for column in (left, right)] if not down else []
    return any(cut >= end for end in ends)


def test_no_cut_and_paste_that_the_locks_allow_bends_a_range(both):
    """Every edge that can be cut, to every place in line with it: what is cut and what is pasted over are unlocked."""
    for each in both:
        open_cells = unlocked(each)
        ranges = {area for spot, text in list_formulas(each).items() for area in named(spot, text)}
        for sheet in {place[0] for place in open_cells}:
            places = {place[1:] for place in open_cells if place[0] == sheet}
            exposed = [area[1:] for area in ranges if area[0] == sheet and inside(area[1:], places)]
            for area in exposed:
                for edge in edges(area):
                    if edge <= places:  # only then can an end move at all
                        along = len({row for row, _ in edge}) == 1 and area[0] != area[2]
                        moves = [(by, 0) if along else (0, by) for by in range(-60, 60) if by]
                        allowed = [m for m in moves if {(r + m[0], c + m[1]) for r, c in edge} <= places]
                        assert not [move for move in allowed if bent(area, edge, *move)], (sheet, area)
                whole = inside((*area,), places)
                assert len(whole) < (area[2] - area[0] + 1) * (area[3] - area[1] + 1)


def inside(area: tuple[int, ...], places: set[tuple[int, int]]) -> set[tuple[int, int]]:
    top, left, bottom, right = area
    return {(row, column) for row, column in places if top <= row <= bottom and left <= column <= right}


def edges(area: tuple[int, ...]) -> list[set[tuple[int, int]]]:
    top, left, bottom, right = area
    found = [{(row, column) for column in range(left, right + 1)} for row in (top, bottom)]
    return found + [{(row, column) for row in range(top, bottom + 1)} for column in (left, right)]


def test_the_formulas_are_those_of_everything_that_is_computed(layout):
    found = list_formulas(layout)
    totals = {layout.cells[cell.key] for cell in layout.spec.cells if cell.total}
    helpers = {*layout.copies.values(), *layout.entry_copies.values(), *place_sums(layout).values()}
    helpers |= {*layout.unfit.values(), *layout.ranks.values(), *layout.to_do, *layout.tallies.values()}
    helpers |= {spot for spot in list_run_on_formulas(layout) if spot.sheet == HIDDEN}
    helpers |= {spot for spot in list_stated_formulas(layout) if spot.sheet == HIDDEN}
    helpers |= {spot for spot in list_quotient_formulas(layout) if spot.sheet == HIDDEN}
    assert {spot for spot in found if spot.sheet == HIDDEN} == helpers
    assert not helpers & {*layout.meta.values()}
    inputs = {layout.cells[cell.key] for cell in layout.spec.cells if not cell.total}
    assert totals < set(found)
    assert not inputs & set(found)
    for check in layout.checks:
        columns = (
            {LEFT_COLUMN, VERDICT_COLUMN}
            if check.rule is None
            else {LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN}
        )
        assert {
            spot.column for spot in found if spot.sheet == CHECKS and spot.row == layout.lines[check.name]
        } == columns
    assert {word.spot for word in layout.words} < set(found)
    assert not [spot for spot in found if spot.sheet == COVER]
    assert set(layout.states.values()) < set(found)
    assert not [
        spot for spot in found if (spot.row, spot.column) == (1, 0) and spot.sheet != GUIDE
    ]  # the agency there is a text: a stamp touches no sheet


def test_a_figure_on_its_way_in_full(spec):
    """What stands in D6 is copied, added up with its neighbours, and the total shows that sum."""
    layout, found = make_plan(spec), list_formulas(make_plan(spec))
    assert layout.copies["applications.received.natural_person"].address == "H18"
    read = "INDEX('表三 依申请公开'!C5:D6,2,2)"
    assert found[layout.copies["applications.received.natural_person"]] == f'IF({read}="","",{read})'
    total = found[layout.cells["applications.received.total"]]
    run = tuple(
        f"applications.received.{c}"
        for c in ("natural_person", "enterprise", "research", "welfare", "legal_services", "other")
    )
    spot = place_sums(layout)[run]
    assert total == f"_xltool!{spot.address}"
    assert (
        found[spot] == 'IF(SUMPRODUCT(--ISNUMBER(1/(ROUND(H18:M18,0)=H18:M18)))+COUNTIF(H18:M18,"/")=6,SUM(H18:M18),"")'
    )


def test_a_rule_in_full(spec):
    layout, found = make_plan(spec), list_formulas(make_plan(spec))
    line = layout.lines["applications.balance@enterprise"]
    left, right, difference, verdict = (
        found[Spot(CHECKS, line, column)] for column in (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN)
    )
    made, table, row = place_sums(layout), "'表三 依申请公开'!", line + 1
    came = made["applications.received.enterprise", "applications.carried_in.enterprise"].seen_from(CHECKS)
    out = made["applications.carried_out.enterprise",].seen_from(CHECKS)
    assert left == f'IF(COUNT({came},{table}E29,{out})=3,{came},"")'
    assert right == f'IF(ISNUMBER(E{row}),{table}E29+{out},"")'
    assert difference == f'IF(ISNUMBER(E{row}),E{row}-F{row},"")'
    assert verdict == f'IF(ISNUMBER(E{row}),IF(G{row}=0,"通过","不平"),"未填全")'


def test_a_validity_test_stands_once_for_each_run(layout):
    tests = [
        text for text in list_formulas(layout).values() if "ROUND(" in text and "COUNTIF" in text and "=IF" not in text
    ]
    assert len([text for text in tests if text.startswith("IF(SUMPRODUCT(")]) == len(place_sums(layout))


def test_words_for_a_place_with_several_checks():
    assert say_word([("通过", "0"), ("通过", "")]) == "通过"
    assert say_word([("通过", "0"), ("未填全", "")]) == "未填全"
    assert say_word([("未填全", ""), ("不平", "-3")]) == "不平，差 3"
    assert say_word([("需核实", ""), ("不平", "-3")]) == "需核实"
    assert say_word([("已说明", "5")]) == "通过"


def test_the_state_in_words():
    assert say_state(0, 0, 0, 0) == "可以报送"
    assert say_state(0, 0, 2, 1) == "还有 2 行必须改、1 行需说明"
    assert say_state(166, 3, 0, 0) == "还没有填：166 个数、3 段文字"
    assert say_state(0, 1, 0, 4) == "还没有填：1 段文字；还有 4 行需说明"
