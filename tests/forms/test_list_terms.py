"""Terms over lists: parsed with places, looked up with every fault told, and what they come to in lines at random."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.list_terms import draw_lines, draw_term, reckon_naively, write_term
from tests.forms.lists import FORM, make_form
from xltool.forms.fault_words import word_fault
from xltool.forms.list_grammar import WrittenNumber, find_list_term, parse_list_term
from xltool.forms.list_terms import reckon_list_term, resolve_list_term, select_lines
from xltool.forms.spec import parse_spec
from xltool.forms.written import SyntaxFault
from xltool.model import ListCondition, ListRow, ListTerm, PeriodEdge
from xltool.periods import Period

SPEC = make_form()
SEVERAL = parse_spec(
    FORM.replace('kind = "text", longest = 60', 'kind = "several", choices = ["窗口", "网上", "邮寄"]'),
    "permit_cases.toml",
)
LISTS = (*SPEC.lists, SEVERAL.lists[0])
PERIODS = (Period(2024), Period(2024, "Q2"), Period(2024, "H1"), Period(2024, "02"))


def resolve(text, lists=SPEC.lists):
    told = []
    known = {each.id: each for each in lists}
    found = resolve_list_term(known, parse_list_term(text), lambda *fault: told.append(fault))
    assert (found is None) == bool(told)
    return told if found is None else found


def test_a_term_as_it_is_written():
    text = "sum(cases.fee where result != '准予' and  fee>=-0.50 and received < period.end and remark is not blank)"
    written = parse_list_term(text, 7)
    assert (written.row_list, written.column, text[written.column_offset - 7 :][:3]) == ("cases", "fee", "fee")
    assert [each.sign for each in written.conditions] == ["!=", ">=", "<", "is not blank"]
    assert [each.operand for each in written.conditions] == [
        "准予",
        WrittenNumber(Fraction(-1, 2), 1),
        PeriodEdge.END,
        None,
    ]
    for each, operand in zip(written.conditions, ("准予", "-0.50", "period.end", "blank"), strict=True):
        assert text[each.offset - 7 :].startswith(each.column)
        assert text[each.operand_offset - 7 :].startswith(operand)


@pytest.mark.parametrize(
    ("text", "told", "at", "hint"),
    [
        ("count(cases", "expected ')'", "", ""),
        ("count(cases where)", "expected the name of a column", ")", ""),
        ("count(cases.fee)", "'cases.fee' does not belong here: 'count(LIST)'", "cases.fee", ""),
        ("sum(cases)", "'cases' does not belong here: 'sum(LIST.COLUMN)'", "cases", ""),
        ("sum(cases.fee.x)", "does not belong here", "cases.fee.x", ""),
        ("count('cases')", "expected the name of a list", "'cases'", ""),
        ("count(cases where result = 准予)", "'准' is not part", "准予", "in quotes"),
        ("count(cases where result = “准予”)", "'“' is not part", "“", "in quotes"),
        ("count(cases where result = granted)", "expected a number, a text in quotes", "granted", "in quotes"),
        ("count(cases where result = period)", "expected a number", "period", ""),
        ("count(cases where fee <> 3)", "'<' is not part", "<> 3", "write '!='"),
        ("count(cases where fee ≥ 3)", "'≥' is not part", "≥", "write '>='"),
        ("count(cases where fee ≠ 3)", "'≠' is not part", "≠", "write '!='"),
        ("count(cases where fee = 3, early = 1)", "',' is not part", ",", "no 'or'"),
        ("count(cases where fee = 3 or early = 1)", "expected ')'", "or early", "no 'or'"),
        ("count(cases where fee is empty)", "expected 'blank' or 'not blank'", "empty", ""),
        ("count(cases where fee is not)", "expected 'blank' or 'not blank'", ")", ""),
        ("count(cases where cases.fee = 3)", "'cases.fee' is named by its column alone", "cases.fee", ""),
        ("count(cases where fee)", "expected =, !=", ")", ""),
        ("count(cases where fee = 0.1234567)", "a number has at most", "0.1234567", ""),
        ("count(cases) + 1", "'+' is not part", "+", ""),
        ("count(cases) count", "one term over a list", "count", ""),
        ("cases", "a term over a list reads", "cases", ""),
        ("count(cases where " + " and ".join(["fee = 1"] * 11) + ")", "at most 10 conditions", "fee = 1)", ""),
    ],
)  # fmt: skip
def test_what_is_no_term_is_told_where_it_stands(text, told, at, hint):
    with pytest.raises(SyntaxFault) as fault:
        parse_list_term(text, 3)
    assert told in str(fault.value)
    assert text[fault.value.offset - 3 :].startswith(at)
    assert hint in fault.value.hint


@given(st.text("countsumcases.fe (where='a'and>0is blk)\n~\"", max_size=60) | st.text(max_size=20))
def test_any_text_is_a_term_or_a_fault_within_it(text):
    for written in (text, f"count({text})", f"count(cases where {text})"):
        try:
            parse_list_term(written)
        except SyntaxFault as fault:
            assert 0 <= fault.offset <= len(written)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("count(cases) = 1", "count(cases)"),
        ("count (cases where a = ')') + b", "count (cases where a = ')')"),
        ("count(cases where a = 'x", "count(cases where a = "),
        ("sum(cases.fee where fee > 0) = a", "sum(cases.fee where fee > 0)"),
        ("sum(cases.fee) = a", ""),
        ("sum(cases.where) = a", ""),
        ("counted = a", ""),
        ("count = a", ""),
    ],
)
def test_where_a_term_ends(text, found):
    assert find_list_term(text, 0) == found


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("count(case)", [("case)", "no list is named 'case'", "did you mean 'cases'?")]),
        ("count(cases where fees > 1)", [("fees", "list 'cases' has no column 'fees'", "did you mean 'fee'?")]),
        ("sum(cases.result)", [("result", "holds no figures: nothing is added up", "write 'count(cases)'")]),
        (
            "sum(cases.fees where result = '准与' and early = '3')",
            [
                ("fees", "has no column", "did you mean 'fee'?"),
                ("准与", "'准与' is none of the choices of 'result'", "did you mean '准予'?"),
                ("3'", "column 'early' holds figures", ""),
            ],
        ),
        ("count(cases where result = 3)", [("3", "holds no figures: what it is compared with stands in quotes", "")]),
        ("count(cases where result > '准予')", [("准予", "has no order", "")]),
        ("count(cases where number = '')", [("'", "nothing is compared with nothing", "write 'is blank'")]),
        ("count(cases where fee > 0.001)", [("0.001", "have 2 decimals", "")]),
        ("count(cases where received < '2024.3.5')", [("2024", "is no day", "write '2024-03-05'")]),
        ("count(cases where received < '2024-02-30')", [("2024", "is no day", "")]),
        ("count(cases where result = period.start)", [("period", "is a day, and column 'result' holds none", "")]),
        (f"count(cases where number = '{'长' * 201}')", [("长", "has at most 200 signs", "")]),
    ],
)
def test_every_fault_of_a_term_is_told_in_both_languages(text, faults):
    told = resolve(text)
    assert len(told) == len(faults)
    for (offset, message, advice), (at, expected, hint) in zip(told, faults, strict=True):
        assert text[offset:].startswith(at)
        assert expected in message
        assert hint in advice
        for english in filter(None, (message, advice)):
            assert word_fault(english) != english


@given(st.data())
def test_what_is_written_comes_back_and_reckons_as_said_naively(data):
    row_list = data.draw(st.sampled_from(LISTS))
    term = data.draw(draw_term(row_list))
    assert resolve(write_term(row_list, term), (row_list,)) == term
    lines, period = data.draw(draw_lines(row_list)), data.draw(st.sampled_from(PERIODS))
    assert reckon_list_term(term, row_list, lines, period) == reckon_naively(term, row_list, lines, period)
    alone = [
        reckon_naively(ListTerm(term.row_list, None, term.conditions), row_list, (line,), period) for line in lines
    ]
    assert list(select_lines(term, row_list, lines, period)) == [at for at, counts in enumerate(alone, 1) if counts]


@given(st.data())
def test_terms_add_up_over_lines(data):
    row_list = data.draw(st.sampled_from(LISTS))
    term = data.draw(draw_term(row_list))
    one, other = data.draw(draw_lines(row_list)), data.draw(draw_lines(row_list))
    sums = [reckon_list_term(term, row_list, lines, PERIODS[0]) for lines in (one, other, one + other)]
    assert sums[0] + sums[1] == sums[2]


def test_words_are_compared_without_case_outer_blanks_and_breaks():
    [cases] = SPEC.lists[:1]
    term = ListTerm("cases", None, (ListCondition("remark", "=", "Ab  c"),))
    said = ["ab c", "　AB c", "Ab c\n", "a*", "abc", "ａb c", None]
    lines = tuple(ListRow(("1", None, None, None, None, None, each)) for each in said)
    assert select_lines(term, cases, lines, PERIODS[0]) == (1, 2, 3)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period(2024), "2024-01-01", "2024-12-31"),
        (Period(2024, "H2"), "2024-07-01", "2024-12-31"),
        (Period(2023, "Q1"), "2023-01-01", "2023-03-31"),
        (Period(2023, "02"), "2023-02-01", "2023-02-28"),
        (Period(2024, "12"), "2024-12-01", "2024-12-31"),
        (Period(2023, "S"), "2023-09-01", "2024-08-31"),
    ],
)
def test_the_edges_of_a_period(period, first, last):
    assert (period.first_day.isoformat(), period.last_day.isoformat()) == (first, last)
