import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from xltool.spreadsheet.a1 import (
    COLUMNS,
    ROWS,
    cell_name,
    column_name,
    move_references,
    parse_cell,
    parse_reference,
    quote_sheet,
    range_name,
    shift_formula,
)

rows = st.integers(0, ROWS - 1)
columns = st.integers(0, COLUMNS - 1)


def test_names():
    assert cell_name(5, 3) == "D6"
    assert cell_name(5, 3, absolute=True) == "$D$6"
    assert range_name(0, 0, 30, 9, absolute=True) == "$A$1:$J$31"
    assert range_name(5, 3, 5, 3) == "D6"


@given(columns)
def test_columns_are_named_as_openpyxl_names_them(column):
    assert column_name(column) == get_column_letter(column + 1)


@given(rows, columns, st.booleans())
def test_a_name_and_its_place_are_one(row, column, absolute):
    assert parse_cell(cell_name(row, column, absolute=absolute)) == (row, column)


@pytest.mark.parametrize("text", ["", "A", "1", "A0", "XFE1", "A1048577", "A1:B2", "表A1", "A１", "A1 ", "A$", "$1"])
def test_what_is_no_cell(text):
    assert parse_cell(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D6", (None, 5, 3, 5, 3)),
        ("$A$1:$J$31", (None, 0, 0, 30, 9)),
        ("J31:A1", (None, 0, 0, 30, 9)),
        ("'表三 依申请公开'!$D$6", ("表三 依申请公开", 5, 3, 5, 3)),
        ("表三!D6:E7", ("表三", 5, 3, 6, 4)),
        ("'甲''乙'!A1", ("甲'乙", 0, 0, 0, 0)),
        ("B:C", (None, 0, 1, ROWS - 1, 2)),
        ("Sheet1!$2:$3", ("Sheet1", 1, 0, 2, COLUMNS - 1)),
        ("#REF!", None),
        ("表三!#REF!", None),
        ("A1,B2", None),
        ("[1]Sheet1!A1", None),
        ("'[1]Sheet 1'!A1", None),
        ("Sheet1:Sheet3!A1", None),
        ("'Sheet1:Sheet3'!A1", None),
        ("SUM(A1:A2)", None),
        ('"A1"', None),
        ("XFE1", None),
        ("A1:XFE1", None),
        ("A:XFE", None),
        ("1:9999999", None),
        ("", None),
    ],
)
def test_references(text, expected):
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("表三", "表三"),
        ("表三 依申请公开", "'表三 依申请公开'"),
        ("甲'乙", "'甲''乙'"),
        ("3表", "'3表'"),
        ("A1", "'A1'"),
        ("R1C1", "'R1C1'"),
        ("表（三）", "'表（三）'"),
        ("Sheet1", "Sheet1"),
        ("", "''"),
    ],
)
def test_sheets_are_quoted_where_excel_quotes_them(name, quoted):
    assert quote_sheet(name) == quoted
    if name:
        assert parse_reference(f"{quoted}!A1") == (name, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("formula", "shifted"),
    [
        ("A1+$A1+A$1+$A$1", "B3+$A3+B$1+$A$1"),
        ("SUM(D6:D20)", "SUM(E8:E22)"),
        ("SUM(A:A)+SUM(1:1)+SUM($A:A)+SUM(1:$1)", "SUM(B:B)+SUM(3:3)+SUM($A:B)+SUM(3:$1)"),
        ("'A1 表'!A1+表三!B2+Sheet1!C3", "'A1 表'!B3+表三!C4+Sheet1!D5"),
        ("ABC1!A1", "ABC1!B3"),
        ('IF(A1="A1 ""B2""",LOG10(A1),1.5E3)', 'IF(B3="A1 ""B2""",LOG10(B3),1.5E3)'),
        ("Table1[[#This Row],[A1]]+A1", "Table1[[#This Row],[A1]]+B3"),
        ("[1]Sheet1!A1", "[1]Sheet1!B3"),
        ("_c.t1.A1+合计A1+XFE1", "_c.t1.A1+合计A1+XFE1"),
        ('"open A1', '"open A1'),
        ("{1,2;3,4}", "{1,2;3,4}"),
        ("#REF!+A1", "#REF!+B3"),
        ("", ""),
    ],
)
def test_shifting(formula, shifted):
    assert shift_formula(formula, 2, 1) == shifted


def test_a_reference_that_leaves_the_sheet_is_broken():
    assert shift_formula("A1+B2+$A$1", -1, -1) == "#REF!+A1+$A$1"
    assert shift_formula("XFD1048576", 1, 0) == "#REF!"


references = st.builds(
    lambda column, row, fixed: f"{'$' if fixed & 1 else ''}{column_name(column)}{'$' if fixed & 2 else ''}{row + 1}",
    st.integers(50, 700),
    st.integers(50, 5000),
    st.integers(0, 3),
)
terms = st.one_of(
    references,
    st.tuples(references, references).map(":".join),
    st.sampled_from(['"A1"', "表三!C7", "LOG10(E5)", "1.5", "TRUE"]),
)


@given(st.lists(terms, min_size=1, max_size=5).map("+".join), st.integers(0, 40), st.integers(0, 40))
def test_openpyxl_shifts_the_same_way(formula, down, right):
    expected = Translator(f"={formula}", "A1").translate_formula(cell_name(down, right))
    assert shift_formula(formula, down, right) == expected[1:]


@given(st.text(alphabet="AB1$:!'\"[](),. 表+#", max_size=60), st.integers(-3, 3), st.integers(-3, 3))
def test_any_text_can_be_shifted(formula, rows, columns):
    shift_formula(formula, rows, columns)
    same = shift_formula(formula, 0, 0)
    assert same == formula or "#REF!" in same
    parse_reference(formula)


def test_a_formula_of_open_quotes_is_shifted_in_linear_time():
    for text in ('"' * 8191, "'" * 8191, "[" * 8191, "A1:" * 2700, "A" * 8191):
        begun = time.process_time()
        shift_formula(text, 1, 1)
        assert time.process_time() - begun < 10  # linear takes milliseconds


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("SUM(D6:$D$8)", "SUM(D7:$D$9)"),
        ("'表 三'!D6+_xltool!D6:E7+D6", "'表 三'!D6+_xltool!X1:X1+D7"),
        ('IF(D6="D6",LOG10(D6),$A:$B)', 'IF(D7="D6",LOG10(D7),$A:$B)'),
        ("'it''s'!D6", "'it''s'!X1"),
        ("D6:INDEX(表!A1:C1,1,2)", "D7:INDEX(表!A1:C1,1,2)"),
    ],
)
def test_references_go_where_they_are_put(formula, moved):
    def move(sheet, row, column):
        return (row + 1, column) if sheet == "home" else (row, column) if sheet in {"表 三", "表"} else (0, 23)

    assert move_references(formula, "home", move) == moved
