"""What to write instead of what people write from habit, in rules and as ids: signs, fractions, conditions, labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from xltool.model import Column, Row

_NO_DIVISION: Final = (
    "rules do not divide: multiply both sides, as in '2 * a <= b'; a ratio is a row or column with 'rate'"
)
_NO_PERCENT: Final = "rules have no per cent: write 'a <= 0.5 * b' for 50 %"
HOW_CONDITIONS: Final = (
    "a condition reads 'if a > 0 then b <= c', 'if a = \"choice\" then b <= c', "
    "or 'if a in (\"one\", \"other\") then b <= c': one comparison before 'then', one behind it"
)
_ONLY_SUMS: Final = "rules only add: cells, '+', '-', 'NUMBER * cell' and 'sum(group)'"
_NO_LABELS: Final = "cells are named by the ids of rows and columns, not by what is printed"
_SIGNS: Final = (
    (re.compile(r"[/÷／]"), _NO_DIVISION),
    (re.compile(r"!=|<>|≠|＜＞|！＝"), "two figures that must differ cannot be said"),
    (re.compile(r"[≤≦]|＜[=＝]|<＝|=<"), "write '<='"),
    (re.compile(r"[≥≧]|＞[=＝]|>＝|=>"), "write '>='"),
    (re.compile(r"＜"), "write '<'"),
    (re.compile(r"＞"), "write '>'"),
    (re.compile(r"＝"), "write '='"),
    (re.compile(r"＋"), "write '+'"),
    (re.compile(r"[－−–—]"), "write '-'"),
    (re.compile(r"[×＊·xX✕](?![a-z])"), "write '*'"),
    (re.compile(r"[（]"), "write '('"),
    (re.compile(r"[）]"), "write ')'"),
    (re.compile(r"[%％‰]"), _NO_PERCENT),
    (re.compile(r"．"), "write '.'"),
    (re.compile(r"\.[0-9]"), "write a nought before the point, as '0.5'"),
    (re.compile(r"[&|?!{}\[\]^]"), _ONLY_SUMS),
)
_WRITTEN: Final = re.compile("[^\x00-\x7f＝＋－＜＞≤≥≠×÷（）／．％‰]+")
_CONDITION: Final = re.compile(r"\b(?:if|then|else|when|where|unless)\b|如果|当[^年月]")
_CONDITIONS: Final = frozenset({"if", "then", "else", "when", "where", "and", "or", "not", "unless"})
_FUNCTIONS: Final = frozenset({"min", "max", "abs", "round", "avg", "average", "count", "iif", "ifs", "any", "all"})


def advise_sign(text: str, at: int) -> str:
    """What to write for a sign that is none of the rule language; nothing where nothing is known of it."""
    if _CONDITION.search(text):
        return HOW_CONDITIONS
    for pattern, advice in _SIGNS:
        if pattern.match(text, at):
            return advice
    return _NO_LABELS if _WRITTEN.match(text, at) else ""


def advise_word(words: Iterable[str], following: str) -> str:
    """What to write where words do not fit, these and the one that follows them: conditions, functions."""
    found = {*words, following}
    if found & _CONDITIONS:
        return HOW_CONDITIONS
    return _ONLY_SUMS if following == "(" and found & _FUNCTIONS else ""


def take_label(text: str, at: int) -> str:
    """The words of a label that stand at a place of an expression; nothing where none do."""
    match = _WRITTEN.match(text, at)
    return match[0].strip() if match else ""


def advise_label(label: str, items: Iterable[Row | Column]) -> str:
    """The id of the row or column, or of the head above it, that bears a label, as advice."""
    for item in items:
        for known, name in (
            (item.label, item.id),
            (item.short, item.id),
            *((head.label, head.id) for head in item.heads),
        ):
            if label and label in {known, *item.variants, *known.split("、")[1:]}:
                return f"'{label}' is printed: its id is '{name}'"
    return ""


def advise_id(value: str, fits: re.Pattern[str]) -> str:
    """What would do in place of something that cannot be an id."""
    if not value.isascii():
        return "ids are Latin letters, as 'received'; what is printed stands in 'label'"
    made = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", value).lower()).strip("_0123456789")
    made = made if fits.fullmatch(made) else made.replace("_", "-")
    return f"'{made}' would do" if made != value and fits.fullmatch(made) else ""
