"""The language of terms over lists: `count(cases where result = '予以公开' and amount > 0)`, parsed with places.

    term = "count(" LIST [filter] ")"  |  "sum(" LIST "." COLUMN [filter] ")"
    filter = "where" condition { "and" condition }
    condition = COLUMN ("=" | "!=" | "<" | "<=" | ">" | ">=") operand  |  COLUMN "is" ["not"] "blank"
    operand = 'TEXT' | "TEXT" | NUMBER | "period.start" | "period.end"

Which lists and columns there are, and what these hold, is asked in `forms.list_terms`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from xltool.forms.written import SyntaxFault, split_number
from xltool.model import LIST_SIGNS, ListSign, PeriodEdge

MOST_LIST_CONDITIONS: Final = 10
"""Conditions of one term: each is a part of a formula."""
_FUNCTIONS: Final = ("count", "sum")
_WHERE: Final = "where"
_AND: Final = "and"
_NAME: Final = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
_QUOTED: Final = r"'[^']*'|\"[^\"]*\""
_COMPARING: Final = tuple(sign for sign in LIST_SIGNS if not sign[0].isalpha())
_SIGNS: Final = "|".join(map(re.escape, [*sorted(_COMPARING, key=len, reverse=True), "(", ")"]))
_TOKEN: Final = re.compile(rf"\s*({_QUOTED}|-?[0-9]+(?:\.[0-9]+)?|{_NAME}|(?!<>|=[<>=])(?:{_SIGNS}))", re.ASCII)
_OPENING: Final = re.compile(r"(?:count|sum)\s*\(", re.ASCII)
_BODY: Final = re.compile(rf"(?:{_QUOTED}|[^'\"()])*\)?")
_FILTERED: Final = re.compile(rf"\(\s*{_NAME}\s+{_WHERE}\b", re.ASCII)
_EDGES: Final = tuple(edge.value for edge in PeriodEdge)
_HOW_TEXTS: Final = "what is compared stands in quotes: 'TEXT'"
_NO_OR: Final = "several conditions have 'and' between them; there is no 'or': add two terms"
_INSTEAD: Final = (
    (re.compile(r"<>|≠|＜＞|！＝"), "write '!='"),
    (re.compile(r"[≤≦]|＜[=＝]|<＝|=<"), "write '<='"),
    (re.compile(r"[≥≧]|＞[=＝]|>＝|=>"), "write '>='"),
    (re.compile(r"＝|=="), "write '='"),
    (re.compile(r"＜"), "write '<'"),
    (re.compile(r"＞"), "write '>'"),
    (re.compile(r"[（]"), "write '('"),
    (re.compile(r"[）]"), "write ')'"),
    (re.compile(r"[‘’“”'\"]"), _HOW_TEXTS),
    (re.compile(r"[,;，；、&|]|且|或"), _NO_OR),
    (re.compile(r"[^\x00-\x7f]"), _HOW_TEXTS),
)


class WrittenNumber(NamedTuple):
    """A number in a condition: its value, and how many decimals it is written with."""

    value: Fraction
    places: int


WrittenOperand: TypeAlias = str | WrittenNumber | PeriodEdge | None


@dataclass(frozen=True, slots=True)
class WrittenCondition:
    """A condition on a column, not yet looked up; the offsets are those of its column and of its operand."""

    column: str
    sign: ListSign
    operand: WrittenOperand
    offset: int
    operand_offset: int


@dataclass(frozen=True, slots=True)
class WrittenListTerm:
    """A term over a list, its names not yet looked up; without a column the lines are counted."""

    row_list: str
    column: str | None
    conditions: tuple[WrittenCondition, ...]
    offset: int
    column_offset: int


_Token: TypeAlias = tuple[str, int]


def find_list_term(text: str, at: int) -> str:
    """What is written of a term over a list that begins at a place of a rule; nothing where none does.

    `sum(a.b)` alone may be of cells too, and is left to whoever knows the names.
    """
    match = _OPENING.match(text, at)
    if match is None:
        return ""
    if text.startswith(_FUNCTIONS[1], at) and not _FILTERED.match(text, match.end() - 1):
        return ""
    body = _BODY.match(text, match.end())
    return text[at : body.end() if body else match.end()]


def parse_list_term(text: str, start: int = 0) -> WrittenListTerm:
    """The term that a text is; raises `SyntaxFault` at the first place that does not fit, counted from `start`."""
    tokens = _split_tokens(text, start)
    function = tokens[0][0]
    if function not in _FUNCTIONS or tokens[1][0] != "(":
        raise SyntaxFault("a term over a list reads 'count(LIST where …)' or 'sum(LIST.COLUMN where …)'", tokens[0][1])
    name, offset = tokens[2]
    if not name[:1].isalpha():
        raise SyntaxFault("expected the name of a list here", offset)
    row_list, _, column = name.partition(".")
    if "." in column or bool(column) != (function == "sum"):
        shown = "sum(LIST.COLUMN)" if function == "sum" else "count(LIST)"
        raise SyntaxFault(f"'{name}' does not belong here: '{shown}'", offset)
    conditions, at = _take_conditions(tokens, 3)
    if tokens[at][0] != ")":
        raise SyntaxFault("expected ')' here", tokens[at][1], _advise_end(tokens, at))
    if tokens[at + 1][0]:
        raise SyntaxFault(f"'{tokens[at + 1][0]}' does not belong here: one term over a list", tokens[at + 1][1])
    return WrittenListTerm(row_list, column or None, conditions, offset, offset + len(row_list) + 1)


def _split_tokens(text: str, start: int) -> list[_Token]:
    """Tokens with their offsets, and two empty ones at the end, so that one behind a token can be looked at."""
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise SyntaxFault(f"'{text[at]}' is not part of a term over a list", start + at, _advise_instead(text, at))
        tokens.append((match[1], start + match.start(1)))
        at = match.end()
    return [*tokens, *[("", start + len(text))] * 3]


def _advise_instead(text: str, at: int) -> str:
    return next((advice for pattern, advice in _INSTEAD if pattern.match(text, at)), "")


def _advise_end(tokens: Sequence[_Token], at: int) -> str:
    if tokens[at][0] == "or":
        return _NO_OR
    return ""


def _take_conditions(tokens: Sequence[_Token], at: int) -> tuple[tuple[WrittenCondition, ...], int]:
    found: list[WrittenCondition] = []
    word = _WHERE
    while tokens[at][0] == word:
        condition, at = _take_condition(tokens, at + 1)
        found.append(condition)
        word = _AND
    if len(found) > MOST_LIST_CONDITIONS:
        raise SyntaxFault(f"a term over a list has at most {MOST_LIST_CONDITIONS} conditions", found[-1].offset)
    return tuple(found), at


def _take_condition(tokens: Sequence[_Token], at: int) -> tuple[WrittenCondition, int]:
    column, offset = tokens[at]
    if not column[:1].isalpha():
        raise SyntaxFault("expected the name of a column here", offset)
    if "." in column:
        raise SyntaxFault(f"'{column}' is named by its column alone here", offset)
    sign, place = tokens[at + 1]
    if sign == "is":
        negated = tokens[at + 2][0] == "not"
        word, place = tokens[at + 2 + negated]
        if word != "blank":
            raise SyntaxFault("expected 'blank' or 'not blank' here", place)
        asked: ListSign = "is not blank" if negated else "is blank"
        return WrittenCondition(column, asked, None, offset, place), at + 3 + negated
    known = next((each for each in LIST_SIGNS if each == sign), None)
    if known is None:
        raise SyntaxFault("expected =, !=, <, <=, >, >=, 'is blank' or 'is not blank' here", place)
    operand, where = _take_operand(tokens[at + 2])
    return WrittenCondition(column, known, operand, offset, where), at + 3


def _take_operand(token: _Token) -> tuple[WrittenOperand, int]:
    written, offset = token
    if written[:1] in {"'", '"'}:
        return written[1:-1], offset + 1
    if written[:1].isdigit() or written[:1] == "-":
        negative = written.startswith("-")
        digits, places = split_number(written[negative:], offset)
        return WrittenNumber(Fraction(-digits if negative else digits, 10**places), places), offset
    edge = next((each for each in PeriodEdge if each.value == written), None)
    if edge is None:
        told = f"expected a number, a text in quotes, {_EDGES[0]} or {_EDGES[1]} here"
        raise SyntaxFault(told, offset, _HOW_TEXTS if written[:1].isalpha() else "")
    return edge, offset
