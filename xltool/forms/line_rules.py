"""Rules over the figures of one line of a list: `if result = '准予' and found > 0 then mended <= found`.

    rule = side SIGN side | "if" condition { "and" condition } "then" side SIGN side
    side = term { ("+" | "-") term }        term = [NUMBER "*"] COLUMN | NUMBER (on the right)
    SIGN = "=" | "<=" | ">=" | "<" | ">"    conditions are those of `forms.list_grammar`, of the line alone

A rule is asked of a line only where all of its figures stand: a blank meets no comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from xltool.forms import grammar
from xltool.forms.fields import Fields, require_unique
from xltool.forms.list_demands import read_line_conditions
from xltool.forms.list_terms import select_lines
from xltool.forms.ruleset import read_severity
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.forms.written import SyntaxFault
from xltool.messages import format_scaled
from xltool.model import LineRule, LineTerms, ListColumn, ListCondition, ListRow, ListTerm, RowList
from xltool.periods import Period

_IF: Final = re.compile(r"\s*if\b(.*?)\bthen\b", re.DOTALL)
_ANY: Final = Period(2000)
"""The period in which lines are looked at: no condition here asks for it."""


class BrokenLines(NamedTuple):
    """A rule of a list, the lines, from 1, that break it, and what its sides come to in each."""

    rule: LineRule
    serials: list[int]
    sides: list[tuple[int, int]]


def read_line_rules(source: Source, row_list: RowList, given: Sequence[dict[str, Any]]) -> tuple[LineRule, ...]:
    """The `[[list.rule]]` of a list; faults are noted in the source."""
    found = tuple(rule for data in given if (rule := _read_rule(source, row_list, data)) is not None)
    require_unique(source, "a rule of one list", [rule.id for rule in found])
    return found


def _read_rule(source: Source, row_list: RowList, data: dict[str, Any]) -> LineRule | None:
    fields = Fields(source, data, "a rule of a list")
    name, expr, text, basis = (fields.identifier("id"), *map(fields.text, ("expr", "text", "basis")))
    remedy, severity = fields.text("remedy", ""), read_severity(fields)
    fields.close()
    start = expr.offset if isinstance(expr, LocatedText) else 0
    conditions: tuple[ListCondition, ...] | None = ()
    match = _IF.match(grammar.blank_quotes(expr))
    at = match.end() if match else 0
    if match:
        conditions = read_line_conditions(source, row_list, expr[match.start(1) : at - 4], start + match.start(1))
    try:
        expression = grammar.parse(" " * at + expr[at:]) if expr else None
    except SyntaxFault as fault:
        source.fault(start + fault.offset, str(fault), fault.hint)
        return None
    if expression is None or conditions is None or severity is None or not _fits(source, row_list, expression, start):
        return None
    terms = (expression.left, expression.right)
    places = [_find(row_list, term).measure.decimals + (term.places or 0) for term in (*terms[0], *terms[1])]
    decimals = max([*places, *_count_places(expression.constant)])
    left, right = (tuple(_scale(row_list, term, decimals) for term in side) for side in terms)
    constant = int(expression.constant * 10**decimals)
    figures = left, expression.operator, right, constant, decimals
    return LineRule(name, text, basis, conditions, *figures, remedy, severity)


def _fits(source: Source, row_list: RowList, expression: grammar.Expression, start: int) -> bool:
    """Whether an expression compares figures of the list's own columns in one unit; what does not fit is told."""
    before, known = len(source.faults), [column.id for column in row_list.columns if column.entry is None]
    if expression.condition is not None or expression.chosen is not None:
        source.fault(start, "a rule has one condition: several have 'and' between them")
    if not expression.operator.compares or expression.lists or expression.printed:
        source.fault(start, "a rule of a list compares figures of one line: columns, numbers, '+', '-' and a sign")
    units: dict[str, str] = {}
    for term in expression.terms:
        name = ".".join(term.parts)
        if term.sum or term.earlier or name not in known:
            told = f"list '{row_list.id}' has no column of figures '{name}'"
            source.fault(start + term.offset, told, suggest_nearest(name, known))
        elif term.places is None:
            units.setdefault(_find(row_list, term).measure.unit, name)
    if len(units) > 1:
        (one, first), (other, second) = [*units.items()][:2]
        told = f"'{first}' is in {one}, '{second}' in {other}: a factor joins them, '1 *' where they are alike"
        source.fault(start, told)
    return len(source.faults) == before


def _find(row_list: RowList, term: grammar.Term) -> ListColumn:
    at = row_list.find_column(term.parts[0])
    assert at is not None
    return row_list.columns[at]


def _count_places(number: Fraction) -> Iterator[int]:
    """How many decimals a number has that was written with some."""
    yield next(places for places in range(20) if (number * 10**places).denominator == 1)


def _scale(row_list: RowList, term: grammar.Term, decimals: int) -> tuple[str, int]:
    column = _find(row_list, term)
    return column.id, int(term.factor * 10 ** (decimals - column.measure.decimals))


def list_broken(row_list: RowList, lines: Sequence[ListRow]) -> Iterator[BrokenLines]:
    """The rules of a list that lines break."""
    for rule in row_list.rules:
        broken: dict[int, tuple[int, int]] = {}
        for serial in select_lines(ListTerm(row_list.id, None, rule.conditions), row_list, lines, _ANY):
            sides = reckon_sides(row_list, rule, lines[serial - 1])
            if sides is not None and not rule.operator.holds(*sides):
                broken[serial] = sides
        if broken:
            yield BrokenLines(rule, [*broken], [*broken.values()])


def reckon_sides(row_list: RowList, rule: LineRule, line: ListRow) -> tuple[int, int] | None:
    """What both sides of a rule come to in a line; None where a figure of it is not there."""
    contents = dict(zip((column.id for column in row_list.columns), line.contents, strict=True))
    sums = []
    for terms, more in ((rule.left, 0), (rule.right, rule.constant)):
        figures = [contents[name] for name, _ in terms]
        known = [figure for figure in figures if isinstance(figure, int)]
        if len(known) < len(figures):
            return None
        sums.append(sum(times * figure for (_, times), figure in zip(terms, known, strict=True)) + more)
    return sums[0], sums[1]


def word_line_rule(rule: LineRule, row_list: RowList) -> str:
    """The two sides of a rule of a list with the labels of its columns: `“已整改” 不大于 “排查数”`."""
    left, right = (_word_terms(row_list, rule, terms) for terms in (rule.left, rule.right))
    if rule.constant or not right:
        number = format_scaled(abs(rule.constant), rule.decimals)
        sign = (" - " if rule.constant < 0 else " + ") if right else ("-" if rule.constant < 0 else "")
        right = f"{right}{sign}{number}"
    return f"{left} {rule.operator.words} {right}"


def _word_terms(row_list: RowList, rule: LineRule, terms: LineTerms) -> str:
    parts: list[str] = []
    for name, times in terms:
        at = row_list.find_column(name)
        assert at is not None
        column = row_list.columns[at]
        factor = format_scaled(abs(times) * column.measure.scale, rule.decimals)
        sign = ("-" if times < 0 else "") if not parts else (" - " if times < 0 else " + ")
        parts.append(f"{sign}{'' if factor == '1' else f'{factor} × '}“{column.label}”")
    return "".join(parts)


def mend_line(row_list: RowList, line: ListRow) -> ListRow:
    """A drawn line in which no rule of its list is broken: figures are changed for it, or else left blank."""
    for _ in row_list.rules:
        broken = [each.rule for each in list_broken(row_list, [line])]
        if not broken:
            return line
        tries = [*_list_mended(row_list, broken[0], line), *_list_blanked(row_list, broken[0], line)]
        tries.sort(key=lambda each: sum(1 for _ in list_broken(row_list, [each])))
        line = next(iter(tries), line)
    return line


def _list_mended(row_list: RowList, rule: LineRule, line: ListRow) -> Iterator[ListRow]:
    """The line with one figure of a rule so changed that both sides are alike, or one more or less."""
    sides = reckon_sides(row_list, rule, line)
    assert sides is not None
    for terms, gap in ((rule.left, sides[1] - sides[0]), (rule.right, sides[0] - sides[1])):
        for name, times in terms:
            at = row_list.find_column(name)
            assert at is not None
            measure, content = row_list.columns[at].measure, line.contents[at]
            for more in (0, measure.scale, -measure.scale):
                figure = int(content or 0) + gap // times + more
                least = -measure.maximum * measure.scale if measure.signed else 0
                if gap % times == 0 and least <= figure <= measure.maximum * measure.scale:
                    yield ListRow((*line.contents[:at], figure, *line.contents[at + 1 :]), line.agency)


def _list_blanked(row_list: RowList, rule: LineRule, line: ListRow) -> Iterator[ListRow]:
    for name, _ in (*rule.left, *rule.right):
        at = row_list.find_column(name)
        assert at is not None
        if not row_list.columns[at].required:
            yield ListRow((*line.contents[:at], None, *line.contents[at + 1 :]), line.agency)
