"""A formula is followed back through cells, areas and names to whatever reaches outside."""

from __future__ import annotations

import time

import pytest

from xltool.spreadsheet.a1 import parse_cell
from xltool.spreadsheet.cell import RawCell
from xltool.spreadsheet.sheet import RawSheet, list_formulas
from xltool.spreadsheet.sources import UNFOLLOWED, Sources

NAMES = (("Outside", '_xlfn.WEBSERVICE("http://a.example")'), ("Cell", "'a b'!$A$1"), ("Plain", "5"))


def sheet(name: str, formulas: dict[str, str]) -> RawSheet:
    cells = {parse_cell(address): RawCell("number", "1", text) for address, text in formulas.items()}
    return RawSheet(name, "visible", cells, (), False, frozenset(), frozenset(), formulas=list_formulas(cells))


BOOK = Sources(
    [
        sheet("a b", {"A1": "[1]x!A1", "B1": "B2+1", "B2": "B3", "B3": "A1", "D1": "D2", "D2": "D1"}),
        sheet("two", {"A1": "1+1", "C3": "'A B'!B1", "C9": "C9"}),
    ],
    NAMES,
)


@pytest.mark.parametrize(
    ("formula", "means"),
    [
        ("EXEC(1)", "EXEC 函数"),
        ("'a b'!A1", "外部工作簿引用"),
        ("'A B'!$A$1*2", "外部工作簿引用"),
        ("'a b'!B1", "外部工作簿引用"),
        ("SUM(C1:C5)", "外部工作簿引用"),
        ("SUM(C:C)", "外部工作簿引用"),
        ("SUM(3:3)", "外部工作簿引用"),
        ("two!C3", "外部工作簿引用"),
        ("OUTSIDE", "WEBSERVICE 函数"),
        ("cell+1", "外部工作簿引用"),
        ('INDIRECT("a"&1)', "外部工作簿引用"),
        ("1+2", ""),
        ("A1+Plain", ""),
        ("SUM(A1:B9)", ""),
        ("'a b'!D1", ""),
        ("C9", ""),
        ('"Outside"&"C3"', ""),
        ("C3(1)", ""),
        ("gone!A1+#REF!", ""),
    ],
)
def test_where_a_formula_leads(formula, means):
    assert BOOK.trace_outside(formula, "two") == means


def test_where_nothing_reaches_outside_nothing_is_followed():
    calm = Sources([sheet("a", {"A1": "INDIRECT(B1)"})], ())
    assert calm.trace_outside('INDIRECT("A1")', "a") == ""


def test_what_is_wound_without_end_counts_as_from_outside():
    areas = "+".join(f"SUM(A{at}:Z2000)" for at in range(1, 40))
    wound = Sources([sheet("a", {f"Z{at}": f"{at}+{areas}" for at in range(1, 500)} | {"AB1": "[1]x!A1"})], ())
    start = time.process_time()
    assert wound.trace_outside("SUM(A1:Z999)", "a") == UNFOLLOWED
    assert time.process_time() - start < 20
