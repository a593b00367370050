"""Finds what broken equalities have in common: the cell, or the two lines, whose correction mends them all.

Or says that arithmetic cannot tell. An equality that follows from others is never a cause of its own: the balance of
the totals is the sum of the balances of their parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xltool.model import PRIOR, CellKey, Finding, FormSpec, Submission, Suspect, Value, figure_of, summand_of
from xltool.rules.equalities import Equalities, find_equalities
from xltool.rules.exchanges import NEIGHBOUR_POINTS, find_exchanges, list_shifts
from xltool.rules.smallest import find_smallest_changes, is_told_apart
from xltool.rules.stated import StatedFigure, list_stated
from xltool.rules.witnesses import MARGIN, UNEXPLAINED, UNUSUAL, name_witness, weigh_correction, weigh_nearness

MAX_SUSPECTS: Final = 6
"""More cells than this, all explaining the fault equally well, are no help to name one by one."""
MANY_LINES: Final = 3
"""So many lines in which one rule is missed have one cause."""
ALONE: Final = "只改这一格，相关的勾稽关系就全部平衡"


@dataclass(frozen=True, slots=True)
class Cause:
    """Broken equalities that one correction mends, the one that leads first, and the cells that it may be.

    `followers` are mended with them, for they follow from them. Where `together` is set, all of the suspects are to be
    corrected, else one of them.
    """

    rules: tuple[str, ...]
    suspects: tuple[Suspect, ...] = ()
    together: bool = False
    followers: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is a correction to go by: one cell alone, the only likely one of some, or two lines."""
        return self.together or points_at_one(self.suspects)


def points_at_one(suspects: Sequence[Suspect]) -> bool:
    """Whether the first of the suspects is the only one, or the only one for which more than arithmetic speaks."""
    return len(suspects) == 1 or sum(suspect.likely for suspect in suspects) == 1


def find_causes(
    spec: FormSpec,
    values: Sequence[Value],
    last_year: Sequence[Value] | None,
    found: Sequence[Finding],
    submission: Submission | None = None,
) -> list[Cause]:
    """The causes of the broken equalities among the findings, in the order of their leading rules.

    The texts of a `submission` are asked where equalities and last year leave several cells.
    """
    residuals = {
        f.rule: int(f.data["left"]) - int(f.data["right"]) for f in found if f.code == "rule.broken" and f.rule
    }
    computed = not any(rule.defines is not None and rule.name in residuals for rule in spec.rules)
    known = find_equalities(spec, computed, last_year is not None)
    residuals = {name: residual for name, residual in residuals.items() if name in known.rules and residual}
    if not residuals:
        return []
    finder = _CauseFinder(spec, known, values, last_year, residuals)
    if submission is not None:
        finder.ask_texts = partial(list_stated, spec, submission, computed)
    return list(finder.find())


def list_cells(spec: FormSpec, cause: Cause) -> set[CellKey]:
    """The cells of this year that the equalities of a cause add up, with what their totals add up.

    All cells of the table where the cause lies across many lines.
    """
    terms, rules = find_equalities(spec, True, True).terms, {rule.name: rule for rule in spec.rules}
    cells = {key for name in cause.rules for key in (*terms.get(name, ()), *rules[name].linear.own)}
    if len(cause.rules) < MANY_LINES:
        return cells
    tables = {key.partition(".")[0] for key in cells if not key.startswith(PRIOR)}
    return {cell.key for cell in spec.cells if cell.table.id in tables}


def explain_findings(found: Sequence[Finding], causes: Sequence[Cause]) -> list[Finding]:
    """The findings, those of broken equalities with the cells that alone could explain them, and what leads them."""
    of = {name: cause for cause in causes for name in (*cause.rules, *cause.followers)}
    return [f if f.rule not in of else _explain_finding(f, of[f.rule]) for f in found]


def _explain_finding(found: Finding, cause: Cause) -> Finding:
    follows = found.rule in cause.followers
    return replace(found, suspects=cause.suspects, together=cause.together, cause=cause.rules[0], follows=follows)


class _Move(NamedTuple):
    """What a hand may have mixed up: the changes that put it right, in words, and the points against it."""

    changes: Mapping[CellKey, int]
    words: str
    points: int


class _CauseFinder:
    """One submission's broken equalities, and what could have broken them."""

    def __init__(
        self,
        spec: FormSpec,
        known: Equalities,
        values: Sequence[Value],
        last_year: Sequence[Value] | None,
        residuals: Mapping[str, int],
    ) -> None:
        self.spec, self.known, self.values, self.last_year, self.residuals = spec, known, values, last_year, residuals
        self.followers = {name: parts for name in residuals if (parts := self._find_broken_parts(name))}
        self.ask_texts: Callable[[], tuple[StatedFigure, ...]] = tuple
        self.held = np.array([summand_of(value) or 0 for value in values], np.int64)
        self.unjudged = frozenset(name for name in known.rules if self._is_unknown(name))
        self.leaders = [name for name in known.rules if name in residuals and name not in self.followers]

    @cached_property
    def stated(self) -> tuple[StatedFigure, ...]:
        """What the texts say; read only where it is asked for, since most submissions have one explanation."""
        return self.ask_texts()

    def find(self) -> Iterator[Cause]:
        """Each cause, with the equalities that follow behind those that lead."""
        found = [cause for lines in self._split_tables() for cause in self._explain_table(lines)]
        causes = self._join_unexplained(found)
        for cause in causes:
            later = [
                name
                for name, parts in self.followers.items()
                if next(other for other in causes if not parts.isdisjoint(other.rules)) is cause
            ]
            yield replace(cause, followers=tuple(later))

    def _find_broken_parts(self, name: str) -> frozenset[str]:
        """The broken equalities from which a broken one follows; none when it does not, or one of them is unknown."""
        parts = self.known.followers.get(name, {})
        if any(self._is_unknown(part) for part in parts):
            return frozenset()
        follows = sum(times * self.residuals.get(part, 0) for part, times in parts.items())
        return frozenset(parts.keys() & self.residuals.keys()) if follows == self.residuals[name] else frozenset()

    def _is_unknown(self, name: str) -> bool:
        """Whether a blank keeps an equality from being judged."""
        return name not in self.residuals and any(self._value(key) is None for key in self.known.terms[name])

    def _value(self, key: CellKey) -> Value:
        if not key.startswith(PRIOR):
            return self.values[self.spec.index[key]]
        return None if self.last_year is None else self.last_year[self.spec.index[key.removeprefix(PRIOR)]]

    def _split_tables(self) -> list[list[str]]:
        """The leading equalities by the tables that they look at first."""
        tables: dict[str, list[str]] = {}
        for name in self.leaders:
            tables.setdefault(self._table(name), []).append(name)
        return list(tables.values())

    def _explain_table(self, lines: Sequence[str]) -> list[Cause]:
        """The causes in one table: the fewest cells that mend all, or lines mixed up, or else group by group."""
        causes, left = list[Cause](), list(lines)
        for part in self._split_parts(lines):
            explained = self._explain_part(part, left)
            causes += explained
            left = [name for name in left if not any(name in cause.rules for cause in explained)]
        if not left:
            return causes
        mendings = self._list_mendings(left)
        if len(left) > 1 and frozenset(left) not in mendings and (swapped := self._find_swapped(left)):
            return [*causes, Cause(tuple(left), swapped, together=True)]
        return [*causes, *(cause for group in self._split_groups(left) for cause in self._explain(group, mendings))]

    def _split_parts(self, lines: Sequence[str]) -> list[dict[str, int]]:
        """The broken equalities of error's weight with their residuals, by the parts of the form that stand apart."""
        parts: dict[int, dict[str, int]] = {}
        for name in lines:
            if self._is_error(name):
                parts.setdefault(self.known.parts[name], {})
        for name, residual in self.residuals.items():
            if self._is_error(name) and self.known.parts[name] in parts:
                parts[self.known.parts[name]][name] = residual
        return list(parts.values())

    def _explain_part(self, part: Mapping[str, int], lines: Sequence[str]) -> list[Cause]:
        """The causes of all broken equalities of a part, by the fewest cells that mend them; none where too many would.

        What every such set of cells has in common is certain, unless lines that were mixed up explain the same. Between
        the rest the likeliest is named, if one is.
        """
        sets = find_smallest_changes(self.known, part, self.unjudged, self._can_hold)
        if not sets:
            return []
        mended = tuple(name for name in lines if name in part)
        if len(sets[0]) > 1 and (moves := self._list_moves([*part])):
            named = self._choose_set(sets, moves)
            return [Cause(mended, named, together=bool(named))]
        common = {key: change for key, change in sets[0].items() if all(each.get(key) == change for each in sets)}
        doubted = not all(is_told_apart(self.known, key, self.unjudged) for key in sets[0])
        causes, left = self._split_set(common, lines, doubted)
        rest = [{key: change for key, change in each.items() if key not in common} for each in sets]
        mended = tuple(name for name in left if name in part)
        if not any(rest) or not mended:
            return causes
        if all(len(each) == 1 for each in rest):
            single = {key: change for each in rest for key, change in each.items()}
            suspects = self._name_suspects({key: single[key] for key in self.known.terms[mended[0]] if key in single})
            return [*causes, self._take_along(Cause(mended, suspects), left)]
        named = self._choose_set(rest)
        return [*causes, Cause(mended, named, together=bool(named))]

    def _split_set(
        self, changes: Mapping[CellKey, int], lines: Sequence[str], doubted: bool
    ) -> tuple[list[Cause], list[str]]:
        """Cells that are wrong as causes, those that hang together as one; and the lines that are left.

        They are `doubted` where more cells than were found could be wrong alike.
        """
        groups: list[tuple[set[CellKey], set[str]]] = []
        for key in changes:
            cells, names = {key}, set(self.known.columns[key])
            for other in [group for group in groups if not names.isdisjoint(group[1])]:
                groups.remove(other)
                cells, names = cells | other[0], names | other[1]
            groups.append((cells, names))
        causes, left = list[Cause](), list(lines)
        for cells, names in groups:
            mine = {key: change for key, change in changes.items() if key in cells}
            rules = tuple(name for name in left if name in names and self._is_mended(name, mine))
            if not rules:
                continue
            why = ALONE if len(mine) == 1 else f"这 {len(mine)} 格都要改，只有这样相关的勾稽关系才全部平衡"
            ordered = sorted(mine, key=self.spec.index.__getitem__)
            suspects = tuple(replace(self._suspect(key, mine[key]), why=why, likely=doubted) for key in ordered)
            causes.append(Cause(rules, suspects, together=len(mine) > 1))
            left = [name for name in left if name not in rules]
        return causes, left

    def _is_mended(self, name: str, changes: Mapping[CellKey, int]) -> bool:
        terms = self.known.terms[name]
        return self.residuals.get(name, 0) + sum(by * terms.get(key, 0) for key, by in changes.items()) == 0

    def _take_along(self, cause: Cause, lines: Sequence[str]) -> Cause:
        """The cause with what else is missed and its likeliest cell mends."""
        first = cause.suspects[0]
        changes = {first.key: first.proposed - (summand_of(first.value) or 0)}
        return replace(cause, rules=tuple(n for n in lines if n in cause.rules or self._is_mended(n, changes)))

    def _choose_set(self, sets: Sequence[Mapping[CellKey, int]], moves: Sequence[_Move] = ()) -> tuple[Suspect, ...]:
        """The likeliest of some sets of cells and of some lines mixed up, each of which mends the same.

        None where another is as likely.
        """
        points: dict[frozenset[tuple[CellKey, int]], tuple[int, str]] = {}
        for changes in sets:
            points[frozenset(changes.items())] = self._weigh_set(changes), ""
        for move in moves:
            weight = move.points + self._weigh_beside(move.changes)
            found = frozenset(move.changes.items())
            points[found] = min(points.get(found, (weight, move.words)), (weight, move.words))
        ranked = sorted(points, key=lambda each: points[each][0])
        if not ranked or (len(ranked) > 1 and points[ranked[1]][0] - points[ranked[0]][0] < MARGIN):
            return ()
        why = points[ranked[0]][1] or f"共有 {len(ranked)} 种改法都能使勾稽关系平衡，这一种最可能"
        ordered = sorted(ranked[0], key=lambda item: self.spec.index[item[0]])
        return tuple(replace(self._suspect(key, change), why=why, likely=True) for key, change in ordered)

    def _weigh_set(self, changes: Mapping[CellKey, int]) -> int:
        """The points against some corrections of single cells together."""
        each = (self._weigh(self._suspect(key, change)) for key, change in changes.items())
        return sum(each) + self._weigh_relations(changes)

    def _weigh_beside(self, changes: Mapping[CellKey, int]) -> int:
        """The points that last year's figures and what holds as a rule have against corrections, but for slips."""
        points = self._weigh_relations(changes)
        for key, change in changes.items():
            value = figure_of(self._value(key)) or 0
            points += weigh_nearness(self.spec.cell(key), value, value + change, self._value(PRIOR + key))
        return points

    def _weigh_relations(self, changes: Mapping[CellKey, int]) -> int:
        """The points of what holds as a rule, and of what the texts say."""
        return UNUSUAL * self._count_unusual(changes) + sum(each.compare(changes) for each in self.stated)

    def _count_unusual(self, changes: Mapping[CellKey, int]) -> int:
        """How many relations that hold as a rule corrections break, less those that they mend."""
        names = {
            name for key in changes for name in self.known.columns[key] if not self._is_error(name)
        } - self.unjudged
        return sum((not self._is_mended(name, changes)) - (name in self.residuals) for name in names)

    def _split_groups(self, lines: Sequence[str]) -> list[list[str]]:
        """Leading equalities in groups that hang together by cells that two of them have in common."""
        groups, names = [{name} for name in lines], set(lines)
        for touched in self.known.columns.values():
            mine = touched.keys() & names
            if len(mine) > 1:
                joined = [group for group in groups if group & mine]
                groups = [*(group for group in groups if not group & mine), set[str]().union(*joined)]
        order = {name: at for at, name in enumerate(lines)}
        ordered = [sorted(group, key=order.__getitem__) for group in groups]
        return sorted(ordered, key=lambda group: order[group[0]])

    def _explain(self, group: Sequence[str], mendings: Mapping[frozenset[str], Mapping[CellKey, int]]) -> list[Cause]:
        """The causes of a group, a cell each: those that mend most first, errors before what only asks.

        Where they are more than one, or mend only a part, two lines that were mixed up are the simpler cause; without
        these a part that no cell mends leaves the whole group unexplained.
        """
        left, causes = set(group), list[Cause]()
        fitting = [mended for mended in mendings if mended <= left]
        while fitting:
            best = max(fitting, key=lambda mended: (sum(map(self._is_error, mended)), len(mended)))
            suspects = self._name_suspects(mendings[best])
            if len(suspects) == 1:  # one cell for a part of what is missed, and nobody knows what mends the rest
                suspects = (replace(suspects[0], likely=True),)
            causes.append(Cause(tuple(name for name in group if name in best), suspects))
            left -= best
            fitting = [mended for mended in fitting if mended <= left]
        if len(group) > 1 and (left or len(causes) > 1) and (swapped := self._find_swapped(group)):
            return [Cause(tuple(group), swapped, together=True)]
        return [Cause(tuple(group))] if left else causes

    def _is_error(self, name: str) -> bool:
        return self.known.rules[name].severity == "error"

    def _list_mendings(self, lines: Sequence[str]) -> dict[frozenset[str], dict[CellKey, int]]:
        """The broken equalities that one cell mends all at once, with each such cell and its change."""
        among = set(lines)
        mendings: dict[frozenset[str], dict[CellKey, int]] = {}
        for name in lines:
            for key, change in self._find_changes(name):
                touched = self.known.columns[key].keys() & among
                mended = frozenset(each for each in touched if self._miss(key, change, each) == 0)
                mendings.setdefault(mended, {})[key] = change
        return mendings

    def _find_changes(self, name: str) -> Iterator[tuple[CellKey, int]]:
        """Each cell whose change mends a broken equality and breaks none, and the change."""
        for key, coefficient in self.known.terms[name].items():
            if key.startswith(PRIOR) or self.residuals[name] % coefficient:
                continue
            change = -self.residuals[name] // coefficient
            if self._can_hold(key, change) and all(
                self._miss(key, change, other) == 0 or other in self.known.followers or self._is_unknown(other)
                for other in self.known.columns[key]
            ):
                yield key, change

    def _miss(self, key: CellKey, change: int, name: str) -> int:
        """By how much an equality would be missed with a cell changed."""
        return self.residuals.get(name, 0) + change * self.known.columns[key].get(name, 0)

    def _can_hold(self, key: CellKey, change: int) -> bool:
        """Whether a cell may hold what it holds, changed by so much."""
        measure, held = self.spec.cell(key).measure, summand_of(self._value(key))
        if held is None:
            return False
        return abs(held + change) <= measure.maximum * measure.scale and (measure.signed or held + change >= 0)

    def _name_suspects(self, changes: Mapping[CellKey, int]) -> tuple[Suspect, ...]:
        """Cells of which each alone mends the same, the likeliest first.

        Those that are named as likely are those for which more speaks than for any other, by a margin.
        """
        candidates = [self._suspect(key, change) for key, change in changes.items()]
        if len(candidates) == 1:
            return (
                replace(
                    candidates[0], why=ALONE, likely=not is_told_apart(self.known, candidates[0].key, self.unjudged)
                ),
            )
        doubt = f"改这一格可使勾稽关系平衡，但共有 {len(candidates)} 格都可以，仅凭算术不能确定"
        points = {each.key: self._weigh_set({each.key: changes[each.key]}) for each in candidates}
        said = {
            each.key: "，".join(filter(None, (self._quote_text(each.key, changes), self._name_witness(each))))
            for each in candidates
        }
        ranked = sorted(candidates, key=lambda each: (points[each.key], not said[each.key]))
        first, second = ranked[0].key, ranked[1].key
        sure = bool(said[first]) and points[second] - points[first] >= MARGIN
        return tuple(
            replace(
                each, why=f"{said[each.key]}；{doubt}" if said[each.key] else doubt, likely=sure and each.key == first
            )
            for each in ranked
        )

    def _suspect(self, key: CellKey, change: int) -> Suspect:
        value = self._value(key)
        return Suspect(key, value, (summand_of(value) or 0) + change, "")

    def _weigh(self, suspect: Suspect) -> int:
        """The points against a correction; of a cell without a figure those of an unexplained one."""
        value, cell = figure_of(suspect.value), self.spec.cell(suspect.key)
        if value is None:
            return UNEXPLAINED
        return weigh_correction(cell, value, suspect.proposed, self._value(PRIOR + suspect.key))

    def _quote_text(self, key: CellKey, changes: Mapping[CellKey, int]) -> str:
        """The words of a text that speak for a correction; '' for none."""
        speaking = (each.quote for each in self.stated if each.compare({key: changes[key]}) < 0)
        return next((f"与文字“{said}”相合" for said in speaking), "")

    def _name_witness(self, suspect: Suspect) -> str:
        value, cell = figure_of(suspect.value), self.spec.cell(suspect.key)
        return "" if value is None else name_witness(cell, value, suspect.proposed, self._value(PRIOR + suspect.key))

    def _join_unexplained(self, causes: Sequence[Cause]) -> list[Cause]:
        """Causes in one table that point at no cell for certain are one: look at the whole lines.

        Fewer than `MANY_LINES` of them are joined where the rule is the same, and likely slips of digits left alone.
        """
        doubtful = Counter(self._table(cause.rules[0]) for cause in causes if not self._is_certain(cause))
        joined: dict[str, list[Cause]] = {}
        for cause in causes:
            table = self._table(cause.rules[0])
            many = doubtful[table] >= MANY_LINES
            if self._is_certain(cause) or (cause.known and not many):
                name = cause.rules[0]
            else:
                name = table if many else self.known.rules[cause.rules[0]].id
            joined.setdefault(name, []).append(cause)
        return [
            alike[0] if len(alike) == 1 else Cause(tuple(name for cause in alike for name in cause.rules))
            for alike in joined.values()
        ]

    def _table(self, name: str) -> str:
        return self.spec.cell(self.known.rules[name].linear.own[0]).table.id

    @staticmethod
    def _is_certain(cause: Cause) -> bool:
        alone = len(cause.suspects) == 1 and not cause.suspects[0].likely
        return alone or (cause.together and (len(cause.suspects) > 2 or not cause.suspects[0].likely))

    def _find_swapped(self, group: Sequence[str]) -> tuple[Suspect, ...]:
        """The cells of two lines, or two cells of one, whose figures, exchanged, mend a group and break nothing.

        The likeliest of all that do; none where two are as likely.
        """
        return self._choose_set([], self._list_moves(group))

    def _list_moves(self, group: Sequence[str]) -> list[_Move]:
        """All that a hand may have mixed up and that, put right, mends a group and breaks nothing."""
        mended = [*self._list_exchanges(group), *self._list_shifts(group)]
        keyed = [
            _Move({self.spec.cells[at].key: by for at, by in changes.items()}, words, points)
            for changes, words, points in mended
        ]
        return [move for move in keyed if not self._breaks_others(move.changes, group)]

    def _list_exchanges(self, group: Sequence[str]) -> Iterator[tuple[dict[int, int], str, int]]:
        exchanges = find_exchanges(self.spec)
        moved = self.held[exchanges.second] - self.held[exchanges.first]
        mends = np.ones(len(exchanges.starts), np.bool_)
        for name in group:
            row = self._row(name)
            effects = np.add.reduceat((row[exchanges.first] - row[exchanges.second]) * moved, exchanges.starts)
            mends &= effects + self.residuals[name] == 0
        for at in np.nonzero(mends)[0].tolist():
            end = int(exchanges.starts[at + 1]) if at + 1 < len(exchanges.starts) else len(moved)
            pairs = slice(int(exchanges.starts[at]), end)
            places = zip(exchanges.first[pairs].tolist(), exchanges.second[pairs].tolist(), strict=True)
            other = {here: there for one, two in places for here, there in ((one, two), (two, one))}
            changes = {here: int(self.held[there] - self.held[here]) for here, there in other.items()}
            yield {here: by for here, by in changes.items() if by}, exchanges.words[at], exchanges.points[at]

    def _list_shifts(self, group: Sequence[str]) -> Iterator[tuple[dict[int, int], str, int]]:
        """Lines that are one place out: each cell takes its figure from the next, the last one what is missing."""
        rows = [(self._row(name), self.residuals[name]) for name in group]
        for shift in list_shifts(self.spec):
            places = list(shift.places)
            if not self.held[places].any() or self.held[places[0]]:
                continue
            changes = {here: int(self.held[there] - self.held[here]) for here, there in pairwise(places)}
            lost = places[-1]
            missed = [
                (residual + sum(by * int(row[here]) for here, by in changes.items()), int(row[lost]))
                for row, residual in rows
            ]
            by = next((-residual // times for residual, times in missed if times), 0)
            if all(residual + by * times == 0 for residual, times in missed) and self.held[lost] + by >= 0:
                yield (
                    {here: each for here, each in {**changes, lost: by}.items() if each},
                    shift.words,
                    NEIGHBOUR_POINTS,
                )

    def _row(self, name: str) -> NDArray[np.int64]:
        """The coefficients of an equality, by the places of this year's cells."""
        row = np.zeros(len(self.held), np.int64)
        for key, coefficient in self.known.terms[name].items():
            if not key.startswith(PRIOR):
                row[self.spec.index[key]] = coefficient
        return row

    def _breaks_others(self, changes: Mapping[CellKey, int], group: Sequence[str]) -> bool:
        """Whether changes of several cells move an equality outside of a group, what follows left aside."""
        moved: Counter[str] = Counter()
        for key, change in changes.items():
            for name, coefficient in self.known.columns.get(key, {}).items():
                moved[name] += coefficient * change
        return any(
            by and name not in group and name not in self.known.followers and name not in self.unjudged
            for name, by in moved.items()
            if self._is_error(name) or name not in self.residuals
        )
