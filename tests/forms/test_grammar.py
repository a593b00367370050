from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.forms import grammar
from xltool.forms.grammar import Expression, Term
from xltool.forms.operators import AT_MOST, EQUAL, OPERATORS
from xltool.forms.written import SyntaxFault


def test_the_whole_language():
    found = grammar.parse("2 * a + sum(b.c) - prior.d_e.f.g <= h")
    assert found == Expression(
        (
            Term(2, ("a",), False, "", 4, 0),
            Term(1, ("b", "c"), True, "", 12),
            Term(-1, ("d_e", "f", "g"), False, "prior", 25),
        ),
        AT_MOST,
        (Term(1, ("h",), False, "", 36),),
    )


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_operators(operator):
    assert grammar.parse(f"a {operator.sign} b").operator is operator
    tight = f"a {operator.sign} b" if operator.sign.isalpha() else f"a{operator.sign}b"
    assert grammar.parse(tight).operator is operator


def test_spaces_do_not_matter_and_names_may_begin_as_words():
    assert grammar.parse("needs_a=sum") == Expression(
        (Term(1, ("needs_a",), False, "", 0),), EQUAL, (Term(1, ("sum",), False, "", 8),)
    )
    assert grammar.parse("3*a=sum( b )").right == (Term(1, ("b",), True, "", 9),)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "the rule ends where a cell is expected", 0),
        ("a", "expected '=', '<=', '>=', '<', '>' or 'needs' here", 1),
        ("a =", "the rule ends where a cell is expected", 3),
        ("a = b = c", "'=' does not belong here: one comparison a rule", 6),
        ("a = b )", "')' does not belong here", 6),
        ("a + = b", "expected the name of a cell here, not '='", 4),
        ("a needs needs", "expected the name of a cell here, not 'needs'", 8),
        ("3 = a", "a number stands before a cell, 'NUMBER * cell', or alone on the right side", 0),
        ("a + 3 = b", "a number stands before a cell, 'NUMBER * cell', or alone on the right side", 4),
        ("a = 3 b", "a number before a cell is a factor: write 'NUMBER * cell'", 4),
        ("a needs 3", "'needs' takes no number", 8),
        ("a = 0 * b", "a factor is above 0, and at most 100000", 4),
        ("a = 0.0 * b", "a factor is above 0, and at most 100000", 4),
        ("a = 100000.1 * b", "a factor is above 0, and at most 100000", 4),
        ("a = 0.1234567 * b", "a number has at most 15 digits, 6 of them decimals", 4),
        ("a = " + "9" * 5000, "a number has at most 15 digits, 6 of them decimals", 4),
        ("a = 0.5.b", "'.' is not part of the rule language", 7),
        ("a = .5 * b", "'.' is not part of the rule language", 4),
        ("a = 2 *", "the rule ends where a cell is expected", 7),
        ("a = sum(b", "expected ')' here", 9),
        ("a = sum(", "the rule ends where a cell is expected", 8),
        ("a = sum(b + c)", "expected ')' here", 10),
        ("a = -b", "expected the name of a cell here, not '-'", 4),
        ("a ＝ b", "'＝' is not part of the rule language", 2),
        ("a ＜ b", "'＜' is not part of the rule language", 2),
        ("a = B", "'B' is not part of the rule language", 4),
        ("a = b / 2", "'/' is not part of the rule language", 6),
    ],
)
def test_faults_say_what_and_where(text, message, offset):
    with pytest.raises(SyntaxFault) as fault:
        grammar.parse(text)
    assert message in str(fault.value)
    assert fault.value.offset == offset


@pytest.mark.parametrize(
    ("text", "factor"),
    [("100000 * a", 100000), ("0.75 * a", Fraction(3, 4)), ("1 * a", 1), ("2.50 * a", 2.5), ("a", 1)],
)
def test_factors_are_exact(text, factor):
    [term] = grammar.parse(f"{text} = b").left
    assert term.factor == factor
    assert (term.places is None) == ("*" not in text)


@pytest.mark.parametrize(
    ("right", "constant", "cells"),
    [("60", 60, 0), ("0", 0, 0), ("0.35", Fraction(7, 20), 0), ("100 - b", 100, 1), ("2 * b + 10 - 0.5", 9.5, 1)],
)
def test_numbers_alone_add_up_on_the_right(right, constant, cells):
    found = grammar.parse(f"a <= {right}")
    assert found.constant == constant
    assert len(found.right) == cells


@given(
    st.text(st.sampled_from("ab.1 *+-=<>()\n_") | st.characters(), max_size=30)
    | st.text("sum(needs prior.a = b + 2*", max_size=40)
)
def test_any_text_is_a_rule_or_a_fault_within_it(text):
    try:
        found = grammar.parse(text)
    except SyntaxFault as fault:
        assert 0 <= fault.offset <= len(text)
    else:
        assert all(text[term.offset :].startswith(term.parts[0]) for term in found.left + found.right)
