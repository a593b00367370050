"""Finds what broken equalities have in common: the cell, or the two lines, whose correction mends them all.

Or says that arithmetic cannot tell. An equality that follows from others is never a cause of its own: the balance of
the totals is the sum of the balances of their parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xltool.forms.cell_checks import has_jumped
from xltool.forms.number import format_value
from xltool.model import PRIOR, Cell, CellKey, Finding, FormSpec, Suspect, Value, figure_of, summand_of
from xltool.rules.equalities import Equalities, find_equalities
from xltool.rules.exchanges import find_exchanges

MAX_SUSPECTS: Final = 6
"""More cells than this, all explaining the fault equally well, are no help to name one by one."""
LEAST_COMPARED: Final = 10
"""Smaller figures of last year, in whole units, say nothing about this year's."""
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
    spec: FormSpec, values: Sequence[Value], last_year: Sequence[Value] | None, found: Sequence[Finding]
) -> list[Cause]:
    """The causes of the broken equalities among the findings, in the order of their leading rules."""
    residuals = {
        f.rule: int(f.data["left"]) - int(f.data["right"]) for f in found if f.code == "rule.broken" and f.rule
    }
    computed = not any(rule.defines is not None and rule.name in residuals for rule in spec.rules)
    known = find_equalities(spec, computed, last_year is not None)
    residuals = {name: residual for name, residual in residuals.items() if name in known.rules and residual}
    if not residuals:
        return []
    return list(_CauseFinder(spec, known, values, last_year, residuals).find())


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
        self.leaders = [name for name in known.rules if name in residuals and name not in self.followers]

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
        """The causes in one table: one cell that mends all, or two lines mixed up, or else group by group."""
        mendings = self._list_mendings(lines)
        if len(lines) > 1 and frozenset(lines) not in mendings and (swapped := self._find_swapped(lines)):
            return [Cause(tuple(lines), swapped, together=True)]
        return [cause for group in self._split_groups(lines) for cause in self._explain(group, mendings)]

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
            causes.append(Cause(tuple(name for name in group if name in best), self._name_suspects(mendings[best])))
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
        """Cells that all mend the same; those for which more than arithmetic speaks come first."""
        candidates = [
            Suspect(key, self._value(key), (summand_of(self._value(key)) or 0) + change, "")
            for key, change in changes.items()
        ]
        if len(candidates) == 1:
            return (replace(candidates[0], why=ALONE),)
        doubt = f"改这一格可使勾稽关系平衡，但共有 {len(candidates)} 格都可以，仅凭算术不能确定"
        spoken = {s.key: self._find_witness(s) for s in candidates}
        strongest = max(strength for strength, _ in spoken.values()) if spoken else 0
        witnessed = [
            replace(s, why=f"{spoken[s.key][1]}；{doubt}", likely=spoken[s.key][0] == strongest)
            for s in sorted(candidates, key=lambda s: -spoken[s.key][0])
            if spoken[s.key][0]
        ]
        if len(candidates) > MAX_SUSPECTS:
            return tuple(witnessed[:MAX_SUSPECTS])
        named = {suspect.key for suspect in witnessed}
        return (*witnessed, *(replace(s, why=doubt) for s in candidates if s.key not in named))

    def _find_witness(self, suspect: Suspect) -> tuple[int, str]:
        """What besides arithmetic speaks for a cell, and how strongly: last year's figure, then a slip of the hand."""
        value, proposed = figure_of(suspect.value), suspect.proposed
        if value is None:
            return 0, ""
        cell = self.spec.cell(suspect.key)
        last = figure_of(self._value(PRIOR + suspect.key))
        if last is not None and _is_nearer(value, proposed, last, cell):
            return 2, f"上年是 {format_value(last, cell.measure)}，改后相近"
        if cell.total and value == 0:
            return 1, "合计为 0，而分项之和不为 0"
        slip = _find_slip_of_digits(str(abs(value)), str(abs(proposed)))
        return (1, slip) if slip else (0, "")

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
        return alone or (cause.together and len(cause.suspects) > 2)

    def _find_swapped(self, group: Sequence[str]) -> tuple[Suspect, ...]:
        """The cells of two lines, or two cells of one, whose figures, exchanged, mend a group and break nothing."""
        exchanges = find_exchanges(self.spec)
        held = np.array([summand_of(value) or 0 for value in self.values], np.int64)
        moved = held[exchanges.second] - held[exchanges.first]
        mends = np.ones(len(exchanges.starts), np.bool_)
        for name in group:
            row = np.zeros(len(held), np.int64)
            for key, coefficient in self.known.terms[name].items():
                if not key.startswith(PRIOR):
                    row[self.spec.index[key]] = coefficient
            effects = np.add.reduceat((row[exchanges.first] - row[exchanges.second]) * moved, exchanges.starts)
            mends &= effects + self.residuals[name] == 0
        for at in np.nonzero(mends)[0].tolist():
            end = int(exchanges.starts[at + 1]) if at + 1 < len(exchanges.starts) else len(moved)
            pairs = slice(int(exchanges.starts[at]), end)
            places = zip(exchanges.first[pairs].tolist(), exchanges.second[pairs].tolist(), strict=True)
            other = {here: there for one, two in places for here, there in ((one, two), (two, one))}
            changes = {here: int(held[there] - held[here]) for here, there in other.items()}
            changes = {here: by for here, by in changes.items() if by}
            if not self._breaks_others({self.spec.cells[here].key: by for here, by in changes.items()}, group):
                return tuple(
                    Suspect(self.spec.cells[here].key, self.values[here], int(held[here]) + by, exchanges.words[at])
                    for here, by in changes.items()
                )
        return ()

    def _breaks_others(self, changes: Mapping[CellKey, int], group: Sequence[str]) -> bool:
        """Whether changes of several cells move an equality outside of a group, what follows left aside."""
        moved: Counter[str] = Counter()
        for key, change in changes.items():
            for name, coefficient in self.known.columns.get(key, {}).items():
                moved[name] += coefficient * change
        return any(
            by and name not in group and name not in self.known.followers and not self._is_unknown(name)
            for name, by in moved.items()
        )


def _is_nearer(value: int, proposed: int, last: int, cell: Cell) -> bool:
    """Whether a figure far from last year's is near it when corrected: a jump gone, or a half made a fifth."""
    if has_jumped(proposed, last, cell):
        return False
    near = abs(last) >= LEAST_COMPARED * cell.measure.scale and 5 * abs(proposed - last) <= abs(last)
    return has_jumped(value, last, cell) or (near and 2 * abs(value - last) > abs(last))


def _find_slip_of_digits(old: str, new: str) -> str:
    if len(old) == len(new) > 1 and old != new and sorted(old) == sorted(new):
        differing = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
        if len(differing) == 2 and differing[1] - differing[0] == 1:
            return "相邻两位数字可能写颠倒"
    longer, shorter = (old, new) if len(old) > len(new) else (new, old)
    if (
        len(longer) == len(shorter) + 1
        and shorter != "0"
        and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    ):
        return "可能多写或漏写一位数字"
    return ""
