"""The rule language: `received + carried_in = processed_total + carried_out`, parsed with places for every fault.

    rule = side OPERATOR side                      side = term { ("+" | "-") term }
    term = [NUMBER "*"] (ref | "sum(" ref ")" | LIST | 'HEAD')     ref  = [EARLIER "."] id {"." id}
    EARLIER = "prior" | "same_last_year" | "cumulative"

or  rule = "if" side OPERATOR side "then" rule     where the operators compare sums
or  rule = "if" ref ("=" | "!=") 'CHOICE' "then" rule, or "if" ref "in" ('CHOICE', …) "then" rule
    where the cell holds one or some of a list, or is a field of the cover; a condition on figures may have "!=" too

or  rule = side {"," side} "part_of" side, which is several: each of these is at most the whole, and the whole, where
they are more than one and may overlap, is at most their sum.

The operators are those of `forms.operators`. On the right a term may be a NUMBER alone, the number that a row prints
below a HEAD, or what a list comes to, which is a language of its own (`forms.list_grammar`). Nothing divides and
nothing multiplies two cells: so what a wrong cell changes is always the same multiple of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from xltool.forms.instead import HOW_CONDITIONS, advise_sign, advise_word
from xltool.forms.list_grammar import WrittenListTerm, find_list_term, parse_list_term
from xltool.forms.operators import AT_MOST, OPERATORS, UNEQUAL
from xltool.forms.written import SyntaxFault, split_number
from xltool.model import Operator

LARGEST_FACTOR: Final = 100_000
CUMULATIVE: Final = "cumulative"
"""Before a cell: what it adds up to from the first period of the year on."""
EARLIER_WORDS: Final = ("prior", "same_last_year", CUMULATIVE)
UNEQUAL_SIGNS: Final = ("!=", "<>")
"""How a condition says that two sides differ."""
IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_WORDS: Final = "|".join(sign for sign in OPERATORS if sign.isalpha())
_LONGEST_FIRST: Final = sorted(
    (sign for sign in (*OPERATORS, *UNEQUAL_SIGNS) if not sign.isalpha()), key=len, reverse=True
)
_SIGNS: Final = "|".join(map(re.escape, [*_LONGEST_FIRST, *"+-*()"]))
_TOKEN: Final = re.compile(
    rf"\s*(?:([0-9]+(?:\.[0-9]+)?)|((?:{_WORDS})\b)|([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)|({_SIGNS})"
    r"|('[^']+'|\"[^\"]+\"))",
    re.ASCII,
)
_KNOWN: Final = [f"'{sign}'" for sign in OPERATORS]


NO_LIST_HERE: Final = "what a list comes to stands on the right side of a comparison: 'CELL = count(LIST)'"
"""What is wrong with a list anywhere else."""

Number: TypeAlias = int | Fraction
"""An exact number."""


@dataclass(frozen=True, slots=True)
class Term:
    """A reference with its coefficient; `offset` is its place in the expression.

    `earlier` is the word before the names that says of which submission it is. `places` are the decimals of a factor
    that is written before it, 75 being 0.75 with two; None where none is.
    """

    coefficient: int
    parts: tuple[str, ...]
    sum: bool
    earlier: str
    offset: int
    places: int | None = None

    @property
    def factor(self) -> Number:
        """The coefficient as it is written."""
        return Fraction(self.coefficient, 10**self.places) if self.places else self.coefficient


@dataclass(frozen=True, slots=True)
class ListSummand:
    """What a list comes to with its coefficient, as `Term` has it."""

    coefficient: int
    written: WrittenListTerm
    places: int | None = None

    @property
    def factor(self) -> Number:
        """The coefficient as it is written."""
        return Fraction(self.coefficient, 10**self.places) if self.places else self.coefficient


@dataclass(frozen=True, slots=True)
class PrintedSummand:
    """The number that a row prints below a head, with its factor; `offset` is its place in the expression."""

    factor: Number
    head: str
    offset: int


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed rule, its names not yet looked up.

    On the right its numbers, those that a row prints and what lists come to are added, without a cell there or with.
    """

    left: tuple[Term, ...]
    operator: Operator
    right: tuple[Term, ...]
    constant: Fraction = Fraction(0)
    condition: Expression | None = None
    chosen: ChosenTerm | None = None
    lists: tuple[ListSummand, ...] = ()
    printed: tuple[PrintedSummand, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """All of its terms, those of its condition last."""
        return (*self.left, *self.right, *(self.condition.terms if self.condition else ()))


@dataclass(frozen=True, slots=True)
class ChosenTerm:
    """A condition on what is chosen: the cell, and the choices with their places in the expression.

    `barred` where none of them may be.
    """

    cell: Term
    choices: tuple[tuple[str, int], ...]
    barred: bool = False


PART_OF: Final = "part_of"
"""Between parts, as 其中 tells of them, and their whole."""
_IF: Final = re.compile(r"\s*if\b(.*?)\bthen\b(.*)", re.DOTALL)
_WORDS_OF_CHOICE: Final = r"(?:'[^']*'|\"[^\"]*\")"
_CHOSEN: Final = re.compile(
    r"\s*([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){0,2})\s*"
    rf"(?:(=|!=|<>)\s*({_WORDS_OF_CHOICE})|in\s*\(\s*({_WORDS_OF_CHOICE}(?:\s*,\s*{_WORDS_OF_CHOICE})*)\s*\))\s*",
    re.ASCII,
)
CONDITION_WORDS: Final = ("if", "then")
_PARTS: Final = re.compile(rf"\b{PART_OF}\b")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


class Relation(NamedTuple):
    """One of the expressions that a rule means; `part` is what tells it from the others, '' for what is one alone."""

    part: str
    expression: Expression
    covers: bool = False  # whether it says that overlapping parts are all of a whole


def parse_rule(text: str) -> tuple[Relation, ...]:
    """The expressions that a rule means; raises `SyntaxFault` at the first place that does not fit."""
    match = _PARTS.search(blank_quotes(text))
    if match is None:
        return (Relation("", parse(text)),)
    whole, parts, at = _parse_cells(text[match.end() :], match.end()), [], 0
    for written in text[: match.start()].split(","):
        parts.append(_parse_cells(written, at))
        at += len(written) + 1
    if len(parts) == 1:
        return (Relation("", Expression(parts[0], AT_MOST, whole)),)
    found = [Relation(".".join(part[0].parts), Expression(part, AT_MOST, whole)) for part in parts]
    everything = tuple(term for part in parts for term in part)
    return (*found, Relation("", Expression(whole, AT_MOST, everything), covers=True))


def _parse_cells(text: str, at: int) -> tuple[Term, ...]:
    """The cells of one side that is written alone, at that place of a rule."""
    tokens = _tokens(" " * at + text)
    terms, end = _take_cells(tokens, 0)
    if tokens[end][0]:
        raise SyntaxFault(f"'{tokens[end][0]}' does not belong here: cells, '+' and '-'", tokens[end][1])
    return terms


def blank_quotes(text: str) -> str:
    """A rule with blanks for what stands in quotes: no word of ours is looked for there."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def parse(text: str) -> Expression:
    """The expression of a rule; raises `SyntaxFault` at the first place that does not fit."""
    match = _IF.match(blank_quotes(text))
    if match is None:
        return _parse_comparison(text)
    given = parse_condition(text[match.start(1) : match.end(1)], match.start(1))
    try:
        found = _parse_comparison(" " * match.start(2) + text[match.start(2) :])
    except SyntaxFault as fault:
        raise SyntaxFault(str(fault), fault.offset, fault.hint or HOW_CONDITIONS) from fault
    _require_this_year(found, match.start(2))
    return replace(found, chosen=given) if isinstance(given, ChosenTerm) else replace(found, condition=given)


def _require_this_year(expression: Expression, at: int) -> None:
    if not expression.operator.compares:
        raise SyntaxFault(f"'{expression.operator.sign}' has no condition: write 'if a > 0 then b > 0'", at)
    for term in expression.terms:
        if term.earlier:
            raise SyntaxFault(f"a rule with a condition is of this year alone: no '{term.earlier}.'", term.offset)


def parse_condition(given: str, begin: int = 0) -> Expression | ChosenTerm:
    """A condition, on figures or on what is chosen; raises `SyntaxFault`, its places counted from `begin` on."""
    chosen = _CHOSEN.fullmatch(given)
    if chosen is None:
        try:
            condition = _parse_comparison(" " * begin + given, _CONDITIONS)
        except SyntaxFault as fault:
            raise SyntaxFault(str(fault), fault.offset, fault.hint or HOW_CONDITIONS) from fault
        _require_this_year(condition, begin)
        if condition.lists:
            raise SyntaxFault("a condition compares cells, and no list", condition.lists[0].written.offset)
        return condition
    group = 3 if chosen[3] is not None else 4
    cell = _reference(chosen[1], 1, None, False, begin + chosen.start(1))
    if cell.earlier:
        raise SyntaxFault(f"a rule with a condition is of this year alone: no '{cell.earlier}.'", cell.offset)
    start = begin + chosen.start(group)
    choices = tuple((each[0][1:-1], start + each.start() + 1) for each in _QUOTED.finditer(chosen[group]))
    return ChosenTerm(cell, choices, chosen[2] in UNEQUAL_SIGNS)


_CONDITIONS: Final = {**OPERATORS, **dict.fromkeys(UNEQUAL_SIGNS, UNEQUAL)}
"""The operators of conditions."""


def _parse_comparison(text: str, operators: Mapping[str, Operator] = OPERATORS) -> Expression:
    tokens = _tokens(text)
    left, at = _take_cells(tokens, 0)
    token, offset = tokens[at]
    if token in UNEQUAL_SIGNS and token not in operators:
        raise SyntaxFault(f"'{token[0]}' is not part of the rule language", offset, advise_sign(text, offset))
    if token not in operators:
        hint = advise_word((name for name, _ in tokens[:at]), token)
        raise SyntaxFault(f"expected {', '.join(_KNOWN[:-1])} or {_KNOWN[-1]} here", offset, hint)
    side, at = _take_side(tokens, at + 1)
    right, constants, lists, printed = side
    if tokens[at][0]:
        hint = advise_word((name for name, _ in tokens[:at]), tokens[at][0])
        raise SyntaxFault(f"'{tokens[at][0]}' does not belong here: one comparison a rule", tokens[at][1], hint)
    if constants and not operators[token].compares:
        raise SyntaxFault(f"'{token}' takes no number", constants[0].offset)
    if lists and not operators[token].compares:
        raise SyntaxFault(f"'{token}' takes no list: write '>=' or '<='", lists[0].written.offset)
    if printed and not operators[token].compares:
        raise SyntaxFault(f"'{token}' takes no number", printed[0].offset)
    constant = sum((each.value for each in constants), Fraction(0))
    return Expression(left, operators[token], right, constant, lists=tuple(lists), printed=tuple(printed))


def parse_sum(text: str) -> tuple[Term, ...]:
    """The terms of a sum that stands alone, its coefficients whole; raises `SyntaxFault`."""
    terms = _parse_cells(text, 0)
    for term in terms:
        if term.places:
            raise SyntaxFault("a rate takes whole factors: multiply the other side", term.offset)
    return terms


class _Constant(NamedTuple):
    """A number that stands alone."""

    value: Fraction
    offset: int


def _tokens(text: str) -> list[tuple[str, int]]:
    """Tokens with their offsets, and an empty one at the end; what is of a list is one token."""
    tokens = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise SyntaxFault(f"'{text[at]}' is not part of the rule language", at, advise_sign(text, at))
        group = match.lastindex or 0
        token, at = match[group], match.start(group)
        token = find_list_term(text, at) or token
        tokens.append((token, at))
        at += len(token)
    return [*tokens, ("", len(text))]


class _Side(NamedTuple):
    """What one side of a rule adds up: cells, numbers alone, what lists come to, and numbers that rows print."""

    terms: tuple[Term, ...]
    constants: list[_Constant]
    lists: list[ListSummand]
    printed: list[PrintedSummand]


def _take_cells(tokens: list[tuple[str, int]], at: int) -> tuple[tuple[Term, ...], int]:
    """A side on which neither a number stands alone nor a list."""
    side, at = _take_side(tokens, at)
    if side.constants:
        raise SyntaxFault(
            "a number stands before a cell, 'NUMBER * cell', or alone on the right side",
            side.constants[0].offset,
            "cells are named by the ids of rows and columns, not by the numbers that a paper prints",
        )
    if side.lists:
        raise SyntaxFault(NO_LIST_HERE, side.lists[0].written.offset)
    if side.printed:
        raise SyntaxFault("a number that a row prints stands on the right side of a comparison", side.printed[0].offset)
    return side.terms, at


def _take_side(tokens: list[tuple[str, int]], at: int) -> tuple[_Side, int]:
    terms: list[Term] = []
    found = _Side((), [], [], [])
    sign = 1
    while True:
        taken, at = _take_term(tokens, at, sign)
        match taken:
            case Term():
                terms.append(taken)
            case ListSummand():
                found.lists.append(taken)
            case PrintedSummand():
                found.printed.append(taken)
            case _:
                found.constants.append(taken)
        if tokens[at][0] not in {"+", "-"}:
            return found._replace(terms=tuple(terms)), at
        sign = 1 if tokens[at][0] == "+" else -1
        at += 1


def _take_term(
    tokens: list[tuple[str, int]], at: int, sign: int
) -> tuple[Term | ListSummand | PrintedSummand | _Constant, int]:
    token, offset = tokens[at]
    coefficient, places = sign, None
    if token[:1].isdigit():
        digits, places = split_number(token, offset)
        following = tokens[at + 1][0]
        if following != "*":
            if following[:1].isalpha() and following not in {*OPERATORS, *CONDITION_WORDS}:
                raise SyntaxFault("a number before a cell is a factor: write 'NUMBER * cell'", offset)
            return _Constant(Fraction(sign * digits, 10**places), offset), at + 1
        if not 0 < digits <= LARGEST_FACTOR * 10**places:
            raise SyntaxFault(f"a factor is above 0, and at most {LARGEST_FACTOR}", offset)
        coefficient *= digits
        at += 2
        token, offset = tokens[at]
    if token[:1] in {"'", '"'}:
        factor = Fraction(coefficient, 10**places) if places else coefficient
        return PrintedSummand(factor, token[1:-1], offset), at + 1
    if "(" in token[1:]:
        return ListSummand(coefficient, parse_list_term(token, offset), places), at + 1
    if token == "sum" and tokens[at + 1][0] == "(":
        reference, offset = tokens[at + 2]
        _check_reference(reference, offset)
        if tokens[at + 3][0] != ")":
            raise SyntaxFault("expected ')' here", tokens[at + 3][1])
        return _reference(reference, coefficient, places, True, offset), at + 4
    _check_reference(token, offset)
    return _reference(token, coefficient, places, False, offset), at + 1


def _check_reference(token: str, offset: int) -> None:
    if not token:
        raise SyntaxFault("the rule ends where a cell is expected", offset)
    if not token[0].isalpha() or token in OPERATORS:
        raise SyntaxFault(f"expected the name of a cell here, not '{token}'", offset)


def _reference(token: str, coefficient: int, places: int | None, total: bool, offset: int) -> Term:
    parts = tuple(token.split("."))
    earlier = parts[0] if parts[0] in EARLIER_WORDS and len(parts) > 1 else ""
    if not earlier:
        return Term(coefficient, parts, total, "", offset, places)
    return Term(coefficient, parts[1:], total, earlier, offset + len(earlier) + 1, places)
