"""The rule language: `received + carried_in = processed_total + carried_out`, parsed with places for every fault.

    rule = side OPERATOR side                   side = term { ("+" | "-") term }
    term = [INT "*"] (ref | "sum(" ref ")")     ref  = [EARLIER "."] id {"." id}
    EARLIER = "prior" | "same_last_year" | "cumulative"

The operators are those of `forms.operators`. No constants and no conditions: so rules add up over agencies as figures
do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from xltool.forms.instead import advise_constant, advise_sign, advise_word
from xltool.forms.operators import OPERATORS
from xltool.model import Operator

COEFFICIENT_DIGITS: Final = 3
CUMULATIVE: Final = "cumulative"
"""Before a cell: what it adds up to from the first period of the year on."""
EARLIER_WORDS: Final = ("prior", "same_last_year", CUMULATIVE)
IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_WORDS: Final = "|".join(sign for sign in OPERATORS if sign.isalpha())
_LONGEST_FIRST: Final = sorted((sign for sign in OPERATORS if not sign.isalpha()), key=len, reverse=True)
_SIGNS: Final = "|".join(map(re.escape, [*_LONGEST_FIRST, *"+-*()"]))
_TOKEN: Final = re.compile(
    rf"\s*(?:([0-9]+)|((?:{_WORDS})\b)|([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)|({_SIGNS}))", re.ASCII
)
_KNOWN: Final = [f"'{sign}'" for sign in OPERATORS]


@dataclass(frozen=True, slots=True)
class Term:
    """A reference with its coefficient; `offset` is its place in the expression.

    `earlier` is the word before the names that says of which submission it is.
    """

    coefficient: int
    parts: tuple[str, ...]
    sum: bool
    earlier: str
    offset: int


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed rule, its names not yet looked up."""

    left: tuple[Term, ...]
    operator: Operator
    right: tuple[Term, ...]


class SyntaxFault(ValueError):
    """An expression that is not of the language: the message, the offset in the expression, what to write instead."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.offset, self.hint = offset, hint


def parse(text: str) -> Expression:
    """The expression of a rule; raises `SyntaxFault` at the first place that does not fit."""
    tokens = _tokens(text)
    left, at = _side(tokens, 0)
    token, offset = tokens[at]
    if token not in OPERATORS:
        hint = advise_word((name for name, _ in tokens[:at]), token)
        raise SyntaxFault(f"expected {', '.join(_KNOWN[:-1])} or {_KNOWN[-1]} here", offset, hint)
    right, at = _side(tokens, at + 1)
    if tokens[at][0]:
        hint = advise_word((name for name, _ in tokens[:at]), tokens[at][0])
        raise SyntaxFault(f"'{tokens[at][0]}' does not belong here: one comparison a rule", tokens[at][1], hint)
    return Expression(left, OPERATORS[token], right)


def parse_sum(text: str, digits: int = COEFFICIENT_DIGITS) -> tuple[Term, ...]:
    """The terms of a sum that stands alone, its coefficients of so many digits; raises `SyntaxFault`."""
    tokens = _tokens(text)
    terms, at = _side(tokens, 0, digits)
    if tokens[at][0]:
        raise SyntaxFault(f"'{tokens[at][0]}' does not belong here: cells, '+' and '-'", tokens[at][1])
    return terms


def _tokens(text: str) -> list[tuple[str, int]]:
    """Tokens with their offsets, and an empty one at the end."""
    tokens = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise SyntaxFault(f"'{text[at]}' is not part of the rule language", at, advise_sign(text, at))
        group = match.lastindex or 0
        tokens.append((match[group], match.start(group)))
        at = match.end()
    return [*tokens, ("", len(text))]


def _side(tokens: list[tuple[str, int]], at: int, digits: int = COEFFICIENT_DIGITS) -> tuple[tuple[Term, ...], int]:
    terms = []
    sign = 1
    while True:
        term, at = _term(tokens, at, sign, digits)
        terms.append(term)
        if tokens[at][0] not in {"+", "-"}:
            return tuple(terms), at
        sign = 1 if tokens[at][0] == "+" else -1
        at += 1


def _term(tokens: list[tuple[str, int]], at: int, sign: int, digits: int) -> tuple[Term, int]:
    token, offset = tokens[at]
    coefficient = sign
    if token.isdigit():
        if tokens[at + 1][0] != "*":
            hint = advise_constant(tokens[at + 1][0])
            raise SyntaxFault("a number stands only as 'NUMBER * cell': rules have no constants", offset, hint)
        if len(token) > digits or int(token) == 0:
            raise SyntaxFault(f"a coefficient is 1 to {10**digits - 1}", offset)
        coefficient *= int(token)
        at += 2
        token, offset = tokens[at]
    if token == "sum" and tokens[at + 1][0] == "(":
        reference, offset = tokens[at + 2]
        _check_reference(reference, offset)
        if tokens[at + 3][0] != ")":
            raise SyntaxFault("expected ')' here", tokens[at + 3][1])
        return _reference(reference, coefficient, True, offset), at + 4
    _check_reference(token, offset)
    return _reference(token, coefficient, False, offset), at + 1


def _check_reference(token: str, offset: int) -> None:
    if not token:
        raise SyntaxFault("the rule ends where a cell is expected", offset)
    if not token[0].isalpha() or token in OPERATORS:
        raise SyntaxFault(f"expected the name of a cell here, not '{token}'", offset)


def _reference(token: str, coefficient: int, total: bool, offset: int) -> Term:
    parts = tuple(token.split("."))
    earlier = parts[0] if parts[0] in EARLIER_WORDS and len(parts) > 1 else ""
    if not earlier:
        return Term(coefficient, parts, total, "", offset)
    return Term(coefficient, parts[1:], total, earlier, offset + len(earlier) + 1)
