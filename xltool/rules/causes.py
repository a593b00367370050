"""Finds what broken equalities have in common: the cell, or the two lines, whose correction mends them all.

Or says that arithmetic cannot tell. An equality that follows from others is never a cause of its own: the balance of
the totals is the sum of the balances of their parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from xltool.forms.memo import derive_once
from xltool.model import CellKey, Finding, FormSpec, ListNumbers, Value, is_earlier
from xltool.rules.breaks import Breaks
from xltool.rules.cause import Cause
from xltool.rules.cause_finder import CauseFinder
from xltool.rules.equalities import find_equalities
from xltool.rules.facts import Fact
from xltool.rules.stated import list_stated
from xltool.rules.suspects import SuspectWeigher

MANY_LINES: Final = 3
"""So many lines in which one rule is missed have one cause."""


def find_causes(
    spec: FormSpec,
    values: Sequence[Value],
    last_year: Sequence[Value] | None,
    found: Sequence[Finding],
    *,
    facts: Sequence[Fact] = (),
    barred: Collection[CellKey] = (),
    numbers: ListNumbers = MappingProxyType({}),
) -> list[Cause]:
    """The causes of the broken equalities among the findings, in the order of their leading rules.

    `numbers` are what lists come to, which is certain.
    What the texts state, `facts`, is asked where equalities and last year leave several cells; `barred` are those in
    which the agency has nothing to report.
    """
    residuals = {
        f.rule: int(f.data["left"]) - int(f.data["right"]) for f in found if f.code == "rule.broken" and f.rule
    }
    if not residuals:
        return []
    computed = _name_defining(spec).isdisjoint(residuals)
    known = find_equalities(spec, computed, last_year is not None)
    residuals = {name: residual for name, residual in residuals.items() if name in known.rules and residual}
    if not residuals:
        return []
    breaks = Breaks(spec, known, values, last_year, residuals, numbers)
    finder = CauseFinder(breaks, SuspectWeigher(breaks, partial(list_stated, spec, facts, computed), barred))
    causes = [cause for lines in breaks.split_tables() for cause in finder.explain_table(lines)]
    return list(_add_followers(breaks, _join_unexplained(breaks, causes)))


@derive_once
def _name_defining(spec: FormSpec) -> frozenset[str]:
    """The rules that say what a total adds up, by name."""
    return frozenset(rule.name for rule in spec.rules if rule.defines is not None)


def list_cells(spec: FormSpec, cause: Cause) -> set[CellKey]:
    """The cells of this year that the equalities of a cause add up, with what their totals add up.

    All cells of the table where the cause lies across many lines.
    """
    terms, rules = find_equalities(spec, True, True).terms, {rule.name: rule for rule in spec.rules}
    cells = {key for name in cause.rules for key in (*terms.get(name, ()), *rules[name].linear.own)}
    if len(cause.rules) < MANY_LINES:
        return cells
    tables = {key.partition(".")[0] for key in cells if not is_earlier(key)}
    return {cell.key for cell in spec.cells if cell.table.id in tables}


def explain_findings(found: Sequence[Finding], causes: Sequence[Cause]) -> list[Finding]:
    """The findings, those of broken equalities with the cells that alone could explain them, and what leads them."""
    of = {name: cause for cause in causes for name in (*cause.rules, *cause.followers)}
    return [f if f.rule not in of else _explain_finding(f, of[f.rule]) for f in found]


def _explain_finding(found: Finding, cause: Cause) -> Finding:
    follows = found.rule in cause.followers
    return replace(found, suspects=cause.suspects, together=cause.together, cause=cause.rules[0], follows=follows)


def _add_followers(breaks: Breaks, causes: Sequence[Cause]) -> Iterator[Cause]:
    """Each cause, with the equalities that follow behind those that lead."""
    if not breaks.followers:
        yield from causes
        return
    for cause in causes:
        later = [
            name
            for name, parts in breaks.followers.items()
            if next(other for other in causes if not parts.isdisjoint(other.rules)) is cause
        ]
        yield replace(cause, followers=tuple(later)) if later else cause


def _join_unexplained(breaks: Breaks, causes: Sequence[Cause]) -> list[Cause]:
    """Causes in one table that point at no cell for certain are one: look at the whole lines.

    Fewer than `MANY_LINES` of them are joined where the rule is the same, and likely slips of digits left alone.
    """
    if len(causes) == 1:
        return [*causes]
    doubtful = Counter(breaks.name_table(cause.rules[0]) for cause in causes if not cause.stands_alone)
    joined: dict[str, list[Cause]] = {}
    for cause in causes:
        table = breaks.name_table(cause.rules[0])
        many = doubtful[table] >= MANY_LINES
        if cause.stands_alone or (cause.known and not many):
            name = cause.rules[0]
        else:
            name = table if many else breaks.known.rules[cause.rules[0]].id
        joined.setdefault(name, []).append(cause)
    return [
        alike[0] if len(alike) == 1 else Cause(tuple(name for cause in alike for name in cause.rules))
        for alike in joined.values()
    ]
